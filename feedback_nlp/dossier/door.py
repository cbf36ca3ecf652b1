"""What those who said no left open, and the day on which to come back to it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from feedback_nlp.dossier.answer import Answer
from feedback_nlp.dossier.reminder import day_named
from feedback_nlp.records import Said

KINDS = {
    ("door", "later role"): "They speak of another role.",
    ("door", "apply again"): "They invite you to apply again.",
    ("door", "kept on file"): "They keep your details.",
    ("freeze", "until"): "The role may come back.",
}
"""The signals and values that leave something open, in words; a courtesy does not."""


@dataclass(frozen=True)
class Door:
    """Something left open: what, in the mail's own words for the time, and the day that these mean, if they mean one.

    `due` says that the day has come.
    """

    answer: Answer
    meaning: str
    said: Said
    day: datetime.date | None
    due: bool


def doors_of(answers: Iterable[Answer], today: datetime.date) -> tuple[Door, ...]:
    """What is open, by the day, and last what names none, newest first."""
    doors = [
        _door(answer, meaning, said, today)
        for answer in answers
        for (signal, value), meaning in KINDS.items()
        if (said := getattr(answer.signals, signal)).value == value
    ]
    dated = sorted((door for door in doors if door.day), key=lambda door: (door.day, door.answer.number))
    return (*dated, *(door for door in doors if not door.day))


def _door(answer: Answer, meaning: str, said: Said, today: datetime.date) -> Door:
    time = answer.message.time
    day = day_named(said.words, time.date()) if time else None
    return Door(answer, meaning, said, day, day is not None and day <= today)
