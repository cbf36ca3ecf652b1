import pytest

import feedback_nlp
from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS
from feedback_nlp.training import Recipe, train
from tests.browsers import chromium

__all__ = ["chromium"]

SMALL_RECIPE = Recipe(
    limits={"words": 2000, "characters": 2000, "context": 1000, "mail": 2000}, least_senders=2, sentence_c=1.0, mail_c=1.0, folds=2
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("FEEDBACK_NLP_HOME", str(folder))
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    # Session fixtures come before `home`: the developer's own models must not be read here either.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDBACK_NLP_HOME", str(tmp_path_factory.mktemp("home")))
        return feedback_nlp.load()


@pytest.fixture(scope="session")
def small_corpus():
    mails, _ = read_corpus()

    def first(split, label, number):
        return [e for e in mails if (e.split, e.primary) == (split, label) and e.sentences][:number]

    return [e for label in LABELS for e in [*first("train", label, 30), *first("test", label, 4)]]


@pytest.fixture(scope="session")
def small_model(small_corpus):
    return train(small_corpus, recipe=SMALL_RECIPE)


@pytest.fixture(scope="session")
def corpus(small_corpus):
    """A third of its training rows, and all of its test rows."""
    return [e for i, e in enumerate(small_corpus) if e.split == "test" or i % 3 == 0]


@pytest.fixture(scope="session")
def trained(corpus):
    """Trained on that alone."""
    return train(corpus, recipe=SMALL_RECIPE)
