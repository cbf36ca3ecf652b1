"""Two versions of the model: what they were made from, and how far apart they are on the test split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from feedback_nlp.comparison import Comparison, compare
from feedback_nlp.records import Example
from feedback_nlp.store import load_version

Pairs = Mapping[str, tuple[Any, Any]]
_MADE_FROM = ("mails", "own", "parent", "made", "forced", "why")


@dataclass(frozen=True)
class Difference:
    """`made_from` and `recipe` hold what is not the same in both, each with the value in the first and in the second; the rows
    are the person's own, counted by whether they, or their label, are in the first alone, the second alone, or in both with
    another label.
    """

    made_from: Pairs
    recipe: Pairs
    figures: Pairs
    rows_of_first: int
    rows_of_second: int
    relabelled: int
    comparison: Comparison

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self) | {"comparison": self.comparison.as_dict()}


def difference(first: str, second: str, test: Sequence[Example]) -> Difference:
    """Compares two versions, by name or folder. Raises ModelError where one is missing or damaged."""
    models = [load_version(name) for name in (first, second)]
    a, b = (model.manifest for model in models)
    labels, others = (_mapping(manifest, "labels_of_own") for manifest in (a, b))
    said, answers = (list(model.classify(e.text for e in test)) for model in models)
    return Difference(
        made_from=_unequal({name: a.get(name) for name in _MADE_FROM}, {name: b.get(name) for name in _MADE_FROM}),
        recipe=_unequal(_mapping(a, "recipe"), _mapping(b, "recipe")),
        figures=_unequal(_mapping(a, "figures"), _mapping(b, "figures")),
        rows_of_first=len(labels.keys() - others.keys()),
        rows_of_second=len(others.keys() - labels.keys()),
        relabelled=sum(labels[row] != others[row] for row in labels.keys() & others.keys()),
        comparison=compare(test, said, answers, (first, second)),
    )


def _mapping(manifest: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = manifest.get(name)
    return found if isinstance(found, dict) else {}


def _unequal(a: Mapping[str, Any], b: Mapping[str, Any]) -> Pairs:
    return {name: (a.get(name), b.get(name)) for name in {**a, **b} if a.get(name) != b.get(name)}
