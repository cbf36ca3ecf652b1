"""What was missing, as the mails name it: which kinds, and which things, each with what they say of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from feedback_nlp.concessions import without_concessions
from feedback_nlp.dossier.answer import Answer
from feedback_nlp.labels import SKILLS_GAP
from feedback_nlp.lessons import named_in

KINDS = {
    "skill": "a skill or tool",
    "experience": "experience",
    "overqualified": "too much experience",
    "qualification": "a degree, certificate or licence",
    "language": "a language",
    "test": "a test or task fell short",
    "place": "where you live or would work",
    "permit": "a right to work",
    "availability": "start, notice or hours",
    "pay": "the pay expected",
    "paperwork": "papers or checks",
}
"""The kinds of gap (docs/signals.md) in words."""
MOST_THINGS = 30
MOST_QUOTES = 5
Quote = tuple[Answer, str]


@dataclass(frozen=True)
class Thing:
    """Something that `n` applications name as missing, with the newest sentences that do."""

    name: str
    n: int
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Missing:
    """What was missing in `total` applications: how many name each kind, the things most often named first, of which
    `further` are not shown; `unnamed` applications name no thing, of which `others` are the newest sentences.
    """

    total: int
    kinds: Mapping[str, int]
    things: tuple[Thing, ...]
    further: int
    unnamed: int
    others: tuple[Quote, ...]


def missing_of(answers: Sequence[Answer]) -> Missing:
    """What the answers, newest first, say was missing: those that name a gap, or surely have it for their reason."""
    telling = [a for a in answers if a.signals.gaps or (a.message.sure and a.message.label == SKILLS_GAP)]
    often = {name: _pattern(name) for name in named_in([replace(a.message, evidence=tuple(_sentences(a))) for a in telling])}
    spelled: dict[str, str] = {}
    found: dict[str, list[Quote]] = {}
    for answer in telling:
        for name, sentence in _named(answer, often):
            key = name.casefold()
            spelled.setdefault(key, name)
            found.setdefault(key, []).append((answer, sentence))
    things = [_thing(spelled[key], quotes) for key, quotes in found.items()]
    things.sort(key=lambda thing: (-thing.n, -_newest(thing), thing.name.casefold()))
    named = {answer.application for quotes in found.values() for answer, _ in quotes}
    everybody = {answer.application for answer in telling}
    others = _thing("", ((a, " ".join(_sentences(a))) for a in telling if a.application not in named))
    return Missing(
        len(everybody),
        _kinds(telling),
        tuple(things[:MOST_THINGS]),
        len(things[MOST_THINGS:]),
        others.n,
        tuple(q for q in others.quotes if q[1]),
    )


def _sentences(answer: Answer) -> Iterator[str]:
    """What the answer says of the gap: the sentences that name one, else those that carry its reason."""
    quotes = [gap.quote or gap.words for gap in answer.signals.gaps if gap.quote or gap.words]
    yield from dict.fromkeys(quotes or answer.message.evidence)


def _named(answer: Answer, often: Mapping[str, re.Pattern[str]]) -> Iterator[tuple[str, str]]:
    """The things that an answer names, each with its sentence: those that others name too, else its own words for the gap."""
    words = {name: gap.quote or name for gap in answer.signals.gaps if (name := " ".join(gap.words.split()))}
    for sentence in _sentences(answer):
        lacking = without_concessions(sentence)
        yield from ((name, sentence) for name, pattern in often.items() if pattern.search(lacking))
    for name, quote in words.items():
        if not any(pattern.search(name) for pattern in often.values()):
            yield name, quote


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def _thing(name: str, quotes: Iterable[Quote]) -> Thing:
    """One quote of each application: the first, which is the newest."""
    one_each: dict[str, Quote] = {}
    for answer, sentence in quotes:
        one_each.setdefault(answer.application, (answer, sentence))
    return Thing(name, len(one_each), tuple(one_each.values())[:MOST_QUOTES])


def _newest(thing: Thing) -> float:
    time = thing.quotes[0][0].message.time
    return time.timestamp() if time else 0.0


def _kinds(telling: Iterable[Answer]) -> dict[str, int]:
    """How many applications name each kind, most often first."""
    each = {(answer.application, gap.value) for answer in telling for gap in answer.signals.gaps if gap.value in KINDS}
    counts = Counter(value for _, value in each)
    return {KINDS[value]: counts[value] for value in sorted(counts, key=lambda value: (-counts[value], value))}
