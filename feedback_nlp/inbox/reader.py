"""Path -> `Email`s: looks at the content, and hands over to the reader of that form."""

from __future__ import annotations

import hashlib
import mailbox
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.message import is_message, read_message
from feedback_nlp.inbox.table import is_csv, read_csv, read_json
from feedback_nlp.records import Email, Skipped

# The line that parts the messages of an mbox holds a time; a text may start with "From " too.
_MBOX = re.compile(rb"From [^\n]*\d\d:\d\d[^\n]*\n")
_ESCAPED_FROM = re.compile(rb"(?m)^>(>*From )")


def read_inbox(path: Path, text_column: str | None = None) -> Iterator[Email | Skipped]:
    """Every message in a file or folder; what can't be read comes as `Skipped`, in its place.

    Raises InputError where the path itself can't be read.
    """
    if path.is_dir():
        yield from _read_folder(path)
        return
    data = _read(path)
    if _MBOX.match(data):
        yield from _read_mbox(path)
    elif is_message(data) or not _is_table(data, path):
        yield read_bytes(data, str(path))
    else:
        yield from read_rows(path, text_column)


def read_rows(path: Path, text_column: str | None = None) -> Iterator[Email | Skipped]:
    """The rows of a table: JSON lines or CSV."""
    data = _read(path)
    _refuse_binary(data, str(path))
    text = decode(data)
    read = read_json if text.lstrip()[:1] in ("{", "[") else read_csv
    yield from read(text, path, text_column)


def read_file(path: Path) -> Email:
    """The one mail in a text file or .eml."""
    return read_bytes(_read(path), str(path))


def read_bytes(data: bytes, source: str) -> Email:
    """One mail from what was pasted, piped or stands in a file: a message with headers, or plain text."""
    data = _MBOX.sub(b"", data, count=1) if _MBOX.match(data) else data
    if is_message(data):
        return identified(read_message(data, source))
    _refuse_binary(data, source)
    return identified(Email(id="", text=decode(data).replace("\r\n", "\n"), source=source))


def identified(email: Email) -> Email:
    """The mail with an id: its own, else its message id, else a digest of its text."""
    return email if email.id else replace(email, id=hashlib.sha256(email.text.encode(errors="replace")).hexdigest()[:16])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} is not there. Check the name.") from error
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).") from error


def _refuse_binary(data: bytes, source: str) -> None:
    if b"\0" in data[:8000] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{source} is a binary file, not a mail. Give a text file, an .eml, an mbox, a CSV or JSON lines.")


def _is_table(data: bytes, path: Path) -> bool:
    start = decode(data[:4000]).lstrip()
    return re.match(r'\{|\[\s*\{\s*"', start) is not None or is_csv(start) or path.suffix.lower() in (".csv", ".tsv", ".jsonl", ".ndjson")


def _read_mbox(path: Path) -> Iterator[Email | Skipped]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.keys(), 1):
            where = f"{path}, message {number}"
            try:
                yield identified(read_message(_ESCAPED_FROM.sub(rb"\1", box.get_bytes(key)), str(path)))
            except Exception as error:  # whatever is wrong with one message, the others must come out
                yield Skipped(where, f"can't be read ({type(error).__name__})")
    finally:
        box.close()


def _read_folder(path: Path) -> Iterator[Email | Skipped]:
    files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not files:
        raise InputError(f"{path} holds no files. Give the folder with the .eml or text files.")
    for file in files:
        try:
            yield read_bytes(_read(file), str(file))
        except InputError as error:
            yield Skipped(str(file), str(error).removeprefix(f"{file} "))
