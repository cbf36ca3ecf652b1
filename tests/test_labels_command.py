"""Labels of a person's own, through the commands: added, given to mails, learnt, and shown."""

import csv
import json
import mailbox
import re

import pytest

from feedback_nlp.collection import own_examples
from feedback_nlp.tags import read_tags
from tests.commands import invoke
from tests.visas import TEACH, TEST, keep, others, own

OTHER = "Dear Robin,\n\nCan you come in on Monday at two?\n\nIda\n"
ADVICE = 'next_steps = ["Look up who sponsors."]\nquestions = ["Do you sponsor visas?"]\n'


@pytest.fixture
def visa(tmp_path):
    (tmp_path / "advice.toml").write_text(ADVICE, encoding="utf-8")
    return invoke("labels", "add", "Visa", "--meaning", "needs a permit that I don't have", "--advice", tmp_path / "advice.toml")


def table(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def tagged(path, texts, tags="visa"):
    return table(path, [{"text": text, "label": "skills_gap", "own_labels": tags} for text in texts])


def test_add_list_remove(visa):
    assert visa.stdout == "visa is a label of yours now. It is learnt when 15 different mails have it (column `own_labels`).\n"
    assert invoke("labels", "list").stdout.splitlines() == [
        "visa  needs a permit that I don't have",
        "      different mails: 0; 15 more to learn it from",
    ]
    assert json.loads(invoke("labels", "list", "--json").stdout) == [
        {
            "name": "visa",
            "meaning": "needs a permit that I don't have",
            "next_steps": ["Look up who sponsors."],
            "questions": ["Do you sponsor visas?"],
            "mails": 0,
            "missing": 15,
            "held_out": None,
        }
    ]
    assert invoke("labels", "remove", "visa").stdout == "visa is no label of yours any longer.\n"
    assert (invoke("labels", "list").stdout, invoke("labels", "list", "--json").stdout) == ("", "[]\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(
            ("add", "visa", "--meaning", " "), "The meaning of visa has 0 characters. Say it in 1 to 120: --meaning TEXT", id="meaning"
        ),
        pytest.param(("add", "none", "--meaning", "x"), "'none' has a meaning already. Choose another name.", id="name"),
        pytest.param(
            ("remove", "visa"), "There is no label 'visa' of yours (you have none). See `feedback-nlp labels list`.", id="nothing there"
        ),
    ],
)
def test_what_can_not_be_is_said_in_one_line(args, message, home):
    result = invoke("labels", *args)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {message}\n")
    assert not home.exists()


def test_rows_get_labels_from_a_table(visa, tmp_path):
    invoke("labels", "add", "far", "--meaning", "far away")
    cells = ["visa", "Visa; far", '["far"]', "", "none", "[]", "gone", '[{"label": "visa", "probability": 0.9, "source": "model"}]']
    rows = [{"text": f"mail {i}", "label": "skills_gap", "own_labels": cell} for i, cell in enumerate(cells)]
    result = invoke("add", table(tmp_path / "a.csv", rows))
    assert result.stdout.startswith("7 added, 0 known, 0 changed\n1 skipped, or to look at:\n")
    why = "unknown label of your own 'gone': yours are far, visa; a new one: feedback-nlp labels add NAME"
    assert json.loads(invoke("add", "--json", tmp_path / "a.csv").stdout)["skipped"] == [
        {"where": f"{tmp_path / 'a.csv'}, row 7", "why": why, "count": 1}
    ]
    assert [example.tags for example in own_examples()] == [("visa",), ("visa", "far"), ("far",), None, (), None, None]


def test_labels_of_rows_are_not_lost_by_rows_that_do_not_speak_of_them(visa, tmp_path):
    invoke("add", tagged(tmp_path / "a.csv", ["no"]))
    table(tmp_path / "b.csv", [{"text": "no", "label": "hiring_freeze"}])
    assert invoke("add", tmp_path / "b.csv").stdout.startswith("0 added, 0 known, 1 changed\n")
    assert [(e.primary, e.tags) for e in own_examples()] == [("hiring_freeze", ("visa",))]
    assert invoke("examples", "list").stdout == "hiring_freeze + visa  no\n"
    table(tmp_path / "c.csv", [{"text": "no", "label": "hiring_freeze", "own_labels": "none"}])
    assert invoke("add", tmp_path / "c.csv").stdout.startswith("0 added, 0 known, 1 changed\n")
    assert invoke("add", tmp_path / "c.csv").stdout.startswith("0 added, 1 known, 0 changed\n")
    assert [e.tags for e in own_examples()] == [()]


def test_rows_that_differ_in_labels_of_one_s_own_are_a_conflict(visa, tmp_path):
    rows = [{"text": "no", "label": "skills_gap", "own_labels": cell} for cell in ("visa", "none")]
    path = table(tmp_path / "a.csv", rows)
    assert json.loads(invoke("add", "--json", path).stdout) == {
        **{"added": 0, "known": 0, "changed": 0, "unchanged": 0, "skipped": []},
        "conflicts": [{"rows": [f"{path}, row 1", f"{path}, row 2"], "labels": ["skills_gap + visa", "skills_gap"]}],
    }


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".xlsx", ".parquet"])
def test_what_is_exported_comes_back(visa, tmp_path, ending):
    invoke(
        "add", tagged(tmp_path / "a.csv", ["one"]), tagged(tmp_path / "b.csv", ["two"], "none"), tagged(tmp_path / "c.csv", ["three"], "")
    )
    before = own_examples()
    assert [e.tags for e in before] == [("visa",), (), None]
    invoke("examples", "export", tmp_path / f"mine{ending}")
    invoke("examples", "delete-all", "--yes")
    assert invoke("add", tmp_path / f"mine{ending}").stdout.startswith("3 added, 0 known, 0 changed\n")
    assert own_examples() == before


def test_tags_of_other_tables_are_nobody_s(tmp_path):
    path = table(tmp_path / "a.csv", [{"text": "no", "label": "skills_gap", "tags": "urgent"}])
    assert invoke("add", path).stdout.startswith("1 added, 0 known, 0 changed\n")
    assert own_examples()[0].tags is None


def test_fourteen_say_nothing_but_how_many_are_missing(visa, tmp_path):
    invoke("add", tagged(tmp_path / "a.csv", TEACH[:14]))
    result = invoke("classify", stdin=TEST[0])
    assert result.stdout.splitlines()[-1] == "Your label visa: not learnt yet (mails with it that are missing: 1)."
    assert result.stdout.count("visa:") == 1
    assert "Look up who sponsors." not in result.stdout
    assert json.loads(invoke("classify", "--json", stdin=TEST[0]).stdout)["own_labels"] == []


def test_fifteen_are_told_in_classify(visa, tmp_path):
    before = json.loads(invoke("classify", "--json", stdin=TEST[0]).stdout)
    invoke("add", tagged(tmp_path / "a.csv", TEACH))
    result = invoke("classify", stdin=TEST[0])
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("Your label visa: likely")]
    found = re.fullmatch(r"Your label visa: likely \((0\.\d\d); right in (\d+) of 15 held-out mails\)", line)
    assert float(found[1]) >= 0.5
    assert result.stdout.splitlines()[-6:] == [
        "",
        "Your label visa: what to do",
        "  1. Look up who sponsors.",
        "",
        "Your label visa: what to ask",
        "  1. Do you sponsor visas?",
    ]
    after = json.loads(invoke("classify", "--json", stdin=TEST[0]).stdout)
    (label,) = after["own_labels"]
    assert (label["label"], label["source"], f"{label['probability']:.2f}") == ("visa", "model", found[1])
    assert after["next_steps"] == [*before["next_steps"], "Look up who sponsors."]
    assert after["questions"] == [*before["questions"], "Do you sponsor visas?"]
    untouched = before.keys() - {"own_labels", "next_steps", "questions"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert re.search(
        r"different mails: 15; held out, right in \d+ of 15 \(\d+ %, 95 % interval \d+ to \d+ %\) with it$",
        " ".join(invoke("labels", "list").stdout.split()),
    )


def test_a_mail_without_it_hears_nothing_of_it(visa):
    keep(*(own(text, "visa") for text in TEACH), *(own(text) for text in others(40)))
    shown = invoke("classify", stdin=OTHER).stdout
    assert "Your label" not in shown
    (label,) = json.loads(invoke("classify", "--json", stdin=OTHER).stdout)["own_labels"]
    assert label["probability"] < 0.5
    assert re.search(r"right in \d+ of 15 \(.*?\) with it, \d+ of 40 \(.*?\) without", " ".join(invoke("labels", "list").stdout.split()))


def test_the_person_s_own_word_goes_first(visa):
    keep(own(TEST[0], "visa"))
    result = invoke("classify", stdin=TEST[0])
    assert "Your label visa: you gave it to this mail" in result.stdout.splitlines()
    assert "  1. Look up who sponsors." in result.stdout.splitlines()
    row = json.loads(invoke("classify", "--json", stdin=TEST[0]).stdout)
    assert row["own_labels"] == [{"label": "visa", "probability": 1.0, "source": "human"}]


@pytest.fixture
def inbox(tmp_path):
    box = mailbox.mbox(tmp_path / "Inbox.mbox")
    for number, text in enumerate((TEST[0], OTHER)):
        box.add(f"From: ida@oven.example\nSubject: Post {number}\nMessage-ID: <{number}@oven.example>\n\n{text}")
    box.close()
    return tmp_path / "Inbox.mbox"


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_label_tells_it_and_takes_it_back_from_the_sheet(visa, inbox, tmp_path):
    sheet = tmp_path / "out.csv"
    assert invoke("label", inbox, "-o", sheet).exit_code == 0
    rows = rows_of(sheet)
    assert [row["own_labels"] for row in rows] == ["[]", "[]"]
    assert invoke("add", sheet).stdout.startswith("0 added, 0 known, 0 changed\n2 unchanged")
    table(sheet, [rows[0] | {"own_labels": "visa"}, rows[1]])
    assert invoke("add", sheet).stdout.startswith("1 added, 0 known, 0 changed\n1 unchanged")
    assert [(e.primary, e.tags) for e in own_examples()] == [(rows[0]["label"], ("visa",))]
    assert invoke("label", inbox, "-o", sheet).exit_code == 0
    first, second = rows_of(sheet)
    assert json.loads(first["own_labels"]) == [{"label": "visa", "probability": 1.0, "source": "human"}]
    assert (json.loads(first["next_steps"])[-1], json.loads(first["questions"])[-1]) == ("Look up who sponsors.", "Do you sponsor visas?")
    assert second["own_labels"] == "[]"
    assert invoke("add", sheet).stdout.startswith("0 added, 0 known, 0 changed\n2 unchanged")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_every_format_holds_them(visa, inbox, tmp_path, ending):
    from feedback_nlp.inbox import read_rows
    from feedback_nlp.inbox.row import fields_in

    keep(*(own(text, "visa") for text in TEACH))
    sheet = tmp_path / f"out{ending}"
    assert invoke("label", inbox, "-o", sheet).exit_code == 0
    cell = fields_in(next(read_rows(sheet, "label")))["own_labels"]
    (label,) = json.loads(cell) if isinstance(cell, str) else cell
    assert (label["label"], label["source"]) == ("visa", "model")
    assert 0.5 <= label["probability"] < 1
    assert invoke("add", sheet).stdout.startswith("0 added, 0 known, 0 changed\n2 unchanged")


def test_another_run_of_label_knows_what_was_learnt_since(visa, inbox, tmp_path):
    sheet = tmp_path / "out.csv"
    invoke("label", inbox, "-o", sheet)
    keep(*(own(text, "visa") for text in TEACH))
    invoke("label", inbox, "-o", sheet)
    first = rows_of(sheet)
    assert json.loads(first[0]["own_labels"])[0]["probability"] >= 0.5
    assert json.loads(first[0]["next_steps"])[-1] == "Look up who sponsors."
    assert json.loads(first[1]["own_labels"])[0]["probability"] < 0.5
    assert "Look up who sponsors." not in first[1]["next_steps"]
    invoke("label", inbox, "-o", sheet)
    assert rows_of(sheet) == first


def test_hostile_names_and_meanings_reach_no_terminal(tmp_path):
    invoke("labels", "add", "visa", "--meaning", "a\x1b[31m permit\u202e")
    assert read_tags()["visa"].meaning == "a\x1b[31m permit\u202e"
    path = table(tmp_path / "a.csv", [{"text": "no", "label": "skills_gap", "own_labels": "x\x1b[31m"}])
    shown = invoke("labels", "list").stdout + invoke("add", path).stdout + invoke("labels", "remove", "y\x1b[31m").stderr
    assert not re.search("[\x1b\u202e]", shown)
