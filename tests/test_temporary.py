import os
import stat
import subprocess
import sys
import tempfile

import pytest

from feedback_nlp.temporary import TemporaryFolder, remove_abandoned
from tests.commands import invoke

HOLDS = """
import sys
from feedback_nlp.temporary import TemporaryFolder
held = TemporaryFolder()
(held.path / "mails").write_text("a mail")
print(held.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def other():
    """Another process with such a folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_is_private_and_gone_at_the_end(temporary):
    with TemporaryFolder() as folder:
        (folder / "mails").write_text("a mail", encoding="utf-8")
        (outer,) = temporary.iterdir()
        assert folder.parent == outer
        assert outer.name.startswith("feedback-nlp-")
        assert os.name == "nt" or stat.S_IMODE(outer.stat().st_mode) == 0o700
    assert names(temporary) == []


def test_it_is_gone_after_an_error_and_closed_twice(temporary):
    folder = TemporaryFolder()
    with pytest.raises(KeyError), folder:
        raise KeyError
    folder.close()
    assert names(temporary) == []


def test_what_a_killed_process_held_is_removed_then_and_not_before(temporary, other):
    held = other.stdout.readline().strip()
    with TemporaryFolder() as own:
        remove_abandoned()
        assert os.listdir(held) == ["mails"]
        other.kill()
        other.wait()
        assert os.listdir(held) == ["mails"]
        remove_abandoned()
        assert [path.name for path in temporary.iterdir()] == [own.parent.name]


def forsaken(temporary, name="feedback-nlp-abc"):
    """What a killed process left."""
    folder = temporary / name
    (folder / "content").mkdir(parents=True)
    (folder / "content" / "mails").write_text("a mail", encoding="utf-8")
    (folder / ".feedback-nlp-lock").touch()
    return folder


def test_what_is_ours_to_remove(temporary):
    forsaken(temporary)
    remove_abandoned()
    assert names(temporary) == []


def test_label_removes_it(temporary, tmp_path):
    forsaken(temporary)
    (tmp_path / "mail.txt").write_text("We have chosen another candidate for the post.", encoding="utf-8")
    assert invoke("label", tmp_path / "mail.txt", "-o", tmp_path / "labelled.csv").exit_code == 0
    assert names(temporary) == []


def test_what_is_not_ours_stays(temporary, tmp_path):
    elsewhere = forsaken(tmp_path, "elsewhere")
    forsaken(temporary, "other-program")
    (forsaken(temporary, "feedback-nlp-without-a-lock") / ".feedback-nlp-lock").unlink()
    beginning = forsaken(temporary, "feedback-nlp-not-locked-yet")
    (beginning / "content" / "mails").unlink()
    (beginning / "content").rmdir()
    (temporary / "feedback-nlp-file").touch()
    (temporary / "feedback-nlp-link").symlink_to(elsewhere, target_is_directory=True)
    before = sorted(temporary.rglob("*"))
    remove_abandoned()
    assert sorted(temporary.rglob("*")) == before
    assert (elsewhere / "content" / "mails").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_what_is_somebody_elses_stays(temporary):
    os.chown(forsaken(temporary), 12345, 12345)
    remove_abandoned()
    assert names(temporary) == ["feedback-nlp-abc"]
