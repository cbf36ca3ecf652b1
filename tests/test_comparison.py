from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.comparison import Comparison, Difference, compare, mcnemar
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example, Prediction

S, C, V, N = "skills_gap", "cultural_fit", "vague_subjective", "not_rejection"


def mails(labels, **fields):
    return [Example(str(i), "text", label, **fields) for i, label in enumerate(labels)]


def said(labels):
    return [Prediction(label, 0.9 if label else 0.0, {}) for label in labels]


def test_compare():
    truth = [S, S, C, C, N, N, N, N]
    model = [S, S, C, S, N, N, S, N]
    other = [S, C, S, S, N, C, N, None]
    found = compare(mails(truth), said(model), said(other), ("a", "b"))
    assert (found.model, found.other, found.n, found.answered_differently) == ("a", "b", 8, 5)
    assert (found.both_right, found.only_model_right, found.only_other_right, found.both_wrong) == (2, 4, 1, 1)
    assert found.p_value == pytest.approx(2 * (1 + 5) / 2**5)
    values = {name: (d.model, d.other, d.difference) for name, d in found.differences.items()}
    assert values == {
        "reason_macro_f1": (0.733, 0.2, 0.533),  # F1 .8 and .667; .4 and 0
        "rejection_f1": (0.889, 0.889, 0),  # 4 hits, 5 said, 4 true
        "accuracy": (0.75, 0.375, 0.375),
    }
    low, high = found.differences["accuracy"].difference_95
    assert -0.25 <= low < 0.375 < high <= 1


def test_the_interval_is_paired():
    """Two models that differ on the same 10 of 100 mails: an unpaired interval would be as wide as .5 -+ .14."""
    truth, model = mails([S] * 100), said([S] * 50 + [C] * 50)
    low, high = compare(truth, model, said([S] * 40 + [C] * 60)).differences["accuracy"].difference_95
    # The share of the ten: .1 -+ 1.96 * sqrt(.1 * .9 / 100)
    assert (low, high) == pytest.approx((0.041, 0.159), abs=0.012)


def test_a_label_that_is_also_right_counts_as_right():
    found = compare(mails([S], also_ok=(C,)), said([S]), said([C]))
    assert (found.both_right, found.answered_differently) == (1, 0)


ANSWERS = st.lists(st.tuples(*(st.sampled_from(choice) for choice in (LABELS, [*LABELS, None], [*LABELS, None]))), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(ANSWERS)
def test_a_model_does_not_differ_from_itself(answers):
    truth, model, _ = zip(*answers, strict=True)
    found = compare(mails(truth), said(model), said(model))
    assert {(d.difference, d.difference_95) for d in found.differences.values()} == {(0, (0, 0))}
    assert (found.p_value, found.only_model_right, found.only_other_right, found.answered_differently) == (1, 0, 0, 0)
    assert found.verdict == "No difference: both answer every mail alike."


@settings(max_examples=25, deadline=None)
@given(ANSWERS)
def test_the_other_way_round_it_is_the_opposite(answers):
    truth, model, other = zip(*answers, strict=True)
    found, back = (compare(mails(truth), said(a), said(b)) for a, b in ((model, other), (other, model)))
    assert back.p_value == found.p_value
    assert (back.only_model_right, back.only_other_right) == (found.only_other_right, found.only_model_right)
    assert found.both_right + found.only_model_right + found.only_other_right + found.both_wrong == found.n == len(answers)
    for name, d in found.differences.items():
        assert back.differences[name].difference == -d.difference
        assert back.differences[name].difference_95 == (-d.difference_95[1], -d.difference_95[0])


@pytest.mark.parametrize(
    ("counts", "p"),
    [
        pytest.param((0, 0), 1, id="none"),
        pytest.param((1, 1), 1, id="even"),
        pytest.param((5, 0), 0.0625, id="five to none: 2 / 2**5"),
        pytest.param((6, 0), 0.03125, id="six to none: 2 / 2**6"),
        pytest.param((0, 6), 0.03125, id="none to six"),
        pytest.param((8, 2), 112 / 1024, id="eight to two: 2 * (1 + 10 + 45) / 2**10"),
    ],
)
def test_mcnemar(counts, p):
    assert mcnemar(*counts) == pytest.approx(p)


LEVEL, BETTER, WORSE = (-0.01, 0.01), (0.001, 0.02), (-0.02, -0.001)


def comparison(macro=LEVEL, rejection=LEVEL, only_model=20, only_other=20, p=1.0, differently=50):
    intervals = {"reason_macro_f1": macro, "rejection_f1": rejection, "accuracy": LEVEL}
    differences = {name: Difference(0.8, 0.8, 0.0, interval) for name, interval in intervals.items()}
    return Comparison("new", "old", 200, differences, differently, 100, only_model, only_other, 60, p)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(comparison(differently=0), "No difference: both answer every mail alike.", id="alike"),
        pytest.param(
            comparison(macro=BETTER, differently=5),
            "No difference beyond noise: too few mails are answered differently to tell.",
            id="too few",
        ),
        pytest.param(comparison(), "No difference beyond noise.", id="noise"),
        pytest.param(comparison(only_model=30, p=0.05), "No difference beyond noise.", id="not quite significant"),
        pytest.param(comparison(macro=(0.0, 0.02)), "No difference beyond noise.", id="an interval that touches 0"),
        pytest.param(
            comparison(macro=BETTER, rejection=BETTER, only_model=40, p=0.01),
            "new is better beyond noise in reason macro-F1, rejection F1 and mails right.",
            id="better",
        ),
        pytest.param(
            comparison(macro=WORSE, only_other=40, p=0.01),
            "old is better beyond noise in reason macro-F1 and mails right; no difference beyond noise in rejection F1.",
            id="worse",
        ),
        pytest.param(
            comparison(macro=BETTER, rejection=WORSE),
            "Mixed: new is better beyond noise in reason macro-F1, old in rejection F1.",
            id="mixed",
        ),
    ],
)
def test_verdict(found, verdict):
    assert found.verdict == found.as_dict()["verdict"] == verdict


def test_as_dict():
    found = comparison()
    content = found.as_dict()
    assert content["differences"]["rejection_f1"] == {"model": 0.8, "other": 0.8, "difference": 0.0, "difference_95": LEVEL}
    assert {name: content[name] for name in ("model", "other", "n", "p_value")} == {
        "model": "new",
        "other": "old",
        "n": 200,
        "p_value": 1.0,
    }
    assert replace(found, p_value=0.5).as_dict() == content | {"p_value": 0.5}


def test_as_many_predictions_as_mails():
    with pytest.raises(ValueError, match="shorter"):
        compare(mails([S, S]), said([S, S]), said([S]))
