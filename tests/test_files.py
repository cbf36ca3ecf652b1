"""Whatever writes a file, and what can go wrong there: every writer with every trouble."""

import datetime
import json
import os
import pickle
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedback_nlp.collection import open_collection, own_examples
from feedback_nlp.dossier import compile_dossier, write_report
from feedback_nlp.errors import FeedbackError, OutputError
from feedback_nlp.examples import read_examples
from feedback_nlp.journal import open_journal
from feedback_nlp.plots import draw
from feedback_nlp.records import Draft, Email, Example
from feedback_nlp.resources import write_text, written_aside
from feedback_nlp.sheet import write_rows
from feedback_nlp.store import current, load, save, use
from feedback_nlp.tags import add_tag, read_tags
from feedback_nlp.unsent import write_draft
from tests.journals import add_all
from tests.labelled import row
from tests.test_plots import evaluation

if os.name == "nt":
    pytest.skip("Windows has neither these modes nor fork", allow_module_level=True)

MANY = 300
"""More rows than any limit below takes."""
ROOT = Path(__file__).parent.parent


def rows(text):
    return [{"text": f"{text} {number}", "label": "skills_gap"} for number in range(MANY)]


def sheet(path, text):
    write_rows(rows(text), path)


def report(path, text):
    write_report(compile_dossier([row("skills_gap", str(n), company=text) for n in range(9)], datetime.date(2026, 1, 1)), path)


def picture(path, text):
    draw([(text, evaluation())], path)


def eml(path, text):
    write_draft(Draft("Re: Baker", f"{text}\n" * MANY), Email("1", ""), path)


def export(path, text):
    from feedback_nlp.examples import row_of

    write_rows((row_of(Example(str(n), f"{text} {n}", "skills_gap")) for n in range(MANY)), path)


def collection(path, text):
    with open_collection() as opened:
        opened.put([Example("", f"{text} {n}", "skills_gap") for n in range(MANY)], "add")


def journal(path, text):
    with open_journal(path.with_suffix(""), keep=False) as opened:
        add_all(opened, [{"subject": f"{text} {n}", "identity": text + str(n)} for n in range(MANY)])


def own_label(path, text):
    shutil.rmtree(path.parent, ignore_errors=True)
    add_tag("visa", f"needs a permit {text}")


def version_in_use(path, text):
    use("shipped")


def read_journal(path):
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return opened.execute("SELECT COUNT(*) FROM message").fetchone()[0]


def read_workbook(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.read("xl/worksheets/sheet1.xml")


@dataclass(frozen=True)
class Writer:
    """What writes a text into a file, the place of that file, and what can be read from a whole one."""

    write: object
    name: str
    read: object = Path.read_bytes
    aside: bool = True
    """Whether it is written aside and renamed; else SQLite sees to it."""


WRITERS = {
    "csv": Writer(sheet, "out.csv"),
    "json lines": Writer(sheet, "out.jsonl"),
    "workbook": Writer(sheet, "out.xlsx", read_workbook),
    "parquet": Writer(sheet, "out.parquet"),
    "report": Writer(report, "out.html"),
    "picture": Writer(picture, "out.svg"),
    "draft": Writer(eml, "out.eml"),
    "examples": Writer(export, "out.jsonl", lambda path: [e.text for e in read_examples(path)]),
    "own label": Writer(own_label, "home/labels/visa/label.json", lambda path: read_tags()["visa"].meaning),
    "version in use": Writer(version_in_use, "home/models/current", lambda path: current()),
    "collection": Writer(collection, "home/examples.db", lambda path: len(own_examples()), aside=False),
    "journal": Writer(journal, "out.csv.journal", read_journal, aside=False),
}
every_writer = pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
NAMED = {name: writer for name, writer in WRITERS.items() if not writer.name.startswith("home/")}
ASIDE = {name: writer for name, writer in WRITERS.items() if writer.aside}


@pytest.fixture
def folder(home, monkeypatch):
    """An empty folder that everybody may enter, with the home folder in it."""
    made = Path(tempfile.mkdtemp(prefix="files-"))
    made.chmod(0o755)
    monkeypatch.setenv("FEEDBACK_NLP_HOME", str(made / "home"))
    yield made
    shutil.rmtree(made)


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def in_a_child(call, *, prepare=lambda: None):
    """What a call raised in a process of its own, which has begun by preparing for it; its exit status where it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            prepare()
            call()
            found = None
        except BaseException as error:
            found = (type(error).__name__, str(error), isinstance(error, FeedbackError))
        os.write(writing, pickle.dumps(found))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    return pickle.loads(said) if said else status


def is_one_line_of_ours(found):
    kind, message, ours = found
    return ours and "\n" not in message and message.endswith((".", "again.")) and "Traceback" not in message, (kind, message)


@every_writer
def test_only_the_owner_can_read_it_and_nothing_else_is_left(writer, folder):
    before = os.umask(0)
    try:
        writer.write(folder / writer.name, "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / writer.name).stat().st_mode) == 0o600
    assert files_in(folder) == [writer.name]
    assert writer.read(folder / writer.name)


@pytest.mark.parametrize("writer", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize(
    "stem",
    ["a b", 'it\'s "so"', "Grüße", "🍞", "-o", "CON", "aux.txt", "a\nb", "%s{0}$HOME", "*?[a]", "~", "b" * 200, "e\u0301"],
    ids=ascii,
)
def test_names(writer, stem, folder):
    path = folder / stem / f"{stem}{writer.name.removeprefix('out')}"
    writer.write(path, "new")
    assert files_in(folder) == [str(path.relative_to(folder))]
    assert writer.read(path)


@every_writer
def test_a_full_disk(writer, folder):
    path = folder / writer.name
    small = writer.write in (own_label, version_in_use)
    writer.write(path, "old")
    before, there = writer.read(path), files_in(folder)
    limit = 5 if small else 500
    found = in_a_child(lambda: writer.write(path, "new"), prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert is_one_line_of_ours(found), found
    if writer.write not in (own_label, journal):  # the first is taken away before, the second is begun anew
        assert writer.read(path) == before
        assert [name for name in files_in(folder) if not name.endswith("-journal")] == there
    writer.write(path, "newest")
    assert writer.read(path)


@every_writer
def test_a_folder_that_may_not_be_written(writer, folder):
    if os.geteuid():
        pytest.skip("only root can become somebody else")
    writer.write(folder / writer.name, "old")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    content = (folder / writer.name).read_bytes()
    found = in_a_child(lambda: writer.write(folder / writer.name, "new"), prepare=lambda: os.setuid(65534))
    assert is_one_line_of_ours(found), found
    assert (folder / writer.name).read_bytes() == content


def die_before_renaming():
    sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event == "os.rename" else None)


@pytest.mark.parametrize("writer", ASIDE.values(), ids=ASIDE)
def test_killed_at_the_last_moment(writer, folder):
    path = folder / writer.name
    if writer.write is not own_label:
        writer.write(path, "old")
    before = path.read_bytes() if path.exists() else None
    assert in_a_child(lambda: writer.write(path, "new"), prepare=die_before_renaming) == signal.SIGKILL
    assert (path.read_bytes() if path.exists() else None) == before
    (part,) = [name for name in files_in(folder) if name.endswith(".part")]
    assert stat.S_IMODE((folder / part).stat().st_mode) == 0o600
    two_hours_ago = time.time() - 7200
    os.utime(folder / part, (two_hours_ago, two_hours_ago))
    writer.write(path, "newest")
    assert files_in(folder) == [writer.name]


@pytest.mark.parametrize("writer", [WRITERS["collection"], WRITERS["journal"]], ids=["collection", "journal"])
@pytest.mark.parametrize("milliseconds", [1, 5, 20, 60])
def test_killed_at_any_moment(writer, milliseconds, folder):
    path = folder / writer.name
    writer.write(path, "old")

    def die_soon():
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)

    in_a_child(lambda: [writer.write(path, f"{n}") for n in range(1000)], prepare=die_soon)
    assert writer.read(path) % MANY == 0


@every_writer
def test_two_at_once(writer, folder):
    path = folder / writer.name
    if writer.write is own_label:
        pytest.skip("two who name the same label at once: the first has it")
    writer.write(path, "first")
    writer.read(path)
    children = []
    for text in ("second", "third"):
        child = os.fork()
        if not child:
            status = 0
            for _ in range(2):
                try:
                    writer.write(path, text)
                except OutputError as error:
                    status = 0 if "is in use by another" in str(error) else 1
            os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert writer.read(path)
    assert [name for name in files_in(folder) if name.endswith(".part")] == []


def test_a_file_that_is_being_written_stays(tmp_path):
    with written_aside(tmp_path / "a.txt") as file:
        file.write(b"half")
        write_text(tmp_path / "b.txt", "whole")
    assert (tmp_path / "a.txt").read_bytes() == b"half"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "elsewhere" / "real.txt")
    for text in ("old", "new"):
        write_text(tmp_path / "link.txt", text)
        assert (tmp_path / "link.txt").is_symlink()
        assert (tmp_path / "elsewhere" / "real.txt").read_bytes() == text.encode()
    assert files_in(tmp_path) == ["elsewhere/real.txt", "link.txt"]


@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_a_device_stays_what_it_is(device, tmp_path):
    (tmp_path / "link.txt").symlink_to(device)
    with pytest.raises(OutputError) as error:
        write_text(tmp_path / "link.txt", "new")
    assert str(error.value) == f"{tmp_path / 'link.txt'} can't be written (Is a device or a pipe). Choose another place."
    assert stat.S_ISCHR(os.stat(device).st_mode)


def test_a_model_that_a_full_disk_or_a_kill_cut_off_is_not_there(small_model, folder):
    place = folder / "version"
    found = in_a_child(lambda: save(small_model, place), prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)))
    assert found == ("ModelError", f"{place} can't be written (File too large). Set FEEDBACK_NLP_HOME to a folder of yours.", True)
    assert files_in(folder) == []
    assert in_a_child(lambda: save(small_model, place), prepare=die_before_renaming) == signal.SIGKILL
    assert not place.exists()
    load(save(small_model, place))


MAIL = "From: Ida <ida@mill.example>\nTo: me@home.example\nSubject: Baker\n\nWe have chosen somebody else.\n"
COMMANDS = {
    "classify mail.eml": [],
    "classify --explain --json mail.eml": [],
    "check-reply reply.txt --to mail.eml": [],
    "draft mail.eml": [],
    "draft mail.eml -o answer.eml": ["cwd/answer.eml"],
    "label mail.eml -o out.csv --skipped skipped.csv --silence silence.csv": [
        *("cwd/out.csv", "cwd/out.csv.journal", "cwd/silence.csv", "cwd/skipped.csv"),
    ],
    "label mail.eml -o out.xlsx": ["cwd/out.xlsx", "cwd/out.xlsx.journal"],
    "label mail.eml -o out.parquet": ["cwd/out.parquet", "cwd/out.parquet.journal"],
    "label mail.zip -o zip.csv": ["cwd/zip.csv", "cwd/zip.csv.journal"],
    "patterns out.csv": [],
    "report out.csv -o report.html": ["cwd/report.html"],
    "advice skills_gap": [],
    "add rows.csv": ["own/examples.db"],
    "examples list": [],
    "examples history": [],
    "examples export mine.jsonl": ["cwd/mine.jsonl"],
    "examples path": [],
    "labels add visa --meaning permit": ["own/labels/visa/label.json"],
    "labels list": [],
    "labels remove visa": [],
    "evaluate rows.csv --plot plot.svg": ["cwd/plot.svg"],
    "models list": [],
    "models show": [],
    "models path": [],
    "models use shipped": ["own/models/current"],
    "models prune --yes": [],
    "examples delete-all --yes": [],
}
NOTHING = {"models rollback", "models diff", "data check"}
"""What only reads, or writes what `models use` does."""
LONG = {f"data {name}" for name in ("curve", "own-weight", "adaptation", "wrong-labels", "ablation")} | {
    "models build",
    "models build-signals",
}
"""What trains for minutes and then writes the file or folder that was named."""
ELSEWHERE = {"review", "serve", "retrain"}
"""What has tests of its own for it."""
WATCHED = """
import json, os, sys
from pathlib import Path
from click.testing import CliRunner
from feedback_nlp.cli import main

opened = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and isinstance(args[2], int) and args[2] & WRITES:
        opened.append(os.path.abspath(os.fsdecode(args[0])))
    if event in ("os.mkdir", "sqlite3.connect"):
        opened.append(os.path.abspath(os.fsdecode(args[0])))


def files():
    return {str(path) for name in ("cwd", "own", "user", "tmp") for path in Path(root, name).rglob("*") if path.is_file()}


root = sys.argv[1]
sys.addaudithook(watch)
for line in json.load(sys.stdin):
    before = files()
    opened.clear()
    done = CliRunner().invoke(main, line.split())
    new = sorted(os.path.relpath(path, root) for path in files() - before)
    print(json.dumps([line, done.exit_code, new, sorted(set(opened)), done.output[-300:]]), file=sys.__stdout__)
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """What each command wrote, in a process of its own whose home, temporary and working folders are watched."""
    root = tmp_path_factory.mktemp("watched")
    for name in ("cwd", "own", "user", "tmp"):
        (root / name).mkdir()
    (root / "cwd" / "mail.eml").write_text(MAIL, encoding="utf-8")
    (root / "cwd" / "reply.txt").write_text("Thank you for telling me.\n", encoding="utf-8")
    (root / "cwd" / "rows.csv").write_text("text,label\nWe chose somebody else.,another_candidate\n", encoding="utf-8")
    with zipfile.ZipFile(root / "cwd" / "mail.zip", "w") as archive:
        archive.writestr("mail.mbox", f"From - Tue Mar  3 10:02:00 2026\n{MAIL}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MPL"))}
    environment |= {"HOME": str(root / "user"), "TMPDIR": str(root / "tmp"), "FEEDBACK_NLP_HOME": str(root / "own")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    run = [sys.executable, "-c", WATCHED, str(root)]
    given = json.dumps(list(COMMANDS))
    done = subprocess.run(run, input=given, env=environment, cwd=root / "cwd", capture_output=True, text=True, check=True, timeout=300)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return root, {line: (code, new, opened, output) for line, code, new, opened, output in found}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_elsewhere(command, watched):
    root, found = watched
    code, new, opened, output = found[command]
    assert code == 0, output
    assert [name for name in new if not name.startswith("user/.cache/matplotlib")] == COMMANDS[command]
    elsewhere = [path for path in opened if not path.startswith((str(root), "/dev/", "/proc/"))]
    assert elsewhere == []
    assert list((root / "tmp").iterdir()) == []


def test_every_command_is_watched_or_named():
    import click

    from feedback_nlp.cli import main

    def names(group, path=""):
        for name, command in group.commands.items():
            yield from names(command, f"{path}{name} ") if isinstance(command, click.Group) else [f"{path}{name}"]

    unwatched = {name for name in names(main) if not any(f"{line} ".startswith(f"{name} ") for line in COMMANDS)}
    assert unwatched == {*NOTHING, *LONG, *ELSEWHERE}
