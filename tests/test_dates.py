from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.dates import shown, time_of

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "date",
    [
        pytest.param("Tue, 03 Mar 2026 12:00:00 +0000", id="mail"),
        pytest.param("3 Mar 2026 12:00:00 GMT", id="no weekday"),
        pytest.param("Tue, 3 Mar 2026 13:00:00 +0100 (CET)", id="comment"),
        pytest.param("Tue,  3 Mar\n 2026 12:00:00 -0000", id="folded, no zone"),
        pytest.param("2026-03-03T12:00:00Z", id="ISO"),
        pytest.param("2026-03-03 07:00:00-05:00", id="ISO with a zone"),
        pytest.param("2026-03-03T12:00:00", id="ISO without a zone"),
    ],
)
def test_time_of(date):
    assert time_of(date) == NOON


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Tue, 33 Mar 2026 12:00:00 +0000", "2026-13-01", "x" * 100_000),
        *("Mon, 1 Jan 1900 00:00:00 +0000", "2999-01-01", "Thu, 01 Jan 1970 00:00:00 +0000", "1 Jan 10000 00:00 +0000"),
    ],
)
def test_no_time(date):
    assert time_of(date) is None
    assert shown(date) == date


def test_a_date_is_shown_so_that_it_sorts():
    assert shown("Tue, 03 Mar 2026 12:00:00 +0100") == "2026-03-03T12:00:00+01:00"


@given(st.text())
def test_any_text_is_a_date_or_none(text):
    assert shown(text) == text or time_of(text) is not None


@given(st.datetimes(datetime(1991, 1, 1), datetime(2026, 1, 1)), st.integers(-14, 14))
def test_what_is_shown_is_read_again(time, hours):
    time = time.replace(tzinfo=timezone(timedelta(hours=hours)), microsecond=0)
    assert time_of(shown(time.isoformat())) == time
