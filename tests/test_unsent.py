import os
import stat
import subprocess
import sys
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.errors import OutputError
from feedback_nlp.records import Draft, Email
from feedback_nlp.unsent import copy_draft, unsent, write_draft

DRAFT = Draft("Re: Your application", "Hello Ida,\n\nThank you, and all the best from Zoë.\n\nKind regards", "ida@alder.example")
EMAIL = Email("1", "It is a no.", message_id="2@alder.example", references=("1@alder.example",))


def parsed(data):
    return BytesParser(policy=policy.default).parsebytes(data)


def test_it_is_an_unsent_answer(tmp_path):
    write_draft(DRAFT, EMAIL, tmp_path / "mail.EML")
    message = parsed((tmp_path / "mail.EML").read_bytes())
    assert dict(message.items()) == {
        "X-Unsent": "1",
        "To": "ida@alder.example",
        "Subject": "Re: Your application",
        "In-Reply-To": "<2@alder.example>",
        "References": "<1@alder.example> <2@alder.example>",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "8bit",
        "MIME-Version": "1.0",
    }
    assert message.get_content().splitlines() == DRAFT.body.splitlines()
    assert message.defects == []


def test_without_an_address_it_answers_nothing():
    message = parsed(unsent(Draft("My application", "Hello,"), EMAIL))
    assert [message[name] for name in ("To", "In-Reply-To", "References")] == [None, None, None]
    assert message["Subject"] == "My application"


@pytest.mark.parametrize(
    ("message_id", "references", "answered", "thread"),
    [
        ("<2@x>", (), "<2@x>", "<2@x>"),
        ("", ("1@x",), None, None),
        ("2@x\r\nBcc: all@x.example", ("1@x",), None, None),
        ("2@x", ("1@x\nBcc: all@x.example", "0@x", "2@x"), "<2@x>", "<0@x> <2@x>"),
        ("2@x", tuple(f"a{i}@x" for i in range(30)), "<2@x>", " ".join([*(f"<a{i}@x>" for i in range(21, 30)), "<2@x>"])),
        ("é@x", (), None, None),
        ("a" * 240 + "@x", (), "<" + "a" * 240 + "@x>", "<" + "a" * 240 + "@x>"),
        ("a" * 300 + "@x", (), None, None),
    ],
)
def test_thread(message_id, references, answered, thread):
    data = unsent(DRAFT, Email("1", "", message_id=message_id, references=references))
    message = parsed(data)
    assert (message["In-Reply-To"], message["References"]) == (answered, thread)
    assert b"=?" not in data.partition(b"\r\n\r\n")[0]


HEADERS = {"x-unsent", "to", "subject", "in-reply-to", "references", "content-type", "content-transfer-encoding", "mime-version"}


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=4))
def test_no_header_can_be_brought_in(message_id, references):
    message = parsed(unsent(DRAFT, Email("1", "", message_id=message_id, references=tuple(references))))
    assert {name.lower() for name in message} <= HEADERS
    assert message["Subject"] == DRAFT.subject
    assert message.get_content().splitlines() == DRAFT.body.splitlines()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mail.txt", "mail.txt: a draft is written as .eml. Name a file that ends so, or leave -o out for plain text."),
        ("mail", "mail: a draft is written as .eml. Name a file that ends so, or leave -o out for plain text."),
        ("folder.eml", "folder.eml can't be written (Is a directory). Choose another place."),
    ],
)
def test_what_can_not_be_written(name, message, tmp_path):
    (tmp_path / "folder.eml").mkdir()
    with pytest.raises(OutputError) as error:
        write_draft(DRAFT, EMAIL, tmp_path / name)
    assert str(error.value) == f"{tmp_path}/{message}"


COPY = "from feedback_nlp.unsent import copy_draft\nfrom feedback_nlp.records import Draft\ncopy_draft(Draft('Subject', 'Hello Zoë,'))"


@pytest.mark.skipif(sys.platform != "linux", reason="the clipboard's program is found by its name on Linux only")
def test_the_body_is_copied(tmp_path):
    program = tmp_path / "xclip"
    program.write_text(f'#!/bin/sh\nPATH={os.environ["PATH"]}\ncat > "{tmp_path}/copied"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":0"}
    subprocess.run([sys.executable, "-c", COPY], env=environment, check=True, timeout=60)
    assert (tmp_path / "copied").read_text(encoding="utf-8") == "Hello Zoë,"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a clipboard")
def test_no_clipboard(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COPY], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr.splitlines()[-1] == (
        "feedback_nlp.errors.OutputError: There is no clipboard here (on Linux, install xclip or wl-clipboard). Or take -o mail.eml."
    )


def test_the_clipboard_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyperclip", None)
    with pytest.raises(OutputError) as error:
        copy_draft(DRAFT)
    assert str(error.value) == "The clipboard needs an extra: pip install 'feedback-nlp[clipboard]'. Or take -o mail.eml."
