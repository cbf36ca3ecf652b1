from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp import columns
from feedback_nlp.columns import Columns
from feedback_nlp.examples import read_corpus
from feedback_nlp.features import BLOCKS, MAIL_BLOCK, block_features
from feedback_nlp.records import Sentence

TOKENS = ["we", "..", "a..b", "a", "b", "...", "a...b", "none", "<s>", "</s>", "at:0", "p:none", "<name>", "''", "x" * 40, "\u00e9"]
DOCUMENTS = st.lists(st.lists(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=7), min_size=1, max_size=4), max_size=5)


def read(documents):
    return [[Sentence(0, 0, tuple(tokens)) for tokens in document] for document in documents]


def expected(vocabularies, documents):
    """By the definition: every feature's string is looked up."""
    found = {}
    for name, vocabulary in vocabularies.items():
        items = [(d, i) for d in documents for i in range(1 if name == MAIL_BLOCK else len(d))]
        known = ((row, vocabulary.get(f)) for row, (d, i) in enumerate(items) for f in block_features(name, d, i))
        found[name] = Counter((row, column) for row, column in known if column is not None)
    return found


def counted(found):
    return {name: Counter(zip(of.rows.tolist(), of.values.tolist(), strict=True)) for name, of in found.items()}


@settings(max_examples=300)
@given(DOCUMENTS, DOCUMENTS, st.randoms(use_true_random=False))
def test_both_ways_find_what_the_definition_says(known, asked, random):
    vocabularies = {}
    for name in BLOCKS:
        features = sorted({f for d in read(known) for i in range(len(d)) for f in block_features(name, d, i)})
        vocabularies[name] = {f: i for i, f in enumerate(random.sample(features, len(features) // 2 + len(features) % 2))}
    finder, documents = Columns(vocabularies), read(known + asked)
    assert counted(finder.of_few(documents)) == counted(finder.of_many(documents)) == expected(vocabularies, documents)


def test_on_the_corpus_with_the_shipped_vocabulary(model):
    vocabularies = {name: block.vocabulary for name, block in model.blocks.items()}
    texts = [e.text for e in read_corpus()[0] if e.split == "test"][:100]
    documents = [sentences for text in texts if (sentences := model.preprocessor(text))]
    finder = Columns(vocabularies)
    assert counted(finder.of_many(documents)) == counted(finder.of_few(documents)) == expected(vocabularies, documents)


def test_many_are_found_with_arrays(monkeypatch):
    monkeypatch.setattr(columns, "_FEW", 2)
    finder, asked = Columns({"words": {"we": 0}}), []
    for name in ("of_few", "of_many"):
        monkeypatch.setattr(finder, name, lambda documents, name=name: asked.append((name, len(documents))))
    for documents in (1, 1, 1, 4):
        finder.of(read([[["we"]]] * documents))
    assert asked == [("of_few", 1), ("of_few", 1), ("of_many", 1), ("of_many", 4)]


def test_too_many_tokens_are_found_by_their_strings(monkeypatch):
    monkeypatch.setattr(columns, "_FEW", 0)
    monkeypatch.setattr(columns, "_BITS", 1)
    finder = Columns({"words": {"we": 0, "a b": 1}})
    monkeypatch.setattr(finder, "of_many", None)
    assert counted(finder.of(read([[["a", "b"]]]))) == {"words": Counter({(0, 1): 1})}


def test_few_letters_are_remembered(monkeypatch):
    monkeypatch.setattr(columns, "_MOST_REMEMBERED", 3)
    finder = Columns({"characters": {" ab": 0, " cd": 1}})
    documents = read([[["ab", "cd", "ef", "gh", "ij", "ab"]]])
    assert counted(finder.of_many(documents)) == {"characters": Counter({(0, 0): 2, (0, 1): 1})}


def test_both_ways_give_the_same_probabilities(model, monkeypatch):
    texts = [e.text for e in read_corpus()[0] if e.split == "test"][:60]
    few = model.predict_proba(texts)
    monkeypatch.setattr(columns, "_FEW", 0)
    many = model.predict_proba(texts)
    assert np.abs(few - many).max() < 1e-12
