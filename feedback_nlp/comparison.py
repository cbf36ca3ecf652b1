"""Two models on the same labelled mails: how far apart they are, and whether that is more than noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from feedback_nlp.metrics import Interval, Pair, accuracy, bootstrap_interval, pairs_of, reason_macro_f1, rejection_f1
from feedback_nlp.records import Example, Prediction

Statistic = Callable[[Sequence[Pair]], float]
Answers = tuple[str, str | None, str | None]
"""A mail's true label, the model's, and the other model's."""
MEASURES: Mapping[str, Statistic] = {"reason_macro_f1": reason_macro_f1, "rejection_f1": rejection_f1, "accuracy": accuracy}
WORDS = {"reason_macro_f1": "reason macro-F1", "rejection_f1": "rejection F1", "accuracy": "mails right"}
"""The measures as a person reads them."""
ROUNDS = 1000
FEWEST = 6
"""Where fewer mails than this are answered differently, no exact test can tell: its p-value is above 5 % at best."""
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Difference:
    """A figure of the model and of the other, and model minus other with its paired 95 % interval."""

    model: float
    other: float
    difference: float
    difference_95: Interval


@dataclass(frozen=True)
class Comparison:
    """A model beside another. `p_value` is McNemar's: how probable odds at least as uneven as `only_model_right` to
    `only_other_right` are where the models are equally good.
    """

    model: str
    other: str
    n: int
    differences: Mapping[str, Difference]
    answered_differently: int
    both_right: int
    only_model_right: int
    only_other_right: int
    both_wrong: int
    p_value: float

    @property
    def verdict(self) -> str:
        """The comparison in a sentence."""
        if not self.answered_differently:
            return "No difference: both answer every mail alike."
        if self.answered_differently < FEWEST:
            return "No difference beyond noise: too few mails are answered differently to tell."
        ahead, behind, level = self.standing()
        if ahead and behind:
            return f"Mixed: {self.model} is better beyond noise in {_listed(ahead)}, {self.other} in {_listed(behind)}."
        if not ahead and not behind:
            return "No difference beyond noise."
        rest = f"; no difference beyond noise in {_listed(level)}" if level else ""
        return f"{self.model if ahead else self.other} is better beyond noise in {_listed(ahead or behind)}{rest}."

    def standing(self) -> tuple[list[str], list[str], list[str]]:
        """What the model is better in beyond noise, what the other is, and what neither."""
        sides = {name: (d.difference_95[0] > 0) - (d.difference_95[1] < 0) for name, d in self.differences.items()}
        # Of right and wrong there is an exact test, which is better than the bootstrap.
        sides["accuracy"] = self.only_model_right - self.only_other_right if self.p_value < SIGNIFICANT else 0
        words = [(WORDS[name], side) for name, side in sides.items()]
        return [w for w, side in words if side > 0], [w for w, side in words if side < 0], [w for w, side in words if side == 0]

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "verdict": self.verdict}


def compare(
    truth: Sequence[Example], said: Sequence[Prediction], others: Sequence[Prediction], names: tuple[str, str] = ("the model", "the other")
) -> Comparison:
    """Compares the predictions of a model with another's for the same labelled mails. There must be at least one."""
    pairs, other_pairs = pairs_of(truth, said), pairs_of(truth, others)
    answers: list[Answers] = [(t, p, q) for (t, p), (_, q) in zip(pairs, other_pairs, strict=True)]
    only_model, only_other = sum(t == p != q for t, p, q in answers), sum(t == q != p for t, p, q in answers)
    both_right = sum(t == p == q for t, p, q in answers)
    return Comparison(
        model=names[0],
        other=names[1],
        n=len(answers),
        differences={name: _difference(answers, statistic) for name, statistic in MEASURES.items()},
        answered_differently=sum(p != q for _, p, q in answers),
        both_right=both_right,
        only_model_right=only_model,
        only_other_right=only_other,
        both_wrong=len(answers) - both_right - only_model - only_other,
        p_value=mcnemar(only_model, only_other),
    )


def mcnemar(only_one: int, only_other: int) -> float:
    """The p-value of McNemar's exact test from the mails that only one of two models gets right (Dietterich 1998)."""
    from scipy.stats import binomtest

    return float(binomtest(only_one, only_one + only_other).pvalue) if only_one + only_other else 1.0


def _difference(answers: Sequence[Answers], statistic: Statistic) -> Difference:
    """The same mails are drawn for both models, so that what is hard for both cancels out (Efron and Tibshirani 1993)."""
    low, high = bootstrap_interval(answers, partial(_apart, statistic), ROUNDS)
    model, other = statistic([(t, p) for t, p, _ in answers]), statistic([(t, q) for t, _, q in answers])
    return Difference(_rounded(model), _rounded(other), _rounded(model - other), (_rounded(low), _rounded(high)))


def _apart(statistic: Statistic, answers: Sequence[Answers]) -> float:
    return statistic([(t, p) for t, p, _ in answers]) - statistic([(t, q) for t, _, q in answers])


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0  # no -0.0


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
