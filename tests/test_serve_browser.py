import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from feedback_nlp.collection import own_examples

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "data" / "samples"
REJECTION = (SAMPLES / "rejection.txt").read_text(encoding="utf-8")
MISSING = "The\nplanner has to schedule overhauls from the first week, and you have not\nyet worked"
SCRIPT = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"


@pytest.fixture
def address(home):
    """Where the page opens, of a server in a process of its own with the home of this test."""
    command = [sys.executable, "-m", "feedback_nlp", "serve", "--port", "0"]
    own = os.environ | {"FEEDBACK_NLP_HOME": str(home)}
    with subprocess.Popen(command, env=own, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        yield re.search(r"http://\S+", server.stderr.readline())[0]
        server.terminate()


@pytest.fixture
def opened(chromium, address):
    """What opens a page in a browser of some kind; nothing may be complained of in its console."""
    complaints, contexts = [], []

    def open_page(**kind):
        context = chromium.new_context(**kind)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def paste(page, text):
    page.get_by_label("The mail").fill(text)
    page.get_by_role("button", name="Read it").click()
    page.wait_for_url("**/mails/*")


def faults(page):
    """What axe finds, whatever its weight."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [(fault["id"], fault["impact"], fault["nodes"][0]["html"]) for fault in found]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_mail_is_read_corrected_and_answered(script, opened):
    page = opened(java_script_enabled=script)
    paste(page, REJECTION)
    assert page.get_by_role("heading", level=1).inner_text() == "Something the role asks for was missing (skills_gap, 99% sure)"
    assert page.locator("mark").inner_text().startswith(MISSING)
    reply = page.get_by_label("What you would send")
    assert reply.input_value().startswith("Hello Mette,")
    reply.fill((SAMPLES / "reply.txt").read_text(encoding="utf-8"))
    page.get_by_role("button", name="Check again").click()
    page.get_by_text("2 things to look at again").wait_for()
    copying = page.get_by_role("button", name="Copy")
    copying.wait_for(state="visible" if script else "hidden")
    page.get_by_text("Say more before you click").click()
    page.get_by_label("somebody else was chosen").check()
    page.get_by_role("button", name="Values, personality or way of working").click()
    page.get_by_text("Kept. Your label goes before the model's").wait_for()
    (example,) = own_examples()
    assert (example.primary, example.secondary) == ("cultural_fit", ("another_candidate",))
    page.get_by_role("button", name="Take my label back").click()
    page.get_by_text("Taken back.").wait_for()
    assert own_examples() == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_mailbox_is_read(script, opened, tmp_path):
    page = opened(java_script_enabled=script)
    page.get_by_role("link", name="A mailbox").click()
    page.get_by_label("The export").set_input_files(SAMPLES / "inbox" / "takeout.zip")
    page.get_by_role("button", name="Read it").click()
    page.get_by_text(re.compile(r"\d+ rejections in takeout\.zip")).wait_for(timeout=60_000)
    assert page.locator(".rows tbody tr").count() == 25
    page.get_by_role("link", name="Older").click()
    page.get_by_text("page 2 of 3").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "labelled.csv")
    assert (tmp_path / "labelled.csv").read_text(encoding="utf-8-sig").startswith("date,company,role,label,")
    page.locator(".rows a").first.click()
    page.wait_for_url("**/mails/*")
    page.get_by_role("heading", name="What to do now").wait_for()
    page.get_by_role("link", name="Back to the mailbox").click()
    page.get_by_role("button", name="Forget this mailbox").click()
    page.get_by_role("heading", name="What does a whole mailbox say?").wait_for()


def test_the_keyboard_is_enough(opened):
    page = opened()
    page.keyboard.insert_text(REJECTION)  # the cursor is there already
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mails/*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "mail"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "hiring_freeze":
            break
    page.keyboard.press("Enter")
    page.get_by_text("Kept.").wait_for()
    assert own_examples()[0].primary == "hiring_freeze"


def test_ctrl_enter_and_copy(opened):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("The mail").fill(REJECTION)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/mails/*")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("What you would send").input_value()


def test_a_file_is_dropped(opened):
    page = opened()
    dropped = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'mail.txt')); return data; }", REJECTION
    )
    page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    page.wait_for_url("**/mails/*")
    assert page.locator("mark").inner_text().startswith(MISSING)


def test_a_file_that_is_too_large(opened, tmp_path):
    large = tmp_path / "large.eml"
    large.write_bytes(b"x" * 2**21)
    page = opened()
    page.get_by_label("Or a file").set_input_files(large)
    page.get_by_role("button", name="Read it").click()
    assert page.evaluate("document.querySelector('#file').validationMessage") == "This file is larger than 1 MB."


def test_no_mail_takes_the_page_over(opened):
    page = opened()
    paste(page, f"Subject: {SCRIPT}\n\nWe have chosen another candidate. {SCRIPT}\n\n{SCRIPT} Ltd")
    assert page.locator("main script, main img").count() == 0
    assert re.fullmatch(r"Somebody else was chosen \(another_candidate, \d+% sure\) – feedback-nlp", page.title())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_read_it(scheme, width, opened):
    page = opened(color_scheme=scheme, viewport={"width": width, "height": 800})
    found = {"home": faults(page)}
    paste(page, REJECTION)
    page.get_by_label("What you would send").fill("I disagree. This is unfair, and I demand an explanation!!!!")
    page.get_by_role("button", name="Check again").click()
    page.get_by_text("to look at again").wait_for()
    page.get_by_text("Say more before you click").click()
    found["mail"] = faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="A mailbox").click()
    page.get_by_label("The export").set_input_files(SAMPLES / "inbox" / "takeout.zip")
    found["exports"] = faults(page)
    page.get_by_role("button", name="Read it").click()
    page.wait_for_url("**/exports/*")
    found["progress"] = faults(page)
    page.get_by_text(re.compile(r"\d+ rejections in takeout\.zip")).wait_for(timeout=60_000)
    found["export"] = faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="The model").click()
    found["versions"] = faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == {name: [] for name in found}
