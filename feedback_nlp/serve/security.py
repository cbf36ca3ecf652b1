"""The locks of the local page. Any page in the same browser can send requests to this machine, so each has to prove that it
comes from the person: the address it was sent to, a cookie that only our own address sets, and for whatever changes something
also where it was sent from and a token that only our own pages hold.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEBIBYTE = 2**20
LARGEST_MAIL = MEBIBYTE
LARGEST_EXPORT = 100 * MEBIBYTE
ENTER, LOGIN, EXPORTS = "/enter", "/login", "/exports"
CSRF = "csrf"
"""The name of the form field with the token."""
_MOST_SESSIONS = 20
_MOST_FIELDS = 3000
"""A form has a box for each sentence of a mail."""
_READING, _CHANGING = ("GET", "HEAD"), ("POST",)


@dataclass(frozen=True)
class Session:
    """A browser that was let in, and the token that its forms carry."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class Door:
    """Lets in whoever brings the secret, and knows them by their cookie from then on.

    The secret is the password where there is one; else a key that opens once, and then there is a new one, which `told` gets.
    """

    def __init__(self, password: str = "", told: Callable[[str], None] = lambda key: None) -> None:
        self.has_password = bool(password)
        self._secret = password or secrets.token_urlsafe(32)
        self._told = told
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    @property
    def key(self) -> str:
        """What opens the door next; "" where that is the password."""
        return "" if self.has_password else self._secret

    def enter(self, secret: str) -> str | None:
        """The cookie of a new session, None where that is not the secret."""
        if not secrets.compare_digest(_digest(secret), _digest(self._secret)):
            return None
        if not self.has_password:
            self._secret = secrets.token_urlsafe(32)
            self._told(self._secret)
        cookie = secrets.token_urlsafe(32)
        self._sessions[cookie] = Session()
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return cookie

    def session(self, cookie: str) -> Session | None:
        """Whose cookie that is."""
        return self._sessions.get(cookie)


class Guard:
    """Refuses what is not meant for the page before the page sees it, and says with each answer how a browser must treat it."""

    def __init__(self, app: ASGIApp, door: Door, hosts: Iterable[str], cookie_name: str) -> None:
        self._app = app
        self._door = door
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        self._cookie_name = cookie_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            nonce = secrets.token_urlsafe(16)
            headers, limit = Headers(scope=scope), limit_of(scope["path"])
            session = self._door.session(cookie_in(headers, self._cookie_name))
            scope.setdefault("state", {}).update(session=session, nonce=nonce)
            refusal = self._refusal(scope["method"], headers, limit) or self._closed(scope["path"], session)
            await (refusal or self._app)(scope, _limited(receive, limit), _protected(send, nonce))

    def _refusal(self, method: str, headers: Headers, limit: int) -> Response | None:
        """The answer to what no page should see."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return _refused("This address is not served here.", 421)
        if method not in (*_READING, *_CHANGING):
            return _refused("There is nothing of that kind here.", 405)
        if method in _CHANGING and not (len(origins) == 1 and origins[0] in self._origins):
            return _refused("This was sent from another page.", 403)
        if _length(headers) > limit:
            return _refused(_too_large(limit), 413)
        return None

    def _closed(self, path: str, session: Session | None) -> Response | None:
        """The answer to whom the door is still closed."""
        if session or path in (ENTER, LOGIN):
            return None
        if self._door.has_password:
            return RedirectResponse(LOGIN, 303)
        return _refused("Open the address that feedback-nlp shows in the terminal where it runs; it opens this page once.", 403)


async def read_form(request: Request) -> FormData:
    """The fields and files that one of our own forms sent. Raises HTTPException where it was not one of ours."""
    limit = limit_of(request.url.path)
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=limit)
    given, session = form.get(CSRF), request.state.session
    if session is None or not isinstance(given, str) or not secrets.compare_digest(_digest(given), _digest(session.csrf)):
        await form.close()
        raise HTTPException(403, "This was not sent from a page of this program, or that has been started anew since. Open it again.")
    return form


def limit_of(path: str) -> int:
    """How many bytes a request to a path may have."""
    return LARGEST_EXPORT if path == EXPORTS else LARGEST_MAIL


def cookie_in(headers: Headers, name: str) -> str:
    """The value of a cookie, "" where there is none, whatever other programs on this machine have set beside it."""
    # http.cookies drops all that follows what it can't read, and its unquoting takes the square of the length before Python 3.12.6.
    pairs = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def _limited(receive: Receive, limit: int) -> Receive:
    """The same request, which ends with an error where more comes than was allowed, whatever it had said of its length."""
    read = 0

    async def receive_limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return receive_limited


def _protected(send: Send, nonce: str) -> Send:
    """The same answer, with what a browser must keep to."""
    policy = {
        "default-src": "'none'",
        "style-src": f"'self' 'nonce-{nonce}'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    added = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # With no-referrer a browser hides from us, too, where a form was sent from. Nobody else is told either way.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    async def send_protected(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(added)
        await send(message)

    return send_protected


def _refused(why: str, status: int) -> Response:
    return PlainTextResponse(f"{why}\n", status, headers={"Connection": "close"} if status == 413 else None)


def _too_large(limit: int) -> str:
    return f"This is larger than {limit // MEBIBYTE} MB, which is the most that is taken here."


def _length(headers: Headers) -> int:
    """How long a request says it is."""
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _digest(secret: str) -> bytes:
    """Of one length, and of ASCII, whatever was given."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()
