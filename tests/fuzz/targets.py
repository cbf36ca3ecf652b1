"""What is run on bytes made by chance, and what must hold then; each target says in a tuple what came of it."""

import csv
import datetime
import email
import email.policy
import hashlib
import json
import math
import re
import zipfile
from collections import Counter
from dataclasses import asdict
from functools import cache
from pathlib import Path

import feedback_nlp
from feedback_nlp.dossier import compile_dossier, html_of
from feedback_nlp.drafts import draft
from feedback_nlp.errors import FeedbackError, NoDraftError
from feedback_nlp.feedback import give_feedback
from feedback_nlp.history import read_history
from feedback_nlp.inbox import read_bytes, read_inbox
from feedback_nlp.labelling import Wanted, label_mailbox
from feedback_nlp.labels import DRAFT_KINDS, LABELS, REASONS, TONES
from feedback_nlp.overview import render_overview, render_rejections
from feedback_nlp.patterns import patterns
from feedback_nlp.records import Email, Skipped
from feedback_nlp.reply import KINDS, check_reply
from feedback_nlp.report import pattern_tables
from feedback_nlp.rows import row_of
from feedback_nlp.sheet import write_rows
from feedback_nlp.sheet.cell import escaped, guarded, printable, unescaped, unguarded, well_formed
from feedback_nlp.terminal import harmless, render, render_patterns, render_remarks
from feedback_nlp.unsent import unsent

STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What must reach no terminal."""
STYLE = re.compile(r"\x1b\[\d\d?m")
"""What we put there ourselves."""
_NAMES = ("in.eml", "in.mbox", "in.emlx", "in.csv", "in.jsonl", "in.txt", "Sent", "in.tsv")
_OUTPUTS = ("out.jsonl", "out.jsonl", "out.csv", "out.xlsx", "out.parquet")
_TODAY = datetime.date(2026, 10, 1)


@cache
def model():
    return feedback_nlp.load()


def _chance(data, number):
    """A number below another, that depends on the data alone."""
    return int.from_bytes(hashlib.sha256(data).digest()[:4], "big") % number


def _neutral(lines):
    text = STYLE.sub("", "\n".join(lines))
    assert not STEERING.search(text.replace("\n", "")), f"a terminal would act on {STEERING.search(text)}"


def _refused(error):
    """What a person is told: one line, that a terminal can show."""
    text = " ".join(harmless(str(error)).split())
    assert text
    _neutral([text])
    return type(error).__name__, re.sub(r"\d+|'.*'|\(.*\)", "", text)[:60]


def _whole_email(message):
    assert all(isinstance(value, str) for value in (message.text, message.subject, message.sender, message.date, message.source))
    assert message.position >= 1
    assert message.attachments >= 0


def _honest(text, prediction):
    """Whether all quotes are verbatim and all probabilities are some."""
    if prediction.label is None:
        assert prediction.note
        assert not prediction.evidence
        return
    assert prediction.label in LABELS
    assert math.isclose(sum(prediction.scores.values()), 1, abs_tol=1e-6)
    assert all(0 <= score <= 1 for score in prediction.scores.values())
    assert prediction.confidence == max(prediction.scores.values())
    assert prediction.label in prediction.possible
    assert (prediction.label in REASONS) == bool(prediction.evidence)
    for quote in (*prediction.evidence, *prediction.secondary_evidence.values()):
        assert quote.text == text[quote.start : quote.end] != ""
        assert 0 <= quote.probability <= 1


def _verbatim(text, signals):
    for said in asdict(signals).values():
        for one in said if isinstance(said, tuple) else (said,):
            assert one["quote"] in text
            assert one["words"] in one["quote"] or not one["words"], one


def mail(data, folder):
    """A pasted mail, through to what a person reads, a row, and a draft."""
    try:
        message = read_bytes(data, "what was pasted")
    except FeedbackError as error:
        return _refused(error)
    _whole_email(message)
    feedback = next(give_feedback([message], model()))
    if _chance(data, 8) == 0:
        assert next(give_feedback([message], model())) == feedback
    prediction, signals = feedback.prediction, feedback.signals
    _honest(message.text, prediction)
    _verbatim(message.text, signals)
    _neutral(render(feedback))
    json.dumps(row_of(feedback), allow_nan=False)
    said = tuple(name for name, value in asdict(signals).items() if value and (isinstance(value, tuple) or value["value"]))
    named = (bool(feedback.parties.company), bool(feedback.parties.role), feedback.parties.sender_type)
    return prediction.label, said, named, feedback.step.name, _drafted(data, feedback)


def _drafted(data, feedback):
    kind, tone = ("", *DRAFT_KINDS)[_chance(data, len(DRAFT_KINDS) + 1)], TONES[_chance(data, len(TONES))]
    try:
        drafted = draft(feedback, feedback.signals, kind=kind, tone=tone, name="Sam", to_name="")
    except NoDraftError as error:
        return _refused(error)
    _neutral([drafted.subject, drafted.body, drafted.to])
    assert "\n" not in drafted.subject + drafted.to
    written = email.message_from_bytes(unsent(drafted, feedback.email), policy=email.policy.default)
    names = Counter(name.lower() for name in written)
    allowed = "x-unsent to subject in-reply-to references content-type content-transfer-encoding mime-version".split()
    assert names <= Counter(allowed), f"headers of the draft: {names}"
    assert not written.defects
    return kind or "fitting", tone


def reply(data, folder):
    """An answer to a rejection, with the rejection."""
    cut = _chance(data, len(data) + 1)
    try:
        text, rejection = (read_bytes(part, "in").text for part in (data[:cut], data[cut:]))
        remarks = check_reply(text, Email("x", rejection), next(model().classify([rejection])))
    except FeedbackError as error:
        return _refused(error)
    for remark in remarks:
        assert remark.kind in KINDS
        assert 0 <= remark.start < remark.end <= len(text)
    _neutral(render_remarks(text, remarks))
    assert check_reply(text, Email("x", rejection), next(model().classify([rejection]))) == remarks
    return tuple(sorted({remark.kind for remark in remarks}))


def inbox(data, folder):
    """A file of any kind, read."""
    path = folder / _NAMES[_chance(data, len(_NAMES))]
    path.write_bytes(data)
    try:
        items = list(read_inbox(path))
    except FeedbackError as error:
        return _refused(error)
    finally:
        path.unlink()
    for item in items:
        if isinstance(item, Email):
            _whole_email(item)
        else:
            assert item.why
            # Parts in parts in parts without end are more than Python's own reader takes: that mail is named, and left out.
            assert "Error)" not in item.why.replace("(RecursionError)", ""), item.why
    messages = [item for item in items if isinstance(item, Email)]
    kinds = Counter(bool(message.row) for message in messages)
    skipped = {re.sub(r"\d+|'.*'", "", item.why)[:30] for item in items if isinstance(item, Skipped)}
    attached = any(message.attachments for message in messages)
    return path.name, *(min(number, 3) for number in kinds.values()), tuple(sorted(skipped)), attached


def label(data, folder):
    """A mailbox of one of the forms in which they come, labelled, and labelled again."""
    output = folder / _OUTPUTS[_chance(data, len(_OUTPUTS))]
    path = _mailbox(data, folder)
    found = []
    for _ in range(2):
        try:
            result = label_mailbox([path], Wanted(output, skipped=folder / "skipped.csv"), model(), lambda size, messages: None)
        except FeedbackError as error:
            return _refused(error)
        counts = result.overview
        assert counts.read == counts.labelled + counts.duplicates + counts.skipped, counts
        assert result.whole
        found.append((counts, output.read_bytes() if output.suffix != ".xlsx" else b""))  # a workbook says when it was written
    assert found[0] == found[1]
    _neutral([*render_overview(counts), *render_rejections(result.newest, counts)])
    if output.suffix == ".jsonl":
        _rows_are_verbatim(path, output)
    elif output.suffix == ".csv":
        csv.field_size_limit(2**31 - 1)
        with output.open(encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == counts.labelled + 1
    return path.name, output.suffix, counts.labelled > 0, counts.duplicates > 0, counts.skipped > 0, len(result.newest) > 0


def _mailbox(data, folder):
    message = data[len(data) // 2 :]
    form = _chance(data, 5)
    if form == 0:
        path = folder / "in.mbox"
        path.write_bytes(b"".join(b"From - Tue Mar  3 10:02:00 2026\n" + part + b"\n\n" for part in (data, message, data)))
    elif form == 1:
        path = folder / "Maildir"
        for place in ("cur", "new", "tmp"):
            (path / place).mkdir(parents=True)
        (path / "cur" / "1:2,S").write_bytes(data)
        (path / "new" / "2").write_bytes(message)
    elif form == 2:
        path = folder / "mails"
        path.mkdir()
        (path / "1.eml").write_bytes(data)
        (path / "2.emlx").write_bytes(b"%d\n" % len(message) + message)
    elif form == 3:
        path = folder / "in.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a/1.mbox", data)
            archive.writestr("../2.csv", message)
    else:
        path = folder / _NAMES[_chance(data, len(_NAMES))]
        path.write_bytes(data)
    return path


def _rows_are_verbatim(path, output):
    texts = [item.text for item in read_inbox(path) if isinstance(item, Email)]
    for line in output.read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line)
        for quote in [*row["evidence"], *(signal["quote"] for signal in row["signals"])]:
            assert any(quote in text for text in texts), quote
        assert not row["scores"] or math.isclose(sum(row["scores"].values()), 1, abs_tol=1e-5)


def report(data, folder):
    """Rows as `label` wrote them, with text of others in every cell, through the files, the patterns and the page."""
    text = data.decode("utf-8", ("replace", "surrogateescape", "surrogatepass")[_chance(data, 3)] if _lone(data) else "replace")
    third = len(text) // 3
    cells = (text[:third][:300], text[third : 2 * third][:300], text[2 * third :][:300])
    rows = [_row(number, cells) for number in range(3)]
    path = folder / ("rows" + (".csv", ".jsonl", ".xlsx", ".parquet")[_chance(data, 4)])
    try:
        write_rows(rows, path)
        read = list(read_history([path]))
        counted = [row for row in read if not isinstance(row, Skipped)]
        dossier = compile_dossier(counted, _TODAY, [dict(zip(("company", "role", "stage"), cells, strict=True))])
        found = patterns(counted)
    except FeedbackError as error:
        return _refused(error)
    page = html_of(dossier, (), [path.name, *cells])
    assert not STEERING.search(page.replace("\n", ""))
    assert page.count("<script>") == 1
    _neutral(render_patterns(found, pattern_tables(found).values()) if found.turned_down.total else ())
    return path.suffix, found.applications, found.turned_down.total, len(dossier.doors), len(dossier.waiting)


def _lone(data):
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _row(number, cells):
    a, b, c = (cells[(number + k) % 3] for k in range(3))
    door = {"signal": "door", "value": "apply again", "words": a, "quote": b}
    gap = {"signal": "gaps", "value": "skill", "words": c, "quote": a}
    return {
        "date": ("2026-03-04", a, b)[number], "company": a, "role": b, "label": (LABELS[0], "skills_gap", c)[number],
        "confidence": (0.9, 0.5, a)[number], "secondary": [c], "evidence": [a, b], "stage": ("interview", c, "")[number], "subject": c,
        "sender": a, "sender_type": b, "days_since_application": (3, None, b)[number], "next_steps": [b], "questions": [c],
        "signals": [door, gap], "own_labels": [{"label": a, "probability": 0.5, "source": b}], 
        "possible": ["skills_gap", "vague_subjective"],
        "scores": {"skills_gap": 1.0}, "id": str(number), "thread": (a, "t", "")[number], "source": b, "checksum": c,
    }  # fmt: skip


def cells(data, folder):
    """Text into cells and back, and onto a terminal."""
    text = data.decode("utf-8", "surrogateescape")
    assert unguarded(guarded(text)) == text
    assert not re.match(r"[=+\-@\t\r\n]", guarded(text))
    assert unescaped(escaped(text)) == well_formed(text).replace("\0", "\u2400")
    assert not re.search(r"[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", printable(text))
    _neutral([harmless(text)])
    return ()


TARGETS = {"mail": (mail, 10), "reply": (reply, 3), "inbox": (inbox, 55), "label": (label, 1), "report": (report, 1), "cells": (cells, 30)}
"""What is run, and how often of a hundred times."""


def run(name, data, folder: Path):
    """Runs a target in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return TARGETS[name][0](data, folder)
