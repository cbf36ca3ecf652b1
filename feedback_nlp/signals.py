"""What a rejection says besides its reason, each with the sentence that says it. Precision before recall: what is not plainly
said is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from feedback_nlp.answering import refuses_feedback, says_no_reply, shuts_door
from feedback_nlp.deadline import sets_deadline
from feedback_nlp.labels import NOT_REJECTION, SIGNAL_VALUES
from feedback_nlp.model import Reading
from feedback_nlp.preprocess import Preprocessor, fold
from feedback_nlp.records import UNSURE_BELOW, Email, Prediction, Said, Signals
from feedback_nlp.signal_model import SignalModel, Told
from feedback_nlp.signal_store import load_signals

MANY = ("gaps", "traits")
"""The signals of which a mail may say several values."""
NO_REPLY, REFUSED = Said("no-reply"), Said("refused")


def signals_of(
    mails: Sequence[tuple[Email, Reading, Prediction]], preprocessor: Preprocessor, signal_model: SignalModel | None = None
) -> list[Signals]:
    """The signals of each mail, told by the shipped model of them if no other is given; none where it turns nobody down.

    A mail comes with what the model made of it, and with what holds of it, be it the person's word. Of what can be said once
    only, the strongest value counts. That answers are not read, which an address may say too, that no feedback is given, and that
    there is a deadline are looked for by rule as well.
    """
    found = [Signals()] * len(mails)
    rejections = [i for i, (_, _, prediction) in enumerate(mails) if prediction.label not in (None, NOT_REJECTION)]
    if rejections:
        reader = signal_model or load_signals()
        read = [
            (reading.sentences, reading.probabilities, prediction.label or "" if prediction.confidence >= UNSURE_BELOW else "")
            for _, reading, prediction in map(mails.__getitem__, rejections)
        ]
        for i, told in zip(rejections, reader.told(read), strict=True):
            email, reading, _ = mails[i]
            found[i] = _signals(email, [*told, *_deadlines(email, reading)], reader, preprocessor)
    return found


def _deadlines(email: Email, reading: Reading) -> Iterator[Told]:
    for sentence in reading.sentences:
        if sets_deadline(email.text[sentence.start : sentence.end]):
            yield Told("deadline", "deadline", sentence)


def _signals(email: Email, told: Sequence[Told], reader: SignalModel, preprocessor: Preprocessor) -> Signals:
    said: dict[str, list[Said]] = {signal: [] for signal in SIGNAL_VALUES}
    for signal, value, sentence in told:
        quote = email.text[sentence.start : sentence.end]
        if signal == "door" and shuts_door(quote, value):
            continue
        said[signal].append(Said(value, reader.naming.words(quote, preprocessor.words(quote), signal, value), quote))
    if says_no_reply(email.sender, fold(email.text)) and NO_REPLY.value not in [one.value for one in said["reply"]]:
        said["reply"].insert(0, NO_REPLY)
    if refuses_feedback(email) and not said["feedback"]:
        said["feedback"].append(REFUSED)
    fields: dict[str, Any] = {name: tuple(each) if name in MANY else each[0] for name, each in said.items() if each}
    return Signals(**fields)
