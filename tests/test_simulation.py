from dataclasses import replace

import pytest
from conftest import SMALL_RECIPE

from feedback_nlp.labels import LABELS
from feedback_nlp.records import Example
from feedback_nlp.simulation import _again, base_without, own_weights, people_of
from feedback_nlp.training import train

REASON = {label: f"word{i}" for i, label in enumerate(LABELS)}


def voice(name, per_label=10, split="train"):
    return [
        Example(f"{name}-{label}-{n}", f"Hello {name}. This is {REASON[label]} {n}. Bye.", label, voice=name, split=split)
        for label in LABELS
        for n in range(per_label)
    ]


def test_people_have_enough_mails_of_every_label():
    few, lopsided = voice("few", 9), [e for e in voice("lopsided", 20) if e.primary != LABELS[0] or e.id[-1] < "2"]
    mails = [*voice("a"), *voice("b"), *few, *voice("tested", split="test"), *voice("starter"), *voice(""), *lopsided]
    people = people_of(mails)
    assert list(people) == ["a", "b"]
    assert all(len(theirs) == 60 for theirs in people.values())


def test_people_are_drawn_from_all():
    mails = [e for i in range(17) for e in voice(f"v{i:02}")]
    assert list(people_of(mails)) == [f"v{i:02}" for i in range(0, 16, 2)]


def test_again_has_the_same_core(small_model):
    mail = Example("1", "Dear Ana,\n\nThank you for coming. We chose Bo. The post is gone. Good luck.\n\nIda", LABELS[0])
    text = _again(mail, small_model).text
    assert "We chose Bo. The post is gone." in text
    assert "Dear Ana" not in text
    short = replace(mail, text="We chose Bo.")
    assert _again(short, small_model).text == "Hello there,\n\nWe chose Bo."


@pytest.fixture(scope="module")
def simulated(small_corpus):
    """Two people made of the corpus' own mails, half of them each."""
    train_mails = [e for e in small_corpus if e.split == "train"]
    people = {name: [replace(e, voice=name) for e in train_mails[i::4]] for i, name in enumerate(("a", "b"))}
    rest = [e for i in (2, 3) for e in train_mails[i::4]]
    base, kept = base_without(people, [*rest, *people["a"], *people["b"]], [], SMALL_RECIPE, lambda _: None)
    assert sorted(e.id for e in kept) == sorted(e.id for e in rest)
    return own_weights(people, base, rest, SMALL_RECIPE, (1.0, 8.0))


def test_a_row_for_each_weight(simulated):
    assert [row["weight"] for row in simulated] == [0.0, 1.0, 8.0]
    assert len({(row["again_judged"], row["own_judged"], row["others_judged"]) for row in simulated}) == 1
    unchanged = simulated[0]
    assert all(unchanged[f"{kind}_{what}"] == 0 for kind in ("again", "own", "others") for what in ("gained", "lost"))
    for row in simulated:
        for kind in ("again", "own", "others"):
            assert row[f"{kind}_right"] == unchanged[f"{kind}_right"] + row[f"{kind}_gained"] - row[f"{kind}_lost"]
            assert 0 <= row[f"{kind}_reason_macro_f1"] <= 1


def test_what_was_given_is_known_again(simulated):
    unchanged, learnt, _ = simulated
    assert learnt["again_right"] > unchanged["again_right"]
    assert learnt["again_surprise"] < unchanged["again_surprise"]


def test_a_model_without_a_prior_is_refused(small_corpus):
    base = replace(train(small_corpus, recipe=SMALL_RECIPE), prior=None)
    with pytest.raises(ValueError, match="the model has no prior: it was loaded, not trained"):
        own_weights({}, base, small_corpus, SMALL_RECIPE)
