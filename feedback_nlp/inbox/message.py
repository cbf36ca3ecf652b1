"""One internet message (RFC 5322, MIME) -> `Email`."""

from __future__ import annotations

import email.message
import email.parser
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.envelope import envelope
from feedback_nlp.inbox.file import HEAD, MEBIBYTE
from feedback_nlp.inbox.header import header
from feedback_nlp.inbox.html import html_to_text
from feedback_nlp.records import SUBJECT, Email, Skipped

_HEADER = re.compile(rb"[\w-]+:[ \t\r\n]")
_LONGEST_HEADERS = MEBIBYTE
_LONG_PARAMETERS = re.compile(rb"(?im)^content-(?:type|disposition)[ \t]*:(?:[^\n]|\n[ \t]){20000}")
_BLANK = re.compile(rb"\n\r?\n")
_MOST_NULS = 100  # a mail may hold a few
_LONGEST_HINT = 60
"""So many words at most has a plain text that only says where to read the mail."""
_TIMES_A_HINT = 3
"""The HTML of such a mail has more than so many times its words."""
_MAIL_HEADERS = re.compile(rb"(?im)^(?:from|to|subject|date|received|message-id|mime-version|return-path|delivered-to|content-type):")


def is_message(data: bytes) -> bool:
    """Whether the bytes start with the headers of a mail: at least two of those that every mail has."""
    start = data.lstrip(b"\xef\xbb\xbf")[:HEAD].replace(b"\r\n", b"\n").split(b"\n\n")[0]
    return bool(_HEADER.match(start)) and len({m.lower() for m in _MAIL_HEADERS.findall(start)}) >= 2


def read_message(data: bytes, source: str) -> Email:
    """An `Email` from a message's bytes; its text is the subject line and the words a person sees.

    Raises InputError where it can't be taken apart.
    """
    first = next(read_messages(data, source, source))
    if isinstance(first, Skipped):
        raise InputError(f"{source} {first.why}")
    return first


def read_messages(data: bytes, source: str, where: str) -> Iterator[Email | Skipped]:
    """The message, and each one that a MIME digest (RFC 2046, 5.1.5) in it carries; a digest without own words has only those.

    Whatever is wrong with a message, it comes as `Skipped`, so that the others come out.
    """
    if _is_endless(data):
        yield Skipped(where, "has headers without end: it is damaged, or no mail.")
        return
    try:
        message = _parse(data)
        messages = [message, *_carried(message)]
    except Exception as error:
        yield Skipped(where, f"can't be read ({type(error).__name__})")
        return
    for number, one in enumerate(messages):
        try:
            body = _body(one)
            if body.strip() or next(_carried(one), None) is None:
                yield _email(one, body, source)
        except Exception as error:
            yield Skipped(f"{where}, message {number} of the digest" if number else where, f"can't be read ({type(error).__name__})")


def identified(email: Email) -> Email:
    """The mail with an id: its own, else its message id, else a digest of its text."""
    return email if email.id else replace(email, id=hashlib.sha256(email.text.encode(errors="replace")).hexdigest()[:16])


def _is_endless(data: bytes) -> bool:
    """Whether headers are longer than any mail's, which takes far too long to read."""
    start = data[: _LONGEST_HEADERS + 1]
    return (len(start) > _LONGEST_HEADERS and not _BLANK.search(start)) or _LONG_PARAMETERS.search(data) is not None


def _parse(data: bytes) -> email.message.Message:
    return email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data.removeprefix(b"\xef\xbb\xbf"))


def _email(message: email.message.Message, body: str, source: str) -> Email:
    subject = header(message, "Subject")
    message_id = header(message, "Message-ID").strip("<> ")
    return identified(
        Email(
            id=message_id,
            text=with_subject(subject, body),
            subject=subject,
            sender=header(message, "From"),
            date=header(message, "Date"),
            message_id=message_id,
            source=source,
            attachments=_attachments(message),
            **envelope(message),
        )
    )


def with_subject(subject: str, body: str) -> str:
    """The text that is judged: the subject line, where there is one, and the body."""
    return f"{SUBJECT} {subject}\n\n{body}" if subject else body


def _carried(message: email.message.Message) -> Iterator[email.message.Message]:
    """The messages in the digests of a message, those of a digest in a digest too."""
    stack = [(message, False)]
    while stack:
        part, in_digest = stack.pop()
        children = _children(part)
        if in_digest and part.get_content_type() == "message/rfc822":
            yield from children
        if part.get_content_maintype() == "multipart" or (in_digest and children):
            digest = part.get_content_type() == "multipart/digest"
            stack.extend((child, digest) for child in reversed(children))


def _body(message: email.message.Message) -> str:
    """The words that a person sees of a message; those of parts with a file name only where no others say any."""
    return next((body for with_files in (False, True) if (body := _words(message, with_files)).strip()), "")


def _words(part: email.message.Message, with_files: bool) -> str:
    """The words of a part, or of those in it: of one version where they are versions of one text, else of each, once."""
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        inline = [child for child in _children(part) if not _is_attachment(child)]
        if part.get_content_type() == "multipart/alternative":
            return _version(inline, with_files)
        return "\n".join(dict.fromkeys(text for child in inline if (text := _words(child, with_files)).strip()))
    is_text = part.get_content_type() in ("text/plain", "text/html")
    return _text(part) if is_text and (with_files or part.get_filename() is None) else ""


def _version(parts: list[email.message.Message], with_files: bool) -> str:
    """The plain text, where it says something, and not only that there is more to read in the HTML; else that."""
    plain = (part for part in parts if part.get_content_type() == "text/plain")
    short = next((text for part in plain if (text := _words(part, with_files)).strip()), "")
    if len(short.split()) > _LONGEST_HINT:
        return short
    others = (part for part in parts if part.get_content_type() != "text/plain")
    rich = next((text for part in others if (text := _words(part, with_files)).strip()), "")
    return rich if len(rich.split()) > _TIMES_A_HINT * len(short.split()) else short


def _text(part: email.message.Message) -> str:
    payload = part.get_payload(decode=True)
    text = decode(payload if isinstance(payload, bytes) else b"", _charset(part)).replace("\r\n", "\n")
    if text.count("\0") > max(_MOST_NULS, len(text) // 100):
        return ""  # a file that claims to be text
    text = text.replace("\0", "")
    if part.get_content_type() == "text/html":
        return html_to_text(text)
    return _unflow(text) if str(part.get_param("format", "")).lower() == "flowed" else text


def _charset(part: email.message.Message) -> str | None:
    try:
        return part.get_content_charset()
    except ValueError:  # a NUL in its name
        return None


def _attachments(message: email.message.Message) -> int:
    """How many files and messages a message carries, those within them not counted."""
    stack, found = _children(message), 0
    while stack:
        part = stack.pop()
        if _is_attachment(part):
            found += 1
        elif part.get_content_maintype() == "multipart":
            stack.extend(_children(part))
    return found


def _is_attachment(part: email.message.Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_content_type() == "message/rfc822"


def _children(part: email.message.Message) -> list[email.message.Message]:
    children = part.get_payload() if part.is_multipart() else ()  # of anything else it would decode the body, by whatever charset
    return [child for child in children if isinstance(child, email.message.Message)]


def _unflow(text: str) -> str:
    """Joins the soft line ends of format=flowed (RFC 3676)."""
    return re.sub(r"(?m)^(?!-- $)(.*) \n(?=[^>\n])", r"\1 ", text)
