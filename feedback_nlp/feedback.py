"""The whole flow: mails in, feedback out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import tee

from feedback_nlp.advice import advise
from feedback_nlp.model import Model
from feedback_nlp.records import Email, Feedback


def give_feedback(emails: Iterable[Email], model: Model) -> Iterator[Feedback]:
    """What each mail says, and what to do, in order."""
    emails, texts = tee(emails)
    for email, prediction in zip(emails, model.classify(e.text for e in texts), strict=True):
        yield Feedback(email, prediction, advise(prediction, email))
