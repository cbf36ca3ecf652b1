"""The whole flow: from the addresses that a person names to a folder of labelled partitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from feedback_nlp.engine.address import Address, files_at, locate, names_in, sweep
from feedback_nlp.engine.cluster import broadcast, check_installed, connected, results
from feedback_nlp.engine.judge import Kit
from feedback_nlp.engine.manifest import NAME, begin, finish, plan_of
from feedback_nlp.engine.partition import Job, Partition, Record, label_partition, record_of
from feedback_nlp.engine.table import Table, inspect
from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.overview import render_labels
from feedback_nlp.rows import FIELDS
from feedback_nlp.terminal import harmless

if TYPE_CHECKING:
    from distributed import Client

_MOST_LINES = 20
_LONGEST = 300


@dataclass(frozen=True)
class Wanted:
    """What a person asks of a run: where the rows go, on whose workers (None: processes of this machine), and which column
    holds the mails' texts, where it is not one of the usual.
    """

    output: str
    scheduler: str | None = None
    text_column: str | None = None


@dataclass
class Summary:
    """What came of a run: the tables, what became of each partition so far, why some failed, and whether it is whole."""

    output: str
    tables: Sequence[Table] = ()
    records: dict[Partition, Record] = field(default_factory=dict)
    failed: dict[Partition, str] = field(default_factory=dict)
    total: int = 0

    @property
    def whole(self) -> bool:
        """Whether every partition is done."""
        return len(self.records) == self.total


def label_tables(
    paths: Sequence[str], wanted: Wanted, kit: Kit, say: Callable[[str], None], progress: Callable[[int, int], None]
) -> Summary:
    """Labels the mails of Parquet files, row group by row group, into a folder; what is there from a run before is not done again.

    `say` is told what is to be done, `progress` how many mails were done since the last time, and how many there are. Ctrl-C
    ends it early: what is finished stays. Raises InputError where nothing can be read or no scheduler answers, OutputError
    where the folder can't be written or belongs to another run, ModelError where a worker can't judge as this machine does.
    """
    check_installed()
    folder = locate(wanted.output)
    files = {file.name: file for path in paths for file in files_at(path) if not file.name.startswith(f"{folder.name}/")}
    summary = Summary(wanted.output)
    with connected(wanted.scheduler) as client:
        if not _workers(client):
            say("The scheduler has no worker yet: waiting for one.")
        summary.tables = list(_inspected(client, list(files.values()), wanted.text_column))
        partitions = list(_partitions(summary.tables))
        summary.total = len(partitions)
        plan = plan_of(summary.tables, kit, wanted.text_column)
        begin(folder, plan)
        run = _Run(client, Job(uuid4().hex, folder, _columns(summary.tables)), summary, progress)
        try:
            missing = run.missing(partitions)
            say(_intention(client, partitions, missing))
            if missing:
                with broadcast(client, run.job.run, kit):
                    run.label(missing)
            sweep(folder)
        except KeyboardInterrupt:
            pass
        finally:
            finish(folder, plan, summary.records, summary.failed, summary.whole)
    return summary


@dataclass(frozen=True)
class _Run:
    """Partitions on their way into the summary."""

    client: Client
    job: Job
    summary: Summary
    progress: Callable[[int, int], None]

    def missing(self, partitions: Sequence[Partition]) -> list[Partition]:
        """Notes those that are there, and gives the others."""
        names = set(names_in(self.job.folder))
        for partition, record in results(self.client, record_of, [p for p in partitions if p.name in names], job=self.job):
            if isinstance(record, Record):
                self.summary.records[partition] = record
        return [p for p in partitions if p not in self.summary.records]

    def label(self, missing: Sequence[Partition]) -> None:
        """Labels them. What no worker can read to its end is read once more, for what comes before that."""
        total = sum(p.rows for p in missing)
        self.progress(0, total)
        for salvage in (False, True):
            broken = []
            for partition, outcome in results(self.client, label_partition, missing, job=self.job, salvage=salvage):
                if isinstance(outcome, Record):
                    self.summary.records[partition] = outcome
                    self.progress(partition.rows, total)
                elif isinstance(outcome, InputError) and not salvage:
                    broken.append(partition)
                else:
                    self._fail(partition, outcome)
            missing = broken

    def _fail(self, partition: Partition, error: Exception) -> None:
        """Notes why a partition failed. Raises an OutputError, since the next one would fail as well."""
        if isinstance(error, OutputError):
            raise error
        self.summary.failed[partition] = " ".join(str(error).split())[:_LONGEST] or type(error).__name__


def _inspected(client: Client, files: Sequence[Address], text_column: str | None) -> Iterator[Table]:
    """What the files hold, in order. Raises InputError where none of them can be read."""
    found = dict(results(client, inspect, files, text_column=text_column))
    failures = [table for table in found.values() if isinstance(table, Exception)]
    if len(failures) == len(files):
        raise InputError(str(failures[0])) if failures else InputError("The folder of the results holds all files that were named.")
    for file in files:
        table = found[file]
        yield Table(file, trouble=_about(file, table)) if isinstance(table, Exception) else table


def _about(file: Address, error: Exception) -> str:
    """What an error says of a file that is named beside it."""
    return str(error).removeprefix(file.name).lstrip(" :,")


def _partitions(tables: Sequence[Table]) -> Iterator[Partition]:
    groups = ((table, group, rows) for table in tables for group, rows in enumerate(table.groups))
    for number, (table, group, rows) in enumerate(groups):
        yield Partition(number, table.file, table.text_column, group, rows)


def _columns(tables: Sequence[Table]) -> list[str]:
    """The columns of all partitions: those of `label`, and each other that any of the files has."""
    return list(dict.fromkeys([*FIELDS, *(name for table in tables for name in table.columns)]))


def _intention(client: Client, partitions: Sequence[Partition], missing: Sequence[Partition]) -> str:
    done = len(partitions) - len(missing)
    if not missing:
        return f"All {len(partitions):,} partitions are there already."
    what = f"{sum(p.rows for p in missing):,} mails in {len(missing):,} partitions"
    already = f"{done:,} of {len(partitions):,} partitions are there already. " if done else ""
    return f"{already}Labelling {what}; workers: {_workers(client):,}."


def _workers(client: Client) -> int:
    return len(client.nthreads())


def render_summary(summary: Summary) -> Iterator[str]:
    """What came of a run, in words."""
    records = summary.records.values()
    read, written = (sum(getattr(record, name) for record in records) for name in ("rows_in", "rows_out"))
    yield f"Read {read:,}: {written:,} labelled, {read - written:,} skipped."
    yield from render_labels(sum((record.labels for record in records), Counter()))
    lines = list(_troubles(summary))
    if lines:
        yield "Skipped, or to look at:"
        yield from (harmless(f"  {line}") for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"  ... and {len(lines) - _MOST_LINES:,} more ({NAME} in the folder lists them all)"


def _troubles(summary: Summary) -> Iterator[str]:
    yield from (f"{table.file.name}: {table.trouble}" for table in summary.tables if table.trouble)
    for partition, why in summary.failed.items():
        yield f"{partition.file.name}, row group {partition.group}: {why}"
    for partition in sorted(summary.records, key=lambda p: p.number):
        for why, found in summary.records[partition].skipped.items():
            rows = ", ".join(f"{row:,}" for row in found["first"]) + (" ..." if found["rows"] > len(found["first"]) else "")
            yield f"{partition.file.name}, row {rows}: {why}"
