"""What was read and what it says, in an SQLite file beside the output.

A run that was killed goes on from it, a later one finds there what it knows already, and memory stays flat however
large the mailbox: messages are written to it one by one, tied together in it (threads.py), and read from it in order.
"""

from __future__ import annotations

import glob
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from feedback_nlp.errors import OutputError
from feedback_nlp.records import Skipped
from feedback_nlp.sheet.cell import well_formed

SUFFIX = ".journal"
_FORMAT = "1"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    n INTEGER PRIMARY KEY, identity TEXT NOT NULL, run INTEGER NOT NULL, key TEXT NOT NULL, head TEXT NOT NULL,
    -- what ties messages together: `company` and `role` are keys, `subject` is without "Re:", `time` in seconds,
    -- `answers` the number of messages that it names
    time REAL, sender TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL, reply INTEGER NOT NULL,
    answers INTEGER NOT NULL, sent INTEGER NOT NULL, rejection INTEGER NOT NULL, step TEXT NOT NULL, done INTEGER NOT NULL,
    company TEXT NOT NULL, role TEXT NOT NULL, company_name TEXT NOT NULL, role_name TEXT NOT NULL,
    -- what the ties say
    own INTEGER NOT NULL DEFAULT 0, conversation INTEGER, application INTEGER, thread TEXT, stage TEXT,
    days_since_application INTEGER, days_since_contact INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS message_identity ON message (identity);
CREATE TABLE IF NOT EXISTS recipient (address TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS link (message_id TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS field (name TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS skipped (
    n INTEGER PRIMARY KEY, place TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, kind TEXT NOT NULL
);
"""
DUPLICATE, UNREADABLE = "duplicate", "unreadable"


@contextmanager
def open_journal(output: Path, keep: bool) -> Iterator[Journal]:
    """The journal of an output, made anew where there is none.

    With `keep` the messages of earlier runs stay, else only the answers. Raises OutputError where the file can't be
    written, is no journal, or another run is writing to it.
    """
    path = output.with_name(output.name + SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(f"{path} can't be written ({getattr(error, 'strerror', None) or error}). Choose another place.") from error
    try:
        with _told(path):
            journal = Journal(connection)
            journal.begin(keep)
        with _told(path):
            yield journal
    finally:
        connection.close()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Says in our words what SQLite raises."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise OutputError(f"{path} is in use by another run. Wait for it, or name another output.") from error
        raise OutputError(f"{path} can't be written ({error}). Make room, or choose another place; then run the same again.") from error
    except sqlite3.DatabaseError as error:
        raise OutputError(f"{path} is damaged or no journal of this program. Delete it, and run the same again.") from error


def origin_of(output: Path) -> tuple[list[Path], str | None]:
    """Where the messages of a `label` file come from and the name of their text column, by the journal beside it; no paths
    where there is none. The file may have been saved in another format. Raises OutputError where the journal can't be read.
    """
    others = sorted(output.parent.glob(f"{glob.escape(output.stem)}.*{SUFFIX}"))
    path = next((path for path in (output.with_name(output.name + SUFFIX), *others) if path.is_file()), None)
    if path is None:
        return [], None
    with _told(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
        return _origin(connection)


def _origin(connection: sqlite3.Connection) -> tuple[list[Path], str | None]:
    found = connection.execute("SELECT value FROM about WHERE name = 'origin'").fetchone()
    origin = json.loads(found[0]) if found else {"paths": [], "text_column": None}
    return [Path(path) for path in origin["paths"]], origin["text_column"]


class Journal:
    """The messages of a mailbox in the order in which they were read, and the answers; `connection` is for threads.py."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.run = 0
        self.attachments = 0
        """How many the messages of this run carry."""

    def begin(self, keep: bool) -> None:
        """Takes the file for this run alone."""
        run = self.connection.execute
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL", "cache_size = -32768"):
            run(f"PRAGMA {pragma}")
        self.connection.executescript("BEGIN IMMEDIATE;" + _SCHEMA)
        about = dict(run("SELECT name, value FROM about"))
        if about and about.get("format") != _FORMAT:
            raise sqlite3.DatabaseError("another format")
        if not keep:
            for table in ("message", "recipient", "link", "field"):
                run(f"DELETE FROM {table}")
        run("DELETE FROM skipped")
        self.run = int(about.get("run", 0)) + 1
        new = {"format": _FORMAT, "run": str(self.run)}
        self.connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", new.items())
        run("COMMIT")

    def note_origin(self, paths: Iterable[Path], text_column: str | None, keep: bool) -> None:
        """Remembers where the messages come from; with `keep` also where those of earlier runs came from."""
        earlier = _origin(self.connection)[0] if keep else []
        names = dict.fromkeys(str(path) for path in (*earlier, *(path.absolute() for path in paths)))
        content = json.dumps({"paths": list(names), "text_column": text_column})
        self.connection.execute("INSERT OR REPLACE INTO about VALUES ('origin', ?)", (content,))

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What is written within it is there whole or not at all, whenever the run is killed."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def known(self, key: str) -> Mapping[str, Any] | None:
        """The answer to a text that was judged before."""
        found = self.connection.execute("SELECT content FROM answer WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def keep(self, key: str, answer: Mapping[str, Any]) -> None:
        """Remembers the answer to a text."""
        self.connection.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (key, json.dumps(answer)))

    def last_read(self, identity: str) -> tuple[int, str] | None:
        """The run in which a message came last, and the key of its answer; None where it is new."""
        found = self.connection.execute("SELECT run, key FROM message WHERE identity = ?", (well_formed(identity),)).fetchone()
        return (found[0], found[1]) if found else None

    def mark_sent(self, identities: Iterable[str]) -> None:
        """Notes that the person sent these, whichever copy came first."""
        self.connection.executemany("UPDATE message SET sent = 1 WHERE identity = ?", [(well_formed(identity),) for identity in identities])

    def see_again(self, identity: str) -> None:
        """Notes that a message of an earlier run came in this one."""
        self.connection.execute("UPDATE message SET run = ? WHERE identity = ?", (self.run, well_formed(identity)))

    def forget(self, identity: str) -> int | None:
        """Drops a message, so that it can be added anew; its number."""
        found = self.connection.execute("SELECT n FROM message WHERE identity = ?", (well_formed(identity),)).fetchone()
        for table in ("message", "recipient", "link") if found else ():
            self.connection.execute(f"DELETE FROM {table} WHERE n = ?", found)
        return found[0] if found else None

    def add(self, values: Mapping[str, Any], message_ids: Iterable[str], recipients: Iterable[str], fields: Iterable[str]) -> None:
        """Adds a message: its columns, the ids by which it is tied to others, whom it went to, and the names of its own fields."""
        names = ", ".join(values)
        marks = ", ".join("?" * (len(values) + 1))
        row = (self.run, *map(_held, values.values()))
        n = self.connection.execute(f"INSERT INTO message (run, {names}) VALUES ({marks})", row).lastrowid
        linked = dict.fromkeys(map(well_formed, message_ids))
        self.connection.executemany("INSERT INTO link VALUES (?, ?)", [(message_id, n) for message_id in linked])
        self.connection.executemany("INSERT INTO recipient VALUES (?, ?)", [(well_formed(address), n) for address in recipients])
        self.connection.executemany("INSERT OR IGNORE INTO field VALUES (?, ?)", [(well_formed(name), n) for name in fields])

    def skip(self, skipped: Skipped, kind: str) -> None:
        """Adds what was left out, or a remark (its count is 0)."""
        row = (well_formed(skipped.where), well_formed(skipped.why), skipped.count, kind)
        self.connection.execute("INSERT INTO skipped (place, reason, count, kind) VALUES (?, ?, ?, ?)", row)

    def forget_unused(self) -> None:
        """Drops the answers that no message needs any longer, at the end of a whole run."""
        self.connection.execute("DELETE FROM answer WHERE key NOT IN (SELECT key FROM message)")

    def skipped(self) -> Iterator[tuple[Skipped, str]]:
        """What was left out, in order, each with its kind."""
        for place, reason, count, kind in self.connection.execute("SELECT place, reason, count, kind FROM skipped ORDER BY n"):
            yield Skipped(place, reason, count), kind

    def counts(self) -> tuple[int, int]:
        """How many messages came in this run, and how many there are."""
        row = self.connection.execute("SELECT COALESCE(SUM(run = ?), 0), COUNT(*) FROM message", (self.run,)).fetchone()
        return row[0], row[1]

    def fields(self) -> list[str]:
        """The names of the fields that the messages bring along, in the order in which they came."""
        return [name for (name,) in self.connection.execute("SELECT name FROM field ORDER BY n, rowid")]


def _held(value: Any) -> Any:
    """A value as SQLite holds it: halves of letters, which some mails have, are no text there."""
    return well_formed(value) if isinstance(value, str) else value
