from feedback_nlp.cli import main

main(prog_name="feedback-nlp")
