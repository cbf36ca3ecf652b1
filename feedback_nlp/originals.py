"""The mails that the rows of a `label` sheet are about, found again in the mailbox, since such a sheet holds no texts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from feedback_nlp.examples import digest
from feedback_nlp.inbox.row import fields_in
from feedback_nlp.records import Email, Skipped

Name = tuple[str, ...]
"""One of the ways to name a mail: the kind, and what it takes."""
_BY_ID, _BY_PLACE = "id", "place"


def find_originals(rows: Sequence[Email], mails: Iterable[Email | Skipped]) -> list[list[str]]:
    """For each row the texts of the mails that it may be about: one where all is well, none where its mail is not there.

    A mail is told by its id, else by its file's name and its place therein with the same subject and sender.
    """
    wanted: defaultdict[Name, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for name in _names(row.id, fields_in(row)):
            wanted[name].append(number)
    found: list[dict[str, dict[str, str]]] = [{_BY_ID: {}, _BY_PLACE: {}} for _ in rows]
    for mail in mails:
        if isinstance(mail, Email):
            for name in _names(mail.id, _fields_of(mail)):
                for number in wanted.get(name, ()):
                    found[number][name[0]][digest(mail.text)] = mail.text
    return [_likeliest(*(list(found[number][kind].values()) for kind in (_BY_ID, _BY_PLACE))) for number in range(len(rows))]


def _likeliest(by_id: list[str], by_place: list[str]) -> list[str]:
    """The texts that an id found, unless these are several and the place tells which."""
    return by_place if len(by_place) == 1 and len(by_id) != 1 else by_id or by_place


def _names(identifier: str, fields: Mapping[str, Any]) -> Iterator[Name]:
    """By which a mail and its row are known. The id of a table's row that is its number names nothing."""
    row, message_id = _words(fields.get("row")), _words(fields.get("message_id"))
    yield from dict.fromkeys((_BY_ID, name) for name in (identifier, message_id) if name and (name != row or message_id))
    file = re.split(r"[/\\]", _words(fields.get("source")))[-1]
    position, *who = (_words(fields.get(name)) for name in ("position", "subject", "sender"))
    if file and any(who):
        yield (_BY_PLACE, file, position, *who)


def _fields_of(mail: Email) -> Mapping[str, Any]:
    names = ("row", "message_id", "source", "position", "subject", "sender")
    return {name: getattr(mail, name) for name in names}


def _words(value: Any) -> str:
    """A cell's text, whatever its white space; a whole number the same whether it was kept as 7, 7.0 or "7"."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split())
