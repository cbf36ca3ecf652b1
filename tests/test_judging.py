import numpy as np
import pytest

from feedback_nlp.comparison import Comparison, Difference, compare
from feedback_nlp.judging import Suspect, compare_own, judge, self_confidence, surprise_saved, suspects_of
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example, Prediction

SURE = dict.fromkeys(LABELS, 0.8)


def comparison(alone=(0, 0), differences=None, n=100):
    """A comparison in which the model is right alone on the first number of mails and the shipped one on the second."""
    found = {"reason_macro_f1": (0.0, (-0.02, 0.02)), "rejection_f1": (0.0, (-0.01, 0.01)), "accuracy": (0.0, (-0.01, 0.01))}
    found |= differences or {}
    changed = sum(alone)
    return Comparison(
        model="new",
        other="shipped",
        n=n,
        differences={name: Difference(0.8 + lost, 0.8, lost, interval) for name, (lost, interval) in found.items()},
        answered_differently=max(changed, 10) if differences else changed,
        both_right=n - changed,
        only_model_right=alone[0],
        only_other_right=alone[1],
        both_wrong=0,
        p_value=1.0,
    )


SUSPECTS = (Suspect(Example("own-1", "a", LABELS[0]), LABELS[1], 0.9),)
VERDICTS = [
    pytest.param(
        comparison(),
        comparison((3, 1)),
        1,
        True,
        "it reads 2 more of your own mails rightly, when they are held out, and is no worse on the test split",
        id="better on own rows",
    ),
    pytest.param(comparison(), comparison((2, 2)), 1, False, "nothing gained, on the test split or on your own rows", id="nothing gained"),
    pytest.param(
        comparison(),
        comparison((1, 3)),
        1,
        False,
        "it reads 2 fewer of your own mails rightly than the shipped model, when they are held out",
        id="worse on own rows",
    ),
    pytest.param(
        comparison(differences={"reason_macro_f1": (0.02, (0.005, 0.04))}),
        comparison((2, 2)),
        1,
        True,
        "better than the shipped model on the test split, and as good on your own rows",
        id="better on the split alone",
    ),
    pytest.param(
        comparison(differences={"rejection_f1": (-0.005, (-0.009, -0.001))}),
        comparison((9, 0)),
        1,
        False,
        "worse than the shipped model on the test split (rejection F1 -0.005, 95 % interval -0.009 to -0.001)",
        id="worse on the split beyond noise",
    ),
    pytest.param(
        comparison(differences={"reason_macro_f1": (-0.011, (-0.03, 0.01))}),
        comparison((9, 0)),
        1,
        False,
        "worse than the shipped model on the test split (reason macro-F1 -0.011, 95 % interval -0.030 to +0.010)",
        id="loses more than the margin on the split",
    ),
    pytest.param(
        comparison(differences={"reason_macro_f1": (-0.01, (-0.03, 0.01))}),
        comparison((9, 0)),
        1,
        True,
        "it reads 9 more of your own mails rightly, when they are held out, and is no worse on the test split",
        id="loses no more than the margin",
    ),
    pytest.param(
        comparison(),
        comparison((9, 0)),
        41,
        False,
        "41 of your 100 rows contradict all the others; their labels are likely wrong",
        id="too many suspects",
    ),
    pytest.param(
        comparison(),
        comparison((9, 0)),
        40,
        True,
        "it reads 9 more of your own mails rightly, when they are held out, and is no worse on the test split",
        id="nearly too many suspects",
    ),
    pytest.param(
        comparison(),
        comparison(n=9),
        9,
        True,
        "no worse on the test split or on your rows; 9 rows of yours are too few to tell whether it is better",
        id="few rows",
    ),
    pytest.param(
        comparison(),
        comparison((0, 1), n=9),
        0,
        False,
        "it reads 1 fewer of your own mails rightly than the shipped model, when they are held out",
        id="few rows and worse",
    ),
]


@pytest.mark.parametrize(("split", "own", "suspects", "promoted", "why"), VERDICTS)
def test_judge(split, own, suspects, promoted, why):
    verdict = judge(split, own, SUSPECTS * suspects, np.zeros(own.n))
    assert (verdict.promoted, verdict.why) == (promoted, why)
    assert (verdict.split, verdict.own, verdict.suspects) == (split, own, SUSPECTS * suspects)


NOTHING = "nothing gained, on the test split or on your own rows"
WRONG = "41 of your 100 rows contradict all the others; their labels are likely wrong"
LESS = "it reads as many of your own mails rightly, when they are held out, and finds your labels likelier"
GAINED = "it reads 2 more of your own mails rightly, when they are held out, and is no worse on the test split"


@pytest.mark.parametrize(
    ("alone", "suspects", "saved", "promoted", "why"),
    [
        pytest.param((3, 1), 41, (0.2, -0.1), True, GAINED, id="they contradict, but are learnt from"),
        pytest.param((3, 1), 41, (0.1, -0.2), False, WRONG, id="nor that"),
        pytest.param((2, 2), 0, (0.2, -0.1), True, LESS, id="as many, less surprise"),
        pytest.param((2, 2), 0, (1.0, -0.9), False, NOTHING, id="as many, less by noise"),
        pytest.param((2, 2), 0, (0.1, -0.2), False, NOTHING, id="as many, more surprise"),
    ],
)  # fmt: skip
def test_labels_that_surprise_less_count(alone, suspects, saved, promoted, why):
    verdict = judge(comparison(), comparison(alone), SUSPECTS * suspects, np.array([*saved] * 50))
    assert (verdict.promoted, verdict.why) == (promoted, why)


def test_a_loss_beyond_noise_needs_six_answers():
    example, right, wrong = Example("1", "a", "skills_gap"), Prediction("skills_gap", 0.9, {}), Prediction("not_rejection", 0.9, {})
    for lost, promoted in ((5, True), (7, False)):
        split = compare([example] * 2000, [wrong] * lost + [right] * (2000 - lost), [right] * 2000)
        assert judge(split, comparison((3, 0)), (), np.zeros(100)).promoted is promoted


def probabilities(**chances):
    rest = (1 - sum(chances.values())) / (len(LABELS) - len(chances))
    return [chances.get(label, rest) for label in LABELS]


def prediction(**chances):
    scores = dict(zip(LABELS, probabilities(**chances), strict=True))
    return Prediction(max(scores, key=scores.get), max(scores.values()), scores)


def test_compare_own():
    own = [Example(str(i), "a", "skills_gap") for i in range(3)]
    held_out = np.array([probabilities(skills_gap=0.9), probabilities(skills_gap=0.6), probabilities(hiring_freeze=0.9)])
    found = compare_own(own, held_out, [prediction(skills_gap=0.9), prediction(hiring_freeze=0.9), Prediction(None, 0, {})], ("a", "b"))
    assert (found.both_right, found.only_model_right, found.only_other_right, found.both_wrong) == (1, 1, 0, 1)


def test_self_confidence():
    rows = np.array([probabilities(skills_gap=0.9), probabilities(skills_gap=0.5), probabilities(skills_gap=0.9)])
    found = self_confidence(["skills_gap", "skills_gap", "cultural_fit"], rows)
    assert found["skills_gap"] == pytest.approx(0.7)
    assert found["cultural_fit"] == pytest.approx(0.02)
    assert found["hiring_freeze"] == 1.0


def saved_by(held_out, shipped, labels=("skills_gap",) * 4):
    own = [Example(str(i), str(i), label) for i, label in enumerate(labels)]
    return surprise_saved(own, np.array([probabilities(skills_gap=p) for p in held_out]), [prediction(skills_gap=p) for p in shipped])


def test_surprise_is_saved_where_the_others_make_a_label_likelier():
    saved = saved_by((0.9, 0.9, 0.5, 0.9), (0.5, 0.5, 0.5, 0.5), ("skills_gap",) * 2 + ("skills_gap", "hiring_freeze"))
    assert saved[0] == saved[1] > 0 > saved[3]
    assert abs(saved[2]) < abs(saved[3])


def test_none_is_saved_by_being_less_sure():
    sure, unsure = (0.99,) * 4, (0.4,) * 4
    wrong = ("skills_gap", "hiring_freeze", "hiring_freeze", "cultural_fit")
    assert saved_by(unsure, sure, wrong).mean() <= 0
    assert saved_by(sure, sure, wrong).mean() < -1


def test_a_sharper_model_saves_nothing_either():
    assert saved_by((0.99,) * 4, (0.5,) * 4).mean() <= 0


def test_any_right_label_will_do_and_what_can_not_be_judged_is_open():
    own = [Example("1", "a", "hiring_freeze", also_ok=("skills_gap",)), Example("2", "Nein.", "skills_gap")]
    saved = surprise_saved(own, np.array([probabilities(skills_gap=0.8)] * 2), [prediction(skills_gap=0.8), Prediction(None, 0.0, {})])
    assert saved[1] == pytest.approx(np.log(0.8) - np.log(1 / 6))
    assert -0.3 < saved[0] <= 0


@pytest.mark.parametrize(
    ("label", "also_ok", "shipped", "held_out", "likelier"),
    [
        pytest.param("skills_gap", (), {"skills_gap": 0.9}, {"skills_gap": 0.9}, None, id="both agree"),
        pytest.param("skills_gap", (), {"hiring_freeze": 0.9}, {"hiring_freeze": 0.8}, "hiring_freeze", id="both contradict"),
        pytest.param("skills_gap", (), {"hiring_freeze": 0.7}, {"skills_gap": 0.8}, None, id="the other rows bear it out"),
        pytest.param("skills_gap", (), {"hiring_freeze": 0.95}, {"skills_gap": 0.4}, "hiring_freeze", id="they hardly do"),
        pytest.param("skills_gap", ("hiring_freeze",), {"hiring_freeze": 0.9}, {"hiring_freeze": 0.8}, None, id="also right"),
    ],
)
def test_suspects(label, also_ok, shipped, held_out, likelier):
    own = [Example("own-1", "a", label, also_ok=also_ok)]
    found = suspects_of(own, np.array([probabilities(**held_out)]), [prediction(**shipped)], SURE)
    assert [s.likelier for s in found] == ([likelier] if likelier else [])


def test_the_likeliest_suspects_come_first():
    own = [Example(str(i), str(i), "skills_gap") for i in range(3)]
    chances = [0.6, 0.9, 0.7]
    found = suspects_of(
        own, np.array([probabilities(hiring_freeze=c) for c in chances]), [prediction(hiring_freeze=c) for c in chances], SURE
    )
    assert [s.example.id for s in found] == ["1", "2", "0"]
    assert found[0].as_dict() == {"text": "1", "label": "skills_gap", "likelier": "hiring_freeze", "margin": 0.88}


def test_a_mail_that_can_not_be_judged_is_judged_by_the_others():
    own = [Example("1", "Nein.", "skills_gap")]
    assert suspects_of(own, np.array([probabilities(skills_gap=0.6)]), [Prediction(None, 0.0, {})], SURE) == ()
