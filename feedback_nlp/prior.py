"""What the corpus leaves for a retraining: held-out outputs of the first stages, and how firmly it holds each column.

With these, learning from a person's rows starts from the shipped model and needs no pass over the corpus' words. `classify`
never reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LOWEST = 1e-4
"""The document stage tells no smaller probability apart."""


@dataclass(frozen=True)
class Prior:
    """Of the training mails in order of their ids, what first stages say that read nothing by the same sender, as log-odds:
    (sentences, sentence labels), (sentences, concrete reasons), (mails, labels).

    `sentence_energies` and `mail_energies` hold the sum of squares of each column of the first stages. `digest` names the
    model and the rows that it belongs to.
    """

    sentences: NDArray[np.float16]
    mentions: NDArray[np.float16]
    mails: NDArray[np.float16]
    sentence_energies: NDArray[np.float32]
    mail_energies: NDArray[np.float32]
    digest: str

    def outputs(self, lengths: Sequence[int]) -> list[tuple[NDArray[np.float64], ...]]:
        """For each mail the probabilities of its sentences, of what they mention, and of its labels, from the numbers of
        sentences. Raises ValueError where these don't fit.
        """
        if len(lengths) != len(self.mails) or not sum(lengths) == len(self.sentences) == len(self.mentions):
            raise ValueError(f"{len(lengths)} mails of {sum(lengths)} sentences, not {len(self.mails)} of {len(self.sentences)}")
        ends = list(accumulate(lengths))[:-1]
        sentences, mentions = (np.split(_probabilities(kept), ends) for kept in (self.sentences, self.mentions))
        return list(zip(sentences, mentions, _probabilities(self.mails), strict=True))


def spread(kept: NDArray[np.floating[Any]]) -> float:
    """The mean variance of the labels: how much a row, on average, has to say about a coefficient."""
    p = _probabilities(kept)
    return float((p * (1 - p)).mean())


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float16]:
    """Probabilities as they are kept."""
    clipped = np.clip(probabilities, _LOWEST, 1 - _LOWEST)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), dtype=np.float16)


def _probabilities(kept: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-kept.astype(float)))
    return result
