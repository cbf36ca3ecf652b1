"""Rows of a table with a column of mail texts: CSV or JSON lines -> `Email`, one for every row, in order."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.records import Email, Skipped

TEXT_COLUMNS = ("text", "body", "message", "content")
_LONGEST_CELL = 16_000_000


def read_json(text: str, path: Path, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each line that is a JSON object (or each object of one JSON list); a line that is not is skipped, and named."""
    rows = list(_objects(text, path))
    found = [row for _, row in rows if isinstance(row, dict)]
    columns = list(dict.fromkeys(name for row in found for name in row))
    name = _text_column(columns, text_column, str(path)) if found else ""
    for number, item in rows:
        yield item if isinstance(item, Skipped) else _email(item, name, number, path)


def _objects(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any] | Skipped]]:
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
            yield number, Skipped(f"{path}, line {number}", f"not a JSON object ({error})")


def is_csv(start: str) -> bool:
    """Whether a text starts with a header line of two cells or more, one of them a column of texts."""
    cells = next(csv.reader([_without_hint(start).split("\n")[0]], _dialect(_without_hint(start))), [])
    return len(cells) > 1 and any(cell.strip().lower() in TEXT_COLUMNS for cell in cells)


def _without_hint(text: str) -> str:
    """The text without the line `sep=;` that Excel puts first."""
    return text.split("\n", 1)[-1] if text[:4].lower() == "sep=" else text


def read_csv(text: str, path: Path, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each record below the header; a record with too many cells is read and reported."""
    csv.field_size_limit(_LONGEST_CELL)
    text = _without_hint(text)
    reader = csv.reader(io.StringIO(text, newline=""), _dialect(text))
    try:
        columns = _distinct(c.strip() for c in next(reader, []))
        name = _text_column(columns, text_column, str(path))
        number = 0
        for cells in reader:
            if not cells:
                continue
            number += 1
            if len(cells) > len(columns):
                yield Skipped(
                    f"{path}, row {number}", f"{len(cells)} cells under {len(columns)} columns; the row was read, but look at its quotes"
                )
            yield _email(dict(zip(columns, [*cells, *[""] * len(columns)], strict=False)), name, number, path)
        if text.count('"') % 2:
            yield Skipped(str(path), "the number of quotes is odd: one that never closes may have swallowed rows; look at the last ones")
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not readable as CSV ({error}). Save it anew as CSV UTF-8.") from error


def _dialect(text: str) -> type[csv.Dialect]:
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",;\t", key=first.count)

    class Dialect(csv.excel):
        pass

    Dialect.delimiter = delimiter
    return Dialect


def _distinct(names: Iterable[str]) -> list[str]:
    """Column names, a second one of the same name as `name_2`."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _text_column(columns: list[str], wanted: str | None, where: str) -> str:
    names = [wanted] if wanted else list(TEXT_COLUMNS)
    for name in names:
        for column in columns:
            if column.strip().lower() == name.lower():
                return column
    found = ", ".join(repr(c) for c in columns[:12]) or "none"
    raise InputError(f"{where}: no column {' or '.join(names)} (found: {found}). Name the column of the mail with --text-column.")


def _email(row: Mapping[str, Any], text_column: str, number: int, path: Path) -> Email:
    lower = {str(k).strip().lower(): v for k, v in row.items()}
    given = lower.get("id")
    text = row.get(text_column)
    return Email(
        id=str(given) if given not in (None, "") else str(number),
        text=text if isinstance(text, str) else "" if text is None else json.dumps(text, ensure_ascii=False),
        subject=str(lower.get("subject") or ""),
        sender=str(lower.get("from") or lower.get("sender") or ""),
        date=str(lower.get("date") or ""),
        message_id=str(lower.get("message_id") or ""),
        source=str(path),
        row=number,
        extra=row,
    )
