"""A zip, a tar, or a compressed file, of anything that can be read: one member at a time, through a temporary file.

A member's name is only ever shown, never used as a path.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from feedback_nlp.errors import InputError
from feedback_nlp.inbox.file import File
from feedback_nlp.inbox.folder import HALF_DELIVERED, is_aside
from feedback_nlp.inbox.room import FullError, Room, TooLargeError
from feedback_nlp.records import Email, Skipped
from feedback_nlp.temporary import TemporaryFolder

_ZIP = (b"PK\3\4", b"PK\5\6")
_COMPRESSED: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_DOCUMENTS = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}  # an Office file, an OpenDocument or e-book, a program
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, ValueError)

ReadMember = Callable[[Path, str], Iterator[Email | Skipped]]


@dataclass(frozen=True)
class _Member:
    """A file in an archive. `apart` says whether the others can be reached without reading it."""

    name: str
    open: Callable[[], IO[bytes] | None]
    packed: Callable[[], int]
    apart: bool = False
    locked: bool = False


def is_archive(head: bytes) -> bool:
    """Whether a file is a zip, a tar, or compressed."""
    return head.startswith(_ZIP) or is_compressed(head) or _is_tar(head)


def is_compressed(head: bytes) -> bool:
    """Whether a file was compressed as a whole, so that nobody knows how long it is."""
    return head.startswith(tuple(_COMPRESSED))


def read_archive(file: File, read: ReadMember, room: Room) -> Iterator[Email | Skipped]:
    """What the members hold, in order; what can't be unpacked or read as `Skipped`.

    Raises InputError where the file is a zip that holds a document.
    """
    try:
        with room.inside(), TemporaryFolder() as folder:
            for member in _zip_members(file) if file.head.startswith(_ZIP) else _stream_members(file):
                if not any(is_aside(part) for part in member.name.split("/")):
                    name = f"{file.name}/{member.name}" if member.name else file.name
                    yield from _read_member(member, name, folder / "member", read, room)
    except TooLargeError as error:
        yield Skipped(file.name, f"{error}. The rest of it was not read; unpack it, and give what comes out.")
    except _BROKEN as error:
        yield Skipped(file.name, f"is damaged or breaks off ({error}). What came before that was read.")


def _read_member(member: _Member, name: str, path: Path, read: ReadMember, room: Room) -> Iterator[Email | Skipped]:
    broken = ""
    if member.locked:
        yield Skipped(name, "is encrypted. Unpack it with its password, and give what comes out.")
        return
    if member.name.split("/")[-2:-1] == [HALF_DELIVERED]:
        yield Skipped(name, f"lies in a folder `{HALF_DELIVERED}`, where mail programs put mail that is not there in full yet.")
        return
    try:
        stream = member.open()
        if stream:
            with stream:
                room.fill(path, stream, member.packed)
    except TooLargeError as error:
        if isinstance(error, FullError) or not member.apart:
            raise
        yield Skipped(name, f"{error}.")
        return
    except _BROKEN as error:
        broken = str(error) or type(error).__name__
    if path.exists() and (path.stat().st_size or not broken):
        yield from read(path, name)
    if broken:
        yield Skipped(name, f"is damaged or breaks off ({broken}). What came before that was read.")


def _zip_members(file: File) -> Iterator[_Member]:
    with zipfile.ZipFile(file.path) as archive:
        members = archive.infolist()
        if _DOCUMENTS & {member.filename for member in members}:
            raise InputError(f"{file.name} is a document or a program, not a mail. Save its text as .txt.")
        for member in members:
            if not member.is_dir():
                locked = bool(member.flag_bits & 1)
                yield _Member(member.filename, partial(archive.open, member), partial(max, member.compress_size, 1), True, locked)


def _stream_members(file: File) -> Iterator[_Member]:
    """The members of a tar, compressed or not; of another compressed file the one that it is."""
    unpack = next((unpack for magic, unpack in _COMPRESSED.items() if file.head.startswith(magic)), None)
    with file.path.open("rb") as packed, unpack(packed) if unpack else packed as stream:
        start = _peek(file.path, unpack)
        if not _is_tar(start):
            yield _Member("", lambda: stream, packed.tell)
            return
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isreg():
                    yield _Member(member.name, partial(archive.extractfile, member), partial(_read_since, packed, packed.tell()))
                archive.members = []  # type: ignore[attr-defined]  # else tarfile keeps them all


def _peek(path: Path, unpack: Callable[..., Any] | None) -> bytes:
    with path.open("rb") as packed, unpack(packed) if unpack else packed as stream:
        return bytes(stream.read(512))


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _read_since(stream: IO[bytes], start: int) -> int:
    return max(stream.tell() - start, 1)
