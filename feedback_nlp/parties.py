"""Which company a mail is about, which role, and what kind of sender wrote it. Precision before recall: "" where it does not say.

Most mails of an inbox are about no job: the words of a mail tell which are, before anything else is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from feedback_nlp.company import company_key
from feedback_nlp.employer import employer_of, name_of_address
from feedback_nlp.labels import AGENCY
from feedback_nlp.letter import MOST_CHARACTERS, Letter, address_of, letter_of, listed
from feedback_nlp.records import Email, Parties
from feedback_nlp.role import holds_noun, role_key, role_of
from feedback_nlp.sender import is_by_applicant, sender_type_of

__all__ = ["company_key", "parties_of", "role_key"]

_WORD = re.compile(r"\w+")
# Words to somebody about an application of theirs: where no role is named, these must be there as well.
_PERSONAL = re.compile(
    r"(?<!\bto )(?<!\bon )\byour (?!next\b|dream\b|perfect\b|ideal\b)(?:[\w-]{1,20} ){0,3}"
    r"(?:applications?|candidacy|candidature|cv|r[eé]sum[eé]|profile|submission|interviews?|assessment|test|offer|interest|"
    r"trial|portfolio|background|experience|references|feedback|rate)\b|"
    r"\byou(?:'ve| have|'d| had)? (?:[\w-]{1,20} ){0,2}(?:applied|interviewed|submitted|selected|shortlisted)\b|"
    r"\bthank(?:s| you)? (?:[\w-]{1,20} ){0,5}"
    r"(?:appl(?:ying|ication)|interest|interview(?:ing)?|coming|meeting|attending|speaking|talking|time|giving)\b|"
    r"\b(?:offer(?:ed)?|appoint|hir(?:e|ing)|invite|reject|turn(?:ed)?) you\b|\b(?:other|another) (?:candidate|applicant)s?\b|"
    r"\b(?:some(?:body|one)) else\b|\b(?:this|the|that) (?:role|vacancy|opening|job)\b(?! of)|\b(?:my|our|the) client\b|"
    r"\b(?:not|n't) (?:be )?(?:extending|offering|progressing|proceeding|continuing)\b|\bmoving (?:ahead|forward) with\b|"
    r"\bcandidates? (?:who|whose|with)\b|\binterview (?:scheduled|is|has)\b|\bfeedback (?:on|from|for)\b|"
    r"\b(?:position|post)\b[^.!?\n]{0,60}\b(?:filled|closed|withdrawn|cancell?ed|hold)\b|"
    r"\bI(?: am|'m)? (?:writing to )?apply|\bmy (?:application|cv|resume)\b|\bdear (?:applicant|candidate)\b",
    re.IGNORECASE,
)
_WEIGHTS = {"application": 1, "position": 1, "decision": 1, "hiring": 2, "other_matter": -3}
_TOPICS = ("application", "position", "hiring")
_ROLE_WEIGHT = 2
_SYSTEM_WEIGHT = 2
_ENOUGH = 3


def parties_of(email: Email) -> Parties:
    """The parties as the headers and the sender's own newest words tell them; all "" for what is no job mail."""
    words = _words(email.text[:MOST_CHARACTERS])
    if all(words.isdisjoint(listed("gate", topic)) for topic in _TOPICS):
        return Parties()
    letter = letter_of(email)
    role = role_of(letter)
    if not _is_job_mail(letter, role):
        return Parties()
    if email.sent:
        return Parties(employer_of(letter, by_outsider=True) or _written_to(email.recipients), role)
    sender_type = sender_type_of(letter)
    return Parties(employer_of(letter, by_outsider=sender_type == AGENCY or is_by_applicant(letter)), role, sender_type)


def _written_to(recipients: Iterable[str]) -> str:
    """The company of the first recipient that is the mailbox of those who hire."""
    addresses = map(address_of, recipients)
    return next((name_of_address(address) for address in addresses if address.is_hiring or address.is_applicant_system), "")


def _is_job_mail(letter: Letter, role: str) -> bool:
    """Whether the words, each kind of them counted once, the role and the address together speak for job mail."""
    text, address = f"{letter.subject}\n{letter.text}", letter.address
    words = _words(text.replace(role, "") if role else text)
    kinds = {kind for kind in _WEIGHTS if not words.isdisjoint(listed("gate", kind))}
    names_role = holds_noun(role.split())
    if not (names_role or {"application", "hiring"} <= kinds or _PERSONAL.search(text)):
        return False
    system = address.is_applicant_system or address.is_job_board or address.is_hiring
    return sum(map(_WEIGHTS.__getitem__, kinds)) + _ROLE_WEIGHT * names_role + _SYSTEM_WEIGHT * system >= _ENOUGH


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))
