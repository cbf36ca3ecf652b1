"""`python -m feedback_nlp` is the same as `feedback-nlp`."""

from feedback_nlp.cli import main

main(prog_name="feedback-nlp")
