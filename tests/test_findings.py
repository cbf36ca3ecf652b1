from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.findings import MOST, SAME_REASON, findings_of, holm
from feedback_nlp.history import message_of
from feedback_nlp.resources import read_table
from tests.labelled import row

S, C, A, F, V = "skills_gap", "cultural_fit", "another_candidate", "hiring_freeze", "vague_subjective"


def messages(*given):
    """Rejections from (label, step) or (label, step, sender), or with a number in front for as many."""
    return [message_of(row(label, stage=stage, sender_type=(*sender, "manager")[0])) for label, stage, *sender in given]


def finding(name, *given):
    return next(f for f in findings_of(messages(*given)) if f.name == name)


# The tests


def test_fewest_that_can_tell():
    assert (SAME_REASON.needed, MOST.needed) == (4, 5)


@pytest.mark.parametrize(
    ("test", "hits", "n", "p"),
    [
        pytest.param(SAME_REASON, 4, 4, 4 / 4**4, id="4 of 4 reasons"),
        pytest.param(SAME_REASON, 4, 5, 4 * (5 * 3 + 1) / 4**5, id="4 of 5 reasons"),
        pytest.param(SAME_REASON, 1, 4, 1.0, id="1 of 4 reasons"),
        pytest.param(MOST, 5, 5, 1 / 2**5, id="5 of 5"),
        pytest.param(MOST, 4, 5, 6 / 2**5, id="4 of 5"),
        pytest.param(MOST, 0, 5, 1.0, id="none of 5"),
    ],
)
def test_p_value(test, hits, n, p):
    assert test.p_value(hits, n) == pytest.approx(p)


@pytest.mark.parametrize(("hits", "n"), [(hits, n) for n in (4, 5, 6, 7) for hits in range(n // 2 + 1, n + 1)])
def test_p_value_of_the_same_reason_by_counting_all_cases(hits, n):
    cases = [max(map(case.count, range(4))) >= hits for case in product(range(4), repeat=n)]
    assert SAME_REASON.p_value(hits, n) == pytest.approx(sum(cases) / len(cases))


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0.04], [0.04], id="one"),
        pytest.param([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02], id="four"),
        pytest.param([0.5, 0.6], [1.0, 1.0], id="no more than 1"),
        pytest.param([0.02, 0.02], [0.04, 0.04], id="equal"),
    ],
)
def test_holm(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_lies_between_no_correction_and_bonferroni(p_values):
    adjusted = holm(p_values)
    assert all(p <= q <= min(1, p * len(p_values)) for p, q in zip(p_values, adjusted, strict=True))
    assert [q for _, q in sorted(zip(p_values, adjusted, strict=True))] == sorted(adjusted)


# What is looked for


def test_names_are_those_of_the_table():
    assert [f.name for f in findings_of([])] == list(read_table("lessons")["finding"])
    assert [f.name for f in findings_of([])] == ["interview_reason", "test", "application", "application_reason", "no_reply", "no_reason"]


MANY = [
    *[(S, "interview")] * 3,
    (S, "final"),
    (A, "offer"),
    (V, "interview"),
    (C, "screen"),
    *[(V, "test")] * 2,
    *[(F, "application", "noreply")] * 3,
    (V, "application", "noreply"),
    (V, "", "noreply"),
]


@pytest.mark.parametrize(
    ("name", "hits", "n", "reason"),
    [
        ("interview_reason", 4, 5, S),
        ("test", 2, 9, ""),
        ("application", 4, 13, ""),
        ("application_reason", 3, 3, F),
        ("no_reply", 4, 14, ""),
        ("no_reason", 5, 14, ""),
    ],
)
def test_what_is_counted(name, hits, n, reason):
    found = finding(name, *MANY)
    assert (found.share.hits, found.share.n, found.reason) == (hits, n, reason)


def test_unsure_ones_have_no_reason():
    unsure = [message_of(row(S, stage="interview", confidence=0.5))] * 6
    found = {f.name: f.share.counts for f in findings_of(unsure)}
    assert (found["interview_reason"], found["no_reason"], found["application"]) == ("0 of 0", "0 of 0", "0 of 6")


def test_only_tests_that_were_made_are_corrected_for():
    # 4 answers are too few for the other tests, so there is one: p = 4 / 4**4.
    found = findings_of(messages(*[(S, "interview")] * 4))
    assert [f.name for f in found if f.p_value is not None] == ["interview_reason"]
    assert (found[0].p_value, found[0].adjusted, found[0].holds) == (pytest.approx(0.015625), pytest.approx(0.015625), True)


def test_correction_for_many():
    # With a fifth answer five tests are made, and 4 of 4 reasons no longer suffice.
    found = findings_of(messages(*[(S, "interview")] * 4, (V, "interview")))
    assert [f.name for f in found if f.p_value is not None] == ["interview_reason", "test", "application", "no_reply", "no_reason"]
    assert (found[0].p_value, found[0].adjusted, found[0].holds) == (pytest.approx(0.015625), pytest.approx(0.078125), False)


def test_half_is_not_most():
    # Of 40, 20 alike would be far from equal shares of four; but 20 are not most.
    found = finding("application_reason", *[(S, "application")] * 20, *[(A, "application")] * 10, *[(F, "application")] * 10)
    assert found.adjusted < 0.05
    assert not found.holds


SAYS = [
    pytest.param(
        "interview_reason",
        [(S, "interview")] * 4,
        'Most of those who met you and gave a reason name the same one, "something the role asks for was missing": 4 of 4.',
        id="interview",
    ),
    pytest.param(
        "interview_reason",
        [(S, "interview")] * 3,
        "Too few to tell whether most of those who met you and gave a reason name the same one (needs 4 such answers, has 3).",
        id="interview, few",
    ),
    pytest.param(
        "interview_reason",
        [*[(S, "interview")] * 3, (C, "interview"), (A, "final")],
        "It looks as if most of those who met you and gave a reason name the same one, but that may be chance: 3 of 5.",
        id="interview, chance",
    ),
    pytest.param(
        "interview_reason",
        [*[(S, "interview")] * 2, (C, "interview"), (A, "final")],
        "It is not so that most of those who met you and gave a reason name the same one: 2 of 4.",
        id="interview, not most",
    ),
    pytest.param(
        "application_reason",
        [(F, "application")] * 10,
        'Most of those who gave a reason without having met you name the same one, "the role went away or was paused": 10 of 10.',
        id="application reason",
    ),
    pytest.param(
        "application_reason",
        [],
        "Too few to tell whether most of those who gave a reason without having met you name the same one (needs 4 such answers, has 0).",
        id="application reason, few",
    ),
    pytest.param(
        "application",
        [*[(V, "application")] * 20, *[(V, "screen")] * 5],
        "Most of your applications ended at the first step: 20 of 25 (80 %, 95 % interval 61 to 91 %).",
        id="application",
    ),
    pytest.param(
        "application",
        [(V, "application")],
        "Too few to tell whether most of your applications ended at the first step (needs 5 answers, has 1).",
        id="application, few",
    ),
    pytest.param(
        "test",
        [(V, "test")] * 9,
        "Most of the applications that got past the first step ended at a test: 9 of 9.",
        id="test",
    ),
    pytest.param(
        "test",
        [(V, "test")] * 2,
        "Too few to tell whether most of the applications that got past the first step ended at a test (needs 5 such applications, has 2).",
        id="test, few",
    ),
    pytest.param(
        "no_reply",
        [(V, "application", "noreply")] * 9,
        "Most answers came from an address that nobody reads, before anybody had met you: 9 of 9.",
        id="no-reply",
    ),
    pytest.param(
        "no_reason",
        [(V, "interview")] * 9,
        "Most answers give no usable reason: 9 of 9.",
        id="no reason",
    ),
    pytest.param(
        "no_reason",
        [],
        "Too few to tell whether most answers give no usable reason (needs 5 answers, has 0).",
        id="no reason, few",
    ),
]


@pytest.mark.parametrize(("name", "given", "says"), SAYS)
def test_says(name, given, says):
    assert finding(name, *given).says == says
