"""Which labels of a person's own a mail has, or may have: as they said themselves, else as was learnt from the mails that they gave it.

What was learnt is plain arrays and JSON, scored with numpy alone; tag_training.py fits it. Its words are those that the
lexicon of the corpus has, so that no name is among them.
"""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.drift import words_of
from feedback_nlp.errors import OutputError
from feedback_nlp.examples import digest
from feedback_nlp.features import MAIL_BLOCK
from feedback_nlp.metrics import share_interval
from feedback_nlp.model import Model
from feedback_nlp.records import HUMAN, MODEL, Example, OwnLabel
from feedback_nlp.resources import written_aside
from feedback_nlp.tags import Tag, learnt_path, read_tags

FEWEST = 15
"""A label is learnt from so many different mails on."""
LIKELY = 0.5
_FORMAT = 1
_MOST_ODDS = 30.0

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
        """How probable it is that a mail of these words has the label."""
        score = sum(weight * float(self.coefficients[self.words[word]]) for word, weight in mail if word in self.words)
        odds = self.slope * (score + self.intercept) + self.offset
        return 1 / (1 + math.exp(-min(max(odds, -_MOST_ODDS), _MOST_ODDS)))

    @property
    def right(self) -> str:
        """How often it was right on the person's own mails, in words."""
        said = "right in {} of {} held-out mails".format(*self.having)
        return said + (" with it, {} of {} without".format(*self.lacking) if self.lacking[1] else "")


@dataclass(frozen=True)
class TagState:
    """A label of the person's own, how many different mails have it, and what was learnt of it; None where these are too few."""

    tag: Tag
    mails: int
    learnt: Learnt | None = None

    @property
    def missing(self) -> int:
        """How many mails are missing until it is learnt."""
        return max(FEWEST - self.mails, 0)

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        hits = {"having": self.learnt.having, "lacking": self.learnt.lacking} if self.learnt else {}
        told = {
            name: {"right": right, "mails": n, "interval": share_interval(right, n) if n else None} for name, (right, n) in hits.items()
        }
        return self.tag.as_dict() | {"mails": self.mails, "missing": self.missing, "held_out": told or None}


@dataclass(frozen=True)
class Tagger:
    """Says which labels of the person's own a mail has."""

    model: Model
    human: Mapping[str, Example]
    states: Sequence[TagState]

    @property
    def version(self) -> str:
        """Changes whenever an answer might for which the person did not say anything of the mail."""
        return _digest([[*state.tag.as_dict().values(), state.learnt.digest if state.learnt else ""] for state in self.states])

    def __call__(self, text: str) -> tuple[OwnLabel, ...]:
        """The labels of a mail, likeliest first; of one that the person labelled, those that they gave it."""
        example = self.human.get(digest(text))
        if example:
            return tuple(_own_label(state.tag, 1.0, HUMAN) for state in self.states if state.tag.name in (example.tags or ()))
        learnt = [(state.tag, state.learnt) for state in self.states if state.learnt]
        mail = weighed_words(self.model, text) if learnt else ()
        found = [_own_label(tag, known.probability(mail), MODEL, known.right) for tag, known in learnt]
        return tuple(sorted(found, key=lambda label: -label.probability))


def open_tagger(model: Model, human: Mapping[str, Example]) -> Tagger:
    """What says which labels of the person's own a mail has; learns those of which the examples have changed.

    `human` holds what the person said of mails, as `collection.human_labels` gives it. Raises InputError where a label of
    theirs can't be read.
    """
    return Tagger(model, human, [_state(tag, model, human) for tag in read_tags().values()])


def weighed_words(model: Model, text: str) -> WeighedWords:
    """The words of a mail in normal form that the lexicon of the corpus has, by tf-idf; the idf is that of the corpus, since a few
    mails can't tell which words are rare.
    """
    block = model.blocks[MAIL_BLOCK]
    counts = Counter(word for word in words_of(model, text) if word in model.lexicon and word in block.vocabulary)
    weights = {word: (1 + math.log(n)) * float(block.idf[block.vocabulary[word]]) for word, n in sorted(counts.items())}
    length = math.hypot(*weights.values())
    return tuple((word, weight / length) for word, weight in weights.items())


def _own_label(tag: Tag, probability: float, source: str, right: str = "") -> OwnLabel:
    return OwnLabel(tag.name, probability, source, probability >= LIKELY, right, tag.next_steps, tag.questions)


def _state(tag: Tag, model: Model, human: Mapping[str, Example]) -> TagState:
    having = {key: example for key, example in human.items() if tag.name in (example.tags or ())}
    if len(having) < FEWEST:
        return TagState(tag, len(having))
    wanted = _digest([_FORMAT, model.manifest.get("data_digest"), sorted(model.lexicon), sorted(having), sorted(set(human) - set(having))])
    known = _read(tag.name)
    if known and known.digest == wanted:
        return TagState(tag, known.having[1], known)
    return _learn(tag, model, having, human, wanted)


def _learn(tag: Tag, model: Model, having: Mapping[str, Example], human: Mapping[str, Example], wanted: str) -> TagState:
    """Learns a label anew and keeps it, where that can be."""
    from feedback_nlp.tag_training import learn

    tagged = {weighed_words(model, example.text) for example in having.values()}
    others = {weighed_words(model, human[key].text) for key in set(human) - set(having)} - tagged
    if len(tagged) < FEWEST:
        return TagState(tag, len(tagged))
    learnt = learn(sorted(tagged), sorted(others), partial(weighed_words, model), wanted)
    with suppress(OutputError):  # then it is learnt anew the next time
        _write(tag.name, learnt)
    return TagState(tag, len(tagged), learnt)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _write(name: str, learnt: Learnt) -> None:
    about = {field: getattr(learnt, field) for field in (*_NUMBERS, *_HITS, "digest")} | {
        "words": sorted(learnt.words, key=learnt.words.__getitem__)
    }
    with written_aside(learnt_path(name)) as file:
        content = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        np.savez_compressed(file, allow_pickle=False, about=content, coefficients=learnt.coefficients)


def _read(name: str) -> Learnt | None:
    """What was kept of a label; None where there is nothing, or it is damaged: then it is learnt anew."""
    path = learnt_path(name)
    try:
        if path.stat().st_size > _LARGEST:
            return None
        with np.load(path, allow_pickle=False) as file:
            coefficients = file["coefficients"]
            about = json.loads(file["about"].tobytes())
        words = {str(word): i for i, word in enumerate(about["words"])}
        if coefficients.shape != (len(words),) or coefficients.dtype != np.float64:
            return None
        numbers: dict[str, Any] = {field: float(about[field]) for field in _NUMBERS}
        hits: dict[str, Any] = {field: (int(about[field][0]), int(about[field][1])) for field in _HITS}
        return Learnt(words=words, digest=str(about["digest"]), coefficients=coefficients, **numbers, **hits)
    except _DAMAGES:
        return None


_NUMBERS = ("intercept", "slope", "offset")
_HITS = ("having", "lacking")
_LARGEST = 8 * 1024 * 1024
_DAMAGES = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, RecursionError, zipfile.BadZipFile, zlib.error)
