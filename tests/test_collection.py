import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_nlp import collection as module
from feedback_nlp.collection import Entry, Taken, human_labels, open_collection, own_examples, path_of_collection
from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.examples import digest
from feedback_nlp.labels import LABELS, REASONS
from feedback_nlp.records import Example


def example(text, primary="skills_gap", secondary=(), evidence=()):
    return Example(f"own-{digest(text)}", text, primary, secondary, evidence)


MARKED = replace(example("a b", evidence=("b",)), sentences=((0, 3, "skills_gap"),), also_ok=("hiring_freeze",), register="formal")


def put(*examples, command="test", who="ann"):
    with open_collection(who) as collection:
        return collection.put(examples, command)


def test_nothing_there_reads_as_nothing_and_makes_nothing(home):
    assert (own_examples(), human_labels()) == ([], {})
    assert not home.exists()


@pytest.mark.parametrize(
    ("first", "later", "taken", "kept"),
    [
        pytest.param([example("a")], [example("b")], Taken(1, 0, 0), [example("a"), example("b")], id="another text"),
        pytest.param([example("a")], [example("a")], Taken(0, 1, 0), [example("a")], id="the same"),
        pytest.param([example("a b")], [example(" A\n b")], Taken(0, 1, 0), [example("a b")], id="case and space"),
        pytest.param([example("a")], [example("a", "hiring_freeze")], Taken(0, 0, 1), [example("a", "hiring_freeze")], id="label"),
        pytest.param(
            [example("a")],
            [example("a", secondary=("hiring_freeze",))],
            Taken(0, 0, 1),
            [example("a", secondary=("hiring_freeze",))],
            id="secondary",
        ),
        pytest.param([example("a b")], [example("a b", evidence=("b",))], Taken(0, 0, 1), [example("a b", evidence=("b",))], id="mark"),
        pytest.param(
            [example("a b", evidence=("b",))], [example("a b")], Taken(0, 1, 0), [example("a b", evidence=("b",))], id="no mark takes none"
        ),
        pytest.param(
            [], [example("a"), example("a", "hiring_freeze")], Taken(1, 0, 1), [example("a", "hiring_freeze")], id="twice in one call"
        ),
        pytest.param(
            [example("a"), example("b")],
            [example("a", "hiring_freeze")],
            Taken(0, 0, 1),
            [example("b"), example("a", "hiring_freeze")],
            id="order",
        ),
        pytest.param(
            [replace(example("a"), tags=("x",))],
            [example("a")],
            Taken(0, 1, 0),
            [replace(example("a"), tags=("x",))],
            id="no tag takes none",
        ),
        pytest.param(
            [replace(example("a"), tags=("x",))],
            [example("a", "hiring_freeze")],
            Taken(0, 0, 1),
            [replace(example("a", "hiring_freeze"), tags=("x",))],
            id="another label keeps the tag",
        ),
        pytest.param(
            [replace(example("a"), tags=("x",))],
            [replace(example("a"), tags=())],
            Taken(0, 0, 1),
            [replace(example("a"), tags=())],
            id="no tag, said so",
        ),
        pytest.param(
            [example("a")], [replace(example("a"), tags=("x",))], Taken(0, 0, 1), [replace(example("a"), tags=("x",))], id="a tag is news"
        ),
        pytest.param(
            [MARKED], [replace(example("a b"), tags=("x",))], Taken(0, 0, 1), [replace(MARKED, tags=("x",))], id="a tag takes no mark"
        ),
        pytest.param([MARKED], [example("A\nb")], Taken(0, 1, 0), [MARKED], id="no mark, other case and space"),
        pytest.param(
            [MARKED], [replace(example("A\nb"), tags=("x",))], Taken(0, 0, 1), [replace(MARKED, tags=("x",))], id="marks stay in their text"
        ),
        pytest.param(
            [MARKED],
            [example("A\nb", evidence=("A\nb",))],
            Taken(0, 0, 1),
            [replace(MARKED, text="A\nb", evidence=("A\nb",), sentences=())],
            id="marks in another text",
        ),
        pytest.param(
            [MARKED],
            [example("a b", evidence=("a",))],
            Taken(0, 0, 1),
            [replace(MARKED, evidence=("a",), sentences=())],
            id="another mark keeps no sentences that were marked for the old one",
        ),
        pytest.param(
            [MARKED], [example("a b", "hiring_freeze")], Taken(0, 0, 1), [example("a b", "hiring_freeze")], id="marks of another label"
        ),
        pytest.param([], [replace(example("a"), id="7", voice="x")], Taken(1, 0, 0), [example("a")], id="id and voice are ours"),
        pytest.param([], [example("half \ud83d a letter")], Taken(1, 0, 0), [example("half \ud83d a letter")], id="half a letter"),
    ],
)
def test_the_newest_label_counts(first, later, taken, kept):
    put(*first)
    assert put(*later) == taken
    assert own_examples() == kept
    assert human_labels() == {digest(e.text): e for e in kept}


def test_the_history_says_who_when_and_by_what():
    put(example("a"), command="add", who="ann")
    put(example("a", "hiring_freeze"), example("b"), command="review", who="bob")
    with open_collection("cem") as collection:
        assert collection.withdraw(" A ", "undo") is True
        entries, of_b = list(collection.history()), list(collection.history("B"))
    assert [replace(entry, when="") for entry in entries] == [
        Entry("", "ann", "add", example("a"), digest("a")),
        Entry("", "bob", "review", example("a", "hiring_freeze"), digest("a")),
        Entry("", "bob", "review", example("b"), digest("b")),
        Entry("", "cem", "undo", None, digest("a")),
    ]
    assert of_b == entries[2:3]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.when) for entry in entries)
    assert own_examples() == [example("a"), example("b")]


def test_a_label_that_is_not_there_can_not_be_taken_back():
    with open_collection() as collection:
        assert collection.withdraw("a", "undo") is False
        collection.put([example("a")], "add")
        assert [collection.withdraw("a", "undo") for _ in range(3)] == [True, False, False]
        assert len(list(collection.history())) == 2


@pytest.mark.parametrize("name", ["ann", ""])
def test_the_login_name_stands_where_none_is_given(name, monkeypatch):
    monkeypatch.setenv("LOGNAME", "loginname")
    put(example("a"), who=name)
    with open_collection() as collection:
        assert [entry.who for entry in collection.history()] == [name or "loginname"]


CALLS = st.lists(
    st.one_of(
        st.lists(
            st.builds(
                example, st.sampled_from("abc"), st.sampled_from(REASONS[:2]), st.sampled_from([(), ("hiring_freeze",)]), st.just(())
            ),
            max_size=4,
        ),
        st.sampled_from("abc"),
    ),
    max_size=12,
)


@given(CALLS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_calls_do_what_lists_of_labels_would(home, calls):
    path_of_collection().unlink(missing_ok=True)
    labels = {text: [] for text in "abc"}
    entries = 0
    with open_collection() as collection:
        for call in calls:
            if isinstance(call, str):
                assert collection.withdraw(call, "undo") is bool(labels[call])
                entries += bool(labels[call])
                labels[call] = labels[call][:-1]
                continue
            counts = [0, 0, 0]
            for new in call:
                before = labels[new.text][-1:]
                counts[0 if not before else 1 if before == [new] else 2] += 1
                if before != [new]:
                    labels[new.text].append(new)
                    entries += 1
            assert collection.put(call, "add") == Taken(*counts)
        assert len(list(collection.history())) == entries
    assert {e.text: e for e in own_examples()} == {text: kept[-1] for text, kept in labels.items() if kept}


def test_a_call_is_whole_or_not_there():
    put(example("a"))
    with open_collection() as collection:
        with pytest.raises(AttributeError):
            collection.put([example("b"), None], "add")
        assert collection.examples() == [example("a")]
        assert collection.put([example("b")], "add") == Taken(1, 0, 0)


def test_entries_stay():
    put(example("a"))
    with sqlite3.connect(path_of_collection()) as connection:
        for statement in ("DELETE FROM entry", "UPDATE entry SET who = 'eve'"):
            with pytest.raises(sqlite3.IntegrityError, match=r"^entries are only added$"):
                connection.execute(statement)
    connection.close()


@pytest.mark.skipif(os.name == "nt", reason="modes are another thing there")
def test_only_the_owner_can_read_it(home):
    with open_collection() as collection:
        collection.put([example("a")], "add")
        assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {"examples.db": 0o600}


def python(script, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *arguments], stdout=subprocess.PIPE, text=True, bufsize=1, **options
    )


WRITER = """
    import sys
    from feedback_nlp.collection import open_collection
    from feedback_nlp.records import Example
    with open_collection(sys.argv[1]) as collection:
        for n in range(int(sys.argv[2])):
            both = [Example("", f"{sys.argv[1]} {n} {part} " + "x" * 20_000, "skills_gap") for part in "ab"]
            collection.put(both, "add")
            print(n, flush=True)
"""


@pytest.mark.parametrize("delay", [0, 0.003, 0.011, 0.05, 0.2])
def test_what_was_confirmed_outlives_a_kill_and_nothing_is_half_there(delay):
    put(example("before"))
    writer = python(WRITER, "ann", "100000")
    writer.stdout.readline()
    time.sleep(delay)
    writer.kill()
    confirmed = 1 + len(writer.stdout.read().splitlines())
    writer.wait()
    texts = [e.text.rstrip(" x") for e in own_examples()]
    done = (len(texts) - 1) // 2
    assert texts == ["before", *(f"ann {n} {part}" for n in range(done) for part in "ab")]
    assert done - confirmed in (0, 1)
    assert put(example("after")) == Taken(1, 0, 0)


def test_a_transaction_that_a_kill_left_half_written_is_undone_by_a_reader(home):
    put(example("a"))
    script = """
        import os, signal, sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        for n in range(200):
            connection.execute("INSERT INTO entry (time, who, command, digest, content) VALUES ('', '', '', ?, ?)", (n, "x" * 5000))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    python(script, str(path_of_collection())).communicate()
    assert (home / "examples.db-journal").stat().st_size > 0
    assert own_examples() == [example("a")]


def test_two_processes_wait_for_each_other():
    writers = [python(WRITER, who, "15") for who in ("ann", "bob")]
    for writer in writers:
        assert writer.communicate()[0] == "".join(f"{n}\n" for n in range(15))
        assert writer.returncode == 0
    texts = {e.text.rstrip(" x") for e in own_examples()}
    assert texts == {f"{who} {n} {part}" for who in ("ann", "bob") for n in range(15) for part in "ab"}


def test_waiting_has_an_end(monkeypatch, home):
    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    put(example("a"))
    with open_collection() as other:
        other._connection.execute("BEGIN EXCLUSIVE")
        for call in (own_examples, put):
            with pytest.raises(OutputError) as error:
                call()
            message = f"{home / 'examples.db'} is in use by another feedback-nlp. Wait for it, then give the same command again."
            assert str(error.value) == message
        other._connection.execute("ROLLBACK")
    assert own_examples() == [example("a")]


def test_a_short_wait_is_no_error():
    put(example("a"))
    with sqlite3.connect(path_of_collection(), isolation_level=None, check_same_thread=False) as other:
        other.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()
        assert put(example("b")) == Taken(1, 0, 0)
    other.close()


def test_a_home_that_can_not_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("FEEDBACK_NLP_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(OutputError) as error:
        put()
    path = tmp_path / "file" / "home" / "examples.db"
    why = "Not a directory" if os.name != "nt" else "File exists"
    assert str(error.value) == f"{path} can't be written ({why}). Let it be written, or set FEEDBACK_NLP_HOME."


CALL = """
    import os, sys
    from feedback_nlp.collection import open_collection, own_examples
    from feedback_nlp.errors import OutputError
    from feedback_nlp.records import Example
    if os.getuid() == 0:
        os.setuid(65534)  # root may write everywhere
    print(len(own_examples()))
    try:
        with open_collection() as collection:
            collection.put([Example("", "b", "skills_gap")], "add")
    except OutputError as error:
        print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="modes are another thing there")
@pytest.mark.parametrize("number", [0, 1])
def test_a_read_only_home_can_be_read(number, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:  # tmp_path is closed to other users, and root may write everywhere
        home = Path(folder).resolve()
        monkeypatch.setenv("FEEDBACK_NLP_HOME", folder)
        if number:
            put(example("a"))
            path_of_collection().chmod(0o444)
        home.chmod(0o555)
        said = python(CALL, env=os.environ | {"FEEDBACK_NLP_HOME": str(home)}).communicate()[0]
        assert said == f"{number}\n{home}/examples.db can't be written (Permission denied). Let it be written, or set FEEDBACK_NLP_HOME.\n"
        home.chmod(0o755)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a limit on file sizes stands in for a full disk")
def test_a_full_disk_ends_in_a_message_and_loses_nothing(home):
    script = """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from feedback_nlp.collection import open_collection
        from feedback_nlp.errors import OutputError
        from feedback_nlp.records import Example
        with open_collection() as collection:
            collection.put([Example("", "first", "skills_gap")], "add")
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        try:
            with open_collection() as collection:
                for n in range(1000):
                    collection.put([Example("", f"{n} " + "x" * 10_000, "skills_gap")], "add")
                    print(n)
        except OutputError as error:
            print(error)
    """
    *confirmed, message = python(script).communicate()[0].splitlines()
    assert re.fullmatch(
        rf"{re.escape(str(home))}/examples.db can't be used \(.*\). Make room or let it be written, then give the same command again.",
        message,
    )
    assert len(own_examples()) == 1 + len(confirmed) > 5


def damaged(home, content):
    home.mkdir(exist_ok=True)
    (home / "examples.db").write_bytes(content)
    return f"{home / 'examples.db'} is damaged ({{}}). Put a copy of yours in its place, or move it away to begin anew."


@pytest.mark.parametrize("call", [own_examples, put])
def test_a_damaged_file(call, home):
    message = damaged(home, b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message.format("file is not a database")


def test_a_file_damaged_inside(home):
    put(example("a" * 3000), example("b" * 3000))
    content = path_of_collection().read_bytes()
    message = damaged(home, content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(InputError) as error:
        own_examples()
    assert str(error.value) == message.format("database disk image is malformed")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)", id="no JSON"),
        pytest.param("[]", "it is no object", id="no object"),
        pytest.param(
            json.dumps({"id": "1", "text": "a", "primary": "gone"}), f"unknown label 'gone': the labels are {', '.join(LABELS)}", id="label"
        ),
    ],
)
def test_an_entry_that_is_no_labelled_mail(content, why, home):
    put(example("a"))
    with sqlite3.connect(path_of_collection()) as connection:
        connection.execute("INSERT INTO entry (time, who, command, digest, content) VALUES ('', '', '', 'd', ?)", (content,))
    connection.close()
    with pytest.raises(InputError) as error:
        own_examples()
    assert str(error.value) == damaged(home, path_of_collection().read_bytes()).format(why)


@pytest.mark.parametrize("call", [own_examples, put])
def test_a_file_of_a_newer_version(call, home):
    put(example("a"))
    with sqlite3.connect(path_of_collection()) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = path_of_collection().read_bytes()
    with pytest.raises(InputError) as error:
        call()
    message = f"{home / 'examples.db'} was written by a newer version of feedback-nlp. Install that one to go on with it."
    assert str(error.value) == message
    assert path_of_collection().read_bytes() == before


def test_a_file_whose_making_was_cut_off_is_made_anew(home):
    home.mkdir()
    path_of_collection().touch()
    assert own_examples() == []
    assert put(example("a")) == Taken(1, 0, 0)


def earlier(home, *lines):
    home.mkdir(exist_ok=True)
    (home / "examples.jsonl").write_bytes(b"".join(line + b"\n" for line in (b'{"id": "0", "text": "a", "primary": "skills_gap"}', *lines)))
    return home / "examples.jsonl"


def test_rows_of_an_earlier_version_are_taken_over_once_and_stay(home):
    path = earlier(home)
    before = path.read_bytes()
    assert [(e.text, e.primary) for e in own_examples()] == [("a", "skills_gap")]
    assert not path_of_collection().exists()
    put(example("b"))
    with open_collection() as collection:
        assert [(entry.command, entry.example) for entry in collection.history()] == [
            ("examples.jsonl", example("a")),
            ("test", example("b")),
        ]
        assert collection.withdraw("a", "undo")
    assert own_examples() == [example("b")]
    put(example("c"))
    assert own_examples() == [example("b"), example("c")]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(
            b'{"id": "1"', ", line 2: Expecting ',' delimiter: line 1 column 11 (char 10). Mend or remove that line.", id="no JSON"
        ),
        pytest.param(
            b'{"id": "1", "text": "a", "primary": "gone"}',
            f", line 2: unknown label 'gone': the labels are {', '.join(LABELS)}. Mend or remove that line.",
            id="fault",
        ),
        pytest.param("naïve".encode("cp1252"), " is not UTF-8 (byte 52). Save it anew as UTF-8.", id="encoding"),
    ],
)
def test_damaged_rows_of_an_earlier_version_are_named_and_nothing_is_made(line, message, home):
    path = earlier(home, line)
    for call in (own_examples, put):
        with pytest.raises(InputError) as error:
            call()
        assert str(error.value) == f"{path}{message}"
    path.unlink()
    assert own_examples() == []
