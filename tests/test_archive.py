import bz2
import gzip
import io
import lzma
import mailbox
import os
import struct
import tarfile
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from mails import MAILS, TEXTS

from feedback_nlp.errors import InputError
from feedback_nlp.inbox import read_inbox, room
from feedback_nlp.records import Email, Skipped

GOOD = b"From: a@b.example\nSubject: good\n\nno\n"


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []  # nothing stays behind


def mbox_bytes(folder):
    box = mailbox.mbox(folder / "made.mbox")
    for message, _ in MAILS:
        box.add(message)
    box.close()
    return (folder / "made.mbox").read_bytes()


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def tarred(path, members, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def takeout(folder):
    return [("Takeout/archive_browser.html", b"<html>"), ("Takeout/Mail/All mail Including Spam and Trash.mbox", mbox_bytes(folder))]


def emls(_):
    return [(f"mails/{number}.eml", message.as_bytes()) for number, (message, _) in enumerate(MAILS)]


def maildir(_):
    return [(f"Maildir/cur/{number}.M1P2.host:2,S", message.as_bytes()) for number, (message, _) in enumerate(MAILS)]


def in_archives(folder):
    zipped(folder / "inner.zip", emls(folder))
    inner = (folder / "inner.zip").read_bytes()
    return [("deep/inner.zip", inner)]


@pytest.mark.parametrize("members", [takeout, emls, maildir, in_archives])
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda path, members: zipped(path, members), id="zip"),
        pytest.param(lambda path, members: zipped(path, members, zipfile.ZIP_STORED), id="zip, stored"),
        pytest.param(lambda path, members: zipped(path, members, zipfile.ZIP_LZMA), id="zip, lzma"),
        pytest.param(lambda path, members: tarred(path, members), id="tar.gz"),
        pytest.param(lambda path, members: tarred(path, members, "w"), id="tar"),
        pytest.param(lambda path, members: tarred(path, members, "w:bz2"), id="tar.bz2"),
        pytest.param(lambda path, members: tarred(path, members, "w:xz"), id="tar.xz"),
    ],
)
def test_archives(form, members, tmp_path):
    path = form(tmp_path / "no-name-that-tells", members(tmp_path))
    items = list(read_inbox(path))
    assert [item.text.rstrip("\n") for item in items] == [text.rstrip("\n") for text in TEXTS]
    assert [item.id for item in items] == [f"{number}@oven.example" for number in range(len(MAILS))]
    assert all(item.source.startswith(f"{path}/") for item in items)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_one_compressed_file(pack, tmp_path):
    (tmp_path / "mails.mbox.gz").write_bytes(pack(mbox_bytes(tmp_path)))
    items = list(read_inbox(tmp_path / "mails.mbox.gz"))
    assert [item.text.rstrip("\n") for item in items] == [text.rstrip("\n") for text in TEXTS]
    assert {item.source for item in items} == {str(tmp_path / "mails.mbox.gz")}


def test_archives_in_a_folder(tmp_path):
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "a.zip", emls(tmp_path))
    tarred(tmp_path / "in" / "b.tgz", takeout(tmp_path))
    assert [item.text.rstrip("\n") for item in read_inbox(tmp_path / "in")] == [text.rstrip("\n") for text in TEXTS] * 2


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("form", [zipped, tarred])
def test_names_are_only_shown(form, tmp_path):
    (tmp_path / "in").mkdir()
    names = [
        "../../evil.eml",
        "/etc/evil.eml",
        "C:\\evil.eml",
        "a/../../evil.eml",
        "./here.eml",
        "x" * 200 + ".eml",
        "\x1b[31m.eml",
        "twice.eml",
        "twice.eml",
    ]
    before = sorted(Path(tmp_path).rglob("*"))
    path = form(tmp_path / "in" / "x", [(name, GOOD) for name in names])
    items = list(read_inbox(path))
    assert [item.subject for item in items] == ["good"] * len(names)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, path])


def test_links_and_devices_in_a_tar_are_left_alone(tmp_path):
    with tarfile.open(tmp_path / "x", "w:gz") as archive:
        for kind, target in (
            (tarfile.SYMTYPE, "/etc/passwd"),
            (tarfile.LNKTYPE, "good.eml"),
            (tarfile.FIFOTYPE, ""),
            (tarfile.CHRTYPE, ""),
        ):
            member = tarfile.TarInfo("odd.eml")
            member.type, member.linkname = kind, target
            archive.addfile(member)
        member = tarfile.TarInfo("good.eml")
        member.size = len(GOOD)
        archive.addfile(member, io.BytesIO(GOOD))
    assert [item.subject for item in read_inbox(tmp_path / "x")] == ["good"]


BOMB = b" " * 2**22
TIMES = "unpacks to more than 200 times its size, which no mail does."
UNPACK = " The rest of it was not read; unpack it, and give what comes out."


def test_a_bomb_in_a_zip_is_skipped_and_the_rest_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "HARMLESS", 2**20)
    path = zipped(tmp_path / "x", [("a.eml", GOOD), ("bomb", BOMB), ("b.eml", GOOD)])
    first, skipped, last = read_inbox(path)
    assert (first.subject, last.subject) == ("good", "good")
    assert skipped == Skipped(f"{path}/bomb", TIMES)


def test_a_bomb_in_a_tar_ends_it(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "HARMLESS", 2**20)
    path = tarred(tmp_path / "x", [("a.eml", GOOD), ("bomb", BOMB * 4), ("b.eml", GOOD)])
    first, skipped = read_inbox(path)
    assert first.subject == "good"
    assert skipped == Skipped(str(path), TIMES + UNPACK)


def test_a_real_bomb_takes_little_memory_and_space(tmp_path):
    with gzip.open(tmp_path / "x", "wb") as file:
        for _ in range(300):
            file.write(b"\0" * 2**20)
    tracemalloc.start()
    assert list(read_inbox(tmp_path / "x")) == [Skipped(str(tmp_path / "x"), TIMES + UNPACK)]
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def test_the_total_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "LARGEST_TOTAL", 3 * len(GOOD))
    path = zipped(tmp_path / "x", [(f"{number}.eml", GOOD) for number in range(9)])
    *good, skipped = read_inbox(path)
    assert [item.subject for item in good] == ["good"] * 3
    assert skipped == Skipped(str(path), "unpacks to more than 0 GB in all." + UNPACK)


def test_a_file_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "LARGEST_FILE", 100)
    path = zipped(tmp_path / "x", [("big.eml", GOOD * 9), ("b.eml", GOOD)])
    skipped, good = read_inbox(path)
    assert (skipped, good.subject) == (Skipped(f"{path}/big.eml", "unpacks to more than 0 GB."), "good")


def test_archives_in_archives_end(tmp_path):
    data = GOOD
    for _ in range(5):
        zipped(tmp_path / "x", [("inner", data), ("good.eml", GOOD)])
        data = (tmp_path / "x").read_bytes()
    skipped, *good = read_inbox(tmp_path / "x")
    assert [item.subject for item in good] == ["good"] * 3
    assert skipped == Skipped(f"{tmp_path / 'x'}/inner/inner/inner", "lies in archives more than 3 deep." + UNPACK)


def test_encrypted_members_are_named(tmp_path):
    path = zipped(tmp_path / "x", [("a.eml", GOOD), ("b.eml", GOOD)])
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\1\2")
    struct.pack_into("<H", data, directory + 8, struct.unpack_from("<H", data, directory + 8)[0] | 1)
    path.write_bytes(data)
    skipped, good = read_inbox(path)
    assert skipped == Skipped(f"{path}/a.eml", "is encrypted. Unpack it with its password, and give what comes out.")
    assert good.subject == "good"


def test_a_damaged_member_is_named_and_the_rest_is_read(tmp_path):
    path = zipped(tmp_path / "x", [("a.eml", GOOD + os.urandom(30_000)), ("b.eml", GOOD)], zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[20_000] ^= 255
    path.write_bytes(data)
    damaged, skipped, good = read_inbox(path)
    assert (damaged.subject, good.subject) == ("good", "good")
    assert skipped.where == f"{path}/a.eml"
    assert skipped.why == "is damaged or breaks off (Bad CRC-32 for file 'a.eml'). What came before that was read."


def test_a_truncated_tar_gives_what_is_there(tmp_path):
    path = tarred(tmp_path / "x", [("a.eml", GOOD), ("b.mbox", mbox_bytes(tmp_path) + os.urandom(50_000))])
    path.write_bytes(path.read_bytes()[:20_000])
    items = list(read_inbox(path))
    emails = [item for item in items if isinstance(item, Email)]
    assert [email.text.rstrip("\n") for email in emails][: len(MAILS)] == [
        "Subject: good\n\nno",
        *(text.rstrip("\n") for text in TEXTS[:-1]),
    ]
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert skipped
    assert all("is damaged or breaks off (" in item.why for item in skipped)


@pytest.mark.parametrize("size", [30, 100, 200])
def test_a_truncated_zip_is_named(size, tmp_path):
    path = zipped(tmp_path / "x", [("a.eml", GOOD * 9), ("b.eml", GOOD)])
    path.write_bytes(path.read_bytes()[:size])
    assert list(read_inbox(path)) == [
        Skipped(str(path), "is damaged or breaks off (File is not a zip file). What came before that was read.")
    ]


def test_a_zip_of_a_later_version_is_named(tmp_path):
    path = zipped(tmp_path / "x", [("a.eml", GOOD)])
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 6] = 200
    path.write_bytes(data)
    assert list(read_inbox(path)) == [
        Skipped(str(path), "is damaged or breaks off (zip file version 20.0). What came before that was read.")
    ]


def test_a_document_is_no_archive(tmp_path):
    path = zipped(tmp_path / "x.docx", [("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>")])
    with pytest.raises(InputError, match=r"x\.docx is a document or a program, not a mail\. Save its text as \.txt\.$"):
        list(read_inbox(path))


def test_hidden_and_half_delivered_members(tmp_path):
    names = ["__MACOSX/._a.eml", ".DS_Store", "Inbox.msf", "Maildir/tmp/half", "good.eml"]
    path = zipped(tmp_path / "x", [(name, GOOD) for name in names])
    skipped, good = read_inbox(path)
    assert skipped == Skipped(
        f"{path}/Maildir/tmp/half", "lies in a folder `tmp`, where mail programs put mail that is not there in full yet."
    )
    assert good.subject == "good"


def test_stopping_early_leaves_nothing_behind(tmp_path):
    items = read_inbox(zipped(tmp_path / "x", [("a.eml", GOOD), ("b.eml", GOOD)]))
    next(items)
    items.close()
