"""Outlook's .msg (MS-OXMSG): one mail in an OLE container, each property a stream. olefile reads it, which is an extra."""

from __future__ import annotations

import datetime
import io
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.outlook import INSTALL, Item, email_from_item
from feedback_nlp.records import Email

if TYPE_CHECKING:
    from olefile import OleFileIO

_PROPERTIES = "__properties_version1.0"
_HEADER_LENGTH, _ENTRY = 32, struct.Struct("<HHIQ")  # type, id, flags, value
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)
_SUBJECT, _TEXT, _HTML, _RTF, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP, _MESSAGE_ID = 0x0C1A, 0x0C1F, 0x5D01, 0x1035
_SENT, _DELIVERED, _CODEPAGE, _INTERNET_CODEPAGE = 0x0039, 0x0E06, 0x3FFD, 0x3FDE


def is_ole(data: bytes) -> bool:
    """Whether the bytes start as an OLE container does: an .msg, or an old Office document."""
    return data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def read_msg(data: bytes, source: str) -> Email:
    """The mail in an .msg. Raises InputError where it is another document, damaged, or the extra is missing."""
    try:
        import compressed_rtf
        import olefile
    except ImportError as error:
        raise InputError(f"{source} is an Outlook file, and olefile is not installed. {INSTALL}") from error
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if not container.exists(_PROPERTIES):
                raise InputError(f"{source} is an old Office document, not a mail. Save its text as .txt.")
            item = _item(container)
            rtf = compressed_rtf.decompress(item.rtf) if item.rtf and not (item.text.strip() or item.html) else b""
    except InputError:
        raise
    except Exception as error:  # olefile raises whatever its reading meets
        reason = type(error).__name__
        raise InputError(f"{source} can't be read as an .msg ({reason}). Save it from Outlook anew, or as text.") from error
    return email_from_item(replace(item, rtf=rtf), source)


def _item(container: OleFileIO) -> Item:
    fixed = _fixed(container)
    codepage = f"cp{fixed.get(_CODEPAGE) or fixed.get(_INTERNET_CODEPAGE) or 1252}".replace("cp65001", "utf-8")
    time = fixed.get(_SENT) or fixed.get(_DELIVERED)
    return Item(
        subject=_string(container, _SUBJECT, codepage),
        text=_string(container, _TEXT, codepage),
        html=_stream(container, _HTML, "0102") or _string(container, _HTML, codepage).encode(),
        rtf=_stream(container, _RTF, "0102"),
        headers=_string(container, _HEADERS, codepage),
        sender_name=_string(container, _SENDER_NAME, codepage),
        sender_address=_string(container, _SENDER_SMTP, codepage) or _string(container, _SENDER_ADDRESS, codepage),
        time=_EPOCH + datetime.timedelta(seconds=time // 10_000_000) if time else None,
        message_id=_string(container, _MESSAGE_ID, codepage),
    )


def _fixed(container: OleFileIO) -> dict[int, int]:
    """The properties of fixed length: times, and numbers."""
    data = container.openstream(_PROPERTIES).read()[_HEADER_LENGTH:]
    whole = data[: len(data) // _ENTRY.size * _ENTRY.size]
    return {tag: value if kind == 0x0040 else value & 0xFFFFFFFF for kind, tag, _, value in _ENTRY.iter_unpack(whole)}


def _string(container: OleFileIO, tag: int, codepage: str) -> str:
    wide = _stream(container, tag, "001F")
    return wide.decode("utf-16-le", errors="replace") if wide else decode(_stream(container, tag, "001E"), codepage)


def _stream(container: OleFileIO, tag: int, kind: str) -> bytes:
    name = f"__substg1.0_{tag:04X}{kind}"
    return bytes(container.openstream(name).read()) if container.exists(name) else b""
