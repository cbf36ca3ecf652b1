"""Whether a person's rejections differ from the mails that the model was judged on: then its figures do not hold for them.

Two shares of the rejections are compared with those on the test split of the corpus: the unsure ones, and those in
unusual words. A rejection counts once, however often it was sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback_nlp.journal import Journal
from feedback_nlp.labels import REASONS
from feedback_nlp.model import MOST_CHARACTERS, Model
from feedback_nlp.records import MODEL, Sentence

FEWEST = 20
"""Of fewer rejections nothing is said."""
_UNUSUAL = 0.05
_FEWEST_WORDS = 20
_SIGNIFICANT = 0.01
_TESTS = 2
_CLEARLY_MORE = 1.5


def words_of(model: Model, text: str) -> list[str]:
    """The words of a mail in normal form, masked ones left out."""
    return words_in(model.preprocessor(text[:MOST_CHARACTERS]))


def words_in(sentences: Iterable[Sentence]) -> list[str]:
    """The words of sentences in normal form, masked ones left out."""
    return [token for sentence in sentences for token in sentence.tokens if token[0].isalpha()]


def unknown_share(model: Model, words: Sequence[str]) -> float:
    """The share of the words that the model has not learned; a mail of few words counts as one of `_FEWEST_WORDS`."""
    known = model.blocks["words"].vocabulary
    return sum(word not in known for word in words) / max(_FEWEST_WORDS, len(words))


def is_unusual(model: Model, sentences: Iterable[Sentence]) -> bool:
    """Whether the sentences of a mail use more unknown words than nearly all that the model was judged on."""
    return unknown_share(model, words_in(sentences)) > _UNUSUAL


@dataclass(frozen=True)
class Drift:
    """How many different rejections there are, how many of them are unsure (two labels or more are possible), and how many are
    in unusual words.
    """

    rejections: int = 0
    unsure: int = 0
    unusual: int = 0

    @property
    def differences(self) -> tuple[str, ...]:
        """Which shares are clearly greater than on the test split: "unsure", "unusual"; () of fewer than `FEWEST` rejections."""
        pairs = {"unsure": (self.unsure, ON_TEST.unsure), "unusual": (self.unusual, ON_TEST.unusual)}
        return tuple(name for name, (count, on_test) in pairs.items() if _is_greater(count, self.rejections, on_test))


ON_TEST = Drift(rejections=428, unsure=125, unusual=36)
"""The same of the mails of the test split that the shipped model takes for rejections. A test counts them anew."""


def drift_of(journal: Journal) -> Drift:
    """The same of the rejections of this run, once the person's own mail is told; what they labelled themselves is left out."""
    query = "SELECT DISTINCT key, content FROM message JOIN answer USING (key) WHERE run = ? AND rejection AND NOT own"
    answers = (json.loads(content) for _, content in journal.connection.execute(query, (journal.run,)))
    return _counted((len(answer["possible"]) > 1, answer["unusual"]) for answer in answers if answer["label_source"] == MODEL)


def drift_on(model: Model, texts: Iterable[str]) -> Drift:
    """The same of texts: so `ON_TEST` is counted."""
    readings = (reading for reading in model.read(texts) if reading.prediction.label in REASONS)
    return _counted((len(reading.prediction.possible) > 1, is_unusual(model, reading.sentences)) for reading in readings)


def _counted(rejections: Iterable[tuple[bool, bool]]) -> Drift:
    found = list(rejections)
    return Drift(len(found), sum(unsure for unsure, _ in found), sum(unusual for _, unusual in found))


def _is_greater(count: int, n: int, on_test: int) -> bool:
    """Fisher's exact test of two shares, corrected for the number of tests; a small difference is none, however certain."""
    if n < FEWEST or count * ON_TEST.rejections <= _CLEARLY_MORE * on_test * n:
        return False
    from scipy.stats import fisher_exact

    table = [[count, n - count], [on_test, ON_TEST.rejections - on_test]]
    return bool(fisher_exact(table, alternative="greater").pvalue * _TESTS < _SIGNIFICANT)
