"""What a person says of mails in a file: labelled rows, or a `label` sheet that they corrected. Taken into the collection.

Of a sheet only the rows count that the person changed, since the others hold what a model said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from feedback_nlp.collection import Taken, human_labels, open_collection, own_history, sifted
from feedback_nlp.errors import FeedbackError, InputError, MissingColumnError
from feedback_nlp.examples import digest, labelled, tags_in
from feedback_nlp.inbox import read_rows
from feedback_nlp.inbox.row import fields_in, list_in, quotes_in
from feedback_nlp.journal import origin_of
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, label_named
from feedback_nlp.mailbox import read_paths
from feedback_nlp.originals import find_originals
from feedback_nlp.records import HUMAN, MODEL, Email, Example, Skipped
from feedback_nlp.rows import checksum
from feedback_nlp.tags import known_names, read_tags

_SHEET = {"label", "confidence", "possible"}
_NOT_FOUND = "its mail was not found; name the mailbox that holds it: --mail PATH"
_SEVERAL = "several mails with different texts fit it"
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
    names = frozenset(read_tags())
    for item in (_known(item, names) for path in files for item in _read(path, text_column, mailboxes)):
        if isinstance(item, _Said):
            said.append(item)
        elif isinstance(item, Skipped):
            skipped.append(item)
        else:
            unchanged += 1
    if not (said or skipped or unchanged):
        raise InputError(f"{', '.join(map(str, files))}: no labelled rows. Give a column `label` with {', '.join(LABELS)}.")
    examples, conflicts = _agreed(said)
    if dry_run or not examples:
        taken, _ = sifted(examples, human_labels())
    else:
        with open_collection(who) as collection:
            taken = collection.put(examples, command)
    return Additions(taken, unchanged, tuple(conflicts), tuple(skipped))


def check_kept(sheet: Path) -> None:
    """Raises InputError where a person changed rows of a sheet that `label` wrote, and the collection never held what they say:
    to write the sheet anew would lose that. A file that is no such sheet holds nothing of theirs.
    """
    if (lost := _count_lost(sheet)) > 0:
        labels = "a label" if lost == 1 else f"{lost:,} labels"
        raise InputError(
            f"{sheet} holds {labels} that you changed. Keep {'it' if lost == 1 else 'them'} first: feedback-nlp add {sheet} "
            "(and mend the rows that it skips); or write to another file, or delete this one."
        )


def _count_lost(sheet: Path) -> int:
    try:
        rows = (row for row in _rows(sheet, None) if isinstance(row, Email)) if sheet.is_file() else ()
        changed = sum(_is_sheet(row) and _is_changed(row) for row in rows)
    except FeedbackError:
        return 0
    try:
        items = list(_read(sheet, None, ())) if changed else []
    except FeedbackError:
        return changed  # its mails can't be read, so that nobody knows which were kept
    held: defaultdict[str, list[Example]] = defaultdict(list)
    for entry in own_history() if changed else ():
        if entry.example:
            held[entry.digest].append(entry.example)
    said = (item.example for item in items if isinstance(item, _Said))
    return sum(not _is_held(example, held) for example in said) + sum(isinstance(item, Skipped) and item.count > 0 for item in items)


def _is_held(example: Example, held: Mapping[str, Sequence[Example]]) -> bool:
    key = digest(example.text)
    return any(sifted([example], {key: one})[0].known for one in held.get(key, ()))


def _known(item: _Said | Skipped | None, names: frozenset[str]) -> _Said | Skipped | None:
    """The item, left out where it speaks of a label that is none of the person's own."""
    unknown = [name for name in item.example.tags or () if name not in names] if isinstance(item, _Said) else []
    if not unknown or not isinstance(item, _Said):
        return item
    return Skipped(item.where, f"unknown label of your own {unknown[0]!r}: {known_names()}; a new one: feedback-nlp labels add NAME")


def _agreed(said: Iterable[_Said]) -> tuple[list[Example], list[Conflict]]:
    """The labelled mails of which all rows say the same, and the others."""
    mails: defaultdict[str, list[_Said]] = defaultdict(list)
    for one in said:
        mails[digest(one.example.text)].append(one)
    examples: list[Example] = []
    conflicts: list[Conflict] = []
    for rows in mails.values():
        own = {frozenset(row.example.tags) for row in rows if row.example.tags is not None}
        if len({(row.example.primary, frozenset(row.example.secondary)) for row in rows}) == 1 and len(own) < 2:
            examples.extend(row.example for row in rows)
        else:
            labels = (" + ".join([row.example.primary, *row.example.secondary, *(row.example.tags or ())]) for row in rows)
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
            yield _said_in_sheet(row)
        else:
            without.append(row)
    originals = find_originals(without, _mails(path, text_column, mailboxes)) if without else []
    for row, texts in zip(without, originals, strict=True):
        if len(texts) == 1:
            yield _said_in_sheet(replace(row, text=texts[0]))
        else:
            yield Skipped(_where(row), _SEVERAL if texts else _NOT_FOUND)


def _rows(path: Path, text_column: str | None) -> Iterator[Email | Skipped]:
    """The rows of a file; those of a sheet without a column of texts with an empty text."""
    try:
        _, rows = _begun(read_rows(path, text_column))
    except MissingColumnError as error:
        with suppress(MissingColumnError):
            first, rows = _begun(read_rows(path, "label"))
            if first and _is_sheet(first):
                return (row if isinstance(row, Skipped) else replace(row, text="") for row in rows)
        raise error
    return rows


def _begun(rows: Iterator[Email | Skipped]) -> tuple[Email | None, Iterator[Email | Skipped]]:
    """The first row, and all of them. A file that lacks a column has raised by then."""
    read = []
    for row in rows:
        read.append(row)
        if isinstance(row, Email):
            return row, chain(read, rows)
    return None, iter(read)


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
    return set(fields_in(row)) >= _SHEET


def _is_changed(row: Email) -> bool:
    """Whether a row of a sheet is not as it was written there, or names labels of the person's own. Where its checksum is gone,
    whether the label is not the model's or is marked as the person's.
    """
    cells = fields_in(row)
    if tags_in(cells) is not None:
        return True
    label, _, evidence = _answer(cells)
    written, now = _written(cells), _checksum(cells)
    if not written:
        said = cells.get("model_label") or next(iter(list_in(cells.get("possible"))), "")
        return label != said or _source(cells) == HUMAN
    return now[0] != written[0] or (now[1] != written[1] and bool(evidence))


def _by_the_person(row: Email) -> Email:
    """A changed row without what is the model's in it: evidence that is as it was, and reasons beside a label that has none."""
    cells = fields_in(row)
    label, secondary, evidence = _answer(cells)
    written = _written(cells)
    marked = written and _checksum(cells)[1] != written[1]
    own = {"primary": label, "evidence": evidence if marked else [], "secondary": secondary if label in CONCRETE_REASONS else []}
    return replace(row, extra=cells | own)


def _answer(cells: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    secondary = [label_named(name) for name in list_in(cells.get("secondary"))]
    return label_named(str(cells.get("label") or "")), secondary, quotes_in(cells.get("evidence"))


def _source(cells: Mapping[str, Any]) -> str:
    return str(cells.get("label_source") or MODEL).strip().lower()


def _checksum(cells: Mapping[str, Any]) -> list[str]:
    """The parts that the checksum would have if the row were written now."""
    return checksum(*_answer(cells), _source(cells)).split("-")


def _written(cells: Mapping[str, Any]) -> list[str]:
    """The parts of the checksum, if there is one."""
    found = str(cells.get("checksum") or "").strip()
    return found.split("-") if _CHECKSUM.fullmatch(found) else []


def _said(row: Email) -> _Said | Skipped:
    example = labelled(row)
    return example if isinstance(example, Skipped) else _Said(_where(row), example)


def _said_in_sheet(row: Email) -> _Said | Skipped | None:
    """What a changed row of a sheet says; None where nothing but evidence is changed, to what the mail does not say."""
    said, cells = _said(_by_the_person(row)), fields_in(row)
    spoilt = isinstance(said, _Said) and not said.example.evidence and _checksum(cells)[:1] == _written(cells)[:1]
    return None if spoilt and tags_in(cells) is None else said


def _where(row: Email) -> str:
    return f"{row.source}, {row.place}"
