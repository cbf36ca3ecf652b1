import json
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.tags import Tag, add_tag, known_names, learnt_path, learnt_paths, read_tags, remove_tag, tag_named

ADVICE = 'next_steps = ["Today: ask who sponsors."]\nquestions = ["Do you sponsor visas?", "Since when?"]\n'


def test_nothing_there_reads_as_nothing_and_makes_nothing(home):
    assert (read_tags(), known_names(), learnt_paths()) == ({}, "you have none", [])
    assert not home.exists()


def test_labels_are_kept_in_order(home, tmp_path):
    (tmp_path / "a.toml").write_text(ADVICE, encoding="utf-8")
    visa = Tag("visa", "needs a permit that I don't have", ("Today: ask who sponsors.",), ("Do you sponsor visas?", "Since when?"))
    assert add_tag("visa", "needs a permit  that I don't have\n", tmp_path / "a.toml") == visa
    assert add_tag("Far-away ", "more than an hour") == Tag("far_away", "more than an hour")
    assert list(read_tags().items()) == [("far_away", Tag("far_away", "more than an hour")), ("visa", visa)]
    assert known_names() == "yours are far_away, visa"
    assert json.loads((home / "labels" / "visa" / "label.json").read_text(encoding="utf-8")) == {"meaning": visa.meaning}


@pytest.mark.skipif(os.name == "nt", reason="modes are another thing there")
def test_a_label_is_readable_by_its_owner_only(home, tmp_path):
    (tmp_path / "a.toml").write_text(ADVICE, encoding="utf-8")
    add_tag("visa", "a permit", tmp_path / "a.toml")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home / "labels" / "visa").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("Visa", "visa", id="case"),
        pytest.param(" far  away ", "far_away", id="spaces"),
        pytest.param("far-away", "far_away", id="hyphen"),
        pytest.param("far_away", "far_away", id="as it is"),
    ],
)
def test_names(name, kept):
    assert tag_named(name) == kept


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *(
            pytest.param(
                name, f"{kept!r} can't be the name of a label. Give 1 to 30 letters (a to z), digits and _, a letter first.", id=id
            )
            for name, kept, id in [
                ("", "", "empty"),
                ("7th", "7th", "digit first"),
                ("../visa", "../visa", "path"),
                ("visum-é", "visum_é", "other letters"),
                ("v" * 31, "v" * 31, "long"),
                ("\x1b[31m", "\x1b[31m", "escape code"),
            ]
        ),
        pytest.param("Skills gap", "'skills_gap' has a meaning already. Choose another name.", id="the product's"),
        pytest.param("none", "'none' has a meaning already. Choose another name.", id="none"),
        pytest.param(
            "Visa",
            "There is a label 'visa' already. To give it another meaning: feedback-nlp labels remove visa, then add it.",
            id="there already",
        ),
    ],
)
def test_names_that_can_not_be(name, message):
    add_tag("visa", "a permit")
    with pytest.raises(InputError) as error:
        add_tag(name, "a permit")
    assert str(error.value) == message
    assert list(read_tags()) == ["visa"]


@pytest.mark.parametrize("meaning", ["", " \n", "m" * 121])
def test_meanings_that_can_not_be(meaning, home):
    with pytest.raises(InputError) as error:
        add_tag("visa", meaning)
    n = len(meaning.strip())
    assert str(error.value) == f"The meaning of visa has {n} characters. Say it in 1 to 120: --meaning TEXT"
    assert not home.exists()


LIST_FAULT = "must be a list of 1 to 5 texts, each of one line and up to 300 characters."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "it is empty. Give next_steps or questions, lists of texts.", id="empty"),
        pytest.param("steps = []", "steps is no field of it. The fields are next_steps, questions.", id="field"),
        pytest.param("next_steps = []", f"next_steps {LIST_FAULT}", id="no text"),
        pytest.param('questions = "Why?"', f"questions {LIST_FAULT}", id="no list"),
        pytest.param("questions = [1]", f"questions {LIST_FAULT}", id="number"),
        pytest.param('questions = [" "]', f"questions {LIST_FAULT}", id="blank"),
        pytest.param('questions = ["a\\nb"]', f"questions {LIST_FAULT}", id="lines"),
        pytest.param(f'questions = ["{"q" * 301}"]', f"questions {LIST_FAULT}", id="long"),
        pytest.param(f"questions = {['q'] * 6}", f"questions {LIST_FAULT}", id="many"),
    ],
)
def test_advice_that_can_not_be(content, message, home, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        add_tag("visa", "a permit", path)
    assert str(error.value) == f"{path}: {message}"
    assert not home.exists()


def test_advice_that_is_no_toml_or_not_there(tmp_path):
    with pytest.raises(InputError, match=r"gone\.toml can't be read \(No such file or directory\)\. Let it be read, or move it away\.$"):
        add_tag("visa", "a permit", tmp_path / "gone.toml")
    (tmp_path / "a.toml").write_text("questions = [", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.toml is no TOML: .*Mend that line, or move the file away\.$"):
        add_tag("visa", "a permit", tmp_path / "a.toml")


def test_what_is_removed_is_gone_with_its_advice(home, tmp_path):
    (tmp_path / "a.toml").write_text(ADVICE, encoding="utf-8")
    add_tag("visa", "a permit", tmp_path / "a.toml")
    learnt_path("visa").write_bytes(b"")
    assert learnt_paths() == [home / "labels" / "visa" / "learnt.npz"]
    assert remove_tag("Visa") == "visa"
    assert not (home / "labels" / "visa").exists()
    assert add_tag("visa", "another") == read_tags()["visa"] == Tag("visa", "another")


def test_what_an_unfinished_removal_left_is_no_advice_of_a_new_label(home, tmp_path):
    (tmp_path / "a.toml").write_text(ADVICE, encoding="utf-8")
    add_tag("visa", "a permit", tmp_path / "a.toml")
    (home / "labels" / "visa" / "label.json").unlink()
    assert read_tags() == {}
    assert add_tag("visa", "a permit") == read_tags()["visa"] == Tag("visa", "a permit")


def test_there_is_nothing_to_remove():
    with pytest.raises(InputError, match=r"^There is no label 'visa' of yours \(you have none\)\. See `feedback-nlp labels list`\.$"):
        remove_tag("visa")
    add_tag("far", "far away")
    with pytest.raises(InputError, match=r"\(yours are far\)"):
        remove_tag("../far")


@pytest.mark.parametrize("content", ["", "[]", "{}", "\x00", "[" * 100_000, '"meaning"'])
def test_a_damaged_label_is_named_and_can_be_removed(content, home):
    add_tag("visa", "a permit")
    path = home / "labels" / "visa" / "label.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_tags()
    assert str(error.value).startswith(f"{path} is damaged (")
    assert str(error.value).endswith("). Remove the label: feedback-nlp labels remove visa")
    remove_tag("visa")
    assert read_tags() == {}


def test_a_home_that_can_not_be_written(home):
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match=r"can't be (written|removed)"):
        add_tag("visa", "a permit")


def test_a_person_may_edit_the_advice(home):
    add_tag("visa", "a permit")
    (home / "labels" / "visa" / "advice.toml").write_text('questions = ["Who?"]', encoding="utf-8")
    assert read_tags()["visa"].questions == ("Who?",)


LINES = st.lists(
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip), max_size=3
)


@given(meaning=st.text(max_size=60).filter(str.strip), steps=LINES, questions=LINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_label_is_read_as_it_was_added(meaning, steps, questions, home, tmp_path):
    lists = {name: lines for name, lines in (("next_steps", steps), ("questions", questions)) if lines}
    path = tmp_path / "a.toml"
    path.write_text("".join(f"{name} = {json.dumps(lines, ensure_ascii=False)}\n" for name, lines in lists.items()), encoding="utf-8")
    tag = add_tag("visa", meaning, path if lists else None)
    assert read_tags() == {"visa": tag}
    assert (tag.meaning, tag.next_steps, tag.questions) == (" ".join(meaning.split()), tuple(steps), tuple(questions))
    remove_tag("visa")
