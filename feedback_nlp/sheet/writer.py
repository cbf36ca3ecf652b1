"""Rows -> a file of the format that its name tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from feedback_nlp.errors import OutputError
from feedback_nlp.resources import check_place, written_aside
from feedback_nlp.sheet.columns import MisfitError, kinds_in, kinds_of
from feedback_nlp.sheet.parquet import is_installed, write_parquet
from feedback_nlp.sheet.text import write_csv, write_json_lines
from feedback_nlp.sheet.workbook import write_workbook


def check_writable(path: Path) -> None:
    """Raises OutputError where `write_rows` can't write: an unknown ending, a missing extra, a place that takes no file."""
    _writer_of(path)
    check_place(path)


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path, columns: Sequence[str] | None = None, *, bom: bool = False) -> int:
    """Writes rows to a .csv, .jsonl, .parquet or .xlsx file, whole or not at all, and says how many they were.

    With `columns` one row at a time is in memory (in Parquet a batch), and fields of other names are left out; without,
    all rows are. `bom` puts a byte-order mark before CSV. Raises OutputError where that can't be done, and whatever `rows`
    raises.
    """
    write = _writer_of(path, bom)
    source = _Source(rows)
    try:
        with written_aside(path) as file:
            if columns is None:
                collected = list(source)
                write(file, collected, kinds_in(collected))
            else:
                write(file, source, kinds_of(columns))
    except MisfitError as error:
        raise OutputError(f"{path}: {error}") from error
    except _SourceError as failed:
        raise failed.error from failed.error.__cause__
    return source.count


def _writer_of(path: Path, bom: bool = False) -> Callable[..., None]:
    ending = path.suffix.lower()
    if ending == ".csv":
        return partial(write_csv, bom=bom)
    if ending in (".jsonl", ".ndjson", ".json"):
        return write_json_lines
    if ending == ".parquet":
        if not is_installed():
            raise OutputError(f"{path}: Parquet needs pyarrow, which is not installed. Install it: pip install 'feedback-nlp[tables]'")
        return write_parquet
    if ending == ".xlsx":
        return write_workbook
    raise OutputError(f"{path}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx.")


class _SourceError(Exception):
    """What went wrong in making the rows, told apart from what goes wrong in writing them."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class _Source:
    """Rows on their way, and how many have passed."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        try:
            for row in self._rows:
                self.count += 1
                yield row
        except Exception as error:
            raise _SourceError(error) from error
