"""A small corpus and a model trained on it: once a process, also where pytest runs in it again and again, as mutmut has it do."""

from functools import cache

from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS
from feedback_nlp.training import Recipe, train

SMALL_RECIPE = Recipe(
    not_rejection_weight=1.0,
    limits={"words": 2000, "characters": 2000, "context": 1000, "mail": 2000},
    least_senders=2,
    sentence_c=1.0,
    mail_c=1.0,
    folds=2,
)


@cache
def small_rows():
    mails, _ = read_corpus()

    def first(split, label, number):
        return [e for e in mails if (e.split, e.primary) == (split, label) and e.sentences][:number]

    return [e for label in LABELS for e in [*first("train", label, 30), *first("test", label, 4)]]


@cache
def small_trained():
    return train(small_rows(), recipe=SMALL_RECIPE)
