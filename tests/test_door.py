import datetime

from feedback_nlp.dossier.answer import answer_of
from feedback_nlp.dossier.door import doors_of
from tests.labelled import row

TODAY = datetime.date(2026, 10, 1)


def said(signal, value, words=""):
    return {"signal": signal, "value": value, "words": words, "quote": f"We say {words}."}


def answers(*rows):
    return [answer_of(n, row("hiring_freeze", **fields)) for n, fields in enumerate(rows, 1)]


def shown(found):
    return [(d.answer.number, d.meaning, d.said.words, d.day and d.day.isoformat(), d.due) for d in found]


def test_by_the_day_and_last_those_without():
    found = doors_of(
        answers(
            {"date": "2026-09-30", "signals": [said("door", "later role", "weekend baker")]},
            {"date": "2026-09-01", "signals": [said("door", "apply again", "in six months"), said("freeze", "until", "until October")]},
            {"date": "2026-08-01", "signals": [said("door", "kept on file", "for twelve months")]},
        ),
        TODAY,
    )
    assert shown(found) == [
        (2, "The role may come back.", "until October", "2026-10-01", True),
        (2, "They invite you to apply again.", "in six months", "2027-03-01", False),
        (3, "They keep your details.", "for twelve months", "2027-08-01", False),
        (1, "They speak of another role.", "weekend baker", None, False),
    ]


def test_courtesies_and_open_ends_are_no_doors():
    assert (
        doors_of(answers({"signals": [said("door", "courtesy"), said("freeze", "open"), said("deadline", "deadline", "today")]}), TODAY)
        == ()
    )


def test_without_a_date_of_the_mail_there_is_no_day():
    assert shown(doors_of(answers({"signals": [said("door", "apply again", "in six months")]}), TODAY)) == [
        (1, "They invite you to apply again.", "in six months", None, False)
    ]
