"""Files and folders wherever fsspec reaches: on this machine, or at an address such as s3://bucket/mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.resources import written_aside

_PATTERN = re.compile(r"[*?\[]")
_ENDING = ".parquet"
_ASIDE = re.compile(r"\.feedback-nlp-\w{1,40}\.part")


@dataclass(frozen=True)
class Address:
    """A file or folder: the fsspec file system that it is on, its path there, and what a person calls it."""

    system: Any
    path: str
    name: str

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine's own file system."""
        from fsspec.implementations.local import LocalFileSystem

        return isinstance(self.system, LocalFileSystem)

    def within(self, name: str) -> Address:
        """A file in this folder."""
        return Address(self.system, f"{self.path.rstrip('/')}/{name}", f"{self.name.rstrip('/')}/{name}")


def locate(url: str) -> Address:
    """What lies at a path or an address. Raises InputError where fsspec can't go there."""
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(url)
    except Exception as error:  # each file system raises its own
        raise InputError(f"{url} can't be reached ({_reason(error)}). Give a path, or an address of a kind that fsspec has.") from error
    return _named(system, path, url)


def files_at(url: str) -> list[Address]:
    """The Parquet files that an address names: the one there, those of a folder and the folders in it, or those that fit a pattern.

    Raises InputError where it can't be looked at, or there is none.
    """
    place = locate(url)
    try:
        if place.system.isdir(place.path):
            paths = [path for path in place.system.find(place.path) if _is_shown(path.removeprefix(place.path))]
        elif _PATTERN.search(place.path) and not place.system.exists(place.path):
            paths = place.system.glob(place.path)
        else:
            return [place]
    except Exception as error:
        raise InputError(f"{url} can't be looked at ({_reason(error)}). Check the address, and that it may be read.") from error
    if not paths:
        raise InputError(f"{url}: there is no {_ENDING} file. Check the name.")
    return [_named(place.system, path, url) for path in sorted(paths)]


def _named(system: Any, path: str, url: str) -> Address:
    """An address by its full name; of an address in an address (`zip://mails.parquet::mails.zip`) both are told."""
    place = Address(system, path, path)
    if place.is_local:
        return place
    first, *others = url.split("::")
    return Address(system, path, "::".join([system.unstrip_protocol(path) if "://" in first else first, *others]))


def _is_shown(path: str) -> bool:
    """Whether a file below a folder is a table: what starts with a dot or an underscore is a program's own."""
    return path.endswith(_ENDING) and not any(part.startswith((".", "_")) for part in path.split("/"))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def names_in(folder: Address) -> list[str]:
    """What lies in a folder, files that were never finished left out; nothing where it is not there yet. Raises OutputError."""
    try:
        folder.system.invalidate_cache()
        if not folder.system.exists(folder.path):
            return []
        if not folder.system.isdir(folder.path):
            raise NotADirectoryError("it is a file")
        names = [path.rstrip("/").rsplit("/", 1)[-1] for path in folder.system.ls(folder.path, detail=False)]
    except Exception as error:
        raise OutputError(f"{folder.name} can't be used ({_reason(error)}). Name another folder.") from error
    return [name for name in names if not _ASIDE.fullmatch(name)]


def sweep(folder: Address) -> None:
    """Removes what killed runs left unfinished, where that can be done."""
    with suppress(Exception):
        for path in folder.system.ls(folder.path, detail=False):
            if _ASIDE.fullmatch(path.rsplit("/", 1)[-1]):
                folder.system.rm_file(path)


@contextmanager
def written(file: Address) -> Iterator[BinaryIO]:
    """A file to write, which is there when all went well, and not when not. Raises OutputError.

    On this machine it is readable by its owner only. Any OSError within is taken for one of the writing.
    """
    if file.is_local:
        with written_aside(Path(file.path)) as local:
            yield local
        return
    folder, _, _ = file.path.rpartition("/")
    aside = f"{folder}/.feedback-nlp-{uuid4().hex}.part"
    try:
        file.system.makedirs(folder, exist_ok=True)
        with file.system.open(aside, "wb") as stream:
            yield stream
        file.system.mv(aside, file.path)
    except OSError as error:
        raise OutputError(f"{file.name} can't be written ({_reason(error)}). Choose another place.") from error
    finally:
        with suppress(Exception):
            file.system.rm_file(aside)


def read_bytes(file: Address) -> bytes:
    """The bytes of a small file. Raises OSError."""
    content: bytes = file.system.cat_file(file.path)
    return content
