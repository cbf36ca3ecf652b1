"""The errors a person can meet. Each message says what was found, where, and what to do now, in one line."""

from __future__ import annotations

import traceback
from pathlib import Path


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


def kind_and_place(error: BaseException) -> str:
    """What an error of the program is and where in it, without its message, in which words of a mail may stand."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    return f"{type(error).__name__} at {place}"
