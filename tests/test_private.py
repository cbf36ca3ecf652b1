import json
import os
from pathlib import Path

import pytest

from feedback_nlp.metrics import figures
from feedback_nlp.records import Example

FOLDER = os.environ.get("FEEDBACK_NLP_EVAL", "")
FILES = sorted(Path(FOLDER).glob("*.jsonl")) if FOLDER else []

pytestmark = pytest.mark.skipif(not FILES, reason="FEEDBACK_NLP_EVAL names no folder with *.jsonl files of labelled mails")


@pytest.fixture(scope="module")
def found(model):
    rows = [json.loads(line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    truth = [Example(str(r["id"]), r["text"], r["primary"], tuple(r.get("secondary") or ()), tuple(r.get("evidence") or ())) for r in rows]
    return figures(truth, list(model.classify(e.text for e in truth)))


@pytest.mark.parametrize(("name", "least"), [("reason_macro_f1", 0.75), ("rejection_f1", 0.90)])
def test_figures_reach(name, least, found):
    assert found[name] >= least


@pytest.mark.parametrize(("name", "value"), [("evidence_verbatim", 1.0), ("contract_breaks", 0)])
def test_figures_are(name, value, found):
    assert found[name] == value
