"""The report as one HTML file: nothing is loaded from anywhere, and nothing but its own script runs in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback_nlp.dossier.answer import Answer
from feedback_nlp.dossier.charts import Chart, draw_charts, svg_of, write_plots
from feedback_nlp.dossier.compilation import Dossier
from feedback_nlp.dossier.inline import svg_inline
from feedback_nlp.dossier.summary import counted, day_in_words
from feedback_nlp.errors import OutputError
from feedback_nlp.labels import MEANINGS, REASONS, STEPS
from feedback_nlp.plots import check_matplotlib, drawable
from feedback_nlp.resources import check_place, write_text
from feedback_nlp.terminal import harmless

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_TOGETHER = 100
"""So many answers at most are one part of the page, which a browser lays out when it comes into view."""
_UNDATED = "Without a date"
SECTIONS = {
    "reached": "How far your applications came",
    "reasons": "Reasons",
    "steps": "Reasons by the step that you had reached",
    "time": "Over time",
    "roles": "Kinds of role",
    "companies": "Companies",
    "days": "Days to an answer",
}
"""The tables that are shown, in order, with their headings."""


def check_page(path: Path) -> None:
    """Raises OutputError where no report can be written at `path`."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{path}: the report is a page. End the name in .html.")
    check_place(path)


def write_report(dossier: Dossier, path: Path, sources: Sequence[str] = (), plots: Path | None = None) -> bool:
    """Writes the report, and its pictures into the folder `plots`; says whether it has pictures, for which matplotlib must be there.

    Raises OutputError where a file can't be written.
    """
    if plots:
        check_matplotlib()
    charts = draw_charts(dossier.patterns, dossier.flow) if dossier.patterns.turned_down.total and drawable() else ()
    if plots:
        write_plots(charts, plots)
    write_text(path, html_of(dossier, charts, sources))
    return drawable()


def html_of(dossier: Dossier, charts: Sequence[Chart] = (), sources: Sequence[str] = ()) -> str:
    """The page. All text is escaped, and freed of what steers a screen."""
    from markupsafe import Markup

    style, script = (Markup(_read(name)) for name in ("report.css", "report.js"))
    pictures = {chart.name: Markup(svg_inline(svg_of(chart), chart.says)) for chart in charts}
    return (
        _environment()
        .get_template("report.html")
        .render(
            d=dossier,
            style=style,
            script=script,
            policy=_policy(style, script),
            pictures=pictures,
            says={chart.name: chart.says for chart in charts},
            sections=SECTIONS,
            parts=list(_parts(dossier.answers)),
            found=_found(dossier),
            reasons={reason: MEANINGS[reason] for reason in REASONS},
            steps=STEPS,
            sources=sources,
            version=version("feedback-nlp"),
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {"day": day_in_words, "quote": _one_line}
    environment.globals |= {"counted": counted}
    return environment


def _shown(value: Any) -> Any:
    """What stands for a value: markup as it is, all else as harmless text."""
    return value if hasattr(value, "__html__") else harmless(str(value))


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """What a browser may do for the page: use this style and run this script, by their digests, and nothing else."""
    return f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _parts(answers: Sequence[Answer]) -> Iterator[tuple[str, Sequence[Answer]]]:
    """The answers by month, in parts of `_TOGETHER` at most; only the first part of a month has its name."""
    for month, group in groupby(answers, key=lambda answer: f"{answer.message.time:%B %Y}" if answer.message.time else _UNDATED):
        listed = list(group)
        for start in range(0, len(listed), _TOGETHER):
            yield "" if start else month, listed[start : start + _TOGETHER]


def _found(dossier: Dossier) -> Mapping[str, Sequence[str]]:
    """What the tests found: what can be told, what may be chance or is not so, and what there are too few answers for."""
    findings = dossier.patterns.findings
    return {
        "told": [finding.says for finding in findings if finding.holds],
        "open": [finding.says for finding in findings if not finding.holds and finding.adjusted is not None],
        "few": [finding.says for finding in findings if finding.adjusted is None],
    }
