"""An mbox, in all its dialects: many messages in one file, each below a line that starts with "From ".

The dialects (mboxo, mboxrd, mboxcl, mboxcl2; qmail's mbox(5) and RFC 4155 describe them) differ in what they do with a line
of a body that starts with "From ": put a > before it, or leave it and count the bytes in Content-Length. Thunderbird,
Gmail and Apple Mail differ in the line itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import BinaryIO

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.file import LONGEST_MESSAGE, MEBIBYTE, File, too_long
from feedback_nlp.inbox.message import read_messages
from feedback_nlp.records import Email, Skipped

_LINE = re.compile(rb"\nFrom [^\n]{0,998}\n")
_HEADER = rb"(?:[!-9;-~]+[ \t]*:|>From )"
# "From ann@x.example Tue Mar  3 10:02:00 2026": nothing else looks so, whatever stands around it.
_DATED = re.compile(
    rb"\nFrom [^\n]*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} "
    rb"\d\d:\d\d[^\n]*\d{4}[ \t\r]*\n(?:" + _HEADER + rb"|\r?\n|From |\Z)"
)
# Thunderbird's bare "From " or "From -", and dates of other forms: only between a blank line and a header.
_LOOSE = re.compile(rb"\nFrom (?:-?[ \t\r]*|(?:-|MAILER-DAEMON|\S+@\S+) [^\n]*\d\d:\d\d[^\n]*)\n" + _HEADER)
_AFTER_BLANK = re.compile(rb"\n\r?\Z")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_BARE = re.compile(rb"(?m)^From ")
_LENGTH = re.compile(rb"(?im)^Content-Length:[ \t]*(\d{1,12})[ \t\r]*$")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")

_BLOCK = MEBIBYTE
_BEFORE = b"\n\n\n"  # what a separator may have to look at on its left
_AFTER = 2048  # and on its right: itself and the next line
_LONGEST_HEADERS = 65_536


def is_mbox(head: bytes) -> bool:
    """Whether a file starts with the line that parts the messages of an mbox; a text may start with "From " too."""
    start = head.lstrip(b"\r\n")
    return start.startswith(b"From ") and any(True for _ in _separators(b"\n\n\n" + start[:4096], 4))


def holds_several(data: bytes) -> bool:
    """Whether an mbox holds more than one message."""
    return any(number for number, _ in enumerate(_ranges(BytesIO(data))))


def without_separator(data: bytes) -> bytes:
    """The bytes of a single message without an mbox's line above them."""
    return data.lstrip(b"\r\n").split(b"\n", 1)[-1]


def read_mbox(file: File) -> Iterator[Email | Skipped]:
    """Every message, in order, one in memory at a time. Raises InputError where the file can't be read."""
    try:
        with file.path.open("rb") as stream:
            for number, (start, end) in enumerate(_ranges(stream), 1):
                where = f"{file.name}, message {number}"
                if end - start > LONGEST_MESSAGE:
                    yield Skipped(where, too_long(LONGEST_MESSAGE))
                else:
                    stream.seek(start)
                    for item in read_messages(_unescaped(stream.read(end - start)), file.name, where):
                        yield replace(item, position=number) if isinstance(item, Email) else item
                file.passed(end - start)
    except OSError as error:
        raise InputError(f"{file.name} can't be read ({error.strerror}).") from error


def _ranges(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where each message starts and ends, the lines between them left out."""
    size = stream.seek(0, 2)
    start, promised = None, 0
    for line, after in chain(_all_separators(stream, size), [(size, size)]):
        if start is not None:
            if line < promised:
                continue  # a line of the body: the message said that it is longer
            yield start, line
        start, promised = after, _promised_end(stream, after, size)


def _all_separators(stream: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    offset, before = 0, _BEFORE
    while offset < size:
        stream.seek(offset)
        block = stream.read(_BLOCK + _AFTER)
        if not block:
            return  # the file became shorter meanwhile
        for line, after in _separators(before + block, len(before) + min(len(block), _BLOCK)):
            yield offset + line - len(before), offset + after - len(before)
        before = block[:_BLOCK][-len(_BEFORE) :]
        offset += _BLOCK


def _separators(block: bytes, before: int) -> Iterator[tuple[int, int]]:
    """Start and end of the separators that start before an index; a block holds three bytes of what precedes it."""
    position = len(_BEFORE) - 1
    while (match := _LINE.search(block, position)) and match.start() + 1 < before:
        position = match.end() - 1
        if _DATED.match(block, match.start()) or (_LOOSE.match(block, match.start()) and _AFTER_BLANK.search(block, 0, match.start())):
            yield match.start() + 1, match.end()


def _promised_end(stream: BinaryIO, start: int, size: int) -> int:
    """Where Content-Length says that a message ends, if there the file or a separator says so too; else 0."""
    stream.seek(start)
    head = stream.read(_LONGEST_HEADERS)
    blank = _END_OF_HEADERS.search(head)
    length = _LENGTH.search(head, 0, blank.start()) if blank else None
    if not blank or not length:
        return 0
    end = start + blank.end() + int(length[1])
    stream.seek(end)
    following = stream.read(_AFTER).lstrip(b"\r\n")
    return end if end <= size and (not following or is_mbox(following)) else 0


def _unescaped(data: bytes) -> bytes:
    """The message as it was before "From " became ">From "; where such lines stand bare, nothing was escaped."""
    return _ESCAPED.sub(rb"\1", data) if b">From " in data and not _BARE.search(data) else data
