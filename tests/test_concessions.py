import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.concessions import without_concessions


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        pytest.param("Your Python is strong, but you have not used Go.", ", but you have not used Go.", id="praise, but"),
        pytest.param("Your Python impressed us, yet the role needs Go.", ", yet the role needs Go.", id="praise, yet"),
        pytest.param("You have Python; however, the role needs Go.", "; however, the role needs Go.", id="however"),
        pytest.param("Although we saw your Python, your Azure is thin.", ", your Azure is thin.", id="although"),
        pytest.param("While your SQL is excellent, we sought Kafka.", ", we sought Kafka.", id="while"),
        pytest.param("We chose Ida, despite your strong SQL.", "We chose Ida", id="conceded at the end"),
        pytest.param("Your Python went very well; SAP is missing.", "; SAP is missing.", id="two sentences in one"),
        pytest.param("You clearly know SQL, we need Spark.", ", we need Spark.", id="only a comma"),
        pytest.param("You have not yet worked with SAP, but you know Excel.", "You have not yet worked with SAP", id="not yet, but"),
        pytest.param("You know SQL, but not Spark.", ", but not Spark.", id="but not"),
        pytest.param("Your Python, SQL and Java are excellent, but Go is a must.", ", but Go is a must.", id="a list is praised"),
        pytest.param("Without doubt you know SQL.", "", id="nothing but praise"),
    ],
)
def test_what_is_granted_is_left_out(sentence, left):
    assert without_concessions(sentence) == left


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("You know neither Python nor R.", id="neither"),
        pytest.param("You have not yet worked with SAP.", id="not yet"),
        pytest.param("Your SAP is good, but could be stronger.", id="taken back"),
        pytest.param("The other candidate has strong SAP and Oracle.", id="another's"),
        pytest.param("You have neither Python nor R, but we need both.", id="neither, but"),
        pytest.param("You have not used Terraform, Ansible, or Docker, but Chef alone.", id="a list is missing"),
        pytest.param("The role needs Python, but you have only used Ruby.", id="asked for, but"),
        pytest.param("Your Python is not strong enough.", id="denied praise"),
        pytest.param("Your Python isn’t strong.", id="denied with a curly apostrophe"),
        pytest.param("We look for strong SQL.", id="praise of what is asked for"),
        pytest.param("Somebody else was very strong in SQL.", id="praise of somebody else"),
        pytest.param("Your SQL is good, but not good enough for this role.", id="but not good enough"),
        pytest.param("Your SQL is good, though not at the level that we need.", id="though not at the level"),
        pytest.param("Your German is good, but it is below B2.", id="but it"),
        pytest.param("Your English is at C1 level while your German is at A2.", id="while in the middle"),
        pytest.param("While your German has not reached B2, Kai's has.", id="what is missing is conceded"),
        pytest.param("We use SAP as well.", id="as well"),
        pytest.param("You have yet to use Spark.", id="yet to"),
        pytest.param("The panel asked for SAP, which your CV does not show.", id="no concession"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_lacks_is_kept(sentence):
    assert without_concessions(sentence) == sentence


@given(st.lists(st.sampled_from(["Although", "but", "while", ",", ";", "strong", "not", "SAP", "you know", "yet", " ", "\n"])))
def test_nothing_is_added(words):
    sentence = " ".join(words)
    left = iter(sentence)
    assert all(character in left for character in without_concessions(sentence))


@pytest.mark.parametrize("piece", ["although ", ", but ", "you know, ", "; (", "while, "])
def test_long_sentences_are_read_in_time(piece):
    start = time.perf_counter()
    without_concessions(piece * 20_000)
    assert time.perf_counter() - start < 5
