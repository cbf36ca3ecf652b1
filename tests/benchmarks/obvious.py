"""The obvious way of running the shipped model: what one writes first with the libraries, a mail at a time.

`mailbox` reads the messages, BeautifulSoup their HTML, spaCy makes one Doc of each mail, scikit-learn's own objects count,
weigh and judge it, and `csv` writes the row. The rules of the model are the same (where a sentence ends, what a name
becomes, what is English), and so are its answers. It gives labels and probabilities, and nothing else of what `label` gives.
"""

from __future__ import annotations

import csv
import email
import email.policy
import mailbox
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import numpy as np
import spacy
from bs4 import BeautifulSoup
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from feedback_nlp.features import BLOCKS, MAIL_BLOCK, block_features
from feedback_nlp.labels import LABELS
from feedback_nlp.language import english_sentences
from feedback_nlp.model import MOST_CHARACTERS, Model, is_routine, softmax, subject_length
from feedback_nlp.preprocess import _GREETED, _LONG_CHUNK, Preprocessor, _mask_greeting, _plain, opened
from feedback_nlp.records import Example, Sentence
from feedback_nlp.sentences import split_sentences
from feedback_nlp.stages import Counts, Item, Prepared, Stages

COLUMNS = ("date", "sender", "subject", "label", *LABELS)


class OneDoc(Preprocessor):
    """The same sentences and tokens, by one spaCy Doc of the whole text."""

    def __init__(self, lexicon: Collection[str]) -> None:
        super().__init__(lexicon)
        self.nlp = spacy.blank("en")

    def __call__(self, text: str) -> list[Sentence]:
        spans = split_sentences(text)
        plain = [" ".join("0" if len(chunk) > _LONG_CHUNK else chunk for chunk in _plain(text[a:b]).split()) for a, b in spans]
        forms: list[list[str]] = [[]]
        for token in self.nlp("\n".join(plain)):
            if token.is_space:
                forms += [[] for _ in token.text]
            elif (form := self._form(token.text)) and (form != "<name>" or forms[-1][-1:] != ["<name>"]):
                forms[-1].append(form)
        return [Sentence(a, b, self._greeted(p, f)) for (a, b), p, f in zip(spans, plain, forms, strict=bool(spans))]

    def _greeted(self, plain: str, forms: list[str]) -> tuple[str, ...]:
        return tuple(_mask_greeting(forms, self.lexicon) if _GREETED.match(plain) and len(forms) <= 8 else forms)


class ObviousWay:
    """A model as the libraries' own objects."""

    def __init__(self, model: Model) -> None:
        self.document = model.document
        self.preprocessor = OneDoc(model.lexicon)
        stages = Stages.of(model)
        # A pipeline that was fitted on these columns would not choose them anew.
        self.stages = replace(stages, weighings={name: replace(w, columns=slice(None)) for name, w in stages.weighings.items()})
        self.vectorizers = {
            name: CountVectorizer(analyzer=partial(_features, name), vocabulary=dict(block.vocabulary), dtype=np.float64)
            for name, block in model.blocks.items()
        }

    def chances(self, text: str) -> NDArray[np.float64] | None:
        """The probability of each label; None where the mail can't be judged."""
        read = self.preprocessor(text[:MOST_CHARACTERS])
        subject = read[: subject_length(text, read)]
        if subject and is_routine(self.stages.output(self._counts(text, subject), np.array([0]))[0].sentences):
            read, subject = read[len(subject) :], []
        english = english_sentences(read, self.vectorizers["words"].vocabulary)
        if not english:
            return None
        sentences = opened(english, min(len(subject), len(english) - 1))
        (output,) = self.stages.output(self._counts(text, sentences), np.array([0]))
        return softmax(self.document(output.features)[None, :])[0]

    def _counts(self, text: str, sentences: Sequence[Sentence]) -> Counts:
        document = Prepared(Example("", text, ""), tuple(sentences), (None,) * len(sentences), "", "")
        items = [(sentences, i) for i in range(len(sentences))]
        matrices = {name: self.vectorizers[name].transform(items[:1] if name == MAIL_BLOCK else items) for name in BLOCKS}
        return Counts([document], {}, matrices, np.zeros(len(sentences), dtype=int))

    def label(self, mbox: Path, output: Path) -> None:
        """A row of a CSV file for each message of an mbox."""
        with output.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for message in messages_of(mbox):
                chances = self.chances(text_of(message))
                said = ["", *[""] * len(LABELS)] if chances is None else [LABELS[chances.argmax()], *chances.round(6)]
                writer.writerow([message["Date"], message["From"], message["Subject"], *said])


def _features(block: str, item: Item) -> Iterator[str]:
    return block_features(block, *item)


def messages_of(mbox: Path) -> Iterator[EmailMessage]:
    """The messages of an mbox, parsed under the policy that is the email package's default for new code."""
    yield from mailbox.mbox(mbox, factory=lambda file: email.message_from_binary_file(file, policy=email.policy.default))


def text_of(message: EmailMessage) -> str:
    """The subject and the body of a message, its HTML without the tags."""
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    if body and body.get_content_subtype() == "html":
        text = BeautifulSoup(text, "html.parser").get_text("\n")
    return f"Subject: {message['Subject']}\n\n{text}"
