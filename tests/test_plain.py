"""The plainest words are read: plain.py has them, and prints the table."""

import pytest

from feedback_nlp.labels import REASONS
from tests.plain import MAILS, cases, measure, table

# The share of mails read rightly, from the table, rounded down.
REACHED = {"skills_gap": 0.79, "cultural_fit": 0.82, "another_candidate": 0.89, "hiring_freeze": 0.79, "vague_subjective": 0.98}


@pytest.fixture(scope="module")
def measured(model):
    return measure(model)[0]


def test_what_there_is():
    assert set(MAILS["clauses"]) == set(REASONS) == set(REACHED)
    assert all(frame.count("{clause}") == 1 for frame in MAILS["frames"].values())
    assert len({text for *_, text in cases()}) == len(list(cases())) == 1150


@pytest.mark.parametrize("label", REASONS)
def test_plain_words_are_read(label, measured):
    found = measured[label]
    assert found.hits / found.n >= REACHED[label]


def test_the_table(model):
    lines = list(table(model, with_wrong=True))
    shares, wrong = measure(model)
    assert [line.split()[0] for line in lines[:6]] == [*MAILS["clauses"], "all"]
    assert lines[5].split()[1:] == [str(sum(found.hits for found in shares.values())), "of", "1150"]
    assert len(lines) == 6 + len(wrong)
