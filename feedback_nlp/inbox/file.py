"""A file to read: where its bytes lie, what a person calls it, and how it starts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from feedback_nlp.errors import InputError
from feedback_nlp.temporary import TemporaryFolder

MEBIBYTE = 2**20
LONGEST_MESSAGE = 64 * MEBIBYTE
LONGEST_TABLE = 1024 * MEBIBYTE
HEAD = 8192
"""So many bytes of a file's start tell what it holds."""


@dataclass(frozen=True)
class File:
    """A file on disk. `name` is what messages call it: its path, or for what was unpacked the archive and the path therein.

    Readers tell `passed` how many bytes they have done with.
    """

    path: Path
    name: str
    head: bytes
    passed: Callable[[int], None] = lambda _: None

    def read(self, most: int) -> bytes:
        """All bytes. Raises InputError where they can't be read, or are more than `most`."""
        return read_path(self.path, self.name, most)


def open_file(path: Path, name: str = "", passed: Callable[[int], None] = lambda _: None) -> File:
    """The file at a path. Raises InputError where it is not there or can't be read."""
    name = name or str(path)
    return File(path, name, _start(path, name, HEAD), passed)


@contextmanager
def on_disk(path: Path, passed: Callable[[int], None] = lambda _: None, name: str = "") -> Iterator[File]:
    """The same, where a pipe is written to a temporary file first: what is read twice can't be a pipe."""
    if path.is_file() or not path.exists():
        yield open_file(path, name, passed)
        return
    with TemporaryFolder() as folder:
        copy = folder / "piped"
        try:
            with path.open("rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
        except OSError as error:
            raise InputError(f"{path} can't be read ({error.strerror}).") from error
        yield open_file(copy, name or str(path), passed)


def read_path(path: Path, name: str, most: int) -> bytes:
    """All bytes at a path. Raises InputError where they can't be read, or are more than `most`."""
    data = _start(path, name, most + 1)
    if len(data) > most:
        raise InputError(f"{name} {too_long(most)}")
    return data


def too_long(most: int) -> str:
    """What is said of something larger than may be read at once."""
    return f"is larger than {most // MEBIBYTE} MB, which is the most that is read as one. Split it, or leave it out."


def is_binary(data: bytes) -> bool:
    """Whether bytes are no text."""
    return b"\0" in data[:8000] and data[:2] not in (b"\xff\xfe", b"\xfe\xff")


def refuse_binary(data: bytes, name: str) -> None:
    """Raises InputError where the bytes are no text."""
    if is_binary(data):
        raise InputError(f"{name} is a binary file, not a mail. Give a text file, an .eml, an mbox, a CSV or JSON lines.")


def _start(path: Path, name: str, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except FileNotFoundError as error:
        raise InputError(f"{name} is not there. Check the name.") from error
    except OSError as error:
        raise InputError(f"{name} can't be read ({error.strerror}).") from error
