"""What the two stages look at: strings for a sentence, numbers for a document.

Training (scikit-learn) and use (plain arrays) both come here, so that they can't drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.labels import CONCRETE_REASONS, LABELS, REASONS, SENTENCE_LABELS
from feedback_nlp.records import Sentence

BLOCKS = ("words", "characters", "context", "mail")
"""The blocks of features of a sentence: its words, their letters, its neighbours, and the whole mail that it stands in."""

MAIL_BLOCK = "mail"
"""The block that the mail stage reads as well."""

START, END = "<s>", "</s>"
"""The marks at the start and end of a sentence."""
GAPS = (2, 3, 4)
"""How far the words of a pair with words between stand from each other."""
PREVIOUS, NEXT = "p:", "n:"
"""What stands before a word of the sentence before, and of the one after."""


def word_features(sentence: Sentence) -> Iterator[str]:
    """Word 1- to 3-grams in normal form, with marks for the sentence's start and end, and pairs with up to three words between."""
    tokens = (START, *sentence.tokens, END)
    yield from sentence.tokens
    for gap in GAPS:
        yield from (f"{a}..{b}" for a, b in zip(sentence.tokens, sentence.tokens[gap:], strict=False))
    for n in (2, 3):
        for i in range(len(tokens) - n + 1):
            yield " ".join(tokens[i : i + n])


def character_features(token: str) -> tuple[str, ...]:
    """Character 3- to 5-grams of one token with a space on either side; none of masks and marks."""
    if not token[0].isalpha() and token[0] != "'":
        return ()
    padded = f" {token} "
    return tuple(padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1))


def context_features(sentences: Sequence[Sentence], i: int) -> Iterator[str]:
    """Words of the neighbouring sentences, and where in the mail the sentence stands; none for a sentence that stands alone."""
    for prefix, j in ((PREVIOUS, i - 1), (NEXT, i + 1)):
        if 0 <= j < len(sentences):
            tokens = sentences[j].tokens
            yield from (prefix + token for token in tokens)
            yield from (f"{prefix}{a} {b}" for a, b in pairwise(tokens))
    yield from place_features(sentences, i)


def place_features(sentences: Sequence[Sentence], i: int) -> Iterator[str]:
    """Where in the mail a sentence stands, and how long it is; none for a sentence that stands alone."""
    if len(sentences) == 1:
        return
    if i == 0:
        yield f"{PREVIOUS}none"
    if i == len(sentences) - 1:
        yield f"{NEXT}none"
    yield f"at:{min(i, 3)}"
    yield f"left:{min(len(sentences) - 1 - i, 3)}"
    yield f"length:{min(len(sentences[i].tokens) // 5, 6)}"


def mail_features(sentences: Sequence[Sentence]) -> Iterator[str]:
    """Word 1- to 3-grams of the whole mail, with a mark between sentences."""
    tokens = [token for sentence in sentences for token in (*sentence.tokens, END)]
    for n in (1, 2, 3):
        for i in range(len(tokens) - n + 1):
            yield " ".join(tokens[i : i + n])


def block_features(block: str, sentences: Sequence[Sentence], i: int) -> Iterator[str]:
    """The features of one block of the i-th sentence, repeats included."""
    if block == "words":
        return word_features(sentences[i])
    if block == "characters":
        return (feature for token in sentences[i].tokens for feature in character_features(token))
    return context_features(sentences, i) if block == "context" else mail_features(sentences)


def document_features(probabilities: NDArray[np.float64], mentions: NDArray[np.float64], mail: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers for the document stage from the sentence stage's (sentences, sentence labels) and (sentences, concrete reasons),
    and the mail stage's (labels,).

    For each sentence label the log-odds of the strongest and second strongest sentence, the noisy-or of all, the share
    of sentences, and where the strongest stands; whether any sentence turns somebody down, or gives a concrete reason;
    how long the mail is; the mail stage's log-odds of each label; and the log-odds of the sentence that most likely
    mentions each concrete reason beside another. There is at least one sentence.
    """
    clipped = np.clip(probabilities, 1e-4, 1 - 1e-4)
    odds = log_odds(probabilities)
    ordered = np.sort(odds, axis=0)[::-1]
    n = len(clipped)
    second = ordered[1] if n > 1 else np.full(clipped.shape[1], odds.min())
    noisy_or = 1 - np.exp(np.log1p(-clipped).sum(axis=0))
    reasons = clipped[:, : len(SENTENCE_LABELS) - 2]
    where = reasons.argmax(axis=0) / max(1, n - 1) * (reasons.max(axis=0) > 0.2)
    return np.concatenate(
        [
            ordered[0],
            np.maximum(second, -9.21),
            log_odds(noisy_or),
            clipped.mean(axis=0),
            where,
            _pairs(ordered[0]),
            *(_any(probabilities[:, :kinds].sum(axis=1)) for kinds in (len(CONCRETE_REASONS), len(REASONS))),
            [np.log1p(n)],
            log_odds(mail),
            log_odds(beside(probabilities, mentions).max(axis=0)),
        ]
    )


def beside(probabilities: NDArray[np.float64], mentions: NDArray[np.float64]) -> NDArray[np.float64]:
    """How probable it is that each sentence gives another reason, or none, and mentions a concrete one beside it: (sentences,
    concrete reasons), from the probabilities of the sentence labels, and of a mention in a sentence that does.
    """
    reasons = probabilities[:, : len(REASONS)].sum(axis=1, keepdims=True)
    return np.asarray(mentions * (reasons - probabilities[:, : len(CONCRETE_REASONS)]))


def _document_parts() -> tuple[str, ...]:
    k = len(SENTENCE_LABELS)
    sizes = ((STRONGEST, k), (TOGETHER, 3 * k), (PLACE, k - 2), (STRONGEST, k * (k - 1) // 2))
    anything = (STRONGEST, TOGETHER) * 2
    of_mail, mentioned = (WHOLE for _ in LABELS), (STRONGEST for _ in CONCRETE_REASONS)
    return (*(part for part, n in sizes for _ in range(n)), *anything, PLACE, *of_mail, *mentioned)


STRONGEST, TOGETHER, PLACE, WHOLE = "strongest", "together", "place", "mail"
DOCUMENT_PARTS = _document_parts()
"""What each of `document_features` looks at: the strongest sentence of each kind, all sentences together, where they
stand and how many they are, or the mail as a whole."""


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds of probabilities, none further from 0 than 9.21."""
    clipped = np.clip(probabilities, 1e-4, 1 - 1e-4)
    result: NDArray[np.float64] = np.log(clipped) - np.log1p(-clipped)
    return result


def _any(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of the strongest of the sentences' chances, and of their noisy-or."""
    return log_odds(np.array([chances.max(), 1 - np.prod(1 - np.minimum(chances, 1 - 1e-6))]))


def _pairs(strongest: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each two sentence labels the lesser of their strongest probabilities: both are there, which one wins?"""
    probability = 1 / (1 + np.exp(-strongest))
    return np.array([min(probability[i], probability[j]) for i in range(len(probability)) for j in range(i)])
