"""What to do about one mail: from its label, what it says of answering, and `advice.toml`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from feedback_nlp.labels import NOT_REJECTION, SKILLS_GAP
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Advice, Email, Prediction
from feedback_nlp.resources import read_table
from feedback_nlp.signals import can_be_answered, refuses_feedback

MOST_STEPS = 5
MOST_QUESTIONS = 5
MOST_QUESTIONS_TO_A_FORM_MAIL = 2


def advice_table() -> dict[str, Any]:
    """The content of `advice.toml`."""
    return read_table("advice")


def advise(prediction: Prediction, email: Email) -> Advice:
    """Steps and questions that fit what the mail says. A mail without a label gets none."""
    if prediction.label is None:
        return Advice(meaning=prediction.note)
    entry = advice_table()[prediction.label]
    if prediction.label == NOT_REJECTION:
        return Advice(meaning=entry["meaning"])
    answerable, no_feedback = can_be_answered(email), refuses_feedback(email)
    quotes = [e.text for e in prediction.evidence]
    gap = gap_of(quotes) if prediction.label == SKILLS_GAP else None
    steps, questions = list(entry["steps"]), list(entry["questions"])
    if gap:
        if gap.get("condition"):
            steps, questions = ([entry for entry in part if not entry.get("skill")] for part in (steps, questions))
        steps.insert(0, gap["step"])
        questions.insert(1, gap["question"])
    meaning = entry["meaning"]
    if not answerable or no_feedback:
        form = advice_table()["form_mail"]
        kept = [s for s in steps if not s.get("contact")]
        steps = [*form["steps"][: 1 if not answerable else 0], *kept, *form["steps"][1:]]
        questions = questions[:MOST_QUESTIONS_TO_A_FORM_MAIL] if not no_feedback else []
        meaning += " " + (form["no_feedback_note"] if no_feedback else form["note"])
    return Advice(
        meaning=meaning,
        next_steps=tuple(s["text"] for s in steps[:MOST_STEPS]),
        questions=tuple(q["text"] for q in questions[:MOST_QUESTIONS]),
        answerable=answerable,
        gap=gap["kind"] if gap else "",
    )


def general_advice(label: str) -> Advice:
    """Steps and questions for a label, without a mail."""
    entry = advice_table()[label]
    return Advice(entry["meaning"], tuple(s["text"] for s in entry["steps"]), tuple(q["text"] for q in entry["questions"]))


def gap_of(quotes: Sequence[str]) -> dict[str, Any] | None:
    """The first kind of gap, in the table's order, of which a word stands in the quotes; None for a mere skill."""
    text = " ".join(fold(quote).lower() for quote in quotes)
    for gap in advice_table()["gap"]:
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in gap["words"]):
            found: dict[str, Any] = gap
            return found
    return None
