"""Rows of a table with a column of mail texts: CSV or JSON lines -> `Email`, one for every row, in order."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.file import LONGEST_TABLE, MEBIBYTE, File, refuse_binary
from feedback_nlp.inbox.row import TEXT_COLUMNS, distinct, email_from_row, find_text_column
from feedback_nlp.records import Email, Skipped
from feedback_nlp.sheet.cell import unguarded
from feedback_nlp.sheet.columns import is_own

_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
_LONGEST_CELL = 16_000_000


def is_table(file: File) -> bool:
    """Whether a file holds JSON lines or CSV, by its first line; else by its name, so that a missing column is told."""
    start = decode(file.head[:4000]).lstrip()
    return re.match(r'(?:\[\s*)?\{\s*"', start) is not None or is_csv(start) or file.name.lower().endswith(_SUFFIXES)


def is_rows(data: bytes) -> bool:
    """Whether bytes hold JSON objects, or a CSV header and a record of as many cells, whatever the file is called."""
    start = decode(data[:MEBIBYTE]).lstrip()
    if start[:1] in ("{", "["):
        first = next(_objects(start, ""), (0, None))[1]
        return isinstance(first, dict) or re.match(r'\[\s*\{\s*"', start) is not None
    text = _without_hint(start)
    try:
        header, record = islice(csv.reader(io.StringIO(text, newline=""), _dialect(text)), 2)
    except (csv.Error, ValueError):
        return False
    return len(header) == len(record) and (is_csv(start) or is_own(header))


def read_table(file: File, text_column: str | None) -> Iterator[Email | Skipped]:
    """The rows of JSON lines or CSV. Raises InputError where there is no column of texts."""
    refuse_binary(file.head, file.name)
    text = decode(file.read(LONGEST_TABLE))
    read = read_json if text.lstrip()[:1] in ("{", "[") else read_csv
    yield from read(text, file.name, text_column)


def read_json(text: str, source: str, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each line that is a JSON object (or each object of one JSON list); a line that is not is skipped, and named."""
    rows = list(_objects(text, source))
    found = [row for _, row in rows if isinstance(row, dict)]
    columns = list(dict.fromkeys(name for row in found for name in row))
    column = find_text_column(columns, text_column, source) if found else ""
    for number, item in rows:
        yield item if isinstance(item, Skipped) else email_from_row(item, column, number, source)


def _objects(text: str, source: str) -> Iterator[tuple[int, dict[str, Any] | Skipped]]:
    try:
        listed = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        listed = None
    parts = enumerate(listed if isinstance(listed, list) else text.split("\n"), 1)
    for number, part in parts:
        if part == "" or (isinstance(part, str) and not part.strip()):
            continue
        try:
            row = json.loads(part) if isinstance(part, str) else part
            if not isinstance(row, dict):
                raise ValueError("not an object")
            yield number, row
        except (ValueError, RecursionError) as error:
            yield number, Skipped(f"{source}, line {number}", f"not a JSON object ({error})")


def is_csv(start: str) -> bool:
    """Whether a text starts with a header line of two cells or more, one of them a column of texts."""
    first = re.split(r"[\r\n]", _without_hint(start), maxsplit=1)[0]
    try:
        cells = next(csv.reader([first], _dialect(first)), [])
    except csv.Error:
        return False
    return len(cells) > 1 and any(cell.strip().lower() in TEXT_COLUMNS for cell in cells)


def _without_hint(text: str) -> str:
    """The text without the line `sep=;` that Excel puts first."""
    return re.split(r"\r\n|[\r\n]", text, maxsplit=1)[-1] if text[:4].lower() == "sep=" else text


def read_csv(text: str, source: str, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each record below the header; a record with too many cells is read and reported."""
    csv.field_size_limit(_LONGEST_CELL)
    text = _without_hint(text)
    reader = csv.reader(io.StringIO(text, newline=""), _dialect(text))
    try:
        header = next((cells for cells in reader if any(cells)), [])
        restored = unguarded if is_own(header) else str
        columns = distinct(restored(name).strip() for name in header)
        column = find_text_column(columns, text_column, source)
        number = 0
        for cells in reader:
            if not cells:
                continue
            number += 1
            if len(cells) > len(columns):
                cut = f"{len(cells)} cells under {len(columns)} columns; the row was read, but look at its quotes"
                yield Skipped(f"{source}, row {number}", cut, count=0)
            cells = [*map(restored, cells), *[""] * len(columns)]
            yield email_from_row(dict(zip(columns, cells, strict=False)), column, number, source)
        if text.count('"') % 2:
            yield Skipped(
                source, "the number of quotes is odd: one that never closes may have swallowed rows; look at the last ones", count=0
            )
    except csv.Error as error:
        raise InputError(f"{source}, line {reader.line_num}: not readable as CSV ({error}). Save it anew as CSV UTF-8.") from error


def _dialect(text: str) -> type[csv.Dialect]:
    first = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = max(",;\t", key=first.count)

    class Dialect(csv.excel):
        pass

    Dialect.delimiter = delimiter
    return Dialect
