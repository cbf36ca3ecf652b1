"""What was learnt of a label of a person's own: weights of words, kept as plain arrays and JSON, scored without scikit-learn.

tag_training.py fits it. Its words are those that the lexicon of the corpus has, so that no name is among them.
"""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.drift import words_of
from feedback_nlp.features import MAIL_BLOCK
from feedback_nlp.model import Model
from feedback_nlp.resources import written_aside
from feedback_nlp.tags import learnt_path

LIKELY = 0.5
"""A label is likely from this probability on."""
_NUMBERS = ("intercept", "slope", "offset")
_HITS = ("having", "lacking")
_LARGEST = 8 * 1024 * 1024
_DAMAGES = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, RecursionError)

WeighedWords = tuple[tuple[str, float], ...]
"""The different words of a mail in alphabetical order, each with its weight; mails that differ in names alone are equal."""
Hits = tuple[int, int]
"""How many were right, of how many."""


@dataclass(frozen=True)
class Learnt:
    """What was learnt of a label: weights of words, and by how much a score is a probability (Platt 1999).

    `having` and `lacking` say of how many of the person's own mails, with it and without it, models that had not read them
    said so; `digest` says what it was learnt from.
    """

    words: Mapping[str, int]
    coefficients: NDArray[np.float64]
    intercept: float
    slope: float
    offset: float
    having: Hits
    lacking: Hits
    digest: str = ""

    def probability(self, mail: WeighedWords) -> float:
        """How probable it is that a mail of these words has the label; no more certain than so many mails can make it."""
        score = sum(weight * float(self.coefficients[self.words[word]]) for word, weight in mail if word in self.words)
        odds = self.slope * (score + self.intercept) + self.offset
        most = math.log(self.having[1] + 1)  # Laplace's rule of succession: n of n make it (n + 1) / (n + 2)
        return 1 / (1 + math.exp(-min(max(odds, -most), most)))

    @property
    def right(self) -> str:
        """How often it was right on the person's own mails, in words."""
        said = "right in {} of {} held-out mails".format(*self.having)
        return said + (" with it, {} of {} without".format(*self.lacking) if self.lacking[1] else "")


def weighed_words(model: Model, text: str) -> WeighedWords:
    """The words of a mail in normal form that the lexicon of the corpus has, by tf-idf; the idf is that of the corpus, since a few
    mails can't tell which words are rare.
    """
    block = model.blocks[MAIL_BLOCK]
    counts = Counter(word for word in words_of(model, text) if word in model.lexicon and word in block.vocabulary)
    weights = {word: (1 + math.log(n)) * float(block.idf[block.vocabulary[word]]) for word, n in sorted(counts.items())}
    length = math.hypot(*weights.values())
    return tuple((word, weight / length) for word, weight in weights.items())


def write_learnt(name: str, learnt: Learnt) -> None:
    """Keeps what was learnt of a label. Raises OutputError where it can't be written."""
    about = {field: getattr(learnt, field) for field in (*_NUMBERS, *_HITS, "digest")} | {
        "words": sorted(learnt.words, key=learnt.words.__getitem__)
    }
    with written_aside(learnt_path(name)) as file:
        content = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        np.savez_compressed(file, allow_pickle=False, about=content, coefficients=learnt.coefficients)


def read_learnt(name: str) -> Learnt | None:
    """What was kept of a label; None where there is nothing, or it is damaged: then it is learnt anew."""
    path = learnt_path(name)
    try:
        if path.stat().st_size > _LARGEST:
            return None
        with np.load(path, allow_pickle=False) as file:
            coefficients = file["coefficients"]
            about = json.loads(file["about"].tobytes())
        words = {str(word): i for i, word in enumerate(about["words"])}
        if coefficients.shape != (len(words),) or coefficients.dtype != np.float64 or not np.isfinite(coefficients).all():
            return None
        numbers: dict[str, Any] = {field: float(about[field]) for field in _NUMBERS}
        hits: dict[str, Any] = {field: (int(about[field][0]), int(about[field][1])) for field in _HITS}
        return Learnt(words=words, digest=str(about["digest"]), coefficients=coefficients, **numbers, **hits)
    except (*_DAMAGES, zipfile.BadZipFile, zlib.error):
        return None
