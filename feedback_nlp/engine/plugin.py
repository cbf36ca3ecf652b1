"""What judges, on each worker: also on one that joins later, or comes back after it died. The one file that needs Dask to be imported."""

from __future__ import annotations

import signal
from typing import Any

from distributed import WorkerPlugin

from feedback_nlp.engine.judge import Kit, unpack
from feedback_nlp.engine.partition import JUDGES
from feedback_nlp.errors import ModelError


class Broadcast(WorkerPlugin):
    """Unpacks the kit of a run on a worker, and drops it at the end."""

    def __init__(self, run: str, kit: Kit) -> None:
        self.run, self.kit = run, kit

    def setup(self, worker: Any) -> None:
        """Raises ModelError where the worker would judge otherwise."""
        try:
            JUDGES[self.run] = unpack(self.kit)
        except ModelError as error:
            raise ModelError(f"The worker at {worker.address} can't judge: {error}") from error

    def teardown(self, worker: Any) -> None:
        """Frees the memory."""
        JUDGES.pop(self.run, None)


def dask_setup(worker: Any) -> None:
    """What Dask calls as workers of our own start: Ctrl-C is meant for the process that started them, and that ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
