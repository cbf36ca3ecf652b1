"""What the person says of a mail, through the commands: taken, shown, and counting at once wherever the mail is read."""

import csv
import json
import mailbox
import os
import re
from dataclasses import replace

import pytest

from feedback_nlp.collection import open_collection, own_examples, path_of_collection
from feedback_nlp.examples import digest
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example
from feedback_nlp.store import SHIPPED, save, use, versions
from tests.commands import invoke

CHOSEN = "We have given the post of baker to somebody else, who knows large ovens."
MAIL = f"Dear Robin,\n\n{CHOSEN}\n\nBest,\nIda\n"
OTHER = "Dear Robin,\n\nCan you come in on Monday at two?\n\nIda\n"


def own(text, label, who="ann", command="add", **fields):
    with open_collection(who) as collection:
        collection.put([Example(f"own-{digest(text)}", text, label, **fields)], command)


def test_classify_gives_the_person_s_label():
    own(MAIL, "hiring_freeze", evidence=("who knows large ovens.",), secondary=("skills_gap",))
    result = invoke("classify", stdin=MAIL)
    lines = result.stdout.splitlines()
    assert (result.exit_code, lines[0]) == (0, "The role went away or was paused  (hiring_freeze, your own label)")
    assert re.fullmatch(r"The model says: somebody else was chosen \(another_candidate, >?\d\d% sure\)\.", lines[1])
    assert ">>who knows large ovens.<<" in result.stdout
    assert "Also there: something the role asks for was missing (skills_gap)" in lines
    assert "That decision was not about you." in lines


def test_classify_json_gives_both_labels():
    before = json.loads(invoke("classify", "--json", stdin=MAIL).stdout)
    assert (before["label"], before["label_source"], before["model_label"]) == ("another_candidate", "model", "another_candidate")
    own(MAIL, "hiring_freeze")
    after = json.loads(invoke("classify", "--json", stdin=MAIL).stdout)
    assert [after[name] for name in ("label", "confidence", "possible", "evidence", "label_source", "model_label")] == [
        "hiring_freeze",
        1.0,
        ["hiring_freeze"],
        [CHOSEN],
        "human",
        "another_candidate",
    ]
    assert after["next_steps"] != before["next_steps"]


def test_classify_explains_the_model_s_answer_as_the_model_s():
    assert "Why this answer" in invoke("classify", "--explain", stdin=MAIL).stdout
    own(MAIL, "hiring_freeze")
    said = invoke("classify", "--explain", stdin=MAIL).stdout
    assert "Why the model says so" in said
    assert "Why this answer" not in said


def test_a_mail_that_the_model_can_not_judge_has_the_person_s_label():
    german = "Sehr geehrte Frau Holm,\n\nleider haben wir uns für eine andere Bewerberin entschieden.\n\nMit freundlichen Grüßen\nIda\n"
    assert invoke("classify", stdin=german).exit_code == 1
    own(german, "another_candidate", secondary=("skills_gap",))
    result = invoke("classify", stdin=german)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:4] == [
        "Somebody else was chosen  (another_candidate, your own label)",
        "",
        "Also there: something the role asks for was missing (skills_gap)",
        "",
    ]


def test_draft_answers_the_person_s_label():
    assert json.loads(invoke("draft", "--json", stdin=MAIL).stdout)["kind"] == "feedback"
    own(MAIL, "hiring_freeze")
    assert json.loads(invoke("draft", "--json", stdin=MAIL).stdout)["kind"] == "freeze"


def test_check_reply_heeds_the_person_s_label(tmp_path):
    (tmp_path / "rejection.txt").write_text(MAIL, encoding="utf-8")
    args = ("check-reply", "--json", "--to", tmp_path / "rejection.txt")
    reply = "Dear Ida,\n\nCould you tell me why I was not chosen?\n\nRobin\n"
    assert any(CHOSEN in remark["why"] for remark in json.loads(invoke(*args, stdin=reply).stdout)["remarks"])
    own(MAIL, "vague_subjective")
    assert not any(CHOSEN in remark["why"] for remark in json.loads(invoke(*args, stdin=reply).stdout)["remarks"])


@pytest.fixture
def inbox(tmp_path):
    box = mailbox.mbox(tmp_path / "Inbox.mbox")
    for number, text in enumerate((MAIL, OTHER)):
        box.add(f"From: ida@oven.example\nSubject: Post {number}\nMessage-ID: <{number}@oven.example>\n\n{text}")
    box.close()
    return tmp_path / "Inbox.mbox"


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def corrected(path, *changes):
    rows = [row | change for row, change in zip(rows_of(path), changes, strict=True)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


NEXT = "They count at once wherever these mails are read. To learn from them: feedback-nlp retrain"


def test_a_corrected_sheet_goes_round(inbox, tmp_path):
    sheet = tmp_path / "out.csv"
    assert invoke("label", inbox, "-o", sheet).exit_code == 0
    assert invoke("add", sheet).stdout == "0 added, 0 known, 0 changed\n2 unchanged: as the model had it, or as you had said before\n"
    corrected(sheet, {"label": "Hiring freeze"}, {})
    unchanged = "1 unchanged: as the model had it, or as you had said before"
    dry = invoke("add", "--dry-run", sheet)
    assert dry.stdout == f"1 added, 0 known, 0 changed (if you leave out --dry-run)\n{unchanged}\n"
    assert not path_of_collection().exists()
    assert invoke("add", sheet).stdout == f"1 added, 0 known, 0 changed\n{unchanged}\n{NEXT}\n"
    assert invoke("add", sheet).stdout == f"0 added, 1 known, 0 changed\n{unchanged}\n"
    assert json.loads(invoke("add", "--json", sheet).stdout) == {
        "added": 0,
        "known": 1,
        "changed": 0,
        "unchanged": 1,
        "conflicts": [],
        "skipped": [],
    }
    assert invoke("label", inbox, "-o", sheet).exit_code == 0
    names = ("label", "confidence", "label_source", "model_label")
    first, second = ([row[name] for name in names] for row in rows_of(sheet))
    assert first == ["hiring_freeze", "1.0", "human", "another_candidate"]
    assert (second[0], *second[2:]) == ("not_rejection", "model", "not_rejection")
    assert invoke("add", sheet).stdout == "0 added, 0 known, 0 changed\n2 unchanged: as the model had it, or as you had said before\n"


def test_a_sheet_that_was_moved_names_its_mailbox(inbox, tmp_path):
    invoke("label", inbox, "-o", tmp_path / "out.csv")
    corrected(tmp_path / "out.csv", {"label": "hiring_freeze"}, {})
    moved = (tmp_path / "out.csv").rename(tmp_path / "moved.csv")
    result = invoke("add", moved)
    message = "holds no texts of mails, and no journal beside it says where they are. Name the mailbox: --mail PATH"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {moved} {message}\n")
    assert invoke("add", moved, "--mail", inbox).stdout.startswith("1 added, 0 known, 0 changed\n")
    assert [example.primary for example in own_examples()] == ["hiring_freeze"]


def test_add_says_what_it_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("text,label\na,skills_gap\nb,gone\n A,cultural_fit\nc,\nd,Skills gap\n", encoding="utf-8")
    result = invoke("add", "a.csv", "--who", "bob")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "1 added, 0 known, 0 changed",
        "1 mails with different labels in different rows, so none was taken:",
        "  a.csv, row 1 (skills_gap); a.csv, row 3 (cultural_fit)",
        "2 skipped, or to look at:",
        "  a.csv, row 2: unknown label 'gone': the labels are skills_gap, cultural_fit,",
        "    another_candidate, hiring_freeze, vague_subjective, not_rejection",
        "  a.csv, row 4: it has no label",
        NEXT,
    ]
    assert json.loads(invoke("add", "--json", "a.csv").stdout)["skipped"] == [
        {"where": "a.csv, row 2", "why": f"unknown label 'gone': the labels are {', '.join(LABELS)}", "count": 1},
        {"where": "a.csv, row 4", "why": "it has no label", "count": 1},
    ]


def test_add_with_a_text_column_of_another_name(tmp_path):
    (tmp_path / "a.csv").write_text("letter,label\nno,skills_gap\n", encoding="utf-8")
    assert invoke("add", tmp_path / "a.csv", "--text-column", "letter").stdout.startswith("1 added")


def test_hostile_rows_reach_no_terminal(tmp_path):
    rows = [{"text": "a\x1b[31m", "label": "gone\x1b[31m"}, {"text": f"{MAIL}\x1b[31m\u202e", "label": "skills_gap"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    shown = invoke("add", tmp_path / "a.jsonl", "--who", "eve\x1b[31m").stdout + invoke("examples", "list").stdout
    shown += invoke("examples", "history").stdout
    assert "eve[31m" in shown
    assert not re.search("[\x1b\u202e]", shown)


def test_examples_list():
    none = "You have labelled no mails yet. To do so: feedback-nlp add FILE, or feedback-nlp review PATH\n"
    assert (invoke("examples", "list").stdout, invoke("examples", "list").stderr) == ("", none)
    assert invoke("examples", "list", "--json").stderr == ""
    assert json.loads(invoke("examples", "list", "--json").stdout) == []
    own(MAIL, "hiring_freeze", secondary=("skills_gap",))
    own("no", "vague_subjective")
    assert invoke("examples", "list").stdout.splitlines() == [
        "hiring_freeze + skills_gap  Dear Robin, We have given the post of baker to ...",
        "vague_subjective      no",
    ]
    assert json.loads(invoke("examples", "list", "--json").stdout) == [
        {"id": f"own-{digest(MAIL)}", "text": MAIL, "primary": "hiring_freeze", "secondary": ["skills_gap"], "split": "train"},
        {"id": f"own-{digest('no')}", "text": "no", "primary": "vague_subjective", "split": "train"},
    ]


def test_examples_history():
    assert invoke("examples", "history").output == ""
    assert json.loads(invoke("examples", "history", "--json").stdout) == []
    own("no", "vague_subjective")
    with open_collection("bob") as collection:
        collection.withdraw("no", "review")
    lines = invoke("examples", "history").stdout.splitlines()
    assert [re.sub(r"^\S{20}", "TIME", line) for line in lines] == [
        "TIME  ann  add  vague_subjective      no",
        "TIME  bob  review  taken back            no",
    ]
    first, second = json.loads(invoke("examples", "history", "--json").stdout)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("when"))
    assert first == {
        "who": "ann",
        "command": "add",
        "id": f"own-{digest('no')}",
        "example": {"id": f"own-{digest('no')}", "text": "no", "primary": "vague_subjective", "split": "train"},
    }
    assert (second["id"], second["command"], second["example"]) == (first["id"], "review", None)


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_examples_export(ending, tmp_path):
    own("=1 no", "vague_subjective")
    path = tmp_path / f"mine{ending}"
    result = invoke("examples", "export", path)
    assert (result.stdout, result.stderr) == ("", f"1 labelled mails written to {path}. `feedback-nlp add` reads them.\n")
    if ending == ".jsonl":
        row = {"id": f"own-{digest('=1 no')}", "text": "=1 no", "primary": "vague_subjective", "split": "train"}
        assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [row]
    assert invoke("add", path).stdout == "0 added, 1 known, 0 changed\n"


def test_examples_export_in_no_format():
    result = invoke("examples", "export", "mine.doc")
    assert result.exit_code == 1
    assert result.stderr == "Error: mine.doc: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx.\n"


def test_examples_path(home):
    assert invoke("examples", "path").stdout == f"{home / 'examples.db'}\n"


@pytest.mark.parametrize(
    ("args", "stdin", "gone"),
    [
        pytest.param(["--yes"], None, True, id="yes"),
        pytest.param([], "y\n", True, id="asked"),
        pytest.param([], "n\n", False, id="thought better of it"),
    ],
)
def test_examples_delete_all(args, stdin, gone, home, small_model):
    own("no", "vague_subjective")
    (home / "examples.jsonl").write_text("{}\n", encoding="utf-8")
    for name, number, parent in (("learnt", 1, SHIPPED), ("plain", 0, SHIPPED), ("used", 2, "learnt")):
        folder = save(replace(small_model, manifest={**small_model.manifest, "own": number, "parent": parent}), home / "models" / name)
        os.utime(folder, (number, number))
    use("used")
    result = invoke("examples", "delete-all", *args, stdin=stdin)
    assert result.exit_code == (0 if gone else 1)
    if stdin:
        assert "Delete all your labelled mails and their history for good? [y/N]: " in result.output
    if not gone:
        assert path_of_collection().exists()
        return
    *lines, named, how = result.stdout.splitlines()
    assert lines[-2:] == [
        f"Gone: {home / 'examples.db'}",
        f"Gone: {home / 'examples.jsonl'}",
    ]
    assert named == "Models that learnt from them are still there: learnt, used."
    assert own_examples() == []
    assert sorted(path.name for path in home.iterdir()) == ["models"]
    assert how == "To remove them: feedback-nlp models use shipped, then feedback-nlp models prune"
    for command in how.removeprefix("To remove them: ").split(", then "):
        assert invoke(*command.split()[1:], stdin="y\n").exit_code == 0
    assert list(versions()) == [SHIPPED]


def test_nothing_to_delete(home):
    assert invoke("examples", "delete-all", "--yes").stdout == "There was nothing to delete.\n"


def test_a_damaged_collection_can_be_deleted(home):
    home.mkdir()
    path_of_collection().write_bytes(b"no database at all, but long enough" * 100)
    why = "is damaged (file is not a database). Put a copy of yours in its place, or move it away to begin anew."
    for args in (("classify",), ("draft",), ("examples", "list")):
        result = invoke(*args, stdin=MAIL)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {path_of_collection()} {why}\n")
    assert invoke("examples", "delete-all", "--yes").stdout == f"Gone: {path_of_collection()}\n"


@pytest.mark.skipif(os.name == "nt", reason="modes are another thing there")
def test_what_is_exported_is_readable_by_its_owner_only(tmp_path):
    own("no", "vague_subjective")
    invoke("examples", "export", tmp_path / "mine.jsonl")
    assert (tmp_path / "mine.jsonl").stat().st_mode & 0o777 == 0o600
