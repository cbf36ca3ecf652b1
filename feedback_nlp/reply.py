"""What would hurt in an answer to a rejection, before it is sent: the phrases and the wording of `reply.toml`, sentence by sentence."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from feedback_nlp.answering import refuses_feedback
from feedback_nlp.body import Span
from feedback_nlp.errors import InputError
from feedback_nlp.language import is_english, language_of
from feedback_nlp.model import MOST_CHARACTERS
from feedback_nlp.phrases import phrase_pattern, plain_parts
from feedback_nlp.preprocess import fold
from feedback_nlp.records import UNSURE_BELOW, Email, Prediction, Remark, subject_end
from feedback_nlp.resources import read_table
from feedback_nlp.sentences import split_sentences

KINDS = ("arguing", "pleading", "blame", "answered", "questions", "thanks", "length", "apology", "demand", "others", "private")
"""The kinds of remark; docs/reply.md says what each is."""

_LONGEST_QUOTE = 200
_ENOUGH_WORDS = 8  # of fewer the language can't be told
_LEAST_ENGLISH = 0.1
_MOST_SHOUTED = 1
_WORD = re.compile(r"[^\W\d_][\w']*")
_ASKED = re.compile(r"\?[\"')\]!?.]{0,9}$")
_MARKS = re.compile(r"!{4}|\?\?|\?!|!\?")
_CAPITALS = re.compile(r"\b[A-Z]{2,12}\b")


class Wording(NamedTuple):
    """What is remarked on a sentence."""

    kind: str
    why: str
    kinder: str = ""


class Fault(NamedTuple):
    """What a sentence may say: its pattern, what before it in the clause takes it back, and what is remarked.

    Where one that stands `alone` is said, nothing else that the sentence says is remarked. A rejection that says one of the
    phrases of `asked` has asked for it.
    """

    pattern: re.Pattern[str]
    unless: re.Pattern[str]
    wording: Wording
    alone: bool
    asked: tuple[str, ...] = ()


def reply_table() -> dict[str, Any]:
    """The content of `reply.toml`."""
    return read_table("reply")


def check_reply(text: str, rejection: Email | None = None, prediction: Prediction | None = None) -> list[Remark]:
    """What in an answer to a rejection would hurt the person who sends it, in the order of the text.

    With the rejection it also finds what that has already answered, and with its prediction whether that is the reason; what the
    rejection asks for is no fault. Quotes and the subject are left out, and of each text what stands after its first 100,000
    characters. Raises InputError where there are no words of the person's own, or none in English.
    """
    text, rejection = text[:MOST_CHARACTERS], rejection and replace(rejection, text=rejection.text[:MOST_CHARACTERS])
    sentences = _own_sentences(text)
    faults = [*_faults(), *([] if rejection is None else _answered(rejection, prediction))]
    faults = [fault for fault in faults if not (rejection and fault.asked and _holds(fault.asked, _sentences(rejection.text)))]
    remarks = [*_whole(text, sentences), *_questions(text, sentences)]
    for start, end in sentences:
        found = [*_said(text[start:end], faults), *_written(text[start:end])]
        first_of_each = {wording.kind: wording for wording in reversed(found)}
        remarks += [Remark(kind, start, end, why, kinder) for kind, why, kinder in first_of_each.values()]
    return sorted(remarks, key=lambda remark: (remark.start, KINDS.index(remark.kind)))


def unread(text: str, rejection: Email | None = None) -> Iterator[str]:
    """What is to be said of an answer and a rejection that are too long to be read whole."""
    for name, length in (("reply", len(text)), ("rejection", len(rejection.text) if rejection else 0)):
        if length > MOST_CHARACTERS:
            yield f"Only the first {MOST_CHARACTERS:,} characters of the {name} were read."


def _own_sentences(text: str) -> list[Span]:
    """The sentences of the person's own words, the subject left out."""
    below = subject_end(text)
    sentences = [span for span in split_sentences(text) if span[0] >= below]
    if not sentences:
        raise InputError("There are no words of your own here. Write the reply first, then check it.")
    words = _WORD.findall(fold(" ".join(text[a:b] for a, b in sentences)).lower())
    english = sum(map(frozenset(_words()["english"]).__contains__, words))
    if len(words) >= _ENOUGH_WORDS and english < _LEAST_ENGLISH * len(words) and not is_english(text):
        raise InputError(f"This reply seems to be in {language_of(text)}. feedback-nlp reads English only: check it by eye.")
    return sentences


def _said(sentence: str, faults: Iterable[Fault]) -> list[Wording]:
    """What a sentence says that would hurt."""
    parts = list(plain_parts(fold(sentence)))
    found = [fault for fault in faults if any(_says(part, fault) for part in parts)]
    alone = [fault for fault in found if fault.alone]
    return [fault.wording for fault in alone[:1] or found]


def _says(part: str, fault: Fault) -> bool:
    return any(not _undone(part, match, fault) for match in fault.pattern.finditer(part))


def _undone(part: str, match: re.Match[str], fault: Fault) -> bool:
    """Whether something takes it back that begins before it in its clause."""
    start = max((end.end() for end in _list("clause_ends").finditer(part, 0, match.start())), default=0)
    undoing = (pattern.search(part, start, match.end()) for pattern in (_list("undoing"), fault.unless))
    return any(found and found.start() < match.start() for found in undoing)


def _written(sentence: str) -> Iterator[Wording]:
    """How a sentence is written, where that would hurt."""
    shouted = frozenset(map(str.upper, _words()["shouted"]))
    if sum(map(shouted.__contains__, _CAPITALS.findall(sentence))) > _MOST_SHOUTED:
        yield Wording("demand", reply_table()["mail"]["capitals"]["why"])
    if _MARKS.search(sentence):
        yield Wording("demand", reply_table()["mail"]["marks"]["why"])


def _whole(text: str, sentences: Sequence[Span]) -> Iterator[Remark]:
    """What the whole mail lacks or has too much of."""
    thanks, length = (reply_table()["mail"][name] for name in ("thanks", "length"))
    if not _holds(thanks["phrases"], (text[a:b] for a, b in sentences)):
        yield Remark("thanks", *sentences[0], thanks["why"], thanks["kinder"])
    words = sum(len(text[a:b].split()) for a, b in sentences)
    if words > length["most_words"]:
        yield Remark("length", sentences[0][0], sentences[-1][1], length["why"].format(words=words))


def _questions(text: str, sentences: Iterable[Span]) -> Iterator[Remark]:
    """The first question that is one too many."""
    entry = reply_table()["mail"]["questions"]
    asked = [span for span in sentences if _ASKED.search(text[slice(*span)])]
    for start, end in asked[entry["most"] : entry["most"] + 1]:
        yield Remark("questions", start, end, entry["why"])


def _answered(rejection: Email, prediction: Prediction | None) -> Iterator[Fault]:
    """What it makes no sense to ask, since the rejection says it."""
    evidence = prediction.evidence[0].text if prediction and prediction.evidence else ""
    quote = textwrap.shorten(evidence, _LONGEST_QUOTE, placeholder=" ...")
    for entry in reply_table()["answered"]:
        given = prediction and quote and sum(prediction.scores.get(label, 0.0) for label in entry.get("labels", ())) >= UNSURE_BELOW
        refused = entry.get("refused", False) and refuses_feedback(rejection)
        if given or refused or _holds(entry.get("says", ()), _sentences(rejection.text)):
            wording = Wording("answered", entry["why"].format(evidence=quote), entry["kinder"])
            yield Fault(_pattern(reply_table()["asks"][entry["asks"]]), _list("not_asking"), wording, alone=False)


def _sentences(text: str) -> Iterator[str]:
    return (text[a:b] for a, b in split_sentences(text))


def _holds(phrases: Iterable[str], sentences: Iterable[str]) -> bool:
    pattern = _pattern(phrases)
    return any(pattern.search(part) for sentence in sentences for part in plain_parts(fold(sentence)))


@cache
def _faults() -> tuple[Fault, ...]:
    return tuple(
        Fault(
            _pattern(entry["phrases"]),
            _pattern(entry.get("unless", ())),
            Wording(entry["kind"], entry["why"], entry.get("kinder", "")),
            alone=entry.get("alone", False),
            asked=tuple(entry.get("asked", ())),
        )
        for entry in reply_table()["fault"]
    )


@cache
def _list(name: str) -> re.Pattern[str]:
    return _pattern(_words()[name])


def _words() -> Mapping[str, Sequence[str]]:
    words: Mapping[str, Sequence[str]] = reply_table()["words"]
    return words


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """The pattern of any of the phrases; of none it finds nothing."""
    return phrase_pattern(phrases, _words()) if phrases else re.compile(r"(?!)")
