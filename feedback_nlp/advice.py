"""What to do about a rejection: from its reason, stage, sender and signals, by the entries of `advice.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from feedback_nlp.answering import is_by_team, says_no_reply
from feedback_nlp.case import TEAM, Facts, facts_of, kinds_of, quoted, stage_met, told_briefly, words_of
from feedback_nlp.entries import Entries, Entry, entries_for, own_file, read_entries
from feedback_nlp.labels import AGENCY, INVITED, NOREPLY, NOT_REJECTION, SKILLS_GAP
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Advice, Email, Parties, Prediction, Signals, Step

MOST_STEPS = 5
MOST_QUESTIONS = 5
MOST_QUESTIONS_BEFORE_AN_INTERVIEW = 3
MOST_QUESTIONS_TO_A_FORM_MAIL = 2
MOST_THINGS_SAID = 4
MOST_GUESSES = 2
MOST_TO_AVOID = 3
_INTERVIEWED = frozenset(["interview", "final", "offer"])


class _Case(NamedTuple):
    """A rejection: its facts, and what stands in the braces of a text; for each kind of gap as well, as if it were the only one."""

    facts: Facts
    words: Mapping[str, str]
    gaps: tuple[tuple[Facts, Mapping[str, str]], ...]


def advise(prediction: Prediction, email: Email, parties: Parties = Parties(), step: Step = Step(), signals: Signals = Signals()) -> Advice:
    """What fits the mail, who wrote it, how far it had come, and what else it says. A mail without a label gets its note.

    Raises InputError where a person's own advice can't be used.
    """
    if prediction.label is None:
        return Advice(meaning=prediction.note)
    return advise_case(prediction.label, stage_met(step), writer_of(email, parties, signals), signals)


def advise_case(label: str, stage: str = "", sender_type: str = "", signals: Signals = Signals()) -> Advice:
    """What fits a reason, a stage, a type of sender (`TEAM` for a team, "" where it is not known) and signals. Raises InputError where a
    person's own advice can't be used.
    """
    return _remembered(own_file(), label, stage, sender_type, told_briefly(signals))


@lru_cache(maxsize=4096)
def _remembered(_own: object, label: str, stage: str, sender_type: str, signals: Signals) -> Advice:
    """In a mailbox many rejections are alike in all that advice asks for, as long as a person's own file stays as it is."""
    facts = facts_of(label, stage, sender_type, signals)
    entries = entries_for(facts)
    case = _plain(facts, {}) if label == NOT_REJECTION else _case(entries, facts, signals)
    meaning = "".join(_fitting(entries["meaning"], case, 1))
    if label == NOT_REJECTION:
        return Advice(meaning)
    ways = ((entry.channel, text) for entry in entries["channel"].values() for text, _ in _texts(entry, case))
    channel, why = next(ways, ("", ""))
    case = _case(entries, {**facts, "channel": frozenset([channel])}, signals)
    caution = "".join(_fitting(entries["caution"], case, 1))
    return Advice(
        meaning=meaning,
        next_steps=_fitting(entries["step"], case, MOST_STEPS),
        questions=_fitting(entries["question"], case, _most_questions(case.facts)),
        answerable=_is_by_person(facts),
        gap=case.gaps[0][1].get("missing", "") if label == SKILLS_GAP and signals.gaps else "",
        says=_fitting(entries["says"], case, MOST_THINGS_SAID),
        may_mean=() if caution else _fitting(entries["may_mean"], case, MOST_GUESSES),  # no guess beside such a hint
        unknown=_fitting(entries["unknown"], case, MOST_GUESSES),
        channel=channel,
        channel_reason=why,
        avoid=_fitting(entries["avoid"], case, MOST_TO_AVOID),
        caution=caution,
    )


def advise_on_silence(stage: str) -> tuple[str, ...]:
    """What to do where nobody answered after a stage."""
    entries = read_entries()
    return _fitting(entries["silence"], _case(entries, facts_of("", stage, "", Signals()), Signals()), MOST_STEPS)


def writer_of(email: Email, parties: Parties, signals: Signals) -> str:
    """The type of sender. A mail that says that answers are not read counts as nobody's, and one that a team or the company signs as a
    team's, unless it asks for an answer or an agency wrote.
    """
    if parties.sender_type == AGENCY:
        return AGENCY
    if signals.reply.value == INVITED:
        return "" if parties.sender_type == NOREPLY else parties.sender_type
    if parties.sender_type == NOREPLY or says_no_reply(email.sender, fold(email.text)):
        return NOREPLY
    return TEAM if is_by_team(email, parties.company) else parties.sender_type


def _is_by_person(facts: Facts) -> bool:
    return facts["sender"].isdisjoint((NOREPLY, TEAM))


def _case(entries: Entries, facts: Facts, signals: Signals) -> _Case:
    bare = _plain(facts, words_of(signals))
    first = {table: "".join(_fitting(entries[table], bare, 1)) for table in ("person", "reached")}
    words = _known({**bare.words, **first, "trait": " and ".join(_fitting(entries["trait"], bare, len(signals.traits)))})
    gaps = []
    for kind in kinds_of(signals):
        alone = _plain({**facts, "gap": frozenset([kind])}, words)
        missing = quoted(said for said in signals.gaps if said.value == kind) or "".join(_fitting(entries["missing"], alone, 1))
        gaps.append((alone.facts, _known({**words, "missing": missing})))
    return _Case(facts, words, tuple(gaps))


def _plain(facts: Facts, words: Mapping[str, str]) -> _Case:
    return _Case(facts, words, ((facts, words),))


def _known(words: Mapping[str, str]) -> dict[str, str]:
    return {name: word for name, word in words.items() if word}


def _fitting(entries: Mapping[str, Entry], case: _Case, most: int) -> tuple[str, ...]:
    """The texts that fit, in the file's order: where there are too many, those of the lowest ranks."""
    ranks = {text: rank for entry in entries.values() for text, rank in _texts(entry, case)}
    kept = sorted(ranks, key=ranks.__getitem__)[:most]
    return tuple(text for text in ranks if text in kept)


def _texts(entry: Entry, case: _Case) -> Iterator[tuple[str, int]]:
    """The text of an entry where it fits, and its rank. One about a gap is read for each kind alone; all but the first rank lower."""
    about_gap = "gap" in entry.when or "missing" in entry.names
    for i, (facts, words) in enumerate(case.gaps if about_gap else [(case.facts, case.words)]):
        if text := entry.said_of(facts, words):
            yield text, entry.rank + (i > 0)


def _most_questions(facts: Facts) -> int:
    if not _is_by_person(facts):
        return MOST_QUESTIONS_TO_A_FORM_MAIL
    if "none" in facts["channel"]:
        return 0
    return MOST_QUESTIONS if facts["stage"] & _INTERVIEWED else MOST_QUESTIONS_BEFORE_AN_INTERVIEW
