"""Path -> `Email`s: looks at the content, and hands over to the reader of that form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.archive import is_archive, read_archive
from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.emlx import is_emlx, message_in
from feedback_nlp.inbox.envelope import lies_in_sent_folder
from feedback_nlp.inbox.file import LONGEST_MESSAGE, File, is_binary, on_disk, open_file, read_path, refuse_binary
from feedback_nlp.inbox.folder import files_in
from feedback_nlp.inbox.mbox import holds_several, is_mbox, read_mbox, without_separator
from feedback_nlp.inbox.message import identified, is_message, read_message, read_messages
from feedback_nlp.inbox.msg import is_ole, read_msg
from feedback_nlp.inbox.parquet import is_parquet, read_parquet
from feedback_nlp.inbox.pst import is_pst, read_pst
from feedback_nlp.inbox.room import Room
from feedback_nlp.inbox.table import is_rows, is_table, read_table
from feedback_nlp.inbox.workbook import is_workbook, read_workbook
from feedback_nlp.records import Email, Skipped


def read_inbox(
    path: Path, text_column: str | None = None, passed: Callable[[int], None] = lambda _: None, name: str = ""
) -> Iterator[Email | Skipped]:
    """Every message in a file or folder; what can't be read comes as `Skipped`, in its place.

    `passed` is told how many bytes were read, of as many as `size_of` says; `name` is what a file is called where that is not
    its path. Raises InputError where the path itself
    can't be read.
    """
    if not path.is_dir():
        with on_disk(path, passed, name) as whole:
            yield from _read(whole, text_column, Room())
        return
    for file in files_in(path):
        yield from [file] if isinstance(file, Skipped) else _read_one_of_many(file, str(file), text_column, Room(), passed)


def read_rows(path: Path, text_column: str | None = None) -> Iterator[Email | Skipped]:
    """The rows of a table: JSON lines, CSV, Excel or Parquet. Raises InputError where the file is none."""
    with on_disk(path) as file:
        read = _reader_of_rows(file) or read_table
        if read is read_table and is_binary(file.head):
            raise InputError(f"{file.name} is a binary file, not a table. Give CSV, JSON lines, .xlsx or Parquet.")
        yield from read(file, text_column)


def read_file(path: Path) -> Email:
    """The one mail in a text file, an .eml, .emlx or .msg. Raises InputError where it can't be read, or is no single mail."""
    if path.is_dir():
        raise InputError(f"{path} is a folder. For the mails in it: feedback-nlp label {path} -o labelled.csv")
    return _only_mail(read_path(path, str(path), LONGEST_MESSAGE), str(path), str(path))


def read_bytes(data: bytes, source: str) -> Email:
    """The same from what was pasted, piped or sent."""
    return _only_mail(data, source, "FILE")


def _only_mail(data: bytes, source: str, path: str) -> Email:
    command = f"feedback-nlp label {path} -o labelled.csv"
    if is_mbox(data[:8192]):
        if holds_several(data):
            raise InputError(f"{source} holds many mails. Label them all: {command}")
    elif not (is_emlx(data) or is_message(data) or is_ole(data)):
        if is_rows(data):
            raise InputError(f"{source} is a table, not one mail. Label its rows: {command}")
        if is_binary(data):
            raise InputError(
                f"{source} is a binary file, not a mail. Give a text file, an .eml, .emlx or .msg; a whole mailbox to: {command}"
            )
    return _mail(data, source)


def _mail(data: bytes, source: str) -> Email:
    """One mail: a message with headers, or plain text."""
    if is_mbox(data[:8192]):
        data = without_separator(data)
    elif is_emlx(data):
        data = message_in(data)
    if is_message(data):
        return read_message(data, source)
    if is_ole(data):
        return read_msg(data, source)
    refuse_binary(data, source)
    return identified(Email(id="", text=decode(data).replace("\r\n", "\n"), source=source))


def _read(file: File, text_column: str | None, room: Room) -> Iterator[Email | Skipped]:
    """What a file holds; where it lies in a folder of sent mail, so does every message."""
    sent = lies_in_sent_folder(file.name)
    for item in _items(file, text_column, room):
        yield replace(item, sent=True) if sent and isinstance(item, Email) else item


def _items(file: File, text_column: str | None, room: Room) -> Iterator[Email | Skipped]:
    """The map from content to reader."""
    if not file.head:
        raise InputError(f"{file.name} is empty. There is no mail in it to read.")
    if is_mbox(file.head):
        yield from read_mbox(file)
    elif not is_workbook(file) and is_archive(file.head):
        yield from read_archive(file, lambda path, name: _read_one_of_many(path, name, text_column, room, file.passed), room)
    else:
        yield from _whole(file, text_column)
        file.passed(file.path.stat().st_size)


def _whole(file: File, text_column: str | None) -> Iterator[Email | Skipped]:
    """The same for what is read at once."""
    if is_message(file.head):
        yield from read_messages(file.read(LONGEST_MESSAGE), file.name, file.name)
    elif is_emlx(file.head):
        yield from read_messages(message_in(file.read(LONGEST_MESSAGE)), file.name, file.name)
    elif is_pst(file.head):
        yield from read_pst(file)
    elif read_table_rows := _reader_of_rows(file):
        yield from read_table_rows(file, text_column)
    else:
        yield _mail(file.read(LONGEST_MESSAGE), file.name)


def _reader_of_rows(file: File) -> Callable[[File, str | None], Iterator[Email | Skipped]] | None:
    """The same for tables."""
    if is_workbook(file):
        return read_workbook
    if is_parquet(file.head):
        return read_parquet
    return read_table if is_table(file) else None


def _read_one_of_many(
    path: Path, name: str, text_column: str | None, room: Room, passed: Callable[[int], None]
) -> Iterator[Email | Skipped]:
    """The same for a file of a folder or an archive: whatever is wrong with it, the others must come out."""
    try:
        yield from _read(open_file(path, name, passed), text_column, room)
    except InputError as error:
        yield Skipped(name, str(error).removeprefix(name).lstrip(" :,"))
    except Exception as error:
        yield Skipped(name, f"can't be read ({type(error).__name__})")
