from functools import partial

import numpy as np
import pytest

from feedback_nlp.examples import some_rejections
from feedback_nlp.labels import REASONS
from feedback_nlp.tag_model import weighed_words
from feedback_nlp.tag_training import learn
from tests.visas import TEACH, TEST, others


@pytest.fixture(scope="module")
def taught(model):
    return sorted(weighed_words(model, text) for text in TEACH)


@pytest.fixture(scope="module")
def without(model):
    return [weighed_words(model, text) for text in others(330)]


def test_fifteen_mails_beat_chance_on_fifteen_others(taught, without, model):
    learnt = learn(taught, [], partial(weighed_words, model), "")
    assert len(taught) == len(TEST) == 15
    found = [learnt.probability(weighed_words(model, text)) >= 0.5 for text in TEST]
    wrong = [learnt.probability(mail) >= 0.5 for mail in without[30:]]
    assert sum(found) >= 12  # 15 coins fall so with a chance of 2 in 100
    assert sum(wrong) <= 0.15 * len(wrong)


def test_mails_of_one_s_own_without_it_are_counted_too(taught, without, model):
    learnt = learn(taught, sorted(without[:30]), partial(weighed_words, model), "d")
    assert learnt.digest == "d"
    assert (learnt.having[1], learnt.lacking[1]) == (15, 30)
    assert learnt.lacking[0] >= 24
    assert learn(taught, [], partial(weighed_words, model), "").lacking == (0, 0)


@pytest.mark.parametrize("number", range(25, 31))
@pytest.mark.filterwarnings("error")
def test_the_corpus_fills_up_what_few_are_lacking(number, taught, without, model):
    learnt = learn(taught, sorted(without[:number]), partial(weighed_words, model), "")
    assert learnt.lacking[1] == number
    assert sum(learnt.probability(weighed_words(model, text)) >= 0.5 for text in TEST) >= 12


def test_a_label_without_a_pattern_is_told_no_better_than_by_chance(without, model):
    learnt = learn(sorted(without[:20]), sorted(without[20:60]), partial(weighed_words, model), "")
    assert learnt.having[0] <= 10
    assert np.mean([learnt.probability(mail) for mail in without[60:]]) == pytest.approx(1 / 3, abs=0.1)


def test_equal_mails_make_an_equal_answer(taught, without, model):
    first, second = (learn(taught, sorted(without[:5]), partial(weighed_words, model), "") for _ in range(2))
    assert np.array_equal(first.coefficients, second.coefficients)
    assert (first.words, first.intercept, first.slope, first.offset) == (second.words, second.intercept, second.slope, second.offset)
    assert list(first.words) == sorted(first.words)


def test_the_words_are_those_of_the_lexicon(taught, model):
    assert set(learn(taught, [], partial(weighed_words, model), "").words) <= model.lexicon


def test_some_rejections_are_the_same_each_time():
    found = some_rejections(40)
    assert found == some_rejections(40)
    assert found[:7] == some_rejections(7)
    assert some_rejections(0) == []
    assert {e.split for e in found} == {"train"}
    assert {e.primary for e in found} <= set(REASONS)
    assert len({e.voice for e in found}) > 20
