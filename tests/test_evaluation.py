import json

import pytest

from feedback_nlp.evaluation import Evaluation, Measured, evaluate
from feedback_nlp.metrics import Bin, Covered, LabelScore, figures, share_interval
from feedback_nlp.records import Example, Prediction

S, C, N = "skills_gap", "cultural_fit", "not_rejection"


def mail(label, words=5, register="", **fields):
    return Example("1", "word " * words, label, register=register, **fields)


def said(label, confidence=0.9):
    return Prediction(label, confidence, {label: confidence})


TRUTH = [mail(S, register="ats"), mail(S, register="ats"), mail(C, register="chat"), mail(N, register="ats"), mail(N)]
SAID = [said(S, 0.9), said(C, 0.6), said(C, 0.8), said(N, 0.9), said(S, 0.3)]


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate(TRUTH, SAID)


def test_the_figures_are_those_of_metrics(found):
    assert found.figures == figures(TRUTH, SAID)


def test_overall(found):
    assert (found.overall.n, found.overall.rejections) == (5, 3)
    assert found.overall.accuracy == Measured(0.6, tuple(round(x, 3) for x in share_interval(3, 5)))
    assert found.overall.reason_accuracy.value == 0.667
    assert found.overall.reason_macro_f1 == Measured(0.667, None)
    assert found.overall.rejection_f1 == Measured(0.857, None)  # 3 hits, 4 said, 3 true


@pytest.mark.parametrize(("rejections", "there"), [(19, False), (20, True)])
def test_an_f1_has_an_interval_from_20_rejections_on(rejections, there):
    overall = evaluate([mail(S)] * rejections + [mail(N)] * 10, [said(S)] * (rejections + 10)).overall
    assert [m.interval is not None for m in (overall.reason_macro_f1, overall.rejection_f1)] == [there, there]
    assert overall.accuracy.interval is not None


def test_the_headline_interval_is_the_one_of_the_figures(model, small_corpus):
    test = [e for e in small_corpus if e.split == "test"]
    found = evaluate(test, list(model.classify(e.text for e in test)))
    assert list(found.overall.reason_macro_f1.interval) == found.figures["reason_macro_f1_95"]


def test_by_label_and_confusion(found):
    assert found.by_label[S] == LabelScore(2, 0.5, 0.5, 0.5)
    assert found.by_label[N] == LabelScore(2, 1.0, 0.5, 0.667)
    assert {answer: n for answer, n in found.confusion[S].items() if n} == {S: 1, C: 1}


def test_calibration_and_risk_coverage(found):
    assert found.calibration[9] == Bin(0.9, 1.0, 2, 0.9, 1.0, tuple(round(x, 3) for x in share_interval(2, 2)))
    assert found.risk_coverage == (Covered(0.4, 1.0, 0.9), Covered(0.6, 1.0, 0.8), Covered(0.8, 0.75, 0.6), Covered(1.0, 0.6, 0.3))
    assert found.risk_coverage_area == 0.13  # (.25 + .4) / 5


def test_the_curve_has_a_point_for_each_percent_at_most():
    few = evaluate([mail(S)] * 100, [said(S, (i + 1) / 100) for i in range(100)]).risk_coverage
    many = evaluate([mail(S)] * 1000, [said(S, (i + 1) / 1000) for i in range(1000)]).risk_coverage
    assert [point.coverage for point in few] == pytest.approx([(i + 1) / 100 for i in range(100)])
    assert len(many) == 101
    assert many[-1] == Covered(1.0, 1.0, 0.001)


def test_groups_by_register_the_largest_first(found):
    assert {name: (g.n, g.rejections, g.accuracy.value) for name, g in found.by_register.items()} == {
        "ats": (3, 2, 0.667),
        "chat": (1, 1, 1),
    }
    assert list(found.by_register) == ["ats", "chat"]


def test_a_group_without_rejections_has_no_figures_of_reasons():
    group = evaluate([mail(N, register="system")], [said(S)]).by_register["system"]
    assert (group.n, group.accuracy.value) == (1, 0)
    assert (group.reason_macro_f1, group.reason_accuracy, group.rejection_f1) == (None, None, None)


def test_groups_by_length():
    found = evaluate([mail(S, words) for words in (120, 39, 40, 119, 1, 500)], [said(S)] * 6)
    assert {name: group.n for name, group in found.by_length.items()} == {"under 40": 2, "40 to 119": 2, "120+": 2}
    assert list(found.by_length) == ["under 40", "40 to 119", "120+"]
    assert list(evaluate([mail(S, 50)], [said(S)]).by_length) == ["40 to 119"]


def test_a_label_that_is_also_right_counts_as_right_everywhere():
    found = evaluate([mail(S, register="ats", also_ok=(C,))], [said(C)])
    assert found.overall.accuracy.value == found.by_register["ats"].accuracy.value == found.by_label[S].recall == 1
    assert found.calibration[9].right == found.risk_coverage[0].accuracy == 1
    assert found.confusion[S][S] == 1


def test_the_digest_names_mails_and_labels_in_whatever_order():
    rows = [Example("1", "a", S), Example("2", "b", C)]
    digest = evaluate(rows, [said(S)] * 2).data_digest
    assert len(digest) == 12
    assert evaluate([Example("9", "b", C), Example("8", "a", S)], [said(N)] * 2).data_digest == digest
    for other in (Example("1", "a!", S), Example("1", "a", N), Example("1", "a", S, (C,)), Example("1", "a", S, also_ok=(C,))):
        assert evaluate([other, rows[1]], [said(S)] * 2).data_digest != digest


def test_as_dict_is_json_with_the_figures_at_its_top(found):
    content = found.as_dict()
    assert json.loads(json.dumps(content))["overall"]["accuracy"]["value"] == 0.6
    assert content.items() >= found.figures.items()
    assert set(content) - set(found.figures) == {
        "data_digest",
        "overall",
        "by_label",
        "confusion",
        "calibration",
        "risk_coverage",
        "risk_coverage_area",
        "by_register",
        "by_length",
    }


def test_as_many_predictions_as_mails():
    with pytest.raises(ValueError, match="shorter"):
        evaluate(TRUTH, SAID[:-1])
