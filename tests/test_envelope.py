from email import message_from_string
from email.message import EmailMessage

import pytest

from feedback_nlp.inbox import read_inbox
from feedback_nlp.inbox.envelope import addresses_in, envelope, is_sent_folder, lies_in_sent_folder, message_ids_in


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        *[
            (name, True)
            for name in ("Sent", "sent items", "Sent Messages", "[Gmail]/Sent Mail", "INBOX.Sent", ".Sent", "Sent-1", "Sent.mbox")
        ],
        *[(name, True) for name in ("Gesendet", "Gesendete Objekte", "Elementos enviados", "Posta inviata", ' "Envoyés"')],
        *[(name, True) for name in ("Messages envoyés", "Éléments envoyés", "Itens enviados", "E-mails enviados", "Mensagens enviadas")],
        *[(name, True) for name in ("[Google Mail]/Gesendet", "Verzonden items", "Elementy wysłane", "Skickat", "Sendt post", "Lähetetyt")],
        *[(name, False) for name in ("CV sent", "Application sent", "Jobs/CV sent", "Candidaturas enviadas", "Ansökan skickat")],
        *[(name, False) for name in ("Inbox", "Sentinel", "Not sent yet", "Unsent", "Sent by Ann", "Present", "")],
    ],
)
def test_is_sent_folder(name, sent):
    assert is_sent_folder(name) is sent


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("export.zip/Takeout/Mail/Sent.mbox", True),
        ("C:\\mail\\Sent Items\\7.msg", True),
        ("home/.Sent/cur/1.x", True),
        ("home/sentences/1.eml", False),
    ],
)
def test_lies_in_sent_folder(path, sent):
    assert lies_in_sent_folder(path) is sent


def test_envelope_of_a_message():
    message = EmailMessage()
    message["To"] = 'Ann <Ann@Home.example>, "Lee, Bo" <bo@x.example>'
    message["Cc"] = "ann@home.example"
    message["Delivered-To"] = "other@home.example"
    message["References"] = "<1@x.example> <2@x.example>"
    message["In-Reply-To"] = "<2@x.example> (your message)"
    message["X-Gmail-Labels"] = "Opened,Sent"
    assert envelope(message) == {
        "recipients": ("ann@home.example", "bo@x.example", "other@home.example"),
        "references": ("1@x.example", "2@x.example"),
        "sent": True,
    }
    assert envelope(EmailMessage()) == {"recipients": (), "references": (), "sent": False}


@pytest.mark.parametrize(
    ("labels", "sent"),
    [
        ("=?UTF-8?Q?Messages_envoy=C3=A9s,Ouvert?=", True),
        ("=?UTF-8?Q?Ouvert,Messages_?=\n =?UTF-8?Q?envoy=C3=A9s?=", True),
        ("=?UTF-8?B?QmV3ZXJidW5nZW4sR2VzZW5kZXQ=?=", True),
        ("Inbox,=?UTF-8?Q?Candidature_envoy=C3=A9e?=", False),
        ("=?x-none?q?Sent?=,Inbox", True),
    ],
)
def test_labels_are_decoded(labels, sent):
    assert envelope(message_from_string(f"X-Gmail-Labels: {labels}\n\nno"))["sent"] is sent


def test_ids_and_addresses_without_end_are_cut():
    assert len(message_ids_in(["<a@b> " * 100_000, *(f"<{n}@x>" for n in range(1000))])) == 100
    assert message_ids_in(["1@x.example, 2@x.example"]) == ("1@x.example", "2@x.example")
    assert len(addresses_in([f"{n}@x.example" for n in range(1000)])) == 100


def test_a_row_has_the_same(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('message_id,to,cc,in_reply_to,folder,text\n<2@x>,"A <A@b.example>; c@d.example",e@f.example,<1@x>,Sent,no\n', "utf-8")
    (email,) = read_inbox(path)
    assert (email.id, email.message_id, email.row, email.position) == ("2@x", "2@x", 1, 1)
    assert (email.recipients, email.references, email.sent) == (("a@b.example", "c@d.example", "e@f.example"), ("1@x",), True)


def test_messages_in_a_sent_folder_are_sent(tmp_path):
    (tmp_path / "Sent").mkdir()
    (tmp_path / "Sent" / "a.eml").write_text("From: a@b.example\nTo: c@d.example\n\nHello", "utf-8")
    (tmp_path / "b.eml").write_text("From: c@d.example\nTo: a@b.example\n\nHello", "utf-8")
    assert [email.sent for email in read_inbox(tmp_path)] == [False, True]
