import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from feedback_nlp.cli import main
from feedback_nlp.serve.server import hosts_of

ROOT = Path(__file__).parent.parent
WORDS = "Kjempetrist"
MAIL = f"Dear {WORDS},\n\nWe have chosen another candidate for the post."


@contextmanager
def running(tmp_path, *options, stop=signal.SIGINT):
    """A server in a process of its own: its address, port, and what it has printed by its end."""
    command = [sys.executable, "-m", "feedback_nlp", "serve", "--port", "0", *options]
    temporary = tmp_path / "temporary"
    temporary.mkdir(exist_ok=True)
    with (tmp_path / "said").open("w+b") as said:
        server = subprocess.Popen(
            command, env=os.environ | {"TMPDIR": str(temporary)}, cwd=ROOT, stdout=said, stderr=said, preexec_fn=_interruptible
        )
        try:
            address = re.search(r"http://([\w.:\[\]]+):(\d+)(/\S*)", _printed(tmp_path, "Ctrl-C stops it."))
            yield address[1], int(address[2]), address[3], server
        finally:
            if server.poll() is None:
                server.send_signal(stop)
            server.wait(30)
            assert list(temporary.iterdir()) == [] or stop == signal.SIGKILL


def _interruptible():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _printed(tmp_path, wanted):
    for _ in range(600):
        text = (tmp_path / "said").read_text(encoding="utf-8")
        if wanted in text:
            return text
        time.sleep(0.05)
    raise AssertionError(text)


def ask(port, method, path, body=None, headers=None, host="127.0.0.1"):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer, answer.read().decode()


def come_in(port, path):
    answer, _ = ask(port, "GET", path)
    assert answer.status == 303
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Origin": f"http://127.0.0.1:{port}"}


def token(port, headers):
    return re.search(r'name="csrf" value="([^"]+)"', ask(port, "GET", "/", headers=headers)[1])[1]


def test_a_server_from_its_start_to_its_end(tmp_path):
    with running(tmp_path) as (host, port, path, server):
        assert host == "127.0.0.1"
        assert ask(port, "GET", "/")[0].status == 403
        headers = come_in(port, path)
        form = urlencode({"csrf": token(port, headers), "text": MAIL})
        sent, _ = ask(port, "POST", "/mails", form, headers | {"Content-Type": "application/x-www-form-urlencoded"})
        assert sent.status == 303
        answer, page = ask(port, "GET", sent.headers["Location"], headers=headers)
        assert "<mark>We have chosen another candidate for the post.</mark>" in page
        assert "Server" not in answer.headers
        assert ask(port, "GET", "/", headers=headers | {"Host": f"evil.example:{port}"})[0].status == 421
        assert ask(port, "GET", "/mails/x/../../etc", headers=headers)[0].status == 404
    assert server.returncode in (0, -signal.SIGINT)
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert [re.sub(r"key=[\w-]{43}$", "key=K", line) for line in said.splitlines()] == [
        f"Open this in your browser: http://127.0.0.1:{port}/enter?key=K",
        "Ctrl-C stops it.",
        f"To open it in another browser: http://127.0.0.1:{port}/enter?key=K",
    ]


def test_it_listens_on_this_machine_alone(tmp_path):
    others = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    with running(tmp_path) as (_, port, _, _):
        for address in others:
            with pytest.raises(OSError):  # noqa: PT011
                socket.create_connection((address, port), timeout=5).close()


@pytest.mark.parametrize("announced", [None, 2**30, 100], ids=["chunked", "announced", "lying"])
def test_a_gigabyte_is_cut_off(announced, tmp_path):
    with running(tmp_path) as (_, port, path, server):
        headers = come_in(port, path)
        length = "Transfer-Encoding: chunked" if announced is None else f"Content-Length: {announced}"
        head = f"POST /exports HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: multipart/form-data; boundary=x\r\n{length}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        answer, taken = upload(port, head.encode() + b"\r\n", begin, b"x" * 2**20, 1024, chunked=announced is None)
        assert answer.startswith(b"HTTP/1.1 413 " if announced != 100 else b"HTTP/1.1 403 "), answer[:200]
        assert taken < 120
        assert server.poll() is None
        assert ask(port, "GET", "/", headers=headers)[0].status == 200


def upload(port, head, begin, block, most, chunked):
    """The answer, and how many blocks were taken before it came."""

    def framed(data):
        return b"%x\r\n%b\r\n" % (len(data), data) if chunked else data

    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        taken = 0
        try:
            connection.sendall(head + framed(begin))
            for taken in range(most):  # noqa: B007
                connection.sendall(framed(block))
        except OSError:
            pass  # it is not listened to any more
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
        return answer, taken


def give_a_mailbox(port, path):
    headers = come_in(port, path)
    body = f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token(port, headers)}\r\n'
    body += f'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n{MAIL}\r\n--x--\r\n'
    sent, _ = ask(port, "POST", "/exports", body, headers | {"Content-Type": "multipart/form-data; boundary=x"})
    assert sent.status == 303


def test_nothing_is_left_of_an_export_when_it_is_killed_softly(tmp_path):
    with running(tmp_path, stop=signal.SIGTERM) as (_, port, path, _):
        give_a_mailbox(port, path)
        assert len(list((tmp_path / "temporary").iterdir())) == 1


def test_what_a_killed_server_left_is_gone_at_the_next_start(tmp_path):
    with running(tmp_path, stop=signal.SIGKILL) as (_, port, path, _):
        give_a_mailbox(port, path)
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    with running(tmp_path):
        assert list((tmp_path / "temporary").iterdir()) == []


def test_a_password_for_other_machines(tmp_path):
    file = tmp_path / "password"
    file.write_text("a long enough password\n", encoding="utf-8")
    with running(tmp_path, "--host", "127.0.0.2", "--password-file", str(file)) as (host, port, path, _):
        assert (host, path) == ("127.0.0.2", "/")
        assert ask(port, "GET", "/", host=host)[0].headers["Location"] == "/login"
        assert ask(port, "GET", "/", headers={"Host": f"127.0.0.1:{port}"}, host=host)[0].status == 421
        form = {"Origin": f"http://127.0.0.2:{port}", "Content-Type": "application/x-www-form-urlencoded"}
        assert ask(port, "POST", "/login", urlencode({"password": "a long enough password"}), form, host=host)[0].status == 303
        said = _printed(tmp_path, "Warning")
        assert "Warning: this is plain HTTP. Whoever can listen in on the network reads the password and your mails.\n" in said
        assert "key=" not in said


def refused(*options):
    result = CliRunner().invoke(main, ["serve", *options])
    assert result.exit_code == 1
    return result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "*", ""])
def test_everywhere_is_no_address(host):
    assert refused("--host", host) == (
        f"Error: --host {host or repr(host)} is no address to open. Name the one that others reach this machine by.\n"
    )


def test_another_address_needs_a_password(tmp_path):
    assert refused("--host", "192.0.2.1") == (
        "Error: At 192.0.2.1 other machines could open it. Put a password into a file: --password-file FILE.\n"
    )
    for content in (b"", b"short\n", b"\n a long enough password", b"x" * 2000):
        (tmp_path / "p").write_bytes(content)
        assert refused("--host", "192.0.2.1", "--password-file", str(tmp_path / "p")) == (
            f"Error: {tmp_path / 'p'} has no password of 12 characters or more in its first line. Write one there.\n"
        )
    (tmp_path / "p").write_bytes(b"\xff\xfe")
    assert refused("--host", "192.0.2.1", "--password-file", str(tmp_path / "p")) == (
        f"Error: {tmp_path / 'p'} can't be read (no text). Name a file with a password.\n"
    )
    assert refused("--host", "192.0.2.1", "--password-file", str(tmp_path / "q")) == (
        f"Error: {tmp_path / 'q'} can't be read (No such file or directory). Name a file with a password.\n"
    )


def test_an_address_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refused("--port", str(port)) == (
            f"Error: 127.0.0.1, port {port}, can't be listened at (Address already in use). Choose another: --port NUMBER.\n"
        )


def test_the_extra_is_named(monkeypatch):
    find = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "uvicorn" else find(name))
    assert refused() == "Error: The local page needs an extra: pip install 'feedback-nlp[serve]'.\n"


@pytest.mark.parametrize(
    ("host", "port", "hosts"),
    [
        ("127.0.0.1", 8642, ["127.0.0.1:8642", "localhost:8642"]),
        ("127.0.0.1", 80, ["127.0.0.1", "localhost"]),
        ("localhost", 8642, ["localhost:8642"]),
        ("::1", 8642, ["[::1]:8642"]),
        ("Nas.local", 8642, ["nas.local:8642"]),
    ],
)
def test_what_a_browser_calls_it(host, port, hosts):
    assert hosts_of(host, port) == hosts
