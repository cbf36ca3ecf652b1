"""The whole flow of one mail after another: mails in, feedback out. A label that the person gave a mail goes before the model's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, tee

from feedback_nlp.advice import advise
from feedback_nlp.examples import digest
from feedback_nlp.labels import NOT_REJECTION
from feedback_nlp.model import MOST_CHARACTERS, Model
from feedback_nlp.parties import parties_of
from feedback_nlp.records import Account, Email, Example, Feedback, Prediction, Step
from feedback_nlp.signals import signals_of
from feedback_nlp.step import step_announced, step_reached
from feedback_nlp.tagging import Tagger
from feedback_nlp.verdict import verdict_of

_BATCH = 64
"""Signals have many columns: of more mails at once their scores take hundreds of megabytes."""


def give_feedback(
    emails: Iterable[Email], model: Model, human: Mapping[str, Example] | None = None, tagger: Tagger | None = None
) -> Iterator[Feedback]:
    """What each mail says, who wrote about what, how far the application had come, what else it says, and what to do, in order.

    `human` holds what the person said of mails, by the digest of their text, as `collection.human_labels` gives it; `tagger`
    says which labels of their own mails have.
    """
    for account in accounts_of(emails, model, human, tagger):
        advice = advise(account.prediction, account.email, account.parties, account.step, account.signals)
        yield Feedback(**vars(account), advice=advice)


def accounts_of(
    emails: Iterable[Email], model: Model, human: Mapping[str, Example] | None = None, tagger: Tagger | None = None
) -> Iterator[Account]:
    """The same without what to do, which in a mailbox depends on the other mails too."""
    emails, texts = tee(emails)
    mails = zip(emails, model.read(email.text for email in texts), strict=True)
    while batch := list(islice(mails, _BATCH)):
        examples = [human.get(digest(email.text)) if human else None for email, _ in batch]
        predictions = [
            verdict_of(example, email.text, model) if example else reading.prediction
            for example, (email, reading) in zip(examples, batch, strict=True)
        ]
        signals = signals_of([(*mail, said) for mail, said in zip(batch, predictions, strict=True)], model.preprocessor)
        for (email, reading), prediction, found, example in zip(batch, predictions, signals, examples, strict=True):
            yield Account(
                email,
                prediction,
                parties_of(email),
                _step(email, prediction),
                found,
                reading.prediction if example else None,
                tagger(email.text) if tagger and prediction.label else (),
                tuple(reading.sentences),
            )


def _step(email: Email, prediction: Prediction) -> Step:
    if prediction.label is None:
        return Step()
    text = email.text[:MOST_CHARACTERS]
    return step_announced(text) if prediction.label == NOT_REJECTION else step_reached(text)
