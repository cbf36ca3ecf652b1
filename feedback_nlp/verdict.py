"""What a person said of a mail, in the form of the model's own answer."""

from __future__ import annotations

from collections.abc import Iterable

from feedback_nlp.examples import place_of
from feedback_nlp.labels import LABELS, NOT_REJECTION, SENTENCE_LABEL_OF
from feedback_nlp.model import Model
from feedback_nlp.records import Evidence, Example, Prediction


def verdict_of(example: Example, text: str, model: Model) -> Prediction:
    """The person's label of this text, certain, with the sentences that they marked; where they marked none that stands in
    it, those in which the model would look for that label.
    """
    reasons = [] if example.primary == NOT_REJECTION else [example.primary, *example.secondary]
    found = {reason: _marked(example, reason, text) for reason in reasons}
    guessed = model.evidence_for(text, [reason for reason in reasons if not found[reason]])
    quotes = {reason: found[reason] or guessed.get(reason, ()) for reason in reasons}
    return Prediction(
        label=example.primary,
        confidence=1.0,
        scores={label: float(label == example.primary) for label in LABELS},
        secondary=example.secondary,
        evidence=quotes.get(example.primary, ()),
        secondary_evidence={reason: quotes[reason][0] for reason in example.secondary if quotes[reason]},
        possible=(example.primary,),
    )


def _marked(example: Example, reason: str, text: str) -> tuple[Evidence, ...]:
    sentences = [example.text[a:b] for a, b, label in example.sentences if label == SENTENCE_LABEL_OF[reason]]
    return tuple(_places(example.evidence if reason == example.primary and example.evidence else sentences, text))


def _places(quotes: Iterable[str], text: str) -> Iterable[Evidence]:
    """Where the quotes stand, in the text's order; one that overlaps another is left out."""
    end = 0
    for start, stop in sorted(place for quote in quotes if (place := place_of(quote, text))):
        if start >= end:
            end = stop
            yield Evidence(text[start:stop], start, stop, 1.0)
