import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.errors import InputError
from feedback_nlp.history import COLUMNS, applications_of, message_of, read_history
from feedback_nlp.labels import LABELS, REASONS
from feedback_nlp.records import Skipped
from feedback_nlp.sheet import write_rows
from tests.labelled import other, row


def applications(*rows):
    """Each application as what it reached and the reason that counts, with ? where that is unsure."""
    found = applications_of(map(message_of, rows))
    return [(a.reached, a.rejection and a.rejection.label + ("" if a.rejection.sure else "?")) for a in found]


def test_a_message():
    message = message_of(
        row(
            "skills_gap",
            "t",
            "interview",
            **{"company": "Oven", "role": "Baker", "sender_type": "noreply", "date": "2026-03-04T09:12:00+00:00"},
            **{"secondary": ["hiring_freeze", "skills_gap", "x"], "evidence": ["No SAP."], "days_since_application": 12},
        )
    )
    assert (message.thread, message.label, message.sure, message.stage) == ("t", "skills_gap", True, "interview")
    assert (message.company, message.role, message.noreply, message.days) == ("Oven", "Baker", True, 12)
    assert (message.secondary, message.evidence) == (("hiring_freeze",), ("No SAP.",))
    assert message.time == datetime.datetime(2026, 3, 4, 9, 12, tzinfo=datetime.timezone.utc)


def test_cells_of_a_csv_are_what_rows_of_json_are():
    given = row("skills_gap", "t", secondary=["hiring_freeze"], evidence=["No, sorry."], days_since_application=3)
    cells = {name: json.dumps(value) if isinstance(value, list) else "" if value is None else str(value) for name, value in given.items()}
    assert message_of(cells) == message_of(given)


def test_what_is_unknown_or_odd_is_empty():
    message = message_of(row(stage="dinner", sender_type="unknown", date="soon", days_since_application="many"))
    assert (message.thread, message.stage, message.company, message.role) == ("", "", "", "")
    assert (message.noreply, message.time, message.days) == (False, None, None)


@pytest.mark.parametrize(
    ("fields", "sure"),
    [
        pytest.param({}, True, id="one label, sure"),
        pytest.param({"confidence": 0.6}, True, id="just sure"),
        pytest.param({"confidence": 0.59}, False, id="not sure"),
        pytest.param({"possible": ["vague_subjective", "skills_gap"]}, False, id="two labels possible"),
        pytest.param({"possible": []}, True, id="none possible"),
        pytest.param({"confidence": "0,9"}, False, id="confidence not readable"),
        pytest.param({"confidence": "nan"}, False, id="confidence no number"),
        pytest.param({"confidence": None}, False, id="no confidence"),
        pytest.param({"possible": ["skills_gap", "vague_subjective"], "confidence": 0.3}, True, id="corrected by a person"),
        pytest.param({"possible": ["not_rejection"], "confidence": 0.3}, True, id="corrected to a rejection"),
        pytest.param({"label_source": "Human", "confidence": 0.3}, True, id="confirmed by a person"),
        pytest.param({"label_source": "model", "confidence": 0.3}, False, id="the model's own"),
    ],
)
def test_sure(fields, sure):
    assert message_of(row(**fields)).sure is sure


@pytest.mark.parametrize(
    ("days", "found"), [(0, 0), ("12", 12), (12.0, 12), (-1, None), (10_000, None), (float("inf"), None), (10**400, None), ([], None)]
)
def test_days(days, found):
    assert message_of(row(days_since_application=days)).days == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([row("skills_gap", "a")], [("application", "skills_gap")], id="one"),
        pytest.param([other("a", "application"), other("a", "interview")], [("interview", None)], id="undecided"),
        pytest.param([other("a", "")], [], id="no application"),
        pytest.param([row(None, "a", "")], [], id="not judged"),
        pytest.param([row("x", "a", "")], [], id="label of nobody's"),
        pytest.param([other("", "interview")], [], id="no rejection and no thread"),
        pytest.param([row(), row()], [("application", "vague_subjective")] * 2, id="two without a thread"),
        pytest.param([row(stage="")], [("", "vague_subjective")], id="no step known"),
        pytest.param(
            [other("a", "interview"), row(thread="a")], [("application", "vague_subjective")], id="invited, and turned down before"
        ),
        pytest.param(
            [row("skills_gap", "a", date="2026-03-01"), row("vague_subjective", "a", "interview", date="2026-03-02")],
            [("interview", "skills_gap")],
            id="concrete before the last",
        ),
        pytest.param(
            [row("skills_gap", "a", date="2026-03-01"), row("hiring_freeze", "a", date="2026-03-02")],
            [("application", "hiring_freeze")],
            id="the last of two concrete",
        ),
        pytest.param(
            [row("skills_gap", "a", date="2026-03-01"), row("hiring_freeze", "a", date="2026-03-02", confidence=0.5)],
            [("application", "skills_gap")],
            id="sure before unsure",
        ),
        pytest.param(
            [row("skills_gap", "a", date="2026-03-01", confidence=0.5), row("vague_subjective", "a", date="2026-03-02")],
            [("application", "skills_gap?")],
            id="concrete but unsure",
        ),
        pytest.param(
            [row("hiring_freeze", "b", date="2026-03-02"), row("skills_gap", "a", date="2026-03-03"), row("cultural_fit", "c")],
            [("application", "cultural_fit"), ("application", "hiring_freeze"), ("application", "skills_gap")],
            id="oldest first, undated before all",
        ),
        pytest.param(
            [row("hiring_freeze", "a", date="2026-03-02T01:00:00+09:00"), row("skills_gap", "a", date="2026-03-01T20:00:00+00:00")],
            [("application", "skills_gap")],
            id="by the clock, not by the letters",
        ),
    ],
)
def test_applications(rows, found):
    assert applications(*rows) == found
    assert applications(*reversed(rows)) == found


# Reading files.

ROWS = [other("a", "application", date="2026-03-01"), row("skills_gap", "a", evidence=["You lack SAP, sorry."], days_since_application=3)]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
def test_every_format_gives_the_same(ending, tmp_path):
    write_rows(ROWS, tmp_path / f"in.{ending}", COLUMNS)
    assert [message_of(r) for r in read_history([tmp_path / f"in.{ending}"])] == [message_of(r) for r in ROWS]


def test_several_files_are_read_in_turn(tmp_path):
    for name, rows in (("one.csv", ROWS[:1]), ("two.csv", ROWS[1:])):
        write_rows(rows, tmp_path / name, COLUMNS)
    assert [r["label"] for r in read_history([tmp_path / "two.csv", tmp_path / "one.csv"])] == ["skills_gap", "not_rejection"]


MISFIT = "{} is no file that `feedback-nlp label` wrote: it has no column {}. Run `feedback-nlp label`, and give what it writes."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("id,text\n1,no\n", MISFIT.format("{}", "label"), id="no column of ours"),
        pytest.param("text,label\nno,skills_gap\n", MISFIT.format("{}", ", ".join(COLUMNS[1:])), id="a label alone"),
        pytest.param(",".join(COLUMNS[:-1]) + "\nskills_gap\n", MISFIT.format("{}", "days_since_application"), id="one missing"),
        pytest.param("Dear Sam, it is a no.\n", MISFIT.format("{}", "label"), id="a mail"),
        pytest.param(",".join(COLUMNS) + "\n", "{} holds no rows. Give the file that `feedback-nlp label` wrote.", id="no rows"),
        pytest.param("", MISFIT.format("{}", "label"), id="empty"),
        pytest.param("\0\0", "{} is a binary file, not a table. Give CSV, JSON lines, .xlsx or Parquet.", id="binary"),
    ],
)
def test_other_files(text, message, tmp_path):
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        list(read_history([tmp_path / "in.csv"]))
    assert str(raised.value) == message.format(tmp_path / "in.csv")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv is not there\. Check the name\.$"):
        list(read_history([tmp_path / "none.csv"]))


def test_a_workbook_with_another_sheet(tmp_path):
    import openpyxl

    write_rows(ROWS, tmp_path / "in.xlsx", COLUMNS)
    book = openpyxl.load_workbook(tmp_path / "in.xlsx")
    book.create_sheet("notes", 0).append(["my notes"])
    book.save(tmp_path / "in.xlsx")
    skipped, *rows = read_history([tmp_path / "in.xlsx"])
    assert skipped.where == f"{tmp_path / 'in.xlsx'}, sheet notes"
    assert [r["label"] for r in rows] == ["not_rejection", "skills_gap"]


@pytest.mark.parametrize(
    ("name", "place"), [pytest.param("in.csv", "row 3", id="csv"), pytest.param("in.xlsx", "sheet rows, row 4", id="xlsx")]
)
def test_an_unknown_label_is_skipped_and_named(name, place, tmp_path):
    write_rows([*ROWS, row("skils_gap"), row(None), row(" Skills gap ")], tmp_path / name, COLUMNS)
    items = list(read_history([tmp_path / name]))
    assert items[2] == Skipped(
        f"{tmp_path / name}, {place}",
        f"unknown label 'skils_gap': the labels are {', '.join(LABELS)}",
    )
    assert [message_of(item).label for item in items if not isinstance(item, Skipped)] == ["not_rejection", "skills_gap", "", "skills_gap"]


@given(st.text())
def test_no_label_is_read_into_a_message(label):
    message = message_of(row(label))
    assert message.is_rejection is (label.strip() in REASONS)
