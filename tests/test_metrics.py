import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import (
    Bin,
    Covered,
    LabelScore,
    accuracy,
    bootstrap_interval,
    calibration_bins,
    calibration_error,
    confusion,
    evidence_found,
    f1,
    figures,
    label_f1,
    label_scores,
    macro_f1,
    pairs_of,
    reason_macro_f1,
    rejection_f1,
    risk_coverage,
    risk_coverage_area,
    share,
    share_interval,
)
from feedback_nlp.records import Evidence, Example, Prediction

S, C, A, H, V, N = "skills_gap", "cultural_fit", "another_candidate", "hiring_freeze", "vague_subjective", "not_rejection"


@pytest.mark.parametrize(("counts", "value"), [((0, 0, 0), 0), ((0, 3, 2), 0), ((1, 2, 2), 0.5), ((3, 4, 6), 0.6), ((2, 2, 2), 1)])
def test_f1(counts, value):
    assert f1(*counts) == pytest.approx(value)


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        pytest.param([(S, S), (C, C)], 1, id="all right"),
        pytest.param([(S, C), (C, S)], 0, id="all wrong"),
        # skills_gap: 1 hit, 1 said, 2 true: 2/3; cultural_fit: 1 hit, 2 said, 1 true: 2/3
        pytest.param([(S, S), (S, C), (C, C)], 2 / 3, id="one wrong"),
        pytest.param([(S, S), (S, A)], 2 / 3, id="a label absent from the truth does not count"),
        pytest.param([(S, None), (C, C)], 0.5, id="not judged"),
        pytest.param([], 0, id="none"),
    ],
)
def test_macro_f1(pairs, value):
    assert macro_f1(pairs, (S, C, A)) == pytest.approx(value)


def test_reason_macro_f1_reads_true_rejections_only():
    assert reason_macro_f1([(S, S), (N, S), (N, S)]) == 1
    assert reason_macro_f1([(S, S), (S, N)]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        pytest.param([(S, C), (N, N)], 1, id="a wrong reason is a rejection all the same"),
        pytest.param([(S, S), (N, S)], 2 / 3, id="false alarm"),
        pytest.param([(S, S), (S, N), (N, N)], 2 / 3, id="missed"),
        pytest.param([(S, S), (S, None)], 2 / 3, id="not judged"),
    ],
)
def test_rejection_f1(pairs, value):
    assert rejection_f1(pairs) == pytest.approx(value)


def test_accuracy_is_over_all_mails():
    assert accuracy([(S, S), (S, C), (N, N), (N, None)]) == 0.5


PAIRS = [(S, S), (S, S), (S, C), (C, C), (N, S), (N, N), (N, None)]
PAIRS_OF_ALL = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, None])), min_size=1)


def test_label_scores():
    assert label_scores(PAIRS) == {
        S: LabelScore(3, pytest.approx(2 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3)),  # 2 hits, 3 said, 3 true
        C: LabelScore(1, 0.5, 1.0, pytest.approx(2 / 3)),  # 1 hit, 2 said, 1 true
        A: LabelScore(0, None, None, None),
        H: LabelScore(0, None, None, None),
        V: LabelScore(0, None, None, None),
        N: LabelScore(3, 1.0, pytest.approx(1 / 3), 0.5),  # 1 hit, 1 said, 3 true
    }


def test_label_scores_that_nothing_speaks_to():
    found = label_scores([(S, C)])
    assert found[S] == LabelScore(1, None, 0.0, 0.0)  # never said: no precision
    assert found[C] == LabelScore(0, 0.0, None, 0.0)  # never true: no recall


@given(PAIRS_OF_ALL)
def test_label_scores_agree_with_the_other_figures(pairs):
    found = label_scores(pairs)
    assert sum(score.support for score in found.values()) == len(pairs)
    assert all((score.f1 or 0) == pytest.approx(label_f1(pairs, label)) for label, score in found.items())


def test_confusion():
    nothing = dict.fromkeys([*LABELS, "not_judged"], 0)
    assert confusion(PAIRS) == {
        S: nothing | {S: 2, C: 1},
        C: nothing | {C: 1},
        A: nothing,
        H: nothing,
        V: nothing,
        N: nothing | {S: 1, N: 1, "not_judged": 1},
    }


@given(PAIRS_OF_ALL)
def test_the_diagonal_of_the_confusion_is_what_is_right(pairs):
    found = confusion(pairs)
    assert sum(sum(row.values()) for row in found.values()) == len(pairs)
    assert sum(found[label][label] for label in LABELS) / len(pairs) == pytest.approx(accuracy(pairs))


def test_bootstrap_interval():
    def share(pairs):
        return sum(t == p for t, p in pairs) / len(pairs)

    assert bootstrap_interval([(S, S)] * 5, share) == (1, 1)
    mixed = [(S, S)] * 50 + [(S, C)] * 50
    low, high = bootstrap_interval(mixed, share)
    assert (low, high) == bootstrap_interval(mixed, share)
    # The normal approximation is .5 -+ 1.96 * sqrt(.25 / 100) = .402 to .598
    assert low == pytest.approx(0.402, abs=0.03)
    assert high == pytest.approx(0.598, abs=0.03)


@pytest.mark.parametrize(
    ("sure", "value"),
    [
        pytest.param([(1.0, True)], 0, id="perfect"),
        pytest.param([(0.95, True), (0.85, False)], 0.45, id="two bins: (.05 + .85) / 2"),
        pytest.param([(0.91, True), (0.95, False)], 0.43, id="one bin: |1.86 - 1| / 2"),
        pytest.param([(0.95, True), (1.0, True)], 0.025, id="1.0 is in the last bin"),
    ],
)
def test_calibration_error(sure, value):
    assert calibration_error(sure) == pytest.approx(value)


def test_calibration_bins():
    found = calibration_bins([(0.95, True), (0.91, False), (1.0, True), (0.3, False)])
    assert [(b.low, b.high) for b in found] == [(i / 10, (i + 1) / 10) for i in range(10)]
    assert {b.low: b.n for b in found if b.n} == {0.3: 1, 0.9: 3}
    assert found[0] == Bin(0.0, 0.1, 0, None, None, None)
    assert found[9] == Bin(0.9, 1.0, 3, pytest.approx(2.86 / 3), pytest.approx(2 / 3), share_interval(2, 3))


@pytest.mark.parametrize(
    ("hits", "n", "interval"),
    [  # (p + z²/2n -+ z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96
        pytest.param(8, 10, (0.490, 0.943), id="some"),
        pytest.param(0, 10, (0, 0.278), id="none"),
        pytest.param(10, 10, (0.722, 1), id="all"),
    ],
)
def test_share_interval(hits, n, interval):
    assert share_interval(hits, n) == pytest.approx(interval, abs=0.0005)


@pytest.mark.parametrize(
    ("hits", "n", "shown"),
    [
        (0, 0, "0 of 0"),
        (3, 5, "3 of 5"),
        (19, 19, "19 of 19"),
        (8, 20, "8 of 20 (40 %, 95 % interval 22 to 61 %)"),
        (0, 20, "0 of 20 (0 %, 95 % interval 0 to 16 %)"),
        (20, 20, "20 of 20 (100 %, 95 % interval 84 to 100 %)"),
    ],
)
def test_share(hits, n, shown):
    assert str(share(hits, n)) == shown
    assert share(hits, n).counts == f"{hits} of {n}"
    assert share(hits, n).interval == (share_interval(hits, n) if n >= 20 else None)


def test_risk_coverage():
    curve = risk_coverage([(0.5, False), (0.9, True), (0.7, False), (0.8, True)])
    assert curve == [Covered(0.25, 1, 0.9), Covered(0.5, 1, 0.8), Covered(0.75, pytest.approx(2 / 3), 0.7), Covered(1, 0.5, 0.5)]
    assert risk_coverage_area(curve) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_risk_coverage_takes_the_equally_sure_together():
    curve = risk_coverage([(0.9, True), (0.9, False), (0.2, True)])
    assert curve == [Covered(pytest.approx(2 / 3), 0.5, 0.9), Covered(1, pytest.approx(2 / 3), 0.2)]
    assert risk_coverage_area(curve) == pytest.approx(2 / 3 * 1 / 2 + 1 / 3 * 1 / 3)


@pytest.mark.parametrize(("right", "area"), [(True, 0), (False, 1)])
def test_risk_coverage_area_of_all_right_and_all_wrong(right, area):
    assert risk_coverage_area(risk_coverage([(0.1, right), (0.6, right), (0.6, right)])) == pytest.approx(area)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1), st.randoms())
def test_curves_do_not_depend_on_the_order(sure, chance):
    shuffled = random.Random(chance.random()).sample(sure, len(sure))
    assert risk_coverage(sure) == risk_coverage(shuffled)
    assert calibration_error(sure) == pytest.approx(calibration_error(shuffled))
    last = risk_coverage(sure)[-1]
    assert (last.coverage, last.accuracy) == (1, sum(right for _, right in sure) / len(sure))
    assert sum(b.n for b in calibration_bins(sure)) == len(sure)


@pytest.mark.parametrize(
    ("gold", "quoted", "found"),
    [
        pytest.param(["we chose Ann"], ["We chose Ann!"], True, id="all, case and marks aside"),
        pytest.param(["one two three four"], ["one two"], True, id="half"),
        pytest.param(["one two three four"], ["one"], False, id="less than half"),
        pytest.param(["no no"], ["no"], True, id="a word counts as often as it stands: half"),
        pytest.param(["no no no"], ["no"], False, id="a word counts as often as it stands: a third"),
        pytest.param(["one", "two"], ["two one"], True, id="over several quotes"),
        pytest.param(["one two"], ["one two" + " x" * 44], True, id="46 words for 2"),
        pytest.param(["one two"], ["one two" + " x" * 45], False, id="47 words for 2"),
        pytest.param(["one"], [], False, id="none"),
    ],
)
def test_evidence_found(gold, quoted, found):
    assert evidence_found(gold, quoted) is found


def scores(label, p):
    return {name: p if name == label else (1 - p) / 5 for name in (S, C, A, H, V, N)}


def said(label, p, quotes=(), secondary=()):
    return Prediction(label, p, scores(label, p), secondary, tuple(Evidence(q, 0, len(q), 0.9) for q in quotes))


TRUTH = [
    Example("1", "You lack\nGo. We also froze.", S, (H,), ("You lack\nGo.",)),
    Example("2", "Not our style.", C, (A,), ("Not our style.",)),
    Example("3", "We chose Ann.", A),
    Example("4", "Come and see us.", N),
    Example("5", "We got your mail.", N),
    Example("6", "No.", V),
]
SAID = [
    said(S, 0.95, ["You lack Go."], (H, C)),
    said(V, 0.65, ["Not our culture."]),
    said(N, 0.55),
    said(S, 0.75, ["Come and see us."]),
    said(N, 0.85),
    Prediction(None, 0.0, {}, note="?"),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 6),
        ("reason_macro_f1", 0.25),  # over four reasons: 1, 0, 0, 0
        ("reason_accuracy", 0.25),  # 1 of 4
        ("rejection_f1", 0.571),  # 2 hits, 3 said, 4 true: 4/7
        ("false_alarms", 1),
        ("missed_rejections", 2),
        ("accuracy_of_surest_80_percent", 0.4),  # the surest 5: .95 right, .85 right, .75, .65, .55 wrong
        ("calibration_error", 0.358),  # (.05 + .15 + .75 + .65 + .55 + 0) / 6
        ("evidence_hit", 1.0),  # of 1: the only right one with gold evidence
        ("evidence_verbatim", 0.667),  # 2 of 3, line ends aside
        ("secondary_f1", 0.5),  # 1 hit, 2 said, 2 true
        ("contract_breaks", 0),
        (
            "recall",
            {S: "1/1", C: "0/1", A: "0/1", V: "0/1", N: "1/2"},
        ),
    ],
)
def test_figures(name, value):
    assert figures(TRUTH, SAID)[name] == value


def test_figures_that_nothing_speaks_to_are_none():
    found = figures([Example("1", "x", N)], [said(N, 0.9)])
    assert {name for name, value in found.items() if value is None} == {
        *("reason_macro_f1", "reason_macro_f1_95", "reason_accuracy", "rejection_f1"),
        *("evidence_hit", "evidence_verbatim", "secondary_f1"),
    }


@pytest.mark.parametrize(("rejections", "interval"), [pytest.param(19, None, id="too few"), pytest.param(20, [1.0, 1.0], id="just enough")])
def test_an_f1_of_few_rejections_has_no_interval(rejections, interval):
    truth = [Example(str(n), "x", S) for n in range(rejections)] + [Example("n", "x", N)] * 5
    found = figures(truth, [said(e.primary, 0.9) for e in truth])
    assert (found["reason_macro_f1"], found["reason_macro_f1_95"]) == (1.0, interval)


@pytest.mark.parametrize(
    ("true", "told", "value"),
    [((), (), None), ((), (H,), None), ((H,), (), 0.0), ((H,), (H,), 1.0)],
    ids=["none", "none, and one told", "missed", "found"],
)
def test_secondary_f1(true, told, value):
    assert figures([Example("1", "x", S, true)], [said(S, 0.9, secondary=told)])["secondary_f1"] == value


@pytest.mark.parametrize(
    ("prediction", "breaks"),
    [
        pytest.param(said(S, 0.9), 0, id="kept"),
        pytest.param(Prediction(None, 0.0, {}), 0, id="not judged"),
        pytest.param(Prediction(None, 0.1, {}), 1, id="not judged but sure"),
        pytest.param(Prediction(None, 0.0, scores(S, 0.9)), 1, id="not judged but scored"),
        pytest.param(Prediction(S, 0.8, scores(S, 0.9)), 1, id="confidence is not the score"),
        pytest.param(Prediction(C, 0.02, scores(S, 0.9)), 1, id="label is not the likeliest"),
        pytest.param(Prediction(S, 0.9, scores(S, 0.9) | {C: 0.1}), 1, id="scores do not sum to 1"),
        pytest.param(said(S, 0.9, secondary=(S,)), 1, id="primary among the secondary"),
    ],
)
def test_contract_breaks(prediction, breaks):
    assert figures([Example("1", "x", S)], [prediction])["contract_breaks"] == breaks


def test_as_many_predictions_as_mails():
    with pytest.raises(ValueError, match="shorter"):
        figures(TRUTH, SAID[:-1])


def test_a_label_that_is_also_right_counts_as_right():
    truth = [Example("1", "a", "skills_gap", also_ok=("vague_subjective",)), Example("2", "b", "skills_gap")]
    predictions = [Prediction("vague_subjective", 1.0, {"vague_subjective": 1.0})] * 2
    assert figures(truth, predictions)["recall"] == {"skills_gap": "1/2"}
    assert pairs_of(truth, predictions) == [(S, S), (S, V)]
