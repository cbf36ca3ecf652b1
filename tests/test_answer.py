import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.dossier.answer import answer_of
from feedback_nlp.labels import LABELS, REASONS
from feedback_nlp.records import Said, Signals
from tests.labelled import other, row

S, A, V, N = "skills_gap", "another_candidate", "vague_subjective", "not_rejection"
GAP = {"signal": "gaps", "value": "skill", "words": "SQL", "quote": "Your SQL is weak."}
DOOR = {"signal": "door", "value": "apply again", "words": "in May", "quote": "Try in May."}


@pytest.mark.parametrize(
    ("fields", "reason", "how_sure"),
    [
        pytest.param({}, "something the role asks for was missing", "90% sure", id="sure"),
        pytest.param({"confidence": 0.999}, "something the role asks for was missing", "over 99% sure", id="very-sure"),
        pytest.param(
            {"possible": [S, A]},
            "could be one of two: something the role asks for was missing; somebody else was chosen",
            "unsure",
            id="one-of-two",
        ),
        pytest.param(
            {"possible": [S, A, N, A]},
            "could be one of three: something the role asks for was missing; somebody else was chosen; not a rejection",
            "unsure",
            id="one-of-three",
        ),
        pytest.param({"confidence": 0.55}, "something the role asks for was missing", "unsure: 55%", id="low-confidence"),
        pytest.param({"confidence": "high"}, "something the role asks for was missing", "unsure", id="no-confidence"),
        pytest.param({"confidence": "nan"}, "something the role asks for was missing", "unsure", id="not-a-number"),
        pytest.param({"possible": [A, S]}, "something the role asks for was missing", "your own label", id="corrected"),
        pytest.param({"label_source": "human"}, "something the role asks for was missing", "your own label", id="by-hand"),
    ],
)
def test_reason_and_how_sure(fields, reason, how_sure):
    answer = answer_of(1, row(S, **fields))
    assert (answer.reason, answer.how_sure) == (reason, how_sure)


@pytest.mark.parametrize("label", [N, None, "", "no label"])
def test_only_rejections(label):
    assert answer_of(1, row(label)) is None
    assert answer_of(1, other("a", "screen")) is None


def test_an_application_is_a_thread_or_the_row_itself():
    assert answer_of(7, row(S, "t1")).application == "t1"
    assert answer_of(7, row(S)).application == "row 7"


@pytest.mark.parametrize(
    ("cell", "next_step"), [(["One.", "Two."], "One."), ('["One, or two."]', "One, or two."), ([], ""), (None, "")], ids=str
)
def test_the_first_step(cell, next_step):
    assert answer_of(1, row(S, next_steps=cell)).next_step == next_step


FOUND = Signals(gaps=(Said("skill", "SQL", "Your SQL is weak."),), door=Said("apply again", "in May", "Try in May."))


@pytest.mark.parametrize(
    ("cell", "signals"),
    [
        pytest.param([GAP, DOOR], FOUND, id="list"),
        pytest.param(json.dumps([GAP, DOOR]), FOUND, id="json"),
        pytest.param(
            [GAP, {"signal": "door"}, {**DOOR, "signal": "shed"}, "x", None, {**DOOR, "words": 3}, DOOR], FOUND, id="others-between"
        ),
        pytest.param("[", Signals(), id="broken-json"),
        pytest.param('{"signal": "door"}', Signals(), id="no-list"),
        pytest.param(None, Signals(), id="none"),
        pytest.param(3, Signals(), id="number"),
    ],
)
def test_signals(cell, signals):
    assert answer_of(1, row(S, signals=cell)).signals == signals


ANYTHING = st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text()), st.lists(st.sampled_from(LABELS)))


@given(st.sampled_from(REASONS), st.dictionaries(st.sampled_from([*row(), "signals", "next_steps"]), ANYTHING))
def test_whatever_the_cells_hold(label, cells):
    answer = answer_of(1, row() | cells | {"label": label})
    assert answer.reason
    assert answer.how_sure
