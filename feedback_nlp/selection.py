"""Which mails of an inbox a person should label first: those whose labels teach the model most.

The most uncertain ones (the margin of Scheffer, Decomain and Wrobel 2001), those in unusual words first among equals, and
each different from those that were chosen before it (Brinker 2003): five copies of one template teach what one does.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, tee

from feedback_nlp.drift import unknown_share, words_of
from feedback_nlp.examples import digest
from feedback_nlp.labels import NOT_REJECTION
from feedback_nlp.mailbox import sender_address
from feedback_nlp.model import Model
from feedback_nlp.records import Email, Prediction, Skipped
from feedback_nlp.threads import gets_most

_KEPT = 2_000
"""So many of the most uncertain mails are kept to choose from, so that memory stays flat."""
_UNUSUAL_WEIGHT = 0.1
_MOST_UNKNOWN = 0.1
_UNCERTAINTY_WEIGHT = 0.5


@dataclass(frozen=True)
class Candidate:
    """A mail that may be shown, what the model says of it, and how much its label would tell by itself (0 to 1.1)."""

    email: Email
    prediction: Prediction
    value: float


@dataclass
class Candidates:
    """The mails of an inbox from which is chosen, and how many were left out: those that the person wrote, that have their
    label already, that lie there once more, that can't be judged or could not be read.
    """

    read: int = 0
    own: int = 0
    labelled: int = 0
    copies: int = 0
    unjudged: int = 0
    skipped: int = 0
    found: list[Candidate] = field(default_factory=list)


def candidates_in(
    items: Iterable[Email | Skipped], model: Model, labelled: Collection[str] = (), own_addresses: Collection[str] = ()
) -> Candidates:
    """Judges the messages of an inbox; `labelled` has the digests of texts that the person has labelled."""
    result, owner = Candidates(), _Owner(own_addresses)
    best: list[tuple[float, int, Candidate]] = []
    order = count(0, -1)
    for candidate in _judged(_unlabelled(items, labelled, result, owner), model, result):
        heapq.heappush(best, (candidate.value, next(order), candidate))
        if len(best) > _KEPT:
            heapq.heappop(best)
    # Whose mailbox it is can be told at its end only.
    own = owner.addresses()
    result.found = [candidate for _, _, candidate in sorted(best, reverse=True) if sender_address(candidate.email) not in own]
    result.own += len(best) - len(result.found)
    return result


def most_telling(candidates: Sequence[Candidate], model: Model, number: int) -> list[Candidate]:
    """Up to so many of the candidates, the one that tells most first; each is weighed against those before it."""
    if not candidates:
        return []
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=lambda text: words_of(model, text), sublinear_tf=True)
    vectors = vectorizer.fit_transform(candidate.email.text for candidate in candidates)
    values = np.array([candidate.value for candidate in candidates])
    likeness = np.zeros(len(candidates))
    chosen: list[int] = []
    for _ in range(min(number, len(candidates))):
        gains = _UNCERTAINTY_WEIGHT * values - (1 - _UNCERTAINTY_WEIGHT) * likeness
        gains[chosen] = -np.inf
        chosen.append(int(gains.argmax()))
        likeness = np.maximum(likeness, (vectors @ vectors[chosen[-1]].T).toarray().ravel())
    return [candidates[i] for i in chosen]


def uncertainty(prediction: Prediction) -> float:
    """From 0 (sure) to 1: how close the two likeliest labels are, or a rejection and none, whichever are closer."""
    first, second, *_ = sorted(prediction.scores.values(), reverse=True)
    return 1 - min(first - second, abs(1 - 2 * prediction.scores[NOT_REJECTION]))


class _Owner:
    """Whose mailbox it is, as far as the messages that went by tell."""

    def __init__(self, addresses: Collection[str]) -> None:
        self._known = {address.lower() for address in addresses}
        self._received: Counter[str] = Counter()
        self._read = 0

    def see(self, email: Email) -> None:
        """Counts a message, whoever wrote it."""
        if email.sent and sender_address(email):
            self._known.add(sender_address(email))
        self._received.update(set(email.recipients))
        self._read += bool(email.recipients)

    def addresses(self) -> set[str]:
        """The addresses of the person: given, those of the sent mail, and the one to which most of the mail went."""
        most = min(self._received, key=lambda address: (-self._received[address], address), default="")
        return self._known | ({most} if gets_most(self._received[most], self._read) else set())


def _unlabelled(items: Iterable[Email | Skipped], labelled: Collection[str], result: Candidates, owner: _Owner) -> Iterator[Email]:
    """The mails that nobody has labelled, each text once; the others are counted."""
    seen: set[str] = set()
    for item in items:
        if isinstance(item, Skipped):
            result.skipped += item.count
            continue
        result.read += 1
        owner.see(item)
        key = digest(item.text)
        if item.sent:
            result.own += 1
        elif key in labelled:
            result.labelled += 1
        elif key in seen:
            result.copies += 1
        else:
            seen.add(key)
            yield item


def _judged(emails: Iterable[Email], model: Model, result: Candidates) -> Iterator[Candidate]:
    emails, texts = tee(emails)
    for email, prediction in zip(emails, model.classify(email.text for email in texts), strict=True):
        if prediction.label is None:
            result.unjudged += 1
        else:
            unknown = min(1.0, unknown_share(model, words_of(model, email.text)) / _MOST_UNKNOWN)
            yield Candidate(email, prediction, uncertainty(prediction) + _UNUSUAL_WEIGHT * unknown)
