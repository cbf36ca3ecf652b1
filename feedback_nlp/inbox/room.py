"""How much may be unpacked while one path is read: in all, for one file, against its packed size, and how deep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from feedback_nlp.inbox.file import LONGEST_MESSAGE

GIBIBYTE = 2**30
LARGEST_FILE = 16 * GIBIBYTE
LARGEST_TOTAL = 64 * GIBIBYTE
MOST_TIMES = 200  # mail packs to a tenth or so
HARMLESS = LONGEST_MESSAGE  # a file up to this size may be packed as well as it likes
DEEPEST = 3
_BLOCK = 8192  # where a file breaks off, what came before this block is kept


class TooLargeError(Exception):
    """A file unpacks to more than is read."""


class FullError(TooLargeError):
    """All that may be unpacked was unpacked."""


class Room:
    """What is left of it."""

    def __init__(self) -> None:
        self._left = LARGEST_TOTAL
        self._depth = 0

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Within one more archive. Raises FullError where that is too deep."""
        if self._depth == DEEPEST:
            raise FullError(f"lies in archives more than {DEEPEST} deep")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def fill(self, path: Path, stream: IO[bytes], packed: Callable[[], int]) -> None:
        """Writes a stream to a path; `packed` says how many bytes it takes packed, as far as it was read.

        Raises TooLargeError where it unpacks to too much.
        """
        written = 0
        with path.open("wb") as out:
            while block := stream.read(_BLOCK):
                written += len(block)
                self._left -= len(block)
                if self._left < 0:
                    raise FullError(f"unpacks to more than {LARGEST_TOTAL // GIBIBYTE} GB in all")
                if written > LARGEST_FILE:
                    raise TooLargeError(f"unpacks to more than {LARGEST_FILE // GIBIBYTE} GB")
                if written > HARMLESS and written > MOST_TIMES * packed():
                    raise TooLargeError(f"unpacks to more than {MOST_TIMES} times its size, which no mail does")
                out.write(block)
