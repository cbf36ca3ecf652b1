"""The columns of a file of rows, and what each holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from feedback_nlp.labels import LABELS


class MisfitError(ValueError):
    """More than a format can hold; the message says what, and which format can."""


class Kind(Enum):
    """What a column holds."""

    TEXT = auto()
    NUMBER = auto()
    WHOLE = auto()
    TEXTS = auto()
    SCORES = auto()
    SIGNALS = auto()
    OWN_LABELS = auto()


KINDS = {
    "id": Kind.TEXT,
    "label": Kind.TEXT,
    "confidence": Kind.NUMBER,
    "scores": Kind.SCORES,
    "possible": Kind.TEXTS,
    "secondary": Kind.TEXTS,
    "evidence": Kind.TEXTS,
    "next_steps": Kind.TEXTS,
    "questions": Kind.TEXTS,
    "signals": Kind.SIGNALS,
    "own_labels": Kind.OWN_LABELS,
    "company": Kind.TEXT,
    "role": Kind.TEXT,
    "sender_type": Kind.TEXT,
    "stage": Kind.TEXT,
    "thread": Kind.TEXT,
    "days_since_application": Kind.WHOLE,
    "days_since_contact": Kind.WHOLE,
    "note": Kind.TEXT,
    "row": Kind.WHOLE,
    "position": Kind.WHOLE,
    "message_id": Kind.TEXT,
    "date": Kind.TEXT,
    "sender": Kind.TEXT,
    "subject": Kind.TEXT,
    "source": Kind.TEXT,
    "label_source": Kind.TEXT,
    "model_label": Kind.TEXT,
    "checksum": Kind.TEXT,
}
"""What the columns of a `label` row hold; a table's own columns beside them hold text."""

SIGNAL_FIELDS = ("signal", "value", "words", "quote")
"""What each of the signals in a row is made of, all of it text."""

OWN_LABEL_FIELDS = ("label", "probability", "source")
"""What each of the person's own labels in a row is made of; the second is a number."""

_ALWAYS = {"id", "label", "confidence", "scores", "possible", "secondary", "evidence", "next_steps", "questions"}
_EXAMPLE = {"id", "text", "primary", "split"}


_OBJECTS = {Kind.SIGNALS: SIGNAL_FIELDS, Kind.OWN_LABELS: OWN_LABEL_FIELDS}


def is_own(header: Iterable[str]) -> bool:
    """Whether a header is one that we wrote: it has every column that a `label` row always has, or a labelled mail."""
    names = {name.strip() for name in header}
    return names >= _ALWAYS or names >= _EXAMPLE


def holds_answers_alone(header: Iterable[str]) -> bool:
    """Whether a header is one of `label` without a table's own columns, so that no column can hold the mails' texts."""
    names = {name.strip() for name in header}
    return _ALWAYS <= names <= KINDS.keys()


def kinds_of(names: Iterable[str]) -> dict[str, Kind]:
    """What columns hold by their names alone."""
    return {name: KINDS.get(name, Kind.TEXT) for name in names}


def kinds_in(rows: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    """What the columns of rows hold, in the order of their first appearance.

    In rows of `label` the names alone tell, as where rows are not known beforehand; else a column of numbers holds numbers.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    if is_own(names):
        return kinds_of(names)
    return {name: _kind_of(name, [row[name] for row in rows if row.get(name) is not None]) for name in names}


def _kind_of(name: str, values: Sequence[Any]) -> Kind:
    likely = [KINDS[name]] if name in KINDS else [Kind.WHOLE, Kind.NUMBER] if values else []
    return next((kind for kind in likely if all(fits(value, kind) for value in values)), Kind.TEXT)


def fits(value: Any, kind: Kind) -> bool:
    """Whether a column of that kind can hold the value as it is: integers to 64 bits, floats to 53; a text column holds any."""
    if kind is Kind.TEXTS:
        return isinstance(value, (list, tuple))
    if kind is Kind.SCORES:
        return isinstance(value, Mapping) and all(name in LABELS and fits(score, Kind.NUMBER) for name, score in value.items())
    if kind in _OBJECTS:
        return isinstance(value, (list, tuple)) and all(isinstance(one, Mapping) and set(one) == set(_OBJECTS[kind]) for one in value)
    if kind is Kind.NUMBER and isinstance(value, float):
        return True
    if kind in (Kind.NUMBER, Kind.WHOLE):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2 ** (53 if kind is Kind.NUMBER else 63)
    return True
