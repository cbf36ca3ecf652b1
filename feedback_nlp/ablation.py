"""What each part of the model adds: trained anew on the same mails, with one part more each time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

from feedback_nlp.errors import InputError
from feedback_nlp.examples import read_labelled
from feedback_nlp.features import BLOCKS, MAIL_BLOCK
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import figures
from feedback_nlp.model import Model
from feedback_nlp.records import Example, Prediction
from feedback_nlp.store import save
from feedback_nlp.training import Progress, Recipe, corpus_lexicon, count_all, fit_model

Row = dict[str, Any]
Classify = Callable[[Iterable[str]], Iterable[Prediction]]

TEST = "test"
FIGURES = ("reason_macro_f1", "reason_accuracy", "rejection_f1", "false_alarms", "calibration_error")
"""What is said of every set of labelled mails."""

_ENGLISH_WORDS = 10_000
_BLOCK_STEPS = {
    "words": "the words of a sentence",
    "characters": "and its characters",
    "context": "and its neighbours",
    "mail": "and its mail",
}


@dataclass(frozen=True)
class Step:
    """A model between the simplest one and the shipped one: what was added last, and its recipe."""

    added: str
    recipe: Recipe
    with_loose: bool = False


def steps(recipe: Recipe = Recipe()) -> list[Step]:
    """The recipe taken apart, in the order in which its parts are added; the last step is the whole of it.

    The mail stage alone weighs no words of sentences, but the most frequent ones must be there to tell English by.
    """
    whole = dict.fromkeys(BLOCKS, 0) | {"words": min(_ENGLISH_WORDS, recipe.limits["words"]), MAIL_BLOCK: recipe.limits[MAIL_BLOCK]}
    found = [Step("the whole mail alone", replace(recipe, limits=whole, sentence_c=0, extracts=0))]
    for n, name in enumerate(BLOCKS, 1):
        limits = {block: recipe.limits[block] if block in BLOCKS[:n] else 0 for block in BLOCKS}
        found.append(Step(_BLOCK_STEPS[name], replace(recipe, limits=limits, mail_c=0, extracts=0)))
    return [
        *found,
        Step("and the whole mail on its own", replace(recipe, extracts=0)),
        Step("and extracts of mails", recipe),
        Step("and loose sentences", recipe, with_loose=True),
    ]


def ablation(
    mails: Sequence[Example],
    loose: Sequence[Example],
    sets: Mapping[str, Sequence[Example]],
    recipe: Recipe = Recipe(),
    say: Progress = lambda _: None,
) -> Iterator[Row]:
    """A row for each step: what was added, and how good, large and fast the model trained on these mails then is.

    The columns of each set of labelled mails begin with its name; the first set is the one that speed is measured on.
    Features are counted once for all steps that read the same rows, and the seconds of it are in every row. Raises
    InputError where there are too few mails to train on.
    """
    for with_loose, group in groupby(steps(recipe), key=lambda step: step.with_loose):
        start = perf_counter()
        extra = loose if with_loose else []
        lexicon = corpus_lexicon(mails, extra, recipe)
        counts = count_all(mails, extra, lexicon, recipe, say)
        counting = perf_counter() - start
        for step in group:
            say(step.added)
            start = perf_counter()
            try:
                model = fit_model(counts, lexicon, step.recipe, {}, say)
            except ValueError as error:
                raise InputError(f"{len(mails)} mails are too few to train on ({error}). Take a larger share.") from error
            seconds = counting + perf_counter() - start
            yield {"added": step.added, "mails": model.manifest["mails"]} | measured(model.classify, sets) | costs(size_of(model), seconds)


def labelled_sets(mails: Sequence[Example], files: Iterable[Path], say: Progress = lambda _: None) -> dict[str, list[Example]]:
    """The sets to judge on: the test split, and each file of labelled mails by its name without the ending."""
    sets = {TEST: [e for e in mails if e.split == TEST]}
    for path in files:
        rows = list(read_labelled([path]))
        truth = [row for row in rows if isinstance(row, Example)]
        if path.stem in sets:
            raise InputError(f"{path}: there is a set {path.stem!r} already. Give the file another name.")
        if not truth:
            raise InputError(f"{path}: no labelled rows. Give a column `label` with {', '.join(LABELS)}.")
        if len(truth) < len(rows):
            say(f"{path}: {len(rows) - len(truth)} rows without a text or a label skipped")
        sets[path.stem] = truth
    return sets


def measured(classify: Classify, sets: Mapping[str, Sequence[Example]]) -> Row:
    """The figures of each set of labelled mails, and how many mails of the first set are read in a second."""
    row: Row = {}
    speeds = []
    for name, truth in sets.items():
        texts = [e.text for e in truth]
        list(classify(texts[:1]))  # loads what is loaded on first use
        start = perf_counter()
        predictions = list(classify(texts))
        speeds.append(round(len(texts) / (perf_counter() - start)))
        found = figures(truth, predictions)
        row |= {f"{name}_{figure}": found[figure] for figure in FIGURES}
    return row | {"mails_a_second": speeds[0]}


def costs(size: int, seconds: float) -> Row:
    """The columns of a model's size in bytes and of the time that its training took."""
    return {"megabytes": round(size / 1e6, 1), "training_seconds": round(seconds)}


def size_of(model: Model) -> int:
    """How many bytes the model takes when it is saved; what only a retraining reads is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        return folder_size(save(replace(model, prior=None), Path(folder) / "model"))


def folder_size(folder: Path) -> int:
    """How many bytes the files in a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
