"""Whether a sentence sets the person a deadline: the phrases of `deadline.toml`, clause by clause. Precision before recall."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from feedback_nlp.phrases import phrase_pattern, plain_parts
from feedback_nlp.preprocess import fold
from feedback_nlp.resources import read_table


def sets_deadline(sentence: str) -> bool:
    """Whether a sentence names a day or a span by which the person has to answer or act."""
    return any(_clause_does(clause) for part in plain_parts(fold(sentence)) for clause in _clauses(part))


def _clauses(part: str) -> list[str]:
    ends = [0, *(end.start() for end in _pattern("clause_ends").finditer(part)), len(part)]
    return [part[start:end] for start, end in pairwise(ends)]


def _clause_does(clause: str) -> bool:
    def holds(*names: str) -> bool:
        return any(_pattern(name).search(clause) for name in names)

    begins = _pattern("beginnings").match(clause) is not None
    by_then = holds("limits") and (begins or holds("to_do"))
    return not holds("undone") and (holds("whole") or by_then or (holds("ends") and holds("possible")))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    table = read_table("deadline")
    return phrase_pattern(table[name], table["words"])
