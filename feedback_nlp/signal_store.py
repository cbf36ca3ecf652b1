"""The model of the signals on disk: plain arrays and JSON, checked before use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.arrays import libraries, read_arrays, read_json, word_lists, write_arrays, write_json
from feedback_nlp.errors import ModelError
from feedback_nlp.labels import SENTENCE_LABELS
from feedback_nlp.model import Block
from feedback_nlp.naming import Naming
from feedback_nlp.resources import shipped
from feedback_nlp.signal_model import SIGNAL_BLOCKS, VALUES, SignalModel

SIGNAL_FORMAT = 2
_ANEW = "Install feedback-nlp anew."


@cache
def load_signals() -> SignalModel:
    """The shipped model of the signals."""
    return load_signals_from(shipped("models") / "signals")


def save_signals(model: SignalModel, folder: Path) -> None:
    """Writes a model of the signals into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        "reasons": model.reasons,
        "intercept": model.intercept,
        "thresholds": model.thresholds,
        "naming_intercept": np.array([model.naming.intercept]),
    }
    for name, block in model.blocks.items():
        arrays |= {f"{name}_{part}": array for part, array in block.arrays().items()}
    arrays |= {f"naming_{part}": array for part, array in model.naming.arrays().items()}
    write_arrays(folder / "arrays.npz", arrays)
    about = {"format": SIGNAL_FORMAT, "values": [list(value) for value in VALUES], "libraries": libraries()}
    write_json(folder / "manifest.json", about | dict(model.manifest), indent=1)


def load_signals_from(folder: Path) -> SignalModel:
    """Reads a model of the signals, checking names, types and shapes first. Raises ModelError that says what is wrong."""
    manifest = read_json(folder / "manifest.json", _ANEW)
    if manifest.get("format") != SIGNAL_FORMAT or manifest.get("values") != [list(value) for value in VALUES]:
        raise ModelError(f"{folder} was made for other signals or in another format. {_ANEW}")
    arrays = read_arrays(folder / "arrays.npz", _ANEW)
    words = word_lists(arrays, (*SIGNAL_BLOCKS, "naming"), folder / "arrays.npz", _ANEW)
    expected = _shapes({name: len(found) for name, found in words.items()})
    if {name: array.shape for name, array in arrays.items()} != expected or not all(
        array.dtype.kind == "f" and np.isfinite(array).all() for array in arrays.values()
    ):
        raise ModelError(f"{folder / 'arrays.npz'} does not hold the arrays of a model of signals. {_ANEW}")
    blocks = {name: Block(words[name], arrays[f"{name}_idf"], arrays[f"{name}_coefficients"]) for name in SIGNAL_BLOCKS}
    naming = Naming(words["naming"], arrays["naming_coefficients"], float(arrays["naming_intercept"][0]))
    return SignalModel(blocks, arrays["reasons"], arrays["intercept"], arrays["thresholds"], naming, manifest)


def _shapes(sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    n = len(VALUES)
    shapes: dict[str, tuple[int, ...]] = {
        "reasons": (len(SENTENCE_LABELS), n),
        "intercept": (n,),
        "thresholds": (n,),
        "naming_coefficients": (sizes["naming"],),
        "naming_intercept": (1,),
    }
    for name in SIGNAL_BLOCKS:
        shapes |= {f"{name}_idf": (sizes[name],), f"{name}_coefficients": (sizes[name], n)}
    return shapes
