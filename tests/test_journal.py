import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from feedback_nlp.errors import OutputError
from feedback_nlp.journal import DUPLICATE, UNREADABLE, open_journal, origin_of
from feedback_nlp.records import Skipped
from tests.journals import add_all, column, journal_of


def test_answers_stay_for_later_runs_and_messages_only_on_request(tmp_path):
    for keep, expected in ((False, ["i1"]), (True, ["i1", "other"]), (False, [])):
        with open_journal(tmp_path / "out.csv", keep) as journal:
            assert journal.known("k1") == ({"label": "x", "é": [1.5]} if journal.run > 1 else None)
            with journal.batch():
                journal.keep("k1", {"label": "x", "é": [1.5]})
            if journal.run < 3:
                add_all(journal, [{"identity": "i1" if journal.run == 1 else "other"}])
            assert column(journal, "identity") == expected


def test_a_message_can_be_added_anew_in_its_place(tmp_path):
    with journal_of(tmp_path, {"ids": ["a"]}, {}) as journal, journal.batch():
        assert journal.forget("i1") == 1
        assert journal.forget("gone") is None
        assert column(journal, "n") == [2]
        assert journal.connection.execute("SELECT COUNT(*) FROM link WHERE n = 1").fetchone() == (0,)


def test_a_message_is_known_again(tmp_path):
    with journal_of(tmp_path, {}) as journal:
        assert (journal.last_read("i1"), journal.last_read("i2")) == ((1, "k1"), None)
    with open_journal(tmp_path / "out.csv", keep=True) as journal:
        assert (journal.last_read("i1"), journal.counts()) == ((1, "k1"), (0, 1))
        with journal.batch():
            journal.see_again("i1")
        assert (journal.last_read("i1"), journal.counts()) == ((2, "k1"), (1, 1))


def test_skips_come_out_in_order_and_are_of_one_run(tmp_path):
    items = [(Skipped("a", "b", 3), UNREADABLE), (Skipped("c", "d"), DUPLICATE), (Skipped("e", "f", 0), UNREADABLE)]
    with journal_of(tmp_path) as journal:
        with journal.batch():
            for item, kind in items:
                journal.skip(item, kind)
        assert list(journal.skipped()) == items
    with open_journal(tmp_path / "out.csv", keep=True) as journal:
        assert list(journal.skipped()) == []


def test_fields_in_the_order_in_which_they_came(tmp_path):
    with journal_of(tmp_path, {}, {}) as journal:
        with journal.batch():
            values = dict(
                zip(("identity", "key", "head", "sender", "recipient", "subject", "step", "company", "role"), "abcdefghi", strict=True)
            )
            values |= dict.fromkeys(("company_name", "role_name"), "") | dict.fromkeys(("reply", "answers", "sent", "rejection", "done"), 0)
            journal.add(values, [], [], ["z", "a"])
            journal.add(values | {"identity": "second"}, [], [], ["b", "a"])
        assert journal.fields() == ["z", "a", "b"]


def test_answers_that_nobody_needs_are_dropped(tmp_path):
    with journal_of(tmp_path, {}) as journal:
        with journal.batch():
            journal.keep("k1", {})
            journal.keep("gone", {})
        journal.forget_unused()
        assert (journal.known("k1"), journal.known("gone")) == ({}, None)


def test_a_batch_is_whole_or_not_there(tmp_path):
    def stopped():
        journal.keep("k1", {})
        raise KeyboardInterrupt

    with journal_of(tmp_path) as journal:
        with pytest.raises(KeyboardInterrupt), journal.batch():
            stopped()
        assert journal.known("k1") is None


@pytest.mark.skipif(os.name == "nt", reason="modes are another thing there")
def test_only_the_owner_can_read_it(tmp_path):
    with journal_of(tmp_path):
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_two_runs_at_once(tmp_path):
    path = tmp_path / "out.csv.journal"
    with (
        journal_of(tmp_path),
        pytest.raises(OutputError, match=rf"^{path} is in use by another run. Wait for it, or name another output.$"),
        open_journal(tmp_path / "out.csv", keep=False),
    ):
        pass


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 100, None])
def test_no_journal_of_ours(content, tmp_path):
    path = tmp_path / "out.csv.journal"
    if content:
        path.write_bytes(content)
    else:
        with sqlite3.connect(path) as connection:
            connection.executescript("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT); INSERT INTO about VALUES ('format', '99')")
        connection.close()
    before = path.read_bytes()
    message = f"{path} is damaged or no journal of this program. Delete it, and run the same again."
    with pytest.raises(OutputError) as error, open_journal(tmp_path / "out.csv", keep=False):
        pass
    assert str(error.value) == message
    if content:
        assert path.read_bytes() == before


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(OutputError, match=r"can't be written \(.*\). Choose another place.$"),
        open_journal(tmp_path / "file" / "o", False),
    ):
        pass


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a limit on file sizes stands in for a full disk")
def test_a_full_disk_ends_in_a_message_and_loses_nothing(tmp_path):
    script = """
        import resource, signal, sys
        from pathlib import Path
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from feedback_nlp.errors import OutputError
        from feedback_nlp.journal import open_journal
        try:
            with open_journal(Path("out.csv"), keep=False) as journal:
                with journal.batch():
                    journal.keep("first", {})
                resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
                for n in range(1000):
                    with journal.batch():
                        journal.keep(str(n), {"text": "x" * 10_000})
        except OutputError as error:
            print(error)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("out.csv.journal can't be written (")
    assert run.stdout.endswith("). Make room, or choose another place; then run the same again.\n")
    with open_journal(tmp_path / "out.csv", keep=False) as journal:
        assert journal.known("first") == {}


def test_where_the_messages_come_from_is_remembered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "out.csv"
    assert origin_of(output) == ([], None)
    with open_journal(output, keep=False):
        pass
    assert origin_of(output) == ([], None)
    for keep, name, letter, expected in ((False, "a", None, ["a"]), (True, "b", "letter", ["a", "b"]), (True, "a", None, ["a", "b"])):
        with open_journal(output, keep=keep) as journal:
            journal.note_origin([Path(name)], letter, keep)
        assert origin_of(output) == ([tmp_path / name for name in expected], letter)
    with open_journal(output, keep=False) as journal:
        journal.note_origin([tmp_path / "c"], None, keep=False)
    assert origin_of(output) == ([tmp_path / "c"], None)
    assert origin_of(tmp_path / "out.xlsx") == ([tmp_path / "c"], None)
    assert origin_of(tmp_path / "other.csv") == ([], None)
    with (
        open_journal(output, keep=False),
        pytest.raises(OutputError, match=rf"^{output}.journal is in use by another run. Wait for it, or name another output.$"),
    ):
        origin_of(output)
