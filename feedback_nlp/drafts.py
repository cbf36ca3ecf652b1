"""The mail that fits an answer: chosen by what the mail says, and worded by `drafts.toml`. Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feedback_nlp.addressee import addressee_of
from feedback_nlp.answering import refuses_feedback, says_no_reply
from feedback_nlp.case import names_day_of_call, offers_call
from feedback_nlp.errors import InputError, NoDraftError
from feedback_nlp.labels import (
    ANOTHER_CANDIDATE,
    CONCRETE_REASONS,
    DRAFT_KINDS,
    HIRING_FREEZE,
    INVITED,
    NOREPLY,
    NOT_REJECTION,
    REASONS,
    STEPS,
    TONES,
)
from feedback_nlp.letter import Letter, letter_of
from feedback_nlp.particulars import answered_subject, day_of, missing_words, name_of, plain_address, position_words, time_words
from feedback_nlp.preprocess import fold
from feedback_nlp.records import UNSURE_BELOW, Draft, Email, Feedback, Prediction, Said, Signals
from feedback_nlp.sender import is_by_applicant
from feedback_nlp.wording import Wording, draft_words

ASKING, THANKS, FOLLOW_UP, STAY_IN_TOUCH, FREEZE = DRAFT_KINDS
REFUSED, OFFERED, NO_REPLY = "refused", "offered", "no-reply"
_OPEN_DOORS = ("later role", "apply again", "kept on file")
_MOST_WORDS_THAT_SIGN, _MOST_WORDS_GREETED = 4, 3
_ALL_THE_SAME = f"For a draft all the same, name one: --kind {' or '.join(DRAFT_KINDS)}."


def draft(
    feedback: Feedback, signals: Signals | None = None, *, kind: str = "", tone: str = "warm", name: str = "", to_name: str = ""
) -> Draft:
    """The mail that fits what was read: of the `kind` that is named, else of the one that `kind_of` chooses.

    `signals` stand for those of the feedback; `name` signs it; `to_name` is greeted, where it is not the one who signed. Raises
    NoDraftError where no mail should be written, and InputError for a kind or tone that there is not.
    """
    _check("tone", tone, TONES)
    to_name = name_of(to_name, _MOST_WORDS_GREETED)
    letter = letter_of(feedback.email)
    heeded = _heeded(feedback, signals)
    chosen = kind_of(feedback, heeded, kind=kind, to_name=to_name)
    values = _values(feedback, heeded, letter, name, to_name)
    conditions = _conditions(feedback, heeded, letter, to_name) | {"kind": chosen, "tone": tone, "named": _yes(values["addressee"])}
    wording = Wording(values, conditions)
    if not _is_read(feedback, heeded):
        return Draft(wording["subject"], wording.letter())
    return Draft(answered_subject(letter.subject) or wording["subject"], wording.letter(), _address(feedback, letter))


def kind_of(feedback: Feedback, signals: Signals | None = None, *, kind: str = "", to_name: str = "") -> str:
    """The kind of mail that fits, one of `DRAFT_KINDS`: the named one, but none that asks for feedback where it is refused.

    Raises NoDraftError where no mail should be written: answers are not read (and no person is named in `to_name`), there is
    nothing to answer, or it is not sure whether the mail is a rejection (and no kind is named).
    """
    _check("kind", kind, ("", *DRAFT_KINDS))
    signals = _heeded(feedback, signals)
    if not _is_read(feedback, signals) and not name_of(to_name, _MOST_WORDS_GREETED):
        raise NoDraftError(
            "Answers to this mail are not read, so a reply would be time lost. If somebody there spoke with you, write to that "
            "person (--to-name NAME); if not, let it rest."
        )
    if not kind and _is_open(feedback.prediction):
        raise NoDraftError(f"It is not sure whether this mail turns you down. Read it once more. {_ALL_THE_SAME}")
    chosen = kind or (_in_answer(feedback, signals) if feedback.prediction.label in REASONS else _in_silence(feedback))
    return STAY_IN_TOUCH if chosen == ASKING and signals.feedback.value == REFUSED else chosen


def _check(what: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise InputError(f"There is no {what} {given!r} of a draft. Choose one of {', '.join(filter(None, known))}.")


def _heeded(feedback: Feedback, signals: Signals | None) -> Signals:
    """The signals, with what the mail says of feedback and of answers where they leave that open."""
    signals, email = feedback.signals if signals is None else signals, feedback.email
    if not signals.feedback.value and refuses_feedback(email):
        signals = replace(signals, feedback=Said(REFUSED))
    if not signals.reply.value and says_no_reply(email.sender, fold(email.text)):
        signals = replace(signals, reply=Said(NO_REPLY))
    return signals


def _is_read(feedback: Feedback, signals: Signals) -> bool:
    """Whether somebody reads what is sent back to where the mail came from; one's own mail is sent again."""
    if feedback.email.sent:
        return True
    return signals.reply.value == INVITED or (signals.reply.value != NO_REPLY and feedback.parties.sender_type != NOREPLY)


def _is_open(prediction: Prediction) -> bool:
    """Whether the mail may be a rejection and may be none."""
    return prediction.confidence < UNSURE_BELOW and NOT_REJECTION in prediction.possible and len(prediction.possible) > 1


def _in_answer(feedback: Feedback, signals: Signals) -> str:
    """The kind that answers a rejection."""
    label = _sure_label(feedback)
    if label in CONCRETE_REASONS and _gives_feedback(feedback.email):
        return THANKS
    if label == HIRING_FREEZE:
        return FREEZE
    if label == ANOTHER_CANDIDATE and signals.door.value in _OPEN_DOORS and signals.feedback.value != OFFERED:
        return STAY_IN_TOUCH
    return ASKING


def _in_silence(feedback: Feedback) -> str:
    """The kind for a mail that decides nothing: it is asked what came of it, if it is about an application."""
    step = feedback.step
    if feedback.prediction.label is None:
        raise NoDraftError(f"{feedback.prediction.note} {_ALL_THE_SAME}".strip())
    if step.name == STEPS[-1]:
        raise NoDraftError(f"This mail is about an offer, which is best answered in your own words. {_ALL_THE_SAME}")
    if step.name and not step.done:
        raise NoDraftError(
            "This mail is about something that is still to come, which is best answered in your own words. If you hear nothing after "
            "it: --kind follow-up."
        )
    if not step.name:
        raise NoDraftError(f"This mail does not read as one about your application, so there is nothing to answer. {_ALL_THE_SAME}")
    return FOLLOW_UP


def _sure_label(feedback: Feedback) -> str:
    """The reason where it is sure enough to be repeated, else ""."""
    label, confidence = feedback.prediction.label, feedback.prediction.confidence
    return label if label in REASONS and confidence >= UNSURE_BELOW else ""


def _gives_feedback(email: Email) -> bool:
    """Whether the mail says that it brings the feedback that was asked for."""
    text = " ".join(letter_of(email).text.lower().split())
    return any(phrase in text for phrase in draft_words("given"))


def _is_own(feedback: Feedback, letter: Letter) -> bool:
    return feedback.email.sent or (feedback.prediction.label == NOT_REJECTION and is_by_applicant(letter))


def _values(feedback: Feedback, signals: Signals, letter: Letter, name: str, to_name: str) -> dict[str, str]:
    """What may stand in a draft, as it reads well there."""
    own, parties = _is_own(feedback, letter), feedback.parties
    return {
        **position_words(parties.role, parties.company),
        "missing": missing_words(next(iter(signals.gaps), Said())),
        "again": time_words(signals.door),
        "back": time_words(signals.freeze),
        "day": day_of(feedback.email.date),
        "name": name_of(name, _MOST_WORDS_THAT_SIGN),
        "addressee": to_name or ("" if own else addressee_of(letter, parties.company)),
    }


def _conditions(feedback: Feedback, signals: Signals, letter: Letter, to_name: str) -> dict[str, str]:
    """What the choice of words may depend on; drafts.toml says what each means."""
    gap = next((gap.value for gap in signals.gaps), "") or feedback.advice.gap
    return {
        "label": "" if signals.traits else _sure_label(feedback),
        "stage": feedback.step.name if feedback.step.done else "",
        "sender": feedback.parties.sender_type if feedback.parties.sender_type != NOREPLY else "",
        "form": _yes(not (feedback.advice.answerable or signals.reply.value == INVITED or to_name)),
        "own": _yes(_is_own(feedback, letter)),
        "hint": _yes(signals.traits),
        "feedback": signals.feedback.value,
        "call": _call(signals),
        "door": signals.door.value,
        "gap": gap,
        "chosen": signals.chosen.value,
        "freeze": signals.freeze.value,
    }


def _call(signals: Signals) -> str:
    if signals.feedback.value != OFFERED or not offers_call(signals):
        return "no"
    return "timed" if names_day_of_call(signals) else "yes"


def _yes(holds: object) -> str:
    return "yes" if holds else "no"


def _address(feedback: Feedback, letter: Letter) -> str:
    """Where it goes: back to the sender; a mail of one's own, to the same person again."""
    email = feedback.email
    if _is_own(feedback, letter):
        return plain_address(next(iter(email.recipients), ""))
    return plain_address(f"{letter.address.local}@{letter.address.domain}")
