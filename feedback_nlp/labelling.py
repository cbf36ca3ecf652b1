"""A run of `label`: from the paths that a person names to the files that they get."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feedback_nlp.journal import DUPLICATE, Journal, open_journal
from feedback_nlp.labels import REASONS
from feedback_nlp.mailbox import columns, judge, read_paths, rows, tie
from feedback_nlp.model import Model
from feedback_nlp.overview import Counting, Overview, overview
from feedback_nlp.records import Example
from feedback_nlp.rows import Row
from feedback_nlp.sheet import check_writable, write_rows
from feedback_nlp.silence import AFTER_APPLICATION, AFTER_INTERVIEW, COLUMNS, silent
from feedback_nlp.tagging import Tagger


@dataclass(frozen=True)
class Wanted:
    """What a person asks of a run, besides the paths; `docs/output.md` describes the files."""

    output: Path
    only_rejections: bool = False
    skipped: Path | None = None
    silence: Path | None = None
    today: datetime.date | None = None
    after_application: int = AFTER_APPLICATION
    after_interview: int = AFTER_INTERVIEW
    names: Mapping[Path, str] = field(default_factory=dict)
    """What paths are called, where that is not the path itself."""
    own_addresses: Collection[str] = ()
    text_column: str | None = None
    update: bool = False
    bom: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Labelled:
    """What came of a run; `whole` is False where it was interrupted, and `output` then holds what was read until then."""

    overview: Overview
    output: Path
    whole: bool
    newest: Sequence[Row]
    silent: Sequence[Row]


def label_mailbox(
    paths: Sequence[Path],
    wanted: Wanted,
    model: Model,
    progress: Callable[[int, int], None],
    human: Mapping[str, Example] | None = None,
    tagger: Tagger | None = None,
) -> Labelled:
    """Labels all messages of the paths; `progress` is told the bytes and messages that were read since the last time.

    `human` holds what the person said of mails, as `collection.human_labels` gives it; `tagger` tells labels of their own.

    Raises InputError where nothing could be read, OutputError where a file can't be written, FeedbackError where one of several
    jobs is killed.
    """
    for path in (wanted.output, wanted.skipped, wanted.silence):
        if path:
            check_writable(path)
    with open_journal(wanted.output, wanted.update) as journal:
        journal.note_origin(paths, wanted.text_column, wanted.update)
        read, whole = _judge_all(paths, wanted, model, journal, progress, human, tagger)
        tie(journal, wanted.own_addresses)
        counting = Counting()
        output = wanted.output if whole else partial(wanted.output)
        kept = (row for row in counting(rows(journal)) if not wanted.only_rejections or row["label"] in REASONS)
        write_rows(kept, output, columns(journal), bom=wanted.bom)
        _write_skipped(journal, wanted)
        waiting = list(silent(journal.connection, wanted.today, wanted.after_application, wanted.after_interview))
        if wanted.silence:
            write_rows(waiting, wanted.silence, None if waiting else COLUMNS, bom=wanted.bom)  # a list of none says so too
        if whole:
            partial(wanted.output).unlink(missing_ok=True)
            journal.forget_unused()
        return Labelled(overview(journal, read, counting), output, whole, counting.newest, waiting)


def partial(output: Path) -> Path:
    """Where the rows go of a run that was interrupted."""
    return output.with_name(f"{output.stem}.partial{output.suffix}")


def _judge_all(
    paths: Sequence[Path],
    wanted: Wanted,
    model: Model,
    journal: Journal,
    progress: Callable[[int, int], None],
    human: Mapping[str, Example] | None,
    tagger: Tagger | None,
) -> tuple[int, bool]:
    """How many messages were read, and whether all were: Ctrl-C ends the reading, and what was read comes out."""
    read = 0
    try:
        mails = read_paths(paths, wanted.text_column, lambda size: progress(size, 0), wanted.names)
        for number in judge(mails, model, journal, human, tagger, wanted.jobs):
            read += number
            progress(0, number)
    except KeyboardInterrupt:
        return read, False
    return read, True


def _write_skipped(journal: Journal, wanted: Wanted) -> None:
    if wanted.skipped:
        write_rows(_skips(journal), wanted.skipped, ("where", "why", "messages", "kind"), bom=wanted.bom)


def _skips(journal: Journal) -> Iterator[dict[str, Any]]:
    for item, kind in journal.skipped():
        yield {"where": item.where, "why": item.why, "messages": item.count, "kind": kind if item.count or kind == DUPLICATE else "remark"}
