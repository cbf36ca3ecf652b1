"""How to greet the person who signed a mail. Precision before recall: "" where it is not certain who that is."""

from __future__ import annotations

import re

from feedback_nlp.company import company_key, is_organisation
from feedback_nlp.letter import Letter, listed
from feedback_nlp.role import ends_in_role
from feedback_nlp.signature import is_closing, is_team
from feedback_nlp.wording import draft_words

_LONGEST_CLOSING = 40
_CLOSES = re.compile(r"^\W*(?:(?:all the |with )?best|cheers|thanks|thank you|rgds|br|take care|sincerely)\b[^.!?]{0,20}$", re.IGNORECASE)
_PARTS = re.compile(r"\s?[,|/•·(;]\s?|\s-+\s")
_NAME = re.compile(r"(?:(?P<title>Dr|Prof|Professor|Mr|Mrs|Ms|Mx)\.? )?(?P<names>[^\W\d_][\w'-]{0,30}\.?(?: [^\W\d_][\w'-]{0,30}\.?){0,3})")
_FIRST_PERSON = re.compile(r"\b(?:I(?:'[a-z]{1,2})?|me|my|myself)\b|\bi\b")
_TOKENS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PARTICLES = frozenset("al bin da de del della den der di do dos du el la le ten ter van von y".split())
_OTHER_WORDS = (
    ("company", "no_names"),
    ("company", "not_companies"),
    ("company", "organisations"),
    ("domains", "hiring_mailboxes"),
    ("domains", "service_labels"),
    ("role", "nouns"),
    ("sender", "departments"),
)


def addressee_of(letter: Letter, company: str) -> str:
    """The first name of the person who signed, or title and surname where there is a title."""
    name, closed = _signed(letter)
    match = _NAME.fullmatch(name)
    if not match or not closed or is_team(name) or is_organisation(name) or ends_in_role(name):
        return ""
    names = match["names"].split()
    if not all(map(_is_name, names)) or _is_company(names, letter, company) or not _is_told(names, letter):
        return ""
    if match["title"]:
        return f"{match['title']} {names[-1]}"
    return names[0] if names[0][0].isupper() and len(names[0]) > 1 and not names[0].endswith(".") else ""


def _signed(letter: Letter) -> tuple[str, bool]:
    """The first part of the first line that signs, and whether a closing stands before it."""
    lines = letter.text.split("\n")
    for line in letter.signature:
        closing, comma, rest = line.partition(",")
        if comma and rest and _closes(closing):
            return _PARTS.split(rest.strip())[0].strip(" .!"), True
        if not _closes(line):
            at = max((i for i, other in enumerate(lines) if other == line), default=0)
            return _PARTS.split(line)[0].strip(" .!*_"), at > 0 and _closes(lines[at - 1])
    return "", False


def _closes(line: str) -> bool:
    return len(line) <= _LONGEST_CLOSING and (line.endswith(",") or is_closing(line) or bool(_CLOSES.match(line)))


def _is_name(word: str) -> bool:
    plain = word.rstrip(".").lower()
    if plain in _PARTICLES or (len(plain) == 1 and word[0].isupper()):
        return True
    return word[0].isupper() and word.rstrip(".") != plain.upper() and not _is_other(plain)


def _is_other(word: str) -> bool:
    """Whether a word stands for an office, a rank or a department rather than a first name."""
    return word in draft_words("no_first_names") or any(word in listed(*words) for words in _OTHER_WORDS)


def _is_told(names: list[str], letter: Letter) -> bool:
    """Whether something besides the name says that a person signed: the address, a title behind it, or that an "I" writes."""
    address = f"{letter.address.name} {letter.address.local}".lower()
    titled = any(ends_in_role(part) for line in letter.signature for part in _PARTS.split(line)[line == letter.signature[0] :])
    return titled or _FIRST_PERSON.search(letter.text) is not None or any(name.lower() in _TOKENS.findall(address) for name in names)


def _is_company(names: list[str], letter: Letter, company: str) -> bool:
    """Whether it may be the company that signed: its name or its address holds the word, or the mail has used it before."""
    first, words = names[0].lower(), {word.strip(".,'").lower() for word in company.split()}
    if first in words or company_key(" ".join(names)) == company_key(company):
        return True
    if len(names) > 1:
        return False
    used = re.findall(r"[\w'-]+", f"{letter.subject} {letter.text}")
    return first in letter.address.labels or sum(word.removesuffix("'s") == names[0] for word in used) > 1
