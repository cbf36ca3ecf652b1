"""spaCy components: own words and sentences of a mail, and the reason that it gives.

    nlp = spacy.blank("en")
    nlp.add_pipe("feedback_reason")
    doc = nlp(mail)          # doc.cats, doc.spans["feedback"], doc.sents

displaCy shows `doc.spans["feedback"]` with style="span" and options={"spans_key": "feedback"}.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span

from feedback_nlp.model import Model
from feedback_nlp.sentences import split_sentences
from feedback_nlp.store import load_version

SPANS_KEY = "feedback"


@Language.component("feedback_sentences", assigns=["token.is_sent_start"])
def feedback_sentences(doc: Doc) -> Doc:
    """Sets sentence starts as mail has them; quoted and forwarded text falls to the sentence before it."""
    starts = {start for start, _ in split_sentences(doc.text)}
    pending = False
    for token in doc:
        pending = pending or any(token.idx <= s < token.idx + max(1, len(token.text_with_ws)) for s in (starts if token.is_space else ()))
        token.is_sent_start = token.i == 0 or token.idx in starts or (pending and not token.is_space)
        pending = pending and token.is_space
    return doc


@Language.factory("feedback_reason", default_config={"model": None}, assigns=["doc.cats", "doc.spans", "token.is_sent_start"])
class FeedbackReason:
    """Fills `doc.cats` with the probability of each label and `doc.spans["feedback"]` with the evidence."""

    def __init__(self, nlp: Language, name: str, model: str | None) -> None:
        self.name = name
        self.model: Model = load_version(model)

    def __call__(self, doc: Doc) -> Doc:
        """Reads one mail. A mail that can't be judged gets no cats and no spans."""
        doc = feedback_sentences(doc)
        (prediction,) = self.model.classify([doc.text])
        doc.cats = dict(prediction.scores)
        found = [doc.char_span(e.start, e.end, label=prediction.label or "", alignment_mode="expand") for e in prediction.evidence]
        doc.spans[SPANS_KEY] = [span for span in found if isinstance(span, Span)]
        return doc
