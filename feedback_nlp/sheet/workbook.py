"""Rows as an Excel workbook (.xlsx), row by row through a temporary file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from feedback_nlp.sheet.cell import escaped, looks_like_formula, text_of
from feedback_nlp.sheet.columns import Kind, MisfitError

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet, as Excel has it
LONGEST = 32_767  # of a cell, in UTF-16 units
_DIGITS = 10**15  # beyond this, Excel makes the last digits of a number zeros
_WIDTHS = {Kind.TEXT: 28, Kind.NUMBER: 12, Kind.WHOLE: 8, Kind.TEXTS: 48, Kind.SCORES: 28, Kind.SIGNALS: 48, Kind.OWN_LABELS: 28}


def write_workbook(file: BinaryIO, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind]) -> None:
    """Writes one sheet with a header that stays in view. Raises MisfitError where there is more than a sheet holds."""
    import openpyxl

    if len(columns) > MOST_COLUMNS:
        raise MisfitError(f"a sheet of .xlsx holds {MOST_COLUMNS:,} columns, and these are {len(columns):,}. Give .csv or .parquet.")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    try:
        _write_sheet(sheet, rows, columns)
        book.save(file)
    except BaseException:
        _discard(sheet)
        raise


def _write_sheet(sheet: Any, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    sheet.sheet_format.customHeight = True  # or a long mail would make its row fill the screen
    for number, (name, kind) in enumerate(columns.items(), 1):
        sheet.column_dimensions[get_column_letter(number)].width = max(_WIDTHS[kind], min(len(name) + 4, 40))
    header = [_text_cell(sheet, name) for name in columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    last = 1
    for last, row in enumerate(rows, 2):
        if last > MOST_ROWS:
            raise MisfitError(f"a sheet of .xlsx holds {MOST_ROWS - 1:,} rows below its header, and there are more. Give .csv or .parquet.")
        sheet.append([_cell(sheet, row.get(name)) for name in columns])
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"


def _cell(sheet: Any, value: Any) -> Any:
    return value if value is None or _is_exact(value) else _text_cell(sheet, text_of(value))


def _is_exact(value: Any) -> bool:
    """Whether Excel holds a value as the number or truth value that it is."""
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, int) and abs(value) < _DIGITS


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell of text, whatever the text looks like; what looks like a formula stays text when a person edits it, too."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    cell = WriteOnlyCell(sheet, _shortened(escaped(text)) or None)
    cell.data_type = "s" if text else "n"
    if "\n" in text:
        cell.alignment = Alignment(vertical="top", wrap_text=True)  # its first line is seen; LibreOffice draws over other rows else
    if looks_like_formula(text):
        cell.quotePrefix = True
    return cell


def _shortened(text: str) -> str:
    """An escaped text as far as a cell can hold it, with an ellipsis where it was cut, and no escape cut in two."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    cut = units[: 2 * LONGEST - 2].decode("utf-16-le", errors="ignore")
    return re.sub("(?<!_x[0-9A-Fa-f]{4})_(?:x[0-9A-Fa-f]{0,4})?$", "", cut) + "…"


def _discard(sheet: Any) -> None:
    """Removes the temporary file, which openpyxl leaves until the program ends."""
    with suppress(Exception):
        sheet.close()
    with suppress(Exception):
        sheet._writer.cleanup()
