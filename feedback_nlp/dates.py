"""When a message was sent, from whatever its date says."""

from __future__ import annotations

import datetime
import email.utils
from contextlib import suppress

FIRST_YEAR = 1990  # nobody has mail from before; such a date is a clock that was not set
EARLIEST = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
"""What comes before every time, to sort with."""


def time_of(date: str) -> datetime.datetime | None:
    """The time of a date as mail (RFC 5322) or tables (ISO 8601) have it; None where it says none, or one that can't be.

    A date without a zone counts as UTC.
    """
    text = " ".join(date[:200].split())
    for read in (email.utils.parsedate_to_datetime, _iso):
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            found = read(text)
            found = found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
            return found if FIRST_YEAR <= found.astimezone(datetime.timezone.utc).year <= _next_year() else None
    return None


def shown(date: str) -> str:
    """A date as tables have it (ISO 8601), so that they sort; as it stands where it can't be read."""
    found = time_of(date)
    return found.isoformat() if found else date


def _iso(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)


def _next_year() -> int:
    return datetime.datetime.now(datetime.timezone.utc).year + 1
