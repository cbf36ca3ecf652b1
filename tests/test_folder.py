import mailbox
import os

import pytest
from mails import MAILS, TEXTS

from feedback_nlp.inbox import read_inbox
from feedback_nlp.records import Email, Skipped


def as_mbox(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    box = mailbox.mbox(path)
    for message, _ in MAILS:
        box.add(message)
    box.close()


def maildir(folder):
    box = mailbox.Maildir(folder / "Maildir")
    for number, (message, _) in enumerate(MAILS):
        kept = mailbox.MaildirMessage(message)
        kept.set_subdir("new" if number % 2 else "cur")
        box.add(kept)
    sent = box.add_folder("Sent")
    sent.add(MAILS[0][0])
    (folder / "Maildir" / "tmp" / "half").write_text("From: a@b.example\nSubject: half\n\nHalf", encoding="utf-8")
    (folder / "Maildir" / "dovecot-uidlist").write_text("3 V1 N2", encoding="utf-8")
    return folder / "Maildir", [*TEXTS, TEXTS[0]]


def apple(folder):
    as_mbox(folder / "Jobs.mbox" / "mbox")
    (folder / "Jobs.mbox" / "table_of_contents").write_bytes(b"\0\1\2")
    return folder / "Jobs.mbox", TEXTS


def thunderbird(folder):
    as_mbox(folder / "Mail" / "Inbox")
    (folder / "Mail" / "Inbox.msf").write_text('// <!-- <mdb:mork:z v="1.4"/> -->', encoding="utf-8")
    as_mbox(folder / "Mail" / "Inbox.sbd" / "2025")
    as_mbox(folder / "Mail" / "Inbox.sbd" / "2025.sbd" / "March")
    return folder / "Mail", TEXTS * 3


@pytest.mark.parametrize("made", [maildir, apple, thunderbird])
def test_folders_of_mail_programs(made, tmp_path):
    folder, expected = made(tmp_path)
    items = list(read_inbox(folder))
    assert [item for item in items if isinstance(item, Skipped)] == []
    assert sorted(item.text.rstrip("\n") for item in items) == sorted(text.rstrip("\n") for text in expected)


def test_mixed_folder(tmp_path):
    as_mbox(tmp_path / "b" / "mails")
    (tmp_path / "a.eml").write_bytes(MAILS[0][0].as_bytes())
    (tmp_path / "c.csv").write_text("text,label\nno,vague\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("name,age\nAnn,7\n", encoding="utf-8")
    (tmp_path / "e.txt").write_text("A pasted mail.", encoding="utf-8")
    items = list(read_inbox(tmp_path))
    assert [item.text.rstrip("\n") for item in items if isinstance(item, Email)] == [
        *(TEXTS[0].rstrip("\n"), "no", "A pasted mail."),
        *(text.rstrip("\n") for text in TEXTS),
    ]
    (skipped,) = [item for item in items if isinstance(item, Skipped)]
    assert skipped == Skipped(
        str(tmp_path / "d.csv"),
        "no column text or body or message or content (found: 'name', 'age'). Name the column of the mail with --text-column.",
    )


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who may be refused")
def test_locked_files_and_folders_are_skipped(tmp_path):
    for name in ("a", "locked", "z"):
        (tmp_path / f"{name}.eml").write_bytes(MAILS[0][0].as_bytes())
    (tmp_path / "locked.eml").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    items = list(read_inbox(tmp_path))
    assert [item for item in items if isinstance(item, Skipped)] == [
        Skipped(str(tmp_path / "locked.eml"), "can't be read (Permission denied)."),
        Skipped(str(tmp_path / "shut"), "can't be read (Permission denied)"),
    ]
    assert len(items) == 4


def test_a_file_that_vanishes_is_skipped(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.eml").write_bytes(MAILS[0][0].as_bytes())
    items = read_inbox(tmp_path)
    first = next(items)
    (tmp_path / "b.eml").unlink()
    assert isinstance(first, Email)
    assert list(items) == [Skipped(str(tmp_path / "b.eml"), "is not there. Check the name.")]
