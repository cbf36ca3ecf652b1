from collections import defaultdict
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from conftest import SMALL_RECIPE
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.adaptation import adapt
from feedback_nlp.features import BLOCKS, MAIL_BLOCK
from feedback_nlp.records import Example
from feedback_nlp.store import load, save
from feedback_nlp.training import prepare_all, prepare_own
from feedback_nlp.widening import new_features, widened

RECIPE = replace(SMALL_RECIPE, least_senders=3)
GERMAN = "Leider haben wir uns für eine andere Person entschieden und wünschen Ihnen viel Glück. Die Stelle mit dem {} ist besetzt."


def mail(word, voice, number=0, text="Hello Ana,\n\nThank you for coming. The job went to our {} at the end of the day.\n\nBest,\nIda"):
    return Example(f"own-{number}-{voice}-{word}", f"{text.format(word)} {number}", "another_candidate", voice=voice)


def rows(word, *voices, **kinds):
    return [mail(word, voice, i, **kinds) for i, voice in enumerate(voices)]


def found(model, own):
    return new_features(model, prepare_own(own, model.preprocessor, RECIPE), RECIPE.least_senders)


@pytest.mark.parametrize(
    ("voices", "is_in"),
    [
        pytest.param(["acme", "borealis", "cardew"], True, id="three senders"),
        pytest.param(["acme", "borealis", "acme", "borealis"], False, id="two senders"),
        pytest.param(["acme"] * 5, False, id="one sender"),
        pytest.param([""] * 5, False, id="nobody knows who"),
        pytest.param(["acme", "borealis", "", ""], True, id="all who are not known are one more"),
        pytest.param(["acme", "", "", ""], False, id="and no more than one"),
        pytest.param(["starter"] * 5, False, id="the corpus' name for many hands"),
    ],
)
def test_a_word_needs_three_senders(voices, is_in, small_model):
    own = rows("quillowby", *voices)
    new = found(small_model, own)
    assert ("quillowby" in new["words"]) is is_in
    assert ("illow" in new["characters"]) is is_in
    assert ("our quillowby" in new[MAIL_BLOCK]) is is_in


@pytest.mark.parametrize(
    ("text", "is_in"), [(GERMAN, False), (f"{GERMAN} {mail('', '').text}", False)], ids=["German", "German and English"]
)
def test_no_word_comes_in_from_another_language(text, is_in, small_model):
    new = found(small_model, rows("ofen", "acme", "borealis", "cardew", text=text))
    assert not {"leider", "stelle", "ofen"} & {*new["words"], *new[MAIL_BLOCK]}


def test_a_name_is_none(small_model):
    new = found(small_model, rows("Quillowby", "acme", "borealis", "cardew"))
    assert not [feature for feature in chain.from_iterable(new.values()) if "quillowby" in feature]
    assert "our <name>" in new["words"]


WORDS = ("quillowby", "brindlewick", "snodgers")


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(["", "acme", "borealis", "cardew"])), min_size=1, max_size=12))
def test_what_comes_in_is_what_enough_senders_used(small_model, pairs):
    new = found(small_model, [mail(word, voice, i) for i, (word, voice) in enumerate(pairs)])
    senders = defaultdict(set)
    for word, voice in pairs:
        senders[word].add(voice)
    assert {word for word in WORDS if word in new["words"]} == {word for word, who in senders.items() if len(who) >= 3}


def test_no_new_features_of_no_mails(small_model):
    assert found(small_model, []) == {name: [] for name in BLOCKS}


def test_a_mail_of_one_sentence_has_no_neighbours(small_model):
    new = found(small_model, rows("quillowby", "acme", "borealis", "cardew", text="The job went to our {} at the end of the day"))
    assert new["context"] == []
    assert "quillowby" in new["words"]


OWN = [*rows("quillowby", "acme", "borealis", "cardew"), *rows("brindlewick", "acme", "acme", "borealis", "borealis")]


def test_what_the_model_has_stays_as_it_is(small_model):
    model, prior = widened(small_model, small_model.prior, prepare_own(OWN, small_model.preprocessor, RECIPE), 3)
    at = {MAIL_BLOCK: prior.mail_energies}
    sizes = [len(model.blocks[name].idf) for name in BLOCKS]
    at |= dict(zip((f"{name} of sentences" for name in BLOCKS), np.split(prior.sentence_energies, np.cumsum(sizes)[:-1]), strict=True))
    old = np.split(small_model.prior.sentence_energies, np.cumsum([len(small_model.blocks[name].idf) for name in BLOCKS])[:-1])
    for name, before, energies in zip(BLOCKS, small_model.blocks.values(), old, strict=True):
        after, n = model.blocks[name], len(before.idf)
        assert list(after.vocabulary.items())[:n] == list(before.vocabulary.items())
        assert list(after.vocabulary.values()) == list(range(len(after.idf)))
        assert len(after.idf) > n
        assert np.array_equal(after.idf[:n], before.idf)
        assert (after.idf[n:] == before.idf.max()).all()
        assert np.array_equal(after.coefficients[:n], before.coefficients)
        assert not after.coefficients[n:].any()
        kept = at[f"{name} of sentences"]
        assert np.array_equal(kept[:n], energies)
        assert not kept[n:].any()
    n = len(small_model.prior.mail_energies)
    assert np.array_equal(at[MAIL_BLOCK][:n], small_model.prior.mail_energies)
    assert len(at[MAIL_BLOCK]) == len(model.blocks[MAIL_BLOCK].idf)


def test_a_block_that_was_left_out_stays_so(small_model):
    empty = replace(
        small_model.blocks["context"], vocabulary={}, idf=np.empty(0), coefficients=small_model.blocks["context"].coefficients[:0]
    )
    assert found(replace(small_model, blocks={**small_model.blocks, "context": empty}), OWN)["context"] == []


@pytest.fixture(scope="module")
def adapted(small_model, small_corpus):
    mails = prepare_all(small_corpus, small_model.preprocessor, RECIPE)
    return adapt(small_model, small_model.prior, mails, OWN, RECIPE, {"digest": "new"})


def test_no_byte_of_the_model_is_what_two_senders_wrote(adapted, tmp_path):
    folder = save(adapted.model, tmp_path / "new")
    with np.load(folder / "arrays.npz") as arrays:
        content = [path.read_bytes() for path in folder.iterdir()] + [arrays[name].tobytes() for name in arrays.files]
    pieces = {word: {word[i : i + 4] for i in range(len(word) - 3)} for word in ("quillowby", "brindlewick")}
    assert all(any(piece.encode() in found for found in content) for piece in pieces["quillowby"])
    assert not any(b"ndlew" in found or b"brindl" in found for found in content)
    assert b"Ana" not in b"".join(content)


def test_the_saved_model_is_the_one_that_was_judged(adapted, tmp_path):
    loaded = load(save(adapted.model, tmp_path / "new"))
    texts = [e.text for e in OWN]
    # Columns are kept in alphabetical order, the new ones among the others: sums differ in the last bit.
    assert np.abs(loaded.predict_proba(texts) - adapted.model.predict_proba(texts)).max() < 1e-12
    assert loaded.vocabularies == {name: sorted(words) for name, words in adapted.model.vocabularies.items()}
    moved = adapted.model.blocks["words"]
    assert moved.coefficients[moved.vocabulary["quillowby"]].any()


def test_a_new_word_tells(small_model, small_corpus, adapted):
    """Beside a model that learnt from the same mails as those of one sender."""
    mails = prepare_all(small_corpus, small_model.preprocessor, RECIPE)
    alone = adapt(small_model, small_model.prior, mails, [replace(e, voice="") for e in OWN], RECIPE, {})
    assert alone.model.vocabularies == small_model.vocabularies
    text = "They say it is now with a quillowby."
    column = list(adapted.model.classes_).index("another_candidate")
    without, learnt = (model.predict_proba([text])[0, column] for model in (alone.model, adapted.model))
    assert learnt > without


def test_own_rows_weigh_and_stand_alone_whoever_sent_them(small_model):
    documents = prepare_own(OWN, small_model.preprocessor, RECIPE)
    assert {d.weight for d in documents} == {RECIPE.own_weight}
    assert sorted(d.group for d in documents) == sorted(e.id for e in OWN)
    assert {d.sender for d in documents} == {"acme", "borealis", "cardew"}
