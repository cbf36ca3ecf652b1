"""What a rejection says besides its reason, each with the sentence that says it. Precision before recall: what is not plainly
said is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from feedback_nlp.answering import refuses_feedback, says_no_reply, shuts_door
from feedback_nlp.labels import BOILERPLATE, NOT_REJECTION, SENTENCE_LABELS, SIGNAL_VALUES
from feedback_nlp.model import Reading
from feedback_nlp.preprocess import Preprocessor, fold
from feedback_nlp.records import UNSURE_BELOW, Email, Prediction, Said, Signals
from feedback_nlp.signal_model import VALUES, Flags, Rejected, SignalModel, Told
from feedback_nlp.signal_phrases import plainly_said
from feedback_nlp.signal_store import load_signals

MANY = ("gaps", "traits")
"""The signals of which a mail may say several values."""
_NO_NEWS = [SENTENCE_LABELS.index(label) for label in (BOILERPLATE, NOT_REJECTION)]
_LIKELY = 0.5
_NO_TRAIT = np.array([signal != "traits" for signal, _ in VALUES])
NO_REPLY, REFUSED = Said("no-reply"), Said("refused")


def signals_of(
    mails: Sequence[tuple[Email, Reading, Prediction]], preprocessor: Preprocessor, signal_model: SignalModel | None = None
) -> list[Signals]:
    """The signals of each mail, told by the shipped model of them if no other is given; none where it turns nobody down.

    A mail comes with what the model made of it, and with what holds of it, be it the person's word. Of what can be said once
    only, the strongest value counts. That answers are not read, which an address may say too, and that no feedback is given are
    looked for by rule as well.
    """
    found = [Signals()] * len(mails)
    rejections = [i for i, (_, _, prediction) in enumerate(mails) if prediction.label not in (None, NOT_REJECTION)]
    if rejections:
        reader = signal_model or load_signals()
        read = [
            Rejected(reading.sentences, reading.probabilities, _sure_label(prediction), _plain(email.text, reading))
            for email, reading, prediction in map(mails.__getitem__, rejections)
        ]
        for i, told in zip(rejections, reader.told(read), strict=True):
            found[i] = _signals(mails[i][0], told, reader, preprocessor)
    return found


def _sure_label(prediction: Prediction) -> str:
    return prediction.label or "" if prediction.confidence >= UNSURE_BELOW else ""


def _plain(text: str, reading: Reading) -> Flags:
    """Which of `VALUES` each sentence says in the words of a phrase, (sentences, values). What hints at a protected trait counts where
    the sentence tells something of the decision: "at your age" may be said in passing.
    """
    said = [set(plainly_said(text[sentence.start : sentence.end])) for sentence in reading.sentences]
    plain = np.array([[value in values for value in VALUES] for values in said])
    tells = reading.probabilities[:, _NO_NEWS].sum(axis=1) < _LIKELY
    return plain & (tells[:, None] | _NO_TRAIT) if len(plain) else plain


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
