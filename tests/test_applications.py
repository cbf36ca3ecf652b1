import pytest

from feedback_nlp.applications import tie_applications
from feedback_nlp.company import company_key
from feedback_nlp.threads import mark_own, number_conversations
from tests.journals import ME, column, day, grouped, journal_of


def at(name, sender=""):
    """A message of a company, as the journal has its name."""
    return {"company": company_key(name), "company_name": name, "sender": sender or SYSTEM}


SYSTEM = "no-reply@myworkday.com"
OVEN = at("Oven", "ann@oven.example")
ACK = {"step": "application", "done": 1}
NO = {"rejection": 1}
BAKER, CLERK = {"role": "baker"}, {"role": "clerk"}
ROW = {"sender": ""}


def applications(folder, *messages):
    with journal_of(folder, *messages) as journal, journal.batch():
        mark_own(journal.connection, [ME])
        number_conversations(journal.connection)
        tie_applications(journal.connection)
        return grouped(column(journal, "application"))


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([OVEN | BAKER | ACK, OVEN | BAKER | NO], [0, 0], id="the same company and role"),
        pytest.param([OVEN | BAKER | ACK, OVEN | NO], [0, 0], id="the role is told once"),
        pytest.param([OVEN | ACK, OVEN | BAKER | NO], [0, 0], id="the role is told later"),
        pytest.param([OVEN | BAKER | ACK, OVEN | {"role": "senior baker"} | NO], [0, 0], id="a role more or less fully"),
        pytest.param([OVEN | BAKER | ACK, OVEN | CLERK | ACK, OVEN | BAKER | NO], [0, 1, 0], id="two roles at one company"),
        pytest.param([OVEN | ACK, {"company": "mill", "sender": "x@mill.example"} | NO], [0, 1], id="two companies"),
        pytest.param([OVEN | ACK, {"sender": "bo@oven.example"} | NO], [0, 0], id="known by the domain"),
        pytest.param([OVEN | {"sender": SYSTEM} | ACK, {"company": "mill", "sender": SYSTEM} | NO], [0, 1], id="one system, two companies"),
        pytest.param([OVEN | {"sender": SYSTEM} | ACK, OVEN | {"sender": "ann@oven.example"} | NO], [0, 0], id="system and person"),
        pytest.param([{"sender": "ann@gmail.com"} | ACK, {"sender": "bo@gmail.com"} | NO], [0, 1], id="free mail"),
        pytest.param([{"sender": "ann@gmail.com"} | ACK, {"sender": "ann@gmail.com"} | NO], [0, 0], id="one person's free mail"),
        pytest.param([OVEN | ACK, OVEN | NO, OVEN | ACK, OVEN | NO], [0, 0, 2, 2], id="they applied again"),
        pytest.param([OVEN | ACK, OVEN | NO, OVEN | NO], [0, 0, 0], id="feedback after the decision"),
        pytest.param([OVEN | ACK, OVEN | NO | {"time": day(400)}], [0, 1], id="more than a year later"),
        pytest.param([OVEN | BAKER | NO | {"time": None}, OVEN | BAKER | ACK], [0, 0], id="a message without a date comes last"),
        pytest.param([OVEN | ACK | {"own": 1, "sender": ME, "to": ["ann@oven.example"]}, OVEN | NO], [0, 0], id="the person's own mail"),
        pytest.param([OVEN | BAKER, OVEN | BAKER | ACK], [0, 0], id="what came before the acknowledgement"),
        pytest.param([OVEN | BAKER | NO, {"company": "oven", "sender": "ask@survey.example"} | BAKER], [0, 0], id="a survey"),
        pytest.param([OVEN | BAKER | NO, {"sender": "ask@survey.example"} | BAKER], [0, None], id="the role alone is not enough"),
        pytest.param([OVEN | CLERK | NO, OVEN | BAKER], [0, None], id="another role alone makes no application"),
        pytest.param([{"company": "oven"}, {}], [None, None], id="no job mail"),
        pytest.param([OVEN | BAKER | ACK, at("Oven Systems") | BAKER | NO], [0, 0], id="a longer name"),
        pytest.param([at("The Oven Systems Ltd") | BAKER | ACK, at("Oven") | BAKER | NO], [0, 0], id="a shorter name"),
        pytest.param([OVEN | BAKER | ACK, at("Oven Systems") | NO], [0, 1], id="a longer name, no role"),
        pytest.param([at("Oven Systems") | BAKER | ACK, at("Oven Foods") | BAKER | NO], [0, 1], id="names that begin alike"),
        pytest.param([at("Oven") | BAKER | ACK, at("Ovenden Council") | BAKER | NO], [0, 1], id="a name that begins with the letters"),
        pytest.param([at("Bee") | BAKER | ACK, at("Bee Mill") | BAKER | NO], [0, 1], id="too short a name"),
        pytest.param([{"sender": "a@oven-mill.example"} | BAKER | ACK, at("Oven Mill") | BAKER | NO], [0, 0], id="a domain of two words"),
        pytest.param([{"sender": "a@oven.example"} | BAKER | ACK, at("Oven Mill") | BAKER | NO], [0, 0], id="a shorter domain"),
        pytest.param([OVEN | BAKER | NO, OVEN], [0, 0], id="another mail of one who wrote about it"),
        pytest.param([OVEN | BAKER | NO, {"time": day(90), "sender": "ann@oven.example"}], [0, None], id="much later"),
        pytest.param([OVEN | BAKER | NO, OVEN | CLERK | NO, OVEN], [0, 1, None], id="of one who wrote about two"),
        pytest.param([{"sender": SYSTEM} | BAKER | NO, {"sender": SYSTEM}], [0, None], id="a system's other mail"),
        pytest.param([ROW | ACK, ROW | NO, ROW | NO], [0, 1, 2], id="rows that nobody sent"),
        pytest.param([ROW | NO, ROW], [0, None], id="a row that nobody sent is of nobody who wrote"),
        pytest.param([ROW | BAKER | ACK, ROW | BAKER | NO], [0, 1], id="rows of one role, of whichever employer"),
        pytest.param([ROW | ACK | {"subject": ""}, ROW | NO | {"subject": ""}], [0, 1], id="rows without a subject"),
        pytest.param([ROW | ACK | {"company": "oven"}, ROW | NO | {"company": "oven"}], [0, 0], id="rows of one company"),
        pytest.param([ROW | ACK | {"ids": ["a"]}, ROW | NO | {"ids": ["b", "a"]}], [0, 0], id="rows of one conversation"),
    ],
)
def test_applications(messages, expected, tmp_path):
    assert applications(tmp_path, *messages) == expected


def test_a_conversation_goes_with_its_job_mail(tmp_path):
    messages = [OVEN | {"ids": ["a"]}, OVEN | ACK | {"ids": ["b", "a"]}, {"ids": ["c", "b"]}, OVEN | NO | {"ids": ["d"]}]
    assert applications(tmp_path, *messages) == [0, 0, 0, 0]


def test_subjects_tie_where_roles_are_not_told(tmp_path):
    messages = [
        OVEN | BAKER | ACK | {"subject": "baker"},
        OVEN | CLERK | ACK | {"subject": "clerk"},
        OVEN | NO | {"subject": "baker"},
        OVEN | NO | {"subject": "clerk"},
    ]
    assert applications(tmp_path, *messages) == [0, 1, 0, 1]


def test_the_same_again_for_the_same_journal(tmp_path):
    with journal_of(tmp_path, OVEN | ACK, OVEN | NO, {}) as journal:
        for _ in range(2):
            with journal.batch():
                number_conversations(journal.connection)
                tie_applications(journal.connection)
            assert grouped(column(journal, "application")) == [0, 0, None]
