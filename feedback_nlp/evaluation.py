"""One model on labelled mails: its figures with intervals, by label, by register, by length, and how far to trust it."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from feedback_nlp.labels import REASONS
from feedback_nlp.metrics import (
    FEWEST_FOR_AN_F1,
    Bin,
    Covered,
    Interval,
    LabelScore,
    Pair,
    bootstrap_interval,
    calibration_bins,
    confusion,
    figures,
    label_scores,
    pairs_of,
    reason_macro_f1,
    rejection_f1,
    risk_coverage,
    risk_coverage_area,
    share_interval,
)
from feedback_nlp.records import Example, Prediction

LENGTHS = {"under 40": (0, 40), "40 to 119": (40, 120), "120+": (120, math.inf)}
"""The lengths of a mail in words: from, to below."""


@dataclass(frozen=True)
class Measured:
    """A figure and its 95 % interval; None where there are too few mails for one."""

    value: float
    interval: Interval | None


R = TypeVar("R", Measured, LabelScore, Bin, Covered)


@dataclass(frozen=True)
class Group:
    """How well a set of mails is told; None where no mail speaks to a figure."""

    n: int
    rejections: int
    accuracy: Measured
    reason_macro_f1: Measured | None
    reason_accuracy: Measured | None
    rejection_f1: Measured | None


@dataclass(frozen=True)
class Evaluation:
    """What is known of a model on a set of labelled mails, rounded as it is shown.

    `figures` are those of `metrics.figures`, `overall` the headline among them with intervals. `data_digest` names the
    mails and their labels: what has the same one was measured on the same.
    """

    figures: Mapping[str, Any]
    data_digest: str
    overall: Group
    by_label: Mapping[str, LabelScore]
    confusion: Mapping[str, Mapping[str, int]]
    calibration: tuple[Bin, ...]
    risk_coverage: tuple[Covered, ...]
    risk_coverage_area: float
    by_register: Mapping[str, Group]
    by_length: Mapping[str, Group]

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object, the figures at its top."""
        rest = asdict(self)
        return {**rest.pop("figures"), **rest}


def evaluate(truth: Sequence[Example], predictions: Sequence[Prediction]) -> Evaluation:
    """Everything about labelled mails and their predictions, in the same order. There must be at least one."""
    pairs = pairs_of(truth, predictions)
    sure = [(p.confidence, t == said) for p, (t, said) in zip(predictions, pairs, strict=True)]
    curve = risk_coverage(sure)
    by_percent = {round(100 * point.coverage): point for point in curve}  # a hundred points draw the curve of any number
    return Evaluation(
        figures=figures(truth, predictions),
        data_digest=_digest(truth),
        overall=_group(pairs),
        by_label={label: _rounded(score) for label, score in label_scores(pairs).items()},
        confusion=confusion(pairs),
        calibration=tuple(map(_rounded, calibration_bins(sure))),
        risk_coverage=tuple(map(_rounded, by_percent.values())),
        risk_coverage_area=round(risk_coverage_area(curve), 3),
        by_register=_groups([e.register for e in truth], pairs),
        by_length=_groups([_length(e.text) for e in truth], pairs, LENGTHS),
    )


def _length(text: str) -> str:
    words = len(text.split())
    return next(name for name, (least, below) in LENGTHS.items() if least <= words < below)


def _groups(names: Sequence[str], pairs: Sequence[Pair], order: Sequence[str] | Mapping[str, Any] = ()) -> dict[str, Group]:
    """The groups by name, the largest first where no order is given; mails without a name are in none."""
    members: dict[str, list[Pair]] = {}
    for name, pair in zip(names, pairs, strict=True):
        members.setdefault(name, []).append(pair)
    ordered = order or [name for name, _ in Counter(names).most_common()]
    return {name: _group(members[name]) for name in ordered if name and name in members}


def _group(pairs: Sequence[Pair]) -> Group:
    about = [(t, p) for t, p in pairs if t in REASONS]
    return Group(
        n=len(pairs),
        rejections=len(about),
        accuracy=_share(pairs),
        reason_macro_f1=_scored(pairs, reason_macro_f1, len(about)),
        reason_accuracy=_share(about) if about else None,
        rejection_f1=_scored(pairs, rejection_f1, len(about)),
    )


def _share(pairs: Sequence[Pair]) -> Measured:
    right = sum(t == p for t, p in pairs)
    return _rounded(Measured(right / len(pairs), share_interval(right, len(pairs))))


def _scored(pairs: Sequence[Pair], statistic: Callable[[Sequence[Pair]], float], rejections: int) -> Measured | None:
    if not rejections:
        return None
    return _rounded(Measured(statistic(pairs), bootstrap_interval(pairs, statistic) if rejections >= FEWEST_FOR_AN_F1 else None))


def _rounded(record: R) -> R:
    """The record with its numbers and intervals to three digits."""
    changed: dict[str, Any] = {}
    for name, value in vars(record).items():
        if isinstance(value, float):
            changed[name] = round(value, 3)
        elif isinstance(value, tuple):
            changed[name] = tuple(round(x, 3) for x in value)
    return replace(record, **changed)


def _digest(truth: Sequence[Example]) -> str:
    """Twelve hex digits of what is measured against, whatever its order and ids."""
    rows = sorted(json.dumps([e.text, e.primary, e.secondary, e.evidence, e.also_ok]) for e in truth)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:12]
