"""Applications that nobody answered: an acknowledgement or an interview, and then nothing for long enough."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from feedback_nlp.advice import advise_on_silence
from feedback_nlp.course import Event, threads
from feedback_nlp.labels import STEPS
from feedback_nlp.rows import UNKNOWN
from feedback_nlp.threads import DAY

AFTER_APPLICATION = 21
AFTER_INTERVIEW = 7
"""Days without an answer after which one may ask."""
COLUMNS = ("thread", "company", "role", "stage", "last_contact", "days", "next_steps")
"""What a row has."""


def newest(connection: sqlite3.Connection) -> datetime.date | None:
    """The newest date in the mailbox that is not still to come: what counts as today."""
    tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).timestamp()
    (time,) = connection.execute("SELECT MAX(time) FROM message WHERE time < ?", (tomorrow,)).fetchone()
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).date() if time is not None else None


def silent(
    connection: sqlite3.Connection,
    today: datetime.date | None = None,
    after_application: int = AFTER_APPLICATION,
    after_interview: int = AFTER_INTERVIEW,
) -> Iterator[dict[str, Any]]:
    """A row for each application without an answer, with what to do; `today` is the newest date in the mailbox unless given."""
    today = today or newest(connection)
    if today is None:
        return
    end = datetime.datetime.combine(today, datetime.time.max, datetime.timezone.utc).timestamp()
    for thread in threads(connection):
        known = [event for event in thread if event.time is not None and event.time <= end]
        stage = _waiting_at(known)
        days = int((end - (known[-1].time or end)) // DAY) if known else 0
        if stage and days >= (after_application if stage == STEPS[0] else after_interview):
            yield _row(connection, known[-1], stage, days)


def _waiting_at(thread: Sequence[Event]) -> str:
    """The step after which an application waits for an answer; "" where it has one, or is none."""
    decided = max((i for i, event in enumerate(thread) if event.rejection), default=-1)
    steps = [event.step for event in thread[decided + 1 :] if event.step]  # some are taken up again
    return "" if not steps or STEPS[-1] in steps else max(steps, key=STEPS.index)


def _row(connection: sqlite3.Connection, last: Event, stage: str, days: int) -> dict[str, Any]:
    query = "SELECT thread, company_name, role_name FROM message WHERE n = ?"
    thread, company, role = connection.execute(query, (last.n,)).fetchone()
    return {
        "thread": thread,
        "company": company or UNKNOWN,
        "role": role or UNKNOWN,
        "stage": stage,
        "last_contact": datetime.datetime.fromtimestamp(last.time or 0, datetime.timezone.utc).date().isoformat(),
        "days": days,
        "next_steps": list(advise_on_silence(stage)),
    }
