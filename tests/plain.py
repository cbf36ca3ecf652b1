"""Plain words: the clauses with which busy people turn somebody down, each in five mails that give no reason of their own.

    python tests/plain.py            how many mails of each label are read rightly
    python tests/plain.py --wrong    also the clauses that are not, and as what they are read

The clauses are in plain.toml; whoever wrote them had read the label rules and no mail of the corpus, and nothing is trained on them.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path

import feedback_nlp
from feedback_nlp.metrics import share
from feedback_nlp.resources import read_toml

MAILS = read_toml(Path(__file__).with_suffix(".toml"))


def cases():
    """(label, clause, name of the frame, mail) of each clause in each frame."""
    for label, clauses in MAILS["clauses"].items():
        for clause in clauses:
            for name, frame in MAILS["frames"].items():
                yield label, clause, name, frame.replace("{clause}", clause)


def measure(model):
    """How many mails of each label are read rightly, a `Share`; and for each (label, clause) what it is wrongly read as."""
    rows = list(cases())
    right, mails, wrong = Counter(), Counter(), defaultdict(list)
    for (label, clause, name, _), said in zip(rows, model.classify(text for *_, text in rows), strict=True):
        mails[label] += 1
        right[label] += said.label == label
        if said.label != label:
            wrong[label, clause].append(f"{name}: {said.label} {said.confidence:.2f}")
    return {label: share(right[label], n) for label, n in mails.items()}, wrong


def table(model, with_wrong=False):
    shares, wrong = measure(model)
    for label, found in shares.items():
        yield f"{label:18} {found}"
    yield f"{'all':18} {sum(s.hits for s in shares.values())} of {sum(s.n for s in shares.values())}"
    if with_wrong:
        yield from (f"{label}: {clause} | {', '.join(read)}" for (label, clause), read in sorted(wrong.items(), key=lambda c: -len(c[1])))


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(feedback_nlp.load(), "--wrong" in sys.argv)) + "\n")
