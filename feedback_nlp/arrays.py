"""Files of plain arrays and of JSON, which may come from a stranger: nothing in them is run, and nothing is believed."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.errors import ModelError

_LARGEST = 64 * 1024 * 1024


def read_arrays(path: Path, advice: str) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by name. Raises ModelError, which ends with the advice, where they are no plain numbers."""
    _check_size(path, advice)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise ModelError(f"{path} unpacks to more than {_LARGEST // 2**20} MB: not a model of this program.")
            return {entry.filename.removesuffix(".npy"): _read_array(archive, entry) for entry in archive.infolist()}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ModelError(f"{path} is damaged or no array file ({type(error).__name__}). {advice}") from error


def _read_array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    """One array. What its header claims is held against what is there first, so that no lie allocates memory."""
    with archive.open(entry) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("another array format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > entry.file_size:
            raise ValueError("not plain numbers")
    with archive.open(entry) as file:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
        return array


def read_json(path: Path, advice: str) -> dict[str, Any]:
    """The object in a JSON file. Raises ModelError, which ends with the advice, where there is none."""
    _check_size(path, advice)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} is damaged ({type(error).__name__}). {advice}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} does not hold an object. {advice}")
    return content


def _check_size(path: Path, advice: str) -> None:
    if not path.is_file():
        raise ModelError(f"There is no model in {path.parent} ({path.name} is missing). {advice}")
    if path.stat().st_size > _LARGEST:
        raise ModelError(f"{path} is larger than {_LARGEST // 2**20} MB: not a model of this program.")


def write_json(path: Path, content: object, indent: int | None) -> None:
    """Writes JSON that people can read."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def libraries() -> dict[str, str]:
    """The versions of the libraries that a model depends on."""
    return {name: metadata.version(name) for name in ("scikit-learn", "spacy", "numpy")}
