import datetime
from pathlib import Path

import pytest

from feedback_nlp.dossier import compile_dossier, write_report
from feedback_nlp.history import read_history
from tests.labelled import row

SAMPLE = Path(__file__).parent.parent / "data" / "samples" / "labelled.csv"
TODAY = datetime.date(2026, 10, 1)
HOSTILE = "</script></style><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
WAITING = [{"company": "Oven", "role": "Baker", "stage": "screen", "last_contact": "2026-09-01", "days": 30, "next_steps": ["Ask once."]}]
UNSURE = 4
SECONDS = 3
"""Of the browser's own work, whatever else the machine does."""

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed, which opens the page in a browser")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed, which checks that all can read the page")


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens the report of rows, and notes what a browser complains about and what it would load."""
    contexts = []

    def open_report(rows, **options):
        path = tmp_path / "report.html"
        write_report(compile_dossier(rows, TODAY, WAITING), path)
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.complaints.append(request.url) if request.url != path.as_uri() else None)
        page.session = contexts[-1].new_cdp_session(page)
        page.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(path.as_uri())
        return page

    yield open_report
    for context in contexts:
        context.close()


def rows_of_all_kinds():
    """Rows of the sample, and what it has none of: signals, an unsure answer, text that means harm."""
    signals = [
        {"signal": "door", "value": "apply again", "words": "in six months", "quote": HOSTILE},
        {"signal": "gaps", "value": "skill", "words": HOSTILE, "quote": HOSTILE},
    ]
    hostile = row("skills_gap", "h", "test", date="2026-09-30", company=HOSTILE, role=HOSTILE, evidence=[HOSTILE], signals=signals)
    return [*read_history([SAMPLE]), hostile, row("vague_subjective", "u", possible=["vague_subjective", "skills_gap"])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_and_everybody_can_read_it(opened, scheme, width):
    page = opened(rows_of_all_kinds(), color_scheme=scheme, viewport={"width": width, "height": 900})
    assert page.title() == "What your rejections say"
    assert page.evaluate("document.documentElement.scrollWidth") == width  # nothing lies beside the screen
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    found = axe.Axe().run(page).response["violations"]
    assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []
    assert page.complaints == []


def test_the_filter(opened):
    page = opened(rows_of_all_kinds())
    seen, count = page.locator("article:visible"), page.locator("#shown")
    everything = seen.count()
    assert count.inner_text() == f"Shown: {everything} of {everything}"
    page.locator("input[name=words]").fill("MAXIMO planner")
    playwright.expect(count).to_have_text(f"Shown: 4 of {everything}")
    assert all("Maximo" in text and "Planner" in text for text in seen.all_inner_texts())
    page.get_by_role("button", name="Show all").click()
    playwright.expect(count).to_have_text(f"Shown: {everything} of {everything}")
    page.locator("select[name=reason]").select_option("unsure")
    playwright.expect(count).to_have_text(f"Shown: {UNSURE} of {everything}")
    assert {text.count("unsure") for text in seen.all_inner_texts()} == {1}
    page.locator("select[name=reason]").select_option("skills_gap")
    page.locator("select[name=step]").select_option("test")
    playwright.expect(count).to_have_text(f"Shown: 3 of {everything}")
    assert all("step: test" in text for text in seen.all_inner_texts())
    page.locator("input[name=words]").fill("no such word")
    playwright.expect(count).to_have_text(f"Shown: 0 of {everything}")
    assert page.locator(".part:visible").count() == 0
    assert page.complaints == []


def test_without_script_all_is_there(opened):
    page = opened(rows_of_all_kinds(), java_script_enabled=False)
    assert page.locator("article").count() == page.locator("article:visible").count() > 30
    assert not page.locator("form").is_visible()
    page.locator("summary").first.click()
    assert page.locator("table").first.is_visible()


def test_in_print_the_tables_are_open(opened):
    page = opened(rows_of_all_kinds())
    assert not page.locator("figure table").first.is_visible()
    page.pdf()
    assert page.locator("figure table").first.is_visible()
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("form").is_visible()


def seconds_of_work(page):
    """How long the page has kept its thread busy since it was opened."""
    metrics = page.session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def test_20_000_rejections_open_at_once(opened):
    some = rows_of_all_kinds()
    noes = [one for one in some if one["label"] != "not_rejection"]
    rows = [noes[i % len(noes)] | {"thread": f"t{i}"} for i in range(20_000)]
    page = opened(rows)
    assert seconds_of_work(page) < SECONDS
    playwright.expect(page.locator("#shown")).to_have_text("Shown: 20,000 of 20,000")
    page.locator("input[name=words]").fill("maximo")
    playwright.expect(page.locator("#shown")).not_to_have_text("Shown: 20,000 of 20,000", timeout=30_000)
    assert seconds_of_work(page) < 2 * SECONDS
    assert page.complaints == []
