"""How many bytes there are to read, so that progress can be told."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path

from feedback_nlp.inbox.archive import is_compressed


def size_of(path: Path) -> int | None:
    """The bytes of a file, of a folder's files, or of what a zip unpacks to; None where they can't be known beforehand."""
    with suppress(OSError):
        if path.is_dir():
            return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        if not path.is_file():
            return None
        with path.open("rb") as file:
            head = file.read(8)
        if head.startswith(b"PK"):
            with suppress(zipfile.BadZipFile, ValueError), zipfile.ZipFile(path) as archive:
                return sum(member.file_size for member in archive.infolist())
        return None if is_compressed(head) else path.stat().st_size
    return None
