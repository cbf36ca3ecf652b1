import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.labels import SIGNAL_VALUES
from feedback_nlp.naming import LISTS, NAMED, Naming, best_run, is_named, limit_of, word_features
from feedback_nlp.preprocess import Preprocessor
from feedback_nlp.resources import read_table
from feedback_nlp.signal_store import load_signals

PLAIN = Preprocessor()


def named(sentence, signal, value):
    return load_signals().naming.words(sentence, PLAIN.words(sentence), signal, value)


@pytest.mark.parametrize(
    ("scores", "run"),
    [
        ([], (0, 0, 0.0)),
        ([-1, -2], (0, 0, 0.0)),
        ([1], (0, 1, 1.0)),
        ([-1, 2, 3, -4, 1], (1, 3, 5.0)),
        ([2, -1, 3], (0, 3, 4.0)),
        ([2, -3, 3], (2, 3, 3.0)),
        ([0, 0], (0, 0, 0.0)),
    ],
)
def test_best_run(scores, run):
    assert best_run(np.array(scores, dtype=float)) == run


@given(st.lists(st.integers(-9, 9), max_size=12))
def test_no_run_is_better(scores):
    start, end, total = best_run(np.array(scores, dtype=float))
    sums = [sum(scores[i:j]) for i in range(len(scores) + 1) for j in range(i, len(scores) + 1)]
    assert total == max(sums) == sum(scores[start:end])


def test_what_is_named():
    assert set(NAMED) <= set(SIGNAL_VALUES)
    assert all(value in SIGNAL_VALUES[signal] for signal, values in NAMED.items() for value in values or ())
    assert is_named("gaps", "pay")
    assert is_named("door", "apply again")
    assert not is_named("door", "courtesy")
    assert not is_named("feedback", "offered")


def test_the_vocabulary():
    table = read_table("vocabulary")
    assert set(LISTS.values()) == set(table)
    assert set(LISTS) <= set(SIGNAL_VALUES["gaps"])
    for words in table.values():
        assert all(word == " ".join(word.lower().replace("-", " ").replace(".", " ").split()) for word in words)


@pytest.mark.parametrize(
    ("sentence", "signal", "value", "words"),
    [
        ("You have not worked with Node.js so far.", "gaps", "skill", "Node.js"),
        ("There is no machine learning in your history.", "gaps", "skill", "machine learning"),
        ("The client asks for German, and yours is not there yet.", "gaps", "language", "German"),
        ("You don't hold a driver's license yet.", "gaps", "qualification", "driver's license"),
        ("Please send the signed form by Friday 12 June.", "deadline", "deadline", "by Friday 12 June"),
        ("Please let me know within five days.", "deadline", "deadline", "within five days"),
        ("You are welcome to try again in six months.", "door", "apply again", "in six months"),
        ("The post is frozen until April.", "freeze", "until", "until April"),
        (
            "We will keep your details and would be glad to hear from you again in the spring, when the apprentices' coordinator retires.",
            "door",
            "apply again",
            "in the spring",
        ),
        (
            "Should you wish to receive feedback on your interview, please contact Janet Prowse, Ward Manager, on 01632 960 441 by Friday "
            "20 March.",
            "deadline",
            "deadline",
            "by Friday 20 March",
        ),
        ("If you have it, please tell us before the Friday, because Monday we close.", "deadline", "deadline", "before the Friday"),
        ("We wish you well.", "door", "courtesy", ""),
        ("", "gaps", "skill", ""),
    ],
)
def test_words(sentence, signal, value, words):
    assert named(sentence, signal, value) == words


@pytest.mark.parametrize(
    ("sentence", "limit"),
    [
        ("on 01632 960 441 by Friday 20 March", "by Friday 20 March"),
        ("on Friday 20 March", "on Friday 20 March"),
        ("by Friday, 20 March", "by Friday, 20 March"),
        ("by Friday, March 20", "by Friday, March 20"),
        ("by Friday, so that we can tell them", "by Friday"),
        ("Ward Manager, 20 March", "Ward Manager, 20 March"),
        ("within ten days", "within ten days"),
        ("", ""),
    ],
)
def test_a_deadline_is_a_limit(sentence, limit):
    words = PLAIN.words(sentence)
    start, end = limit_of(sentence, words, 0, len(words))
    assert (sentence[words[start].start : words[end - 1].end].rstrip(",") if words else "") == limit


@given(st.text(max_size=80), st.sampled_from([(s, v) for s, values in SIGNAL_VALUES.items() for v in values]))
def test_words_stand_in_the_sentence(sentence, value):
    assert named(sentence, *value) in sentence


def test_one_set_of_features_for_each_word():
    words = PLAIN.words("By Friday, please.")
    assert len(list(word_features("By Friday, please.", words, "deadline", "deadline"))) == len(words)


def test_nothing_known_names_nothing():
    naming = Naming({}, np.empty(0), -1.0)
    assert naming.words("By noon.", PLAIN.words("By noon."), "deadline", "deadline") == ""


@pytest.mark.parametrize(
    ("sentence", "signal", "value", "named"),
    [
        ("And error handling.", "gaps", "test", "error handling"),
        ("Of the required references.", "gaps", "paperwork", "the required references"),
        ("In the spring, when the coordinator retires.", "door", "apply again", "In the spring"),
        ("In six months, once you have it.", "door", "apply again", "In six months, once you have it"),
    ],
)
def test_where_words_begin_and_end(sentence, signal, value, named):
    """Of a model that takes every word for a part of the name."""
    every = Naming({}, np.zeros(0), 1.0)
    assert every.words(sentence, PLAIN.words(sentence), signal, value) == named
