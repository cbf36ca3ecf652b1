import json
import math
import time

import numpy as np
import pytest

from feedback_nlp.errors import OutputError
from feedback_nlp.tag_model import Learnt, read_learnt, weighed_words, write_learnt
from feedback_nlp.tags import add_tag, learnt_path

LEARNT = Learnt({"permit": 0, "visa": 1}, np.array([1.0, 2.0]), -1.0, 3.0, 0.5, (11, 15), (29, 30), "abc")


@pytest.mark.parametrize(
    ("mail", "odds"),
    [
        pytest.param((), 3 * -1 + 0.5, id="no word"),
        pytest.param((("the", 1.0),), 3 * -1 + 0.5, id="an unknown word"),
        pytest.param((("permit", 0.6), ("visa", 0.4)), 3 * (0.6 + 0.8 - 1) + 0.5, id="both words"),
        pytest.param((("visa", 1e9),), math.log(16), id="as sure as 15 mails can make it"),
        pytest.param((("visa", -1e9),), -math.log(16), id="on the other side"),
    ],
)
def test_probability(mail, odds):
    assert LEARNT.probability(mail) == pytest.approx(1 / (1 + math.exp(-odds)))


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        pytest.param((0, 0), "right in 11 of 15 held-out mails", id="none of their own without it"),
        pytest.param((29, 30), "right in 11 of 15 held-out mails with it, 29 of 30 without", id="some"),
    ],
)
def test_how_often_it_was_right(lacking, said):
    assert Learnt({}, np.array([]), 0, 1, 0, (11, 15), lacking).right == said


def test_words_are_weighed_by_the_corpus(model):
    words = dict(weighed_words(model, "We can't sponsor a visa, and a visa is what the post needs."))
    assert list(words) == sorted(words)
    assert math.hypot(*words.values()) == pytest.approx(1)
    assert words["visa"] > words["sponsor"] > words["and"] > 0
    block = model.blocks["mail"]
    ratio = (1 + math.log(2)) * block.idf[block.vocabulary["visa"]] / block.idf[block.vocabulary["sponsor"]]
    assert words["visa"] / words["sponsor"] == pytest.approx(ratio)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Dear Zbigniew,\n\nWe met Ms Krzyzanowska of Quorvex on 3 May; write to zk@quorvex.example.", id="names"),
        pytest.param("dear zbigniew, ms krzyzanowska of quorvex asks you to call 0131 555 0100", id="in lower case"),
    ],
)
def test_no_word_that_the_lexicon_of_the_corpus_has_not(text, model):
    words = {word for word, _ in weighed_words(model, text)}
    assert words
    assert words <= model.lexicon
    assert not words & {"zbigniew", "krzyzanowska", "quorvex", "zk"}


def test_mails_that_differ_in_names_alone_are_equal(model):
    first, second = (weighed_words(model, f"Dear {name},\n\nWe can't sponsor a visa.\n\nIda") for name in ("Robin", "Zbigniew"))
    assert first == second


@pytest.mark.parametrize("text", ["", " \n", "\ud83d", "żółć", "1 2 3"])
def test_a_mail_without_words(text, model):
    assert weighed_words(model, text) == ()


def test_time_is_bounded(model):
    started = time.perf_counter()
    for text in ("visa " * 100_000, "v" * 500_000, "<" * 200_000):
        weighed_words(model, text)
    assert time.perf_counter() - started < 20


def test_what_is_kept_is_read_as_it_was():
    add_tag("visa", "a permit")
    write_learnt("visa", LEARNT)
    found = read_learnt("visa")
    assert np.array_equal(found.coefficients, LEARNT.coefficients)
    names = ("words", "intercept", "slope", "offset", "having", "lacking", "digest")
    assert [getattr(found, name) for name in names] == [getattr(LEARNT, name) for name in names]


def test_nothing_kept():
    assert read_learnt("visa") is None


def kept(**changes):
    about = {"intercept": 0, "slope": 1, "offset": 0, "having": [1, 2], "lacking": [0, 0], "digest": "a", "words": ["visa"]} | changes
    return np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param({"about": kept()}, id="no coefficients"),
        pytest.param({"coefficients": np.zeros(1)}, id="nothing about it"),
        pytest.param({"about": kept(), "coefficients": np.zeros(2)}, id="another number of words"),
        pytest.param({"about": kept(), "coefficients": np.zeros(1, dtype=np.int64)}, id="another type"),
        pytest.param({"about": kept(), "coefficients": np.array([np.nan])}, id="no number"),
        pytest.param({"about": kept(slope="x"), "coefficients": np.zeros(1)}, id="slope"),
        pytest.param({"about": kept(having=[]), "coefficients": np.zeros(1)}, id="hits"),
        pytest.param({"about": kept(lacking=[float("inf"), 0]), "coefficients": np.zeros(1)}, id="infinite"),
        pytest.param({"about": np.zeros(3, dtype=np.uint8), "coefficients": np.zeros(1)}, id="no JSON"),
    ],
)
def test_what_is_damaged_is_as_good_as_nothing(arrays):
    add_tag("visa", "a permit")
    np.savez(learnt_path("visa"), **arrays)
    assert read_learnt("visa") is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive", b"\0" * (8 * 1024 * 1024 + 1)])
def test_a_file_that_is_no_archive(content):
    add_tag("visa", "a permit")
    learnt_path("visa").write_bytes(content)
    assert read_learnt("visa") is None


def test_no_pickle_is_opened():
    add_tag("visa", "a permit")
    np.savez(learnt_path("visa"), about=kept(), coefficients=np.array([print], dtype=object))
    assert read_learnt("visa") is None


def test_a_place_that_can_not_be_written(home):
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match=r"learnt\.npz can't be written \(.*\)\. Choose another place\.$"):
        write_learnt("visa", LEARNT)
