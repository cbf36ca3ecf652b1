"""Learning on from the shipped model: a person's rows move its first stages as far as the corpus lets them.

That is maximum a posteriori adaptation (Chelba and Acero 2006): the shipped coefficients are the mean of a Gaussian prior. Its
precision in each column is that of the penalty and of what the corpus has to say there, the diagonal of a Laplace
approximation (Spiegelhalter and Lauritzen 1990): a column that the corpus knows well hardly moves, one that it hardly has
gives way. Of mentions the corpus' say is counted over all sentences, more than they learnt from: they move least. The document
stage is then fitted anew on the held-out outputs of the corpus' mails and of the person's together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from feedback_nlp.model import Floats, Model, softmax
from feedback_nlp.prior import Prior, spread
from feedback_nlp.records import Example
from feedback_nlp.stages import (
    Counts,
    Integers,
    Output,
    Prepared,
    Rows,
    Stages,
    count_known,
    mail_rows,
    mention_rows,
    sentence_output,
    sentence_rows,
)
from feedback_nlp.training import Progress, Recipe, finish, prepare_all, telling_sentences

_TOGETHER = 30.0
"""Some tens of columns stand for the same words of a sentence and move together, which the diagonal alone does not know: by
itself it would price their common step at that of one. Chosen with the weight, on training voices."""


@dataclass(frozen=True)
class Adapted:
    """What came of learning on: the model, and how probable each label is of each row by models that had not read it.

    `own` are the person's rows that could be read, `mails` those of the corpus; `of_own` and `of_mails` hold the probabilities
    (rows, labels).
    """

    model: Model
    own: tuple[Example, ...]
    of_own: Floats
    mails: tuple[Example, ...]
    of_mails: Floats


def adapt(
    base: Model,
    prior: Prior,
    mails: Sequence[Prepared],
    own: Sequence[Example],
    recipe: Recipe,
    manifest: Mapping[str, Any],
    say: Progress = lambda _: None,
) -> Adapted:
    """Learns from a person's rows, on from a model and its prior; `mails` are the corpus mails that the prior belongs to.

    No word enters a vocabulary that the model does not have.
    """
    say(f"learning from {len(own)} rows of yours")
    learnt = learn(base, prior, own, recipe)
    say("document stage")
    documents = [*mails, *learnt.documents]
    outputs = [*outputs_of(prior, mails), *learnt.held_out]
    model, probabilities = finish(learnt.stages, base.vocabularies, documents, outputs, base.lexicon, recipe, manifest)
    examples, n = tuple(d.example for d in documents), len(mails)
    return Adapted(model, examples[n:], probabilities[n:], examples[:n], probabilities[:n])


@dataclass(frozen=True)
class Learnt:
    """The first stages after a person's rows, and what such stages say of each of these that learnt from the others alone."""

    stages: Stages
    documents: Sequence[Prepared]
    held_out: Sequence[Output]


def learn(base: Model, prior: Prior, own: Sequence[Example], recipe: Recipe) -> Learnt:
    """Moves the first stages of a model."""
    stages = Stages.of(base)
    counts = _counted(own, base, stages, recipe)
    everything = np.arange(len(counts.documents))
    return Learnt(moved_stages(stages, prior, counts, everything, recipe), counts.documents, _held_out(stages, prior, counts, recipe))


def outputs_of(prior: Prior, mails: Sequence[Prepared]) -> list[Output]:
    """What first stages say of the corpus mails that they have not read."""
    return [Output(*output) for output in prior.outputs([len(d.sentences) for d in mails])]


def _counted(own: Sequence[Example], base: Model, stages: Stages, recipe: Recipe) -> Counts:
    """A person's rows in the columns of the model; where no sentence is marked, the one it finds most telling is."""
    counts = count_known(prepare_all(own, base.preprocessor, recipe), base.vocabularies)
    unlabelled = np.array([i for i, d in enumerate(counts.documents) if not any(d.labels)], dtype=int)
    if not len(unlabelled):
        return counts
    return telling_sentences(counts, unlabelled, sentence_output(stages.weighings, stages.sentence, counts, unlabelled))


def _held_out(stages: Stages, prior: Prior, counts: Counts, recipe: Recipe) -> list[Output]:
    """What first stages say of each of a person's mails that learnt from the others alone."""
    n = len(counts.documents)
    folds = np.random.default_rng(recipe.seed).permutation(n) % min(recipe.folds, n)
    result: list[Output] = [Output(*[np.empty(0)] * 3)] * n
    for fold in np.unique(folds):
        test = np.flatnonzero(folds == fold)
        moved = moved_stages(stages, prior, counts, np.flatnonzero(folds != fold), recipe)
        for i, output in zip(test, moved.output(counts, test), strict=True):
            result[i] = output
    return result


def moved_stages(stages: Stages, prior: Prior, counts: Counts, chosen: Integers, recipe: Recipe) -> Stages:
    """The first stages after they have learnt from the chosen documents as well."""
    if not len(chosen):
        return stages
    of_sentences = _precision(recipe.sentence_c, spread(prior.sentences), prior.sentence_energies)
    of_mails = _precision(recipe.mail_c, spread(prior.mails), prior.mail_energies)
    of_mentions = _precision(recipe.sentence_c, spread(prior.mentions), prior.sentence_energies)
    mentions = mention_rows(stages.weighings, counts, chosen)
    return replace(
        stages,
        sentence=_moved(stages.sentence, sentence_rows(stages.weighings, counts, chosen), of_sentences),
        mail=_moved(stages.mail, mail_rows(stages.weighings, counts, chosen), of_mails),
        mentions=[_moved(start, rows, of_mentions) for start, rows in zip(stages.mentions, mentions, strict=True)],
    )


def _precision(c: float, variance: float, energies: NDArray[np.float32]) -> Floats:
    """How firmly the corpus holds each column. A stage that was left out (c is 0) can't be moved."""
    return np.full(len(energies), np.inf) if not c else 1 / c + _TOGETHER * variance * energies.astype(float)


def _moved(start: LogisticRegression, rows: Rows, precision: Floats) -> LogisticRegression:
    """The classifier that explains the rows best, each step away from the one at the start having its price."""
    x, y, weights = rows
    columns = np.unique(x.indices)
    columns = columns[np.isfinite(precision[columns])]
    if not len(columns):
        return start
    # In units of what a step costs, all of them cost alike, and the search is short.
    unit, truth = 1 / np.sqrt(precision[columns]), y[:, None] == start.classes_
    scores, x = start.decision_function(x), x[:, columns] @ diags(unit)
    two = scores.ndim == 1
    if two:  # as two columns that move against each other, at half the price each
        scores, x = np.column_stack([-scores / 2, scores / 2]), x / np.sqrt(2)
    step = _cheapest_step(csr_matrix(x), scores, truth, weights) * (unit / np.sqrt(1 + two))[:, None]
    return _stepped(start, columns, step[:, [1]] - step[:, [0]] if two else step)


def _cheapest_step(x: csr_matrix, scores: Floats, truth: NDArray[np.bool_], weights: Floats) -> Floats:
    """The step (columns, classes) for which surprise, given the scores before it, and half its squared length are least."""
    turned = csr_matrix(x.T)

    def cost(flat: Floats) -> tuple[float, Floats]:
        step = flat.reshape(x.shape[1], -1)
        said = scores + x @ step
        surprise = weights @ (logsumexp(said, axis=1) - said[truth])
        slope = turned @ (weights[:, None] * (softmax(said) - truth)) + step
        return float(surprise + (step**2).sum() / 2), slope.ravel()

    start = np.zeros(x.shape[1] * scores.shape[1])
    found: Floats = minimize(cost, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-6}).x
    return found.reshape(x.shape[1], -1)


def _stepped(start: LogisticRegression, columns: Integers, step: Floats) -> LogisticRegression:
    moved = LogisticRegression()
    moved.classes_, moved.intercept_, moved.coef_ = start.classes_, start.intercept_, start.coef_.copy()
    moved.coef_[:, columns] += step.T
    # Half precision keeps the model file small; rounding here keeps the saved model equal to this one.
    moved.coef_ = moved.coef_.astype(np.float16).astype(float)
    return moved
