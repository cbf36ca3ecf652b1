"""One model, run in every way that there is: the same labels, and the same probabilities to the sixth place?"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.obvious import ObviousWay
from feedback_nlp import columns
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.labels import LABELS, NOT_REJECTION
from feedback_nlp.model import Model, softmax
from feedback_nlp.records import Example
from feedback_nlp.stages import Prepared, Stages, count_known
from feedback_nlp.store import folder_of
from feedback_nlp.tagging import open_tagger

Chances = NDArray[np.float64]

TOLERANCE = 1e-6
"""The way compared with is unrounded; `label` writes six places."""


def one_at_a_time(model: Model, texts: Sequence[str]) -> Chances:
    """A mail after another, its features found by their strings."""
    with patch.object(columns, "_FEW", math.inf):
        return np.vstack([model.predict_proba([text]) for text in texts])


def batches(model: Model, texts: Sequence[str]) -> Chances:
    """Many mails at once, their features found with arrays."""
    with patch.object(columns, "_FEW", -1):
        return model.predict_proba(texts)


def scikit_learn(model: Model, texts: Sequence[str]) -> Chances:
    """The stages as scikit-learn fits them, all mails at once."""
    read = [model.sentences_of(text) for text in texts]
    judged = [i for i, sentences in enumerate(read) if sentences]
    documents = [Prepared(Example("", texts[i], ""), tuple(read[i]), (None,) * len(read[i]), "", "") for i in judged]
    outputs = Stages.of(model).output(count_known(documents, model.vocabularies), np.arange(len(judged)))
    chances = np.tile(NOT_JUDGED, (len(texts), 1))
    chances[judged] = softmax(model.document(np.vstack([output.features for output in outputs])))
    return chances


def obvious(model: Model, texts: Sequence[str]) -> Chances:
    """The obvious way, a mail after another."""
    way = ObviousWay(model)
    found = (way.chances(text) for text in texts)
    return np.vstack([NOT_JUDGED if chances is None else chances for chances in found])


def label(model: Model, texts: Sequence[str], jobs: int = 1) -> Chances:
    """The rows that `label` writes, by so many processes."""
    with tempfile.TemporaryDirectory() as folder:
        rows, labelled = Path(folder) / "mails.jsonl", Path(folder) / "labelled.jsonl"
        rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        label_mailbox([rows], Wanted(labelled, jobs=jobs), model, lambda size, number: None)
        return _chances(json.loads(line)["scores"] for line in labelled.read_bytes().splitlines())


def dask(model: Model, texts: Sequence[str]) -> Chances:
    """The rows that `label --engine dask` writes, by processes of its own; of the model in use alone."""
    from feedback_nlp.engine.judge import Judge, pack
    from feedback_nlp.engine.run import Wanted as OnEngine
    from feedback_nlp.engine.run import label_tables

    with tempfile.TemporaryDirectory() as folder:
        rows, labelled = Path(folder) / "mails.parquet", Path(folder) / "labelled"
        pq.write_table(pa.table({"text": list(texts)}), rows, row_group_size=max(1, len(texts) // 8))
        kit = pack(folder_of(None), Judge(model, {}, open_tagger(model, {})))
        label_tables([str(rows)], OnEngine(str(labelled), None, None), kit, lambda text: None, lambda number, total: None)
        parts = (pq.read_table(part, columns=["scores"]) for part in sorted(labelled.glob("*.parquet")))
        return _chances(scores for part in parts for scores in part["scores"].to_pylist())


def _chances(scores: Iterable[Mapping[str, float] | None]) -> Chances:
    """Of a mail that can't be judged a Parquet file has no scores."""
    return np.array([[(row or {}).get(name, float(name == NOT_REJECTION)) for name in LABELS] for row in scores])


NOT_JUDGED = np.array([float(name == NOT_REJECTION) for name in LABELS])
"""As `Model.predict_proba` has it."""
WAYS: Mapping[str, Callable[[Model, Sequence[str]], Chances]] = {
    "one mail at a time": one_at_a_time,
    "batches": batches,
    "scikit-learn's objects": scikit_learn,
    "the obvious way": obvious,
    "`label`": label,
    "`label --jobs 2`": partial(label, jobs=2),
    "`label --engine dask`": dask,
}


def differences(model: Model, texts: Sequence[str], ways: Sequence[str] = tuple(WAYS)) -> dict[str, tuple[float, int]]:
    """For each way the greatest difference of a probability from the first way's, and how many labels differ."""
    first, *others = (WAYS[name](model, texts) for name in ways)
    return {
        name: (float(np.abs(chances - first).max()), int((chances.argmax(axis=1) != first.argmax(axis=1)).sum()))
        for name, chances in zip(ways[1:], others, strict=True)
    }
