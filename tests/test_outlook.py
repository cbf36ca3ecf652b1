import datetime
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import compressed_rtf
import msgforge
import pytest
from mails import MAILS, TEXTS
from msgforge._builder import _OleWriter, _Props

from feedback_nlp.errors import InputError
from feedback_nlp.inbox import read_bytes, read_file, read_inbox
from feedback_nlp.inbox.outlook import is_mail
from feedback_nlp.records import Email, Skipped

SENT = datetime.datetime(2026, 3, 3, 10, 2, tzinfo=datetime.timezone.utc)
HEADERS = (
    "Received: from mx.oven.example;\r\n Tue, 3 Mar 2026 10:02:00 +0000\r\nFrom: Ines <ines@oven.example>\r\n"
    "Date: Tue, 3 Mar 2026 10:02:01 +0000\r\nMessage-ID: <7@oven.example>\r\n\r\n"
)


def msg(message, text):
    sender = ("ines@oven.example", "Ines Field")
    return msgforge.Message(subject=message["Subject"], text_body=text.partition("\n\n")[2], sender=sender, sent=SENT).as_bytes()


def test_a_folder_of_msg_files(tmp_path):
    for number, (message, text) in enumerate(MAILS):
        (tmp_path / f"{number}.msg").write_bytes(msg(message, text))
    emails = list(read_inbox(tmp_path))
    assert [email.text.rstrip("\n") for email in emails] == [text.rstrip("\n") for text in TEXTS]
    assert [email.subject for email in emails] == [message["Subject"] for message, _ in MAILS]
    assert {(email.sender, email.date) for email in emails} == {("Ines Field <ines@oven.example>", "Tue, 03 Mar 2026 10:02:00 +0000")}
    assert [email.source for email in emails] == [str(tmp_path / f"{number}.msg") for number in range(len(MAILS))]
    assert len({email.id for email in emails}) == len(MAILS)


def test_one_msg_file(tmp_path):
    (tmp_path / "x").write_bytes(msg(*MAILS[0]))
    assert [read_file(tmp_path / "x")] == list(read_inbox(tmp_path / "x"))


def container(properties, codepage=0):
    """An .msg with these streams: {"1000001F": "text"}."""
    ole = _OleWriter()
    for name, value in properties.items():
        data = value if isinstance(value, bytes) else value.encode("utf-16-le")
        ole.add_stream(ole.root, f"__substg1.0_{name}", data)
    fixed = _Props()
    fixed.add_long(0x3FFD, codepage)
    ole.add_stream(ole.root, "__properties_version1.0", fixed.build_msg_stream(0, 0))
    return ole.build()


RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Dear Zo\'eb,\par it is a \b no\b0 .\par}"
HTML_IN_RTF = (
    rb"{\rtf1\ansi\fromhtml1{\*\htmltag <p>}\htmlrtf {\htmlrtf0 Dear Zo\'eb,\htmlrtf\par}\htmlrtf0"
    rb"{\*\htmltag </p><p>}it is a no.{\*\htmltag </p>}}"
)


@pytest.mark.parametrize(
    ("properties", "codepage", "text"),
    [
        pytest.param({"1000001F": "Zoë,\r\nno."}, 0, "Zoë,\nno.", id="text"),
        pytest.param({"1000001E": "Zoë “no”".encode("cp1252")}, 1252, "Zoë “no”", id="windows-1252"),
        pytest.param({"1000001E": "Отказ".encode("cp1251")}, 1251, "Отказ", id="windows-1251"),
        pytest.param({"1000001E": "Zoë “no”".encode()}, 65001, "Zoë “no”", id="utf-8"),
        pytest.param({"1000001E": "Zoë".encode("cp1252")}, 99999, "Zoë", id="unknown code page"),
        pytest.param({"1000001F": " \r\n", "10130102": "<p>Zoë</p><p>no</p>".encode()}, 0, "Zoë\n\nno", id="HTML"),
        pytest.param({"10130102": '<meta charset="koi8-r"><p>Отказ</p>'.encode("koi8-r")}, 0, "Отказ", id="HTML with a charset"),
        pytest.param({"1013001F": "<p>Zoë</p>"}, 0, "Zoë", id="HTML as a string"),
        pytest.param({"10090102": compressed_rtf.compress(RTF)}, 0, "Dear Zoë,\nit is a no.\n", id="rich text"),
        pytest.param({"10090102": compressed_rtf.compress(HTML_IN_RTF)}, 0, "Dear Zoë,\nit is a no.", id="HTML in rich text"),
        pytest.param({}, 0, "", id="nothing"),
    ],
)
def test_bodies(properties, codepage, text):
    assert read_bytes(container({"0037001F": "x", **properties}, codepage), "x").text == f"Subject: x\n\n{text}"


def test_headers_go_first():
    email = read_bytes(container({"0037001F": "x", "1000001F": "no", "007D001F": HEADERS, "0C1A001F": "Somebody"}), "x")
    assert email == Email(
        id="7@oven.example",
        text="Subject: x\n\nno",
        subject="x",
        sender="Ines <ines@oven.example>",
        date="Tue, 3 Mar 2026 10:02:01 +0000",
        message_id="7@oven.example",
        source="x",
    )


@pytest.mark.parametrize(
    ("address", "sender"),
    [("ines@oven.example", "Ines <ines@oven.example>"), ("/O=OVEN/CN=INES", "Ines"), ("Ines", "Ines")],
)
def test_senders(address, sender):
    assert read_bytes(container({"0C1A001F": "Ines", "0C1F001F": address, "1035001F": "<8@x>"}), "x").sender == sender


def test_an_old_office_document_is_no_mail():
    ole = _OleWriter()
    ole.add_stream(ole.root, "WordDocument", b"x" * 5000)
    with pytest.raises(InputError) as error:
        read_bytes(ole.build(), "x.doc")
    assert str(error.value) == "x.doc is an old Office document, not a mail. Save its text as .txt."


@pytest.mark.parametrize("size", [8, 511, 700, 1600])
def test_a_truncated_msg_does_not_lose_the_others(size, tmp_path):
    (tmp_path / "a.msg").write_bytes(msg(*MAILS[0])[:size])
    (tmp_path / "b.msg").write_bytes(msg(*MAILS[1]))
    skipped, good = read_inbox(tmp_path)
    assert skipped.where == str(tmp_path / "a.msg")
    assert skipped.why.startswith("can't be read as an .msg (")
    assert skipped.why.endswith("). Save it from Outlook anew, or as text.")
    assert good.subject == MAILS[1][0]["Subject"]


@pytest.mark.parametrize(
    ("start", "module", "message"),
    [
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "olefile", "is an Outlook file, and olefile is not installed.", id="msg"),
        pytest.param(b"!BDN", "pypff", "is an Outlook mailbox, and libpff is not installed.", id="pst"),
    ],
)
def test_without_the_extra_the_message_says_what_to_install(start, module, message, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "x").write_bytes(start + bytes(2000))
    with pytest.raises(InputError) as error:
        list(read_inbox(tmp_path / "x"))
    assert str(error.value) == f"{tmp_path / 'x'} {message} Install it: pip install 'feedback-nlp[outlook]'"


@pytest.mark.parametrize("rest", [b"", b"\0" * 600, b"x" * 5000])
def test_a_damaged_pst(rest, tmp_path):
    (tmp_path / "x").write_bytes(b"!BDN" + rest)
    with pytest.raises(InputError) as error:
        list(read_inbox(tmp_path / "x"))
    assert str(error.value) == f"{tmp_path / 'x'} can't be read as an Outlook mailbox. Close Outlook, or export the folder anew."


@pytest.mark.parametrize(
    ("name", "mail"),
    [
        *(("IPM.Note", True), ("IPM.Note.SMIME", True), ("REPORT.IPM.Note.NDR", True), ("IPM.Schedule.Meeting.Request", True), ("", True)),
        *(("IPM.Appointment", False), ("IPM.Contact", False), ("IPM.Task", False), ("IPM.Notes", False)),
    ],
)
def test_message_classes(name, mail):
    assert is_mail(name) is mail


class Folder:
    """A folder as libpff gives it: a real one can't be made here, only read (see below)."""

    def __init__(self, name, folders=(), messages=()):
        self.name, self.folders, self.messages = name, folders, messages

    def get_number_of_sub_folders(self):
        return len(self.folders)

    def get_sub_folder(self, index):
        return self.folders[index]

    def get_number_of_sub_messages(self):
        if self.messages is None:
            raise OSError("damaged")
        return len(self.messages)

    def get_sub_message(self, index):
        if isinstance(self.messages[index], Exception):
            raise self.messages[index]
        return self.messages[index]


def item(subject, kind="IPM.Note", **given):
    strings = {0x001A: kind, 0x0C1F: "ines@oven.example"}
    entries = [SimpleNamespace(entry_type=tag, get_data_as_string=lambda value=value: value) for tag, value in strings.items()]
    names = "plain_text_body html_body rtf_body transport_headers delivery_time client_submit_time".split()
    fields = dict.fromkeys(names) | {"subject": subject, "sender_name": "Ines", "record_sets": [SimpleNamespace(entries=entries)]}
    return SimpleNamespace(**fields | given)


def test_folders_of_a_pst(tmp_path, monkeypatch):
    late = SENT.replace(tzinfo=None)
    root = Folder(
        None,
        [
            Folder(
                "Inbox",
                [Folder("2025", messages=[item("b", html_body=b"<p>B</p>")])],
                [item("a", plain_text_body=b"A\r\n", client_submit_time=late), OSError("damaged"), item("c", rtf_body=RTF)],
            ),
            Folder("Calendar", messages=[item("d", "IPM.Appointment"), item("e", "IPM.Appointment")]),
            Folder("Damaged", messages=None),
        ],
    )
    box = SimpleNamespace(open=lambda path: None, get_root_folder=lambda: root, close=lambda: None)
    monkeypatch.setitem(sys.modules, "pypff", SimpleNamespace(file=lambda: box))
    path = tmp_path / "x"
    path.write_bytes(b"!BDN")
    first, damaged, second, third, others, lost = read_inbox(path)
    assert [email.text for email in (first, second, third)] == [
        *("Subject: a\n\nA\n", "Subject: c\n\nDear Zoë,\nit is a no.\n", "Subject: b\n\nB"),
    ]
    assert (first.sender, first.date) == ("Ines <ines@oven.example>", "Tue, 03 Mar 2026 10:02:00 +0000")
    assert [damaged, others, lost] == [
        Skipped(f"{path}/Inbox, message 2", "can't be read (OSError)"),
        Skipped(f"{path}/Calendar", "2 calendar entries, contacts or other items that are no mails", 2),
        Skipped(f"{path}/Damaged", "is damaged, and not all of it can be read"),
    ]


FOLDER = os.environ.get("FEEDBACK_NLP_PST", "")
SAMPLES = sorted(Path(FOLDER).glob("*.[op]st")) if FOLDER else []


@pytest.mark.skipif(not SAMPLES, reason="FEEDBACK_NLP_PST names no folder with .pst or .ost files, and no Python package ships any")
def test_real_mailboxes():
    for path in SAMPLES:
        items = list(read_inbox(path))
        emails = [item for item in items if isinstance(item, Email)]
        assert emails
        assert all("can't be read" not in item.why for item in items if isinstance(item, Skipped))
        assert all(email.sender and email.date for email in emails)
        assert sum(bool(email.text.partition("\n\n")[2].strip()) for email in emails) > len(emails) / 2
