"""Which labels of a person's own a mail has, or may have: as they said themselves, else as was learnt from the mails that they gave it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from feedback_nlp.errors import OutputError
from feedback_nlp.examples import digest
from feedback_nlp.metrics import share_interval
from feedback_nlp.model import Model
from feedback_nlp.records import HUMAN, MODEL, Example, OwnLabel
from feedback_nlp.tag_model import LIKELY, Learnt, read_learnt, weighed_words, write_learnt
from feedback_nlp.tags import Tag, read_tags

FEWEST = 15
"""A label is learnt from so many different mails on."""
_FORMAT = 1


@dataclass(frozen=True)
class TagState:
    """A label of the person's own, how many different mails have it, and what was learnt of it; None where these are too few."""

    tag: Tag
    mails: int
    learnt: Learnt | None = None

    @property
    def missing(self) -> int:
        """How many mails are missing until it is learnt."""
        return max(FEWEST - self.mails, 0)

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        hits = {"having": self.learnt.having, "lacking": self.learnt.lacking} if self.learnt else {}
        told = {
            name: {"right": right, "mails": n, "interval": share_interval(right, n) if n else None} for name, (right, n) in hits.items()
        }
        return self.tag.as_dict() | {"mails": self.mails, "missing": self.missing, "held_out": told or None}


@dataclass(frozen=True)
class Tagger:
    """Says which labels of the person's own a mail has."""

    model: Model
    human: Mapping[str, Example]
    states: Sequence[TagState]

    @property
    def version(self) -> str:
        """Changes whenever an answer might for which the person did not say anything of the mail."""
        return _digest([[*state.tag.as_dict().values(), state.learnt.digest if state.learnt else ""] for state in self.states])

    def __call__(self, text: str) -> tuple[OwnLabel, ...]:
        """The labels of a mail, likeliest first; of one that the person labelled, those that they gave it."""
        example = self.human.get(digest(text))
        if example:
            return tuple(_own_label(state.tag, 1.0, HUMAN) for state in self.states if state.tag.name in (example.tags or ()))
        learnt = [(state.tag, state.learnt) for state in self.states if state.learnt]
        mail = weighed_words(self.model, text) if learnt else ()
        found = [_own_label(tag, known.probability(mail), MODEL, known.right) for tag, known in learnt]
        return tuple(sorted(found, key=lambda label: -label.probability))


def open_tagger(model: Model, human: Mapping[str, Example]) -> Tagger:
    """What says which labels of the person's own a mail has; learns those of which the examples have changed.

    `human` holds what the person said of mails, as `collection.human_labels` gives it. Raises InputError where a label of
    theirs can't be read.
    """
    return Tagger(model, human, [_state(tag, model, human) for tag in read_tags().values()])


def _own_label(tag: Tag, probability: float, source: str, right: str = "") -> OwnLabel:
    return OwnLabel(tag.name, probability, source, probability >= LIKELY, right, tag.next_steps, tag.questions)


def _state(tag: Tag, model: Model, human: Mapping[str, Example]) -> TagState:
    having = {key: example for key, example in human.items() if tag.name in (example.tags or ())}
    if len(having) < FEWEST:
        return TagState(tag, len(having))
    wanted = _digest([_FORMAT, model.manifest.get("data_digest"), sorted(model.lexicon), sorted(having), sorted(set(human) - set(having))])
    known = read_learnt(tag.name)
    if known and known.digest == wanted:
        return TagState(tag, known.having[1], known)
    return _learn(tag, model, having, human, wanted)


def _learn(tag: Tag, model: Model, having: Mapping[str, Example], human: Mapping[str, Example], wanted: str) -> TagState:
    """Learns a label anew and keeps it, where that can be."""
    from threadpoolctl import threadpool_limits

    from feedback_nlp.tag_training import learn

    tagged = {weighed_words(model, example.text) for example in having.values()}
    others = {weighed_words(model, human[key].text) for key in set(human) - set(having)} - tagged
    if len(tagged) < FEWEST:
        return TagState(tag, len(tagged))
    with threadpool_limits(limits=1):  # on so little several threads only wait for each other
        learnt = learn(sorted(tagged), sorted(others), partial(weighed_words, model), wanted)
    with suppress(OutputError):  # then it is learnt anew the next time
        write_learnt(tag.name, learnt)
    return TagState(tag, len(tagged), learnt)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
