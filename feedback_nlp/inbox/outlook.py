"""The properties of an Outlook item (MS-OXPROPS) -> `Email`, whatever file they were in."""

from __future__ import annotations

import datetime
import email.parser
import email.policy
import email.utils
import re
from dataclasses import dataclass

from feedback_nlp.inbox.charset import decode
from feedback_nlp.inbox.envelope import envelope
from feedback_nlp.inbox.header import header
from feedback_nlp.inbox.html import html_to_text
from feedback_nlp.inbox.message import identified, with_subject
from feedback_nlp.inbox.row import named_address
from feedback_nlp.records import Email

INSTALL = "Install it: pip install 'feedback-nlp[outlook]'"
_META_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """What Outlook keeps of a mail; `headers` are those of the internet message, where it came as one."""

    subject: str = ""
    text: str = ""
    html: bytes = b""
    rtf: bytes = b""
    headers: str = ""
    sender_name: str = ""
    sender_address: str = ""
    time: datetime.datetime | None = None
    message_id: str = ""


def email_from_item(item: Item, source: str) -> Email:
    """The mail; sender, date and message id as its headers have them, else as Outlook keeps them."""
    headers = email.parser.HeaderParser(policy=email.policy.compat32).parsestr(item.headers.lstrip())
    subject = " ".join(item.subject.split())
    message_id = (header(headers, "Message-ID") or item.message_id).strip("<> ")
    return identified(
        Email(
            id=message_id,
            text=with_subject(subject, _body(item)),
            subject=subject,
            sender=header(headers, "From") or named_address(item.sender_name, _address(item.sender_address)),
            date=header(headers, "Date") or (email.utils.format_datetime(item.time) if item.time else ""),
            message_id=message_id,
            source=source,
            **envelope(headers),
        )
    )


def _address(given: str) -> str:
    """An address as the internet knows them; within a firm Outlook keeps a path in its directory instead."""
    return "" if given.startswith("/") else given


def is_mail(message_class: str) -> bool:
    """Whether an item of that class came or went as a mail: no calendar entry, contact or task."""
    return not message_class or re.match(r"(?:REPORT\.)?IPM\.(?:Note|Schedule|Post)\b", message_class, re.IGNORECASE) is not None


def _body(item: Item) -> str:
    """The plain text, where it says something, else the HTML's, else that of the rich text."""
    text = item.text.replace("\r\n", "\n").replace("\0", "")
    if not text.strip() and item.html:
        charset = _META_CHARSET.search(item.html[:4000])
        text = html_to_text(decode(item.html, charset[1].decode("ascii", "replace") if charset else None).replace("\0", ""))
    return _rich_text(item.rtf) if item.rtf and not text.strip() else text


def _rich_text(rtf: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(rtf.decode("cp1252", errors="replace"), errors="replace")).strip("\0")  # type: ignore[no-untyped-call]
