"""A Parquet file, batch by batch. pyarrow reads it, which is an extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.file import File
from feedback_nlp.inbox.row import email_from_row, find_text_column, plain
from feedback_nlp.records import Email, Skipped

UNREADABLE = "holds a cell that can't be read"
_BATCH = 1000
_BUFFER = 1024 * 1024
"""So many bytes of a column are read at once."""


def is_parquet(head: bytes) -> bool:
    """Whether a file starts as Parquet files do."""
    return head.startswith(b"PAR1")


def read_parquet(file: File, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each row. Raises InputError where pyarrow or a column of texts is missing, or the file is damaged."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"{file.name} is a Parquet file, and pyarrow is not installed. Install it: pip install 'feedback-nlp[tables]'"
        ) from error
    with readable(file.name), open_table(file.path) as table:
        column = find_text_column(table.schema_arrow.names, text_column, file.name)
        yield from rows_of(table, column, file.name)


def open_table(source: Any) -> Any:
    """An open Parquet file (a path, or a stream that can be searched), of which little is in memory however large a row group is."""
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER, page_checksum_verification=True)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Says in our words what Arrow raises of a file: an InputError."""
    import pyarrow as arrow

    try:
        yield
    except (arrow.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{name} can't be read as a Parquet file ({reason}). Save it anew, or as CSV.") from error


def rows_of(table: Any, column: str, name: str, group: int | None = None, batch_size: int = _BATCH) -> Iterator[Email | Skipped]:
    """The rows of an open file, or of one row group of it; a row with a cell that no reader can make sense of is skipped.

    Where the file is damaged, rows of the same batch before that are lost.
    """
    number = sum(table.metadata.row_group(i).num_rows for i in range(group or 0))
    for batch in table.iter_batches(batch_size, row_groups=None if group is None else [group]):
        for row in _cells(batch):
            number += 1
            yield Skipped(f"{name}, row {number}", UNREADABLE) if row is None else email_from_row(plain(row), column, number, name)


def _cells(batch: Any) -> list[dict[str, Any] | None]:
    """The rows of a batch; None for one that can't be read."""
    try:
        rows: list[dict[str, Any] | None] = batch.to_pylist()
    except (ValueError, OverflowError):
        return [_cells_of_one(batch.slice(i, 1)) for i in range(batch.num_rows)]
    return rows


def _cells_of_one(row: Any) -> dict[str, Any] | None:
    """The same of one row; letters that are no UTF-8 come as bytes."""
    import pyarrow as arrow

    raw = {arrow.string(): arrow.binary(), arrow.large_string(): arrow.large_binary()}
    columns = [column.cast(raw[column.type]) if column.type in raw else column for column in row.columns]
    try:
        return dict(zip(row.schema.names, (column[0].as_py() for column in columns), strict=True))
    except (ValueError, OverflowError):
        return None
