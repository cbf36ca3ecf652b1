"""What a folder of labelled partitions was made from, and what came of it: `_manifest.json` in it.

The underscore hides it from those that read the folder as one table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

from feedback_nlp.engine.address import Address, names_in, read_bytes, written
from feedback_nlp.engine.judge import Kit
from feedback_nlp.engine.partition import Partition, Record
from feedback_nlp.engine.table import Table
from feedback_nlp.errors import OutputError

NAME = "_manifest.json"
FORMAT = 1
_ELSEWHERE = "Name another folder, or delete that one."

Plan = dict[str, Any]


def plan_of(tables: Sequence[Table], kit: Kit, text_column: str | None) -> Plan:
    """What a run is made from; a folder belongs to runs with the same."""
    return {
        "format": FORMAT,
        "program": metadata.version("feedback-nlp"),
        "model": kit.digest,
        "answers": kit.fingerprint,
        "text_column": text_column,
        "inputs": [_input(table) for table in tables],
    }


def _input(table: Table) -> dict[str, Any]:
    about = {"path": table.file.name, "size": table.size, "changed": table.changed, "row_groups": len(table.groups), "rows": table.rows}
    return about | ({"trouble": table.trouble} if table.trouble else {})


def begin(folder: Address, plan: Plan) -> None:
    """Takes a folder for a run: a new or empty one, or one that the same run began. Raises OutputError where it is another."""
    names = names_in(folder)
    if NAME not in names:
        if names:
            raise OutputError(f"{folder.name} holds other files ({min(names)}). Name a folder that is empty or not there.")
        _write(folder, plan | {"whole": False})
        return
    try:
        found = json.loads(read_bytes(folder.within(NAME)))
        why = _difference(found, plan)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        why = f"its {NAME} can't be read"
    if why:
        raise OutputError(f"{folder.name} belongs to another run: {why}. {_ELSEWHERE}")


def _difference(found: Mapping[str, Any], plan: Plan) -> str:
    """In what two runs differ; "" where in nothing that changes an answer."""
    if found["format"] != plan["format"]:
        return "another version of feedback-nlp wrote it"
    if found["model"] != plan["model"]:
        return f"it was labelled by the model {found['model']}, and this is {plan['model']}"
    if found["answers"] != plan["answers"]:
        return "feedback-nlp, or what you taught it, has changed since"
    if found["text_column"] != plan["text_column"]:
        return "it was begun with another --text-column"
    return next(_differing_inputs(found["inputs"], plan["inputs"]), "")


def _differing_inputs(found: Sequence[Mapping[str, Any]], inputs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    before, now = ({each["path"]: each for each in listed} for listed in (found, inputs))
    yield from (f"{path} was not among its files" for path in now if path not in before)
    yield from (f"{path} was among its files" for path in before if path not in now)
    yield from (f"{path} has changed since" for path in now if now[path] != before[path])
    if list(before) != list(now):
        yield "it was given the files in another order"


def finish(folder: Address, plan: Plan, records: Mapping[Partition, Record], failed: Mapping[Partition, str], whole: bool) -> None:
    """Writes what came of a run, as far as it came. Raises OutputError."""
    labels: Counter[str] = sum((record.labels for record in records.values()), Counter())
    not_judged: Counter[str] = sum((record.not_judged for record in records.values()), Counter())
    result = {
        "whole": whole,
        "rows_in": sum(record.rows_in for record in records.values()),
        "rows_out": sum(record.rows_out for record in records.values()),
        "rows_skipped": sum(record.rows_skipped for record in records.values()),
        "labels": labels,
        "not_judged": not_judged,
        "partitions": [{"file": p.name} | vars(records[p]) for p in sorted(records, key=lambda p: p.number)],
        "failed": [{"file": p.name, "input": p.file.name, "row_group": p.group, "why": why} for p, why in failed.items()],
    }
    _write(folder, plan | result)


def _write(folder: Address, content: Plan) -> None:
    with written(folder.within(NAME)) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", errors="backslashreplace"))
