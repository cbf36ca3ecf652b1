import csv
import json
import math
import sys
import tempfile
import tracemalloc
from pathlib import Path

import openpyxl
import pandas
import pyarrow
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_nlp.cli import main
from feedback_nlp.errors import OutputError
from feedback_nlp.examples import read_labelled
from feedback_nlp.inbox import read_rows
from feedback_nlp.labels import LABELS
from feedback_nlp.sheet import check_writable, workbook, write_rows
from feedback_nlp.sheet.cell import escaped, guarded, looks_like_formula, printable, unescaped, unguarded, well_formed
from feedback_nlp.sheet.columns import KINDS, Kind, holds_answers_alone, is_own, kinds_in

FORMATS = [".csv", ".jsonl", ".parquet", ".xlsx"]
SCORES = dict.fromkeys(LABELS, 0.125) | {"skills_gap": 0.375}
ROW = {
    "id": "7",
    "label": "skills_gap",
    "confidence": 0.375,
    "scores": SCORES,
    "possible": ["skills_gap", "hiring_freeze"],
    "secondary": [],
    "evidence": ["You lack “SAP”,\nso no."],
    "next_steps": ["Thank them.", "Go on."],
    "questions": ["=why?"],
    "row": 3,
    "text": "Dear Ann. You lack “SAP”,\nso no.",
}
UNJUDGED = {
    "id": "8",
    "label": None,
    "confidence": 0.0,
    "scores": {},
    "possible": [],
    "secondary": [],
    "evidence": [],
    "next_steps": [],
    "questions": [],
    "row": 4,
    "text": "",
    "note": "There are no words here to read.",
}

# Any text, and texts of what the formats have rules for.
TELLING = "'=+-@＝−\t\r\n \0\x1b\x07;,\"_x0D5Fd\ud83d\ufffe\u200b\xa0ä$"
TEXTS = st.one_of(st.text(st.characters(exclude_categories=())), st.text(st.sampled_from(TELLING)))
CLEAN = st.text(st.characters(exclude_categories=("Cs",)))
NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), CLEAN),
    lambda children: st.one_of(st.lists(children, max_size=3), st.dictionaries(CLEAN, children, max_size=3)),
    max_leaves=6,
).filter(lambda value: isinstance(value, (list, dict)))
on_files = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(rows, path, *args, **options):
    rows = list(rows)
    assert write_rows(iter(rows), path, *args, **options) == len(rows)
    return path


def csv_cells(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def sheet_of(path):
    return openpyxl.load_workbook(path).active


def own_rows(texts):
    return [ROW | {"id": str(number), "text": text} for number, text in enumerate(texts)]


def read_back(path, column="text"):
    return [email.extra.get(column) for email in read_rows(path)]


def joined(text):
    """The text with each pair of surrogates as the one letter that it stands for."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def in_workbook(text):
    """The text as far as a workbook can hold it."""
    return well_formed(text).replace("\0", "␀")


# Cells


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param(text, cell, id=repr(text))
        for text, cell in {
            "=1+1": "'=1+1",
            "+1": "'+1",
            "-1": "'-1",
            "@SUM(A1)": "'@SUM(A1)",
            "\tno": "'\tno",
            "\rno": "'\rno",
            "\nno": "'\nno",
            " =1": "' =1",
            "\xa0\u200b\ufeff=1": "'\xa0\u200b\ufeff=1",
            "＝1": "'＝1",
            "＋1": "'＋1",
            "－1": "'－1",
            "＠1": "'＠1",
            "﹦1": "'﹦1",
            "−1": "'−1",
            "'=1": "''=1",
            "''=1": "'''=1",
            "' =1": "'' =1",
            "'tis a pity": "'tis a pity",
            "'": "'",
            "": "",
            "no": "no",
            " no": " no",
            "1=1": "1=1",
        }.items()
    ],
)
def test_what_would_be_a_formula_is_guarded(text, cell):
    assert (guarded(text), unguarded(cell)) == (cell, text)


@given(TEXTS)
def test_a_guard_can_always_be_taken_back(text):
    assert unguarded(guarded(text)) == text
    assert not looks_like_formula(guarded(text))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param(text, cell, id=repr(text))
        for text, cell in {
            "\0\x07\x1b\x1f": "␀␇␛␟",
            "a\tb\r\nc\x7f\x85": "a\tb\r\nc\x7f\x85",
            "half \ud83d": "half \ufffd",
            "whole 😀": "whole 😀",
        }.items()
    ],
)
def test_what_a_text_file_can_hold(text, cell):
    assert printable(text) == cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param(text, cell, id=repr(text))
        for text, cell in {
            "a\r\nb\t": "a_x000D_\nb\t",
            "\x01\x1b\ufffe": "_x0001__x001B__xFFFE_",
            "_x000D_": "_x005F_x000D_",
            "_x000D_x000D_": "_x005F_x000D_x005F_x000D_",
            "_x000D\r": "_x005F_x000D_x000D_",
            "_x00_ _xyz0_ _": "_x00_ _xyz0_ _",
        }.items()
    ],
)
def test_what_a_workbook_can_hold(text, cell):
    assert (escaped(text), unescaped(cell)) == (cell, text)


def test_nul_and_half_an_emoji_are_shown_in_a_workbook():
    assert escaped("a\0b \ud83d") == "a␀b \ufffd"


@given(TEXTS)
def test_an_escape_can_always_be_taken_back(text):
    assert unescaped(escaped(text)) == in_workbook(text)


@pytest.mark.parametrize(
    ("header", "own"),
    [
        pytest.param(list(ROW), True, id="table"),
        pytest.param([f" {name} " for name in reversed(ROW)], True, id="moved about"),
        pytest.param([name for name in ROW if name != "next_steps"], False, id="one is missing"),
        pytest.param(["text", "label", "confidence", "scores"], False, id="another's"),
        pytest.param([], False, id="none"),
    ],
)
def test_own_headers(header, own):
    assert is_own(header) is own


@pytest.mark.parametrize(
    ("header", "alone"),
    [
        pytest.param(list(KINDS), True, id="all of ours"),
        pytest.param([f" {name} " for name in KINDS if name != "signals"], True, id="one less, moved about"),
        pytest.param([*KINDS, "letter"], False, id="a table's own column"),
        pytest.param([name for name in KINDS if name != "next_steps"], False, id="one that is always there is missing"),
        pytest.param([], False, id="none"),
    ],
)
def test_headers_of_answers_alone(header, alone):
    assert holds_answers_alone(header) is alone


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param([1, None, -2], Kind.WHOLE, id="integers"),
        pytest.param([1, 0.5, math.nan], Kind.NUMBER, id="numbers"),
        pytest.param([2**70], Kind.TEXT, id="too large"),
        pytest.param([2**60, 0.5], Kind.TEXT, id="too large beside floats"),
        pytest.param([1, True], Kind.TEXT, id="truth value"),
        pytest.param([1, "2"], Kind.TEXT, id="text"),
        pytest.param([["a"]], Kind.TEXT, id="list"),
        pytest.param([None], Kind.TEXT, id="nothing"),
    ],
)
def test_what_a_column_holds(values, kind):
    assert kinds_in([{"n": value} for value in values]) == {"n": kind}


def test_a_known_column_that_holds_something_else_holds_text():
    assert kinds_in([{"row": 1, "scores": SCORES}]) == {"row": Kind.WHOLE, "scores": Kind.SCORES}
    assert kinds_in([{"row": "one", "scores": {"other": 1}}]) == {"row": Kind.TEXT, "scores": Kind.TEXT}


def test_a_table_s_own_columns_hold_text_in_rows_of_label():
    assert kinds_in([ROW | {"n": 5}]) == {name: KINDS.get(name, Kind.TEXT) for name in [*ROW, "n"]}


# All formats


@pytest.mark.parametrize("ending", FORMATS)
def test_labelled_rows_are_read_back_as_they_were(ending, tmp_path):
    rows = [ROW, ROW | {"id": "9", "text": "'=We chose “Ann”.\r\n\t", "secondary": ["cultural_fit"], "evidence": ["We chose “Ann”."]}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    expected = list(read_labelled([tmp_path / "rows.jsonl"]))
    assert [example.evidence for example in expected] == [("You lack “SAP”,\nso no.",), ("We chose “Ann”.",)]
    assert list(read_labelled([written(rows, tmp_path / f"out{ending}", list(ROW))])) == expected


@pytest.mark.parametrize("columns", [None, [*KINDS, "text"]], ids=["collected", "streamed"])
@pytest.mark.parametrize("ending", FORMATS)
def test_a_mail_not_judged_comes_back_without_a_label(ending, columns, tmp_path):
    judged, unjudged = read_rows(written([ROW, UNJUDGED], tmp_path / f"out{ending}", columns))
    assert (judged.extra["label"], unjudged.extra["label"] or None) == ("skills_gap", None)
    assert (judged.extra.get("note") or None, unjudged.extra["note"]) == (None, UNJUDGED["note"])
    assert (judged.id, unjudged.id) == ("7", "8")


@pytest.mark.parametrize(
    ("ending", "held"), [(".csv", printable), (".jsonl", joined), (".parquet", well_formed), (".xlsx", in_workbook)], ids=FORMATS
)
def test_any_text_is_read_back(ending, held, tmp_path):
    @on_files
    @given(st.lists(TEXTS, min_size=1, max_size=20))
    def check(texts):
        path = written(own_rows(texts), tmp_path / f"out{ending}", list(ROW))
        assert [text or "" for text in read_back(path)] == [held(text) for text in texts]

    check()


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("column", ["text", "other"])
def test_lists_and_objects_are_read_back(ending, column, tmp_path):
    @on_files
    @given(st.lists(NESTED, min_size=1, max_size=10))
    def check(values):
        path = written([{**ROW, column: value} for value in values], tmp_path / f"out{ending}", [*ROW, "other"])
        read = read_back(path, column)
        assert [json.loads(value) if isinstance(value, str) else value for value in read] == values

    check()


@pytest.mark.parametrize("ending", FORMATS)
def test_half_an_emoji_in_a_list(ending, tmp_path):
    path = written([ROW | {"note": ["no \ud83d"]}], tmp_path / f"out{ending}", [*ROW, "note"])
    value = read_back(path, "note")[0]
    assert (json.loads(value) if isinstance(value, str) else value) == ["no \ud83d"]


@pytest.mark.parametrize("ending", FORMATS)
def test_columns_choose_and_order(ending, tmp_path):
    path = written([{"b": "1", "text": "x", "c": "3"}, {"text": "y"}], tmp_path / f"out{ending}", ["text", "a", "b"])
    first, second = ({name: value for name, value in email.extra.items() if value not in (None, "")} for email in read_rows(path))
    assert (first, second) == ({"text": "x", "b": "1"}, {"text": "y"})


@pytest.mark.parametrize("ending", FORMATS)
def test_columns_are_those_of_all_rows(ending, tmp_path):
    path = written([{"b": "1", "text": "x"}, {"a": "2", "text": "y"}], tmp_path / f"out{ending}")
    frame = {".csv": pandas.read_csv, ".parquet": pandas.read_parquet, ".xlsx": pandas.read_excel}.get(
        ending, lambda path: pandas.read_json(path, lines=True)
    )(path)
    assert list(frame.columns) == ["b", "text", "a"]


@pytest.mark.parametrize("columns", [None, ["id", "text"]], ids=["collected", "streamed"])
@pytest.mark.parametrize("ending", FORMATS)
def test_no_rows(ending, columns, tmp_path):
    path = written([], tmp_path / f"out{ending}", columns)
    names = {
        ".csv": lambda: csv_cells(path)[0],
        ".jsonl": lambda: list(columns or []) if path.read_bytes() == b"" else None,
        ".parquet": lambda: pyarrow.parquet.read_table(path).column_names,
        ".xlsx": lambda: [cell.value for row in sheet_of(path).iter_rows(max_row=1) for cell in row if cell.value],
    }[ending]()
    assert names == (columns or [])


# CSV


def test_csv_is_as_the_standard_has_it(tmp_path):
    path = written([{"id": "1", "text": 'a "b",\nc', "n": None, "ok": True, "x": -1.5, "l": ["=1"]}], tmp_path / "out.csv")
    assert path.read_bytes() == b'id,text,n,ok,x,l\r\n1,"a ""b"",\nc",,True,-1.5,"[""=1""]"\r\n'


def test_csv_holds_lists_and_objects_as_json(tmp_path):
    columns, *rows = csv_cells(written([ROW, UNJUDGED], tmp_path / "out.csv"))
    assert columns == [*ROW, "note"]
    for row, cells in zip([ROW, UNJUDGED], rows, strict=True):
        read = dict(zip(columns, cells, strict=True))
        for name in ("scores", "possible", "secondary", "evidence", "next_steps", "questions"):
            assert json.loads(read[name]) == row[name]
        assert [read[name] for name in ("label", "confidence", "row", "note")] == [
            "" if row.get(name) is None else str(row[name]) for name in ("label", "confidence", "row", "note")
        ]


@pytest.mark.parametrize(("bom", "start"), [(True, b"\xef\xbb\xbfid,text\r\n"), (False, b"id,text\r\n")])
def test_a_byte_order_mark_where_one_is_wanted(bom, start, tmp_path):
    path = written([{"id": "1", "text": "Grüße"}], tmp_path / "out.csv", bom=bom)
    assert path.read_bytes() == start + "1,Grüße\r\n".encode()
    assert pandas.read_csv(path)["text"].tolist() == read_back(path) == ["Grüße"]


@pytest.mark.parametrize("ending", [".jsonl", ".parquet", ".xlsx"])
def test_no_byte_order_mark_before_anything_else(ending, tmp_path):
    path = written([{"id": "1", "text": "x"}], tmp_path / f"out{ending}", bom=True)
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_formulas_in_names_of_columns_are_harmless(tmp_path):
    path = written([ROW | {"=1+1": "a"}], tmp_path / "out.csv")
    assert csv_cells(path)[0][-1] == "'=1+1"
    assert read_back(path, "=1+1") == ["a"]


@on_files
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_other_programs_read_the_same_csv(tmp_path, texts):
    path = written(own_rows(texts), tmp_path / "out.csv")
    expected = [guarded(printable(text)) for text in texts]
    assert [cells[list(ROW).index("text")] for cells in csv_cells(path)[1:]] == expected
    assert pandas.read_csv(path, dtype=str, keep_default_na=False)["text"].tolist() == expected


@on_files
@given(st.lists(TEXTS.map(printable), min_size=1, max_size=20))
def test_foreign_csv_is_left_as_it_is(tmp_path, texts):
    path = tmp_path / "in.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerows([["n", "text", "label"], *(["'=1", text, ""] for text in texts)])
    assert read_back(path) == texts
    assert set(read_back(path, "n")) == {"'=1"}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_sheet_saved_anew_with_other_separators_is_still_known(delimiter, tmp_path):
    cells = csv_cells(written(own_rows(["=1", "'tis"]), tmp_path / "out.csv"))
    with open(tmp_path / "anew.csv", "w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=delimiter).writerows(cells)
    assert read_back(tmp_path / "anew.csv") == ["=1", "'tis"]


# JSON lines


@pytest.mark.parametrize("name", ["out.jsonl", "out.ndjson", "out.json", "OUT.JSONL"])
def test_json_lines_keep_order_values_and_letters(name, tmp_path):
    rows = [{"id": str(i), "text": f"“{i}”\n", "n": None} for i in (3, 1, 2)]
    content = written(rows, tmp_path / name).read_text(encoding="utf-8")
    assert [json.loads(line) for line in content.splitlines()] == rows
    assert "“3”" in content


def test_json_lines_leave_out_what_a_row_does_not_have(tmp_path):
    path = written([{"a": 1}, {"b": "no \ud83d"}], tmp_path / "out.jsonl", ["a", "b"])
    assert path.read_bytes() == b'{"a": 1}\n{"b": "no \\ud83d"}\n'


# Parquet

STRING = pyarrow.string()
SCHEMA = {
    "id": STRING,
    "label": STRING,
    "confidence": pyarrow.float64(),
    "scores": pyarrow.struct([(label, pyarrow.float64()) for label in LABELS]),
    **dict.fromkeys(["possible", "secondary", "evidence", "next_steps", "questions"], pyarrow.list_(STRING)),
    "note": STRING,
    "row": pyarrow.int64(),
    **dict.fromkeys(["message_id", "date", "sender", "subject", "source", "text", "n"], STRING),
}


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="none"),
        pytest.param([ROW], id="judged"),
        pytest.param([ROW | {"n": 5}, ROW | {"n": {"a": [1]}}], id="own column of anything"),
        pytest.param([UNJUDGED | {"n": True}], id="not judged"),
    ],
)
def test_the_schema_is_the_same_whatever_rows_come(rows, tmp_path):
    path = written(rows, tmp_path / "out.parquet", list(SCHEMA))
    assert {field.name: field.type for field in pyarrow.parquet.read_schema(path)} == SCHEMA


def test_values_in_parquet(tmp_path):
    rows = [ROW | {"n": 5}, UNJUDGED | {"n": {"a": ["\ud83d"]}}]
    first, second = pyarrow.parquet.read_table(written(rows, tmp_path / "out.parquet", list(SCHEMA))).to_pylist()
    nothing = dict.fromkeys(SCHEMA)
    assert first == nothing | ROW | {"n": "5"}
    assert second == nothing | UNJUDGED | {"scores": None, "n": '{"a": ["\\ud83d"]}'}


def test_numbers_stay_numbers_where_all_rows_are_known(tmp_path):
    path = written([{"model": "a", "mails": 3, "f1": 0.5}, {"model": "b", "mails": 4, "f1": 1}], tmp_path / "out.parquet")
    assert [str(kind) for kind in pyarrow.parquet.read_schema(path).types] == ["string", "int64", "double"]
    assert pandas.read_parquet(path)["f1"].mean() == 0.75


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"row": 1.5}, "column row of .parquet can't hold '1.5'", id="fraction"),
        pytest.param({"row": 2**70}, "column row of .parquet can't hold '1180591620717411303424'", id="too large"),
        pytest.param({"confidence": "high"}, "column confidence of .parquet can't hold 'high'", id="no number"),
        pytest.param({"evidence": "a text"}, "column evidence of .parquet can't hold 'a text'", id="no list"),
        pytest.param({"scores": {"other": 1}}, "column scores of .parquet can't hold '{\"other\": 1}'", id="another label"),
    ],
)
def test_a_value_that_is_none_of_its_column(change, told, tmp_path):
    with pytest.raises(OutputError) as error:
        write_rows([ROW | change], tmp_path / "out.parquet", list(ROW))
    assert str(error.value) == f"{tmp_path / 'out.parquet'}: {told}. Give .csv or .jsonl."
    assert list(tmp_path.iterdir()) == []


# Excel


def test_the_header_of_a_workbook(tmp_path):
    sheet = sheet_of(written([ROW, UNJUDGED], tmp_path / "out.xlsx", list(SCHEMA)))
    assert [cell.value for cell in sheet[1]] == list(SCHEMA)
    assert all(cell.font.bold for cell in sheet[1])
    assert not any(cell.font.bold for cell in sheet[2])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:R3")
    widths = {name: sheet.column_dimensions[cell.column_letter].width for name, cell in zip(SCHEMA, sheet[1], strict=True)}
    assert (widths["row"], widths["confidence"], widths["evidence"], widths["text"]) == (8, 14, 48, 28)


def test_values_in_a_workbook(tmp_path):
    numbers = [5, -0.5, True, 10**15, 1e300, math.nan, -math.inf, None, ""]
    sheet = sheet_of(written([{"n": number} for number in numbers], tmp_path / "out.xlsx"))
    cells = [(cell.value, cell.data_type) for (cell,) in sheet.iter_rows(min_row=2, max_row=10)]
    assert cells == [
        *[(5, "n"), (-0.5, "n"), (True, "b"), ("1000000000000000", "s"), (1e300, "n"), ("nan", "s"), ("-inf", "s")],
        *[(None, "n"), (None, "n")],
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", " =1+1", "+1", "-1", "@A1", "＝1", "#N/A", "#DIV/0!", "0123", "1e5", "2026-01-05", "TRUE", "https://a.example", "'=1"]
)
def test_text_in_a_workbook_is_text_whatever_it_looks_like(text, tmp_path):
    sheet = sheet_of(written([{text: text}], tmp_path / "out.xlsx"))
    for cell in (sheet["A1"], sheet["A2"]):
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
        assert cell.quotePrefix is looks_like_formula(text)  # so that it stays text when a person edits it


@on_files
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_other_programs_read_the_same_workbook(tmp_path, texts):
    path = written(own_rows(texts), tmp_path / "out.xlsx")
    column = list(ROW).index("text")
    cells = [row[column] for row in sheet_of(path).iter_rows(min_row=2)]
    assert [unescaped(cell.value or "") for cell in cells] == [in_workbook(text) for text in texts]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    frame = pandas.read_excel(path, dtype=str, keep_default_na=False)
    assert frame["text"].tolist() == [escaped(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("a" * 32767, "a" * 32767, id="just fits"),
        pytest.param("a" * 32768, "a" * 32766 + "…", id="one too many"),
        pytest.param("a" + "😀" * 20000, "a" + "😀" * 16382 + "…", id="pairs"),
        pytest.param("a" * 32760 + "\x01" * 9, "a" * 32760 + "…", id="half an escape"),
        pytest.param("a" * 32759 + "\x01" * 9, "a" * 32759 + "_x0001_…", id="a whole escape"),
        pytest.param("a" * 32752 + "\x01" * 9, "a" * 32752 + "_x0001__x0001_…", id="two whole escapes"),
    ],
)
def test_a_text_too_long_for_a_cell_is_cut(text, cell, tmp_path):
    assert sheet_of(written([{"text": text}], tmp_path / "out.xlsx"))["A2"].value == cell


def test_line_breaks_do_not_make_rows_tall(tmp_path):
    sheet = sheet_of(written([{"text": "a\nb"}, {"text": "a"}], tmp_path / "out.xlsx"))
    assert sheet.sheet_format.customHeight
    assert [(sheet[name].alignment.wrap_text, sheet[name].alignment.vertical) for name in ("A2", "A3")] == [(True, "top"), (None, None)]


def test_a_workbook_of_all_rows_that_a_sheet_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert sheet_of(written([{"a": 1}] * 2, tmp_path / "out.xlsx", ["a"])).max_row == 3


@pytest.mark.parametrize("columns", [None, ["a"]], ids=["collected", "streamed"])
def test_more_rows_than_a_sheet_holds(columns, tmp_path, monkeypatch):
    assert workbook.MOST_ROWS == 1_048_576
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with pytest.raises(OutputError) as error:
        write_rows([{"a": 1}] * 3, tmp_path / "out.xlsx", columns)
    told = "a sheet of .xlsx holds 2 rows below its header, and there are more. Give .csv or .parquet."
    assert str(error.value) == f"{tmp_path / 'out.xlsx'}: {told}"
    assert list(tmp_path.iterdir()) == []


def test_more_columns_than_a_sheet_holds(tmp_path):
    with pytest.raises(OutputError) as error:
        write_rows([], tmp_path / "out.xlsx", [str(n) for n in range(16_385)])
    told = "a sheet of .xlsx holds 16,384 columns, and these are 16,385. Give .csv or .parquet."
    assert str(error.value) == f"{tmp_path / 'out.xlsx'}: {told}"


# Whole or not at all


@pytest.mark.parametrize("ending", FORMATS)
def test_memory_stays_flat(ending, tmp_path):
    rows = ({"id": str(n), "text": f"{n} " + "no, thank you. " * 200} for n in range(50_000))  # 3 kB each, 150 MB in all
    tracemalloc.start()
    try:
        assert write_rows(rows, tmp_path / f"out{ending}", ["id", "text"]) == 50_000
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_parquet_is_written_in_batches(tmp_path):
    path = written(({"id": str(n)} for n in range(2500)), tmp_path / "out.parquet", ["id"])
    file = pyarrow.parquet.ParquetFile(path)
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [1000, 1000, 500]
    assert file.read()["id"].to_pylist() == [str(n) for n in range(2500)]


def breaks_off(error):
    yield {"id": "1", "text": "no"}
    raise error


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("columns", [None, ["id", "text"]], ids=["collected", "streamed"])
@pytest.mark.parametrize("error", [RuntimeError("the model fell over"), OSError(5, "Input/output error"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("ending", FORMATS)
def test_the_old_file_stays_when_the_rows_break_off(ending, error, columns, tmp_path, temporary):
    path = tmp_path / f"out{ending}"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(type(error)) as raised:
        write_rows(breaks_off(error), path, columns)
    assert raised.value is error
    assert path.read_text(encoding="utf-8") == "old"
    assert sorted(tmp_path.iterdir()) == sorted([path, temporary])
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("ending", FORMATS)
def test_the_old_file_stays_when_the_disk_is_full(ending, tmp_path, temporary):
    resource = pytest.importorskip("resource")
    path = tmp_path / f"out{ending}"
    path.write_text("old", encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, hard))  # the system refuses what is written beyond
    try:
        with pytest.raises(OutputError) as error:
            write_rows(({"id": str(n), "text": str(hash(str(n)))} for n in range(20_000)), path, ["id", "text"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(error.value) == f"{path} can't be written (File too large). Choose another place."
    assert path.read_text(encoding="utf-8") == "old"
    assert sorted(tmp_path.iterdir()) == sorted([path, temporary])
    assert list(temporary.iterdir()) == []


def no_rows():
    pytest.fail("a row was asked for")
    yield


def unknown_ending(folder, monkeypatch):
    return folder / "out.txt", "{}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx."


def no_ending(folder, monkeypatch):
    return folder / "out", "{}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx."


def missing_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    return (
        folder / "out.parquet",
        "{}: Parquet needs pyarrow, which is not installed. Install it: pip install 'feedback-nlp[tables]'",
    )


def folder_there(folder, monkeypatch):
    (folder / "out.csv").mkdir()
    return folder / "out.csv", "{} can't be written (Is a directory). Choose another place."


def file_for_a_folder(folder, monkeypatch):
    (folder / "file").touch()
    return folder / "file" / "out.csv", "{} can't be written (File exists). Choose another place."


@pytest.mark.parametrize(
    "write",
    [check_writable, lambda path: write_rows(no_rows(), path), lambda path: write_rows(no_rows(), path, ["id"])],
    ids=["checked", "collected", "streamed"],
)
@pytest.mark.parametrize("made", [unknown_ending, no_ending, missing_extra, folder_there, file_for_a_folder])
def test_what_can_not_be_written_is_found_before_the_rows(made, write, tmp_path, monkeypatch):
    path, message = made(tmp_path, monkeypatch)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as error:
        write(path)
    assert str(error.value) == message.format(path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("ending", [*FORMATS, ".ndjson", ".json", ".XLSX"])
def test_a_check_leaves_nothing_behind(ending, tmp_path):
    check_writable(tmp_path / "new" / f"out{ending}")
    assert list(tmp_path.iterdir()) == []


# The command


def labelled(source, output, *options):
    return CliRunner().invoke(main, ["label", "-q", str(source), "-o", str(output), *options])


@pytest.mark.parametrize("ending", FORMATS)
def test_label_writes_what_label_reads(ending, tmp_path):
    texts = ["=We have chosen another candidate.", "'tis filled internally; sorry.", "Grüße\r\n"]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    assert labelled(tmp_path / "in.jsonl", tmp_path / f"out{ending}").exit_code == 0
    assert read_back(tmp_path / f"out{ending}") == texts
    assert labelled(tmp_path / f"out{ending}", tmp_path / "again.jsonl").exit_code == 0
    assert read_back(tmp_path / "again.jsonl") == texts


@pytest.mark.parametrize(("options", "start"), [([], b"date,"), (["--bom"], b"\xef\xbb\xbfdate,")])
def test_label_puts_a_byte_order_mark(options, start, tmp_path):
    (tmp_path / "mail.txt").write_text("We have chosen another candidate.", encoding="utf-8")
    assert labelled(tmp_path / "mail.txt", tmp_path / "out.csv", *options).exit_code == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(start)


def test_label_finds_a_wrong_output_before_it_reads(tmp_path):
    result = labelled(Path("/nowhere"), tmp_path / "out.txt")
    told = f"Error: {tmp_path / 'out.txt'}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx.\n"
    assert (result.exit_code, result.stderr) == (1, told)
