"""One row group of a table: judged, and written into one file, which itself says what became of its rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from feedback_nlp.engine.address import Address, written
from feedback_nlp.engine.judge import Judge
from feedback_nlp.engine.table import opened
from feedback_nlp.errors import InputError
from feedback_nlp.inbox.parquet import rows_of
from feedback_nlp.overview import NOT_JUDGED
from feedback_nlp.records import Email, Skipped
from feedback_nlp.rows import Row
from feedback_nlp.sheet.columns import Kind, fits, kinds_of
from feedback_nlp.sheet.parquet import write_parquet

_BATCH = 256
_ROWS = 1000
_MOST_NAMED = 20
_ABOUT = "feedback-nlp"
JUDGES: dict[str, Judge] = {}
"""What judges in this process, by the run that it is for."""


@dataclass(frozen=True)
class Partition:
    """A row group of a file of mails; `number` counts all partitions of a run."""

    number: int
    file: Address
    text_column: str
    group: int
    rows: int

    @property
    def name(self) -> str:
        """The file that its rows go to."""
        return f"part-{self.number:06}.parquet"


@dataclass(frozen=True)
class Job:
    """What is the same for all partitions of a run; `run` names it on the workers."""

    run: str
    folder: Address
    columns: Sequence[str]


@dataclass
class Record:
    """What became of the rows of a partition: how many have which label, why how many were not judged (their rows say so too),
    and why which were left out.

    `skipped` has the number of rows for each reason, and the first of them.
    """

    input: str
    row_group: int
    rows_in: int
    rows_out: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    not_judged: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, dict[str, Any]] = field(default_factory=dict)

    def skip(self, row: int, why: str, rows: int = 1) -> None:
        """Counts rows that were left out, the first of them by its number in the file."""
        found = self.skipped.setdefault(why, {"rows": 0, "first": []})
        found["rows"] += rows
        found["first"] = [*found["first"], row][:_MOST_NAMED]

    def count(self, row: Row) -> None:
        """Counts a row that comes out."""
        self.rows_out += 1
        self.labels[row["label"] or NOT_JUDGED] += 1
        if row["label"] is None:
            self.not_judged[row["note"]] += 1

    @property
    def rows_skipped(self) -> int:
        """How many rows were left out."""
        return sum(found["rows"] for found in self.skipped.values())


def label_partition(partition: Partition, job: Job, salvage: bool = False) -> Record:
    """Judges the mails of a row group and writes their rows; a mail that can't be judged or written is left out, and counted.

    Raises InputError where the file breaks off, and with `salvage` keeps what came before; OutputError where nothing can be
    written; RuntimeError where the counts don't add up.
    """
    record = Record(partition.file.name, partition.group, partition.rows)
    kinds = kinds_of(job.columns)
    with written(job.folder.within(partition.name)) as file:
        rows = _fitting(_judged(_emails(partition, record, salvage), JUDGES[job.run], record), kinds, record)
        write_parquet(file, rows, kinds, lambda: {_ABOUT: json.dumps(vars(record))})
        if record.rows_in != record.rows_out + record.rows_skipped:
            raise RuntimeError(f"{record.rows_in} rows, but {record.rows_out} came out and {record.rows_skipped} were skipped")
    return record


def record_of(partition: Partition, job: Job) -> Record | None:
    """What the file of a partition says that became of it; None where it is not there or damaged."""
    try:
        with opened(job.folder.within(partition.name)) as table:
            found = json.loads(table.metadata.metadata[_ABOUT.encode()])
            record = Record(**found | {"labels": Counter(found["labels"]), "not_judged": Counter(found["not_judged"])})
    except (InputError, KeyError, TypeError, ValueError):
        return None
    is_its_own = (record.input, record.row_group, record.rows_in) == (partition.file.name, partition.group, partition.rows)
    return record if is_its_own else None


def _emails(partition: Partition, record: Record, salvage: bool) -> Iterator[Email]:
    """The mails of a row group; where it breaks off and is to be salvaged, those before."""
    seen, first = 0, 1
    try:
        with opened(partition.file) as table:
            first += sum(table.metadata.row_group(i).num_rows for i in range(partition.group))
            for item in rows_of(table, partition.text_column, partition.file.name, partition.group, 1 if salvage else _ROWS):
                if isinstance(item, Skipped):
                    record.skip(first + seen, item.why)
                else:
                    yield item
                seen += 1
    except InputError as error:
        if not salvage:
            raise
        record.skip(first + seen, str(error).removeprefix(partition.file.name).lstrip(" :,"), partition.rows - seen)


def _judged(emails: Iterator[Email], judge: Judge, record: Record) -> Iterator[Row]:
    """The rows of the mails, batch by batch; where one can't be judged, the others of its batch are judged one by one."""
    while batch := list(islice(emails, _BATCH)):
        try:
            rows = judge(batch)
        except Exception:
            rows = [row for email in batch for row in _judged_alone(email, judge, record)]
        yield from rows


def _judged_alone(email: Email, judge: Judge, record: Record) -> list[Row]:
    try:
        return judge([email])
    except Exception as error:
        record.skip(email.row or 0, f"can't be judged ({type(error).__name__})")
        return []


def _fitting(rows: Iterator[Row], kinds: Mapping[str, Kind], record: Record) -> Iterator[Row]:
    """The rows that their columns can hold, counted."""
    for row in rows:
        misfit = next((name for name, kind in kinds.items() if row.get(name) is not None and not fits(row[name], kind)), None)
        if misfit:
            record.skip(row["row"], f"holds in column {misfit} what that column can't hold")
        else:
            record.count(row)
            yield row
