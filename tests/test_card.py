import re
from dataclasses import replace

import pytest

from feedback_nlp import card
from feedback_nlp.card import card_files, model_card
from feedback_nlp.evaluation import evaluate
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example, Prediction


@pytest.fixture(scope="module")
def evaluation():
    truth = [Example(str(i), "a few words", label, register="ats") for i, label in enumerate(LABELS * 5)]
    return evaluate(truth, [Prediction(e.primary if i else "not_rejection", 0.9, {}) for i, e in enumerate(truth)])


@pytest.fixture(scope="module")
def text(small_model, evaluation):
    return model_card(small_model, evaluation, "calibration.svg")


def test_what_the_card_says(text, small_model, evaluation):
    manifest = small_model.manifest
    assert text.startswith(f"# Model card: {manifest['digest']}\n")
    assert f"{manifest['mails']} mails, 0 of them a person's own (data digest {manifest['data_digest']})." in text
    assert all(f"\n- {name}: {value}\n" in text for name, value in manifest["recipe"].items())
    assert f"(data digest {evaluation.data_digest})." in text
    assert re.findall("(?m)^##? (.*)", text)[1:] == ["Data", "Recipe", "Figures", "Limits", "Licence"]
    assert text.endswith("## Licence\n\nMIT, as the program and the corpus.\n")


def test_the_figures_of_the_card(text, evaluation):
    assert re.findall("(?m)^### (.*)", text) == [
        "Labelled mails: 30, rejections among them: 25",
        "By label",
        "Confusion",
        "Calibration",
        "Risk and coverage",
        "By register",
        "By length in words",
    ]
    assert "| figure | value | 95 % interval |\n| --- | ---: | ---: |\n" in text
    low, high = evaluation.overall.rejection_f1.interval
    assert f"\n| rejection F1 (is it one at all?) | 0.980 | {low:.3f} to {high:.3f} |\n" in text
    assert "\n| skills_gap | 5 | 1.00 | 0.80 | 0.89 |\n" in text
    assert "\n| F not_rejection | 0 | 0 | 0 | 0 | 0 | 5 |\n" in text
    assert "\n| 0.9 to 1.0 | 30 | 0.90 | 0.97 |\n" in text
    assert "\n| ats | 30 | 25 | 0.97 (0.83-0.99) |" in text
    picture = "\n![Share right over confidence, and how many mails there are](calibration.svg)\n"
    assert text.index("### Calibration") < text.index(picture) < text.index("### Risk and coverage")


def test_every_table_is_whole(text):
    for table in re.findall(r"(?m)(?:^\|.*\n)+", text):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_picture_comes_where_it_can_be_drawn(small_model, evaluation, monkeypatch):
    files = card_files(small_model, evaluation)
    assert list(files) == ["README.md", "calibration.svg"]
    assert "](calibration.svg)" in files["README.md"]
    assert small_model.manifest["digest"] in files["calibration.svg"]
    monkeypatch.setattr(card, "drawable", lambda: False)
    (name,) = files = card_files(small_model, evaluation)
    assert files[name] == model_card(small_model, evaluation)
    assert "calibration.svg" not in files[name]
    assert "### Calibration" in files[name]


def test_a_model_that_nobody_measured(small_model):
    (text,) = card_files(small_model).values()
    assert "\n## Figures\n\nNot measured on labelled mails when it was saved. `feedback-nlp evaluate` does so.\n" in text


def test_an_old_manifest_has_a_card_too(small_model, evaluation):
    text = model_card(replace(small_model, manifest={"digest": "abc"}), evaluation)
    assert text.startswith("# Model card: abc\n")
    assert "Trained on ? mails, 0 of them a person's own (data digest ?)." in text
