"""The thirteen failures of rivals: none is ours. Each mail goes through the library and the command line."""

import json
from dataclasses import replace

import numpy as np
import pytest
from cases import BREAKS, CASES, NOT_REJECTION, PLAIN, REJECTION
from click.testing import CliRunner

import feedback_nlp
from feedback_nlp.cli import main
from feedback_nlp.labels import LABELS, REASONS


def test_the_table():
    names = [name for name, *_ in CASES]
    assert len(set(names)) == len(names)
    numbers = [number for *_, number in CASES]
    assert all(numbers.count(number) >= 2 for number in range(1, 14) if number != 10), "10 is retraining: test_retraining.py"
    assert all(labels in (REJECTION, NOT_REJECTION) or labels <= set(LABELS) for _, _, labels, _ in CASES)


each_case = pytest.mark.parametrize(
    ("name", "text", "expected", "failure"), [pytest.param(*case, id=f"{case[3]:02}-{case[0]}") for case in CASES]
)


def accepted(expected):
    return {REJECTION: set(REASONS), NOT_REJECTION: {"not_rejection"}}[expected] if isinstance(expected, str) else expected


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDBACK_NLP_HOME", str(tmp_path_factory.mktemp("home")))
        predictions = feedback_nlp.load().classify(text for _, text, *_ in CASES)
        return {name: prediction for (name, *_), prediction in zip(CASES, predictions, strict=True)}


@pytest.fixture(scope="module")
def command_line(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    lines = [json.dumps({"id": name, "text": text}) for name, text, *_ in CASES]
    (folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner(env={"FEEDBACK_NLP_HOME": str(folder / "home")}).invoke(
        main, ["label", str(folder / "in.jsonl"), "-o", str(folder / "out.jsonl")], catch_exceptions=False
    )
    assert result.exit_code == 0
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").split("\n") if line]
    assert [row["id"] for row in rows] == [name for name, *_ in CASES]
    return {row["id"]: row for row in rows}


@each_case
def test_library(name, text, expected, failure, library):
    assert library[name].label in accepted(expected)


@each_case
def test_command_line(name, text, expected, failure, command_line):
    assert command_line[name]["label"] in accepted(expected)


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("name", [name for name, *_ in PLAIN])
def test_a_broken_phrase_gives_the_label_of_the_plain_one(name, how, library):
    texts = {case[0]: case[1] for case in CASES}
    assert texts[f"{name}-{how}"] != texts[name]
    assert library[f"{name}-{how}"].label == library[name].label


@pytest.mark.parametrize("label", LABELS)
def test_nothing_stands_in_front_of_the_model(label, model):
    """A model whose document stage says one label only says it of every mail: no rule decides in its stead."""
    stage = model.document
    certain = np.array([20.0 * (name == label) for name in LABELS])
    one_answer = replace(model, document=replace(stage, coefficients=np.zeros_like(stage.coefficients), intercept=certain))
    assert set(one_answer.predict([text for _, text, *_ in CASES])) == {label}


def test_injected_words_are_not_quoted(library):
    """What an injected order asks for is never shown as what the mail says."""
    quotes = [e.text.lower() for name, *_, number in CASES if number == 12 for e in library[name].evidence]
    assert quotes
    assert not [quote for quote in quotes if "classify" in quote or "ignore" in quote]
