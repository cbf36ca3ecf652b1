import pytest

from feedback_nlp.metrics import bootstrap_interval, calibration_error, evidence_found, f1, figures, macro_f1, reason_macro_f1, rejection_f1
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
    assert {name: found[name] for name in ("reason_accuracy", "evidence_hit", "evidence_verbatim")} == {
        "reason_accuracy": None,
        "evidence_hit": None,
        "evidence_verbatim": None,
    }


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
