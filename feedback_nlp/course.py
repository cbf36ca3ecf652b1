"""The course of each application: how far it had come by each message, and how many days that took; in a mailbox's journal."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from feedback_nlp.labels import STEPS
from feedback_nlp.threads import DAY

BARE_ROW = "row "
"""How the identity of a table row begins that says neither who wrote nor when: it belongs to no thread."""
_TIME_TO_MEET = 1.5 * DAY
"""An invitation is taken to have been followed where a decision came so long after it."""


@dataclass(frozen=True)
class Event:
    """A message as a step in the course of an application; `time` in seconds, None where it has no date."""

    n: int
    application: int | None
    conversation: int
    identity: str
    time: float | None
    own: int
    rejection: int
    step: str
    done: int
    company_name: str
    role_name: str


def threads(connection: sqlite3.Connection) -> Iterator[list[Event]]:
    """The messages of each application, and of each other conversation, in the order of their time."""
    columns = ", ".join(Event.__dataclass_fields__).replace("rejection", "rejection AND NOT own")
    query = f"SELECT {columns} FROM message ORDER BY application, conversation * (application IS NULL), time IS NULL, time, identity"
    events = (Event(*row) for row in connection.execute(query))
    for _, thread in groupby(events, key=lambda e: (e.application, e.conversation * (e.application is None))):
        yield list(thread)


def write_courses(connection: sqlite3.Connection) -> None:
    """Fills in each message's thread, stage and days; a company or role that only another message of its application tells too."""
    query = """
        UPDATE message SET thread = ?, stage = ?, days_since_application = ?, days_since_contact = ?, company_name = ?, role_name = ?
        WHERE n = ?
    """
    for thread in threads(connection):
        connection.executemany(query, list(_course(thread)))


def _course(thread: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    first = thread[0].identity
    name = "" if first.startswith(BARE_ROW) else hashlib.sha256(first.encode(errors="replace")).hexdigest()[:12]
    is_application = thread[0].application is not None
    company, role = (_usual(thread, field) if is_application else "" for field in ("company_name", "role_name"))
    applied = next((e.time for e in thread if e.step == STEPS[0] and not e.rejection), None)
    for i, event in enumerate(thread):
        before = thread[i - 1].time if i else None
        yield (
            name,
            stage_of(thread, i) if is_application else "",
            _days(applied, event.time) if is_application else None,
            _days(before, event.time),
            event.company_name or company,
            event.role_name or role,
            event.n,
        )


def stage_of(thread: Sequence[Event], i: int) -> str:
    """For a rejection the furthest step that the application had come to; for another message the one that it is about."""
    event = thread[i]
    if not event.rejection:
        return event.step
    before = [e.step for e in thread[:i] if e.step and (e.rejection or e.done or _apart(e, event))]
    return max([event.step or STEPS[0], *before], key=STEPS.index)


def _apart(earlier: Event, later: Event) -> bool:
    """Whether there was time to do what the earlier message announced."""
    return earlier.time is not None and later.time is not None and later.time - earlier.time >= _TIME_TO_MEET


def _usual(thread: Sequence[Event], field: str) -> str:
    names = Counter(name for event in thread if (name := getattr(event, field)))
    return names.most_common(1)[0][0] if names else ""


def _days(start: float | None, end: float | None) -> int | None:
    return None if start is None or end is None or end < start else int((end - start) // DAY)
