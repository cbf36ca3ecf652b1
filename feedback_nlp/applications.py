"""Which conversations are about one application: in a mailbox's journal.

An application is known by its employer (name or domain; without these the address that writes) and, where they say, by
its role. Messages are taken in the order of their time, so that an acknowledgement opens one and a rejection closes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from feedback_nlp.labels import STEPS
from feedback_nlp.letter import address_of
from feedback_nlp.threads import CORRESPONDENT, DAY

_LONGEST = 300 * DAY
"""So long after its last message an application may still get one."""
_MOST_AT_ONE_EMPLOYER = 20
"""So many of the newest are looked at."""
_SCHEMA = (
    "CREATE TEMP TABLE application (id INTEGER PRIMARY KEY, last REAL NOT NULL, closed INTEGER NOT NULL)",
    "CREATE TEMP TABLE mark (id INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, value, id))",
    "CREATE INDEX temp.mark_id ON mark (id, kind)",
)


@dataclass(frozen=True)
class _Message:
    """What a message says of the application that it belongs to."""

    n: int
    time: float
    conversation: int
    correspondent: str
    subject: str
    rejection: int
    step: str
    company: str
    role: str

    @property
    def employers(self) -> list[tuple[str, str]]:
        """By what its employer can be known: marks of an application."""
        organisation = address_of(self.correspondent).organisation
        known = [("company", self.company)] * bool(self.company) + [("domain", organisation)] * bool(organisation)
        return known or [("address", self.correspondent)]

    @property
    def marks(self) -> list[tuple[str, str]]:
        """All that it tells of its application."""
        roles = [("role", self.role)] * bool(self.role)
        return [*self.employers, *roles, ("subject", self.subject), ("address", self.correspondent)]


def tie_applications(connection: sqlite3.Connection) -> None:
    """Gives the messages of an application its number; those of a conversation go with the job mail in it."""
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("UPDATE message SET application = NULL")
    for message in _about_jobs(connection):
        application = _in_conversation(connection, message) or _matching(connection, message)
        if application is None and (message.rejection or message.step):
            application = _new(connection, message)
        if application is not None:
            _note(connection, message, application)
    connection.execute("DROP TABLE temp.mark")
    connection.execute("DROP TABLE temp.application")


def _about_jobs(connection: sqlite3.Connection) -> Iterator[_Message]:
    """The messages that may belong to an application, oldest first; those without a time come last."""
    query = f"""
        SELECT n, COALESCE(time, 9e99), conversation, {CORRESPONDENT}, subject, rejection AND NOT own, step, company, role FROM message
        WHERE rejection OR step <> '' OR role <> '' ORDER BY time IS NULL, time, n
    """
    return (_Message(*row) for row in connection.execute(query))


def _in_conversation(connection: sqlite3.Connection, message: _Message) -> int | None:
    """The application to which a message of its conversation was counted."""
    query = "SELECT application FROM message WHERE conversation = ? AND application IS NOT NULL LIMIT 1"
    found = connection.execute(query, (message.conversation,)).fetchone()
    return found[0] if found else None


def _matching(connection: sqlite3.Connection, message: _Message) -> int | None:
    """The application at the same employer that fits best: for the same role, else open, else the newest."""
    marks = message.employers
    query = f"""
        SELECT id, closed, last FROM application WHERE last >= ? AND id IN (
            SELECT id FROM mark WHERE {" OR ".join(["kind = ? AND value = ?"] * len(marks))}
        ) ORDER BY last DESC LIMIT {_MOST_AT_ONE_EMPLOYER}
    """
    values = (message.time - _LONGEST, *(part for mark in marks for part in mark))
    rated = []
    for application, closed, last in connection.execute(query, values).fetchall():
        fit = _fit(connection, message, application, bool(closed))
        if fit:
            rated.append((fit, not closed, last, application))
    return max(rated)[-1] if rated else None


def _fit(connection: sqlite3.Connection, message: _Message, application: int, closed: bool) -> int:
    """How well a message fits an application at its employer: 2 for the same role, 1 where a role is not told, 0 not at all."""
    known: dict[str, set[str]] = {"role": set(), "subject": set()}
    for kind, value in connection.execute("SELECT kind, value FROM mark WHERE id = ? AND kind IN ('role', 'subject')", (application,)):
        known[kind].add(value)
    if message.role and known["role"]:
        return 2 * any(_same_role(message.role, role) for role in known["role"])
    if message.subject and message.subject in known["subject"]:
        return 2
    is_new = message.step == STEPS[0] and closed
    return 0 if is_new or not (message.rejection or message.step) else 1


def _same_role(one: str, other: str) -> bool:
    """Whether two roles are one, worded more or less fully."""
    a, b = set(one.split()), set(other.split())
    return a <= b or b <= a


def _new(connection: sqlite3.Connection, message: _Message) -> int:
    return int(connection.execute("INSERT INTO application (last, closed) VALUES (?, 0)", (message.time,)).lastrowid or 0)


def _note(connection: sqlite3.Connection, message: _Message, application: int) -> None:
    """Counts a message and its conversation to an application."""
    connection.execute("UPDATE message SET application = ? WHERE conversation = ?", (application, message.conversation))
    connection.execute("UPDATE message SET application = ? WHERE n = ?", (application, message.n))
    connection.executemany("INSERT OR IGNORE INTO mark VALUES (?, ?, ?)", [(application, *mark) for mark in message.marks])
    query = "UPDATE application SET last = MAX(last, ?), closed = MAX(closed, ?) WHERE id = ?"
    connection.execute(query, (min(message.time, 9e98), message.rejection, application))
