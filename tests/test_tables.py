import csv
import datetime
import json
import sys
import zipfile

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from mails import MAILS, TEXTS

from feedback_nlp.errors import InputError, MissingColumnError
from feedback_nlp.inbox import read_inbox, read_rows, workbook
from feedback_nlp.records import Skipped
from feedback_nlp.sheet import write_rows
from feedback_nlp.sheet.columns import KINDS

MISSING = "no column text or body or message or content (found: {}). Name the column of the mail with --text-column."


def as_xlsx(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def as_parquet(path, **columns):
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


@pytest.mark.parametrize("read", [read_inbox, read_rows])
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda path: as_xlsx(path, [["n", "Text"], *([n, text] for n, text in enumerate(TEXTS))]), id="xlsx"),
        pytest.param(lambda path: as_parquet(path, n=list(range(len(TEXTS))), text=TEXTS), id="parquet"),
    ],
)
def test_rows_come_out_in_order(form, read, tmp_path):
    path = form(tmp_path / "no-name-that-tells")
    emails = list(read(path))
    assert [email.text for email in emails] == TEXTS
    assert [(email.row, email.id, email.extra["n"]) for email in emails] == [(n + 1, str(n + 1), n) for n in range(len(TEXTS))]
    assert {email.source for email in emails} == {str(path)}


DAY = datetime.datetime(2026, 3, 3, 10, 2)


def test_cells_of_a_workbook(tmp_path):
    path = as_xlsx(
        tmp_path / "x", [["id", "body", "date", "done", None, "body"], ["a", "no", DAY, True, 1.5, "2"], [], [None, "sorry"], ["c", 7]]
    )
    emails = list(read_inbox(path))
    assert [(email.id, email.text, email.row) for email in emails] == [("a", "no", 1), ("2", "sorry", 2), ("c", "7", 3)]
    assert emails[0].extra == {"id": "a", "body": "no", "date": "2026-03-03T10:02:00", "done": True, "": 1.5, "body_2": "2"}
    assert emails[0].date == "2026-03-03T10:02:00"
    json.dumps([dict(email.extra) for email in emails])


def test_what_a_workbook_escapes_is_read_as_it_was(tmp_path):
    path = as_xlsx(tmp_path / "x", [["te_x0078_t", "n"], ["Dear Ann,_x000D_\nno _x005F_x000D_", 1]])
    (email,) = read_inbox(path)
    assert (email.text, email.extra["n"]) == ("Dear Ann,\r\nno _x000D_", 1)


def test_sheets_of_a_workbook(tmp_path):
    path = as_xlsx(tmp_path / "x", [["name", "age"], ["Ann", 7]], [["text"], ["no"]], [], [["text"], ["sorry"]])
    skipped, first, second = read_inbox(path)
    assert skipped == Skipped(f"{path}, sheet S1", MISSING.format("'name', 'age'"))
    assert [(email.text, email.row, email.place) for email in (first, second)] == [
        ("no", 1, "sheet S2, row 2"),
        ("sorry", 2, "sheet S4, row 2"),
    ]


def test_a_sheet_with_empty_rows_first(tmp_path):
    path = as_xlsx(tmp_path / "x", [[], [None, None], ["n", "text"], [1, "no"], [], [2, "sorry"]])
    assert [(email.text, email.row, email.place) for email in read_inbox(path)] == [
        ("no", 1, "sheet S1, row 4"),
        ("sorry", 2, "sheet S1, row 6"),
    ]


def test_workbook_without_texts(tmp_path):
    path = as_xlsx(tmp_path / "x", [["name", "age"]], [["letter"], ["no"]])
    with pytest.raises(InputError) as error:
        list(read_inbox(path))
    assert str(error.value) == f"{path}, sheet S1: " + MISSING.format("'name', 'age'")
    assert [item.text for item in read_inbox(path, "Letter") if not isinstance(item, Skipped)] == ["no"]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_a_sheet_of_answers_holds_no_texts(ending, tmp_path):
    row = dict.fromkeys(KINDS) | {"id": "1", "label": "skills_gap"}
    write_rows([row], path := tmp_path / f"labelled{ending}")
    where = f"{path}, sheet rows" if ending == ".xlsx" else str(path)
    for read in (read_inbox, read_rows):
        with pytest.raises(MissingColumnError) as error:
            list(read(path))
        assert str(error.value) == (
            f"{where}: this is a sheet that `label` wrote, and it holds no texts of mails. To keep what you corrected in it: "
            "feedback-nlp add SHEET; after that, for your labels with their texts: feedback-nlp examples export FILE."
        )
    with pytest.raises(MissingColumnError, match=r"no column letter \(found: .+\)\. Name the column of the mail with --text-column\.$"):
        list(read_rows(path, "letter"))
    write_rows([row | {"letter": "no"}], path)
    with pytest.raises(MissingColumnError, match=r"Name the column of the mail with --text-column\.$"):
        list(read_rows(path))


def test_a_workbook_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "LONGEST_TABLE", 2**20)
    path = tmp_path / "x"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2**21)
    with pytest.raises(InputError, match=r"x is larger than 1 MB, which is the most that is read as one\. Split it, or leave it out\.$"):
        list(read_inbox(path))


def test_a_damaged_workbook(tmp_path):
    path = tmp_path / "x"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(
        InputError, match=r"x can't be read as an Excel workbook \(\w+\)\. Open it, save it anew as \.xlsx or CSV, and give that\.$"
    ):
        list(read_inbox(path))


def test_cells_of_parquet(tmp_path):
    path = as_parquet(
        tmp_path / "x", id=[5, None], content=["no", None], at=[DAY, None], score=[float("nan"), 0.5], tags=[["a"], []], raw=[b"b", b""]
    )
    first, second = read_inbox(path)
    assert (first.id, first.text, second.id, second.text) == ("5", "no", "2", "")
    assert first.extra == {"id": 5, "content": "no", "at": "2026-03-03T10:02:00", "score": None, "tags": ["a"], "raw": "b"}


def test_parquet_is_read_in_batches(tmp_path):
    path = as_parquet(tmp_path / "x", text=[str(n) for n in range(2500)])
    assert [email.text for email in read_inbox(path)] == [str(n) for n in range(2500)]


@pytest.mark.parametrize("size", [4, 50, 300])
def test_damaged_parquet(size, tmp_path):
    path = as_parquet(tmp_path / "x", text=["no"] * 100)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InputError, match=r"x can't be read as a Parquet file \(.+\)\. Save it anew, or as CSV\.$"):
        list(read_inbox(path))


def test_parquet_with_letters_of_another_charset(tmp_path):
    path = tmp_path / "x"
    texts = ["one naive word", "and none"]
    pyarrow.parquet.write_table(pyarrow.table({"n": [1, 2], "text": texts}), path, compression="none", use_dictionary=False)
    path.write_bytes(path.read_bytes().replace(b"naive", b"na\xefve"))
    assert [(email.text, email.row, email.extra["n"]) for email in read_inbox(path)] == [("one naïve word", 1, 1), ("and none", 2, 2)]


def test_a_row_of_parquet_that_no_reader_understands(tmp_path):
    times = pyarrow.array([1, 10**15, 3], pyarrow.timestamp("ms"))
    first, skipped, last = read_inbox(as_parquet(tmp_path / "x", text=["no", "sorry", "thanks"], at=times))
    assert (first.text, last.text, last.row) == ("no", "thanks", 3)
    assert skipped == Skipped(f"{tmp_path / 'x'}, row 2", "holds a cell that can't be read")


def test_parquet_without_texts(tmp_path):
    with pytest.raises(InputError) as error:
        list(read_inbox(as_parquet(tmp_path / "x", a=[1])))
    assert str(error.value) == f"{tmp_path / 'x'}: " + MISSING.format("'a'")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    path = as_parquet(tmp_path / "x", text=["no"])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError) as error:
        list(read_inbox(path))
    assert str(error.value) == f"{path} is a Parquet file, and pyarrow is not installed. Install it: pip install 'feedback-nlp[tables]'"


COLUMNS = [
    "Subject",
    "Body",
    *(f"{who}: ({what})" for who in ("From", "To", "CC", "BCC") for what in ("Name", "Address", "Type")),
    "Categories",
]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_outlook_export_gives_the_texts_of_the_mails(encoding, tmp_path):
    path = tmp_path / "inbox.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(COLUMNS)
        for (message, _), text in zip(MAILS, TEXTS, strict=True):
            body = text.partition("\n\n")[2].replace("\n", "\r\n")
            rows.writerow(
                [message["Subject"], body, "Ines Field", "ines@oven.example", "SMTP", "You", "you@home.example", "SMTP", *[""] * 7]
            )
    emails = list(read_inbox(path))
    assert [email.text for email in emails] == TEXTS
    assert {email.sender for email in emails} == {"Ines Field <ines@oven.example>"}
    assert [email.subject for email in emails] == [message["Subject"] for message, _ in MAILS]
