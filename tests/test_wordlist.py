import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp import wordlist
from feedback_nlp.wordlist import WordList

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=6)


@given(st.sets(WORDS, max_size=40), st.lists(WORDS, max_size=20), st.sampled_from([0, 5, 10**6]))
def test_as_a_dictionary_of_the_sorted_words(words, others, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wordlist, "_FEW", few)
        found, expected = WordList.of(words), {word: place for place, word in enumerate(sorted(words))}
        asked = [*others, *words, *others]
        assert [found.get(word) for word in asked] == [expected.get(word) for word in asked]
        assert found.find(asked) == [expected[word] for word in asked if word in expected]
        assert [word in found for word in asked] == [word in expected for word in asked]
        assert (len(found), list(found), dict(found)) == (len(expected), list(expected), expected)


def test_as_it_was_packed():
    words = WordList.of(["sea", "a", "\u00e9t\u00e9", "\U0001f600", ""])
    assert list(WordList(words.packed)) == ["", "a", "sea", "\u00e9t\u00e9", "\U0001f600"]
    assert WordList(words.packed)["\U0001f600"] == 4


def test_what_is_not_there():
    words = WordList.of(["a"])
    with pytest.raises(KeyError, match="b"):
        words["b"]
    assert words.get("b", -1) == -1
    assert 7 not in words
    assert words.get("\ud800") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(np.frombuffer(b"a\nb", np.uint8), "not words with a line end after each", id="cut short"),
        pytest.param(np.zeros((2, 2), np.uint8), "not words with a line end after each", id="a table"),
        pytest.param(np.array([10.0]), "not words with a line end after each", id="numbers"),
        pytest.param(np.frombuffer(b"\xff\n", np.uint8), "invalid start byte", id="not UTF-8"),
    ],
)
def test_other_arrays(content, message):
    with pytest.raises(ValueError, match=message):
        WordList(content)


@pytest.mark.parametrize("words", [["a", "a"], ["a\nb"]], ids=["twice", "line end"])
def test_other_words(words):
    with pytest.raises(ValueError, match=re.escape("words must be different and hold no line end")):
        WordList.of(words)
