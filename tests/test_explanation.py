import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedback_nlp.examples import read_corpus
from feedback_nlp.explanation import explain
from feedback_nlp.features import BLOCKS, DOCUMENT_PARTS, document_features, mail_features, word_features
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, SENTENCE_LABELS
from feedback_nlp.preprocess import in_mail

MAIL = (
    "Dear Samira,\n\nThank you for coming to see us in Leith.\n"
    "Unfortunately you have not yet worked with [Tool Name], and the planner has to from 3 May on.\n\nBest,\nJohan Brandvold\n"
)
MAILS, _ = read_corpus()


def read(model, text):
    sentences = model.sentences_of(text)
    return sentences, *model.first_stages([sentences])[0]


def above_mean(p):
    """The highest score less the mean of the others, for each row of probabilities: they differ from scores by one number a row."""
    scores = np.sort(np.log(p), axis=1)
    return scores[:, -1] - scores[:, :-1].mean(axis=1)


def added_up(model, text):
    """Checks that all parts add up to what the model itself says of a text."""
    assume(next(model.classify([text])).label)  # a few of the corpus' mails are hardly English
    explanation = explain(model, text)
    sentences, *views = read(model, text)
    there = in_mail(sentences)
    p = views[0][there]
    assert [(s.start, s.end) for s in explanation.sentences] == [(sentences[i].start, sentences[i].end) for i in there]
    assert [s.score for s in explanation.sentences] == pytest.approx(above_mean(p), abs=1e-9)
    assert [SENTENCE_LABELS[i] for i in p.argmax(axis=1)] == [s.label for s in explanation.sentences]
    assert [s.probability for s in explanation.sentences] == pytest.approx(p.max(axis=1))
    scores = dict(zip(LABELS, model.document(document_features(*views)), strict=True))
    assert explanation.score == pytest.approx(scores[explanation.label] - scores[explanation.second], abs=1e-9)
    (said,) = model.classify([text])
    ranked = sorted(said.scores.items(), key=lambda item: -item[1])[:2]
    assert [explanation.label, explanation.second] == [name for name, _ in ranked]
    assert [explanation.probability, explanation.second_probability] == pytest.approx([chance for _, chance in ranked])
    return explanation


@settings(max_examples=150, deadline=None)
@given(text=st.sampled_from(MAILS).map(lambda example: example.text))
def test_parts_add_up_in_mails(text, model):
    added_up(model, text)


SENTENCES = [example.text[a:b] for example in MAILS for a, b, _ in example.sentences]


@settings(max_examples=100, deadline=None)
@given(sentences=st.lists(st.sampled_from(SENTENCES), max_size=6))
def test_parts_add_up_in_loose_sentences(sentences, model):
    text = "\n\n".join(["We chose another candidate.", *sentences])
    added_up(model, text)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=80).map(lambda text: f"We did not choose you for the role {text}"))
def test_any_text_is_explained_where_it_is_judged(text, model):
    (said,) = model.classify([text])
    if said.label is None:
        assert explain(model, text) is None
    else:
        added_up(model, text)


def _letters(text):
    return [c for c in text if c.isalnum()]


@pytest.mark.parametrize("example", [e for e in MAILS if e.split == "test"][:12], ids=lambda example: example.id)
def test_every_word_has_one_weight(example, model):
    for sentence in explain(model, example.text).sentences:
        assert sentence.text == example.text[sentence.start : sentence.end]
        assert _letters("".join(w.text for w in sentence.words)) == _letters(sentence.text)
        assert all(w.text == example.text[w.start : w.end] for w in sentence.words)


def test_masked_words_stand_as_they_are_written(model):
    words = [w for s in explain(model, MAIL).sentences for w in s.words]
    assert [(w.text, w.masked) for w in words if w.masked] == [
        ("Leith.", "a name"),
        ("[Tool Name]", "a name"),
        ("3", "a number"),
        ("May", "a date"),
        ("Johan Brandvold", "a name"),
    ]


def test_a_word_that_the_model_does_not_know_adds_nothing_by_itself(model):
    first, second = (explain(model, f"We chose {word} candidate.").sentences[0] for word in ("qqqq", "zqzqzq"))
    assert [w.weight for w in first.words] == pytest.approx([w.weight for w in second.words])


def test_a_sentence_that_stands_alone_has_no_neighbours(model):
    (sentence,) = explain(model, "We chose another candidate.").sentences
    assert (sentence.before, sentence.after, sentence.carries) == (0, 0, 0)


def test_the_ends_of_a_mail_have_one_neighbour_each(model):
    first, last = explain(model, "None of you. We chose another candidate for the role.").sentences
    assert (first.before, last.after) == (0, 0)
    assert first.after != 0
    assert last.before != 0


def test_carries_is_what_the_document_stage_loses(model):
    explanation = explain(model, MAIL)
    _, p, mentions, mail = read(model, MAIL)
    names = [LABELS.index(explanation.label), LABELS.index(explanation.second)]
    for i, sentence in enumerate(explanation.sentences, 1):  # the first is the opening that all mails have
        rest = model.document(document_features(np.delete(p, i, axis=0), np.delete(mentions, i, axis=0), mail))[names]
        assert sentence.carries == pytest.approx(explanation.score - (rest[0] - rest[1]))
    assert max(explanation.sentences, key=lambda s: s.carries).text.startswith("Unfortunately you have not")


@pytest.mark.parametrize("text", ["", "12 34", "Vielen Dank für Ihre Bewerbung. Leider haben wir uns anders entschieden."])
def test_what_is_not_judged_is_not_explained(text, model):
    assert explain(model, text) is None


def test_document_parts_name_every_feature(model):
    rng = np.random.default_rng(0)
    p, mail = rng.dirichlet(np.ones(len(SENTENCE_LABELS)), size=6), rng.dirichlet(np.ones(len(LABELS)))
    mentions = rng.random((6, len(CONCRETE_REASONS)))
    features = document_features(p, mentions, mail)
    assert len(DOCUMENT_PARTS) == len(features) == len(model.document.mean)
    others = ((p, mentions, mail[::-1]), (p, mentions[:, ::-1], mail), (p[::-1], mentions[::-1], mail))
    changed = [np.flatnonzero(abs(document_features(*views) - features) > 1e-9) for views in others]
    assert [{DOCUMENT_PARTS[i] for i in where} for where in changed] == [{"mail"}, {"strongest"}, {"place"}]


@pytest.mark.parametrize("name", BLOCKS)
def test_shares_of_a_row_without_known_features(name, model):
    block = model.blocks[name]
    assert block.shares([]).shape == (0, block.coefficients.shape[1])
    assert not block.shares(["", "no such feature"]).any()


def test_a_repeated_feature_shares_its_weight(model):
    block = model.blocks["words"]
    once, twice = block.shares(["we"]), block.shares(["we", "no such feature", "we"])
    assert (twice[0] == twice[2]).all()
    assert not twice[1].any()
    assert twice.sum(axis=0) == pytest.approx(once[0] * np.sqrt(1 + np.log(2)))


def test_the_shares_of_the_mail_are_the_mail_stage(model):
    sentences, _, _, mail = read(model, MAIL)
    scores = model.mail_intercept + model.blocks["mail"].shares(list(mail_features(sentences))).sum(axis=0)[-len(LABELS) :]
    assert np.exp(scores) / np.exp(scores).sum() == pytest.approx(mail)
    assert len(list(word_features(sentences[0]))) == len(model.blocks["words"].shares(list(word_features(sentences[0]))))
