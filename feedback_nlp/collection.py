"""The person's own labelled mails, kept for ever: an SQLite file in their home folder, to which entries are only added.

Each time a mail is labelled is an entry, and each time a label is taken back is one too; of each text the newest label
that was not taken back counts. A call is one transaction, on disk when it returns: whole or not at all, whenever the
program is killed.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.examples import digest, example_from, read_examples, row_of
from feedback_nlp.records import Example
from feedback_nlp.resources import home
from feedback_nlp.tags import learnt_paths

EARLIER = "examples.jsonl"
"""Where versions before this one kept the rows. They are taken over when the collection is made, and stay there."""
_FORMAT = 1
_PATIENCE = 5
"""How many seconds a process waits for another one that is writing."""
_PLACES = ("evidence", "sentences")
_SCHEMA = f"""
CREATE TABLE entry (
    n INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, who TEXT NOT NULL, command TEXT NOT NULL, digest TEXT NOT NULL,
    content TEXT, -- the labelled mail as a row of the corpus
    withdraws INTEGER REFERENCES entry, -- the entry that is taken back by this one
    CHECK ((content IS NULL) <> (withdraws IS NULL))
);
CREATE INDEX entry_digest ON entry (digest);
CREATE UNIQUE INDEX entry_withdraws ON entry (withdraws) WHERE withdraws IS NOT NULL;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are only added'); END;
CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are only added'); END;
CREATE VIEW counting AS
    SELECT MAX(n) AS n, digest, content FROM entry
    WHERE content IS NOT NULL AND n NOT IN (SELECT withdraws FROM entry WHERE withdraws IS NOT NULL) GROUP BY digest;
PRAGMA user_version = {_FORMAT};
"""


@dataclass(frozen=True)
class Taken:
    """How many labelled mails were new, had that label already (no entry is made), and have another label now."""

    added: int = 0
    known: int = 0
    changed: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the history: when (UTC, ISO 8601), by whom, by which command, and the labelled mail, or None where its
    label was taken back.
    """

    when: str
    who: str
    command: str
    example: Example | None
    digest: str


def path_of_collection() -> Path:
    """Where the collection is, or will be."""
    return home() / "examples.db"


@contextmanager
def open_collection(who: str = "") -> Iterator[Collection]:
    """The collection, made anew where there is none; `who` is the login name if not given.

    Raises OutputError where it can't be written or another process keeps it for long, InputError where it is damaged or
    of a newer version.
    """
    path = path_of_collection()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise OutputError(f"{path} can't be written ({error.strerror or error}). Let it be written, or set FEEDBACK_NLP_HOME.") from error
    with _connected(path) as connection:
        collection = Collection(connection, (who or _login_name()).encode(errors="replace").decode())
        collection.begin()
        yield collection


def own_examples() -> list[Example]:
    """The person's own labelled mails, read only; none where there is no collection. Raises as `open_collection` does."""
    with _read() as collection:
        return collection.examples() if collection else _earlier()


def own_history() -> list[Entry]:
    """Every entry, oldest first, read only. Raises as `open_collection` does."""
    with _read() as collection:
        return list(collection.history()) if collection else []


def human_labels() -> Mapping[str, Example]:
    """The same by the digest of the text (`examples.digest`)."""
    return {digest(example.text): example for example in own_examples()}


def entry_row(entry: Entry) -> dict[str, Any]:
    """An entry as JSON has it."""
    row = row_of(entry.example) if entry.example else None
    return {"when": entry.when, "who": entry.who, "command": entry.command, "id": f"own-{entry.digest}", "example": row}


def delete_collection() -> list[Path]:
    """Deletes the collection, what an earlier version kept, and what was learnt of the person's own labels; says which files are
    gone. Raises OutputError.
    """
    path = path_of_collection()
    gone = [file for file in (path, home() / EARLIER, *learnt_paths()) if file.exists()]
    try:
        for file in (*gone, path.with_name(f"{path.name}-journal")):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} can't be deleted ({error.strerror or error}). Delete it yourself.") from error
    return gone


class Collection:
    """The open collection: what the person said of which mail."""

    def __init__(self, connection: sqlite3.Connection, who: str = "") -> None:
        self._connection = connection
        self._who = who

    def begin(self) -> None:
        """Makes the tables where there are none yet, and takes over what an earlier version kept."""
        self._connection.execute("PRAGMA synchronous = EXTRA")
        with self._transaction():
            if not _format_of(self._connection):
                for statement in _statements(_SCHEMA):
                    self._connection.execute(statement)
                self._add(_earlier(), EARLIER)

    def put(self, examples: Iterable[Example], command: str) -> Taken:
        """Adds labelled mails: all of them or, if anything fails, none."""
        examples = list(examples)
        with self._transaction():
            return self._add(examples, command)

    def withdraw(self, text: str, command: str) -> bool:
        """Takes the newest label of a text back: the one before it counts again, or none. False where there is none."""
        key = digest(text)
        with self._transaction():
            found = self._connection.execute("SELECT n FROM counting WHERE digest = ?", (key,)).fetchone()
            if found:
                self._append(key, command, None, found[0])
        return found is not None

    def examples(self) -> list[Example]:
        """The labelled mails that count, one of each text, in the order in which they got that label."""
        return [_example(content) for (content,) in self._connection.execute("SELECT content FROM counting ORDER BY n")]

    def history(self, text: str | None = None) -> Iterator[Entry]:
        """Every entry, or those of one text, oldest first."""
        query = "SELECT time, who, command, content, digest FROM entry WHERE ? IN ('', digest) ORDER BY n"
        for when, who, command, content, key in self._connection.execute(query, ("" if text is None else digest(text),)).fetchall():
            yield Entry(when, who, command, _example(content) if content else None, key)

    def _add(self, examples: Sequence[Example], command: str) -> Taken:
        keys = {digest(example.text) for example in examples}
        counting = self._connection.execute("SELECT digest, content FROM counting")
        taken, new = sifted(examples, {key: _example(content) for key, content in counting if key in keys})
        for example in new:
            self._append(digest(example.text), command, json.dumps(row_of(example)), None)  # escaped: half letters are no UTF-8
        return taken

    def _append(self, key: str, command: str, content: str | None, withdraws: int | None) -> None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        values = (now, self._who, command, key, content, withdraws)
        self._connection.execute("INSERT INTO entry (time, who, command, digest, content, withdraws) VALUES (?, ?, ?, ?, ?, ?)", values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise


def sifted(examples: Iterable[Example], known: Mapping[str, Example]) -> tuple[Taken, list[Example]]:
    """Which of the labelled mails say something new, one after the other, where `known` counts until then; and how many do."""
    counting = {key: _owned(example, key) for key, example in known.items()}
    new: list[Example] = []
    added = same = changed = 0
    for example in examples:
        key = digest(example.text)
        old = counting.get(key)
        row = _owned(_completed(example, old) if old else example, key)
        if row == old:
            same += 1
            continue
        changed += old is not None
        added += old is None
        counting[key] = row
        new.append(row)
    return Taken(added, same, changed), new


def _owned(example: Example, key: str) -> Example:
    return replace(example, id=f"own-{key}", voice="")


def _completed(new: Example, old: Example) -> Example:
    """The new row, with what it does not say as the old one has it: labels of the person's own and, where the label is the same,
    what is marked, unless the new one marks something else. The text stays with its marks, since these are places in it.
    """
    kept: dict[str, Any] = {"tags": old.tags} if new.tags is None else {}
    if (new.primary, new.secondary) == (old.primary, old.secondary):
        in_place = all(getattr(new, name) in (getattr(old, name), ()) for name in _PLACES)
        names = ("also_ok", "register", *(_PLACES if in_place else ()))
        kept |= {name: getattr(old, name) for name in names if not getattr(new, name)}
        kept |= {"text": old.text} if in_place else {}
    return replace(new, **kept)


@contextmanager
def _read() -> Iterator[Collection | None]:
    """The collection as it is, None where there is none yet."""
    path = path_of_collection()
    if not path.exists():
        yield None
        return
    with _connected(path) as connection:
        yield Collection(connection) if _format_of(connection) else None


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a file that is there; what SQLite raises is said in our words.

    It is opened for writing where it may be, since what a killed process left half done is undone by the next reader.
    """
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE, isolation_level=None)
        ) as connection:
            if _format_of(connection) > _FORMAT:
                raise InputError(f"{path} was written by a newer version of feedback-nlp. Install that one to go on with it.")
            yield connection
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise OutputError(f"{path} is in use by another feedback-nlp. Wait for it, then give the same command again.") from error
        raise OutputError(f"{path} can't be used ({error}). Make room or let it be written, then give the same command again.") from error
    except sqlite3.DatabaseError as error:
        raise InputError(f"{path} is damaged ({error}). Put a copy of yours in its place, or move it away to begin anew.") from error


def _format_of(connection: sqlite3.Connection) -> int:
    """0 where nothing was written yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _example(content: str) -> Example:
    try:
        return example_from(json.loads(content))
    except (ValueError, TypeError) as error:
        raise sqlite3.DataError(str(error)) from error  # the file is as damaged as where SQLite says so


def _earlier() -> list[Example]:
    path = home() / EARLIER
    return list(read_examples(path)) if path.exists() else []


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _login_name() -> str:
    import getpass

    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""
