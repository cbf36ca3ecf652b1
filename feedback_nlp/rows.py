"""Feedback as rows: what a file or a program gets of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from feedback_nlp.records import Feedback

if TYPE_CHECKING:
    from feedback_nlp.explanation import Explanation

Row = dict[str, Any]


def row_of(feedback: Feedback) -> Row:
    """The row of one mail; the fields that scripts rely on are described in docs/output.md."""
    email, prediction, advice = feedback.email, feedback.prediction, feedback.advice
    row: Row = {
        "id": email.id,
        "label": prediction.label,
        "confidence": round(prediction.confidence, 6),
        "scores": {label: round(p, 6) for label, p in prediction.scores.items()},
        "possible": list(prediction.possible),
        "secondary": list(prediction.secondary),
        "evidence": [e.text for e in prediction.evidence],
        "next_steps": list(advice.next_steps),
        "questions": list(advice.questions),
    }
    if prediction.note:
        row["note"] = prediction.note
    if email.row is not None:
        row["row"] = email.row
    else:
        row |= {
            "message_id": email.message_id,
            "date": email.date,
            "sender": email.sender,
            "subject": email.subject,
            "source": email.source,
        }
    return row | {name: value for name, value in email.extra.items() if name not in row}


def explanation_row(explanation: Explanation) -> Row:
    """An explanation as JSON has it; its fields are described in docs/output.md."""
    row: Row = _rounded(asdict(explanation) | {"score": explanation.score})
    for fields, sentence in zip(row["sentences"], explanation.sentences, strict=True):
        fields["score"] = _rounded(sentence.score)
    return row


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value
