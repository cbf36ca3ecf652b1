"""The entries of `advice.toml`: texts with the cases that they are for, a person's own file laid over them, all checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from feedback_nlp.case import CHANNELS, VALUES, WORDS, Facts, fits
from feedback_nlp.errors import InputError
from feedback_nlp.resources import home, read_table, read_toml

NAME = "advice"
SOURCES = ("000", "001", "002", "003", "004", "own")
STEP = ("by", "what", "why")
TEXT = ("text",)
TABLES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("meaning", "says", "may_mean", "unknown", "caution"), TEXT),
    "channel": ("channel", "text"),
    "step": STEP,
    **dict.fromkeys(("question", "avoid"), TEXT),
    "silence": STEP,
    **dict.fromkeys(("person", "reached", "missing", "trait"), TEXT),
}
"""The tables of the file, and the fields that say something in each."""
RANKS = (1, 2, 3)
_FLAGS = ("contact", "feedback", "off")
_CONDITIONS = ("when", "unless")
_NARROWING = ("reason", "stage", "sender")


@dataclass(frozen=True)
class Entry:
    """A text, the case that it is for, and what it rests on; `names` are those in its braces. Of many that fit, low ranks stay."""

    text: str
    rests_on: tuple[str, ...]
    names: frozenset[str] = frozenset()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rank: int = 2
    channel: str = ""

    def said_of(self, facts: Facts, words: Mapping[str, str]) -> str:
        """The text with its braces filled; "" where the case is another, or there are no words for them."""
        return self.text.format_map(words) if fits(facts, self.when, self.unless) and self.names <= words.keys() else ""


Entries = Mapping[str, Mapping[str, Entry]]


def own_path() -> Path:
    """Where a person's own advice lies. It may not exist."""
    return home() / f"{NAME}.toml"


def read_entries() -> Entries:
    """All entries by table and name, a person's own laid over those that ship. Raises InputError where theirs can't be used."""
    return _read(*own_file())


def entries_for(facts: Facts) -> Entries:
    """Those that a mail of this reason, stage and sender may have, whatever else it says."""
    return _narrowed(own_file(), *(facts[name] for name in _NARROWING))


def own_file() -> tuple[Path | None, int, int]:
    """A person's own file and what changes with it; None where there is none."""
    path = own_path()
    try:
        found = path.stat()
    except OSError:
        return None, 0, 0
    return path, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=512)
def _narrowed(own: tuple[Path | None, int, int], *values: frozenset[str]) -> Entries:
    facts = dict(zip(_NARROWING, values, strict=True))

    def may_fit(entry: Entry) -> bool:
        return fits(facts, *({name: each[name] for name in _NARROWING if name in each} for each in (entry.when, entry.unless)))

    return {table: {name: entry for name, entry in known.items() if may_fit(entry)} for table, known in _read(*own).items()}


@lru_cache(maxsize=4)
def _read(own: Path | None, _time: int, _size: int) -> Entries:
    shipped = _tables(Path(f"{NAME}.toml"), read_table(NAME))
    theirs = _tables(own, read_toml(own)) if own else {}
    entries: dict[str, dict[str, Entry]] = {table: {} for table in TABLES}
    for table, known in entries.items():
        mine = theirs.get(table, {})
        for name in {**shipped.get(table, {}), **mine}:
            path = own if own and name in mine else Path(f"{NAME}.toml")
            fields = {"rests_on": ["own"], **shipped.get(table, {}).get(name, {}), **mine.get(name, {})}
            _check(f"{path}, [{table}.{name}]", table, fields)
            if not fields.get("off"):
                known[name] = _entry(table, fields)
    return entries


def _tables(path: Path, content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The tables of a file. Raises InputError where one is none of ours, or no table of entries."""
    for name, table in content.items():
        if name not in TABLES:
            raise InputError(f"{path}, [{name}]: there is no such table. The tables are {', '.join(TABLES)}.")
        for entry, fields in table.items() if isinstance(table, dict) else [("", table)]:
            if not isinstance(fields, dict):
                raise InputError(f"{path}, [{name}]: {entry or name} is no entry. Write [{name}.NAME], and the fields below it.")
    return dict(content)


def _check(where: str, table: str, fields: Mapping[str, Any]) -> None:
    """Raises InputError where an entry is not as docs/advice.md describes it."""
    for fault in _faults(table, fields):
        raise InputError(f"{where}: {fault}")


def _faults(table: str, fields: Mapping[str, Any]) -> Iterator[str]:
    known = (*TABLES[table], "rests_on", *_CONDITIONS, "rank", *_FLAGS)
    yield from (f"{name} is no field of it. The fields are {', '.join(known)}." for name in fields if name not in known)
    for name in TABLES[table]:
        yield from _text_faults(name, fields.get(name))
    if "channel" in TABLES[table] and fields["channel"] not in CHANNELS:
        yield f"channel is {fields['channel']!r}. Give one of {', '.join(CHANNELS)}."
    if not _is_list_of(fields["rests_on"], SOURCES):
        yield f"rests_on must be a list of what it rests on: {', '.join(SOURCES)}."
    if fields.get("rank", 2) not in RANKS or isinstance(fields.get("rank"), bool):
        yield f"rank is {fields['rank']!r}. Give 1 (stays), 2 or 3 (is left out first)."
    yield from (f"{name} is {fields[name]!r}. Give true or false." for name in _FLAGS if not isinstance(fields.get(name, False), bool))
    for name in _CONDITIONS:
        yield from _condition_faults(name, fields.get(name, {}))


def _text_faults(name: str, text: Any) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip() or "\n" in text:
        yield f"{name} must be a text of one line, in quotation marks."
        return
    try:
        names = list(_names(text))
    except ValueError:
        yield f"{name} has a brace without its other half. Take it out."
        return
    yield from (
        f"{name} holds {{{word}}}, which stands for nothing. There is {{{'}, {'.join(WORDS)}}}." for word in names if word not in WORDS
    )


def _condition_faults(name: str, condition: Any) -> Iterator[str]:
    if not isinstance(condition, dict):
        yield f'{name} must be conditions, as in {name} = {{ stage = ["interview", "final"] }}.'
        return
    for fact, values in condition.items():
        if fact not in VALUES:
            yield f"{name} speaks of {fact}, of which nothing is known. It can be {', '.join(VALUES)}."
        elif not _is_list_of(values, VALUES[fact]):
            yield f"{name} has {fact} = {values!r}. Give a list of {', '.join(VALUES[fact])}."


def _is_list_of(values: Any, allowed: tuple[str, ...]) -> bool:
    return isinstance(values, list) and bool(values) and all(value in allowed for value in values)


def _names(text: str) -> Iterator[str]:
    """What stands in the braces of a text, as it stands there."""
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")


def _entry(table: str, fields: Mapping[str, Any]) -> Entry:
    text = "{by}: {what}. {why}." if TABLES[table] == STEP else "{text}"
    for name in (*STEP, *TEXT):
        text = text.replace(f"{{{name}}}", str(fields.get(name, "")))
    unless = {fact: tuple(values) for fact, values in fields.get("unless", {}).items()}
    if fields.get("contact"):
        unless["channel"] = (*unless.get("channel", ()), "none")
    if fields.get("feedback"):
        unless["feedback"] = (*unless.get("feedback", ()), "refused")
    return Entry(
        text=text,
        rests_on=tuple(fields["rests_on"]),
        names=frozenset(_names(text)),
        when={fact: tuple(values) for fact, values in fields.get("when", {}).items()},
        unless=unless,
        rank=fields.get("rank", 2),
        channel=fields.get("channel", ""),
    )
