import csv
import json

import pytest

from feedback_nlp.collection import human_labels, open_collection
from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.records import Example
from feedback_nlp.review import press, start
from feedback_nlp.reviewing import Choice, ask, choose, render_reviewed
from feedback_nlp.selection import Candidates
from tests.reviews import question

CHOSEN = "We have chosen another candidate for the post."
MISSING = "You do not know SAP, which the role needs."


def mailbox(path, *texts):
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def mailbox_of(path, *texts):
    path.write_text("".join(f"From a@b.example Wed Mar  4 10:00:00 2026\nSubject: Hi\n\n{text}\n\n" for text in texts), encoding="utf-8")
    return path


def texts(choice):
    return {question.email.text for question in choice.questions}


def test_what_has_a_label_is_not_asked_again(tmp_path, model):
    path = mailbox(tmp_path / "in.jsonl", CHOSEN, MISSING)
    assert texts(choose([path], 20, model)) == {CHOSEN, MISSING}
    with open_collection() as collection:
        collection.put([Example("1", CHOSEN.upper(), "another_candidate")], "add")
    choice = choose([path], 20, model)
    assert texts(choice) == {MISSING}
    assert choice.candidates.labelled == 1
    assert set(human_labels()) == {digest(CHOSEN)}


def test_several_paths_and_a_number(tmp_path, model):
    paths = [mailbox(tmp_path / "a.jsonl", CHOSEN), mailbox(tmp_path / "b.jsonl", MISSING, "The role is on hold.")]
    read = []
    choice = choose(paths, 2, model, progress=lambda size, number: read.append((size, number)))
    assert len(choice.questions) == 2
    assert sum(size for size, _ in read) == sum(path.stat().st_size for path in paths)
    assert sum(number for _, number in read) == choice.candidates.read == 3


def test_the_chosen_mails_are_asked_with_their_evidence(tmp_path, model):
    (asked,) = choose([mailbox(tmp_path / "in.jsonl", f"Dear Sam,\n\n{CHOSEN}\n\nBest wishes")], 1, model).questions
    assert asked.prediction.label == "another_candidate"
    assert [asked.email.text[slice(*asked.sentences[i])] for i in asked.said["another_candidate"]] == [CHOSEN]


def test_a_sheet_leads_to_the_mails_that_it_labels(tmp_path, model):
    path = mailbox(tmp_path / "in.jsonl", CHOSEN, MISSING)
    box = mailbox_of(tmp_path / "in.mbox", CHOSEN, MISSING)
    for source in (path, box):
        sheet = tmp_path / f"{source.name}.csv"
        label_mailbox([source], Wanted(sheet), model, lambda size, number: None)
        assert {text.strip().splitlines()[-1] for text in texts(choose([sheet], 20, model))} == {CHOSEN, MISSING}


def test_a_sheet_without_its_journal(tmp_path, model):
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["date", "label", "evidence"], ["2026-03-04", "skills_gap", MISSING]])
    with pytest.raises(InputError) as caught:
        choose([path], 20, model)
    assert str(caught.value) == (
        f"{path}: no column text or body or message or content (found: 'date', 'label', 'evidence'). "
        "Name the column of the mail with --text-column. Or name the mailbox that it was made from."
    )
    with pytest.raises(InputError, match="no column words"):
        choose([path], 20, model, text_column="words")
    assert texts(choose([path], 20, model, text_column="evidence")) == {MISSING}


def test_a_path_that_is_not_there(tmp_path, model):
    with pytest.raises(InputError, match="nothing"):
        choose([mailbox(tmp_path / "in.jsonl", CHOSEN), tmp_path / "nothing.mbox"], 20, model)


def typed(keys, *labels):
    questions = [question(f"Mail {n}.", label=label) for n, label in enumerate(labels)]
    state = start(questions)
    for key in keys.split():
        state, _ = press(state, key)
    return Choice(Candidates(read=len(questions)), questions), state


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        pytest.param(
            "enter c enter tab q",
            [
                "2 labelled, 1 of them not as the model had guessed; 1 skipped.",
                "To teach the model what you said: feedback-nlp retrain",
            ],
            id="some",
        ),
        pytest.param("tab q", ["0 labelled, 0 of them not as the model had guessed; 1 skipped."], id="none"),
    ],
)
def test_what_came_of_it(keys, lines):
    assert list(render_reviewed(*typed(keys, "skills_gap", "skills_gap", "skills_gap"))) == lines


@pytest.mark.parametrize(
    ("candidates", "line"),
    [
        pytest.param(Candidates(), "There is no mail to label here: nothing was read.", id="nothing"),
        pytest.param(
            Candidates(read=1_009, own=2, labelled=1_000, copies=3, unjudged=4, skipped=5),
            "There is no mail to label here: 1,000 labelled by you, 2 written by you, 3 there once more, "
            "4 empty or in another language, 5 unreadable.",
            id="all left out",
        ),
    ],
)
def test_nothing_to_ask(candidates, line, home):
    choice = Choice(candidates, [])
    assert list(render_reviewed(choice, ask(choice))) == [line]
    assert not home.exists()
