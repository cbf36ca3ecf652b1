import base64
import csv
import json
import mailbox
import os
import tarfile
import threading
import zipfile
from dataclasses import replace
from email.header import Header
from email.mime.text import MIMEText
from email.policy import SMTP
from pathlib import Path

import pytest
from mails import DECISION, MAILS, TEXTS, mail

from feedback_nlp.errors import InputError
from feedback_nlp.inbox import read_bytes, read_file, read_inbox
from feedback_nlp.inbox.html import html_to_text
from feedback_nlp.inbox.size import size_of
from feedback_nlp.records import Email, Skipped
from feedback_nlp.rows import FIELDS


def as_mbox(folder):
    box = mailbox.mbox(folder / "mails.mbox")
    for message, _ in MAILS:
        box.add(message)
    box.close()
    return folder / "mails.mbox"


def as_folder(folder):
    for number, (message, _) in enumerate(MAILS):
        (folder / f"{number}.eml").write_bytes(message.as_bytes())
    return folder


def as_csv(folder):
    with open(folder / "mails.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["text"], *([text] for text in TEXTS)])
    return folder / "mails.csv"


def as_json_lines(folder):
    (folder / "mails.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), encoding="utf-8")
    return folder / "mails.jsonl"


@pytest.mark.parametrize("form", [as_mbox, as_folder, as_csv, as_json_lines])
def test_every_form_gives_the_same_texts(form, tmp_path):
    assert [email.text.rstrip("\n") for email in read_inbox(form(tmp_path))] == [text.rstrip("\n") for text in TEXTS]


@pytest.mark.parametrize("form", [as_mbox, as_folder])
def test_messages_bring_their_headers(form, tmp_path):
    emails = list(read_inbox(form(tmp_path)))
    assert [email.message_id for email in emails] == [f"{number}@oven.example" for number in range(len(MAILS))]
    assert [email.id for email in emails] == [email.message_id for email in emails]
    assert {(email.sender, email.date, email.row) for email in emails} == {
        ("Ines Field <ines@oven.example>", "Tue, 03 Mar 2026 10:02:00 +0000", None)
    }
    assert emails[1].subject == "Zoë – résumé"


def raw(body, charset=None, encoding="8bit", headers=b""):
    kind = b"Content-Type: text/plain" + (b"; charset=" + charset.encode() if charset else b"") + b"\n"
    return b"From: a@b.example\nSubject: x\n" + headers + kind + b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(raw("naïve “no”".encode(), "utf-8"), "naïve “no”", id="utf-8"),
        pytest.param(raw("naïve".encode("latin-1"), "iso-8859-1"), "naïve", id="latin-1"),
        pytest.param(raw("naïve – no".encode(), "windows-1252"), "naïve – no", id="utf-8 called windows-1252"),
        pytest.param(raw("naïve “no”".encode(), "cp1250"), "naïve “no”", id="utf-8 called cp1250"),
        pytest.param(raw("Отказ".encode("cp1251"), "windows-1251"), "Отказ", id="windows-1251"),
        pytest.param(raw("通过".encode("gb18030"), "gb18030"), "通过", id="gb18030"),
        pytest.param(raw("不採用".encode("shift_jis"), "shift_jis"), "不採用", id="shift_jis"),
        pytest.param(raw("불합격".encode("euc-kr"), "euc-kr"), "불합격", id="euc-kr"),
        pytest.param(raw("naïve".encode("utf-7"), "utf-7"), "naïve", id="utf-7"),
        pytest.param(raw("不录用".encode("hz"), "hz-gb-2312"), "不录用", id="hz"),
        pytest.param(raw("it’s “no”".encode("cp1252"), "iso-8859-1"), "it’s “no”", id="windows-1252 called latin-1"),
        pytest.param(raw("it’s “no”".encode("cp1252"), "us-ascii"), "it’s “no”", id="windows-1252 called ascii"),
        pytest.param(raw("it’s “no”".encode("cp1252"), "utf-8"), "it’s “no”", id="windows-1252 called utf-8"),
        pytest.param(raw("it’s “no”".encode("cp1252"), "windows-1252"), "it’s “no”", id="windows-1252"),
        pytest.param(raw("it’s “no”".encode(), "iso-8859-1"), "it’s “no”", id="utf-8 called latin-1"),
        pytest.param(raw("不採用です no".encode("iso2022_jp"), "iso-2022-jp"), "不採用です no", id="iso-2022-jp"),
        pytest.param(raw("不採用です no".encode("iso2022_jp")), "不採用です no", id="iso-2022-jp undeclared"),
        pytest.param(raw("naïve “no”".encode()), "naïve “no”", id="none declared, utf-8"),
        pytest.param(raw("naïve “no”".encode("cp1252")), "naïve “no”", id="none declared, windows-1252"),
        pytest.param(raw("Отказ".encode("koi8-r"), "koi8-r"), "Отказ", id="koi8-r"),
        pytest.param(raw("naïve".encode(), "x-no-such-charset"), "naïve", id="unknown charset"),
        pytest.param(raw(b"na=C3=AFve =E2=80=9Cno=\n=E2=80=9D", "utf-8", "quoted-printable"), "naïve “no”", id="quoted-printable"),
        pytest.param(raw(base64.b64encode("naïve “no”".encode()), "utf-8", "base64"), "naïve “no”", id="base64"),
        pytest.param(b"\xef\xbb\xbf" + raw(b"no", "utf-8"), "no", id="BOM before the headers"),
    ],
)
def test_body_charsets(data, text):
    assert read_bytes(data, "x").text == f"Subject: x\n\n{text}"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("naïve “no”".encode(), "naïve “no”", id="utf-8"),
        pytest.param("naïve “no”".encode("utf-8-sig"), "naïve “no”", id="utf-8 BOM"),
        pytest.param("naïve “no”".encode("cp1252"), "naïve “no”", id="windows-1252"),
        pytest.param("naïve “no”".encode("utf-16"), "naïve “no”", id="utf-16 BOM"),
        pytest.param(b"a\r\nb\r\n", "a\nb\n", id="CRLF"),
        pytest.param(b"", "", id="empty"),
        pytest.param(b"Dear Sam,\rit is a no.\r", "Dear Sam,\rit is a no.\r", id="CR"),
    ],
)
def test_plain_text(data, text):
    assert read_bytes(data, "x").text == text


@pytest.mark.parametrize("text", ["{{candidate_first_name}},\n\nit is a no.\n", "{First name}, it is a no.", "[{name}] it is a no."])
def test_a_text_with_a_placeholder_first_is_no_table(text, tmp_path):
    (tmp_path / "x").write_text(text, encoding="utf-8", newline="")
    assert [email.text for email in read_inbox(tmp_path / "x")] == [text]


def test_a_text_with_old_line_ends_is_no_table(tmp_path):
    (tmp_path / "x").write_bytes(b"Dear Sam,\rit is a no.\r")
    assert [email.text for email in read_inbox(tmp_path / "x")] == ["Dear Sam,\rit is a no.\r"]


def test_a_message_with_long_seals_first_is_one():
    seal = "ARC-Seal: i=1;" + " b=aaaaaaaaaa\n" * 500
    data = f"{seal}From: a@b.example\nTo: c@d.example\nSubject: x\n\nno".encode()
    assert 4000 < len(seal) < len(data) < 8192
    assert read_bytes(data, "x").text == "Subject: x\n\nno"


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        pytest.param(Header("Absage für Zoë", "utf-8").encode(), "Absage für Zoë", id="utf-8"),
        pytest.param(Header("Absage für Zoë", "iso-8859-1").encode(), "Absage für Zoë", id="latin-1"),
        pytest.param("=?utf-8?q?na=C3=AF?=\n =?utf-8?q?ve?= (ref 7)", "naïve (ref 7)", id="in two words"),
        pytest.param("=?iso-8859-1?q?it=92s_no?=", "it’s no", id="windows-1252 called latin-1"),
        pytest.param("=?x-none?q?no?=", "no", id="unknown charset"),
        pytest.param("=?utf-8?b?a?=", "=?utf-8?b?a?=", id="broken base64"),
        pytest.param("Your\n application", "Your application", id="folded"),
        pytest.param("", "", id="empty"),
        pytest.param("Absage für Zoë", "Absage für Zoë", id="raw utf-8"),
    ],
)
def test_encoded_headers(value, subject):
    assert read_bytes(f"From: a@b.example\nTo: c@d.example\nSubject: {value}\n\nno\n".encode(), "x").subject == subject


def test_encoded_sender():
    data = f"From: {Header('Zoë', 'utf-8').encode()} <z@b.example>\nSubject: x\n\nno\n".encode()
    assert read_bytes(data, "x").sender == "Zoë <z@b.example>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree", id="lines"),
        pytest.param("<ul><li>one</li><li>two</li></ul>", "• one\n\n• two", id="list"),
        pytest.param("<p>R&amp;D &eacute;&nbsp;x</p>", "R&D é\xa0x", id="entities"),
        pytest.param("<head><title>t</title><style>p{}</style></head><script>x()</script><p>no</p>", "no", id="no words"),
        pytest.param('<div style="display:none">hidden</div>no', "no", id="display none"),
        pytest.param('<span style="FONT-SIZE: 0px">hidden</span>no', "no", id="size 0"),
        pytest.param('<span style="visibility: hidden">hidden</span>no', "no", id="invisible"),
        pytest.param("<p hidden>hidden</p>no", "no", id="hidden"),
        pytest.param('<div style="display:none">a<div style="display:none">b</div></div>no', "no", id="hidden in hidden"),
        pytest.param('no<div class="gmail_quote">old</div>', "no", id="gmail_quote"),
        pytest.param('no<div class="gmail_quote">old<div class="gmail_quote">older</div></div>', "no", id="gmail_quote in gmail_quote"),
        pytest.param('no<blockquote type="cite">old</blockquote>', "no", id="cited"),
        pytest.param('<p>no</p><div id="divRplyFwdMsg">From: x</div><p>old</p>', "no", id="Outlook"),
        pytest.param('<td style="font-size:0px"><div style="font-size:13px">no</div></td>', "no", id="size in no size"),
        pytest.param('<div style="font-size:0"><p><b style="font:bold 13px/1 Arial">no</b></p></div>', "no", id="size deep in no size"),
        pytest.param('<td style="font-size:0px"><p class="t">no</p></td>', "no", id="class in no size"),
        pytest.param('<td style="font-size:0px"><font size="3">no</font></td>', "no", id="font in no size"),
        pytest.param('<td style="font-size:0;font-size:14px">no</td>', "no", id="size after no size"),
        pytest.param('<div style="font-size:0"><div style="font-size:13px;display:none">a</div></div>no', "no", id="hidden in no size"),
        pytest.param('<div style="font-size:0"><div style="font-size:0px">a<i>b</i></div></div>no', "no", id="no size in no size"),
        pytest.param('<div><br></div><div id="divRplyFwdMsg">From: x</div><p>no</p>', "From: x\n\nno", id="Outlook forward"),
        pytest.param('Begin forwarded message:<blockquote type="cite">no</blockquote>', "Begin forwarded message:\nno", id="Apple forward"),
        pytest.param(
            '<br><div class="gmail_quote"><div class="gmail_attr">From: x</div><p>no</p></div>', "From: x\n\nno", id="Gmail forward"
        ),
        pytest.param('Sent from my iPhone<div class="gmail_quote">no</div>', "Sent from my iPhone\nno", id="forward from a telephone"),
        pytest.param("<div>no</div>\n<div>luck</div>", "no\nluck", id="lines as divisions"),
        pytest.param("<div>no</div><div><br></div><div>luck</div>", "no\n\nluck", id="an empty division"),
        pytest.param("<div>no<br></div><div>luck</div>", "no\nluck", id="a break at the end of a division"),
        pytest.param("<div><div>no</div></div><div><div>luck</div></div>", "no\nluck", id="divisions in divisions"),
        pytest.param("<div>no</div><p>luck</p><div>bye</div>", "no\n\nluck\n\nbye", id="a paragraph between divisions"),
        pytest.param("no<p>unclosed<div>tags", "no\nunclosed\n\ntags", id="unclosed"),
        pytest.param("", "", id="empty"),
    ],
)
def test_html(html, text):
    assert html_to_text(html) == text


FLOWED = "From: a@b.example\nSubject: x\nContent-Type: text/plain; format=flowed\n\nWe are \nsorry.\nBye\n-- \nJane\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(FLOWED, id="LF"),
        pytest.param(FLOWED.replace("\n", "\r\n"), id="CRLF"),
    ],
)
def test_format_flowed_joins_soft_ends_and_keeps_the_signature_mark(data):
    assert read_bytes(data.encode(), "x").text.splitlines() == ["Subject: x", "", "We are sorry.", "Bye", "-- ", "Jane"]


def test_hard_ends_stay_without_format_flowed():
    data = FLOWED.replace("; format=flowed", "").encode()
    assert read_bytes(data, "x").text == "Subject: x\n\nWe are \nsorry.\nBye\n-- \nJane\n"


def test_from_escaping_is_undone(tmp_path):
    message = mail("x", "Dear Sam,\nFrom the whole team: no.\n> From an old mail\n", 1)
    box = mailbox.mbox(tmp_path / "x")
    box.add(message)
    box.add(mail("y", "Next.\n", 2))
    box.close()
    assert b"\n>From the whole" in (tmp_path / "x").read_bytes()
    texts = [email.text.rstrip("\n") for email in read_inbox(tmp_path / "x")]
    assert texts == ["Subject: x\n\nDear Sam,\nFrom the whole team: no.\n> From an old mail", "Subject: y\n\nNext."]


def test_line_ends_do_not_tell_two_copies_apart(tmp_path):
    message = MIMEText(f"Dear Sam,\n{DECISION}\n")
    message["From"], message["Subject"] = "a@b.example", "x"
    (tmp_path / "lf.eml").write_bytes(message.as_bytes())
    (tmp_path / "crlf.eml").write_bytes(message.as_bytes(policy=SMTP))
    assert read_file(tmp_path / "lf.eml").id == read_file(tmp_path / "crlf.eml").id


def test_text_that_starts_with_from_is_no_mbox(tmp_path):
    (tmp_path / "mail.txt").write_text(f"From the team at Oven,\n\n{DECISION}\n", encoding="utf-8")
    assert [email.text for email in read_inbox(tmp_path / "mail.txt")] == [f"From the team at Oven,\n\n{DECISION}\n"]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param("text,n\nno,1\n", [("no", "1")], id="comma"),
        pytest.param("text;n\nno, sorry;1\n", [("no, sorry", "1")], id="semicolon"),
        pytest.param("text\tn\nno, sorry\t1\n", [("no, sorry", "1")], id="tab"),
        pytest.param('text,n\r\n"no,\r\nsorry",1\r\n', [("no,\r\nsorry", "1")], id="line in a cell"),
        pytest.param('text,n\n"a ""no""",1\n', [('a "no"', "1")], id="quotes"),
        pytest.param("\ufefftext,n\nno,1\n", [("no", "1")], id="BOM"),
        pytest.param(" Text ,n\nno,1\n", [("no", "1")], id="case and spaces"),
        pytest.param("n,BODY\n1,no\n", [("no", "1")], id="body"),
        pytest.param("n,Message\n1,no\n", [("no", "1")], id="message"),
        pytest.param("n,content\n1,no\n", [("no", "1")], id="content"),
        pytest.param("text,n\n\nno,1\n\nyes,2\n", [("no", "1"), ("yes", "2")], id="blank lines"),
        pytest.param("text,n\nno\n,2\n", [("no", ""), ("", "2")], id="too few cells and an empty text"),
        pytest.param("text,n\n", [], id="header only"),
        pytest.param("\r\n\ntext,n\nno,1\n", [("no", "1")], id="blank lines first"),
        pytest.param(";\r\n;;\r\nn;text\r\n1;no\r\n", [("no", "1")], id="rows without a cell first"),
        pytest.param("text;n\rno, sorry, not now;1\ryes, yes, yes;2\r", [("no, sorry, not now", "1"), ("yes, yes, yes", "2")], id="CR"),
        pytest.param("sep=;\rtext;n\rno;1\r", [("no", "1")], id="CR below a hint"),
    ],
)
def test_csv(content, rows, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(content.encode())
    emails = list(read_inbox(path))
    assert [(email.text, email.extra["n"]) for email in emails] == rows
    assert [email.row for email in emails] == list(range(1, len(rows) + 1))
    assert [email.id for email in emails] == [str(email.row) for email in emails]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_encodings(encoding, tmp_path):
    (tmp_path / "rows.csv").write_bytes("text,n\nit’s a naïve no,1\n".encode(encoding))
    assert [email.text for email in read_inbox(tmp_path / "rows.csv")] == ["it’s a naïve no"]


def test_csv_row_with_too_many_cells_is_read_and_reported(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("n,text\n1,no\n2,no,sorry\n3,never\n", encoding="utf-8")
    first, report, second, third = read_inbox(path)
    assert [e.text for e in (first, second, third)] == ["no", "no", "never"]
    assert report == Skipped(f"{path}, row 2", "3 cells under 2 columns; the row was read, but look at its quotes", 0)


@pytest.mark.parametrize(
    ("name", "content", "column", "message"),
    [
        pytest.param("a.csv", "id,note\n1,no\n", None, "{}: no column text or body or message or content (found: 'id', 'note').", id="csv"),
        pytest.param("a.csv", " ", None, "{}: no column text or body or message or content (found: '').", id="blank csv"),
        pytest.param("a.csv", "text\nno\n", "mail", "{}: no column mail (found: 'text').", id="named"),
        pytest.param("a.jsonl", '{"a": 1}\n', None, "{}: no column text or body or message or content (found: 'a').", id="JSON lines"),
    ],
)
def test_no_text_column(name, content, column, message, tmp_path):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        list(read_inbox(path, column))
    assert str(error.value) == message.format(path) + " Name the column of the mail with --text-column."


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.mbox", "a.eml", "a.txt", "a"])
def test_an_empty_file(name, tmp_path):
    (tmp_path / name).touch()
    with pytest.raises(InputError) as error:
        list(read_inbox(tmp_path / name))
    assert str(error.value) == f"{tmp_path / name} is empty. There is no mail in it to read."
    (tmp_path / "b.txt").write_text("no", encoding="utf-8")
    empty, email = read_inbox(tmp_path)
    assert empty == Skipped(str(tmp_path / name), "is empty. There is no mail in it to read.")
    assert email.text == "no"


def test_text_column_by_name(tmp_path):
    (tmp_path / "a.csv").write_text("text,Letter\nnot this,no\n", encoding="utf-8")
    assert [email.text for email in read_inbox(tmp_path / "a.csv", "letter")] == ["no"]


def test_invalid_json_on_line_7_is_named_and_the_rest_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([*('{"text": "no"}',) * 6, '{"text": "no"', '{"text": "last"}', "[1]"]), encoding="utf-8")
    items = list(read_inbox(path))
    assert [item.text for item in items if isinstance(item, Email)] == [*("no",) * 6, "last"]
    assert [item.where for item in items if isinstance(item, Skipped)] == [f"{path}, line 7", f"{path}, line 9"]
    assert all(item.why.startswith("not a JSON object (") for item in items if isinstance(item, Skipped))


def test_json_line_without_the_text_comes_out_empty(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "no"}\n{"id": 3}\n{"text": null}\n', encoding="utf-8")
    assert [(email.id, email.text) for email in read_inbox(tmp_path / "a.jsonl")] == [("1", "no"), ("3", ""), ("3", "")]


def test_deeply_nested_json_is_skipped(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "no"}\n{"text": ' + "[" * 100_000, encoding="utf-8")
    good, bad = read_inbox(tmp_path / "a.jsonl")
    assert good.text == "no"
    assert bad.where == f"{tmp_path / 'a.jsonl'}, line 2"


def test_folder_skips_what_is_no_mail(tmp_path):
    (tmp_path / "a.txt").write_text("no", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF\0\0")
    (tmp_path / ".hidden").write_text("x", encoding="utf-8")
    mail_, skipped = read_inbox(tmp_path)
    assert mail_.text == "no"
    assert skipped == Skipped(
        str(tmp_path / "b.pdf"), "is a binary file, not a mail. Give a text file, an .eml, an mbox, a CSV or JSON lines."
    )


def as_maildir(folder):
    box = mailbox.Maildir(folder / "maildir")
    for message, _ in MAILS:
        box.add(message)
    return folder / "maildir"


def as_mboxrd(folder):
    data = b"".join(b"From - Tue Mar 03 10:02:00 2026\r\n" + m.as_bytes(policy=m.policy.clone(linesep="\r\n")) + b"\r\n" for m, _ in MAILS)
    (folder / "thunderbird").write_bytes(data)
    return folder / "thunderbird"


def as_mboxcl(folder):
    parts = []
    for message, _ in MAILS:
        head, blank, body = message.as_bytes().partition(b"\n\n")
        parts.append(b"From a@b Tue Mar  3 10:02:00 2026\n" + head + b"\nContent-Length: %d" % len(body) + blank + body + b"\n")
    (folder / "mboxcl").write_bytes(b"".join(parts))
    return folder / "mboxcl"


def as_emlx(folder):
    (folder / "apple").mkdir()
    for number, (message, _) in enumerate(MAILS):
        data = message.as_bytes()
        (folder / "apple" / f"{number}.emlx").write_bytes(b"%d      \n" % len(data) + data + b"<plist></plist>\n")
    return folder / "apple"


def as_zip(folder):
    with zipfile.ZipFile(folder / "zip", "w") as archive:
        archive.write(as_mbox(folder), "Takeout/Mail/All mail.mbox")
    return folder / "zip"


def as_tar(folder):
    with tarfile.open(folder / "tar", "w:gz") as archive:
        archive.add(as_maildir(folder), "Maildir")
    return folder / "tar"


def test_attachments_are_counted(tmp_path):
    (tmp_path / "eml").mkdir()
    found = {email.subject: email.attachments for email in read_inbox(as_folder(tmp_path / "eml"))}
    assert {subject: n for subject, n in found.items() if n} == {"With a file": 2, "With a mail inside": 1}


@pytest.mark.parametrize("form", [as_mboxrd, as_mboxcl, as_maildir, as_emlx, as_zip, as_tar])
def test_every_form_gives_the_same_mails(form, tmp_path):
    (tmp_path / "eml").mkdir()
    expected = set(map(hashable, read_inbox(as_folder(tmp_path / "eml"))))
    assert len(expected) == len(MAILS)
    path, passed = form(tmp_path), []
    assert set(map(hashable, read_inbox(path, passed=passed.append))) == expected
    if (size := size_of(path)) is not None:
        assert size * 0.8 < sum(passed) <= size


def hashable(email):
    return replace(email, text=email.text.rstrip("\n"), extra=(), source="", position=1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("form", [as_mbox, as_json_lines])
def test_a_pipe_is_read_as_a_file(form, tmp_path):
    data = form(tmp_path).read_bytes()
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[data])
    writer.start()
    items = list(read_inbox(tmp_path / "pipe"))
    writer.join()
    assert [email.text.rstrip("\n") for email in items] == [text.rstrip("\n") for text in TEXTS]
    assert {email.source for email in items} == {str(tmp_path / "pipe")}


def digest(kind="digest", words=""):
    """As mailing list programs send it: words, a multipart/digest with the messages, more words."""
    parts = "".join(f"\n--d\n\n{message.as_string()}\n" for message, _ in MAILS[:3])
    return (
        'From: list@oven.example\nSubject: Digest\nMessage-ID: <d@oven.example>\nContent-Type: multipart/mixed; boundary="m"\n\n'
        f"--m\nContent-Type: text/plain\n\n{words}\n\n--m\n"
        f'Content-Type: multipart/{kind}; boundary="d"\n{parts}\n--d--\n\n--m--\n'
    ).encode()


def test_a_digest_is_several_messages(tmp_path):
    (tmp_path / "x").write_bytes(digest())
    emails = list(read_inbox(tmp_path / "x"))
    assert [email.text.rstrip("\n") for email in emails] == [text.rstrip("\n") for text in TEXTS[:3]]
    assert [email.id for email in emails] == [f"{number}@oven.example" for number in range(3)]


def test_a_digest_with_own_words_is_one_more(tmp_path):
    (tmp_path / "x").write_bytes(digest(words="Topics of today"))
    emails = list(read_inbox(tmp_path / "x"))
    assert [email.id for email in emails] == ["d@oven.example", *(f"{number}@oven.example" for number in range(3))]
    assert emails[0].text == "Subject: Digest\n\nTopics of today\n"


def test_a_digest_in_an_mbox_and_in_a_digest(tmp_path):
    inner = digest().decode()
    outer = f'From: a@b.example\nSubject: x\nContent-Type: multipart/digest; boundary="o"\n\n--o\n\n{inner}\n--o--\n'
    (tmp_path / "x").write_text(f"From - Tue Mar 03 10:02:00 2026\n{outer}\n", encoding="utf-8")
    emails = list(read_inbox(tmp_path / "x"))
    assert [email.text.rstrip("\n") for email in emails] == [text.rstrip("\n") for text in TEXTS[:3]]


def attached(content, name="", kind="text/plain", first=False):
    """A mail of two parts, one of them a file."""
    file = f"Content-Type: {kind}{name and f'; name={name}'}\nContent-Transfer-Encoding: base64\n\n{base64.b64encode(content).decode()}\n"
    parts = ["Content-Type: text/plain\n\nThe words.\n", file]
    body = "".join(f"\n--b\n{part}" for part in (reversed(parts) if first else parts))
    return f'From: a@b.example\nSubject: x\nContent-Type: multipart/mixed; boundary="b"\n{body}\n--b--\n'.encode()


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(b"\x89PNG" + bytes(500), "", id="a picture that claims to be text"),
        pytest.param(b"Another text.", "letter.txt", id="a text with a file name"),
    ],
)
def test_a_file_that_claims_to_be_text_is_not_read(content, name, first):
    assert read_bytes(attached(content, name, first=first), "x").text == "Subject: x\n\nThe words.\n"


def test_a_file_name_does_not_hide_the_only_words():
    data = attached(b"<p>The only words.</p>", "mail.html", "text/html").replace(b"The words.", b"")
    assert read_bytes(data, "x").text == "Subject: x\n\nThe only words."


def part(kind, *content):
    """A part with its content: a text, or parts."""
    if not kind.startswith("multipart/"):
        return f"Content-Type: {kind}\n\n{content[0]}\n"
    mark = f"b{len(str(content))}"  # another one within another
    return f'Content-Type: {kind}; boundary="{mark}"\n\n' + "".join(f"--{mark}\n{inner}\n" for inner in content) + f"--{mark}--\n"


IMAGE = "Content-Type: image/png\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
HINT = "This mail is HTML. View it in your browser: https://oven.example/1"
LONG = "We chose somebody else, who has baked for longer. " * 6
BOTH = part("multipart/alternative", part("text/plain", "Plain."), part("text/html", "<p>HTML</p>"))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        pytest.param(BOTH, "Plain.", id="two versions"),
        pytest.param(
            part("multipart/mixed", part("text/plain", "CAUTION: from outside."), BOTH), "CAUTION: from outside.\n\nPlain.", id="a warning"
        ),
        pytest.param(part("multipart/mixed", part("text/plain", "One"), IMAGE, part("text/plain", "Two")), "One\n\nTwo", id="a picture"),
        pytest.param(part("multipart/mixed", part("text/plain", "One"), part("text/html", "<p>Two</p>")), "One\n\nTwo", id="both kinds"),
        pytest.param(
            part("multipart/alternative", part("text/plain", HINT), part("multipart/related", part("text/html", f"<p>{LONG}</p>"), IMAGE)),
            LONG.strip(),
            id="a hint",
        ),
        pytest.param(
            part("multipart/alternative", part("text/plain", "A no."), part("text/html", "<p>It is a no for now.</p>")),
            "A no.",
            id="no hint",
        ),
        pytest.param(
            part("multipart/alternative", part("text/plain", LONG + "A. " * 7), part("text/html", f"<p>{LONG * 9}</p>")),
            (LONG + "A. " * 7).strip(),
            id="too long for a hint",
        ),
        pytest.param(part("multipart/alternative", part("text/plain", " "), part("text/html", "<p>no</p>")), "no", id="an empty one"),
        pytest.param(part("multipart/alternative", part("text/html", "<p>no</p>"), part("text/calendar", "BEGIN")), "no", id="HTML alone"),
        pytest.param(
            part(
                "multipart/alternative",
                part("text/plain", "x"),
                part("multipart/mixed", part("text/html", "a b c"), IMAGE, part("text/html", "d")),
            ),
            "a b c\nd",
            id="HTML around a picture",
        ),
    ],
)
def test_the_words_of_parts(message, text):
    assert read_bytes(f"From: a@b.example\nSubject: x\n{message}".encode(), "x").text.strip() == f"Subject: x\n\n{text}"


def missing(folder):
    return folder / "none.txt", "is not there. Check the name."


def empty_folder(folder):
    (folder / "none").mkdir()
    return folder / "none", "holds no files. Give the folder with the .eml or text files."


def binary(folder):
    (folder / "a.png").write_bytes(b"\x89PNG\0\0")
    return folder / "a.png", "is a binary file, not a mail. Give a text file, an .eml, an mbox, a CSV or JSON lines."


def unreadable(folder):
    Path(folder / "loop").symlink_to(folder / "loop")
    return folder / "loop", "can't be read (Too many levels of symbolic links)."


@pytest.mark.parametrize("made", [missing, empty_folder, binary, unreadable])
def test_what_can_not_be_read(made, tmp_path):
    path, message = made(tmp_path)
    with pytest.raises(InputError) as error:
        list(read_inbox(path))
    assert str(error.value) == f"{path} {message}"


ONE = "From a@b.example Tue Mar  3 10:02:00 2026\nFrom: a@b.example\nSubject: x\n\nno\n\n"
MANY = "{source} holds many mails. Label them all: feedback-nlp label {path} -o labelled.csv"
ROWS = "{source} is a table, not one mail. Label its rows: feedback-nlp label {path} -o labelled.csv"
BINARY = (
    "{source} is a binary file, not a mail. Give a text file, an .eml, .emlx or .msg; a whole mailbox to: "
    "feedback-nlp label {path} -o labelled.csv"
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(ONE * 2, MANY, id="mbox"),
        pytest.param("From - \nSubject: x\n\nno\n\nFrom - \nSubject: y\n\nno\n", MANY, id="Thunderbird's mbox"),
        pytest.param("text,from\nWe regret.,a\n", ROWS, id="CSV"),
        pytest.param('sep=;\n"Body";"n"\n"We\nregret; ""x""";1\n', ROWS, id="CSV of Excel"),
        pytest.param('{"text": "We regret."}\n', ROWS, id="JSON lines"),
        pytest.param('[\n  {"text": "We regret."}]', ROWS, id="JSON list"),
        pytest.param(",".join(FIELDS) + "\n" + ",".join("x" * len(FIELDS)) + "\n", ROWS, id="a sheet without texts"),
        pytest.param("PK\x03\x04\0\0", BINARY, id="archive"),
    ],
)
def test_one_mail_is_asked_for(data, message, tmp_path):
    path = tmp_path / "x"
    path.write_text(data, encoding="utf-8", newline="")
    with pytest.raises(InputError) as error:
        read_bytes(data.encode(), "what was pasted")
    assert str(error.value) == message.format(source="what was pasted", path="FILE")
    with pytest.raises(InputError) as error:
        read_file(path)
    assert str(error.value) == message.format(source=path, path=path)


@pytest.mark.parametrize(
    ("data", "start"),
    [
        pytest.param(ONE, "Subject: x", id="mbox of one"),
        pytest.param(
            "From - \nSubject: x\nContent-Length: 30\n\nFrom a@b.example it says 10:02\n",
            "Subject: x",
            id="a line of its body looks like one",
        ),
        pytest.param("Hello Ann, message\nWe regret, and thank you, really.\n", "Hello", id="commas"),
        pytest.param("Body, text\n", "Body", id="a single line"),
        pytest.param("{first_name}, we regret.\nBye\n", "{first", id="a brace"),
        pytest.param("[External] We regret.\n", "[Ext", id="a bracket"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_one_mail_that_looks_like_many(data, start):
    assert read_bytes(data.encode(), "x").text.startswith(start)


def test_a_folder_is_no_mail(tmp_path):
    with pytest.raises(InputError) as error:
        read_file(tmp_path)
    assert str(error.value) == f"{tmp_path} is a folder. For the mails in it: feedback-nlp label {tmp_path} -o labelled.csv"
