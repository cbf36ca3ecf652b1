import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest, example_from, place_of, read_labelled, row_of, tags_in
from feedback_nlp.records import Example, Skipped

TEXT = "We chose Ann. She knows Go."
ROW = {"id": "1", "text": TEXT, "primary": "another_candidate", "secondary": ["skills_gap"], "evidence": ["We chose Ann."]}
LABELS = "skills_gap, cultural_fit, another_candidate, hiring_freeze, vague_subjective, not_rejection"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"colour": "red"}, "unknown field 'colour'", id="unknown field"),
        pytest.param({"tags": "visa"}, "tags are no list of names: 'visa'", id="tags as text"),
        pytest.param({"tags": [1]}, "tags are no list of names: '[1]'", id="tags of numbers"),
        pytest.param({"text": ""}, "the text is empty", id="empty text"),
        pytest.param({"text": " \n"}, "the text is empty", id="blank text"),
        pytest.param({"primary": "rejected"}, f"unknown label 'rejected': the labels are {LABELS}", id="unknown label"),
        pytest.param({"primary": ""}, f"unknown label '': the labels are {LABELS}", id="no label"),
        pytest.param(
            {"secondary": ["vague_subjective"]},
            "secondary reasons ['vague_subjective'] do not go with primary 'another_candidate'",
            id="vague as secondary",
        ),
        pytest.param(
            {"secondary": ["pay"]}, "secondary reasons ['pay'] do not go with primary 'another_candidate'", id="unknown secondary"
        ),
        pytest.param(
            {"secondary": ["another_candidate"]},
            "secondary reasons ['another_candidate'] do not go with primary 'another_candidate'",
            id="primary as secondary",
        ),
        pytest.param(
            {"primary": "not_rejection", "evidence": []}, "a not_rejection has no secondary reasons and no evidence", id="secondary of none"
        ),
        pytest.param(
            {"primary": "not_rejection", "secondary": []}, "a not_rejection has no secondary reasons and no evidence", id="evidence of none"
        ),
        pytest.param({"evidence": ["we chose Ann."]}, "evidence is not in the text: 'we chose Ann.'", id="evidence not verbatim"),
        pytest.param({"evidence": [" "]}, "evidence is not in the text: ' '", id="blank evidence"),
        pytest.param({"sentences": [[0, 13, "gone"]]}, "unknown sentence label 'gone'", id="sentence label"),
        pytest.param({"sentences": [[0, 28, "boilerplate"]]}, "sentence span 0-28 is out of order or outside the text", id="span outside"),
        pytest.param({"sentences": [[5, 5, "boilerplate"]]}, "sentence span 5-5 is out of order or outside the text", id="span empty"),
        pytest.param(
            {"sentences": [[0, 13, "boilerplate"], [12, 20, "boilerplate"]]},
            "sentence span 12-20 is out of order or outside the text",
            id="spans overlap",
        ),
        pytest.param({"split": "dev"}, "unknown split 'dev'", id="split"),
    ],
)
def test_faults(change, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        example_from(ROW | change)


def test_a_row_is_an_object():
    with pytest.raises(ValueError, match=r"^it is no object$"):
        example_from([])


@pytest.mark.parametrize(
    "change", [{"id": None}, {"primary": None}, {"text": 5, "evidence": []}], ids=["no id", "no label", "text a number"]
)
def test_faults_of_form(change):
    row = {name: value for name, value in (ROW | change).items() if value is not None}
    with pytest.raises(ValueError, match=r"id|label|text"):
        example_from(row)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(ROW, id="full"),
        pytest.param({"id": "1", "text": TEXT, "primary": "not_rejection"}, id="not a rejection"),
        pytest.param(ROW | {"sentences": [[0, 13, "another_candidate"], [14, 27, "skills_gap"]]}, id="sentences"),
    ],
)
def test_row_and_example_are_two_forms_of_one_thing(row):
    example = example_from(row)
    assert json.loads(json.dumps(row_of(example))) == {"split": "train"} | {k: v for k, v in row.items() if v not in ([], "")}
    assert example_from(row_of(example)) == example


def test_a_loose_sentence_needs_no_label():
    example = example_from({"id": "1", "text": TEXT, "primary": "", "sentences": [[0, 13, "boilerplate"]]})
    assert (example.primary, example.sentences) == ("", ((0, 13, "boilerplate"),))


def labelled(tmp_path, content, name="rows.csv"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path, [
        (item.where, item.why) if isinstance(item, Skipped) else (item.text, item.primary, item.secondary, item.evidence)
        for item in read_labelled([path])
    ]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        pytest.param("a.csv", "text,label\nno,skills_gap\n", ("no", "skills_gap", (), ()), id="label"),
        pytest.param("a.csv", "Text,Primary\nno,skills_gap\n", ("no", "skills_gap", (), ()), id="primary"),
        pytest.param("a.csv", "text,label,primary\nno,x,skills_gap\n", ("no", "skills_gap", (), ()), id="primary before label"),
        pytest.param(
            "a.csv",
            'text,label,secondary\nno,skills_gap,"cultural_fit; hiring_freeze"\n',
            ("no", "skills_gap", ("cultural_fit", "hiring_freeze"), ()),
            id="secondary by name",
        ),
        pytest.param(
            "a.csv",
            'text,label,secondary,evidence\nno,skills_gap,"[""cultural_fit"", ""skills_gap""]","[""no"", ""gone""]"\n',
            ("no", "skills_gap", ("cultural_fit",), ("no",)),
            id="corrected sheet",
        ),
        pytest.param(
            "a.csv",
            'text,label,secondary,evidence\nno,not_rejection,"[""cultural_fit""]","[""no""]"\n',
            ("no", "not_rejection", (), ()),
            id="corrected to not_rejection",
        ),
        pytest.param(
            "a.jsonl",
            '{"text": "no", "label": "skills_gap", "secondary": ["cultural_fit"], "evidence": ["no"]}\n',
            ("no", "skills_gap", ("cultural_fit",), ("no",)),
            id="JSON lines",
        ),
        pytest.param("a.csv", "text,label\nno,Skills  Gap\n", ("no", "skills_gap", (), ()), id="label in words"),
        pytest.param(
            "a.csv",
            'text,label,evidence\n"no, sadly",skills_gap,"no, sadly"\n',
            ("no, sadly", "skills_gap", (), ("no, sadly",)),
            id="one quote",
        ),
        pytest.param(
            "a.csv",
            'text,label,evidence\n"no,\n sadly",skills_gap,"no, sadly"\n',
            ("no,\n sadly", "skills_gap", (), ("no,\n sadly",)),
            id="wrapped",
        ),
        pytest.param(
            "a.jsonl",
            '{"text": "no", "label": "skills_gap", "sentences": "x"}\n',
            ("{}, row 1", "Expecting value: line 1 column 1 (char 0)"),
            id="sentences are no JSON",
        ),
        pytest.param(
            "a.jsonl",
            '{"text": "no", "label": "skills_gap", "sentences": [[0, 9, "skills_gap"]]}\n',
            ("{}, row 1", "sentence span 0-9 is out of order or outside the text"),
            id="sentence outside",
        ),
        pytest.param(
            "a.jsonl",
            '{"text": "no", "label": "skills_gap", "sentences": [[0, 1e999, "skills_gap"]]}\n',
            ("{}, row 1", "cannot convert float infinity to integer"),
            id="sentence without end",
        ),
        pytest.param("a.csv", "text,label\nno,\n", ("{}, row 1", "it has no label"), id="no label"),
        pytest.param("a.csv", "text,label\n ,skills_gap\n", ("{}, row 1", "the text is empty"), id="empty text"),
        pytest.param("a.csv", "text,label\nno,gone\n", ("{}, row 1", f"unknown label 'gone': the labels are {LABELS}"), id="unknown label"),
        pytest.param(
            "a.csv",
            "text,label,secondary\nno,skills_gap,gone\n",
            ("{}, row 1", "secondary reasons ['gone'] do not go with primary 'skills_gap'"),
            id="unknown secondary",
        ),
    ],
)
def test_read_labelled(name, content, found, tmp_path):
    path, rows = labelled(tmp_path, content, name)
    assert rows == [tuple(part.format(path) if isinstance(part, str) else part for part in found)]


def test_read_labelled_reads_what_an_evaluation_uses(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label,also_ok,register\nno,skills_gap,vague_subjective; gone, ats \nno,skills_gap,,\n", encoding="utf-8")
    assert [(e.also_ok, e.register) for e in read_labelled([path])] == [(("vague_subjective",), "ats"), ((), "")]


def test_read_labelled_without_a_label_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,reason\nno,skills_gap\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        list(read_labelled([path]))
    assert str(error.value) == f"{path} has no column `label` or `primary` (found: text, reason). Name one so."


def test_read_labelled_keeps_the_rows_around_a_bad_line(tmp_path):
    lines = ['{"text": "a", "label": "skills_gap"}'] * 6 + ["{", '{"text": "b", "label": "skills_gap"}']
    path, rows = labelled(tmp_path, "\n".join(lines), "a.jsonl")
    assert [row[0] for row in rows] == [*("a",) * 6, f"{path}, line 7", "b"]


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        pytest.param("b c", "a b c", "b c", id="as it stands"),
        pytest.param(" b", "a b c", " b", id="with its white space"),
        pytest.param("b c", "a b \n\tc d", "b \n\tc", id="wrapped"),
        pytest.param("b\nc", " a b c", "b c", id="unwrapped"),
        pytest.param("b c", "ab  cd", "b  c", id="within words"),
        pytest.param("a", " \n a", "a", id="one word"),
        pytest.param("b d", "a b c", None, id="not there"),
        pytest.param("B", "a b c", None, id="another case"),
        pytest.param(" ", "a b c", None, id="blank"),
        pytest.param("", "a b c", None, id="empty"),
        pytest.param("a", "", None, id="of nothing"),
    ],
)
def test_the_place_of_a_quote(quote, text, found):
    place = place_of(quote, text)
    assert (place and text[slice(*place)]) == found


@given(st.text("ab .\n", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_a_part_of_a_text_is_found_however_it_is_wrapped(text, start, length):
    quote = text[start : start + length]
    place = place_of("\r\n".join(quote.split()), text)
    assert (place is None) == (not quote.split())
    if place:
        assert text[slice(*place)].split() == quote.split()


def test_a_text_with_half_a_letter_has_a_digest():
    assert digest("a \ud83d") == digest("A\n\ud83d") != digest("a")


@pytest.mark.parametrize("column", ["sentences", "evidence", "secondary"])
def test_a_cell_nested_too_deep_stops_nothing(column, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"text,label,{column}\nno,skills_gap,{'[' * 100_000}\nyes,skills_gap,\n", encoding="utf-8")
    assert [item.text for item in read_labelled([path]) if isinstance(item, Example)][-1] == "yes"


@pytest.mark.parametrize(
    ("cells", "tags"),
    [
        pytest.param({}, None, id="no column"),
        pytest.param({"own_labels": ""}, None, id="empty"),
        pytest.param({"own_labels": None}, None, id="nothing"),
        pytest.param({"own_labels": []}, None, id="an empty list, as label writes it"),
        pytest.param({"own_labels": "[]"}, None, id="the same as text"),
        pytest.param({"own_labels": [{"label": "visa", "probability": 0.9, "source": "model"}]}, None, id="as label writes it"),
        pytest.param({"own_labels": '[{"label": "visa", "probability": 1.0, "source": "human"}]'}, None, id="that as text"),
        pytest.param({"own_labels": "Visa; far-away, visa"}, ("visa", "far_away"), id="names"),
        pytest.param({"own_labels": '["visa"]'}, ("visa",), id="a list in JSON"),
        pytest.param({"own_labels": ["visa"]}, ("visa",), id="a list"),
        pytest.param({"own_labels": "None"}, (), id="none of them"),
        pytest.param({"own_labels": "; ,"}, None, id="no name"),
        pytest.param({"own_labels": "[" * 100_000}, None, id="nested too deep"),
        pytest.param({"tags": "urgent"}, None, id="tags of another program"),
        pytest.param({"tags": "[]", "primary": "skills_gap"}, (), id="none, in the corpus format"),
        pytest.param({"tags": ["visa"], "primary": "skills_gap"}, ("visa",), id="in the corpus format"),
        pytest.param({"tags": "", "primary": "skills_gap", "own_labels": ""}, None, id="nothing in the corpus format"),
    ],
)
def test_own_labels_in_the_cells_of_a_row(cells, tags):
    assert tags_in(cells) == tags


@pytest.mark.parametrize(
    ("tags", "kept"), [(None, {}), ((), {"tags": ()}), (("visa",), {"tags": ("visa",)})], ids=["nothing said", "none", "one"]
)
def test_tags_go_round(tags, kept):
    example = Example("1", TEXT, "another_candidate", tags=tags)
    row = row_of(example)
    assert row == {"id": "1", "text": TEXT, "primary": "another_candidate", "split": "train"} | kept
    assert example_from(json.loads(json.dumps(row))) == example
