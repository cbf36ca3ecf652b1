"""What a mail says about answering it: can a person be asked, is feedback refused, is a door shut? Precision before recall."""

from __future__ import annotations

import re

from feedback_nlp.preprocess import fold
from feedback_nlp.records import Email
from feedback_nlp.signature import after_closing, is_person, is_team

_NO_REPLY_ADDRESS = re.compile(
    r"(?<![a-z])(?:no|do[-_.]?not|dont)[-_.]?reply(?![a-z])|\bnotifications?@|\bmailer@|\bautomated@", re.IGNORECASE
)
_NO_REPLY_TEXT = re.compile(
    r"\b(?:please )?(?:do not|don't|cannot|can't) (?:reply|respond) (?:directly )?to this\b|\bplease do not (?:reply|respond)\b|"
    r"\bdo-?not-?reply\b|\bno-?reply@|\b(?:inbox|mailbox|address) is (?:not|un)\s?-?(?:monitored|attended|read)|\bunmonitored\b|"
    r"\bautomat(?:ed|ically generated|ic) (?:e-?mail|message|notification|response)|\bsystem[- ]generated\b|"
    r"\brepl(?:ies|y) to this (?:e-?mail|message|address) (?:are|is|will) not\b",
    re.IGNORECASE,
)
_NO_FEEDBACK = re.compile(
    r"(?:\bnot|n't|\bunable to|cannot|no longer|never) (?:be able to )?(?:\w+ ){0,2}?"
    r"(?:provide|give|offer|share|discuss|send|supply|release)"
    r"(?: (?:you|any|with|individual|individuali[sz]ed|detailed|specific|personal|further|more|candidates?|applicants?|each|every|"
    r"unsuccessful|interview)){0,5} feedback\b|"
    r"\b(?:no|without) (?:individual |specific |further |detailed |personal )?feedback (?:is|can|will|could)\b|"
    r"(?<!\bif )\bfeedback (?:is not|isn't|cannot be|can't be|will not be|won't be)\b"
    r"(?![^.!?]{0,60}\b(?:unless you (?:ask|contact|request|want|wish|would like|write)|(?:glad|happy|pleased) to (?:discuss|explain|talk|"
    r"(?:give|offer|provide|send|share) (?:you )?(?:feedback|it|more|some|this|that))\b))|"
    r"\bfeedback is only (?:[\w-]+ ){0,4}?(?:to|for) (?:(?!ask|contact|request|write)[\w-]+ ){0,5}?(?:short-?list|interview|final)|"
    r"\bdo not (?:give|offer|provide) feedback\b",
    re.IGNORECASE,
)

_NOT = r"(?:\bnot|n't|\bcannot|\bnever|\bno longer)"
_TRYING_AGAIN = r"(?:re-?)?appl(?:y|ying|ied|ications?)\b"
_BETWEEN = (
    r"(?:(?:a|able|accept|accepting|again|allowed|an|another|any|anyone|applicants?|be|been|candidates?|consider|considered|"
    r"considering|currently|eligible|encourage|entitled|ever|for|from|further|future|if|invite|like|more|new|normally|people|permitted|"
    r"please|possible|repeat|second|take|them|then|to|us|usually|want|wish|you) ){0,6}"
)
_SHUT = {
    "apply again": re.compile(
        rf"(?<!\bor ){_NOT} {_BETWEEN}{_TRYING_AGAIN}|"
        rf"\b(?:barred|debarred|banned|blocked|excluded|refrain|ineligible|disqualified) (?:\w+ ){{0,4}}{_TRYING_AGAIN}|"
        rf"\bno (?:further |new |second |repeat )?(?:re-?)?applications?\b|"
        rf"\b(?:re-?application|(?:further|future|new|second|another|repeat|renewed|subsequent) applications?|applying again|"
        rf"(?:re-?|to )apply(?:ing)?(?: again)?)\b(?: \w+){{0,8}} "
        rf"(?:{_NOT}|isn't|aren't|(?:be|is|are) (?:rejected|ignored|disregarded|refused))",
        re.IGNORECASE,
    ),
    "kept on file": re.compile(
        rf"\b(?:delet|destroy|destruct|eras|shred|dispos|discard|purg)\w*|{_NOT} (?:\w+ ){{0,2}}(?:keep|kept|hold|held|retain|stor)\w*",
        re.IGNORECASE,
    ),
}
_OPEN = {
    "apply again": re.compile(
        r"(?<!\bnot )(?<!n't )(?<!\bcannot )\b"
        r"(?:welcome|please|kindly|may|can|could|should|would|will|do|invite|encourage|urge|happy|glad|hope|free|try) "
        rf"(?:(?!(?:not|never|no|only)\b)\w+ ){{0,5}}?{_TRYING_AGAIN}|\bwhy not {_TRYING_AGAIN}|"
        r"(?:\bnot|n't|\bnothing) (?:\w+ ){0,4}(?:bar|block|deter|discourag|exclud|hesitat|hinder|mean|prevent|put|stop)|"
        r"\bno reason (?:why|not|that|you)\b|(?:\bnot|n't) (?:be )?(?:an? (?:issue|problem)|affected|held against)\b|"
        r"\byou need not\b|\bno new application is (?:necessary|needed|required)\b",
        re.IGNORECASE,
    ),
    "kept on file": re.compile(
        r"(?<!\bnot )(?<!n't )(?<!\bcannot )(?<!\bnever )(?<!\blonger )(?<!\bnot be )(?<!n't be )(?<!\bcannot be )(?<!\blonger be )"
        r"\b(?:keep|kept|hold|held|retain|stor(?:e|ed|ing)\b|remain|stay|archiv|rather than|instead of|(?:are|be|is) on file\b|"
        r"(?:add(?:ed|ing)?|enter|includ|plac|put|(?:are|be|is) (?:now )?(?:in|part of))\w* (?:\w+ ){0,4}talent (?:community|pool)\b)|"
        rf"{_NOT} (?:\w+ ){{0,2}}(?:delet|destroy|eras|shred|dispos|discard|purg)|"
        r"\byou (?:can|may) (?!be\b|rest\b)[^.;!?]{0,40}\b(?:delet|eras)|"
        rf"\bif you[^.,;:!?]{{0,60}}\b(?:delet|destroy|eras|{_NOT} (?:hold|keep|retain|store))",
        re.IGNORECASE,
    ),
}
"""What shuts a door, and what holds it open all the same ("you can't for now, but please apply again in May")."""


def says_no_reply(sender: str, text: str) -> bool:
    """Whether the address or the text says that answers are not read."""
    return bool(_NO_REPLY_ADDRESS.search(sender) or _NO_REPLY_TEXT.search(text))


def is_by_team(email: Email, company: str = "") -> bool:
    """Whether a team, a department or the company itself signs the mail, and nobody by name."""
    lines = [line.strip() for line in fold(email.text).splitlines() if line.strip()][-6:]
    below = after_closing(lines)
    signature = lines[-2:] if below is None else below
    name = _bare(company)
    theirs = [is_team(line) or (bool(name) and _bare(line) == name) for line in signature]
    return any(theirs) and not (is_person(signature[0]) and not theirs[0])


def _bare(line: str) -> str:
    return fold(line).strip(" .,").casefold()


def refuses_feedback(email: Email) -> bool:
    """Whether the mail says that no feedback is given."""
    return bool(_NO_FEEDBACK.search(" ".join(fold(email.text).split())))


def shuts_door(quote: str, value: str) -> bool:
    """Whether the sentence that speaks of a door (a value of that signal) shuts it: a ban on applying again, a file that is deleted."""
    text = " ".join(fold(quote).split())
    return value in _SHUT and bool(_SHUT[value].search(text)) and not _OPEN[value].search(text)
