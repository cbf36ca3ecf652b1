"""The columns of many sentences at once: what `features.block_features` and a dictionary find, but with whole arrays.

Making the string of every n-gram and asking for it takes longer than all the rest of judging a mail. Here each token has a
number, an n-gram is one integer made of the numbers of its tokens, and those of a whole batch are looked up together among
the integers of the vocabulary. A test holds both ways equal. To read a vocabulary so takes some tenths of a second, which one
mail has not, but an inbox has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.features import END, GAPS, MAIL_BLOCK, NEXT, PREVIOUS, START, block_features, character_features, place_features
from feedback_nlp.records import Sentence

Integers = NDArray[np.int64]

_UNKNOWN = 0
_BITS = 20
_ONE, _PAIR, _GAP, _THREE = range(4)
_OF_LENGTH = {1: _ONE, 2: _PAIR, 3: _THREE}
_MOST_REMEMBERED = 200_000
_FEW = 300
"""So many documents are about as soon found one way as the other, reading the vocabulary included."""


class Found(NamedTuple):
    """Something in each of some rows, repeats included: the number of a token, the key of an n-gram, or a column."""

    rows: Integers
    values: Integers


class Columns:
    """Finds the columns of the blocks of a model; a few documents by their strings, from `_FEW` on with arrays."""

    def __init__(self, vocabularies: Mapping[str, Mapping[str, int]]) -> None:
        self._vocabularies = vocabularies
        self._asked = 0
        self._letters_of: dict[str, list[int]] = {}

    def of(self, documents: Sequence[Sequence[Sentence]]) -> dict[str, Found]:
        """Of each block the columns that all sentences of the documents have, in order; of the mail block, the documents."""
        self._asked += len(documents)
        return self.of_many(documents) if self._asked > _FEW and len(self._vocabulary.numbers) < 2**_BITS else self.of_few(documents)

    def of_few(self, documents: Sequence[Sequence[Sentence]]) -> dict[str, Found]:
        """The same by the strings of features."""
        sentences = [(document, i) for document in documents for i in range(len(document))]
        mails = [(document, 0) for document in documents]
        found = {}
        for name in self._vocabularies:
            if name == "characters":
                listed = [[i for token in document[i].tokens for i in self._letters(token)] for document, i in sentences]
            else:
                items = mails if name == MAIL_BLOCK else sentences
                listed = [self._columns(name, block_features(name, document, i)) for document, i in items]
            found[name] = _listed(listed)
        return found

    def of_many(self, documents: Sequence[Sequence[Sentence]]) -> dict[str, Found]:
        """The same with arrays."""
        batch = _Batch(documents, self._vocabulary.numbers)
        found = {"words": self._of_words, "characters": self._of_characters, "context": self._of_context, MAIL_BLOCK: self._of_mails}
        return {name: found[name](batch) for name in self._vocabularies}

    def _of_words(self, batch: _Batch) -> Found:
        grams = [_grams(batch.inner, 1), *(_grams(batch.marked, n) for n in (2, 3)), *(_gaps(batch.inner, gap) for gap in GAPS)]
        return self._known(("words", ""), grams)

    def _of_mails(self, batch: _Batch) -> Found:
        return self._known((MAIL_BLOCK, ""), [_grams(batch.of_mails, n) for n in (1, 2, 3)])

    def _of_context(self, batch: _Batch) -> Found:
        said = [_grams(batch.inner, n) for n in (1, 2)]
        before = self._known(("context", PREVIOUS), [batch.said_beside(each, 1) for each in said])
        after = self._known(("context", NEXT), [batch.said_beside(each, -1) for each in said])
        places = (place_features(document, i) for document in batch.documents for i in range(len(document)))
        place = _listed([self._columns("context", features) for features in places])
        return _together([before, after, place])

    def _of_characters(self, batch: _Batch) -> Found:
        of_words = _listed([self._letters(token) for token in batch.words])
        return Found(batch.inner.rows[of_words.rows], of_words.values)

    def _letters(self, token: str) -> list[int]:
        known = self._letters_of.get(token)
        if known is None:
            if len(self._letters_of) > _MOST_REMEMBERED:
                self._letters_of.clear()
            known = self._letters_of[token] = self._columns("characters", character_features(token))
        return known

    def _columns(self, name: str, features: Iterable[str]) -> list[int]:
        find = self._vocabularies[name].get
        return [column for feature in features if (column := find(feature)) is not None]

    @cached_property
    def _vocabulary(self) -> _Vocabulary:
        number: dict[str, int] = defaultdict(count(_UNKNOWN + 1).__next__)
        parts = (("words", ""), (MAIL_BLOCK, ""), ("context", PREVIOUS), ("context", NEXT))
        tables = {part: _table(self._vocabularies[part[0]], part[1], number) for part in parts if part[0] in self._vocabularies}
        return _Vocabulary(dict(number), tables)

    def _known(self, table: tuple[str, str], grams: Sequence[Found]) -> Found:
        """The columns of those n-grams that are in a table."""
        keys, columns = self._vocabulary.tables[table]
        asked = _together(grams)
        if not len(keys):
            return Found(keys, columns)
        places = np.minimum(np.searchsorted(keys, asked.values), len(keys) - 1)
        there = keys[places] == asked.values
        return Found(asked.rows[there], columns[places[there]])


class _Vocabulary(NamedTuple):
    """The number of each token, and for each block of n-grams, by its prefix, a table of keys and columns."""

    numbers: Mapping[str, int]
    tables: Mapping[tuple[str, str], Found]


def _table(vocabulary: Mapping[str, int], prefix: str, number: Mapping[str, int]) -> Found:
    """The keys of the n-grams in a vocabulary in ascending order, as rows, and their columns."""
    start = len(prefix)
    parts = [(feature[start:].split(" "), column) for feature, column in vocabulary.items() if feature.startswith(prefix)]
    meant = {kind: [part for part in parts if len(part[0]) == n] for n, kind in _OF_LENGTH.items()}
    meant[_GAP] = [(pair, column) for tokens, column in parts if ".." in tokens[0] for pair in _pairs(tokens)]
    found = []
    for kind, grams in meant.items():
        numbers = np.array([[number[token] for token in tokens] for tokens, _ in grams], dtype=np.int64)
        if grams:
            found.append(Found(_keys(kind, *numbers.T), np.array([column for _, column in grams], dtype=np.int64)))
    table = _together(found)
    order = np.argsort(table.rows, kind="stable")
    return Found(table.rows[order], table.values[order])


class _Batch:
    """The tokens of documents by their numbers, sentence after sentence."""

    def __init__(self, documents: Sequence[Sequence[Sentence]], numbers: Mapping[str, int]) -> None:
        find = numbers.get
        sentences = [sentence.tokens for document in documents for sentence in document]
        marked = [find(t, _UNKNOWN) for tokens in sentences for t in (START, *tokens, END)]
        lengths = np.array([len(tokens) for tokens in sentences], dtype=np.int64) + 2
        rows, ends = np.repeat(np.arange(len(sentences)), lengths), np.cumsum(lengths) - 1
        starts = ends - lengths + 1
        self.documents = documents
        self.words = [token for tokens in sentences for token in tokens]
        """All tokens, without the marks."""
        self.marked = Found(rows, np.array(marked, dtype=np.int64))
        """The tokens of each sentence with the marks at its start and end."""
        self.inner = Found(*(np.delete(each, np.concatenate([starts, ends])) for each in self.marked))
        """Without the marks."""
        self._mails = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
        ended = Found(*(np.delete(each, starts) for each in self.marked))
        self.of_mails = Found(self._mails[ended.rows], ended.values)
        """The tokens of each document with the marks at the ends of sentences."""

    def said_beside(self, grams: Found, by: int) -> Found:
        """The n-grams of the sentences that stand before each in its document (1), or after it (-1)."""
        last = len(self._mails) - 1
        rows = grams.rows + by
        kept = (rows >= 0) & (rows <= last)
        kept &= self._mails[np.clip(rows, 0, last)] == self._mails[grams.rows]
        return Found(rows[kept], grams.values[kept])


def _pairs(tokens: Sequence[str]) -> Iterator[list[str]]:
    """The pairs that words with words between may stand for; a token with dots in it looks like one."""
    if len(tokens) == 1:
        (text,) = tokens
        yield from ([text[:i], text[i + 2 :]] for i in range(1, len(text) - 2) if text[i : i + 2] == "..")


def _grams(tokens: Found, n: int) -> Found:
    """The keys of the n-grams within each row."""
    return _run(tokens, _OF_LENGTH[n], range(n))


def _gaps(tokens: Found, gap: int) -> Found:
    """The keys of pairs so far from each other."""
    return _run(tokens, _GAP, (0, gap))


def _run(tokens: Found, kind: int, steps: Sequence[int]) -> Found:
    rows, numbers = tokens
    n = max(0, len(rows) - steps[-1])
    parts = [numbers[step : step + n] for step in steps]
    known = (rows[:n] == rows[steps[-1] : steps[-1] + n]) & np.logical_and.reduce([part != _UNKNOWN for part in parts])
    return Found(rows[:n][known], _keys(kind, *(part[known] for part in parts)))


def _keys(kind: int, first: Integers, second: Integers | int = _UNKNOWN, third: Integers | int = _UNKNOWN) -> Integers:
    """One integer for a kind and up to three numbers."""
    keys: Integers = ((first << _BITS | second) << _BITS | third) << 2 | kind
    return keys


def _listed(values: Sequence[Sequence[int]]) -> Found:
    lengths = [len(each) for each in values]
    return Found(np.repeat(np.arange(len(values)), lengths), np.fromiter(chain.from_iterable(values), dtype=np.int64, count=sum(lengths)))


def _together(found: Sequence[Found]) -> Found:
    if not found:
        return Found(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    return Found(np.concatenate([each.rows for each in found]), np.concatenate([each.values for each in found]))
