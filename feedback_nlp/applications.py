"""Which conversations are about one application: in a mailbox's journal.

An application is known by its employer (name or domain; without these the address that writes) and, where they say, by
its role. Job mail is taken in the order of its time, so that an acknowledgement opens an application and a rejection closes
it; what else names a role at one of their employers is counted to them afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feedback_nlp.company import company_key
from feedback_nlp.labels import STEPS
from feedback_nlp.letter import address_of
from feedback_nlp.threads import CORRESPONDENT, DAY

_LONGEST = 300 * DAY
"""So long after its last message an application may still get one."""
_NEVER = 9e9
"""The time of a message that has none, so that it comes last."""
_NEAR = 120 * DAY
"""So long before or after an application other messages about it may come."""
_NEAR_A_WRITER = 30 * DAY
"""So long before or after it other mail of somebody who wrote about it may come."""
_SHORTEST_NAME = 4
_MOST_AT_ONE_EMPLOYER = 20
"""So many of the newest are looked at."""
_SCHEMA = (
    "CREATE TEMP TABLE application (id INTEGER PRIMARY KEY, first REAL NOT NULL, last REAL NOT NULL, closed INTEGER NOT NULL)",
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
    company_name: str

    @property
    def employers(self) -> list[tuple[str, str]]:
        """By what its employer can be known: marks of an application. None of a row that tells neither a company nor a sender."""
        domain = address_of(self.correspondent).organisation
        known = [("company", self.company)] * bool(self.company) + [("domain", domain)] * bool(domain)
        return known or [("address", self.correspondent)] * bool(self.correspondent)

    @property
    def names(self) -> list[str]:
        """The whole names of the employer."""
        return _long_enough(name.replace("-", "") for kind, name in self.employers if kind != "address")

    @property
    def short_names(self) -> list[str]:
        """What else it may be called: the first words of these, however many."""
        told = self.company_name if company_key(self.company_name) == self.company else ""
        words, labels = told.split(), address_of(self.correspondent).organisation.split("-")
        shorter = (company_key(" ".join(parts[:i])) for parts in (words, labels) for i in range(1, len(parts)))
        return _long_enough(shorter)

    @property
    def called(self) -> list[tuple[str, str]]:
        """The marks of an application at an employer of the same name, told more or less fully."""
        return [("name", name) for name in (*self.names, *self.short_names)] + [("short", name) for name in self.names]

    @property
    def marks(self) -> list[tuple[str, str]]:
        """All that it tells of its application."""
        others = [("role", self.role), ("subject", self.subject), ("address", self.correspondent)]
        names = [("name", name) for name in self.names] + [("short", name) for name in self.short_names]
        return [*self.employers, *names, *(mark for mark in others if mark[1])]


def _long_enough(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if len(name) >= _SHORTEST_NAME})


def tie_applications(connection: sqlite3.Connection) -> None:
    """Gives the messages of an application its number; those of a conversation go with the job mail in it."""
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("UPDATE message SET application = NULL")
    for message in _messages(connection, "(rejection AND NOT own) OR step <> ''"):
        application = _in_conversation(connection, message) or _matching(connection, message, before=_LONGEST)
        _note(connection, message, application or _new(connection, message))
    for message in _messages(connection, "application IS NULL"):
        application = _matching(connection, message, before=_NEAR, after=_NEAR) if message.role else None
        application = application or _of_writer(connection, message)
        if application:
            _note(connection, message, application)
    connection.execute("DROP TABLE temp.mark")
    connection.execute("DROP TABLE temp.application")


def _messages(connection: sqlite3.Connection, condition: str) -> Iterator[_Message]:
    """The messages for which an SQL condition holds, oldest first; those without a time come last."""
    query = f"""
        SELECT n, COALESCE(time, {_NEVER}), conversation, {CORRESPONDENT}, subject, rejection AND NOT own,
            step, company, role, company_name FROM message
        WHERE {condition} ORDER BY time IS NULL, time, n
    """
    return (_Message(*row) for row in connection.execute(query))


def _in_conversation(connection: sqlite3.Connection, message: _Message) -> int | None:
    """The application to which a message of its conversation was counted."""
    query = "SELECT application FROM message WHERE conversation = ? AND application IS NOT NULL LIMIT 1"
    found = connection.execute(query, (message.conversation,)).fetchone()
    return found[0] if found else None


def _matching(connection: sqlite3.Connection, message: _Message, before: float, after: float = 0) -> int | None:
    """The application at the same employer that fits best: for the same role, else open, else the newest; its last message
    at most `before` seconds before this one, its first at most `after` seconds after it.
    """
    since = message.time - before if message.time < _NEVER else 0.0
    rated = []
    for application, closed, last in _at(connection, message.employers, since, message.time + after):
        fit = _fit(connection, message, application, bool(closed))
        if fit:
            rated.append((fit, not closed, last, application))
    if not rated:
        called = _at(connection, message.called, since, message.time + after)
        rated = [(2, not closed, last, a) for a, closed, last in called if _fit(connection, message, a, bool(closed)) == 2]
    return max(rated)[-1] if rated else None


def _at(connection: sqlite3.Connection, marks: list[tuple[str, str]], since: float, until: float) -> list[tuple[int, int, float]]:
    """The newest applications with any of some marks: id, whether a rejection closed it, and the time of its last message."""
    if not marks:
        return []
    query = f"""
        SELECT id, closed, last FROM application WHERE last >= ? AND first <= ? AND id IN (
            SELECT id FROM mark WHERE {" OR ".join(["kind = ? AND value = ?"] * len(marks))}
        ) ORDER BY last DESC LIMIT {_MOST_AT_ONE_EMPLOYER}
    """
    return connection.execute(query, (since, until, *(part for mark in marks for part in mark))).fetchall()


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


def _of_writer(connection: sqlite3.Connection, message: _Message) -> int | None:
    """The one application about which a person wrote at that time, where they wrote about one alone."""
    if message.role or address_of(message.correspondent).is_service:
        return None
    found = _at(connection, [("address", message.correspondent)], message.time - _NEAR_A_WRITER, message.time + _NEAR_A_WRITER)
    return found[0][0] if len(found) == 1 else None


def _same_role(one: str, other: str) -> bool:
    """Whether two roles are one, worded more or less fully."""
    a, b = set(one.split()), set(other.split())
    return a <= b or b <= a


def _new(connection: sqlite3.Connection, message: _Message) -> int:
    values = (message.time, message.time)
    return int(connection.execute("INSERT INTO application (first, last, closed) VALUES (?, ?, 0)", values).lastrowid or 0)


def _note(connection: sqlite3.Connection, message: _Message, application: int) -> None:
    """Counts a message and its conversation to an application."""
    connection.execute("UPDATE message SET application = ? WHERE conversation = ?", (application, message.conversation))
    connection.execute("UPDATE message SET application = ? WHERE n = ?", (application, message.n))
    connection.executemany("INSERT OR IGNORE INTO mark VALUES (?, ?, ?)", [(application, *mark) for mark in message.marks])
    query = "UPDATE application SET last = MAX(last, ?), closed = MAX(closed, ?) WHERE id = ?"
    connection.execute(query, (message.time, message.rejection, application))
