import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import SMALL_RECIPE
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp import cli, examples, judging, retraining, store, styles, training
from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest, read_corpus
from feedback_nlp.labels import LABELS
from feedback_nlp.metrics import pairs_of
from feedback_nlp.records import Example
from feedback_nlp.retraining import Basis
from feedback_nlp.styles import RANDOM, REVIEW, _as_given, _mislabelled, adaptations, named, read_styles, wrong_labels
from feedback_nlp.training import digest_of, prepare_all

WORDING = "On reflection the seat was given to the trainee we had already promised it to."
NAMES = "Ana Bo Cem Dee Eli Flo Gus Hal Ivy Jo Kit Lee".split()
STYLE = {
    "seats": [
        Example(f"style-seats-{i}", f"Hello {name},\n\nThank you for coming.\n\n{WORDING}\n\nBest,\nIda", "hiring_freeze", split="test")
        for i, name in enumerate(NAMES)
    ],
    "walks": [
        Example(f"style-walks-{i}", f"Hello {name},\n\nThe walk on Sunday starts at ten.", "not_rejection", split="test")
        for i, name in enumerate(NAMES)
    ],
}
KINDS = ("style", "test", "others")


@pytest.fixture(scope="module")
def test_split(small_corpus):
    return [e for e in small_corpus if e.split == "test"]


@pytest.fixture(scope="module")
def basis(small_model, small_corpus):
    return Basis(small_model, small_model.prior, prepare_all(small_corpus, small_model.preprocessor, SMALL_RECIPE))


@pytest.fixture(scope="module")
def rows(basis, test_split):
    return list(adaptations(STYLE, test_split, basis, ["seats"], 2, (2, 8), SMALL_RECIPE))


def test_the_styles_that_ship():
    found = read_styles()
    assert {name: len(mails) for name, mails in found.items()} == {"minutes": 130, "codes": 130, "pidgin": 130}
    for mails in found.values():
        assert min(Counter(e.primary for e in mails).values()) >= 20
        assert all(len(e.text) > 40 and e.sentences for e in mails)


@pytest.fixture(scope="module")
def corpus():
    mails, loose = read_corpus()
    return [*mails, *loose]


@pytest.mark.parametrize("what", [lambda e: e.id, lambda e: e.voice, lambda e: digest(e.text)], ids=["id", "voice", "text"])
def test_no_style_is_in_the_corpus(what, corpus):
    mails = [e for style in read_styles().values() for e in style]
    assert not {what(e) for e in mails} & {what(e) for e in corpus}


def test_no_training_takes_a_style(small_model, small_corpus):
    mails = [e for style in read_styles().values() for e in style]
    assert prepare_all(mails, small_model.preprocessor, SMALL_RECIPE) == []
    assert digest_of([*small_corpus, *mails], []) == digest_of(small_corpus, [])


def test_a_row_for_each_size_and_way(rows):
    expected = [(size, chosen, seed) for size in (2, 8) for chosen, seed in ((RANDOM, 0), (RANDOM, 1), (REVIEW, None))]
    assert [(row["examples"], row["chosen"], row["seed"]) for row in rows] == expected
    for row in rows:
        assert row["style"] == "seats"
        assert [row[f"{kind}_judged"] for kind in KINDS] == [12 - row["examples"], 24, 12]
        for kind in KINDS:
            assert row[f"{kind}_wrong_after"] == row[f"{kind}_wrong_before"] - row[f"{kind}_came_right"] + row[f"{kind}_came_wrong"]


def test_before_is_what_the_shipped_model_says(rows, small_model, test_split):
    pairs = pairs_of(test_split, list(small_model.classify(e.text for e in test_split)))
    assert {row["test_wrong_before"] for row in rows} == {sum(t != p for t, p in pairs)}


def test_what_is_given_teaches_the_style_and_little_else(rows):
    most = [row for row in rows if row["examples"] == 8]
    assert [(row["style_wrong_before"], row["style_wrong_after"]) for row in most] == [(4, 0)] * 3
    assert all(row["others_came_wrong"] == 0 and row["test_wrong_after"] - row["test_wrong_before"] <= 1 for row in rows)


@pytest.mark.parametrize("promoted", [True, False])
def test_whether_it_would_be_used_is_the_verdict(promoted, basis, test_split, monkeypatch):
    judge = judging.judge
    monkeypatch.setattr(retraining, "judge", lambda *given: replace(judge(*given), promoted=promoted))
    (row, _) = adaptations(STYLE, test_split, basis, ["walks"], 1, (2,), SMALL_RECIPE)
    assert row["used"] is promoted


def test_the_same_seeds_give_the_same_rows(rows, basis, test_split):
    said = []
    again = list(adaptations(STYLE, test_split, basis, ["seats"], 2, (2,), SMALL_RECIPE, said.append))
    assert again == [row for row in rows if row["examples"] == 2]
    assert said == ["seats: 2 mails, random, seed 0", "seats: 2 mails, random, seed 1", "seats: 2 mails, review"]


def test_a_mail_is_given_as_its_label_alone():
    mail = read_styles()["minutes"][0]
    assert _as_given(mail) == Example(f"own-{digest(mail.text)}", mail.text, mail.primary)


@given(st.sampled_from(LABELS), st.lists(st.sampled_from(LABELS), max_size=3), st.integers(0, 9))
def test_a_wrong_label_is_wrong(label, also_ok, seed):
    found = _mislabelled(Example("1", "a", label, also_ok=tuple(also_ok)), np.random.default_rng(seed))
    assert found.primary in LABELS
    assert found.primary not in (label, *also_ok)
    assert found.also_ok == ()


def test_wrong_labels_are_counted(basis, test_split):
    said = []
    found = list(wrong_labels(STYLE, test_split, basis, 2, ((4, 12), (20, 0)), SMALL_RECIPE, said.append))
    assert [(row["right"], row["wrong"], row["seed"]) for row in found] == [(4, 12, 0), (4, 12, 1), (20, 0, 0), (20, 0, 1)]
    for row in found:
        assert row["wrong_among_first"] <= row["wrong_found"] <= min(row["wrong"], row["suspects"])
    assert all(row["suspects"] >= 6 and not row["used"] for row in found[:2])
    assert said[1] == "12 wrong labels among 16, seed 1"


@pytest.mark.parametrize(("given_names", "expected"), [((), ["seats", "walks"]), (("walks",), ["walks"])], ids=["none", "one"])
def test_named(given_names, expected):
    assert named(STYLE, given_names) == expected


def test_a_style_that_is_not_there():
    with pytest.raises(InputError) as error:
        named(STYLE, ["walks", "runs"])
    assert str(error.value) == "There is no style 'runs'. Name one of: seats, walks."


# the commands


@pytest.fixture
def small(monkeypatch, small_corpus, small_model, tmp_path):
    """The small model as the shipped one, with its corpus, its recipe and two small styles."""
    monkeypatch.setattr(examples, "read_corpus", lambda: (small_corpus, []))
    monkeypatch.setattr(training, "Recipe", lambda: SMALL_RECIPE)
    monkeypatch.setattr(store, "shipped", lambda name: tmp_path / "shipped" / name)
    monkeypatch.setattr(styles, "read_styles", lambda: STYLE)
    for name, smaller in (("adaptations", {"sizes": (2,)}), ("wrong_labels", {"mixes": ((2, 6),)})):
        run = getattr(styles, name)
        monkeypatch.setattr(styles, name, lambda *args, run=run, smaller=smaller, **kw: run(*args, **kw, **smaller, recipe=SMALL_RECIPE))
    store.save(small_model, tmp_path / "shipped" / "models" / "default")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        pytest.param(
            ["adaptation", "--style", "walks", "--seeds", "1"],
            ["walks: 2 mails, random, seed 0", "walks: 2 mails, review"],
            id="adaptation",
        ),
        pytest.param(["wrong-labels", "--seeds", "1"], ["6 wrong labels among 8, seed 0"], id="wrong labels"),
    ],
)
def test_the_commands(command, lines, small, home, tmp_path):
    table = tmp_path / "table.csv"
    done = CliRunner().invoke(cli.main, ["data", *command, "-o", str(table)])
    assert (done.exit_code, done.stderr.splitlines()) == (0, ["reading the corpus", *lines])
    with table.open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(lines)
    assert list(store.versions()) == [store.SHIPPED]
    assert store.current() == store.SHIPPED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["adaptation", "--style", "runs"], "There is no style 'runs'. Name one of: minutes, codes, pidgin.", id="style"),
        pytest.param(["wrong-labels"], "{}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx.", id="format"),
    ],
)
def test_what_is_wrong_is_said_at_once(arguments, message, tmp_path, monkeypatch):
    monkeypatch.setattr(retraining, "basis_of", None)  # minutes
    path = tmp_path / "table.txt"
    done = CliRunner().invoke(cli.main, ["data", *arguments, "-o", str(path)])
    assert (done.exit_code, done.stderr) == (1, f"Error: {message.format(path)}\n")
    assert not Path(path).exists()
