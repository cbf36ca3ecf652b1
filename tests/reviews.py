"""Mails to review, and answers to them."""

from feedback_nlp.records import Email, Prediction
from feedback_nlp.review import Question
from feedback_nlp.sentences import split_sentences

LABELS = ("skills_gap", "cultural_fit", "another_candidate", "hiring_freeze", "vague_subjective", "not_rejection")


def prediction(label="skills_gap", secondary=(), **scores):
    given = dict.fromkeys(LABELS, 0.0) | (scores or {label: 1.0})
    return Prediction(label, given[label], given, secondary)


def question(text, said=None, **guess):
    """A question about a mail; `said` has the sentences that give each reason by their numbers."""
    found = {label: frozenset(numbers) for label, numbers in (said or {}).items()}
    email = Email("1", text, "Your application", "Ann Field <ann@oven.example>", "2026-03-04")
    return Question(email, prediction(**guess), tuple(split_sentences(text)), found)
