"""Feedback as rows: what a file or a program gets of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from feedback_nlp.dates import shown
from feedback_nlp.examples import digest
from feedback_nlp.records import HUMAN, MODEL, SIGNALS, Account, Advice, Email, Feedback, OwnLabel, Remark, Said, Signals
from feedback_nlp.sheet.columns import is_own

if TYPE_CHECKING:
    from feedback_nlp.explanation import Explanation

Row = dict[str, Any]


OWN = "own"
"""The sender type of what the person wrote."""
UNKNOWN = "unknown"
"""What stands where neither the mail nor the others of its application say."""


def row_of(feedback: Feedback) -> Row:
    """The row of one mail; the fields that scripts rely on are described in docs/output.md."""
    advice = with_own_advice(advice_fields(feedback.advice), own_advice(feedback.own_labels))
    return combined(answer_of(feedback) | advice, message_of(feedback.email))


def answer_of(account: Account) -> Row:
    """What a mail says by itself: the fields that depend on nothing but its text and sender."""
    prediction, parties = account.prediction, account.parties
    row: Row = {
        "label": prediction.label,
        "confidence": round(prediction.confidence, 6),
        "secondary": list(prediction.secondary),
        "evidence": [e.text for e in prediction.evidence],
        "stage": account.step.name,
        "possible": list(prediction.possible),
        "scores": {label: round(p, 6) for label, p in prediction.scores.items()},
        "label_source": HUMAN if account.overruled else MODEL,
        "model_label": (account.overruled or prediction).label,
        "signals": signal_fields(account.signals),
        "own_labels": [own_label_row(label) for label in account.own_labels],
        "company": parties.company or UNKNOWN,
        "role": parties.role or UNKNOWN,
        "sender_type": parties.sender_type or UNKNOWN,
    }
    return row | ({"note": prediction.note} if prediction.note else {})


def advice_fields(advice: Advice) -> Row:
    """What a row has of the advice."""
    return {"next_steps": list(advice.next_steps), "questions": list(advice.questions)}


def own_advice(labels: Iterable[OwnLabel]) -> Row:
    """What the person wants to be told where a mail has these labels of theirs, of those that are likely."""
    likely = [label for label in labels if label.likely]
    return {name: [line for label in likely for line in getattr(label, name)] for name in ("next_steps", "questions")}


def with_own_advice(fields: Row, own: Mapping[str, list[str]]) -> Row:
    """What a row has of the advice, the person's own after the product's."""
    return {name: [*fields[name], *own[name]] for name in fields}


def own_label_row(label: OwnLabel) -> Row:
    """What a row has of a label of the person's own."""
    return {"label": label.name, "probability": round(label.probability, 6), "source": label.source}


def signal_fields(signals: Signals) -> list[dict[str, str]]:
    """What a row has of the signals: each that the mail says, with its value, its words, and the sentence."""
    found = ((name, getattr(signals, name)) for name in SIGNALS)
    each = ((name, said) for name, value in found for said in (value if isinstance(value, tuple) else (value,)))
    return [{"signal": name, **asdict(said)} for name, said in each if said.value]


def signals_in(found: Iterable[Mapping[str, str]]) -> Signals:
    """The signals of which `signal_fields` made a row's."""
    said = [(one["signal"], Said(one["value"], one["words"], one["quote"])) for one in found]
    plain = Signals()
    fields: dict[str, Any] = {}
    for name, value in said:
        many = isinstance(getattr(plain, name), tuple)
        fields[name] = (*fields.get(name, ()), value) if many else value
    return Signals(**fields)


def message_of(email: Email) -> Row:
    """Which mail it is: its id, where it was, its headers, and the other columns of a table row."""
    row: Row = {
        "id": email.id,
        "message_id": email.message_id,
        "date": shown(email.date),
        "sender": email.sender,
        "subject": email.subject,
        "source": email.source,
        "position": email.position,
    }
    if email.row is not None:
        row["row"] = email.row
    kept = _PLACE if is_own(email.extra) else ()
    return row | {name: value for name, value in email.extra.items() if name not in row or name in kept}


def combined(answer: Row, message: Row) -> Row:
    """One row of both, in the order of `FIELDS`; where a table's column has the name of a field of ours, ours counts."""
    both = message | answer
    return {name: both[name] for name in FIELDS if name in both} | both


_PLACE = ("source", "position")
"""Where a mail was: a row of a `label` sheet remembers."""
FIELDS = (
    *("date", "company", "role", "label", "confidence", "secondary", "evidence", "stage", "subject", "sender", "sender_type"),
    *("days_since_application", "days_since_contact", "next_steps", "questions", "signals", "own_labels", "note"),
    *("label_source", "model_label", "possible", "scores", "id", "message_id", "thread", "source", "position", "row", "checksum"),
)
"""The fields of a row in their order, for people first; a table's other columns stand behind them."""


def checksum(label: str | None, secondary: Iterable[str], evidence: Iterable[str], source: str = MODEL) -> str:
    """What a row of a `label` sheet remembers of its answer: one part for the label, whose it is and the secondary reasons,
    one for the evidence. So it is known of a sheet that comes back what a person changed in it. No spreadsheet takes it for a
    number.
    """
    parts = (" ".join([label or "", source, *sorted(secondary)]), " ".join(evidence))
    return "-".join(digest(part)[:8] for part in parts)


def remark_row(remark: Remark, text: str) -> Row:
    """A remark on a reply as JSON has it, with the sentence that it is about; docs/reply.md describes its fields."""
    return {"kind": remark.kind, "sentence": text[remark.start : remark.end], **asdict(remark)}


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
