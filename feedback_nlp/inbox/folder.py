"""The files of a folder that may hold mail: plain folders, Maildir, Apple Mail's `.mbox` and Thunderbird's `.sbd` folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from feedback_nlp.errors import InputError
from feedback_nlp.records import Skipped

HALF_DELIVERED = "tmp"
# What mail programs keep beside the mails: Apple Mail's index and settings, Google Takeout's contents page.
_COMPANIONS = {"table_of_contents", "info.plist", "archive_browser.html"}


def files_in(folder: Path) -> Iterator[Path | Skipped]:
    """Every file below a folder in the order of the names; folders that can't be read as `Skipped`.

    Raises InputError where the folder itself can't be read or holds no files.
    """
    refused: list[OSError] = []
    found = False
    for top, folders, names in os.walk(folder, onerror=refused.append):
        maildir = is_maildir(folders)
        folders[:] = sorted(name for name in folders if (maildir and name != HALF_DELIVERED) or not (maildir or is_aside(name)))
        for name in [] if maildir else sorted(names):
            path = Path(top) / name
            if not is_aside(name) and (path.is_file() or not path.exists()):  # what vanished is told when it is opened
                found = True
                yield path
    for error in refused:
        if error.filename == str(folder):
            raise InputError(f"{folder} can't be read ({error.strerror}).")
        yield Skipped(str(error.filename), f"can't be read ({error.strerror})")
    if not found and not refused:
        raise InputError(f"{folder} holds no files. Give the folder with the .eml or text files.")


def is_maildir(folders: list[str]) -> bool:
    """Whether a folder with these folders in it is a Maildir: its own files are indexes, and `tmp` holds half-delivered mail."""
    return {"cur", "new"} <= set(folders)


def is_aside(name: str) -> bool:
    """Whether a file or folder of that name holds no mail: hidden, or an index that a mail program keeps beside the mails."""
    return (name.startswith((".", "__MACOSX")) and name not in (".", "..")) or name.lower() in _COMPANIONS or name.lower().endswith(".msf")
