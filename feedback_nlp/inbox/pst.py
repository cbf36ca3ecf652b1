"""Outlook's .pst and .ost: a mailbox in one file. libpff reads it, which is an extra."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.envelope import is_sent_folder
from feedback_nlp.inbox.file import File
from feedback_nlp.inbox.outlook import INSTALL, Item, email_from_item, is_mail
from feedback_nlp.records import Email, Skipped

_MESSAGE_CLASS, _SENDER_ADDRESS, _SENDER_SMTP, _MESSAGE_ID = 0x001A, 0x0C1F, 0x5D01, 0x1035
_DAMAGED = (OSError, MemoryError)  # libpff says either


def is_pst(head: bytes) -> bool:
    """Whether a file starts as .pst and .ost files do."""
    return head.startswith(b"!BDN")


def read_pst(file: File) -> Iterator[Email | Skipped]:
    """The mails of all folders; what else lies in a folder is counted in one `Skipped`.

    Raises InputError where the file is damaged or the extra is missing.
    """
    try:
        import pypff
    except ImportError as error:
        raise InputError(f"{file.name} is an Outlook mailbox, and libpff is not installed. {INSTALL}") from error
    box = pypff.file()
    try:
        box.open(str(file.path))
        root = box.get_root_folder()
    except _DAMAGED as error:
        raise InputError(f"{file.name} can't be read as an Outlook mailbox. Close Outlook, or export the folder anew.") from error
    try:
        yield from _read_folders(root, file.name)
    finally:
        box.close()


def _read_folders(root: Any, name: str) -> Iterator[Email | Skipped]:
    waiting = [(root, name)]
    while waiting:
        folder, where = waiting.pop()
        inner: list[tuple[Any, str]] = []
        try:
            for index in range(folder.get_number_of_sub_folders()):
                one = folder.get_sub_folder(index)
                inner.append((one, f"{where}/{one.name or ''}".rstrip("/")))
            count = folder.get_number_of_sub_messages()
        except _DAMAGED:
            yield Skipped(where, "is damaged, and not all of it can be read")
            count = 0
        waiting.extend(reversed(inner))
        yield from _read_messages(folder, count, where)


def _read_messages(folder: Any, count: int, where: str) -> Iterator[Email | Skipped]:
    others = 0
    sent = is_sent_folder(where.rsplit("/", 1)[-1])
    for number in range(count):
        try:
            message = folder.get_sub_message(number)
            properties = _properties(message)
            if is_mail(properties.get(_MESSAGE_CLASS, "")):
                email = email_from_item(_item(message, properties), where)
                yield replace(email, position=number + 1, sent=email.sent or sent)
            else:
                others += 1
        except Exception as error:
            yield Skipped(f"{where}, message {number + 1}", f"can't be read ({type(error).__name__})")
    if others:
        yield Skipped(where, f"{others} calendar entries, contacts or other items that are no mails", others)


def _properties(message: Any) -> dict[int, str]:
    """The strings that pypff has no names for."""
    wanted = (_MESSAGE_CLASS, _SENDER_ADDRESS, _SENDER_SMTP, _MESSAGE_ID)
    entries = [entry for records in message.record_sets for entry in records.entries if entry.entry_type in wanted]
    return {entry.entry_type: entry.get_data_as_string() or "" for entry in entries}


def _item(message: Any, properties: dict[int, str]) -> Item:
    text, html, rtf = message.plain_text_body, message.html_body, None
    if not (text or html):
        rtf = message.rtf_body
    time = message.client_submit_time or message.delivery_time
    return Item(
        subject=message.subject or "",
        text=_text(text),
        html=html or b"",
        rtf=rtf or b"",
        headers=message.transport_headers or "",
        sender_name=message.sender_name or "",
        sender_address=properties.get(_SENDER_SMTP) or properties.get(_SENDER_ADDRESS, ""),
        time=time.replace(tzinfo=datetime.timezone.utc, microsecond=0) if time else None,
        message_id=properties.get(_MESSAGE_ID, ""),
    )


def _text(data: bytes | str | None) -> str:
    return data.decode(errors="replace") if isinstance(data, bytes) else data or ""
