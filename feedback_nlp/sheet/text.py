"""Rows as text: CSV and JSON lines."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from feedback_nlp.sheet.cell import guarded, printable, text_of
from feedback_nlp.sheet.columns import Kind


def write_csv(file: BinaryIO, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind], bom: bool) -> None:
    """Writes CSV as RFC 4180 has it, in UTF-8, with a byte-order mark where one is wanted."""
    text = codecs.getwriter("utf-8-sig" if bom else "utf-8")(file)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)


def _cell(value: Any) -> str:
    return text_of(value) if isinstance(value, (int, float)) else guarded(printable(text_of(value)))


def write_json_lines(file: BinaryIO, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind]) -> None:
    """Writes one JSON object a line, each with the fields that its row has."""
    for row in rows:
        line = json.dumps({name: row[name] for name in columns if name in row}, ensure_ascii=False)
        file.write(f"{line}\n".encode(errors="backslashreplace"))  # so that half an emoji stays what it is, as JSON writes it
