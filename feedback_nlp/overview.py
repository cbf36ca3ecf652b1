"""What came of a mailbox: counts that add up, and the newest rejections as a table."""

from __future__ import annotations

import heapq
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback_nlp.drift import ON_TEST, Drift, drift_of
from feedback_nlp.journal import DUPLICATE, Journal
from feedback_nlp.labels import LABELS, MEANINGS, REASONS, VAGUE_SUBJECTIVE
from feedback_nlp.records import Skipped
from feedback_nlp.rows import OWN, UNKNOWN
from feedback_nlp.terminal import harmless

NOT_JUDGED = "not judged"
_UNJUDGED = "empty or in another language; see the note in the row"
_MOST_SKIPS = 20
MOST_REJECTIONS = 40
_REASONS = {VAGUE_SUBJECTIVE: "none given"}
_WIDTHS = {"date": 10, "company": 20, "role": 20, "reason": 18, "sure": 5}


@dataclass(frozen=True)
class Overview:
    """How many messages were read and what became of them: read = labelled + duplicates + skipped.

    `kept` are rows of earlier runs whose messages are not in this export; `unsure` are those with two or more labels
    possible, `own` those that the person wrote; `attachments` were not read.
    """

    read: int
    labelled: int
    duplicates: int
    skipped: int
    kept: int
    own: int
    unsure: int
    attachments: int
    labels: Mapping[str, int]
    left_out: tuple[Skipped, ...]
    """What was skipped or needs a look, the duplicates aside."""
    drift: Drift = Drift()


class Counting:
    """Counts rows as they pass, and keeps the newest rejections."""

    def __init__(self) -> None:
        self.labels: Counter[str] = Counter()
        self.own = self.unsure = 0
        self._newest: list[tuple[str, int, dict[str, Any]]] = []

    def __call__(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """The same rows, counted."""
        for n, row in enumerate(rows):
            self.labels[row["label"] or NOT_JUDGED] += 1
            self.own += row["sender_type"] == OWN
            self.unsure += len(row["possible"]) > 1
            if row["label"] in REASONS:
                heapq.heappush(self._newest, (str(row["date"]), -n, dict(row)))
                if len(self._newest) > MOST_REJECTIONS:
                    heapq.heappop(self._newest)
            yield dict(row)

    @property
    def newest(self) -> list[dict[str, Any]]:
        """The newest rejections, newest first."""
        return [row for _, _, row in sorted(self._newest, reverse=True)]


def overview(journal: Journal, read: int, counted: Counting) -> Overview:
    """The counts of a run. Raises RuntimeError where they do not add up, which would mean that a message was lost."""
    of_this_run, all_rows = journal.counts()
    counts: Counter[str] = Counter()
    left_out = []
    for item, kind in journal.skipped():
        counts[kind] += item.count
        if kind != DUPLICATE:
            left_out.append(item)
    duplicates = counts.pop(DUPLICATE, 0)
    skipped = counts.total()
    if read != of_this_run + duplicates + skipped:
        raise RuntimeError(f"{read} messages read, but {of_this_run} labelled, {duplicates} duplicates and {skipped} skipped")
    kept = all_rows - of_this_run
    return Overview(
        read,
        of_this_run,
        duplicates,
        skipped,
        kept,
        counted.own,
        counted.unsure,
        journal.attachments,
        dict(counted.labels),
        tuple(left_out),
        drift_of(journal),
    )


def render_overview(o: Overview) -> Iterator[str]:
    """The counts in words."""
    yield f"Read {o.read:,}: {o.labelled:,} labelled, {counted(o.duplicates, 'duplicate')}, {o.skipped:,} skipped."
    if not (o.labelled or o.duplicates or o.kept):
        yield "No mail was found."
    if o.kept:
        yield f"Kept {counted(o.kept, 'row')} of earlier runs."
    yield from render_labels(o.labels)
    if o.own:
        yield f"{o.own:,} of those that are no rejection you wrote yourself."
    if o.unsure:
        yield f"{o.unsure:,} {'is' if o.unsure == 1 else 'are'} unsure: two or more labels are possible (column `possible`)."
    if o.attachments:
        yield f"{counted(o.attachments, 'attachment')} {'was' if o.attachments == 1 else 'were'} not read."
    if o.left_out:
        yield "Skipped, or to look at:"
        yield from (harmless(f"  {item.where}: {item.why}") for item in o.left_out[:_MOST_SKIPS])
        if len(o.left_out) > _MOST_SKIPS:
            yield f"  ... and {len(o.left_out) - _MOST_SKIPS:,} more (--skipped FILE lists them all)"


def counted(n: int, thing: str) -> str:
    """How many of a thing there are: "1 row", "2 rows"."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def render_labels(labels: Mapping[str, int]) -> Iterator[str]:
    """How many messages have which label, in words."""
    for name in (*LABELS, NOT_JUDGED):
        if name in labels:
            yield f"  {labels[name]:7,}  {MEANINGS.get(name, _UNJUDGED)} ({name})"


def render_drift(drift: Drift, paths: Iterable[Path]) -> Iterator[str]:
    """What to do where the rejections of a mailbox differ from those that the model was judged on."""
    said = {"unsure": "unsure", "unusual": "in words that the model does not know"}
    for name in drift.differences:
        share, on_test = (getattr(d, name) / d.rejections for d in (drift, ON_TEST))
        yield f"More rejections than usual are {said[name]}: {share:.0%}, where {on_test:.0%} were when the model was tested."
    if drift.differences:
        yield harmless(f"Teach it yours, 10 answers help most: feedback-nlp review {shlex.join(map(str, paths))}")


def render_rejections(newest: Sequence[Mapping[str, Any]], o: Overview) -> Iterator[str]:
    """The newest rejections as a table, newest first."""
    if not newest:
        return
    yield _line({name: name for name in _WIDTHS})
    for row in newest:
        cells = {
            "date": str(row["date"])[:10],
            "reason": _REASONS.get(row["label"], row["label"].replace("_", " ")),
            "sure": _sure(row["confidence"]),
        }
        names = {name: row[name] for name in ("company", "role")}
        yield _line(cells | names, name_of_mail(row) if set(names.values()) == {UNKNOWN} else "")
    older = sum(o.labels.get(label, 0) for label in REASONS) - len(newest)
    if older:
        yield f"... and {older:,} older ones in the file"


def name_of_mail(row: Mapping[str, Any]) -> str:
    """What tells a mail from others where it names neither company nor role: its subject, else its sender; "" where there is none."""
    return next((name for field in ("subject", "sender") if (name := str(row.get(field) or "").strip())), "")


def _line(cells: Mapping[str, str], mail: str = "") -> str:
    """A line of the table; `mail` stands across the columns of the company and the role."""
    each = [_cell(cells[name], width) for name, width in _WIDTHS.items()]
    if mail:
        each[1:3] = [_cell(mail, len("  ".join(each[1:3])))]
    return "  ".join(each).rstrip()


def _cell(text: str, width: int) -> str:
    text = " ".join(harmless(text).split())
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)


def _sure(confidence: float) -> str:
    return ">99%" if confidence > 0.99 else f"{confidence:.0%}"
