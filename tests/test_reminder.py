import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.dossier.reminder import day_named

SINCE = datetime.date(2026, 8, 31)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("in six months", "2027-02-28"),
        ("in 6 months", "2027-02-28"),
        ("for twelve months", "2027-08-31"),
        ("24 months", "2028-08-31"),
        ("within three (3) months", "2026-11-30"),
        ("a year", "2027-08-31"),
        ("in six to twelve months", "2027-02-28"),
        ("in 6-12 months", "2027-02-28"),
        ("from six up to twelve months", "2027-02-28"),
        ("in 6 \u2013 12 months", "2027-02-28"),
        ("a six-to-twelve months pause", "2027-02-28"),
        ("within three (3) to six (6) months", "2026-11-30"),
        ("two or three months", "2026-10-31"),
        ("between one and two years", "2027-08-31"),
        ("in six weeks to three months", "2026-10-12"),
        ("in another six to twelve months", "2027-02-28"),
        ("in twenty-four months", "2028-08-31"),
        ("for two roles and six months", "2027-02-28"),
        ("in about a year", "2027-08-31"),
        ("after another two weeks", "2026-09-14"),
        ("after 90 days", "2026-11-29"),
        ("in half a year", "2027-02-28"),
        ("from 1 September", "2026-09-01"),
        ("until 30 June", "2027-06-30"),
        ("not later than June 30", "2027-06-30"),
        ("from the 15th of May 2028", "2028-05-15"),
        ("in March", "2027-03-01"),
        ("in Sept.", "2026-09-01"),
        ("until next March", "2027-03-01"),
        ("before the summer season, from mid-April", "2027-04-15"),
        ("at the end of October", "2026-10-28"),
        ("after the budget round in April", "2027-04-01"),
        ("until the court rules in May", "2027-05-01"),
        ("not until January at the earliest", "2027-01-01"),
        ("when trainee contracts are advertised in October", "2026-10-01"),
        ("in August", "2027-08-01"),
        ("before Q3", "2027-07-01"),
        ("in Q4 2026", "2026-10-01"),
        ("before the third quarter", "2027-07-01"),
        ("in the second half", "2027-07-01"),
        ("till the merger completes around mid-year", "2027-07-01"),
        ("until spring", "2027-03-01"),
        ("in the autumn", "2026-09-01"),
        ("in winter 2027", "2027-12-01"),
        ("until the new year", "2027-01-01"),
        ("at the earliest next year", "2027-01-01"),
        ("for the rest of the year", "2027-01-01"),
    ],
)
def test_days(words, day):
    assert day_named(words, SINCE).isoformat() == day


@pytest.mark.parametrize(
    "words",
    [
        "",
        "once you hold the certificate",
        "two years after your licence was issued",
        "two to three years after your licence was issued",
        "two and a half years",
        "in 1.5 years",
        "in 1,5 years",
        "when you may apply",
        "as soon as you march on",
        "until the order book recovers",
        "on 31 June",
        "in May 2024",
        "in 99 years",
        "in 999 years",
        "in 0 days",
        "if it rains",
        "20 places",
    ],
)
def test_no_day(words):
    assert day_named(words, SINCE) is None


@given(st.text(), st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)))
def test_a_day_lies_ahead(words, since):
    day = day_named(words, since)
    assert day is None or since < day <= datetime.date(since.year + 10, 12, 31)


@given(st.integers(1, 120), st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)))
def test_months_keep_the_day_or_end_earlier(n, since):
    day = day_named(f"in {n} months", since)
    if day:
        assert (day.year - since.year) * 12 + day.month - since.month == n
        assert day.day == since.day or (day + datetime.timedelta(1)).day == 1
