"""What a sentence mentions beside the reason that it gives; the rest of the two stages is tested where it is used, in
test_training.py and test_adaptation.py.
"""

import numpy as np
import pytest

from feedback_nlp.features import beside
from feedback_nlp.labels import (
    BOILERPLATE,
    CONCRETE_REASONS,
    NOT_REJECTION,
    SENTENCE_LABELS,
    VAGUE_DECISION,
    VAGUE_SUBJECTIVE,
)
from feedback_nlp.preprocess import Preprocessor
from feedback_nlp.records import Example
from feedback_nlp.stages import count_features, fit_mentions, fit_weighings, mention_rows
from feedback_nlp.training import Recipe, prepare

RECIPE = Recipe(limits={"words": 500, "characters": 500, "context": 500, "mail": 500}, least_senders=1)
S, C, A, F = CONCRETE_REASONS
CHOSEN, GAP, NO = "We chose Ann.", "Your French is weak.", "It is a no."


def mail(primary, secondary, *sentences):
    """A mail of thanks and sentences, each with its label (None: nobody labelled it)."""
    text, spans = "", []
    for sentence, label in (("Thank you for coming.", BOILERPLATE), *sentences):
        if label:
            spans.append((len(text), len(text) + len(sentence), label))
        text += sentence + " "
    return Example(f"{primary}-{text}", text, primary, secondary=secondary, sentences=tuple(spans), voice=text)


def counted(*mails):
    documents = [prepare(each, Preprocessor()) for each in mails]
    counts = count_features(documents, 1)
    return fit_weighings(counts, np.arange(len(documents)), RECIPE.limits, 1), counts, np.arange(len(documents))


@pytest.mark.parametrize(
    ("primary", "secondary", "sentences", "mentions"),
    [
        pytest.param(A, (S,), [(CHOSEN, A)], {S: [True], C: [False], F: [False]}, id="the sentence of the label mentions it"),
        pytest.param(A, (S,), [(CHOSEN, A), (GAP, S)], {C: [False, False], F: [False, False]}, id="another sentence gives it"),
        pytest.param(
            A, (C,), [(CHOSEN, A), (NO, VAGUE_DECISION)], {C: [True], S: [False, False], F: [False, False]},
            id="of a bare no beside it that is not known",
        ),
        pytest.param(A, (S,), [(CHOSEN, A), ("Bo won.", A)], {S: [True, True], C: [False, False], F: [False, False]}, id="one of two"),
        pytest.param(A, (S,), [(CHOSEN, A), (GAP, None)], {C: [False], F: [False]}, id="unlabelled, it may say it"),
        pytest.param(A, (), [(CHOSEN, A), (GAP, S)], {S: [False], C: [False, False], F: [False, False]}, id="gives it, and does not count"),
        pytest.param(VAGUE_SUBJECTIVE, (), [(NO, VAGUE_DECISION)], {r: [False] for r in CONCRETE_REASONS}, id="a bare no"),
        pytest.param(VAGUE_SUBJECTIVE, (F,), [(NO, VAGUE_DECISION)], {F: [True], S: [False], C: [False], A: [False]}, id="and a hint"),
        pytest.param(NOT_REJECTION, (), [(NO, NOT_REJECTION)], {}, id="no rejection"),
    ],
)  # fmt: skip
def test_which_sentences_mention_a_reason(primary, secondary, sentences, mentions):
    """Boilerplate and the sentences of which it can't be known teach nothing; a mail's label is no mention."""
    rows = mention_rows(*counted(mail(primary, secondary, *sentences)))
    assert {reason: y.tolist() for reason, (_, y, _) in zip(CONCRETE_REASONS, rows, strict=True) if len(y)} == mentions
    assert all(x.shape[0] == len(y) == len(weights) for x, y, weights in rows)


def test_a_comparison_mentions_what_it_compares():
    """Bare choices and choices with a reason, in many words: the words for the reason tell them apart. What too few sentences
    mention is never told.
    """
    who = ["Ann", "another candidate", "an applicant", "somebody else", "a colleague", "the other finalist", "our trainee", "two others"]
    who += [f"{one} from {town}" for one in who for town in ("York", "Leeds")]
    bare = [mail(A, (), (f"We chose {one}.", A)) for one in who]
    more = [mail(A, (S,), (f"We chose {one} with more experience.", A)) for one in who]
    weighings, counts, chosen = counted(*bare, *more)
    skills, culture, another, freeze = fit_mentions(weighings, counts, chosen, 100.0)
    (x, y, _), *_ = mention_rows(weighings, counts, chosen)
    chances = skills.predict_proba(x)[:, 1]
    assert y.tolist() == [False] * len(who) + [True] * len(who)
    assert chances[y].min() > 0.8
    assert chances[~y].max() < 0.2
    for nothing_to_learn in (culture, another, freeze):
        assert nothing_to_learn.predict_proba(x)[:, 1].max() < 0.001
    for left_out in fit_mentions(weighings, counts, chosen, 0.0):
        assert (left_out.predict_proba(x) == 0.5).all()


def test_what_stands_beside_a_reason():
    """Of a sentence that surely gives a reason, the others have their chance of a mention; of boilerplate none has."""
    p = np.eye(len(SENTENCE_LABELS))[[SENTENCE_LABELS.index(label) for label in (A, VAGUE_DECISION, BOILERPLATE, NOT_REJECTION)]]
    found = beside(p, np.tile([0.9, 0.3, 0.5, 0.1], (4, 1)))
    assert found.tolist() == [[0.9, 0.3, 0, 0.1], [0.9, 0.3, 0.5, 0.1], [0] * 4, [0] * 4]
