"""One rejection as the report shows it, from a row that `label` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from feedback_nlp.history import Message, message_of
from feedback_nlp.inbox.row import list_in
from feedback_nlp.labels import MEANINGS
from feedback_nlp.records import SIGNALS, Said, Signals
from feedback_nlp.rows import Row, signals_in
from feedback_nlp.terminal import percent

_SAID = tuple(field.name for field in fields(Said))
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True)
class Answer:
    """A rejection: what counts of it, what else it says, and the first thing to do; `number` is its place in the files."""

    number: int
    message: Message
    signals: Signals
    next_step: str

    @property
    def application(self) -> str:
        """The application that it is about: its thread, or itself where it has none."""
        return self.message.thread or f"row {self.number}"

    @property
    def reason(self) -> str:
        """Why, in words; of an unsure one all that it could be."""
        message = self.message
        if message.sure or len(message.possible) < 2:
            return MEANINGS[message.label]
        return f"could be one of {_NUMBERS[len(message.possible)]}: {'; '.join(MEANINGS[label] for label in message.possible)}"

    @property
    def how_sure(self) -> str:
        """How sure the reason is, in words."""
        message = self.message
        if message.by_hand:
            return "your own label"
        if message.sure:
            return f"{percent(message.confidence)} sure"
        if len(message.possible) > 1 or message.confidence < 0:
            return "unsure"
        return f"unsure: {percent(message.confidence)}"


def answer_of(number: int, row: Row) -> Answer | None:
    """The rejection in a row, whatever its cells hold; None where it turns nobody down."""
    message = message_of(row)
    if not message.is_rejection:
        return None
    steps = list_in(row.get("next_steps"))
    return Answer(number, message, signals_in(_said(row.get("signals"))), steps[0] if steps else "")


def _said(cell: Any) -> Iterator[Mapping[str, str]]:
    """The signals in a cell, a list or one in JSON; what is none is left out."""
    if isinstance(cell, str):
        with suppress(ValueError, RecursionError):
            cell = json.loads(cell)
    for one in cell if isinstance(cell, list) else ():
        if isinstance(one, Mapping) and one.get("signal") in SIGNALS and all(isinstance(one.get(name), str) for name in _SAID):
            yield {"signal": one["signal"], **{name: one[name] for name in _SAID}}
