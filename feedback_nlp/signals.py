"""What a mail says about answering it: can a person be asked, and is feedback refused? Precision before recall."""

from __future__ import annotations

import re

from feedback_nlp.preprocess import fold
from feedback_nlp.records import Email

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
    r"\bfeedback (?:is not|isn't|cannot be|can't be|will not be|won't be|is only)\b|\bdo not (?:give|offer|provide) feedback\b",
    re.IGNORECASE,
)
_TEAM_SIGNATURE = re.compile(
    r"^\W*(?:the |your )?[\w&.,' -]{0,50}\b"
    r"(?:recruiting|recruitment|talent(?: acquisition)?|hiring|people|hr|human resources|careers?|staffing)"
    r"(?: ?(?:&|and) ?\w+)?(?: team| department| services?| operations?| office| group)?[\w&.,' -]{0,30}\W*$",
    re.IGNORECASE,
)
_PERSON_LINE = re.compile(r"^\W*(?:dr\.? |prof\.? |mr\.? |ms\.? |mrs\.? )?[A-Z][\w'’-]*\w(?: [A-Z]\.?)?(?: [A-Z][\w'’-]*\w){0,2}\W*$")
_CLOSING = re.compile(
    r"^\W*(?:(?:kind(?:est)?|best|warm(?:est)?|many) )?"
    r"(?:regards|wishes|thanks|sincerely|cheers|yours|respectfully|cordially)\b[^.]{0,30}$",
    re.IGNORECASE,
)


def can_be_answered(email: Email) -> bool:
    """Whether a person is likely to read an answer: not a no-reply sender, not a mail that a team or system signed."""
    text = fold(email.text)
    if _NO_REPLY_ADDRESS.search(email.sender) or _NO_REPLY_TEXT.search(text):
        return False
    lines = [line.strip() for line in text.splitlines() if line.strip()][-6:]
    closings = [i for i, line in enumerate(lines) if _CLOSING.match(line)]
    signature = lines[closings[-1] + 1 :] if closings else lines[-2:]
    if any(_PERSON_LINE.match(line) and not _TEAM_SIGNATURE.match(line) for line in signature[:1]):
        return True
    return not any(_TEAM_SIGNATURE.match(line) and len(line) < 90 for line in signature)


def refuses_feedback(email: Email) -> bool:
    """Whether the mail says that no feedback is given."""
    return bool(_NO_FEEDBACK.search(" ".join(fold(email.text).split())))
