import mailbox
import re
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mails import MAILS, TEXTS, mail

from feedback_nlp.errors import InputError
from feedback_nlp.inbox import file as limits
from feedback_nlp.inbox import mbox, read_bytes, read_inbox
from feedback_nlp.records import Email, Skipped

ASCTIME = "From ines@oven.example Tue Mar  3 10:02:00 2026\n"
GMAIL = "From 1858682105842543712@xxx Tue Mar 03 10:02:00 +0000 2026\r\n"


def texts(path):
    return [item.text.rstrip("\n") for item in read_inbox(path)]


def message(subject, body, headers=""):
    return f"From: a@b.example\nTo: c@d.example\nSubject: {subject}\n{headers}\n{body}"


def written(folder, *parts):
    (folder / "x").write_bytes("".join(parts).encode())
    return folder / "x"


@pytest.mark.parametrize(
    "separator",
    [
        pytest.param(ASCTIME, id="asctime"),
        pytest.param("From MAILER-DAEMON Tue Mar  3 10:02:00 2026\n", id="mailbox"),
        pytest.param("From ines Tue Mar  3 10:02 CET 2026\n", id="mailx"),
        pytest.param(GMAIL, id="Gmail Takeout"),
        pytest.param("From - Tue Mar 03 10:02:00 2026\r\n", id="Thunderbird"),
        pytest.param("From - 2026-03-03 10:02:00\r\n", id="Thunderbird, another date"),
        pytest.param("From \r\n", id="Thunderbird, bare"),
        pytest.param("From -\n", id="Thunderbird, no date"),
        pytest.param("From ines@oven.example Tue, 3 Mar 2026 10:02:00 +0000\n", id="RFC 5322 date"),
        pytest.param("From ???@??? Tue Mar 03 10:02:00 2026\r\n", id="Eudora"),
    ],
)
def test_separators(separator, tmp_path):
    end = "\r\n" if separator.endswith("\r\n") else "\n"
    mails = [message(str(n), f"Body {n}.\n\n").replace("\n", end) for n in range(3)]
    path = written(tmp_path, *(separator + one for one in mails))
    assert texts(path) == [f"Subject: {n}\n\nBody {n}." for n in range(3)]


@pytest.mark.parametrize(
    "line",
    [
        "From the whole team: no.",
        "From 10:00 to 11:30 you met Ann.",
        "From Tue Mar 3 we are closed.",
        "From ann@oven.example at 10:02, and",
        "From our side: 10:02 was the time\nNote: no offer.",
        "From ines@oven.example Tue Mar  3 10:02:00 2026 she wrote",
        "From ines@oven.example Tue Mar  3 10:02:00 2026\nand nothing that looks like a header",
    ],
)
@pytest.mark.parametrize("before", ["Dear Sam,\n", "Dear Sam,\n\n"])
def test_lines_of_a_body_do_not_split(line, before, tmp_path):
    path = written(tmp_path, ASCTIME, message("x", f"{before}{line}\n\n"), ASCTIME, message("y", "Next.\n"))
    assert texts(path) == [f"Subject: x\n\n{before}{line}", "Subject: y\n\nNext."]


def test_gmail_headers_are_no_text(tmp_path):
    headers = "X-GM-THRID: 1858682105842543712\nX-Gmail-Labels: Inbox,Important\n"
    path = written(tmp_path, GMAIL, headers, message("x", "no\n"), "\n", GMAIL, headers, message("y", "no\n"))
    assert texts(path) == ["Subject: x\n\nno", "Subject: y\n\nno"]


def test_content_length_says_where_a_message_ends(tmp_path):
    quoting = f"They sent me this:\n\n{ASCTIME}{message('inner', 'Not one of its own.')}\n"
    path = written(
        tmp_path,
        *(ASCTIME, message("x", quoting, f"Content-Length: {len(quoting)}\n"), "\n"),
        *(ASCTIME, message("y", "Next.\n", "Content-Length: 6\n")),
    )
    assert texts(path) == [f"Subject: x\n\n{quoting.rstrip()}", "Subject: y\n\nNext."]


@pytest.mark.parametrize("length", [0, 3, 9, 60, 10_000, 999_999_999_999])
def test_wrong_content_length_loses_nothing(length, tmp_path):
    one, two = (ASCTIME + message(subject, "Some words.\n\n", f"Content-Length: {length}\n") for subject in "xy")
    assert texts(written(tmp_path, one, two)) == ["Subject: x\n\nSome words.", "Subject: y\n\nSome words."]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(">From the team\n>>From old\n> From x\n", "From the team\n>From old\n> From x", id="escaped"),
        pytest.param("From the team\n>From old\n", "From the team\n>From old", id="not escaped"),
    ],
)
def test_escapes_are_undone_where_there_are_any(body, text, tmp_path):
    assert texts(written(tmp_path, ASCTIME, message("x", body))) == [f"Subject: x\n\n{text}"]


def test_truncated_last_message_comes_out(tmp_path):
    box = mailbox.mbox(tmp_path / "x")
    for one, _ in MAILS[:3]:
        box.add(one)
    box.close()
    data = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(data[:-10])
    assert texts(tmp_path / "x")[:2] == [text.rstrip("\n") for text in TEXTS[:2]]
    assert texts(tmp_path / "x")[2].startswith("Subject: Base64\n\nGünther, Sadly we have given")
    for size in range(len(data) - 700, len(data), 17):  # wherever it breaks off
        (tmp_path / "x").write_bytes(data[:size])
        assert texts(tmp_path / "x")[0].startswith(TEXTS[0].rstrip("\n"))


def test_too_long_a_message_is_skipped_and_named(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "LONGEST_MESSAGE", limits.MEBIBYTE)
    path = written(tmp_path, ASCTIME, message("x", "no\n\n"), ASCTIME, message("y", "z" * 2**21 + "\n\n"), ASCTIME, message("z", "no\n"))
    first, skipped, last = read_inbox(path)
    assert (first.subject, last.subject) == ("x", "z")
    assert skipped == Skipped(
        f"{path}, message 2", "is larger than 1 MB, which is the most that is read as one. Split it, or leave it out."
    )


def test_a_message_of_200_mb_is_not_read(tmp_path):
    with (tmp_path / "x").open("wb") as file:
        file.write((ASCTIME + message("x", "no\n\n") + ASCTIME + message("y", "")).encode())
        for _ in range(200):
            file.write(b"line of a body of seventy-six characters, many of them in one mail ........\n" * 13_797)
        file.write(("\n" + ASCTIME + message("z", "no\n")).encode())
    tracemalloc.start()
    items = list(read_inbox(tmp_path / "x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(item) for item in items] == [Email, Skipped, Email]
    assert peak < 10 * limits.MEBIBYTE


def nested(depth):
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return "From: a@b.example\nSubject: deep\n" + heads + "Content-Type: text/plain\n\nno\n"


def flat(parts):
    return 'From: a@b.example\nSubject: wide\nContent-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nno\n" * parts + "--b--\n"


def test_odd_messages_do_not_lose_the_others(tmp_path):
    odd = [
        *(nested(10_000), flat(10_000), "Subject: no body", "Header: a\n" * 20_000, "\n\n", "From: \0\nSubject: n\0l\n\nn\0o\n"),
        *(message("1900", "no\n", "Date: Mon, 1 Jan 1900 00:00:00 +0000\n"), message("2999", "no\n", "Date: 31 Dec 2999 23:59:60\n")),
        *("Subject: nobody\nDate: \n\nno\n", message("charset", "no\n", "Content-Type: text/plain; charset=x-none\n")),
    ]
    path = written(tmp_path, *(ASCTIME + one + "\n\n" + ASCTIME + message("good", "no\n\n") for one in odd))
    items = list(read_inbox(path))
    assert len(items) == 2 * len(odd)
    assert [item.subject for item in items[1::2]] == ["good"] * len(odd)
    assert items[0] == Skipped(f"{path}, message 1", "can't be read (RecursionError)")
    assert [item.text.strip() for item in items[2::2]] == [
        *("Subject: wide\n\nno", "Subject: no body", "", ""),
        *("Subject: n\0l\n\nno", "Subject: 1900\n\nno", "Subject: 2999\n\nno", "Subject: nobody\n\nno", "Subject: charset\n\nno"),
    ]


ENDLESS = "has headers without end: it is damaged, or no mail."


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(message("x", "")[:-1] + "Header: a\n" * 200_000, id="headers without end"),
        pytest.param(message("x", "")[:-1] + "Header: " + "a" * 2**21, id="one header without end"),
        pytest.param(message("x", "no", "Content-Type: text/plain; " + "a=b; " * 200_000 + "\n"), id="parameters without end"),
    ],
)
def test_headers_without_end_are_skipped(odd, tmp_path):
    path = written(tmp_path, ASCTIME, odd + "\n\n", ASCTIME, message("good", "no\n"))
    skipped, good = read_inbox(path)
    assert skipped == Skipped(f"{path}, message 1", ENDLESS)
    assert good.subject == "good"
    with pytest.raises(InputError) as error:
        read_bytes(odd.encode(), "x")
    assert str(error.value) == f"x {ENDLESS}"


def test_a_subject_without_end_is_cut(tmp_path):
    (email,) = read_inbox(written(tmp_path, message("=?utf-8?q?a" * 50_000, "no\n")))
    assert email.subject == ("=?utf-8?q?a" * 1000)[:10_000]


def test_one_message_that_can_not_be_taken_apart():
    with pytest.raises(InputError, match=r"^x can't be read \(RecursionError\)$"):
        read_bytes(nested(10_000).encode(), "x")


LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "From ", "From the team", ">From x", ">>From: y", ASCTIME.strip(), "Subject: x", "From -", "-- ", "\0"]),
        st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=100),
    ),
    max_size=12,
)
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(st.lists(LINES, min_size=1, max_size=5))
def test_what_mailbox_writes_comes_back(tmp_path, bodies):
    (tmp_path / "x").unlink(missing_ok=True)
    box = mailbox.mbox(tmp_path / "x")
    for number, lines in enumerate(bodies):
        box.add(mail("x", "\n".join(lines) + "\n", number, cte="8bit"))
    box.close()
    kept = [re.sub(r"(?m)^>(>*From )", r"\1", "\n".join(lines).replace("\0", "")) for lines in bodies]  # mboxo can't tell the two apart
    assert texts(tmp_path / "x") == ["Subject: x\n\n" + text.rstrip("\n") if text.strip() else "Subject: x" for text in kept]


@many
@given(st.lists(LINES, min_size=1, max_size=5), st.sampled_from([ASCTIME, GMAIL, "From \n", "From - Tue Mar 03 10:02:00 2026\n"]))
def test_what_is_escaped_as_mboxrd_comes_back_as_it_was(tmp_path, bodies, separator):
    escaped = (re.sub(r"(?m)^(>*From )", r">\1", "\n".join(lines)) for lines in bodies)
    path = written(tmp_path, *(separator + message("x", body + "\n\n") for body in escaped))
    kept = ["\n".join(lines).replace("\0", "").rstrip("\n") for lines in bodies]
    assert texts(path) == ["Subject: x\n\n" + text if text.strip() else "Subject: x" for text in kept]


@pytest.mark.parametrize("block", [2100, 2101, 2500, 4096])
def test_separators_at_the_edge_of_a_block_are_found(block, tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "_BLOCK", block)
    for size in range(block - 130, block + 10):
        path = written(tmp_path, "From -\n", message("x", "y" * size + "\n\n"), "From -\n", message("z", "no\n"))
        assert [item.subject for item in read_inbox(path)] == ["x", "z"]


def test_mbox_that_vanishes_is_one_message(tmp_path):
    path = written(tmp_path, ASCTIME, message("x", "no\n"))
    opened = limits.open_file(path)
    path.unlink()
    with pytest.raises(InputError, match=r"can't be read \(No such file or directory\)\.$"):
        list(mbox.read_mbox(opened))
