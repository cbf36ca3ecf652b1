import csv
import sys
from pathlib import Path

import pytest
from benchmarks import sameness, speed
from benchmarks.mailbox import write_mbox
from benchmarks.obvious import COLUMNS, ObviousWay, messages_of, text_of
from click.testing import CliRunner

from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processors are chosen as on Linux")


@pytest.fixture(scope="module")
def texts():
    mails, _ = read_corpus()
    return [e.text for e in mails[:: len(mails) // 1000]][:1000]


HOSTILE = [
    "",
    "Subject: Hi\n\n",
    "Bonjour, nous avons retenu une autre personne pour ce poste.",
    "Subject: Thank you for your application\n\nBonjour, nous avons retenu une autre personne pour ce poste.\n\nBien à vous\nLéa",
    "dear sam\u200b\xa0\n",
    "x" * 5000,
    "\u2028 . \n\n- \n",
]


def test_what_is_not_judged_counts_as_no_rejection_in_every_form():
    for nothing in ({}, None):
        assert sameness._chances([nothing]).tolist() == [sameness.NOT_JUDGED.tolist()]


def test_every_way_gives_the_same_answers(model, texts):
    for furthest, labels in sameness.differences(
        model, texts + HOSTILE[1:], ("one mail at a time", "batches", "scikit-learn's objects", "`label`")
    ).values():
        assert furthest < sameness.TOLERANCE
        assert labels == 0


def test_the_obvious_way_gives_the_same_answers(model, texts):
    found = sameness.differences(model, texts[::10] + HOSTILE, ("one mail at a time", "the obvious way"))
    assert found["the obvious way"] == (pytest.approx(0, abs=sameness.TOLERANCE), 0)


def test_another_answer_is_noticed(model, texts, monkeypatch):
    monkeypatch.setitem(sameness.WAYS, "none", lambda model, texts: sameness.one_at_a_time(model, texts)[:, ::-1])
    furthest, labels = sameness.differences(model, texts[:20], ("one mail at a time", "none"))["none"]
    assert furthest > 0.5
    assert labels == 20


def test_the_obvious_way_from_an_mbox_to_a_table(model, tmp_path):
    write_mbox(tmp_path / "in.mbox", 10, 0.2)
    way = ObviousWay(model)
    way.label(tmp_path / "in.mbox", tmp_path / "out.csv")
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read = [text_of(message) for message in messages_of(tmp_path / "in.mbox")]
    assert tuple(rows[0]) == COLUMNS
    assert [row["label"] for row in rows] == list(model.predict(read))
    assert all(text.startswith("Subject: ") and "<p>" not in text for text in read)
    expected = model.predict_proba(read)
    assert [[float(row[name]) for name in LABELS] for row in rows] == [pytest.approx(list(p), abs=sameness.TOLERANCE) for p in expected]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speed")
    options = "--rounds 1 --starts 1 --messages 20 --texts 20 --size 5 --size 10 --same 20 --peer sklearn".split()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed, "WARM_UP", 2)
        patch.setattr(speed, "read_corpus", lambda: (read_corpus()[0][::120], []))
        result = CliRunner().invoke(speed.main, ["-o", str(folder / "speed.csv"), "--plot", str(folder / "speed.svg"), *options])
    assert result.exit_code == 0, result.output
    return folder, result


def test_the_table_has_all_rows(measured):
    folder, _ = measured
    rows = speed.read_table(folder / "speed.csv")
    assert [(row["part"], row["way"], row["quantity"]) for row in rows] == [
        (speed.START, speed.SPACY, "s"),
        (speed.START, speed.CLICK, "s"),
        (speed.START, "`feedback-nlp classify mail.txt`", "s"),
        (speed.START, "`feedback-nlp --help`", "s"),
        (speed.START, "`feedback-nlp --version`", "s"),
        (speed.MAILBOX, speed.LABEL, "messages/s"),
        (speed.MAILBOX, speed.OBVIOUS, "messages/s"),
        (speed.CORES, f"{speed.LABEL} --jobs 1", "messages/s"),
        (speed.CORES, f"{speed.LABEL} --jobs 2", "messages/s"),
        (speed.TEXTS, speed.CLASSIFY, "mails/s"),
        (speed.TEXTS, speed.OBVIOUS, "mails/s"),
        (speed.TEXTS, "TF-IDF of whole mails, logistic regression", "mails/s"),
        (speed.GROWTH, "`feedback-nlp label`, 5 messages", "ms a message"),
        (speed.GROWTH, "`feedback-nlp label`, 5 messages", "MB at most"),
        (speed.GROWTH, "`feedback-nlp label`, 10 messages", "ms a message"),
        (speed.GROWTH, "`feedback-nlp label`, 10 messages", "MB at most"),
        *((speed.SAMENESS, way, "greatest difference") for way in list(sameness.WAYS)[1:]),
    ]
    assert all(row["median"] > 0 for row in rows if row["part"] != speed.SAMENESS)
    assert all(row["median"] < sameness.TOLERANCE and row["says"].startswith("0 of 20 ") for row in rows if row["part"] == speed.SAMENESS)
    assert [row["against"] for row in rows if "against" in row] == [
        speed.SPACY, speed.CLICK, speed.CLICK, speed.OBVIOUS, f"{speed.LABEL} --jobs 1",
        speed.CLASSIFY, speed.CLASSIFY, "5 messages",
    ]  # fmt: skip


def test_the_picture_and_the_printed_table(measured):
    folder, result = measured
    drawn = (folder / "speed.svg").read_text(encoding="utf-8")
    assert all(f">{part}: " in drawn for part in (speed.START, speed.MAILBOX, speed.CORES, speed.TEXTS, speed.GROWTH))
    assert result.stdout == speed.markdown(speed.read_table(folder / "speed.csv"))
    assert [line for line in result.stderr.splitlines() if line.startswith("|")] == result.stdout.splitlines()[2:]
    assert [line for line in result.stderr.splitlines() if not line.startswith("|")] == [
        speed.START, speed.MAILBOX, speed.CORES, speed.TEXTS,
        "training TF-IDF of whole mails, logistic regression", speed.GROWTH, speed.SAMENESS,
    ]  # fmt: skip


def test_a_missing_peer_is_skipped():
    said = []
    missing = speed.Peer("Nobody", "no_such_module", "no-such-package", None)
    assert list(speed.train([missing], [], said.append)) == []
    assert said == ["Nobody: skipped, since no-such-package is missing. Install it: pip install no-such-package"]


def test_rows_as_markdown():
    rows = [
        speed.row("start", "`ours`", "s", [0.5, 0.25, 1.23456], "whole") | speed.against("`theirs`", [1.5, 1.0, 2.0], "at most 3"),
        speed.row("growth", "`ours`", "MB at most", [1234.0]),
    ]
    assert speed.markdown(rows).splitlines()[2:] == [
        "| start | `ours` | 0.5 s (0.25 to 1.23) | 1.5 (1 to 2) `theirs` | at most 3 | whole |",
        "| growth | `ours` | 1,230 MB at most |  |  |  |",
    ]


def test_the_ways_take_turns():
    asked = []
    ways = {name: lambda n, name=name: asked.append((n, name)) or n for name in ("a", "b")}
    assert speed.turns(ways, 2) == {"a": [0, 1], "b": [0, 1]}
    assert asked == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_the_readme_shows_the_table():
    root = Path(__file__).parents[1]
    table = speed.markdown(speed.read_table(root / "data" / "speed.csv"))
    assert table in (root / "tests" / "benchmarks" / "README.md").read_text(encoding="utf-8")
