"""Apple Mail's .emlx: a line with the number of bytes, the message, a property list with flags."""

from __future__ import annotations

import re

from feedback_nlp.inbox.message import is_message

_COUNT = re.compile(rb"[ \t]*(\d{1,10})[ \t]*\r?\n")


def is_emlx(data: bytes) -> bool:
    """Whether the bytes start with a number on a line of its own, and a message below it."""
    count = _COUNT.match(data)
    return bool(count) and is_message(message_in(data))


def message_in(data: bytes) -> bytes:
    """The message in an .emlx; as much as is there, where it breaks off."""
    count = _COUNT.match(data)
    return data[count.end() : count.end() + int(count[1])] if count else data
