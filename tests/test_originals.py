import pytest

from feedback_nlp.originals import find_originals
from feedback_nlp.records import Email, Skipped


def mail(text, number=1, source="mails/Inbox.mbox", **fields):
    return Email(f"{number}@oven.example", text, f"Subject {number}", "ida@oven.example", position=number, source=source, **fields)


def row(identifier, **cells):
    return Email(identifier, "", extra={"id": identifier} | cells)


TABLE_ROW = Email("7", "a", row=7, source="t.csv", position=7)
PLACE = {"source": "elsewhere/Inbox.mbox", "position": "2", "subject": "Subject 2", "sender": "ida@oven.example"}


@pytest.mark.parametrize(
    ("mails", "wanted", "found"),
    [
        pytest.param([mail("a"), mail("b", 2)], row("2@oven.example"), ["b"], id="id"),
        pytest.param([mail("a"), mail("b", 2, message_id="m@x")], row("other", message_id="m@x"), ["b"], id="message id"),
        pytest.param([mail("a"), mail("b", 2)], row("gone", **PLACE), ["b"], id="place"),
        pytest.param([mail("a"), mail("b", 2)], row("gone", **PLACE | {"source": r"C:\mails\Inbox.mbox"}), ["b"], id="Windows' path"),
        pytest.param([mail("b", 2)], row("gone", **PLACE | {"position": 2.0}), ["b"], id="position as a float"),
        pytest.param([mail("b", 2)], row("gone", **PLACE | {"subject": "Subject  2\n"}), ["b"], id="subject wrapped"),
        pytest.param([mail("b", 2)], row("gone", **PLACE | {"subject": "Other"}), [], id="another subject there"),
        pytest.param([mail("b", 2)], row("gone", **PLACE | {"sender": "bo@x"}), [], id="another sender there"),
        pytest.param([mail("b", 2, "Other.mbox")], row("gone", **PLACE), [], id="another file"),
        pytest.param([mail("a", 2), mail(" A\n", 2)], row("2@oven.example"), [" A\n"], id="the same words twice"),
        pytest.param([mail("a", 2), mail("b", 2)], row("2@oven.example"), ["a", "b"], id="an id used twice"),
        pytest.param([mail("a", 2, "Old.mbox"), mail("b", 2)], row("2@oven.example", **PLACE), ["b"], id="the place tells which"),
        pytest.param([mail("a", 2), mail("b", 9)], row("9@oven.example", **PLACE), ["b"], id="the id goes before the place"),
        pytest.param([TABLE_ROW], row("7", row="7"), [], id="a row's number is no id"),
        pytest.param([TABLE_ROW], row("7", row="7", source="t.csv", position="7"), [], id="nor is it a place"),
        pytest.param([Skipped("a", "b")], row("7"), [], id="nothing readable"),
    ],
)
def test_the_mail_of_a_row(mails, wanted, found):
    assert find_originals([row("unknown"), wanted], mails) == [[], found]


def test_rows_of_one_mail_all_find_it():
    assert find_originals([row("1@oven.example"), row("1@oven.example")], [mail("a")]) == [["a"], ["a"]]
