"""What may be said of all answers together: only what exact tests tell from chance, corrected for how many were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

from feedback_nlp.history import MET, Message
from feedback_nlp.labels import CONCRETE_REASONS, MEANINGS, STEPS, VAGUE_SUBJECTIVE
from feedback_nlp.metrics import Share, share
from feedback_nlp.resources import read_table

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Test:
    """An exact binomial test of whether most answers are alike: each is so by `chance`, in one of so many `ways`."""

    chance: float
    ways: int

    @property
    def needed(self) -> int:
        """The fewest answers that can tell: all of them alike would be significant."""
        return next(n for n in count(1) if self.ways * self.chance**n <= SIGNIFICANT)

    def p_value(self, hits: int, n: int) -> float:
        """How probable so many alike are by chance; exact for more than half, since then no two ways can both come true."""
        from scipy.stats import binomtest

        return min(1.0, self.ways * float(binomtest(hits, n, self.chance, alternative="greater").pvalue))


SAME_REASON = Test(1 / len(CONCRETE_REASONS), len(CONCRETE_REASONS))
"""Against equal shares of the reasons; an answer that gives none speaks neither for nor against, so four are left."""
MOST = Test(1 / 2, 1)
"""Against one half."""


@dataclass(frozen=True)
class Finding:
    """Whether most of `n` answers are alike: `hits` are, by the `reason` that they name where it is about reasons.

    It holds where that is more than half, and `adjusted` (Holm), the p-value for as many tests as were made, is small. Both
    are None where there are fewer answers than `needed`: then no test was made.
    """

    name: str
    share: Share
    needed: int
    reason: str
    p_value: float | None
    adjusted: float | None

    @property
    def holds(self) -> bool:
        """Whether it may be said."""
        return self.adjusted is not None and self.adjusted <= SIGNIFICANT and 2 * self.share.hits > self.share.n

    @property
    def says(self) -> str:
        """The finding in a sentence; or that there are too few answers, that most are not alike, or that it may be chance."""
        words = read_table("lessons")["finding"][self.name]
        most = words["most"]
        if self.adjusted is None:
            return f"Too few to tell whether {most} (needs {self.needed} {words['counted']}, has {self.share.n})."
        if 2 * self.share.hits <= self.share.n:
            return f"It is not so that {most}: {self.share}."
        if not self.holds:
            return f"It looks as if {most}, but that may be chance: {self.share}."
        reason = f', "{MEANINGS[self.reason]}"' if self.reason else ""
        return f"{most[0].upper()}{most[1:]}{reason}: {self.share}."


def findings_of(rejections: Sequence[Message]) -> tuple[Finding, ...]:
    """Whatever was looked for in rejections, one of each application, in the order of `lessons.toml`."""
    found = {name: _same_reason(name, reasons) for name, reasons in _reasons(rejections).items()}
    found |= {name: _finding(name, MOST, sum(answers), len(answers)) for name, answers in _answers(rejections).items()}
    tried = [name for name, finding in found.items() if finding.p_value is not None]
    adjusted = holm([found[name].p_value or 0.0 for name in tried])
    found |= {name: replace(found[name], adjusted=p) for name, p in zip(tried, adjusted, strict=True)}
    return tuple(found[name] for name in read_table("lessons")["finding"])


def _reasons(rejections: Sequence[Message]) -> dict[str, list[str]]:
    """The reasons that answers of a kind name, where they surely name one."""
    concrete = [r for r in rejections if r.is_concrete]
    return {
        "interview_reason": [r.label for r in concrete if r.stage in MET],
        "application_reason": [r.label for r in concrete if r.stage == STEPS[0]],
    }


def _answers(rejections: Sequence[Message]) -> dict[str, list[bool]]:
    """Whether each answer of a kind is as the name says."""
    placed = [r for r in rejections if r.stage]
    return {
        "application": [r.stage == STEPS[0] for r in placed],
        "no_reply": [r.is_unmet for r in rejections],
        "test": [r.stage == "test" for r in placed if r.stage != STEPS[0]],
        "no_reason": [r.label == VAGUE_SUBJECTIVE for r in rejections if r.sure],
    }


def _same_reason(name: str, reasons: Sequence[str]) -> Finding:
    counts = Counter(reasons)
    reason = max(CONCRETE_REASONS, key=counts.__getitem__)
    return _finding(name, SAME_REASON, counts[reason], len(reasons), reason if reasons else "")


def _finding(name: str, test: Test, hits: int, n: int, reason: str = "") -> Finding:
    return Finding(name, share(hits, n), test.needed, reason, test.p_value(hits, n) if n >= test.needed else None, None)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for how many they are (Holm 1979)."""
    adjusted, highest = dict.fromkeys(range(len(p_values)), 0.0), 0.0
    for rank, i in enumerate(sorted(adjusted, key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return list(adjusted.values())
