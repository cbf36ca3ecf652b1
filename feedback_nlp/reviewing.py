"""A run of `review`: from the paths that a person names to their answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from feedback_nlp.collection import human_labels, open_collection
from feedback_nlp.errors import InputError, MissingColumnError
from feedback_nlp.inbox import read_inbox
from feedback_nlp.journal import origin_of
from feedback_nlp.model import Model
from feedback_nlp.records import Email, Skipped
from feedback_nlp.review import Question, State, question_of, start
from feedback_nlp.screen import label_on_screen
from feedback_nlp.selection import Candidates, candidates_in, most_telling


@dataclass(frozen=True)
class Choice:
    """What there was to label, and the mails that are asked about."""

    candidates: Candidates
    questions: Sequence[Question]


def choose(
    paths: Sequence[Path],
    number: int,
    model: Model,
    own_addresses: Collection[str] = (),
    text_column: str | None = None,
    progress: Callable[[int, int], None] = lambda size, number: None,
) -> Choice:
    """Up to so many mails of the paths, those first from which the model learns most; `progress` is told what was read.

    Raises InputError where a path or the collection can't be read.
    """
    candidates = candidates_in(_read(paths, text_column, progress), model, human_labels(), own_addresses)
    chosen = most_telling(candidates.found, model, number)
    return Choice(candidates, [question_of(candidate.email, candidate.prediction, model) for candidate in chosen])


def ask(choice: Choice, who: str = "") -> State:
    """The answers of a person at the terminal, which are in the collection then. Raises OutputError where it can't be written."""
    if not choice.questions:
        return start(())
    with open_collection(who) as collection:
        return label_on_screen(choice.questions, collection)


def render_reviewed(choice: Choice, state: State) -> Iterator[str]:
    """What came of it, and what to do next."""
    if not choice.questions:
        yield f"There is no mail to label here: {', '.join(_left_out(choice.candidates)) or 'nothing was read'}."
        return
    yield f"{len(state.given)} labelled, {state.changed} of them not as the model had guessed; {state.skipped} skipped."
    if state.given:
        yield "To teach the model what you said: feedback-nlp retrain"


def _left_out(candidates: Candidates) -> Iterator[str]:
    counts = {
        "labelled by you": candidates.labelled,
        "written by you": candidates.own,
        "there once more": candidates.copies,
        "empty or in another language": candidates.unjudged,
        "unreadable": candidates.skipped,
    }
    return (f"{count:,} {what}" for what, count in counts.items() if count)


def _read(paths: Sequence[Path], text_column: str | None, progress: Callable[[int, int], None]) -> Iterator[Email | Skipped]:
    """The messages of all paths; of a sheet that `label` wrote, the mails that it labels.

    Raises InputError at the first that can't be read: a person is there to name another.
    """
    for path in paths:
        try:
            yield from _messages(path, text_column, progress)
        except MissingColumnError as error:
            mailboxes, column = ((), None) if text_column else origin_of(path)
            if not mailboxes:
                raise InputError(f"{error} Or name the mailbox that it was made from.") from error
            for mailbox in mailboxes:
                yield from _messages(mailbox, column, progress)


def _messages(path: Path, text_column: str | None, progress: Callable[[int, int], None]) -> Iterator[Email | Skipped]:
    for item in read_inbox(path, text_column, lambda size: progress(size, 0)):
        progress(0, 1)
        yield item
