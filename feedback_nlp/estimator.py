"""The text preparation and the model as scikit-learn estimators, for pipelines, searches and scorers of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from feedback_nlp.labels import LABELS
from feedback_nlp.preprocess import Preprocessor
from feedback_nlp.records import Example
from feedback_nlp.training import Recipe, lexicon_of, train


def _texts(x: Any) -> list[str]:
    """The texts of a list or one-dimensional array of strings. Raises ValueError on anything else."""
    if isinstance(x, str):
        raise ValueError("one string was given, not a list of texts; put it in a list: [text]")
    texts = list(x) if isinstance(x, Iterable) else []
    if not texts:
        raise ValueError("found array with 0 sample(s): give at least one text")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"item {i} is {type(text).__name__}, not a text")
    return texts


class _TextTags:
    """Tells scikit-learn that the input is a list of strings."""

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


class SentenceTokens(_TextTags, TransformerMixin, BaseEstimator):
    """Texts to their sentences in normal form: for each text a list of sentences, each a list of tokens.

    `fit` learns the lexicon: the lower-case words that at least `least_texts` texts use; other capitalised words are
    masked as names.
    """

    def __init__(self, least_texts: int = 3) -> None:
        self.least_texts = least_texts

    def fit(self, X: Iterable[str], y: object = None) -> SentenceTokens:  # noqa: N803
        """Learns the lexicon from texts."""
        self.lexicon_ = lexicon_of(((str(i), text) for i, text in enumerate(_texts(X))), self.least_texts)
        return self

    def transform(self, X: Iterable[str]) -> list[list[list[str]]]:  # noqa: N803
        """The sentences of each text as lists of tokens."""
        check_is_fitted(self)
        prepare = Preprocessor(self.lexicon_)
        return [[list(sentence.tokens) for sentence in prepare(text)] for text in _texts(X)]


class FeedbackClassifier(_TextTags, ClassifierMixin, BaseEstimator):
    """The model as a classifier: texts in, labels out.

    It learns from the shipped corpus and the given mails together; without the corpus (`with_corpus=False`), which takes
    hundreds of mails of every label, the loose labelled sentences still teach the sentence stage.
    """

    def __init__(self, with_corpus: bool = True, recipe: Recipe | None = None) -> None:
        self.with_corpus = with_corpus
        self.recipe = recipe

    def fit(self, X: Iterable[str], y: Iterable[str]) -> FeedbackClassifier:  # noqa: N803
        """Trains on texts (n,) and their labels (n,). Raises ValueError on a label that is none of `LABELS`."""
        from feedback_nlp.examples import read_corpus

        texts, labels = _texts(X), [str(label) for label in y]
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
        unknown = sorted(set(labels) - set(LABELS))
        if unknown:
            raise ValueError(f"unknown label {unknown[0]!r}: the labels are {', '.join(LABELS)}")
        corpus, loose = read_corpus()
        corpus = corpus if self.with_corpus else []
        own = [
            Example(id=f"own-{i:06}", text=text, primary=label, voice=f"text-{i}")
            for i, (text, label) in enumerate(zip(texts, labels, strict=True))
        ]
        self.model_ = train(corpus, loose, own, self.recipe or Recipe())
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Iterable[str]) -> NDArray[np.str_]:  # noqa: N803
        """The label of each text, shape (n,)."""
        check_is_fitted(self)
        return self.model_.predict(_texts(X))

    def predict_proba(self, X: Iterable[str]) -> NDArray[np.float64]:  # noqa: N803
        """The probability of each label, shape (n, 6), columns as in `classes_`."""
        check_is_fitted(self)
        return self.model_.predict_proba(_texts(X))
