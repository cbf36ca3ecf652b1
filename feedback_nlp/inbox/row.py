"""One row of a table with a column of mail texts -> `Email`."""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from feedback_nlp.errors import MissingColumnError
from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.envelope import envelope_of_row
from feedback_nlp.inbox.message import with_subject
from feedback_nlp.records import Email
from feedback_nlp.sheet.cell import well_formed
from feedback_nlp.sheet.columns import holds_answers_alone

_BODY = "body"
TEXT_COLUMNS = ("text", _BODY, "message", "content")
_ANSWERS_ALONE = (
    "this is a sheet that `label` wrote, and it holds no texts of mails. To keep what you corrected in it: feedback-nlp add SHEET; "
    "after that, for your labels with their texts: feedback-nlp examples export FILE."
)
_OUTLOOK_NAME, _OUTLOOK_ADDRESS = "from: (name)", "from: (address)"  # in Outlook's export of a mail folder, and nowhere else


def find_text_column(columns: list[str], wanted: str | None, where: str) -> str:
    """The column that holds the mails' texts. Raises MissingColumnError where there is none."""
    names = [wanted] if wanted else list(TEXT_COLUMNS)
    for name in names:
        for column in columns:
            if column.strip().lower() == name.lower():
                return column
    if not wanted and holds_answers_alone(columns):
        raise MissingColumnError(f"{where}: {_ANSWERS_ALONE}")
    found = ", ".join(repr(c) for c in columns[:12]) or "none"
    raise MissingColumnError(f"{where}: no column {' or '.join(names)} (found: {found}). Name the column of the mail with --text-column.")


def distinct(names: Iterable[str]) -> list[str]:
    """Column names, a second one of the same name as `name_2`."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def email_from_row(row: Mapping[str, Any], text_column: str, number: int, source: str, place: str = "") -> Email:
    """The mail of a row. Where it has a `subject` and a `body`, as exports of mail programs do, both are judged.

    `place` is where a person finds the row, if that is not by its number.
    """
    lower = {str(k).strip().lower(): v for k, v in row.items()}
    given = lower.get("id")
    text = row.get(text_column)
    text = text if isinstance(text, str) else "" if text is None else json.dumps(text, ensure_ascii=False)
    subject = str(lower.get("subject") or "")
    sender = str(lower.get("from") or lower.get("sender") or "")
    if text_column.strip().lower() == _BODY:
        text = with_subject(subject, text.replace("\r\n", "\n"))
    if _OUTLOOK_ADDRESS in lower:
        sender = named_address(str(lower.get(_OUTLOOK_NAME) or ""), str(lower[_OUTLOOK_ADDRESS] or ""))
    message_id = str(lower.get("message_id") or lower.get("message-id") or "").strip("<> ")
    return Email(
        id=str(given) if given not in (None, "") else message_id or str(number),
        text=text,
        subject=subject,
        sender=sender,
        date=str(lower.get("date") or ""),
        message_id=message_id,
        source=source,
        position=number,
        row=number,
        place=place or f"row {number}",
        extra={well_formed(str(name)): value for name, value in row.items()},
        **envelope_of_row({name: value for name, value in lower.items() if isinstance(value, str)}),
    )


def fields_in(email: Email) -> dict[str, Any]:
    """The cells of a table's row by the names of their columns, in lower case."""
    return {str(name).strip().lower(): value for name, value in email.extra.items()}


def named_address(name: str, address: str) -> str:
    """A sender as headers have it: `Name <address>`."""
    return f"{name} <{address}>" if name and address and name != address else name or address


def list_in(cell: Any) -> list[str]:
    """A list from a cell: a list, one in JSON, or names parted by commas or semicolons."""
    if isinstance(cell, list):
        return [str(item) for item in cell]
    text = str(cell or "").strip()
    if text.startswith("["):
        try:
            return [str(item) for item in json.loads(text)]
        except (ValueError, RecursionError):
            return []
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


def quotes_in(cell: Any) -> list[str]:
    """Quotes from a cell: a list, one in JSON, or else one quote, commas and all."""
    text = str(cell or "").strip()
    if not isinstance(cell, list) and not text.startswith("["):
        return [text] if text else []
    return list_in(cell)


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: times in ISO form, bytes as text, no-number as nothing."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return decode(value)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)
