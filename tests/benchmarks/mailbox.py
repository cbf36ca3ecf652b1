"""A large mailbox, labelled whole and labelled after being killed: time, memory, and whether both are the same.

    python tests/benchmarks/mailbox.py                            100,000 messages, 2 GB
    python tests/benchmarks/mailbox.py --messages 2000 --size 40  seconds

The mailbox is made of the corpus' mails (each once more under other names and dates for every round over the corpus),
in the forms in which mail comes: plain, HTML in a newsletter's shell, both, base64, quoted-printable, with quotes and
attachments. Linux only: memory is what the kernel says of the process.
"""

from __future__ import annotations

import email.message
import email.utils
import hashlib
import html
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from feedback_nlp.examples import read_corpus
from feedback_nlp.records import Example

START = 1_750_000_000
SHELL = '<html><head><style>.x{{color:#333}}</style></head><body><div style="display:none">preheader</div>{}{}</body></html>'
ROW = '<table width="600" class="x"><tr><td style="font-family:Arial;padding:8px 16px;color:#777777">{}</td></tr></table>\n'


def messages(number: int, size: float, rng: random.Random, first: int = 0) -> Iterator[bytes]:
    """So many messages of about `size` megabytes in all, from the `first` on."""
    mails, _ = read_corpus()
    each = int(size * 1_000_000 / number)
    for n in range(first, first + number):
        yield message(n, mails[n % len(mails)], rng, each).as_bytes()


def message(n: int, mail: Example, rng: random.Random, size: int) -> email.message.EmailMessage:
    """A mail of the corpus as the n-th message; every tenth answers an earlier one."""
    made = email.message.EmailMessage()
    firm = f"firm{n % 4999}"
    made["From"] = f"{firm.title()} Careers <jobs@{firm}.example>"
    made["To"] = "me@home.example"
    made["Subject"] = rng.choice(["Your application", "Update", "Re: your application", f"News from {firm}"])
    made["Date"] = email.utils.formatdate(START + n * 300)
    made["Message-ID"] = f"<{n}@{firm}.example>"
    if n >= 4999 and n % 10 == 0:
        made["In-Reply-To"] = f"<{n - 4999}@{firm}.example>"
    text = mail.text + (f"\n\nOn Tue, 3 Mar 2026 at 10:02, Me <me@home.example> wrote:\n> {mail.text[:200]}\n" if n % 7 == 0 else "\n")
    fill(made, text, n % 5, rng, size)
    return made


def fill(made: email.message.EmailMessage, text: str, form: int, rng: random.Random, size: int) -> None:
    """The body in one of five forms, with what fills a mailbox: newsletters' shells and attachments."""
    shell = SHELL.format(f"<p>{html.escape(text)}</p>", "".join(ROW.format(f"Footer {k}") for k in range(min(size, 20_000) // 200)))
    if form == 0:
        made.set_content(text)
    elif form == 1:
        made.set_content(shell, subtype="html", cte="quoted-printable")
    elif form == 2:
        made.set_content(text, cte="base64")
        made.add_alternative(shell, subtype="html")
    else:
        made.set_content(text, cte="quoted-printable")
    if form > 2 or (form == 0 and size > 5000):
        noise = rng.randbytes(int(size * 0.72))  # base64 makes a third more of it
        made.add_attachment(noise, maintype="application", subtype="pdf", filename=f"file{form}.pdf")


def write_mbox(path: Path, number: int, size: float, first: int = 0) -> None:
    """The mailbox; the same for the same numbers."""
    with path.open("wb") as out:
        for data in messages(number, size, random.Random(0), first):
            out.write(b"From - Tue Mar  3 10:02:00 2026\n" + data.replace(b"\nFrom ", b"\n>From ") + b"\n")


def command(mbox: Path, output: Path) -> list[str]:
    return [sys.executable, "-m", "feedback_nlp", "label", str(mbox), "-o", str(output)]


def run(mbox: Path, output: Path) -> tuple[float, float, str]:
    """Seconds, megabytes at most, and a digest of the rows of a whole run."""
    started = time.perf_counter()
    process = subprocess.Popen(command(mbox, output), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise click.ClickException(f"label ended with status {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024, digest(output)


def killed(mbox: Path, output: Path, after: Sequence[float]) -> None:
    """Starts the run and kills it, after so many seconds, as often as there are numbers."""
    for seconds in after:
        process = subprocess.Popen(command(mbox, output), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        if process.poll() is not None:
            raise click.ClickException(f"label was done before {seconds:.0f} s; give a larger mailbox")
        process.send_signal(signal.SIGKILL)
        process.wait()
        click.echo(f"killed after {seconds:.0f} s, output there: {output.exists()}", err=True)


def digest(path: Path) -> str:
    """A digest of a file."""
    with path.open("rb") as file:
        found = hashlib.sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()[:16]


@click.command()
@click.option("--messages", "number", default=100_000, show_default=True)
@click.option("--size", default=2000.0, show_default=True, help="Megabytes in all.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to work (default: a temporary folder).")
def main(number: int, size: float, folder: Path | None) -> None:
    """Makes the mailbox, labels it whole, again with the journal there, and after being killed three times."""
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        mbox = place / "large.mbox"
        write_mbox(mbox, number, size)
        click.echo(f"messages {number}, megabytes {mbox.stat().st_size / 1e6:.0f}")
        seconds, megabytes, expected = run(mbox, place / "whole.jsonl")
        click.echo(f"whole: {seconds:.0f} s, {number / seconds:.0f} messages a second, {megabytes:.0f} MB at most, digest {expected}")
        again, megabytes, same = run(mbox, place / "whole.jsonl")
        click.echo(f"again, nothing new: {again:.0f} s, {megabytes:.0f} MB at most, the same: {same == expected}")
        rng = random.Random(1)
        killed(mbox, place / "killed.jsonl", [rng.uniform(0.1, 0.3) * seconds for _ in range(3)])
        rest, megabytes, same = run(mbox, place / "killed.jsonl")
        click.echo(f"after three kills: {rest:.0f} s more, {megabytes:.0f} MB at most, the same: {same == expected}")
        click.echo(f"(this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB)")


if __name__ == "__main__":
    main()
