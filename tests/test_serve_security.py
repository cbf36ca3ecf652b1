import asyncio
import re
import threading
import time

import pytest

from feedback_nlp.serve import security
from feedback_nlp.serve.app import app_of
from feedback_nlp.serve.security import LARGEST_EXPORT, LARGEST_MAIL, MEBIBYTE, Door
from tests.serving import COOKIE, HOST, ORIGIN, browser, come_in, paste, send, token

PASSWORD = "a long enough password"
READ = [
    "/",
    "/mails/x",
    "/exports",
    "/exports/x",
    "/exports/x/rows/0",
    "/exports/x/labelled.csv",
    "/versions",
    "/static/style.css",
    "/nothing",
]
CHANGE = [
    "/mails",
    *(f"/mails/x/{name}" for name in ("draft", "check", "eml", "label", "close")),
    *("/exports", "/exports/x/close", "/versions/use", "/versions/retrain", "/versions/stop"),
]
CLOSED = "Open the address that feedback-nlp shows in the terminal where it runs; it opens this page once.\n"


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def client(door):
    with browser(door) as client:
        yield come_in(client, door)


async def answer(app, path, *, method="GET", headers=(), chunks=()):
    """What the app answers to a request as it is, its status, and how many chunks it asked for."""
    asked, sent = 0, []
    bodies = iter(chunks)

    async def receive():
        nonlocal asked
        asked += 1
        body = next(bodies, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    async def reply(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await app(scope, receive, reply)
    return sent[0]["status"], asked, b"".join(message.get("body", b"") for message in sent).decode()


def ask(*args, **options):
    return asyncio.run(answer(*args, **options))


def inside(door):
    """The app, and the headers of somebody who came in."""
    cookie = door.enter(door.key)
    return app_of(door, [HOST], COOKIE), [("host", HOST), ("origin", ORIGIN), ("cookie", f"{COOKIE}={cookie}")]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8643", "127.0.0.1:8642.evil.example", "evil.example:8642", "", "[::1]:8642"],
)
def test_another_host_is_refused(host, client):
    answer = client.get("/", headers={"Host": host})
    assert (answer.status_code, answer.text) == (421, "This address is not served here.\n")


@pytest.mark.parametrize("hosts", [[], [HOST, HOST], [HOST, "evil.example"]], ids=["none", "twice", "two"])
def test_one_host_is_named(hosts, door):
    app, headers = inside(door)
    others = [header for header in headers if header[0] != "host"]
    assert ask(app, "/", headers=[*others, *(("host", host) for host in hosts)])[0] == 421


def test_both_names_of_this_machine_are_served(client):
    assert client.get("/", headers={"Host": "localhost:8642", "Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}).status_code == 200


@pytest.mark.parametrize(
    ("cookies", "status"),
    [
        ("{0}={1}", 200),
        ('prefs={{"a":1}}; {0}={1}', 200),
        ("long=" + "x" * 5000 + "; {0}={1}; other=1", 200),
        ("alone;;={0};{0}={1}", 200),
        ("not_{0}={1}", 403),
        ("{0}", 403),
        ('"{0}"={1}', 403),
        ("prefs={0}={1}", 403),
        ("", 403),
    ],
    ids=["alone", "JSON before it", "a long one before it", "odd ones before it", "longer name", "no value", "quoted", "within", "none"],
)
def test_cookies_of_other_programs_lock_nobody_out(cookies, status, client):
    header = cookies.format(COOKIE, client.cookies[COOKIE])
    client.cookies.clear()
    assert client.get("/", headers={"Cookie": header}).status_code == status


@pytest.mark.parametrize("path", READ)
def test_nothing_is_shown_to_a_stranger(path, door):
    with browser(door) as stranger:
        answer = stranger.get(path)
        assert (answer.status_code, answer.text) == (403, CLOSED)
        assert stranger.get(path, headers={"Cookie": f"{COOKIE}=guessed"}).status_code == 403


@pytest.mark.parametrize("path", CHANGE)
def test_nothing_is_changed_by_a_stranger(path, door):
    with browser(door) as stranger:
        assert stranger.post(path, data={"csrf": ""}).status_code == 403


def test_an_address_opens_once():
    told = []
    door = Door(told=told.append)
    first = door.key
    with browser(door) as one, browser(door) as other:
        answer = one.get("/enter", params={"key": first}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict", answer.headers["set-cookie"])
        assert cookie
        assert told == [door.key]
        assert door.key != first
        assert one.get("/enter", params={"key": first}).status_code == 200  # who is in stays in
        again = other.get("/enter", params={"key": first})
        assert again.status_code == 403
        assert "This address opened the page once already" in again.text
        assert "set-cookie" not in again.headers
        assert come_in(other, door).get("/").status_code == 200


@pytest.mark.parametrize("key", ["", "x", "ä", "x" * 5000, None])
def test_a_wrong_key_opens_nothing(key, door):
    with browser(door) as stranger:
        assert stranger.get("/enter", params={"key": key} if key is not None else {}).status_code == 403
        assert stranger.get("/").status_code == 403


def test_sessions_are_few(door):
    cookies = [door.enter(door.key) for _ in range(21)]
    assert door.session(cookies[0]) is None
    assert all(door.session(cookie) for cookie in cookies[1:])


def test_a_password_opens(monkeypatch):
    monkeypatch.setattr("feedback_nlp.serve.app._AFTER_A_WRONG_PASSWORD", 0.0)
    door = Door(PASSWORD)
    with browser(door) as client:
        assert client.get("/exports").url.path == "/login"
        assert client.get("/enter", params={"key": PASSWORD}).url.path == "/login"
        wrong = client.post("/login", data={"password": PASSWORD + "s"})
        assert wrong.status_code == 403
        assert "That is not the password." in wrong.text
        assert client.get("/").url.path == "/login"
        assert client.post("/login", data={"password": PASSWORD}, headers={"Origin": "http://evil.example"}).status_code == 403
        assert client.post("/login", data={"password": PASSWORD}).url.path == "/"
        assert client.get("/exports").url.path == "/exports"


def test_passwords_are_not_tried_side_by_side(monkeypatch):
    monkeypatch.setattr("feedback_nlp.serve.app._AFTER_A_WRONG_PASSWORD", 0.2)
    with browser(Door(PASSWORD)) as client:
        threads = [threading.Thread(target=client.post, args=("/login",), kwargs={"data": {"password": str(n)}}) for n in range(4)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert time.monotonic() - begun >= 0.8


def test_there_is_no_login_without_a_password(client):
    assert client.get("/login").status_code == 404
    assert client.post("/login", data={"password": ""}).status_code == 404


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://127.0.0.1:8642", "http://127.0.0.1:8643", "http://127.0.0.1"]
)
@pytest.mark.parametrize("path", [*CHANGE, "/login"])
def test_what_another_page_sends_is_refused(path, origin, client):
    sent = {"csrf": token(client)}
    request = client.build_request("POST", path, data=sent, headers={"Origin": origin or ""})
    if origin is None:
        del request.headers["Origin"]
    answer = client.send(request)
    assert (answer.status_code, answer.text) == (403, "This was sent from another page.\n")


def test_two_origins_are_refused(door):
    app, headers = inside(door)
    assert ask(app, "/mails", method="POST", headers=[*headers, ("origin", ORIGIN)])[0] == 403


@pytest.mark.parametrize("given", [None, "", "x", "ä", "x" * 43])
@pytest.mark.parametrize("path", CHANGE)
def test_a_form_needs_its_token(path, given, client):
    answer = client.post(path, data={"version": "shipped", "text": "Hello"} | ({} if given is None else {"csrf": given}))
    assert answer.status_code == 403
    assert "This was not sent from a page of this program" in answer.text


def test_the_token_of_another_browser_is_refused(client, door):
    with browser(door) as other:
        theirs = token(come_in(other, door))
    assert client.post("/mails", data={"csrf": theirs, "text": "Hello"}).status_code == 403
    assert client.post("/mails", data={"text": "Hello"}, files={"csrf": ("x", theirs)}).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(method, client):
    assert client.request(method, "/").status_code == 405


def test_there_is_no_websocket(door):
    sent = []

    async def send_on(message):
        sent.append(message)

    asyncio.run(app_of(door, [HOST], COOKIE)({"type": "websocket", "path": "/", "headers": []}, None, send_on))
    assert sent == []


@pytest.mark.parametrize("path", [*READ, "/enter", "/static/script.js"])
def test_what_a_browser_must_keep_to(path, client):
    for answer in (client.get(path), client.get(path, headers={"Host": "evil.example"}), client.post(path)):
        headers = answer.headers
        policy = re.sub(r"nonce-[\w-]+", "nonce-x", headers["content-security-policy"])
        assert policy == (
            "default-src 'none'; style-src 'self' 'nonce-x'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_pages_hold_nothing_from_outside(client):
    mail = paste(client, "We have chosen another candidate.")
    for path in ("/", mail, "/exports", "/versions", "/nothing"):
        page = client.get(path).text
        assert re.findall(r'(?:src|href|action|formaction)="(?!/|#|\?)', page) == []
        assert re.findall(r"<script(?! src=)|<style|\son\w+=|\sstyle=", page) == []


LIMITS = [pytest.param("/mails", LARGEST_MAIL, id="mail"), pytest.param("/exports", LARGEST_EXPORT, id="export")]


def multipart(size):
    return [b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n', *[b"x" * MEBIBYTE] * (size // MEBIBYTE)]


@pytest.mark.parametrize(("path", "limit"), LIMITS)
def test_what_says_that_it_is_too_large_is_not_read(path, limit, door):
    app, headers = inside(door)
    headers += [("content-type", "multipart/form-data; boundary=x"), ("content-length", str(limit + 1))]
    status, asked, said = ask(app, path, method="POST", headers=headers, chunks=multipart(limit))
    assert (status, asked) == (413, 0)
    assert said == f"This is larger than {limit // MEBIBYTE} MB, which is the most that is taken here.\n"


@pytest.mark.parametrize("said", [None, "10", "-1", "x", "9" * 30], ids=lambda value: f"says {value}")
@pytest.mark.parametrize(("path", "limit"), LIMITS)
def test_a_gigabyte_is_read_up_to_the_limit(path, limit, said, door):
    app, headers = inside(door)
    headers += [("content-type", "multipart/form-data; boundary=x"), *([("content-length", said)] if said else [])]
    status, asked, page = ask(app, path, method="POST", headers=headers, chunks=multipart(1024 * MEBIBYTE))
    assert status == 413
    assert f"This is larger than {limit // MEBIBYTE} MB" in page
    assert asked <= limit // MEBIBYTE + 2


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("multipart/form-data", b"--x\r\n", id="no-boundary"),
        pytest.param("multipart/form-data; boundary=x", b"\0\1\2 nothing of the kind", id="noise"),
        pytest.param("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--", id="no-name"),
        pytest.param("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nabc', id="no-end"),
        pytest.param("multipart/form-data; boundary=" + "x" * 5000, b"--x", id="long-boundary"),
        pytest.param(
            "multipart/form-data; boundary=x; charset=nothing",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--',
            id="charset",
        ),
        pytest.param("application/x-www-form-urlencoded", b"csrf=%zz&&&==&%ff", id="form"),
        pytest.param("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(5000)), id="many-fields"),
        pytest.param("application/json", b"{}", id="json"),
        pytest.param("", b"", id="nothing"),
    ],
)
@pytest.mark.parametrize("path", ["/mails", "/exports"])
def test_broken_forms_are_refused(path, kind, body, client):
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403)
    assert "Traceback" not in answer.text


def test_a_second_file_is_refused(client):
    files = [("file", ("a", b"x")), ("file", ("b", b"x"))]
    assert client.post("/mails", data={"csrf": token(client)}, files=files).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fadvice.toml",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..\\app.py",
        "/static/style.css%00.html",
        "/static/",
        "/mails/..%2f..%2fetc%2fpasswd",
        "/exports/../../etc/passwd",
        "/exports/x/labelled.csv%2f..%2fupload",
        "/templates/base.html",
    ],
)
def test_paths_lead_nowhere_else(path, client):
    assert client.get(path).status_code in (404, 405)


def test_an_error_of_ours_shows_no_word_of_a_mail(client, monkeypatch, capfd):
    def broken(content, name):
        raise ValueError(content)

    monkeypatch.setattr("feedback_nlp.serve.app.mail_from", broken)
    answer = send(client, "/mails", {"text": "Dear Samira"})
    assert answer.status_code == 500
    assert "Something went wrong in the program." in answer.text
    assert "Samira" not in answer.text
    captured = capfd.readouterr()
    assert captured.err.startswith("feedback-nlp: ValueError at test_serve_security.py:")
    assert "Samira" not in captured.err + captured.out


def test_limits():
    assert (security.LARGEST_MAIL, security.LARGEST_EXPORT) == (2**20, 100 * 2**20)
