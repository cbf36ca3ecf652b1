import pytest
from hypothesis import settings

import feedback_nlp
from feedback_nlp.training import train
from tests.browsers import chromium
from tests.small import SMALL_RECIPE, small_rows, small_trained

__all__ = ["SMALL_RECIPE", "chromium"]

settings.register_profile("patient", settings(), deadline=None)  # how long an example takes is the machine's business
settings.load_profile("patient")


def pytest_configure(config):
    # xdist would hand out the files with the most tests first, and leave one processor alone with the notebooks: few tests, but slow.
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


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
    return small_rows()


@pytest.fixture(scope="session")
def small_model():
    return small_trained()


@pytest.fixture(scope="session")
def corpus(small_corpus):
    """A third of its training rows, and all of its test rows."""
    return [e for i, e in enumerate(small_corpus) if e.split == "test" or i % 3 == 0]


@pytest.fixture(scope="session")
def trained(corpus):
    """Trained on that alone."""
    return train(corpus, recipe=SMALL_RECIPE)
