import os
from pathlib import Path

import pytest

from feedback_nlp.errors import InputError, OutputError
from feedback_nlp.resources import check_place, read_toml, write_bytes, write_text, written_aside


def test_written_aside_and_renamed(tmp_path):
    path = tmp_path / "a" / "b" / "out.txt"
    with written_aside(path) as file:
        file.write(b"new")
        assert not path.exists()
        assert [other.suffix for other in path.parent.iterdir()] == [".part"]
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_the_old_file_is_replaced(tmp_path):
    write_text(tmp_path / "out.txt", "old and longer")
    write_bytes(tmp_path / "out.txt", b"new")
    assert (tmp_path / "out.txt").read_bytes() == b"new"


def break_off(path, error, beside=None):
    with written_aside(path) as file:
        file.write(b"half")
        if beside:
            (path.parent / beside).write_bytes(b"mine")
        raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_over_and_the_old_file_stays(error, tmp_path):
    (tmp_path / "old.txt").write_bytes(b"old")
    for path in (tmp_path / "old.txt", tmp_path / "a" / "b" / "new.txt"):
        with pytest.raises(error):
            break_off(path, error)
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]
    assert (tmp_path / "old.txt").read_bytes() == b"old"


def test_folders_that_others_filled_stay(tmp_path):
    with pytest.raises(RuntimeError):
        break_off(tmp_path / "a" / "new.txt", RuntimeError, "other.txt")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["other.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_written_for_its_owner_only(tmp_path):
    (tmp_path / "out.txt").write_bytes(b"old")
    (tmp_path / "out.txt").chmod(0o644)
    write_text(tmp_path / "out.txt", "new")
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o600


def test_half_an_emoji_can_be_written(tmp_path):
    write_text(tmp_path / "out.txt", "no \ud83d")
    assert (tmp_path / "out.txt").read_bytes() == b"no \\ud83d"


def folder_there(folder):
    (folder / "out.txt").mkdir()
    return folder / "out.txt", "Is a directory"


def file_for_a_folder(folder):
    (folder / "file").touch()
    return folder / "file" / "out.txt", "File exists"


def file_in_a_path(folder):
    (folder / "file").touch()
    return folder / "file" / "deeper" / "out.txt", "Not a directory"


def name_too_long(folder):
    return folder / f"{'a' * 300}.txt", "File name too long"


def read_only_folder(folder):
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("this user may write anywhere")
    (folder / "locked").mkdir(mode=0o500)
    return folder / "locked" / "out.txt", "Permission denied"


@pytest.mark.skipif(os.name == "nt", reason="Windows words these otherwise")
@pytest.mark.parametrize("write", [lambda path: write_text(path, "x"), check_place], ids=["write_text", "check_place"])
@pytest.mark.parametrize("made", [folder_there, file_for_a_folder, file_in_a_path, name_too_long, read_only_folder])
def test_what_can_not_be_written(made, write, tmp_path):
    path, reason = made(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as error:
        write(path)
    assert str(error.value) == f"{path} can't be written ({reason}). Choose another place."
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that takes no file, whoever asks")
def test_a_folder_that_takes_no_file():
    with pytest.raises(OutputError, match=r"^/proc/self/out\.txt can't be written \(.+\)\. Choose another place\.$"):
        check_place(Path("/proc/self/out.txt"))


def test_a_place_is_tried_and_left_as_it_was(tmp_path):
    (tmp_path / "old.txt").write_bytes(b"old")
    check_place(tmp_path / "old.txt")
    check_place(tmp_path / "a" / "b" / "new.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]
    assert (tmp_path / "old.txt").read_bytes() == b"old"


def test_toml(tmp_path):
    (tmp_path / "a.toml").write_text('[bread]\nflour = "rye"\n', encoding="utf-8")
    assert read_toml(tmp_path / "a.toml") == {"bread": {"flour": "rye"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"[bread", r"is no TOML: .+\. Mend that line, or move the file away\.", id="no toml"),
        pytest.param(b"\xff", r"is no TOML: .*utf-8.*\. Mend that line, or move the file away\.", id="no text"),
        pytest.param(None, r"can't be read \(No such file or directory\)\. Let it be read, or move it away\.", id="no file"),
    ],
)
def test_toml_that_can_not_be_read(content, message, tmp_path):
    if content is not None:
        (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.toml {message}$"):
        read_toml(tmp_path / "a.toml")
