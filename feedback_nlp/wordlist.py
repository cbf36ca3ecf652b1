"""A sorted list of words, each with its place: the columns of a model, kept in one array of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Default = TypeVar("Default")

_FEW = 30_000
"""One mail asks for some thousand words. From so many questions on an index is worth its making."""


class WordList(Mapping[str, int]):
    """Different words in ascending order, each with its place.

    A few of them are looked up where they lie, by halving: unpacking hundred thousands to judge one mail, and clearing them
    away at the end, takes longer than judging it. Whoever asks for many gets an index of all.
    """

    def __init__(self, packed: NDArray[np.uint8]) -> None:
        """Takes the words in UTF-8, a line end after each. Raises ValueError where the array holds something else."""
        if packed.dtype != np.uint8 or packed.ndim != 1 or (len(packed) and packed[-1] != ord("\n")):
            raise ValueError("not words with a line end after each")
        self.packed = packed
        self._bytes = packed.tobytes()
        self._bytes.decode()  # UnicodeDecodeError is a ValueError
        ends = np.flatnonzero(packed == ord("\n"))
        self._ends = ends.data
        self._starts = np.concatenate([[0], ends + 1]).data
        self._questions = 0

    @classmethod
    def of(cls, words: Iterable[str]) -> WordList:
        """A list of words, which are sorted. Raises ValueError where one is there twice, or has a line end in it."""
        ordered = sorted(words)
        if any("\n" in word for word in ordered) or any(a == b for a, b in pairwise(ordered)):
            raise ValueError("words must be different and hold no line end")
        return cls(np.frombuffer("".join(f"{word}\n" for word in ordered).encode(), dtype=np.uint8))

    def __reduce__(self) -> tuple[type[WordList], tuple[NDArray[np.uint8]]]:
        return WordList, (self.packed,)

    def find(self, words: Iterable[str]) -> list[int]:
        """The places of those words that are there, repeats included."""
        return [place for word in words if (place := self.get(word)) is not None]

    @overload
    def get(self, key: str, default: None = None) -> int | None: ...
    @overload
    def get(self, key: str, default: Default) -> int | Default: ...
    def get(self, key: str, default: object = None) -> object:
        """The place of a word, or `default`."""
        if self._questions > _FEW:
            return self._index.get(key, default)
        self._questions += 1
        place = self._search(key.encode(errors="surrogatepass"))
        return default if place is None else place

    def __getitem__(self, word: str) -> int:
        place = self.get(word)
        if place is None:
            raise KeyError(word)
        return place

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.get(word) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._ends)

    @cached_property
    def _index(self) -> dict[str, int]:
        words = self._bytes.decode().split("\n")[:-1]
        return dict(zip(words, range(len(words)), strict=True))

    def _search(self, word: bytes) -> int | None:
        """The order of UTF-8 bytes is that of the characters."""
        low, high, text, starts, ends = 0, len(self._ends), self._bytes, self._starts, self._ends
        while low < high:
            middle = (low + high) // 2
            if text[starts[middle] : ends[middle]] < word:
                low = middle + 1
            else:
                high = middle
        return low if low < len(ends) and text[starts[low] : ends[low]] == word else None
