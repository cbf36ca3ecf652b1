"""How much a person's row should weigh: simulated on voices of the training corpus that by turns stand for the person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from feedback_nlp.adaptation import learn, outputs_of
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import pairs_of, reason_macro_f1
from feedback_nlp.model import Model
from feedback_nlp.prior import Prior
from feedback_nlp.records import Example, Prediction
from feedback_nlp.training import DocumentRows, Progress, Recipe, document_rows, fit_document_stage, prepare_all, train

Row = dict[str, Any]
People = Mapping[str, Sequence[Example]]
Answer = tuple[str, Example, Prediction]
"""What kind of mail it is, the mail, and what is said of it."""
AGAIN, OWN, OTHERS = "again", "own", "others"
"""A mail that was given, in another guise; one that the same person did not give; one of somebody else."""
WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
PEOPLE = 8
_FIFTHS, _GIVEN = 5, 3
_FEWEST, _FEWEST_OF_A_LABEL, _FEWEST_SENTENCES = 60, 5, 5


def own_weights(
    people: People,
    base: Model,
    rest: Sequence[Example],
    recipe: Recipe = Recipe(),
    weights: Sequence[float] = WEIGHTS,
    say: Progress = lambda _: None,
) -> list[Row]:
    """A row for each weight, 0 being the model that learnt nothing from them: how well it reads the mails that were given when
    their wording comes again, the rest of that person's mails, and, to see what is forgotten, those of the other people.

    `base`, with its prior, was made from the `rest` of the corpus.
    """
    mails = prepare_all(rest, base.preprocessor, recipe)
    rows = document_rows(mails, outputs_of(_prior(base), mails), recipe)
    dealt = {voice: _dealt(theirs, recipe) for voice, theirs in people.items()}
    said: dict[float, list[Answer]] = defaultdict(list)
    for voice, (given, left) in dealt.items():
        others = [e for other, (_, them) in dealt.items() if other != voice for e in them]
        judged = [(AGAIN, _again(e, base)) for e in given] + [(OWN, e) for e in left] + [(OTHERS, e) for e in others]
        for weight in (0.0, *weights):
            say(f"{voice}, weight {weight:g}")
            model = _taught(base, rows, given if weight else [], replace(recipe, own_weight=weight))
            answers = model.classify(e.text for _, e in judged)
            said[weight] += [(kind, e, p) for (kind, e), p in zip(judged, answers, strict=True)]
    return [_row(weight, answers, said[0.0]) for weight, answers in said.items()]


def _again(example: Example, base: Model) -> Example:
    """The mail as the next one from the same template would be: other words at its beginning and end."""
    sentences = base.preprocessor(example.text)
    if len(sentences) < _FEWEST_SENTENCES:
        return replace(example, text=f"Hello there,\n\n{example.text}")
    return replace(example, text=f"Hello there,\n\n{example.text[sentences[1].start : sentences[-2].end]}\n\nAll the best,\nThe team")


def people_of(mails: Sequence[Example]) -> People:
    """Voices with enough training mails, and some of every label, evenly drawn from all of them."""
    voices: dict[str, list[Example]] = defaultdict(list)
    for e in sorted((e for e in mails if e.split == "train" and e.voice not in ("", "starter")), key=lambda e: e.id):
        voices[e.voice].append(e)
    fit = sorted(v for v, theirs in voices.items() if len(theirs) >= _FEWEST and _has_all(theirs))
    chosen = fit[:: max(1, len(fit) // PEOPLE)][:PEOPLE]
    return {voice: voices[voice] for voice in chosen}


def _has_all(theirs: Sequence[Example]) -> bool:
    counts = Counter(e.primary for e in theirs)
    return all(counts[label] >= _FEWEST_OF_A_LABEL for label in LABELS)


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
    for kind in (AGAIN, OWN, OTHERS):
        mails, said = _of(answers, kind)
        pairs, before = pairs_of(mails, said), pairs_of(*_of(unchanged, kind))
        row |= {
            f"{kind}_judged": len(pairs),
            f"{kind}_right": sum(t == p for t, p in pairs),
            f"{kind}_gained": sum(t == p != q for (t, p), (_, q) in zip(pairs, before, strict=True)),
            f"{kind}_lost": sum(t == q != p for (t, p), (_, q) in zip(pairs, before, strict=True)),
            f"{kind}_reason_macro_f1": round(reason_macro_f1(pairs), 3),
            f"{kind}_surprise": round(_surprise(mails, said), 3),
        }
    return row


def _of(answers: Sequence[Answer], kind: str) -> tuple[list[Example], list[Prediction]]:
    return [e for k, e, _ in answers if k == kind], [p for k, _, p in answers if k == kind]


def _surprise(mails: Sequence[Example], said: Sequence[Prediction]) -> float:
    """The mean of -log of the probability of the true label."""
    return float(np.mean([-np.log(max(1e-6, p.scores.get(e.primary, 0.0))) for e, p in zip(mails, said, strict=True)]))
