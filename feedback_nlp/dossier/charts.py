"""The counts as pictures, for the page and for files. matplotlib draws them, which is an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback_nlp.dossier.flow import Stop
from feedback_nlp.dossier.summary import counted
from feedback_nlp.labels import ANOTHER_CANDIDATE, CULTURAL_FIT, HIRING_FREEZE, MEANINGS, REASONS, SKILLS_GAP, VAGUE_SUBJECTIVE
from feedback_nlp.patterns import Patterns, Tally, Wait
from feedback_nlp.plots import FORMATS, SETTINGS, picture
from feedback_nlp.report import REASON_HEADS
from feedback_nlp.resources import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PAPER = "#222222", "#ffffff"
"""The colours that a dark page turns round."""
UNSURE = "unsure"
COLOURS = {
    SKILLS_GAP: "#56b4e9",
    CULTURAL_FIT: "#cc79a7",
    ANOTHER_CANDIDATE: "#e69f00",
    HIRING_FREEZE: "#009e73",
    VAGUE_SUBJECTIVE: "#bbbbbb",
    UNSURE: PAPER,
}
"""Told apart by all eyes (Okabe and Ito 2008), and light enough for dark figures on them; always in this order, and edged in ink."""
_ON = "#111111"
"""The colour of figures on a bar."""
_STREAM, _NO, _OFFER = COLOURS[SKILLS_GAP], COLOURS[VAGUE_SUBJECTIVE], COLOURS[HIRING_FREEZE]
_SIZE = 11
_LINE = 18
_BAR = 18
_ROW = 48
_WIDTH, _RIGHT = 400, 392
"""In points; the bars end at the second. So narrow that the text stays readable on a phone."""
_MOST_ROWS = 15
_DIGIT = 8
_TOP = 130
"""How high the columns of a picture over time are."""
_STREAM_WIDTH, _STREAM_LEFT, _OUT = 110, 90, 270
_GAP = 14


@dataclass(frozen=True)
class Chart:
    """A picture, by the name of the table that holds its numbers, with what it shows in a sentence."""

    name: str
    says: str
    figure: Figure


def draw_charts(patterns: Patterns, flow: Sequence[Stop]) -> tuple[Chart, ...]:
    """The pictures of what there is. matplotlib must be there."""
    p = patterns
    drawn: tuple[tuple[str, str, bool, Callable[[], Figure]], ...] = (
        ("reasons", "Bars: how many answers give each reason.", bool(p.turned_down.total), lambda: _reasons(p.turned_down)),
        ("reached", "A stream that narrows from step to step, with branches for what ended there.", bool(flow), lambda: _stream(flow)),
        ("steps", "Bars: the answers by the step that you had reached, split by reason.", bool(p.by_stage), lambda: _stacks(p.by_stage)),
        ("time", "Columns: the answers by time, split by reason.", bool(p.by_time), lambda: _columns(p.by_time)),
        ("roles", "Bars: the answers by kind of role, split by reason.", bool(p.by_role), lambda: _stacks(p.by_role)),
        ("days", "Lines from the shortest to the longest wait, a dot at the median.", bool(p.days), lambda: _waits(p.days)),
    )
    with _settings():
        return tuple(Chart(name, says, draw()) for name, says, is_there, draw in drawn if is_there)


def write_plots(charts: Sequence[Chart], folder: Path) -> None:
    """Writes each picture as .png and .svg into a folder. Raises OutputError where that can't be."""
    with _settings():
        for chart in charts:
            for ending in FORMATS:
                write_bytes(folder / f"{chart.name}{ending}", picture(chart.figure, ending.removeprefix(".")))


def svg_of(chart: Chart) -> str:
    """A picture as SVG."""
    with _settings():
        return picture(chart.figure, "svg").decode()


@contextmanager
def _settings() -> Iterator[None]:
    from matplotlib import rc_context

    with rc_context({**SETTINGS, "font.size": _SIZE, "text.color": INK, "font.sans-serif": ["DejaVu Sans"]}):
        yield


def _canvas(height: float) -> tuple[Figure, Axes]:
    """A figure of `_WIDTH` by `height` points, which are its coordinates from the top left."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH / 72, height / 72), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, _WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def _text(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    axes.text(x, y, text, **{"va": "center", **style})


def _box(axes: Axes, x: float, y: float, width: float, height: float, kind: str) -> None:
    from matplotlib.patches import Rectangle

    unsure = kind == UNSURE
    style: dict[str, Any] = {"facecolor": COLOURS[kind], "edgecolor": INK, "linewidth": 0.8, "linestyle": (0, (3, 2)) if unsure else "-"}
    axes.add_patch(Rectangle((x, y), width, height, clip_on=False, **style))


def _parts(tally: Tally) -> list[tuple[str, int]]:
    """The kinds of answer in their order, with how many there are of each."""
    return [(kind, n) for kind, n in (*((reason, tally.reasons[reason]) for reason in REASONS), (UNSURE, tally.unsure)) if n]


def _reasons(tally: Tally) -> Figure:
    """A bar for each reason, its whole name above it."""
    names = {reason: f"{REASON_HEADS[reason]}: {MEANINGS[reason]}" for reason in REASONS} | {UNSURE: "unsure: could be one of several"}
    counts = dict.fromkeys(names, 0) | dict(_parts(tally))
    figure, axes = _canvas(_ROW * len(names))
    scale = (_RIGHT - 4 * _DIGIT) / max(counts.values())
    for i, (kind, name) in enumerate(names.items()):
        _text(axes, 2, i * _ROW + 12, name)
        if counts[kind]:
            _box(axes, 2, i * _ROW + 22, counts[kind] * scale, _BAR, kind)
        _text(axes, 8 + counts[kind] * scale, i * _ROW + 22 + _BAR / 2, str(counts[kind]), weight="bold")
    return figure


def _legend(axes: Axes, kinds: Sequence[str], y: float) -> None:
    step = _WIDTH / 6
    for i, kind in enumerate(kinds):
        _box(axes, 2 + i * step, y - 5, 10, 10, kind)
        _text(axes, 16 + i * step, y, REASON_HEADS.get(kind, kind), size=10)


def _kinds(tallies: Mapping[str, Tally]) -> list[str]:
    return [kind for kind in COLOURS if any(kind == k for tally in tallies.values() for k, _ in _parts(tally))]


def _stacks(tallies: Mapping[str, Tally]) -> Figure:
    """A bar for each group, its name above it, split by reason."""
    shown = dict(list(tallies.items())[:_MOST_ROWS])
    figure, axes = _canvas(_LINE * 1.5 + _ROW * len(shown))
    _legend(axes, _kinds(shown), 10)
    scale = (_RIGHT - 5 * _DIGIT) / max(tally.total for tally in shown.values())
    for i, (name, tally) in enumerate(shown.items()):
        y, x = _LINE * 1.5 + i * _ROW, 2.0
        _text(axes, 2, y + 12, name)
        for kind, n in _parts(tally):
            _box(axes, x, y + 22, n * scale, _BAR, kind)
            if n * scale > _DIGIT * len(str(n)) + 2:
                _text(axes, x + n * scale / 2, y + 22 + _BAR / 2, str(n), ha="center", size=10, color=INK if kind == UNSURE else _ON)
            x += n * scale
        _text(axes, x + 6, y + 22 + _BAR / 2, str(tally.total), weight="bold")
    return figure


def _columns(tallies: Mapping[str, Tally]) -> Figure:
    """A column for each period, split by reason."""
    figure, axes = _canvas(_TOP + 4.5 * _LINE)
    _legend(axes, _kinds(tallies), 10)
    bottom, scale = _TOP + 2.5 * _LINE, _TOP / max(tally.total for tally in tallies.values())
    step = min(60.0, _RIGHT / len(tallies))
    every = -(-7 * _DIGIT // int(step)) if step < 7 * _DIGIT else 1
    for i, (period, tally) in enumerate(tallies.items()):
        x, y = 4 + i * step, bottom
        for kind, n in _parts(tally):
            y -= n * scale
            _box(axes, x, y, step * 0.8, n * scale, kind)
        if step * 1.1 > _DIGIT * len(str(tally.total)):
            _text(axes, x + step * 0.4, y - 8, str(tally.total), ha="center", weight="bold", size=10)
        if i % every == 0:
            _text(axes, x, bottom + 10, period, size=10)
    return figure


def _waits(days: Mapping[str, Wait]) -> Figure:
    """A line for each step from the shortest to the longest wait."""
    from matplotlib.patches import Circle, Rectangle

    figure, axes = _canvas(_ROW * len(days))
    scale = (_RIGHT - 12) / max(1, *(wait.longest for wait in days.values()))
    for i, (step, wait) in enumerate(days.items()):
        y = i * _ROW + 32
        span = f"{wait.shortest} to {wait.longest} days, median {wait.median:g}" if wait.n > 1 else counted(wait.longest, "day")
        _text(axes, 2, y - 20, f"{step}: {span} ({counted(wait.n, 'answer')})")
        start, end = 6 + wait.shortest * scale, 6 + wait.longest * scale
        axes.add_patch(Rectangle((start, y - 2), max(1.0, end - start), 4, facecolor=_NO, edgecolor=INK, linewidth=0.8, clip_on=False))
        axes.add_patch(Circle((6 + wait.median * scale, y), 5.5, facecolor=_STREAM, edgecolor=INK, linewidth=0.8, clip_on=False))
    return figure


def _stream(flow: Sequence[Stop]) -> Figure:
    """A stream from the top down, which narrows where applications end; each end is a branch to the right."""
    scale = _STREAM_WIDTH / flow[0].came
    heights = [max(3.2 * _LINE, sum(n * scale + _GAP for n, _, _ in _ends(stop)) + 1.6 * _LINE) for stop in flow]
    figure, axes = _canvas(sum(heights) + 6)
    y = 6.0
    for stop, height in zip(flow, heights, strict=True):
        _text(axes, 2, y + 8, stop.step, weight="bold")
        _text(axes, 2, y + 8 + _LINE, str(stop.came))
        _ribbon(axes, [(_STREAM_LEFT, y), (_STREAM_LEFT + stop.went_on * scale, y)], y + height) if stop.went_on else None
        right, level = _STREAM_LEFT + stop.came * scale, y + _LINE
        for n, words, colour in _ends(stop):
            _branch(axes, right - n * scale, right, y, level, n * scale, colour)
            _text(axes, _OUT + 8, level + n * scale / 2, f"{n} {words}")
            right, level = right - n * scale, level + n * scale + _GAP
        _bar(axes, y, stop.came * scale)
        y += height
    return figure


def _ends(stop: Stop) -> list[tuple[int, str, str]]:
    """What ended at a step: how many, in words, and the colour."""
    ends = ((stop.turned_down, "turned down", _NO), (stop.open, "no decision yet", PAPER), (stop.offers, "offer", _OFFER))
    return [end for end in ends if end[0]]


def _bar(axes: Axes, y: float, width: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((_STREAM_LEFT, y - 2.5), max(1.5, width), 5, facecolor=INK, edgecolor="none", clip_on=False))


def _ribbon(axes: Axes, top: Sequence[tuple[float, float]], bottom: float) -> None:
    from matplotlib.patches import Polygon

    (left, _), (right, _) = top
    corners = [*top, (right, bottom), (left, bottom)]
    axes.add_patch(Polygon(corners, facecolor=_STREAM, edgecolor=INK, linewidth=0.8, clip_on=False))


def _branch(axes: Axes, left: float, right: float, top: float, level: float, thickness: float, colour: str) -> None:
    """A quarter turn from the stream at `top`, between `left` and `right`, to `level` at the right side."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    upper, lower = level, level + thickness
    points = [(left, top), (left, lower), (_OUT, lower), (_OUT, upper), (right, upper), (right, top), (left, top)]
    codes = [Curve.MOVETO, Curve.CURVE3, Curve.CURVE3, Curve.LINETO, Curve.CURVE3, Curve.CURVE3, Curve.CLOSEPOLY]
    style: Any = {"linestyle": (0, (3, 2))} if colour == PAPER else {}
    axes.add_patch(PathPatch(Curve(points, codes), facecolor=colour, edgecolor=INK, linewidth=0.8, clip_on=False, **style))
