"""Fitting a model with scikit-learn, and turning what was fitted into the arrays that `Model` scores with."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from feedback_nlp.features import BLOCKS, character_features, context_features, document_features, word_features
from feedback_nlp.labels import BOILERPLATE, CONCRETE_REASONS, LABELS, REASONS, SENTENCE_LABEL_OF, SENTENCE_LABELS
from feedback_nlp.model import Block, Floats, Linear, Model
from feedback_nlp.preprocess import Preprocessor
from feedback_nlp.records import Example, Sentence

Progress = Callable[[str], None]

_FEWEST_SECONDARY = 15


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training run makes of its data. Chosen by voice-grouped cross-validation."""

    word_limit: int = 60_000
    character_limit: int = 60_000
    context_limit: int = 20_000
    least_senders: int = 3
    sentence_c: float = 8.0
    document_c: float = 0.05
    secondary_c: float = 0.05
    folds: int = 5
    seed: int = 0
    priors: tuple[float, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A mail ready for training: its sentences, each one's label (None: unknown), and who sent it."""

    example: Example
    sentences: tuple[Sentence, ...]
    labels: tuple[str | None, ...]
    group: str


def lexicon_of(texts: Iterable[tuple[str, str]], least_senders: int) -> frozenset[str]:
    """The lower-case words that at least `least_senders` senders used, from (sender, text) pairs: no names."""
    plain = Preprocessor()
    senders: dict[str, set[str]] = defaultdict(set)
    for sender, text in texts:
        for sentence in plain(text):
            for token in sentence.tokens:
                if token[0].isalpha():
                    senders[token].add(sender)
    return frozenset(word for word, who in senders.items() if len(who) >= least_senders)


def sender_of(example: Example) -> str:
    """Who wrote it: its voice. Rows without a voice, and the starter's, come from as many hands as there are rows."""
    return example.voice if example.voice not in ("", "starter") else example.id


def prepare(example: Example, preprocessor: Preprocessor) -> Prepared:
    """Splits a mail and carries the labels of its character spans over to the sentences."""
    sentences = tuple(preprocessor(example.text))
    labels = tuple(_label_at(example, s) for s in sentences)
    return Prepared(example, sentences, labels, sender_of(example))


def _label_at(example: Example, sentence: Sentence) -> str | None:
    shares: Counter[str] = Counter()
    for start, end, label in example.sentences:
        shares[label] += max(0, min(end, sentence.end) - max(start, sentence.start))
    shares += Counter()
    if not shares:
        return None
    telling = {label: share for label, share in shares.items() if label != BOILERPLATE and share >= 12}
    return max(telling or shares, key=lambda label: shares[label])


def _words(document: Sequence[Sentence], i: int) -> list[str]:
    return list(word_features(document[i]))


def _characters(document: Sequence[Sentence], i: int) -> list[str]:
    return [f for token in document[i].tokens for f in character_features(token)]


def _context(document: Sequence[Sentence], i: int) -> list[str]:
    return list(context_features(document, i))


_FEATURES = {"words": _words, "characters": _characters, "context": _context}


def _analyze(name: str, at: tuple[Sequence[Sentence], int]) -> list[str]:
    return _FEATURES[name](*at)


class SentenceStage:
    """tf-idf blocks and a multinomial logistic regression over single sentences."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def fit(self, documents: Sequence[Prepared]) -> SentenceStage:
        """Learns from every sentence that has a label."""
        places = [(d, i) for d in documents for i, label in enumerate(d.labels) if label is not None]
        x = [(d.sentences, i) for d, i in places]
        senders = [d.group for d, _ in places]
        self.vectorizers = {name: self._vectorizer(name, x, senders) for name in BLOCKS}
        y = [d.labels[i] for d, i in places]
        self.classifier = LogisticRegression(C=self.recipe.sentence_c, max_iter=300, tol=1e-3)
        self.classifier.fit(self._transform(x), y)
        # Half precision keeps the model file small; rounding here keeps the saved model equal to this one.
        self.classifier.coef_ = self.classifier.coef_.astype(np.float16).astype(float)
        return self

    def _vectorizer(self, name: str, x: list[tuple[Sequence[Sentence], int]], senders: list[str]) -> TfidfVectorizer:
        """A vectorizer whose vocabulary holds only what enough different senders used: nobody's own words."""
        who: dict[str, set[str]] = defaultdict(set)
        count: Counter[str] = Counter()
        for at, sender in zip(x, senders, strict=True):
            for feature in set(_analyze(name, at)):
                who[feature].add(sender)
                count[feature] += 1
        limit = {"words": self.recipe.word_limit, "characters": self.recipe.character_limit, "context": self.recipe.context_limit}[name]
        enough = [f for f, senders_of_it in who.items() if len(senders_of_it) >= self.recipe.least_senders]
        vocabulary = sorted(sorted(enough, key=lambda f: (-count[f], f))[:limit])
        vectorizer = TfidfVectorizer(analyzer=partial(_analyze, name), vocabulary=vocabulary, sublinear_tf=True)
        vectorizer.fit(x)
        vectorizer.idf_ = vectorizer.idf_.astype(np.float32).astype(float)
        return vectorizer

    def _transform(self, x: list[tuple[Sequence[Sentence], int]]) -> csr_matrix:
        return csr_matrix(hstack([self.vectorizers[name].transform(x) for name in BLOCKS]))

    def probabilities(self, documents: Sequence[Prepared]) -> list[Floats]:
        """For each document an array (sentences, sentence labels), columns as in `SENTENCE_LABELS`."""
        x = [(d.sentences, i) for d in documents for i in range(len(d.sentences))]
        order = [list(self.classifier.classes_).index(label) for label in SENTENCE_LABELS]
        p = self.classifier.predict_proba(self._transform(x))[:, order]
        ends = np.cumsum([len(d.sentences) for d in documents])
        return [p[end - len(d.sentences) : end] for d, end in zip(documents, ends, strict=True)]

    def blocks(self) -> dict[str, Block]:
        """What was fitted, as arrays; coefficients are exact in half precision, idf in single."""
        order = [list(self.classifier.classes_).index(label) for label in SENTENCE_LABELS]
        coefficients = self.classifier.coef_[order].T
        blocks, start = {}, 0
        for name in BLOCKS:
            vectorizer = self.vectorizers[name]
            end = start + len(vectorizer.vocabulary_)
            blocks[name] = Block(dict(vectorizer.vocabulary_), vectorizer.idf_, coefficients[start:end])
            start = end
        return blocks

    def intercept(self) -> Floats:
        """The intercept of each sentence label."""
        order = [list(self.classifier.classes_).index(label) for label in SENTENCE_LABELS]
        return np.asarray(self.classifier.intercept_[order], dtype=float)


def out_of_fold(documents: Sequence[Prepared], recipe: Recipe, extra: Sequence[Prepared] = (), say: Progress = lambda _: None) -> list[Floats]:
    """Sentence probabilities for each document from a stage that read nothing by the same sender.

    `extra` documents only teach (loose sentences without a mail around them).
    """
    groups = [d.group for d in documents]
    result: list[Floats] = [np.empty(0)] * len(documents)
    folds = GroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    for k, (train, test) in enumerate(folds.split(documents, groups=groups), 1):
        say(f"sentence stage, fold {k} of {recipe.folds}")
        stage = SentenceStage(recipe).fit([documents[i] for i in train] + list(extra))
        for i, p in zip(test, stage.probabilities([documents[i] for i in test]), strict=True):
            result[i] = p
    return result


def fit_linear(x: Floats, y: Sequence[Any], c: float, order: Sequence[Any], weights: Floats | None = None) -> Linear:
    """Logistic regression on standardised features as a `Linear`, its columns in `order`."""
    scaler = StandardScaler().fit(x)
    classifier = LogisticRegression(C=c, max_iter=2000).fit(scaler.transform(x), y, sample_weight=weights)
    if len(order) == 1:
        coefficients, intercept = classifier.coef_, classifier.intercept_
    else:
        at = [list(classifier.classes_).index(label) for label in order]
        coefficients, intercept = classifier.coef_[at], classifier.intercept_[at]
    return Linear(scaler.mean_, scaler.scale_, coefficients.T, intercept)


def secondary_features(features: Floats, primaries: Sequence[str]) -> Floats:
    """Document features followed by which reason is the primary one."""
    return np.hstack([features, [[float(p == reason) for reason in REASONS] for p in primaries]])


def fit_secondary(features: Floats, examples: Sequence[Example], recipe: Recipe) -> tuple[Linear, Floats]:
    """One logistic regression for each concrete reason, over the rejections of which it is not the primary one.

    The thresholds are those with the best F1 on held-out fifths.
    """
    maps, thresholds = [], []
    for reason in CONCRETE_REASONS:
        rows = [i for i, e in enumerate(examples) if e.primary in REASONS and e.primary != reason]
        x = secondary_features(features[rows], [examples[i].primary for i in rows])
        y = np.array([reason in examples[i].secondary for i in rows])
        if y.sum() < _FEWEST_SECONDARY:  # too few to learn from: never said
            maps.append(Linear(np.zeros(x.shape[1]), np.ones(x.shape[1]), np.zeros((x.shape[1], 1)), np.array([-9.0])))
            thresholds.append(1.0)
            continue
        held_out = np.zeros(len(rows))
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=recipe.seed)
        for train, test in folds.split(x, y, groups=[sender_of(examples[i]) for i in rows]):
            held_out[test] = fit_linear(x[train], y[train], recipe.secondary_c, [True])(x[test])[:, 0]
        thresholds.append(_best_threshold(1 / (1 + np.exp(-held_out)), y))
        maps.append(fit_linear(x, y, recipe.secondary_c, [True]))
    # The four regressions scale their features apart: fold the scaling into the coefficients, to have one map.
    coefficients = np.hstack([m.coefficients / m.scale[:, None] for m in maps])
    intercept = np.array([m.intercept[0] - (m.mean / m.scale) @ m.coefficients[:, 0] for m in maps])
    n = len(coefficients)
    return Linear(np.zeros(n), np.ones(n), coefficients, intercept), np.array(thresholds)


def _best_threshold(chances: Floats, truth: NDArray[np.bool_]) -> float:
    candidates = np.linspace(0.1, 0.9, 81)
    f1 = [2 * (truth & (chances >= t)).sum() / max(1, truth.sum() + (chances >= t).sum()) for t in candidates]
    return float(candidates[int(np.argmax(f1))])


def train(
    corpus: Sequence[Example],
    loose: Sequence[Example] = (),
    own: Sequence[Example] = (),
    recipe: Recipe = Recipe(),  # noqa: B008 - frozen
    say: Progress = lambda _: None,
) -> Model:
    """A model from the corpus' training rows, loose labelled sentences, and the person's own labelled mails.

    Rows of the test split are never read. The manifest holds the recipe and a digest of data and recipe; the same data
    and recipe give the same model.
    """
    examples = sorted((e for e in (*corpus, *own) if e.split == "train"), key=lambda e: e.id)
    loose = sorted(loose, key=lambda e: e.id)
    say(f"reading {len(examples)} mails and {len(loose)} loose sentences")
    # Words of the person's own mails never enter the lexicon, nor the vocabulary unless enough senders used them.
    taught = [e for e in (*corpus, *loose) if e.split == "train"]
    lexicon = lexicon_of(((sender_of(e), e.text) for e in taught), recipe.least_senders)
    preprocessor = Preprocessor(lexicon)
    documents = [d for e in examples if (d := prepare(e, preprocessor)).sentences]
    extra = [prepare(e, preprocessor) for e in loose]
    documents = _guess_labels(documents, extra, recipe, say)
    held_out = out_of_fold(documents, recipe, extra, say)
    say("sentence stage, all rows")
    stage = SentenceStage(recipe).fit([*documents, *extra])
    say("document stage")
    features = np.array([document_features(p) for p in held_out])
    labelled = [d.example for d in documents]
    document = fit_linear(features, [e.primary for e in labelled], recipe.document_c, LABELS)
    secondary, thresholds = fit_secondary(features, labelled, recipe)
    manifest = {"recipe": asdict(recipe), "digest": digest_of([*corpus, *own], loose, recipe), "mails": len(examples), "own": len(own)}
    return Model(stage.blocks(), stage.intercept(), document, secondary, thresholds, lexicon, manifest)


def _guess_labels(documents: list[Prepared], extra: list[Prepared], recipe: Recipe, say: Progress) -> list[Prepared]:
    """For mails whose sentences nobody labelled: the sentence that most likely says it gets the mail's label."""
    unlabelled = [i for i, d in enumerate(documents) if not any(d.labels)]
    if not unlabelled or len(unlabelled) == len(documents):
        return documents
    say(f"finding the telling sentence in {len(unlabelled)} mails")
    stage = SentenceStage(recipe).fit([d for d in documents if any(d.labels)] + extra)
    result = list(documents)
    for i, p in zip(unlabelled, stage.probabilities([documents[i] for i in unlabelled]), strict=True):
        label = SENTENCE_LABEL_OF[documents[i].example.primary]
        best = int(p[:, SENTENCE_LABELS.index(label)].argmax())
        labels = tuple(label if k == best else None for k in range(len(p)))
        result[i] = replace(documents[i], labels=labels)
    return result


def digest_of(examples: Iterable[Example], loose: Iterable[Example], recipe: Recipe) -> str:
    """Twelve hex digits of the training rows and the recipe: the name of what comes of training on them."""
    kept = sorted((e for e in (*examples, *loose) if e.split == "train"), key=lambda e: e.id)
    rows = [[e.id, e.text, e.primary, e.secondary, e.evidence, e.sentences, e.voice] for e in kept]
    content = json.dumps([rows, asdict(recipe)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
