"""The same mail gets the same answer: whatever is read with it, wherever and however the program runs."""

import json
import os
import shutil
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from feedback_nlp.labels import LABELS
from tests.metamorphic import mails

EXACT = 1e-9
SOME = 120
"""How many mails each process reads."""

# What a process of its own answers: `classify` and `label` of a mailbox, in the locale of its environment.
ANSWER = """
import json, locale, pathlib, sys
locale.setlocale(locale.LC_ALL, "")
import feedback_nlp
from feedback_nlp.cli import main
mailbox, output = sys.argv[1:]
texts = json.loads(sys.stdin.buffer.read())
said = [[p.label, [p.scores.get(name, 0) for name in feedback_nlp.LABELS]] for p in feedback_nlp.load().classify(texts)]
main(["label", mailbox, "-o", output, "-q"], standalone_mode=False)
sys.stdout.buffer.write(json.dumps([said, pathlib.Path(output).read_text(encoding="utf-8")]).encode())
"""


@pytest.fixture(scope="module")
def texts():
    return [e.text for e in mails()]


@pytest.fixture(scope="module")
def alone(model, texts):
    """What is said of each mail that is read alone."""
    return [next(model.classify([text])) for text in texts]


def scores(predictions):
    return [[p.scores.get(label, 0.0) for label in LABELS] for p in predictions]


def assert_same(predictions, others):
    assert [p.label for p in predictions] == [p.label for p in others]
    for some, other in zip(scores(predictions), scores(others), strict=True):
        assert some == pytest.approx(other, rel=0, abs=EXACT)


@pytest.mark.parametrize("size", [7, 100, 634])
def test_whatever_the_batch(model, texts, alone, size):
    assert_same([p for i in range(0, len(texts), size) for p in model.classify(texts[i : i + size])], alone)


def test_whatever_the_order(model, texts, alone):
    assert_same(list(model.classify(reversed(texts)))[::-1], alone)


def test_once_more(model, texts, alone):
    assert_same(list(model.classify(texts)), list(model.classify(texts)))


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory, texts):
    """Some of the mails as an mbox."""
    messages = []
    for number, text in enumerate(texts[:SOME]):
        message = EmailMessage()
        message["From"] = "Ida <ida@mill.example>"
        message["To"] = "me@home.example"
        message["Subject"] = f"Number {number}"
        message["Date"] = "Tue, 03 Mar 2026 10:02:00 +0000"
        message["Message-ID"] = f"<{number}@mill.example>"
        message.set_content(text)
        messages.append(b"From - Tue Mar  3 10:02:00 2026\n" + message.as_bytes() + b"\n")
    path = tmp_path_factory.mktemp("mailbox") / "in.mbox"
    path.write_bytes(b"".join(messages))
    return path


def answered(mailbox, texts, folder, environment, run_in=None):
    output = folder / "out.jsonl"
    settings = os.environ | {"FEEDBACK_NLP_HOME": str(folder / "home")} | environment
    run = [sys.executable, "-c", ANSWER, str(mailbox), str(output)]
    stdin = json.dumps(texts[:SOME]).encode()
    done = subprocess.run(run, input=stdin, capture_output=True, env=settings, cwd=run_in, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    said, rows = json.loads(done.stdout)
    return said, [json.loads(row) for row in rows.splitlines()]


@pytest.fixture(scope="module")
def usual(mailbox, texts, tmp_path_factory):
    """What a process of its own answers, all as usual."""
    return answered(mailbox, texts, tmp_path_factory.mktemp("usual"), {})


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SETTINGS = {
    "locale C": {"LC_ALL": "C"},
    "locale C, without UTF-8 mode": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4242": {"PYTHONHASHSEED": "4242"},
    "one thread": dict.fromkeys(THREADS, "1"),
    "eight threads": dict.fromkeys(THREADS, "8"),
    "time zone": {"TZ": "Pacific/Auckland"},
}


def assert_same_answers(answers, others):
    (said, rows), (usually_said, usual_rows) = answers, others
    assert [label for label, _ in said] == [label for label, _ in usually_said]
    for (_, some), (_, other) in zip(said, usually_said, strict=True):
        assert some == pytest.approx(other, rel=0, abs=EXACT)
    assert rows == usual_rows


def test_some_mails_are_there(usual):
    said, rows = usual
    assert (len(said), len(rows)) == (SOME, SOME)
    assert {row["label"] for row in rows} == set(LABELS)


@pytest.mark.parametrize("environment", SETTINGS.values(), ids=SETTINGS)
def test_whatever_the_settings(mailbox, texts, usual, tmp_path, environment):
    assert_same_answers(answered(mailbox, texts, tmp_path, environment), usual)


def test_wherever_it_runs(mailbox, texts, usual, tmp_path):
    (tmp_path / "feedback").mkdir()
    assert_same_answers(answered(mailbox, texts, tmp_path, {}, run_in=tmp_path / "feedback"), usual)


@pytest.mark.parametrize("name", ["de_DE", "tr_TR"])
def test_whatever_the_locale(mailbox, texts, usual, tmp_path, name):
    described = Path("/usr/share/i18n/locales") / name
    if not (shutil.which("localedef") and described.exists()):
        pytest.skip(f"this system can't make the locale {name}")
    subprocess.run(["localedef", "-i", name, "-f", "UTF-8", str(tmp_path / f"{name}.UTF-8")], check=False, capture_output=True)
    environment = {"LOCPATH": str(tmp_path), "LC_ALL": f"{name}.UTF-8", "LANG": f"{name}.UTF-8"}
    assert_same_answers(answered(mailbox, texts, tmp_path, environment), usual)
