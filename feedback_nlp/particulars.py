"""What a draft may repeat of a mail, made to read well within a sentence; "" for what can't. Precision before recall.

A mail is hostile: what is let through is words and the marks within them, and few of them.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from feedback_nlp.dates import time_of
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Said
from feedback_nlp.wording import draft_words

_MOST_WORDS = 6
_MOST_WORDS_OF_A_TIME = 4
_MOST_WORDS_OF_A_POSITION = 8
_MOST_CHARACTERS = 60
_READ = 500
_BEFORE = " ,;:!?-'\"/&+#"
_BEHIND = " .,;:!?-'\"/&"
_WORDS = re.compile(r"\.?[^\W_](?:[^\W_]|[ &+#/.,'()-])*")
_ODD_MARKS = re.compile(r"[.,'/&-]{2}| [,)]| \.(?!\w)|\( ")
_ARTICLE = re.compile(r"^(?:the|an?) (?=\S)", re.IGNORECASE)
_DOTS = re.compile(r"\.{2,}")
_MONTHS = "January February March April May June July August September October November December".split()
_SUBJECT_TAG = re.compile(r"\[[^\[\]]{0,60}\]")
_ANSWER_MARKS = re.compile(r"^(?:\s*(?:re|aw|sv|antw|fwd?|wg)\s*:\s*){1,20}", re.IGNORECASE)
_TEMPLATE_MARKS = re.compile(r"[\[\]{}<>$%|~^\\]|_{2}")
_ADDRESS = re.compile(r"[\w.!#%&*+/=?^{|}~$'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}", re.ASCII | re.IGNORECASE)
_LONGEST_SUBJECT = 150


def words_of(text: str, most: int = _MOST_WORDS) -> str:
    """A few plain words, without the marks around them."""
    words = " ".join(fold(text[:_READ]).split()).lstrip(_BEFORE).rstrip(_BEHIND)
    plain = len(words) <= _MOST_CHARACTERS and len(words.split()) <= most and _WORDS.fullmatch(words) and not _ODD_MARKS.search(words)
    return words if plain and _tells(words.lower()) else ""


def _tells(words: str) -> bool:
    """Whether plain words in lower case say something: letters, no word twice in a row, and none that stands for nothing."""
    tokens = words.split()
    return (
        any(map(str.isalpha, words))
        and words.count("(") == words.count(")")
        and words not in draft_words("unknown")
        and draft_words("no_value").isdisjoint(tokens)
        and all(token != following for token, following in pairwise(tokens))
    )


def position_words(role: str, company: str) -> dict[str, str]:
    """The role as `role`, to stand before "role", or as `scheme`, where its name says already what it is; and the `company`."""
    tokens = _ARTICLE.sub("", words_of(role, _MOST_WORDS + 2), count=1).split()
    while tokens and tokens[-1].lower() in draft_words("role_tails"):
        tokens.pop()
    name = words_of(" ".join(tokens))
    scheme = bool(name) and tokens[-1].lower() in draft_words("schemes")
    employer = words_of(company)
    short = len(f"{name} {employer}".split()) <= _MOST_WORDS_OF_A_POSITION
    return {"role": "" if scheme else name, "scheme": name if scheme else "", "company": employer if short else ""}


def missing_words(gap: Said) -> str:
    """What was missing, as a noun; with "the" where its kind takes it."""
    words = words_of(gap.words)
    tokens = words.lower().split()
    if not tokens or tokens[0] in draft_words("no_beginnings") or not draft_words("no_nouns").isdisjoint(tokens):
        return ""
    if gap.value == "experience" and not (tokens[0] in draft_words("spans") or tokens[0][0].isdigit() or tokens[-1] == "experience"):
        return ""
    return f"the {words}" if gap.value in draft_words("with_article") and not _ARTICLE.match(words) else words


def time_words(said: Said) -> str:
    """A time that can stand behind "again" ("in six months")."""
    words = words_of(said.words, _MOST_WORDS_OF_A_TIME)
    tokens = words.lower().split()
    return words if tokens and tokens[0] in draft_words("times") and draft_words("no_nouns").isdisjoint(tokens) else ""


def day_of(date: str) -> str:
    """The day of a mail, as a letter has it ("3 March")."""
    time = time_of(date)
    return f"{time.day} {_MONTHS[time.month - 1]}" if time else ""


def name_of(name: str, most: int) -> str:
    """A name that the person gave, in a few words, without what belongs to none."""
    letters = unicodedata.normalize("NFC", name[:_READ])
    kept = "".join(c if c in " -.'’" or unicodedata.category(c)[0] in "LMN" else " " for c in letters)[:_MOST_CHARACTERS]
    parts = (_DOTS.sub(".", part).lstrip(".-'’").rstrip("-'’") for part in kept.split())
    return " ".join([part for part in parts if any(map(str.isalpha, part))][:most])


def answered_subject(subject: str) -> str:
    """The subject of an answer ("Re: ..."); "" where the mail has none, or what a mail merge left unfilled."""
    visible = "".join(" " if c.isspace() or c == "!" else c for c in subject[:_READ] if c.isspace() or _is_visible(c))
    plain = " ".join(_SUBJECT_TAG.sub(" ", _ANSWER_MARKS.sub("", visible)).split())[:_LONGEST_SUBJECT].strip()
    return f"Re: {plain}" if any(map(str.isalnum, plain)) and not _TEMPLATE_MARKS.search(plain) else ""


def plain_address(address: str) -> str:
    """An address as any mail program takes it, else ""."""
    return address if _ADDRESS.fullmatch(address) else ""


def _is_visible(character: str) -> bool:
    """Whether a character is neither a control, half a letter, nor a picture."""
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("So", "Sk")
