"""What a person's rejections say together: counts, what may be said of them, and what to do."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from feedback_nlp.company import company_key
from feedback_nlp.findings import Finding, findings_of
from feedback_nlp.history import MET, Application, Message, applications_of, message_of
from feedback_nlp.labels import CONCRETE_REASONS, HIRING_FREEZE, REASONS, STEPS
from feedback_nlp.lessons import Lesson, lessons_of, limits
from feedback_nlp.metrics import Share, share
from feedback_nlp.role import kind_of_role
from feedback_nlp.rows import UNKNOWN, Row

OTHER = "other"
FEWEST_OF_A_KIND = 3
"""A kind of role that occurs less often is among `OTHER`."""
MOST_MONTHS = 18
"""Of a longer time quarters are shown."""


@dataclass(frozen=True)
class Tally:
    """How many applications were turned down, for which of the `REASONS`; `unsure` ones count in no reason."""

    total: int
    reasons: Mapping[str, int]
    unsure: int


@dataclass(frozen=True)
class Wait:
    """The days from application to rejection, of the `n` where both are known."""

    n: int
    median: float
    shortest: int
    longest: int


@dataclass(frozen=True)
class Patterns:
    """What the rejections of a person say together; every application counts once. docs/patterns.md describes the fields."""

    messages: int
    rejections: int
    applications: int
    offers: int
    turned_down: Tally
    by_stage: Mapping[str, Tally]
    by_role: Mapping[str, Tally]
    by_time: Mapping[str, Tally]
    undated: int
    unmet: Share
    reached: Mapping[str, Share]
    days: Mapping[str, Wait]
    companies: Mapping[str, int]
    secondary: Mapping[str, int]
    in_a_row: int
    findings: tuple[Finding, ...]
    lessons: tuple[Lesson, ...]
    limits: tuple[str, ...]

    @property
    def open(self) -> int:
        """How many applications have neither been turned down nor led to an offer."""
        return self.applications - self.turned_down.total - self.offers

    @property
    def concrete(self) -> int:
        """How many were turned down for a reason that says something, and surely so."""
        return sum(self.turned_down.reasons[reason] for reason in CONCRETE_REASONS)

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        findings = [asdict(finding) | {"holds": finding.holds, "says": finding.says} for finding in self.findings]
        return asdict(self) | {"open": self.open, "concrete": self.concrete, "findings": findings}


def patterns(rows: Iterable[Row]) -> Patterns:
    """Counts rows that `label` wrote, in whatever order."""
    messages = [message_of(row) for row in rows]
    applications = applications_of(messages)
    rejections = [application.rejection for application in applications if application.rejection]
    in_a_row = refusals_in_a_row(applications)
    findings = findings_of(rejections)
    return Patterns(
        messages=len(messages),
        rejections=sum(message.is_rejection for message in messages),
        applications=len(applications),
        offers=sum(map(_is_offer, applications)),
        turned_down=_tally(rejections),
        by_stage=_by_stage(rejections),
        by_role=_by_role(rejections),
        by_time=_by_time(rejections),
        undated=sum(r.time is None for r in rejections),
        unmet=share(sum(r.is_unmet for r in rejections), len(rejections)),
        reached=_reached(applications),
        days=_days(rejections),
        companies=_companies(rejections),
        secondary={reason: sum(reason in r.secondary for r in rejections if r.sure) for reason in CONCRETE_REASONS},
        in_a_row=in_a_row,
        findings=findings,
        lessons=lessons_of(rejections, findings, in_a_row) if rejections else (),
        limits=limits(),
    )


def _is_offer(application: Application) -> bool:
    return not application.rejection and application.reached == STEPS[-1]


def refusals_in_a_row(applications: Sequence[Application]) -> int:
    """How many of those who met the person said no since the last offer; a role that went away is no refusal.

    Applications come oldest first; those without a date are left out.
    """
    refusals = 0
    for application in applications:
        rejection = application.rejection
        if application.last is None:
            continue
        if _is_offer(application):
            refusals = 0
        elif rejection and rejection.stage in MET and rejection.label != HIRING_FREEZE:
            refusals += 1
    return refusals


def _tally(rejections: Sequence[Message]) -> Tally:
    counts = Counter(r.label for r in rejections if r.sure)
    return Tally(len(rejections), {reason: counts[reason] for reason in REASONS}, sum(not r.sure for r in rejections))


def _grouped(rejections: Iterable[tuple[str, Message]]) -> dict[str, Tally]:
    groups: defaultdict[str, list[Message]] = defaultdict(list)
    for name, rejection in rejections:
        groups[name].append(rejection)
    return {name: _tally(group) for name, group in groups.items()}


def _by_stage(rejections: Sequence[Message]) -> dict[str, Tally]:
    groups = _grouped((r.stage or UNKNOWN, r) for r in rejections)
    return {stage: groups[stage] for stage in (*STEPS, UNKNOWN) if stage in groups}


def _by_role(rejections: Sequence[Message]) -> dict[str, Tally]:
    """The kinds of role, the most frequent first, and last all others."""
    kinds = [kind_of_role(r.role) for r in rejections]
    often = {kind: n for kind, n in Counter(kinds).items() if kind and n >= FEWEST_OF_A_KIND}
    groups = _grouped((kind if kind in often else OTHER, r) for kind, r in zip(kinds, rejections, strict=True))
    return {kind: groups[kind] for kind in sorted(groups, key=lambda k: (k == OTHER, -often.get(k, 0), k))}


def _by_time(rejections: Sequence[Message]) -> dict[str, Tally]:
    """Months or quarters, oldest first; such without a rejection are left out."""
    dated = [(r.time, r) for r in rejections if r.time]
    months = [12 * time.year + time.month for time, _ in dated]
    name = _quarter if months and max(months) - min(months) >= MOST_MONTHS else _month
    groups = _grouped((name(time), r) for time, r in dated)
    return {period: groups[period] for period in sorted(groups)}


def _month(time: datetime.datetime) -> str:
    return f"{time:%Y-%m}"


def _quarter(time: datetime.datetime) -> str:
    return f"{time.year} Q{(time.month + 2) // 3}"


def _reached(applications: Sequence[Application]) -> dict[str, Share]:
    """How many came at least as far as each step after the first, of those of which it is known."""
    came = [STEPS.index(a.reached) for a in applications if a.reached]
    return {step: share(sum(n >= i for n in came), len(came)) for i, step in enumerate(STEPS) if i and came}


def _days(rejections: Sequence[Message]) -> dict[str, Wait]:
    found = {stage: [r.days for r in rejections if r.days is not None and (r.stage or UNKNOWN) == stage] for stage in (*STEPS, UNKNOWN)}
    return {stage: Wait(len(days), float(median(days)), min(days), max(days)) for stage, days in found.items() if days}


def _companies(rejections: Sequence[Message]) -> dict[str, int]:
    """The companies that turned the person down more than once, most often first, by the name that they have most often."""
    names: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rejection in rejections:
        if key := company_key(rejection.company[:200]):
            names[key][rejection.company] += 1
    again = [(min(c, key=lambda name: (-c[name], name)), c.total()) for c in names.values() if c.total() > 1]
    return dict(sorted(again, key=lambda item: (-item[1], item[0])))
