import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from feedback_nlp.features import (
    BLOCKS,
    MAIL_BLOCK,
    block_features,
    character_features,
    context_features,
    document_features,
    mail_features,
    word_features,
)
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, SENTENCE_LABELS
from feedback_nlp.records import Sentence

K = len(SENTENCE_LABELS)


def sentence(words):
    return Sentence(0, len(words), tuple(words.split()))


@pytest.mark.parametrize(
    ("words", "features"),
    [
        pytest.param("", ["<s> </s>"], id="empty"),
        pytest.param("no", ["no", "<s> no", "no </s>", "<s> no </s>"], id="one-word"),
        pytest.param(
            "no no luck",
            ["no", "no", "luck", "<s> no", "no no", "no luck", "luck </s>", "<s> no no", "no no luck", "no luck </s>"],
            id="repeats-stay",
        ),
    ],
)
def test_word_features_in_a_row(words, features):
    assert [f for f in word_features(sentence(words)) if ".." not in f] == features


@pytest.mark.parametrize(
    ("token", "features"),
    [
        pytest.param("no", (" no", "no ", " no "), id="short"),
        pytest.param("luck", (" lu", "luc", "uck", "ck ", " luc", "luck", "uck ", " luck", "luck "), id="word"),
        pytest.param("'s", (" 's", "'s ", " 's "), id="contraction"),
        pytest.param("a", (" a ",), id="letter"),
        pytest.param("<name>", (), id="mask"),
        pytest.param(",", (), id="mark"),
        pytest.param("...", (), id="dots"),
    ],
)
def test_character_features(token, features):
    assert character_features(token) == features


MAIL = [sentence("hi <name> ,"), sentence("no luck"), sentence("bye")]


@pytest.mark.parametrize(
    ("i", "features"),
    [
        pytest.param(0, ["n:no", "n:luck", "n:no luck", "p:none", "at:0", "left:2", "length:0"], id="first"),
        pytest.param(1, ["p:hi", "p:<name>", "p:,", "p:hi <name>", "p:<name> ,", "n:bye", "at:1", "left:1", "length:0"], id="middle"),
        pytest.param(2, ["p:no", "p:luck", "p:no luck", "n:none", "at:2", "left:0", "length:0"], id="last"),
    ],
)
def test_context_features(i, features):
    assert list(context_features(MAIL, i)) == features


@pytest.mark.parametrize(
    ("before", "after", "length", "features"),
    [
        pytest.param(0, 1, 4, ["at:0", "left:1", "length:0"], id="first"),
        pytest.param(3, 3, 5, ["at:3", "left:3", "length:1"], id="at-the-bounds"),
        pytest.param(9, 8, 99, ["at:3", "left:3", "length:6"], id="beyond-the-bounds"),
    ],
)
def test_context_says_where_and_how_long(before, after, length, features):
    mail = [*[sentence("x")] * before, sentence("y " * length), *[sentence("z")] * after]
    assert list(context_features(mail, before))[-3:] == features


def test_a_sentence_that_stands_alone_has_no_context():
    assert list(context_features([sentence("no luck")], 0)) == []


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param("words", list(word_features(MAIL[1])), id="words"),
        pytest.param("characters", [*character_features("no"), *character_features("luck")], id="characters"),
        pytest.param("context", list(context_features(MAIL, 1)), id="context"),
        pytest.param("mail", list(mail_features(MAIL)), id="mail"),
    ],
)
def test_block_features(block, expected):
    assert expected
    assert list(block_features(block, MAIL, 1)) == expected


def test_mail_features():
    assert list(mail_features([])) == []
    assert list(mail_features([sentence("no luck"), sentence("bye")])) == [
        "no", "luck", "</s>", "bye", "</s>",
        "no luck", "luck </s>", "</s> bye", "bye </s>",
        "no luck </s>", "luck </s> bye", "</s> bye </s>",
    ]  # fmt: skip


def test_blocks():
    assert BLOCKS == ("words", "characters", "context", "mail")
    assert MAIL_BLOCK in BLOCKS


def logit(p):
    return np.log(p / (1 - p))


WIDTHS = {"first": K, "second": K, "any": K, "share": K, "where": K - 2, "pairs": K * (K - 1) // 2}
TAIL = {"length": 1, "mail": len(LABELS), "mentions": len(CONCRETE_REASONS)}


def parts(p, mail, mention=0.5):
    """The pieces of a document's features by name; "others" are those between the pairs and the length. Every sentence mentions
    every reason with the same chance.
    """
    features = document_features(np.array(p, dtype=float), np.full((len(p), len(CONCRETE_REASONS)), mention), np.array(mail, dtype=float))
    widths = WIDTHS | {"others": len(features) - sum(WIDTHS.values()) - sum(TAIL.values())} | TAIL
    assert widths["others"] >= 0
    return dict(zip(widths, np.split(features, np.cumsum([*widths.values()])[:-1]), strict=True))


EVEN = np.full(len(LABELS), 1 / len(LABELS))


def rows(*first_label):
    """Sentences whose first label has the given probabilities, the others an equal share of the rest."""
    return [[p, *[(1 - p) / (K - 1)] * (K - 1)] for p in first_label]


def test_document_features_of_one_sentence():
    got = parts(rows(0.7), EVEN)
    rest = 0.3 / (K - 1)
    assert got["first"] == pytest.approx([logit(0.7), *[logit(rest)] * (K - 1)])
    assert got["second"] == pytest.approx([logit(rest)] * K)
    assert got["any"] == pytest.approx(got["first"])
    assert got["share"] == pytest.approx([0.7, *[rest] * (K - 1)])
    assert got["where"] == pytest.approx([0] * (K - 2))
    assert got["pairs"] == pytest.approx([rest] * (K * (K - 1) // 2))
    assert got["length"] == pytest.approx([np.log(2)])
    assert got["mail"] == pytest.approx(logit(EVEN))
    # The second to fifth label turn somebody down too; of these the first reason is beside four, each of the others beside .7 and three.
    assert got["mentions"] == pytest.approx([logit(0.5 * 4 * rest), *[logit(0.5 * (0.7 + 3 * rest))] * (len(CONCRETE_REASONS) - 1)])


def test_document_features_of_three_sentences():
    got = parts(rows(0.1, 0.5, 0.8), EVEN)
    assert got["first"][0] == pytest.approx(logit(0.8))
    assert got["second"][0] == pytest.approx(logit(0.5))
    assert got["any"][0] == pytest.approx(logit(1 - 0.9 * 0.5 * 0.2))
    assert got["share"][0] == pytest.approx(1.4 / 3)
    assert got["where"] == pytest.approx([1, *[0] * (K - 3)])
    assert got["length"] == pytest.approx([np.log(4)])


@pytest.mark.parametrize(
    ("first_label", "where"),
    [
        pytest.param([0.9, 0.1, 0.1], 0, id="first"),
        pytest.param([0.1, 0.9, 0.1], 0.5, id="middle"),
        pytest.param([0.1, 0.1, 0.9], 1, id="last"),
        pytest.param([0.1, 0.1, 0.19], 0, id="too-weak"),
    ],
)
def test_where_the_strongest_sentence_stands(first_label, where):
    assert parts(rows(*first_label), EVEN)["where"][0] == pytest.approx(where)


def test_certainties_stay_finite():
    got, never = (parts(np.eye(K), np.eye(len(LABELS))[0], mention) for mention in (1, 0))
    assert got["mentions"] == pytest.approx([logit(1 - 1e-4)] * len(CONCRETE_REASONS))
    assert never["mentions"] == pytest.approx([logit(1e-4)] * len(CONCRETE_REASONS))
    assert got["first"] == pytest.approx([logit(1 - 1e-4)] * K)
    assert got["mail"] == pytest.approx([logit(1 - 1e-4), *[logit(1e-4)] * (len(LABELS) - 1)])


CHANCES = st.floats(0, 1, width=32)


@given(
    st.integers(1, 8).flatmap(lambda n: arrays.arrays(float, (n, K), elements=CHANCES)),
    arrays.arrays(float, len(LABELS), elements=CHANCES),
    st.randoms(use_true_random=False),
)
def test_document_features_of_any_chances(p, mail, random):
    got = parts(p, mail)
    assert all(np.isfinite(values).all() for values in got.values())
    assert (got["second"] <= got["first"] + 1e-3).all()
    assert (got["any"] >= got["first"] - 1e-9).all()
    order = random.sample(range(len(p)), len(p))
    shuffled = parts(p[order], mail)
    assert all(shuffled[name] == pytest.approx(got[name]) for name in got if name != "where")  # only `where` asks for the order
