import json
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from conftest import SMALL_RECIPE

from feedback_nlp import retraining, store
from feedback_nlp.collection import own_examples
from feedback_nlp.errors import InputError
from feedback_nlp.labels import LABELS, NOT_REJECTION
from feedback_nlp.retraining import build, retrain
from feedback_nlp.store import SHIPPED, current, load, load_version, manifest_of, versions

ROWS = [
    ("Hi Ana,\n\nWe gave the job to our trainee.", "another_candidate"),
    ("Hi Ana,\n\nThe whole bakery closes, the role with it.", "hiring_freeze"),
    ("Hi Ana,\n\nCan you come on Monday?", "not_rejection"),
]
NEW = dict(ROWS)


def sheet(path, rows=ROWS):
    quoted = [f'"{text}",{label}' for text, label in rows]
    path.write_text("\n".join(["text,label", *quoted]) + "\n", encoding="utf-8")
    return path


def useless(model):
    """The model, with a document stage that calls every mail no rejection."""
    stage = model.document
    always = np.array([9.0 * (label == NOT_REJECTION) for label in LABELS])
    return replace(model, document=replace(stage, coefficients=np.zeros_like(stage.coefficients), intercept=always))


@pytest.fixture(scope="module")
def corpus(small_corpus):
    return [e for i, e in enumerate(small_corpus) if e.split == "test" or i % 3 == 0]


@pytest.fixture(scope="module")
def plain(corpus):
    """Trained on the corpus alone."""
    return retraining.train(corpus, recipe=SMALL_RECIPE)


@pytest.fixture
def quick(monkeypatch, corpus, plain, tmp_path):
    """A small corpus and recipe, and as the shipped model one that any other beats. Returns what makes another one shipped."""
    monkeypatch.setattr(retraining, "read_corpus", lambda: (corpus, []))
    monkeypatch.setattr(retraining, "Recipe", lambda: SMALL_RECIPE)
    monkeypatch.setattr(store, "shipped", lambda name: tmp_path / "shipped" / name)

    def ship(model):
        store.save(model, tmp_path / "shipped" / "models" / f"{id(model)}")
        (tmp_path / "shipped" / "models" / f"{id(model)}").rename(tmp_path / "shipped" / "models" / "default")

    return ship


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_retrain(quick, plain, home, tmp_path):
    quick(useless(plain))
    said = []
    result = retrain([sheet(tmp_path / "rows.csv")], say=said.append)
    assert (result.added, result.known, result.changed, result.skipped) == (3, 0, 0, ())
    assert (result.used, result.old_name) == (True, SHIPPED)
    assert result.new["reason_macro_f1"] > result.old["reason_macro_f1"]
    assert said[-1] == "comparing on mails that neither model has read"
    assert {e.text: e.primary for e in own_examples()} == NEW
    assert list(versions()) == [SHIPPED, result.new_name]
    assert current() == result.new_name
    manifest = manifest_of(home / "models" / result.new_name)
    assert (manifest["digest"], manifest["own"], manifest["parent"]) == (result.new_name, 3, SHIPPED)
    assert manifest["figures"] == json.loads(json.dumps(result.new))
    assert result.new_name in (home / "models" / result.new_name / "README.md").read_text(encoding="utf-8")
    assert result.as_dict()["why"] == "no worse than the shipped model beyond noise"
    assert load_version().manifest["digest"] == result.new_name

    shipped, first = versions()[SHIPPED], versions()[result.new_name]
    before = content(shipped), content(first)
    with pytest.raises(
        InputError, match=f"^Nothing new to learn: version {result.new_name} was made from the same rows. Take it into use:"
    ):
        retrain([tmp_path / "rows.csv"])

    changed = [(ROWS[0][0], "cultural_fit"), ROWS[1], ("We met Bo, who starts today.", "another_candidate"), ("No.", "ghosted")]
    second = retrain([sheet(tmp_path / "more.csv", changed)])
    assert (second.added, second.known, second.changed, len(second.skipped)) == (1, 1, 1, 1)
    assert "unknown label 'ghosted'" in second.skipped[0]
    assert second.old_name == result.new_name != second.new_name
    assert {e.text: e.primary for e in own_examples()} == NEW | dict(changed[:3])
    assert list(versions()) == [SHIPPED, result.new_name, second.new_name]
    assert (content(shipped), content(first)) == before
    store.use(result.new_name)
    assert load_version().manifest["digest"] == result.new_name


def test_a_worse_model_is_kept_but_not_used(quick, plain, monkeypatch, tmp_path):
    quick(plain)
    monkeypatch.setattr(retraining, "train", lambda *_: useless(plain))
    result = retrain([sheet(tmp_path / "rows.csv")])
    assert not result.used
    assert result.why == "worse than the shipped model on the test split"
    assert result.new["rejection_f1"] == 0 < result.old["rejection_f1"]
    assert current() == SHIPPED
    assert list(versions()) == [SHIPPED, result.new_name]
    assert set(load(versions()[result.new_name]).predict(NEW)) == {NOT_REJECTION}
    assert {e.text: e.primary for e in own_examples()} == NEW


@pytest.mark.parametrize(
    ("figure", "lost", "used"),
    [
        pytest.param("reason_macro_f1", 0.009, True, id="reasons-within-noise"),
        pytest.param("reason_macro_f1", 0.02, False, id="reasons-worse"),
        pytest.param("rejection_f1", 0.02, False, id="rejections-worse"),
        pytest.param("rejection_f1", -0.1, True, id="rejections-better"),
    ],
)
def test_what_counts_as_worse(figure, lost, used, quick, plain, monkeypatch, tmp_path):
    quick(plain)
    new = replace(plain, manifest={**plain.manifest, "own": 3})
    monkeypatch.setattr(retraining, "train", lambda *_: new)
    figures = {"reason_macro_f1": 0.7, "rejection_f1": 0.8}
    evaluated = retraining._evaluated

    def with_figures(model, test):
        wanted = figures | ({figure: figures[figure] - lost} if model.manifest["own"] else {})
        found = evaluated(model, test)
        return replace(found, figures=found.figures | wanted)

    monkeypatch.setattr(retraining, "_evaluated", with_figures)
    result = retrain([sheet(tmp_path / "rows.csv")])
    assert result.used is used
    assert current() == (result.new_name if used else SHIPPED)


@pytest.mark.parametrize("rows", [None, [("No.", "")], [("No.", "ghosted")]], ids=["no-file", "no-label", "unknown-label"])
def test_nothing_to_learn_from(rows, quick, home, tmp_path):
    files = [] if rows is None else [sheet(tmp_path / "rows.csv", rows)]
    message = "There is nothing to learn from yet. Give a file with a text and a `label` column: feedback-nlp retrain rows.csv"
    with pytest.raises(InputError) as error:
        retrain(files)
    assert str(error.value) == message
    assert not home.exists()


@pytest.mark.parametrize("drawable", [True, False], ids=["with matplotlib", "without"])
def test_build(drawable, quick, tmp_path, corpus, plain, monkeypatch):
    if not drawable:
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    monkeypatch.setattr(retraining, "train", partial(retraining.train, recipe=SMALL_RECIPE))
    folder = tmp_path / "built"
    model = build(folder)
    assert model.manifest["digest"] == plain.manifest["digest"]
    manifest = manifest_of(folder)
    assert (manifest["own"], manifest["mails"]) == (0, sum(e.split == "train" for e in corpus))
    assert manifest["figures"]["n"] == sum(e.split == "test" for e in corpus)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith(f"# Model card: {manifest['digest']}\n")
    assert f"| rejection F1 (is it one at all?) | {manifest['figures']['rejection_f1']:.3f} |" in card
    assert (folder / "calibration.svg").exists() is ("](calibration.svg)" in card) is drawable
    texts = [e.text for e in corpus]
    assert np.array_equal(load(folder).predict_proba(texts), plain.predict_proba(texts))
