"""A mail taken apart for those who look for names in it: the address it came from, its own words, and who signed them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from feedback_nlp.body import own_lines
from feedback_nlp.preprocess import fold
from feedback_nlp.records import SUBJECT, Email
from feedback_nlp.resources import read_table
from feedback_nlp.signature import after_closing

MOST_CHARACTERS = 6000
"""Names stand at the start of a mail or where it is signed; what is longer is a newsletter, or noise."""

_LONGEST_HEADER = 300
_WRAP_AT = 45
_LONGEST_SIGNATURE = 8
_LONGEST_SIGNATURE_LINE = 90
_ENDS = re.compile(r"[.!?:;,]\W{0,4}$")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Co|Inc|Ltd|Corp|Bros|Dept))\.$")
_STARTS_UNIT = re.compile(r"\W|[A-Z][\w /-]{1,30}:(?:\s|$)|(?:\w{1,20} ){0,2}(?:regards|wishes|sincerely|faithfully)\b", re.IGNORECASE)
_LISTED = re.compile(r"^(?:[•·*-]|\d{1,2}[.)])\s|:\s")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)])[.!?]{1,3} {1,3}(?=[A-Z])(?<!\b(?:Dr|Mr|Ms|St|Sr|Jr|No)\. )(?<!\bMrs\. )(?<!\bProf\. )")


@dataclass(frozen=True)
class Address:
    """A From line: the display name, and the local part and the domain of the address, in lower case."""

    name: str = ""
    local: str = ""
    domain: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the domain without the ending under which companies register."""
        labels = self.domain.split(".")[:-1]
        if len(labels) > 1 and labels[-1] in listed("domains", "second_level"):
            labels.pop()
        return tuple(labels)

    @property
    def is_free(self) -> bool:
        """Whether anybody has a mailbox at the domain."""
        return self.domain in listed("domains", "free_mail")

    @property
    def is_applicant_system(self) -> bool:
        """Whether it is the address of an applicant system, which writes for many companies."""
        return not listed("domains", "applicant_systems").isdisjoint(self.labels)

    @property
    def is_job_board(self) -> bool:
        """Whether it is the address of a job board or social network."""
        return self.labels[-1:] != () and self.labels[-1] in listed("domains", "job_boards")

    @property
    def organisation(self) -> str:
        """The name under which the sender's organisation registered its domain; "" where others use the domain too."""
        shared = self.is_free or self.is_applicant_system or self.is_job_board
        return "" if shared or not self.labels else self.labels[-1]

    @property
    def is_service(self) -> bool:
        """Whether the mailbox is a service's, and no person's."""
        return not {self.local, self._kind}.isdisjoint(listed("domains", "service_labels"))

    @property
    def is_hiring(self) -> bool:
        """Whether the mailbox is that of those who hire."""
        return self._kind in listed("domains", "hiring_mailboxes")

    @property
    def _kind(self) -> str:
        return re.split(r"[._+-]", self.local, maxsplit=1)[0]


@dataclass(frozen=True)
class Letter:
    """A mail taken apart, folded: `text` has one paragraph a line, unwrapped; `signature` the lines that sign it."""

    address: Address
    subject: str
    text: str
    signature: tuple[str, ...]


def letter_of(email: Email) -> Letter:
    """The mail taken apart. Of a very long one, only the start is read."""
    text = fold(email.text[:MOST_CHARACTERS]).replace("&nbsp;", " ")
    lines = [text[a:b].strip() for a, b in own_lines(text)]
    subject = fold(email.subject[:_LONGEST_HEADER])
    if lines[0].startswith(SUBJECT):
        subject = subject or lines[0].removeprefix(SUBJECT).strip()
        lines = lines[1:]
    return Letter(address_of(fold(email.sender[:_LONGEST_HEADER])), subject[:_LONGEST_HEADER], _unwrap(lines), _signature(lines))


def address_of(sender: str) -> Address:
    """A From line taken apart. A display name may hold commas that no quotes guard, since headers come decoded."""
    name, bracket, rest = sender.rpartition("<") if "<" in sender else ("", "", sender)
    address = rest.partition(">")[0].strip().lower()
    local, at, domain = address.rpartition("@")
    return Address((name if bracket or at else sender).strip(" \"'"), local, domain if at else "")


@cache
def listed(section: str, name: str) -> frozenset[str]:
    """A list of words of `parties.toml`."""
    words = read_table("parties")[section][name]
    return frozenset(words.split() if isinstance(words, str) else words)


def _unwrap(lines: list[str]) -> str:
    """One paragraph a line: what a mail program wrapped is joined again."""
    units: list[str] = []
    previous = ""
    for line in lines:
        if line and previous and _goes_on(previous, line):
            units[-1] += f" {line}"
        elif line:
            units.append(line)
        previous = line
    return "\n".join(units)


def _goes_on(line: str, following: str) -> bool:
    if following[0].islower():
        return line[-1] not in ".!?:"
    return len(line) >= _WRAP_AT and not _ENDS.search(line[-5:]) and not _STARTS_UNIT.match(following)


def _signature(lines: list[str]) -> tuple[str, ...]:
    """The lines below the closing, else the short lines at the end, else the words after the last sentence; no lists, no fields."""
    last = [line for line in lines if line][-_LONGEST_SIGNATURE:]
    below = after_closing(last)
    if not below:
        below = list(takewhile(_is_short, reversed(last)))[::-1]
    if not below and last:
        below = [words for words in _SENTENCE_END.split(last[-1])[1:][-1:] if _is_short(words)]
    return tuple(line for line in below if len(line) < _LONGEST_SIGNATURE_LINE and not _LISTED.search(line))


def _is_short(line: str) -> bool:
    """Whether a line is no sentence, nor the part of one."""
    ends = _ENDS.search(line[-5:]) and not _ABBREVIATED.search(line[-6:])
    return len(line) < _LONGEST_SIGNATURE_LINE and not ends and not _SENTENCE_END.search(line)
