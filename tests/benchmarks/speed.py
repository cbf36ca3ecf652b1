"""How fast it is beside the obvious way, other classifiers, and the start of the libraries that it needs.

    python tests/benchmarks/speed.py -o data/speed.csv --plot tests/benchmarks/speed.svg

The two sides of each ratio take turns, round after round, and the median of the rounds counts. Processor time is measured,
user's and system's, and on one core where not said otherwise: other work on the machine hardly moves it. The Markdown table goes to
standard output. CONTRIBUTING.md says what to install for the peers; one that is missing is skipped. Linux only.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if sys.path[0] == str(TESTS / "benchmarks"):  # this folder's mailbox.py must not stand before Python's own
    sys.path[0] = str(TESTS)

import click  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

from benchmarks.mailbox import write_mbox  # noqa: E402
from benchmarks.obvious import ObviousWay  # noqa: E402
from benchmarks.peers import PEERS, Peer  # noqa: E402
from benchmarks.sameness import WAYS, differences  # noqa: E402
from feedback_nlp.examples import read_corpus  # noqa: E402
from feedback_nlp.model import Model  # noqa: E402
from feedback_nlp.plots import SETTINGS, check_drawable  # noqa: E402
from feedback_nlp.records import Example  # noqa: E402
from feedback_nlp.resources import write_bytes  # noqa: E402
from feedback_nlp.sheet import check_writable, write_rows  # noqa: E402
from feedback_nlp.store import load_version  # noqa: E402

Row = dict[str, Any]
Say = Callable[[str], None]

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
MESSAGE_SIZE = 0.02
"""Megabytes, with the HTML and the attachments."""
ROUND = 20_000
"""A growing mailbox is a multiple of so many messages, or has fewer."""
SMALL = 0.004
"""Megabytes of a message in a growing mailbox: most have no attachment, so that a million of them fit on a disk."""
WARM_UP = 400
"""Messages: from some hundreds on, `label` finds features with arrays."""
START, MAILBOX, CORES, TEXTS, GROWTH, SAMENESS = "start", "mailbox to table", "two cores", "texts to labels", "growth", "sameness"
PARTS = (START, MAILBOX, CORES, TEXTS, GROWTH, SAMENESS)
LABEL, OBVIOUS = "`feedback-nlp label`", "the obvious way"
SPACY = """`python -c 'import spacy; spacy.blank("en")'`"""
CLICK = "`python -c 'import click'`"
CLASSIFY = "`Model.classify`"


def row(part: str, way: str, quantity: str, values: Sequence[float], says: str = "") -> Row:
    """What was measured of one way: the median, the lowest and the highest of the rounds."""
    kept = {"median": median(values), "lowest": min(values), "highest": max(values)}
    return {"part": part, "way": way, "quantity": quantity} | {k: rounded(v) for k, v in kept.items()} | {"says": says}


def against(other: str, ratios: Sequence[float], aim: str) -> Row:
    """How it compares with another way, round by round."""
    low, middle, high = min(ratios), median(ratios), max(ratios)
    return {"against": other, "ratio": rounded(middle), "ratio_lowest": rounded(low), "ratio_highest": rounded(high), "aim": aim}


def rounded(value: float) -> float:
    """Three digits say all that a clock does."""
    return float(f"{value:.3g}")


COLUMNS = tuple(row("", "", "", [0]) | against("", [0], ""))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def turns(ways: Mapping[str, Callable[[int], float]], rounds: int) -> dict[str, list[float]]:
    """What each way says in each round; the ways take turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(rounds):
        for name, measure in ways.items():
            found[name].append(measure(n))
    return found


# the start


def start(rounds: int) -> Iterator[Row]:
    """Whole processes, from nothing to their end."""
    ours = str(Path(sys.executable).with_name("feedback-nlp"))
    mail = str(TESTS.parent / "data" / "samples" / "rejection.txt")
    commands = {
        SPACY: [sys.executable, "-c", 'import spacy; spacy.blank("en")'],
        CLICK: [sys.executable, "-c", "import click"],
        "`feedback-nlp classify mail.txt`": [ours, "classify", mail],
        "`feedback-nlp --help`": [ours, "--help"],
        "`feedback-nlp --version`": [ours, "--version"],
    }
    found = turns({name: lambda n, command=command: processor_seconds(command) for name, command in commands.items()}, rounds)
    for name, values in found.items():
        compared = {}
        if name not in (SPACY, CLICK):
            other, aim = (SPACY, "at most 1.15") if "classify" in name else (CLICK, "at most 3")
            compared = against(other, ratios(values, found[other]), aim)
        yield row(START, name, "s", values, "whole process, all cores") | compared


def processor_seconds(command: Sequence[str]) -> float:
    """What a process took of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# a mailbox


def mailbox_to_table(folder: Path, messages: int, rounds: int) -> Iterator[Row]:
    """An mbox in several forms to a CSV file, end to end."""
    mbox = folder / "main.mbox"
    write_mbox(mbox, messages, messages * MESSAGE_SIZE, first=WARM_UP)
    ways = {LABEL: "label", OBVIOUS: "obvious"}
    timed = {name: lambda n, way=way: messages / run(way, mbox)["seconds"] for name, way in ways.items()}
    found = turns(timed, rounds)
    more = "start-up excluded; also signals, parties, steps, advice, threads, journal"
    yield row(MAILBOX, LABEL, "messages/s", found[LABEL], more) | against(OBVIOUS, ratios(found[LABEL], found[OBVIOUS]), "at least 10")
    yield row(MAILBOX, OBVIOUS, "messages/s", found[OBVIOUS], "start-up excluded; label and probabilities alone")


def run(way: str, mbox: Path) -> dict[str, float]:
    """Seconds, without the start, and megabytes of one way in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        warm_up = Path(folder) / "warm-up.mbox"
        write_mbox(warm_up, WARM_UP, WARM_UP * MESSAGE_SIZE)
        paths = map(str, (mbox, Path(folder) / "labelled.csv", warm_up))
        command = [sys.executable, str(TESTS / "benchmarks" / "timed.py"), way, *paths]
        done = subprocess.run(command, env=os.environ | ONE_THREAD, check=True, stdout=subprocess.PIPE, text=True)
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def two_cores(folder: Path, messages: int, rounds: int) -> Iterator[Row]:
    """One process on one core against two on two, by the clock: so the machine should have nothing else to do."""
    mbox = folder / "cores.mbox"
    write_mbox(mbox, messages, messages * MESSAGE_SIZE)
    found = turns({str(jobs): lambda n, jobs=jobs: by_the_clock(jobs, mbox) for jobs in (1, 2)}, rounds)
    one, two = (f"{LABEL} --jobs {jobs}" for jobs in (1, 2))
    yield row(CORES, one, "messages/s", found["1"], "judging, by the clock")
    yield row(CORES, two, "messages/s", found["2"], "judging, by the clock") | against(one, ratios(found["2"], found["1"]), "at least 1.7")


def by_the_clock(jobs: int, mbox: Path) -> float:
    """Messages a second with so many processes, once they have started."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(TESTS / "benchmarks" / "timed.py"), str(jobs), str(mbox), str(Path(folder) / "labelled.csv")]
        done = subprocess.run(command, env=os.environ | ONE_THREAD, check=True, stdout=subprocess.PIPE, text=True)
    taken: dict[str, float] = json.loads(done.stdout)
    return taken["messages"] / taken["seconds"]


def write_grown(mbox: Path, size: int) -> None:
    """So many small messages; from `ROUND` on the same ones again, of other senders."""
    with tempfile.TemporaryDirectory() as folder:
        once = Path(folder) / "once.mbox"
        write_mbox(once, min(size, ROUND), min(size, ROUND) * SMALL, first=WARM_UP)
        data = once.read_bytes()
    with mbox.open("wb") as out:
        for n in range(math.ceil(size / ROUND)):
            out.write(data.replace(b"@firm", b"@round%d-firm" % n))


def growth(folder: Path, sizes: Sequence[int], rounds: int) -> Iterator[Row]:
    """What a message costs, and the most memory, in mailboxes of these sizes."""
    taken: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    mbox = folder / "growing.mbox"
    for _ in range(rounds):
        for size in sizes:
            write_grown(mbox, size)
            taken[size].append(run("label", mbox))
    mbox.unlink()
    each = {size: [1000 * one["seconds"] / size for one in taken[size]] for size in sizes}
    for size in sizes:
        name = f"{LABEL}, {size:,} messages"
        compared = {} if size == sizes[0] else against(f"{sizes[0]:,} messages", ratios(each[size], each[sizes[0]]), "about 1")
        yield row(GROWTH, name, "ms a message", each[size], "start-up excluded") | compared
        yield row(GROWTH, name, "MB at most", [one["megabytes"] for one in taken[size]]) | {"aim": "under 600"}


# texts


def texts_to_labels(model: Model, mails: Sequence[Example], peers: Sequence[Peer], texts: int, rounds: int, say: Say) -> Iterator[Row]:
    """Texts in memory to labels: other texts in each round, so that nobody knows them from the last."""
    most = max(texts, WARM_UP)
    stride = max(rounds + 1, len(mails) // most)
    warm_up, *parts = ([e.text for e in mails[n::stride]][: texts if n else most] for n in range(rounds + 1))
    obvious = ObviousWay(model)
    ways: dict[str, Callable[[Sequence[str]], object]] = {
        CLASSIFY: lambda some: list(model.classify(some)),
        OBVIOUS: lambda some: [obvious.chances(text) for text in some],
    }
    ways |= {peer.name: lambda some, trained=trained: list(trained.classify(some)) for peer, trained in train(peers, mails, say)}
    with one_core():
        for classify in ways.values():
            classify(warm_up)
        found = turns({name: lambda n, way=way: len(parts[n]) / seconds(way, parts[n]) for name, way in ways.items()}, rounds)
    for name, values in found.items():
        says = "labels, probabilities and evidence" if name == CLASSIFY else "labels and probabilities"
        aim = {OBVIOUS: "at most 0.1", "fastText": "at most 2"}.get(name, "")
        yield row(TEXTS, name, "mails/s", values, says) | (
            {} if name == CLASSIFY else against(CLASSIFY, ratios(values, found[CLASSIFY]), aim)
        )


def train(peers: Sequence[Peer], mails: Sequence[Example], say: Say) -> Iterator[tuple[Peer, Any]]:
    """The peers that are installed, trained on all of the training mails."""
    known = [e for e in mails if e.split == "train"]
    for peer in peers:
        if find_spec(peer.module):
            say(f"training {peer.name}")
            yield peer, peer.train([e.text for e in known], [e.primary for e in known])
        else:
            say(f"{peer.name}: skipped, since {peer.package} is missing. Install it: pip install {peer.package}")


def seconds(way: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    way(texts)
    return time.process_time() - began


@contextmanager
def one_core() -> Iterator[None]:
    """This process on one core, with one thread for each library."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        with threadpool_limits(1):
            yield
    finally:
        os.sched_setaffinity(0, cores)


def sameness(model: Model, texts: Sequence[str]) -> Iterator[Row]:
    """How far the answers of the ways are from each other."""
    first = next(iter(WAYS))
    for name, (furthest, labels) in differences(model, texts).items():
        says = f"{labels} of {len(texts):,} labels differ from {first}"
        yield row(SAMENESS, name, "greatest difference", [furthest], says) | {"aim": "below 0.000001"}


# the table and the picture


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table of Markdown: for each the figure, its spread, and the ratio beside its aim."""
    head = ("| what | way | median (lowest to highest) | ratio to | aim | |", "|---|---|---|---|---|---|")
    return "".join(f"{text}\n" for text in (*head, *map(line, rows)))


def line(row: Mapping[str, Any]) -> str:
    """A row as a line of that table."""
    spread = f" ({row['lowest']:,g} to {row['highest']:,g})" if row["lowest"] != row["highest"] else ""
    ratio = f"{row['ratio']:g} ({row['ratio_lowest']:g} to {row['ratio_highest']:g}) {row['against']}" if row.get("against") else ""
    cells = (row["part"], row["way"], f"{row['median']:,g} {row['quantity']}{spread}", ratio, row.get("aim") or "", row["says"])
    return f"| {' | '.join(cells)} |"


def read_table(path: Path) -> list[Row]:
    """The rows of a table that was written here."""
    texts = ("part", "way", "quantity", "says", "against", "aim")
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v if k in texts else float(v) for k, v in r.items() if v} | {"says": r["says"]} for r in csv.DictReader(file)]


def draw(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """A bar for each way in a panel for each part and quantity, with the spread of the rounds."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    panels: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for r in rows:
        if r["part"] != SAMENESS:
            panels.setdefault((r["part"], r["quantity"]), []).append(r)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(9, 1.0 * len(panels) + 0.34 * sum(map(len, panels.values()))), layout="constrained")
        heights = [1 + len(shown) for shown in panels.values()]
        axes = figure.subplots(len(panels), 1, gridspec_kw={"height_ratios": heights}, squeeze=False)[:, 0]
        for ((part, quantity), shown), axis in zip(panels.items(), axes, strict=True):
            middle = [r["median"] for r in shown]
            spread = [[r["median"] - r["lowest"] for r in shown], [r["highest"] - r["median"] for r in shown]]
            axis.barh([r["way"].replace("`", "") for r in shown], middle, xerr=spread, color="#0072B2", height=0.6)
            axis.invert_yaxis()
            axis.set_title(f"{part}: {quantity}", loc="left")
        data: dict[str, Any] = {"metadata": {"Date": None}} if path.suffix.lower() == ".svg" else {}
        file = io.BytesIO()
        figure.savefig(file, format=path.suffix[1:].lower(), **data)
    write_bytes(path, file.getvalue())


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv file.")
@click.option("--plot", type=click.Path(path_type=Path), help="Also draw it into this .svg or .png file (extra `plots`).")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--starts", type=click.IntRange(1), default=10, show_default=True, help="Rounds of the start.")
@click.option("--messages", type=click.IntRange(1), default=3000, show_default=True, help="Messages in the mailbox.")
@click.option("--texts", type=click.IntRange(1), default=1000, show_default=True, help="Texts to label in a round.")
@click.option(
    "--size", "sizes", type=click.IntRange(1), multiple=True, default=(1000, 10_000), show_default=True, help="Mailboxes to grow."
)
@click.option("--million", is_flag=True, help="Also a mailbox of a million messages and 4 GB: more than an hour.")
@click.option("--same", type=click.IntRange(1), default=2000, show_default=True, help="Mails that every way has to judge alike.")
@click.option("--part", "chosen", multiple=True, type=click.Choice(PARTS), default=PARTS, help="Only these parts (default: all).")
@click.option("--peer", "names", multiple=True, type=click.Choice([peer.module for peer in PEERS]), help="Only these peers (default: all).")
def main(
    output: Path,
    plot: Path | None,
    rounds: int,
    starts: int,
    messages: int,
    texts: int,
    sizes: tuple[int, ...],
    million: bool,
    same: int,
    chosen: tuple[str, ...],
    names: tuple[str, ...],
) -> None:
    """Measure everything and write the table."""
    check_writable(output)
    if plot:
        check_drawable(plot)
    model, (mails, _) = load_version(None), read_corpus()
    peers = [peer for peer in PEERS if not names or peer.module in names]

    def say(text: str) -> None:
        click.echo(text, err=True)

    with tempfile.TemporaryDirectory() as folder:
        parts = {
            START: start(starts),
            MAILBOX: mailbox_to_table(Path(folder), messages, rounds),
            CORES: two_cores(Path(folder), 2 * messages, rounds),
            TEXTS: texts_to_labels(model, mails, peers, texts, rounds, say),
            GROWTH: growth(Path(folder), [*sizes, *([1_000_000] if million else [])], 1),
            SAMENESS: sameness(model, [e.text for e in mails[:: max(1, len(mails) // same)]][:same]),
        }
        rows = list(chain.from_iterable(told(say, name, of_part) for name, of_part in parts.items() if name in chosen))
    write_rows(rows, output, COLUMNS)
    if plot:
        draw(rows, plot)
    click.echo(markdown(rows), nl=False)


def told(say: Say, name: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, each of them said when it is there."""
    say(name)
    for found in rows:
        say(line(found))
        yield found


if __name__ == "__main__":
    main()
