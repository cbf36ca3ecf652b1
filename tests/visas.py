"""Rejections for want of a permit to work, and others: what a label of a person's own is learnt from in tests."""

import sys
from pathlib import Path

from feedback_nlp.collection import open_collection
from feedback_nlp.examples import digest, read_corpus
from feedback_nlp.labels import REASONS
from feedback_nlp.records import Example

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MAILS = tomllib.loads((Path(__file__).parent / "visas.toml").read_text(encoding="utf-8"))
TEACH, TEST = _MAILS["teach"], _MAILS["test"]
_SPEAK_OF_IT = ("visa", "permit", "sponsor", "right to work", "citizen", "authoris", "authoriz")


def others(number):
    """Rejections of the test split that speak of no permit."""
    mails = [e.text for e in read_corpus()[0] if e.split == "test" and e.primary in REASONS]
    return [text for text in mails if not any(word in text.lower() for word in _SPEAK_OF_IT)][:number]


def own(text, *tags, primary="skills_gap"):
    return Example(f"own-{digest(text)}", text, primary, tags=tags or None)


def keep(*examples):
    with open_collection("ann") as collection:
        return collection.put(examples, "test")
