from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.examples import digest, example_from, row_of
from feedback_nlp.review import KEYS, Answer, Keep, Mode, TakeBack, example_of, press, question_of, start
from tests.reviews import LABELS, prediction, question

TEXT = "We chose Ann. You do not know Go. Best wishes to you."
SAID = {"another_candidate": [0], "skills_gap": [1], "vague_subjective": [0, 1]}
FIRST = question(TEXT, SAID, label="skills_gap", secondary=("another_candidate",))
SECOND = question("The post is gone. Goodbye to you.", {"hiring_freeze": [0]}, label="not_rejection")
THIRD = question("Sorry.", {}, label="vague_subjective")
QUESTIONS = (FIRST, SECOND, THIRD)
ALL_KEYS = (*KEYS, "enter", "space", "up", "down", "+", "tab", ".", "u", "?", "escape", "other")
GUESS = Answer("skills_gap", ("another_candidate",), frozenset({1}))


def typed(keys, questions=QUESTIONS):
    """The state after keys, and what is in the collection then."""
    state, kept = start(questions), {}
    for key in keys.split() if isinstance(keys, str) else keys:
        state, change = press(state, key)
        if isinstance(change, Keep):
            assert change.example.text not in kept
            kept[change.example.text] = change.example
        elif isinstance(change, TakeBack):
            del kept[change.text]
    return state, kept


def test_the_keys_are_those_of_all_labels():
    assert tuple(KEYS.values()) == LABELS


@pytest.mark.parametrize(
    ("keys", "draft"),
    [
        pytest.param("", GUESS, id="the guess, with its further reasons and its sentence"),
        pytest.param("a", Answer("another_candidate", (), frozenset({0})), id="another label has its own sentence"),
        pytest.param("a s", GUESS, id="back to the guess"),
        pytest.param("c", Answer("cultural_fit"), id="a label that no sentence gives"),
        pytest.param("n", Answer("not_rejection"), id="no rejection has no reasons"),
        pytest.param("n s", GUESS, id="no rejection, and back"),
        pytest.param("v", Answer("vague_subjective", (), frozenset({0, 1})), id="two sentences"),
        pytest.param("+ c", replace(GUESS, secondary=("cultural_fit", "another_candidate"), touched_secondary=True), id="one reason more"),
        pytest.param("+ a", replace(GUESS, secondary=(), touched_secondary=True), id="one reason less"),
        pytest.param("+ c + a", Answer("another_candidate", ("cultural_fit",), frozenset({0}), True), id="what was added stays"),
        pytest.param("+ v", GUESS, id="vague is no further reason"),
        pytest.param("+ s", GUESS, id="the label is no further reason"),
        pytest.param("down space", replace(GUESS, marked=frozenset({1, 2}), touched_marks=True), id="one mark more"),
        pytest.param("space", replace(GUESS, marked=frozenset(), touched_marks=True), id="one mark less"),
        pytest.param("up up up space", replace(GUESS, marked=frozenset({0, 1}), touched_marks=True), id="the first sentence"),
        pytest.param("down down down space c", Answer("cultural_fit", (), frozenset({1, 2}), False, True), id="marks stay"),
        pytest.param("n space", Answer("not_rejection"), id="no rejection has no marks"),
        pytest.param("? c", GUESS, id="a key on the help page does nothing else"),
        pytest.param("? q a", Answer("another_candidate", (), frozenset({0})), id="q on the help page leads back"),
        pytest.param("+ c u", GUESS, id="undo: as it was"),
        pytest.param("+ escape a", Answer("another_candidate", (), frozenset({0})), id="escape ends the further reasons"),
        pytest.param("other", GUESS, id="a key without a meaning"),
    ],
)
def test_an_answer_is_changed(keys, draft):
    state, kept = typed(keys)
    assert state.draft == draft
    assert state.passed == ()
    assert not state.ended
    assert kept == {}


@pytest.mark.parametrize(
    ("keys", "passed", "labels"),
    [
        pytest.param("enter", 1, ["skills_gap"], id="the guess"),
        pytest.param("a enter enter", 2, ["another_candidate", "not_rejection"], id="a label and a guess"),
        pytest.param("tab . v enter", 3, ["vague_subjective"], id="two skipped"),
        pytest.param("enter enter enter enter s tab", 3, ["skills_gap", "not_rejection", "vague_subjective"], id="behind the last"),
        pytest.param("enter u", 0, [], id="taken back"),
        pytest.param("enter enter enter u u", 1, ["skills_gap"], id="two taken back"),
        pytest.param("enter tab u", 1, ["skills_gap"], id="back to the skipped one"),
        pytest.param("enter tab u u c enter", 1, ["cultural_fit"], id="another answer"),
        pytest.param("a enter s u", 1, ["another_candidate"], id="undo of a change leaves the answer before"),
        pytest.param("u u enter", 1, ["skills_gap"], id="nothing to undo"),
        pytest.param("+ enter s enter", 2, ["skills_gap", "skills_gap"], id="saved among further reasons"),
    ],
)
def test_answers_are_kept(keys, passed, labels):
    state, kept = typed(keys)
    assert len(state.passed) == passed
    assert [example.primary for example in kept.values()] == labels


@pytest.mark.parametrize(
    ("keys", "note"),
    [
        pytest.param("n +", "What is no rejection has no reasons.", id="reasons"),
        pytest.param("n space", "What is no rejection has no sentence to mark.", id="marks"),
        pytest.param("+ v", "Only s, c, a and h can stand beside the label.", id="vague"),
        pytest.param("+ s", "That is the label already.", id="twice"),
        pytest.param("u", "There is nothing to undo.", id="nothing"),
        pytest.param("a u", "As it was.", id="changed"),
        pytest.param("enter u", "Your last answer is taken back.", id="answered"),
        pytest.param("tab u", "Back to the one that you skipped.", id="skipped"),
        pytest.param("tab u other", "", id="gone with the next key"),
    ],
)
def test_notes(keys, note):
    assert typed(keys)[0].note == note


@pytest.mark.parametrize(
    ("keys", "mode", "ended"),
    [
        pytest.param("?", Mode.HELP, False, id="help"),
        pytest.param("? ctrl-c", Mode.HELP, True, id="ctrl-c on the help page"),
        pytest.param("+", Mode.ALSO, False, id="further reasons"),
        pytest.param("+ +", Mode.LABEL, False, id="and done"),
        pytest.param("+ enter", Mode.LABEL, False, id="the next mail begins with its label"),
        pytest.param("q", Mode.LABEL, True, id="quit"),
        pytest.param("enter enter enter q", Mode.LABEL, True, id="quit behind the last"),
    ],
)
def test_modes(keys, mode, ended):
    state, _ = typed(keys)
    assert (state.mode, state.ended) == (mode, ended)


def test_what_came_of_it():
    state, _ = typed("a enter tab enter")
    assert [(question.email.text, answer.label) for question, answer in state.given] == [
        (TEXT, "another_candidate"),
        ("Sorry.", "vague_subjective"),
    ]
    assert (state.changed, state.skipped, state.question) == (1, 1, None)


def test_the_example_of_an_answer():
    answer = Answer("skills_gap", ("another_candidate",), frozenset({2, 1}))
    assert row_of(example_of(FIRST, answer)) == {
        "id": f"own-{digest(TEXT)}",
        "text": TEXT,
        "primary": "skills_gap",
        "secondary": ("another_candidate",),
        "evidence": ("You do not know Go.", "Best wishes to you."),
        "sentences": ((14, 33, "skills_gap"), (34, 53, "skills_gap")),
        "split": "train",
    }


def test_a_vague_sentence_has_the_label_of_its_kind():
    assert example_of(FIRST, Answer("vague_subjective", (), frozenset({0}))).sentences == ((0, 13, "vague_decision"),)


@given(st.lists(st.sampled_from(ALL_KEYS), max_size=60))
def test_the_collection_is_what_the_state_says(keys):
    state, kept = typed(keys)
    assert kept == {question.email.text: example_of(question, answer) for question, answer in state.given}
    for example in kept.values():
        assert example_from(row_of(example)) == example  # a whole row of the corpus


@given(st.lists(st.sampled_from(ALL_KEYS), max_size=40), st.sampled_from(["enter", "tab", "."]))
def test_undo_returns_exactly(keys, key):
    before, kept = typed(keys)
    if before.question is None or before.mode is Mode.HELP:
        return
    after, kept_after = typed([*keys, key, "u"])
    assert (after.passed, after.question, kept_after) == (before.passed, before.question, kept)
    assert after.draft == (before.draft if key == "enter" else start((before.question,)).draft)
    assert after.mode is Mode.LABEL


def test_a_question_about_a_mail(model):
    text = "Hello Sam,\n\nWe have chosen somebody else for the post. You do not know SAP yet, which we need.\n\nRegards\nAnn"
    found = question_of(replace(FIRST.email, text=text), prediction("another_candidate"), model)
    assert [text[a:b] for a, b in found.sentences][1:3] == [
        "We have chosen somebody else for the post.",
        "You do not know SAP yet, which we need.",
    ]
    assert 1 in found.said["another_candidate"]
    assert 2 in found.said["skills_gap"]


def test_a_question_about_a_very_long_mail(model):
    found = question_of(replace(FIRST.email, text="We chose Ann for the role. " * 5_000), prediction(), model)
    assert found.sentences[-1][1] <= 100_000
