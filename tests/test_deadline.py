import re

import pytest

from feedback_nlp.deadline import sets_deadline
from feedback_nlp.phrases import plain_parts
from feedback_nlp.resources import read_table

TABLE = read_table("deadline")
PARTS = ("limits", "to_do", "beginnings", "ends", "possible", "whole", "undone", "clause_ends")


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
        "We'd need a reply from you by Friday.",
        "You can ask for your test results until 30 June.",
        "Feedback may be requested until the end of the month.",
        "If you would like feedback, call me within the next two weeks.",
        "Please collect your documents by Friday, otherwise we will destroy them.",
        "Please return your badge and your laptop by Friday.",
        "If you wish to appeal, you must do so within 5 working days.",
        "Kindly acknowledge this mail by tomorrow.",
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
        "You don't have the right to a review within six months.",
        "If you didn't answer the questions before the end of the test, that counted too.",
        "If you can't send it by Friday, no harm is done.",
        "I need nothing from you by Friday.",
        "For now hiring is frozen until the end of June.",
        "For budget reasons the post is frozen until the end of March.",
        "For your information, the office is closed until Monday.",
        "If you are looking for work before the end of the year, we wish you luck.",
        "If you applied for several roles, each team answers within two weeks.",
        "Post filled by 1 June.",
        "File closed by 1 June.",
        "Message sent before 5 pm on Friday.",
        "Return to work is planned by 1 June.",
        "Use of the portal ends by 31 December.",
        "Take it easy until Monday!",
        "Your documents can be kept until 31 December.",
        "Your application may be stored until 31 December.",
        "Your documents must be destroyed within six months.",
        "Your expenses should arrive within ten working days.",
        "Feedback may take up to two weeks.",
        "A review may take up to six months.",
        "Your application may not be considered before the end of the year.",
        "If you reply to this mail, you will receive feedback within two weeks.",
        "If you asked for feedback, a colleague will send it within five working days.",
        "If you write to us, expect an answer within ten working days.",
        "If you ask for feedback, it may take up to 10 days.",
        "Please ask for feedback; our recruiter replies within two days.",
        "Please reply to this mail to get feedback within ten days.",
        "We keep your details until the end of the year, please tell us if you object.",
        "Your CV stays on file until 30 June; please let us know if you object.",
        "The post is on hold until the end of June, please contact us then.",
        "Ida is on leave until Monday, please contact me.",
        "Please contact me then, nothing opens before the end of March.",
        "Please give us until Friday to respond.",
        "You have 6 months of notice to complete.",
        "You have only 3 months left to complete your degree.",
        "You said you have two weeks of holiday to take.",
        "You have got one month to answer, which you did not use.",
        "We need more from you by the next time.",
        "Please accept our apologies for not replying within two weeks.",
        "Please accept that the decision stands until the end of the year.",
        "If you don't hear from us by Friday, please contact me.",
        "If you do not receive your expenses within 30 days, please contact payroll.",
        "You could answer most questions within a day.",
        "The test must be completed within two hours, and yours took four.",
        "Your application should have been submitted by 1 March.",
        "We will keep your CV until 30 June.",
        "Please do not reply before Monday.",
        "We ask you to wait until Friday.",
        "If you have not heard from us by Friday, consider your application closed.",
        "Please apply again by the end of the year.",
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
    assert [form for forms in TABLE["words"].values() for form in forms if [*plain_parts(form)] != [f"{form} "]] == []
    assert all(text == text.lower() for text in (*phrases, *(form for forms in TABLE["words"].values() for form in forms)))
    assert all(len(set(TABLE[part])) == len(TABLE[part]) for part in PARTS)
    assert all(len(set(forms)) == len(forms) for forms in TABLE["words"].values())
