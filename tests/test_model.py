import numpy as np
import pytest

from feedback_nlp.labels import ANOTHER_CANDIDATE, BOILERPLATE, SENTENCE_LABELS, SKILLS_GAP
from feedback_nlp.model import _quote
from feedback_nlp.records import Sentence

CHOSEN = "we chose somebody with a licence."
TEXT = "Hi Ana, we chose somebody with a licence. Good luck."
SENTENCES = [Sentence(0, 7, ("hi",)), Sentence(8, 41, ("chose",)), Sentence(42, 52, ("luck",))]


def probabilities(*rows):
    """Of each sentence the chances of a missing skill and of boilerplate; the rest is another candidate's."""
    found = np.zeros((len(rows), len(SENTENCE_LABELS)))
    for row, (skill, boilerplate) in zip(found, rows, strict=True):
        row[SENTENCE_LABELS.index(SKILLS_GAP)], row[SENTENCE_LABELS.index(BOILERPLATE)] = skill, boilerplate
        row[SENTENCE_LABELS.index(ANOTHER_CANDIDATE)] = 1 - skill - boilerplate
    return found


@pytest.mark.parametrize(
    ("rows", "quotes"),
    [
        pytest.param([(0.02, 0.97), (0.01, 0.01), (0.0, 0.99)], [CHOSEN], id="no greeting, where none says it"),
        pytest.param([(0.3, 0.6), (0.01, 0.01), (0.0, 0.99)], ["Hi Ana,"], id="a likely one, though it is likelier boilerplate"),
        pytest.param([(0.02, 0.97), (0.01, 0.98), (0.0, 0.99)], ["Hi Ana,"], id="nothing but boilerplate"),
        pytest.param([(0.6, 0.3), (0.9, 0.0), (0.0, 0.99)], ["Hi Ana,", CHOSEN], id="two, in the mail's order"),
    ],
)
def test_where_a_reason_is_said(rows, quotes):
    assert [quote.text for quote in _quote(TEXT, SENTENCES, probabilities(*rows), SKILLS_GAP)] == quotes


def test_a_secondary_reason_is_not_quoted_from_a_greeting(model):
    text = "Hi Ana, we gave it to a lad with more experience on the saws. Cheers, Pete"
    (said,) = model.classify([text])
    assert said.secondary == (SKILLS_GAP,)
    assert said.secondary_evidence[SKILLS_GAP].text == "we gave it to a lad with more experience on the saws."
