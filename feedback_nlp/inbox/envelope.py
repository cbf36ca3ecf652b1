"""Who a message went to, what it answers, and whether it lies among the sent mail: what ties messages together."""

from __future__ import annotations

import email.message
import email.utils
import re
from collections.abc import Iterable, Mapping
from typing import Any

from feedback_nlp.inbox.header import headers

_TO = ("To", "Cc", "Bcc", "Delivered-To", "X-Original-To")
_ID = re.compile(r"<([^<>\s]{1,500})>")
_LONGEST = 20_000
_MOST = 100  # recipients or references of one message
# What mail programs call the folder of what was sent, in the languages whose programs people use most.
_SENT = re.compile(
    r"(?:^|[./\\\[])(?:sent(?:[ -]?(?:mail|items|messages))?|gesendet(?:e (?:objekte|elemente|nachrichten|e-mails))?|"
    r"(?:(?:messages|éléments|courriers) )?envoyés|(?:(?:elementos|mensajes|correos|itens|e-mails) )?enviados|"
    r"correo enviado|(?:mensagens )?enviadas|(?:posta|elementi|messaggi) inviat[ai]|inviati|"
    r"verzonden(?: (?:items|berichten|e-mails?))?|(?:elementy )?wysłane|skickat|skickade(?: (?:objekt|meddelanden))?|"
    r"sendte?(?: (?:elementer|meldinger|post|mails?))?|lähetetyt(?: viestit)?)"
    r"(?:[-_ ]\d{1,3})?(?:\.mbox|\.mbx)?$",
    re.IGNORECASE,
)


def is_sent_folder(name: str) -> bool:
    """Whether a folder, a mailbox or a label of that name holds what the person sent."""
    return _SENT.search(name.strip().strip('"')) is not None


def lies_in_sent_folder(path: str) -> bool:
    """Whether a part of a path is such a folder."""
    return any(is_sent_folder(part) for part in re.split(r"[/\\]", path[-_LONGEST:]))


def addresses_in(headers: Iterable[str]) -> tuple[str, ...]:
    """The addresses in header lines, in lower case, each once."""
    found = email.utils.getaddresses([header[:_LONGEST] for header in headers])
    return tuple(dict.fromkeys(address.lower() for _, address in found if "@" in address))[:_MOST]


def message_ids_in(headers: Iterable[str]) -> tuple[str, ...]:
    """The message ids in header lines, each once; without angle brackets where there are none at all."""
    text = " ".join(header[-_LONGEST:] for header in headers)
    found = _ID.findall(text) or [word.strip("<>,;") for word in text.split() if "@" in word]
    return tuple(dict.fromkeys(found))[-_MOST:]


def envelope(message: email.message.Message) -> dict[str, Any]:
    """The fields `recipients`, `references` and `sent` of an `Email`, from a message's headers."""
    return {
        "recipients": addresses_in(_values(message, _TO)),
        "references": message_ids_in(_values(message, ("References", "In-Reply-To"))),
        "sent": any(is_sent_folder(label) for value in headers(message, "X-Gmail-Labels") for label in value.split(",")),
    }


def envelope_of_row(row: Mapping[str, str]) -> dict[str, Any]:
    """The same from a table row, its column names in lower case."""
    to = [row.get(name, "") for name in ("to", "cc", "recipients", "to: (address)", "cc: (address)")]
    return {
        "recipients": addresses_in(value.replace(";", ",") for value in to if value),
        "references": message_ids_in(row.get(name, "") for name in ("references", "in_reply_to", "in-reply-to")),
        "sent": any(is_sent_folder(label) for name in ("folder", "labels", "x-gmail-labels") for label in row.get(name, "").split(",")),
    }


def _values(message: email.message.Message, names: Iterable[str]) -> list[str]:
    return [str(value) for name in names for value in message.get_all(name, [])]
