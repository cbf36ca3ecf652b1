"""Twins: two mails of the corpus that differ in the least edit that changes the label. Does the answer change as it should?

    python tests/twins.py            the table
    python tests/twins.py --wrong    also the twins of the test split that are not both read rightly

The twins of the test split are the measure; the model was trained on the others.
"""

import sys
from collections import defaultdict

import feedback_nlp
from feedback_nlp.examples import read_corpus
from feedback_nlp.metrics import share


def twins(split):
    """The pairs of a split whose labels differ."""
    pairs = defaultdict(list)
    for e in read_corpus()[0]:
        if e.split == split and e.pair_id:
            pairs[e.pair_id].append(e)
    return [pair for pair in pairs.values() if len({e.primary for e in pair}) > 1]


def is_right(e, label):
    return label in (e.primary, *e.also_ok)


def answers(model, pairs):
    """For each pair the labels that are read in it."""
    labels = iter([p.label for p in model.classify(e.text for pair in pairs for e in pair)])
    return [[next(labels) for _ in pair] for pair in pairs]


def measure(model, split):
    """In what share of the pairs all are read rightly, and in what share the answers differ at all."""
    pairs = twins(split)
    said = answers(model, pairs)
    right = sum(all(map(is_right, pair, labels)) for pair, labels in zip(pairs, said, strict=True))
    return share(right, len(pairs)), share(sum(len(set(labels)) > 1 for labels in said), len(pairs))


def table(model, with_wrong=False):
    for split in ("test", "train"):
        right, differ = measure(model, split)
        yield f"{split:6} both right: {right}; answers differ: {differ}"
    if with_wrong:
        pairs = twins("test")
        for pair, labels in zip(pairs, answers(model, pairs), strict=True):
            if not all(map(is_right, pair, labels)):
                yield "    " + "; ".join(f"{e.id}: {e.primary}, read as {label}" for e, label in zip(pair, labels, strict=True))


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(feedback_nlp.load(), "--wrong" in sys.argv)) + "\n")
