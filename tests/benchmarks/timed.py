"""One way of labelling an mbox, on one core of a process of its own: processor seconds without its start, and megabytes at most.

    python tests/benchmarks/timed.py label in.mbox out.csv warm-up.mbox
    python tests/benchmarks/timed.py obvious in.mbox out.csv warm-up.mbox

and with so many processes, a core for each, by the clock:

    python tests/benchmarks/timed.py 2 in.mbox out.csv

What is loaded on first use, and what is remembered of common words, the warm-up loads. Linux only.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

cores = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(
    0, cores[: int(sys.argv[1])] if sys.argv[1:] and sys.argv[1].isdigit() else cores[:1]
)  # before numpy asks how many cores there are
sys.path[0] = str(Path(__file__).resolve().parents[1])  # this folder's mailbox.py must not stand before Python's own

Label = Callable[[Path, Path], object]

_STARTING = 8
"""Batches until every process has read what many mails need."""


def way(name: str) -> Label:
    """From an mbox to a CSV file: `label` as it is, or the obvious way."""
    from feedback_nlp.store import load_version

    model = load_version(None)
    if name == "obvious":
        from benchmarks.obvious import ObviousWay

        return ObviousWay(model).label
    from feedback_nlp.labelling import Wanted, label_mailbox

    return lambda mbox, output: label_mailbox([mbox], Wanted(output), model, lambda size, number: None)


def most_megabytes() -> float:
    """The most memory that this process has taken so far."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def by_the_clock(jobs: int, mbox: Path, output: Path) -> None:
    """Labels the mbox with so many processes and prints the seconds from the first batch on, by which they all have started, and
    the messages in that time.
    """
    from feedback_nlp.labelling import Wanted, label_mailbox
    from feedback_nlp.store import load_version

    told = [(time.monotonic(), 0)]
    label_mailbox([mbox], Wanted(output, jobs=jobs), load_version(None), lambda size, n: told.append((time.monotonic(), n)) if n else None)
    judged = told[min(_STARTING, len(told) // 4) :]
    print(json.dumps({"seconds": judged[-1][0] - judged[0][0], "messages": sum(n for _, n in judged[1:])}))  # noqa: T201


def main(name: str, mbox: Path, output: Path, warm_up: Path) -> None:
    """Labels the mbox that way and prints what it took."""
    label = way(name)
    label(warm_up, output.with_suffix(".warm-up.csv"))
    start = time.process_time()
    label(mbox, output)
    print(json.dumps({"seconds": time.process_time() - start, "megabytes": most_megabytes()}))  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1].isdigit():
        by_the_clock(int(sys.argv[1]), *map(Path, sys.argv[2:]))
    else:
        main(sys.argv[1], *map(Path, sys.argv[2:]))
