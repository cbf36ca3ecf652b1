import pytest

from feedback_nlp.course import threads, write_courses
from tests.journals import ME, column, day, journal_of

ACK = {"step": "application", "done": 1}
NO = {"rejection": 1}


def invited(step, time):
    return {"step": step, "time": day(time)}


def met(step, time):
    return {"step": step, "done": 1, "time": day(time)}


def written(folder, *messages, application=1):
    journal = journal_of(folder, *messages)
    with journal as opened:
        opened.connection.execute("UPDATE message SET conversation = 1, application = ?", (application,))
        write_courses(opened.connection)
        return {name: column(opened, name) for name in ("stage", "days_since_application", "days_since_contact", "company_name", "thread")}


@pytest.mark.parametrize(
    ("messages", "stage"),
    [
        pytest.param([NO], "application", id="nothing else is known"),
        pytest.param([ACK, NO], "application", id="acknowledged"),
        pytest.param([NO | {"step": "final"}], "final", id="as it says itself"),
        pytest.param([ACK, met("interview", 5), NO | {"time": day(6)}], "interview", id="they met"),
        pytest.param([ACK, invited("interview", 5), NO | {"time": day(9)}], "interview", id="invited, and days went by"),
        pytest.param([ACK, invited("interview", 5), NO | {"time": day(5.2)}], "application", id="called off at once"),
        pytest.param([met("test", 2), met("screen", 3), NO | {"time": day(5)}], "test", id="the furthest, not the last"),
        pytest.param([NO | {"time": day(2)}, met("interview", 5)], "application", id="what comes later does not count"),
        pytest.param([NO | {"step": "interview"}, NO | {"time": day(9)}], "interview", id="feedback after the decision"),
        pytest.param([invited("interview", 5) | {"time": None}, NO], "application", id="an invitation without a date"),
    ],
)
def test_stage_of_a_rejection(messages, stage, tmp_path):
    found = written(tmp_path, *messages)["stage"]
    assert found[next(i for i in reversed(range(len(messages))) if messages[i].get("rejection"))] == stage


def test_stage_of_other_messages_is_what_they_are_about(tmp_path):
    assert written(tmp_path, ACK, {}, invited("interview", 5))["stage"] == ["application", "", "interview"]


def test_days(tmp_path):
    found = written(tmp_path, {"time": day(0)}, ACK | {"time": day(0.5)}, {"time": day(3)}, NO | {"time": day(20.4)}, {"time": None})
    assert found["days_since_application"] == [None, 0, 2, 19, None]
    assert found["days_since_contact"] == [None, 0, 2, 17, None]


def test_a_rejection_that_thanks_for_applying_is_not_the_application(tmp_path):
    thanking = NO | {"step": "application"}
    assert written(tmp_path, thanking)["days_since_application"] == [None]
    assert written(tmp_path, ACK | {"time": day(1)}, thanking | {"time": day(4)})["days_since_application"] == [0, 3]


def test_own_rejections_are_none(tmp_path):
    with journal_of(tmp_path, ACK, NO | {"sender": ME}) as journal:
        journal.connection.execute("UPDATE message SET conversation = 1, application = 1, own = (n = 2)")
        write_courses(journal.connection)
        assert column(journal, "stage") == ["application", ""]


def test_what_one_message_of_an_application_tells_holds_for_all(tmp_path):
    names = [{"company_name": name} for name in ("Oven", "", "The Oven Ltd", "Oven")]
    assert written(tmp_path, *names)["company_name"] == ["Oven", "Oven", "The Oven Ltd", "Oven"]


def test_a_conversation_that_is_no_application_tells_nothing(tmp_path):
    found = written(tmp_path, {"company_name": "Shop"}, {"company_name": ""}, application=None)
    assert found["company_name"] == ["Shop", ""]
    assert found["stage"] == ["", ""]
    assert found["days_since_application"] == [None, None]
    assert found["days_since_contact"] == [None, 1]


def test_a_thread_has_the_same_name_in_whatever_order_it_was_read(tmp_path):
    messages = [{"identity": f"i{n}", "time": day(n)} for n in range(4)]
    names = [set(written(tmp_path, *order)["thread"]) for order in (messages, messages[::-1])]
    assert len(names[0]) == 1
    assert names[0] == names[1]


def test_threads_come_whole_and_in_time(tmp_path):
    with journal_of(tmp_path, *[{"time": day(9 - n)} for n in range(6)]) as journal:
        journal.connection.execute("UPDATE message SET conversation = n % 3, application = CASE WHEN n % 3 = 0 THEN 7 END")
        found = [[(e.application, e.n) for e in thread] for thread in threads(journal.connection)]
    assert sorted(found, key=str) == sorted([[(None, 4), (None, 1)], [(None, 5), (None, 2)], [(7, 6), (7, 3)]], key=str)
