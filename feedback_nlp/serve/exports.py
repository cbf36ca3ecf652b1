"""A mailbox that was given to the page: labelled in a private folder, which holds the rows afterwards and goes with the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from feedback_nlp.collection import human_labels
from feedback_nlp.errors import OutputError
from feedback_nlp.inbox import read_inbox
from feedback_nlp.inbox.size import size_of
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.labels import REASONS
from feedback_nlp.model import Model
from feedback_nlp.overview import Overview
from feedback_nlp.records import Email
from feedback_nlp.rows import FIELDS
from feedback_nlp.serve.jobs import Job
from feedback_nlp.sheet import write_rows
from feedback_nlp.tagging import open_tagger
from feedback_nlp.temporary import TemporaryFolder

FORMATS = {".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".jsonl": "application/jsonl"}
"""The files that a person can have of it."""
_ROWS, _UPLOAD, _SILENCE = "labelled.jsonl", "upload", "silence.jsonl"


@dataclass
class Export:
    """A mailbox by the name that the person knows; the name is shown, but no file is ever called so."""

    name: str
    place: TemporaryFolder
    job: Job | None = None
    closed: bool = False
    readings: dict[int, str] = field(default_factory=dict)
    """The rejections that are open, by their numbers."""

    @property
    def folder(self) -> Path:
        """Where its rows are, and the mailbox until it is read."""
        return self.place.path

    @property
    def labelled(self) -> Labelled | None:
        """What came of it, None where it is not done."""
        return self.job.result if self.job else None

    def close(self) -> None:
        """Stops the work on it, and deletes what is left of it."""
        self.closed = True
        if self.job:
            self.job.stop()
        self.place.close()


@dataclass(frozen=True)
class Labelled:
    """What came of a mailbox: the rows of its rejections, newest first, with the mails; and applications without an answer."""

    overview: Overview
    rejections: tuple[dict[str, Any], ...]
    mails: tuple[Email | None, ...]
    silent: tuple[dict[str, Any], ...]


def received(file: BinaryIO, name: str) -> Export:
    """A mailbox that was sent, in a folder that only its owner can read. Raises OutputError where there is no room for it."""
    try:
        place = TemporaryFolder()
        try:
            with (place.path / _UPLOAD).open("xb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError:
            place.close()
            raise
    except OSError as error:
        raise OutputError(f"The mailbox can't be kept for reading ({error.strerror or error}). Make room, then send it again.") from error
    return Export(name, place)


def label_export(export: Export, own_address: str, model: Model, job: Job) -> Labelled:
    """Labels the mailbox, and deletes it. Raises InputError where it can't be read."""
    upload = export.folder / _UPLOAD
    try:
        wanted = Wanted(
            output=export.folder / _ROWS,
            silence=export.folder / _SILENCE,
            names={upload: export.name},
            own_addresses=[own_address] if own_address else (),
        )
        human = human_labels()
        result = label_mailbox([upload], wanted, model, _progress(job, size_of(upload)), human, open_tagger(model, human))
        job.say("looking up the rejections")
        rejections = sorted(_rejections(wanted.output), key=lambda row: str(row["date"]), reverse=True)
        mails = _mails_of(rejections, upload, export.name)
        silent = tuple(_rows_in(export.folder / _SILENCE))
        return Labelled(result.overview, tuple(rejections), mails, silent)
    finally:
        for path in (upload, export.folder / f"{_ROWS}.journal"):
            path.unlink(missing_ok=True)
        if export.closed:  # what was written after that made the folder anew
            export.place.close()


def file_of(export: Export, ending: str) -> bytes:
    """All rows as a file of that ending, one of `FORMATS`, for spreadsheets where they read it."""
    path, rows = export.folder / f"asked{ending}", export.folder / _ROWS
    try:
        columns = dict.fromkeys([*FIELDS, *(name for row in _rows_in(rows) for name in row)])
        write_rows(_rows_in(rows), path, list(columns), bom=ending == ".csv")
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


def _progress(job: Job, total: int | None) -> Callable[[int, int], None]:
    """What tells a job how far the reading is, from what it is told of bytes and messages."""
    sizes = messages = 0

    def advance(size: int, number: int) -> None:
        nonlocal sizes, messages
        sizes += size
        messages += number
        job.say(f"{messages:,} messages read", min(1.0, sizes / total) if total else None)

    return advance


def _rows_in(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _rejections(path: Path) -> Iterator[dict[str, Any]]:
    return (row for row in _rows_in(path) if row["label"] in REASONS)


def _mails_of(rows: list[dict[str, Any]], upload: Path, name: str) -> tuple[Email | None, ...]:
    """The mails that rows are about, by their places."""
    wanted = {_place(row) for row in rows}
    places = ((item.source, item.position, item.row, item) for item in read_inbox(upload, name=name) if isinstance(item, Email))
    found: Mapping[Any, Email] = {(source, n, row): item for source, n, row, item in places if (source, n, row) in wanted}
    return tuple(found.get(_place(row)) for row in rows)


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["source"], row["position"], row.get("row"))
