"""Changes to a mail that leave what it says as it was leave its label as it was: metamorphic.py has them, and prints the table."""

import pytest

from feedback_nlp.labels import NOT_REJECTION, REASONS
from feedback_nlp.records import Example
from tests.metamorphic import CHANGES, mails, measure, people, table

WANTED = 0.99
# The share of mails whose label stays, where that is not all of them; from the table, rounded down.
REACHED = {
    "names of many languages": 0.997,
    "names that are words": 0.983,
    "names in small letters": 0.995,
    "names in capitals": 0.997,
    "company: another": 0.991,
    "company: words in its name": 0.991,
    "wrapped at 60": 0.996,
    "wrapped at 72": 0.996,
    "wrapped at 72, flowed": 0.996,
    "signature below regards": 0.913,
    "disclaimer: register": 0.987,
    "typo: letters swapped": 0.987,
    "typo: letter dropped": 0.988,
    "typo: letter doubled": 0.986,
    "wish: I wish you all the best.": 0.974,
    "wish: Have a lovely weekend!": 0.968,
    "wish: Thank you again for your time.": 0.968,
    "wish: We wish you every success for the future.": 0.966,
    "wish: Take care, and all good wishes to you and yours.": 0.934,
}
EXAMPLE = Example(
    "e",
    "Dear Ms Ada Bell,\n\nBaker, Leeds\n\nWe said 'no' to you, since we chose somebody else for it.\nThank you for coming.\n\nTom Lee",
    "another_candidate",
    sentences=((0, 17, "boilerplate"), (93, 114, "boilerplate")),
)


@pytest.fixture(scope="module")
def measured(model):
    return measure(model, mails())


@pytest.mark.parametrize("name", CHANGES)
def test_the_label_stays(measured, name):
    n, moved = measured[name]
    assert n >= 10
    assert 1 - len(moved) / n >= REACHED.get(name, 1)


@pytest.mark.parametrize("name", [name for name, reached in REACHED.items() if reached < WANTED])
@pytest.mark.xfail(strict=True, reason="a name, a signature, an address, slips and a wish weigh more than they should")
def test_the_label_stays_in_99_of_100(measured, name):
    n, moved = measured[name]
    assert 1 - len(moved) / n >= WANTED


def test_what_is_moved_was_near_another_label(measured):
    leads = sorted(m.lead for name, (_, moved) in measured.items() if not name.startswith("wish") for m in moved)
    assert leads[len(leads) // 2] < 0.15


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("greeting: Hello there", EXAMPLE.text.replace("Dear Ms Ada Bell,", "Hello there")),
        ("greeting: none", EXAMPLE.text.removeprefix("Dear Ms Ada Bell,\n\n")),
        ("greeting added: Hi Alex", EXAMPLE.text),
        ("names in small letters", EXAMPLE.text.replace("Ada Bell", "ada bell").replace("Tom Lee", "tom lee")),
        ("wrapped at 60", EXAMPLE.text),
        ("headings in capitals", EXAMPLE.text),
        ("curly quotes, dashes", EXAMPLE.text.replace("'no'", "‘no’")),
        ("white space at line ends", EXAMPLE.text.replace("\n", "  \n") + "  "),
        ("CRLF", EXAMPLE.text.replace("\n", "\r\n")),
        ("non-breaking spaces", EXAMPLE.text.replace(" ", "\xa0")),
        ("sent from my iPhone", EXAMPLE.text + "\n\nSent from my iPhone"),
        ("HTML paragraphs", EXAMPLE.text),
        ("HTML divisions", EXAMPLE.text),
        ("signature of a name", EXAMPLE.text),
    ],
)
def test_a_change(name, text):
    assert CHANGES[name](EXAMPLE) == text


def test_people():
    assert people(EXAMPLE.text) == ["Ada", "Bell", "Tom", "Lee"]
    assert people("Hi there,\n\nWe chose Tom.\n\nRegards") == []


def test_all_labels_are_there():
    assert {e.primary for e in mails()} == {*REASONS, NOT_REJECTION}


def test_the_table(model):
    lines = list(table(measure(model, mails()[:40], {"CRLF": CHANGES["CRLF"]}), with_moved=True))
    assert [line.split() for line in lines] == [
        ["change", "mails", "moved", "stays", "95", "%", "interval"],
        ["CRLF", "40", "0", "100.0%", "91.2%", "to", "100.0%"],
    ]
