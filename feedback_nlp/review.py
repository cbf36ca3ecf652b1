"""Labelling mails one after another: what each key does. Nothing is read, drawn or written here: keys come in, and what is to
be kept or taken back goes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from feedback_nlp.body import Span
from feedback_nlp.examples import digest
from feedback_nlp.labels import (
    ANOTHER_CANDIDATE,
    CONCRETE_REASONS,
    CULTURAL_FIT,
    HIRING_FREEZE,
    NOT_REJECTION,
    REASONS,
    SENTENCE_LABEL_OF,
    SKILLS_GAP,
    VAGUE_SUBJECTIVE,
)
from feedback_nlp.model import MOST_CHARACTERS, Model
from feedback_nlp.records import Email, Example, Prediction
from feedback_nlp.sentences import split_sentences

KEYS = {
    "s": SKILLS_GAP,
    "c": CULTURAL_FIT,
    "a": ANOTHER_CANDIDATE,
    "h": HIRING_FREEZE,
    "v": VAGUE_SUBJECTIVE,
    "n": NOT_REJECTION,
}
"""The label of each key."""


@dataclass(frozen=True, eq=False)
class Question:
    """A mail to label: what the model says of it, its sentences, and by reason those that come closest to giving it."""

    email: Email
    prediction: Prediction
    sentences: tuple[Span, ...]
    said: Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class Answer:
    """What a person says of a mail; `marked` are the sentences that say it. What they did not touch follows the label."""

    label: str
    secondary: tuple[str, ...] = ()
    marked: frozenset[int] = frozenset()
    touched_secondary: bool = False
    touched_marks: bool = False


@dataclass(frozen=True)
class Keep:
    """A labelled mail to put into the collection."""

    example: Example


@dataclass(frozen=True)
class TakeBack:
    """A text whose label is to be withdrawn."""

    text: str


class Mode(Enum):
    """What a letter does: chooses the label, or a further reason; on the help page any key leads back."""

    LABEL = "label"
    ALSO = "also"
    HELP = "help"


@dataclass(frozen=True)
class State:
    """How far it has come: the answers so far (None where a mail was skipped), and the answer that is being given.

    `opened` is what that was when the mail came up, `cursor` the sentence that a mark would go to, `note` what to tell.
    """

    questions: Sequence[Question]
    passed: tuple[Answer | None, ...]
    opened: Answer
    draft: Answer
    cursor: int
    mode: Mode = Mode.LABEL
    ended: bool = False
    note: str = ""

    @property
    def question(self) -> Question | None:
        """The mail on the screen; None behind the last one."""
        return self.questions[len(self.passed)] if len(self.passed) < len(self.questions) else None

    @property
    def given(self) -> list[tuple[Question, Answer]]:
        """The mails that are labelled."""
        return [(question, answer) for question, answer in zip(self.questions, self.passed, strict=False) if answer]

    @property
    def changed(self) -> int:
        """How many labels are not what the model had guessed."""
        return sum(answer.label != question.prediction.label for question, answer in self.given)

    @property
    def skipped(self) -> int:
        """How many mails were skipped."""
        return self.passed.count(None)


def question_of(email: Email, prediction: Prediction, model: Model) -> Question:
    """The question about a mail that the model has judged."""
    spans = tuple(split_sentences(email.text[:MOST_CHARACTERS]))
    at = {start: i for i, (start, _) in enumerate(spans)}
    said = {reason: frozenset(at[e.start] for e in quotes) for reason, quotes in model.evidence_for(email.text, REASONS).items()}
    return Question(email, prediction, spans, said)


def start(questions: Sequence[Question]) -> State:
    """The state before the first key."""
    return _opened(questions, ())


def press(state: State, key: str) -> tuple[State, Keep | TakeBack | None]:
    """The state after a key, and what has to be in the collection before it is shown; a key without a meaning does nothing."""
    state = replace(state, note="")
    if key == "ctrl-c":
        return replace(state, ended=True), None
    if state.mode is Mode.HELP or key == "?":
        return replace(state, mode=Mode.LABEL if state.mode is Mode.HELP else Mode.HELP), None
    if key == "q":
        return replace(state, ended=True), None
    if key == "u":
        return _undo(state)
    if state.question is None:
        return state, None
    if key == "enter":
        kept = Keep(example_of(state.question, state.draft))
        return _opened(state.questions, (*state.passed, state.draft)), kept
    if key in ("tab", "."):
        return _opened(state.questions, (*state.passed, None)), None
    return _changed(state, state.question, key), None


def example_of(question: Question, answer: Answer) -> Example:
    """The labelled mail; the marked sentences are its evidence."""
    text, spans = question.email.text, [question.sentences[i] for i in sorted(answer.marked)]
    return Example(
        id=f"own-{digest(text)}",
        text=text,
        primary=answer.label,
        secondary=answer.secondary,
        evidence=tuple(text[start:end] for start, end in spans),
        sentences=tuple((start, end, SENTENCE_LABEL_OF[answer.label]) for start, end in spans),
    )


def labelled(question: Question, answer: Answer, label: str) -> Answer:
    """The answer with another label: further reasons and marks that the person did not set are those of the model."""
    if label == NOT_REJECTION:
        return Answer(label)
    guessed = question.prediction.secondary if label == question.prediction.label else ()
    secondary = answer.secondary if answer.touched_secondary else guessed
    marked = answer.marked if answer.touched_marks else question.said.get(label, frozenset())
    return replace(answer, label=label, secondary=tuple(reason for reason in secondary if reason != label), marked=marked)


def _opened(questions: Sequence[Question], passed: tuple[Answer | None, ...], given: Answer | None = None) -> State:
    """The next mail with the model's guess, or with the answer that was given before."""
    if len(passed) == len(questions):
        nothing = Answer("")
        return State(questions, passed, nothing, nothing, 0)
    question = questions[len(passed)]
    opened = given or labelled(question, Answer(""), question.prediction.label or NOT_REJECTION)
    return State(questions, passed, opened, opened, min(opened.marked, default=0))


def _undo(state: State) -> tuple[State, TakeBack | None]:
    """First what was changed on this mail, then the answer before."""
    if state.draft != state.opened or state.mode is Mode.ALSO:
        return replace(_opened(state.questions, state.passed, state.opened), note="As it was."), None
    if not state.passed:
        return replace(state, note="There is nothing to undo."), None
    *before, last = state.passed
    back = _opened(state.questions, tuple(before), last)
    if last is None or back.question is None:
        return replace(back, note="Back to the one that you skipped."), None
    return replace(back, note="Your last answer is taken back."), TakeBack(back.question.email.text)


def _changed(state: State, question: Question, key: str) -> State:
    """The state after a key that changes the answer, or where a mark would go."""
    if key in KEYS:
        return _also(state, KEYS[key]) if state.mode is Mode.ALSO else _chosen(state, question, KEYS[key])
    if key == "+":
        if state.draft.label == NOT_REJECTION:
            return replace(state, note="What is no rejection has no reasons.")
        return replace(state, mode=Mode.LABEL if state.mode is Mode.ALSO else Mode.ALSO)
    if key == "escape":
        return replace(state, mode=Mode.LABEL)
    if key == "space":
        return _marked(state)
    step = {"up": -1, "down": 1}.get(key, 0)
    return replace(state, cursor=max(0, min(len(question.sentences) - 1, state.cursor + step)))


def _chosen(state: State, question: Question, label: str) -> State:
    draft = labelled(question, state.draft, label)
    moved = draft.marked != state.draft.marked and bool(draft.marked)
    return replace(state, draft=draft, cursor=min(draft.marked) if moved else state.cursor)


def _also(state: State, reason: str) -> State:
    draft = state.draft
    if reason not in CONCRETE_REASONS:
        return replace(state, note="Only s, c, a and h can stand beside the label.")
    if reason == draft.label:
        return replace(state, note="That is the label already.")
    chosen = set(draft.secondary) ^ {reason}
    secondary = tuple(reason for reason in CONCRETE_REASONS if reason in chosen)
    return replace(state, draft=replace(draft, secondary=secondary, touched_secondary=True))


def _marked(state: State) -> State:
    draft = state.draft
    if draft.label == NOT_REJECTION:
        return replace(state, note="What is no rejection has no sentence to mark.")
    if not state.question or not state.question.sentences:
        return state
    return replace(state, draft=replace(draft, marked=draft.marked ^ {state.cursor}, touched_marks=True))
