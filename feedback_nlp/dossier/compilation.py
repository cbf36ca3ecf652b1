"""Everything that the report of a person's rejections shows, put together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from feedback_nlp.dates import EARLIEST
from feedback_nlp.dossier.answer import Answer, answer_of
from feedback_nlp.dossier.door import Door, doors_of
from feedback_nlp.dossier.flow import Stop, flow_of
from feedback_nlp.dossier.missing import Missing, missing_of
from feedback_nlp.dossier.summary import summary_of
from feedback_nlp.dossier.waiting import Waiting, waiting_of
from feedback_nlp.history import applications_of, message_of
from feedback_nlp.patterns import Patterns, patterns
from feedback_nlp.report import Table, pattern_tables
from feedback_nlp.rows import Row


@dataclass(frozen=True)
class Dossier:
    """What the files say on the day `today`; `answers` are all rejections, newest first, and last those without a date."""

    today: datetime.date
    summary: tuple[str, ...]
    patterns: Patterns
    tables: Mapping[str, Table]
    flow: tuple[Stop, ...]
    answers: tuple[Answer, ...]
    missing: Missing
    doors: tuple[Door, ...]
    waiting: tuple[Waiting, ...]


def compile_dossier(rows: Sequence[Row], today: datetime.date, silent: Iterable[Row] = ()) -> Dossier:
    """Puts together what rows that `label` wrote say, and rows of silent applications."""
    found = [answer for number, row in enumerate(rows, 1) if (answer := answer_of(number, row))]
    answers = tuple(sorted(found, key=lambda answer: (answer.message.time or EARLIEST, -answer.number), reverse=True))
    counts, waiting = patterns(rows), waiting_of(silent)
    missing, doors = missing_of(answers), doors_of(answers, today)
    return Dossier(
        today=today,
        summary=tuple(summary_of(counts, missing, doors, len(waiting))),
        patterns=counts,
        tables=pattern_tables(counts) if counts.turned_down.total else {},
        flow=flow_of(applications_of(map(message_of, rows))),
        answers=answers,
        missing=missing,
        doors=doors,
        waiting=waiting,
    )
