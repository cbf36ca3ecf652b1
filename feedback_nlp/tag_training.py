"""Fitting what is learnt of a label of a person's own: logistic regression over a mail's weighed words, with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from feedback_nlp.examples import some_rejections
from feedback_nlp.tag_model import LIKELY, Hits, Learnt, WeighedWords

_UNTAGGED = 2
"""So many mails without the label there are for each one with it; the corpus fills up what the person's own lack."""
_DRAWN = 1.15
"""So many are drawn for each mail of the corpus that is taken: some have the label, and none is known to lack it."""
_FOLDS = 10
_C = 10.0


def learn(tagged: Sequence[WeighedWords], untagged: Sequence[WeighedWords], weighed: Callable[[str], WeighedWords], digest: str) -> Learnt:
    """Learns a label from the words of mails with it and without it, the person's own and of the corpus.

    Each mail is also judged by models that had not read it. From these scores the probability is calibrated, and by them the
    person's own mails are counted: those of the corpus are too easily told from theirs to say anything.
    """
    lacking = max(_UNTAGGED * len(tagged) - len(untagged), 0)
    drawn = {weighed(example.text) for example in some_rejections(round(_DRAWN * lacking))} - {*tagged, *untagged}
    mails = [*tagged, *untagged, *_surely_lacking(tagged, untagged, sorted(drawn), lacking)]
    columns = DictVectorizer()
    x, has = columns.fit_transform(map(dict, mails)), np.arange(len(mails)) < len(tagged)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(_classifier(), x, has, cv=folds, method="decision_function")[:, None]
    said = cross_val_predict(_calibration(), scores, has, cv=folds, method="predict_proba")[:, 1] >= LIKELY
    own = slice(len(tagged), len(tagged) + len(untagged))
    fitted = _classifier().fit(x, has)
    slope, offset = _line(_calibration().fit(scores, has))
    return Learnt(
        words={word: i for i, word in enumerate(columns.feature_names_)},
        coefficients=fitted.coef_[0],
        intercept=float(fitted.intercept_[0]),
        slope=slope,
        offset=offset,
        having=_hits(said[: len(tagged)]),
        lacking=_hits(~said[own]),
        digest=digest,
    )


def _surely_lacking(
    tagged: Sequence[WeighedWords], untagged: Sequence[WeighedWords], drawn: Sequence[WeighedWords], number: int
) -> Sequence[WeighedWords]:
    """Of mails of the corpus, which nobody asked for the label, those that most surely lack it: reliable negatives (Liu et al. 2003)."""
    if len(drawn) <= number:
        return drawn
    mails = [*tagged, *untagged, *drawn]
    x, has = DictVectorizer().fit_transform(map(dict, mails)), np.arange(len(mails)) < len(tagged)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(_classifier(), x, has, cv=folds, method="decision_function")[-len(drawn) :]
    return [drawn[i] for i in sorted(np.argsort(scores, kind="stable")[:number].tolist())]


def _classifier() -> LogisticRegression:
    return LogisticRegression(C=_C, max_iter=300)


def _calibration() -> Pipeline:
    """A score's probability (Platt 1999), drawn towards the middle where there are few mails."""
    return make_pipeline(StandardScaler(), LogisticRegression())


def _line(calibration: Pipeline) -> tuple[float, float]:
    """The slope and offset of a fitted calibration, in terms of the score as it is; a score that misleads says nothing."""
    scaling, curve = calibration[0], calibration[1]
    slope = max(float(curve.coef_[0, 0] / scaling.scale_[0]), 0.0)
    return slope, float(curve.intercept_[0] - slope * scaling.mean_[0])


def _hits(right: NDArray[Any]) -> Hits:
    return int(right.sum()), len(right)
