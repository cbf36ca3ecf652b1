"""A header of a message as a person reads it, whatever it is encoded in."""

from __future__ import annotations

import email.errors
import email.header
import email.message
from collections.abc import Iterator

from feedback_nlp.inbox.charset import decode

_LONGEST = 10_000  # decoding takes quadratic time, and no subject is so long


def header(message: email.message.Message, name: str) -> str:
    """A header in readable form on one line, or ""."""
    return next(headers(message, name), "")


def headers(message: email.message.Message, name: str) -> Iterator[str]:
    """Each header of a name in readable form, on one line."""
    for value in message.get_all(name, []):
        yield _readable(value)


def _readable(value: str | email.header.Header) -> str:
    if isinstance(value, str):
        value = value[:_LONGEST]
    try:
        parts = email.header.decode_header(value)  # a header with raw bytes comes as an object that holds them
    except (ValueError, email.errors.HeaderParseError):
        parts = [(str(value), None)]
    text = "".join(part if isinstance(part, str) else decode(part, charset) for part, charset in parts)
    return " ".join(text.split())
