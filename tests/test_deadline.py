import re

import pytest

from feedback_nlp.deadline import sets_deadline
from feedback_nlp.resources import read_table

TABLE = read_table("deadline")
PARTS = ("limits", "whole", "to_do", "beginnings", "undone", "clause_ends")


@pytest.mark.parametrize(
    "sentence",
    [
        "Please let us know by Friday 12 June whether you would like to be considered for the reserve list.",
        "Kindly confirm by 6th April whether your candidature may be shared with our Muscat branch.",
        "If you would like feedback, please reply to this message within five working days.",
        "You may appeal in writing within 28 days.",
        "Appeals must be received on or before 20/09.",
        "Text me by 9 a.m. tomorrow if you still want the labouring shift.",
        "We hope you will stay in touch, and please return your pass before the end of the month.",
        "You have until Sunday evening to download your certificates from the site.",
        "You’ve got 14 days to ask for a copy of the data that we hold on you.",
        "I need to hear from you by close of business on Monday if I am to put you up for the second-line support role.",
        "PLEASE RETURN YOUR VISITOR PASS NO LATER THAN 5 PM ON TUESDAY.",
        "Could you tell me before Tuesday week if you would take a temporary contract?",
    ],
)
def test_a_deadline(sentence):
    assert sets_deadline(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "We will be in touch by Friday.",
        "We hope to fill the role within two weeks.",
        "I wanted to tell you before the weekend.",
        "The successful candidate has until Friday to sign.",
        "Your travel claim should be paid within three weeks.",
        "You are welcome to apply again within six months.",
        "Applications had to reach us by noon on 31 January.",
        "Please collect your certificates from reception on any working day before noon.",
        "If it has not arrived by Friday, send us a screenshot.",
        "Please reply to this message.",
        "The role is on hold until the new year, and we will write to you then.",
        "You interviewed with us within a week of applying.",
        "Your start date would have been before May.",
    ],
)
def test_no_deadline(sentence):
    assert not sets_deadline(sentence)


def test_the_schema_of_the_table():
    """Every part is there, every list is used, and what a phrase names is a list; `denials` belong to the language."""
    assert set(TABLE) == {*PARTS, "words"}
    phrases = [phrase for part in PARTS for phrase in TABLE[part]]
    named = {name for phrase in phrases for name in re.findall(r"\{(.*?)\}", phrase)}
    assert named == TABLE["words"].keys() - {"denials"}
    assert all(text == text.lower() for text in (*phrases, *(form for forms in TABLE["words"].values() for form in forms)))
    assert all(len(set(TABLE[part])) == len(TABLE[part]) for part in PARTS)
    assert all(len(set(forms)) == len(forms) for forms in TABLE["words"].values())
