import email
import html
import json
import re
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from conftest import SMALL_RECIPE

from feedback_nlp import retraining
from feedback_nlp.cli import main
from feedback_nlp.collection import human_labels, own_examples, own_history
from feedback_nlp.drafts import draft
from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest
from feedback_nlp.feedback import give_feedback
from feedback_nlp.inbox import read_bytes
from feedback_nlp.labels import LABELS, MEANINGS, NOT_REJECTION, REASONS
from feedback_nlp.resources import read_toml
from feedback_nlp.review import press, question_of, start
from feedback_nlp.serve import app, exports
from feedback_nlp.serve.security import Door
from feedback_nlp.store import SHIPPED, current, versions
from tests import commands, visas
from tests.serving import browser, come_in, marked, paste, read_mailbox, send, text_of

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
REJECTION = (SAMPLES / "rejection.txt").read_text(encoding="utf-8")
REPLY = (SAMPLES / "reply.txt").read_text(encoding="utf-8")
TAKEOUT = (SAMPLES / "inbox" / "takeout.zip").read_bytes()
CHOSEN = "We have chosen another candidate for the post."
SCRIPT = "<script>alert('x')</script>"
KEYS = {
    "skills_gap": "s",
    "cultural_fit": "c",
    "another_candidate": "a",
    "hiring_freeze": "h",
    "vague_subjective": "v",
    "not_rejection": "n",
}


@pytest.fixture
def client():
    door = Door()
    with browser(door) as client:
        yield come_in(client, door)


def feedback_on(text, model):
    return next(give_feedback([read_bytes(text.encode(), "what was pasted")], model, human_labels()))


def reply_on(page):
    return html.unescape(re.search(r'<textarea id="text" name="reply"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1])


def label(client, mail, **fields):
    return send(client, f"{mail}/label", fields)


# One mail


def test_a_pasted_mail(client, model):
    page = client.get(paste(client, REJECTION)).text
    feedback = feedback_on(REJECTION, model)
    assert "<h1>Something the role asks for was missing (skills_gap, over 99% sure)</h1>" in page
    assert marked(page) == [quote.text for quote in feedback.prediction.evidence]
    assert text_of(page.partition("<main")[2]).count("% sure") == 1
    shown = html.unescape(re.search(r'<div class="mail"[^>]*>(.*?)</div>', page, re.DOTALL)[1])
    assert re.sub(r"<small.*?</small>|</?mark>", "", shown) == REJECTION
    advice, text = feedback.advice, text_of(page)
    assert all(line in text for line in (advice.meaning, *advice.next_steps, *advice.questions, *advice.avoid))
    assert text.index("The mail says Something that the role asks for was missing") < text.index("It may mean (a guess)")
    assert "By mail, since it gives them time to think." in text
    assert reply_on(page) == draft(feedback, feedback.signals).body
    assert "Nothing in it would hurt you." in text


def test_a_long_reply(client):
    mail = paste(client, REJECTION)
    note = "Only the first 100,000 characters of the reply were read."
    assert note not in text_of(send(client, f"{mail}/check", {"reply": REPLY}).text)
    assert note in text_of(send(client, f"{mail}/check", {"reply": REPLY + "- ok\n" * 20_000}).text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("mail.eml", f"From: a@b.example\r\nSubject: News\r\n\r\n{CHOSEN}\r\n".encode(), id="eml"),
        pytest.param("mail.txt", CHOSEN.encode(), id="text"),
        pytest.param("mail", ("\ufeff" + CHOSEN).encode("utf-16-le"), id="utf-16"),
    ],
)
def test_a_mail_in_a_file(name, content, client):
    page = send(client, "/mails", {"text": "not this"}, {"file": (name, content)}).text
    assert marked(page) == [CHOSEN]


def test_an_unsure_answer(client, model):
    text = "Others were closer, and the role itself is smaller than it was, so it is a no."
    title, *_ = re.findall(r"<h1>(.*?)</h1>", client.get(paste(client, text)).text)
    prediction = feedback_on(text, model).prediction
    assert prediction.confidence < 0.6
    assert re.fullmatch(rf"Unsure: {MEANINGS[prediction.label]} \({prediction.label}, \d+%\), or [^(]+ \(\w+, \d+%\)\.", title)


@pytest.mark.parametrize(
    ("data", "file", "message"),
    [
        pytest.param({}, b"", "There is no text in it. Paste the mail, or choose a file that holds it.", id="nothing"),
        pytest.param({"text": " \r\n "}, b"", "There is no text in it. Paste the mail, or choose a file that holds it.", id="blank"),
        pytest.param({}, b"GIF89a\0\0\0\0", "x.eml is a binary file, not a mail. Give a text file, an .eml, .emlx or .msg;", id="binary"),
        pytest.param({}, b"From - \nSubject: x\n\nno\n\nFrom - \nSubject: y\n\nno\n", "x.eml holds many mails. Label them all:", id="many"),
    ],
)
def test_what_is_no_mail(data, file, message, client):
    answer = send(client, "/mails", data, {"file": ("x.eml" if file else "", file)})
    assert answer.status_code == 400
    assert message in text_of(answer.text)


def test_a_mail_in_another_language(client):
    text = "Leider haben wir uns für eine andere Bewerberin entschieden. Wir wünschen Ihnen für Ihren weiteren Weg alles Gute."
    page = client.get(paste(client, text)).text
    text = text_of(page.partition("<main")[2])
    assert text.count("This mail seems to be in German; feedback-nlp reads English only, so it gives no label.") == 1
    assert "For a draft all the same, name one:" in text
    assert not any(heading in text for heading in ("What it could be", "What to do now"))


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(f"Subject: {SCRIPT}\n\n{CHOSEN}", id="subject"),
        pytest.param(f"Dear Sam,\n\n{CHOSEN} {SCRIPT}\n", id="body"),
        pytest.param(f"From: {SCRIPT} <a@b.example>\nSubject: Hi\n\n{CHOSEN}", id="sender"),
        pytest.param(f"Thank you for applying for the {SCRIPT} role at {SCRIPT} Ltd.\n\n{CHOSEN}\n\nAnn\n{SCRIPT} Ltd", id="company"),
        pytest.param(f"{CHOSEN}</textarea></div>{SCRIPT}<img src=x onerror=alert(1)>", id="markup"),
        pytest.param(f'{CHOSEN}" onfocus="alert(1)" x="', id="attribute"),
        pytest.param(f"{CHOSEN}\0\x1b[31m\u202egnp.exe\ud800", id="controls"),
    ],
)
def test_no_mail_is_ever_html(mail, client):
    address = send(client, "/mails", {}, {"file": (f"{SCRIPT}.eml", mail.encode(errors="surrogatepass"))}).url.path
    reply = f"{SCRIPT} {CHOSEN}</textarea>{SCRIPT} I think this is unfair and wrong."
    for page in (client.get(address).text, send(client, f"{address}/check", {"reply": reply}).text, client.get("/").text):
        assert "<script>" not in page
        assert re.findall(r"<(?:img|svg)|<[^>]*\son\w+=", page) == []
        assert re.findall(r"[\0\x1b\u202e]", page) == []
    name = send(client, f"{address}/draft", {"name": f'"{SCRIPT}', "to_name": SCRIPT, "kind": "", "tone": "warm"}).text
    assert "<script>" not in name


def test_the_name_of_a_file_is_only_shown(client):
    answer = send(client, "/mails", {}, {"file": ("../../<b>x.eml", b"\0\0")})
    assert '<p class="alert" role="alert">&lt;b&gt;x.eml is a binary file' in answer.text


def test_the_draft_that_is_wished_for(client, model):
    mail = paste(client, REJECTION)
    page = send(client, f"{mail}/draft", {"kind": "stay-in-touch", "tone": "short", "name": "Samira", "to_name": "Johan"}).text
    feedback = feedback_on(REJECTION, model)
    wished = draft(feedback, feedback.signals, kind="stay-in-touch", tone="short", name="Samira", to_name="Johan")
    assert reply_on(page) == wished.body
    assert '<option value="stay-in-touch" selected>' in page
    assert 'value="Samira"' in page


@pytest.mark.parametrize(("field", "value"), [("kind", "love letter"), ("tone", "rude")])
def test_a_draft_that_there_is_not(field, value, client):
    answer = send(client, f"{paste(client, REJECTION)}/draft", {"kind": "", "tone": "warm", field: value})
    assert answer.status_code == 400
    assert f"There is no {field} '{value}' of a draft." in text_of(answer.text)


def test_where_no_mail_should_be_written(client):
    mail = "From: noreply@corp.example\nSubject: Application\n\nThank you for applying. " + CHOSEN + " Please do not reply to this mail."
    text = text_of(client.get(paste(client, mail)).text)
    assert "If somebody there spoke with you, write to that person (under Greet); if not, let it rest." in text
    assert "--" not in text


def test_a_reply_is_checked(client):
    mail = paste(client, REJECTION)
    page = send(client, f"{mail}/check", {"reply": REPLY}).text
    assert reply_on(page) == REPLY
    text = text_of(page)
    assert "2 things to look at again before you send it; what you change is up to you." in text
    assert "Kinder: I understand your decision." in text
    empty = text_of(send(client, f"{mail}/check", {"reply": " "}).text)
    assert "There are no words of your own here. Write the reply first, then check it." in empty


def test_a_reply_for_the_mail_program(client):
    headers = "From: Ann Field <ann@oven.example>\nMessage-ID: <1@oven.example>\nSubject: Your application\n\n"
    answer = send(client, f"{paste(client, headers + CHOSEN)}/eml", {"reply": "Thank you, Ann."})
    assert answer.headers["content-disposition"] == "attachment; filename=reply.eml"
    message = email.message_from_bytes(answer.content)
    assert (message["To"], message["Subject"], message["In-Reply-To"]) == ("ann@oven.example", "Re: Your application", "<1@oven.example>")
    assert (message["X-Unsent"], message.get_payload().strip()) == ("1", "Thank you, Ann.")


# The person's own label


def boxes(page):
    """What is ticked, and so sent with the label that is clicked."""
    ticked = {name: re.findall(rf'name="{name}" value="(\w+)" checked', page) for name in ("sentence", "secondary")}
    return {name: values for name, values in ticked.items() if values}


@pytest.mark.parametrize("name", LABELS)
def test_one_click_keeps_what_review_would(name, client, model):
    mail = paste(client, REJECTION)
    ticked = boxes(client.get(mail).text)
    assert ticked == {"sentence": ["5"]}
    label(client, mail, label=name, **ticked)
    email = read_bytes(REJECTION.encode(), "what was pasted")
    state, _ = press(start([question_of(email, feedback_on("x", model).prediction, model)]), KEYS[name])
    _, kept = press(state, "enter")
    assert own_examples() == [kept.example]
    assert [entry.command for entry in own_history()] == ["serve"]


def test_what_is_set_is_kept(client):
    mail = paste(client, REJECTION)
    page = label(
        client, mail, label="another_candidate", secondary=["skills_gap", "another_candidate", "x"], sentence=["6", "0", "x", "999", "-1"]
    )
    (example,) = own_examples()
    assert (example.primary, example.secondary) == ("another_candidate", ("skills_gap",))
    assert [quote.split()[0] for quote in example.evidence] == ["Subject:", "We"]
    text = text_of(page.text)
    assert "Kept. Your label goes before the model's from now on." in text
    assert "Somebody else was chosen (another_candidate, your own label)" in text
    assert "The model says: something the role asks for was missing (skills_gap, over 99% sure)." in text
    assert len(marked(page.text)) == 3
    assert "Kept." not in text_of(client.get(mail).text)


def test_a_label_is_taken_back(client):
    mail = paste(client, REJECTION)
    assert "Take my label back" not in client.get(mail).text
    label(client, mail, label=NOT_REJECTION)
    assert human_labels()[digest(REJECTION)].evidence == ()
    page = label(client, mail, label="")
    assert own_examples() == []
    assert "(skills_gap, over 99% sure)" in page.text
    assert "Taken back." in page.text


def test_a_draft_follows_the_label(client):
    mail = paste(client, REJECTION)
    send(client, f"{mail}/draft", {"tone": "short", "name": "Robin"})
    drafted = reply_on(client.get(mail).text)
    send(client, f"{mail}/check", {"reply": drafted.replace("\n", "\r\n")})
    corrected = reply_on(label(client, mail, label="hiring_freeze").text)
    assert "Is there a good time to ask again" in corrected
    assert corrected.rstrip().endswith("Robin")
    assert reply_on(label(client, mail, label="").text) == drafted


def test_a_reply_of_one_s_own_stays_and_is_checked_again(client):
    mail = paste(client, REJECTION)
    own = "Thank you for the interview. What was the reason for the decision?"
    given = "They give the reason:"
    assert given in text_of(send(client, f"{mail}/check", {"reply": own}).text)
    corrected, back = (label(client, mail, label=name).text for name in ("vague_subjective", ""))
    assert (reply_on(corrected), given in text_of(corrected)) == (own, False)
    assert (reply_on(back), given in text_of(back)) == (own, True)


def test_what_is_no_label(client):
    answer = label(client, paste(client, REJECTION), label="rude")
    assert answer.status_code == 400
    assert "There is no label 'rude'. Choose one of" in text_of(answer.text)
    assert own_examples() == []


def test_a_mail_is_forgotten(client):
    mail = paste(client, REJECTION)
    assert client.get("/").text.count(mail) == 1
    assert send(client, f"{mail}/close").url.path == "/"
    assert mail not in client.get("/").text
    answer = client.get(mail)
    assert answer.status_code == 404
    assert "This mail is not open any more. Open it again." in answer.text


def test_only_so_many_mails_stay_open(client, monkeypatch):
    first, *others = [paste(client, f"{CHOSEN} {number}") for number in range(51)]
    assert client.get(first).status_code == 404
    assert {client.get(mail).status_code for mail in others} == {200}


# A mailbox


def test_rejections_without_names_are_told_by_their_mail(client):
    rows = [
        {"text": CHOSEN, "subject": "An answer"},
        {"text": f"{CHOSEN} Bye.", "sender": "Ida <ida@gmail.com>"},
        {"text": f"{CHOSEN} Ann"},
    ]
    _, page = read_mailbox(client, "in.jsonl", "\n".join(map(json.dumps, rows)).encode())
    text = text_of(page)
    assert text.count("An answer company and role not named") == text.count("Ida <ida@gmail.com> company and role not named") == 1
    assert text.count("Company not named role not named") == 1


def folders(tmp_path):
    return [path for path in tmp_path.iterdir() if path.name.startswith("feedback-nlp-")]


@pytest.fixture
def private(tmp_path, monkeypatch):
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_mailbox(client, private, tmp_path, monkeypatch):
    path, page = read_mailbox(client, "takeout.zip", TAKEOUT)
    labels = [json.loads(line)["label"] for line in client.get(f"{path}/labelled.jsonl").text.splitlines()]
    found = sum(label in REASONS for label in labels)
    assert f"<h1>{found} rejections in takeout.zip</h1>" in page
    assert re.search(r"173 messages read: 170 labelled, 3 duplicates, 0 skipped\. \d+ are unsure", text_of(page))
    assert "Newest first, page 1 of 3." in page
    assert re.findall(r"\d+ applications without an answer", page) == ["6 applications without an answer"]
    assert [len(re.findall(r"/rows/\d+", client.get(f"{path}?page={n}").text)) for n in (1, 2, 3, 4, 0)] == [
        25,
        25,
        found - 50,
        found - 50,
        25,
    ]
    (folder,) = private.iterdir()
    kept = sorted(file.name for file in (folder / "content").iterdir())
    assert (folder.stat().st_mode & 0o777, kept) == (0o700, ["labelled.jsonl", "silence.jsonl"])
    send(client, f"{path}/close")
    assert list(private.iterdir()) == []
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_its_file_is_the_one_that_label_writes(ending, client, tmp_path, monkeypatch):
    path, _ = read_mailbox(client, "takeout.zip", TAKEOUT)
    answer = client.get(f"{path}/labelled.{ending}")
    monkeypatch.chdir(tmp_path)
    Path("takeout.zip").write_bytes(TAKEOUT)
    main(["label", "takeout.zip", "-o", f"labelled.{ending}", "-q", "--bom"], standalone_mode=False)
    assert answer.content == Path(f"labelled.{ending}").read_bytes()
    assert answer.headers["content-disposition"] == f"attachment; filename=labelled.{ending}"


def test_its_workbook(client, tmp_path):
    from feedback_nlp.inbox import read_rows

    path, _ = read_mailbox(client, "in.jsonl", json.dumps({"text": CHOSEN}).encode())
    book = tmp_path / "labelled.xlsx"
    book.write_bytes(client.get(f"{path}/labelled.xlsx").content)
    assert [row.extra["label"] for row in read_rows(book, "evidence")] == ["another_candidate"]
    assert client.get(f"{path}/labelled.parquet").status_code == 404


def test_each_row_leads_to_its_advice(client):
    path, _ = read_mailbox(client, "takeout.zip", TAKEOUT)
    rows = [json.loads(line) for line in client.get(f"{path}/labelled.jsonl").text.splitlines()]
    rejections = sorted((row for row in rows if row["label"] != NOT_REJECTION), key=lambda row: str(row["date"]), reverse=True)
    for number, row in enumerate(rejections):
        page = client.get(f"{path}/rows/{number}").text
        text = text_of(page)
        assert all(step in text for step in row["next_steps"])
        assert all(question in text for question in row["questions"])
        assert [quote for quote in marked(page) if quote in row["evidence"]] == row["evidence"]
    assert client.get(f"{path}/rows/{len(rejections)}").status_code == 404
    mail = client.get(f"{path}/rows/0").url.path
    assert client.get(f"{path}/rows/0").url.path == mail
    label(client, mail, label="hiring_freeze")
    assert text_of(client.get(path).text).count("the role went away or was paused your own label") == 1
    assert send(client, f"{mail}/close").url.path == path


def test_a_table_as_a_mailbox(client):
    rows = [{"text": CHOSEN, "company": SCRIPT}, {"text": CHOSEN}, {"text": f"Dear {SCRIPT}, sadly the role was cancelled."}]
    path, page = read_mailbox(client, f"{SCRIPT}.jsonl", "\n".join(map(json.dumps, rows)).encode())
    assert "<h1>3 rejections in" in page
    assert "<script>" not in page
    quotes = {marked(client.get(f"{path}/rows/{number}").text)[0] for number in range(3)}
    assert quotes == {CHOSEN, "sadly the role was cancelled."}


def test_what_is_no_mailbox(client, private):
    _, page = read_mailbox(client, "../x.pdf", b"%PDF\0\0")
    assert "<h1>x.pdf was not read</h1>" in page
    assert "x.pdf is a binary file, not a mail. Give a text file" in text_of(page)
    assert str(private) not in page
    (folder,) = private.iterdir()
    assert list((folder / "content").iterdir()) == []


def test_what_is_skipped_is_named(client, private):
    _, page = read_mailbox(client, "x.zip", b"PK\x03\x04broken")
    assert "<h1>0 rejections in x.zip</h1>" in page
    assert "1 message read: 0 labelled, 0 duplicates, 1 skipped." in text_of(page)
    assert "Skipped, or to look at (1) x.zip:" in text_of(page)
    assert str(private) not in page


def test_no_file(client):
    answer = send(client, "/exports", {}, {"file": ("", b"")})
    assert answer.status_code == 400
    assert "No file was sent. Choose the export of your mailbox first." in text_of(answer.text)


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "..\\escaped", "C:\\escaped", "escaped\0", ".", "..", "", "x" * 5000])
def test_no_file_is_called_as_the_client_says(name, client, private):
    body = b"".join(
        [
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n',
            re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)[1].encode(),
            f'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="{quote(name, safe="/:.")}"\r\n\r\n'.encode(),
            CHOSEN.encode() + b"\r\n--x--\r\n",
        ]
    )
    client.post("/exports", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    names = [file.name for folder in private.iterdir() for file in (folder / "content").rglob("*")]
    assert all(name.startswith(("upload", "labelled.jsonl", "silence.jsonl", ".feedback-nlp-")) for name in names)
    assert not (private.parent / "escaped").exists()


def test_one_mailbox_at_a_time_and_it_can_be_stopped(client, private, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def slow(export, own_address, model, job):
        started.set()
        go_on.wait(30)
        job.say("12 messages read", 0.5)

    monkeypatch.setattr("feedback_nlp.serve.app.label_export", slow)
    first = send(client, "/exports", {}, {"file": ("a.mbox", b"x")})
    assert started.wait(30)
    assert "Reading a.mbox</h1>" in first.text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in first.text
    second = send(client, "/exports", {}, {"file": ("b.mbox", b"x")})
    assert second.status_code == 400
    assert "Reading a mailbox is going on already. Wait until it is done, or stop it." in second.text
    assert len(list(private.iterdir())) == 1
    assert client.get(f"{first.url.path}/rows/0").status_code == 404
    assert client.get(f"{first.url.path}/labelled.csv").status_code == 404
    assert send(client, f"{first.url.path}/close").url.path == "/exports"
    go_on.set()
    assert list(private.iterdir()) == []


@pytest.mark.parametrize(("place", "going_on"), [("/exports", "Reading a.mbox"), ("/versions", "Retraining")])
def test_work_that_ends_while_its_page_is_put_together(place, going_on, client, monkeypatch):
    """The page says that it goes on, and the next one what came of it; never that it failed."""
    started, go_on, page = threading.Event(), threading.Event(), app.Pages._page

    def slow(run):
        def started_run(*args, **options):
            started.set()
            go_on.wait(30)
            return run(*args, **options)

        return started_run

    def put_together(self, *args, **options):
        go_on.set()
        for thread in threading.enumerate():
            if thread.name in {app.LABELLING, app.RETRAINING}:
                thread.join(30)
        return page(self, *args, **options)

    monkeypatch.setattr(app, "label_export", slow(app.label_export))
    monkeypatch.setattr(app, "retrain", slow(lambda files, say: SimpleNamespace(new_name="x1", used=True, why="it reads more")))
    if place == "/versions":
        send(client, "/versions/retrain", follow_redirects=False)
    else:
        place = send(client, "/exports", {}, {"file": ("a.mbox", b"x")}, follow_redirects=False).headers["location"]
    assert started.wait(30)
    monkeypatch.setattr(app.Pages, "_page", put_together)
    first, then = text_of(client.get(place).text), text_of(client.get(place).text)
    assert going_on in first
    assert "not read" not in first
    assert going_on not in then
    assert ("x1 is in use now: it reads more." if place == "/versions" else "0 rejections in a.mbox") in then


def test_what_is_written_after_the_end_goes_too(client, private, monkeypatch):
    reached, go_on, run = threading.Event(), threading.Event(), exports.label_mailbox

    def slow(*args):
        reached.set()
        go_on.wait(30)
        return run(*args)

    monkeypatch.setattr(exports, "label_mailbox", slow)
    path = send(client, "/exports", {}, {"file": ("a.txt", CHOSEN.encode())}).url.path
    assert reached.wait(30)
    send(client, f"{path}/close")
    go_on.set()
    threads = [thread for thread in threading.enumerate() if thread.name == "Reading a mailbox"]
    for thread in threads:
        thread.join(30)
    assert list(private.iterdir()) == []


def test_nothing_is_left_when_the_program_ends(private):
    door = Door()
    with browser(door) as client:
        come_in(client, door)
        read_mailbox(client, "a.txt", CHOSEN.encode())
        assert len(list(private.iterdir())) == 1
    assert list(private.iterdir()) == []


# Versions


@pytest.fixture
def visa(tmp_path):
    (tmp_path / "advice.toml").write_text(
        'next_steps = ["Look up who sponsors."]\nquestions = ["Do you sponsor visas?"]\n', encoding="utf-8"
    )
    commands.invoke("labels", "add", "visa", "--meaning", "needs a permit", "--advice", tmp_path / "advice.toml")


@pytest.mark.parametrize(
    ("taught", "said"),
    [
        pytest.param([visas.own(visas.TEST[0], "visa")], "you gave it to this mail", id="given"),
        pytest.param(
            [*(visas.own(text, "visa") for text in visas.TEACH), *(visas.own(text) for text in visas.others(30))],
            r"likely \(0\.\d\d; [^)]+\)",
            id="learnt",
        ),
    ],
)
def test_labels_of_ones_own(taught, said, visa, client):
    visas.keep(*taught)
    page = text_of(client.get(paste(client, visas.TEST[0])).text)
    assert re.search(f"Your label visa {said}", page)
    assert "Your label visa: what to do Look up who sponsors." in page
    assert "Your label visa: what to ask Do you sponsor visas?" in page
    assert "Your label visa" not in client.get(paste(client, "Can you come in on Monday at two?")).text
    path, _ = read_mailbox(client, "mails.jsonl", json.dumps({"text": visas.TEST[0]}).encode())
    row = json.loads(client.get(f"{path}/labelled.jsonl").text)
    assert [label["label"] for label in row["own_labels"]] == ["visa"]
    assert ("Look up who sponsors." in row["next_steps"], "Do you sponsor visas?" in row["questions"]) == (True, True)


@pytest.fixture
def quick(monkeypatch, small_corpus):
    monkeypatch.setattr(retraining, "read_corpus", lambda: (small_corpus, []))
    monkeypatch.setattr(retraining, "Recipe", lambda: SMALL_RECIPE)


def wait_for_retraining(client):
    for _ in range(1200):
        page = client.get("/versions").text
        if "data-poll" not in page:
            return page
        threading.Event().wait(0.05)
    raise AssertionError("it is not trained after a minute")


def test_retraining_and_going_back(client, quick):
    assert "Correct a mail first." in client.get("/versions").text
    label(client, paste(client, REJECTION), label="hiring_freeze")
    page = client.get("/versions").text
    assert "You have labelled 1 mail." in page
    assert "compares the new model with the shipped one, on mails that neither has read and on yours" in page
    running = send(client, "/versions/retrain")
    assert '<meta http-equiv="refresh" content="3">' in running.text
    page = wait_for_retraining(client)
    shipped, new = versions()
    assert shipped == SHIPPED
    assert f"{new} is" in text_of(page)
    page = send(client, "/versions/use", {"version": new}).text
    assert current() == new
    assert re.search(rf'<tr class="now">\s*<th scope="row">{new}</th>', page)
    assert "Go back to it" in page
    assert marked(client.get(paste(client, CHOSEN)).text)
    send(client, "/versions/use", {"version": SHIPPED})
    assert current() == SHIPPED
    assert "Nothing new to learn" in text_of(send(client, "/versions/retrain").text + wait_for_retraining(client))


@pytest.mark.parametrize("version", ["", "nothing", "../../etc", "/tmp", "default"])
def test_a_version_that_there_is_not(version, client, tmp_path):
    answer = send(client, "/versions/use", {"version": version})
    assert answer.status_code == 400
    assert f"There is no model '{version}' (there are: shipped)." in text_of(answer.text)
    assert current() == SHIPPED


def test_one_retraining_at_a_time(client, monkeypatch):
    go_on, runs = threading.Event(), []

    def slow(files, *, say):
        runs.append(files)
        while not go_on.wait(0.01):
            say("fold 1 of 5")
        raise InputError("There is nothing to learn from yet.")

    monkeypatch.setattr("feedback_nlp.serve.app.retrain", slow)
    answers = []

    def ask():
        answers.append(send(client, "/versions/retrain").status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [200, 400, 400, 400, 400, 400]
    assert runs == [[]]
    assert "fold 1 of 5" in client.get("/versions").text
    send(client, "/versions/stop")
    assert "Stopped. Nothing was kept of it." in wait_for_retraining(client)
    go_on.set()
    send(client, "/versions/retrain")
    assert "There is nothing to learn from yet." in wait_for_retraining(client)


def test_a_damaged_version_in_use(client, home):
    (home / "models" / "own").mkdir(parents=True)
    (home / "models" / "own" / "manifest.json").write_text("{}", encoding="utf-8")
    (home / "models" / "current").write_text("own\n", encoding="utf-8")
    answer = send(client, "/mails", {"text": CHOSEN}, {"file": ("", b"")})
    assert answer.status_code == 400
    assert "has model format None" in answer.text
    page = client.get("/versions").text
    assert re.search(r'<th scope="row">own</th>\s*<td>\?</td>', page)
    send(client, "/versions/use", {"version": "shipped"})
    assert marked(client.get(paste(client, CHOSEN)).text) == [CHOSEN]


def test_the_extra_names_what_is_used():
    project = read_toml(SAMPLES.parent.parent / "pyproject.toml")["project"]
    names = {re.match(r"[\w-]+", line)[0] for line in project["optional-dependencies"]["serve"]}
    assert names == {"jinja2", "python-multipart", "starlette", "uvicorn"}
