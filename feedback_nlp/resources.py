"""Where things are: what ships with the package, and the person's own folder; and how files are written, whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import tomli

from feedback_nlp.errors import InputError, OutputError

_PACKAGE = Path(__file__).parent
_PART, _ENDING = ".feedback-nlp-", ".part"
_FORSAKEN = 3600
"""Seconds after which a half-written file is one that nobody goes on with."""


def shipped(name: str) -> Path:
    """The folder of the shipped `models`, `data` or `samples`: inside an installed wheel, else in the source tree."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


@cache
def read_table(name: str) -> dict[str, Any]:
    """The content of a TOML file beside the modules, by its name without the ending."""
    return tomli.loads((_PACKAGE / f"{name}.toml").read_text(encoding="utf-8"))


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file of the person's own. Raises InputError where it can't be read."""
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror or error}). Let it be read, or move it away.") from error
    except ValueError as error:  # also of bytes that are no UTF-8
        raise InputError(f"{path} is no TOML: {error}. Mend that line, or move the file away.") from error


def home() -> Path:
    """The person's own folder: FEEDBACK_NLP_HOME, else the platform's data folder. It may not exist yet."""
    named = os.environ.get("FEEDBACK_NLP_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("feedback-nlp", appauthor=False)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole or not at all, as `written_aside` does."""
    write_bytes(path, text.encode("utf-8", errors="backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, as `written_aside` does."""
    with written_aside(path) as file:
        file.write(content)


@contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which becomes the one at `path` when all went well, and is gone when not. Raises OutputError.

    It is readable by its owner only. Any OSError within is taken for one of the writing.
    """
    with _aside(path) as (file, name):
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()  # Windows renames no open file
        os.replace(name, os.path.realpath(path))


def check_place(path: Path) -> None:
    """Raises OutputError where no file can be written at `path`; leaves nothing behind."""
    with _aside(path):
        pass


@contextmanager
def _aside(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """An empty file beside `path`, and its name; unless it was renamed, it and the folders made for it are gone at the end."""
    made: list[Path] = []
    name = ""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():  # a rename would put a file in the place of the device
            raise OSError(errno.EINVAL, "Is a device or a pipe")
        folder = Path(os.path.realpath(path)).parent  # of the file that a link leads to
        made = [part for part in (folder, *folder.parents) if not part.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        number, name = tempfile.mkstemp(dir=folder, prefix=_PART, suffix=_ENDING)
        with open(number, "wb") as file:
            yield file, name
    except OSError as error:
        raise OutputError(f"{path} can't be written ({error.strerror or error}). Choose another place.") from error
    finally:
        with suppress(OSError):
            os.unlink(name)
        for part in made:
            with suppress(OSError):
                part.rmdir()


def _sweep(folder: Path) -> None:
    """Removes what writers left that were killed: whoever still writes has touched the file within the hour."""
    for path in folder.glob(f"{_PART}*{_ENDING}"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _FORSAKEN:
                path.unlink()
