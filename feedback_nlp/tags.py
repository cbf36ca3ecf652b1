"""Labels of a person's own, which stand beside the product's: their names, meanings and advice, kept in the home folder.

A label is a folder in `labels/`: `label.json` (its meaning), `advice.toml` (where there is some), and `learnt.npz`, what was
learnt of it (tagging.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.labels import LABELS
from feedback_nlp.resources import home, read_toml, write_text

NONE = "none"
"""What a person writes of a mail that has none of their labels."""
LEARNT = "learnt.npz"
_LABEL, _ADVICE = "label.json", "advice.toml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_LISTS = ("next_steps", "questions")
_MOST_LINES = 5
_LONGEST_MEANING, _LONGEST_LINE = 120, 300


@dataclass(frozen=True)
class Tag:
    """A label of a person's own: what it means to them, and what they want to be told where a mail has it."""

    name: str
    meaning: str
    next_steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def tag_named(name: str) -> str:
    """A name as it is kept: in lower case, its words tied by `_`."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def read_tags() -> dict[str, Tag]:
    """The person's own labels by name, in alphabetical order. Raises InputError where one can't be read."""
    return {name: _tag(name) for name in _names()}


def add_tag(name: str, meaning: str, advice: Path | None = None) -> Tag:
    """Keeps a new label, with the advice of a file. Raises InputError where name, meaning or file can't be taken."""
    name, meaning = tag_named(name), " ".join(meaning.split())
    _check_name(name)
    if not meaning or len(meaning) > _LONGEST_MEANING:
        raise InputError(f"The meaning of {name} has {len(meaning)} characters. Say it in 1 to {_LONGEST_MEANING}: --meaning TEXT")
    lists = _advice(advice) if advice else {}
    content = {key: list(lines) for key, lines in lists.items()}
    _remove(_folder(name))  # what an unfinished removal left
    if advice:
        write_text(_folder(name) / _ADVICE, "".join(f"{key} = {json.dumps(lines, ensure_ascii=False)}\n" for key, lines in content.items()))
    write_text(_folder(name) / _LABEL, json.dumps({"meaning": meaning}) + "\n")
    return Tag(name, meaning, **lists)


def remove_tag(name: str) -> str:
    """Removes a label, with its advice and what was learnt of it; the mails that have it keep it. Raises InputError where there is none."""
    name = tag_named(name)
    if name not in _names():
        raise InputError(f"There is no label {name!r} of yours ({known_names()}). See `feedback-nlp labels list`.")
    _remove(_folder(name))
    return name


def known_names() -> str:
    """Which labels of the person's own there are, in words."""
    names = _names()
    return f"yours are {', '.join(names)}" if names else "you have none"


def learnt_path(name: str) -> Path:
    """Where that is kept which was learnt of a label. It may not exist."""
    return _folder(name) / LEARNT


def learnt_paths() -> list[Path]:
    """All such files that there are."""
    return sorted((home() / "labels").glob(f"*/{LEARNT}"))


def _names() -> list[str]:
    return sorted(path.parent.name for path in (home() / "labels").glob(f"*/{_LABEL}") if _NAME.fullmatch(path.parent.name))


def _folder(name: str) -> Path:
    return home() / "labels" / name


def _remove(folder: Path) -> None:
    """The meaning goes first: what is left by then is no label."""
    try:
        for name in (_LABEL, _ADVICE, LEARNT):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} can't be removed ({error.strerror or error}). Delete it yourself.") from error
    with suppress(OSError):
        folder.rmdir()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} can't be the name of a label. Give 1 to 30 letters (a to z), digits and _, a letter first.")
    if name in (*LABELS, NONE):
        raise InputError(f"{name!r} has a meaning already. Choose another name.")
    if name in _names():
        raise InputError(f"There is a label {name!r} already. To give it another meaning: feedback-nlp labels remove {name}, then add it.")


def _tag(name: str) -> Tag:
    path = _folder(name) / _LABEL
    try:
        meaning = json.loads(path.read_text(encoding="utf-8"))["meaning"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"{path} is damaged ({type(error).__name__}). Remove the label: feedback-nlp labels remove {name}") from error
    own = _folder(name) / _ADVICE
    return Tag(name, str(meaning), **(_advice(own) if own.exists() else {}))


def _advice(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The steps and questions of a file. Raises InputError where it holds anything else."""
    content = read_toml(path)
    for fault in _faults(content):
        raise InputError(f"{path}: {fault}")
    return {name: tuple(lines) for name, lines in content.items()}


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    if not content:
        yield f"it is empty. Give {' or '.join(_LISTS)}, lists of texts."
    for name, lines in content.items():
        if name not in _LISTS:
            yield f"{name} is no field of it. The fields are {', '.join(_LISTS)}."
        elif not isinstance(lines, list) or not 1 <= len(lines) <= _MOST_LINES or not _are_lines(lines):
            yield f"{name} must be a list of 1 to {_MOST_LINES} texts, each of one line and up to {_LONGEST_LINE} characters."


def _are_lines(lines: Sequence[Any]) -> bool:
    return all(isinstance(line, str) and line.strip() and "\n" not in line and len(line) <= _LONGEST_LINE for line in lines)
