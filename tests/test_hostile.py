"""Messages that are damaged or meant to do harm, each between two good ones: these come out, and the counts add up."""

import base64
import json
import os
import sys
import time
import zipfile

import pytest

from feedback_nlp.dates import time_of
from feedback_nlp.feedback import give_feedback
from feedback_nlp.inbox import read_bytes
from feedback_nlp.labelling import Wanted, label_mailbox

GOOD = (
    b"From: Ida <ida@mill.example>\nTo: me@home.example\nSubject: No %d\nDate: Tue, 3 Mar 2026 10:02:00 +0000\n\n"
    b"We have chosen somebody else.\n"
)
HEAD = b"From: x@y.example\nSubject: odd\nDate: Tue, 3 Mar 2026 10:03:00 +0000\nMIME-Version: 1.0\n"


def nested(depth):
    parts = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(depth))
    return HEAD + parts + b"Content-Type: text/plain\n\ndeep\n"


ODD = {
    "cut off in its headers": b"From: x@y.example\nSubj",
    "cut off in an encoding": HEAD + b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"We have chosen somebody else.")[:-7],
    "10,000 parts in parts": nested(10_000),
    "10,000 parts beside each other": HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 10_000 + b"--b--\n",
    "headers without end": HEAD + b"X-A: " + b"a" * 3_000_000,
    "a header 100,000 times": HEAD + b"Received: from a by b\n" * 100_000 + b"\nno\n",
    "NUL bytes": HEAD + b"\n" + b"\0" * 100_000,
    "NUL bytes in headers": b"From: a\0b@c.example\nTo: x\0\nSubject: \0\n\nno\n",
    "an unknown charset": HEAD + b"Content-Type: text/plain; charset=klingon-8\n\nWir haben uns entschieden, ein Nein.\n",
    "an attachment that claims to be text": HEAD + b"Content-Type: text/plain; name=a.exe\n\n" + bytes(range(256)) * 200,
    "no From": b"Subject: none\nDate: Tue, 3 Mar 2026 10:02:00 +0000\n\nno\n",
    "a date of 1900": b"From: x@y.example\nDate: Mon, 1 Jan 1900 00:00:00 +0000\n\nno\n",
    "a date of 2999": b"From: x@y.example\nDate: Tue, 1 Jan 2999 00:00:00 +0000\n\nno\n",
    "no date": b"From: x@y.example\nSubject: x\n\nno\n",
    "references without end": HEAD + b"References: " + b"<a@b> " * 100_000 + b"\n\nno\n",
    "recipients without end": HEAD + b"To: " + b"a@b.example, " * 20_000 + b"\n\nno\n",
    "a subject of Re:": b"From: x@y.example\nSubject: " + b"Re: " * 20_000 + b"\n\nno\n",
    "a formula and escape codes": b"From: =cmd|'/c calc'!A1 <x@y.example>\nSubject: \x1b[31m=1+1\n\n@SUM(1)\n",
}


def labelled(paths, folder, model):
    result = label_mailbox(paths, Wanted(folder / "out.csv"), model, lambda size, messages: None)
    counts = result.overview
    assert counts.read == counts.labelled + counts.duplicates + counts.skipped
    return counts


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_in_an_mbox(odd, tmp_path, model):
    box = b"".join(b"From - Tue Mar  3 10:02:00 2026\n" + message + b"\n" for message in (GOOD % 1, odd, GOOD % 2))
    (tmp_path / "in.mbox").write_bytes(box)
    counts = labelled([tmp_path / "in.mbox"], tmp_path, model)
    assert counts.read == 3
    assert counts.labels["another_candidate"] >= 2


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_in_a_folder_and_a_zip(odd, tmp_path, model):
    folder = tmp_path / "in"
    folder.mkdir()
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, message in (("1.eml", GOOD % 1), ("2.eml", odd), ("3.eml", GOOD % 2)):
            (folder / name).write_bytes(message)
            archive.writestr(f"../{name}", message)
    counts = labelled([folder, tmp_path / "in.zip"], tmp_path, model)
    assert counts.read == 6
    assert counts.labels["another_candidate"] >= 2
    assert not list(tmp_path.parent.glob("*.eml"))


def test_a_mailbox_cut_off_anywhere(tmp_path, model):
    whole = b"".join(b"From - Tue Mar  3 10:02:00 2026\n" + GOOD % n + b"\n" for n in range(3))
    for end in range(len(whole) - 120, len(whole), 17):
        (tmp_path / "in.mbox").write_bytes(whole[:end])
        assert labelled([tmp_path / "in.mbox"], tmp_path, model).labels["another_candidate"] >= 2


def test_a_link_to_nowhere_and_a_locked_file(tmp_path, model):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.eml").write_bytes(GOOD % 1)
    (folder / "2.eml").symlink_to(folder / "gone")
    counts = labelled([folder, tmp_path / "gone.pst"], tmp_path, model)
    assert (counts.read, counts.labelled, counts.skipped) == (3, 1, 2)
    assert [item.why for item in counts.left_out] == ["is not there. Check the name."] * 2


def test_dates_that_cannot_be_are_none():
    assert {name: time_of(b.split(b"Date: ")[1].split(b"\n")[0].decode()) for name, b in ODD.items() if name.startswith("a date of")} == {
        "a date of 1900": None,
        "a date of 2999": None,
    }


@pytest.mark.parametrize("encoding", ["", "Content-Transfer-Encoding: base64\n"], ids=["8bit", "base64"])
@pytest.mark.parametrize(
    "charset",
    ["charset=a\0b", "charset*=a\0b''x", "charset*0*=\0", "charset=punycode", "charset=PunyCode", "charset=idna", "charset=unicode_escape"],
)
def test_a_charset_that_is_none(charset, encoding):
    words = "We chose somebody else: déjà vu, C:\\x41 " + "9" * 300_000
    body = base64.b64encode(words.encode()) if encoding else words.encode()
    head = f"From: x@y.example\nSubject: odd\nContent-Type: text/plain; {charset}\n{encoding}\n"
    begun = time.process_time()
    assert read_bytes(head.encode() + body, "in").text == f"Subject: odd\n\n{words}"
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("ending", [" ", "\t", " \t"])
@pytest.mark.parametrize("closing", ["Thanks", "Kind regards", "yours sincerely", "Dear Sam", "re", "On Monday"])
def test_white_space_without_end_takes_no_time(closing, ending, model):
    begun = time.process_time()
    next(model.classify([f"We have chosen somebody else.\n\n{closing}{ending * 90_000}x\n"]))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("line", ["\n", "- a\n", "Dear Sam\n", "On Monday\n", "No. ", "> a\n"])
def test_a_megabyte_of_short_lines_takes_little_time(line, model):
    email = read_bytes(b"We have chosen somebody else.\n\n" + line.encode() * (2**20 // len(line)), "in")
    next(give_feedback([email], model))  # what is loaded on first use counts for no mail
    begun = time.process_time()
    assert next(give_feedback([email], model)).prediction.label
    assert time.process_time() - begun < 4


HALF = "\ud83d"
HALVES = dict.fromkeys(("id", "subject", "folder", HALF, f"{HALF}2"), HALF) | {
    "text": f"We have chosen somebody else.{HALF}",
    "from": f"{HALF} <{HALF}@b.example>",
    "date": f"2026-03-04{HALF}",
    "message_id": f"<{HALF}@x>",
    "references": f"<{HALF}@y>",
    "to": f"{HALF}@c.example",
}


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_half_a_letter_in_any_field_ends_no_run(ending, tmp_path, model):
    raw = (
        b"From: \xff <a\xff@b.example>\nTo: \xff@c.example\nSubject: \xff\nMessage-ID: <\xff@x>\nReferences: <\xff@y>\n"
        b"X-Gmail-Labels: \xff\nDate: Tue, 3 Mar 2026 10:02:00 +0000\n\nWe have chosen somebody else.\xff\n"
    )
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.eml").write_bytes(raw)
    (folder / "rows.jsonl").write_text(json.dumps(HALVES) + "\n" + json.dumps(HALVES | {"id": "2", "message_id": "2"}) + "\n")
    if sys.platform == "linux":  # elsewhere no file is called so
        (tmp_path / os.fsdecode(b"in/\xfe.eml")).write_bytes(raw.replace(b"<\xff@x>", b"<3@x>"))
        (tmp_path / os.fsdecode(b"in/\xfe.pdf")).write_bytes(b"\0\1")
    wanted = Wanted(tmp_path / f"out{ending}", skipped=tmp_path / f"skipped{ending}", silence=tmp_path / f"silence{ending}")
    files = 2 * (sys.platform == "linux")
    for _ in range(2):
        counts = label_mailbox([folder], wanted, model, lambda size, messages: None).overview
        assert (counts.read, counts.labelled, counts.skipped) == (3 + files, 3 + files // 2, files // 2)
        assert counts.labels["another_candidate"] == counts.labelled
