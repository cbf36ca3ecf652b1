import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from conftest import SMALL_RECIPE

from feedback_nlp import adaptation, building, retraining, store
from feedback_nlp.building import build
from feedback_nlp.collection import own_examples
from feedback_nlp.errors import InputError, ModelError
from feedback_nlp.examples import digest
from feedback_nlp.judging import FEWEST_OWN
from feedback_nlp.labels import LABELS, NOT_REJECTION
from feedback_nlp.retraining import retrain
from feedback_nlp.store import SHIPPED, current, load, load_version, manifest_of, versions
from feedback_nlp.terminal import render_retraining
from feedback_nlp.training import prior_digest, train

ROWS = [
    ("Hi Ana,\n\nWe gave the job to our trainee.", "another_candidate"),
    ("Hi Ana,\n\nThe whole bakery closes, the role with it.", "hiring_freeze"),
    ("Hi Ana,\n\nYou do not have the licence that the oven needs.", "skills_gap"),
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


@pytest.fixture
def quick(monkeypatch, corpus, trained, tmp_path):
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


def test_retrain(quick, trained, home, tmp_path):
    quick(useless(trained))
    said = []
    result = retrain([sheet(tmp_path / "rows.csv")], say=said.append)
    assert (result.added, result.known, result.changed, result.skipped) == (3, 0, 0, ())
    assert (result.promoted, result.used, result.old_name) == (True, True, SHIPPED)
    assert result.new["reason_macro_f1"] > result.shipped["reason_macro_f1"]
    assert (result.own.n, result.own.other, result.split.model) == (3, SHIPPED, result.new_name)
    assert said == [
        "reading the corpus",
        "learning from 3 rows of yours",
        "document stage",
        "comparing on mails that neither model has read",
    ]
    assert {e.text: e.primary for e in own_examples()} == NEW
    assert list(versions()) == [SHIPPED, result.new_name]
    assert current() == result.new_name
    manifest = manifest_of(home / "models" / result.new_name)
    assert (manifest["digest"], manifest["own"], manifest["parent"]) == (result.new_name, 3, SHIPPED)
    assert (manifest["promoted"], manifest["forced"], manifest["why"]) == (True, False, FEW)
    assert manifest["labels_of_own"] == {digest(text): label for text, label in ROWS}
    assert datetime.fromisoformat(manifest["made"]).tzinfo == timezone.utc
    assert manifest["figures"] == json.loads(json.dumps(result.new))
    assert not (home / "models" / result.new_name / "prior.npz").exists()
    assert result.new_name in (home / "models" / result.new_name / "README.md").read_text(encoding="utf-8")
    assert result.as_dict()["why"] == FEW
    assert load_version().manifest["digest"] == result.new_name

    shipped, first = versions()[SHIPPED], versions()[result.new_name]
    before = content(shipped), content(first)
    with pytest.raises(InputError) as error:
        retrain([tmp_path / "rows.csv"])
    assert str(error.value) == f"Nothing new to learn: version {result.new_name} was made from the same rows. It is in use."

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


FEW = "no worse on the test split or on your rows; 3 rows of yours are too few to tell whether it is better"


def adapting_to(model):
    """An adaptation of which this model comes, instead of the one that was learnt."""

    def adapt(*given):
        adapted = adaptation.adapt(*given)
        manifest = {**model.manifest, "digest": adapted.model.manifest["digest"], "own": adapted.model.manifest["own"]}
        return replace(adapted, model=replace(model, manifest=manifest, prior=None))

    return adapt


@pytest.mark.parametrize("force", [False, True], ids=["kept", "forced"])
def test_a_worse_model(force, quick, trained, monkeypatch, home, tmp_path):
    quick(trained)
    monkeypatch.setattr(retraining, "adapt", adapting_to(useless(trained)))
    result = retrain([sheet(tmp_path / "rows.csv")], force=force)
    assert (result.promoted, result.used) == (False, force)
    assert result.why.startswith("worse than the shipped model on the test split (reason macro-F1 -0.")
    assert result.new["rejection_f1"] == 0 < result.shipped["rejection_f1"]
    assert current() == (result.new_name if force else SHIPPED)
    assert list(versions()) == [SHIPPED, result.new_name]
    assert set(load(versions()[result.new_name]).predict(NEW)) == {NOT_REJECTION}
    assert {e.text: e.primary for e in own_examples()} == NEW
    manifest = manifest_of(home / "models" / result.new_name)
    assert (manifest["promoted"], manifest["forced"], manifest["why"]) == (False, force, result.why)
    with pytest.raises(InputError) as error:
        retrain([])
    wanted = "It is in use." if force else f"Take it into use: feedback-nlp models use {result.new_name}"
    assert str(error.value) == (
        f"Nothing new to learn: version {result.new_name} was made from the same rows. It was not promoted: {result.why}. {wanted}"
    )


def test_nothing_gained(quick, trained, corpus, home, tmp_path):
    quick(trained)
    rows = [(e.text.replace('"', ""), e.primary) for e in corpus if e.split == "train"][::5]
    result = retrain([sheet(tmp_path / "rows.csv", rows)])
    assert result.own.n == len(rows) >= FEWEST_OWN
    assert result.own.only_model_right == 0  # the shipped model has read these very mails
    assert (result.promoted, result.used, current()) == (False, False, SHIPPED)
    assert re.match("nothing gained, on the test split or on your own rows$|it reads \\d+ fewer of your own mails rightly", result.why)
    assert manifest_of(home / "models" / result.new_name)["why"] == result.why


def test_wrong_labels_are_refused_and_listed(quick, trained, corpus, tmp_path):
    quick(trained)
    mails = [e for e in corpus if e.split == "train"]
    rng = np.random.default_rng(0)
    rows, wrong = [], set()
    for i, e in enumerate(mails[::2]):
        text = e.text.replace('"', "") + "\n\nBye"
        label = e.primary if i % 3 == 0 else str(rng.choice([name for name in LABELS if name != e.primary]))
        rows.append((text, label))
        if label != e.primary:
            wrong.add(text)
    result = retrain([sheet(tmp_path / "rows.csv", rows)])
    assert (result.promoted, result.used, current()) == (False, False, SHIPPED)
    listed = {s.example.text for s in result.suspects}
    assert len(listed & wrong) >= 0.7 * len(wrong)  # so small a model knows no better
    assert len(listed - wrong) <= 0.3 * (len(rows) - len(wrong))


def test_a_shipped_model_without_its_prior(quick, trained, home, tmp_path):
    quick(useless(trained))
    (tmp_path / "shipped" / "models" / "default" / "prior.npz").unlink()
    said = []
    first = retrain([sheet(tmp_path / "rows.csv")], say=said.append)
    counted = "what the corpus says was not kept with the shipped model; it is counted now, once, which takes some minutes"
    assert said[:2] == ["reading the corpus", counted]
    assert first.used
    kept = store.load_prior(prior_digest(trained.manifest))
    assert np.allclose(kept.mails, trained.prior.mails, atol=1)
    assert np.allclose(kept.sentence_energies, trained.prior.sentence_energies, rtol=1e-5)
    said.clear()
    retrain([sheet(tmp_path / "more.csv", [("We met Bo, who starts today.", "another_candidate")])], say=said.append)
    assert counted not in said


def test_two_at_once(quick, trained, home, tmp_path):
    quick(trained)
    with store.only_one(), pytest.raises(ModelError) as error:
        retrain([sheet(tmp_path / "rows.csv")])
    assert str(error.value) == f"Models in {home / 'models'} are being made by another run. Wait until that is done, then try again."
    assert list(versions()) == [SHIPPED]


RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import SMALL_RECIPE
from feedback_nlp import retraining, store
from feedback_nlp.examples import read_corpus
ids = set(Path({ids!r}).read_text().split("\\n"))
corpus = [e for e in read_corpus()[0] if e.id in ids]
retraining.read_corpus = lambda: (corpus, [])
retraining.Recipe = lambda: SMALL_RECIPE
store.shipped = lambda name: Path({shipped!r}) / name
print("started", flush=True)
result = retraining.retrain([Path({rows!r})])
print(result.new_name, result.used, result.why, flush=True)
"""


def test_kill_at_any_moment(quick, trained, corpus, home, tmp_path):
    quick(useless(trained))
    (tmp_path / "ids").write_text("\n".join(e.id for e in corpus), encoding="utf-8")
    names = {"tests": Path(__file__).parent, "ids": tmp_path / "ids", "shipped": tmp_path / "shipped"}
    code = RUN.format(**{name: str(path) for name, path in names.items()}, rows=str(sheet(tmp_path / "rows.csv")))

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"LOKY_MAX_CPU_COUNT": "1"}
        )
        assert process.stdout.readline() == "started\n"
        return process

    began = perf_counter()
    whole = start()
    rest = whole.communicate()[0]
    seconds = perf_counter() - began
    name = rest.split()[0]
    assert rest == f"{name} True {FEW}\n"
    for share in np.random.default_rng(0).uniform(0.1, 1.0, 4):
        store.use(SHIPPED)
        shutil.rmtree(home / "models" / name, ignore_errors=True)
        stopped = start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            stopped.wait(share * seconds)
        stopped.kill()
        stopped.communicate()
        assert current() in (SHIPPED, name)
        assert all(load(folder) for folder in versions().values())
        assert {e.text: e.primary for e in own_examples()} == NEW
    shutil.rmtree(home / "models" / name, ignore_errors=True)
    store.use(SHIPPED)
    assert start().communicate()[0] == f"{name} True {FEW}\n"
    assert load_version().manifest["digest"] == name


@pytest.mark.parametrize("rows", [None, [("No.", "")], [("No.", "ghosted")]], ids=["no-file", "no-label", "unknown-label"])
def test_nothing_to_learn_from(rows, quick, home, tmp_path):
    files = [] if rows is None else [sheet(tmp_path / "rows.csv", rows)]
    message = "There is nothing to learn from yet. Give a file with a text and a `label` column: feedback-nlp retrain rows.csv"
    with pytest.raises(InputError) as error:
        retrain(files)
    assert str(error.value) == message
    assert not home.exists()


def unread(corpus):
    """Mails of the test split as a person might have them: in other case and with other space."""
    return [(f"  {e.text.upper()}\n", e.primary) for e in corpus if e.split == "test" and '"' not in e.text]


def test_mails_of_the_test_split_are_not_learnt(quick, trained, corpus, home, tmp_path):
    quick(useless(trained))
    result = retrain([sheet(tmp_path / "rows.csv", [*ROWS, *unread(corpus)[:2]])])
    assert (result.added, result.in_test, result.own.n) == (5, 2, 3)
    assert manifest_of(home / "models" / result.new_name)["labels_of_own"] == {digest(text): label for text, label in ROWS}
    assert "Not learnt, since models are judged on them: rows that are mails of the test split (2)." in " ".join(
        " ".join(render_retraining(result)).split()
    )
    with pytest.raises(InputError, match=r"^Nothing new to learn: version .* was made from the same rows\."):
        retrain([sheet(tmp_path / "rows.csv", unread(corpus)[:3])])


WORDLESS = "None of your rows holds a word to learn from. Add mails with their words: feedback-nlp add rows.csv"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(
            lambda corpus: unread(corpus)[:2],
            "All 2 rows of yours are mails of the test split, on which models are judged. Add other mails.",
            id="mails of the test split",
        ),
        pytest.param(lambda _: [("...", "skills_gap"), ("\U0001f622", "hiring_freeze")], WORDLESS, id="no words"),
        pytest.param(lambda corpus: [("...", "skills_gap"), *unread(corpus)[:2]], WORDLESS, id="both"),
    ],
)
def test_rows_of_which_none_can_be_learnt(rows, message, quick, trained, corpus, home, tmp_path):
    quick(trained)
    said = []
    with pytest.raises(InputError) as error:
        retrain([sheet(tmp_path / "rows.csv", rows(corpus))], say=said.append)
    assert str(error.value) == message
    assert (said, list(versions())) == ([], [SHIPPED])


@pytest.mark.parametrize("drawable", [True, False], ids=["with matplotlib", "without"])
def test_build(drawable, quick, tmp_path, corpus, trained, monkeypatch):
    if not drawable:
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    monkeypatch.setattr(building, "read_corpus", lambda: (corpus, []))
    monkeypatch.setattr(building, "train", partial(train, recipe=SMALL_RECIPE))
    folder = tmp_path / "built"
    model = build(folder)
    assert model.manifest["digest"] == trained.manifest["digest"]
    manifest = manifest_of(folder)
    assert (manifest["own"], manifest["mails"]) == (0, sum(e.split == "train" for e in corpus))
    assert manifest["figures"]["n"] == sum(e.split == "test" for e in corpus)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith(f"# Model card: {manifest['digest']}\n")
    assert f"| rejection F1 (is it one at all?) | {manifest['figures']['rejection_f1']:.3f} |" in card
    assert (folder / "calibration.svg").exists() is ("](calibration.svg)" in card) is drawable
    texts = [e.text for e in corpus]
    assert np.array_equal(load(folder).predict_proba(texts), trained.predict_proba(texts))
