"""Fitting the model of the signals with scikit-learn, from texts whose sentences were marked with what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from feedback_nlp.features import block_features
from feedback_nlp.marks import Mark, Marked
from feedback_nlp.model import Block, Floats, Model
from feedback_nlp.naming import Naming, is_named, word_features
from feedback_nlp.records import Example, Sentence
from feedback_nlp.signal_model import SIGNAL_BLOCKS, STARTS, VALUES, Flags, SignalModel, chances_of, reason_features
from feedback_nlp.stages import CLOSE, Integers, Prepared, Weighing, fit_weighing

Progress = Callable[[str], None]
_NEVER = 2.0
"""A threshold that no chance reaches."""
_UNSAID = -50.0
"""The intercept of a value that no text says."""


@dataclass(frozen=True)
class SignalRecipe:
    """Everything that decides what a training run makes of the marks.

    A value is told from the chance on, `lowest` at least, with which at least `precision` of what is told of it in held-out texts is
    true, counted with `shared` more that are as often true as all of its signal; and not at all where fewer than `least_right` texts
    say it, or would be told rightly.
    """

    limits: Mapping[str, int] = field(default_factory=lambda: {"words": 80_000, "characters": 30_000})
    least_senders: int = 2
    c: float = 3.0
    naming_c: float = 0.5
    least_uses: int = 6
    folds: int = 3
    precision: float = 0.92
    shared: int = 20
    least_right: int = 5
    lowest: float = 0.3
    seed: int = 0


@dataclass(frozen=True)
class _Rows:
    """The sentences of all texts: counts by block, reason features, which text each belongs to, and which of `VALUES` it says."""

    marked: Sequence[Marked]
    texts: Sequence[Prepared]
    matrices: Mapping[str, csr_matrix]
    vocabularies: Mapping[str, Sequence[str]]
    reasons: Floats
    owners: Integers
    said: Flags


def train_signals(
    marked: Sequence[Marked],
    labels: Mapping[str, Floats],
    model: Model,
    recipe: SignalRecipe = SignalRecipe(),
    say: Progress = lambda _: None,
) -> SignalModel:
    """A model of the signals from marked mails and loose sentences.

    `labels` holds, by id, what first stages that have not read a mail say of its sentences, (sentences, sentence labels); of a
    text that is not there the model is asked. The same input gives the same model.
    """
    say(f"reading {len(marked)} texts for their signals")
    rows = _read_rows(sorted(marked, key=lambda one: one.id), labels, model)
    held_out = _held_out(rows, recipe, say)
    say("signals, all texts")
    weighings, coefficients, intercept = _fit(rows, np.arange(len(rows.texts)), recipe)
    *parts, reasons = np.split(coefficients, np.cumsum([len(weighings[name].columns) for name in SIGNAL_BLOCKS]))
    blocks = {n: Block(_vocabulary(rows, n, weighings[n]), weighings[n].idf, part) for n, part in zip(SIGNAL_BLOCKS, parts, strict=True)}
    thresholds, figures = _thresholds(rows, held_out, recipe)
    manifest = {"recipe": asdict(recipe), "digest": _digest(rows.marked, model, recipe), "texts": len(marked), "held_out": figures}
    return SignalModel(blocks, reasons, intercept, thresholds, _fit_naming(rows.marked, model, recipe), manifest)


def _vocabulary(rows: _Rows, name: str, weighing: Weighing) -> dict[str, int]:
    return {rows.vocabularies[name][column]: i for i, column in enumerate(weighing.columns)}


def _read_rows(marked: Sequence[Marked], labels: Mapping[str, Floats], model: Model) -> _Rows:
    texts, probabilities, said = [], [], []
    for one in marked:
        sentences = _sentences(one, model)
        texts.append(Prepared(Example(one.id, one.text, ""), sentences, (), one.sender, one.sender))
        known = labels.get(one.id)
        probabilities.append(model.first_stages([sentences])[0][0] if known is None else known)
        said.append([[_is_said(value, one.marks, sentence) for value in VALUES] for sentence in sentences])
    items = [(text.sentences, i) for text in texts for i in range(len(text.sentences))]
    matrices, vocabularies = {}, {}
    for name in SIGNAL_BLOCKS:
        vectorizer = CountVectorizer(analyzer=partial(_features, name), dtype=np.float64)
        matrices[name] = csr_matrix(vectorizer.fit_transform(items))
        vocabularies[name] = vectorizer.get_feature_names_out().tolist()
    owners = np.repeat(np.arange(len(texts)), [len(text.sentences) for text in texts])
    return _Rows(marked, texts, matrices, vocabularies, reason_features(np.vstack(probabilities)), owners, np.vstack(said))


def _sentences(one: Marked, model: Model) -> tuple[Sentence, ...]:
    """A mail's sentences; what was written as one loose sentence is one."""
    found = tuple(model.preprocessor(one.text))
    if one.is_mail:
        return found
    return (Sentence(0, len(one.text), tuple(token for sentence in found for token in sentence.tokens)),)


def _is_said(value: tuple[str, str], marks: Sequence[Mark], sentence: Sentence) -> bool:
    """Whether the sentence holds more than half of what is marked with the value."""
    of_value = (mark for mark in marks if (mark.signal, mark.value) == value)
    return any(2 * (min(m.end, sentence.end) - max(m.start, sentence.start)) > m.end - m.start for m in of_value)


def _features(block: str, item: tuple[Sequence[Sentence], int]) -> Iterator[str]:
    return block_features(block, *item)


def _fit(rows: _Rows, chosen: Integers, recipe: SignalRecipe) -> tuple[dict[str, Weighing], Floats, Floats]:
    """The weighings of the blocks, and coefficients (columns, values) and intercepts (values,), learnt from the chosen texts."""
    at = np.isin(rows.owners, chosen)
    weighings = {
        name: fit_weighing(rows.matrices[name][at], rows.owners[at], rows.texts, recipe.least_senders, recipe.limits[name])
        for name in SIGNAL_BLOCKS
    }
    x, said = _matrix(rows, weighings)[at], rows.said[at]
    jobs = (delayed(_fit_signal)(x, said[:, start:end], recipe.c) for start, end in pairwise([*STARTS, len(VALUES)]))
    coefficients, intercepts = zip(*Parallel(n_jobs=-1)(jobs), strict=True)
    return weighings, np.hstack(coefficients), np.concatenate(intercepts)


def _matrix(rows: _Rows, weighings: Mapping[str, Weighing]) -> csr_matrix:
    return csr_matrix(hstack([*(weighings[name](rows.matrices[name]) for name in SIGNAL_BLOCKS), csr_matrix(rows.reasons)]))


def _fit_signal(x: csr_matrix, said: Flags, c: float) -> tuple[Floats, Floats]:
    """Coefficients (columns, values) and intercepts of a signal's values, measured from those of saying nothing."""
    coefficients, intercept = np.zeros((x.shape[1], said.shape[1])), np.full(said.shape[1], _UNSAID)
    y = np.where(said.any(axis=1), said.argmax(axis=1) + 1, 0)
    if len(np.unique(y)) > 1:
        fitted = LogisticRegression(C=c, max_iter=600, tol=CLOSE).fit(x, y)
        of_classes, of_none = fitted.coef_, fitted.intercept_
        if len(fitted.classes_) == 2:
            of_classes, of_none = np.vstack([0 * of_classes, of_classes]), np.array([0.0, of_none[0]])
        values = fitted.classes_[1:] - 1
        # Half precision keeps the file small; rounding here keeps the saved model equal to this one.
        coefficients[:, values] = (of_classes[1:] - of_classes[0]).T.astype(np.float16)
        intercept[values] = of_none[1:] - of_none[0]
    return coefficients, intercept


def _fit_naming(marked: Sequence[Marked], model: Model, recipe: SignalRecipe) -> Naming:
    """Learns from all marks that may have words, which of the words of what is marked those are."""
    features: list[Iterable[str]] = []
    inside: list[bool] = []
    for one in marked:
        for mark in (mark for mark in one.marks if is_named(mark.signal, mark.value)):
            quote = one.text[mark.start : mark.end]
            words = model.preprocessor.words(quote)
            start = quote.find(mark.words) if mark.words else len(quote)
            features += word_features(quote, words, mark.signal, mark.value)
            inside += [word.start < start + len(mark.words) and word.end > start for word in words]
    vectorizer = CountVectorizer(analyzer=list, min_df=recipe.least_uses, binary=True)
    fitted = LogisticRegression(C=recipe.naming_c, max_iter=600, tol=CLOSE).fit(vectorizer.fit_transform(features), inside)
    vocabulary = {name: i for i, name in enumerate(vectorizer.get_feature_names_out().tolist())}
    return Naming(vocabulary, fitted.coef_[0].astype(np.float16), float(fitted.intercept_[0]))


def _held_out(rows: _Rows, recipe: SignalRecipe, say: Progress) -> Floats:
    """What models that read nothing by the same sender say of each sentence of a mail, and of each loose sentence those that did
    not read it.
    """
    chances = np.zeros(rows.said.shape)
    folds = GroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    groups = [one.sender if one.is_mail else one.id for one in rows.marked]
    for k, (train, test) in enumerate(folds.split(groups, groups=groups), 1):
        say(f"signals, fold {k} of {recipe.folds}")
        weighings, coefficients, intercept = _fit(rows, train, recipe)
        at = np.isin(rows.owners, test)
        chances[at] = chances_of(np.asarray(_matrix(rows, weighings)[at] @ coefficients) + intercept)
    return chances


def _thresholds(rows: _Rows, held_out: Floats, recipe: SignalRecipe) -> tuple[Floats, dict[str, Any]]:
    """For each value the least chance with which it is told; and what that gives."""
    starts = np.searchsorted(rows.owners, np.arange(len(rows.texts)))
    chances, truth = np.maximum.reduceat(held_out, starts), np.logical_or.reduceat(rows.said, starts)
    thresholds, figures = np.full(len(VALUES), _NEVER), {}
    for start, end in pairwise([*STARTS, len(VALUES)]):
        columns = (start + np.flatnonzero(truth[:, start:end].sum(axis=0) >= recipe.least_right)).tolist()
        of_signal = chances[:, columns].ravel(), truth[:, columns].ravel()
        for k in columns:
            thresholds[k] = _threshold(chances[:, k], truth[:, k], of_signal, recipe)
    for k, (signal, value) in enumerate(VALUES):
        told = chances[:, k] >= thresholds[k]
        both, true, all_told = int((told & truth[:, k]).sum()), int(truth[:, k].sum()), int(told.sum())
        figures[f"{signal}: {value}"] = {"texts": true, "told": all_told, "right": both, "threshold": round(float(thresholds[k]), 3)}
    return thresholds, figures


def _threshold(chances: Floats, truth: Flags, of_signal: tuple[Floats, Flags], recipe: SignalRecipe) -> float:
    """The least chance from which on enough of what is told is true: an m-estimate (Cestnik 1990), since many values are too rare to
    say so alone.
    """
    told, right = _counted(*of_signal)
    order = np.argsort(-chances, kind="stable")
    of_all = np.searchsorted(told, -chances[order], side="right") - 1
    shared = recipe.shared * right[of_all] / (of_all + 1)
    true = np.cumsum(truth[order])
    precise = true + shared >= recipe.precision * (np.arange(1, len(order) + 1) + recipe.shared)
    found = np.flatnonzero(precise & (true >= recipe.least_right) & (chances[order] >= recipe.lowest))
    return float(chances[order[found[-1]]]) if len(found) else _NEVER


def _counted(chances: Floats, truth: Flags) -> tuple[Floats, Integers]:
    """The chances, negative and in order, and how many are true up to each."""
    order = np.argsort(-chances, kind="stable")
    return -chances[order], np.cumsum(truth[order])


def _digest(marked: Sequence[Marked], model: Model, recipe: SignalRecipe) -> str:
    """Twelve hex digits of what the model of the signals is made from."""
    content = [[asdict(one) for one in marked], model.manifest.get("digest"), asdict(recipe)]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
