"""What a person's corrections of a style gain there and cost elsewhere, and what becomes of wrong ones.

Measured on styles of mail that no training reads (data/styles.jsonl): some mails of one are given as a person gives them,
learnt as `retrain` learns them, and the rest of the style, the test split and the other styles are judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from feedback_nlp.adaptation import Adapted, adapt
from feedback_nlp.comparison import compare
from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest, read_examples
from feedback_nlp.judging import Verdict
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import pairs_of
from feedback_nlp.records import Email, Example, Prediction
from feedback_nlp.resources import shipped
from feedback_nlp.retraining import Basis, verdict_on
from feedback_nlp.selection import candidates_in, most_telling
from feedback_nlp.training import Progress, Recipe

Row = dict[str, Any]
Styles = Mapping[str, Sequence[Example]]
SIZES = (10, 20, 40)
RANDOM, REVIEW = "random", "review"
"""How the mails that are given were chosen."""
MIXES = ((100, 200), (200, 100), (270, 30))
"""How many right and how many wrong labels are given."""
_PREFIX = "style-"


def read_styles() -> dict[str, list[Example]]:
    """The mails of each style, by its name. None of them is a row of the corpus."""
    styles: dict[str, list[Example]] = defaultdict(list)
    for example in read_examples(shipped("data") / "styles.jsonl"):
        styles[example.voice.removeprefix(_PREFIX)].append(example)
    return dict(styles)


def named(styles: Styles, names: Sequence[str]) -> list[str]:
    """The names, or those of all styles where there are none. Raises InputError at one that no style has."""
    unknown = [name for name in names if name not in styles]
    if unknown:
        raise InputError(f"There is no style {unknown[0]!r}. Name one of: {', '.join(styles)}.")
    return list(names or styles)


def adaptations(
    styles: Styles,
    test: Sequence[Example],
    basis: Basis,
    names: Sequence[str],
    seeds: int = 3,
    sizes: Sequence[int] = SIZES,
    recipe: Recipe = Recipe(),
    say: Progress = lambda _: None,
) -> Iterator[Row]:
    """A row for each named style, way to choose, size and seed: how many mails are wrong before and after so many of the
    style's were corrected, how many came right and how many wrong, and whether `retrain` would use the model.
    """
    before = _Answers(basis, [*test, *(e for mails in styles.values() for e in mails)])
    for name in names:
        others = [e for other, mails in styles.items() if other != name for e in mails]
        for size in sizes:
            for chosen, seed, given in _drawn(styles[name], size, seeds, basis):
                say(f"{name}: {size} mails, {chosen}{'' if seed is None else f', seed {seed}'}")
                adapted, verdict = _learnt(given, test, before, basis, recipe)
                texts = {e.id for e in given}
                sets = {"style": [e for e in styles[name] if e.id not in texts], "test": test, "others": others}
                row: Row = {"style": name, "examples": size, "chosen": chosen, "seed": seed, "used": verdict.promoted}
                for kind, mails in sets.items():
                    row |= _counts(kind, mails, before.of(mails), list(adapted.model.classify(e.text for e in mails)))
                yield row


def wrong_labels(
    styles: Styles,
    test: Sequence[Example],
    basis: Basis,
    seeds: int = 3,
    mixes: Sequence[tuple[int, int]] = MIXES,
    recipe: Recipe = Recipe(),
    say: Progress = lambda _: None,
) -> Iterator[Row]:
    """A row for each mix and seed: whether a model that was taught so many right and wrong labels of all styles would be used,
    how many rows are suspects, and how many of the wrong ones are among these, and among as many of the first as are wrong.
    """
    mails = [e for them in styles.values() for e in them]
    before = _Answers(basis, [*test, *mails])
    for right, wrong in mixes:
        for seed in range(seeds):
            say(f"{wrong} wrong labels among {right + wrong}, seed {seed}")
            rng = np.random.default_rng(seed)
            drawn = [mails[i] for i in rng.permutation(len(mails))[: right + wrong]]
            given = [_mislabelled(e, rng) if i < wrong else e for i, e in enumerate(drawn)]
            false = {digest(e.text) for e in drawn[:wrong]}
            _, verdict = _learnt(given, test, before, basis, recipe)
            found = [digest(s.example.text) in false for s in verdict.suspects]
            counts = {"suspects": len(found), "wrong_found": sum(found), "wrong_among_first": sum(found[:wrong])}
            yield {"right": right, "wrong": wrong, "seed": seed, "used": verdict.promoted} | counts


class _Answers:
    """What the shipped model says of all mails that are judged."""

    def __init__(self, basis: Basis, mails: Sequence[Example]) -> None:
        self._said = dict(zip((e.id for e in mails), basis.model.classify(e.text for e in mails), strict=True))

    def of(self, mails: Sequence[Example]) -> list[Prediction]:
        return [self._said[e.id] for e in mails]


def _drawn(mails: Sequence[Example], size: int, seeds: int, basis: Basis) -> Iterator[tuple[str, int | None, list[Example]]]:
    """The mails that are given: drawn at random with each seed, then as `review` chooses them."""
    for seed in range(seeds):
        yield RANDOM, seed, [mails[i] for i in np.random.default_rng(seed).permutation(len(mails))[:size]]
    by_id = {e.id: e for e in mails}
    candidates = candidates_in((Email(e.id, e.text) for e in mails), basis.model)
    yield REVIEW, None, [by_id[c.email.id] for c in most_telling(candidates.found, basis.model, size)]


def _learnt(given: Sequence[Example], test: Sequence[Example], before: _Answers, basis: Basis, recipe: Recipe) -> tuple[Adapted, Verdict]:
    """What `retrain` would make of the given mails, and its verdict."""
    adapted = adapt(basis.model, basis.prior, basis.mails, [_as_given(e) for e in given], recipe, {})
    said = list(adapted.model.classify(e.text for e in test))
    return adapted, verdict_on(adapted, basis.model, compare(test, said, before.of(test)))


def _as_given(example: Example) -> Example:
    """The mail as a person gives it who says the label and no more."""
    return Example(f"own-{digest(example.text)}", example.text, example.primary, also_ok=example.also_ok)


def _mislabelled(example: Example, rng: np.random.Generator) -> Example:
    others = [label for label in LABELS if label not in (example.primary, *example.also_ok)]
    return replace(example, primary=str(rng.choice(others)), also_ok=())


def _counts(kind: str, mails: Sequence[Example], before: Sequence[Prediction], after: Sequence[Prediction]) -> Row:
    rights = [[t == p for t, p in pairs_of(mails, said)] for said in (before, after)]
    both = list(zip(*rights, strict=True))
    return {
        f"{kind}_judged": len(mails),
        f"{kind}_wrong_before": rights[0].count(False),
        f"{kind}_wrong_after": rights[1].count(False),
        f"{kind}_came_right": both.count((False, True)),
        f"{kind}_came_wrong": both.count((True, False)),
    }
