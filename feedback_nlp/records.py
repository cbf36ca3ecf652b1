"""The records that pass between modules: frozen, without behaviour that reads or writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

HUMAN, MODEL = "human", "model"
"""Whose a label is: the person's, or the model's."""
SUBJECT = "Subject:"
"""What a text begins with where its message has a subject."""
_SUBJECT_LINE = re.compile(rf"\s{{0,80}}{SUBJECT}[^\n]*")
UNSURE_BELOW = 0.6
"""An answer with less confidence is shown as unsure."""


def subject_end(text: str) -> int:
    """Where the subject line ends with which a text begins, an indent aside; 0 where it begins otherwise."""
    found = _SUBJECT_LINE.match(text)
    return found.end() if found else 0


@dataclass(frozen=True)
class Email:
    """One message to judge.

    `text` is what is judged (subject line first, where there is one); `extra` holds the other columns of a table row.
    `source` is the file it was in, `position` its number therein, and `sent` says that it lies among the sent mail. `row` is
    the number of a table's row, and `place` says where a person finds that one ("sheet Mails, row 67").
    `recipients` are the addresses it went to, `references` the message ids that it answers, oldest first; `attachments`
    counts the files and mails that it carries, which are not read.
    """

    id: str
    text: str
    subject: str = ""
    sender: str = ""
    date: str = ""
    message_id: str = ""
    source: str = ""
    row: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    position: int = 1
    recipients: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sent: bool = False
    attachments: int = 0
    place: str = ""


@dataclass(frozen=True)
class Parties:
    """Who wrote a mail (one of `SENDER_TYPES`), for which company, about which role; "" where the mail does not say."""

    company: str = ""
    role: str = ""
    sender_type: str = ""


@dataclass(frozen=True)
class Skipped:
    """A message or row that could not be read, and why.

    `count` says for how many messages it stands: 0 where it is a remark on one that was read all the same.
    """

    where: str
    why: str
    count: int = 1


@dataclass(frozen=True)
class Sentence:
    """A sentence of a mail: `text[start:end]`, and its tokens in normal form (lower case, folded, masked)."""

    start: int
    end: int
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A word as it stands in a sentence, `sentence[start:end]`, and the normal-form tokens made of it."""

    start: int
    end: int
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """A verbatim quote, `text[start:end]` of the mail, and the probability that it says what the label says."""

    text: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Prediction:
    """What a mail says. `label` is None where the mail can't be judged; `note` says why, or what was not read.

    `possible` holds the label and the others that it could be, likeliest first: 95 times in 100 the right one is among them.
    """

    label: str | None
    confidence: float
    scores: Mapping[str, float]
    secondary: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    secondary_evidence: Mapping[str, Evidence] = field(default_factory=dict)
    possible: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Said:
    """Something that a mail says: which of the things it could be, in a word ("" where it does not say), its own words for
    it where they matter ("in six months", "by Friday"), and the sentence that says it, verbatim.
    """

    value: str = ""
    words: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Signals:
    """What a rejection says besides its reason; docs/signals.md lists the values of each.

    `gaps` are what was missing, each a kind with the missing thing in the mail's words; `traits` are hints at a
    protected trait.
    """

    feedback: Said = Said()
    reply: Said = Said()
    door: Said = Said()
    gaps: tuple[Said, ...] = ()
    chosen: Said = Said()
    freeze: Said = Said()
    deadline: Said = Said()
    traits: tuple[Said, ...] = ()


SIGNALS = tuple(field.name for field in fields(Signals))
"""The names of the signals."""


@dataclass(frozen=True)
class Draft:
    """A mail to send, for the person to read and change first."""

    subject: str
    body: str
    to: str = ""


@dataclass(frozen=True)
class Remark:
    """What would hurt in a mail that a person wants to send: `text[start:end]`, why, and kinder words where there are some."""

    kind: str
    start: int
    end: int
    why: str
    kinder: str = ""


@dataclass(frozen=True)
class Advice:
    """What to do about one mail, in plain sentences.

    `meaning` is what the reason means for the person; `gap` is what was missing, where that is the reason. `says` is what
    the mail states, `may_mean` a guess, `unknown` what nobody can know from it. `channel` is the way to reach them, one of
    `CHANNELS`, and why; `answerable` is False where no person wrote who reads an answer. `caution` is there where a sentence
    hints at a protected trait.
    """

    meaning: str
    next_steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    answerable: bool = True
    gap: str = ""
    says: tuple[str, ...] = ()
    may_mean: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    channel: str = ""
    channel_reason: str = ""
    avoid: tuple[str, ...] = ()
    caution: str = ""


@dataclass(frozen=True)
class Step:
    """How far an application had come by a mail (one of `STEPS`, "" where it does not say); `done` if that took place."""

    name: str = ""
    done: bool = False


@dataclass(frozen=True)
class OwnLabel:
    """A label of the person's own that a mail has (`source` is `HUMAN`) or may have, and how probable that is.

    `right` says how often that was right on their own mails; `next_steps` and `questions` are theirs.
    """

    name: str
    probability: float
    source: str
    likely: bool
    right: str = ""
    next_steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """A mail and what it says. `sentences` are those that the model judged; where the person said what it says, `overruled` is
    what the model says.
    """

    email: Email
    prediction: Prediction
    parties: Parties = Parties()
    step: Step = Step()
    signals: Signals = Signals()
    overruled: Prediction | None = None
    own_labels: tuple[OwnLabel, ...] = ()
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feedback(Account):
    """A mail, what it says, and what to do."""

    advice: Advice


@dataclass(frozen=True)
class Example:
    """A labelled mail: one row of the corpus or of a person's own examples.

    `sentences` holds (start, end, sentence label) with character offsets into `text`; it is empty where nobody
    labelled the sentences. `also_ok` holds labels that a careful reader might give as well; they count as right. `tags` are
    the person's own labels of it, None where they did not say.
    """

    id: str
    text: str
    primary: str
    secondary: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sentences: tuple[tuple[int, int, str], ...] = ()
    voice: str = ""
    split: str = "train"
    register: str = ""
    industry: str = ""
    stage: str = ""
    country: str = ""
    sender: str = ""
    difficulty: str = ""
    pair_id: str = ""
    also_ok: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
