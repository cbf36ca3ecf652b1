"""Which words of a sentence name what it is about: the missing thing, the role, the time.

A thing that the vocabulary knows (vocabulary.toml) is named as it stands in the sentence; else a logistic regression tells for
each word how probable it is to belong, and the run of words with the highest sum of log-odds is taken, if that is high enough.
Nothing is named where it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.model import Floats
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Word
from feedback_nlp.resources import read_table
from feedback_nlp.wordlist import WordList

NAMED = {
    "gaps": None,
    "door": ("later role", "apply again"),
    "freeze": ("until",),
    "deadline": ("deadline",),
}
"""The signals that words go with, and of which values (None: of all)."""
LISTS = {"skill": "skills", "qualification": "qualifications", "language": "languages"}
"""The list of the vocabulary in which a kind of gap is looked up."""
_LEAST = {"gaps": 2.0, "door": 2.0, "freeze": 1.0, "deadline": 1.0}
"""The least sum of log-odds with which words are taken: in training, four in five of them are then mostly right, of times more."""
_LONGEST = 5
_LEADING_ON = frozenset(
    "a an and as at by for from had has have if in of on once or our that the they to until we when where which who with you your".split()
)
"""Words at which nothing ends: "in the spring, when the"."""
_JOINING = frozenset("and but of or than".split())
"""Words with which nothing begins: "and error handling", "of the references"."""
_CLAUSES = frozenset("when which where as since because while although though but".split())
"""Words which begin a clause after a comma that names nothing: "in the spring, when the coordinator retires"."""
_LIMITS = ("by", "before", "within", "until", "till", "on")
"""Words with which a deadline begins, the surest first: "on 01632 960441 by Friday"."""
_MONTHS = frozenset("january february march april may june july august september october november december".split())
_AROUND = " ,.;:!?()[]\"'“”‘’-–—"


@dataclass(frozen=True)
class Naming:
    """A trained model: its vocabulary of features, a coefficient for each (n,), and an intercept."""

    vocabulary: Mapping[str, int]
    coefficients: NDArray[np.floating[Any]]
    intercept: float

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept, in alphabetical order of the vocabulary: `words`, `coefficients`."""
        rows = [self.vocabulary[word] for word in sorted(self.vocabulary)]
        return {"words": WordList.of(self.vocabulary).packed, "coefficients": np.asarray(self.coefficients, dtype=np.float16)[rows]}

    def words(self, sentence: str, words: Sequence[Word], signal: str, value: str) -> str:
        """The words of a sentence that name what the value is about, as they stand there; "" where none can be told."""
        if not words or not is_named(signal, value):
            return ""
        scores = self.scores(sentence, words, signal, value)
        start, end, total = best_run(scores)
        known = _known(sentence, words, LISTS.get(value, "") if signal == "gaps" else "")
        if known:
            start, end = max(known, key=lambda run: (scores[run[0] : run[1]].max(), run[1] - run[0]))
        elif total < _LEAST[signal]:
            return ""
        if signal == "deadline":
            start, end = limit_of(sentence, words, start, end)
        end = _clause_end(sentence, words, start, end)
        while end > start and _plain(sentence[words[start].start : words[start].end]) in _JOINING:
            start += 1
        while end > start and _plain(sentence[words[end - 1].start : words[end - 1].end]) in _LEADING_ON:
            end -= 1
        return sentence[words[start].start : words[end - 1].end].strip(_AROUND) if end > start else ""

    def scores(self, sentence: str, words: Sequence[Word], signal: str, value: str) -> Floats:
        """The log-odds of each word to belong, (words,)."""
        ids = [{self.vocabulary.get(f, -1) for f in features} for features in word_features(sentence, words, signal, value)]
        return np.array([self.intercept + sum(float(self.coefficients[i]) for i in sorted(of_word) if i >= 0) for of_word in ids])


def _clause_end(sentence: str, words: Sequence[Word], start: int, end: int) -> int:
    """Where a run of words ends if what follows a comma in it is a clause of its own."""
    for i in range(start + 1, end):
        if "," in sentence[words[i - 1].start : words[i].start] and _plain(sentence[words[i].start : words[i].end]) in _CLAUSES:
            return i
    return end


def is_named(signal: str, value: str) -> bool:
    """Whether words go with a value."""
    return signal in NAMED and (NAMED[signal] is None or value in (NAMED[signal] or ()))


def best_run(scores: Floats) -> tuple[int, int, float]:
    """Start, end and sum of the run with the highest sum (Kadane's algorithm, in Bentley 1984); 0, 0, 0.0 where none is above 0."""
    best, start, total = (0, 0, 0.0), 0, 0.0
    for i, score in enumerate(scores.tolist()):
        if total <= 0:
            start, total = i, 0.0
        total += score
        if total > best[2]:
            best = start, i + 1, total
    return best


def word_features(sentence: str, words: Sequence[Word], signal: str, value: str) -> Iterator[Iterable[str]]:
    """For each word of a sentence what tells whether it belongs to the words that name the thing."""
    kind = f"{signal} {value}" if signal == "gaps" or value == "later role" else "time"
    tokens = ["<>", "<>", "<>", *(word.tokens[0] if word.tokens else "<>" for word in words), "<>", "<>", "<>"]
    for i, word in enumerate(words):
        at = i + 3
        surface = sentence[word.start : word.end]
        near = tuple(f"{d}:{tokens[at + d]}" for d in range(-3, 4))
        pairs = tuple(f"{d}:{tokens[at + d]} {tokens[at + d + 1]}" for d in (-2, -1, 0, 1))
        with_kind = tuple(f"{kind}|{d}:{tokens[at + d]}" for d in (-1, 0, 1))
        shape = (f"upper:{surface[:1].isupper()}", f"digit:{any(c.isdigit() for c in surface)}", f"end:{surface[-3:].lower()}")
        yield (kind, f"at:{10 * i // len(words)}", *near, *pairs, *with_kind, *shape)


def limit_of(sentence: str, words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """Of the words for a deadline those from where its limit begins, be it the word before them, to a comma, unless a date goes on
    behind that.
    """
    plain = [_plain(sentence[word.start : word.end]) for word in words[:end]]
    first = start - 1 if start and plain[start - 1] in _LIMITS else start
    start = next((plain.index(limit, first) for limit in _LIMITS if limit in plain[first:]), start)
    for i in range(start + 1, end):
        follows = _plain(sentence[words[i].start : words[i].end])
        if "," in sentence[words[i - 1].start : words[i].start] and not (follows[:1].isdigit() or follows in _MONTHS):
            return start, i
    return start, end


def _known(sentence: str, words: Sequence[Word], name: str) -> list[tuple[int, int]]:
    """Where things of a list of the vocabulary stand, as runs of words; one within another is left out."""
    if not name:
        return []
    plain = [_plain(sentence[word.start : word.end]) for word in words]
    ends = {i: range(i + 1, min(len(plain), i + _LONGEST) + 1) for i in range(len(plain))}
    runs = [(i, j) for i in ends for j in ends[i] if " ".join(filter(None, plain[i:j])) in _things(name)]
    return [run for run in runs if not any(other != run and other[0] <= run[0] and run[1] <= other[1] for other in runs)]


def _plain(word: str) -> str:
    """A word as the vocabulary has it: lower case, hyphens and full stops as blanks, "licence" for "license" too."""
    lower = fold(word).lower().strip(_AROUND).replace("license", "licence")
    return " ".join(lower.replace("-", " ").replace(".", " ").split())


@cache
def _things(name: str) -> frozenset[str]:
    return frozenset(read_table("vocabulary")[name])
