import datetime

from feedback_nlp.dossier.compilation import compile_dossier
from feedback_nlp.dossier.flow import Stop
from feedback_nlp.patterns import patterns
from tests.labelled import other, row

TODAY = datetime.date(2026, 10, 1)
ROWS = [
    row("skills_gap", "a", "interview", date="2026-03-01"),
    other("a", "application", date="2026-02-01"),
    row("vague_subjective", "b", date="2026-05-01"),
    row("vague_subjective"),
    row("another_candidate", "c", date="2026-04-01", signals=[{"signal": "freeze", "value": "until", "words": "until May", "quote": "q"}]),
    row("another_candidate", "c", date="2026-04-01"),
]


def test_everything_together():
    found = compile_dossier(ROWS, TODAY, [{"company": "Oven", "days": 30}])
    assert [answer.number for answer in found.answers] == [3, 5, 6, 1, 4]  # the newest first, as they came, and last without a date
    assert found.patterns == patterns(ROWS)
    assert list(found.tables) == ["reasons", "steps", "roles", "time", "reached"]
    assert found.flow == (
        Stop("application", 4, 3, 0, 0),
        Stop("screen", 1, 0, 0, 0),
        Stop("test", 1, 0, 0, 0),
        Stop("interview", 1, 1, 0, 0),
    )
    assert [(door.answer.number, door.day, door.due) for door in found.doors] == [(5, datetime.date(2026, 5, 1), True)]
    assert [waiting.company for waiting in found.waiting] == ["Oven"]
    assert (found.missing.total, found.missing.unnamed) == (1, 1)
    assert found.summary[0] == "Of 4 applications, 4 ended with a no."
    assert found.today == TODAY


def test_nothing_to_count():
    found = compile_dossier([other("a", "screen")], TODAY)
    assert (found.answers, found.tables, found.doors, found.waiting) == ((), {}, (), ())
    assert found.summary == ("There is no rejection in these files, so there is nothing to count.",)
