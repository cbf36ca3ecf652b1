import numpy as np
import pytest

import feedback_nlp
from feedback_nlp.labels import SENTENCE_LABELS
from feedback_nlp.marks import Mark, Marked
from feedback_nlp.signal_model import VALUES, Rejected
from feedback_nlp.signal_store import load_signals_from, save_signals
from feedback_nlp.signal_training import SignalRecipe, _threshold, train_signals

GREETINGS = ("Dear Ann,", "Hello Bo,", "Hi there,", "Good day,")
SAYS = {
    ("reply", "no-reply", ""): ("Please do not reply to this mail.", "Do not reply to this message.", "Nobody reads a reply to this mail."),
    ("door", "kept on file", ""): ("We keep your CV on file.", "Your CV stays on file here.", "We hold your file for a year."),
    ("gaps", "skill", "SAP"): ("You have not used SAP.", "Your SAP is thin.", "We miss SAP in your CV."),
}
NOTHING = ("We met on Friday.", "The team liked the talk.", "Many people applied.", "It was a hard choice.")


def marked():
    """Mails by eight hands, each with a sentence that says something and some that don't, and loose sentences."""
    for n in range(96):
        (signal, value, words), sentences = list(SAYS.items())[n % 3]
        first, says = f"{GREETINGS[n % 4]} {NOTHING[n % 4]} ", sentences[n // 3 % 3]
        mark = Mark(len(first), len(first) + len(says), signal, value, words)
        yield Marked(f"m{n:03}", f"{first}{says} {NOTHING[(n + 1) % 4]}", f"hand-{n % 8}", True, (mark,))
    for n, text in enumerate(NOTHING * 3):
        yield Marked(f"s-{n:03}", text, f"s-{n % 3}", False)


RECIPE = SignalRecipe(limits={"words": 500, "characters": 500}, least_uses=1, precision=0.9, least_right=5)


@pytest.fixture(scope="module")
def reason_model():
    return feedback_nlp.load("shipped")


@pytest.fixture(scope="module")
def trained(reason_model):
    return train_signals(list(marked()), {}, reason_model, RECIPE)


def told(trained, reason_model, text, reason=""):
    sentences = reason_model.preprocessor(text)
    labels = reason_model.first_stages([sentences])[0][0]
    (found,) = trained.told([Rejected(sentences, labels, reason, np.zeros((len(sentences), len(VALUES)), bool))])
    return [(signal, value, text[s.start : s.end]) for signal, value, s in found]


def test_learns(trained, reason_model):
    text = "Dear Ann, We met on Friday. We keep your CV on file. The team liked the talk. Please do not reply to this mail."
    assert told(trained, reason_model, text) == [
        ("reply", "no-reply", "Please do not reply to this mail."),
        ("door", "kept on file", "We keep your CV on file."),
    ]
    assert told(trained, reason_model, "The team liked the talk.") == []
    assert trained.told([Rejected([], np.empty((0, len(SENTENCE_LABELS))), "skills_gap", np.zeros((0, len(VALUES)), bool))]) == [[]]


def test_a_phrase_vouches_for_what_the_model_is_not_sure_of(trained, reason_model):
    """A hint at a protected trait is told by its phrase alone; of the rest the chance must not be against it."""
    sentences = reason_model.preprocessor("We met on Friday. The team liked the talk.")
    labels = reason_model.first_stages([sentences])[0][0]
    plain = np.zeros((2, len(VALUES)), bool)
    plain[1, [VALUES.index(("traits", "age")), VALUES.index(("gaps", "pay"))]] = True
    assert trained.told([Rejected(sentences, labels, "", plain)]) == [[("traits", "age", sentences[1])]]


def test_names(trained, reason_model):
    quote = "You have not used SAP."
    assert trained.naming.words(quote, reason_model.preprocessor.words(quote), "gaps", "skill") == "SAP"


def test_what_nobody_says_is_never_told(trained):
    silent = [k for k, value in enumerate(VALUES) if value not in {key[:2] for key in SAYS}]
    assert (trained.thresholds[silent] > 1).all()
    assert trained.manifest["held_out"]["traits: age"] == {"texts": 0, "told": 0, "right": 0, "threshold": 2.0}
    assert trained.manifest["held_out"]["gaps: skill"]["texts"] == 32


def test_chances_of_a_signal_sum_to_at_most_one(trained, reason_model):
    sentences = reason_model.preprocessor("You have not used SAP. We keep it.")
    (chances,) = trained.chances([sentences], [np.full((len(sentences), len(SENTENCE_LABELS)), 1 / len(SENTENCE_LABELS))])
    assert chances.shape == (2, len(VALUES))
    for signal in dict(VALUES):
        columns = [k for k, value in enumerate(VALUES) if value[0] == signal]
        assert (chances[:, columns].sum(axis=1) <= 1 + 1e-12).all()


def test_the_same_again_in_any_order(trained, reason_model):
    again = train_signals(list(marked())[::-1], {}, reason_model, RECIPE)
    assert again.manifest == trained.manifest
    assert (again.intercept == trained.intercept).all()
    assert all((again.blocks[name].coefficients == block.coefficients).all() for name, block in trained.blocks.items())


def test_saved_and_loaded(trained, reason_model, tmp_path):
    save_signals(trained, tmp_path / "signals")
    loaded = load_signals_from(tmp_path / "signals")
    text = "Dear Ann, We met on Friday. You have not used SAP. Many people applied."
    assert told(loaded, reason_model, text) == told(trained, reason_model, text)


@pytest.mark.parametrize(
    ("of_signal", "least"),
    [
        pytest.param([True, True], 0.81, id="the signal is right"),
        pytest.param([True, False], 2.0, id="every other time"),
    ],
)
def test_a_rare_value_is_trusted_as_its_signal_is(of_signal, least):
    """Five texts say it and all are right: too few to tell it, if half of what is told of its signal is wrong."""
    chances = np.array([0.85, 0.84, 0.83, 0.82, 0.81])
    others = np.linspace(0.9, 0.8, 100), np.array(of_signal * 50)
    assert _threshold(chances, np.ones(5, bool), others, SignalRecipe()) == least


@pytest.mark.parametrize(("right", "told"), [(100, 100), (95, 100), (91, 98), (4, 0)])
def test_a_frequent_value_stands_for_itself(right, told):
    """Of a hundred texts the wrong ones are the least likely; of its signal 92 in 100 are right."""
    chances, of_signal = 1 - np.arange(100) / 200, (np.full(100, 2.0), np.arange(100) < 92)
    threshold = _threshold(chances, np.arange(100) < right, of_signal, SignalRecipe())
    assert (chances >= threshold).sum() == told
