"""The figures: how well predictions agree with the truth."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from feedback_nlp.labels import LABELS, REASONS
from feedback_nlp.records import Example, Prediction

T = TypeVar("T")
Pair = tuple[str, str | None]
"""A mail's true label and the predicted one (None: not judged)."""
Interval = tuple[float, float]
BINS = 10
FEWEST_FOR_A_SHARE = 20
"""Of fewer than this a count says more than a percentage."""
FEWEST_FOR_AN_F1 = 20
"""Of fewer rejections than this, an F1 has no interval: resampling so few says nothing."""
NOT_JUDGED = "not_judged"
COMPARED = ("reason_macro_f1", "reason_accuracy", "rejection_f1", "false_alarms", "calibration_error", "evidence_hit", "secondary_f1")
"""The figures shown where two models stand side by side."""


@dataclass(frozen=True)
class LabelScore:
    """How well one label is told: `support` mails have it. None where nothing speaks to a figure."""

    support: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Bin:
    """The `n` predictions whose confidence lies from `low` to below `high`: the mean of it, and the share right with its
    95 % interval; None where there is none.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    right: float | None
    right_95: Interval | None


@dataclass(frozen=True)
class Covered:
    """Of the predictions with this confidence and more: their share of all, and the share of them that is right."""

    coverage: float
    accuracy: float
    confidence: float


def pairs_of(truth: Sequence[Example], predictions: Sequence[Prediction]) -> list[Pair]:
    """The pairs of labelled mails and their predictions, in the same order; a label in `also_ok` counts as the true one."""
    return [(e.primary, e.primary if p.label in e.also_ok else p.label) for e, p in zip(truth, predictions, strict=True)]


def f1(hits: int, predicted: int, actual: int) -> float:
    """The harmonic mean of precision and recall from counts; 0 where there is nothing to find and nothing was found."""
    return 2 * hits / (predicted + actual) if predicted + actual else 0.0


def label_f1(pairs: Sequence[Pair], label: str) -> float:
    """F1 of one label."""
    return f1(sum(t == p == label for t, p in pairs), sum(p == label for _, p in pairs), sum(t == label for t, _ in pairs))


def macro_f1(pairs: Sequence[Pair], labels: Sequence[str]) -> float:
    """Mean F1 over those labels that occur in the truth."""
    scores = [label_f1(pairs, label) for label in labels if any(t == label for t, _ in pairs)]
    return sum(scores) / len(scores) if scores else 0.0


def accuracy(pairs: Sequence[Pair]) -> float:
    """The share of mails that got the true label, those that are no rejection included."""
    return sum(t == p for t, p in pairs) / len(pairs)


def reason_macro_f1(pairs: Sequence[Pair]) -> float:
    """Macro-F1 of the five reasons over the true rejections."""
    return macro_f1([(t, p) for t, p in pairs if t in REASONS], REASONS)


def rejection_f1(pairs: Sequence[Pair]) -> float:
    """F1 of telling a rejection from everything else."""
    both = sum(t in REASONS and p in REASONS for t, p in pairs)
    return f1(both, sum(p in REASONS for _, p in pairs), sum(t in REASONS for t, _ in pairs))


def label_scores(pairs: Sequence[Pair]) -> dict[str, LabelScore]:
    """Support, precision, recall and F1 of every label, over all mails."""
    from sklearn.metrics import precision_recall_fscore_support

    truth, said = _columns(pairs)
    found = precision_recall_fscore_support(truth, said, labels=list(LABELS), zero_division=math.nan)
    rows = zip(LABELS, *(column.tolist() for column in found), strict=True)
    return {label: LabelScore(support, *(None if math.isnan(x) else x for x in scores)) for label, *scores, support in rows}


def confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """How many mails of each true label got which label; those without one count as `NOT_JUDGED`."""
    from sklearn.metrics import confusion_matrix

    said = [*LABELS, NOT_JUDGED]
    counts = confusion_matrix(*_columns(pairs), labels=said).tolist()
    return {label: dict(zip(said, row, strict=True)) for label, row in zip(LABELS, counts[:-1], strict=True)}


def _columns(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    return [t for t, _ in pairs], [p or NOT_JUDGED for _, p in pairs]


def bootstrap_interval(items: Sequence[T], statistic: Callable[[Sequence[T]], float], rounds: int = 300) -> Interval:
    """The 95 % percentile interval of `statistic` over resampled items (Efron and Tibshirani 1993), seeded."""
    rng = random.Random(0)
    values = sorted(statistic([rng.choice(items) for _ in items]) for _ in range(rounds))
    return values[int(0.025 * rounds)], values[int(0.975 * rounds) - 1]


def share_interval(hits: int, n: int) -> Interval:
    """The 95 % interval of the share `hits` / `n` (Wilson 1927), which holds for few mails, none right, or all right too."""
    from scipy.stats import binomtest

    found = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


@dataclass(frozen=True)
class Share:
    """`hits` of `n`, with the 95 % interval of the share; None where so few tell no share."""

    hits: int
    n: int
    interval: Interval | None

    @property
    def counts(self) -> str:
        """The share as two numbers."""
        return f"{self.hits} of {self.n}"

    def __str__(self) -> str:
        if self.interval is None:
            return self.counts
        low, high = (round(100 * end) for end in self.interval)
        return f"{self.counts} ({round(100 * self.hits / self.n)} %, 95 % interval {low} to {high} %)"


def share(hits: int, n: int) -> Share:
    """The share `hits` / `n`, with its interval where there are at least `FEWEST_FOR_A_SHARE`."""
    return Share(hits, n, share_interval(hits, n) if n >= FEWEST_FOR_A_SHARE else None)


def calibration_bins(sure: Sequence[tuple[float, bool]]) -> list[Bin]:
    """The 10 equal bins of (confidence, whether right); 1.0 is in the last."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in sure:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return [_bin(i / BINS, (i + 1) / BINS, b) for i, b in enumerate(bins)]


def _bin(low: float, high: float, sure: Sequence[tuple[float, bool]]) -> Bin:
    n, hits = len(sure), sum(right for _, right in sure)
    return Bin(low, high, n, sum(c for c, _ in sure) / n, hits / n, share_interval(hits, n)) if n else Bin(low, high, 0, None, None, None)


def calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error: how far confidence and share right lie apart over the bins (Guo et al. 2017)."""
    return sum(b.n * abs((b.confidence or 0) - (b.right or 0)) for b in calibration_bins(sure)) / len(sure)


def risk_coverage(sure: Sequence[tuple[float, bool]]) -> list[Covered]:
    """The curve of (confidence, whether right): how right the surest are, as ever less sure ones are taken in
    (El-Yaniv and Wiener 2010). Equally sure ones come in together, so that their order does not matter.
    """
    curve, n, hits = [], 0, 0
    for confidence, group in groupby(sorted(sure, reverse=True), key=lambda item: item[0]):
        right = [ok for _, ok in group]
        n, hits = n + len(right), hits + sum(right)
        curve.append(Covered(n / len(sure), hits / n, confidence))
    return curve


def risk_coverage_area(curve: Sequence[Covered]) -> float:
    """The area under the share wrong over the coverage: 0 is best."""
    starts = [0.0, *(point.coverage for point in curve)]
    return sum((point.coverage - start) * (1 - point.accuracy) for start, point in zip(starts, curve, strict=False))


def evidence_found(gold: Sequence[str], quoted: Sequence[str]) -> bool:
    """Half of the gold evidence's words are quoted, and not by quoting everything (3 times its words and 40 at most)."""
    wanted, given = _words(gold), _words(quoted)
    return (wanted & given).total() >= 0.5 * wanted.total() and given.total() <= 3 * wanted.total() + 40


def _words(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in re.findall(r"\w+", text.lower()))


def figures(truth: Sequence[Example], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """All figures for labelled mails and their predictions, in the same order; None where no mail speaks to one. There must be
    at least one mail.
    """
    pairs = pairs_of(truth, predictions)
    right = [t == p for t, p in pairs]
    about = [(t, p) for t, p in pairs if t in REASONS]
    sure = sorted(((p.confidence, ok) for p, ok in zip(predictions, right, strict=True)), key=lambda c: -c[0])
    surest = sure[: max(1, round(0.8 * len(sure)))]
    with_evidence = [(e, p) for e, p, ok in zip(truth, predictions, right, strict=True) if e.evidence and ok]
    quotes = [(e.text, q.text) for e, p in zip(truth, predictions, strict=True) for q in p.evidence]
    seconds = [(set(e.secondary), set(p.secondary)) for e, p in zip(truth, predictions, strict=True) if e.primary in REASONS]
    return {
        "n": len(truth),
        "reason_macro_f1": round(reason_macro_f1(pairs), 3) if about else None,
        "reason_macro_f1_95": [round(x, 3) for x in bootstrap_interval(pairs, reason_macro_f1)] if len(about) >= FEWEST_FOR_AN_F1 else None,
        "reason_accuracy": _share(t == p for t, p in about),
        "rejection_f1": round(rejection_f1(pairs), 3) if about else None,
        "false_alarms": sum(p in REASONS and t not in REASONS for t, p in pairs),
        "missed_rejections": sum(t in REASONS and p not in REASONS for t, p in pairs),
        "accuracy_of_surest_80_percent": _share(ok for _, ok in surest),
        "calibration_error": round(calibration_error(sure), 3),
        "evidence_hit": _share(evidence_found(e.evidence, [q.text for q in p.evidence]) for e, p in with_evidence),
        "evidence_verbatim": _share(" ".join(q.split()) in " ".join(t.split()) for t, q in quotes),
        "secondary_f1": _secondary_f1(seconds),
        "contract_breaks": sum(not _keeps_contract(p) for p in predictions),
        "recall": {
            label: f"{sum(t == p == label for t, p in pairs)}/{sum(t == label for t, _ in pairs)}"
            for label in LABELS
            if any(t == label for t, _ in pairs)
        },
    }


def _secondary_f1(seconds: Sequence[tuple[set[str], set[str]]]) -> float | None:
    """F1 of the secondary reasons, the true and the predicted ones of each rejection; None where no rejection has one."""
    true = sum(len(these) for these, _ in seconds)
    return round(f1(sum(len(a & b) for a, b in seconds), sum(len(b) for _, b in seconds), true), 3) if true else None


def _share(values: Any) -> float | None:
    listed = [bool(v) for v in values]
    return round(sum(listed) / len(listed), 3) if listed else None


def _keeps_contract(p: Prediction) -> bool:
    if p.label is None:
        return p.confidence == 0 and not p.scores
    return (
        abs(sum(p.scores.values()) - 1) < 1e-3
        and p.scores[p.label] == max(p.scores.values())
        and abs(p.confidence - p.scores[p.label]) < 1e-3
        and p.label not in p.secondary
    )
