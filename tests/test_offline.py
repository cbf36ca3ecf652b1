"""No command reaches the network: each runs with a real input in a process in which any attempt is refused, and noted."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import click
import pytest

from feedback_nlp.cli import main

OFFLINE = Path(__file__).parent / "offline"
MAIL = "Dear Sam,\n\nThank you for applying to the mill.\nSadly we have chosen another candidate for the role.\n\nBest,\nIda\n"
ROWS = [
    ("Hi Ana,\n\nWe gave the job to our trainee.", "another_candidate"),
    ("Hi Ana,\n\nThe whole bakery closes, the role with it.", "hiring_freeze"),
    ("Hi Ana,\n\nYou do not have the licence that the oven needs.", "skills_gap"),
]

COMMANDS = {
    "classify": (["mail.txt", "--explain"], "Somebody else was chosen"),
    "check-reply": (["reply.txt", "--to", "mail.txt"], "to look at again before you send it"),
    "draft": (["mail.txt", "--name", "Sam", "-o", "answer.eml"], "Written to answer.eml"),
    "label": (["in.mbox", "rows.csv", "-o", "out.xlsx", "--silence", "waiting.csv", "--skipped", "skipped.csv"], "Read 5: 5 labelled"),
    "patterns": (["labelled.jsonl"], "What your rejections say together"),
    "report": (["labelled.jsonl", "-o", "report.html", "--plots", "plots"], "Written to report.html"),
    "advice": (["skills_gap"], "What to do next"),
    "add": (["rows.csv"], "3 added"),
    "examples list": ([], "skills_gap"),
    "examples history": ([], "skills_gap"),
    "examples export": (["kept.csv"], "3 labelled mails written to kept.csv"),
    "examples path": ([], "examples.db"),
    "labels add": (["visa", "--meaning", "no work permit"], "visa is a label of yours now."),
    "labels list": ([], "no work permit"),
    "labels remove": (["visa"], "visa is no label of yours any longer."),
    "review": (["rows.csv"], "review needs a terminal."),
    "retrain": (["rows.csv", "--suspects", "suspects.csv", "--force"], "rows: 0 added, 3 known"),
    "evaluate": (["rows.csv", "--plot", "figures.png"], "drawn into figures.png"),
    "models list": ([], "shipped"),
    "models path": ([], "models"),
    "models show": ([], '"digest"'),
    "models diff": (["shipped", "shipped"], "shipped"),
    "models use": (["shipped"], "shipped is in use now."),
    "models rollback": ([], "is in use now."),
    "models prune": (["--yes"], ""),
    "models build": (["built"], "built"),
    "models build-signals": (["built-signals"], "built-signals"),
    "data check": ([], "another_candidate"),
    "data curve": (["-o", "curve.csv"], ""),
    "data own-weight": (["-o", "weights.csv"], ""),
    "data adaptation": (["-o", "adaptation.csv", "--seeds", "1", "--style", "codes"], ""),
    "data wrong-labels": (["-o", "wrong.csv", "--seeds", "1"], ""),
    "data ablation": (["-o", "ablation.csv", "--share", "0.5"], ""),
    "examples delete-all": (["--yes"], "Gone: "),
}
"""What each is given, and what it says; in this order, since some need what others leave."""
REFUSES = {"review": 2}
"""Those that end with another code than 0, as there is no terminal."""
SMALL = {"models build", "data check", "retrain"}
"""Those that read a small corpus."""
SLOW = {"data own-weight", "data adaptation", "data wrong-labels", "data curve", "data ablation", "models build-signals"}
"""Minutes or hours each: only their beginning is run, all of it with FEEDBACK_NLP_SLOW=1."""
BEGINNING = 10.0
"""So many seconds."""


def commands(group=main, path=()):
    for name, command in group.commands.items():
        yield from commands(command, (*path, name)) if isinstance(command, click.Group) else [" ".join((*path, name))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline")
    (folder / "mail.txt").write_text(MAIL, encoding="utf-8")
    (folder / "reply.txt").write_text("Dear Ida,\n\nI disagree with your decision.\n\nSam\n", encoding="utf-8")
    (folder / "rows.csv").write_text("text,label\n" + "".join(f'"{text}",{label}\n' for text, label in ROWS), encoding="utf-8")
    boxes = (f"From - Tue Mar  3 10:02:0{n} 2026\nFrom: ida@mill.example\nSubject: No {n}\n\n{MAIL}\n" for n in range(2))
    (folder / "in.mbox").write_text("".join(boxes), encoding="utf-8")
    done = process(folder, "label", "in.mbox", "-o", "labelled.jsonl", "-q")
    assert done.returncode == 0, done.stderr
    return folder


def environment(folder, **more):
    path = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
    given = {"FEEDBACK_NLP_HOME": str(folder / "home"), "FEEDBACK_NLP_ATTEMPTS": str(folder / "attempts"), "FEEDBACK_NLP_SMALL": ""}
    return os.environ | given | {"PYTHONPATH": path, "MPLBACKEND": "agg"} | more


def process(folder, *arguments, seconds=None, **more):
    command = [sys.executable, "-m", "feedback_nlp", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def attempts(folder):
    noted = folder / "attempts"
    return noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []


def test_every_command_is_here():
    assert {*COMMANDS, "serve"} == set(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_command(name, folder):
    arguments, says = COMMANDS[name]
    small = "1" if name in SMALL else ""
    whole = name not in SLOW or os.environ.get("FEEDBACK_NLP_SLOW")
    try:
        done = process(folder, *name.split(), *arguments, seconds=None if whole else BEGINNING, FEEDBACK_NLP_SMALL=small)
    except subprocess.TimeoutExpired:
        assert not whole
        assert attempts(folder) == []
        return
    assert attempts(folder) == []
    assert done.returncode == REFUSES.get(name, 0), done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows stops processes in another way")
def test_serve_talks_to_this_machine_alone(tmp_path):
    command = [sys.executable, "-m", "feedback_nlp", "serve", "--port", "0"]
    said = tmp_path / "said"
    with said.open("wb") as file:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path, FEEDBACK_NLP_LOOPBACK="1"), stdout=file, stderr=file)
    try:
        for _ in range(1200):
            if found := re.search(r"http://127\.0\.0\.1:\d+/\S*", said.read_text(encoding="utf-8")):
                break
            time.sleep(0.05)
        opened = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({}))
        page = opened.open(found[0], timeout=60).read().decode()
        token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        origin = re.match(r"http://[^/]+", found[0])[0]
        form = urllib.parse.urlencode({"csrf": token, "text": MAIL}).encode()
        page = opened.open(urllib.request.Request(f"{origin}/mails", form, {"Origin": origin}), timeout=120).read().decode()
        assert "Somebody else was chosen" in page
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
    assert attempts(tmp_path) == []


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80))",
        "import socket; socket.getaddrinfo('a.example', 80)",
        "import socket; socket.gethostbyname('a.example')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import urllib.request; urllib.request.urlopen('http://a.example')",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', \"import socket; socket.getaddrinfo('a.example', 80)\"])",
    ],
)
def test_an_attempt_is_refused_and_noted(code, tmp_path):
    subprocess.run([sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, timeout=60, check=False)
    assert len(attempts(tmp_path)) == 1


FAULTS = """
import sys
import {module} as module
from feedback_nlp.cli import main
def broken(*arguments, **options):
    raise {error}
setattr(module, {name!r}, broken)
sys.argv = ["feedback-nlp", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("error", ["ValueError(repr(arguments))", "KeyError('Kjempetrist')"])
@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("feedback_nlp.model", "english_sentences", ["classify", "mail.txt"]),
        ("feedback_nlp.feedback", "signals_of", ["classify", "--json", "mail.txt"]),
        ("feedback_nlp.feedback", "parties_of", ["label", "in.mbox", "-o", "out.csv"]),
        ("feedback_nlp.mailbox", "combined", ["label", "in.mbox", "-o", "out.csv"]),
        ("feedback_nlp.reply", "split_sentences", ["check-reply", "mail.txt"]),
        ("feedback_nlp.drafts", "letter_of", ["draft", "mail.txt"]),
        ("feedback_nlp.history", "message_of", ["patterns", "labelled.jsonl"]),
        ("feedback_nlp.examples", "digest", ["add", "rows.csv"]),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_failure_deep_inside_tells_no_word_of_a_mail(module, name, arguments, error, tmp_path):
    words = MAIL.replace("mill", "Kjempetrist")
    (tmp_path / "mail.txt").write_text(words, encoding="utf-8")
    (tmp_path / "in.mbox").write_text(
        f"From - Tue Mar  3 10:02:00 2026\nFrom: ida@mill.example\nSubject: Kjempetrist\n\n{words}", encoding="utf-8"
    )
    (tmp_path / "rows.csv").write_text(f'text,label\n"{words}",skills_gap\n', encoding="utf-8")
    row = {"label": "skills_gap", "company": "Kjempetrist", "evidence": ["Kjempetrist"], "confidence": 0.9}
    columns = "possible secondary stage thread role sender_type date days_since_application".split()
    (tmp_path / "labelled.jsonl").write_text(json.dumps(row | dict.fromkeys(columns, "")) + "\n", encoding="utf-8")
    code = FAULTS.format(module=module, name=name, error=error)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    kind = error.partition("(")[0]
    line = rf"Error: The program failed \({kind} at \S+:\d+\)\. No word of your mails is in this line: please report it\.\n"
    assert re.fullmatch(line, done.stderr)
    assert done.stdout == ""
    assert done.returncode == 1
    assert not (tmp_path / "out.csv").exists()
