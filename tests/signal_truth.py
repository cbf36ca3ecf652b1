"""The acceptance test of the signals: `data/signals/test.jsonl`, rejections with the truth about what else they say.

    python tests/signal_truth.py     precision and recall of each value, over the whole way from text to signals

The mails were written by people who wrote nothing else here, and committed before anything was run on them.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import feedback_nlp
from feedback_nlp.feedback import accounts_of
from feedback_nlp.records import Email

FILE = Path(__file__).parent.parent / "data" / "signals" / "test.jsonl"
MANY = {"gap": "gaps", "trait": "traits"}
FEWEST = 25


def rows():
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def said_of(signals):
    """Each (signal, value) that was read from a mail."""
    for name in ("feedback", "reply", "door", "chosen", "freeze", "deadline"):
        if value := getattr(signals, name).value:
            yield name, value
    for name, field in MANY.items():
        yield from ((name, said.value) for said in getattr(signals, field))


def counts(model):
    """For each (signal, value): how often it is true, how often it was read, how often both."""
    true, read, both = Counter(), Counter(), Counter()
    found = rows()
    emails = [Email(row["id"], row["text"], subject=row["subject"], sender=row["sender"]) for row in found]
    for row, account in zip(found, accounts_of(emails, model), strict=True):
        said = set(said_of(account.signals))
        there = {(signal["name"], signal["value"]) for signal in row["signals"]}
        true.update(there)
        read.update(said)
        both.update(said & there)
    return true, read, both


def table(model):
    true, read, both = counts(model)
    yield f"{'signal':10} {'value':18} {'true':>5} {'read':>5} {'precision':>10} {'recall':>7}"
    for key in sorted(true | read):
        precision = f"{both[key] / read[key]:.3f}" if read[key] else "-"
        recall = f"{both[key] / true[key]:.3f}" if true[key] else "-"
        yield f"{key[0]:10} {key[1]:18} {true[key]:5} {read[key]:5} {precision:>10} {recall:>7}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(feedback_nlp.load())) + "\n")
