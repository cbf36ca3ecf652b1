"""One internet message (RFC 5322, MIME) -> `Email`."""

from __future__ import annotations

import email.header
import email.message
import email.parser
import email.policy
import re
from collections.abc import Iterator

from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.html import html_to_text
from feedback_nlp.records import Email

_HEADER = re.compile(rb"[\w-]+:[ \t\r\n]")
_MAIL_HEADERS = re.compile(rb"(?im)^(?:from|to|subject|date|received|message-id|mime-version|return-path|delivered-to|content-type):")


def is_message(data: bytes) -> bool:
    """Whether the bytes start with the headers of a mail: at least two of those that every mail has."""
    start = data.lstrip(b"\xef\xbb\xbf")[:4000].replace(b"\r\n", b"\n").split(b"\n\n")[0]
    return bool(_HEADER.match(start)) and len({m.lower() for m in _MAIL_HEADERS.findall(start)}) >= 2


def read_message(data: bytes, source: str) -> Email:
    """An `Email` from a message's bytes; its text is the subject line and the words a person sees."""
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data.lstrip(b"\xef\xbb\xbf"))
    subject = header(message, "Subject")
    body = _body(message)
    text = f"Subject: {subject}\n\n{body}" if subject else body
    message_id = header(message, "Message-ID").strip("<> ")
    return Email(
        id=message_id,
        text=text,
        subject=subject,
        sender=header(message, "From"),
        date=header(message, "Date"),
        message_id=message_id,
        source=source,
    )


def header(message: email.message.Message, name: str) -> str:
    """A header in readable form on one line, or ""."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        parts = email.header.decode_header(value)  # a header with raw bytes comes as an object that holds them
    except (ValueError, email.errors.HeaderParseError):
        parts = [(str(value), None)]
    text = "".join(part if isinstance(part, str) else decode(part, charset) for part, charset in parts)
    return " ".join(text.split())


def _body(message: email.message.Message) -> str:
    """The first plain text part that says something, else the first HTML part."""
    html = ""
    for part in _inline_parts(message):
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html"):
            continue
        payload = part.get_payload(decode=True)
        text = decode(payload if isinstance(payload, bytes) else b"", part.get_content_charset()).replace("\r\n", "\n")
        if kind == "text/html":
            html = html or text
        elif text.strip():
            return _unflow(text) if str(part.get_param("format", "")).lower() == "flowed" else text
    return html_to_text(html) if html else ""


def _inline_parts(message: email.message.Message) -> Iterator[email.message.Message]:
    """The parts of the message itself: no attachments, no messages that it carries."""
    stack = [message]
    while stack:
        part = stack.pop()
        if part.get_content_disposition() == "attachment" or (part is not message and part.get_content_type() == "message/rfc822"):
            continue
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            children = part.get_payload()
            stack.extend(p for p in reversed(children if isinstance(children, list) else []) if isinstance(p, email.message.Message))
        else:
            yield part


def _unflow(text: str) -> str:
    """Joins the soft line ends of format=flowed (RFC 3676)."""
    return re.sub(r"(?m)^(?!-- $)(.*) \n(?=[^>\n])", r"\1 ", text)
