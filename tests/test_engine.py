"""Real schedulers and workers, started as processes on loopback."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
import pyarrow
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from distributed import Client

from feedback_nlp.cli import main
from feedback_nlp.engine import cluster as module
from feedback_nlp.engine.cluster import results
from feedback_nlp.examples import read_examples
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.store import SHIPPED, folder_of

ROOT = Path(__file__).parent.parent
MAILS, EACH = 300, 25
HISTORY = "\n\nOn Tue, 3 Mar 2026 at 10:02, Mia Roth <mia.roth@lakeborne.example> wrote:\n" + "> We met in spring.\n" * 3000
"""What nobody judges, but reading it takes so long that there is time to stop a run in its midst."""
TIED = {"stage", "thread", "company", "role", "days_since_application", "days_since_contact", "next_steps", "questions", "checksum"}
"""The columns of `label` in which other mails have a say."""


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self, **environment):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.processes = []
        self._start("-m", "distributed.cli.dask_scheduler", "--port", str(port), **environment)

    def _start(self, *command, **environment):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [sys.executable, *command, "--host", "127.0.0.1", "--no-dashboard"]
        self.processes.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, **quiet))
        return self.processes[-1]

    def worker(self, *launch, **environment):
        module = ("-m", "distributed.cli.dask_worker")
        return self._start(*launch, *module, self.address, "--nthreads", "1", "--no-nanny", **environment)

    def wait_for(self, workers):
        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)


@contextmanager
def cluster_of(workers, **environment):
    cluster = Cluster(**environment)
    try:
        for _ in range(workers):
            cluster.worker()
        if workers:
            cluster.wait_for(workers)
        yield cluster
    finally:
        for process in reversed(cluster.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with cluster_of(2, FEEDBACK_NLP_HOME=str(tmp_path_factory.mktemp("home"))) as cluster:
        yield cluster


def as_parquet(path, rows, each=EACH, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=each, **options)
    return path


@pytest.fixture(scope="module")
def mails():
    """Several hundred mails of the test split, every fifth with a sender and a date."""
    examples = list(read_examples(ROOT / "data" / "test.jsonl"))[:MAILS]
    heads = {"sender": "Mia Roth <mia.roth@lakeborne.example>", "date": "2026-03-03", "subject": "Your application"}
    bare = dict.fromkeys(heads, "")
    return [{"id": e.id, "text": e.text + HISTORY, "country": e.country} | (bare if n % 5 else heads) for n, e in enumerate(examples)]


@pytest.fixture(scope="module")
def tables(mails, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mails")
    as_parquet(folder / "2026" / "b.parquet", mails[125:])
    as_parquet(folder / "a.parquet", mails[:125])
    return folder


@pytest.fixture(scope="module")
def local(tables, model, tmp_path_factory):
    """What `label` writes of the same files."""
    output = tmp_path_factory.mktemp("local") / "local.parquet"
    label_mailbox([tables / "2026" / "b.parquet", tables / "a.parquet"], Wanted(output), model, lambda size, number: None)
    return pyarrow.parquet.read_table(output).to_pylist()


@pytest.fixture(scope="module")
def small(mails, tmp_path_factory):
    """A file of three partitions."""
    return as_parquet(tmp_path_factory.mktemp("small") / "small.parquet", mails[:24], 8)


def arguments(paths, output, cluster=None):
    scheduler = ["--scheduler", cluster.address] if cluster else []
    return ["label", *map(str, paths), "-o", str(output), "--engine", "dask", *scheduler]


def label(paths, output, cluster, *more):
    return CliRunner().invoke(main, [*arguments(paths, output, cluster), *more])


def started(paths, output, cluster=None):
    """The same in a process of its own, and in a session of its own, as a terminal has it."""
    command = [sys.executable, "-m", "feedback_nlp", *arguments(paths, output, cluster)]
    answers_ctrl_c = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs do not
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=answers_ctrl_c)


def manifest_of(output):
    return json.loads((output / "_manifest.json").read_text(encoding="utf-8"))


def rows_in(output):
    return pyarrow.parquet.read_table(output).to_pylist()


def parts(output):
    return sorted(path.name for path in output.glob("part-*"))


def names(number):
    return [f"part-{n:06}.parquet" for n in range(number)]


def wait_until(true, running, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def assert_equal_to_local(rows, local):
    assert list(rows[0]) == list(local[0])
    for row, expected in zip(rows, local, strict=True):
        assert {n: row[n] for n in row.keys() - TIED - {"confidence", "scores"}} == {
            n: expected[n] for n in row.keys() - TIED - {"confidence", "scores"}
        }
        assert row["confidence"] == pytest.approx(expected["confidence"], abs=1e-6)
        assert row["scores"] == pytest.approx(expected["scores"], abs=1e-6)


def test_a_worker_is_killed_midway_and_every_row_comes_out(cluster, tables, local, tmp_path):
    output = tmp_path / "labelled"
    third = cluster.worker()
    cluster.wait_for(3)
    with started([tables], output, cluster) as running:
        wait_until(lambda: parts(output), running)
        third.send_signal(signal.SIGKILL)
        assert len(parts(output)) < 12
        said = running.communicate(timeout=80)[1]
    assert running.returncode == 0, said
    assert said.startswith("Labelling 300 mails in 12 partitions; workers: 3.\nRead 300: 300 labelled, 0 skipped.\n")
    assert said.endswith(f"Written to {output}\n")
    assert sorted(os.listdir(output)) == ["_manifest.json", *names(12)]
    assert_equal_to_local(rows_in(output), local)
    found = manifest_of(output)
    files = [(tables / "2026" / "b.parquet", 175), (tables / "a.parquet", 125)]
    assert [(i["path"], i["size"], i["rows"], i["row_groups"]) for i in found["inputs"]] == [
        (str(path), path.stat().st_size, rows, rows // EACH) for path, rows in files
    ]
    assert found["model"] == json.loads((folder_of(SHIPPED) / "manifest.json").read_text(encoding="utf-8"))["digest"]
    assert (found["whole"], found["rows_in"], found["rows_out"], found["rows_skipped"], found["failed"]) == (True, 300, 300, 0, [])
    assert found["labels"] == Counter(row["label"] for row in local)
    assert [(p["file"], p["input"], p["row_group"], p["rows_in"], p["rows_out"]) for p in found["partitions"]] == [
        (name, str(path), group, EACH, EACH)
        for name, (path, group) in zip(names(12), [(path, g) for path, rows in files for g in range(rows // EACH)], strict=True)
    ]


@pytest.fixture(scope="module")
def done(small, cluster, tmp_path_factory):
    """What a run makes of the small file."""
    output = tmp_path_factory.mktemp("done") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDBACK_NLP_HOME", str(tmp_path_factory.mktemp("home")))
        assert label([small], output, cluster).exit_code == 0
    return output


@pytest.fixture
def again(done, tmp_path):
    return Path(shutil.copytree(done, tmp_path / "out"))


def test_a_second_run_does_only_what_is_missing(small, cluster, again):
    before = rows_in(again)
    (again / "part-000001.parquet").unlink()
    (again / "part-000002.parquet").write_bytes((again / "part-000002.parquet").read_bytes()[:-20])
    (again / ".feedback-nlp-abc.part").write_text("what a killed worker left")
    kept = (again / "part-000000.parquet").stat().st_mtime_ns
    finished = label([small], again, cluster)
    assert finished.exit_code == 0
    assert finished.stderr.startswith("1 of 3 partitions are there already. Labelling 16 mails in 2 partitions; workers: 2.\nRead 24: ")
    assert rows_in(again) == before
    assert sorted(os.listdir(again)) == ["_manifest.json", *names(3)]
    assert (again / "part-000000.parquet").stat().st_mtime_ns == kept
    assert manifest_of(again) == manifest_of(again) | {"whole": True, "rows_out": 24}
    finished = label([small], again, cluster)
    assert (finished.exit_code, finished.stderr.splitlines()[0]) == (0, "All 3 partitions are there already.")


def test_other_inputs_are_refused(small, cluster, again):
    os.utime(small, (1, 1))
    try:
        finished = label([small], again, cluster)
    finally:
        os.utime(small)
    assert finished.exit_code == 1
    assert (
        finished.stderr == f"Error: {again} belongs to another run: {small} has changed since. Name another folder, or delete that one.\n"
    )


def test_another_model_is_refused(small, cluster, again, tmp_path):
    other = Path(shutil.copytree(folder_of(SHIPPED), tmp_path / "other"))
    about = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    (other / "manifest.json").write_text(json.dumps(about | {"digest": "0123abc"}), encoding="utf-8")
    finished = label([small], again, cluster, "-m", str(other))
    why = f"it was labelled by the model {about['digest']}, and this is 0123abc"
    assert finished.exit_code == 1
    assert finished.stderr == f"Error: {again} belongs to another run: {why}. Name another folder, or delete that one.\n"


def damage(path, group, column):
    """Flips some bytes in the middle of a column of a row group."""
    place = pyarrow.parquet.read_metadata(path).row_group(group).column(column)
    middle = place.data_page_offset + place.total_compressed_size // 2
    content = bytearray(path.read_bytes())
    content[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(content)


GERMAN = "Leider haben wir uns für eine andere Person entschieden. Wir wünschen Ihnen alles Gute für Ihre Zukunft."


def test_bad_rows_and_broken_files_cost_no_good_row(cluster, mails, tmp_path):
    folder, output = tmp_path / "in", tmp_path / "out"
    pages = {"data_page_size": 1, "write_batch_size": 1, "write_page_checksum": True, "write_statistics": False, "compression": "none"}
    whole = as_parquet(folder / "a.parquet", mails[:8], 8)
    torn = as_parquet(folder / "b.parquet", mails[8:40], 16, use_dictionary=False, **pages)
    damage(torn, 1, 1)
    odd = folder / "c.parquet"
    times = pyarrow.array([1, None, 3, 4, 10**15, 6], pyarrow.timestamp("ms"))
    texts = [mails[0]["text"], "", None, GERMAN, mails[1]["text"], mails[2]["text"]]
    pyarrow.parquet.write_table(pyarrow.table({"text": texts, "at": times, "position": ["Clerk"] * 6}), odd)
    cut = folder / "d.parquet"
    cut.write_bytes(whole.read_bytes()[:-30])
    textless = as_parquet(folder / "e.parquet", [{"letter": "no"}])
    finished = label([folder, tmp_path / "gone.parquet"], output, cluster)
    assert finished.exit_code == 0, finished.output
    found = manifest_of(output)
    kept = found["partitions"][2]["rows_out"]
    assert 0 < kept < 16
    assert [p["rows_out"] for p in found["partitions"]] == [8, 16, kept, 5]
    assert [row["id"] for row in rows_in(output)[:-5]] == [mail["id"] for mail in mails[: 24 + kept]]
    assert [row["row"] for row in rows_in(output)[-5:]] == [1, 2, 3, 4, 6]
    assert (found["rows_in"], found["rows_out"], found["rows_skipped"]) == (46, 29 + kept, 17 - kept)
    ((why, lost),) = found["partitions"][2]["skipped"].items()
    assert re.fullmatch(r"can't be read as a Parquet file \(.+\)\. Save it anew, or as CSV\.", why)
    assert lost == {"rows": 16 - kept, "first": [17 + kept]}
    assert found["partitions"][3]["skipped"] == {"holds a cell that can't be read": {"rows": 1, "first": [5]}}
    assert found["not_judged"] == {
        "There are no words here to read.": 2,
        "This mail seems to be in German; feedback-nlp reads English only, so it gives no label.": 1,
    }
    troubles = {i["path"]: i["trouble"] for i in found["inputs"] if "trouble" in i}
    assert troubles.keys() == {str(cut), str(textless), str(tmp_path / "gone.parquet")}
    assert troubles[str(tmp_path / "gone.parquet")] == "is not there. Check the name, and that every worker sees it."
    for line in (
        f"Read 46: {29 + kept} labelled, {17 - kept} skipped.",
        f"  {odd}, row 5: holds a cell that can't be read",
        f"  {torn}, row {17 + kept} ...: {why}",
        *(f"  {path}: {trouble}" for path, trouble in troubles.items()),
    ):
        assert line in finished.stderr.splitlines()


def test_where_nothing_can_be_read_nothing_is_written(cluster, tmp_path):
    finished = label([tmp_path / "gone.parquet"], tmp_path / "out", cluster)
    assert finished.exit_code == 1
    assert finished.stderr == f"Error: {tmp_path / 'gone.parquet'} is not there. Check the name, and that every worker sees it.\n"
    assert not (tmp_path / "out").exists()


def test_ctrl_c_leaves_what_is_finished_and_nothing_leaves_this_machine(tables, local, tmp_path):
    output = tmp_path / "out"
    with started([tables], output) as running:
        wait_until(lambda: parts(output), running)
        family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
        addresses = {place.ip for one in family for c in one.net_connections("inet") for place in (c.laddr, c.raddr) if place}
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=120)[1]
    assert addresses == {"127.0.0.1"}
    assert running.returncode == 1
    assert re.fullmatch(
        rf"Error: Stopped\. {output} holds \d+ of 12 partitions; the same command goes on from there\.", said.splitlines()[-1]
    )
    assert "Traceback" not in said
    psutil.wait_procs(family, timeout=60)
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    finished = parts(output)
    assert 0 < len(finished) < 12
    assert not manifest_of(output)["whole"]
    again = label([tables], output, None)
    assert again.exit_code == 0
    assert again.stderr.startswith(f"{len(finished)} of 12 partitions are there already. Labelling ")
    assert_equal_to_local(rows_in(output), local)


def test_a_partition_that_no_worker_survives_is_named_and_tried_again(small, tmp_path):
    output = tmp_path / "out"
    with cluster_of(1, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        with started([small], output, cluster) as running:
            wait_until(lambda: (output / "_manifest.json").exists() and list(output.glob(".feedback-nlp-*.part")), running)
            cluster.processes[1].kill()
            cluster.worker()
            said = running.communicate(timeout=60)[1]
        assert running.returncode == 1
        failed = [f["file"] for f in manifest_of(output)["failed"]]  # it had the next one at hand, too
        assert "part-000000.parquet" in failed
        assert f"  {small}, row group 0: no worker survived it: give them more memory, or leave it out\n" in said
        assert said.endswith(f"Error: {len(failed)} of 3 partitions failed; the same command tries them again.\n")
        finished = label([small], output, cluster)
    assert finished.exit_code == 0
    assert finished.stderr.startswith(f"{3 - len(failed)} of 3 partitions are there already. Labelling {8 * len(failed)} mails in ")
    assert parts(output) == names(3)


def test_calls_that_fail_are_repeated(cluster, tmp_path):
    def call(name, failures):
        """A call, in words of Python's own, since the workers don't know this file."""
        path = str(tmp_path / name)
        return f"(lambda p: [open(p, 'a').write('.'), 1 // (len(open(p).read()) > {failures})])({path!r})[-1]"

    with Client(cluster.address, set_as_default=False) as client:
        found = dict(results(client, eval, [call("twice", 2), call("thrice", 3)]))
    assert found[call("twice", 2)] == 1
    assert isinstance(found[call("thrice", 3)], ZeroDivisionError)


def site_without_feedback_nlp(folder):
    """A folder of everything that is installed here but feedback-nlp."""
    folder.mkdir()
    for path in Path(pyarrow.__file__).parent.parent.iterdir():
        if "feedback_nlp" not in path.name:
            (folder / path.name).symlink_to(path)
    return folder


def test_a_worker_without_the_package_is_named(small, tmp_path):
    with cluster_of(0) as cluster:
        cluster.worker("-S", PYTHONPATH=str(site_without_feedback_nlp(tmp_path / "site")), PYTHONSAFEPATH="1")
        cluster.wait_for(1)
        finished = label([small], tmp_path / "out", cluster)
    assert finished.exit_code == 1
    assert re.fullmatch(
        r"Error: The worker at tcp://127\.0\.0\.1:\d+ has no feedback-nlp, and this is (\S+)\. "
        r"Install it there: pip install 'feedback-nlp\[dask\]==\1'\n",
        finished.stderr,
    )


def test_a_worker_with_other_advice_is_named(small, tmp_path):
    (tmp_path / "advice.toml").write_text('[question.mine]\ntext = "What now?"\nrests_on = ["own"]\n', encoding="utf-8")
    with cluster_of(0) as cluster:
        cluster.worker(FEEDBACK_NLP_HOME=str(tmp_path))
        cluster.wait_for(1)
        finished = label([small], tmp_path / "out", cluster)
    assert finished.exit_code == 1
    assert re.fullmatch(
        r"Error: The worker at tcp://127\.0\.0\.1:\d+ can't judge: feedback-nlp there is another version, or there is other "
        r"advice of your own \(advice\.toml\)\. Make both as they are here\.",
        finished.stderr.splitlines()[-1],
    )
    assert parts(tmp_path / "out") == []


def test_a_lost_scheduler_leaves_what_is_finished(tables, tmp_path):
    output = tmp_path / "out"
    with cluster_of(1) as cluster, started([tables], output, cluster) as running:
        wait_until(lambda: parts(output), running)
        cluster.processes[0].kill()
        said = running.communicate(timeout=60)[1]
    assert running.returncode == 1
    assert said.splitlines()[1:] == ["Error: The scheduler was lost. What is finished stays; the same command goes on from there."]
    assert not manifest_of(output)["whole"]
    assert all(pyarrow.parquet.read_metadata(output / name).num_rows == EACH for name in parts(output))


def test_results_among_the_inputs_are_no_inputs(small, cluster, tmp_path):
    shutil.copy(small, tmp_path / "small.parquet")
    for first_line in ("Labelling 24 mails in 3 partitions; workers: 2.", "All 3 partitions are there already."):
        finished = label([tmp_path], tmp_path / "out", cluster)
        assert (finished.exit_code, finished.stderr.splitlines()[0]) == (0, first_line)


def test_a_scheduler_that_is_not_there_is_told_within_seconds(small, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 1)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        for told in ("refuses", "keeps silent"):
            start = time.monotonic()
            finished = CliRunner().invoke(main, [*arguments([small], tmp_path / "out"), "--scheduler", address])
            assert time.monotonic() - start < 20, told
            assert finished.exit_code == 1
            line = rf"Error: There is no Dask scheduler at {address} \(.+\)\. Start one \(dask scheduler\), or check the address\.\n"
            assert re.fullmatch(line, finished.stderr)
            listener.listen()
    assert not (tmp_path / "out").exists()


def test_the_address_of_a_worker_is_told(cluster, small, tmp_path):
    with Client(cluster.address, set_as_default=False) as client:
        worker = next(iter(client.nthreads()))
    finished = CliRunner().invoke(main, [*arguments([small], tmp_path / "out"), "--scheduler", worker])
    assert finished.exit_code == 1
    assert finished.stderr == f"Error: {worker} is the address of a Dask worker. Give that of the scheduler.\n"


def test_without_dask_it_says_what_to_install(small, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    finished = CliRunner().invoke(main, arguments([small], tmp_path / "out"))
    assert (finished.exit_code, finished.stderr) == (
        1,
        "Error: --engine dask needs an extra. Install it: pip install 'feedback-nlp[dask]'\n",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["--engine", "dask", "--silence", "s.csv"], "--silence does not go with --engine", id="silence"),
        pytest.param(["--engine", "dask", "--after-interview", "3"], "--after-interview does not go with --engine", id="after-interview"),
        pytest.param(["--engine", "dask", "--me", "me@home.example"], "--me does not go with --engine", id="me"),
        pytest.param(["--scheduler", "tcp://127.0.0.1:8786"], "--scheduler goes with --engine dask.", id="scheduler-alone"),
    ],
)
def test_options_of_a_whole_mailbox_are_refused(options, message, tmp_path):
    finished = CliRunner().invoke(main, ["label", "a.parquet", "-o", str(tmp_path / "out"), *options])
    assert finished.exit_code == 2
    assert message in finished.stderr
