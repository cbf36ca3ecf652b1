import json
import sys
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from feedback_nlp.sheet import write_rows
from tests.commands import invoke
from tests.labelled import row

SAMPLE = Path(__file__).parent.parent / "data" / "samples" / "labelled.csv"
MAIL = "From: Ida <ida@oven.example>\nSubject: Baker\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\nWe chose another candidate for the role.\n"


def heads(path):
    return [node.text() for node in LexborHTMLParser(path.read_text(encoding="utf-8")).css("h2")]


def test_a_report(tmp_path):
    output, silence = tmp_path / "report.html", tmp_path / "silence.jsonl"
    silent = {
        "thread": "a",
        "company": "Oven",
        "role": "Baker",
        "stage": "screen",
        "last_contact": "2026-09-01",
        "days": 30,
        "next_steps": [],
    }
    write_rows([silent], silence)
    result = invoke("report", SAMPLE, "-o", output, "--silence", silence, "--plots", tmp_path / "plots", "--today", "2026-10-01")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"Written to {output}: open it in a browser.\n")
    assert "Without an answer" in heads(output)
    assert "1 October 2026. " in output.read_text(encoding="utf-8")
    assert "from <bdi>labelled.csv</bdi>." in output.read_text(encoding="utf-8")
    assert (tmp_path / "plots" / "reasons.png").exists()


def test_several_files_and_a_line_that_can_not_be_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row(company="Mill")) + "\noops\n")
    result = invoke("report", SAMPLE, path, "-o", tmp_path / "r.html")
    assert result.exit_code == 0
    assert result.stderr.startswith(f"1 rows skipped: {path}, line 2: not a JSON object")
    assert "Mill" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert invoke("report", path, "-o", tmp_path / "r.html", "-q").stderr == ""


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param([SAMPLE, "-o", "r.pdf"], "r.pdf: the report is a page. End the name in .html.", id="ending"),
        pytest.param(["no.csv", "-o", "r.html"], "no.csv is not there. Check the name.", id="no-file"),
        pytest.param(
            [SAMPLE, "-o", "r.html", "--silence", SAMPLE],
            f"{SAMPLE} is no list of silent applications. Give the file that `feedback-nlp label --silence` wrote.",
            id="no-silence",
        ),
    ],
)
def test_what_can_not_be_done(args, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("report", *args)
    assert result.exit_code == 1
    assert result.stderr == f"Error: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = invoke("report", SAMPLE, "-o", tmp_path / "r.html")
    assert result.exit_code == 0
    assert (
        result.stderr.splitlines()[0]
        == "Without pictures, since matplotlib is not installed. Install it: pip install 'feedback-nlp[plots]'"
    )


def test_label_writes_it_too(tmp_path):
    (tmp_path / "mail.eml").write_text(MAIL)
    output, report = tmp_path / "o.csv", tmp_path / "r.html"
    result = invoke("label", tmp_path / "mail.eml", "-o", output, "--report", report)
    assert result.exit_code == 0
    assert result.stderr.splitlines()[-2:] == [f"Report written to {report}", f"Written to {output}"]
    assert heads(report)[0] == "In short"
    assert "We chose another candidate for the role." in report.read_text(encoding="utf-8")


def test_label_with_a_name_that_is_no_page_reads_nothing(tmp_path):
    (tmp_path / "mail.eml").write_text(MAIL)
    result = invoke("label", tmp_path / "mail.eml", "-o", tmp_path / "o.csv", "--report", "r.txt")
    assert (result.exit_code, result.stderr) == (1, "Error: r.txt: the report is a page. End the name in .html.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mail.eml"]


def test_label_only_rejections_where_there_are_none(tmp_path):
    (tmp_path / "mail.eml").write_text(
        MAIL.replace(
            "We chose another candidate for the role.",
            "Thank you for your application. It has arrived, and we invite you to an interview on Monday at ten.",
        )
    )
    result = invoke("label", tmp_path / "mail.eml", "-o", tmp_path / "o.csv", "--only", "rejections", "--report", tmp_path / "r.html")
    assert result.exit_code == 0
    assert "No rejection was found, so no report was written." in result.stderr
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_every_format_gives_the_same_page(ending, tmp_path):
    signals = [{"signal": "door", "value": "apply again", "words": "in six months", "quote": "Try again, in six months."}]
    gap = [{"signal": "gaps", "value": "skill", "words": "Excel", "quote": "Excel; and more, [sic]."}]
    rows = [
        row("skills_gap", "a", date="2026-03-04T10:00:00+00:00", days_since_application=3, signals=gap, next_steps=["Thank them, soon."]),
        row(
            "another_candidate",
            "b",
            "interview",
            evidence=["=We chose, Ann."],
            possible=["another_candidate", "skills_gap"],
            signals=signals,
        ),
    ]
    for name in ("jsonl", ending):
        (tmp_path / name).mkdir()
        write_rows(rows, tmp_path / f"in.{name}", tuple(rows[0]))
        assert invoke("report", tmp_path / f"in.{name}", "-o", tmp_path / name / "r.html", "--today", "2026-10-01").exit_code == 0
    pages = [(tmp_path / name / "r.html").read_text(encoding="utf-8").replace(f"in.{name}", "in") for name in ("jsonl", ending)]
    assert pages[0] == pages[1]
