"""A rejection as advice sees it: facts by name, each with the values that hold, and the mail's own words for some of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from feedback_nlp.labels import AGENCY, LABELS, NOREPLY, SENDER_TYPES, SIGNAL_VALUES, STEPS
from feedback_nlp.records import SIGNALS, Said, Signals, Step

Facts = Mapping[str, frozenset[str]]

TEAM = "team"
"""The sender of a mail that a team signs, and nobody by name: an answer to it may be read or not."""
UNKNOWN = "unknown"
"""The value of a fact of which the mail says nothing."""
GAPS = SIGNAL_VALUES["gaps"]
CHANNELS = ("mail", "phone", "recruiter", "technical interviewer", "none")
WORDS = ("missing", "again", "until", "deadline", "person", "reached", "trait")
"""What may stand in the braces of a text: words of the mail, or words for what it says."""
VALUES: Mapping[str, tuple[str, ...]] = {
    "reason": LABELS,
    "stage": (*STEPS, UNKNOWN),
    "sender": (*SENDER_TYPES, TEAM, UNKNOWN),
    "feedback": ("offered", "refused", UNKNOWN),
    "call": ("offered", "timed", UNKNOWN),
    "reply": ("no-reply", "invited", UNKNOWN),
    "door": ("later role", "apply again", "kept on file", "courtesy", UNKNOWN),
    "gap": (*GAPS, UNKNOWN),
    "chosen": ("internal", "more experienced", "cheaper", "somebody", UNKNOWN),
    "freeze": ("until", "open", UNKNOWN),
    "deadline": ("deadline", UNKNOWN),
    "traits": ("age", "family", "origin", "religion", "health", "sex", UNKNOWN),
    "named": ("again", "until", "deadline", UNKNOWN),
    "channel": CHANNELS,
}
"""The facts that a condition may name, and the values of each; docs/advice.md says what they mean."""

_CALL = re.compile(  # "give me a call", "by phone"; but "please do not call", "after our phone call", "as we said on the phone"
    r"(?<!\bour )(?<!\byour )(?<!\bthe )(?<!\bno )(?<!\bnot )(?<!n't )(?<!phone )(?<!video )"
    r"\b(?:(?:(?:tele)?phone |video )?call|ring|(?:tele)?phone (?:chat|conversation|debrief|feedback|him|her|me|number|us))\b|"
    r"(?<!\bnot )(?<!\binterview )\b(?:over|by|via) (?:the )?(?:tele)?phone\b|\b(?:please|to|will) (?:tele)?phone\b|"
    r"\b(?:chat|details?|feedback|minutes|more|speak|talk|through) on the (?:tele)?phone\b|^(?:tele)?phone\b(?! interview)|phone:? [+(]?\d",
    re.IGNORECASE,
)
_ASKS_TO_CALL = re.compile(
    r"(?<!\bnot )(?<!n't )\b(?:call|phone|ring|telephone) (?:me|us|him|her|back|on)\b|\bgive (?:me|us|him|her) a (?:call|ring|bell)\b",
    re.IGNORECASE,
)
_ON_A_DAY = re.compile(  # "on the phone on Thursday at 3pm"; but "by phone Monday to Friday", "give me a call any day"
    r"[^.;!?]{0,50}\b(?:on |this |next |coming )(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?! (?:and|or|through|till?|to)\b| ?[-–])|"
    r"[^.;!?]{0,50}\btomorrow\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:after|around|as soon as|at(?! least)|before|during|each|early|every|from|in|late|later|next|no (?:earlier|sooner)|not before|"
    r"on|once|this|towards|upon|when|whenever)\b",
    re.IGNORECASE,
)
_BEFORE_IT_TOOK_PLACE = {"final": "interview", "offer": "offer"}
_LONGEST_WORDS = 40
_LONGEST_LIST = 52


def stage_met(step: Step) -> str:
    """How far it came by what took place: an interview that was called off leaves the application. An offer stays one."""
    return step.name if step.done or not step.name else _BEFORE_IT_TOOK_PLACE.get(step.name, STEPS[0])


def facts_of(label: str, stage: str, sender_type: str, signals: Signals) -> Facts:
    """What holds of a rejection, fact by fact; the channel is still open. Mail whose answers nobody reads is no person's, unless
    an agency wrote, whose recruiters are known.
    """
    unread = signals.reply.value == "no-reply" and sender_type != AGENCY
    facts = {
        "reason": label,
        "stage": stage,
        "sender": NOREPLY if unread else sender_type,
        "feedback": signals.feedback.value,
        "reply": signals.reply.value,
        "door": signals.door.value,
        "chosen": signals.chosen.value,
        "freeze": signals.freeze.value,
        "deadline": signals.deadline.value,
    }
    return {name: frozenset([value or UNKNOWN]) for name, value in facts.items()} | {
        "gap": frozenset(kinds_of(signals)),
        "call": frozenset(_calls(signals)) or frozenset([UNKNOWN]),
        "traits": frozenset(said.value for said in signals.traits) or frozenset([UNKNOWN]),
        "named": frozenset(words_of(signals)) or frozenset([UNKNOWN]),
        "channel": frozenset(),
    }


def told_briefly(signals: Signals) -> Signals:
    """The signals without their sentences, but for the two that are asked whether a call is offered."""
    brief: dict[str, Any] = {
        name: tuple(map(_brief, said)) if isinstance(said, tuple) else _brief(said)
        for name, said in ((name, getattr(signals, name)) for name in SIGNALS)
    }
    return Signals(**brief | {"feedback": signals.feedback, "reply": signals.reply})


def _brief(said: Said) -> Said:
    return Said(said.value, said.words)


def kinds_of(signals: Signals) -> list[str]:
    """The kinds of gap in the order in which the mail names them."""
    return list(dict.fromkeys(said.value or UNKNOWN for said in signals.gaps)) or [UNKNOWN]


def words_of(signals: Signals) -> dict[str, str]:
    """The mail's own words for when to apply again, until when the role is gone, and by when to answer; where it has them.

    What begins with no word of time ("if either changes") does not say when to apply again.
    """
    said = {"again": (signals.door, "apply again"), "until": (signals.freeze, "until"), "deadline": (signals.deadline, "deadline")}
    words = {name: one.words.strip() for name, (one, value) in said.items() if one.value == value}
    told = {**words, "again": words["again"] if _TIME.match(words.get("again", "")) else ""}
    return {name: quoted([Said(words=each.removeprefix("at least "))]) for name, each in told.items() if each}


def quoted(said: Iterable[Said]) -> str:
    """What the mail calls these things, in quotation marks, as many as a line has room for; "" where it has no words for any."""
    names = [f'"{_short(one.words)}"' for one in said if one.words.strip()]
    lengths = accumulate(len(name) + 2 for name in names)
    shown = names[: max(1, sum(length <= _LONGEST_LIST for length in lengths))]
    if len(shown) < len(names):
        return f"{', '.join(shown)} and more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def fits(facts: Facts, when: Mapping[str, Iterable[str]], unless: Mapping[str, Iterable[str]]) -> bool:
    """Whether each fact named in `when` has one of the values given for it, and none of those named in `unless` has."""
    return all(not facts[name].isdisjoint(values) for name, values in when.items()) and all(
        facts[name].isdisjoint(values) for name, values in unless.items()
    )


def _short(words: str) -> str:
    """The words as far as a line has room for them; none is cut that need not be."""
    plain = " ".join(words.split())
    if len(plain) <= _LONGEST_WORDS:
        return plain
    whole = plain[: _LONGEST_WORDS - 2].rpartition(" ")[0].rstrip(" ,.;:-")
    return f"{whole or plain[: _LONGEST_WORDS - 3]}..."


def offers_call(signals: Signals) -> bool:
    """Whether it is a call that the mail offers for feedback, or asks for."""
    return "offered" in _calls(signals)


def names_day_of_call(signals: Signals) -> bool:
    """Whether it says on which day that call may be."""
    return "timed" in _calls(signals)


def _calls(signals: Signals) -> set[str]:
    offers = (signals.feedback, "offered", _CALL), (signals.reply, "invited", _ASKS_TO_CALL)
    texts = ((pattern, f"{said.words} {said.quote}") for said, value, pattern in offers if said.value == value)
    found = [(text, call.end()) for pattern, text in texts for call in pattern.finditer(text)]
    timed = any(_ON_A_DAY.match(text, end) for text, end in found)
    return {"offered", "timed"} if timed else {"offered"} if found else set()
