import datetime

from feedback_nlp.dossier.compilation import compile_dossier
from feedback_nlp.dossier.summary import counted, day_in_words
from tests.labelled import other, row

S, A, F, V = "skills_gap", "another_candidate", "hiring_freeze", "vague_subjective"


def summary(*rows, silent=()):
    return list(compile_dossier(rows, datetime.date(2026, 10, 1), silent).summary)


def gap(words):
    return [{"signal": "gaps", "value": "skill", "words": words, "quote": words}]


def door(words):
    return [{"signal": "door", "value": "apply again", "words": words, "quote": words}]


def test_all_of_it():
    rows = [
        row(S, "a", "interview", signals=gap("Excel")),
        row(S, "b", "test", signals=gap("Excel")),
        row(A, "c", date="2026-09-01", signals=door("in six months")),
        row(F, "d", date="2026-09-01", signals=door("in a month")),
        row(V, "e"),
        row(V, "f", possible=[V, A]),
        other("g", "offer"),
        other("h", "interview"),
    ]
    assert summary(*rows, silent=[{"days": 30}, {"days": 40}]) == [
        "Of 8 applications, 6 ended with a no; 1 application led to an offer; 1 application has no decision yet.",
        "4 of 5 that can be read clearly say why: something the role asks for was missing (2), somebody else was chosen (1), "
        "the role went away or was paused (1).",
        "1 of 5 give no reason that anybody could act on; that is no verdict on you.",
        "1 is unsure: the reason could be one of several, so it counts for none.",
        "4 of 8 applications got past the first step, and 3 of 8 to an interview or further.",
        "Named as missing more than once: Excel (2).",
        "2 applications left a door open. The next day to put into your calendar is 1 March 2027.",
        "2 applications had no answer for long enough that you may ask.",
    ]


def test_a_file_of_rejections_alone():
    assert summary(row(V, "a")) == [
        "These mails turn down 1 application.",
        "0 of 1 that can be read clearly say why.",
        "1 of 1 give no reason that anybody could act on; that is no verdict on you.",
        "0 of 1 applications got past the first step, and 0 of 1 to an interview or further.",
    ]


def test_unsure_ones_alone():
    assert summary(*[row(S, name, stage="", confidence=0.4) for name in "ab"]) == [
        "These mails turn down 2 applications.",
        "2 are unsure: the reason could be one of several, so they count for none.",
    ]


def test_no_percentage_is_said_of_few():
    assert "%" not in " ".join(summary(*[row(S, str(n)) for n in range(19)]))


def test_words():
    assert [counted(n, "day") for n in (0, 1, 1200)] == ["0 days", "1 day", "1,200 days"]
    assert day_in_words(datetime.date(2026, 6, 9)) == "9 June 2026"
