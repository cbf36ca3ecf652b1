"""Where things are: what ships with the package, and the person's own folder."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder of the shipped `models`, `data` or `samples`: inside an installed wheel, else in the source tree."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


@cache
def read_table(name: str) -> dict[str, Any]:
    """The content of a TOML file beside the modules, by its name without the ending."""
    return tomllib.loads((_PACKAGE / f"{name}.toml").read_text(encoding="utf-8"))


def home() -> Path:
    """The person's own folder: FEEDBACK_NLP_HOME, else the platform's data folder. It may not exist yet."""
    named = os.environ.get("FEEDBACK_NLP_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("feedback-nlp", appauthor=False)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole or not at all, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8", errors="backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all: aside first, then renamed; readable by its owner only. Raises FeedbackError."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise FeedbackError(f"{path} can't be written ({error.strerror}). Choose another place.") from error
