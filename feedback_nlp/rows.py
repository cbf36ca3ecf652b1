"""Feedback as rows of a file: JSON lines or CSV, written aside and renamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback_nlp.errors import FeedbackError, OutputError
from feedback_nlp.records import Feedback
from feedback_nlp.resources import write_text

if TYPE_CHECKING:
    from feedback_nlp.explanation import Explanation

Row = dict[str, Any]


def row_of(feedback: Feedback) -> Row:
    """The row of one mail; the fields that scripts rely on are described in docs/output.md."""
    email, prediction, advice = feedback.email, feedback.prediction, feedback.advice
    row: Row = {
        "id": email.id,
        "label": prediction.label,
        "confidence": round(prediction.confidence, 6),
        "scores": {label: round(p, 6) for label, p in prediction.scores.items()},
        "possible": list(prediction.possible),
        "secondary": list(prediction.secondary),
        "evidence": [e.text for e in prediction.evidence],
        "next_steps": list(advice.next_steps),
        "questions": list(advice.questions),
    }
    if prediction.note:
        row["note"] = prediction.note
    if email.row is not None:
        row["row"] = email.row
    else:
        row |= {
            "message_id": email.message_id,
            "date": email.date,
            "sender": email.sender,
            "subject": email.subject,
            "source": email.source,
        }
    return row | {name: value for name, value in email.extra.items() if name not in row}


def explanation_row(explanation: Explanation) -> Row:
    """An explanation as JSON has it; its fields are described in docs/output.md."""
    row: Row = _rounded(asdict(explanation) | {"score": explanation.score})
    for fields, sentence in zip(row["sentences"], explanation.sentences, strict=True):
        fields["score"] = _rounded(sentence.score)
    return row


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Writes rows to a .jsonl or .csv file, whole or not at all. Raises OutputError where that can't be done."""
    formats: Mapping[str, Callable[[list[Row]], str]] = {".jsonl": _json_lines, ".ndjson": _json_lines, ".json": _json_lines, ".csv": _csv}
    if path.suffix.lower() not in formats:
        raise OutputError(f"{path}: can't tell the format. End the name in .csv or .jsonl.")
    try:
        write_text(path, formats[path.suffix.lower()](list(rows)))
    except FeedbackError as error:
        raise OutputError(str(error)) from error


def _json_lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    for row in rows:
        writer.writerow([_cell(row.get(name, "")) for name in columns])
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """A cell as text; lists and objects as JSON; what a spreadsheet would run as a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) and isinstance(value, str) else text
