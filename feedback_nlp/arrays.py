"""Files of plain arrays and of JSON, which may come from a stranger: nothing in them is run, and nothing is believed."""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.errors import ModelError
from feedback_nlp.wordlist import WordList

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
    """One array. What its header claims is held against what is there first, and no more is unpacked than the archive declares,
    so that no lie allocates memory.
    """
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError("the others unpack by the block, however large that is")
    with archive.open(entry) as packed:
        data = packed.read(entry.file_size + 1)
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another array format")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise ValueError("not plain numbers")
    array: NDArray[Any] = np.frombuffer(data, dtype, offset=file.tell()).reshape(shape, order="F" if by_columns else "C")
    return array


def word_lists(arrays: dict[str, NDArray[Any]], names: Iterable[str], path: Path, advice: str) -> dict[str, WordList]:
    """Takes the named lists of words out of the arrays of a file. Raises ModelError where one is not there or none."""
    try:
        return {name: WordList(arrays.pop(f"{name}_words")) for name in names}
    except (KeyError, ValueError) as error:
        raise ModelError(f"{path} does not hold the word lists of a model. {advice}") from error


def write_arrays(file: Path | BinaryIO, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes an .npz file, in which words are packed and numbers are not: coefficients hardly shrink, and unpacking takes time."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")  # of the earliest date: equal models are equal files
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED if array.dtype == np.uint8 else zipfile.ZIP_STORED)


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
