from dataclasses import replace

import numpy as np
import pytest
from conftest import SMALL_RECIPE
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from feedback_nlp.adaptation import _moved, adapt, learn, moved_stages, outputs_of
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, SENTENCE_LABELS
from feedback_nlp.prior import log_odds, spread
from feedback_nlp.records import Example
from feedback_nlp.stages import Stages, count_known
from feedback_nlp.store import load_prior
from feedback_nlp.training import Recipe, out_of_fold, prepare, prepare_all, prior_digest

WORDING = "On reflection the seat was given to the trainee we had already promised it to."
OWN = [
    Example(f"own-{i}", f"Hello {name},\n\nThank you for coming.\n\n{WORDING}\n\nBest,\nIda", "hiring_freeze")
    for i, name in enumerate(["Ana", "Bo", "Cem", "Dee", "Eli", "Flo"])
]


@pytest.fixture(scope="module")
def mails(small_model, small_corpus):
    return prepare_all(small_corpus, small_model.preprocessor, SMALL_RECIPE)


@pytest.fixture(scope="module")
def adapted(small_model, mails):
    return adapt(small_model, small_model.prior, mails, OWN[:-1], SMALL_RECIPE, {"digest": "new"})


def test_what_is_taught_is_known_when_it_comes_again(adapted, small_model):
    text = OWN[-1].text
    column = LABELS.index("hiring_freeze")
    before, after = (model.predict_proba([text])[0] for model in (small_model, adapted.model))
    assert LABELS[int(before.argmax())] != "hiring_freeze"
    assert LABELS[int(after.argmax())] == "hiring_freeze"
    assert after[column] > before[column] + 0.2


def test_the_rest_is_hardly_touched(adapted, small_model, small_corpus):
    texts = [e.text for e in small_corpus if e.split == "train"]
    before, after = (model.predict(texts) for model in (small_model, adapted.model))
    assert (before != after).mean() <= 0.05


def test_an_adapted_model_has_the_same_columns(adapted, small_model):
    assert adapted.model.vocabularies == small_model.vocabularies
    assert adapted.model.lexicon == small_model.lexicon
    assert adapted.model.prior is None
    assert (adapted.model.manifest["digest"], adapted.model.manifest["mails"]) == ("new", len(adapted.mails) + len(OWN) - 1)
    for name, block in adapted.model.blocks.items():
        assert np.array_equal(block.idf, small_model.blocks[name].idf)
        assert np.array_equal(block.coefficients, np.asarray(block.coefficients).astype(np.float16))


def test_held_out_rows(adapted, mails):
    assert [e.id for e in adapted.own] == [e.id for e in OWN[:-1]]
    assert [e.id for e in adapted.mails] == [d.example.id for d in mails]
    assert adapted.of_own.shape == (len(OWN) - 1, len(LABELS))
    np.testing.assert_allclose(adapted.of_own.sum(axis=1), 1)


def test_a_held_out_row_does_not_know_its_own_label(small_model):
    others = [replace(e, primary="hiring_freeze") for e in OWN[:3]]
    alone = Example("own-9", "The bakery burned down and the quillowby with it.", "hiring_freeze")
    told = [
        learn(small_model, small_model.prior, [*others, replace(alone, primary=p)], SMALL_RECIPE) for p in ("hiring_freeze", "skills_gap")
    ]
    first, second = (learnt.held_out[-1] for learnt in told)
    assert np.array_equal(first.mail, second.mail)
    assert np.array_equal(first.sentences, second.sentences)


def test_one_row_alone_is_judged_by_the_shipped_model(small_model):
    learnt = learn(small_model, small_model.prior, OWN[:1], SMALL_RECIPE)
    (_, _, mail), *_ = small_model.first_stages([learnt.documents[0].sentences])
    np.testing.assert_allclose(learnt.held_out[0].mail, mail, atol=1e-6)


def test_marked_evidence_teaches(small_model):
    start = OWN[0].text.index("Thank")
    marked = replace(OWN[0], evidence=("Thank you for coming.",))
    document = prepare(marked, small_model.preprocessor)
    labels = {s.start: label for s, label in zip(document.sentences, document.labels, strict=True) if label}
    assert labels == {start: "hiring_freeze"}
    guessed = learn(small_model, small_model.prior, OWN[:1], SMALL_RECIPE).documents[0]
    assert [label for label in guessed.labels if label] == ["hiring_freeze"]


def test_weight_0_moves_nothing(small_model, mails):
    stages = Stages.of(small_model)
    documents = prepare_all(OWN, small_model.preprocessor, replace(SMALL_RECIPE, own_weight=0.0))
    counts = count_known(documents, small_model.vocabularies)
    moved = moved_stages(stages, small_model.prior, counts, np.arange(len(documents)), SMALL_RECIPE)
    assert np.array_equal(moved.mail.coef_, stages.mail.coef_)


def test_a_stage_that_was_left_out_stays_so(small_model):
    before = Stages.of(small_model)
    after = learn(small_model, small_model.prior, OWN, replace(SMALL_RECIPE, mail_c=0.0)).stages
    assert np.array_equal(after.mail.coef_, before.mail.coef_)
    assert not np.array_equal(after.sentence.coef_, before.sentence.coef_)


def test_what_a_sentence_mentions_is_learnt_where_it_is_known(model):
    """A row without secondary reasons says that its sentence mentions none; one with a reason does not say which sentence does."""
    text = "Thank you for coming. The seat was given to the trainee, who has run a loom for years."
    start, prior = Stages.of(model), load_prior(prior_digest(model.manifest))
    chances = []
    for secondary in ((), ("skills_gap",)):
        rows = [Example(f"own-{i}", text, "another_candidate", secondary=secondary) for i in range(12)]
        counts = count_known(prepare_all(rows[:1], model.preprocessor, Recipe()), model.vocabularies)
        for stages in (start, learn(model, prior, rows, Recipe()).stages):
            (output,) = stages.output(counts, np.array([0]))
            chances.append(output.mentions[-1, CONCRETE_REASONS.index("skills_gap")])
    before, without, _, unknown = chances
    assert without < before == unknown


@pytest.mark.parametrize("classes", [("a", "b", "c"), (False, True)], ids=["three labels", "yes or no"])
def test_moving_from_nothing_is_logistic_regression(classes):
    rng = np.random.default_rng(0)
    x, y = csr_matrix(rng.normal(size=(60, 4))), rng.choice(classes, 60)
    weights = rng.uniform(0.5, 2, 60)
    start = LogisticRegression()
    start.classes_ = np.array(classes)
    rows = len(classes) if len(classes) > 2 else 1
    start.coef_, start.intercept_ = np.zeros((rows, 4)), np.zeros(rows)
    expected = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-8).fit(x, y, sample_weight=weights).coef_
    np.testing.assert_allclose(_moved(start, (x, y, weights), np.full(4, 2.0)).coef_, expected, atol=5e-3)


def test_what_is_kept_of_the_corpus(small_model, small_corpus, mails):
    prior = small_model.prior
    counts = count_known(mails, small_model.vocabularies)
    assert len(prior.sentences) == sum(len(d.sentences) for d in mails)
    assert len(prior.mail_energies) == counts.matrices["mail"].shape[1]
    for kept, output in zip(outputs_of(prior, mails), out_of_fold(counts, SMALL_RECIPE), strict=True):
        assert kept.sentences.shape == output.sentences.shape
    assert 0 < spread(prior.mails) < 0.25
    with pytest.raises(ValueError, match=r"\d+ mails of \d+ sentences, not \d+ of \d+$"):
        outputs_of(prior, mails[:-1])


def test_probabilities_survive_being_kept():
    p = np.array([[0.0, 1e-4, 0.3, 0.9995, 1.0]])
    kept = log_odds(p)
    assert kept.dtype == np.float16
    np.testing.assert_allclose(1 / (1 + np.exp(-kept.astype(float))), np.clip(p, 1e-4, 1 - 1e-4), rtol=2e-3)


def test_stages_of_a_model(small_model, mails):
    counts = count_known(mails[:20], small_model.vocabularies)
    for ours, output in zip(
        small_model.first_stages([d.sentences for d in mails[:20]]), Stages.of(small_model).output(counts, np.arange(20)), strict=True
    ):
        for got, expected in zip(ours, (output.sentences, output.mentions, output.mail), strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-6)
    assert set(Stages.of(small_model).sentence.classes_) == set(SENTENCE_LABELS)
