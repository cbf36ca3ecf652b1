"""Pictures of evaluations: confusion, calibration, risk and coverage. matplotlib draws them, which is an extra."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback_nlp.errors import OutputError
from feedback_nlp.evaluation import Evaluation
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import BINS, NOT_JUDGED
from feedback_nlp.report import short
from feedback_nlp.resources import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Named = tuple[str, Evaluation]
FORMATS = (".png", ".svg")
_STYLES: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "marker": "o", "linestyle": "-"},
    {"color": "#D55E00", "marker": "s", "linestyle": "--"},
)
"""Of the first and the second model: told apart by marker and line too, and by colours that all eyes tell apart (Okabe and Ito 2008)."""
SETTINGS: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "feedback-nlp",  # the same figures give the same file
    "text.parse_math": False,  # a $ in a name is a $
}
"""How everything is drawn."""


def drawable() -> bool:
    """Whether matplotlib is there."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def check_drawable(path: Path) -> None:
    """Raises OutputError where no picture can be drawn into a file of this name."""
    if path.suffix.lower() not in FORMATS:
        raise OutputError(f"{path}: can't tell the format of the picture. End the name in .png or .svg.")
    check_matplotlib()


def check_matplotlib() -> None:
    """Raises OutputError where matplotlib is missing."""
    if not drawable():
        raise OutputError("Drawing needs matplotlib, which is not installed. Install it: pip install 'feedback-nlp[plots]'")


def draw(evaluations: Sequence[Named], path: Path) -> None:
    """Draws one model, or two on the same mails, into a .png or .svg file. Raises OutputError where that can't be."""
    check_drawable(path)
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        right: list[Any] = [["calibration", "risk"], ["counts", "risk"]]
        if len(evaluations) == 1:
            figure = Figure(figsize=(15, 5.6), layout="constrained")
            sizes = {"height_ratios": [3, 1], "width_ratios": [1.25, 1, 1]}
            axes = figure.subplot_mosaic([["0", *row] for row in right], gridspec_kw=sizes)
        else:
            figure = Figure(figsize=(12.5, 11.5), layout="constrained")
            axes = figure.subplot_mosaic([["0", "1"], *right], gridspec_kw={"height_ratios": [4.2, 3, 1]})
        overall = evaluations[0][1].overall
        names = " and ".join(f"model {short(name)}" for name, _ in evaluations)
        figure.suptitle(f"feedback-nlp, {names}, on {overall.n} labelled mails ({overall.rejections} rejections)", fontsize=13)
        for i, (name, evaluation) in enumerate(evaluations):
            _draw_confusion(axes[str(i)], name, evaluation)
        _draw_calibration(axes["calibration"], axes["counts"], evaluations)
        _draw_risk(axes["risk"], evaluations)
        write_bytes(path, picture(figure, path.suffix.lower().removeprefix(".")))


def calibration_svg(name: str, evaluation: Evaluation) -> str:
    """The calibration of the named model as an SVG picture. matplotlib must be there."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        figure = Figure(figsize=(5.5, 5.5), layout="constrained")
        above, below = figure.subplots(2, height_ratios=[3, 1])
        _draw_calibration(above, below, [(name, evaluation)])
        above.set_title(f"Calibration on {evaluation.overall.n} labelled mails, with 95 % intervals")
        return picture(figure, "svg").decode()


def _draw_confusion(axes: Axes, name: str, evaluation: Evaluation) -> None:
    rows = list(evaluation.confusion.values())
    said = [*LABELS, *([NOT_JUDGED] if any(row[NOT_JUDGED] for row in rows) else [])]
    shares = [[row[answer] / max(1, sum(row.values())) for answer in said] for row in rows]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for y, row in enumerate(rows):
        for x, answer in enumerate(said):
            axes.text(x, y, str(row[answer]), ha="center", va="center", color="white" if shares[y][x] > 0.5 else "black")
    axes.set_xticks(range(len(said)), said, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(LABELS)), LABELS)
    axes.set(xlabel="the answer", ylabel="the mail is", title=f"Confusion of {short(name)}\n(mails; shade: share of the row)")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _draw_calibration(above: Axes, below: Axes, evaluations: Sequence[Named]) -> None:
    above.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="as right as sure")
    width = 0.8 / BINS / len(evaluations)
    for i, (name, evaluation) in enumerate(evaluations):
        style = _STYLES[i]
        told = [(b.confidence, b.right, *b.right_95) for b in evaluation.calibration if b.right_95]
        sure, right, low, high = map(np.array, zip(*told, strict=True))
        label = f"model {short(name)} (error {evaluation.figures['calibration_error']:.3f})"
        above.errorbar(sure, right, yerr=(right - low, high - right), capsize=2, elinewidth=1, label=label, **style)
        starts = [(b.low + b.high - len(evaluations) * width) / 2 + i * width for b in evaluation.calibration]
        bars = below.bar(starts, [b.n for b in evaluation.calibration], width, align="edge", color=style["color"])
        below.bar_label(bars, fontsize=8 if len(evaluations) == 1 else 6)
    above.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share right", title="Calibration, with 95 % intervals")
    above.legend(loc="lower right", fontsize=9, frameon=False)
    below.set(xlim=(0, 1), xlabel="confidence", ylabel="mails")
    below.margins(y=0.25)


def _draw_risk(axes: Axes, evaluations: Sequence[Named]) -> None:
    for style, (name, evaluation) in zip(_STYLES, evaluations, strict=False):
        coverage, wrong = zip(*((point.coverage, 1 - point.accuracy) for point in evaluation.risk_coverage), strict=True)
        axes.plot(coverage, wrong, label=f"model {short(name)} (area {evaluation.risk_coverage_area:.3f})", markevery=0.1, **style)
    axes.set(xlim=(0, 1), xlabel="coverage: share answered, the surest first", ylabel="risk: share wrong", title="Risk and coverage")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left", fontsize=9, frameon=False)


def picture(figure: Figure, format: str) -> bytes:
    """A figure as a file of the format "png" or "svg"; the same figure gives the same SVG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format, dpi=150, metadata={"Date": None, "Creator": None} if format == "svg" else None)
    return buffer.getvalue()
