"""The figures: how well predictions agree with the truth."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from feedback_nlp.labels import LABELS, REASONS
from feedback_nlp.records import Example, Prediction

Pair = tuple[str, str | None]
BINS = 10
COMPARED = ("reason_macro_f1", "reason_accuracy", "rejection_f1", "false_alarms", "calibration_error", "evidence_hit", "secondary_f1")
"""The figures shown where two models stand side by side."""


def f1(hits: int, predicted: int, actual: int) -> float:
    """The harmonic mean of precision and recall from counts; 0 where there is nothing to find and nothing was found."""
    return 2 * hits / (predicted + actual) if predicted + actual else 0.0


def macro_f1(pairs: Sequence[Pair], labels: Sequence[str]) -> float:
    """Mean F1 over those labels that occur in the truth; pairs are (truth, prediction)."""
    present = [label for label in labels if any(t == label for t, _ in pairs)]
    scores = [
        f1(sum(t == p == label for t, p in pairs), sum(p == label for _, p in pairs), sum(t == label for t, _ in pairs))
        for label in present
    ]
    return sum(scores) / len(scores) if scores else 0.0


def reason_macro_f1(pairs: Sequence[Pair]) -> float:
    """Macro-F1 of the five reasons over the true rejections."""
    return macro_f1([(t, p) for t, p in pairs if t in REASONS], REASONS)


def rejection_f1(pairs: Sequence[Pair]) -> float:
    """F1 of telling a rejection from everything else."""
    both = sum(t in REASONS and p in REASONS for t, p in pairs)
    return f1(both, sum(p in REASONS for _, p in pairs), sum(t in REASONS for t, _ in pairs))


def bootstrap_interval(pairs: Sequence[Pair], statistic: Callable[[Sequence[Pair]], float], rounds: int = 300) -> tuple[float, float]:
    """The 95 % percentile interval of `statistic` over resampled pairs (Efron and Tibshirani 1993), seeded."""
    rng = random.Random(0)
    values = sorted(statistic([rng.choice(pairs) for _ in pairs]) for _ in range(rounds))
    return values[int(0.025 * rounds)], values[int(0.975 * rounds) - 1]


def calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over 10 equal bins of (confidence, whether right) (Guo et al. 2017)."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in sure:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return sum(abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins) / len(sure)


def evidence_found(gold: Sequence[str], quoted: Sequence[str]) -> bool:
    """Half of the gold evidence's words are quoted, and not by quoting everything (3 times its words and 40 at most)."""
    wanted, given = _words(gold), _words(quoted)
    return (wanted & given).total() >= 0.5 * wanted.total() and given.total() <= 3 * wanted.total() + 40


def _words(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in re.findall(r"\w+", text.lower()))


def figures(truth: Sequence[Example], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """All figures for labelled mails and their predictions, in the same order. There must be at least one."""
    pairs: list[Pair] = [(e.primary, e.primary if p.label in e.also_ok else p.label) for e, p in zip(truth, predictions, strict=True)]
    right = [t == p for t, p in pairs]
    about = [(t, p) for t, p in pairs if t in REASONS]
    sure = sorted(((p.confidence, ok) for p, ok in zip(predictions, right, strict=True)), key=lambda c: -c[0])
    surest = sure[: max(1, round(0.8 * len(sure)))]
    with_evidence = [(e, p) for e, p, ok in zip(truth, predictions, right, strict=True) if e.evidence and ok]
    quotes = [(e.text, q.text) for e, p in zip(truth, predictions, strict=True) for q in p.evidence]
    seconds = [(set(e.secondary), set(p.secondary)) for e, p in zip(truth, predictions, strict=True) if e.primary in REASONS]
    return {
        "n": len(truth),
        "reason_macro_f1": round(reason_macro_f1(pairs), 3),
        "reason_macro_f1_95": [round(x, 3) for x in bootstrap_interval(pairs, reason_macro_f1)],
        "reason_accuracy": _share(t == p for t, p in about),
        "rejection_f1": round(rejection_f1(pairs), 3),
        "false_alarms": sum(p in REASONS and t not in REASONS for t, p in pairs),
        "missed_rejections": sum(t in REASONS and p not in REASONS for t, p in pairs),
        "accuracy_of_surest_80_percent": _share(ok for _, ok in surest),
        "calibration_error": round(calibration_error(sure), 3),
        "evidence_hit": _share(evidence_found(e.evidence, [q.text for q in p.evidence]) for e, p in with_evidence),
        "evidence_verbatim": _share(" ".join(q.split()) in " ".join(t.split()) for t, q in quotes),
        "secondary_f1": round(f1(sum(len(a & b) for a, b in seconds), sum(len(b) for _, b in seconds), sum(len(a) for a, _ in seconds)), 3),
        "contract_breaks": sum(not _keeps_contract(p) for p in predictions),
        "recall": {
            label: f"{sum(t == p == label for t, p in pairs)}/{sum(t == label for t, _ in pairs)}"
            for label in LABELS
            if any(t == label for t, _ in pairs)
        },
    }


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
