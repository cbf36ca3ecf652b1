"""The model in use: linear stages over plain arrays, scored with numpy alone.

scikit-learn fits it (training.py) and is not imported here: its import would cost more than the whole answer. A test
holds both paths equal. The sentence stage gives each sentence the probability of every sentence label, and of naming each
reason beside another; the mail stage gives the whole mail that of every label; the document stage weighs both into the
mail's label, a calibrated confidence and secondary reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.columns import Columns, Found
from feedback_nlp.features import BLOCKS, MAIL_BLOCK, beside, document_features
from feedback_nlp.labels import BOILERPLATE, CONCRETE_REASONS, LABELS, NOT_REJECTION, REASONS, SENTENCE_LABEL_OF, SENTENCE_LABELS
from feedback_nlp.language import english_sentences, unjudged_note
from feedback_nlp.preprocess import Preprocessor, in_mail, opened
from feedback_nlp.records import Evidence, Prediction, Sentence, subject_end
from feedback_nlp.wordlist import WordList

if TYPE_CHECKING:
    from feedback_nlp.prior import Prior

Floats = NDArray[np.float64]

FORMAT = 4
"""What the arrays of a model mean; a model of another format is not read."""
_EVIDENCE_AT = 0.5
_HARDLY = 0.1
_MOST_EVIDENCE = 3
_ROUTINE = 0.89
COVERAGE = 0.95
"""How often the set of possible labels is to hold the right one."""
_BATCH = 256
MOST_CHARACTERS = 100_000
"""What stands after this many characters of one mail is not read: a mail's decision is never that far down."""


@dataclass(frozen=True)
class Block:
    """One tf-idf block: its vocabulary, idf (n,), and coefficients (n, sentence labels + concrete reasons): what a sentence is,
    and which reason it mentions beside another.

    The mail block, which both first stages read, has those of the mail stage beside them: (n, sentence labels + concrete
    reasons + labels).
    """

    vocabulary: Mapping[str, int]
    idf: NDArray[np.floating[Any]]
    coefficients: NDArray[np.floating[Any]]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept of the block, in alphabetical order of its vocabulary: `words`, `idf`, `coefficients`."""
        rows = [self.vocabulary[word] for word in sorted(self.vocabulary)]
        return {
            "words": WordList.of(self.vocabulary).packed,
            "idf": np.asarray(self.idf, dtype=np.float32)[rows],
            "coefficients": np.asarray(self.coefficients, dtype=np.float16)[rows],
        }

    def add_scores(self, scores: Floats, found: Found) -> None:
        """Adds to `scores` (rows, columns) what the block's features say, given the places in the vocabulary that rows have."""
        if not len(found.rows):
            return
        # One sorted key per (row, feature), so that counts, lengths and sums need no loop.
        keys, counts = np.unique(found.rows * len(self.idf) + found.values, return_counts=True)
        rows, features = np.divmod(keys, len(self.idf))
        values = (1 + np.log(counts)) * self.idf[features]
        lengths = np.sqrt(np.bincount(rows, values**2))
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        weighted = np.add.reduceat(np.ascontiguousarray(self.coefficients[features], dtype=float) * values[:, None], starts)
        present = rows[starts]
        scores[present] += weighted / np.sqrt(lengths[present, None])

    def shares(self, features: Sequence[str]) -> Floats:
        """What each feature of one row adds to its scores, (features, columns); one that is there n times adds an n-th each time."""
        ids = np.array([self.vocabulary.get(feature, -1) for feature in features], dtype=int)
        shares = np.zeros((len(ids), self.coefficients.shape[1]))
        known, places, counts = np.unique(ids[ids >= 0], return_inverse=True, return_counts=True)
        values = (1 + np.log(counts)) * self.idf[known]
        row = values / np.sqrt(np.linalg.norm(values) or 1.0)
        shares[ids >= 0] = (self.coefficients[known].astype(float) * (row / counts)[:, None])[places]
        return shares


@dataclass(frozen=True)
class Reading:
    """What a model says of a mail, the sentences that it judged, and their probabilities (sentences, sentence labels); of a mail
    that can't be judged it judged none.
    """

    prediction: Prediction
    sentences: Sequence[Sentence] = ()
    probabilities: Floats = field(default_factory=lambda: np.empty((0, len(SENTENCE_LABELS))))


@dataclass(frozen=True)
class Linear:
    """A linear map of standardised features: ((x - mean) / scale) @ coefficients + intercept."""

    mean: Floats
    scale: Floats
    coefficients: Floats
    intercept: Floats

    def __call__(self, x: Floats) -> Floats:
        """The scores (columns,) of one row or (n, columns) of n rows."""
        result: Floats = ((x - self.mean) / self.scale) @ self.coefficients + self.intercept
        return result


@dataclass(frozen=True)
class Model:
    """A trained model. `manifest` says what it was made from and how well it does; `prior` is what a retraining goes on
    from, and is there only in a model that was just trained on a corpus.
    """

    blocks: Mapping[str, Block]
    sentence_intercept: Floats
    mail_intercept: Floats
    document: Linear
    possible_threshold: float
    secondary: Linear
    secondary_thresholds: Floats
    lexicon: frozenset[str]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    prior: Prior | None = None

    def __getstate__(self) -> dict[str, Any]:
        """On the way to another process: what was made on first use is made anew there."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def classes_(self) -> NDArray[np.str_]:
        """The labels in the order of the columns of `predict_proba`."""
        return np.array(LABELS)

    @property
    def vocabularies(self) -> dict[str, list[str]]:
        """The columns of each block in order."""
        return {name: sorted(block.vocabulary, key=block.vocabulary.__getitem__) for name, block in self.blocks.items()}

    @cached_property
    def preprocessor(self) -> Preprocessor:
        """The text preparation that goes with this model's lexicon."""
        return Preprocessor(self.lexicon)

    @cached_property
    def _columns(self) -> Columns:
        return Columns({name: block.vocabulary for name, block in self.blocks.items()})

    def predict(self, texts: Iterable[str]) -> NDArray[np.str_]:
        """The label of each text, shape (n,). Texts that can't be judged count as `not_rejection` here."""
        labels: NDArray[np.str_] = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return labels

    def predict_proba(self, texts: Iterable[str]) -> Floats:
        """The probability of each label, shape (n, 6), columns as in `classes_`."""
        rows = [[p.scores.get(label, float(label == NOT_REJECTION)) for label in LABELS] for p in self.classify(texts)]
        return np.array(rows, dtype=float).reshape(-1, len(LABELS))

    def classify(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """A `Prediction` for each text, in order; texts are read in batches, so any number may come."""
        return (reading.prediction for reading in self.read(texts))

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """The same, each with the sentences that it rests on."""
        stream = iter(texts)
        while batch := list(islice(stream, _BATCH)):
            sentences = [self.preprocessor(text[:MOST_CHARACTERS]) for text in batch]
            judged = self._judged(batch, sentences)
            stages = iter(self.first_stages([each for each in judged if each]))
            for text, read, kept in zip(batch, sentences, judged, strict=True):
                yield self._judge(text, kept, *next(stages)) if kept else Reading(_unjudged(text, read))

    def evidence_for(self, text: str, labels: Iterable[str]) -> dict[str, tuple[Evidence, ...]]:
        """For each of these labels the sentences that say it most likely, whatever else the mail says; none where it can't be judged."""
        sentences = self.sentences_of(text)
        if not sentences:
            return {}
        ((p, _, _),) = self.first_stages([sentences])
        there = in_mail(sentences)
        return {label: tuple(_quote(text, [sentences[i] for i in there], p[there], label)) for label in labels}

    def sentences_of(self, text: str) -> Sequence[Sentence]:
        """The sentences by which a text is judged; none where it can't be."""
        return self._judged([text], [self.preprocessor(text[:MOST_CHARACTERS])])[0] or ()

    def _judged(self, texts: Sequence[str], documents: Sequence[Sequence[Sentence]]) -> list[list[Sentence] | None]:
        """Of each text's sentences those that count: the English ones, without a subject of routine words, and with the same greeting
        where one person is greeted, or nobody; None where too little is left to judge.

        Every message of a mailbox has a subject, and few of the mails that the model learnt from have one. Where it says nothing by
        itself, the mail is judged as if it had been pasted without. How it greets one person says nothing of its
        decision.
        """
        lengths = [subject_length(text, sentences) for text, sentences in zip(texts, documents, strict=True)]
        subjects = iter(self.first_stages([sentences[:n] for sentences, n in zip(documents, lengths, strict=True) if n]))
        known, result = self.blocks["words"].vocabulary, list[list[Sentence] | None]()
        for sentences, n in zip(documents, lengths, strict=True):
            left_out = n if n and is_routine(next(subjects)[0]) else 0
            english = english_sentences(sentences[left_out:], known)
            result.append(english and opened(english, min(n - left_out, len(english) - 1)))
        return result

    def first_stages(self, documents: Sequence[Sequence[Sentence]]) -> list[tuple[Floats, Floats, Floats]]:
        """For each document the probabilities (sentences, sentence labels) of its sentences, (sentences, concrete reasons) of
        their mentioning a reason beside another, and (labels,) of the mail.
        """
        if not documents:
            return []
        columns, lengths = len(self.sentence_intercept), [len(d) for d in documents]
        mails = np.zeros((len(documents), columns + len(LABELS)))
        found = self._columns.of(documents)
        self.blocks[MAIL_BLOCK].add_scores(mails, found[MAIL_BLOCK])
        scores = self.sentence_intercept + np.repeat(mails[:, :columns], lengths, axis=0)
        for name in BLOCKS:
            if name != MAIL_BLOCK:
                self.blocks[name].add_scores(scores, found[name])
        labels, mentions = softmax(scores[:, : len(SENTENCE_LABELS)]), 1 / (1 + np.exp(-scores[:, len(SENTENCE_LABELS) :]))
        ends = np.cumsum(lengths)[:-1]
        return list(zip(np.split(labels, ends), np.split(mentions, ends), softmax(self.mail_intercept + mails[:, columns:]), strict=True))

    def _judge(self, text: str, sentences: Sequence[Sentence], p: Floats, mentions: Floats, mail: Floats) -> Reading:
        features = document_features(p, mentions, mail)
        there = in_mail(sentences)
        sentences, p, mentions = [sentences[i] for i in there], p[there], mentions[there]
        scores = dict(zip(LABELS, softmax(self.document(features)[None, :])[0].tolist(), strict=True))
        label = max(scores, key=lambda name: scores[name])
        secondary = self._secondary(label, features)
        quotes = {label: _quote(text, sentences, p, label)} if label in REASONS else {}
        quotes |= {reason: _quote(text, sentences, p, reason, beside(p, mentions)) for reason in secondary}
        prediction = Prediction(
            label,
            scores[label],
            scores,
            tuple(secondary),
            tuple(quotes.get(label, ())),
            {reason: quotes[reason][0] for reason in secondary},
            tuple(sorted((n for n in scores if n == label or scores[n] >= self.possible_threshold), key=lambda n: -scores[n])),
            f"Only the first {MOST_CHARACTERS:,} characters were read." if len(text) > MOST_CHARACTERS else "",
        )
        return Reading(prediction, sentences, p)

    def _secondary(self, label: str, features: Floats) -> list[str]:
        if label not in REASONS:
            return []
        known = np.concatenate([features, [float(label == reason) for reason in REASONS]])
        chances = 1 / (1 + np.exp(-self.secondary(known)))
        found = [r for r, c, t in zip(CONCRETE_REASONS, chances, self.secondary_thresholds, strict=True) if c >= t]
        return [reason for reason in found if reason != label]


def _quote(text: str, sentences: Sequence[Sentence], p: Floats, label: str, mentioned: Floats | None = None) -> list[Evidence]:
    """The sentences that say it: the strongest, and others that say it more likely than not, in the mail's order; of a
    secondary reason also those that give another and mention it, with the chances of that, (sentences, concrete reasons).

    Where none is likely to say it, it is not looked for in greetings, thanks and wishes if there is anything else.
    """
    column = p[:, SENTENCE_LABELS.index(SENTENCE_LABEL_OF[label])]
    if mentioned is not None:
        column = column + mentioned[:, CONCRETE_REASONS.index(label)]
    telling = p.argmax(axis=1) != SENTENCE_LABELS.index(BOILERPLATE)
    if telling.any() and column.max() < _HARDLY:
        column = np.where(telling, column, 0)
    strongest = np.argsort(-column, kind="stable")[:_MOST_EVIDENCE]
    chosen = sorted(i for k, i in enumerate(strongest.tolist()) if k == 0 or column[i] >= _EVIDENCE_AT)
    return [Evidence(text[(s := sentences[i]).start : s.end], s.start, s.end, float(column[i])) for i in chosen]


def _unjudged(text: str, sentences: Sequence[Sentence]) -> Prediction:
    return Prediction(None, 0.0, {}, note=unjudged_note(text, sentences))


def subject_length(text: str, sentences: Sequence[Sentence]) -> int:
    """How many of a text's sentences stand in the subject line that the inbox puts first; 0 where there is nothing else."""
    end = subject_end(text)
    n = sum(sentence.start < end for sentence in sentences)
    return n if n < len(sentences) else 0


def is_routine(probabilities: Floats) -> bool:
    """Whether each sentence is hardly anything but boilerplate, by its probabilities (sentences, sentence labels)."""
    return bool((probabilities[:, SENTENCE_LABELS.index(BOILERPLATE)] >= _ROUTINE).all())


def softmax(scores: Floats) -> Floats:
    """Probabilities (rows, labels) from scores."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    result: Floats = exponents / exponents.sum(axis=1, keepdims=True)
    return result
