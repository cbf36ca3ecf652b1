"""How many mails a core labels in a second with `label --engine dask`, and how much memory a worker takes.

    python tests/benchmarks/scale.py                                1,000 and 9,000 mails, three minutes of two idle cores
    python tests/benchmarks/scale.py --mails 2000 --row-group 100   less

Counted is processor time, so that what else the machine does matters little; the shorter run is taken from the longer one, so
that the start of the processes does not count. Linux only: memory is what the kernel says of the largest process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
import pyarrow
import pyarrow.parquet

from feedback_nlp.examples import read_corpus

FEWEST = 1000


@dataclass(frozen=True)
class Run:
    """What a run took."""

    mails: int
    seconds: float
    processor: float
    memory: int
    bytes_out: int


def write(path: Path, number: int, row_group: int, joined: int) -> Path:
    """So many mails of the corpus, or of so many of its mails one below the other, each once as long as there are enough."""
    mails, _ = read_corpus()
    each = [mails[n * 7919 % len(mails)].text for n in range(number * joined)]  # a prime, so that neighbours are no versions of one mail
    texts = ["\n\n".join(each[n : n + joined]) for n in range(0, len(each), joined)]
    click.echo(f"{number} mails of {sum(map(len, texts)) / number:.0f} characters on average")
    pyarrow.parquet.write_table(pyarrow.table({"text": texts}), path, row_group_size=row_group)
    return path


def run(path: Path, output: Path, mails: int) -> Run:
    """Labels a file; raises CalledProcessError where that fails."""
    start = time.monotonic()
    command = [sys.executable, "-m", "feedback_nlp", "label", str(path), "-o", str(output), "--engine", "dask", "-q"]
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, command)
    found = json.loads((output / "_manifest.json").read_text(encoding="utf-8"))
    if (found["rows_out"], found["whole"]) != (mails, True):
        raise click.ClickException(f"{found['rows_out']} of {mails} rows came out")
    size = sum(part.stat().st_size for part in output.glob("part-*"))
    return Run(mails, time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, size)


@click.command(help=__doc__)
@click.option("--mails", default=9000, show_default=True, help="How many mails the longer run labels.")
@click.option("--row-group", default=500, show_default=True, help="Mails in a row group.")
@click.option("--joined", default=1, show_default=True, help="So many mails of the corpus make one: longer mails.")
def main(mails: int, row_group: int, joined: int) -> None:
    """Runs both, and prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {n: write(Path(folder) / f"{n}.parquet", n, row_group, joined) for n in (FEWEST, max(mails, 2 * FEWEST))}
        short, long = (run(path, Path(folder) / str(n), n) for n, path in paths.items())
    rate = (long.mails - short.mails) / (long.processor - short.processor)
    click.echo(f"{rate:.0f} mails for each second of a core: 100,000,000 take {1e8 / rate / 3600:,.0f} hours of one core")
    click.echo(f"start of all processes: {short.processor - short.mails / rate:.0f} s of a core")
    click.echo(f"the largest process: {max(short.memory, long.memory) / 2**20:.0f} MB")
    click.echo(f"rows out: {long.bytes_out / long.mails:.0f} bytes a mail")
    click.echo(f"on {os.cpu_count()} cores: {long.mails} mails in {long.seconds:.0f} s")


if __name__ == "__main__":
    main()
