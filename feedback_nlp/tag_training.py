"""Fitting what is learnt of a label of a person's own: logistic regression over tf-idf of a mail's words, with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from feedback_nlp.examples import some_rejections
from feedback_nlp.tagging import LIKELY, Hits, Learnt

_UNTAGGED = 4
"""So many mails without the label there are for each one with it; the corpus fills up what the person's own lack."""
_FOLDS = 10
_C = 10.0

Words = tuple[str, ...]


def learn(tagged: Sequence[Words], untagged: Sequence[Words], words_of: Callable[[str], Words], digest: str) -> Learnt:
    """Learns a label from the words of mails with it and without it, the person's own and of the corpus.

    Each mail is also judged by models that had not read it. From these scores the probability is calibrated, and by them the
    person's own mails are counted: those of the corpus are too easily told from theirs to say anything.
    """
    lacking = _UNTAGGED * len(tagged) - len(untagged)
    corpus = {words_of(example.text) for example in some_rejections(max(lacking, 0))} - {*tagged, *untagged}
    mails = [*tagged, *untagged, *sorted(corpus)]
    has = np.arange(len(mails)) < len(tagged)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(_scorer(), mails, has, cv=folds, method="decision_function")[:, None]
    said = cross_val_predict(_calibration(), scores, has, cv=folds, method="predict_proba")[:, 1] >= LIKELY
    of_tagged, of_untagged = said[: len(tagged)], said[len(tagged) : len(tagged) + len(untagged)]
    return _learnt(_scorer().fit(mails, has), _calibration().fit(scores, has), _hits(of_tagged), _hits(~of_untagged), digest)


def _scorer() -> Pipeline:
    return make_pipeline(TfidfVectorizer(analyzer=list, sublinear_tf=True), LogisticRegression(C=_C, max_iter=300))


def _calibration() -> Pipeline:
    """A score's probability (Platt 1999), drawn towards the middle where there are few mails."""
    return make_pipeline(StandardScaler(), LogisticRegression())


def _hits(right: NDArray[Any]) -> Hits:
    return int(right.sum()), len(right)


def _learnt(scorer: Pipeline, calibration: Pipeline, having: Hits, lacking: Hits, digest: str) -> Learnt:
    weights, classifier = scorer[0], scorer[1]
    scaling, curve = calibration[0], calibration[1]
    slope = float(curve.coef_[0, 0] / scaling.scale_[0])
    return Learnt(
        words={word: i for i, word in enumerate(weights.get_feature_names_out().tolist())},
        idf=weights.idf_,
        coefficients=classifier.coef_[0],
        intercept=float(classifier.intercept_[0]),
        slope=slope,
        offset=float(curve.intercept_[0] - slope * scaling.mean_[0]),
        having=having,
        lacking=lacking,
        digest=digest,
    )
