"""Texts of which every sentence was read for its signals: training mails, and loose sentences written for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from feedback_nlp.errors import InputError
from feedback_nlp.labels import SIGNAL_VALUES
from feedback_nlp.records import Example


class Mark(NamedTuple):
    """What `text[start:end]` says: a value of a signal, and the words for it, where there are some."""

    start: int
    end: int
    signal: str
    value: str
    words: str = ""


@dataclass(frozen=True)
class Marked:
    """A text with all its marks; `sender` is whose words they are, and a loose sentence is no mail."""

    id: str
    text: str
    sender: str
    is_mail: bool
    marks: tuple[Mark, ...] = ()


def read_marks(folder: Path, corpus: Iterable[Example]) -> list[Marked]:
    """The marked texts of `data/signals`: `marks.jsonl`, of mails in the training split, and `sentences.jsonl`.

    Raises InputError that names the file and the line where something is wrong.
    """
    mails = {e.id: e for e in corpus if e.split == "train"}
    return [*_read(folder / "marks.jsonl", lambda row: _mail(row, mails)), *_read(folder / "sentences.jsonl", _sentence)]


def _mail(row: Mapping[str, Any], mails: Mapping[str, Example]) -> Marked:
    mail = mails.get(row["id"])
    if not mail:
        raise ValueError(f"there is no training mail {row['id']!r}")
    return Marked(mail.id, mail.text, mail.voice or mail.id, True, tuple(Mark(*mark) for mark in row["marks"]))


def _sentence(row: Mapping[str, Any]) -> Marked:
    marks = tuple(Mark(0, len(row["text"]), *signal) for signal in row["signals"])
    return Marked(row["id"], row["text"], row["id"].rpartition("-")[0], False, marks)


def _read(path: Path, marked: Callable[[Mapping[str, Any]], Marked]) -> Iterator[Marked]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}). Install feedback-nlp anew.") from error
    for number, line in enumerate(lines, 1):
        try:
            one = marked(json.loads(line))
            if fault := _fault(one):
                raise ValueError(fault)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"{path}, line {number}: {error}. Mend or remove that line.") from error
        yield one


def _fault(one: Marked) -> str:
    for mark in one.marks:
        if mark.value not in SIGNAL_VALUES.get(mark.signal, ()):
            return f"unknown value {mark.value!r} of signal {mark.signal!r}"
        if not 0 <= mark.start < mark.end <= len(one.text):
            return f"mark {mark.start}-{mark.end} is outside the text"
        if mark.words not in one.text[mark.start : mark.end]:
            return f"{mark.words[:60]!r} is not in what is marked"
    return ""
