"""An Excel workbook (.xlsx): each sheet that has a column of texts, row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.file import LONGEST_TABLE, File, too_long
from feedback_nlp.inbox.row import distinct, email_from_row, find_text_column, plain
from feedback_nlp.records import Email, Skipped
from feedback_nlp.sheet.cell import unescaped

_DAMAGED = "can't be read as an Excel workbook ({}). Open it, save it anew as .xlsx or CSV, and give that."


def is_workbook(file: File) -> bool:
    """Whether a file is a zip with a workbook in it."""
    if not file.head.startswith(b"PK\3\4"):
        return False
    try:
        with zipfile.ZipFile(file.path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False  # an archive, and a damaged one


def read_workbook(file: File, text_column: str | None) -> Iterator[Email | Skipped]:
    """One `Email` for each row below a header, numbered on from sheet to sheet; sheets without a column of texts as `Skipped`.

    Raises InputError where no sheet has such a column, or the file is damaged or unpacks to too much.
    """
    import openpyxl

    _check_size(file)
    with file.path.open("rb") as stream:  # by its name openpyxl would go by the suffix
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises whatever its parsers do
            raise InputError(f"{file.name} {_DAMAGED.format(type(error).__name__)}") from error
        yield from _read_sheets(book, file, text_column)


def _check_size(file: File) -> None:
    with zipfile.ZipFile(file.path) as archive:
        if sum(member.file_size for member in archive.infolist()) > LONGEST_TABLE:
            raise InputError(f"{file.name} {too_long(LONGEST_TABLE)}")


def _read_sheets(book: Any, file: File, text_column: str | None) -> Iterator[Email | Skipped]:
    refused: InputError | None = None
    number, found = 0, False
    for sheet in book.worksheets:
        where = f"{file.name}, sheet {sheet.title}"
        rows = ((place, cells) for place, cells in enumerate(_rows(sheet, where), 1) if any(cell is not None for cell in cells))
        _, header = next(rows, (0, ()))
        columns = distinct("" if cell is None else str(cell).strip() for cell in header)
        try:
            column = find_text_column(columns, text_column, where)
        except InputError as error:
            refused = refused or error
            if any(columns):
                yield Skipped(where, str(error).removeprefix(f"{where}: "))
            continue
        found = True
        for place, cells in rows:
            number += 1
            values = [*map(plain, cells), *[None] * len(columns)]  # empty ones at the end are not in the file
            row = {name: value for name, value in zip(columns, values, strict=False) if name or value is not None}
            yield email_from_row(row, column, number, file.name, f"sheet {sheet.title}, row {place}")
    if refused and not found:
        raise refused


def _rows(sheet: Any, where: str) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # some programs write a wrong one
    try:
        for cells in sheet.iter_rows(values_only=True):
            yield tuple(unescaped(cell) if isinstance(cell, str) else cell for cell in cells)
    except Exception as error:
        raise InputError(f"{where} {_DAMAGED.format(type(error).__name__)}") from error
