import json

import pytest

from feedback_nlp.errors import InputError
from feedback_nlp.examples import read_corpus
from feedback_nlp.marks import Mark, Marked, read_marks
from feedback_nlp.records import Example
from feedback_nlp.resources import shipped

MAIL = Example("a1", "Dear Ann, you lack SAP. Try us in May.", "skills_gap", voice="mill")


def written(tmp_path, marks=(), sentences=()):
    for name, rows in (("marks", marks), ("sentences", sentences)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_read(tmp_path):
    mail = {"id": "a1", "marks": [[10, 23, "gaps", "skill", "SAP"], [24, 38, "door", "apply again", "in May"]]}
    loose = {"id": "s-w1-001", "text": "No visa.", "signals": [["gaps", "permit", "visa"]]}
    assert read_marks(written(tmp_path, [mail], [loose]), [MAIL]) == [
        Marked("a1", MAIL.text, "mill", True, (Mark(10, 23, "gaps", "skill", "SAP"), Mark(24, 38, "door", "apply again", "in May"))),
        Marked("s-w1-001", "No visa.", "s-w1", False, (Mark(0, 8, "gaps", "permit", "visa"),)),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a2", "marks": []}, "there is no training mail 'a2'"),
        ({"id": "t1", "marks": []}, "there is no training mail 't1'"),
        ({"id": "a1", "marks": [[0, 4, "gaps", "sills", ""]]}, "unknown value 'sills' of signal 'gaps'"),
        ({"id": "a1", "marks": [[0, 4, "gap", "skill", ""]]}, "unknown value 'skill' of signal 'gap'"),
        ({"id": "a1", "marks": [[4, 4, "gaps", "skill", ""]]}, "mark 4-4 is outside the text"),
        ({"id": "a1", "marks": [[0, 99, "gaps", "skill", ""]]}, "mark 0-99 is outside the text"),
        ({"id": "a1", "marks": [[0, 4, "gaps", "skill", "SAP"]]}, "'SAP' is not in what is marked"),
    ],
)
def test_faults(tmp_path, row, message):
    test = Example("t1", "No.", "vague_subjective", split="test")
    with pytest.raises(InputError) as raised:
        read_marks(written(tmp_path, [{"id": "a1", "marks": []}, row]), [MAIL, test])
    assert str(raised.value) == f"{tmp_path / 'marks.jsonl'}, line 2: {message}. Mend or remove that line."


def test_missing(tmp_path):
    with pytest.raises(InputError, match=r"marks\.jsonl can't be read \(No such file or directory\)\. Install feedback-nlp anew\."):
        read_marks(tmp_path, [MAIL])


def test_shipped_marks():
    marked = read_marks(shipped("data") / "signals", read_corpus()[0])
    assert len({one.id for one in marked}) == len(marked)
    test = [json.loads(line)["text"] for line in (shipped("data") / "signals" / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    known = {" ".join(one.text.split()) for one in marked}
    assert not known & {" ".join(text.split()) for text in test}
