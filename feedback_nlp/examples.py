"""Labelled mails: the shipped corpus, and rows that a person brings.

One row format everywhere (JSON lines, documented in data/README.md); `example_from` checks a row and says what is
wrong with it.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.inbox import read_rows
from feedback_nlp.inbox.row import fields_in, list_in, quotes_in
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, NOT_REJECTION, REASONS, SENTENCE_LABELS, label_named
from feedback_nlp.records import Email, Example, Skipped
from feedback_nlp.resources import shipped
from feedback_nlp.tags import NONE, tag_named

_FIELDS = {f.name for f in fields(Example)}
SPLITS = ("train", "test")


def example_from(row: Mapping[str, Any]) -> Example:
    """An `Example` from a row of the corpus format. Raises ValueError that says what is wrong with the row."""
    if not isinstance(row, Mapping):
        raise ValueError("it is no object")
    unknown = set(row) - _FIELDS
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}")
    for name in ("id", "text", "primary"):
        if not isinstance(row.get(name), str):
            raise ValueError(f"field {name!r} is missing or no text")
    if not row["text"].strip():
        raise ValueError("the text is empty")
    example = Example(
        **{
            **row,
            "secondary": tuple(row.get("secondary", ())),
            "evidence": tuple(row.get("evidence", ())),
            "also_ok": tuple(row.get("also_ok", ())),
            "sentences": tuple((int(a), int(b), str(label)) for a, b, label in row.get("sentences", ())),
            "tags": _tags(row.get("tags")),
        }
    )
    fault = _fault(example)
    if fault:
        raise ValueError(fault)
    return example


def _tags(names: Any) -> tuple[str, ...] | None:
    if names is not None and not (isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)):
        raise ValueError(f"tags are no list of names: {str(names)[:60]!r}")
    return names if names is None else tuple(dict.fromkeys(names))


def _fault(e: Example) -> str:
    if e.primary not in LABELS and not (e.primary == "" and e.sentences):
        return f"unknown label {e.primary!r}: the labels are {', '.join(LABELS)}"
    if any(label not in CONCRETE_REASONS for label in e.secondary) or e.primary in e.secondary:
        return f"secondary reasons {list(e.secondary)} do not go with primary {e.primary!r}"
    if e.primary == NOT_REJECTION and (e.secondary or e.evidence):
        return "a not_rejection has no secondary reasons and no evidence"
    for quote in e.evidence:
        if quote not in e.text or not quote.strip():
            return f"evidence is not in the text: {quote[:60]!r}"
    end = 0
    for a, b, label in e.sentences:
        if label not in SENTENCE_LABELS:
            return f"unknown sentence label {label!r}"
        if not end <= a < b <= len(e.text):
            return f"sentence span {a}-{b} is out of order or outside the text"
        end = b
    return "" if e.split in SPLITS else f"unknown split {e.split!r}"


def row_of(example: Example) -> dict[str, Any]:
    """The row of an example, empty fields left out; no tags at all are none where the person said so."""
    row = {name: value for name, value in asdict(example).items() if value not in ("", (), None)}
    return row | ({"tags": ()} if example.tags == () else {})


def read_corpus() -> tuple[list[Example], list[Example]]:
    """The shipped corpus: whole mails, and loose labelled sentences (examples without a primary label)."""
    folder = shipped("data")
    files = [*sorted((folder / "train").glob("*.jsonl")), folder / "test.jsonl"]
    return [example for file in files for example in read_examples(file)], list(read_examples(folder / "sentences.jsonl"))


def some_rejections(number: int) -> list[Example]:
    """So many rejections of the training split, drawn at random, the same ones each time."""
    if not number:
        return []
    lines = [line for path in sorted((shipped("data") / "train").glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(0).shuffle(lines)
    return list(islice((example for line in lines if (example := example_from(json.loads(line))).primary in REASONS), number))


def read_examples(path: Path) -> Iterator[Example]:
    """The examples of a file of JSON lines. Raises InputError that names the line at fault."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}). Let it be read, or install feedback-nlp anew.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 (byte {error.start}). Save it anew as UTF-8.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield example_from(json.loads(line))
            except (ValueError, TypeError) as error:
                raise InputError(f"{path}, line {number}: {error}. Mend or remove that line.") from error


def digest(text: str) -> str:
    """A short digest of a text's words, whatever their case and white space."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode(errors="replace")).hexdigest()[:16]


def place_of(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quote stands in a text, whatever the white space between its words."""
    words = " ".join(quote.split())
    start = text.find(quote)
    if start >= 0 or not words:
        return (start, start + len(quote)) if words else None
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    start = " ".join(text[a:b] for a, b in spans).find(words)
    if start < 0:
        return None
    starts = list(accumulate((b - a + 1 for a, b in spans), initial=0))
    first, last = start, start + len(words) - 1
    in_text = [spans[i := bisect_right(starts, place) - 1][0] + place - starts[i] for place in (first, last)]
    return in_text[0], in_text[1] + 1


def read_labelled(paths: Iterable[Path], text_column: str | None = None) -> Iterator[Example | Skipped]:
    """Labelled rows from CSV or JSON lines: a text column and `label` or `primary`; `secondary`, `evidence`, `also_ok`,
    `register` and `own_labels` if there.
    """
    for path in paths:
        for row in read_rows(path, text_column):
            yield row if isinstance(row, Skipped) else labelled(row)


def labelled(email: Email) -> Example | Skipped:
    """The labelled mail that a table's row holds, or why it holds none. Raises InputError where there is no column of labels."""
    where = f"{email.source}, {email.place}"
    extra = fields_in(email)
    label = label_named(str(extra.get("primary") or extra.get("label") or ""))
    if not label:
        if "primary" in extra or "label" in extra:
            return Skipped(where, "it has no label")
        raise InputError(f"{email.source} has no column `label` or `primary` (found: {', '.join(extra)}). Name one so.")
    if not email.text.strip():
        return Skipped(where, "the text is empty")
    reasons = map(label_named, list_in(extra.get("secondary")))
    places = [place for quote in quotes_in(extra.get("evidence")) if (place := place_of(quote, email.text))]
    row = {
        "id": f"own-{digest(email.text)}",
        "text": email.text,
        "primary": label,
        "secondary": tuple(reason for reason in reasons if reason != label) if label != NOT_REJECTION else (),
        "evidence": tuple(email.text[a:b] for a, b in places) if label != NOT_REJECTION else (),
        "also_ok": tuple(other for other in list_in(extra.get("also_ok")) if other in LABELS),
        "register": str(extra.get("register") or "").strip(),
        "tags": tags_in(extra),
    }
    try:
        return example_from(row | {"sentences": _spans_in(extra.get("sentences"))})
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        return Skipped(where, str(error))


def tags_in(cells: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The person's own labels in the cells of a row: of `own_labels`, or of `tags` in the format of the corpus. None where they
    say nothing: an empty cell, or what `label` wrote there itself.
    """
    cell = cells.get("own_labels")
    if cell and not _is_written_by_label(cell) and (names := [tag_named(name) for name in list_in(cell)]):
        return tuple(dict.fromkeys(name for name in names if name != NONE))
    cell = cells.get("tags") if "primary" in cells else None
    return None if cell in (None, "") else tuple(list_in(cell))


def _is_written_by_label(cell: Any) -> bool:
    """Whether a cell holds labels with their probabilities, and no names alone."""
    if isinstance(cell, str) and cell.strip().startswith("["):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return False
    return isinstance(cell, (list, tuple)) and all(isinstance(item, Mapping) for item in cell)


def _spans_in(cell: Any) -> Any:
    """The labelled sentences in a cell, as a list or in JSON."""
    return json.loads(cell) if isinstance(cell, str) and cell.strip() else cell or ()
