"""One way of labelling an mbox, on one core of a process of its own: processor seconds without its start, and megabytes at most.

    python tests/benchmarks/timed.py label in.mbox out.csv warm-up.mbox
    python tests/benchmarks/timed.py obvious in.mbox out.csv warm-up.mbox

What is loaded on first use, and what is remembered of common words, the warm-up loads. Linux only.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before numpy asks how many cores there are
sys.path[0] = str(Path(__file__).resolve().parents[1])  # this folder's mailbox.py must not stand before Python's own

Label = Callable[[Path, Path], object]


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


def main(name: str, mbox: Path, output: Path, warm_up: Path) -> None:
    """Labels the mbox that way and prints what it took."""
    label = way(name)
    label(warm_up, output.with_suffix(".warm-up.csv"))
    start = time.process_time()
    label(mbox, output)
    print(json.dumps({"seconds": time.process_time() - start, "megabytes": most_megabytes()}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
