"""A function applied to one item after another, by this process or by several beside it; the results come in order.

joblib would take the items from another thread than the one that writes the journal, and starts workers that outlive a kill.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from feedback_nlp.errors import FeedbackError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""So many items are with each process, so that none waits for the next."""
_HELD: dict[str, Callable[[Any], Any]] = {}
"""What this process was started for."""


def spread(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Generator[Result, None, None]:
    """What the function makes of each item, in order. With more than one of them `jobs` processes work on some items ahead; the
    function is sent to each of them once. Raises FeedbackError where one of them is killed.
    """
    if jobs == 1:
        yield from map(function, items)
        return
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (function,))
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(_work, item))
            if len(waiting) > _AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise FeedbackError(
            f"One of {jobs} processes was killed, most likely for want of memory. Run the same again with fewer --jobs: it goes on."
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _begin(function: Callable[[Any], Any]) -> None:
    """Readies a process: Ctrl-C is its parent's to answer, and it ends when its parent does, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    _HELD["function"] = function


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _work(item: Any) -> Any:
    return _HELD["function"](item)
