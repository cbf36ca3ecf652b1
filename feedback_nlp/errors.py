"""The errors a person can meet. Each message says what was found, where, and what to do now, in one line."""

from __future__ import annotations


class FeedbackError(Exception):
    """Base of all errors that the command line shows as one line."""


class InputError(FeedbackError):
    """What was given to read can't be read."""


class MissingColumnError(InputError):
    """A table has no column of the name that is needed."""


class NoDraftError(InputError):
    """No mail should be written in answer to what was given."""


class OutputError(FeedbackError):
    """What was asked for can't be written."""


class ModelError(FeedbackError):
    """A model is missing, damaged, or of another format."""
