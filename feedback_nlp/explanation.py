"""Why a mail was read as it was: which words moved each sentence, and which sentences moved the mail.

Every stage adds numbers up, so a score falls apart into what each of its parts added, exactly. A sentence's score is
that of its likeliest label less the mean of the others'. Less the runner-up's would change its meaning from sentence to
sentence and drop every word that speaks for both; the mean asks one question everywhere: what made it say this? The
mail's score is that of its label less the second most likely one's: there it does matter what it was instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from feedback_nlp.features import (
    DOCUMENT_PARTS,
    MAIL_BLOCK,
    character_features,
    context_features,
    document_features,
    mail_features,
    word_features,
)
from feedback_nlp.labels import LABELS, SENTENCE_LABELS
from feedback_nlp.model import Floats, Model
from feedback_nlp.preprocess import in_mail
from feedback_nlp.records import Sentence, Word

_MASKS = {
    "<name>": "a name",
    "<nation>": "a nation or language",
    "<email>": "an address",
    "<url>": "a link",
    "<num>": "a number",
    "<date>": "a date",
    "<title>": "a title",
}
_POSITION = re.compile(r"\d+")


@dataclass(frozen=True)
class WordWeight:
    """A word of the mail, `text` = `mail[start:end]`, and what it added to its sentence's score.

    `masked` says what was read in its place ("a name"); empty where the word itself was read.
    """

    text: str
    start: int
    end: int
    weight: float
    masked: str = ""


@dataclass(frozen=True)
class SentenceExplanation:
    """A sentence, `text` = `mail[start:end]`, its likeliest sentence label, and what made it likely; `scores` has all probabilities.

    `words`, `before` and `after` (the sentences next to it), `place` (where it stands, how long it is), `mail` (the
    mail that it stands in) and `base` (what every sentence starts from) add up to `score`. `carries` is how much of the
    mail's score goes away where the document stage does not see the sentence.
    """

    text: str
    start: int
    end: int
    label: str
    probability: float
    scores: Mapping[str, float]
    words: tuple[WordWeight, ...]
    before: float
    after: float
    place: float
    mail: float
    base: float
    carries: float

    @property
    def score(self) -> float:
        """The label's score less the mean of the others'."""
        return sum(w.weight for w in self.words) + self.before + self.after + self.place + self.mail + self.base


@dataclass(frozen=True)
class Explanation:
    """Why a mail got its `label` and not the second likeliest, `second`.

    `parts` (see `features.DOCUMENT_PARTS`) and `base` (what every mail starts from) add up to `score`.
    """

    label: str
    probability: float
    second: str
    second_probability: float
    parts: Mapping[str, float]
    base: float
    sentences: tuple[SentenceExplanation, ...]

    @property
    def score(self) -> float:
        """The label's score less the second's."""
        return sum(self.parts.values()) + self.base


def explain(model: Model, text: str) -> Explanation | None:
    """Why the model reads a mail as it does; None where it can't judge it (see `Prediction.note`)."""
    sentences = model.sentences_of(text)
    if not sentences:
        return None
    ((p, mentions, mail),) = model.first_stages([sentences])
    features = document_features(p, mentions, mail)
    scores, linear = model.document(features), model.document
    first, second = np.argsort(-scores, kind="stable")[:2].tolist()
    chances = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    parts = (features - linear.mean) / linear.scale * (linear.coefficients[:, first] - linear.coefficients[:, second])
    of_mail = model.blocks[MAIL_BLOCK].shares(list(mail_features(sentences))).sum(axis=0)[: len(SENTENCE_LABELS)]
    there = in_mail(sentences)
    carried = _carried(model, p, mentions, mail, first, second) if len(there) > 1 else np.zeros(len(p)).tolist()
    return Explanation(
        label=LABELS[first],
        probability=float(chances[first]),
        second=LABELS[second],
        second_probability=float(chances[second]),
        parts={name: float(parts[[part == name for part in DOCUMENT_PARTS]].sum()) for name in dict.fromkeys(DOCUMENT_PARTS)},
        base=float(linear.intercept[first] - linear.intercept[second]),
        sentences=tuple(_sentence(model, text, sentences, i, p[i], of_mail, carried[i]) for i in there),
    )


def _carried(model: Model, p: Floats, mentions: Floats, mail: Floats, first: int, second: int) -> list[float]:
    """For each sentence how far the first label's lead falls where the document stage does not see it."""
    seen = [(p, mentions), *((np.delete(p, i, axis=0), np.delete(mentions, i, axis=0)) for i in range(len(p)))]
    scores = model.document(np.array([document_features(*rest, mail) for rest in seen]))
    leads = scores[:, first] - scores[:, second]
    return [float(leads[0] - lead) for lead in leads[1:]]


def _sentence(
    model: Model, text: str, sentences: Sequence[Sentence], i: int, chances: Floats, of_mail: Floats, carries: float
) -> SentenceExplanation:
    """The i-th sentence, with its probabilities, what the mail adds to each of its scores, and what it carries."""
    sentence, label = sentences[i], int(chances.argmax())
    direction = np.full(len(chances), -1 / (len(chances) - 1))
    direction[label] = 1
    tokens, own_place = _own_shares(model, sentence, direction)
    before, after, place = _context_shares(model, sentences, i, direction)
    return SentenceExplanation(
        text=text[sentence.start : sentence.end],
        start=sentence.start,
        end=sentence.end,
        label=SENTENCE_LABELS[label],
        probability=float(chances[label]),
        scores=dict(zip(SENTENCE_LABELS, chances.tolist(), strict=True)),
        words=_words(model, text, sentence, tokens),
        before=before,
        after=after,
        place=place + own_place,
        mail=float(of_mail @ direction),
        base=float(model.sentence_intercept[: len(direction)] @ direction),
        carries=carries,
    )


def _own_shares(model: Model, sentence: Sentence, direction: Floats) -> tuple[Floats, float]:
    """What each token adds by itself, by its letters and by its part in what stands together; and what none of them has a part in."""
    weights, rest = np.zeros(len(sentence.tokens)), 0.0
    # The same features of the tokens' positions say which tokens each feature is made of.
    positions = word_features(Sentence(0, 0, tuple(map(str, range(len(sentence.tokens))))))
    shares = _shares(model, "words", list(word_features(sentence)), direction)
    for share, position in zip(shares.tolist(), positions, strict=True):
        owners = [int(number) for number in _POSITION.findall(position)]
        weights[owners] += share / max(1, len(owners))
        rest += 0.0 if owners else share
    letters = [(i, feature) for i, token in enumerate(sentence.tokens) for feature in character_features(token)]
    shares = _shares(model, "characters", [feature for _, feature in letters], direction)
    np.add.at(weights, np.array([i for i, _ in letters], dtype=int), shares)
    return weights, rest


def _context_shares(model: Model, sentences: Sequence[Sentence], i: int, direction: Floats) -> tuple[float, float, float]:
    """What the sentence before, the sentence after, and the place add. That there is none before or after belongs to the place, and
    so does what an opening adds that is not in the mail.
    """
    features = list(context_features(sentences, i))
    shares = _shares(model, "context", features, direction)
    sums = {"p:": 0.0, "n:": 0.0, "": 0.0}
    there = in_mail(sentences)
    neighbours = {"p:": i - 1 in there, "n:": i + 1 in there}
    for feature, share in zip(features, shares.tolist(), strict=True):
        sums[feature[:2] if neighbours.get(feature[:2]) else ""] += share
    return sums["p:"], sums["n:"], sums[""]


def _shares(model: Model, block: str, features: Sequence[str], direction: Floats) -> Floats:
    """What each feature of a sentence adds to its labels' scores in a direction."""
    shares: Floats = model.blocks[block].shares(features)[:, : len(direction)] @ direction
    return shares


def _words(model: Model, text: str, sentence: Sentence, weights: Floats) -> tuple[WordWeight, ...]:
    """The sentence's words as they stand in the mail, each with the sum of its tokens' weights."""
    words, at = [], 0
    for word in model.preprocessor.words(text[sentence.start : sentence.end]):
        start, end = sentence.start + word.start, sentence.start + word.end
        weight = float(weights[at : at + len(word.tokens)].sum())
        words.append(WordWeight(text[start:end], start, end, weight, _mask(word)))
        at += len(word.tokens)
    return tuple(words)


def _mask(word: Word) -> str:
    return next((_MASKS[token] for token in word.tokens if token in _MASKS), "")
