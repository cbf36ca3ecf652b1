"""The model and what the person said, on their way to a worker. The model goes as the bytes of its files, which our own loader
checks and reads there: none of it is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feedback_nlp.entries import own_path
from feedback_nlp.errors import ModelError
from feedback_nlp.examples import row_of
from feedback_nlp.mailbox import lone_rows, version_of
from feedback_nlp.model import Model
from feedback_nlp.records import Email, Example
from feedback_nlp.rows import Row
from feedback_nlp.store import FILES, load
from feedback_nlp.tagging import Tagger, TagState
from feedback_nlp.temporary import TemporaryFolder


@dataclass(frozen=True)
class Kit:
    """All that a worker needs to judge mails as this machine would; `fingerprint` changes whenever an answer might."""

    files: Mapping[str, bytes]
    human: Mapping[str, Example]
    states: Sequence[TagState]
    fingerprint: str
    digest: str


@dataclass(frozen=True)
class Judge:
    """Judges mails, one call at a time, since the work is Python's own and threads would only wait for each other."""

    model: Model
    human: Mapping[str, Example]
    tagger: Tagger
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, emails: Sequence[Email]) -> list[Row]:
        """The row of each mail, in order."""
        with self._lock:
            return list(lone_rows(emails, self.model, self.human, self.tagger))

    @property
    def fingerprint(self) -> str:
        """Changes whenever an answer might: with the model, the program, and what the person said, advice of theirs included."""
        own = own_path()
        advice = own.read_text(encoding="utf-8", errors="replace") if own.is_file() else ""
        said = [row_of(example) for _, example in sorted(self.human.items())]
        parts = [version_of(self.model), self.tagger.version, json.dumps(said, sort_keys=True), advice]
        return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def pack(folder: Path, judge: Judge) -> Kit:
    """What to send, so that a worker judges by the model in that folder as `judge` does here."""
    files = {name: (folder / name).read_bytes() for name in FILES}
    return Kit(files, judge.human, judge.tagger.states, judge.fingerprint, str(judge.model.manifest.get("digest", "")))


def unpack(kit: Kit) -> Judge:
    """What judges on this machine. Raises ModelError where the model is damaged, or other answers would come of it here."""
    with TemporaryFolder() as folder:
        for name in FILES:
            (folder / name).write_bytes(kit.files[name])
        model = load(folder)
    judge = Judge(model, kit.human, Tagger(model, kit.human, kit.states))
    if judge.fingerprint != kit.fingerprint:
        raise ModelError(
            "feedback-nlp there is another version, or there is other advice of your own (advice.toml). Make both as they are here."
        )
    return judge
