"""One mail that is open on the page: what it says, the reply that is being written, and what the person says it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from feedback_nlp.advice import advise
from feedback_nlp.collection import human_labels, open_collection
from feedback_nlp.drafts import draft
from feedback_nlp.errors import InputError, NoDraftError
from feedback_nlp.explanation import SentenceExplanation, explain
from feedback_nlp.feedback import give_feedback
from feedback_nlp.inbox import read_bytes
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, TONES
from feedback_nlp.model import Model
from feedback_nlp.records import Draft, Email, Feedback, Parties, Remark, Step
from feedback_nlp.reply import check_reply
from feedback_nlp.review import Answer, Question, example_of, labelled, question_of
from feedback_nlp.rows import OWN, UNKNOWN
from feedback_nlp.store import load, path_of
from feedback_nlp.tagging import open_tagger

COMMAND = "serve"
"""By what a label was given, as the history of the collection has it."""
_NO_DRAFT = Draft("", "")
_MOST_EXPLAINED = 20_000
"""Characters; of a longer mail it takes too long to say how each sentence was read."""


@dataclass(frozen=True)
class Wish:
    """Which mail is to be drafted: its kind ("" for the one that fits), its tone, who signs it, who is greeted."""

    kind: str = ""
    tone: str = TONES[0]
    name: str = ""
    to_name: str = ""


@dataclass
class Reading:
    """A mail, what it says, and what came of it so far.

    `row` is the row of the mailbox that it stands in, if it stands in one, and `origin` the address of that page. `remarks`
    is None until the reply was checked; `hindrance` says why there is no draft, or why it can't be checked.
    """

    feedback: Feedback
    question: Question
    sentences: tuple[SentenceExplanation, ...] = ()
    row: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""
    wish: Wish = Wish()
    draft: Draft = _NO_DRAFT
    reply: str = ""
    remarks: list[Remark] | None = None
    hindrance: str = ""
    news: str = ""

    def redraft(self, wish: Wish) -> None:
        """Drafts the mail that is wished for, in place of the reply so far. Raises InputError where there is no such."""
        self.wish, self.remarks, self.hindrance = wish, None, ""
        try:
            self.draft = draft(self.feedback, kind=wish.kind, tone=wish.tone, name=wish.name, to_name=wish.to_name)
        except NoDraftError as error:
            self.draft, self.hindrance = _NO_DRAFT, str(error)
        self.reply = self.draft.body
        if self.reply:
            self.check(self.reply)

    def check(self, reply: str) -> None:
        """Looks for what would hurt in a reply."""
        self.reply, self.remarks, self.hindrance = reply, None, ""
        try:
            self.remarks = check_reply(reply, self.feedback.email, self.feedback.prediction)
        except InputError as error:
            self.hindrance = str(error)

    @property
    def unsent(self) -> Draft:
        """The reply as it is now."""
        return replace(self.draft, body=self.reply)

    @property
    def shown(self) -> Answer:
        """What the page shows as said, before the person says anything else."""
        prediction = self.feedback.prediction
        told = [(quote.start, quote.end) for quote in prediction.evidence]
        marked = (i for i, (start, end) in enumerate(self.question.sentences) if any(a < end and start < b for a, b in told))
        return Answer(prediction.label or "", prediction.secondary, frozenset(marked))

    def keep(self, label: str, secondary: Collection[str], marked: Collection[int], model: Model) -> None:
        """Keeps what the person says of the mail, as `review` does. Raises InputError for what is no label, and OutputError."""
        if label not in LABELS:
            raise InputError(f"There is no label {label!r}. Choose one of {', '.join(LABELS)}.")
        known = frozenset(range(len(self.question.sentences)))
        given = Answer(label, tuple(name for name in CONCRETE_REASONS if name in secondary), known & frozenset(marked))
        answer = labelled(self.question, self._touched(given), label)
        with open_collection() as collection:
            collection.put([example_of(self.question, answer)], COMMAND)
        self._read_again(model, "Kept. Your label goes before the model's from now on.")

    def take_back(self, model: Model) -> None:
        """Takes the person's label of the mail back. Raises OutputError."""
        with open_collection() as collection:
            collection.withdraw(self.feedback.email.text, COMMAND)
        self._read_again(model, "Taken back.")

    def _touched(self, given: Answer) -> Answer:
        """The answer with what the person set in it: what they left as it was shown follows the label."""
        shown = self.shown
        same = given.label == shown.label
        return replace(
            given, touched_secondary=same or given.secondary != shown.secondary, touched_marks=same or given.marked != shown.marked
        )

    def _read_again(self, model: Model, news: str) -> None:
        """Reads the mail with what the person says of it now; what they wrote themselves stays, and is checked again."""
        is_drafted = self.reply.strip() == self.draft.body.strip()
        self.feedback = _feedback(self.feedback.email, model, self.row)
        self.question = question_of(self.feedback.email, self.feedback.prediction, model)
        self.news = news
        if is_drafted:
            self.redraft(self.wish)
        elif self.reply:
            self.check(self.reply)


def model_in_use() -> Model:
    """The model of the version in use. Raises ModelError."""
    return _loaded(path_of())


def mail_from(content: bytes, name: str) -> Email:
    """The mail that was pasted or given as a file of that name. Raises InputError where it can't be read or holds no text."""
    email = read_bytes(content, name)
    if not email.text.strip():
        raise InputError("There is no text in it. Paste the mail, or choose a file that holds it.")
    return email


def open_reading(email: Email, model: Model, row: Mapping[str, Any] | None = None, origin: str = "") -> Reading:
    """A mail, read, with the draft that fits; `row` says what the other messages of its application tell of it."""
    feedback = _feedback(email, model, row or {})
    explained = explain(model, email.text) if len(email.text) <= _MOST_EXPLAINED else None
    question = question_of(email, feedback.prediction, model)
    reading = Reading(feedback, question, explained.sentences if explained else (), row or {}, origin)
    reading.redraft(Wish())
    return reading


@lru_cache(maxsize=2)
def _loaded(folder: Path) -> Model:
    return load(folder)  # a version is never overwritten


def _feedback(email: Email, model: Model, row: Mapping[str, Any]) -> Feedback:
    """What the mail says by itself, and with what is known of its application, the advice that its row has."""
    human = human_labels()
    feedback = next(give_feedback([email], model, human, open_tagger(model, human)))
    if not row or row["sender_type"] == OWN or feedback.prediction.label is None:
        return feedback
    step, stage = feedback.step, row["stage"] or feedback.step.name
    step = Step(stage, step.done or stage != step.name)
    company, role = (name if name != UNKNOWN else "" for name in (row["company"], row["role"]))
    parties = Parties(company, role, feedback.parties.sender_type)
    advice = advise(feedback.prediction, email, feedback.parties, step, feedback.signals)
    return replace(feedback, parties=parties, step=step, advice=advice)
