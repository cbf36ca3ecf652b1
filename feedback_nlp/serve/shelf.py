"""What is open on the page: kept in memory under names that can't be guessed, the oldest closed where there is too much."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Things by their names; `closed` is told of each that goes."""

    def __init__(self, most: int, closed: Callable[[T], None] = lambda thing: None) -> None:
        self._most = most
        self._closed = closed
        self._things: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def put(self, thing: T) -> str:
        """The name under which a thing is now."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._things[name] = thing
            gone = [self._things.popitem(last=False)[1] for _ in range(len(self._things) - self._most)]
        for old in gone:
            self._closed(old)
        return name

    def get(self, name: str) -> T | None:
        """The thing of that name, which is the newest now; None where it was closed or never there."""
        with self._lock:
            if name in self._things:
                self._things.move_to_end(name)
            return self._things.get(name)

    def take(self, name: str) -> None:
        """Closes the thing of that name."""
        with self._lock:
            gone = [self._things.pop(name)] if name in self._things else []
        for old in gone:
            self._closed(old)

    def clear(self) -> None:
        """Closes everything."""
        for name in list(self._things):
            self.take(name)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(reversed(list(self._things.items())))
