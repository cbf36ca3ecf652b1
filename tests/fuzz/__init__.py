"""Hostile input, made by chance, through everything that reads a mail.

python -m tests.fuzz --seconds 60 --seed 1             by mutations of the seeds and of what gave new answers
python -m tests.fuzz --seconds 60 --guided             the same mutations, led by coverage (pip install atheris)

mutation    mutated(data, other, random)        bytes of one mail or table made into others
targets     TARGETS                             what is run on them, and what must hold
seeds       what it starts from: made mails, and every fault that was found
"""
