import csv
import json
import mailbox
import re
from dataclasses import replace
from email.message import EmailMessage

import openpyxl
import pytest

from feedback_nlp.collection import Taken, open_collection, own_examples, path_of_collection
from feedback_nlp.corrections import Additions, Conflict, add, check_kept
from feedback_nlp.errors import InputError, MissingColumnError
from feedback_nlp.examples import row_of
from feedback_nlp.inbox import read_rows
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Skipped
from feedback_nlp.sheet import write_rows

CHOSEN = "We have given the post of baker to somebody else, who knows large ovens."
MISSING = "Unfortunately we will not go on, because you have no food hygiene certificate."
ASKED = "Can you come in on Monday at two for an interview?"
BODIES = [f"Dear Robin,\n\n{sentence}\n\nIda\n" for sentence in (CHOSEN, MISSING, ASKED)]
ENDINGS = (".csv", ".jsonl", ".xlsx", ".parquet")


def message(number, body):
    mail = EmailMessage()
    mail["From"] = "Ida <ida@oven.example>"
    mail["Subject"] = f"Your application {number}"
    mail["Date"] = f"Tue, 0{number + 3} Mar 2026 10:02:00 +0000"
    if number != 1:
        mail["Message-ID"] = f"<{number}@oven.example>"
    mail.set_content(body)
    return mail


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    path = tmp_path_factory.mktemp("mails") / "Inbox.mbox"
    with_mails = mailbox.mbox(path)
    for number, body in enumerate(BODIES):
        with_mails.add(message(number, body))
    with_mails.close()
    return path


@pytest.fixture(scope="module")
def judged(inbox, model, tmp_path_factory):
    """The files that `label` writes of the inbox, in every format."""
    folder = tmp_path_factory.mktemp("judged")
    for ending in ENDINGS:
        label_mailbox([inbox], Wanted(folder / f"out{ending}"), model, lambda size, messages: None)
    return folder


def cells_of(path):
    """The rows of a file, as they stand there."""
    return [dict(row.extra) for row in read_rows(path, "label")]


def sheet(judged, folder, *changes, ending=".csv", journal=True, without=()):
    """A sheet that `label` wrote, with changes in its rows, by default beside its journal."""
    rows = [cells | change for cells, change in zip(cells_of(judged / f"out{ending}"), [*changes, {}, {}, {}], strict=False)]
    path = folder / f"out{ending}"
    write_rows([{name: cell for name, cell in row.items() if name not in without} for row in rows], path)
    if journal:
        name = f"out{ending}.journal"
        (folder / name).write_bytes((judged / name).read_bytes())
    return path


def kept():
    return [(e.text.split("\n\n")[2], e.primary, e.secondary, e.evidence) for e in own_examples()]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sheet_that_nobody_changed_teaches_nothing(ending, judged, tmp_path):
    assert add([sheet(judged, tmp_path, ending=ending)]) == Additions(Taken(), 3)
    assert own_examples() == []


@pytest.mark.parametrize(
    ("change", "label", "secondary", "evidence"),
    [
        pytest.param({"label": "hiring_freeze"}, "hiring_freeze", (), (), id="label"),
        pytest.param({"label": " Hiring freeze"}, "hiring_freeze", (), (), id="label in words"),
        pytest.param({"label": "NOT-REJECTION"}, "not_rejection", (), (), id="label in capitals"),
        pytest.param({"label_source": "human"}, "another_candidate", (), (), id="confirmed"),
        pytest.param({"label_source": " Human "}, "another_candidate", (), (), id="confirmed in another spelling"),
        pytest.param({"secondary": "Skills gap"}, "another_candidate", ("skills_gap",), (), id="secondary"),
        pytest.param({"evidence": "who knows large ovens"}, "another_candidate", (), ("who knows large ovens",), id="evidence"),
        pytest.param(
            {"label": "hiring_freeze", "secondary": '["skills_gap"]', "evidence": json.dumps([CHOSEN[:7], CHOSEN[-7:]])},
            "hiring_freeze",
            ("skills_gap",),
            (CHOSEN[:7], CHOSEN[-7:]),
            id="all three",
        ),
        pytest.param({"label": "vague_subjective", "secondary": "skills_gap"}, "vague_subjective", (), (), id="no reason, so no other"),
    ],
)
def test_what_was_changed_in_a_row_is_the_person_s(change, label, secondary, evidence, judged, tmp_path):
    assert add([sheet(judged, tmp_path, change)]) == Additions(Taken(1, 0, 0), 2)
    assert kept() == [(CHOSEN, label, secondary, evidence)]
    assert add([tmp_path / "out.csv"]) == Additions(Taken(0, 1, 0), 2)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"label": "Another Candidate"}, id="label in another spelling"),
        pytest.param({"evidence": ""}, id="evidence emptied"),
        pytest.param({"evidence": json.dumps([CHOSEN.replace("v", "?")])}, id="evidence spoilt by a wrong encoding"),
        pytest.param({"company": "Mill", "note": "mine"}, id="other columns"),
    ],
)
def test_what_says_nothing_new_of_a_row(change, judged, tmp_path):
    assert add([sheet(judged, tmp_path, change)]) == Additions(Taken(), 3)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format(ending, judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"}, {}, {"label": "vague_subjective"}, ending=ending)
    assert add([path], dry_run=True) == Additions(Taken(2, 0, 0), 1)
    assert not path_of_collection().exists()
    assert add([path], who="ann") == Additions(Taken(2, 0, 0), 1)
    assert kept() == [(CHOSEN, "hiring_freeze", (), ()), (ASKED, "vague_subjective", (), ())]
    assert add([path], dry_run=True) == Additions(Taken(0, 2, 0), 1)
    with open_collection() as collection:
        assert {(entry.who, entry.command) for entry in collection.history()} == {("ann", "add")}


@pytest.mark.parametrize(
    ("cells", "without", "taken"),
    [
        pytest.param({"label": "hiring_freeze"}, ["checksum"], 1, id="no checksum, label changed"),
        pytest.param({"label_source": "human"}, ["checksum"], 1, id="no checksum, confirmed"),
        pytest.param({"secondary": "skills_gap"}, ["checksum"], 0, id="no checksum, something else changed"),
        pytest.param({"label": "hiring_freeze", "checksum": "1,5E+09"}, [], 1, id="a checksum that a spreadsheet spoilt"),
        pytest.param({"label": "hiring_freeze"}, ["checksum", "model_label", "label_source"], 1, id="of an earlier version, changed"),
        pytest.param({}, ["checksum", "model_label", "label_source"], 0, id="of an earlier version, unchanged"),
    ],
)
def test_a_sheet_without_its_checksum(cells, without, taken, judged, tmp_path):
    assert add([sheet(judged, tmp_path, cells, without=without)]) == Additions(Taken(taken, 0, 0), 3 - taken)


def test_a_row_in_which_the_person_s_label_stands_already_is_no_news(judged, inbox, model, tmp_path):
    add([sheet(judged, tmp_path, {"label": "hiring_freeze"})])
    human = {example.id.removeprefix("own-"): example for example in own_examples()}
    output = tmp_path / "again.csv"
    label_mailbox([inbox], Wanted(output), model, lambda size, messages: None, human)
    (row, *_) = cells_of(output)
    assert [row[name] for name in ("label", "label_source", "model_label", "confidence")] == [
        "hiring_freeze",
        "human",
        "another_candidate",
        "1.0",
    ]
    assert add([output]) == Additions(Taken(), 3)
    write_rows([row | {"label": "skills_gap"}], output)
    assert add([output]) == Additions(Taken(0, 0, 1))
    assert kept() == [(CHOSEN, "skills_gap", (), ())]


KEEP_ONE = (
    "{path} holds a label that you changed. Keep it first: feedback-nlp add {path} (and mend the rows that it skips); "
    "or write to another file, or delete this one."
)
KEEP_TWO = KEEP_ONE.replace("a label", "2 labels").replace("Keep it", "Keep them")


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_changed_and_not_kept_is_said_before_it_is_lost(ending, judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"}, {}, {"label": "vague_subjective"}, ending=ending)
    with pytest.raises(InputError) as raised:
        check_kept(path)
    assert str(raised.value) == KEEP_TWO.format(path=path)
    add([path])
    check_kept(path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"label": "hiring freeze"}, id="label"),
        pytest.param({"label": "hiring frost"}, id="an unknown label"),
        pytest.param({"label": ""}, id="no label"),
        pytest.param({"label_source": "human"}, id="confirmed"),
        pytest.param({"evidence": "who knows large ovens"}, id="evidence"),
        pytest.param({"id": "gone", "message_id": "", "subject": "other", "label": "hiring_freeze"}, id="its mail is not found"),
    ],
)
def test_each_change_is_something_to_keep(change, judged, tmp_path):
    path = sheet(judged, tmp_path, change)
    with pytest.raises(InputError) as raised:
        check_kept(path)
    assert str(raised.value) == KEEP_ONE.format(path=path)


def test_changes_of_mails_that_can_not_be_read_are_to_be_kept(judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"}, journal=False)
    with pytest.raises(InputError) as raised:
        check_kept(path)
    assert str(raised.value) == KEEP_ONE.format(path=path)


def test_what_was_kept_once_is_not_asked_for_again(judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"})
    add([path])
    with open_collection() as collection:
        (example,) = collection.examples()
        collection.put([replace(example, primary="skills_gap")], "review")
    check_kept(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("gone.csv", None, id="no file"),
        pytest.param("other.csv", "text,label\nSorry.,skills_gap\n", id="a table of another program"),
        pytest.param("other.csv", "name,price\nflour,2\n", id="without texts or labels"),
        pytest.param("other.xlsx", "none", id="no workbook"),
        pytest.param("empty.csv", "", id="empty"),
    ],
)
def test_a_file_of_another_program_holds_nothing_to_keep(name, content, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    check_kept(tmp_path / name)


def test_an_unchanged_sheet_holds_nothing_to_keep(judged, tmp_path):
    check_kept(sheet(judged, tmp_path))
    check_kept(sheet(judged, tmp_path, {"company": "Mill", "evidence": ""}))


def test_a_workbook_in_which_a_person_typed(judged, tmp_path):
    path = sheet(judged, tmp_path, ending=".xlsx")
    book = openpyxl.load_workbook(path)
    columns = {cell.value: cell.column for cell in book.active[1]}
    for row, name, value in ((2, "label", "vague subjective"), (3, "note", 5), (4, "label_source", "human")):
        book.active.cell(row, columns[name]).value = value
    book.save(path)
    assert add([path]) == Additions(Taken(2, 0, 0), 1)
    assert kept() == [(CHOSEN, "vague_subjective", (), ()), (ASKED, "not_rejection", (), ())]


def test_a_sheet_that_was_saved_in_another_format_finds_its_journal(judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"})
    (row, *_) = cells_of(path)
    write_rows([row], tmp_path / "out.xlsx")
    assert add([tmp_path / "out.xlsx"]) == Additions(Taken(1, 0, 0))


def test_a_sheet_without_its_journal_names_the_mailbox(judged, inbox, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"}, journal=False)
    with pytest.raises(InputError) as error:
        add([path])
    assert (
        str(error.value) == f"{path} holds no texts of mails, and no journal beside it says where they are. Name the mailbox: --mail PATH"
    )
    assert add([path], mailboxes=[inbox]) == Additions(Taken(1, 0, 0), 2)
    assert kept() == [(CHOSEN, "hiring_freeze", (), ())]


def test_a_mailbox_that_is_gone(judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"}, journal=False)
    with pytest.raises(InputError) as error:
        add([path], mailboxes=[tmp_path / "gone.mbox"])
    assert str(error.value) == (
        f"{path}: the mails that it labels can't be read: {tmp_path / 'gone.mbox'} is not there. Check the name. "
        "Or name where they are now: --mail PATH"
    )


def test_a_mail_that_is_not_in_the_mailbox_or_there_in_two_versions(judged, tmp_path):
    path = sheet(judged, tmp_path, {"label": "hiring_freeze"}, {"label": "hiring_freeze"}, {"label": "hiring_freeze"}, journal=False)
    others = mailbox.mbox(tmp_path / "Other.mbox")
    for body in ("Dear Robin,\n\nNo.\n", "Dear Robin,\n\nYes.\n"):
        others.add(message(0, body))
    others.add(message(2, BODIES[2]))
    others.close()
    assert add([path], mailboxes=[tmp_path / "Other.mbox"]) == Additions(
        Taken(1, 0, 0),
        skipped=(
            Skipped(f"{path}, row 1", "several mails with different texts fit it"),
            Skipped(f"{path}, row 2", "its mail was not found; name the mailbox that holds it: --mail PATH"),
        ),
    )


def test_a_sheet_of_a_table_has_its_texts(model, tmp_path):
    write_rows([{"text": body, "mine": n} for n, body in enumerate(BODIES)], tmp_path / "in.csv")
    label_mailbox([tmp_path / "in.csv"], Wanted(tmp_path / "out.csv"), model, lambda size, messages: None)
    (tmp_path / "in.csv").unlink()
    rows = cells_of(tmp_path / "out.csv")
    write_rows([rows[0] | {"label": "hiring_freeze"}, *rows[1:]], tmp_path / "out.csv")
    assert add([tmp_path / "out.csv"]) == Additions(Taken(1, 0, 0), 2)
    assert [(e.text, e.primary) for e in own_examples()] == [(BODIES[0], "hiring_freeze")]


def test_a_table_whose_text_column_has_another_name(model, tmp_path):
    write_rows([{"note": "x", "letter": body} for body in BODIES], tmp_path / "in.csv")
    label_mailbox([tmp_path / "in.csv"], Wanted(tmp_path / "out.csv", text_column="letter"), model, lambda size, messages: None)
    rows = cells_of(tmp_path / "out.csv")
    write_rows([rows[0] | {"label": "hiring_freeze"}, *rows[1:]], tmp_path / "out.csv")
    assert add([tmp_path / "out.csv"], "letter") == Additions(Taken(1, 0, 0), 2)


def labelled(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label", "secondary", "evidence"), *((*row, "", "", "")[:4] for row in rows)])
    return path


def place_of(number, path):
    """Where a person finds the row of that number: in a workbook by what the spreadsheet shows, below the header."""
    return f"sheet rows, row {number + 1}" if path.suffix == ".xlsx" else f"row {number}"


@pytest.mark.parametrize("ending", ENDINGS)
def test_labelled_rows(ending, tmp_path):
    rows = [
        {"text": CHOSEN, "label": "Another candidate", "secondary": "skills-gap", "evidence": "who knows\n large ovens."},
        {"text": ASKED, "label": "not_rejection", "secondary": "", "evidence": ""},
        {"text": MISSING, "label": "", "secondary": "", "evidence": ""},
        {"text": MISSING, "label": "gone", "secondary": "", "evidence": ""},
        {"text": " ", "label": "skills_gap", "secondary": "", "evidence": ""},
    ]
    path = tmp_path / f"rows{ending}"
    write_rows(rows, path)
    assert add([path]) == Additions(
        Taken(2, 0, 0),
        skipped=(
            Skipped(f"{path}, {place_of(3, path)}", "it has no label"),
            Skipped(f"{path}, {place_of(4, path)}", f"unknown label 'gone': the labels are {', '.join(LABELS)}"),
            Skipped(f"{path}, {place_of(5, path)}", "the text is empty"),
        ),
    )
    assert [(e.text, e.primary, e.secondary, e.evidence) for e in own_examples()] == [
        (CHOSEN, "another_candidate", ("skills_gap",), ("who knows large ovens.",)),
        (ASKED, "not_rejection", (), ()),
    ]


def test_rows_of_a_workbook_are_named_as_it_shows_them(tmp_path):
    book = openpyxl.Workbook()
    book.active.title, other = "Mails", book.create_sheet("More of them")
    for row in (["text", "label"], ["a b", "skills_gap"], [], [], ["c", "skills_gap"]):
        book.active.append(row)
    for row in ([], ["label", "text"], ["cultural_fit", "A b"], ["", "d"]):
        other.append(row)
    book.save(path := tmp_path / "rows.xlsx")
    assert add([path]) == Additions(
        Taken(1, 0, 0),
        conflicts=(Conflict((f"{path}, sheet Mails, row 2", f"{path}, sheet More of them, row 3"), ("skills_gap", "cultural_fit")),),
        skipped=(Skipped(f"{path}, sheet More of them, row 4", "it has no label"),),
    )


def test_a_mail_with_different_labels_is_not_taken(tmp_path):
    rows = [("a b", "skills_gap"), ("c", "skills_gap"), ("c", "skills_gap", "hiring_freeze"), ("d", "skills_gap")]
    one = labelled(tmp_path / "one.csv", *rows)
    two = labelled(tmp_path / "two.csv", (" A\nB", "cultural_fit"), ("d", "skills_gap"))
    additions = add([one, two])
    assert additions == Additions(
        Taken(1, 1, 0),
        conflicts=(
            Conflict((f"{one}, row 1", f"{two}, row 1"), ("skills_gap", "cultural_fit")),
            Conflict((f"{one}, row 2", f"{one}, row 3"), ("skills_gap", "skills_gap + hiring_freeze")),
        ),
    )
    assert [e.text for e in own_examples()] == ["d"]
    assert additions.left_out == (
        f"{one}, row 1, {two}, row 1: one mail with different labels (skills_gap, cultural_fit)",
        f"{one}, row 2, {one}, row 3: one mail with different labels (skills_gap, skills_gap + hiring_freeze)",
    )
    assert json.loads(json.dumps(additions.as_dict())) == {
        "added": 1,
        "known": 1,
        "changed": 0,
        "unchanged": 0,
        "conflicts": [
            {"rows": [f"{one}, row 1", f"{two}, row 1"], "labels": ["skills_gap", "cultural_fit"]},
            {"rows": [f"{one}, row 2", f"{one}, row 3"], "labels": ["skills_gap", "skills_gap + hiring_freeze"]},
        ],
        "skipped": [],
    }


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        pytest.param("text,label\n", InputError, f"{{}}: no labelled rows. Give a column `label` with {', '.join(LABELS)}.", id="no rows"),
        pytest.param(
            "text,reason\na,skills_gap\n",
            InputError,
            "{} has no column `label` or `primary` (found: text, reason). Name one so.",
            id="no labels",
        ),
        pytest.param(
            "mail,label\na,skills_gap\n",
            MissingColumnError,
            "{}: no column text or body or message or content (found: 'mail', 'label'). Name the column of the mail with --text-column.",
            id="no texts",
        ),
        pytest.param(
            "mail,reason\na,skills_gap\n",
            MissingColumnError,
            "{}: no column text or body or message or content (found: 'mail', 'reason'). Name the column of the mail with --text-column.",
            id="neither",
        ),
    ],
)
def test_files_that_say_nothing(content, error, message, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=f"^{re.escape(message.format(path))}$"):
        add([path])
    assert not path_of_collection().exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_exported_comes_back_the_same(ending, tmp_path, home):
    path = tmp_path / "own.jsonl"
    text = f"=Dear Robin,\n{CHOSEN}"
    row = {"text": text, "label": "another_candidate", "secondary": ["skills_gap"], "evidence": [CHOSEN], "also_ok": ["vague_subjective"]}
    path.write_text(json.dumps(row | {"sentences": [[13, 30, "boilerplate"]]}), encoding="utf-8")
    add([path])
    before = own_examples()
    assert before[0].sentences == ((13, 30, "boilerplate"),)
    write_rows([row_of(example) for example in before], tmp_path / f"export{ending}")
    path_of_collection().unlink()
    assert add([tmp_path / f"export{ending}"]) == Additions(Taken(1, 0, 0))
    assert own_examples() == before
