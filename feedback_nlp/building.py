"""What ships with the program is made here, from the shipped corpus alone: the model, and the model of the signals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from feedback_nlp.errors import ModelError
from feedback_nlp.evaluation import Evaluation, evaluate
from feedback_nlp.examples import read_corpus
from feedback_nlp.marks import read_marks
from feedback_nlp.model import Model
from feedback_nlp.records import Example
from feedback_nlp.resources import shipped
from feedback_nlp.signal_model import SignalModel
from feedback_nlp.signal_store import save_signals
from feedback_nlp.signal_training import train_signals
from feedback_nlp.store import SHIPPED, check_new, load_prior, load_version, save
from feedback_nlp.training import Progress, Recipe, prepare_all, prior_digest, train


def build(folder: Path, say: Progress = lambda _: None) -> Model:
    """Trains on the shipped corpus alone and writes the model, its figures on the test split, and its card.

    Raises ModelError where the folder is there already, OutputError where it can't be made.
    """
    check_new(folder)
    corpus, loose = read_corpus()
    model = train(corpus, loose, say=say)
    evaluation = _evaluated(model, [e for e in corpus if e.split == "test"])
    model = replace(model, manifest={**model.manifest, "figures": evaluation.figures})
    save(model, folder, evaluation)
    return model


def _evaluated(model: Model, test: list[Example]) -> Evaluation:
    return evaluate(test, list(model.classify(e.text for e in test)))


def build_signals(folder: Path, say: Progress = lambda _: None) -> SignalModel:
    """Trains the model of the signals on the shipped marks, beside the shipped model, and writes it.

    Raises ModelError where the shipped model came without its prior, or with that of another corpus.
    """
    corpus, _ = read_corpus()
    model = load_version(SHIPPED)
    prior = load_prior(prior_digest(model.manifest))
    mails = prepare_all(corpus, model.preprocessor, Recipe())
    if prior is None or len(prior.mails) != len(mails):
        raise ModelError("The shipped model does not come with a prior of this corpus. Build it first: feedback-nlp models build FOLDER")
    outputs = prior.outputs([len(mail.sentences) for mail in mails])
    labels = {mail.example.id: sentences for mail, (sentences, *_) in zip(mails, outputs, strict=True)}
    signals = train_signals(read_marks(shipped("data") / "signals", corpus), labels, model, say=say)
    save_signals(signals, folder)
    return signals
