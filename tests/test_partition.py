import json
import random
import shutil
import sys
import tracemalloc
import zipfile
from dataclasses import replace

import fsspec
import pyarrow
import pyarrow.parquet
import pytest

from feedback_nlp.engine.address import files_at, locate, names_in, sweep, written
from feedback_nlp.engine.judge import Judge, pack, unpack
from feedback_nlp.engine.manifest import begin, plan_of
from feedback_nlp.engine.partition import JUDGES, Job, Partition, label_partition, record_of
from feedback_nlp.engine.table import inspect, opened
from feedback_nlp.entries import own_path
from feedback_nlp.errors import InputError, ModelError, OutputError
from feedback_nlp.examples import digest
from feedback_nlp.inbox.parquet import rows_of
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.mailbox import lone_rows
from feedback_nlp.records import Email, Example
from feedback_nlp.rows import FIELDS
from feedback_nlp.store import SHIPPED, folder_of
from feedback_nlp.tagging import open_tagger

SKILLS = (
    "Thank you for coming to the interview, Sam. Unfortunately we can't offer you the post, as you do not have the SAP experience it needs."
)
MAILS = [
    {"text": text, "sender": sender, "date": date, "folder": folder}
    for text, sender, date, folder in (
        ("Dear Sam, we chose another candidate for the post.", "Ines Field <ines@oven.example>", "2026-03-03", ""),
        (SKILLS, "", "", ""),
        ("Dear Sam, your interview is on Tuesday at ten.", "jobs@oven.example", "2026-03-01", "Inbox"),
        ("Dear Sam, the role has been put on hold.", "", "", "Sent"),
        ("", "", "", ""),
    )
]


@pytest.fixture
def memory():
    """A file system that is none of this machine's, empty."""
    system = fsspec.filesystem("memory")
    system.rm("/", recursive=True) if system.exists("/") else None
    yield system
    system.store.clear()


def write(url, rows, **options):
    with fsspec.open(url, "wb") as file:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file, **options)


def read(url):
    with fsspec.open(url, "rb") as file:
        return pyarrow.parquet.read_table(file).to_pylist()


@pytest.fixture
def judge(model):
    return Judge(model, {}, open_tagger(model, {}))


@pytest.fixture
def run(judge):
    """What labels a row group of a file into a folder."""

    def label(url, folder, group=0, judged_by=judge, salvage=False):
        table = inspect(locate(url))
        JUDGES["here"] = judged_by
        job = Job("here", locate(folder), [*FIELDS, *(name for name in table.columns if name not in FIELDS)])
        one = Partition(group, table.file, table.text_column, group, table.groups[group])
        record = label_partition(one, job, salvage)
        assert record_of(one, job) == record
        return record

    yield label
    JUDGES.clear()


def test_a_mail_by_itself_is_labelled_as_in_a_mailbox_of_its_own(model, tmp_path):
    for n, mail in enumerate(MAILS):
        path, output = tmp_path / f"{n}.jsonl", tmp_path / f"{n}-out.jsonl"
        path.write_text(json.dumps(mail), encoding="utf-8")
        label_mailbox([path], Wanted(output), model, lambda size, number: None)
        expected = json.loads(output.read_text(encoding="utf-8"))
        email = Email("1", mail["text"], sender=mail["sender"], date=mail["date"], source=str(path), row=1, extra=mail)
        (row,) = lone_rows([replace(email, sent=mail["folder"] == "Sent")], model)
        assert row == expected | {"thread": ""}


def test_rows_on_a_file_system_elsewhere(memory, run, model):
    write("memory://in/a.parquet", MAILS * 2, row_group_size=5)
    record = run("memory://in/a.parquet", "memory://out", group=1)
    rows = read("memory://out/part-000001.parquet")
    assert [(row["row"], row["position"], row["source"]) for row in rows] == [(n, n, "memory:///in/a.parquet") for n in range(6, 11)]
    assert [row["label"] for row in rows] == ["another_candidate", "skills_gap", "not_rejection", "not_rejection", None]
    assert [row["sender_type"] for row in rows][3] == "own"
    assert (record.rows_in, record.rows_out, record.skipped) == (5, 5, {})
    assert record.labels == {"another_candidate": 1, "skills_gap": 1, "not_rejection": 2, "not judged": 1}
    assert record.not_judged == {"There are no words here to read.": 1}
    assert memory.find("/out") == ["/out/part-000001.parquet"]


def test_a_mail_that_can_t_be_judged_costs_no_other(memory, run, judge):
    def judges_but_one(emails):
        if any("Tuesday" in email.text for email in emails):
            raise ZeroDivisionError
        return judge(emails)

    write("memory://in/a.parquet", MAILS)
    record = run("memory://in/a.parquet", "memory://out", judged_by=judges_but_one)
    assert [row["row"] for row in read("memory://out/part-000000.parquet")] == [1, 2, 4, 5]
    assert record.skipped == {"can't be judged (ZeroDivisionError)": {"rows": 1, "first": [3]}}


def test_a_row_that_its_columns_can_t_hold_costs_no_other(memory, run):
    own = dict.fromkeys(("id", "label", "confidence", "scores", "possible", "secondary", "evidence", "next_steps", "questions"), "1")
    write("memory://in/a.parquet", [own | {"text": mail["text"], "position": place} for mail, place in zip(MAILS, "12x45", strict=True)])
    record = run("memory://in/a.parquet", "memory://out")
    why = "holds in column position what that column can't hold"
    assert record.skipped == {why: {"rows": 5, "first": [1, 2, 3, 4, 5]}}
    assert record.rows_out == 0
    assert read("memory://out/part-000000.parquet") == []


def test_many_skipped_rows_are_counted_and_the_first_named(memory, run):
    write("memory://in/a.parquet", [{"text": "no"}] * 25)

    def judges_none(emails):
        raise ValueError

    record = run("memory://in/a.parquet", "memory://out", judged_by=judges_none)
    assert record.skipped == {"can't be judged (ValueError)": {"rows": 25, "first": [*range(1, 21)]}}


def test_a_file_that_breaks_off_is_an_error_until_it_is_salvaged(tmp_path, run):
    path, folder = str(tmp_path / "a.parquet"), str(tmp_path / "out")
    write(path, MAILS, compression="none", use_dictionary=False, write_page_checksum=True, write_statistics=False)
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content.replace(b"Tuesday", b"Tuesdax"))
    with pytest.raises(InputError, match=r"a\.parquet can't be read as a Parquet file \(.*CRC.*\)\. Save it anew, or as CSV\.$"):
        run(path, folder)
    assert not (tmp_path / "out").exists()
    record = run(path, folder, salvage=True)
    assert (record.rows_in, record.rows_out, [found["rows"] for found in record.skipped.values()]) == (5, 0, [5])


def test_counts_that_don_t_add_up_are_no_result(tmp_path, run, judge):
    write(str(tmp_path / "a.parquet"), MAILS)
    with pytest.raises(RuntimeError, match=r"^5 rows, but 4 came out and 0 were skipped$"):
        run(str(tmp_path / "a.parquet"), str(tmp_path / "out"), judged_by=lambda emails: judge(emails)[1:])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param({}, True, id="it"),
        pytest.param({"rows": 4}, False, id="other-rows"),
        pytest.param({"group": 1}, False, id="other-row-group"),
        pytest.param({"number": 1}, False, id="not-there"),
    ],
)
def test_a_partition_is_known_again(change, found, tmp_path, run):
    write(str(tmp_path / "a.parquet"), MAILS)
    run(str(tmp_path / "a.parquet"), str(tmp_path / "out"))
    one = replace(Partition(0, locate(str(tmp_path / "a.parquet")), "text", 0, 5), **change)
    assert (record_of(one, Job("here", locate(str(tmp_path / "out")), FIELDS)) is not None) == found


def test_another_parquet_file_is_no_partition(tmp_path):
    write(str(tmp_path / "part-000000.parquet"), MAILS)
    assert record_of(Partition(0, locate(str(tmp_path / "a")), "text", 0, 5), Job("here", locate(str(tmp_path)), FIELDS)) is None


def test_what_a_table_holds(memory):
    write("memory://in/a.parquet", [{"n": 1, "Body": "no"}] * 7, row_group_size=3)
    table = inspect(locate("memory://in/a.parquet"))
    assert (table.groups, table.rows, table.columns, table.text_column) == ((3, 3, 1), 7, ("n", "Body"), "Body")
    assert table.size == memory.size("/in/a.parquet")
    assert table.changed == memory.modified("/in/a.parquet").isoformat()


def test_a_large_row_group_is_read_piece_by_piece(tmp_path):
    write(str(tmp_path / "a.parquet"), [{"text": f"{n} {random.Random(n).randbytes(1500).hex()}"} for n in range(8000)])
    size = (tmp_path / "a.parquet").stat().st_size
    tracemalloc.start()
    with opened(locate(str(tmp_path / "a.parquet"))) as table:
        assert sum(1 for _ in rows_of(table, "text", "a", 0)) == 8000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 2


def test_files_of_a_folder_and_of_a_pattern(tmp_path):
    for name in ("b.parquet", "a.parquet", "year=2026/c.parquet", "_old/d.parquet", ".e.parquet", "f.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(tmp_path / name) for name in ("a.parquet", "b.parquet", "year=2026/c.parquet")]
    assert [file.name for file in files_at(str(tmp_path))] == found
    assert [file.name for file in files_at(f"{tmp_path}/?.parquet")] == found[:2]
    assert [file.name for file in files_at(f"file://{tmp_path}/a.parquet")] == found[:1]
    assert [file.name for file in files_at(str(tmp_path / "gone.parquet"))] == [str(tmp_path / "gone.parquet")]


def test_a_file_in_an_archive(tmp_path, run):
    write(str(tmp_path / "a.parquet"), MAILS)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.parquet", "mails/a.parquet")
    (file,) = files_at(f"zip://mails/*.parquet::{tmp_path}/a.zip")
    assert file.name == f"zip://mails/a.parquet::{tmp_path}/a.zip"
    assert inspect(file).rows == 5
    assert run(f"zip://mails/a.parquet::{tmp_path}/a.zip", str(tmp_path / "out")).rows_out == 5


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param(
            "nowhere://a/b", r"^nowhere://a/b can't be reached \(Protocol not known: nowhere\)\. Give a path, or an address", id="kind"
        ),
        pytest.param(
            "s3://bucket/a", r"^s3://bucket/a can't be reached \(Install s3fs to access S3\)\. Give a path, or an address", id="s3"
        ),
        pytest.param("memory://empty/*.parquet", r"^memory://empty/\*\.parquet: there is no \.parquet file\. Check the name\.$", id="none"),
    ],
)
def test_addresses_that_lead_nowhere(url, message, memory, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match=message):
        files_at(url)


@pytest.mark.parametrize("place", ["memory://out", "{tmp_path}/out"])
def test_a_file_is_there_whole_or_not_at_all(place, memory, tmp_path):
    folder = locate(place.format(tmp_path=tmp_path))
    with pytest.raises(ZeroDivisionError), written(folder.within("a")) as file:
        file.write(b"%d" % (1 // 0))
    assert names_in(folder) == []
    for content in (b"old", b"new"):
        with written(folder.within("a")) as file:
            file.write(content)
            assert names_in(folder) == ([] if content == b"old" else ["a"])
    assert folder.system.cat_file(folder.within("a").path) == b"new"
    assert [path.rsplit("/", 1)[-1] for path in folder.system.find(folder.path)] == ["a"]


def test_what_was_left_unfinished_is_swept_away(tmp_path):
    for name in (".feedback-nlp-x1_y.part", "part-000000.parquet", ".other.part"):
        (tmp_path / name).touch()
    folder = locate(str(tmp_path))
    assert sorted(names_in(folder)) == [".other.part", "part-000000.parquet"]
    sweep(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.part", "part-000000.parquet"]


@pytest.fixture
def plan(tmp_path, model, judge):
    write(str(tmp_path / "in.parquet"), MAILS)
    return plan_of([inspect(locate(str(tmp_path / "in.parquet")))], pack(folder_of(SHIPPED), judge), None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"model": "0123"}, "it was labelled by the model 0123, and this is {model}", id="model"),
        pytest.param({"answers": ""}, "feedback-nlp, or what you taught it, has changed since", id="program"),
        pytest.param({"text_column": "letter"}, "it was begun with another --text-column", id="text-column"),
        pytest.param({"format": 0}, "another version of feedback-nlp wrote it", id="format"),
        pytest.param({"inputs": []}, "{path} was not among its files", id="more"),
        pytest.param({"inputs": [{"path": "a"}]}, "{path} was not among its files", id="other"),
        pytest.param({"inputs": 5}, "its _manifest.json can't be read", id="damaged"),
    ],
)
def test_a_folder_of_another_run_is_left_alone(change, why, plan, tmp_path):
    folder = locate(str(tmp_path / "out"))
    begin(folder, plan)
    begin(folder, plan)
    manifest = tmp_path / "out" / "_manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(OutputError) as error:
        begin(folder, plan)
    why = why.format(model=plan["model"], path=tmp_path / "in.parquet")
    assert str(error.value) == f"{folder.name} belongs to another run: {why}. Name another folder, or delete that one."


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        pytest.param("ab", "c was among its files", id="fewer"),
        pytest.param("acb", "it was given the files in another order", id="order"),
    ],
)
def test_other_files_are_told(inputs, why, plan, tmp_path):
    folder = locate(str(tmp_path / "out"))
    begin(folder, plan | {"inputs": [{"path": name} for name in "abc"]})
    with pytest.raises(OutputError, match=f": {why}\\."):
        begin(folder, plan | {"inputs": [{"path": name} for name in inputs]})


def test_a_folder_with_other_files_is_left_alone(plan, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").touch()
    with pytest.raises(OutputError) as error:
        begin(locate(str(tmp_path / "out")), plan)
    assert str(error.value) == f"{tmp_path / 'out'} holds other files (letter.txt). Name a folder that is empty or not there."
    with pytest.raises(OutputError) as error:
        begin(locate(str(tmp_path / "out" / "letter.txt")), plan)
    assert str(error.value) == f"{tmp_path / 'out' / 'letter.txt'} can't be used (it is a file). Name another folder."


def test_a_kit_judges_as_here(model, judge):
    text = MAILS[0]["text"]
    human = {digest(text): Example("own-1", text, "cultural_fit")}
    here = Judge(model, human, open_tagger(model, human))
    there = unpack(pack(folder_of(SHIPPED), here))
    emails = [Email("1", mail["text"]) for mail in MAILS]
    assert there(emails) == here(emails)
    assert (there(emails)[0]["label"], there(emails)[0]["label_source"]) == ("cultural_fit", "human")
    assert here.fingerprint != judge.fingerprint


OTHER = "feedback-nlp there is another version, or there is other advice of your own (advice.toml). Make both as they are here."


def test_a_worker_that_would_judge_otherwise_refuses(judge):
    kit = pack(folder_of(SHIPPED), judge)
    unpack(kit)
    own_path().parent.mkdir(parents=True)
    own_path().write_text('[question.mine]\ntext = "What now?"\nrests_on = ["own"]\n', encoding="utf-8")
    with pytest.raises(ModelError) as error:
        unpack(kit)
    assert str(error.value) == OTHER


def test_a_model_on_its_way_is_checked_and_never_unpickled(judge, tmp_path):
    import numpy as np

    folder = shutil.copytree(folder_of(SHIPPED), tmp_path / "model")
    with np.load(folder / "arrays.npz") as found:
        arrays = dict(found)
    arrays["mail_intercept"] = np.array([print], dtype=object)
    np.savez(folder / "arrays.npz", **arrays)
    with pytest.raises(ModelError, match=r"arrays\.npz is damaged or no array file \(ValueError\)\."):
        unpack(pack(folder, judge))
