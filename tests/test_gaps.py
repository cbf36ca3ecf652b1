import pytest

from feedback_nlp.case import GAPS
from feedback_nlp.gaps import gap_of, signals_of
from feedback_nlp.records import Email, Evidence, Prediction, Said, Signals
from feedback_nlp.resources import read_table

WORDS = read_table("gaps")


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_of_a_kind_is_found(kind):
    assert kind in GAPS
    assert [(word, gap_of([f"Sorry: {word.upper()}."])) for word in WORDS[kind]] == [(word, kind) for word in WORDS[kind]]


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("We are not able to sponsor a visa for this post.", "permit"),
        ("You need the right to work in Ireland.", "permit"),
        ("The crew needs somebody who can relocate to Leith.", "place"),
        ("Your salary expectation lies above what we can pay.", "pay"),
        ("Your notice period is too long for us.", "availability"),
        ("The desk needs a fluent speaker of Danish.", "language"),
        ("Your references did not arrive in time.", "paperwork"),
        ("We feel that you are overqualified for the till.", "overqualified"),
        ("You do not hold a forklift licence.", "qualification"),
        ("Your take-home fell short of the bar.", "test"),
        ("You have not led a team before.", ""),
        ("We wanted deeper knowledge of Rust.", ""),
        ("The contest was close.", ""),
    ],
)
def test_gap_of(quote, kind):
    assert gap_of([quote]) == kind


@pytest.mark.parametrize(
    ("label", "text", "sender", "signals"),
    [
        ("skills_gap", "No visa.", "", Signals(gaps=(Said("permit"),))),
        ("another_candidate", "No visa.", "", Signals()),
        ("vague_subjective", "We can't give feedback.", "", Signals(feedback=Said("refused"))),
        ("vague_subjective", "It is a no.", "no-reply@mill.example", Signals(reply=Said("no-reply"))),
        ("vague_subjective", "Do not reply to this email.", "", Signals(reply=Said("no-reply"))),
        (None, "No visa.", "", Signals()),
    ],
)
def test_signals_of(label, text, sender, signals):
    quote = Evidence(text, 0, len(text), 0.9)
    assert signals_of(Email("1", text, sender=sender), Prediction(label, 1.0, {}, evidence=(quote,))) == signals
