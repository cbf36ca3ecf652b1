"""What to do about patterns, from `lessons.toml`: what follows from many rejections together, and not from one mail."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback_nlp.concessions import without_concessions
from feedback_nlp.findings import Finding
from feedback_nlp.history import Message
from feedback_nlp.labels import HIRING_FREEZE
from feedback_nlp.metrics import share
from feedback_nlp.resources import read_table

IN_A_ROW = 2
"""After so many refusals in a row by those who met the person, it is time for a review (sources: docs/advice.md, 001)."""
FREEZES = 2
MOST_QUOTES = 3
MOST_NAMED = 6
_OFTEN = 2
_LONGEST = 2000
_WORD = re.compile(r"[^\W\d_][\w+#]{0,30}")
_NO_THING = frozenset(name.casefold() for name in (*calendar.day_name, *calendar.month_name, *"Mr Mrs Ms Dr CV HR AM PM".split()))


@dataclass(frozen=True)
class Lesson:
    """What to do, and why: steps, and a list of questions to go through.

    Where the lesson is about a reason, `quotes` are what the newest mails say of it, and `named` the things that at least
    two of them name, each with how many do.
    """

    name: str
    because: str
    steps: tuple[str, ...]
    checklist: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    named: Mapping[str, int] = field(default_factory=dict)


def lessons_of(rejections: Sequence[Message], findings: Sequence[Finding], in_a_row: int) -> tuple[Lesson, ...]:
    """What follows from the findings that hold, and from two counts that need no test; in the order of `lessons.toml`."""
    table = read_table("lessons")["lesson"]
    because = {finding.reason or finding.name: finding.says for finding in reversed(findings) if finding.holds}
    reasons = [r.label for r in rejections if r.is_concrete]
    if (freezes := reasons.count(HIRING_FREEZE)) >= FREEZES:
        because[HIRING_FREEZE] = table[HIRING_FREEZE]["because"].format(share=share(freezes, len(reasons)))
    if in_a_row >= IN_A_ROW:
        because["in_a_row"] = table["in_a_row"]["because"].format(n=in_a_row)
    if not because:
        because["nothing"] = table["nothing"]["because"]
    return tuple(_lesson(name, because[name], entry, rejections) for name, entry in table.items() if name in because)


def _lesson(name: str, because: str, entry: Mapping[str, Any], rejections: Sequence[Message]) -> Lesson:
    telling = [r for r in reversed(rejections) if r.is_concrete and r.label == name and r.evidence] if entry.get("quotes") else []
    return Lesson(
        name,
        because,
        _texts(entry["steps"]),
        _texts(entry.get("checklist", ())),
        tuple(" ".join(r.evidence) for r in telling[:MOST_QUOTES]),
        named_in(telling),
    )


def _texts(entries: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(entry["text"] for entry in entries)


def limits() -> tuple[str, ...]:
    """What may not be concluded from patterns."""
    return _texts(read_table("lessons")["limits"]["texts"])


def named_in(rejections: Sequence[Message]) -> dict[str, int]:
    """The tools, languages, certificates and the like that the evidence of at least two rejections names, as they write them.

    That is what has a capital letter or a digit within a sentence ("SAP", "C++", "Power BI"). The company and the role are left
    out, and so is what the sentence praises or concedes.
    """
    spelled: dict[str, Counter[str]] = {}
    for rejection in rejections:
        own = {word.casefold() for word in _WORD.findall(f"{rejection.company} {rejection.role}"[:_LONGEST])}
        names = {name.casefold(): name for sentence in rejection.evidence for name in _names(without_concessions(sentence[:_LONGEST]), own)}
        for key, name in names.items():
            spelled.setdefault(key, Counter())[name] += 1
    often = [(min(c, key=lambda name: (-c[name], name)), c.total()) for c in spelled.values() if c.total() >= _OFTEN]
    return dict(sorted(often, key=lambda item: (-item[1], item[0]))[:MOST_NAMED])


def _names(sentence: str, own: set[str]) -> Iterator[str]:
    """The names in a sentence; words that follow each other are one."""
    name, end = "", 0
    for match in _WORD.finditer(sentence):
        between = sentence[end : match.start()]
        starts = not sentence[: match.start()].strip() or any(sign in between for sign in ".!?:")
        is_name = _is_name(match[0], starts) and match[0].casefold() not in own
        if name and not (is_name and between == " "):
            yield name
            name = ""
        if is_name:
            name = f"{name} {match[0]}".strip()
        end = match.end()
    if name:
        yield name


def _is_name(word: str, starts: bool) -> bool:
    capitals = sum(character.isupper() for character in word)
    marked = any(character.isdigit() or character in "+#" for character in word) and any(map(str.isalpha, word))
    return len(word) > 1 and word.casefold() not in _NO_THING and (marked or capitals > 1 or (capitals == 1 and not starts))
