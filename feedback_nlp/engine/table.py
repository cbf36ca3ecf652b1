"""A Parquet file of mails, looked at without reading its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from feedback_nlp.engine.address import Address
from feedback_nlp.errors import InputError
from feedback_nlp.inbox.parquet import open_table, readable
from feedback_nlp.inbox.row import find_text_column


@dataclass(frozen=True)
class Table:
    """A file of mails: its bytes and when it changed, by which it is known again, and the rows of each row group.

    `trouble` says why nothing of it can be read.
    """

    file: Address
    size: int | None = None
    changed: str = ""
    groups: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    text_column: str = ""
    trouble: str = ""

    @property
    def rows(self) -> int:
        """How many mails it holds."""
        return sum(self.groups)


def inspect(file: Address, text_column: str | None = None) -> Table:
    """What a file holds; `text_column` is the name of the one with the mails' texts, where it is not one of the usual.

    Raises InputError where it is not there, can't be read, or has no such column.
    """
    with opened(file) as table:
        columns = tuple(table.schema_arrow.names)
        groups = tuple(table.metadata.row_group(i).num_rows for i in range(table.metadata.num_row_groups))
        return Table(file, *_state(file), groups, columns, find_text_column(list(columns), text_column, file.name))


def _state(file: Address) -> tuple[int | None, str]:
    """The size of a file, and what changes when it does: its time, else what its file system tells it apart by."""
    size = file.system.info(file.path).get("size")
    with suppress(NotImplementedError):
        return size, file.system.modified(file.path).isoformat()
    return size, str(file.system.ukey(file.path))


@contextmanager
def opened(file: Address) -> Iterator[Any]:
    """A Parquet file, open to read. Raises InputError where that can't be done."""
    try:
        stream = file.system.open(file.path, "rb")
    except FileNotFoundError as error:
        raise InputError(f"{file.name} is not there. Check the name, and that every worker sees it.") from error
    except OSError as error:
        raise InputError(f"{file.name} can't be read ({error.strerror or error}). Let every worker read it.") from error
    with stream, readable(file.name), open_table(stream) as table:
        yield table
