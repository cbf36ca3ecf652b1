import json

import pytest

from feedback_nlp.drift import FEWEST, ON_TEST, Drift, drift_of, drift_on, is_unusual, unknown_share, words_of
from feedback_nlp.examples import read_corpus
from feedback_nlp.overview import render_drift
from tests.journals import journal_of

PLAIN = "We have chosen another candidate for the post, and we thank you for your interest in it and for your time with us."
ODD = "zworb glimf krell dorvan spliff"


def test_the_reference_is_what_the_shipped_model_says_of_the_test_split(model):
    texts = [example.text for example in read_corpus()[0] if example.split == "test"]
    assert drift_on(model, texts) == ON_TEST


@pytest.mark.parametrize(
    ("text", "share"),
    [
        pytest.param(PLAIN, 0.0, id="known words"),
        pytest.param(f"{PLAIN} {ODD}", 5 / 28, id="some unknown"),
        pytest.param(f"We chose {ODD}.", 5 / 20, id="few words count as 20"),
        pytest.param("Zworb Ltd 12345 https://zworb.example", 0.0, id="names, numbers and links are no words"),
        pytest.param("", 0.0, id="nothing"),
    ],
)
def test_unknown_words(text, share, model):
    assert unknown_share(model, words_of(model, text)) == pytest.approx(share)
    assert is_unusual(model, model.preprocessor(text)) is (share > 0.05)


@pytest.mark.parametrize(
    ("drift", "differences"),
    [
        pytest.param(ON_TEST, (), id="as on the test split"),
        pytest.param(Drift(5, 5, 5), (), id="five mails, all of them"),
        pytest.param(Drift(FEWEST - 1, FEWEST - 1, FEWEST - 1), (), id="one too few"),
        pytest.param(Drift(FEWEST, FEWEST, FEWEST), ("unsure", "unusual"), id="enough, all of them"),
        pytest.param(Drift(20, 7, 1), (), id="the usual shares"),
        pytest.param(Drift(20, 11, 4), (), id="more, and it may be chance"),
        pytest.param(Drift(40, 25, 3), ("unsure",), id="unsure"),
        pytest.param(Drift(40, 15, 10), ("unusual",), id="unusual"),
        pytest.param(Drift(5_000, 1_900, 450), (), id="a small difference, however certain"),
        pytest.param(Drift(), (), id="nothing"),
    ],
)
def test_differences(drift, differences):
    assert drift.differences == differences


def test_the_rejections_of_a_journal(tmp_path):
    answers = {
        "k1": ("model", ["skills_gap", "cultural_fit"], True),
        "k2": ("model", ["skills_gap"], False),
        "k3": ("human", ["skills_gap"], True),
        "k4": ("model", ["not_rejection", "skills_gap"], True),
        "k5": ("model", ["skills_gap"], True),
    }
    rejection = {"rejection": 1}
    messages = [rejection, rejection, rejection, {}, rejection | {"sent": 1, "own": 1}, rejection | {"key": "k1"}]
    with journal_of(tmp_path, *messages) as journal:
        for key, (source, possible, unusual) in answers.items():
            journal.keep(key, {"label_source": source, "possible": possible, "unusual": unusual})
        assert drift_of(journal) == Drift(rejections=2, unsure=1, unusual=1)
        json.dumps(drift_of(journal).__dict__)


def test_the_note(tmp_path):
    assert list(render_drift(Drift(40, 25, 10), ["my mail.mbox", "b\x1b[2J.zip"])) == [
        "More rejections than usual are unsure: 62%, where 29% were when the model was tested.",
        "More rejections than usual are in words that the model does not know: 25%, where 8% were when the model was tested.",
        "Teach it yours, 10 answers help most: feedback-nlp review 'my mail.mbox' 'b[2J.zip'",
    ]
    assert list(render_drift(ON_TEST, ["in.mbox"])) == []
