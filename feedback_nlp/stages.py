"""The first two stages as scikit-learn fits them: counts of features, tf-idf, logistic regression.

The sentence stage says of each sentence which label it carries, and, of one that gives a reason or a bare no, whether it
mentions each of the other concrete reasons beside it; the mail stage says of the whole mail which label it carries. Features
are counted once for all documents; a fold, or the whole, then chooses its columns, weighs them and fits. A block may have no
columns, and a stage may be left out: then it finds everything equally likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from feedback_nlp.features import BLOCKS, MAIL_BLOCK, block_features, document_features
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, REASONS, SENTENCE_LABEL_OF, SENTENCE_LABELS
from feedback_nlp.model import Block, Floats, Model
from feedback_nlp.prior import Prior, log_odds
from feedback_nlp.records import Example, Sentence

Integers = NDArray[np.integer[Any]]
_FEWEST_MENTIONS = 15
"""Too few sentences to learn a mention from: it is never told."""
_NEVER = -20.0
"""Its log-odds then."""
CLOSE = 3e-4
"""How steep the way to the best coefficients may still be at the end. Of a fifth of the voices, held out, the mail stage read .642 with
1e-3 (63 steps), .627 with this (105) and .630 with 1e-4 (154; surprise), the sentence stage .339 and .335: the first stops too early,
somewhere else with other rows."""


@dataclass(frozen=True)
class Prepared:
    """A mail ready for training: its sentences, each one's label (None: unknown), its sender, and its group.

    A loose sentence is a mail of one sentence whose example has no label; it teaches the sentence stage alone. `weight`
    says how many mails of the corpus it counts for in every fit.
    """

    example: Example
    sentences: tuple[Sentence, ...]
    labels: tuple[str | None, ...]
    sender: str
    group: str
    weight: float = 1.0


@dataclass(frozen=True)
class Output:
    """What the first two stages say of a mail: (sentences, sentence labels), (sentences, concrete reasons), and (labels,)."""

    sentences: Floats
    mentions: Floats
    mail: Floats

    @property
    def features(self) -> Floats:
        """The document stage's features."""
        return document_features(self.sentences, self.mentions, self.mail)


@dataclass(frozen=True)
class Counts:
    """How often each feature stands in each sentence, or, in the mail block, in each mail.

    `vocabularies` names the columns of `matrices`; `owners` holds the document of each sentence.
    """

    documents: Sequence[Prepared]
    vocabularies: Mapping[str, Sequence[str]]
    matrices: Mapping[str, csr_matrix]
    owners: Integers

    def rows(self, block: str, chosen: Integers) -> Integers:
        """The rows of a block that belong to the chosen documents, in order of the documents."""
        return chosen if block == MAIL_BLOCK else np.flatnonzero(np.isin(self.owners, chosen))


def count_features(documents: Sequence[Prepared], least_senders: int) -> Counts:
    """Counts every feature that enough different senders used: what one hand alone wrote is in no column."""
    vocabularies, matrices = {}, {}
    for name in BLOCKS:
        vectorizer = CountVectorizer(analyzer=partial(_features, name), dtype=np.float64)
        matrix = csr_matrix(vectorizer.fit_transform(_items(name, documents)))
        names = vectorizer.get_feature_names_out()
        kept = np.flatnonzero(_senders_of(matrix, _owners(name, documents), documents) >= least_senders)
        vocabularies[name], matrices[name] = names[kept].tolist(), matrix[:, kept]
    return Counts(documents, vocabularies, matrices, _owners("words", documents))


def count_known(documents: Sequence[Prepared], vocabularies: Mapping[str, Sequence[str]]) -> Counts:
    """Counts the features of given vocabularies in other documents."""
    matrices = {}
    for name in BLOCKS:
        vectorizer = CountVectorizer(analyzer=partial(_features, name), vocabulary=vocabularies[name], dtype=np.float64)
        matrices[name] = csr_matrix(vectorizer.transform(_items(name, documents)))
    return Counts(documents, vocabularies, matrices, _owners("words", documents))


Item = tuple[Sequence[Sentence], int]


def _features(block: str, item: Item) -> Iterator[str]:
    return block_features(block, *item)


def _items(block: str, documents: Sequence[Prepared]) -> Iterator[Item]:
    """What a row of a block is made from: a mail's sentences, and which of them (of the mail block, all)."""
    return ((d.sentences, i) for d in documents for i in ([0] if block == MAIL_BLOCK else range(len(d.sentences))))


def _owners(block: str, documents: Sequence[Prepared]) -> Integers:
    return np.arange(len(documents)) if block == MAIL_BLOCK else np.repeat(np.arange(len(documents)), [len(d.sentences) for d in documents])


def _senders_of(matrix: csr_matrix, owners: Integers, documents: Sequence[Prepared]) -> Integers:
    """How many different senders used each column."""
    _, senders = np.unique([d.sender for d in documents], return_inverse=True)
    rows = len(owners)
    by_sender = csr_matrix((np.ones(rows), (senders[owners], np.arange(rows))), shape=(senders.max() + 1, rows))
    used: Integers = (by_sender @ matrix.sign()).getnnz(axis=0)
    return used


@dataclass(frozen=True)
class Weighing:
    """Which columns of a block are read, and their idf, in units of the block's median length.

    A row is then divided by the root of its length and not by its length: of two sentences that say the same, the
    longer one says it nearly as loudly, and a short one does not shout.
    """

    columns: Integers
    idf: Floats

    def __call__(self, counts: csr_matrix) -> csr_matrix:
        """Weighed rows; sublinear tf as in scikit-learn's TfidfTransformer."""
        return _soften(_weigh(counts[:, self.columns], self.idf))


def _weigh(counts: csr_matrix, idf: Floats) -> csr_matrix:
    if not len(idf) or not counts.shape[0]:  # scikit-learn refuses both
        return counts
    transformer = TfidfTransformer(norm=None, sublinear_tf=True)
    transformer.idf_ = idf
    return csr_matrix(transformer.transform(counts))


def _lengths(weighed: csr_matrix) -> Floats:
    lengths: Floats = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return lengths


def _soften(weighed: csr_matrix) -> csr_matrix:
    lengths = _lengths(weighed)
    return csr_matrix(diags(1 / np.sqrt(np.where(lengths > 0, lengths, 1))) @ weighed)


def fit_weighing(counts: csr_matrix, owners: Integers, documents: Sequence[Prepared], least_senders: int, limit: int) -> Weighing:
    """Chooses the most frequent columns among those that enough senders used, and learns their idf."""
    frequency = np.where(_senders_of(counts, owners, documents) >= least_senders, counts.getnnz(axis=0), 0)
    columns = np.sort(np.argsort(-frequency, kind="stable")[: min(limit, int((frequency > 0).sum()))])
    if not len(columns):
        return Weighing(columns, np.empty(0))
    chosen = counts[:, columns]
    idf = TfidfTransformer(norm=None, sublinear_tf=True).fit(chosen).idf_
    lengths = _lengths(_weigh(chosen, idf))
    typical = float(np.median(lengths[lengths > 0])) if lengths.any() else 1.0
    # Single precision keeps the model file small; rounding here keeps the saved model equal to this one.
    return Weighing(columns, (idf / typical).astype(np.float32).astype(float))


@dataclass(frozen=True)
class Stages:
    """The fitted sentence stage, one classifier for the label and one for each mention, and the mail stage."""

    weighings: Mapping[str, Weighing]
    sentence: LogisticRegression
    mentions: Sequence[LogisticRegression]
    mail: LogisticRegression

    @classmethod
    def of(cls, model: Model) -> Stages:
        """The first stages of a model, as scikit-learn would have fitted them on counts of its own vocabularies."""
        k, n = len(SENTENCE_LABELS), len(model.sentence_intercept)
        weighings = {name: Weighing(np.arange(len(block.idf)), np.asarray(block.idf, dtype=float)) for name, block in model.blocks.items()}
        sentence = np.vstack([np.asarray(model.blocks[name].coefficients[:, :n], dtype=float) for name in BLOCKS])
        mentions = [_classifier([False, True], sentence[:, [i]], model.sentence_intercept[[i]]) for i in range(k, n)]
        mail = _classifier(LABELS, np.asarray(model.blocks[MAIL_BLOCK].coefficients[:, n:], dtype=float), model.mail_intercept)
        return cls(weighings, _classifier(SENTENCE_LABELS, sentence[:, :k], model.sentence_intercept[:k]), mentions, mail)

    def output(self, counts: Counts, chosen: Integers) -> list[Output]:
        """What the two stages say of each of the chosen documents."""
        x = sentence_matrix(self.weighings, counts, chosen)
        ends = np.cumsum([len(counts.documents[i].sentences) for i in chosen])[:-1]
        sentences = np.split(_chances(self.sentence, x, SENTENCE_LABELS), ends)
        mentions = np.split(np.hstack([_chances(classifier, x, [True]) for classifier in self.mentions]), ends)
        mails = _chances(self.mail, self.weighings[MAIL_BLOCK](counts.matrices[MAIL_BLOCK][chosen]), LABELS)
        return [Output(*of_mail) for of_mail in zip(sentences, mentions, mails, strict=True)]

    def blocks(self, vocabularies: Mapping[str, Sequence[str]]) -> dict[str, Block]:
        """What was fitted, as arrays; the mail block holds the coefficients of the sentence stage, then those of the mail stage."""
        of_sentences = [self.sentence.coef_[_places(self.sentence, SENTENCE_LABELS)], *(mention.coef_ for mention in self.mentions)]
        parts = np.split(np.vstack(of_sentences).T, np.cumsum([len(self.weighings[name].columns) for name in BLOCKS])[:-1])
        coefficients = dict(zip(BLOCKS, parts, strict=True))
        coefficients[MAIL_BLOCK] = np.hstack([coefficients[MAIL_BLOCK], self.mail.coef_[_places(self.mail, LABELS)].T])
        words = {name: [vocabularies[name][column] for column in self.weighings[name].columns] for name in BLOCKS}
        return {n: Block({w: i for i, w in enumerate(words[n])}, self.weighings[n].idf, coefficients[n]) for n in BLOCKS}

    def intercepts(self) -> tuple[Floats, Floats]:
        """The intercepts of the sentence stage, labels, then mentions, and of the mail stage."""
        labels = self.sentence.intercept_[_places(self.sentence, SENTENCE_LABELS)]
        of_sentences = np.concatenate([labels, *(mention.intercept_ for mention in self.mentions)])
        return of_sentences, self.mail.intercept_[_places(self.mail, LABELS)]


def _classifier(classes: Sequence[Any], coefficients: Floats, intercept: Floats) -> LogisticRegression:
    """A fitted classifier from its coefficients (columns, classes), or (columns, 1) of two classes."""
    order = np.argsort(classes) if coefficients.shape[1] > 1 else [0]
    classifier = LogisticRegression()
    classifier.classes_ = np.sort(classes)
    classifier.coef_, classifier.intercept_ = coefficients.T[order], intercept[order]
    return classifier


def _places(classifier: LogisticRegression, labels: Sequence[Any]) -> list[int]:
    return [list(classifier.classes_).index(label) for label in labels]


def _chances(classifier: LogisticRegression, x: csr_matrix, labels: Sequence[Any]) -> Floats:
    """The probabilities (rows, labels); scikit-learn itself refuses rows of no columns."""
    if not x.shape[1]:
        return np.full((x.shape[0], len(labels)), 1 / len(classifier.classes_))
    chances: Floats = classifier.predict_proba(x)[:, _places(classifier, labels)]
    return chances


def sentence_matrix(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers) -> csr_matrix:
    """The rows of the sentence stage: the sentence's own blocks, and the block of the mail that it stands in."""
    rows = counts.rows("words", chosen)
    own = [weighings[name](counts.matrices[name][rows]) for name in BLOCKS if name != MAIL_BLOCK]
    mails = weighings[MAIL_BLOCK](counts.matrices[MAIL_BLOCK][chosen])
    return csr_matrix(hstack([*own, mails[np.searchsorted(chosen, counts.owners[rows])]]))


def prior_of(outputs: Sequence[Output], weighings: Mapping[str, Weighing], counts: Counts, digest: str) -> Prior:
    """What is kept for a retraining, from the held-out outputs of the mails and from all that was counted."""
    sentences, mentions, mails = (
        log_odds(np.vstack(rows)) for rows in zip(*((o.sentences, o.mentions, o.mail) for o in outputs), strict=True)
    )
    return Prior(sentences, mentions, mails, *_energies(weighings, counts), digest)


def _energies(weighings: Mapping[str, Weighing], counts: Counts) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The sum of squares of each column of the sentence stage and of the mail stage; loose sentences are no mails."""
    squares = {name: weighings[name](matrix).power(2) for name, matrix in counts.matrices.items()}
    lengths = [len(d.sentences) for d in counts.documents]
    mails = [bool(d.example.primary) for d in counts.documents]
    of_sentences = [squares[name].T @ (lengths if name == MAIL_BLOCK else np.ones(sum(lengths))) for name in BLOCKS]
    return np.concatenate(of_sentences).astype(np.float32), np.asarray(squares[MAIL_BLOCK].T @ mails, dtype=np.float32)


def fit_weighings(counts: Counts, chosen: Integers, limits: Mapping[str, int], least_senders: int) -> dict[str, Weighing]:
    """The weighing of every block, learned from the chosen documents (in ascending order)."""
    weighings = {}
    for name in BLOCKS:
        rows = counts.rows(name, chosen)
        owners = rows if name == MAIL_BLOCK else counts.owners[rows]
        weighings[name] = fit_weighing(counts.matrices[name][rows], owners, counts.documents, least_senders, limits[name])
    return weighings


def fit_sentence_stage(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers, c: float) -> LogisticRegression:
    """Learns from every labelled sentence of the chosen documents. Raises ValueError where a label has none."""
    return _fit(*sentence_rows(weighings, counts, chosen), SENTENCE_LABELS, c)


Rows = tuple[csr_matrix, NDArray[Any], Floats]
"""What a classifier learns from: features, labels, weights."""


def sentence_rows(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers) -> Rows:
    """The labelled sentences of the chosen documents."""
    labels = np.array([label or "" for label in chain.from_iterable(counts.documents[i].labels for i in chosen)])
    weights = np.array([counts.documents[i].weight for i in chosen for _ in counts.documents[i].labels])
    told = labels != ""
    return sentence_matrix(weighings, counts, chosen)[told], labels[told], weights[told]


def sentence_output(weighings: Mapping[str, Weighing], classifier: LogisticRegression, counts: Counts, chosen: Integers) -> list[Floats]:
    """For each of the chosen documents an array (sentences, sentence labels) of probabilities."""
    p = _chances(classifier, sentence_matrix(weighings, counts, chosen), SENTENCE_LABELS)
    return np.split(p, np.cumsum([len(counts.documents[i].sentences) for i in chosen])[:-1])


def fit_mentions(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers, c: float) -> list[LogisticRegression]:
    """Learns for each concrete reason, from sentences of the chosen documents that give another or none, whether they mention it."""
    return [_fit_mention(*rows, c) for rows in mention_rows(weighings, counts, chosen)]


def mention_rows(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers) -> list[Rows]:
    """For each concrete reason the sentences of the chosen rejections that give another reason, or a bare no, and whether
    they mention it.

    A sentence mentions a secondary reason of its mail where it gives the primary one and no sentence gives the secondary: "we chose
    somebody with more experience". Of several such sentences all count, though one of them may be meant: to leave these out (69 of
    762 mails for skills) was worse, on held-out mails F1 .67 and not .69. Where sentences are not labelled, nothing is known.
    """
    rejections = np.array([i for i in chosen if counts.documents[i].example.primary in REASONS], dtype=int)
    documents = [counts.documents[i] for i in rejections]
    x, weights = sentence_matrix(weighings, counts, rejections), np.array([d.weight for d in documents for _ in d.labels])
    found = []
    for reason in CONCRETE_REASONS:
        mentions = [mention for d in documents for mention in _mentions(d, reason)]
        known = np.array([mention is not None for mention in mentions], dtype=bool)
        found.append((x[known], np.array([mention for mention in mentions if mention is not None], dtype=bool), weights[known]))
    return found


def _mentions(document: Prepared, reason: str) -> list[bool | None]:
    """Of each sentence of a rejection whether it mentions a reason beside another, or beside a bare no; None where that is not known,
    or the sentence gives neither, or gives this very reason.
    """
    labels, example = document.labels, document.example
    if reason not in (example.primary, *example.secondary):
        return [False if label in SENTENCE_LABELS[: len(REASONS)] and label != reason else None for label in labels]
    primary = SENTENCE_LABEL_OF[example.primary]
    told = reason != example.primary and reason not in labels and None not in labels
    return [True if told and label == primary else None for label in labels]


def _fit_mention(x: csr_matrix, y: NDArray[Any], weights: Floats, c: float) -> LogisticRegression:
    """The classifier of a mention; one that never tells it where too few rows have it."""
    if c and _FEWEST_MENTIONS <= y.sum() < len(y):
        return _fit(x, y, weights, (), c)
    silent = _silent(np.array([False, True]), x.shape[1])
    if c:
        silent.intercept_ = np.array([_NEVER])
    return silent


def fit_mail_stage(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers, c: float) -> LogisticRegression:
    """Learns the label from the mails among the chosen documents. Raises ValueError where a label has no mail."""
    return _fit(*mail_rows(weighings, counts, chosen), LABELS, c)


def mail_rows(weighings: Mapping[str, Weighing], counts: Counts, chosen: Integers) -> Rows:
    """The mails among the chosen documents, with their labels."""
    mails = np.array([i for i in chosen if counts.documents[i].example.primary], dtype=int)
    weights = np.array([counts.documents[i].weight for i in mails])
    labels = np.array([counts.documents[i].example.primary for i in mails])
    return weighings[MAIL_BLOCK](counts.matrices[MAIL_BLOCK][mails]), labels, weights


def _fit(x: csr_matrix, y: NDArray[Any], weights: Floats, order: Sequence[str], c: float) -> LogisticRegression:
    missing = set(order) - set(y.tolist())
    if missing:
        raise ValueError(f"there is nothing labelled {min(missing)!r} to learn from; every label needs some rows in every fold")
    if not c or not x.shape[1]:
        return _silent(np.unique(y), x.shape[1])
    classifier = LogisticRegression(C=c, max_iter=600, tol=CLOSE).fit(x, y, sample_weight=weights)
    # Half precision keeps the model file small; rounding here keeps the saved model equal to this one.
    classifier.coef_ = classifier.coef_.astype(np.float16).astype(float)
    return classifier


def _silent(classes: NDArray[Any], columns: int) -> LogisticRegression:
    """A classifier that finds all classes equally likely, whatever it reads."""
    classifier = LogisticRegression()
    classifier.classes_ = classes
    rows = len(classes) if len(classes) > 2 else 1
    classifier.coef_, classifier.intercept_ = np.zeros((rows, columns)), np.zeros(rows)
    return classifier
