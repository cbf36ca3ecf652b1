import argparse
import inspect
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before numpy: so that the processor's time is ours

from feedback_nlp.feedback import give_feedback
from feedback_nlp.records import Email
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import TARGETS, model, run

SEEDS = Path(__file__).parent / "seeds"
SLOWEST = 2.0
"""Seconds of the processor for a megabyte, and for anything smaller."""
LARGEST_MEMORY = 2**30
_MOST_KEPT = 5000
_IN_MEMORY = "/dev/shm"  # where there is such a folder, files cost no writing


class Fuzzer:
    """Runs targets on what is made by chance, counts, and keeps what gave an answer that was not there before, and what failed."""

    def __init__(self, seed, findings, folder, only=(), largest_memory=None):
        self.random = Random(seed)
        self.findings = findings
        self.names = [name for name, (_, share) in TARGETS.items() for _ in range(share) if not only or name in only]
        self.corpus = [path.read_bytes() for path in sorted(SEEDS.iterdir())]
        self.seen = set()
        self.runs, self.failed, self.slowest, self.seconds = Counter(), Counter(), Counter(), Counter()
        self.folder, self.largest_memory = folder, largest_memory
        run("mail", self.corpus[0], folder / "run")  # what is loaded on first use counts for no input
        mails = (Email(str(n), "Sadly we chose somebody else.") for n in range(400))
        list(give_feedback(mails, model()))  # nor what many mails load

    def made(self):
        return mutated(self.random.choice(self.corpus), self.random.choice(self.corpus), self.random)

    def one(self, name, data):
        """Runs a target; an exception, an endless run and too much memory are findings."""
        folder, begun = self.folder / "run", time.process_time()
        try:
            outcome = run(name, data, folder)
            took = time.process_time() - begun
            if took > SLOWEST * max(1, len(data) / 2**20):
                raise TimeoutError(f"{took:.1f} s for {len(data)} bytes")
            if self.largest_memory and memory() > self.largest_memory:
                raise MemoryError(f"{memory()} bytes after {sum(self.runs.values())} runs")
        except Exception as error:
            self.report(name, data, error)
        else:
            self.slowest[name] = max(self.slowest[name], took)
            self.seconds[name] += took
            if (name, outcome) not in self.seen:
                self.seen.add((name, outcome))
                if len(self.corpus) < _MOST_KEPT:
                    self.corpus.append(data)
        finally:
            self.runs[name] += 1
            shutil.rmtree(folder, ignore_errors=True)

    def report(self, name, data, error):
        """Keeps what failed, the smallest of its kind."""
        places = [f"{Path(frame.filename).stem}-{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        kind = f"{name}-{type(error).__name__}-{places[-1]}"
        self.failed[kind] += 1
        self.findings.mkdir(parents=True, exist_ok=True)
        path = self.findings / kind
        if not path.exists() or path.stat().st_size > len(data):
            path.write_bytes(data)
            path.with_suffix(".why").write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")

    def summary(self):
        yield f"{sum(self.runs.values()):,} executions, {len(self.seen):,} different outcomes, {len(self.failed)} kinds of fault"
        for name, number in self.runs.items():
            yield f"  {name:8} {number:>9,}  mean {1000 * self.seconds[name] / number:7.2f} ms  slowest {self.slowest[name]:.2f} s"
        yield from (f"  fault {kind}: {number} times" for kind, number in self.failed.most_common())
        yield f"  memory at most {memory() / 2**20:.0f} MB"


def memory():
    """The most bytes that this process ever held; 0 where that can't be known."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def fuzz(fuzzer, seconds, say=lambda text: None):
    """All seeds through all targets, then for so many seconds what is made of them."""
    for data in list(fuzzer.corpus):
        for name in dict.fromkeys(fuzzer.names):
            fuzzer.one(name, data)
    end, told = time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < end:
        fuzzer.one(fuzzer.random.choice(fuzzer.names), fuzzer.made())
        if time.monotonic() > told + 60:
            told = time.monotonic()
            say("\n".join(fuzzer.summary()))


def guided(fuzzer, seconds, seed, say):
    """The same, led by coverage; ends the process."""
    import atheris

    told = time.monotonic()

    def one(data):
        nonlocal told
        name, content = fuzzer.names[data[0] % len(fuzzer.names)] if data else "cells", data[1:]
        fuzzer.one(name, content)
        if time.monotonic() > told + 60:
            told = time.monotonic()
            say("\n".join(fuzzer.summary()))

    def mutator(data, most, seed):
        random = Random(seed)
        return (bytes([random.randrange(256)]) + mutated(data[1:], random.choice(fuzzer.corpus), random))[:most]

    ours = [module for name, module in sys.modules.items() if name.startswith("feedback_nlp")]
    for function in {value for module in ours for value in vars(module).values() if inspect.isfunction(value)}:
        atheris.instrument_func(function)
    corpus = fuzzer.folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(fuzzer.corpus):
        (corpus / str(number)).write_bytes(bytes([number % 256]) + data)
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=20000", str(corpus)], one, custom_mutator=mutator)
    atheris.Fuzz()


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Hostile input, made by chance.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", action="append", choices=TARGETS, default=[])
    parser.add_argument("--guided", action="store_true", help="led by coverage (pip install atheris)")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    given = parser.parse_args()

    def say(text):
        print(text, flush=True)  # noqa: T201

    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_IN_MEMORY if Path(_IN_MEMORY).is_dir() else None) as folder:
        os.environ["FEEDBACK_NLP_HOME"] = f"{folder}/home"
        fuzzer = Fuzzer(given.seed, given.findings, Path(folder), given.target, LARGEST_MEMORY)
        if given.guided:
            guided(fuzzer, given.seconds, given.seed, say)
        fuzz(fuzzer, given.seconds, say)
        say("\n".join(fuzzer.summary()))
    sys.exit(1 if fuzzer.failed else 0)


if __name__ == "__main__":
    main()
