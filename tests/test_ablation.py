import csv
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import SMALL_RECIPE

from feedback_nlp import ablation as module
from feedback_nlp import cli, corpus, examples
from feedback_nlp.ablation import FIGURES, ablation, costs, folder_size, labelled_sets, measured, size_of, steps
from feedback_nlp.corpus import share_of
from feedback_nlp.errors import InputError
from feedback_nlp.features import BLOCKS
from feedback_nlp.labels import LABELS, SENTENCE_LABELS
from feedback_nlp.metrics import figures
from feedback_nlp.records import Example, Prediction
from feedback_nlp.store import load, save
from feedback_nlp.training import Recipe, corpus_lexicon, count_all, fit_model, train

LOOSE = [
    Example(f"loose-{i}", text, "", sentences=((0, len(text), "hiring_freeze"),), voice=f"loose-{i}")
    for i, text in enumerate(["The money for this post is gone.", "The post was cut from the budget.", "They froze every post."])
]


@pytest.fixture(scope="module")
def mails(corpus):
    return corpus


@pytest.fixture(scope="module")
def models(mails):
    """The model of every step, trained on the same counts."""
    lexicon = corpus_lexicon(mails, [], SMALL_RECIPE)
    counts = count_all(mails, [], lexicon, SMALL_RECIPE)
    return {step.added: fit_model(counts, lexicon, step.recipe, {}) for step in steps(SMALL_RECIPE) if not step.with_loose}


@pytest.fixture(scope="module")
def texts(mails):
    return [e.text for e in mails if e.split == "test"]


# the steps

ADDED = [
    "the whole mail alone",
    "the words of a sentence",
    "and its characters",
    "and its neighbours",
    "and its mail",
    "and the whole mail on its own",
    "and extracts of mails",
    "and loose sentences",
]


def test_each_step_adds_one_part():
    recipe = Recipe()
    found = steps()
    assert [step.added for step in found] == ADDED
    read = [[name for name in BLOCKS if step.recipe.limits[name]] for step in found]
    assert read == [["words", "mail"], ["words"], ["words", "characters"], ["words", "characters", "context"], *[list(BLOCKS)] * 4]
    assert [step.recipe.sentence_c for step in found] == [0, *[recipe.sentence_c] * 7]
    assert [step.recipe.mail_c for step in found] == [recipe.mail_c, *[0] * 4, *[recipe.mail_c] * 3]
    assert [step.recipe.extracts for step in found] == [*[0] * 6, *[recipe.extracts] * 2]
    assert [step.with_loose for step in found] == [False] * 7 + [True]
    assert found[-1].recipe == recipe


def test_the_parts_are_in_the_models(models):
    sizes = {added: [len(model.blocks[name].vocabulary) > 0 for name in BLOCKS] for added, model in models.items()}
    assert list(sizes.values())[1:4] == [[True, *[False] * 3], [True, True, False, False], [True, True, True, False]]


def test_what_is_left_out_finds_everything_equally_likely(models, texts):
    documents = [models[ADDED[0]].preprocessor(text) for text in texts]
    for of_sentences, mentions, of_mail in models["the whole mail alone"].first_stages(documents):
        np.testing.assert_allclose(of_sentences, 1 / len(SENTENCE_LABELS))
        np.testing.assert_allclose(mentions, 0.5)
        assert np.ptp(of_mail) > 0.01
    for added in ADDED[1:5]:
        for of_sentences, _, of_mail in models[added].first_stages(documents):
            assert np.ptp(of_sentences) > 0.01
            np.testing.assert_allclose(of_mail, 1 / len(LABELS))


@pytest.mark.parametrize("added", ADDED[:7])
def test_every_step_is_a_model_that_can_be_kept(added, models, texts, tmp_path):
    model = models[added]
    loaded = load(save(model, tmp_path / "model"))
    np.testing.assert_allclose(loaded.predict_proba(texts), model.predict_proba(texts), rtol=0, atol=1e-6)
    assert len(set(model.predict(texts))) >= 4


def test_shared_counts_give_the_model_that_training_gives(mails, models, texts):
    step = steps(SMALL_RECIPE)[6]
    assert np.array_equal(models[step.added].predict_proba(texts), train(mails, recipe=step.recipe).predict_proba(texts))


# the rows


def columns_of(*sets):
    return [
        "added",
        "mails",
        *(f"{name}_{figure}" for name in sets for figure in FIGURES),
        "mails_a_second",
        "megabytes",
        "training_seconds",
    ]


def test_ablation(mails, models):
    test = [e for e in mails if e.split == "test"]
    said = []
    rows = list(ablation(mails, LOOSE, {"test": test, "again": test[:12]}, SMALL_RECIPE, said.append))
    n = len(mails) - len(test)
    assert [list(row) for row in rows] == [columns_of("test", "again")] * 8
    assert [(row["added"], row["mails"]) for row in rows] == [(added, n) for added in ADDED]
    assert [text for text in said if text in ADDED] == ADDED
    assert [text for text in said if text.startswith("reading")] == [f"reading {n} mails and {k} loose sentences" for k in (0, 3)]
    for row in rows[:7]:
        found = figures(test, list(models[row["added"]].classify(e.text for e in test)))
        assert {figure: row[f"test_{figure}"] for figure in FIGURES} == {figure: found[figure] for figure in FIGURES}
        assert row["megabytes"] == round(size_of(models[row["added"]]) / 1e6, 1)
    assert all(row["mails_a_second"] > 0 for row in rows)


def test_too_few_mails(mails):
    few = [e for e in mails if e.split == "train" and e.primary != "skills_gap"]
    problem = "there is nothing labelled 'skills_gap' to learn from; every label needs some rows in every fold"
    with pytest.raises(InputError) as error:
        list(ablation(few, [], {"test": mails[:5]}, SMALL_RECIPE))
    assert str(error.value) == f"{len(few)} mails are too few to train on ({problem}). Take a larger share."


def test_measured(monkeypatch):
    times = iter([10.0, 10.5, 20.0, 21.0])
    monkeypatch.setattr(module, "perf_counter", lambda: next(times))
    truth = [Example(str(i), "a few words", label) for i, label in enumerate(["skills_gap", "not_rejection", "not_rejection"])]
    read = []

    def classify(texts):
        read.append(list(texts))
        return (Prediction("skills_gap", 0.75, {}) for _ in read[-1])

    row = measured(classify, {"one": truth, "two": truth[:1]})
    assert [len(texts) for texts in read] == [1, 3, 1, 1]
    ones = {"one_reason_macro_f1": 1.0, "one_reason_accuracy": 1.0, "one_rejection_f1": 0.5}
    ones |= {"one_false_alarms": 2, "one_calibration_error": round(0.75 - 1 / 3, 3)}
    twos = {"two_reason_macro_f1": 1.0, "two_reason_accuracy": 1.0, "two_rejection_f1": 1.0}
    assert row == {**ones, **twos, "two_false_alarms": 0, "two_calibration_error": 0.25, "mails_a_second": 6}


def test_costs_and_sizes(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "inner" / "b").write_bytes(b"123")
    assert folder_size(tmp_path) == 8
    assert costs(2_340_000, 12.6) == {"megabytes": 2.3, "training_seconds": 13}


# what is trained and judged on


def test_share_of(mails):
    train_mails, loose = share_of(mails, LOOSE, 0.5)
    voices = sorted({e.voice for e in mails if e.split == "train"})
    assert {e.voice for e in train_mails} == set(voices[1::2])
    assert {e.split for e in train_mails} == {"train"}
    assert loose == LOOSE[1:2]
    assert share_of(mails, LOOSE, 1.0) == ([e for e in mails if e.split == "train"], LOOSE)


def labelled(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


ROW = {"text": "We chose somebody else.", "primary": "another_candidate"}


def test_labelled_sets(mails, tmp_path):
    said = []
    path = labelled(tmp_path / "mine.jsonl", ROW, {"text": "", "primary": "skills_gap"})
    sets = labelled_sets(mails, [path], said.append)
    assert list(sets) == ["test", "mine"]
    assert sets["test"] == [e for e in mails if e.split == "test"]
    assert [(e.text, e.primary) for e in sets["mine"]] == [(ROW["text"], ROW["primary"])]
    assert said == [f"{path}: 1 rows without a text or a label skipped"]


def test_two_sets_of_one_name(mails, tmp_path):
    path = labelled(tmp_path / "test.jsonl", ROW)
    with pytest.raises(InputError) as error:
        labelled_sets(mails, [path])
    assert str(error.value) == f"{path}: there is a set 'test' already. Give the file another name."


def test_a_set_without_labels(mails, tmp_path):
    path = labelled(tmp_path / "mine.jsonl", {"text": "Hello.", "primary": ""})
    with pytest.raises(InputError) as error:
        labelled_sets(mails, [path])
    assert str(error.value) == f"{path}: no labelled rows. Give a column `label` with {', '.join(LABELS)}."


# the commands


@pytest.fixture
def tiny(monkeypatch, mails):
    """A small corpus in place of the shipped one, and a small recipe."""
    monkeypatch.setattr(examples, "read_corpus", lambda: (mails, LOOSE))
    monkeypatch.setattr(module, "steps", lambda recipe: steps(SMALL_RECIPE)[-2:])
    return mails


def test_the_command(tiny, tmp_path):
    path = labelled(tmp_path / "mine.jsonl", ROW)
    args = ["data", "ablation", "-o", tmp_path / "table.csv", "--also", path]
    result = CliRunner().invoke(cli.main, [str(a) for a in args])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "and extracts of mails\n" in result.stderr
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == columns_of("test", "mine")
    assert [row["added"] for row in rows] == ADDED[-2:]
    assert {row["mails"] for row in rows} == {str(len(corpus.share_of(tiny, [], 1.0)[0]))}


@pytest.mark.parametrize("share", ["0", "1.5"])
def test_a_share_that_is_none(share, tmp_path):
    result = CliRunner().invoke(cli.main, ["data", "ablation", "-o", str(tmp_path / "table.csv"), "--share", share])
    assert result.exit_code == 2
    assert f"Invalid value for '--share': {float(share)} is not in the range 0<x<=1." in result.stderr


# the peers


@pytest.fixture(scope="module")
def peers():
    path = Path(__file__).parent / "benchmarks" / "peers.py"
    spec = importlib.util.spec_from_file_location("peers", path)
    found = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "peers", found)
        spec.loader.exec_module(found)
    return found


def test_the_peers_that_need_nothing_more(peers, mails):
    seen = [e for e in mails if e.split == "train"]
    here = [peer for peer in peers.PEERS if peer.module in ("sklearn", "spacy")]
    rows = list(peers.benchmark(seen, {"seen": seen}, lambda _: None, here))
    assert [row["added"] for row in rows] == [peer.name for peer in here]
    assert [list(row) for row in rows] == [columns_of("seen")] * 2
    assert all(row["seen_reason_macro_f1"] > 0.9 and row["megabytes"] > 0 for row in rows)


def test_a_peer_gives_probabilities(peers, mails, texts):
    trained = peers.tfidf([e.text for e in mails], [e.primary for e in mails])
    for prediction in trained.classify(texts):
        assert list(prediction.scores) == list(LABELS)
        assert sum(prediction.scores.values()) == pytest.approx(1)
        assert prediction.confidence == max(prediction.scores.values()) == prediction.scores[prediction.label]
    assert [p.label for p in trained.classify(texts)] == [e.primary for e in mails if e.split == "test"]


def test_probabilities_in_the_order_of_the_labels(peers):
    given = np.arange(1.0, 7.0)[None, :]
    expected = given[:, ::-1] / 21
    np.testing.assert_allclose(peers.in_order(given, list(reversed(LABELS))), expected)


def test_a_missing_peer_is_skipped(peers):
    said = []
    missing = replace(peers.PEERS[0], module="no_such_module", package="no-such-package")
    assert list(peers.benchmark([], {}, said.append, [missing])) == []
    assert said == [f"{missing.name}: skipped, since no-such-package is missing. Install it: pip install no-such-package"]


def test_the_command_of_the_peers(peers, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "read_corpus", examples.read_corpus)
    monkeypatch.setattr(peers, "benchmark", lambda mails, sets, say: [{"mails": len(mails)} | {name: len(s) for name, s in sets.items()}])
    args = ["-o", str(tmp_path / "peers.jsonl"), "--also", str(labelled(tmp_path / "mine.jsonl", ROW))]
    assert CliRunner().invoke(peers.main, args).exit_code == 0
    test = sum(e.split == "test" for e in tiny)
    assert json.loads((tmp_path / "peers.jsonl").read_text(encoding="utf-8")) == {"mails": len(tiny) - test, "test": test, "mine": 1}
    result = CliRunner().invoke(peers.main, ["-o", str(tmp_path / "peers.txt")])
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        f"Error: {tmp_path / 'peers.txt'}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx.",
    )
