import datetime

import pytest

from feedback_nlp.course import write_courses
from feedback_nlp.silence import newest, silent
from tests.journals import column, day, journal_of

ACK = {"step": "application", "done": 1, "time": day(0), "company_name": "Oven", "role_name": "Baker"}
MET = {"step": "interview", "done": 1, "time": day(0)}


def rows(folder, *messages, end=40, **options):
    """The rows of one application; the last message of the mailbox, of another, is of the day `end`."""
    with journal_of(folder, *messages, {"time": day(end)}) as journal:
        journal.connection.execute("UPDATE message SET conversation = 1, application = 1")
        journal.connection.execute("UPDATE message SET conversation = 2, application = NULL WHERE n = (SELECT MAX(n) FROM message)")
        write_courses(journal.connection)
        threads = column(journal, "thread")
        return [row | {"thread": threads.index(row["thread"])} for row in silent(journal.connection, **options)]


def test_a_row(tmp_path):
    (row,) = rows(tmp_path, ACK)
    steps = row.pop("next_steps")
    assert row == {
        **{"thread": 0, "company": "Oven", "role": "Baker", "stage": "application", "last_contact": "2026-03-01", "days": 40},
    }
    assert steps[0].startswith("Today: write once, in two or three lines")


@pytest.mark.parametrize(
    ("messages", "end", "stages"),
    [
        pytest.param([ACK], 21, ["application"], id="three weeks after an application"),
        pytest.param([ACK], 20, [], id="not yet"),
        pytest.param([ACK, MET], 7, ["interview"], id="a week after an interview"),
        pytest.param([ACK, MET], 6, [], id="not yet a week"),
        pytest.param([ACK, MET, {"time": day(5)}], 7, [], id="somebody wrote since"),
        pytest.param([ACK, {"rejection": 1, "time": day(1)}], 40, [], id="turned down"),
        pytest.param([ACK, {"rejection": 1, "time": day(1)}, {"time": day(2)}], 40, [], id="turned down, and a word after it"),
        pytest.param([{"rejection": 1, "time": day(0)}, MET | {"time": day(2)}], 9, ["interview"], id="taken up again"),
        pytest.param([ACK, {"step": "offer", "time": day(1)}], 40, [], id="an offer"),
        pytest.param([{"time": day(0)}], 40, [], id="no application"),
        pytest.param([ACK | {"time": None}], 40, [], id="without a date"),
    ],
)
def test_who_is_silent(messages, end, stages, tmp_path):
    assert [row["stage"] for row in rows(tmp_path, *messages, end=end)] == stages


def test_days_can_be_given(tmp_path):
    assert rows(tmp_path, ACK, after_application=41) == []
    assert len(rows(tmp_path, ACK, after_application=3, end=3)) == 1
    assert len(rows(tmp_path, ACK, MET, after_interview=2, end=2)) == 1


def test_today_can_be_given(tmp_path):
    assert rows(tmp_path, ACK, today=datetime.date(2026, 3, 10)) == []
    (row,) = rows(tmp_path, ACK, today=datetime.date(2026, 5, 1))
    assert row["days"] == 61


def test_a_date_to_come_is_not_today(tmp_path):
    with journal_of(tmp_path, {"time": day(3)}, {"time": day(100_000)}, {"time": None}) as journal:
        assert newest(journal.connection) == datetime.date(2026, 3, 4)


def test_an_empty_mailbox(tmp_path):
    with journal_of(tmp_path) as journal:
        assert newest(journal.connection) is None
        assert list(silent(journal.connection)) == []
