"""Retraining on the corpus and the person's own rows: trained, judged beside the model in use, kept as a new version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from feedback_nlp.collection import Taken, own_examples
from feedback_nlp.corrections import Additions, add
from feedback_nlp.errors import InputError
from feedback_nlp.evaluation import Evaluation, evaluate
from feedback_nlp.examples import read_corpus
from feedback_nlp.model import Model
from feedback_nlp.records import Example
from feedback_nlp.resources import home
from feedback_nlp.store import SHIPPED, current, load_version, save, use, versions
from feedback_nlp.training import Progress, Recipe, digest_of, train

_NOISE = 0.01


@dataclass(frozen=True)
class Retraining:
    """What came of a retraining: row counts, the figures of the old and new model, and whether the new one is used."""

    added: int
    known: int
    changed: int
    skipped: tuple[str, ...]
    old_name: str
    new_name: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    used: bool
    why: str

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def retrain(files: Iterable[Path], text_column: str | None = None, say: Progress = lambda _: None) -> Retraining:
    """Adds the files' labelled rows to the person's own, trains, compares on the frozen test split, saves a version.

    The new version is taken into use unless it is worse than the shipped one by more than noise. Raises InputError
    where there is nothing new to learn.
    """
    files = list(files)
    additions = add(files, text_column, command="retrain") if files else Additions(Taken())
    taken, own = additions.taken, own_examples()
    if not own:
        raise InputError("There is nothing to learn from yet. Give a file with a text and a `label` column: feedback-nlp retrain rows.csv")
    corpus, loose = read_corpus()
    recipe = Recipe()
    name = digest_of([*corpus, *own], loose, recipe)
    if name in versions():
        raise InputError(
            f"Nothing new to learn: version {name} was made from the same rows. Take it into use: feedback-nlp models use {name}"
        )
    old_name = current()
    old_model = load_version(old_name)
    model = train(corpus, loose, own, recipe, say)
    say("comparing on mails that neither model has read")
    test = [e for e in corpus if e.split == "test"]
    shipped, old, new = (_evaluated(m, test) for m in (load_version(SHIPPED), old_model, model))
    model = replace(model, manifest={**model.manifest, "figures": new.figures, "parent": old_name})
    save(model, home() / "models" / name, new)
    lost = (shipped.figures[figure] - new.figures[figure] for figure in ("reason_macro_f1", "rejection_f1"))
    used = max(lost) <= _NOISE
    if used:
        use(name)
    why = "no worse than the shipped model beyond noise" if used else "worse than the shipped model on the test split"
    return Retraining(taken.added, taken.known, taken.changed, additions.left_out, old_name, name, old.figures, new.figures, used, why)


def build(folder: Path, say: Progress = lambda _: None) -> Model:
    """Trains on the shipped corpus alone and writes the model, its figures on the test split, and its card."""
    corpus, loose = read_corpus()
    model = train(corpus, loose, say=say)
    evaluation = _evaluated(model, [e for e in corpus if e.split == "test"])
    model = replace(model, manifest={**model.manifest, "figures": evaluation.figures})
    save(model, folder, evaluation)
    return model


def _evaluated(model: Model, test: list[Example]) -> Evaluation:
    return evaluate(test, list(model.classify(e.text for e in test)))
