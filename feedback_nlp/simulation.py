"""How much a person's row should weigh: simulated on voices of the training corpus that by turns stand for the person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from feedback_nlp.adaptation import learn, outputs_of
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import accuracy, pairs_of, reason_macro_f1, rejection_f1
from feedback_nlp.model import Model
from feedback_nlp.prior import Prior
from feedback_nlp.records import Example, Prediction
from feedback_nlp.training import DocumentRows, Progress, Recipe, document_rows, fit_document_stage, prepare_all, train

Row = dict[str, Any]
People = Mapping[str, Sequence[Example]]
Answer = tuple[Example, Prediction, bool]
"""A mail, what is said of it, and whether it is the person's who was learnt from."""
WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
PEOPLE = 8
_FIFTHS, _GIVEN = 5, 3
_FEWEST = 60


def own_weights(
    people: People,
    base: Model,
    rest: Sequence[Example],
    recipe: Recipe = Recipe(),
    weights: Sequence[float] = WEIGHTS,
    say: Progress = lambda _: None,
) -> list[Row]:
    """A row for each weight, 0 being the model that learnt nothing from them: how well it reads the rest of that person's
    mails, and, to see what is forgotten, those of the other people.

    `base`, with its prior, was made from the `rest` of the corpus.
    """
    mails = prepare_all(rest, base.preprocessor, recipe)
    rows = document_rows(mails, outputs_of(_prior(base), mails), recipe)
    said: dict[float, list[Answer]] = defaultdict(list)
    for voice, theirs in people.items():
        given, _ = _dealt(theirs, recipe)
        judged = [(e, other == voice) for other, them in people.items() for e in _dealt(them, recipe)[1]]
        for weight in (0.0, *weights):
            say(f"{voice}, weight {weight:g}")
            model = _taught(base, rows, given if weight else [], replace(recipe, own_weight=weight))
            answers = model.classify(e.text for e, _ in judged)
            said[weight] += [(e, p, own) for (e, own), p in zip(judged, answers, strict=True)]
    return [_row(weight, answers, said[0.0]) for weight, answers in said.items()]


def people_of(mails: Sequence[Example]) -> People:
    """Voices with enough training mails, and mails of every label, evenly drawn from all of them."""
    voices: dict[str, list[Example]] = defaultdict(list)
    for e in sorted((e for e in mails if e.split == "train" and e.voice not in ("", "starter")), key=lambda e: e.id):
        voices[e.voice].append(e)
    fit = sorted(v for v, theirs in voices.items() if len(theirs) >= _FEWEST and {e.primary for e in theirs} == set(LABELS))
    chosen = fit[:: max(1, len(fit) // PEOPLE)][:PEOPLE]
    return {voice: voices[voice] for voice in chosen}


def base_without(
    people: People, mails: Sequence[Example], loose: Sequence[Example], recipe: Recipe, say: Progress
) -> tuple[Model, list[Example]]:
    """A model of the corpus without the people, with its prior, and the mails that it was made from."""
    rest = [e for e in mails if e.voice not in people and e.split == "train"]
    return train(rest, [e for e in loose if e.voice not in people], recipe=recipe, say=say), rest


def _dealt(theirs: Sequence[Example], recipe: Recipe) -> tuple[list[Example], list[Example]]:
    """What a person gives, three fifths, as they would, without sentence labels, and what is judged.

    Both have every label alike often (else a label that was given often would be left seldom), and mails that were written
    as a pair stay together.
    """
    folds = StratifiedGroupKFold(_FIFTHS, shuffle=True, random_state=recipe.seed)
    splits = folds.split(theirs, [e.primary for e in theirs], [e.pair_id or e.id for e in theirs])
    tests = [test for _, test in splits]
    given = [replace(theirs[i], voice="", sentences=(), evidence=()) for i in np.concatenate(tests[:_GIVEN])]
    return given, [theirs[i] for i in np.concatenate(tests[_GIVEN:])]


def _prior(base: Model) -> Prior:
    if base.prior is None:
        raise ValueError("the model has no prior: it was loaded, not trained")
    return base.prior


def _taught(base: Model, rows: DocumentRows, given: Sequence[Example], recipe: Recipe) -> Model:
    """The model after the given mails, so far as it decides on labels: `rows` are the document stage's of the corpus."""
    if not given:
        return replace(base, document=fit_document_stage(rows, recipe))
    learnt = learn(base, _prior(base), given, recipe)
    theirs = document_rows(learnt.documents, learnt.held_out, recipe)
    both = DocumentRows(*(np.concatenate(parts) for parts in zip(vars(rows).values(), vars(theirs).values(), strict=True)))
    return replace(base, blocks=learnt.stages.blocks(base.vocabularies), document=fit_document_stage(both, recipe))


def _row(weight: float, answers: Sequence[Answer], unchanged: Sequence[Answer]) -> Row:
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


def _pairs(answers: Sequence[Answer], of_them: bool) -> Iterator[tuple[str, str | None]]:
    yield from pairs_of([e for e, _, own in answers if own == of_them], [p for _, p, own in answers if own == of_them])


def _surprise(answers: Sequence[tuple[Example, Prediction]]) -> float:
    """The mean of -log of the probability of the true label."""
    return float(np.mean([-np.log(max(1e-6, p.scores.get(e.primary, 0.0))) for e, p in answers]))
