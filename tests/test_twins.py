"""Twins differ in the edit that changes the label: the answer has to change with it. twins.py prints the figures."""

import pytest

from tests.twins import measure, twins

WANTED = 0.9
BOTH_RIGHT, DIFFER = 64, 77  # of 103


@pytest.fixture(scope="module")
def measured(model):
    return measure(model, "test")


def test_twins_are_pairs_with_two_labels():
    pairs = twins("test")
    assert len(pairs) == 103
    assert {len(pair) for pair in pairs} == {2}
    assert all(a.primary != b.primary for a, b in pairs)


def test_as_many_as_before(measured):
    right, differ = measured
    assert (right.hits >= BOTH_RIGHT, differ.hits >= DIFFER) == (True, True)


@pytest.mark.xfail(strict=True, reason="62 % of twins are both read rightly, 75 % get two labels")
@pytest.mark.parametrize("which", [0, 1], ids=["both right", "answers differ"])
def test_nine_in_ten(measured, which):
    assert measured[which].hits >= WANTED * measured[which].n
