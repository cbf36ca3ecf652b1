import pytest
from mails import MAILS, TEXTS

from feedback_nlp.inbox import read_bytes, read_inbox

FLAGS = b'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n<key>flags</key><integer>1</integer>\n</dict>\n</plist>\n'


def emlx(message):
    data = message.as_bytes()
    return f"{len(data)}       \n".encode() + data + FLAGS


def test_a_folder_of_apple_mail(tmp_path):
    messages = tmp_path / "INBOX.mbox" / "0F" / "Data" / "Messages"
    messages.mkdir(parents=True)
    (tmp_path / "INBOX.mbox" / "Info.plist").write_bytes(FLAGS)
    for number, (message, _) in enumerate(MAILS):
        (messages / f"{number}.{'partial.' * (number % 2)}emlx").write_bytes(emlx(message))
    assert [item.text.rstrip("\n") for item in read_inbox(tmp_path / "INBOX.mbox")] == [text.rstrip("\n") for text in TEXTS]


@pytest.mark.parametrize("cut", [0, 5])
def test_one_file(cut, tmp_path):
    data = emlx(MAILS[0][0])
    data = data[: len(data) - len(FLAGS) - cut]
    (tmp_path / "x").write_bytes(data)
    (email,) = read_inbox(tmp_path / "x")
    assert email == read_bytes(data, str(tmp_path / "x"))
    assert email.text == TEXTS[0][: len(TEXTS[0]) - cut]


def test_a_text_that_starts_with_a_number_is_none():
    assert read_bytes(b"1200\nFrom us: no.\n", "x").text == "1200\nFrom us: no.\n"
