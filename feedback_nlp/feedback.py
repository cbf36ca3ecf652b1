"""The whole flow of one mail after another: mails in, feedback out. A label that the person gave a mail goes before the model's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import tee

from feedback_nlp.advice import advise
from feedback_nlp.examples import digest
from feedback_nlp.labels import NOT_REJECTION
from feedback_nlp.model import MOST_CHARACTERS, Model
from feedback_nlp.parties import parties_of
from feedback_nlp.records import Email, Example, Feedback, Prediction, Step
from feedback_nlp.signals import signals_of
from feedback_nlp.step import step_announced, step_reached
from feedback_nlp.tagging import Tagger
from feedback_nlp.verdict import verdict_of


def give_feedback(
    emails: Iterable[Email], model: Model, human: Mapping[str, Example] | None = None, tagger: Tagger | None = None
) -> Iterator[Feedback]:
    """What each mail says, who wrote about what, how far the application had come, what else it says, and what to do, in order.

    `human` holds what the person said of mails, by the digest of their text, as `collection.human_labels` gives it; `tagger`
    says which labels of their own mails have.
    """
    emails, texts = tee(emails)
    for email, said in zip(emails, model.classify(e.text for e in texts), strict=True):
        example = human.get(digest(email.text)) if human else None
        prediction = verdict_of(example, email.text, model) if example else said
        parties, step, signals = parties_of(email), _step(email, prediction), signals_of(email, prediction, model)
        advice = advise(prediction, email, parties, step, signals)
        own = tagger(email.text) if tagger and prediction.label else ()
        yield Feedback(email, prediction, advice, parties, step, signals, said if example else None, own)


def _step(email: Email, prediction: Prediction) -> Step:
    if prediction.label is None:
        return Step()
    text = email.text[:MOST_CHARACTERS]
    return step_announced(text) if prediction.label == NOT_REJECTION else step_reached(text)
