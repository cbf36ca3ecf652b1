"""What the templates show: a mail in pieces, the answer in words, tables. Templates escape all of it, and no mail is ever HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feedback_nlp.labels import BOILERPLATE, CONCRETE_REASONS, DRAFT_KINDS, LABELS, MEANINGS, NOT_REJECTION, SENTENCE_MEANINGS, TONES
from feedback_nlp.overview import name_of_mail
from feedback_nlp.records import Evidence, Feedback
from feedback_nlp.reply import unread
from feedback_nlp.rows import UNKNOWN
from feedback_nlp.serve.exports import FORMATS, Labelled
from feedback_nlp.serve.readings import Reading
from feedback_nlp.store import current, manifest_of, origin_of, versions
from feedback_nlp.terminal import CHANNELS, alike, harmless, headline, likelihood, percent, runner_up, shortened, summary

ROWS_A_PAGE = 25
_FOLDER = Path(__file__).parent
_SHOWN_FROM = 0.01
_KINDS = dict(
    zip(
        DRAFT_KINDS,
        ("ask for feedback", "thank them for it", "ask after silence", "keep the door open", "ask after a freeze"),
        strict=True,
    )
)
_FIGURES = {
    "reason_macro_f1": "reason macro-F1",
    "reason_accuracy": "reason accuracy",
    "rejection_f1": "rejection F1",
    "evidence_hit": "evidence right",
    "calibration_error": "calibration error",
}
_OPTIONS = {"--to-name NAME": "under Greet", "--kind ": ""}
"""What messages for the terminal call the fields of the page."""


class Piece(NamedTuple):
    """A part of a mail as it stands there; where it is marked, it says the reason, or another one (`also`)."""

    text: str
    marked: bool = False
    also: str = ""


def environment() -> Environment:
    """The templates. Whatever a template is given is escaped, and characters that could mislead are taken out."""
    loader = FileSystemLoader(_FOLDER / "templates")
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_harmless
    )
    templates.globals |= {"MEANINGS": MEANINGS, "style": Markup((_FOLDER / "static" / "style.css").read_text(encoding="utf-8"))}
    templates.filters["percent"] = percent
    return templates


def pieces_of(feedback: Feedback) -> Iterator[Piece]:
    """The whole mail, the sentences marked that say the reasons."""
    text, at = feedback.email.text, 0
    for quote, also in _quotes(feedback):
        if quote.start >= at:
            yield Piece(text[at : quote.start])
            yield Piece(text[quote.start : quote.end], True, also)
            at = quote.end
    yield Piece(text[at:])


def said(feedback: Feedback) -> tuple[str, str]:
    """What the mail says and how sure that is, in the words of the terminal; and what else there is to say of that."""
    if feedback.prediction.label is None:
        return feedback.prediction.note, ""
    lines = [" ".join(click.unstyle(line).split()) for line in headline(feedback)]
    titles = 2 if runner_up(feedback.prediction) else 1
    return " ".join(lines[:titles]), " ".join(lines[titles:])


def mail_page(reading: Reading) -> dict[str, Any]:
    """What the page of a mail shows."""
    feedback, prediction = reading.feedback, reading.feedback.prediction
    title, beside = said(feedback)
    guess = feedback.overruled or prediction
    return {
        "reading": reading,
        "feedback": feedback,
        "advice": feedback.advice,
        "title": title,
        "beside": beside,
        "note": prediction.note if prediction.label else "",
        "own_labels": [(f"Your label {label.name}", likelihood(label), label) for label in feedback.own_labels if label.likely],
        "pieces": list(pieces_of(feedback)),
        "possible": [(MEANINGS[name], p) for name, p in sorted(guess.scores.items(), key=lambda score: -score[1]) if p >= _SHOWN_FROM],
        "telling": _telling(reading),
        "way": CHANNELS.get(feedback.advice.channel, ""),
        "kinds": _KINDS,
        "tones": TONES,
        "hindrance": _in_words_of_the_page(reading.hindrance.removeprefix(title).strip()),
        "summary": summary(reading.remarks) if reading.remarks is not None else "",
        "remarks": _remarks(reading),
        "unread": list(unread(reading.reply)),
        "labels": LABELS,
        "beside_labels": CONCRETE_REASONS,
        "sentences": [shortened(feedback.email.text[a:b]) for a, b in reading.question.sentences],
        "shown": reading.shown,
    }


def export_page(labelled: Labelled, asked: int) -> dict[str, Any]:
    """What the page of a mailbox shows: its counts, and one page of its rejections."""
    pages = max(1, -(-len(labelled.rejections) // ROWS_A_PAGE))
    page = min(max(1, asked), pages)
    first = (page - 1) * ROWS_A_PAGE
    counts = [(MEANINGS.get(name, "not judged: empty or in another language"), n) for name, n in labelled.overview.labels.items()]
    return {
        "overview": labelled.overview,
        "counts": sorted(counts, key=lambda count: -count[1]),
        "rows": [_row(number, row) for number, row in enumerate(labelled.rejections[first : first + ROWS_A_PAGE], first)],
        "rejections": len(labelled.rejections),
        "silent": labelled.silent,
        "page": page,
        "pages": pages,
        "formats": [ending.lstrip(".") for ending in FORMATS],
    }


def versions_page() -> dict[str, Any]:
    """What the page of the model versions shows."""
    in_use, known = current(), versions()
    found = [{"name": name, "in_use": name == in_use, "figures": origin_of(folder)} for name, folder in known.items()]
    parent = manifest_of(known[in_use]).get("parent", "") if in_use in known else ""
    return {"versions": found, "parent": parent if parent in known else "", "figures": _FIGURES}


def _harmless(value: Any) -> Any:
    """Jinja escapes what comes out of it; what is HTML already came from our own templates."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _quotes(feedback: Feedback) -> list[tuple[Evidence, str]]:
    prediction = feedback.prediction
    if prediction.label in (None, NOT_REJECTION):
        return []
    quotes = [(quote, "") for quote in prediction.evidence]
    beside = [(quote, MEANINGS[reason]) for reason, quote in prediction.secondary_evidence.items()]
    return sorted((*quotes, *beside), key=lambda quote: (quote[0].start, quote[1]))


def _telling(reading: Reading) -> list[tuple[str, str, str]]:
    """The sentences that are more than polite words: each with what the model read it as, and how sure that is."""
    return [
        (shortened(sentence.text), SENTENCE_MEANINGS[sentence.label], percent(sentence.probability))
        for sentence in reading.sentences
        if sentence.label != BOILERPLATE
    ]


def _remarks(reading: Reading) -> list[tuple[list[str], str, str]]:
    """The sentences that would hurt, why, and kinder words."""
    together = alike(reading.remarks or []).items()
    return [([shortened(reading.reply[r.start : r.end]) for r in found], why, kinder) for (why, kinder), found in together]


def _row(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """What the table shows of a row."""
    beside: Sequence[str] = [MEANINGS[name] for name in row["possible"] if name != row["label"]]
    names = {name: row[name] if row[name] != UNKNOWN else "" for name in ("company", "role")}
    mail = name_of_mail(row) if not any(names.values()) else ""
    sure = "your own label" if row["label_source"] == "human" else f"{percent(row['confidence'])} sure"
    return {
        "number": number,
        "date": str(row["date"])[:10],
        "reason": MEANINGS[row["label"]],
        "beside": beside,
        "sure": sure,
        "mail": mail,
        **names,
    }


def _in_words_of_the_page(message: str) -> str:
    for option, field in _OPTIONS.items():
        message = message.replace(option, field)
    return message
