"""Journals for tests: messages given by what ties them together."""

import itertools
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from feedback_nlp.journal import open_journal

START = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)
ME = "robin@home.example"


def day(number):
    return (START + timedelta(days=number)).timestamp()


@contextmanager
def journal_of(folder, *messages):
    """A journal that holds messages, each a dict of columns, and `ids` and `to`."""
    with open_journal(folder / "out.csv", keep=False) as journal:
        add_all(journal, messages)
        yield journal


def add_all(journal, messages):
    numbers = itertools.count(1)
    with journal.batch():
        for message in messages:
            number = next(numbers)
            given = dict(message)
            ids = given.pop("ids", [f"m{number}"])
            to = given.pop("to", [ME])
            values = {
                "answers": max(len(ids) - 1, 0),
                "identity": f"i{number}",
                "key": f"k{number}",
                "head": "{}",
                "time": day(number),
                "sender": "hr@oven.example",
                "recipient": to[0] if to else "",
                "subject": f"subject {number}",
                **dict.fromkeys(("reply", "sent", "rejection", "done"), 0),
                **dict.fromkeys(("step", "company", "role", "company_name", "role_name"), ""),
            }
            journal.add(values | given, ids, to, [])


def column(journal, name):
    """A column of all messages, in order."""
    return [value for (value,) in journal.connection.execute(f"SELECT {name} FROM message ORDER BY n")]


def grouped(numbers):
    """Which are equal: each by the place of the first of them, None by None."""
    return [None if number is None else numbers.index(number) for number in numbers]
