"""A person at the local page, for its tests: one who came in, and what they see."""

import html
import re
import time

from starlette.testclient import TestClient

from feedback_nlp.serve.app import app_of

HOST = "127.0.0.1:8642"
ORIGIN = f"http://{HOST}"
COOKIE = "feedback_nlp_8642"


def browser(door, app=None):
    """A browser that nobody has let in yet."""
    app = app or app_of(door, [HOST, "localhost:8642"], COOKIE)
    return TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, raise_server_exceptions=False)


def come_in(client, door):
    assert client.get("/enter", params={"key": door.key}).url.path == "/"
    return client


def token(client, path="/"):
    return re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)[1]


def send(client, path, data=None, files=None, **options):
    return client.post(path, data={"csrf": token(client), **(data or {})}, files=files, **options)


def paste(client, text):
    """The address of the pasted mail's page."""
    return send(client, "/mails", {"text": text}, {"file": ("", b"")}).url.path


def text_of(page):
    """What a person reads on a page, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def marked(page):
    return [html.unescape(words) for words in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]


def read_mailbox(client, name, content, **fields):
    """The address of a mailbox's page, and the page once it is read."""
    path = send(client, "/exports", fields, {"file": (name, content)}).url.path
    for _ in range(600):
        page = client.get(path).text
        if "data-poll" not in page:
            return path, page
        time.sleep(0.05)
    raise AssertionError("it is not read after half a minute")
