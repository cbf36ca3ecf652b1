"""The language of the phrases that `step.toml`, `reply.toml`, `deadline.toml` and `signal_phrases.toml` are written in, and what finds
them in a sentence.

A phrase is words in a row, in lower case; the head of `step.toml` says what else may stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

_MOST_WORDS = 120  # a longer sentence is read in parts
_MARKS = ',;:()"/!?-'
_TOKEN = re.compile(r"[\w'&]{1,30}|[,;:()\"/!?]|(?<= )-(?= )")
_ELEMENT = re.compile(r"!?\([^()]*\)|\[[^\[\]]*\]|[^ ]+")
_GAPS = {".": 2, "..": 6}  # words that may stand there, at most

Words = Mapping[str, Sequence[str]]
"""The lists of words that phrases may name."""


def plain_parts(sentence: str) -> Iterator[str]:
    """A folded sentence as phrases are matched in it: words and commas in lower case, a space after each; a long one in parts."""
    tokens = ["," if token in _MARKS else token for token in _TOKEN.findall(sentence.lower())]
    for i in range(0, len(tokens), _MOST_WORDS):
        yield " ".join([*tokens[i : i + _MOST_WORDS], ""])


def phrase_pattern(phrases: Iterable[str], words: Words) -> re.Pattern[str]:
    """The pattern that finds any of the phrases in a plain part; `words` are the lists that they name, `denials` among them."""
    return at_a_word("|".join(_expression(phrase, words) for phrase in phrases))


def at_a_word(expression: str) -> re.Pattern[str]:
    """The pattern of an expression that begins where a word does."""
    return re.compile(f"(?<![^ ])(?:{expression})")


def key_words(phrase: str, words: Words) -> set[str]:
    """Words of which a sentence must hold one for the phrase to match: its rarest element's, and long words are rare."""
    keys = [{max(form.split(), key=len) for form in forms} for mark, forms in _elements(phrase, words) if not mark]
    return max(keys, key=lambda key: min(map(len, key)))


def _elements(phrase: str, words: Words) -> Iterator[tuple[str, list[str]]]:
    """What stands in a row in a phrase: the mark of each element, if it has one, and the forms that it may take."""
    for element in _ELEMENT.findall(phrase):
        mark = element[0] if element[0] in ".![" else ""
        names = element.strip("!()[]").split("|")
        yield mark, [form for name in names for form in (words[name[1:-1]] if name[0] == "{" else [name])]


def _expression(phrase: str, words: Words) -> str:
    """The regular expression of a phrase, in which each word ends with a space."""
    parts = []
    for mark, forms in _elements(phrase, words):
        one_of = f"(?:{'|'.join(map(re.escape, forms))}) "
        if mark == ".":
            parts.append(f"(?:(?!(?:{'|'.join(words['denials'])}) )[^ ]+ ){{0,{_GAPS[forms[0]]}}}?")
        else:
            parts.append({"": one_of, "[": f"(?:{one_of})?", "!": f"(?!(?:[^ ]+ )*?{one_of})"}[mark])
    return "".join(parts)
