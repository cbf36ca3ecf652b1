"""Which conversations are about one application, how far it had come, and how long ago that was: in a mailbox's journal.

An application is known by its employer (name or domain; without these the address that writes) and, where they say, by
its role. Messages are taken in the order of their time, so that an acknowledgement opens one and a rejection closes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from feedback_nlp.labels import STEPS
from feedback_nlp.parties import organisation_domain
from feedback_nlp.threads import CORRESPONDENT, DAY

_LONGEST = 300 * DAY
"""So long after its last message an application may still get one."""
_TIME_TO_MEET = 1.5 * DAY
"""So long after an invitation it is taken to have been followed, if then a decision comes."""
_SCHEMA = """
CREATE TEMP TABLE application (id INTEGER PRIMARY KEY, last REAL NOT NULL, closed INTEGER NOT NULL DEFAULT 0);
CREATE TEMP TABLE employer (name TEXT NOT NULL, id INTEGER NOT NULL, UNIQUE (name, id));
CREATE TEMP TABLE role (id INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (id, name));
CREATE TEMP TABLE subject (id INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (id, name));
"""


@dataclass(frozen=True)
class _Message:
    n: int
    time: float
    conversation: int
    correspondent: str
    subject: str
    own: bool
    rejection: bool
    step: str
    company: str
    role: str

    @property
    def is_job_mail(self) -> bool:
        return self.rejection or self.step != ""

    @property
    def employers(self) -> list[str]:
        """By what its employer can be known."""
        domain = organisation_domain(self.correspondent)
        known = [f"company {self.company}"] * bool(self.company) + [f"domain {domain}"] * bool(domain)
        return known or [f"address {self.correspondent}"]


def tie_applications(connection: sqlite3.Connection) -> None:
    """Gives the messages of an application its number; all messages of a conversation go with those that are job mail."""
    connection.executescript(_SCHEMA)
    connection.execute("UPDATE message SET application = NULL")
    connection.execute("CREATE INDEX IF NOT EXISTS message_conversation ON message (conversation)")
    for message in _job_mail(connection):
        application = _application_of(connection, message)
        if application is not None:
            _note(connection, message, application)
    for table in ("application", "employer", "role", "subject"):
        connection.execute(f"DROP TABLE temp.{table}")
