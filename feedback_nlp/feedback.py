"""The whole flow of one mail after another: mails in, feedback out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import tee

from feedback_nlp.advice import advise
from feedback_nlp.gaps import signals_of
from feedback_nlp.labels import NOT_REJECTION
from feedback_nlp.model import Model
from feedback_nlp.parties import parties_of
from feedback_nlp.records import Email, Feedback, Prediction, Step
from feedback_nlp.step import step_announced, step_reached


def give_feedback(emails: Iterable[Email], model: Model) -> Iterator[Feedback]:
    """What each mail says, who wrote about what, how far the application had come, what else it says, and what to do, in order."""
    emails, texts = tee(emails)
    for email, prediction in zip(emails, model.classify(e.text for e in texts), strict=True):
        parties, step, signals = parties_of(email), _step(email, prediction), signals_of(email, prediction)
        yield Feedback(email, prediction, advise(prediction, email, parties, step, signals), parties, step, signals)


def _step(email: Email, prediction: Prediction) -> Step:
    if prediction.label is None:
        return Step()
    return step_announced(email.text) if prediction.label == NOT_REJECTION else step_reached(email.text)
