import json
import os
import subprocess
import sys

import pytest

CHOSEN = "Dear Sam, we are sorry to tell you that we have chosen another candidate for the post."
ODD = "zworb glimf krell dorvan spliff trazzle mooph quindle brafft skorn"


def process(*arguments, **options):
    command = [sys.executable, "-m", "feedback_nlp", *map(str, arguments)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False, **options)


def mailbox(path, number):
    """Rejections in unusual words, no two alike."""
    words = ODD.split()
    texts = (f"{CHOSEN} The {words[n % 10]} of the {words[n // 10]} and the {words[n % 9]} was good to see." for n in range(number))
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def test_without_a_terminal(tmp_path):
    done = process("review", mailbox(tmp_path / "in.jsonl", 3))
    message = "Error: review needs a terminal. Without one, label in a table: feedback-nlp add FILE\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("number", "quiet", "noted"),
    [
        pytest.param(30, [], True, id="30 in unusual words"),
        pytest.param(5, [], False, id="five never raise it"),
        pytest.param(30, ["--quiet"], False, id="quiet"),
    ],
)
def test_label_says_where_an_inbox_differs(number, quiet, noted, tmp_path):
    path = mailbox(tmp_path / "in.jsonl", number)
    done = process("label", path, "-o", tmp_path / "out.jsonl", *quiet)
    assert done.returncode == 0
    share = "More rejections than usual are in words that the model does not know: 100%, where 8% were when the model was tested."
    assert (share in done.stderr.splitlines()) is noted
    assert (f"Teach it yours, 10 answers help most: feedback-nlp review {path}" in done.stderr.splitlines()) is noted
    assert "unusual" not in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_an_error_before_the_screen_is_one_line(tmp_path):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "feedback_nlp", "review", "nothing.mbox"]
    done = subprocess.run(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1].startswith("Error: nothing.mbox ")
