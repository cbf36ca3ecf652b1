import shutil
import signal
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from feedback_nlp.collection import human_labels, open_collection, own_examples
from feedback_nlp.errors import OutputError
from feedback_nlp.examples import digest
from feedback_nlp.review import example_of
from feedback_nlp.screen import label_on_screen
from tests.reviews import question
from tests.terminals import Terminal

QUESTIONS = [
    question("We chose Ann. You do not know Go yet. Best wishes to you.", {"skills_gap": [1], "another_candidate": [0]}),
    question("The post is gone. Goodbye to you.", {"hiring_freeze": [0]}, label="not_rejection"),
    question("Sorry, but it is a no.", {"vague_subjective": [0]}, label="vague_subjective"),
]
UP, DOWN, PAGE_DOWN, PASTED = "\x1b[A", "\x1b[B", "\x1b[6~", "\x1b[200~snh\r\x1b[201~"


def typed(keys, collection, questions=QUESTIONS):
    with create_pipe_input() as source, create_app_session(input=source, output=DummyOutput()):
        source.send_text(keys + "\x03")
        return label_on_screen(questions, collection)


@pytest.mark.parametrize(
    ("keys", "labels"),
    [
        pytest.param("\r", [("skills_gap", ("You do not know Go yet.",))], id="enter"),
        pytest.param("a\rh\r", [("another_candidate", ("We chose Ann.",)), ("hiring_freeze", ("The post is gone.",))], id="letters"),
        pytest.param(f"{DOWN} \r", [("skills_gap", ("You do not know Go yet.", "Best wishes to you."))], id="down and space"),
        pytest.param(f"{UP} \r", [("skills_gap", ("We chose Ann.", "You do not know Go yet."))], id="up and space"),
        pytest.param("\t.\r", [("vague_subjective", ("Sorry, but it is a no.",))], id="tab and full stop"),
        pytest.param("\r\ru", [("skills_gap", ("You do not know Go yet.",))], id="undo"),
        pytest.param("a\ruc\r", [("cultural_fit", ())], id="another answer"),
        pytest.param("q\r", [], id="nothing is read behind q"),
        pytest.param("qqq", [], id="q three times"),
        pytest.param(f"{PASTED}{PAGE_DOWN}xyz", [], id="what is pasted or means nothing"),
        pytest.param("?zh\r", [("hiring_freeze", ())], id="any key leaves the help page"),
    ],
)
def test_keys_reach_the_collection(keys, labels):
    with open_collection() as collection:
        typed(keys, collection)
    assert [(example.primary, example.evidence) for example in own_examples()] == labels


@pytest.mark.parametrize("plus", ["+", "="])
def test_further_reasons(plus):
    with open_collection("Robin") as collection:
        state = typed(f"{plus}ca\r", collection)
        (entry,) = collection.history()
    assert (entry.who, entry.command, entry.example.secondary) == ("Robin", "review", ("cultural_fit", "another_candidate"))
    assert (len(state.given), state.ended) == (1, True)


def test_undo_is_an_entry_too():
    with open_collection() as collection:
        typed("\ru", collection)
        assert [entry.example is None for entry in collection.history()] == [False, True]
        assert collection.examples() == []


def test_what_was_labelled_elsewhere_meanwhile_is_not_taken_back():
    with open_collection() as collection:
        same = example_of(QUESTIONS[0], typed("", collection).draft)
        collection.put([same], "add")
        typed("\ru", collection)
    assert [example.primary for example in own_examples()] == ["skills_gap"]


def test_a_full_disk_ends_it_and_the_terminal_is_as_it_was():
    class Full:
        def put(self, examples, command):
            raise OutputError("the disk is full")

    with pytest.raises(OutputError, match=r"^the disk is full$"):
        typed("\r", Full())


def test_a_terminal_that_is_gone_ends_it():
    with open_collection() as collection, create_pipe_input() as source, create_app_session(input=source, output=DummyOutput()):
        source.send_text("\r")
        source.close()
        state = label_on_screen(QUESTIONS, collection)
    assert len(state.given) == len(own_examples()) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["s", "c", "a", "h", "v", "n", "\r", "\r", "u", "u", " ", "+", "\t", "?", UP, DOWN]), max_size=30))
def test_the_collection_is_what_the_state_says(keys):
    with open_collection() as collection:
        for example in collection.examples():
            collection.withdraw(example.text, "test")
        state = typed("".join(keys), collection)
        expected = {digest(q.email.text): example_of(q, answer) for q, answer in state.given}
        assert dict(human_labels()) == expected


# The real command in a real terminal.

LETTERS = {
    "skills": "Dear Sam,\n\nYou do not know SAP, which the role needs. Somebody else does, and was chosen.\n\nBest wishes\nIda",
    "freeze": "Dear Sam,\n\nThe role was put on hold, since the budget is gone. We will close it.\n\nBest wishes\nIda",
    "other": "Dear Sam,\n\nWe have chosen another candidate for the post.\n\nBest wishes\nIda",
}


@pytest.fixture
def terminal(tmp_path, home):
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed: the real terminal can't be driven")
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, text in LETTERS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "feedback_nlp", "review", str(folder), "--who", "Robin"]
    opened = Terminal(tmp_path, command, {"FEEDBACK_NLP_HOME": str(home), "TERM": "screen-256color"})
    yield opened
    opened.close()


def on_screen(lines):
    """Which letter is shown, and its evidence."""
    text = "\n".join(lines)
    return next(name for name, letter in LETTERS.items() if letter.split("\n")[2][:20] in text)


KEY_OF = {"skills": "s", "freeze": "h", "other": "a"}
LABEL_OF = {"skills": "skills_gap", "freeze": "hiring_freeze", "other": "another_candidate"}


def test_a_review_in_a_terminal(terminal, home):
    lines = terminal.until("1 of 3")
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80
    assert lines[-1] == " Enter save   + also   ↑ ↓ Space mark   Tab skip   u undo   ? help   q quit"
    first = on_screen(lines)
    terminal.press(KEY_OF[first], "+", "c")
    terminal.until("also culture fit")
    terminal.press("Enter")
    second = on_screen(terminal.until("2 of 3"))
    assert [(e.primary, "cultural_fit" in e.secondary) for e in own_examples()] == [(LABEL_OF[first], True)]
    terminal.press("v", "Down", "Down", "Down", "Down", "Down", "Up", "Space", "Enter")
    third = on_screen(terminal.until("3 of 3"))
    assert sorted((first, second, third)) == sorted(LETTERS)
    marked = human_labels()[digest(LETTERS[second])]
    assert (marked.primary, {label for _, _, label in marked.sentences}) == ("vague_subjective", {"vague_decision"})
    assert marked.evidence == tuple(LETTERS[second][start:end] for start, end, _ in marked.sentences)
    terminal.press("u")
    terminal.until("Your last answer is taken back.")
    assert [e.primary for e in own_examples()] == [LABEL_OF[first]]
    terminal.press("Tab")
    terminal.until("3 of 3")
    terminal.press("Enter")
    terminal.until("That was the last one.")
    terminal.press("q")
    lines = terminal.until("code 0")
    assert lines[0].startswith("2 labelled, ")
    assert lines[0].endswith("; 1 skipped.")
    assert lines[1] == "To teach the model what you said: feedback-nlp retrain"
    assert {digest(LETTERS[name]) for name in (first, third)} == set(human_labels())
    with open_collection() as collection:
        assert [(e.who, e.command, e.example is None) for e in collection.history()] == [
            ("Robin", "review", False),
            ("Robin", "review", False),
            ("Robin", "review", True),
            ("Robin", "review", False),
        ]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_what_was_confirmed_outlives_a_kill(number, terminal):
    first = on_screen(terminal.until("1 of 3"))
    terminal.press(KEY_OF[first], "Enter")
    terminal.until("2 of 3")
    terminal.press("h")
    terminal.kill(number)
    terminal.until(f"code {128 + number}")
    assert {key: e.primary for key, e in human_labels().items()} == {digest(LETTERS[first]): LABEL_OF[first]}
