"""How far an application had come, as one mail's own words tell: the phrases of `step.toml`, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from feedback_nlp.labels import STEPS
from feedback_nlp.phrases import at_a_word, key_words, phrase_pattern, plain_parts
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Step
from feedback_nlp.resources import read_table
from feedback_nlp.sentences import split_sentences


class Purpose(NamedTuple):
    """What a table of phrases is for: the mails that it is read in, and what it tells of a step."""

    in_rejections: bool
    in_others: bool
    done: bool
    open: bool  # a denial, a condition or somebody else can undo it


# Of two phrases that tell of the same step, the one whose purpose stands later is believed.
PURPOSES = {
    "mentioned": Purpose(in_rejections=True, in_others=False, done=True, open=True),
    "called_off": Purpose(in_rejections=True, in_others=False, done=False, open=False),
    "turned_away": Purpose(in_rejections=True, in_others=False, done=True, open=False),
    "announced": Purpose(in_rejections=False, in_others=True, done=False, open=True),
    "acknowledged": Purpose(in_rejections=False, in_others=True, done=True, open=True),
    "took_place": Purpose(in_rejections=True, in_others=True, done=True, open=False),
}


@dataclass(frozen=True, eq=False)
class Phrase:
    """Words that tell of a step, the step's place among the steps, and the purpose's among the purposes.

    There is one of each, told apart as such: to compare their contents would take as long as to look for them.
    """

    text: str
    place: int
    trust: int
    purpose: Purpose

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the words in a plain part; made when first asked for, since a mail asks for few of them."""
        return phrase_pattern([self.text], step_table()["words"])


def step_table() -> dict[str, Any]:
    """The content of `step.toml`."""
    return read_table("step")


def step_reached(text: str) -> Step:
    """The furthest step that a rejection says had been reached before the decision; `Step()` where it does not say."""
    furthest = max(_found(_sentences(text), rejection=True), key=lambda phrase: (phrase.place, phrase.trust), default=None)
    return Step() if furthest is None else Step(STEPS[furthest.place], furthest.purpose.done)


def step_announced(text: str) -> Step:
    """What a mail that is no rejection does in the course of an application; `Step()` where it does nothing in one."""
    sentences = list(_sentences(text))
    if _holds("elsewhere", sentences) or not _holds("hiring", sentences):
        return Step()
    told = max(_found(sentences, rejection=False), key=lambda phrase: (not phrase.purpose.done, phrase.place), default=None)
    return Step() if told is None else Step(STEPS[told.place], told.purpose.done)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of the sender's own words in plain parts, each expression that is joined as one word."""
    folded = fold(text)
    pattern, names = _joined()
    for start, end in split_sentences(folded):
        for part in plain_parts(folded[start:end]):
            yield pattern.sub(lambda match: names[match.group()], part)


def _found(sentences: Iterable[str], rejection: bool) -> Iterator[Phrase]:
    """The phrases that the sentences hold, undone ones left out."""
    phrases = _phrases(rejection)
    for sentence in sentences:
        for phrase in {phrase for word in set(sentence.split()) & phrases.keys() for phrase in phrases[word]}:
            if any(not _undone(sentence, match, phrase.purpose.open) for match in phrase.pattern.finditer(sentence)):
                yield phrase


def _undone(sentence: str, match: re.Match[str], is_open: bool) -> bool:
    """Whether the clause up to the end of the match only imagines it; of an open phrase also whether it denies it or speaks
    of others, or the sentence makes it a condition's.
    """
    start = max((end.end() for end in _list("clause_ends").finditer(sentence, 0, match.start())), default=0)
    undoing = ("imagined", "denials", "others") if is_open else ("imagined",)
    if any(_list(name).search(sentence, start, match.end()) for name in undoing):
        return True
    promised = _list("promises").search(sentence, start, match.end())
    return is_open and _list("conditions").search(sentence, 0, len(sentence) if promised else match.end()) is not None


def _holds(name: str, sentences: Iterable[str]) -> bool:
    return any(_list(name).search(sentence) for sentence in sentences)


@cache
def _list(name: str) -> re.Pattern[str]:
    words = step_table()["words"]
    return phrase_pattern(words[name], words)


@cache
def _joined() -> tuple[re.Pattern[str], dict[str, str]]:
    """The expressions that are read as one word, the longest first, and the word for each."""
    names = {f"{form} ": f"{name} " for name, forms in step_table()["joined"].items() for form in forms}
    return at_a_word("|".join(map(re.escape, sorted(names, key=len, reverse=True)))), names


@cache
def _phrases(rejection: bool) -> dict[str, list[Phrase]]:
    """The phrases to look for in a sentence, under each word of which it must hold one."""
    found: dict[str, list[Phrase]] = {}
    words = step_table()["words"]
    for trust, (name, purpose) in enumerate(PURPOSES.items()):
        if not (purpose.in_rejections if rejection else purpose.in_others):
            continue
        for step, texts in step_table()[name].items():
            for text in texts:
                phrase = Phrase(text, STEPS.index(step), trust, purpose)
                for word in key_words(text, words):
                    found.setdefault(word, []).append(phrase)
    return found
