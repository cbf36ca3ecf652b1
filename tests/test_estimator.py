import pickle

import numpy as np
import pytest
from conftest import SMALL_RECIPE
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.estimator_checks import check_estimator

from feedback_nlp import FeedbackClassifier
from feedback_nlp.estimator import SentenceTokens
from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS

ESTIMATORS = [SentenceTokens(), FeedbackClassifier(with_corpus=False, recipe=SMALL_RECIPE)]
TEXTS = ["We chose another candidate.", "The role was put on hold.\n\nBest,\nIda"]
both = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)


@pytest.fixture(scope="module")
def mails(small_corpus):
    return [e for e in small_corpus if e.split == "train"][::3]


@pytest.fixture(scope="module")
def little_corpus(mails):
    """What `with_corpus=True` reads, made small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedback_nlp.examples.read_corpus", lambda: (mails, []))
        yield


@pytest.fixture(scope="module")
def fitted(little_corpus):
    return FeedbackClassifier(recipe=SMALL_RECIPE).fit(TEXTS, ["another_candidate", "hiring_freeze"])


# scikit-learn's own checks


@both
def test_check_estimator(estimator):
    """scikit-learn knows by the tags that the input is no array of numbers, says so, and leaves out what needs one."""
    with pytest.warns(SkipTestWarning, match="Can't test estimator .* which requires input  of type"):
        results = check_estimator(estimator, on_fail="raise", on_skip=None)
    assert {result["status"] for result in results} == {"passed"}


APPLICABLE = """
    check_do_not_raise_errors_in_init_or_set_params check_estimator_cloneable check_estimator_repr check_estimator_tags_renamed
    check_estimators_unfitted check_fit1d check_get_params_invariance check_mixin_order check_n_features_in_after_fitting
    check_no_attributes_set_in_init check_nonsquare_error check_parameters_default_constructible check_set_params
    check_supervised_y_no_nan check_valid_tag_types
""".split()


@both
@pytest.mark.parametrize("check", APPLICABLE)
def test_checks_that_need_no_numbers(check, estimator):
    """Those that check_estimator leaves out although they need no array of numbers that could be fitted."""
    getattr(estimator_checks, check)(type(estimator).__name__, clone(estimator))


@both
def test_tags(estimator):
    tags = get_tags(estimator).input_tags
    assert (tags.string, tags.two_d_array) == (True, False)
    assert is_classifier(estimator) == isinstance(estimator, FeedbackClassifier)


@pytest.mark.parametrize(
    ("estimator", "change"),
    [
        pytest.param(SentenceTokens(), {"least_texts": 7}, id="SentenceTokens"),
        pytest.param(FeedbackClassifier(), {"with_corpus": False, "recipe": SMALL_RECIPE}, id="FeedbackClassifier"),
    ],
)
def test_parameters(estimator, change):
    changed = clone(estimator).set_params(**change)
    assert changed.get_params() == change != estimator.get_params()
    assert clone(changed).get_params() == change
    with pytest.raises(ValueError, match="Invalid parameter 'colour'"):
        changed.set_params(colour="red")


# errors


@pytest.mark.parametrize(
    ("x", "message"),
    [
        pytest.param("We chose another.", r"one string was given, not a list of texts; put it in a list: \[text\]", id="string"),
        pytest.param([], r"0 sample\(s\): give at least one text", id="empty"),
        pytest.param(np.array([], dtype=str), r"0 sample\(s\): give at least one text", id="empty-array"),
        pytest.param(None, r"0 sample\(s\): give at least one text", id="none"),
        pytest.param(["No.", 7], "item 1 is int, not a text", id="number"),
        pytest.param(["No.", None], "item 1 is NoneType, not a text", id="missing"),
        pytest.param([b"No."], "item 0 is bytes, not a text", id="bytes"),
        pytest.param([["No."]], "item 0 is list, not a text", id="nested"),
        pytest.param(np.ones((2, 2)), "item 0 is ndarray, not a text", id="numbers"),
    ],
)
def test_input_that_is_no_list_of_texts(x, message, fitted):
    tokens = SentenceTokens(least_texts=1).fit(TEXTS)
    for method in (SentenceTokens().fit, tokens.transform, fitted.predict, fitted.predict_proba):
        with pytest.raises(ValueError, match=message):
            method(x)
    with pytest.raises(ValueError, match=message):
        FeedbackClassifier(with_corpus=False, recipe=SMALL_RECIPE).fit(x, ["hiring_freeze"])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        pytest.param(
            ["hiring_freeze", "ghosted"], "unknown label 'ghosted': the labels are skills_gap, cultural_fit, .*not_rejection$", id="unknown"
        ),
        pytest.param([0, 1], "unknown label '0': the labels are", id="numbers"),
        pytest.param(["hiring_freeze"], "2 texts but 1 labels", id="too-few"),
        pytest.param(["hiring_freeze"] * 3, "2 texts but 3 labels", id="too-many"),
    ],
)
def test_labels_that_do_not_fit(y, message):
    with pytest.raises(ValueError, match=message):
        FeedbackClassifier(with_corpus=False, recipe=SMALL_RECIPE).fit(TEXTS, y)


@pytest.mark.parametrize(
    "use",
    [SentenceTokens().transform, FeedbackClassifier().predict, FeedbackClassifier().predict_proba],
    ids=["transform", "predict", "predict_proba"],
)
def test_not_fitted(use):
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        use(TEXTS)


# what they do


@pytest.mark.parametrize(
    "make", [list, tuple, np.array, lambda texts: np.array(texts, dtype=object), iter], ids=["list", "tuple", "str", "object", "iter"]
)
def test_sentence_tokens(make):
    texts = ["The crane is idle.", "Ada saw the idle crane. Idle!"]
    tokens = SentenceTokens(least_texts=1).fit(make(texts)).transform(make(texts))
    assert tokens == [[["the", "crane", "is", "idle", "."]], [["<name>", "saw", "the", "idle", "crane", "."], ["idle", "!"]]]


def test_the_lexicon_holds_what_enough_texts_use():
    fitted = SentenceTokens(least_texts=2).fit(["The crane is idle.", "Ada saw the crane."])
    assert fitted.lexicon_ == {"the", "crane"}
    assert SentenceTokens(least_texts=1).fit(["Ada saw."]).lexicon_ == {"saw"}


def words(mail):
    return [token for sentence in mail for token in sentence]


def test_sentence_tokens_in_a_pipeline(mails):
    pipeline = make_pipeline(SentenceTokens(least_texts=2), TfidfVectorizer(analyzer=words), LogisticRegression(C=100, max_iter=500))
    texts, labels = [e.text for e in mails], [e.primary for e in mails]
    assert pipeline.fit(texts, labels).score(texts, labels) > 0.9
    assert clone(pipeline).set_params(sentencetokens__least_texts=5).get_params()["sentencetokens__least_texts"] == 5


def test_fit_and_predict(fitted):
    assert list(fitted.classes_) == list(LABELS)
    probabilities = fitted.predict_proba(TEXTS)
    assert probabilities.shape == (2, 6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert list(fitted.predict(TEXTS)) == [LABELS[i] for i in probabilities.argmax(axis=1)]
    assert fitted.model_.manifest["own"] == 2


def test_a_classifier_in_a_pipeline_with_scorers(little_corpus, mails):
    texts, labels = [e.text for e in mails], [e.primary for e in mails]
    pipeline = make_pipeline(FeedbackClassifier(recipe=SMALL_RECIPE)).fit(texts[:2], labels[:2])
    assert pipeline.score(texts, labels) == np.mean(pipeline.predict(texts) == labels) > 0.5
    assert get_scorer("f1_macro")(pipeline, texts, labels) > 0.5


def test_a_fitted_classifier_can_be_pickled_and_cloned(fitted):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    assert not hasattr(clone(fitted), "model_")


def test_without_the_corpus(small_corpus, monkeypatch):
    monkeypatch.setattr("feedback_nlp.examples.read_corpus", read_corpus)  # the true one: its loose sentences teach
    mails = [e for e in small_corpus if e.split == "train"]
    texts, labels = [e.text for e in mails], [e.primary for e in mails]
    alone = FeedbackClassifier(with_corpus=False, recipe=SMALL_RECIPE).fit(texts, labels)
    assert alone.score(texts, labels) > 0.5
