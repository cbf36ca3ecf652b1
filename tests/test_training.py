import io
import re
import zipfile
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from conftest import SMALL_RECIPE
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from feedback_nlp import training
from feedback_nlp.examples import read_corpus
from feedback_nlp.features import BLOCKS
from feedback_nlp.labels import LABELS, NOT_REJECTION, SENTENCE_LABEL_OF, SENTENCE_LABELS
from feedback_nlp.language import english_sentences
from feedback_nlp.model import COVERAGE
from feedback_nlp.preprocess import opened
from feedback_nlp.records import SUBJECT, Example
from feedback_nlp.stages import count_known
from feedback_nlp.store import save
from feedback_nlp.training import (
    corpus_lexicon,
    count_all,
    digest_of,
    fit_linear,
    fit_stages,
    possible_threshold,
    prepare,
    sender_of,
    train,
)


def words_of(model):
    """Every word that a model could have kept: its lexicon, and the words of its features."""
    return set(model.lexicon) | {word for block in model.blocks.values() for feature in block.vocabulary for word in feature.split(" ")}


def texts_of(examples):
    return [e.text for e in examples]


def test_training_twice_gives_one_model(corpus, trained):
    again = train(corpus, recipe=SMALL_RECIPE)
    assert again.manifest["digest"] == trained.manifest["digest"]
    assert np.array_equal(again.predict_proba(texts_of(corpus)), trained.predict_proba(texts_of(corpus)))


def test_the_order_of_rows_does_not_matter(corpus, trained):
    rows = [corpus[i] for i in np.random.default_rng(1).permutation(len(corpus))]
    assert rows != corpus
    turned = train(rows, recipe=SMALL_RECIPE)
    assert turned.manifest["digest"] == trained.manifest["digest"]
    assert np.array_equal(turned.predict_proba(texts_of(corpus)), trained.predict_proba(texts_of(corpus)))


def test_the_more_what_turns_nobody_down_weighs_the_likelier_it_is(corpus, trained):
    lighter = train(corpus, recipe=replace(SMALL_RECIPE, not_rejection_weight=SMALL_RECIPE.not_rejection_weight / 2))
    at = LABELS.index(NOT_REJECTION)
    assert trained.predict_proba(texts_of(corpus))[:, at].mean() > lighter.predict_proba(texts_of(corpus))[:, at].mean() + 0.01


@pytest.mark.parametrize("change", ["text", "primary", "voice", "sentences", "recipe"])
def test_the_digest_changes_with(change, corpus):
    at = next(i for i, e in enumerate(corpus) if e.split == "train")
    other = {"text": corpus[at].text + " Bye.", "primary": NOT_REJECTION, "voice": "nobody", "sentences": ()}
    changed = list(corpus) if change == "recipe" else [*corpus[:at], replace(corpus[at], **{change: other[change]}), *corpus[at + 1 :]]
    recipe = replace(SMALL_RECIPE, seed=9) if change == "recipe" else SMALL_RECIPE
    assert digest_of(changed, [], recipe) != digest_of(corpus, [], SMALL_RECIPE)


def test_a_model_of_another_format_has_another_name(corpus, monkeypatch):
    """So that a retraining after an update makes a version anew, and does not call it known."""
    before = digest_of(corpus, [], SMALL_RECIPE)
    monkeypatch.setattr(training, "FORMAT", training.FORMAT + 1)
    assert digest_of(corpus, [], SMALL_RECIPE) != before


CANARY = "quillowby"


def canary_rows(split):
    text = f"We {CANARY} you, and the {CANARY} went to somebody else."
    span = ((0, len(text), "another_candidate"),)
    return [Example(f"canary-{i}", text, "another_candidate", sentences=span, voice=f"canary-{i}", split=split) for i in range(3)]


def test_training_rows_are_read(corpus, trained):
    model = train([*corpus, *canary_rows("train")], recipe=SMALL_RECIPE)
    assert model.manifest["digest"] != trained.manifest["digest"]
    assert CANARY in model.lexicon
    assert all(CANARY in model.blocks[name].vocabulary for name in ("words", "mail"))


def test_test_rows_are_never_read(corpus, trained):
    model = train([*corpus, *canary_rows("test")], recipe=SMALL_RECIPE)
    assert model.manifest == trained.manifest
    assert not [word for word in words_of(model) if CANARY in word]
    assert np.array_equal(model.predict_proba(texts_of(corpus)), trained.predict_proba(texts_of(corpus)))


def test_loose_test_rows_are_never_read(corpus):
    loose = [replace(row, primary="") for row in canary_rows("test")]
    counts = count_all(corpus, loose, frozenset(), SMALL_RECIPE)
    assert [d for d in counts.documents if not d.example.primary] == []


@pytest.fixture(scope="module")
def stages(corpus):
    counts = count_all(corpus, [], corpus_lexicon(corpus, [], SMALL_RECIPE), SMALL_RECIPE)
    return counts.vocabularies, fit_stages(counts, np.arange(len(counts.documents)), SMALL_RECIPE)


def test_scikit_learn_and_arrays_agree(trained, stages):
    mails = [e for e in read_corpus()[0] if not e.text.startswith(SUBJECT)][::15]  # use leaves out a subject of routine words
    documents = []
    for e in mails:
        document = prepare(e, trained.preprocessor)
        english = english_sentences(document.sentences, trained.blocks["words"].vocabulary)
        if english:
            documents.append(replace(document, sentences=tuple(opened(english))))
    assert len(documents) >= 300
    vocabularies, fitted = stages
    outputs = fitted.output(count_known(documents, vocabularies), np.arange(len(documents)))
    for ours, theirs in zip(trained.first_stages([d.sentences for d in documents]), outputs, strict=True):
        for got, expected in zip(ours, (theirs.sentences, theirs.mentions, theirs.mail), strict=True):
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)
    scores = trained.document(np.array([o.features for o in outputs]))
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    predictions = list(trained.classify(d.example.text for d in documents))
    got = [[p.scores[label] for label in LABELS] for p in predictions]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("order", [["c", "a", "b"], [True]], ids=["three-labels", "yes-or-no"])
def test_fit_linear_is_the_scikit_learn_pipeline(order):
    rng = np.random.default_rng(0)
    x, weights = rng.normal(3, 2, (80, 5)), rng.random(80)
    y = rng.permutation((order if len(order) > 1 else [True, False]) * 40)[:80]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=2000))
    pipeline.fit(x, y, logisticregression__sample_weight=weights)
    expected = pipeline.decision_function(x)
    expected = expected[:, [list(pipeline.classes_).index(label) for label in order]] if len(order) > 1 else expected[:, None]
    np.testing.assert_allclose(fit_linear(x, y, 0.5, order, weights)(x), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("chances", "coverage", "threshold"),
    [
        pytest.param(
            [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], 0.8, 0.2, id="the second lowest of nine: 8 of 10 are at least as likely"
        ),
        pytest.param([0.4, 0.9, 0.6], 0.5, 0.6, id="the order does not matter"),
        pytest.param([0.9, 0.3], 0.95, 0.3, id="too few to leave one out"),
    ],
)
def test_possible_threshold(chances, coverage, threshold):
    rows = np.array([[p, *[(1 - p) / (len(LABELS) - 1)] * (len(LABELS) - 1)] for p in chances])
    assert possible_threshold(rows, [LABELS[0]] * len(chances), coverage) == pytest.approx(threshold)


def test_the_possible_labels_hold_the_right_one_as_often_as_they_promise(model):
    # The model in use, on mails of voices that it has not read; 634 mails leave a standard error of .009.
    test = [e for e in read_corpus()[0] if e.split == "test"]
    predictions = list(model.classify(e.text for e in test))
    held = [e.primary in p.possible or bool(set(e.also_ok) & set(p.possible)) for e, p in zip(test, predictions, strict=True)]
    assert np.mean(held) >= COVERAGE - 0.02
    assert np.mean([len(p.possible) for p in predictions]) < 2
    assert all(p.possible[0] == p.label for p in predictions)


NAMES = ["ngozichukwu", "adaobi", "xóchitl", "nguyễn", "quetzalli", "ถนอม", "khadijatou", "tāmati"]


@pytest.mark.parametrize("voice", ["one", ""], ids=["a-voice", "own-mails"])
def test_names_of_one_sender_are_in_no_byte_of_the_model(voice, corpus, tmp_path):
    assert not [name for e in corpus for name in NAMES if name in e.text.lower()]
    rows = []
    for i, name in enumerate(NAMES * 3):
        text = f"hi {name}, {name} and i spoke with {NAMES[(i + 1) % len(NAMES)]}. sorry {name}, we chose {name} for the role.\n\n{name}"
        rows.append(Example(f"names-{i}", text, "another_candidate", sentences=((0, len(text), "another_candidate"),), voice=voice))
    # Of two folds one may hold all mails of a label: which groups share a fold differs between versions of scikit-learn.
    recipe = replace(SMALL_RECIPE, folds=3)
    model = train([*corpus, *(rows if voice else [])], own=[] if voice else rows, recipe=recipe)
    content = b"\n".join(bytes_of(path) for path in save(model, tmp_path / "model").iterdir()).lower()
    assert b"sorry" in content
    forms = [form for name in NAMES for form in (name.encode(), name.encode("utf-16-le"), ascii(name)[1:-1].encode())]
    assert not [form for form in forms if form in content]


def bytes_of(path):
    """A file's bytes, those of an archive unpacked too."""
    content = path.read_bytes()
    if path.suffix != ".npz":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join([content, *(archive.read(name) for name in archive.namelist())])


def test_a_word_of_one_sender_is_not_kept(trained, corpus):
    senders = defaultdict(set)
    for e in corpus:
        if e.split == "train":
            for word in re.findall(r"[a-z]{4,}?(?=n['’]t\b)|[a-z]{4,}", e.text.lower()):
                senders[word].add(sender_of(e))
    alone = {word for word, who in senders.items() if len(who) == 1}
    assert len(alone) > 100
    words = {re.sub("^[pn]:", "", w) for name in ("words", "context", "mail") for f in trained.blocks[name].vocabulary for w in f.split()}
    # What pronouns and kin become, and the mark of a missing neighbour.
    ours = {"they", "their", "themselves", "person", "people", "parent", "spouse", "child", "sibling", "none"}
    assert sorted((alone - ours) & (words | trained.lexicon)) == []


STARTS = ["Sadly we looked at the numbers", "We sat with finance last week", "I must tell you that they met"]
UNLABELLED = [
    Example(
        f"unlabelled-{i}",
        f"Thank you for coming.\n\n{start} and the {CANARY} budget was taken away, so the role is gone.",
        "hiring_freeze",
        voice=f"unlabelled-{i}",
    )
    for i, start in enumerate(STARTS)
]


def test_a_mail_without_sentence_labels_teaches(corpus, trained):
    model = train([*corpus, *UNLABELLED[:2]], own=UNLABELLED[2:], recipe=SMALL_RECIPE)
    assert (model.manifest["mails"], model.manifest["own"]) == (trained.manifest["mails"] + 3, 1)
    words, mail = (model.blocks[name].coefficients[model.blocks[name].vocabulary[CANARY]] for name in ("words", "mail"))
    k, of_mails = len(SENTENCE_LABELS), mail[-len(LABELS) :]
    for part, labels in ((words[:k], SENTENCE_LABELS), (mail[:k], SENTENCE_LABELS), (of_mails, LABELS)):
        assert part.argmax() == labels.index("hiring_freeze")


def test_the_telling_sentence_gets_the_label(corpus):
    counts = count_all([*corpus, *UNLABELLED], [], corpus_lexicon(corpus, [], SMALL_RECIPE), SMALL_RECIPE)
    labels = [d.labels for d in counts.documents if d.example in UNLABELLED]
    assert labels == [(None, SENTENCE_LABEL_OF["hiring_freeze"])] * 3


def test_what_is_in_a_model(trained, corpus):
    assert tuple(trained.blocks) == BLOCKS
    assert trained.manifest["mails"] == sum(e.split == "train" for e in corpus)
    for name, block in trained.blocks.items():
        assert 0 < len(block.vocabulary) <= SMALL_RECIPE.limits[name]
        assert sorted(block.vocabulary.values()) == list(range(len(block.idf)))
        assert np.array_equal(block.coefficients, block.coefficients.astype(np.float16))
        assert np.array_equal(block.idf, block.idf.astype(np.float32))
