"""What all answers said, in a few plain sentences."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from feedback_nlp.dossier.door import Door
from feedback_nlp.dossier.missing import Missing
from feedback_nlp.labels import CONCRETE_REASONS, MEANINGS, VAGUE_SUBJECTIVE
from feedback_nlp.patterns import Patterns

_MOST_THINGS = 3


def summary_of(patterns: Patterns, missing: Missing, doors: Sequence[Door], waiting: int) -> Iterator[str]:
    """The sentences, the most important first; what there is none of is left out."""
    p, total = patterns, patterns.turned_down.total
    if not total:
        yield "There is no rejection in these files, so there is nothing to count."
        return
    yield _ended(p)
    yield from _reasons(p)
    yield from _doubt(p)
    yield from _came(p)
    yield from _missing(missing)
    yield from _doors(doors)
    if waiting:
        yield f"{counted(waiting, 'application')} had no answer for long enough that you may ask."


def counted(n: int, noun: str) -> str:
    """A number with its noun."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def day_in_words(day: datetime.date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%B %Y}"


def _ended(p: Patterns) -> str:
    total = counted(p.turned_down.total, "application")
    if p.rejections == p.messages:
        return f"These mails turn down {total}."
    others = [f"{counted(p.offers, 'application')} led to an offer"] if p.offers else []
    others += [f"{counted(p.open, 'application')} {'has' if p.open == 1 else 'have'} no decision yet"] if p.open else []
    return f"Of {counted(p.applications, 'application')}, {p.turned_down.total:,} ended with a no" + "".join(f"; {o}" for o in others) + "."


def _reasons(p: Patterns) -> Iterator[str]:
    reasons, sure = p.turned_down.reasons, p.turned_down.total - p.turned_down.unsure
    if not sure:
        return
    given = sorted((reason for reason in CONCRETE_REASONS if reasons[reason]), key=lambda reason: -reasons[reason])
    why = ", ".join(f"{MEANINGS[reason]} ({reasons[reason]:,})" for reason in given)
    yield f"{p.concrete:,} of {sure:,} that can be read clearly say why" + (f": {why}." if why else ".")
    if vague := reasons[VAGUE_SUBJECTIVE]:
        yield f"{vague:,} of {sure:,} give no reason that anybody could act on; that is no verdict on you."


def _doubt(p: Patterns) -> Iterator[str]:
    if unsure := p.turned_down.unsure:
        kind = "is" if unsure == 1 else "are"
        yield f"{unsure:,} {kind} unsure: the reason could be one of several, so {'it counts' if unsure == 1 else 'they count'} for none."


def _came(p: Patterns) -> Iterator[str]:
    if met := p.reached.get("interview"):
        beyond = p.reached["screen"]
        yield f"{beyond.counts} applications got past the first step, and {met.counts} to an interview or further."


def _missing(missing: Missing) -> Iterator[str]:
    often = [f"{thing.name} ({thing.n:,})" for thing in missing.things if thing.n > 1][:_MOST_THINGS]
    if often:
        yield f"Named as missing more than once: {', '.join(often)}."


def _doors(doors: Sequence[Door]) -> Iterator[str]:
    if not doors:
        return
    coming = [door.day for door in doors if door.day and not door.due]
    when = f" The next day to put into your calendar is {day_in_words(coming[0])}." if coming else ""
    yield f"{counted(len({door.answer.application for door in doors}), 'application')} left a door open.{when}"
