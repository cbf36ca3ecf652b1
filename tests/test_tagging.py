import os
import time
from dataclasses import replace

import pytest

from feedback_nlp.collection import delete_collection, human_labels, open_collection
from feedback_nlp.records import OwnLabel
from feedback_nlp.tag_model import write_learnt
from feedback_nlp.tagging import FEWEST, Tagger, TagState, open_tagger
from feedback_nlp.tags import Tag, add_tag, learnt_path, remove_tag
from tests.visas import TEACH, TEST, keep, others, own


@pytest.fixture
def visa(tmp_path):
    (tmp_path / "a.toml").write_text('next_steps = ["Ask who sponsors."]\nquestions = ["Do you?"]', encoding="utf-8")
    return add_tag("visa", "a permit", tmp_path / "a.toml")


def tagger(model):
    return open_tagger(model, human_labels())


def test_fourteen_say_nothing_but_how_many_are_missing(model, visa):
    keep(*(own(text, "visa") for text in TEACH[:14]))
    opened = tagger(model)
    assert opened.states == [TagState(visa, 14)]
    assert opened.states[0].missing == 1
    assert [opened(text) for text in TEST] == [()] * len(TEST)
    assert not learnt_path("visa").exists()


def test_fifteen_are_learnt(model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    opened = tagger(model)
    (state,) = opened.states
    assert (state.tag, state.mails, state.missing, FEWEST) == (visa, 15, 0, 15)
    assert (state.learnt.having[1], state.learnt.lacking) == (15, (0, 0))
    found = [label for text in TEST for label in opened(text)]
    assert sum(label.likely for label in found) >= 12
    best = max(found, key=lambda label: label.probability)
    assert best == OwnLabel("visa", best.probability, "model", True, state.learnt.right, ("Ask who sponsors.",), ("Do you?",))
    assert best.right == f"right in {state.learnt.having[0]} of 15 held-out mails"


def test_fifteen_copies_are_one_mail(model, visa):
    keep(
        *(
            own(f"Dear {name},\n\nWe can't sponsor a visa.\n\nIda", "visa")
            for name in "Ann Bob Cem Dov Eva Fay".split()
            for name in [name, name + "ix", name + "yk"]
        )
    )
    (state,) = tagger(model).states
    assert (state.mails, state.missing, state.learnt) == (1, 14, None)


def test_what_the_person_said_goes_before_what_was_learnt(model, visa):
    add_tag("far", "far away")
    keep(*(own(text, "visa") for text in TEACH), own(TEST[0], "far"), own(TEST[1]), replace(own(TEST[2]), tags=()))
    opened = tagger(model)
    assert opened(TEACH[0].upper()) == (OwnLabel("visa", 1.0, "human", True, "", visa.next_steps, visa.questions),)
    assert opened(TEST[0]) == (OwnLabel("far", 1.0, "human", True),)
    assert opened(TEST[1]) == opened(TEST[2]) == ()


def test_the_likeliest_comes_first(model, visa):
    add_tag("other", "no permit")
    keep(*(own(text, "visa") for text in TEACH), *(own(text, "other") for text in others(20)))
    opened = tagger(model)
    assert [label.name for label in opened(TEST[0])] == ["visa", "other"]
    told = [opened(text) for text in others(60)[20:]]
    assert all([label.probability for label in labels] == sorted((label.probability for label in labels), reverse=True) for labels in told)
    assert {labels[0].name for labels in told} == {"other", "visa"}
    states = {state.tag.name: state for state in opened.states}
    assert (states["visa"].learnt.lacking[1], states["other"].learnt.lacking[1]) == (20, 15)


def test_it_is_learnt_anew_when_its_examples_change(model, visa, monkeypatch):
    def version():
        return tagger(model).version, learnt_path("visa").stat().st_mtime_ns

    keep(*(own(text, "visa") for text in TEACH))
    first = version()
    assert version() == first
    keep(own(TEST[0]))
    second = version()
    assert second[0] != first[0]
    assert second[1] > first[1]
    keep(own(TEST[0], "visa"))
    assert version()[0] not in (first[0], second[0])
    with open_collection() as collection:
        collection.withdraw(TEST[0], "undo")
        collection.withdraw(TEST[0], "undo")
    assert version()[0] == first[0]


def test_a_damaged_file_is_made_anew(model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    before = tagger(model)(TEST[0])
    learnt_path("visa").write_bytes(b"damaged")
    assert tagger(model)(TEST[0]) == before
    assert learnt_path("visa").read_bytes() != b"damaged"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_can_not_be_written_is_no_hindrance(model, visa, home):
    keep(*(own(text, "visa") for text in TEACH))
    (home / "labels" / "visa").chmod(0o500)
    try:
        assert tagger(model)(TEST[0])
    finally:
        (home / "labels" / "visa").chmod(0o700)
    assert not learnt_path("visa").exists()


def test_what_was_learnt_is_kept_only_where_it_can_be(model, visa, monkeypatch):
    from feedback_nlp import tagging
    from feedback_nlp.errors import OutputError

    def refuse(name, learnt):
        raise OutputError("the disk is full")

    keep(*(own(text, "visa") for text in TEACH))
    monkeypatch.setattr(tagging, "write_learnt", refuse)
    assert tagger(model)(TEST[0])
    assert not learnt_path("visa").exists()


def test_another_model_reads_with_its_own(model, small_model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    first, second = tagger(model), tagger(small_model)
    assert first.states[0].learnt.digest != second.states[0].learnt.digest
    assert set(second.states[0].learnt.words) <= small_model.lexicon


def test_the_version_changes_with_the_advice(model, visa, home):
    before = tagger(model).version
    (home / "labels" / "visa" / "advice.toml").write_text('questions = ["Who?"]', encoding="utf-8")
    assert tagger(model).version != before


def test_a_label_that_was_removed_is_told_no_longer(model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    remove_tag("visa")
    opened = tagger(model)
    assert (opened.states, opened(TEACH[0]), opened(TEST[0])) == ([], (), ())
    add_tag("visa", "again")
    assert tagger(model)(TEACH[0])[0].source == "human"


def test_deleting_the_mails_deletes_what_was_learnt(model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    tagger(model)
    assert learnt_path("visa") in delete_collection()
    assert not learnt_path("visa").exists()
    assert tagger(model).states == [TagState(visa, 0)]


def test_without_labels_nothing_is_done(model, home):
    opened = open_tagger(model, {})
    assert (opened.states, opened("We can't sponsor a visa.")) == ([], ())
    assert not home.exists()


def test_learning_is_quick(model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    tagger(model)  # scikit-learn is loaded by then
    learnt_path("visa").unlink()
    started = time.process_time()
    tagger(model)
    learnt = time.process_time() - started
    started = time.process_time()
    tagger(model)
    assert learnt < 1
    assert time.process_time() - started < 0.5


def test_as_json(model):
    from tests.test_tag_model import LEARNT

    tag = Tag("visa", "a permit", ("Ask.",))
    plain = {"name": "visa", "meaning": "a permit", "next_steps": ("Ask.",), "questions": ()}
    assert TagState(tag, 3).as_dict() == plain | {"mails": 3, "missing": 12, "held_out": None}
    told = TagState(tag, 15, LEARNT).as_dict()["held_out"]
    assert (told["having"]["right"], told["having"]["mails"], told["lacking"]["mails"]) == (11, 15, 30)
    assert told["having"]["interval"] == pytest.approx((0.48, 0.89), abs=0.01)
    assert TagState(tag, 15, replace(LEARNT, lacking=(0, 0))).as_dict()["held_out"]["lacking"]["interval"] is None


def test_a_kept_one_is_used_as_it_is(model, visa):
    keep(*(own(text, "visa") for text in TEACH))
    (state,) = tagger(model).states
    write_learnt("visa", replace(state.learnt, intercept=99.0))
    assert tagger(model).states[0].learnt.intercept == 99.0
    assert isinstance(tagger(model), Tagger)
