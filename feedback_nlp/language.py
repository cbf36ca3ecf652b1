"""Which sentences are English, and what to say of a mail that can't be judged.

The common words of the corpus tell English from the rest (they cost nothing and need no model); the language is named,
for the message only, by py3langid (Lui and Baldwin 2012, "langid.py"), which runs offline.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from feedback_nlp.records import Sentence

_KNOWN_SHARE = 0.45
_SHORT = 4
_ENOUGH_WORDS = 20
_ENOUGH_SHARE = 0.5

_NAMES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "nb": "Norwegian", "fi": "Finnish", "cs": "Czech", "ro": "Romanian",
    "hu": "Hungarian", "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "el": "Greek", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "id": "Indonesian", "ms": "Malay", "vi": "Vietnamese",
    "cy": "Welsh", "ga": "Irish", "ca": "Catalan", "th": "Thai",
}  # fmt: skip


def english_sentences(sentences: Sequence[Sentence], known: Container[str]) -> list[Sentence] | None:
    """The sentences in English, short ones kept; None where too little of the mail is English to judge it.

    A mail in two languages is judged by its English part, if that has `_ENOUGH_WORDS` words or half of all.
    """
    words = [[t for t in s.tokens if t[0].isalpha()] for s in sentences]
    foreign = [len(w) >= _SHORT and sum(t in known for t in w) < _KNOWN_SHARE * len(w) for w in words]
    if not any(words):
        return None
    if not any(foreign):
        return list(sentences)
    total = sum(map(len, words))
    # Short sentences follow the majority: "Mit freundlichen Grüßen" must not carry a foreign mail.
    english = sum(len(w) for w, f in zip(words, foreign, strict=True) if not f and len(w) >= _SHORT)
    if english < min(_ENOUGH_WORDS, _ENOUGH_SHARE * total):
        return None
    return [s for s, f in zip(sentences, foreign, strict=True) if not f]


def unjudged_note(text: str, sentences: Sequence[Sentence]) -> str:
    """Why a mail was not labelled, in one line."""
    if not any(c.isalpha() for c in text):
        return "There are no words here to read."
    if not sentences:
        return "There are no words of the sender's own here to read."
    language = language_of(text)
    return f"This mail seems to be in {language}; feedback-nlp reads English only, so it gives no label."


def language_of(text: str) -> str:
    """The language's English name, or "a language other than English"."""
    return _NAMES.get(_code_of(text), "a language other than English")


def is_english(text: str) -> bool:
    """Whether a text is rather English than in another language."""
    return _code_of(text) == "en"


def _code_of(text: str) -> str:
    from py3langid import classify  # loads its model on import, hence only where needed

    code: str = classify(text[:2000])[0]
    return code
