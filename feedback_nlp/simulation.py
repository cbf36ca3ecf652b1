"""How much a person's row should weigh: simulated on voices of the training corpus that by turns stand for the person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from feedback_nlp.adaptation import adapt
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import accuracy, pairs_of, reason_macro_f1, rejection_f1
from feedback_nlp.model import Model
from feedback_nlp.records import Example, Prediction
from feedback_nlp.training import Progress, Recipe, prepare_all, train

Row = dict[str, Any]
WEIGHTS = (1.0, 2.0, 4.0, 8.0, 16.0)
PEOPLE = 8
GIVEN = 40
"""So many of a person's mails are given to learn from; the rest are judged."""
_FEWEST = 60


def own_weights(
    mails: Sequence[Example],
    loose: Sequence[Example],
    recipe: Recipe = Recipe(),
    weights: Sequence[float] = WEIGHTS,
    say: Progress = lambda _: None,
) -> list[Row]:
    """A row for each weight, 0 being the model that learnt nothing from them: how well it reads the rest of that person's
    mails, and, to see what is forgotten, those of the other people. None of the people is in the corpus that it started from.
    """
    people = people_of(mails)
    base, rest = base_without(people, mails, loose, recipe, say)
    said: dict[float, list[tuple[Example, Prediction, bool]]] = defaultdict(list)
    for voice, theirs in people.items():
        given, _ = _dealt(theirs, recipe)
        judged = [(e, other == voice) for other, them in people.items() for e in _dealt(them, recipe)[1]]
        for weight in (0.0, *weights):
            say(f"{voice}, weight {weight:g}")
            model = _taught(base, rest, given, replace(recipe, own_weight=weight)) if weight else base
            answers = model.classify(e.text for e, _ in judged)
            said[weight] += [(e, p, own) for (e, own), p in zip(judged, answers, strict=True)]
    return [_row(weight, answers, said[0.0]) for weight, answers in said.items()]


def people_of(mails: Sequence[Example]) -> dict[str, list[Example]]:
    """Voices with enough training mails, and mails of every label, evenly drawn from all of them."""
    voices: dict[str, list[Example]] = defaultdict(list)
    for e in sorted((e for e in mails if e.split == "train" and e.voice not in ("", "starter")), key=lambda e: e.id):
        voices[e.voice].append(e)
    fit = sorted(v for v, theirs in voices.items() if len(theirs) >= _FEWEST and {e.primary for e in theirs} == set(LABELS))
    chosen = fit[:: max(1, len(fit) // PEOPLE)][:PEOPLE]
    return {voice: voices[voice] for voice in chosen}


def base_without(
    people: dict[str, list[Example]], mails: Sequence[Example], loose: Sequence[Example], recipe: Recipe, say: Progress
) -> tuple[Model, list[Example]]:
    """A model of the corpus without the people, with its prior, and the mails that it was made from."""
    rest = [e for e in mails if e.voice not in people and e.split == "train"]
    return train(rest, [e for e in loose if e.voice not in people], recipe=recipe, say=say), rest


def _dealt(theirs: Sequence[Example], recipe: Recipe) -> tuple[list[Example], list[Example]]:
    """What a person gives, as they would, without sentence labels, and what is judged."""
    order = np.random.default_rng(recipe.seed).permutation(len(theirs))
    given = [replace(theirs[i], voice="", sentences=(), evidence=()) for i in order[:GIVEN]]
    return given, [theirs[i] for i in order[GIVEN:]]


def _taught(base: Model, rest: Sequence[Example], given: Sequence[Example], recipe: Recipe) -> Model:
    assert base.prior is not None
    return adapt(base, base.prior, prepare_all(rest, base.preprocessor, recipe), given, recipe, {}).model


def _row(weight: float, answers: Sequence[tuple[Example, Prediction, bool]], unchanged: Sequence[tuple[Example, Prediction, bool]]) -> Row:
    row: Row = {"weight": weight}
    for name, of_them in (("own", True), ("others", False)):
        pairs, before = (list(_pairs(a, of_them)) for a in (answers, unchanged))
        row |= {
            f"{name}_judged": len(pairs),
            f"{name}_right": round(accuracy(pairs), 4),
            f"{name}_gained": sum(t == p != q for (t, p), (_, q) in zip(pairs, before, strict=True)),
            f"{name}_lost": sum(t == q != p for (t, p), (_, q) in zip(pairs, before, strict=True)),
            f"{name}_reason_macro_f1": round(reason_macro_f1(pairs), 4),
            f"{name}_rejection_f1": round(rejection_f1(pairs), 4),
            f"{name}_surprise": round(_surprise([(e, p) for e, p, own in answers if own == of_them]), 4),
        }
    return row


def _pairs(answers: Sequence[tuple[Example, Prediction, bool]], of_them: bool) -> Iterator[tuple[str, str | None]]:
    yield from pairs_of([e for e, _, own in answers if own == of_them], [p for _, p, own in answers if own == of_them])


def _surprise(answers: Sequence[tuple[Example, Prediction]]) -> float:
    """The mean of -log of the probability of the true label."""
    return float(np.mean([-np.log(max(1e-6, p.scores.get(e.primary, 0.0))) for e, p in answers]))
