"""A Parquet file, batch by batch. pyarrow reads it, which is an extra."""

from __future__ import annotations

from collections.abc import Iterator

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.file import File
from feedback_nlp.inbox.row import email_from_row, find_text_column, plain
from feedback_nlp.records import Email, Skipped

_BATCH = 1000


def is_parquet(head: bytes) -> bool:
    """Whether a file starts as Parquet files do."""
    return head.startswith(b"PAR1")


def read_parquet(file: File, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each row. Raises InputError where pyarrow or a column of texts is missing, or the file is damaged."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            f"{file.name} is a Parquet file, and pyarrow is not installed. Install it: pip install 'feedback-nlp[tables]'"
        ) from error
    try:
        with arrow.parquet.ParquetFile(file.path) as table:
            column = find_text_column(table.schema_arrow.names, text_column, file.name)
            number = 0
            for batch in table.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield email_from_row(plain(row), column, number, file.name)
    except (arrow.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{file.name} can't be read as a Parquet file ({reason}). Save it anew, or as CSV.") from error
