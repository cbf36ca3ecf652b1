import re

import pytest

from feedback_nlp.labels import SIGNAL_VALUES
from feedback_nlp.phrases import plain_parts
from feedback_nlp.resources import read_table
from feedback_nlp.signal_phrases import plainly_said

TABLE = read_table("signal_phrases")

SAID = {
    ("feedback", "offered"): [
        "Should you wish to receive feedback on your interview, please contact Janet Prowse, Ward Manager, on 01632 960 441.",
        "If you would like further feedback please email me.",
        "I would be glad to talk to you by telephone if you would find that useful.",
        "Do ring me if you would like to talk it through.",
        "We are happy to provide some feedback over the phone.",
        "I'd be happy to talk you through the panel's decision.",
        "You are welcome to ask for your scores.",
        "Feedback is available on request.",
        "Let me know if you'd like any feedback.",
        "WE’D BE GLAD TO SHARE OUR NOTES WITH YOU.",
        "If anything above is unclear, just hit reply.",
    ],
    ("gaps", "overqualified"): [
        "We felt that you are overqualified for the post.",
        "You would be too senior for this role.",
        "It would be a step back for you.",
        "You have far more experience than the role requires.",
    ],
    ("gaps", "pay"): [
        "Your salary expectations exceed what we can offer.",
        "The figure you named is above our range.",
        "Your day rate is out of our budget.",
    ],
    ("traits", "age"): [
        "We are after someone a bit younger.",
        "At your age it would be hard.",
        "You are too close to retirement.",
    ],
    ("traits", "family"): [
        "As you mentioned that you have two small children, we feel that the early shifts would not be suitable.",
        "With your childcare we could not rely on you.",
        "You are expecting a baby.",
    ],
    ("traits", "origin"): ["Customers would struggle with your accent.", "We want somebody born and bred here."],
    ("traits", "religion"): ["We can't have a headscarf at reception.", "Your prayer times would not fit our shifts."],
    ("traits", "health"): [
        "Because of your epilepsy we do not think that the job would be safe for you.",
        "The office can't be used by someone in a wheelchair.",
    ],
    ("traits", "sex"): ["The client wanted a male carer.", "We decided so because you are a woman."],
    ("deadline", "deadline"): ["Please let us know by Friday."],
}
NOTHING = [
    "",
    "We are unable to give you any feedback.",
    "We can't provide individual feedback.",
    "Feedback is given to final stage candidates only.",
    "We would value your feedback on the process.",
    "If you have feedback for us, please fill in the survey.",
    "I am replying to your request for feedback.",
    "Respectfully, we decline requests for feedback.",
    "We chose somebody who was more senior than the other candidates.",
    "The other candidate was overqualified.",
    "Your salary expectation is within our range.",
    "Thank you for your time and your interest.",
    "Your age was of no relevance.",
    "We work with older people and young offenders.",
    "We do not discriminate because of your age or your religion.",
    "You need a working with children check.",
    "My wife and our small children send their regards.",
    "You have worked with children for years.",
    "The vacancy was cover for maternity leave.",
    "Your accent is charming.",
    "The hotel opens again after Ramadan.",
    "Your work in mental health was good.",
    "We hired a man who lives next door.",
    "He is the right man for the job.",
    "Your CV was well written.",
    "We are a young and dynamic team.",
    "You do not have experience of the age range that we teach.",
    "The person who holds the post has decided to stay until retirement, so there is no vacancy any more.",
    "You would be working with a younger team.",
    "Your childcare diploma is not recognised in this country.",
    "The role is with young children, and you have taught teenagers.",
    "As a working mother herself, our founder wishes you well.",
    "Your portfolio puts a strong accent on print, while we need web design.",
    "Your French accent was good.",
    "Your religious studies degree is not among those that we accept.",
    "You have no experience with religious dress design.",
    "Your cancer research background did not match the project.",
    "You have not worked with people with epilepsy.",
    "Your health is important to us.",
    "Your anxiety in the interview was understandable.",
    "We needed a male tenor.",
    "A female colleague will call you.",
    "You have no experience in women's work wear.",
]


@pytest.mark.parametrize(("value", "sentence"), [(value, sentence) for value, each in SAID.items() for sentence in each])
def test_said(value, sentence):
    assert set(plainly_said(sentence)) == {value}


@pytest.mark.parametrize("sentence", NOTHING)
def test_nothing_said(sentence):
    assert list(plainly_said(sentence)) == []


def test_the_schema_of_the_table():
    """Every value is one, has phrases and a case, and every list is used; `denials` belong to the language."""
    entries = {(signal, value): entry for signal in TABLE.keys() - {"words"} for value, entry in TABLE[signal].items()}
    assert entries.keys() == SAID.keys() - {("deadline", "deadline")}
    assert all(value in SIGNAL_VALUES[signal] for signal, value in entries)
    assert all(entry.keys() == {"says", "unless"} for entry in entries.values())
    phrases = [phrase for entry in entries.values() for part in entry.values() for phrase in part]
    assert {name for phrase in phrases for name in re.findall(r"\{(.*?)\}", phrase)} == TABLE["words"].keys()
    assert [form for forms in TABLE["words"].values() for form in forms if [*plain_parts(form)] != [f"{form} "]] == []
    assert all(text == text.lower() for text in (*phrases, *(form for forms in TABLE["words"].values() for form in forms)))
    assert all(len(set(part)) == len(part) for entry in entries.values() for part in entry.values())
    assert all(len(set(forms)) == len(forms) for forms in TABLE["words"].values())
