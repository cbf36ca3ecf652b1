"""Model versions on disk: plain arrays and JSON, checked before use. No pickle is ever opened.

A version is a folder: `manifest.json` (format, digest, recipe, figures, library versions), `arrays.npz`,
and the model card, `README.md` with `calibration.svg`; the shipped one has `prior.npz` beside them, which
retraining goes on from. Shipped ones lie in the package, a person's own in their home folder; `current` there names those
that were in use, one a line, the one in use last.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.arrays import libraries, read_arrays, read_json, word_lists, write_arrays, write_json
from feedback_nlp.errors import ModelError
from feedback_nlp.features import BLOCKS, MAIL_BLOCK, document_features
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, REASONS, SENTENCE_LABELS
from feedback_nlp.model import FORMAT, Block, Linear, Model
from feedback_nlp.prior import Prior
from feedback_nlp.resources import check_place, home, shipped, write_text, written_aside
from feedback_nlp.wordlist import WordList

if TYPE_CHECKING:
    from feedback_nlp.evaluation import Evaluation

SHIPPED = "shipped"
FILES = ("manifest.json", "arrays.npz")
"""What `load` reads of a version's folder."""
_ASIDE = ".part"
_LONGEST_HISTORY = 100
_ELSEWHERE = "Set FEEDBACK_NLP_HOME to a folder of yours."
_RETRAIN = "Run `feedback-nlp retrain`, or `feedback-nlp models use shipped`."


def versions() -> dict[str, Path]:
    """Every version by name, the shipped one first, then the person's own."""
    own = home() / "models"
    folders = sorted((p for p in own.iterdir() if (p / "manifest.json").is_file()), key=lambda p: p.stat().st_mtime) if own.is_dir() else []
    return {SHIPPED: shipped("models") / "default"} | {p.name: p for p in folders if not p.name.startswith(".")}


def current() -> str:
    """The name of the version in use."""
    return _used()[-1]


def _used() -> list[str]:
    """The versions that were taken into use, the one in use last. The shipped one was in use before any other."""
    try:
        text = _pointer().read_text(encoding="utf-8")
    except OSError:
        text = ""
    names = [SHIPPED, *(name for line in text.split("\n") if (name := line.strip()))]
    return [name for name, _ in groupby(names)]


def _pointer() -> Path:
    return home() / "models" / "current"


def use(name: str) -> None:
    """Makes a version the one in use. Raises ModelError where there is none of that name or it can't be loaded."""
    load(_folder(name))
    _point_to([*_used(), name])


def roll_back() -> str:
    """Makes the version that was in use before the one in use now, and returns its name. Raises ModelError where there is none."""
    used = _used()
    earlier = used[:-1]
    while earlier and earlier[-1] not in versions():
        earlier.pop()
    if not earlier:
        raise ModelError(f"No version was in use before {used[-1]!r}. See `feedback-nlp models list`.")
    load(_folder(earlier[-1]))
    _point_to(earlier)
    return earlier[-1]


def _point_to(used: Sequence[str]) -> None:
    """Writes the history of what was in use, and with it what is, in one step."""
    write_text(_pointer(), "\n".join(used[1:][-_LONGEST_HISTORY:] or [SHIPPED]) + "\n")


def unused() -> list[str]:
    """A person's own versions that are neither in use nor the parent of the one that is."""
    kept = {SHIPPED, current()}
    if current() in versions():
        kept.add(str(manifest_of(path_of()).get("parent", "")))
    return [name for name in versions() if name not in kept]


def prune(names: Sequence[str]) -> list[str]:
    """Removes those of the named versions that are still unused, and what stopped runs left; returns what it removed."""
    with only_one():
        removed = [name for name in unused() if name in names]
        folder = home() / "models"
        for name in removed:  # out of sight first, so that a half-removed version is never taken for one
            os.replace(folder / name, folder / f".{name}.{os.getpid()}{_ASIDE}")
        for path in folder.glob(f".*{_ASIDE}"):
            shutil.rmtree(path, ignore_errors=True)
    return removed


@contextmanager
def only_one() -> Iterator[None]:
    """Within it no other process makes or removes versions. Raises ModelError where one does."""
    from filelock import FileLock, Timeout

    folder = home() / "models"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise ModelError(f"Models in {folder} are being made by another run. Wait until that is done, then try again.") from error
    except OSError as error:
        raise ModelError(f"{folder} can't be written ({error.strerror or error}). {_ELSEWHERE}") from error


def path_of(name: str | None = None) -> Path:
    """The folder of a version (default: the one in use)."""
    return _folder(name or current())


def manifest_of(folder: Path) -> dict[str, Any]:
    """What a version says of itself."""
    return read_json(folder / "manifest.json", _RETRAIN)


def origin_of(folder: Path) -> dict[str, Any]:
    """What a version says of where it comes from: date, parent, own rows, whether it was forced, and its figures on the test
    split; nothing where it is damaged.
    """
    try:
        manifest = manifest_of(folder)
    except ModelError:
        return {}
    figures = manifest.get("figures")
    origin = {name: manifest.get(name) for name in ("made", "parent", "own", "forced", "why")}
    return origin | (figures if isinstance(figures, dict) else {})


def learnt_from_own() -> list[str]:
    """The names of the versions that were trained on mails of the person's own."""
    return [name for name, folder in versions().items() if name != SHIPPED and _learnt_from_own(folder)]


def _learnt_from_own(folder: Path) -> bool:
    try:
        return bool(manifest_of(folder).get("own"))
    except ModelError:
        return True  # nobody can tell


def load_version(name: str | None = None) -> Model:
    """The model of a version name or folder (default: the one in use)."""
    return load(folder_of(name))


def folder_of(name: str | None = None) -> Path:
    """The folder of a version name, or of a model that is named by its folder (default: the one in use)."""
    return Path(name) if name and (Path(name) / "manifest.json").is_file() else path_of(name)


def _folder(name: str) -> Path:
    known = versions()
    if name not in known:
        raise ModelError(f"There is no model {name!r} (there are: {', '.join(known)}). See `feedback-nlp models list`.")
    return known[name]


def save(model: Model, folder: Path, evaluation: Evaluation | None = None) -> Path:
    """Writes a model and its card into a new folder: aside first, then renamed, so that it is whole or not there."""
    from feedback_nlp.card import card_files  # drawing and statistics, which reading a model needs none of

    _check_free(folder)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}{_ASIDE}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        write_arrays(aside / "arrays.npz", _arrays(model))
        if model.prior:
            np.savez_compressed(aside / _PRIOR, allow_pickle=False, **_prior_arrays(model.prior))
        write_json(
            aside / "manifest.json", {"format": FORMAT, "labels": list(LABELS), "libraries": libraries()} | dict(model.manifest), indent=1
        )
        for name, text in card_files(model, evaluation).items():
            (aside / name).write_text(text, encoding="utf-8")
        os.replace(aside, folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise ModelError(f"{folder} can't be written ({error.strerror or error}). {_ELSEWHERE}") from error
    return folder


def check_new(folder: Path) -> None:
    """Raises ModelError where a folder is there already, OutputError where none can be made: to know before the work."""
    _check_free(folder)
    check_place(folder)


def _check_free(folder: Path) -> None:
    if folder.exists():
        raise ModelError(f"{folder} is there already; a version is never overwritten.")


def load(folder: Path) -> Model:
    """Reads a model, checking names, sizes, types and shapes first. Raises ModelError that says what is wrong."""
    manifest = read_json(folder / "manifest.json", _RETRAIN)
    if manifest.get("format") != FORMAT:
        raise ModelError(f"{folder} has model format {manifest.get('format')!r}; this version reads format {FORMAT}. {_RETRAIN}")
    if manifest.get("labels") != list(LABELS):
        raise ModelError(f"{folder} was made for other labels. {_RETRAIN}")
    arrays = read_arrays(folder / "arrays.npz", _RETRAIN)
    words = word_lists(arrays, (*BLOCKS, "lexicon"), folder / "arrays.npz", _RETRAIN)
    _check_shapes(folder, arrays, {name: len(words[name]) for name in BLOCKS})
    blocks = {name: Block(words[name], arrays[f"{name}_idf"], arrays[f"{name}_coefficients"]) for name in BLOCKS}
    linear = {stage: Linear(*(arrays[f"{stage}_{part}"] for part in _LINEAR)) for stage in ("document", "secondary")}
    return Model(
        blocks,
        arrays["sentence_intercept"],
        arrays["mail_intercept"],
        linear["document"],
        float(arrays["possible_threshold"][0]),
        linear["secondary"],
        arrays["secondary_thresholds"],
        frozenset(words["lexicon"]),
        manifest,
    )


def save_prior(prior: Prior) -> None:
    """Keeps a prior in the person's folder, for a shipped model that came without one."""
    with written_aside(home() / "models" / _PRIOR) as file:
        np.savez_compressed(file, allow_pickle=False, **_prior_arrays(prior))


def load_prior(digest: str) -> Prior | None:
    """The prior of that digest: the shipped model's, or the one that was kept in the person's folder; None where neither is it.

    Raises ModelError where one is damaged.
    """
    for path in (shipped("models") / "default" / _PRIOR, home() / "models" / _PRIOR):
        if path.is_file() and (prior := _read_prior(path)).digest == digest:
            return prior
    return None


def _prior_arrays(prior: Prior) -> dict[str, NDArray[Any]]:
    arrays = {name: getattr(prior, name) for name in _PRIOR_SHAPES}
    return arrays | {"digest": np.frombuffer(prior.digest.encode("ascii"), dtype=np.uint8)}


def _read_prior(path: Path) -> Prior:
    advice = "Remove it: retraining makes it anew."
    arrays = read_arrays(path, advice)
    digest = arrays.pop("digest", np.empty(0))
    fits = set(arrays) == set(_PRIOR_SHAPES) and all(
        (array := arrays[name]).dtype == kind and array.ndim == 1 + len(rest) and array.shape[1:] == rest and np.isfinite(array).all()
        for name, (kind, rest) in _PRIOR_SHAPES.items()
    )
    if not fits or digest.dtype != np.uint8 or digest.ndim != 1:
        raise ModelError(f"{path} does not hold the arrays of a prior. {advice}")
    return Prior(**arrays, digest=digest.tobytes().decode("ascii", errors="replace"))


_PRIOR = "prior.npz"
_PRIOR_SHAPES: Mapping[str, tuple[type, tuple[int, ...]]] = {
    "sentences": (np.float16, (len(SENTENCE_LABELS),)),
    "mentions": (np.float16, (len(CONCRETE_REASONS),)),
    "mails": (np.float16, (len(LABELS),)),
    "sentence_energies": (np.float32, ()),
    "mail_energies": (np.float32, ()),
}
"""The kind of number of each array, and its shape after the rows."""

_LINEAR = ("mean", "scale", "coefficients", "intercept")


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "sentence_intercept": model.sentence_intercept,
        "mail_intercept": model.mail_intercept,
        "secondary_thresholds": model.secondary_thresholds,
        "possible_threshold": np.array([model.possible_threshold]),
        "lexicon_words": WordList.of(model.lexicon).packed,
    }
    for name, block in model.blocks.items():
        arrays |= {f"{name}_{part}": array for part, array in block.arrays().items()}
    for stage, linear in (("document", model.document), ("secondary", model.secondary)):
        arrays |= {f"{stage}_{part}": getattr(linear, part) for part in _LINEAR}
    return arrays


def _check_shapes(folder: Path, arrays: Mapping[str, NDArray[Any]], sizes: Mapping[str, int]) -> None:
    of_sentences, of_mails = len(SENTENCE_LABELS) + len(CONCRETE_REASONS), len(LABELS)
    n = len(document_features(np.ones((1, len(SENTENCE_LABELS))), np.ones((1, len(CONCRETE_REASONS))), np.ones(len(LABELS))))
    m = n + len(REASONS)
    expected: dict[str, tuple[int, ...]] = {
        "sentence_intercept": (of_sentences,),
        "mail_intercept": (of_mails,),
        "secondary_thresholds": (len(CONCRETE_REASONS),),
        "possible_threshold": (1,),
    }
    for name, size in sizes.items():
        expected |= {f"{name}_idf": (size,), f"{name}_coefficients": (size, of_sentences + of_mails * (name == MAIL_BLOCK))}
    for stage, rows, columns in (("document", n, len(LABELS)), ("secondary", m, len(CONCRETE_REASONS))):
        expected |= {
            f"{stage}_mean": (rows,),
            f"{stage}_scale": (rows,),
            f"{stage}_coefficients": (rows, columns),
            f"{stage}_intercept": (columns,),
        }
    if set(arrays) != set(expected):
        raise ModelError(f"{folder / 'arrays.npz'} does not hold the arrays of a model. {_RETRAIN}")
    for name, shape in expected.items():
        array = arrays[name]
        fits = array.shape == shape and array.dtype.kind == "f" and np.isfinite(array).all()
        if not fits or (name.endswith("_scale") and not (array > 0).all()):
            raise ModelError(
                f"{folder / 'arrays.npz'}: array {name} ({array.dtype}{array.shape}) does not hold {shape} numbers. {_RETRAIN}"
            )
