"""What a mail says about answering it: can a person be asked, and is feedback refused? Precision before recall."""

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
    r"\bfeedback (?:is not|isn't|cannot be|can't be|will not be|won't be|is only)\b|\bdo not (?:give|offer|provide) feedback\b",
    re.IGNORECASE,
)


def says_no_reply(sender: str, text: str) -> bool:
    """Whether the address or the text says that answers are not read."""
    return bool(_NO_REPLY_ADDRESS.search(sender) or _NO_REPLY_TEXT.search(text))


def can_be_answered(email: Email) -> bool:
    """Whether a person is likely to read an answer: not a no-reply sender, not a mail that a team or system signed."""
    text = fold(email.text)
    if says_no_reply(email.sender, text):
        return False
    lines = [line.strip() for line in text.splitlines() if line.strip()][-6:]
    below = after_closing(lines)
    signature = lines[-2:] if below is None else below
    return any(map(is_person, signature[:1])) or not any(map(is_team, signature))


def refuses_feedback(email: Email) -> bool:
    """Whether the mail says that no feedback is given."""
    return bool(_NO_FEEDBACK.search(" ".join(fold(email.text).split())))
