"""What a person teaches leaves no name of theirs: not in a version of the model, nor in what is learnt of a label of their own."""

import json

import pytest
from conftest import SMALL_RECIPE
from test_training import bytes_of

from feedback_nlp import retraining, store
from feedback_nlp.collection import human_labels, path_of_collection
from feedback_nlp.examples import read_labelled
from feedback_nlp.retraining import retrain
from feedback_nlp.tagging import FEWEST, open_tagger
from feedback_nlp.tags import add_tag

NAMES = [
    *("ngozichukwu", "xóchitlalli", "nguyễnphương", "tāmatirangi", "þorbjörgsdóttir", "okwudilichukwu", "wìyàkšíča", "oyéwùmí"),
    *("владиславагор", "ελευθερίανα", "عبدالرحيمخان", "מרדכיאלחנן", "ถนอมจิตรา", "आकांक्षिनी", "박하늘빛나", "佐々木桜子", "ႇသီရိ", "አስቴርወርቅ"),
]
"""Lower-case names, in Latin and other scripts, that no mail of the corpus holds."""


def mails(corpus):
    """Mails of the corpus with each name in a greeting, in sentences and below them, as if it were a word."""
    for number, (name, e) in enumerate(zip(NAMES * 2, corpus[:: len(corpus) // (2 * len(NAMES))], strict=False)):
        other = NAMES[(number + 1) % len(NAMES)]
        text = f"hi {name},\n\nsorry, {name} and {other} chose {name} for the {name} role.\n\n{e.text}\n\n{name} {other}.{name}"
        yield {"text": text, "label": e.primary, "own_labels": ["visa"] if number % 2 else []}


def forms(name):
    """The ways in which bytes may hold a name."""
    return {name.encode(), name.encode("utf-16-le"), name.encode("utf-32-le"), ascii(name)[1:-1].encode(), json.dumps(name)[1:-1].encode()}


def found_in(folder):
    """The names that a file of a folder holds, in the file's bytes or in what it packs."""
    content = {path: bytes_of(path).lower() for path in folder.rglob("*") if path.is_file()}
    return {(path.name, name) for path, held in content.items() for name in NAMES for form in forms(name) if form in held}


@pytest.fixture
def table(tmp_path, corpus, trained, monkeypatch):
    """The mails in a table, where a small model is the shipped one."""
    monkeypatch.setattr(retraining, "read_corpus", lambda: (corpus, []))
    monkeypatch.setattr(retraining, "Recipe", lambda: SMALL_RECIPE)
    monkeypatch.setattr(store, "shipped", lambda name: tmp_path / "shipped" / name)
    store.save(trained, tmp_path / "shipped" / "models" / "default")
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in mails(corpus)), encoding="utf-8")
    return path


def test_no_byte_of_a_retrained_version_holds_a_name(table, corpus, home):
    assert not [name for e in corpus for name in NAMES if name in e.text.lower()]
    said = []
    result = retrain([table], force=True, say=said.append)
    assert result.used
    assert len(list(read_labelled([table]))) == 2 * len(NAMES)
    version = home / "models" / result.new_name
    assert {path.name for path in version.iterdir()} >= {"arrays.npz", "manifest.json", "README.md"}
    assert found_in(home / "models") == set()
    assert not [name for name in NAMES for line in said if name in line]
    assert {name for _, name in found_in(path_of_collection().parent)} == set(NAMES)  # the search finds them where they are kept


def test_no_byte_of_what_is_learnt_of_an_own_label_holds_a_name(table, trained, home):
    add_tag("visa", "no work permit", None)
    retrain([table], force=True)
    tagger = open_tagger(trained, human_labels())
    assert len(NAMES) >= FEWEST
    assert [state.missing for state in tagger.states] == [0]
    learnt = [folder for folder in home.rglob("visa") if folder.is_dir()]
    assert learnt
    assert [found_in(folder) for folder in learnt] == [set()] * len(learnt)
    assert all(len(list(folder.iterdir())) >= 2 for folder in learnt)
