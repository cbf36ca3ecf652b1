"""What a sentence says plainly besides a reason: the phrases of `signal_phrases.toml`, and deadlines. Precision before recall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from feedback_nlp.deadline import sets_deadline
from feedback_nlp.phrases import key_words, phrase_pattern, plain_parts
from feedback_nlp.preprocess import fold
from feedback_nlp.resources import read_table


class Wording(NamedTuple):
    """How a value of a signal is said: words of which a sentence must hold one, what says it, and what undoes that."""

    value: tuple[str, str]
    keys: frozenset[str]
    says: re.Pattern[str]
    unless: re.Pattern[str]


def plainly_said(sentence: str) -> Iterator[tuple[str, str]]:
    """Each (signal, value) that a sentence says in the words of a phrase."""
    parts = list(plain_parts(fold(sentence)))
    words = set(" ".join(parts).split())
    for wording in _wordings():
        if not wording.keys.isdisjoint(words) and any(wording.says.search(p) and not wording.unless.search(p) for p in parts):
            yield wording.value
    if sets_deadline(sentence):
        yield "deadline", "deadline"


@cache
def _wordings() -> tuple[Wording, ...]:
    table = read_table("signal_phrases")
    words = table["words"]
    return tuple(
        Wording(
            (signal, value),
            frozenset().union(*(key_words(phrase, words) for phrase in entry["says"])),
            phrase_pattern(entry["says"], words),
            phrase_pattern(entry["unless"], words),
        )
        for signal in table
        if signal != "words"
        for value, entry in table[signal].items()
    )
