"""An evaluation, a comparison and patterns as tables, which the terminal and the model card show each in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback_nlp.comparison import WORDS, Comparison
from feedback_nlp.evaluation import Evaluation, Group, Measured
from feedback_nlp.labels import ANOTHER_CANDIDATE, CULTURAL_FIT, HIRING_FREEZE, LABELS, MEANINGS, REASONS, SKILLS_GAP, VAGUE_SUBJECTIVE
from feedback_nlp.metrics import FEWEST_FOR_AN_F1, NOT_JUDGED, Covered, Share, share
from feedback_nlp.patterns import OTHER, Patterns, Tally

if TYPE_CHECKING:
    from feedback_nlp.versions import Difference

FIGURES = {
    "reason_macro_f1": "reason macro-F1 (five reasons, over the rejections)",
    "reason_accuracy": "reason right (over the rejections)",
    "rejection_f1": "rejection F1 (is it one at all?)",
    "accuracy": "label right (over all mails)",
    "false_alarms": "false alarms (said to be a rejection, is none)",
    "missed_rejections": "missed rejections",
    "accuracy_of_surest_80_percent": "label right among the surest 80 %",
    "calibration_error": "calibration error (0 is best)",
    "evidence_hit": "evidence quotes the telling words",
    "evidence_verbatim": "evidence stands in the mail word for word",
    "secondary_f1": "secondary reasons F1",
    "contract_breaks": "answers that contradict themselves",
}
"""The figures in words, in the order in which they are shown."""
CALIBRATION = "Calibration"
REASON_HEADS = {
    SKILLS_GAP: "skills",
    CULTURAL_FIT: "fit",
    ANOTHER_CANDIDATE: "another",
    HIRING_FREEZE: "freeze",
    VAGUE_SUBJECTIVE: "none",
}
"""Each reason as the head of a column."""
PATTERN_TABLES = ("reasons", "steps", "roles", "time", "reached", "days", "companies")
_WHY = "why"
_SHARED = "share (95 %)"
_COVERAGES = range(100, 0, -10)
_LONGEST_COMPANY = 40
_LONGEST_NAME = 16


@dataclass(frozen=True)
class Table:
    """A table of text: the first column is a name, the others are numbers. `note` says how to read it, in lines."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def evaluation_tables(evaluation: Evaluation) -> Iterator[Table]:
    """Everything that an evaluation found."""
    yield _figures(evaluation)
    yield _labels(evaluation)
    yield _confusion(evaluation)
    yield _calibration(evaluation)
    yield _coverage(evaluation)
    if evaluation.by_register:
        yield _groups("By register", evaluation.by_register)
    yield _groups("By length in words", evaluation.by_length)


def comparison_table(comparison: Comparison) -> Table:
    """The model beside the other, with the verdict as its note."""
    c = comparison
    return Table(
        f"{c.model} against {c.other}",
        ("", short(c.model), short(c.other), "difference (95 % interval)"),
        tuple(
            (
                WORDS[name],
                f"{d.model:.3f}",
                f"{d.other:.3f}",
                f"{d.difference:+.3f} ({d.difference_95[0]:+.3f} to {d.difference_95[1]:+.3f})",
            )
            for name, d in c.differences.items()
        ),
        f"Mails: {c.n}; both are right on {c.both_right}, only {c.model} on {c.only_model_right}, only {c.other} on "
        f"{c.only_other_right}, neither on {c.both_wrong}. Answered differently: {c.answered_differently}. "
        f"McNemar's exact test: p {_p(c.p_value)}.\n{c.verdict}",
    )


def difference_tables(d: Difference) -> Iterator[Table]:
    """How two versions differ."""
    names = ("", short(d.comparison.model), short(d.comparison.other))
    rows = (
        f"Rows of yours: {d.rows_of_first} in the first alone, {d.rows_of_second} in the second alone, {d.relabelled} labelled otherwise."
    )
    verdicts = (f"How {name} was judged: {why}." for name, why in zip(names[1:], d.made_from.get(_WHY, ()), strict=False) if why)
    made_from = {name: pair for name, pair in d.made_from.items() if name != _WHY}
    yield Table("What they were made from", names, _differing(made_from) + _differing(d.recipe), "\n".join([rows, *verdicts]))
    if d.figures:
        yield Table("Their figures when they were made", names, _differing(d.figures))
    yield comparison_table(d.comparison)


def _differing(pairs: Mapping[str, tuple[Any, Any]]) -> tuple[tuple[str, ...], ...]:
    scalars = {name: pair for name, pair in pairs.items() if not any(isinstance(value, dict | list) for value in pair)}
    return tuple((name, *("-" if value is None else str(value) for value in pair)) for name, pair in scalars.items())


def pattern_tables(p: Patterns) -> dict[str, Table]:
    """The counts of patterns, each table by a name of `PATTERN_TABLES`, without those that would be empty."""
    heads = f"{', '.join(REASON_HEADS.values())}: the reasons, in the order above."
    others = f"{OTHER}: kinds that occur less often, and mails that name no role." * (OTHER in p.by_role)
    days = tuple((step, str(w.n), f"{w.median:g}", str(w.shortest), str(w.longest)) for step, w in p.days.items())
    again = tuple((_clipped(name, _LONGEST_COMPANY), str(n)) for name, n in p.companies.items())
    tables = (
        _reasons(p),
        _tallies("By the step that you had reached", p.by_stage, heads),
        _tallies("By kind of role", p.by_role, others),
        _tallies("Over time", p.by_time, f"Without a date: {p.undated}." * bool(p.undated)),
        _funnel(p) if p.reached else None,
        Table("Days from application to answer", ("step", "answers", "median", "shortest", "longest"), days),
        Table("Turned you down more than once", ("company", "times"), again),
    )
    return {name: table for name, table in zip(PATTERN_TABLES, tables, strict=True) if table and table.rows}


def _reasons(p: Patterns) -> Table:
    sure, unsure = p.turned_down.total - p.turned_down.unsure, p.turned_down.unsure
    rows = ((MEANINGS[reason], *_shared(share(n, sure))) for reason, n in p.turned_down.reasons.items())
    also = ", ".join(f"{REASON_HEADS[reason]} {n}" for reason, n in p.secondary.items() if n)
    notes = [
        *(
            [f"Unsure, and so counted in no reason: {unsure} (several labels are possible, or its confidence is under 60 %)."]
            if unsure
            else []
        ),
        *([f"Named beside the reason that counts: {also}."] if also else []),
    ]
    return Table("Reasons", ("", "answers", _SHARED), tuple(rows), "\n".join(notes))


def _tallies(title: str, groups: Mapping[str, Tally], note: str) -> Table:
    rows = ((name, str(t.total), *(str(t.reasons[reason]) for reason in REASONS), str(t.unsure)) for name, t in groups.items())
    return Table(title, ("", "all", *REASON_HEADS.values(), "unsure"), tuple(rows), note)


def _funnel(p: Patterns) -> Table:
    unknown = p.applications - next(iter(p.reached.values())).n
    notes = [
        "Where nobody has turned you down yet, what you were invited to counts.",
        *([f"Applications of which no step is known: {unknown}."] if unknown else []),
        *(["The file holds rejections alone, so other applications are missing."] if p.rejections == p.messages else []),
    ]
    rows = tuple((step, *_shared(came)) for step, came in p.reached.items())
    return Table("How far your applications came", ("to this step or further", "applications", _SHARED), rows, "\n".join(notes))


def _shared(s: Share) -> tuple[str, str]:
    if s.interval is None:
        return s.counts, ""
    return s.counts, f"{round(100 * s.hits / s.n)} % ({round(100 * s.interval[0])} to {round(100 * s.interval[1])})"


def short(model: str) -> str:
    """A model's name as the head of a column: of a folder its last part."""
    return _clipped(Path(model).name or model)


def _clipped(name: str, longest: int = _LONGEST_NAME) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _figures(evaluation: Evaluation) -> Table:
    overall = evaluation.overall
    measured = {name: getattr(overall, name) for name in ("reason_macro_f1", "reason_accuracy", "rejection_f1", "accuracy")}
    rows = []
    for name, words in FIGURES.items():
        found = measured.get(name)
        value = found.value if found else evaluation.figures.get(name)
        rows.append((words, _number(value, 3), _interval(found, 3)))
    return Table(
        f"Labelled mails: {overall.n}, rejections among them: {overall.rejections}", ("figure", "value", "95 % interval"), tuple(rows)
    )


def _labels(evaluation: Evaluation) -> Table:
    return Table(
        "By label",
        ("label", "mails", "precision", "recall", "F1"),
        tuple((label, str(s.support), _number(s.precision), _number(s.recall), _number(s.f1)) for label, s in evaluation.by_label.items()),
        "Over all mails: unlike in the reason macro-F1, false alarms count against a reason's precision.",
    )


def _confusion(evaluation: Evaluation) -> Table:
    """Letters head the columns, since the labels are too long for them."""
    letters = dict(zip(LABELS, "ABCDEF", strict=True))
    unjudged = any(row[NOT_JUDGED] for row in evaluation.confusion.values())
    said = [*LABELS, NOT_JUDGED] if unjudged else LABELS
    return Table(
        "Confusion",
        ("the mail is, down; the answer, across", *(letters.get(label, "none") for label in said)),
        tuple((f"{letters[label]} {label}", *(str(row[answer]) for answer in said)) for label, row in evaluation.confusion.items()),
        "none: not judged, since the mail is empty or in another language." if unjudged else "",
    )


def _calibration(evaluation: Evaluation) -> Table:
    return Table(
        CALIBRATION,
        ("confidence", "mails", "mean confidence", "right"),
        tuple((f"{b.low:.1f} to {b.high:.1f}", str(b.n), _number(b.confidence), _number(b.right)) for b in evaluation.calibration),
        "Where the model is calibrated, the last two are alike.",
    )


def _coverage(evaluation: Evaluation) -> Table:
    curve = evaluation.risk_coverage
    points = {share: _at(curve, share / 100) for share in _COVERAGES}
    return Table(
        "Risk and coverage",
        ("the surest", "right", "confidence at least"),
        tuple((f"{share} %", _number(p.accuracy), _number(p.confidence)) for share, p in points.items()),
        f"Area under the share wrong over the coverage: {evaluation.risk_coverage_area} (0 is best).",
    )


def _at(curve: tuple[Covered, ...], coverage: float) -> Covered:
    """The first point that covers as much."""
    return next((point for point in curve if point.coverage >= coverage), curve[-1])


def _groups(title: str, groups: Mapping[str, Group]) -> Table:
    few = any(g.rejections < FEWEST_FOR_AN_F1 for g in groups.values())
    return Table(
        title,
        ("", "mails", "no's", "label right", "reason macro-F1", "rejection F1"),
        tuple(
            (_clipped(name), str(g.n), str(g.rejections), *(_measured(m) for m in (g.accuracy, g.reason_macro_f1, g.rejection_f1)))
            for name, g in groups.items()
        ),
        "no's: the rejections among them. In brackets the 95 % interval"
        + (f" (none for an F1 of fewer than {FEWEST_FOR_AN_F1} rejections)." if few else "."),
    )


def _measured(found: Measured | None) -> str:
    if found is None:
        return "-"
    return _number(found.value) + (f" ({found.interval[0]:.2f}-{found.interval[1]:.2f})" if found.interval else "")


def _interval(found: Measured | None, digits: int) -> str:
    return f"{found.interval[0]:.{digits}f} to {found.interval[1]:.{digits}f}" if found and found.interval else ""


def _number(value: float | None, digits: int = 2) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


def _p(value: float) -> str:
    return f"= {value:.2g}" if value >= 0.0001 else "< 0.0001"
