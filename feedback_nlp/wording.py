"""The words of a draft: the pieces of `drafts.toml`, chosen by what is known and filled with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any

from feedback_nlp.resources import read_table

_LINE_END = re.compile(r"\n{3,}")
_SPACES = re.compile(r" {2,}")
_EMPTY_LINES = ("", "-")


def draft_table() -> dict[str, Any]:
    """The content of `drafts.toml`."""
    return read_table("drafts")


@cache
def draft_words(name: str) -> frozenset[str]:
    """A list of words of `drafts.toml`."""
    return frozenset(draft_table()["words"][name])


class Wording(dict[str, str]):
    """What may stand in {braces}: each of the values, and each piece in the words that fit, "" where none do.

    A value comes from a mail, and is never read as a template itself.
    """

    def __init__(self, values: Mapping[str, str], conditions: Mapping[str, str]) -> None:
        super().__init__(values)
        self._conditions = dict(conditions)

    def __missing__(self, name: str) -> str:
        self[name] = next((entry["say"].format_map(self) for entry in draft_table()["pieces"][name] if self._fits(entry)), "")
        return self[name]

    def letter(self) -> str:
        """The piece `mail`, without the lines of which all is left out."""
        layout = next(entry["say"] for entry in draft_table()["pieces"]["mail"] if self._holds(entry))
        lines = []
        for line in layout.splitlines():
            filled = _SPACES.sub(" ", line.format_map(self)).strip()
            if filled not in _EMPTY_LINES or not line:
                lines.append(filled)
        return _LINE_END.sub("\n\n", "\n".join(lines)).strip()

    def _fits(self, entry: Mapping[str, Any]) -> bool:
        return self._holds(entry) and all(self[name] for name in fields(entry["say"]))

    def _holds(self, entry: Mapping[str, Any]) -> bool:
        """Whether all conditions of an entry hold."""
        return all(
            self._conditions[name] in ([value] if isinstance(value, str) else value) for name, value in entry.items() if name != "say"
        )


def fields(text: str) -> list[str]:
    """What stands in {braces} in a text of `drafts.toml`."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
