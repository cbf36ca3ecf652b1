"""All that Dask does: workers on this machine or those of a scheduler, the kit on each, and calls that it spreads and repeats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from typing import TYPE_CHECKING, Any, TypeVar

from feedback_nlp.engine.judge import Kit
from feedback_nlp.errors import FeedbackError, InputError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
PATIENCE = 5
"""So many seconds a scheduler has to answer."""
_PACKAGE = "feedback-nlp"
_LOST = "The scheduler was lost. What is finished stays; the same command goes on from there."
_RETRIES = 2
_MEMORY = 1024**3
"""A worker of our own gets at least so many bytes."""


def check_installed() -> None:
    """Raises InputError where the extra is missing."""
    try:
        import cryptography  # noqa: F401
        import distributed  # noqa: F401
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise InputError("--engine dask needs an extra. Install it: pip install 'feedback-nlp[dask]'") from error


@contextmanager
def connected(scheduler: str | None) -> Iterator[Client]:
    """A client of the scheduler at an address, or of processes of our own, one a core.

    Raises InputError where none answers, FeedbackError where it is lost.
    """
    from distributed.comm.core import CommClosedError

    _quieten()
    try:
        with _client_of(scheduler) if scheduler else _own_client() as client:
            yield client
    except CommClosedError as error:
        raise FeedbackError(_LOST) from error


@contextmanager
def _client_of(scheduler: str) -> Iterator[Client]:
    from distributed import Client

    _check_reachable(scheduler)
    with Client(scheduler, timeout=PATIENCE, set_as_default=False) as client:
        _check_package(client)
        yield client


@contextmanager
def _own_client() -> Iterator[Client]:
    from distributed import Client

    with _own_cluster() as cluster, Client(cluster, set_as_default=False) as client:
        yield client


def _quieten() -> None:
    """Silences Dask's own log in this process: what goes wrong is told by our errors."""
    for name in logging.root.manager.loggerDict:
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _own_cluster() -> Any:
    """A process for each core that has the memory for it; nobody else on this machine can connect to them."""
    from dask.system import CPU_COUNT
    from distributed import LocalCluster
    from distributed.security import Security
    from distributed.system import MEMORY_LIMIT

    return LocalCluster(
        n_workers=max(1, min(CPU_COUNT, MEMORY_LIMIT // _MEMORY)),
        threads_per_worker=1,
        host="127.0.0.1",
        protocol="tls://",
        security=Security.temporary(),
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        preload=["feedback_nlp.engine.plugin"],
        silence_logs=logging.CRITICAL,
    )


def _check_reachable(scheduler: str) -> None:
    try:
        kind = asyncio.run(asyncio.wait_for(_kind_at(scheduler), PATIENCE))
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or f"no answer within {PATIENCE} seconds"
        raise InputError(
            f"There is no Dask scheduler at {scheduler} ({reason}). Start one (dask scheduler), or check the address."
        ) from error
    if kind != "Scheduler":
        raise InputError(f"{scheduler} is the address of a Dask {kind.lower()}. Give that of the scheduler.")


async def _kind_at(address: str) -> str:
    """What runs at an address, by its own word: a client would wait long for what does not speak Dask's language."""
    from distributed.core import rpc
    from distributed.security import Security

    async with rpc(address, timeout=PATIENCE, connection_args=Security().get_connection_args("client")) as remote:
        return str((await remote.identity())["type"])


def _check_package(client: Client) -> None:
    """Raises InputError where the scheduler or a worker lacks this package: a worker would die of a call into it."""
    here = metadata.version(_PACKAGE)
    found = {f"The worker at {where}": there for where, there in client.run(metadata.version, _PACKAGE, on_error="return").items()}
    try:
        found["The scheduler"] = client.run_on_scheduler(metadata.version, _PACKAGE)
    except Exception as error:
        found["The scheduler"] = error
    for where, there in found.items():
        if there != here:
            what = "no feedback-nlp" if isinstance(there, Exception) else f"feedback-nlp {there}"
            raise InputError(f"{where} has {what}, and this is {here}. Install it there: pip install 'feedback-nlp[dask]=={here}'")


@contextmanager
def broadcast(client: Client, run: str, kit: Kit) -> Iterator[None]:
    """Within it every worker judges by the kit. Raises what a worker says that can't."""
    from feedback_nlp.engine.plugin import Broadcast

    name = f"feedback-nlp-{run}"
    try:
        client.register_plugin(Broadcast(run, kit), name=name)
        yield
    finally:
        with suppress(Exception):
            client.unregister_worker_plugin(name)


def results(client: Client, function: Callable[..., T], items: Sequence[Any], **same: Any) -> Iterator[tuple[Any, T | Exception]]:
    """Each item with what the function says of it, as workers come to it; an exception where it failed to the last.

    What was not begun when the caller stops is cancelled. Raises FeedbackError where the scheduler is lost.
    """
    from distributed import as_completed

    futures = client.map(function, items, retries=_RETRIES, pure=False, **same)
    items_of = {future.key: item for future, item in zip(futures, items, strict=True)}
    waiting = as_completed(futures, loop=client.loop)
    del futures  # a result is forgotten once it was handed on
    try:
        for future in waiting:
            yield items_of.pop(future.key), _outcome(future)
    finally:
        with suppress(Exception):
            client.cancel(list(waiting.futures))


def _outcome(future: Any) -> Any:
    from distributed import KilledWorker

    if future.status in ("cancelled", "lost"):
        raise FeedbackError(_LOST)
    outcome = future.exception() if future.status == "error" else future.result()
    if isinstance(outcome, KilledWorker):
        return FeedbackError("no worker survived it: give them more memory, or leave it out")
    return outcome
