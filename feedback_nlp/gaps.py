"""What a mail says besides its reason, so far as it is read today: kinds of gap, whether feedback is given, whether answers are read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedback_nlp.labels import SKILLS_GAP
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Email, Prediction, Said, Signals
from feedback_nlp.resources import read_table
from feedback_nlp.signals import refuses_feedback, says_no_reply


def signals_of(email: Email, prediction: Prediction) -> Signals:
    """The signals of a mail; the gap is looked for in the evidence, where something missing is the reason."""
    gap = gap_of([evidence.text for evidence in prediction.evidence]) if prediction.label == SKILLS_GAP else ""
    return Signals(
        feedback=Said("refused") if refuses_feedback(email) else Said(),
        reply=Said("no-reply") if says_no_reply(email.sender, fold(email.text)) else Said(),
        gaps=(Said(gap),) if gap else (),
    )


def gap_of(quotes: Sequence[str]) -> str:
    """The first kind of gap, in the table's order, of which a word stands in the quotes; "" for a mere skill."""
    text = " ".join(fold(quote).lower() for quote in quotes)
    for kind, words in read_table("gaps").items():
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words):
            return kind
    return ""
