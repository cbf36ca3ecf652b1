import base64
import datetime
import hashlib
import re
import sys
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from feedback_nlp.dossier import check_page, compile_dossier, html_of, write_report
from feedback_nlp.dossier.charts import draw_charts
from feedback_nlp.errors import OutputError
from feedback_nlp.history import read_history
from tests.labelled import other, row

TODAY = datetime.date(2026, 10, 1)
S, A, V = "skills_gap", "another_candidate", "vague_subjective"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u2066\x1b[31m\x00\ud800 &amp; \"'{{ 7*7 }}"
HARMLESS = "<script>alert(1)</script><img src=x onerror=alert(1)>[31m &amp; \"'{{ 7*7 }}"
SAMPLE = Path(__file__).parent.parent / "data" / "samples" / "labelled.csv"


def page(*rows, silent=(), sources=()):
    dossier = compile_dossier(rows, TODAY, silent)
    charts = draw_charts(dossier.patterns, dossier.flow) if dossier.answers else ()
    return html_of(dossier, charts, sources)


def said(node):
    return " ".join(node.text().split())


def cards(html):
    return [said(card) for card in HTMLParser(html).css("article")]


def signal(name, value, words, quote):
    return {"signal": name, "value": value, "words": words, "quote": quote}


def test_every_rejection():
    html = page(
        row(
            S,
            "a",
            "interview",
            date="2026-03-04",
            company="Oven Ltd",
            role="Baker",
            evidence=["You don't know rye.", "No starter."],
            days_since_application=12,
            next_steps=["Thank them.", "Ask."],
        ),
        row(V, "b", possible=[V, A], date="2026-05-06T10:00:00+02:00", days_since_application=1),
        row(A, stage="", label_source="human"),
        other("c", "screen"),
    )
    assert cards(html) == [
        "Company not named Could be one of two: no usable reason given; somebody else was chosen (unsure) "
        "6 May 2026 · step: application · 1 day after the application",
        "Oven Ltd, Baker Something the role asks for was missing (90% sure) You don't know rye. No starter. "
        "4 March 2026 · step: interview · 12 days after the application Next: Thank them.",
        "Company not named Somebody else was chosen (your own label)",
    ]
    tree = HTMLParser(html)
    assert [said(mark) for mark in tree.css("article mark")] == ["You don't know rye.", "No starter."]
    assert [said(head) for head in tree.css(".part h3")] == ["May 2026", "March 2026", "Without a date"]
    assert [(card.attributes["data-r"], card.attributes["data-s"]) for card in tree.css("article")] == [
        ("unsure", "application"),
        (S, "interview"),
        (A, ""),
    ]


def test_the_parts_of_the_page():
    rows = list(read_history([SAMPLE]))
    tree = HTMLParser(
        page(*rows, silent=[{"company": "Oven", "role": "Baker", "stage": "screen", "last_contact": "2026-09-01", "days": 30}])
    )
    assert [said(head) for head in tree.css("h2")] == [
        "In short",
        "What to do",
        "Without an answer",
        "What was missing",
        "The counts",
        "What may be concluded, and what not",
        "Every rejection",
    ]
    assert [link.attributes["href"].removeprefix("#") for link in tree.css("nav a")] == [head.attributes["id"] for head in tree.css("h2")][
        1:
    ]
    assert said(tree.css("#missing ~ .things h3")[0]) == "SAP: 5 of 12"
    assert "Most of those who met you and gave a reason name the same one" in said(tree.css_first("#conclude").parent)
    assert "30 days since 2026-09-01, after the step: screen" in said(tree.css_first("#waiting").parent)


def test_pictures_have_their_numbers_as_tables():
    tree = HTMLParser(page(*read_history([SAMPLE])))
    figures = tree.css("figure")
    assert [figure.css_first("svg").attributes["role"] for figure in figures] == ["img"] * 6
    assert all(figure.css_first("svg").attributes["aria-label"] for figure in figures)
    captions = [said(figure.css_first("table caption")) for figure in figures]
    assert captions == [
        "How far your applications came",
        "Reasons",
        "By the step that you had reached",
        "Over time",
        "By kind of role",
        "Days from application to answer",
    ]
    reasons = [[said(cell) for cell in line.css("th, td")] for line in figures[1].css("tbody tr")]
    assert reasons[0] == ["something the role asks for was missing", "12 of 29", "41 % (26 to 59)"]


def test_doors():
    door = [signal("door", "apply again", "in six\nmonths", "Try again in six\nmonths.")]
    tree = HTMLParser(page(row(S, "a", date="2026-09-04", signals=door), row(S, "b", date="2026-01-04", signals=door)))
    says = "Company not named They invite you to apply again. They say in six months."
    assert [said(item) for item in tree.css(".doors li")] == [
        f"{says} That day has come: 4 July 2026. Try again in six months.",
        f"{says} Remind yourself on 4 March 2027. Try again in six months.",
    ]


def test_text_of_mails_is_only_text():
    fields = dict.fromkeys(("company", "role", "stage", "thread", "sender_type", "date", "subject", "sender", "source"), HOSTILE)
    signals = [signal("gaps", "skill", HOSTILE, HOSTILE), signal("door", "apply again", HOSTILE, HOSTILE)]
    rows = [row(S, evidence=[HOSTILE], next_steps=[HOSTILE], signals=signals, **fields), *[row(S, company=HOSTILE)] * 2]
    html = page(
        *rows, silent=[dict.fromkeys(("company", "role", "stage", "last_contact"), HOSTILE) | {"next_steps": [HOSTILE]}], sources=[HOSTILE]
    )
    tree = HTMLParser(html)
    assert len(tree.css("script")) == 1
    assert tree.css("img") == []
    assert [said(node) for node in tree.css("article mark")] == [HARMLESS]
    assert said(tree.css_first("article h4")) == f"{HARMLESS}, {HARMLESS}"
    assert f"from {HARMLESS}." in said(tree.css_first("footer"))
    assert not set(html) & {*map(chr, range(9)), "\x1b", "\u202e", "\u2066", "\ud800"}
    assert "<img" not in html


def test_the_page_may_do_nothing_but_its_own():
    html = page(*read_history([SAMPLE]))
    tree = HTMLParser(html)
    policy = tree.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    digests = [
        "'sha256-"
        + base64.b64encode(hashlib.sha256(re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1].encode()).digest()).decode()
        + "'"
        for tag in ("style", "script")
    ]
    assert policy == f"default-src 'none'; style-src {digests[0]}; script-src {digests[1]}; base-uri 'none'; form-action 'none'"
    assert [node.attributes["href"][0] for node in tree.css("[href]")] == ["#"] * len(tree.css("[href]"))
    assert tree.css("[src], [style], link, iframe, object, embed, base") == []
    assert not re.search(r"https?://|@import|url\(", html)


def test_without_rejections():
    tree = HTMLParser(page(other("a", "screen")))
    assert [said(head) for head in tree.css("h2")] == ["In short"]
    assert said(tree.css_first(".summary")) == "There is no rejection in these files, so there is nothing to count."


def test_a_file(tmp_path):
    dossier = compile_dossier(list(read_history([SAMPLE])), TODAY)
    assert write_report(dossier, tmp_path / "r.html", ["labelled.csv"], tmp_path / "plots")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert html == html_of(dossier, draw_charts(dossier.patterns, dossier.flow), ["labelled.csv"])
    assert (tmp_path / "plots" / "reached.svg").exists()
    assert (tmp_path / "r.html").stat().st_mode & 0o077 == 0 or sys.platform == "win32"


@pytest.fixture
def without_matplotlib(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def test_without_matplotlib(without_matplotlib, tmp_path):
    dossier = compile_dossier(list(read_history([SAMPLE])), TODAY)
    assert not write_report(dossier, tmp_path / "r.html")
    tree = HTMLParser((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert tree.css("svg") == []
    assert said(tree.css_first("caption")) == "How far your applications came"
    with pytest.raises(OutputError) as error:
        write_report(dossier, tmp_path / "s.html", (), tmp_path / "plots")
    assert str(error.value) == "Drawing needs matplotlib, which is not installed. Install it: pip install 'feedback-nlp[plots]'"
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.parametrize("name", ["r.pdf", "r", "html"])
def test_other_formats(name, tmp_path):
    with pytest.raises(OutputError) as error:
        check_page(tmp_path / name)
    assert str(error.value) == f"{tmp_path / name}: the report is a page. End the name in .html."
    check_page(tmp_path / "R.HTML")


def test_many_rejections_fit_on_a_page():
    quote = "You have not yet worked with a maintenance system such as Maximo, and the exercise showed that this would take long to learn."
    step = "Within 24 hours, but not in the first two: thank the manager for the interview and for naming the point."
    many = [
        row(
            S,
            f"t{i}",
            "interview",
            date=f"2026-{i % 9 + 1:02}-04",
            company="Highfold Quarries",
            role="Maintenance Planner",
            evidence=[quote] * 2,
        )
        | {"next_steps": [step]}
        for i in range(20_000)
    ]
    html = page(*many)
    assert html.count("<article ") == 20_000
    assert len(html.encode()) < 15_000_000
    assert '<body class="many">' in html
