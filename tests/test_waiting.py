import pytest

from feedback_nlp.dossier.waiting import Waiting, read_waiting, waiting_of
from feedback_nlp.errors import InputError
from feedback_nlp.records import Skipped
from feedback_nlp.sheet import write_rows
from feedback_nlp.silence import COLUMNS

ROWS = [
    dict(zip(COLUMNS, ("a", "Oven", "Baker", "application", "2026-09-01", 21, ["Write once.", "Let it rest."]), strict=True)),
    dict(zip(COLUMNS, ("b", "unknown", "unknown", "interview", "2026-08-01", 52, []), strict=True)),
]
FOUND = (
    Waiting("", "", "interview", "2026-08-01", 52, ()),
    Waiting("Oven", "Baker", "application", "2026-09-01", 21, ("Write once.", "Let it rest.")),
)
MISFIT = "{} is no list of silent applications. Give the file that `feedback-nlp label --silence` wrote."


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
def test_files(ending, tmp_path):
    path = tmp_path / f"waiting.{ending}"
    write_rows(ROWS, path)
    assert waiting_of(read_waiting(path)) == FOUND


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
def test_a_file_that_lists_none(ending, tmp_path):
    path = tmp_path / f"waiting.{ending}"
    write_rows([], path, COLUMNS)
    assert list(read_waiting(path)) == []


def test_other_files(tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text("id,label\n1,skills_gap\n")
    with pytest.raises(InputError) as error:
        list(read_waiting(path))
    assert str(error.value) == MISFIT.format(path)
    path.write_text("last_contact,days\n1,2\n")
    with pytest.raises(InputError) as error:
        list(read_waiting(path))
    assert str(error.value) == MISFIT.format(path) + " It has no column thread, company, role, stage, next_steps."


def test_a_line_that_can_not_be_read_is_skipped(tmp_path):
    path = tmp_path / "waiting.jsonl"
    write_rows(ROWS, path)
    path.write_text(path.read_text() + "oops\n")
    assert [type(item) for item in read_waiting(path)] == [dict, dict, Skipped]


def test_cells_that_hold_anything():
    assert waiting_of([{"stage": "lunch", "days": "many", "next_steps": None}, {"days": "9" * 40}]) == (Waiting("", "", "", "", 0, ()),) * 2
