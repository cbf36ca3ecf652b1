"""A person's applications, from the rows that `label` wrote: how far each came, and the answer that counts."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from feedback_nlp.dates import EARLIEST, time_of
from feedback_nlp.errors import InputError, MissingColumnError
from feedback_nlp.inbox import read_rows
from feedback_nlp.inbox.row import list_in, quotes_in
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, NOREPLY, REASONS, STEPS, label_named
from feedback_nlp.records import HUMAN, UNSURE_BELOW, Skipped
from feedback_nlp.rows import UNKNOWN, Row

COLUMNS = (
    *("label", "confidence", "possible", "secondary", "evidence", "stage", "thread"),
    *("company", "role", "sender_type", "date", "days_since_application"),
)
"""What a file must have."""
MET = STEPS[STEPS.index("interview") :]
"""The steps of those who have met the person."""
_MISFIT = "{} is no file that `feedback-nlp label` wrote: it has no column {}. Run `feedback-nlp label`, and give what it writes."
_LONGEST_WAIT = 9999


@dataclass(frozen=True)
class Message:
    """What counts of a row; "" and None stand for what it does not say, -1 for a confidence that is no number.

    `possible` holds the labels that it could have, likeliest first; `by_hand` says that the label is a person's.
    """

    thread: str
    label: str
    confidence: float
    possible: tuple[str, ...]
    by_hand: bool
    sure: bool
    secondary: tuple[str, ...]
    evidence: tuple[str, ...]
    stage: str
    company: str
    role: str
    noreply: bool
    time: datetime.datetime | None
    days: int | None

    @property
    def is_rejection(self) -> bool:
        """Whether it turns the person down."""
        return self.label in REASONS

    @property
    def is_concrete(self) -> bool:
        """Whether it says why, and surely so."""
        return self.sure and self.label in CONCRETE_REASONS

    @property
    def is_unmet(self) -> bool:
        """Whether it came from a mailbox that nobody reads, before anybody had met the person."""
        return self.noreply and self.stage == STEPS[0]


@dataclass(frozen=True)
class Application:
    """One application: the furthest of `STEPS` that it came to ("" where no message says), when its last message came,
    and the rejection that counts, with that step; None where there is none.
    """

    reached: str
    last: datetime.datetime | None
    rejection: Message | None


def read_history(paths: Iterable[Path]) -> Iterator[Row | Skipped]:
    """The rows of files that `label` wrote; one whose label is none of ours is skipped. Raises InputError for other files."""
    for path in paths:
        found: set[str] = set()
        try:
            for item in read_rows(path, COLUMNS[0]):
                if isinstance(item, Skipped):
                    yield item
                    continue
                found.update(item.extra)
                yield dict(item.extra) if label_named(item.text) in ("", *LABELS) else _unknown(f"{path}, {item.place}", item.text)
        except MissingColumnError as error:
            raise InputError(_MISFIT.format(path, COLUMNS[0])) from error
        if not found:
            raise InputError(f"{path} holds no rows. Give the file that `feedback-nlp label` wrote.")
        if missing := [name for name in COLUMNS if name not in found]:
            raise InputError(_MISFIT.format(path, ", ".join(missing)))


def _unknown(where: str, label: str) -> Skipped:
    return Skipped(where, f"unknown label {label[:40]!r}: the labels are {', '.join(LABELS)}")


def message_of(row: Row) -> Message:
    """What counts of a row, whatever its cells hold.

    It is unsure with less confidence than `UNSURE_BELOW`, or where several labels are possible; but not where the label is a
    person's: marked so, or not the likeliest one.
    """
    label, possible = label_named(_text(row, "label")), list_in(row.get("possible"))
    confidence = _number(row, "confidence")
    by_hand = (bool(possible) and possible[0] != label) or _text(row, "label_source").lower() == HUMAN
    return Message(
        thread=_text(row, "thread"),
        label=label,
        confidence=confidence,
        possible=tuple(dict.fromkeys(name for name in possible if name in LABELS)),
        by_hand=by_hand,
        sure=by_hand or (len(possible) < 2 and confidence >= UNSURE_BELOW),
        secondary=tuple(reason for reason in CONCRETE_REASONS if reason in list_in(row.get("secondary")) and reason != label),
        evidence=tuple(quotes_in(row.get("evidence"))),
        stage=stage if (stage := _text(row, "stage")) in STEPS else "",
        company=_text(row, "company"),
        role=_text(row, "role"),
        noreply=_text(row, "sender_type") == NOREPLY,
        time=time_of(_text(row, "date")),
        days=int(days) if 0 <= (days := _number(row, "days_since_application")) <= _LONGEST_WAIT else None,
    )


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    text = "" if value is None else str(value).strip()
    return "" if text == UNKNOWN else text


def _number(row: Row, name: str) -> float:
    """A cell as a number; -1 where it is none, which no cell of ours holds."""
    value: Any = row.get(name)
    with suppress(TypeError, ValueError, OverflowError):
        return number if math.isfinite(number := float(value)) else -1
    return -1


def applications_of(messages: Iterable[Message]) -> list[Application]:
    """The applications, in the order of their last messages. A rejection without a thread is one by itself."""
    threads: defaultdict[str, list[Message]] = defaultdict(list)
    alone: list[list[Message]] = []
    for message in sorted(messages, key=_order):
        if message.thread:
            threads[message.thread].append(message)
        elif message.is_rejection:
            alone.append([message])
    found = (_application(thread) for thread in (*threads.values(), *alone))
    return sorted((application for application in found if application), key=lambda a: (a.last or EARLIEST, repr(a)))


def _order(message: Message) -> tuple[datetime.datetime, str]:
    return message.time or EARLIEST, repr(message)


def _application(thread: Sequence[Message]) -> Application | None:
    """What a thread's messages, oldest first, come to; None where they are about no application.

    Of several rejections the last that says why counts, else the last. They also know best how far it came: an invitation
    alone may have led to nothing.
    """
    rejections = [message for message in reversed(thread) if message.is_rejection]
    steps = [message.stage for message in rejections or thread if message.stage]
    if not rejections and not steps:
        return None
    reached = max(steps, key=STEPS.index, default="")
    rejection = max(rejections, key=lambda m: (m.label in CONCRETE_REASONS, m.is_concrete), default=None)
    return Application(reached, thread[-1].time, replace(rejection, stage=reached) if rejection else None)
