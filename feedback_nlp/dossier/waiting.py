"""Applications that nobody answered, from the file that `label --silence` wrote, or the rows that go into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from feedback_nlp.errors import InputError, MissingColumnError
from feedback_nlp.inbox import read_rows
from feedback_nlp.inbox.row import list_in
from feedback_nlp.labels import STEPS
from feedback_nlp.records import Skipped
from feedback_nlp.rows import UNKNOWN, Row
from feedback_nlp.silence import COLUMNS

_TOLD_BY = "last_contact"
_MISFIT = "{} is no list of silent applications. Give the file that `feedback-nlp label --silence` wrote."


@dataclass(frozen=True)
class Waiting:
    """An application without an answer: after which step, since when, for how many days, and what to do. "" is not known."""

    company: str
    role: str
    stage: str
    last_contact: str
    days: int
    next_steps: tuple[str, ...]


def read_waiting(path: Path) -> Iterator[Row | Skipped]:
    """The rows of a file of silent applications; an empty file lists none. Raises InputError where it is no such file."""
    if path.is_file() and not path.stat().st_size:
        return
    try:
        for item in read_rows(path, _TOLD_BY):
            if isinstance(item, Skipped):
                yield item
            elif missing := [name for name in COLUMNS if name not in item.extra]:
                raise InputError(f"{_MISFIT.format(path)} It has no column {', '.join(missing)}.")
            else:
                yield dict(item.extra)
    except MissingColumnError as error:
        raise InputError(_MISFIT.format(path)) from error


def waiting_of(rows: Iterable[Row]) -> tuple[Waiting, ...]:
    """The applications of rows, those that wait longest first."""
    return tuple(sorted(map(_waiting, rows), key=lambda w: (-w.days, w.last_contact, w.company)))


def _waiting(row: Row) -> Waiting:
    company, role, stage, last = (str(row.get(name) or "").strip() for name in ("company", "role", "stage", "last_contact"))
    days = str(row.get("days") or "")
    return Waiting(
        "" if company == UNKNOWN else company,
        "" if role == UNKNOWN else role,
        stage if stage in STEPS else "",
        last,
        int(days) if days.isdecimal() and len(days) < 6 else 0,
        tuple(list_in(row.get("next_steps"))),
    )
