"""What kill -9 does to `add`, `review` and `retrain`, each killed at many random moments.

    python tests/benchmarks/kills.py              50 kills of each, a quarter of an hour
    python tests/benchmarks/kills.py --kills 3    a minute or two

After each kill: every label that was confirmed is there, of a sheet all rows or none, every version of the model loads, and
the one in use answers. It stops at the first that is not so. `retrain` runs on a small corpus, with all that it writes;
`review` runs in a terminal (tmux).
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from feedback_nlp.collection import own_examples  # noqa: E402
from feedback_nlp.store import SHIPPED, current, load, load_version, versions  # noqa: E402
from tests.terminals import Terminal  # noqa: E402

MAIL = "Dear Sam, we are sorry to tell you that we have chosen another candidate for the post."
ROWS = 20
MAILS = 300
SMALL = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from conftest import SMALL_RECIPE
from feedback_nlp import retraining, store, training
from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS
mails = read_corpus()[0]
corpus = [e for label in LABELS for split, n in (("train", 10), ("test", 4)) for e in
    [e for e in mails if (e.split, e.primary) == (split, label) and e.sentences][:n]]
"""
BUILD = (
    SMALL
    + """
store.save(training.train(corpus, recipe=SMALL_RECIPE), Path({shipped!r}) / "models" / "default")
"""
)
RETRAIN = (
    SMALL
    + """
retraining.read_corpus = lambda: (corpus, [])
retraining.Recipe = lambda: SMALL_RECIPE
store.shipped = lambda name: Path({shipped!r}) / name
print("started", flush=True)
retraining.retrain([Path({sheet!r})], force=True, say=lambda text: print(text, flush=True))
print("done", flush=True)
"""
)


def labels() -> dict[str, str]:
    """What the person said of each text, as it is on disk."""
    return {e.text: e.primary for e in own_examples()}


def expect(true: bool, what: str) -> None:
    """Stops where something is not as it must be."""
    if not true:
        raise click.ClickException(what)


def check_models() -> None:
    """Every version loads, and the one in use answers."""
    for folder in versions().values():
        load(folder)
    expect(next(iter(load_version().classify([MAIL]))).label is not None, "the model in use does not answer")


def sheet(path: Path, texts: list[str]) -> Path:
    """A table of labelled mails."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *((text, "another_candidate") for text in texts)])
    return path


def start(command: list[str]) -> subprocess.Popen[str]:
    # In one process: workers that outlive the one that is killed would keep its output open.
    environment = os.environ | {"LOKY_MAX_CPU_COUNT": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)


class Clock:
    """How long the process takes that is killed: the shortest time that it took when it came to its end."""

    def __init__(self) -> None:
        self._shortest = 600.0
        self._known = False

    def output(self, process: subprocess.Popen[str], rng: random.Random) -> str:
        """What the process said until it was killed; the first one is let run to its end."""
        began = time.perf_counter()
        try:
            process.wait(rng.uniform(0, self._shortest) if self._known else None)
            self._shortest, self._known = min(self._shortest, time.perf_counter() - began), True
        except subprocess.TimeoutExpired:
            process.kill()
        return process.communicate()[0]


def kill_add(folder: Path, kills: int, rng: random.Random) -> Iterator[str]:
    """Sheets of different mails, one after the other; each outcome is `before`, `whole` or `confirmed`."""
    clock = Clock()
    for n in range(kills + 1):
        texts = [f"{MAIL} This is number {n} {k}." for k in range(ROWS)]
        command = [sys.executable, "-m", "feedback_nlp", "add", str(sheet(folder / "rows.csv", texts)), "--json"]
        before = labels()
        said = clock.output(start(command), rng)
        now = labels()
        new = {text: label for text, label in now.items() if text not in before}
        expect(before.items() <= now.items(), "add: an earlier label is lost")
        expect(set(new) in (set(), set(texts)), f"add: {len(new)} of {ROWS} rows are there")
        expect(bool(new) or not said, "add: confirmed rows are lost")
        check_models()
        if n:
            yield "confirmed" if said else "whole" if new else "before"


def kill_review(folder: Path, kills: int, rng: random.Random) -> Iterator[str]:
    """Sessions, each over a mailbox of its own; each outcome is how many answers were kept."""
    for n in range(kills):
        session = folder / f"session{n}"  # a terminal of its own each time, so that its process is surely the one that is killed
        session.mkdir()
        inbox = session / "inbox.jsonl"
        inbox.write_text("".join(json.dumps({"text": f"{MAIL} This is number {n} {k}."}) + "\n" for k in range(MAILS)), encoding="utf-8")
        command = [sys.executable, "-m", "feedback_nlp", "review", str(inbox), "--number", str(MAILS), "--quiet"]
        before = labels()
        terminal = Terminal(session, command, {"FEEDBACK_NLP_HOME": os.environ["FEEDBACK_NLP_HOME"], "TERM": "screen-256color"})
        try:
            shown, pressed = answered(terminal, rng)
        finally:
            terminal.close()
        now = labels()
        expect(before.items() <= now.items(), "review: an earlier label is lost")
        kept = len(now) - len(before)
        expect(shown - 1 <= kept <= pressed, f"review: mail {shown} was shown after {pressed} answers, and {kept} are kept")
        check_models()
        yield f"{kept} kept"


def answered(terminal: Terminal, rng: random.Random) -> tuple[int, int]:
    """Answers until it is killed at a random moment: which mail was seen last, and how often Enter was pressed."""
    terminal.until("1 of ")
    end, pressed, shown = time.perf_counter() + rng.uniform(0, 1), 0, 1
    while time.perf_counter() < end:
        terminal.press(rng.choice("scahvn"), "Enter")
        pressed += 1
        shown = max([shown, *number_of(terminal.lines())])
    terminal.kill(9)
    terminal.wait()
    return max([shown, *number_of(terminal.lines())]), pressed


def number_of(lines: list[str]) -> list[int]:
    return [int(found[1]) for line in lines if (found := re.match(r" (\d+) of \d+ ", line))]


def kill_retrain(folder: Path, kills: int, rng: random.Random) -> Iterator[str]:
    """Retrainings in homes of their own; each outcome is the last thing that was said."""
    names = {"paths": sys.path[:2], "shipped": str(folder / "shipped")}
    subprocess.run([sys.executable, "-c", BUILD.format(**names)], check=True)
    rows = {f"{MAIL} This is number {k}.": "another_candidate" for k in range(ROWS)}
    code = RETRAIN.format(**names, sheet=str(sheet(folder / "own.csv", [*rows])))
    clock = Clock()
    for n in range(kills + 1):
        os.environ["FEEDBACK_NLP_HOME"] = str(folder / f"home{n}")
        process = start([sys.executable, "-c", code])
        expect(process.stdout is not None and process.stdout.readline() == "started\n", "retrain: it does not start")
        said = clock.output(process, rng).splitlines()
        expect(labels() == rows if said else labels() in (rows, {}), "retrain: confirmed rows are lost")
        expect("done" not in said or current() != SHIPPED, "retrain: it was done, and its model is not in use")
        check_models()
        if n:
            yield said[-1] if said else "started"


PARTS: dict[str, Callable[[Path, int, random.Random], Iterator[str]]] = {"add": kill_add, "review": kill_review, "retrain": kill_retrain}


@click.command()
@click.option("--kills", default=50, show_default=True, help="So many of each command.")
@click.option("--only", type=click.Choice([*PARTS]), multiple=True, help="These commands (default: all).")
def main(kills: int, only: tuple[str, ...]) -> None:
    """Kills each command and says how often which came of it."""
    for name in only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["FEEDBACK_NLP_HOME"] = str(Path(folder) / "home")
            counts: dict[str, int] = {}
            for n, outcome in enumerate(PARTS[name](Path(folder), kills, random.Random(0)), 1):
                click.echo(f"{name} {n}: {outcome}", err=True)
                counts[outcome] = counts.get(outcome, 0) + 1
            click.echo(f"{name}: {kills} kills, nothing lost: " + ", ".join(f"{what} {n}" for what, n in counts.items()))


if __name__ == "__main__":
    main()
