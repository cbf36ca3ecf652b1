"""The day that a mail's words for a time mean, so that it can be put into a calendar; where they leave it open, none."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable

_LONGEST = 200
_FARTHEST = 10
"""Years; what lies further off is no time to wait for."""
_NUMBERS = {name: n for n, name in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)} | {
    "a": 1,
    "an": 1,
    "another": 1,
    "fifteen": 15,
    "eighteen": 18,
    "twenty-four": 24,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
_MONTHS = {name[:3].lower(): n for n, name in enumerate(calendar.month_name) if name}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month in which each begins, north of the equator."""
_HALVES = {"first half": 1, "second half": 7, "mid-year": 7, "middle of the year": 7}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_PARTS = {"mid": 15, "middle of": 15, "late": 20, "end of": 28, "the end of": 28}
# A month has a capital letter, or "may" and "march" would be ones.
_MONTH = "(?P<month>" + "|".join([*calendar.month_name[1:], *(f"{name}\\b\\.?" for name in calendar.month_abbr[1:]), "Sept"]) + r")\b"
_YEAR = r"(?:,? (?:of )?(?P<year>20\d\d)\b)?"
_DAY = r"(?<![\d.,])(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_GLOSS = r"(?: \(\d{1,3}\))?"
# Of "six to twelve months" the first number counts.
_COUNT = rf"(?P<count>{_NUMBER}){_GLOSS}(?:(?:[ -](?:(?:up )?to|or|and)[ -]| ?[-\u2013\u2014] ?){_NUMBER}{_GLOSS})?"
# "Two years after your licence" starts on a day that only the reader knows.
_SPAN = rf"(?<![\d.,])\b{_COUNT} (?:full |whole |calendar )?(?P<unit>day|week|month|year)s?\b(?! (?:after|since|before|from)\b)"


def day_named(words: str, since: datetime.date) -> datetime.date | None:
    """The first day of the time that the words name, from the day on which they were written; None where they name none.

    "In six months" is the same day of the month then, "in the autumn" 1 September, "next year" 1 January.
    """
    text = " ".join(words[:_LONGEST].split())
    for pattern, read in _READERS:
        if found := pattern.search(text):
            try:
                day = read(found, since)
            except (ValueError, OverflowError):  # 31 June
                return None
            return day if since < day and day.year <= since.year + _FARTHEST else None
    return None


def _date(found: re.Match[str], since: datetime.date) -> datetime.date:
    return _next(_month(found), int(found["day"]), since, found["year"])


def _month_named(found: re.Match[str], since: datetime.date) -> datetime.date:
    part = (found["part"] or "").lower().rstrip("- ")
    return _next(_month(found), _PARTS.get(part, 1), since, found["year"])


def _month(found: re.Match[str]) -> int:
    return _MONTHS[found["month"][:3].lower()]


def _next(month: int, day: int, since: datetime.date, year: str | None = None) -> datetime.date:
    """The day in the year given, or the first one after `since`."""
    if year:
        return datetime.date(int(year), month, day)
    day_this_year = datetime.date(since.year, month, day)
    return day_this_year if day_this_year > since else datetime.date(since.year + 1, month, day)


def _quarter(found: re.Match[str], since: datetime.date) -> datetime.date:
    return _next(3 * _QUARTERS[(found["q"] or found["nth"]).lower()] - 2, 1, since, found["year"])


def _half(found: re.Match[str], since: datetime.date) -> datetime.date:
    return _next(_HALVES[found[0].lower()], 1, since)


def _season(found: re.Match[str], since: datetime.date) -> datetime.date:
    return _next(_SEASONS[found["season"].lower()], 1, since, found["year"])


def _new_year(_: re.Match[str], since: datetime.date) -> datetime.date:
    return datetime.date(since.year + 1, 1, 1)


def _half_year(_: re.Match[str], since: datetime.date) -> datetime.date:
    return _later(since, 6)


def _span(found: re.Match[str], since: datetime.date) -> datetime.date:
    count = found["count"].lower()
    n, unit = _NUMBERS.get(count) or int(count), found["unit"].lower()
    if unit in ("day", "week"):
        return since + datetime.timedelta(n * (7 if unit == "week" else 1))
    return _later(since, n * (12 if unit == "year" else 1))


def _later(since: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last one."""
    years, month = divmod(since.month - 1 + months, 12)
    year = since.year + years
    return datetime.date(year, month + 1, min(since.day, calendar.monthrange(year, month + 1)[1]))


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime.date], datetime.date]], ...] = (
    (re.compile(rf"{_DAY} (?:of )?{_MONTH}{_YEAR}"), _date),
    (re.compile(rf"{_MONTH} (?:the )?{_DAY}\b{_YEAR}"), _date),
    (re.compile(rf"(?P<part>\b(?:[Mm]id|[Mm]iddle of|[Ll]ate|(?:[Tt]he )?[Ee]nd of)[- ])?{_MONTH}{_YEAR}"), _month_named),
    (re.compile(rf"\b(?:Q(?P<q>[1-4])|(?P<nth>first|second|third|fourth|last) quarter)\b{_YEAR}", re.IGNORECASE), _quarter),
    (re.compile("|".join(rf"\b{name}\b" for name in _HALVES), re.IGNORECASE), _half),
    (re.compile(rf"\b(?P<season>{'|'.join(_SEASONS)})\b{_YEAR}", re.IGNORECASE), _season),
    (
        re.compile(
            r"\b(?:new year|next year|turn of the year|coming year|(?:end|rest|remainder) of (?:the|this) (?:calendar )?year)\b",
            re.IGNORECASE,
        ),
        _new_year,
    ),
    (re.compile(r"\bhalf a year\b|\bhalf-year\b", re.IGNORECASE), _half_year),
    (re.compile(_SPAN, re.IGNORECASE), _span),
)
"""What times look like, in the order in which they are looked for: a date says more than its month, and that more than a span."""
