import json
from dataclasses import replace

import pytest

from feedback_nlp.advice import advise_case
from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest
from feedback_nlp.journal import open_journal
from feedback_nlp.labels import LABELS, REASONS
from feedback_nlp.mailbox import columns, identity_of, judge, read_paths, rows, tie, version_of
from feedback_nlp.records import Email, Example, Skipped
from feedback_nlp.rows import FIELDS, checksum
from tests.journals import ME

NO = "Dear Robin,\n\nWe have given the post of baker to somebody else.\n\nIda\n"
MAIL = Email(
    id="1@oven.example",
    text=NO,
    subject="Re: Your application",
    sender="Ida <Ida@oven.example>",
    date="Tue, 03 Mar 2026 10:02:00 +0000",
    message_id="1@oven.example",
    source="in.mbox",
)


class Model:
    """A model that says how often it was asked."""

    def __init__(self, model):
        self.asked, self._model, self.manifest = [], model, model.manifest
        self.preprocessor, self.blocks = model.preprocessor, model.blocks

    def read(self, texts):
        texts = list(texts)
        self.asked.extend(texts)
        yield from self._model.read(texts)

    def evidence_for(self, text, labels):
        return self._model.evidence_for(text, labels)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"source": "other.mbox", "position": 9}, True, id="in another file"),
        pytest.param({"text": NO + "\n"}, True, id="a blank line more"),
        pytest.param({"date": "Tue, 3 Mar 2026 11:02:00 +0100"}, True, id="the same time elsewhere"),
        pytest.param({"sender": "ida@oven.example"}, True, id="the name left out"),
        pytest.param({"message_id": "2@oven.example"}, False, id="another id"),
        pytest.param({"sender": "bo@oven.example"}, False, id="an id used by another"),
        pytest.param({"date": "Tue, 03 Mar 2026 10:03:00 +0000"}, False, id="an id used again"),
    ],
)
def test_copies_of_a_message(change, same):
    assert (identity_of(MAIL) == identity_of(replace(MAIL, **change))) is same


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"source": "other.mbox", "position": 9}, True, id="in another file"),
        pytest.param({"text": NO.replace("\n", " ")}, True, id="wrapped otherwise"),
        pytest.param({"text": NO + "P.S. Sorry."}, False, id="other words"),
        pytest.param({"subject": "Re:  Your\napplication"}, True, id="its subject wrapped"),
        pytest.param({"subject": "Another role"}, False, id="another subject"),
        pytest.param({"date": "2026-03-04"}, False, id="another day"),
        pytest.param({"sender": "bo@oven.example"}, False, id="another sender"),
    ],
)
def test_copies_of_a_message_without_an_id(change, same):
    mail = replace(MAIL, message_id="")
    assert (identity_of(mail) == identity_of(replace(mail, **change))) is same


def test_rows_that_do_not_say_who_wrote_and_when_are_no_copies():
    row = Email(id="1", text=NO, source="a.csv", row=1, position=1)
    assert identity_of(row) != identity_of(replace(row, row=2))
    assert identity_of(replace(row, sender="a@b.example")) != identity_of(replace(row, sender="a@b.example", row=2))
    known = replace(row, sender="a@b.example", date="2026-03-03")
    assert identity_of(known) == identity_of(replace(known, row=2))


def judged(journal, model, *items):
    return sum(judge(items, model, journal))


def test_each_message_is_judged_once(tmp_path, model):
    counting = Model(model)
    other = replace(MAIL, message_id="2@oven.example", text="Lunch on Friday?")
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        assert judged(journal, counting, MAIL, Skipped("in.mbox, message 2", "why"), replace(MAIL, position=3), other) == 4
        assert [(item.where, item.why, kind) for item, kind in journal.skipped()] == [
            ("in.mbox, message 2", "why", "unreadable"),
            ("in.mbox, message 3", "a duplicate of a message above", "duplicate"),
        ]
        assert counting.asked == [NO, "Lunch on Friday?"]
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        judged(journal, counting, MAIL, replace(MAIL, message_id="3@x", text="How is the oven?"))
        assert counting.asked == [NO, "Lunch on Friday?", "How is the oven?"]
        tie(journal)
        assert [row["message_id"] for row in rows(journal)] == ["1@oven.example", "3@x"]


def advice_rows(folder, model, *mails):
    """The stage and the steps of the rejections among these mails of one conversation."""
    with open_journal(folder / "o.csv", keep=False) as journal:
        judged(journal, model, *mails)
        tie(journal)
        return [(row["stage"], row["next_steps"], row["questions"]) for row in rows(journal) if row["label"] in REASONS]


TALK = replace(
    MAIL,
    text="Dear Robin,\n\nWe would like to invite you to an interview for the post of baker on Monday at 2 pm.\n\nIda\n",
    message_id="0@oven.example",
    subject="Your application",
    date="Sun, 01 Mar 2026 10:02:00 +0000",
)


def test_the_advice_fits_the_course_of_the_application(tmp_path, model):
    answer = replace(MAIL, references=(TALK.message_id,))
    (alone,) = advice_rows(tmp_path / "a", model, answer)
    (after,) = advice_rows(tmp_path / "b", model, TALK, answer)
    expected = [advise_case("another_candidate", stage) for stage in ("application", "interview")]
    assert [alone, after] == [
        (stage, list(advice.next_steps), list(advice.questions))
        for stage, advice in zip(("application", "interview"), expected, strict=True)
    ]


def test_a_form_mail_stays_one(tmp_path, model):
    mail = replace(MAIL, text=NO.replace("Ida", "This is an automated message."))
    assert [steps[0] for _, steps, _ in advice_rows(tmp_path, model, mail)] == [
        "Today: leave this mail unanswered. Nobody reads that address, and you owe it nothing."
    ]


def test_what_else_a_mail_says_counts_when_the_row_is_written(tmp_path, model):
    mail = replace(MAIL, text=NO.replace("Ida", "We are not able to give individual feedback.\n\nIda"))
    ((_, steps, questions),) = advice_rows(tmp_path, model, mail)
    assert (steps[0][:6], questions) == ("Today:", [])


def test_a_change_of_ones_own_advice_needs_no_new_judgement(tmp_path, model, home):
    counting = Model(model)
    before = advice_rows(tmp_path, counting, MAIL)
    home.mkdir(parents=True)
    (home / "advice.toml").write_text('[step.ask_other]\nwhat = "sleep on it"\n', encoding="utf-8")
    after = advice_rows(tmp_path, counting, MAIL)
    assert counting.asked == [NO]
    assert before != after
    assert "After about a day: sleep on it. It can show you what to learn." in after[0][1]


def test_with_update_the_rows_of_earlier_runs_stay(tmp_path, model):
    later = replace(MAIL, message_id="2@oven.example", date="Wed, 04 Mar 2026 10:02:00 +0000")
    with open_journal(tmp_path / "o.csv", keep=True) as journal:
        judged(journal, model, MAIL)
    with open_journal(tmp_path / "o.csv", keep=True) as journal:
        assert judged(journal, model, later) == 1
        assert journal.counts() == (1, 2)
        assert judged(journal, model, MAIL) == 1
        assert journal.counts() == (2, 2)
        assert list(journal.skipped()) == []
        assert judged(journal, model, MAIL) == 1
        assert [kind for _, kind in journal.skipped()] == ["duplicate"]
        tie(journal)
        assert [row["message_id"] for row in rows(journal)] == ["1@oven.example", "2@oven.example"]


def test_with_update_what_another_model_judged_is_judged_again_in_its_place(tmp_path, model, small_model):
    later = replace(MAIL, message_id="2@oven.example")
    gone = replace(MAIL, message_id="3@oven.example")
    with open_journal(tmp_path / "o.csv", keep=True) as journal:
        judged(journal, small_model, MAIL, gone, later)
    counting = Model(model)
    with open_journal(tmp_path / "o.csv", keep=True) as journal:
        judged(journal, counting, later, MAIL)
        assert counting.asked == [NO]
        journal.forget_unused()
        tie(journal)
        found = list(rows(journal))
    assert [row["message_id"] for row in found] == [f"{n}@oven.example" for n in (1, 3, 2)]
    assert [row["scores"] == found[0]["scores"] for row in found] == [True, False, True]


def test_a_row(tmp_path, model):
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        judged(journal, model, MAIL)
        tie(journal)
        (row,) = rows(journal)
    assert list(row) == [name for name in FIELDS if name not in ("note", "row")]
    assert row["label"] == "another_candidate"
    assert set(row["scores"]) == set(LABELS)
    assert {name: row[name] for name in ("id", "date", "sender", "subject", "source", "position", "days_since_contact")} == {
        "id": "1@oven.example",
        "date": "2026-03-03T10:02:00+00:00",
        "sender": "Ida <Ida@oven.example>",
        "subject": "Re: Your application",
        "source": "in.mbox",
        "position": 1,
        "days_since_contact": None,
    }


def test_own_mail_is_never_a_rejection(tmp_path, model):
    own = replace(MAIL, sender=f"Robin <{ME}>", sent=True, text="We have given the post of baker to somebody else.")
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        judged(journal, model, own)
        tie(journal)
        (row,) = rows(journal)
    assert (row["label"], row["confidence"], row["sender_type"], row["note"]) == ("not_rejection", 1.0, "own", "You wrote this.")
    assert (row["scores"]["not_rejection"], sum(row["scores"].values()), row["evidence"], row["stage"]) == (1.0, 1.0, [], "")


@pytest.mark.parametrize("order", [[False, True], [True, False], [False, False, True]])
@pytest.mark.parametrize("runs", [1, 2])
def test_a_copy_in_the_sent_mail_tells_that_it_is_own(runs, order, tmp_path, model):
    copies = [replace(MAIL, sent=sent, position=n) for n, sent in enumerate(order)]
    for batch in [copies] if runs == 1 else [copies[:1], copies[1:]]:
        with open_journal(tmp_path / "o.csv", keep=True) as journal:
            judged(journal, model, *batch)
            tie(journal)
            labels = [row["label"] for row in rows(journal)]
    assert labels == ["not_rejection"]


def test_columns_of_tables_stay_and_ours_win(tmp_path, model):
    table = Email(id="7", text=NO, source="a.csv", row=1, extra={"id": "7", "mine": "5", "label": "old", "text": NO})
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        judged(journal, model, table)
        tie(journal)
        (row,) = rows(journal)
        assert columns(journal) == [*FIELDS, "mine", "text"]
    assert (row["id"], row["row"], row["mine"], row["label"]) == ("7", 1, "5", "another_candidate")


def test_a_path_that_cannot_be_read_does_not_end_the_run(tmp_path):
    (tmp_path / "a.txt").write_text(NO)
    gone = tmp_path / "gone.mbox"
    skipped, mail = read_paths([gone, tmp_path / "a.txt"], None, lambda _: None)
    assert skipped == Skipped(str(gone), "is not there. Check the name.")
    assert mail.text == NO


def test_nothing_but_paths_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError) as error:
        list(read_paths([tmp_path / "gone.mbox", tmp_path / "gone.zip"], None, lambda _: None))
    assert str(error.value) == f"{tmp_path / 'gone.mbox'} is not there. Check the name."


def test_a_table_that_breaks_off_gives_what_came_before(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,text\n1,no\n2,"' + b"x" * 17_000_000 + b'"\n')
    first, skipped = read_paths([path], None, lambda _: None)
    assert first.text == "no"
    assert skipped.where == str(path)
    assert skipped.why.startswith("line 3: not readable as CSV (field larger than field limit")


def test_the_version_is_that_of_model_and_program(model, small_model):
    assert version_of(model) == version_of(model)
    assert version_of(model) != version_of(replace(model, manifest={"other": 1}))
    assert json.dumps(version_of(small_model))


def human(text, label, **fields):
    return {digest(text): Example(f"own-{digest(text)}", text, label, **fields)}


def test_a_label_of_the_person_s_is_judged_again_alone(tmp_path, model):
    counting = Model(model)
    mails = [MAIL, replace(MAIL, message_id="2@x", text="How is the oven?")]

    def run(said):
        with open_journal(tmp_path / "o.csv", keep=False) as journal:
            list(judge(mails, counting, journal, said))
            tie(journal)
            journal.forget_unused()
            asked, counting.asked[:] = list(counting.asked), []
            return asked, [(row["label"], row["confidence"], row["label_source"], row["model_label"]) for row in rows(journal)]

    by_model = ("another_candidate", "model", "another_candidate")
    asked, (first, second) = run({})
    assert (asked, (first[0], *first[2:])) == ([NO, "How is the oven?"], by_model)
    for label in ("hiring_freeze", "vague_subjective"):
        assert run(human(NO, label)) == ([NO], [(label, 1.0, "human", "another_candidate"), second])
        assert run(human(NO, label)) == ([], [(label, 1.0, "human", "another_candidate"), second])
    assert run({}) == ([NO], [first, second])


def test_a_label_of_the_person_s_counts_for_what_they_wrote_too(tmp_path, model):
    own = replace(MAIL, sender=f"Robin <{ME}>", sent=True)
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        list(judge([own], model, journal, human(NO, "hiring_freeze")))
        tie(journal)
        (row,) = rows(journal)
    assert (row["label"], row["label_source"], row["sender_type"], row.get("note")) == ("hiring_freeze", "human", "own", None)
    assert row["next_steps"]


def test_the_checksum_tells_what_was_changed_in_a_row(tmp_path, model):
    with open_journal(tmp_path / "o.csv", keep=False) as journal:
        judged(journal, model, MAIL)
        tie(journal)
        (row,) = rows(journal)
    answer = (row["label"], row["secondary"], row["evidence"])
    assert row["checksum"] == checksum(*answer)
    label, evidence = row["checksum"].split("-")
    assert checksum("skills_gap", *answer[1:]).split("-") == [checksum("skills_gap", [], []).split("-")[0], evidence]
    assert checksum(answer[0], answer[1], ["No."]).split("-")[0] == label
    assert checksum("skills_gap", ["b", "a"], []) == checksum("skills_gap", ["a", "b"], []) != checksum("skills_gap", ["a"], [])
    assert checksum(None, [], []) == checksum("", (), ())
