import csv
import json
import mailbox
import os
import re
import subprocess
import sys
from dataclasses import asdict, replace
from email.message import EmailMessage
from pathlib import Path

import click
import numpy as np
import pytest
from conftest import SMALL_RECIPE

from feedback_nlp import retraining
from feedback_nlp.adaptation import Adapted
from feedback_nlp.advice import advise_case
from feedback_nlp.cli import main
from feedback_nlp.comparison import compare
from feedback_nlp.history import COLUMNS
from feedback_nlp.judging import Suspect, Verdict
from feedback_nlp.labels import LABELS, MEANINGS
from feedback_nlp.records import Advice, Email, Evidence, Example, Feedback, Prediction
from feedback_nlp.retraining import Basis
from feedback_nlp.sheet import write_rows
from feedback_nlp.store import SHIPPED, current, path_of, save, shipped, versions
from feedback_nlp.terminal import WIDTH, render
from tests.commands import invoke

DECISION = "Sadly we have chosen another candidate for the role."
MAIL = f"Dear Sam,\n\nThank you for applying to the mill.\n{DECISION}\n\nBest,\nIda\n"
GERMAN = (
    "Sehr geehrte Frau Holm,\n\nvielen Dank für Ihre Bewerbung. Leider haben wir uns für eine andere Bewerberin entschieden.\n\n"
    "Wir wünschen Ihnen für Ihren weiteren Weg alles Gute.\n\nMit freundlichen Grüßen\nIda Mühle\n"
)
GERMAN_NOTE = "This mail seems to be in German; feedback-nlp reads English only, so it gives no label."
CONTRACT = ["id", "label", "confidence", "scores", "possible", "secondary", "evidence", "next_steps", "questions"]
LISTS = ("scores", "possible", "secondary", "evidence", "next_steps", "questions")


def process(*args, stdin=b"", **options):
    command = [sys.executable, "-m", "feedback_nlp", *map(str, args)]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False, **options)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def all_commands(group=main, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))


@pytest.mark.parametrize("command", [(), *all_commands()], ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(command, option):
    result = invoke(*command, option)
    assert result.exit_code == 0
    usage, _, about = result.output.partition("\n\n")
    assert usage.startswith(f"Usage: {' '.join(['main', *command])}")
    assert about.strip()[0].isupper()


def test_version():
    assert re.fullmatch(r"feedback-nlp, version \d+\.\d+\.\d+\n", invoke("--version").output)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(["clasify"], "Error: No such command 'clasify'", id="unknown command"),
        pytest.param(["classify", "--colour"], "Error: No such option", id="unknown option"),
        pytest.param(["advice", "--stage", "dream"], "Error: Invalid value for '--stage': 'dream' is not one of", id="unknown stage"),
        pytest.param(["advice", "--sender", "mum"], "Error: Invalid value for '--sender': 'mum' is not one of", id="unknown sender"),
        pytest.param(["advice", "fired"], "Error: Invalid value for '[LABEL]': 'fired' is not one of", id="unknown label"),
        pytest.param(["label", "-o", "x.csv"], "Error: Missing argument 'PATH...'.", id="nothing to label"),
        pytest.param(["label", "x.csv"], "Error: Missing option '-o' / '--output'.", id="no output"),
        pytest.param(["evaluate"], "Error: Missing argument 'FILE...'.", id="nothing to evaluate"),
        pytest.param(["patterns"], "Error: Missing argument 'LABELLED...'.", id="nothing to count"),
        pytest.param(["models", "use"], "Error: Missing argument 'VERSION'.", id="no version"),
    ],
)
def test_usage_errors(args, message):
    result = invoke(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr


# classify


def text_file(folder):
    (folder / "mail.txt").write_text(MAIL, encoding="utf-8")
    return [folder / "mail.txt"], b""


def eml_file(folder):
    message = EmailMessage()
    message["From"], message["Subject"] = "ida@mill.example", "Your application"
    message.set_content(MAIL)
    (folder / "mail.eml").write_bytes(message.as_bytes())
    return [folder / "mail.eml"], b""


def piped(_):
    return [], MAIL.encode()


def piped_dash(_):
    return ["-"], MAIL.encode()


@pytest.mark.parametrize("given", [text_file, eml_file, piped, piped_dash])
def test_classify(given, tmp_path):
    args, stdin = given(tmp_path)
    code, out, err = process("classify", *args, stdin=stdin)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert re.fullmatch(r"Somebody else was chosen  \(another_candidate, (?:over )?\d+% sure\)", lines[0])
    assert lines[1:3] == ["", "The mail says it here:"]
    assert f">>{DECISION}<<" in out
    advice = advise_case("another_candidate", "application")
    words = " ".join(out.split())
    assert all(text in words for text in (advice.meaning, *advice.next_steps, *advice.questions, *advice.avoid))
    assert "How to reach them: by mail, since it gives them time to think." in words
    assert [line for line in lines if line.startswith(("What to", "Questions"))] == [
        "What to do next",
        "Questions you could ask",
        "What to avoid",
    ]


def test_classify_explain():
    code, out, err = process("classify", "--explain", stdin=MAIL.encode())
    assert (code, err) == (0, "")
    answer, _, explanation = out.partition("\n\nWhy this answer\n")
    assert answer + "\n" == process("classify", stdin=MAIL.encode())[1]
    lines = explanation.splitlines()
    assert re.fullmatch(r"  Most likely:          somebody else was chosen \(.*%\)", lines[0])
    assert f'"{DECISION}"' in explanation
    assert re.search(r"(?m)^     somebody else was chosen \(.*%\)\n     for: .*\bcandidate \++", explanation)
    assert max(map(len, lines)) <= 80


def test_classify_explain_json():
    code, out, err = process("classify", "--json", "--explain", stdin=MAIL.encode())
    assert (code, err) == (0, "")
    row = json.loads(out)
    explanation = row.pop("explanation")
    assert row == json.loads(process("classify", "--json", stdin=MAIL.encode())[1])
    assert (explanation["label"], explanation["probability"]) == (row["label"], row["confidence"])
    assert explanation["score"] == pytest.approx(sum(explanation["parts"].values()) + explanation["base"], abs=1e-4)
    for sentence in explanation["sentences"]:
        assert sentence["text"] == MAIL[sentence["start"] : sentence["end"]]
        assert sentence["probability"] == sentence["scores"][sentence["label"]] == max(sentence["scores"].values())
        assert all(word["text"] == MAIL[word["start"] : word["end"]] for word in sentence["words"])
        around = [sentence[name] for name in ("before", "after", "place", "mail", "base")]
        assert sentence["score"] == pytest.approx(sum(w["weight"] for w in sentence["words"]) + sum(around), abs=1e-4)
    word = explanation["sentences"][0]["words"][1]  # the greeting is not judged
    assert word == {"text": "you", "start": 17, "end": 20, "weight": word["weight"], "masked": ""}


def test_what_is_not_judged_is_not_explained():
    assert invoke("classify", "--explain", stdin=GERMAN).stdout == invoke("classify", stdin=GERMAN).stdout
    result = invoke("classify", "--explain", "--json", stdin=GERMAN)
    assert (result.exit_code, json.loads(result.stdout)["explanation"]) == (1, None)


def test_classify_json():
    code, out, err = process("classify", "--json", stdin=MAIL.encode())
    assert (code, err) == (0, "")
    row = json.loads(out)
    assert set(row) >= set(CONTRACT)
    assert row["label"] == "another_candidate" == max(row["scores"], key=row["scores"].get)
    assert row["confidence"] == row["scores"][row["label"]]
    assert sum(row["scores"].values()) == pytest.approx(1, abs=1e-5)
    assert set(row["scores"]) == set(LABELS)
    assert row["evidence"] == [DECISION]
    assert 3 <= len(row["next_steps"]) <= 5
    assert 3 <= len(row["questions"]) <= 5


def test_classify_not_a_rejection():
    result = invoke("classify", stdin="Dear Sam,\n\nWe would like to invite you to an interview on Tuesday at 10.\n\nBest,\nIda\n")
    assert result.exit_code == 0
    assert re.match(r"Not a rejection  \(not_rejection, (?:over )?\d+% sure\)\n\nThis does not read as a rejection", result.output)
    assert "What to do next" not in result.output
    assert "ask" not in result.output


NO_TEXT = "holds no text. Paste the mail, or name a file: feedback-nlp classify mail.txt"
NO_MAIL = (
    "is a binary file, not a mail. Give a text file, an .eml, .emlx or .msg; a whole mailbox to: feedback-nlp label {} -o labelled.csv"
)


def bad_inputs(folder):
    (folder / "blank.txt").write_text(" \n\t\n", encoding="utf-8")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    (folder / "old").mkdir()
    (folder / "old" / "manifest.json").write_text('{"format": 0}', encoding="utf-8")
    (folder / "loop").symlink_to(folder / "loop")


RETRAIN = "Run `feedback-nlp retrain`, or `feedback-nlp models use shipped`."


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        pytest.param([], b"", f"what was pasted {NO_TEXT}", id="nothing pasted"),
        pytest.param([], b" \n\t\xc2\xa0\n", f"what was pasted {NO_TEXT}", id="white space pasted"),
        pytest.param(["{}/blank.txt"], b"", f"{{}}/blank.txt {NO_TEXT}", id="white space in a file"),
        pytest.param([], b"\x7fELF\0\0", f"what was pasted {NO_MAIL.format('FILE')}", id="binary piped"),
        pytest.param(["{}/photo.png"], b"", f"{{}}/photo.png {NO_MAIL.format('{}/photo.png')}", id="binary file"),
        pytest.param(["{}/none.txt"], b"", "{}/none.txt is not there. Check the name.", id="missing file"),
        pytest.param(["{}/old"], b"", "{}/old is a folder. For the mails in it: feedback-nlp label {}/old -o labelled.csv", id="folder"),
        pytest.param(["{}/loop"], b"", "{}/loop can't be read (Too many levels of symbolic links).", id="unreadable"),
        pytest.param(
            ["-m", "none"], b"no", "There is no model 'none' (there are: shipped). See `feedback-nlp models list`.", id="missing model"
        ),
        pytest.param(
            ["-m", "{}/old"], b"no", f"{{}}/old has model format 0; this version reads format 4. {RETRAIN}", id="model of another format"
        ),
    ],
)
def test_classify_bad_input(args, stdin, message, tmp_path):
    bad_inputs(tmp_path)
    code, out, err = process("classify", *(a.format(tmp_path) for a in args), stdin=stdin)
    assert (code, out, err) == (1, "", f"Error: {message.format(tmp_path, tmp_path)}\n")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        pytest.param(GERMAN, GERMAN_NOTE, id="German"),
        pytest.param("... ---", "There are no words here to read.", id="marks"),
        pytest.param("12345 --- 678", "There are no words here to read.", id="numbers"),
    ],
)
def test_classify_says_plainly_what_it_can_not_judge(text, note):
    code, out, err = process("classify", stdin=text.encode())
    assert (code, " ".join(out.split()), err) == (1, note, "")
    code, out, err = process("classify", "--json", stdin=text.encode())
    row = json.loads(out)
    assert (code, err) == (1, "")
    assert {name: row[name] for name in (*CONTRACT[1:], "note")} == {
        "label": None,
        "confidence": 0,
        "scores": {},
        "possible": [],
        "secondary": [],
        "evidence": [],
        "next_steps": [],
        "questions": [],
        "note": note,
    }


def test_a_mail_in_two_languages_with_an_english_decision_is_labelled():
    english = f"{GERMAN}\n\nDear Ms Holm,\n\nThank you very much for your application and for your interest in the mill. {DECISION}\n"
    assert json.loads(invoke("classify", "--json", stdin=english).output)["label"] == "another_candidate"


MEASURED = """
import atexit, re, sys
atexit.register(lambda: print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr))
from feedback_nlp.cli import main
from feedback_nlp.evaluation import evaluate
main()
"""
FILLER = "Thank you for applying to the post. We had many good people this year and read all of it with care.\n"
HTML = "From: a@b.example\nSubject: x\nContent-Type: text/html\n\n"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads the peak memory from /proc")
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param(FILLER * 50_000 + DECISION + FILLER * 50_000, 20, id="10 MB of lines"),
        pytest.param((FILLER * 100_000).replace("\n", " "), 20, id="10 MB in one line"),
        pytest.param("a" * 1_000_000, 10, id="1 MB without a space"),
        pytest.param("\n" * 1_000_000 + DECISION, 10, id="1 MB of blank lines"),
        pytest.param("> a\n" * 100_000 + DECISION, 10, id="100,000 quoted lines"),
        pytest.param(HTML + "<div>" * 200_000, 10, id="1 MB of open elements"),
        pytest.param(HTML + f"<p>{DECISION}</p>" * 10_000, 10, id="10,000 paragraphs"),
    ],
)
def test_much_text_is_answered_within_seconds_and_memory(text, seconds, tmp_path):
    (tmp_path / "mail").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", MEASURED, "classify", "--json", str(tmp_path / "mail")]
    done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    *_, kilobytes = done.stderr.split()
    assert "label" in json.loads(done.stdout)
    assert int(kilobytes) < 1_000_000


def test_a_long_mail_is_judged_by_its_start_and_says_so():
    row = json.loads(invoke("classify", "--json", stdin=MAIL + "\n" + FILLER * 1000).output)
    assert (row["label"], row["note"]) == ("another_candidate", "Only the first 100,000 characters were read.")
    assert "Only the first 100,000 characters were read." in invoke("classify", stdin=MAIL + "\n" + FILLER * 1000).output
    assert "note" not in json.loads(invoke("classify", "--json", stdin=MAIL + FILLER).output)


# check-reply

GOOD_REPLY = "Dear Ida,\n\nThank you for your mail. May I ask what I could have done better?\n\nKind regards,\nSam\n"
ARGUING = "I disagree with your decision."
ASKING = "Could you tell me why I was not chosen?"
REPLY = f"Dear Ida,\n\nThank you for your mail. {ARGUING} {ASKING}\n\nSam\n\n> You idiots, please reconsider!\n"
ARGUING_LINES = [
    f"  | {ARGUING}",
    "They have decided, and an argument hardly ever changes that; how you took it",
    "is what they will remember.",
    "Kinder: I understand your decision.",
    "",
]


def reply_file(folder, text):
    (folder / "reply.txt").write_text(text, encoding="utf-8")
    (folder / "mail.txt").write_text(MAIL, encoding="utf-8")
    (folder / "blank.txt").write_text("\n", encoding="utf-8")
    return folder / "reply.txt"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(GOOD_REPLY, ["Nothing in it would hurt you."], id="good"),
        pytest.param(
            REPLY, [*ARGUING_LINES, "One thing to look at again before you send it; what you change is up to you."], id="with a remark"
        ),
    ],
)
def test_check_reply(text, lines, tmp_path):
    for args, stdin in (([reply_file(tmp_path, text)], b""), ([], text.encode()), (["-"], text.encode())):
        assert process("check-reply", *args, stdin=stdin) == (0, "\n".join([*lines, ""]), "")


def test_check_reply_to_a_rejection(tmp_path):
    code, out, err = process("check-reply", reply_file(tmp_path, REPLY), "--to", tmp_path / "mail.txt")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        *ARGUING_LINES,
        f"  | {ASKING}",
        'They give the reason: "Sadly we have chosen another candidate for the role."',
        "Kinder: In what was the other candidate closer to what you need?",
        "",
        "2 things to look at again before you send it; what you change is up to you.",
    ]


def test_check_reply_json(tmp_path):
    code, out, err = process("check-reply", "--json", "--to", reply_file(tmp_path, REPLY).with_name("mail.txt"), stdin=REPLY.encode())
    assert (code, err) == (0, "")
    assert list(json.loads(out)) == ["remarks"]
    remarks = json.loads(out)["remarks"]
    assert [(r["kind"], r["sentence"]) for r in remarks] == [("arguing", ARGUING), ("answered", ASKING)]
    assert [REPLY[r["start"] : r["end"]] for r in remarks] == [r["sentence"] for r in remarks]
    assert [list(r) for r in remarks] == [["kind", "sentence", "start", "end", "why", "kinder"]] * 2
    assert json.loads(process("check-reply", "--json", stdin=GOOD_REPLY.encode())[1]) == {"remarks": []}


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        pytest.param(
            [],
            b"",
            "what was pasted holds no text. Paste the reply, or name a file: feedback-nlp check-reply reply.txt",
            id="nothing pasted",
        ),
        pytest.param(
            ["{}/blank.txt"],
            b"",
            "{}/blank.txt holds no text. Paste the reply, or name a file: feedback-nlp check-reply reply.txt",
            id="white space in a file",
        ),
        pytest.param([], b"-----", "There are no words of your own here. Write the reply first, then check it.", id="no words"),
        pytest.param(
            [], GERMAN.encode(), "This reply seems to be in German. feedback-nlp reads English only: check it by eye.", id="German"
        ),
        pytest.param(["{}/none.txt"], b"", "{}/none.txt is not there. Check the name.", id="missing file"),
        pytest.param(["--to", "{}/none.txt"], b"Thanks.", "{}/none.txt is not there. Check the name.", id="missing rejection"),
        pytest.param(
            ["--to", "{}/blank.txt"],
            b"Thanks.",
            "{}/blank.txt holds no text. Paste the mail, or name a file: feedback-nlp check-reply --to mail.txt",
            id="empty rejection",
        ),
    ],
)
def test_check_reply_bad_input(args, stdin, message, tmp_path):
    reply_file(tmp_path, REPLY)
    code, out, err = process("check-reply", *(a.format(tmp_path) for a in args), stdin=stdin)
    assert (code, out, err) == (1, "", f"Error: {message.format(tmp_path)}\n")


def test_check_reply_says_what_it_did_not_read(tmp_path):
    long = reply_file(tmp_path, GOOD_REPLY + "- ok\n" * 200_000)
    code, out, err = process("check-reply", "--json", long, "--to", long)
    assert (code, [r["kind"] for r in json.loads(out)["remarks"]]) == (0, ["length"])
    assert err == "".join(f"Only the first 100,000 characters of the {name} were read.\n" for name in ("reply", "rejection"))


# What a mail may do to a terminal: nothing.

HOSTILE = (
    "Dear \x1b[31mSam,\x1b[0m\n\nThank you for applying for the role of miller, and for the time you took to meet us.\x07\n"
    "Unfortunately we have chosen \u202eanother candidate\u2066 for the role\u200f\x9d, who had more experience.\x9b\n\n"
    "We wish you all the best in your search.\n\nKind regards,\nIda\x1b]0;title\x07\n"
)
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def test_hostile_mail_reaches_no_pipe():
    code, out, err = process("classify", stdin=HOSTILE.encode())
    assert (code, err, STEERING.findall(out)) == (0, "", [])
    assert "chosen another candidate for the role" in out


def test_hostile_mail_reaches_no_terminal():
    result = invoke("classify", stdin=HOSTILE, color=True)
    assert "\x1b[1m" in result.output
    assert STEERING.findall(re.sub(r"\x1b\[(?:0|1|33)m", "", result.output)) == []


def test_hostile_mail_in_json_is_escaped_and_verbatim():
    _, out, _ = process("classify", "--json", stdin=HOSTILE.encode())
    assert STEERING.findall(out.rstrip("\n")) == []
    assert all(quote in HOSTILE for quote in json.loads(out)["evidence"])


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["classify", "\x1b[31m\u202enone.txt"], id="name of a file"),
        pytest.param(["evaluate", "table.csv"], id="name of a column"),
        pytest.param(["label", "table.csv", "-o", "out.csv"], id="name of a column, quoted"),
        pytest.param(["label", "rows.jsonl", "-o", "out.csv"], id="a skipped line"),
        pytest.param(["evaluate", "labels.csv"], id="a label"),
    ],
)
def test_hostile_names_reach_no_terminal(args, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(f"{'text' if args[0] == 'evaluate' else 'a'},\x1b[31mb\u202e\nno,1\n", encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"text": "no"}\n{\x1b[31m\u202e\n', encoding="utf-8")
    (tmp_path / "labels.csv").write_text("text,label\nno,\x1b[31m\u202e\n", encoding="utf-8")
    result = invoke(*args, color=True)
    assert result.stderr
    assert STEERING.findall(result.output.replace("\n", "")) == []


def in_terminal(*args, stdin=None, **env):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "feedback_nlp", *map(str, args)]
    child = subprocess.Popen(command, stdin=stdin or theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", **env})
    os.close(theirs)
    out, asked = b"", False
    try:
        while data := os.read(ours, 4096):
            out += data
            if not asked and b"Ctrl-D" in out:
                asked = True
                os.write(ours, MAIL.encode() + b"\x04")
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    assert child.wait(60) == 0
    return out.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)], ids=str)
@pytest.mark.parametrize("command", [["classify", "mail.txt"], ["advice", "skills_gap"]], ids=lambda c: c[0])
def test_colour_in_a_terminal(command, env, coloured, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mail.txt").write_text(MAIL, encoding="utf-8")
    assert ("\x1b[" in in_terminal(*command, stdin=subprocess.DEVNULL, **env)) is coloured


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_paste_into_a_terminal():
    out = in_terminal("classify", NO_COLOR="1").replace("\r\n", "\n")
    assert out.startswith("Paste the mail, then press Ctrl-D on a line of its own (Windows: Ctrl-Z, Enter).\n")
    assert "Somebody else was chosen  (another_candidate, " in out


@pytest.mark.parametrize("command", [["advice"], ["models", "list"], ["classify"]], ids=" ".join)
def test_no_colour_when_piped(command):
    code, out, _ = process(*command, stdin=MAIL.encode())
    assert code == 0
    assert "\x1b" not in out


# What a person reads for each kind of answer.


def shown(label, confidence, second="not_rejection", gap="", answerable=True, secondary=()):
    scores = dict.fromkeys(LABELS, 0.0) | {second: 1 - confidence, label: confidence}
    quote = Evidence(DECISION, MAIL.index(DECISION), MAIL.index(DECISION) + len(DECISION), 0.9)
    prediction = Prediction(label, confidence, scores, secondary, (quote,), dict.fromkeys(secondary, quote))
    return list(render(Feedback(Email("1", MAIL), prediction, advice=Advice("Meaning.", ("Step.",), ("Question?",), answerable, gap))))


def plain(lines):
    return [click.unstyle(line) for line in lines]


@pytest.mark.parametrize(
    ("feedback", "headline"),
    [
        pytest.param(("skills_gap", 0.9), ["Something the role asks for was missing  (skills_gap, 90% sure)"], id="sure"),
        pytest.param(
            ("skills_gap", 0.9, "not_rejection", "work permit"),
            ["A requirement was not met: work permit  (skills_gap, 90% sure)"],
            id="gap",
        ),
        pytest.param(("vague_subjective", 0.9), ["No usable reason given  (vague_subjective, 90% sure)"], id="vague"),
        pytest.param(("not_rejection", 0.9), ["Not a rejection  (not_rejection, 90% sure)"], id="not a rejection"),
        pytest.param(
            ("skills_gap", 0.55, "cultural_fit"),
            [
                "Unsure: something the role asks for was missing (skills_gap, 55%),",
                "     or values, personality or way of working (cultural_fit, 45%).",
            ],
            id="unsure",
        ),
    ],
)
def test_headline(feedback, headline):
    assert plain(shown(*feedback))[: len(headline)] == headline


@pytest.mark.parametrize(("confidence", "unsure"), [(0.59, True), (0.6, False)])
def test_unsure_below_60_percent(confidence, unsure):
    assert shown("skills_gap", confidence)[0].startswith("\x1b[1mUnsure: ") is unsure


def test_whole_answer():
    assert plain(shown("another_candidate", 0.9, secondary=("skills_gap",))) == [
        "Somebody else was chosen  (another_candidate, 90% sure)",
        "",
        "The mail says it here:",
        "  | Dear Sam,",
        "  | ",
        "  | Thank you for applying to the mill.",
        f"  | >>{DECISION}<<",
        "  | ",
        "  | Best,",
        "  | Ida",
        "",
        "Also there: something the role asks for was missing (skills_gap)",
        f"  | {DECISION}",
        "",
        "Meaning.",
        "",
        "What to do next",
        "  1. Step.",
        "",
        "Questions you could ask",
        "  1. Question?",
    ]


def test_questions_to_a_form_mail():
    assert plain(shown("skills_gap", 0.9, answerable=False))[-2:] == ["If you reach a person there", "  1. Question?"]


# label

TABLE = [
    {"id": "b", "text": MAIL, "n": 5, "tags": ["x"]},
    {"id": "a", "text": MAIL, "n": None, "tags": []},
    {"text": "", "n": 1.5, "tags": None},
    {"id": 7, "text": GERMAN, "n": "=1", "tags": "x"},
]


def json_rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def csv_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def keeps_contract(row, text):
    assert set(row) >= set(CONTRACT)
    assert row["label"] == max(row["scores"], key=row["scores"].get)
    assert row["confidence"] == row["scores"][row["label"]]
    assert sum(row["scores"].values()) == pytest.approx(1, abs=1e-5)
    assert row["label"] not in row["secondary"]
    assert all(quote in text for quote in row["evidence"])
    assert all(isinstance(item, str) for name in ("secondary", "evidence", "next_steps", "questions") for item in row[name])


def test_label_json_lines(tmp_path):
    source = write_jsonl(tmp_path / "in.jsonl", TABLE)
    code, out, err = process("label", source, "-o", tmp_path / "out.jsonl")
    assert code == 0
    assert out.splitlines() == [
        "date        company               role                  reason              sure",
        *["            unknown               unknown               another candidate   98%"] * 2,
    ]
    assert err.splitlines() == [
        "Read 4: 4 labelled, 0 duplicates, 0 skipped.",
        "        2  somebody else was chosen (another_candidate)",
        "        2  empty or in another language; see the note in the row (not judged)",
        f"Written to {tmp_path / 'out.jsonl'}",
    ]
    rows = json_rows(tmp_path / "out.jsonl")
    assert [(row["id"], row["row"]) for row in rows] == [("b", 1), ("a", 2), ("3", 3), ("7", 4)]
    assert [(row["text"], row["n"], row["tags"]) for row in rows] == [(row["text"], row["n"], row["tags"]) for row in TABLE]
    for row in rows[:2]:
        keeps_contract(row, MAIL)
        assert (row["label"], row["evidence"]) == ("another_candidate", [DECISION])
        assert "note" not in row
    for row, note in zip(rows[2:], ["There are no words here to read.", GERMAN_NOTE], strict=True):
        assert (row["label"], row["confidence"], row["note"]) == (None, 0, note)
        assert [row[name] for name in LISTS] == [{}, [], [], [], [], []]


def test_label_csv(tmp_path):
    with open(tmp_path / "in.csv", "w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=";").writerows([["Body", "n", "label"], [MAIL, "=1", "old"], ["", "2", "old"], [MAIL, "3", "old"]])
    code, _, _ = process("label", tmp_path / "in.csv", "-o", tmp_path / "out.csv")
    assert code == 0
    rows = csv_rows(tmp_path / "out.csv")
    assert [(row["row"], row["id"], row["n"], row["label"]) for row in rows] == [
        ("1", "1", "'=1", "another_candidate"),
        ("2", "2", "2", ""),
        ("3", "3", "3", "another_candidate"),
    ]
    first, second, _ = ({**row, **{name: json.loads(row[name]) for name in ("confidence", *LISTS)}} for row in rows)
    keeps_contract(first, MAIL)
    assert second["note"] == "There are no words here to read."


def messages(folder):
    for number, body in enumerate((MAIL, GERMAN, MAIL)):
        headers = f"From: ida@mill.example\nSubject: No {number}\nMessage-ID: <{number % 2}\x1b[31m@mill.example>\n"
        yield f"{headers}Content-Type: text/plain; charset=utf-8\n\n{body}".encode()


def an_mbox(folder):
    box = mailbox.mbox(folder / "in.mbox")
    for message in messages(folder):
        box.add(message)
    box.close()
    return folder / "in.mbox", [f"{folder / 'in.mbox'}"] * 2


def a_folder(folder):
    (folder / "in").mkdir()
    for number, message in enumerate(messages(folder)):
        (folder / "in" / f"{number}.eml").write_bytes(message)
    return folder / "in", [str(folder / "in" / f"{number}.eml") for number in (0, 1)]


@pytest.mark.parametrize("form", [an_mbox, a_folder])
def test_label_messages(form, tmp_path):
    source, sources = form(tmp_path)
    result = invoke("label", source, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 0
    rows = json_rows(tmp_path / "out.jsonl")
    assert [row["label"] for row in rows] == ["another_candidate", None]
    assert [row["id"] for row in rows] == [row["message_id"] for row in rows] == ["0\x1b[31m@mill.example", "1\x1b[31m@mill.example"]
    assert [(row["subject"], row["sender"], row["source"]) for row in rows] == [
        (f"No {number}", "ida@mill.example", source) for number, source in enumerate(sources)
    ]
    assert all("row" not in row for row in rows)
    assert result.stderr.splitlines()[0] == "Read 3: 2 labelled, 1 duplicate, 0 skipped."


@pytest.mark.parametrize(("number", "said"), [(1, "1 application waits"), (2, "2 applications wait")])
def test_label_says_how_many_wait(number, said, tmp_path):
    for n in range(number):
        head = f"From: Ida <ida@mill{n}.example>\nTo: sam@home.example\nDate: Tue, 3 Mar 2026 10:02:00 +0000\nSubject: Your application\n\n"
        words = "Dear Sam,\n\nThank you for applying for the role of miller. We will read it and write to you next week.\n\nIda\n"
        (tmp_path / f"{n}.eml").write_text(head + words, encoding="utf-8")
    mails = [tmp_path / f"{n}.eml" for n in range(number)]
    waiting = f"{said} for an answer (--silence FILE lists them)."
    assert waiting in invoke("label", *mails, "-o", tmp_path / "out.jsonl", "--today", "2026-06-01").stderr.splitlines()


def test_label_where_there_is_no_mail(tmp_path):
    (tmp_path / "in.csv").write_text("text,date\n", encoding="utf-8")
    said = invoke("label", tmp_path / "in.csv", "-o", tmp_path / "out.csv").stderr.splitlines()
    assert said[:2] == ["Read 0: 0 labelled, 0 duplicates, 0 skipped.", "No mail was found."]


def test_a_message_is_no_duplicate_of_a_table_row(tmp_path):
    source, _ = an_mbox(tmp_path)
    sheet = write_jsonl(tmp_path / "sheet.jsonl", [{"id": "0\x1b[31m@mill.example", "text": MAIL}])
    assert invoke("label", sheet, source, "-o", tmp_path / "out.jsonl").exit_code == 0
    assert len(json_rows(tmp_path / "out.jsonl")) == 3


def test_label_several_paths_quietly(tmp_path):
    (tmp_path / "mail.txt").write_text(MAIL, encoding="utf-8")
    source = write_jsonl(tmp_path / "in.jsonl", TABLE[:1])
    result = invoke("label", "-q", source, tmp_path / "mail.txt", source, "-o", tmp_path / "out.csv")
    assert (result.exit_code, result.output) == (0, "")
    assert [row["row"] for row in csv_rows(tmp_path / "out.csv")] == ["1", ""]


def test_label_a_labelled_sheet_again_gives_the_same_rows(tmp_path):
    source = write_jsonl(tmp_path / "in.jsonl", [row for row in TABLE if row["text"]])
    invoke("label", source, "-o", tmp_path / "one.jsonl")
    invoke("label", tmp_path / "one.jsonl", "-o", tmp_path / "two.jsonl")
    assert json_rows(tmp_path / "one.jsonl") == json_rows(tmp_path / "two.jsonl")


@pytest.mark.parametrize("update", [pytest.param([], id="anew"), pytest.param(["--update"], id="update")])
def test_label_does_not_write_over_a_correction(update, tmp_path):
    source, output = write_jsonl(tmp_path / "in.jsonl", [{"text": MAIL}]), tmp_path / "out.csv"
    assert invoke("label", source, "-o", output).exit_code == invoke("label", source, "-o", output, *update).exit_code == 0
    output.write_text(output.read_text(encoding="utf-8").replace(",another_candidate,", ",hiring_freeze,", 1), encoding="utf-8")
    corrected = output.read_bytes()
    refused = invoke("label", source, "-o", output, *update)
    assert (refused.exit_code, refused.stdout, output.read_bytes()) == (1, "", corrected)
    assert refused.stderr == (
        f"Error: {output} holds a label that you changed. Keep it first: feedback-nlp add {output} (and mend the rows that it skips); "
        "or write to another file, or delete this one.\n"
    )
    assert invoke("add", output).exit_code == invoke("label", source, "-o", output, *update).exit_code == 0
    assert [(row["label"], row["label_source"]) for row in csv_rows(output)] == [("hiring_freeze", "human")]


def test_label_text_column(tmp_path):
    source = write_jsonl(tmp_path / "in.jsonl", [{"Letter": MAIL, "text": "not this"}])
    assert invoke("label", source, "--text-column", "letter", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert json_rows(tmp_path / "out.jsonl")[0]["evidence"] == [DECISION]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_label_encodings(encoding, tmp_path):
    (tmp_path / "in.csv").write_bytes("text\n“We’ve chosen another candidate for the role.”\n".encode(encoding))
    assert process("label", tmp_path / "in.csv", "-o", tmp_path / "out.csv")[0] == 0
    assert [row["text"] for row in csv_rows(tmp_path / "out.csv")] == ["“We’ve chosen another candidate for the role.”"]


def test_label_goes_on_after_invalid_json_on_line_7(tmp_path):
    (tmp_path / "in.jsonl").write_text(
        "\n".join([*[json.dumps({"text": MAIL})] * 6, '{"text"', json.dumps({"text": MAIL})]), encoding="utf-8"
    )
    code, _, err = process("label", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert code == 0
    assert err.splitlines()[-3] == "Skipped, or to look at:"
    assert err.splitlines()[-2].startswith(f"  {tmp_path / 'in.jsonl'}, line 7: not a JSON object (")
    assert [row["row"] for row in json_rows(tmp_path / "out.jsonl")] == [1, 2, 3, 4, 5, 6, 8]


def test_label_ragged_csv(tmp_path):
    (tmp_path / "in.csv").write_text("text,n\nno\nno,1,2\nno,3\n", encoding="utf-8")
    code, _, err = process("label", tmp_path / "in.csv", "-o", tmp_path / "out.csv")
    assert code == 0
    assert err.splitlines()[-2] == f"  {tmp_path / 'in.csv'}, row 2: 3 cells under 2 columns; the row was read, but look at its quotes"
    assert [(row["row"], row["n"]) for row in csv_rows(tmp_path / "out.csv")][1:] == [("2", "1"), ("3", "3")]


NO_COLUMN = "no column text or body or message or content (found: 'id', 'mail'). Name the column of the mail with --text-column."


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(["none.csv", "-o", "out.csv"], "none.csv is not there. Check the name.", id="missing"),
        pytest.param(["loop", "-o", "out.csv"], "loop can't be read (Too many levels of symbolic links).", id="unreadable"),
        pytest.param(["empty", "-o", "out.csv"], "empty holds no files. Give the folder with the .eml or text files.", id="empty folder"),
        pytest.param(
            ["photo.png", "-o", "out.csv"],
            "photo.png is a binary file, not a mail. Give a text file, an .eml, an mbox, a CSV or JSON lines.",
            id="binary",
        ),
        pytest.param(["mails.csv", "-o", "out.csv"], f"mails.csv: {NO_COLUMN}", id="no text column"),
        pytest.param(
            ["good.csv", "-o", "out.txt"],
            "out.txt: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx.",
            id="output format",
        ),
        pytest.param(
            ["good.csv", "-o", "empty.csv"], "empty.csv can't be written (Is a directory). Choose another place.", id="output folder"
        ),
        pytest.param(
            ["good.csv", "-o", "good.csv/out.csv"],
            "good.csv/out.csv can't be written (File exists). Choose another place.",
            id="output below a file",
        ),
        pytest.param(
            ["good.csv", "-o", "out.csv", "-m", "none"],
            "There is no model 'none' (there are: shipped). See `feedback-nlp models list`.",
            id="missing model",
        ),
        pytest.param(
            ["good.csv", "-o", "out.csv", "-m", "old"], f"old has model format 0; this version reads format 4. {RETRAIN}", id="old model"
        ),
    ],
)
def test_label_bad_input(args, message, tmp_path):
    bad_inputs(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.csv").mkdir()
    (tmp_path / "mails.csv").write_text("id,mail\n1,no\n", encoding="utf-8")
    (tmp_path / "good.csv").write_text("id,text\n1,no\n", encoding="utf-8")
    assert process("label", *args, cwd=tmp_path) == (1, "", f"Error: {message}\n")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"text": "We chose \\ud83d another candidate."}', id="half an emoji"),
        pytest.param('{"text": "We chose \\u0000 another candidate."}', id="NUL"),
        pytest.param('{"text": 5}', id="text a number"),
        pytest.param('{"text": ["no"]}', id="text a list"),
        pytest.param('{"id": 1}', id="no text"),
    ],
)
def test_label_takes_odd_rows(line, tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": MAIL}) + "\n" + line + "\n", encoding="utf-8")
    assert invoke("label", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert [row["row"] for row in json_rows(tmp_path / "out.jsonl")] == [1, 2]


# advice


@pytest.mark.parametrize("options", [(), ("--stage", "final"), ("--sender", "agency"), ("--stage", "interview", "--sender", "noreply")])
@pytest.mark.parametrize("label", LABELS)
def test_advice(label, options):
    result = invoke("advice", label, *options)
    given = dict(zip(options[::2], options[1::2], strict=True))
    advice = advise_case(label, given.get("--stage", ""), given.get("--sender", ""))
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == f"{MEANINGS[label].capitalize()}  ({label})"
    words = " ".join(result.output.split())
    assert all(text in words for text in (advice.meaning, *advice.next_steps, *advice.questions, *advice.avoid, advice.channel_reason))
    row = json.loads(invoke("advice", label, *options, "--json").output)[label]
    assert row == json.loads(json.dumps(asdict(advice)))
    assert {"meaning", "next_steps", "questions", "says", "may_mean", "unknown", "channel", "avoid"} <= set(row)


def test_advice_with_a_file_of_ones_own(home):
    home.mkdir(parents=True)
    (home / "advice.toml").write_text('[step.thank_other]\nwhat = "thank them in song"\n', encoding="utf-8")
    assert "1. Within 24 hours, but not in the first two: thank them in song." in " ".join(
        invoke("advice", "another_candidate", "--stage", "interview").output.split()
    )
    (home / "advice.toml").write_text('[step.thank_other]\nrank = "high"\n', encoding="utf-8")
    result = invoke("advice")
    assert (result.exit_code, result.stdout) == (1, "")
    where = f"{home / 'advice.toml'}, [step.thank_other]"
    assert result.stderr == f"Error: {where}: rank is 'high'. Give 1 (stays), 2 or 3 (is left out first).\n"


def test_advice_for_all_labels():
    result = invoke("advice")
    assert result.exit_code == 0
    assert re.findall(r"^\S.*  \((\w+)\)$", result.output, re.MULTILINE) == list(LABELS)
    assert list(json.loads(invoke("advice", "--json").output)) == list(LABELS)


# patterns

SAMPLE = Path(__file__).parent.parent / "data" / "samples" / "labelled.csv"


def test_patterns():
    code, out, err = process("patterns", SAMPLE)
    assert (code, err) == (0, "")
    assert out.startswith("What your rejections say together\nApplications: 40. Turned down: 32; an offer: 1; no decision: 7.\n")
    assert [line for line in out.splitlines() if line.startswith("  application ")] == [
        "  application   19       3    0        1       2    10       3",
        "  application       19      12         3       40",
    ]


def test_patterns_json():
    code, out, err = process("patterns", "--json", SAMPLE)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["applications"], found["turned_down"]["total"], found["findings"][0]["holds"]) == (40, 32, True)


def test_patterns_of_what_label_wrote(tmp_path):
    source, _ = an_mbox(tmp_path)
    for ending in ("csv", "jsonl", "xlsx", "parquet"):
        assert invoke("label", "-q", source, "-o", tmp_path / f"out.{ending}").exit_code == 0
    found = [json.loads(invoke("patterns", "--json", tmp_path / f"out.{ending}").output) for ending in ("csv", "jsonl", "xlsx", "parquet")]
    assert found[0]["turned_down"]["reasons"]["another_candidate"] == 1
    assert [other == found[0] for other in found] == [True] * 4


def test_patterns_names_what_it_skips(tmp_path):
    text = SAMPLE.read_text(encoding="utf-8").replace("hiring_freeze", "freeze", 1)
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    result = invoke("patterns", tmp_path / "in.csv")
    assert result.exit_code == 0
    assert result.stderr == f"1 rows skipped: {tmp_path / 'in.csv'}, row 15: unknown label 'freeze': the labels are {', '.join(LABELS)}\n"
    assert result.stdout.splitlines()[1] == "Applications: 40. Turned down: 31; an offer: 1; no decision: 8."
    assert invoke("patterns", "-q", tmp_path / "in.csv").stderr == ""


def test_hostile_rows_reach_no_terminal(tmp_path):
    import openpyxl

    hostile = "\x1b[31m\u202eOven\ud83d"
    rows = [dict.fromkeys(COLUMNS, hostile) | {"label": "skills_gap", "thread": str(n), "evidence": [hostile]} for n in range(2)]
    write_rows(rows, tmp_path / "in.xlsx", COLUMNS)
    book = openpyxl.load_workbook(tmp_path / "in.xlsx")
    book.create_sheet("\u202enotes").append([1])
    book.save(tmp_path / "in.xlsx")
    result = invoke("patterns", write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "in.xlsx", color=True)
    assert "[31mOven" in result.stdout
    assert result.stderr.startswith(f"1 rows skipped: {tmp_path / 'in.xlsx'}, sheet notes: no column label (found: '1').")
    assert STEERING.findall(re.sub(r"\x1b\[[01]m|\n", "", result.output)) == []
    assert STEERING.findall(invoke("patterns", "--json", "-q", tmp_path / "in.jsonl").output.strip()) == []


NOT_LABELLED = "is no file that `feedback-nlp label` wrote: it has no column {}. Run `feedback-nlp label`, and give what it writes."


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("in.csv", "text,label\nno,skills_gap\n", NOT_LABELLED.format(", ".join(COLUMNS[1:])), id="labels alone"),
        pytest.param("in.csv", MAIL, NOT_LABELLED.format("label"), id="a mail"),
        pytest.param("in.jsonl", '{"label": null}\n', NOT_LABELLED.format(", ".join(COLUMNS[1:])), id="JSON"),
        pytest.param("in.jsonl", "{}\n", NOT_LABELLED.format("label"), id="JSON without a field"),
        pytest.param("in.csv", ",".join(COLUMNS), "holds no rows. Give the file that `feedback-nlp label` wrote.", id="no rows"),
        pytest.param("none.csv", None, "is not there. Check the name.", id="missing"),
    ],
)
def test_patterns_bad_input(name, content, message, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert process("patterns", name, cwd=tmp_path) == (1, "", f"Error: {name} {message}\n")


# evaluate

LABELLED = f'text,label\n"{MAIL}",another_candidate\n"{MAIL}",skills_gap\n"{MAIL}",\n'


def test_evaluate(tmp_path):
    (tmp_path / "in.csv").write_text(LABELLED, encoding="utf-8")
    result = invoke("evaluate", tmp_path / "in.csv", "--json")
    assert result.exit_code == 0
    assert result.stderr == f"1 rows skipped: {tmp_path / 'in.csv'}, row 3: it has no label\n"
    figures = json.loads(result.stdout)
    assert {name: figures[name] for name in ("n", "reason_macro_f1", "reason_accuracy", "rejection_f1", "recall", "contract_breaks")} == {
        "n": 2,
        "reason_macro_f1": 0.333,
        "reason_accuracy": 0.5,
        "rejection_f1": 1.0,
        "recall": {"skills_gap": "0/1", "another_candidate": "1/1"},
        "contract_breaks": 0,
    }
    assert figures["model"] == SHIPPED
    assert figures["confusion"]["skills_gap"]["another_candidate"] == 1
    assert figures["by_label"]["another_candidate"] == {"support": 1, "precision": 0.5, "recall": 1.0, "f1": 0.667}
    assert (figures["by_register"], list(figures["by_length"])) == ({}, ["under 40"])
    assert "comparison" not in figures
    plain = invoke("evaluate", "-q", tmp_path / "in.csv")
    assert plain.stderr == ""
    lines = plain.stdout.splitlines()
    assert lines[0] == "Labelled mails: 2, rejections among them: 2"
    assert "  reason macro-F1 (five reasons, over the rejections)  0.333" in lines
    assert "By register" not in lines
    assert max(map(len, lines)) <= 80


def test_evaluate_by_register(tmp_path):
    path = write_jsonl(
        tmp_path / "in.jsonl", [{"text": MAIL, "label": "another_candidate", "register": name} for name in ("ats", "", "ats")]
    )
    assert {name: group["n"] for name, group in json.loads(invoke("evaluate", path, "--json").stdout)["by_register"].items()} == {"ats": 2}
    assert "By register" in invoke("evaluate", path).stdout.splitlines()


def test_evaluate_against(tmp_path, small_model):
    other = save(small_model, tmp_path / "other")
    (tmp_path / "in.csv").write_text(LABELLED, encoding="utf-8")
    found = json.loads(invoke("evaluate", "-q", tmp_path / "in.csv", "-m", other, "--against", SHIPPED, "--json").stdout)
    alone = [json.loads(invoke("evaluate", "-q", tmp_path / "in.csv", "-m", name, "--json").stdout) for name in (other, SHIPPED)]
    comparison, against = found.pop("comparison"), found.pop("against")
    assert found == alone[0]
    assert {"model": SHIPPED, **against} == alone[1]
    assert (comparison["model"], comparison["other"], comparison["n"]) == (str(other), SHIPPED, 2)
    assert comparison["differences"]["accuracy"]["other"] == 0.5
    plain = invoke("evaluate", "-q", tmp_path / "in.csv", "-m", other, "--against", SHIPPED)
    lines = plain.stdout.splitlines()
    assert f"{other} against {SHIPPED}" in lines
    assert lines[-1] == f"  {comparison['verdict']}"


def test_evaluate_against_itself(tmp_path):
    (tmp_path / "in.csv").write_text(LABELLED, encoding="utf-8")
    assert invoke("evaluate", tmp_path / "in.csv", "--against", SHIPPED).stdout.endswith(
        "\n  No difference: both answer every mail alike.\n"
    )


@pytest.mark.parametrize("against", [[], ["--against", SHIPPED]], ids=["one model", "two models"])
def test_evaluate_plot(against, tmp_path):
    (tmp_path / "in.csv").write_text(LABELLED, encoding="utf-8")
    result = invoke("evaluate", tmp_path / "in.csv", "--plot", tmp_path / "p.svg", *against)
    assert result.stderr.splitlines()[1:] == [f"drawn into {tmp_path / 'p.svg'}"]
    assert "on 2 labelled mails (2 rejections)" in (tmp_path / "p.svg").read_text(encoding="utf-8")
    assert invoke("evaluate", "-q", tmp_path / "in.csv", "--plot", tmp_path / "p.png", *against).stderr == ""
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(["--plot", "p.pdf"], "p.pdf: can't tell the format of the picture. End the name in .png or .svg.", id="format"),
        pytest.param(
            ["--plot", "p.png"],
            "Drawing needs matplotlib, which is not installed. Install it: pip install 'feedback-nlp[plots]'",
            id="no matplotlib",
        ),
        pytest.param(
            ["--against", "none"], "There is no model 'none' (there are: shipped). See `feedback-nlp models list`.", id="no such model"
        ),
    ],
)
def test_evaluate_bad_options(args, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    (tmp_path / "in.csv").write_text(LABELLED, encoding="utf-8")
    result = invoke("evaluate", "-q", "in.csv", *args)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {message}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("none.csv", None, "none.csv is not there. Check the name.", id="missing"),
        pytest.param(
            "a.csv",
            "text,reason\nno,x\n",
            "a.csv has no column `label` or `primary` (found: text, reason). Name one so.",
            id="no label column",
        ),
        pytest.param("a.csv", "id,mail\n1,x\n", f"a.csv: {NO_COLUMN}", id="no text column"),
        pytest.param("a.csv", "text,label\n", f"a.csv: no labelled rows. Give a column `label` with {', '.join(LABELS)}.", id="no rows"),
        pytest.param("a.csv", "\0\0", "a.csv is a binary file, not a table. Give CSV, JSON lines, .xlsx or Parquet.", id="binary"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "retrain", "add"])
def test_labelled_bad_input(command, name, content, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    result = invoke(command, name)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {message}\n")


# retrain and models

TAUGHT = f'text,label\n"{MAIL}",skills_gap\n"{MAIL}",skills_gap\n"{MAIL}",\n'
FIGURES = {
    "reason_macro_f1": 0.8,
    "reason_accuracy": 0.8,
    "rejection_f1": 0.9,
    "false_alarms": 1,
    "calibration_error": 0.1,
    "evidence_hit": 0.9,
    "secondary_f1": 0.5,
}


@pytest.fixture
def quick(monkeypatch, small_model, small_corpus):
    """Retraining that takes no time: `quick(promoted)` sets the verdict."""
    taught, verdict = [], {"promoted": True}

    def basis(shipped, corpus, loose, recipe, say):
        return Basis(shipped, None, ())

    def adapted(shipped, prior, mails, own, recipe, manifest, say):
        taught.append(own)
        model = replace(small_model, manifest={**small_model.manifest, **manifest}, prior=None)
        return Adapted(model, tuple(own), np.full((len(own), len(LABELS)), 1 / len(LABELS)), (), np.empty((0, len(LABELS))))

    def judged(adapted, shipped, split):
        own = compare([Example("1", "a", "skills_gap")] * 3, [said("skills_gap")] * 3, [said("skills_gap")] * 2 + [said("hiring_freeze")])
        suspect = Suspect(Example("own-1", f"{MAIL} {'And so on. ' * 20}", "skills_gap"), "another_candidate", 0.8114)
        return Verdict(verdict["promoted"], "that is why", split, own, (suspect,))

    monkeypatch.setattr(retraining, "basis_of", basis)
    monkeypatch.setattr(retraining, "adapt", adapted)
    monkeypatch.setattr(retraining, "verdict_on", judged)
    monkeypatch.setattr(retraining, "read_corpus", lambda: (small_corpus, []))

    def set_verdict(promoted):
        verdict["promoted"] = promoted
        return taught

    return set_verdict


def said(label):
    return Prediction(label, 0.9, {})


USED = "{} is in use now, that is why. Back: feedback-nlp models rollback"
KEPT = "{} is kept but not used: that is why. To use it all the same: feedback-nlp models use {}"
FORCED = "{} is in use now, by force, though that is why. Back: feedback-nlp models rollback"


@pytest.mark.parametrize(
    ("promoted", "force", "line"),
    [(True, [], USED), (False, [], KEPT), (False, ["--force"], FORCED), (True, ["--force"], USED)],
    ids=["better", "worse", "forced", "better, and forced"],
)
def test_retrain(promoted, force, line, quick, tmp_path, home):
    taught = quick(promoted)
    (tmp_path / "in.csv").write_text(TAUGHT, encoding="utf-8")
    result = invoke("retrain", *force, "--suspects", tmp_path / "suspects.csv", tmp_path / "in.csv")
    assert result.exit_code == 0
    (name,) = set(versions()) - {SHIPPED}
    assert current() == (SHIPPED if line is KEPT else name)
    assert [[(e.text, e.primary) for e in own] for own in taught] == [[(MAIL, "skills_gap")]]
    lines = result.stdout.splitlines()
    assert lines[0] == "rows: 1 added, 1 known, 0 changed, 1 skipped"
    said = "".join(lines[1:4]).replace(" ", "")  # a long path is wrapped
    assert f"{tmp_path / 'in.csv'},row3:ithasnolabel".replace(" ", "") in said
    table = [line.split() for line in lines if line.split() and line.split()[0] in FIGURES]
    new, old = (
        json.loads((path / "manifest.json").read_text(encoding="utf-8"))["figures"] for path in (versions()[name], path_of(SHIPPED))
    )
    assert [row[0] for row in table] == list(FIGURES)
    assert [row[2] for row in table] == [str(new[figure]) for figure in FIGURES]
    assert "your rows, held out              2 of 3         3 of 3" in lines
    text = " ".join(result.stdout.split())
    assert "Rightly read by only one of them: 0 and 1 (McNemar's p 1)." in text
    assert line.format(name, name) in text
    suspects = "1 of your labels is not what the other mails suggest. Keep those that you are sure of (--suspects FILE lists them all):"
    assert suspects in text
    assert lines[-1] == "  skills_gap, or another_candidate?       Dear Sam, Thank you for applying ..."
    with open(tmp_path / "suspects.csv", newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["label"], row["likelier"], row["margin"]) == ("skills_gap", "another_candidate", "0.811")
    assert old["n"] > new["n"]

    again = invoke("retrain", "-q", tmp_path / "in.csv")
    assert again.exit_code == 1
    assert re.fullmatch(rf"Error: Nothing new to learn: version {name} was made from the same rows\..*\n", again.stderr)
    assert set(versions()) == {SHIPPED, name}


def test_retrain_where_the_suspects_can_not_be_written(quick, tmp_path):
    taught = quick(True)
    (tmp_path / "in.csv").write_text(TAUGHT, encoding="utf-8")
    (tmp_path / "out.csv").mkdir()
    result = invoke("retrain", "--suspects", tmp_path / "out.csv", tmp_path / "in.csv")
    assert (result.exit_code, result.stdout, taught) == (1, "", [])
    assert result.stderr.startswith(f"Error: {tmp_path / 'out.csv'} can't be written (")


NO_FORMAT = "{}: can't tell the format. End the name in .csv, .jsonl, .parquet or .xlsx."


@pytest.mark.parametrize(
    ("arguments", "place", "message"),
    [
        pytest.param(["retrain", "in.csv", "--suspects"], "out.txt", NO_FORMAT, id="suspects"),
        pytest.param(["data", "curve", "-o"], "out.txt", NO_FORMAT, id="curve"),
        pytest.param(["data", "own-weight", "-o"], "out.txt", NO_FORMAT, id="own weight"),
        pytest.param(["models", "build"], "there", "{} is there already; a version is never overwritten.", id="model that is there"),
        pytest.param(["models", "build"], Path("in.csv", "model"), "{} can't be written (", id="no folder"),
    ],
)
def test_a_place_that_takes_no_output_is_refused_before_the_work(arguments, place, message, quick, monkeypatch, tmp_path):
    taught = quick(True)
    monkeypatch.setattr("feedback_nlp.examples.read_corpus", None)
    monkeypatch.setattr("feedback_nlp.building.read_corpus", None)
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(TAUGHT, encoding="utf-8")
    Path("there").mkdir()
    result = invoke(*arguments, place)
    assert (result.exit_code, result.stdout, taught) == (1, "", [])
    assert result.stderr.startswith(f"Error: {message.format(place)}")


def test_retrain_json(quick, tmp_path):
    quick(True)
    (tmp_path / "in.csv").write_text(TAUGHT, encoding="utf-8")
    result = invoke("retrain", "-q", "--json", tmp_path / "in.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert {name: found[name] for name in ("added", "known", "changed", "old_name", "new_name", "promoted", "used", "why")} == {
        "added": 1,
        "known": 1,
        "changed": 0,
        "old_name": SHIPPED,
        "new_name": current(),
        "promoted": True,
        "used": True,
        "why": "that is why",
    }
    assert found["split"]["n"] == found["new"]["n"] == found["shipped"]["n"]
    assert (found["own"]["n"], found["own"]["only_model_right"]) == (3, 1)
    assert [(row["label"], row["likelier"], row["margin"]) for row in found["suspects"]] == [("skills_gap", "another_candidate", 0.811)]


def test_retrain_goes_on_after_invalid_json_on_line_7(quick, tmp_path):
    taught = quick(True)
    good = [json.dumps({"text": f"{DECISION} {n}", "label": "another_candidate"}) for n in range(7)]
    (tmp_path / "in.jsonl").write_text("\n".join([*good[:6], "{", good[6]]), encoding="utf-8")
    result = invoke("retrain", "--json", tmp_path / "in.jsonl")
    assert result.exit_code == 0
    assert len(taught[0]) == json.loads(result.stdout)["added"] == 7
    assert [text.split(": ")[0] for text in json.loads(result.stdout)["skipped"]] == [f"{tmp_path / 'in.jsonl'}, line 7"]


def test_a_label_sheet_corrected_is_learned_from(quick, tmp_path):
    taught = quick(True)
    source = write_jsonl(tmp_path / "in.jsonl", [{"text": MAIL}, {"text": ""}])
    invoke("label", source, "-o", tmp_path / "sheet.csv")
    with open(tmp_path / "sheet.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index("label")] = "hiring_freeze"
    with open(tmp_path / "sheet.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    assert invoke("retrain", tmp_path / "sheet.csv").exit_code == 0
    assert [(e.text, e.primary) for e in taught[0]] == [(MAIL, "hiring_freeze")]


def test_retrain_in_earnest(monkeypatch, small_corpus, tmp_path):
    monkeypatch.setattr(retraining, "read_corpus", lambda: (small_corpus, []))
    monkeypatch.setattr(retraining, "Recipe", lambda: SMALL_RECIPE)
    (tmp_path / "in.csv").write_text(TAUGHT, encoding="utf-8")
    result = invoke("retrain", "--json", tmp_path / "in.csv")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["new"]["n"] == len([e for e in small_corpus if e.split == "test"])
    assert found["new"]["contract_breaks"] == 0
    row = json.loads(invoke("classify", "--json", "-m", found["new_name"], stdin=MAIL).output)
    assert row["label"] in LABELS
    assert json.loads(invoke("models", "show", found["new_name"]).output)["own"] == 1


def kept(home, small_model, name, **manifest):
    model = replace(small_model, manifest={**small_model.manifest, "figures": FIGURES, **manifest}, prior=None)
    return save(model, home / "models" / name)


def test_models(home, small_model):
    kept(home, small_model, "mine", own=7, made="2026-11-25T19:00:00+00:00", parent=SHIPPED, forced=True, why="worse")
    assert invoke("models", "path").output == f"{shipped('models') / 'default'}\n"
    assert invoke("models", "path", "mine").output == f"{home / 'models' / 'mine'}\n"
    assert json.loads(invoke("models", "show", "mine").output)["digest"] == small_model.manifest["digest"]
    assert invoke("models", "use", "mine").output == "mine is in use now.\n"
    head, first, second = invoke("models", "list").output.splitlines()
    assert head.split() == ["name", "made", "your", "rows", "macro-F1", "rejection", "after"]
    assert first.startswith("  shipped ")
    assert second.split() == ["*", "mine", "2026-11-25", "7", "0.8", "0.9", "shipped", "(forced)"]
    rows = json.loads(invoke("models", "list", "--json").output)
    assert [(row["name"], row["in_use"]) for row in rows] == [("shipped", False), ("mine", True)]
    origin = {"made": "2026-11-25T19:00:00+00:00", "parent": SHIPPED, "own": 7, "forced": True, "why": "worse"}
    assert rows[1] == {"name": "mine", "in_use": True, "path": str(home / "models" / "mine"), **origin, **FIGURES}
    assert invoke("models", "path").output == f"{home / 'models' / 'mine'}\n"
    assert invoke("models", "rollback").output == "shipped is in use now.\n"
    nothing = invoke("models", "rollback")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert nothing.stderr == "Error: No version was in use before 'shipped'. See `feedback-nlp models list`.\n"


@pytest.mark.parametrize(
    ("args", "answer", "removed"),
    [([], "y\n", True), ([], "n\n", False), ([], "", False), (["--yes"], "", True)],
    ids=["yes", "no", "no answer", "--yes"],
)
def test_models_prune(args, answer, removed, home, small_model):
    for name in ("a", "b"):
        kept(home, small_model, name)
    invoke("models", "use", "b")
    result = invoke("models", "prune", *args, stdin=answer)
    assert ("Remove 1 version for ever (a)? [y/N]:" in result.output) is not bool(args)
    assert (result.exit_code == 0, "Removed: a\n" in result.output, "a" in versions()) == (removed, removed, not removed)
    if removed:
        assert invoke("models", "prune").output == "There is no version that is not needed.\n"
    assert current() == "b"


def test_models_diff(home, small_model, small_corpus, monkeypatch):
    monkeypatch.setattr("feedback_nlp.examples.read_corpus", lambda: (small_corpus, []))
    kept(home, small_model, "a", own=2, labels_of_own={"x": "skills_gap", "y": "hiring_freeze"})
    kept(home, small_model, "b", own=2, labels_of_own={"x": "cultural_fit", "z": "hiring_freeze"}, recipe={"own_weight": 2.0}, mails=9)
    result = invoke("models", "diff", "a", "b")
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert ["mails", str(small_model.manifest["mails"]), "9"] in lines
    assert ["own_weight", "4.0", "2.0"] in lines
    assert "Rows of yours: 1 in the first alone, 1 in the second alone, 1 labelled otherwise." in " ".join(result.output.split())
    assert "No difference: both answer every mail alike." in result.output
    found = json.loads(invoke("models", "diff", "--json", "a", "b").output)
    assert (found["rows_of_first"], found["rows_of_second"], found["relabelled"], found["figures"]) == (1, 1, 1, {})
    assert found["made_from"] == {"mails": [small_model.manifest["mails"], 9]}
    assert found["comparison"]["answered_differently"] == 0


def test_models_diff_says_below_the_table_how_each_was_judged(home, small_model, small_corpus, monkeypatch):
    monkeypatch.setattr("feedback_nlp.examples.read_corpus", lambda: (small_corpus, []))
    why = "it reads 5 more of your own mails rightly, when they are held out, and is no worse on the test split"
    kept(home, small_model, "a", own=2, why=why)
    kept(home, small_model, "b", own=3)
    made_from = invoke("models", "diff", "a", "b").output.split("\n\n")[0]
    assert max(map(len, made_from.splitlines())) <= WIDTH
    assert " ".join(made_from.split()).endswith(f"0 labelled otherwise. How a was judged: {why}.")
    assert " why " not in made_from
    assert json.loads(invoke("models", "diff", "--json", "a", "b").output)["made_from"]["why"] == [why, None]


@pytest.mark.parametrize("args", [["use", "none"], ["show", "none"], ["path", "none"], ["diff", "none", "shipped"]], ids=" ".join)
def test_models_bad_name(args):
    result = invoke("models", *args)
    message = "Error: There is no model 'none' (there are: shipped). See `feedback-nlp models list`.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", message)


@pytest.mark.parametrize("manifest", ["{", '{"figures": [1]}'])
def test_models_list_shows_the_others_beside_a_damaged_one(manifest, home):
    (home / "models" / "bad").mkdir(parents=True)
    (home / "models" / "bad" / "manifest.json").write_text(manifest, encoding="utf-8")
    result = invoke("models", "list")
    assert result.exit_code == 0
    assert "shipped" in result.output


def test_models_use_in_a_home_that_can_not_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(tmp_path / "file" / "models")
    monkeypatch.setenv("FEEDBACK_NLP_HOME", str(tmp_path / "home"))
    result = invoke("models", "use", "shipped")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"Error: .*current can't be written \(.*\)\. Choose another place\.\n", result.stderr)
