"""What a person says of mails in a file: labelled rows, or a `label` sheet that they corrected. Taken into the collection.

Of a sheet only the rows count that the person changed, since the others hold what a model said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from feedback_nlp.collection import Taken, human_labels, open_collection, sifted
from feedback_nlp.errors import InputError, MissingColumnError
from feedback_nlp.examples import digest, labelled
from feedback_nlp.inbox import read_rows
from feedback_nlp.inbox.row import fields_in, list_in, quotes_in
from feedback_nlp.journal import origin_of
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, label_named
from feedback_nlp.mailbox import read_paths
from feedback_nlp.originals import find_originals
from feedback_nlp.records import Email, Example, Skipped
from feedback_nlp.rows import HUMAN, checksum

_SHEET = {"label", "confidence", "possible"}
_CHECKSUM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Conflict:
    """Rows that give one mail different labels: where they are, and what each says."""

    rows: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Additions:
    """What came of files: how many rows were taken, how many a sheet holds as the model had them, and what was left out."""

    taken: Taken
    unchanged: int = 0
    conflicts: tuple[Conflict, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Each row that was skipped, and each conflict, in a line."""
        conflicts = (f"{', '.join(c.rows)}: one mail with different labels ({', '.join(c.labels)})" for c in self.conflicts)
        return (*conflicts, *(f"{s.where}: {s.why}" for s in self.skipped))

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        left_out = {"conflicts": [asdict(c) for c in self.conflicts], "skipped": [asdict(s) for s in self.skipped]}
        return {**asdict(self.taken), "unchanged": self.unchanged, **left_out}


@dataclass(frozen=True)
class _Said:
    """A labelled mail, and the row that says so."""

    where: str
    example: Example


def add(
    files: Sequence[Path],
    text_column: str | None = None,
    mailboxes: Sequence[Path] = (),
    *,
    who: str = "",
    command: str = "add",
    dry_run: bool = False,
) -> Additions:
    """Takes what the files say into the collection, or with `dry_run` says what would be taken.

    `mailboxes` hold the mails of sheets without texts; if none are named, those count that the journal beside the sheet
    names. Raises InputError where a file can't be read, says nothing of any mail, or its mails are not to be found.
    """
    said, skipped, unchanged = [], [], 0
    for item in (item for path in files for item in _read(path, text_column, mailboxes)):
        if isinstance(item, _Said):
            said.append(item)
        elif isinstance(item, Skipped):
            skipped.append(item)
        else:
            unchanged += 1
    if not (said or skipped or unchanged):
        raise InputError(f"{', '.join(map(str, files))}: no labelled rows. Give a column `label` with {', '.join(LABELS)}.")
    examples, conflicts = _agreed(said)
    if dry_run:
        taken, _ = sifted(examples, human_labels())
    else:
        with open_collection(who) as collection:
            taken = collection.put(examples, command)
    return Additions(taken, unchanged, tuple(conflicts), tuple(skipped))


def _agreed(said: Iterable[_Said]) -> tuple[list[Example], list[Conflict]]:
    """The labelled mails of which all rows say the same, and the others."""
    mails: defaultdict[str, list[_Said]] = defaultdict(list)
    for one in said:
        mails[digest(one.example.text)].append(one)
    examples: list[Example] = []
    conflicts: list[Conflict] = []
    for rows in mails.values():
        if len({(row.example.primary, frozenset(row.example.secondary)) for row in rows}) == 1:
            examples.extend(row.example for row in rows)
        else:
            labels = (" + ".join([row.example.primary, *row.example.secondary]) for row in rows)
            conflicts.append(Conflict(tuple(row.where for row in rows), tuple(labels)))
    return examples, conflicts


def _read(path: Path, text_column: str | None, mailboxes: Sequence[Path]) -> Iterator[_Said | Skipped | None]:
    """What the rows of a file say; None for a row that is as the model had it."""
    without: list[Email] = []
    for row in _rows(path, text_column):
        if isinstance(row, Skipped):
            yield row
        elif not _is_sheet(row):
            yield _said(row)
        elif not _is_changed(row):
            yield None
        elif row.text.strip():
            yield _said(_by_the_person(row))
        else:
            without.append(row)
    if without:
        texts = find_originals(without, _mails(path, text_column, mailboxes))
        for number, row in enumerate(without):
            yield (
                _said(_by_the_person(replace(row, text=texts[number])))
                if number in texts
                else Skipped(_where(row), "its mail was not found, or several different ones fit; name the mailbox with --mail")
            )


def _rows(path: Path, text_column: str | None) -> Iterator[Email | Skipped]:
    """The rows of a file; those of a sheet without a column of texts with an empty text."""
    rows = read_rows(path, text_column)
    try:
        first = next(rows, None)
    except MissingColumnError:
        rows = (row if isinstance(row, Skipped) else replace(row, text="") for row in read_rows(path, "label"))
        first = next(rows, None)
        if not isinstance(first, Email) or not _is_sheet(first):
            raise
    if first:
        yield first
        yield from rows


def _mails(sheet: Path, text_column: str | None, mailboxes: Sequence[Path]) -> Iterator[Email | Skipped]:
    """The mails of which a sheet holds the labels."""
    paths, column = (mailboxes, text_column) if mailboxes else origin_of(sheet)
    if not paths:
        raise InputError(f"{sheet} holds no texts of mails, and no journal beside it says where they are. Name the mailbox: --mail PATH")
    try:
        yield from read_paths(paths, column, lambda _: None)
    except InputError as error:
        raise InputError(f"{sheet}: the mails that it labels can't be read: {error} Or name where they are now: --mail PATH") from error


def _is_sheet(row: Email) -> bool:
    """Whether `label` wrote a row, in this version or an earlier one."""
    return _SHEET <= set(fields_in(row))


def _is_changed(row: Email) -> bool:
    """Whether a row of a sheet says what a person said: not what was written there, or marked as theirs."""
    cells = fields_in(row)
    if str(cells.get("label_source") or "").strip().lower() == HUMAN:
        return True
    label, secondary, evidence = _answer(cells)
    written = _written(cells)
    if not written:
        said = cells.get("model_label") or next(iter(list_in(cells.get("possible"))), "")
        return label != said
    answer, quotes = checksum(label, secondary, evidence).split("-")
    return answer != written[0] or (quotes != written[1] and bool(evidence))


def _by_the_person(row: Email) -> Email:
    """A changed row without what is the model's in it: evidence that is as it was, and reasons beside a label that has none."""
    cells = fields_in(row)
    label, secondary, evidence = _answer(cells)
    written = _written(cells)
    marked = written and checksum(label, secondary, evidence).split("-")[1] != written[1]
    own = {"primary": label, "evidence": evidence if marked else [], "secondary": secondary if label in CONCRETE_REASONS else []}
    return replace(row, extra=cells | own)


def _answer(cells: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    secondary = [label_named(name) for name in list_in(cells.get("secondary"))]
    return label_named(str(cells.get("label") or "")), secondary, quotes_in(cells.get("evidence"))


def _written(cells: Mapping[str, Any]) -> list[str]:
    """The parts of the checksum, if there is one."""
    found = str(cells.get("checksum") or "").strip()
    return found.split("-") if _CHECKSUM.fullmatch(found) else []


def _said(row: Email) -> _Said | Skipped:
    example = labelled(row)
    return example if isinstance(example, Skipped) else _Said(_where(row), example)


def _where(row: Email) -> str:
    return f"{row.source}, row {row.row}"
