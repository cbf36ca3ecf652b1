import csv
import json

import pytest

from feedback_nlp.errors import OutputError
from feedback_nlp.records import Advice, Email, Evidence, Feedback, Prediction
from feedback_nlp.rows import row_of, write_rows

SCORES = {
    "skills_gap": 0.1,
    "cultural_fit": 0.1,
    "another_candidate": 0.6,
    "hiring_freeze": 0.1,
    "vague_subjective": 0.05,
    "not_rejection": 0.05,
}
JUDGED = Prediction(
    "another_candidate",
    0.6,
    SCORES,
    ("cultural_fit",),
    (Evidence("We chose “Ann”.", 0, 15, 0.9),),
    possible=("another_candidate", "cultural_fit"),
)
UNJUDGED = Prediction(None, 0.0, {}, note="There are no words here to read.")
ADVICE = Advice("Somebody else was chosen.", ("Thank them.", "Go on."), ("May I ask why?",))
CONTRACT = {
    "label": "another_candidate",
    "confidence": 0.6,
    "scores": SCORES,
    "possible": ["another_candidate", "cultural_fit"],
    "secondary": ["cultural_fit"],
    "evidence": ["We chose “Ann”."],
    "next_steps": ["Thank them.", "Go on."],
    "questions": ["May I ask why?"],
}
UNJUDGED_CONTRACT = {
    "label": None,
    "confidence": 0.0,
    "scores": {},
    "possible": [],
    "secondary": [],
    "evidence": [],
    "next_steps": [],
    "questions": [],
    "note": "There are no words here to read.",
}
MESSAGE = Email("1@x", "We chose “Ann”.", "No", "a@b.example", "today", "1@x", "in.mbox")
HEADERS = {"message_id": "1@x", "date": "today", "sender": "a@b.example", "subject": "No", "source": "in.mbox"}
TABLE_ROW = Email("7", "We chose “Ann”.", row=3, extra={"id": "7", "text": "We chose “Ann”.", "n": 5, "label": "old", "note": "mine"})


@pytest.mark.parametrize(
    ("feedback", "row"),
    [
        pytest.param(Feedback(MESSAGE, JUDGED, ADVICE), {"id": "1@x", **CONTRACT, **HEADERS}, id="message"),
        pytest.param(
            Feedback(TABLE_ROW, JUDGED, ADVICE),
            {"id": "7", **CONTRACT, "row": 3, "text": "We chose “Ann”.", "n": 5, "note": "mine"},
            id="row",
        ),
        pytest.param(Feedback(MESSAGE, UNJUDGED, Advice("")), {"id": "1@x", **UNJUDGED_CONTRACT, **HEADERS}, id="message not judged"),
        pytest.param(
            Feedback(TABLE_ROW, UNJUDGED, Advice("")),
            {"id": "7", **UNJUDGED_CONTRACT, "row": 3, "text": "We chose “Ann”.", "n": 5},
            id="row not judged",
        ),
    ],
)
def test_contract(feedback, row):
    assert row_of(feedback) == row


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_csv_holds_lists_and_objects_as_json(tmp_path):
    write_rows([{"id": "1", **CONTRACT}, {"id": "2", **UNJUDGED_CONTRACT}], tmp_path / "out.csv")
    columns, *rows = read_csv(tmp_path / "out.csv")
    assert columns == ["id", *CONTRACT, "note"]
    first, second = (dict(zip(columns, row, strict=True)) for row in rows)
    assert {k: first[k] for k in ("id", "label", "confidence", "note")} == {
        "id": "1",
        "label": "another_candidate",
        "confidence": "0.6",
        "note": "",
    }
    lists = ("scores", "secondary", "evidence", "next_steps", "questions")
    assert {k: json.loads(first[k]) for k in lists} == {k: CONTRACT[k] for k in lists}
    assert second["label"] == ""
    assert {k: json.loads(second[k]) for k in lists} == {k: UNJUDGED_CONTRACT[k] for k in lists}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("no", "no"),
        ("1=1", "1=1"),
        (-1, "-1"),
        (True, "True"),
        (None, ""),
        (["=1"], '["=1"]'),
        ("a,\n“b”", "a,\n“b”"),
    ],
)
def test_formula_cells_are_harmless(value, cell, tmp_path):
    write_rows([{"x": value, "y": 1}], tmp_path / "out.csv")
    assert read_csv(tmp_path / "out.csv") == [["x", "y"], [cell, "1"]]


def test_formula_in_a_column_name_is_harmless(tmp_path):
    write_rows([{"=1+1": "a"}], tmp_path / "out.csv")
    assert read_csv(tmp_path / "out.csv") == [["'=1+1"], ["a"]]


@pytest.mark.parametrize("name", ["out.jsonl", "out.ndjson", "out.json", "OUT.JSONL"])
def test_json_lines_keep_order_values_and_letters(name, tmp_path):
    rows = [{"id": str(i), "text": f"“{i}”\n", "n": None} for i in (3, 1, 2)]
    write_rows(rows, tmp_path / name)
    content = (tmp_path / name).read_text(encoding="utf-8")
    assert [json.loads(line) for line in content.splitlines()] == rows
    assert "“3”" in content


def test_csv_keeps_order_and_columns_of_all_rows(tmp_path):
    write_rows([{"b": 1}, {"a": 2, "b": 3}], tmp_path / "out.csv")
    assert read_csv(tmp_path / "out.csv") == [["b", "a"], ["1", ""], ["3", "2"]]


def breaks_midway():
    yield {"id": "1"}
    raise RuntimeError("the model fell over")


def folder_there(folder):
    (folder / "out.csv").mkdir()
    return folder / "out.csv", "{} can't be written (Is a directory). Choose another place."


def no_format(folder):
    return folder / "out.xlsx", "{}: can't tell the format. End the name in .csv or .jsonl."


def file_for_a_folder(folder):
    (folder / "file").touch()
    return folder / "file" / "out.csv", "{} can't be written (File exists). Choose another place."


@pytest.mark.parametrize("made", [folder_there, no_format, file_for_a_folder])
def test_what_can_not_be_written(made, tmp_path):
    path, message = made(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as error:
        write_rows([{"id": "1"}], path)
    assert str(error.value) == message.format(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_written_aside_and_renamed(tmp_path, monkeypatch):
    path = tmp_path / "new" / "out.jsonl"
    renamed = []
    monkeypatch.setattr("os.replace", lambda a, b: renamed.append((a.read_text(encoding="utf-8"), a.parent, b, path.exists())))
    write_rows([{"id": "1"}], path)
    assert renamed == [('{"id": "1"}\n', path.parent, path, False)]


def test_the_old_file_stays_when_the_rows_break_off(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError, match="the model fell over"):
        write_rows(breaks_midway(), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.glob(".*")) == []


def test_the_old_file_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "out.jsonl"
    path.write_text("old", encoding="utf-8")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError) as error:
        write_rows([{"id": "1"}], path)
    assert str(error.value) == f"{path} can't be written (No space left on device). Choose another place."
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_half_an_emoji_can_be_written(name, tmp_path):
    write_rows([{"text": "no \ud83d"}], tmp_path / name)
    assert [path.name for path in tmp_path.glob("*out*")] == [name]


def test_written_for_its_owner_only(tmp_path):
    write_rows([{"id": "1"}], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
