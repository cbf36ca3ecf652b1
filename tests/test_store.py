import io
import json
import pickle
import re
import shutil
import tracemalloc
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest

from feedback_nlp.arrays import read_arrays
from feedback_nlp.card import model_card
from feedback_nlp.errors import ModelError
from feedback_nlp.evaluation import evaluate
from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example, Prediction
from feedback_nlp.store import (
    SHIPPED,
    current,
    folder_of,
    learnt_from_own,
    load,
    load_prior,
    load_version,
    manifest_of,
    only_one,
    origin_of,
    path_of,
    prune,
    roll_back,
    save,
    save_prior,
    shipped,
    unused,
    use,
    versions,
)
from feedback_nlp.training import prior_digest


@pytest.fixture(scope="session")
def saved(small_model, tmp_path_factory):
    return save(small_model, tmp_path_factory.mktemp("saved") / "version")


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "version")


def test_a_saved_model_gives_equal_probabilities(saved, small_model, small_corpus):
    texts = [e.text for e in small_corpus] + ["", "No.", "Leider haben wir uns für jemand anderen entschieden.", "a" * 5000]
    assert np.array_equal(load(saved).predict_proba(texts), small_model.predict_proba(texts))
    assert list(load(saved).classify(texts)) == list(small_model.classify(texts))


def test_what_is_saved(saved, small_model):
    assert sorted(p.name for p in saved.iterdir()) == ["README.md", "arrays.npz", "manifest.json", "prior.npz"]
    assert (saved / "README.md").read_text(encoding="utf-8") == model_card(small_model)
    manifest = manifest_of(saved)
    assert {name: manifest[name] for name in ("format", "labels", "digest")} == {
        "format": 4,
        "labels": list(LABELS),
        "digest": small_model.manifest["digest"],
    }
    assert set(manifest["libraries"]) == {"scikit-learn", "spacy", "numpy"}


def test_an_evaluation_enters_the_card(small_model, tmp_path):
    evaluation = evaluate([Example("1", "a", LABELS[0])], [Prediction(LABELS[0], 0.9, {})])
    folder = save(replace(small_model, prior=None), tmp_path / "version", evaluation)
    assert sorted(p.name for p in folder.iterdir()) == ["README.md", "arrays.npz", "calibration.svg", "manifest.json"]
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(small_model, evaluation, "calibration.svg")
    assert load(folder).manifest["digest"] == small_model.manifest["digest"]


def test_a_version_is_never_overwritten(folder, small_model):
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(ModelError, match=r"version is there already; a version is never overwritten\.$"):
        save(small_model, folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_failed_save_leaves_nothing(tmp_path, small_model, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ModelError) as error:
        save(small_model, tmp_path / "new")
    assert str(error.value) == f"{tmp_path / 'new'} can't be written (No space left on device). Set FEEDBACK_NLP_HOME to a folder of yours."
    assert [p.name for p in tmp_path.iterdir()] == []


def test_a_version_where_no_folder_can_be(tmp_path, small_model):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    folder = tmp_path / "file" / "version"
    with pytest.raises(ModelError) as error:
        save(small_model, folder)
    assert str(error.value) == f"{folder} can't be written (Not a directory). Set FEEDBACK_NLP_HOME to a folder of yours."


class Opened:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


def manifest(**change):
    def damage(folder):
        (folder / "manifest.json").write_text(json.dumps(manifest_of(folder) | change), encoding="utf-8")

    return damage


def content(name, data):
    return lambda folder: (folder / name).write_bytes(data)


def without(name):
    return lambda folder: (folder / name).unlink()


def arrays(name="arrays.npz", **change):
    def damage(folder):
        with np.load(folder / name) as old:
            found = {array: old[array] for array in old.files}
        found |= {array: make(found.get(array)) for array, make in change.items()}
        np.savez_compressed(folder / name, **{array: values for array, values in found.items() if values is not None})

    return damage


of_other_features = arrays(
    **{f"{stage}_{part}": lambda a: a[1:] for stage in ("document", "secondary") for part in ("mean", "scale", "coefficients")}
)


def cut_short(folder):
    data = (folder / "arrays.npz").read_bytes()
    (folder / "arrays.npz").write_bytes(data[: len(data) // 2])


def member(make):
    def damage(folder):
        with zipfile.ZipFile(folder / "arrays.npz") as old:
            files = {name: old.read(name) for name in old.namelist()}
        with zipfile.ZipFile(folder / "arrays.npz", "w", zipfile.ZIP_DEFLATED) as new:
            for name, data in files.items():
                new.writestr(name, make(data) if name == "document_mean.npy" else data)

    return damage


def claims(shape):
    def header(_):
        buffer = io.BytesIO()
        np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": shape})
        return buffer.getvalue() + b"\0" * 80

    return member(header)


def unknown_compression(folder):
    data = bytearray((folder / "arrays.npz").read_bytes())
    for at in (match.start() for match in re.finditer(b"PK\x01\x02", data)):
        data[at + 10] = 77
    (folder / "arrays.npz").write_bytes(data)


def bomb(folder):
    with zipfile.ZipFile(folder / "arrays.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("document_mean.npy", b"\0" * (65 * 2**20))


def lying(compression, megabytes=1):
    """An array that unpacks to so much, where the archive declares 200 bytes."""

    def damage(folder):
        with zipfile.ZipFile(folder / "arrays.npz", "w", compression) as archive:
            archive.writestr("document_mean.npy", b"\0" * (megabytes * 2**20))
            archive.getinfo("document_mean.npy").file_size = 200

    return damage


def large_file(folder):
    with open(folder / "arrays.npz", "wb") as file:
        file.truncate(65 * 2**20)


def words(content):
    return arrays(words_words=lambda _: content)


def packed(text):
    return np.frombuffer(text, dtype=np.uint8)


ADVICE = r" Run `feedback-nlp retrain`, or `feedback-nlp models use shipped`\."
NO_MODEL = r"There is no model in .*version \({} is missing\)\." + ADVICE
DAMAGED = r".*{} is damaged (?:or no array file )?\({}\)\." + ADVICE
ARRAY = r".*arrays.npz: array {}\." + ADVICE
WORDS = r".*arrays.npz does not hold the word lists of a model\." + ADVICE
DAMAGE = [
    pytest.param(without("manifest.json"), NO_MODEL.format("manifest.json"), id="no manifest"),
    pytest.param(without("arrays.npz"), NO_MODEL.format("arrays.npz"), id="no arrays"),
    pytest.param(manifest(format=5), r".*version has model format 5; this version reads format 4\." + ADVICE, id="other format"),
    pytest.param(manifest(format=None), r".*version has model format None; this version reads format 4\." + ADVICE, id="no format"),
    pytest.param(manifest(labels=["spam", "ham"]), r".*version was made for other labels\." + ADVICE, id="other labels"),
    pytest.param(manifest(labels=list(LABELS)[::-1]), r".*version was made for other labels\." + ADVICE, id="labels in another order"),
    pytest.param(manifest(labels=5), r".*version was made for other labels\." + ADVICE, id="labels a number"),
    pytest.param(content("manifest.json", b"{"), DAMAGED.format("manifest.json", "JSONDecodeError"), id="manifest cut short"),
    pytest.param(content("manifest.json", b"\xff\xfe"), DAMAGED.format("manifest.json", "UnicodeDecodeError"), id="manifest not UTF-8"),
    pytest.param(content("manifest.json", b"[]"), r".*manifest.json does not hold an object\." + ADVICE, id="manifest a list"),
    pytest.param(content("manifest.json", b"[" * 100_000), DAMAGED.format("manifest.json", "RecursionError"), id="manifest nested"),
    pytest.param(words(None), WORDS, id="no words"),
    pytest.param(words(np.arange(2.0)), WORDS, id="words numbers"),
    pytest.param(words(packed(b"one\nhalf")), WORDS, id="words cut short"),
    pytest.param(words(packed(b"\xff\n")), WORDS, id="words not UTF-8"),
    pytest.param(words(packed(b"a\n")), ARRAY.format(r"words_idf \(float32\(\d+,\)\) does not hold \(1,\) numbers"), id="fewer words"),
    pytest.param(large_file, r".*arrays.npz is larger than 64 MB: not a model of this program\.", id="large file"),
    pytest.param(content("arrays.npz", b""), DAMAGED.format("arrays.npz", "BadZipFile"), id="arrays empty"),
    pytest.param(content("arrays.npz", b"no zip"), DAMAGED.format("arrays.npz", "BadZipFile"), id="arrays no zip"),
    pytest.param(content("arrays.npz", pickle.dumps(Opened())), DAMAGED.format("arrays.npz", "BadZipFile"), id="arrays a pickle"),
    pytest.param(cut_short, DAMAGED.format("arrays.npz", "BadZipFile"), id="arrays cut short"),
    pytest.param(bomb, r".*arrays.npz unpacks to more than 64 MB: not a model of this program\.", id="zip bomb"),
    pytest.param(
        arrays(document_mean=lambda _: np.array([Opened()])), DAMAGED.format("arrays.npz", "ValueError"), id="pickle in the arrays"
    ),
    pytest.param(
        member(lambda _: pickle.dumps(Opened())),
        r".*arrays.npz (?:is damaged|does not hold).*" + ADVICE,
        id="pickle for an array",
    ),
    pytest.param(arrays(document_mean=lambda _: None), r".*arrays.npz does not hold the arrays of a model\." + ADVICE, id="no array"),
    pytest.param(arrays(more=lambda _: np.zeros(1)), r".*arrays.npz does not hold the arrays of a model\." + ADVICE, id="one array more"),
    pytest.param(
        arrays(mail_intercept=lambda a: a[:-1]),
        ARRAY.format(r"mail_intercept \(float64\(5,\)\) does not hold \(6,\) numbers"),
        id="wrong shape",
    ),
    pytest.param(
        arrays(mail_intercept=lambda a: a.astype(int)),
        ARRAY.format(r"mail_intercept \(int64\(6,\)\) does not hold \(6,\) numbers"),
        id="whole numbers",
    ),
    pytest.param(
        arrays(document_mean=lambda a: a[0]),
        r".*arrays.npz: array document_mean \(float64\(\)\) does not hold .*" + ADVICE,
        id="no dimension",
    ),
    pytest.param(arrays(mail_intercept=lambda a: a * np.nan), r".*arrays.npz: array mail_intercept .*" + ADVICE, id="NaN"),
    pytest.param(arrays(mail_intercept=lambda a: a + np.inf), r".*arrays.npz: array mail_intercept .*" + ADVICE, id="infinite"),
    pytest.param(arrays(document_scale=lambda a: a * 0), r".*arrays.npz: array document_scale .*" + ADVICE, id="scale 0"),
    pytest.param(of_other_features, r".*arrays.npz: array document_mean .*" + ADVICE, id="other document features"),
    pytest.param(claims((10**15,)), DAMAGED.format("arrays.npz", r"\w+"), id="array claims 8 PB"),
    pytest.param(claims((10**30,)), DAMAGED.format("arrays.npz", r"\w+"), id="array claims 10**30"),
    pytest.param(claims((-5,)), DAMAGED.format("arrays.npz", "ValueError"), id="array claims -5"),
    pytest.param(unknown_compression, DAMAGED.format("arrays.npz", "NotImplementedError"), id="unknown compression"),
    pytest.param(lying(zipfile.ZIP_DEFLATED), DAMAGED.format("arrays.npz", "BadZipFile"), id="deflated more than declared"),
    pytest.param(lying(zipfile.ZIP_STORED), DAMAGED.format("arrays.npz", r"\w+"), id="stored more than declared"),
    pytest.param(lying(zipfile.ZIP_BZIP2), DAMAGED.format("arrays.npz", "NotImplementedError"), id="bzip2"),
    pytest.param(lying(zipfile.ZIP_LZMA), DAMAGED.format("arrays.npz", "NotImplementedError"), id="LZMA"),
    pytest.param(arrays(document_scale=lambda a: a.astype("<U1")), ARRAY.format(r"document_scale \(<U1.*"), id="scale of letters"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_damaged_models_are_refused(damage, message, folder):
    damage(folder)
    with pytest.raises(ModelError, match=f"^{message}$"):
        load(folder)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["deflated", "bzip2", "LZMA"])
def test_a_lie_about_the_size_takes_no_memory(compression, folder):
    lying(compression, 32)(folder)
    tracemalloc.start()
    with pytest.raises(ModelError):
        read_arrays(folder / "arrays.npz", "")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20


def test_a_model_of_other_library_versions_is_read(folder, small_model):
    manifest(libraries={"scikit-learn": "0.1", "numpy": "99"})(folder)
    text = "Sadly we have chosen another candidate for the role."
    assert np.array_equal(load(folder).predict_proba([text]), small_model.predict_proba([text]))


def test_versions_and_the_one_in_use(home, saved, small_model):
    assert list(versions()) == [SHIPPED]
    assert current() == SHIPPED
    assert path_of() == path_of(SHIPPED) == shipped("models") / "default"
    for name in ("a", "b"):
        save(small_model, home / "models" / name)
    (home / "models" / ".c.part").mkdir()
    (home / "models" / "empty").mkdir()
    assert sorted(versions()) == ["a", "b", SHIPPED]
    use("b")
    assert current() == "b"
    assert path_of() == home / "models" / "b"
    assert load_version().manifest["digest"] == small_model.manifest["digest"]
    use(SHIPPED)
    assert current() == SHIPPED
    assert load_version(str(saved)).manifest["digest"] == small_model.manifest["digest"]


def test_own_versions_come_oldest_first(home, small_model):
    import os

    for time, name in enumerate(("z", "m", "a")):
        os.utime(save(small_model, home / "models" / name), (time, time))
    assert list(versions()) == [SHIPPED, "z", "m", "a"]


@pytest.mark.parametrize("name", ["none", "../models/a", "", "current", ".c.part"])
def test_use_takes_only_versions_that_are_there(name, home, small_model):
    save(small_model, home / "models" / "a")
    use("a")
    with pytest.raises(ModelError) as error:
        use(name)
    assert str(error.value) == f"There is no model {name!r} (there are: shipped, a). See `feedback-nlp models list`."
    assert current() == "a"


def test_use_refuses_a_damaged_version(home, small_model):
    save(small_model, home / "models" / "a")
    (home / "models" / "a" / "arrays.npz").unlink()
    with pytest.raises(ModelError, match=r"arrays\.npz is missing"):
        use("a")
    assert current() == SHIPPED


def test_a_version_in_use_that_is_gone(home):
    (home / "models").mkdir(parents=True)
    (home / "models" / "current").write_text("gone\n", encoding="utf-8")
    with pytest.raises(ModelError) as error:
        load_version()
    assert str(error.value) == "There is no model 'gone' (there are: shipped). See `feedback-nlp models list`."


# the prior


@pytest.fixture
def prior_folder(home, small_model):
    save_prior(small_model.prior)
    return home / "models"


def test_a_prior_that_was_kept(prior_folder, small_model):
    digest = prior_digest(small_model.manifest)
    found = load_prior(digest)
    for name in (f.name for f in fields(found)):
        assert np.array_equal(getattr(found, name), getattr(small_model.prior, name)), name
    assert load_prior(digest + "0") is None


def test_a_prior_is_saved_with_the_model_and_not_read_with_it(saved, small_model, monkeypatch, tmp_path):
    shutil.copytree(saved, tmp_path / "shipped" / "models" / "default")
    monkeypatch.setattr("feedback_nlp.store.shipped", lambda name: tmp_path / "shipped" / name)
    assert load_version(SHIPPED).prior is None
    assert load_prior(prior_digest(small_model.manifest)).digest == small_model.prior.digest


PRIOR = r" Remove it: retraining makes it anew\."
PRIOR_DAMAGE = [
    pytest.param(content("prior.npz", b"no zip"), r".*prior.npz is damaged or no array file \(BadZipFile\)\." + PRIOR, id="no zip"),
    pytest.param(
        content("prior.npz", pickle.dumps(Opened())), r".*prior.npz is damaged or no array file \(BadZipFile\)\." + PRIOR, id="a pickle"
    ),
    pytest.param(
        arrays("prior.npz", mails=lambda _: np.array([Opened()])),
        r".*prior.npz is damaged or no array file \(ValueError\)\." + PRIOR,
        id="pickle in it",
    ),
    *(
        pytest.param(arrays("prior.npz", **change), r".*prior.npz does not hold the arrays of a prior\." + PRIOR, id=name)
        for name, change in {
            "no digest": {"digest": lambda _: None},
            "digest of other numbers": {"digest": lambda a: a.astype(float)},
            "no mails": {"mails": lambda _: None},
            "one array more": {"more": lambda _: np.zeros(1)},
            "other precision": {"mails": lambda a: a.astype(float)},
            "other labels": {"mails": lambda a: a[:, 1:]},
            "no labels": {"mails": lambda a: a[:, 0]},
            "NaN": {"mail_energies": lambda a: a * np.float32("nan")},
        }.items()
    ),
]


@pytest.mark.parametrize(("damage", "message"), PRIOR_DAMAGE)
def test_a_damaged_prior_is_refused(damage, message, prior_folder, small_model):
    damage(prior_folder)
    with pytest.raises(ModelError, match=f"^{message}$"):
        load_prior(prior_digest(small_model.manifest))


def test_a_digest_that_is_no_text_is_not_the_one_looked_for(prior_folder, small_model):
    arrays("prior.npz", digest=lambda a: a | 128)(prior_folder)
    assert load_prior(prior_digest(small_model.manifest)) is None


# which one was in use before, and which are not needed


@pytest.fixture
def three(home, small_model):
    for parent, name in ((SHIPPED, "a"), ("a", "b"), ("b", "c")):
        save(replace(small_model, manifest={**small_model.manifest, "parent": parent}, prior=None), home / "models" / name)
    return home / "models"


def test_roll_back(three):
    for name in ("a", "b", "b", "c"):
        use(name)
    assert (three / "current").read_text(encoding="utf-8") == "a\nb\nc\n"
    assert [roll_back() for _ in range(3)] == ["b", "a", SHIPPED]
    assert (three / "current").read_text(encoding="utf-8") == "shipped\n"
    with pytest.raises(ModelError) as error:
        roll_back()
    assert str(error.value) == "No version was in use before 'shipped'. See `feedback-nlp models list`."
    use("a")
    assert roll_back() == SHIPPED


def test_roll_back_passes_over_versions_that_are_gone(three):
    for name in ("a", "b", "c"):
        use(name)
    shutil.rmtree(three / "b")
    assert roll_back() == "a"


def test_roll_back_refuses_a_damaged_version(three):
    use("a")
    use("b")
    (three / "a" / "arrays.npz").unlink()
    with pytest.raises(ModelError, match=r"arrays\.npz is missing"):
        roll_back()
    assert current() == "b"


def test_a_pointer_of_one_name(three):
    (three / "current").write_text("b", encoding="utf-8")
    assert (current(), roll_back()) == ("b", SHIPPED)


@pytest.mark.parametrize(
    ("in_use", "names"),
    [(SHIPPED, ["a", "b", "c"]), ("a", ["b", "c"]), ("b", ["c"]), ("c", ["a"])],
)
def test_prune(in_use, names, three):
    use(in_use)
    (three / ".d.7.part").mkdir()
    assert sorted(unused()) == names
    assert sorted(prune(unused())) == names
    assert set(versions()) == {SHIPPED, "a", "b", "c"} - set(names)
    assert not (three / ".d.7.part").exists()
    assert current() == in_use
    load_version()


def test_prune_keeps_what_was_taken_into_use_meanwhile(three):
    names = unused()
    use("b")
    assert sorted(prune(names)) == ["c"]


def test_only_one(home):
    with only_one(), pytest.raises(ModelError) as error, only_one():
        pytest.fail("two at once")
    assert str(error.value) == f"Models in {home / 'models'} are being made by another run. Wait until that is done, then try again."
    with only_one():
        pass


def test_only_one_where_nothing_can_be_written(home):
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(ModelError) as error, only_one():
        pytest.fail("not reached")
    assert re.fullmatch(rf"{home / 'models'} can't be written \(.*\)\. Set FEEDBACK_NLP_HOME to a folder of yours\.", str(error.value))


def test_what_a_version_says_of_its_origin(three):
    assert {name: origin_of(three / "b")[name] for name in ("parent", "own", "made")} == {"parent": "a", "own": 0, "made": None}
    said = {"made": "2026-03-04", "parent": "a", "own": 3, "forced": True, "why": "much better"}
    manifest(**said, figures={"macro_f1": 0.5}, lexicon=7)(three / "b")
    assert origin_of(three / "b") == said | {"macro_f1": 0.5}
    manifest(figures=[0.5])(three / "b")
    assert origin_of(three / "b") == said
    (three / "b" / "manifest.json").write_text("{", encoding="utf-8")
    assert origin_of(three / "b") == {}


def test_the_history_of_what_was_in_use_is_kept_in_bounds(three):
    for i in range(103):
        use("ab"[i % 2])
    assert (three / "current").read_text(encoding="utf-8").split("\n") == [*("b", "a") * 50, ""]
    assert current() == "a"


def test_empty_lines_and_repeats_in_the_history(three):
    (three / "current").write_text("\n a \n\na\nb\n\n", encoding="utf-8")
    assert (current(), roll_back(), roll_back()) == ("b", "a", SHIPPED)


def test_a_version_by_its_folder(three, monkeypatch):
    assert folder_of("a") == folder_of(str(three / "a")) == three / "a"
    use("b")
    assert folder_of() == folder_of(None) == path_of() == three / "b"
    with pytest.raises(ModelError, match=r"There is no model 'nowhere' "):
        folder_of("nowhere")
    monkeypatch.chdir(three)
    (three / "c" / "manifest.json").unlink()
    with pytest.raises(ModelError, match=r"There is no model 'c' "):
        folder_of("c")


def test_which_versions_learnt_from_own_mails(three):
    assert learnt_from_own() == []
    manifest(own=3)(three / "b")
    (three / "c" / "manifest.json").write_text("{", encoding="utf-8")
    assert sorted(learnt_from_own()) == ["b", "c"]


def test_no_parent_is_needed_to_tell_what_is_unused(three):
    (three / "a" / "manifest.json").write_text("{}", encoding="utf-8")
    (three / "current").write_text("a\n", encoding="utf-8")
    assert sorted(unused()) == ["b", "c"]


def test_what_cannot_be_removed_stays_without_a_word(three):
    (three / ".d.7.part").write_text("a file where a folder is looked for", encoding="utf-8")
    assert prune(["a"]) == ["a"]
    assert (three / ".d.7.part").is_file()
    assert not list(three.glob(".a.*"))
