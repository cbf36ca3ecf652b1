import pytest

from feedback_nlp.wording import Wording, draft_words, fields

CONDITIONS = dict.fromkeys("label stage sender feedback door gap chosen freeze".split(), "") | dict.fromkeys(
    ("form", "named", "own", "hint", "call"), "no"
)
VALUES = dict.fromkeys("role scheme company missing again back day name addressee".split(), "")


def wording(values=VALUES, **conditions):
    return Wording(VALUES | values, CONDITIONS | {"kind": "feedback", "tone": "warm"} | conditions)


@pytest.mark.parametrize(
    ("values", "position"),
    [
        ({"role": "Baker", "company": "Alder"}, "the Baker role at Alder"),
        ({"role": "Baker"}, "the Baker role"),
        ({"scheme": "Internship", "company": "Alder"}, "the Internship at Alder"),
        ({"company": "Alder"}, "the role at Alder"),
        ({}, "the role"),
    ],
)
def test_the_first_entry_is_taken_of_which_all_is_known(values, position):
    assert wording(values)["position"] == position


@pytest.mark.parametrize(("sender", "decider"), [("agency", "the client"), ("manager", "you"), ("", "you")])
def test_conditions(sender, decider):
    assert wording(sender=sender)["decider"] == decider


def test_a_list_holds_where_one_of_it_does():
    assert wording(stage="final")["first_question"] == "What is one thing that came across well?"


def test_a_piece_of_which_no_entry_fits_is_left_out():
    assert wording()["point"] == ""


def test_a_value_is_no_template():
    assert wording({"role": "{company}", "company": "{role}"})["position"] == "the {company} role at {role}"


def test_lines_that_are_left_out_leave_no_gap():
    refused = wording(kind="freeze", feedback="refused").letter()
    assert "\n-" not in refused
    assert "\n\n\n" not in refused
    assert refused == refused.strip()


def test_fields():
    assert fields("{greeting}\n\n{thanks} and {thanks}.") == ["greeting", "thanks", "thanks"]
    assert fields("plain") == []


def test_words():
    assert "internship" in draft_words("schemes")
