"""What a rejection says besides its reason, each with the sentence that says it. Precision before recall: what is not plainly
said is not said.
"""

from __future__ import annotations

from typing import Any

from feedback_nlp.answering import refuses_feedback, says_no_reply
from feedback_nlp.labels import NOT_REJECTION, SIGNAL_VALUES
from feedback_nlp.model import Reading
from feedback_nlp.preprocess import Preprocessor, fold
from feedback_nlp.records import Email, Prediction, Said, Signals
from feedback_nlp.signal_model import SignalModel
from feedback_nlp.signal_store import load_signals

MANY = ("gaps", "traits")
"""The signals of which a mail may say several values."""
NO_REPLY, REFUSED = Said("no-reply"), Said("refused")


def signals_of(
    email: Email, prediction: Prediction, reading: Reading, preprocessor: Preprocessor, signal_model: SignalModel | None = None
) -> Signals:
    """The signals of a mail, told by the shipped model of them if no other is given; none where it turns nobody down.

    `prediction` is what holds of the mail, be it the person's word; `reading` is what the model made of it.

    Of what can be said once only, the strongest value counts. That answers are not read, which an address may say too, and
    that no feedback is given, are looked for by rule as well.
    """
    if prediction.label in (None, NOT_REJECTION):
        return Signals()
    reader = signal_model or load_signals()
    told = reader.told(reading.sentences, reading.probabilities, prediction.label or "")
    said: dict[str, list[Said]] = {signal: [] for signal in SIGNAL_VALUES}
    for signal, value, sentence in told:
        quote = email.text[sentence.start : sentence.end]
        said[signal].append(Said(value, reader.naming.words(quote, preprocessor.words(quote), signal, value), quote))
    if says_no_reply(email.sender, fold(email.text)) and NO_REPLY.value not in [one.value for one in said["reply"]]:
        said["reply"].insert(0, NO_REPLY)
    if refuses_feedback(email) and not said["feedback"]:
        said["feedback"].append(REFUSED)
    fields: dict[str, Any] = {name: tuple(each) if name in MANY else each[0] for name, each in said.items() if each}
    return Signals(**fields)
