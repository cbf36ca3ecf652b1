"""What kind of sender wrote a job mail: one of `SENDER_TYPES`, or "" where it does not say. Precision before recall."""

from __future__ import annotations

import re

from feedback_nlp.answering import says_no_reply
from feedback_nlp.company import AGENCY_FOR_SURE, agency_likeness, is_agency_label, is_organisation
from feedback_nlp.labels import AGENCY, MANAGER, NOREPLY, RECRUITER
from feedback_nlp.letter import Letter, listed
from feedback_nlp.role import ends_in_role
from feedback_nlp.signature import is_closing, is_team

_MY_CLIENT = re.compile(r"\b(?:my|our) client(?:'s)?\b(?! (?:service|unit|team|relations|success|base|care|experience))", re.IGNORECASE)
_THE_CLIENT = re.compile(
    r"\bclient(?:'s)? (?:feedback|has|have|wants?|wanted|said|says|decided|passed|is|went|chose|came|felt|needs?|liked|loved|asked|found|"
    r"side|end)\b|"
    r"\b(?:for|with|to|at|from|by|on) the client\b",
    re.IGNORECASE,
)
_PUT_FORWARD = re.compile(
    r"\b(?:put|putting) you (?:forward|up) (?:for|to)\b|\b(?:can't|cannot|to|not) represent you\b|\bon (?:my|our) books\b|"
    r"\bmy (?:other )?clients\b",
    re.IGNORECASE,
)
_APPLICANT = re.compile(
    r"\bI(?: am|'m)? (?:writing to |would like to |wish to |hereby )?(?:apply(?:ing)? (?:for|to)|withdraw(?:ing)? (?:my|from))\b|"
    r"\bmy (?:application|CV|resume|résumé|cover letter|candidature)\b|\bI (?:have )?(?:applied|interviewed) (?:for|to|at|with)\b",
    re.IGNORECASE,
)
_OWN_TEAM = re.compile(
    r"\bmy (?:team|lab|kitchen|shop|crew|workshop|studio|practice|business|restaurant|bakery|garage|salon|gallery|farm)\b|"
    r"\bI (?:run|own) (?:the|this|a|our|my)\b|\bI(?: am|'m) the (?:\w+ ){0,2}(?:manager|owner|founder|director|foreman)\b",
    re.IGNORECASE,
)
_OWN_WORK = re.compile(r"\bI(?: am|'m) (?:an?|the) (?:\w+ ){0,3}(?:recruiter|sourcer|talent (?:partner|scout))\b", re.IGNORECASE)
_LONGEST_NAME = 4
_NO_NAME = re.compile(r"\d|&|\b(?:of|for|and|the)\b")
_TEAM = re.compile(r"\bteam\b|\bdepartment\b", re.IGNORECASE)
_PARTS = re.compile(r"\s?[|/•·(]\s?|[,;]\s|\s-+\s|\s(?:at|@|in|from)\s")


def sender_type_of(letter: Letter) -> str:
    """The kind of sender of a job mail; "" where it does not say, and where the applicant wrote it."""
    address, text = letter.address, letter.text
    if _agency_signs(letter) >= AGENCY_FOR_SURE:
        return AGENCY
    if address.is_job_board or says_no_reply(f"{address.local}@{address.domain}" if address.local else "", text):
        return NOREPLY
    if is_by_applicant(letter):
        return ""
    return _signed(letter) or _from_mailbox(letter) or _of_oneself(text)


def _of_oneself(text: str) -> str:
    """What the sender says of their own work."""
    return RECRUITER if _OWN_WORK.search(text) else MANAGER if _OWN_TEAM.search(text) else ""


def is_by_applicant(letter: Letter) -> bool:
    """Whether somebody writes about an application of their own."""
    return bool(_APPLICANT.search(letter.text))


def _agency_signs(letter: Letter) -> int:
    """How much speaks for an agency: a word of its name that says so, a client, somebody who is put forward."""
    text, address = letter.text, letter.address
    named = max(map(agency_likeness, (address.name, *_parts(letter))), default=0)
    if address.labels and not address.is_applicant_system and is_agency_label(address.labels[-1]):
        named = AGENCY_FOR_SURE
    said = AGENCY_FOR_SURE if _MY_CLIENT.search(text) else bool(_THE_CLIENT.search(text))
    return named + said + bool(_PUT_FORWARD.search(text))


def _parts(letter: Letter) -> list[str]:
    """The parts of the lines that sign, closings left out."""
    parts = (part.strip(" .)") for line in letter.signature for part in _PARTS.split(line))
    return [part for part in parts if part and not is_closing(part)]


def _signed(letter: Letter) -> str:
    """What the titles in the signature say."""
    parts = _parts(letter)
    offices = [part for part in parts if _hires(part) and (ends_in_role(part) or not agency_likeness(part))]
    signed = bool(parts) and _is_person(parts[0])
    if any(map(ends_in_role, offices)) or (offices and signed and (parts[0] in letter.signature or " " not in parts[0])):
        return RECRUITER
    if signed and not offices and any(ends_in_role(part) and not _is_clerical(part) for part in parts[1:]):
        return MANAGER
    return ""


def _hires(part: str) -> bool:
    plain = f" {part.lower()} "
    return any(f" {title} " in plain for title in listed("sender", "recruiter_titles"))


def _is_clerical(part: str) -> bool:
    words = part.lower().split()
    return words[0] == "office" or ("chief" not in words and not listed("sender", "no_managers").isdisjoint(words))


def _is_person(part: str) -> bool:
    words = part.split()
    named = len(words) == 1 or (len(words) <= _LONGEST_NAME and words[-1][0].isupper() and not _NO_NAME.search(part))
    return named and not (_hires(part) or is_team(part) or _TEAM.search(part) or is_organisation(part) or ends_in_role(part))


def _from_mailbox(letter: Letter) -> str:
    """What the mailbox says: a service's, signed by nobody, is not read; that of those who hire, signed by a person, is."""
    address, parts = letter.address, _parts(letter)
    signed = bool(parts) and _is_person(parts[0])
    if address.is_applicant_system:
        return "" if signed and not address.is_service else NOREPLY
    if not address.is_service:
        return ""
    if signed:
        return RECRUITER if address.is_hiring else ""
    return NOREPLY if parts and (is_team(parts[0]) or _TEAM.search(parts[0])) else ""
