"""Folders for what passes through the disk: gone when it did, and where the program was killed, at its next start."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX, _LOCK, _CONTENT = "feedback-nlp-", ".feedback-nlp-lock", "content"


class TemporaryFolder:
    """A new folder that only its owner can read, at `path`. As long as this process lives, nobody takes it for abandoned."""

    def __init__(self) -> None:
        from filelock import FileLock

        self._whole = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = FileLock(self._whole / _LOCK, thread_local=False)
        self.path = self._whole / _CONTENT
        try:
            self._lock.acquire()
            self.path.mkdir()  # only now can it be abandoned: between the lock file and the lock nobody can tell
        except OSError:
            self.close()
            raise

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Removes the folder with all that is in it."""
        self._lock.release()  # Windows removes no open file
        shutil.rmtree(self._whole, ignore_errors=True)


def remove_abandoned() -> None:
    """Removes the temporary folders of this person that no living process holds."""
    from filelock import FileLock

    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # held, or gone meanwhile
            if _is_own(folder) and (folder / _LOCK).is_file() and (folder / _CONTENT).is_dir():
                with FileLock(folder / _LOCK, timeout=0):
                    pass
                shutil.rmtree(folder, ignore_errors=True)


def _is_own(path: Path) -> bool:
    """Whether it is a folder of this person's, no link to one."""
    status = path.lstat()
    return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "geteuid") or status.st_uid == os.geteuid())
