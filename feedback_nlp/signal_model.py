"""The model that reads signals: what a rejection says besides its reason, sentence by sentence.

For each signal a logistic regression tells its values, and saying nothing, apart, from the words and letters of a sentence
and from what the reason model thinks of it. scikit-learn fits it (signal_training.py); it is scored with numpy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.columns import Columns
from feedback_nlp.features import log_odds
from feedback_nlp.labels import ANOTHER_CANDIDATE, HIRING_FREEZE, SIGNAL_VALUES, SKILLS_GAP
from feedback_nlp.model import Block, Floats
from feedback_nlp.naming import Naming
from feedback_nlp.records import Sentence

Flags = NDArray[np.bool_]

SIGNAL_BLOCKS = ("words", "characters")
VALUES = tuple((signal, value) for signal, values in SIGNAL_VALUES.items() for value in values)
"""Every value of every signal: the columns of the model."""
STARTS: Sequence[int] = tuple(accumulate([0, *map(len, SIGNAL_VALUES.values())]))[:-1]
"""Where the values of each signal start among them."""


SIGNAL_OF = {SKILLS_GAP: "gaps", ANOTHER_CANDIDATE: "chosen", HIRING_FREEZE: "freeze"}
"""The signals that say a reason more closely."""
_SHARE = 0.6
"""In held-out training mails .92 of the gaps that are told are right then, .91 of who was chosen and .94 of a role that is gone; .40, .72
and .90 are told.
"""
_LEAST = np.array([0.0 if signal in ("deadline", "traits") else 0.2 for signal, _ in VALUES])
"""The chance with which a value is told that a phrase says; of 78 held-out sentences told by that alone 76 were right. Of deadlines and
traits, which are rare, none is asked for: a phrase is enough.
"""
_UNTIL, _OPEN = VALUES.index(("freeze", "until")), VALUES.index(("freeze", "open"))
_UNLIKELY = 0.1
"""That no time is named is not told where a named one has more than this share of its chance."""


class Rejected(NamedTuple):
    """What the signals of a mail are told from: its sentences, the probabilities of their labels (sentences, sentence labels), the
    mail's label ("" where that is not sure), and which of `VALUES` a sentence says in the words of a phrase (sentences, values).
    """

    sentences: Sequence[Sentence]
    labels: Floats
    reason: str
    plain: Flags


class Told(NamedTuple):
    """A value of a signal, and the sentence that says it."""

    signal: str
    value: str
    sentence: Sentence


@dataclass(frozen=True)
class SignalModel:
    """A trained model of the signals. A block has a column of coefficients for each of `VALUES`, and so have `reasons`, for
    the log-odds of each sentence label, and `intercept`; the score of saying nothing is 0. `thresholds` hold the least
    chance with which a value is told; `naming` finds the words for what is told.
    """

    blocks: Mapping[str, Block]
    reasons: Floats
    intercept: Floats
    thresholds: Floats
    naming: Naming
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _columns(self) -> Columns:
        return Columns({name: block.vocabulary for name, block in self.blocks.items()})

    def chances(self, documents: Sequence[Sequence[Sentence]], labels: Sequence[Floats]) -> list[Floats]:
        """How probable each of `VALUES` is in each sentence of each mail, (sentences, values), from the probabilities of its
        sentence labels, (sentences, sentence labels).
        """
        scores = self.intercept + reason_features(np.vstack(labels)) @ self.reasons
        for name, found in self._columns.of(documents).items():
            self.blocks[name].add_scores(scores, found)
        return np.split(chances_of(scores), np.cumsum([len(document) for document in documents])[:-1])

    def told(self, mails: Sequence[Rejected]) -> list[list[Told]]:
        """What each mail says: the sentence that most likely says it; of a signal the strongest value first, but kinds of gap in the
        order of the mail.

        A value is told where its chance reaches its threshold, or a phrase says it and the chance is not against it. Where the label
        is already that something was missing, somebody else was chosen or the role went away, it is only asked which value that is:
        the one with most of the chances of that signal is told too, if it has six tenths of them. That a mail names no time for a role
        that went away is told only where a time is unlikely.
        """
        read = [mail for mail in mails if mail.sentences]
        if not read:
            return [[] for _ in mails]
        chances = iter(self.chances([mail.sentences for mail in read], [mail.labels for mail in read]))
        return [self._told(mail, next(chances)) if mail.sentences else [] for mail in mails]

    def _told(self, mail: Rejected, chances: Floats) -> list[Told]:
        plain = mail.plain & (chances >= _LEAST)
        strongest = (chances + plain).argmax(axis=0)
        best = chances.max(axis=0)
        found = set(np.flatnonzero((best >= self.thresholds) | plain.any(axis=0)).tolist())
        if mail.reason in SIGNAL_OF:
            columns = [k for k, value in enumerate(VALUES) if value[0] == SIGNAL_OF[mail.reason]]
            likeliest = max(columns, key=lambda k: best[k])
            if best[likeliest] >= _SHARE * best[columns].sum():
                found.add(likeliest)
        if best[_UNTIL] > _UNLIKELY * best[_OPEN]:
            found.discard(_OPEN)
        order = sorted(found, key=lambda k: (strongest[k] if VALUES[k][0] == "gaps" else -1, k))
        return [Told(*VALUES[k], mail.sentences[strongest[k]]) for k in order]


def reason_features(labels: Floats) -> Floats:
    """What the signals are told from the probabilities of sentence labels, scaled to weigh about as much as words do."""
    return log_odds(labels) / 3


def chances_of(scores: Floats) -> Floats:
    """The probabilities of the values by their scores: of each signal a softmax, in which saying nothing has the score 0."""
    raised = np.exp(np.minimum(scores, 50))
    sums = np.add.reduceat(raised, STARTS, axis=1)
    shares: Floats = raised / (1 + np.repeat(sums, [len(values) for values in SIGNAL_VALUES.values()], axis=1))
    return shares
