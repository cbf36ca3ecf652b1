"""Work that takes longer than a page may: in a thread of its own, one of a kind at a time, with word of how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any

from feedback_nlp.errors import FeedbackError, kind_and_place

_PATIENCE = 10.0
"""How many seconds work gets to stop."""


class Stopped(BaseException):
    """Somebody stopped the work. Nothing that catches errors on the way may take it for one."""


class BusyError(FeedbackError):
    """Work of that kind is still going on."""


@dataclass(frozen=True)
class Progress:
    """How far work was at one moment: what a page shows may not change while it is put together."""

    running: bool
    said: str
    share: float | None
    result: Any
    error: str


class Job:
    """Work that goes on, or that is done: `said` is how far it is, `result` what came of it, `error` what went wrong."""

    def __init__(self, kind: str, work: Callable[[Job], Any]) -> None:
        self.kind = kind
        self.said = ""
        self.share: float | None = None
        self.result: Any = None
        self.error = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, args=(work,), name=kind, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def progress(self) -> Progress:
        """How far it is now. Where it does not go on, its result and its error are the last."""
        running = self.running  # asked first: what ends the work comes before its end
        return Progress(running, self.said, self.share, self.result, self.error)

    def say(self, text: str, share: float | None = None) -> None:
        """How far the work is, and of all of it which share is done. Raises Stopped where somebody has stopped it."""
        if self._stop.is_set():
            raise Stopped
        self.said, self.share = text, share

    def stop(self) -> None:
        """Stops the work when it next says how far it is."""
        self._stop.set()

    def wait(self, seconds: float = _PATIENCE) -> None:
        """Waits until it is done, or for so long."""
        self._thread.join(seconds)

    def _run(self, work: Callable[[Job], Any]) -> None:
        try:
            self.result = work(self)
        except Stopped:
            self.error = "Stopped. Nothing was kept of it."
        except FeedbackError as error:
            self.error = str(error)
        except Exception as error:
            self.error = f"Something went wrong in the program ({type(error).__name__}). The terminal says where."
            tell(error)


class Jobs:
    """All work, one of a kind at a time."""

    def __init__(self) -> None:
        self._latest: dict[str, Job] = {}
        self._lock = Lock()

    def start(self, kind: str, work: Callable[[Job], Any]) -> Job:
        """Begins work in a thread of its own. Raises BusyError where work of that kind is going on."""
        with self._lock:
            if (latest := self._latest.get(kind)) and latest.running:
                raise BusyError(f"{kind} is going on already. Wait until it is done, or stop it.")
            self._latest[kind] = Job(kind, work)
            return self._latest[kind]

    def latest(self, kind: str) -> Job | None:
        """The work of a kind that was begun last."""
        return self._latest.get(kind)

    def end(self) -> None:
        """Stops all of it, and waits a while."""
        for job in self._latest.values():
            job.stop()
        for job in self._latest.values():
            job.wait()


def tell(error: BaseException) -> None:
    """Says on stderr where in the program an error was, but not its message, in which words of a mail may stand."""
    print(f"feedback-nlp: {kind_and_place(error)}", file=sys.stderr)  # noqa: T201
