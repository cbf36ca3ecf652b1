"""The model that reads signals: what a rejection says besides its reason, sentence by sentence.

For each signal a logistic regression tells its values, and saying nothing, apart, from the words and letters of a sentence
and from what the reason model thinks of it. scikit-learn fits it (signal_training.py); it is scored with numpy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from feedback_nlp.features import block_features, log_odds
from feedback_nlp.labels import SIGNAL_VALUES
from feedback_nlp.model import Block, BlockScorer, Floats
from feedback_nlp.records import Sentence

SIGNAL_BLOCKS = ("words", "characters")
VALUES = tuple((signal, value) for signal, values in SIGNAL_VALUES.items() for value in values)
"""Every value of every signal: the columns of the model."""
_STARTS = tuple(np.cumsum([0, *map(len, SIGNAL_VALUES.values())])[:-1].tolist())


@dataclass(frozen=True)
class SignalModel:
    """A trained model of the signals. A block has a column of coefficients for each of `VALUES`, and so have `reasons`, for
    the log-odds of each sentence label, and `intercept`; the score of saying nothing is 0. `thresholds` hold the least
    chance with which a value is told.
    """

    blocks: Mapping[str, Block]
    reasons: Floats
    intercept: Floats
    thresholds: Floats
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _scorers(self) -> Mapping[str, BlockScorer]:
        return {name: BlockScorer(block) for name, block in self.blocks.items()}

    def chances(self, sentences: Sequence[Sentence], labels: Floats) -> Floats:
        """How probable each of `VALUES` is in each sentence of a mail, (sentences, values), from the probabilities of its
        sentence labels, (sentences, sentence labels).
        """
        scores = self.intercept + reason_features(labels) @ self.reasons
        for name, scorer in self._scorers.items():
            scorer.add_scores(scores, [scorer.known(block_features(name, sentences, i)) for i in range(len(sentences))])
        return chances_of(scores)


def reason_features(labels: Floats) -> Floats:
    """What the signals are told from the probabilities of sentence labels, scaled to weigh about as much as words do."""
    return log_odds(labels) / 3


def chances_of(scores: Floats) -> Floats:
    """The probabilities of the values by their scores: of each signal a softmax, in which saying nothing has the score 0."""
    raised = np.exp(np.minimum(scores, 50))
    sums = np.add.reduceat(raised, _STARTS, axis=1)
    shares: Floats = raised / (1 + np.repeat(sums, [len(values) for values in SIGNAL_VALUES.values()], axis=1))
    return shares
