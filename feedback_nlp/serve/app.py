"""Which address leads to what. Each takes a request, calls what a command calls, and shows a page.

Starlette, since it hands over an upload piece by piece, brings its own test client, and is small.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from feedback_nlp.collection import own_examples
from feedback_nlp.errors import FeedbackError, InputError
from feedback_nlp.retraining import retrain
from feedback_nlp.serve.exports import FORMATS, Export, file_of, label_export, received
from feedback_nlp.serve.jobs import Jobs, tell
from feedback_nlp.serve.pages import environment, export_page, mail_page, said, versions_page
from feedback_nlp.serve.readings import Reading, Wish, mail_from, model_in_use, open_reading
from feedback_nlp.serve.security import ENTER, EXPORTS, LOGIN, Door, Guard, read_form
from feedback_nlp.serve.shelf import Shelf
from feedback_nlp.store import use
from feedback_nlp.unsent import unsent

T = TypeVar("T")
LABELLING, RETRAINING = "Reading a mailbox", "Retraining"
_MOST_MAILS, _MOST_EXPORTS = 50, 3
_LONGEST_NAME = 80
_AFTER_A_WRONG_PASSWORD = 1.0
"""Seconds, for which the next attempt waits too."""


def app_of(door: Door, hosts: Iterable[str], cookie_name: str) -> ASGIApp:
    """The page behind its locks: for whom the door opens, at these addresses, under the cookie of that name."""
    return Guard(Pages(door, cookie_name).app(), door, hosts, cookie_name)


class Pages:
    """What is open, and what is shown of it."""

    def __init__(self, door: Door, cookie_name: str) -> None:
        self._door = door
        self._cookie_name = cookie_name
        self._templates = environment()
        self._mails: Shelf[Reading] = Shelf(_MOST_MAILS)
        self._exports: Shelf[Export] = Shelf(_MOST_EXPORTS, Export.close)
        self._jobs = Jobs()
        self._one_attempt = asyncio.Lock()

    def app(self) -> Starlette:
        """All addresses."""
        get, post = partial(Route, methods=["GET"]), partial(Route, methods=["POST"])
        mail, export = "/mails/{name}", EXPORTS + "/{name}"
        routes = [
            get(ENTER, self.enter),
            get(LOGIN, self.login_form),
            post(LOGIN, self.login),
            get("/", self.home),
            post("/mails", self.open_mail),
            get(mail, self.mail),
            post(mail + "/draft", self.draft),
            post(mail + "/check", self.check),
            post(mail + "/eml", self.eml),
            post(mail + "/label", self.label),
            post(mail + "/close", self.close_mail),
            get(EXPORTS, self.exports),
            post(EXPORTS, self.open_export),
            get(export, self.export),
            get(export + "/rows/{number:int}", self.export_row),
            get(export + "/labelled.{ending}", self.export_file),
            post(export + "/close", self.close_export),
            get("/versions", self.versions),
            post("/versions/use", self.use),
            post("/versions/retrain", self.retrain),
            post("/versions/stop", self.stop_retraining),
            Mount("/static", StaticFiles(packages=[("feedback_nlp.serve", "static")])),
        ]
        handlers: dict[Any, Any] = {HTTPException: self._http_error, FeedbackError: self._our_error, Exception: self._other_error}
        return Starlette(routes=routes, exception_handlers=handlers, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Leaves nothing behind when the server ends."""
        yield
        await run_in_threadpool(self._jobs.end)
        self._exports.clear()

    # Coming in

    async def enter(self, request: Request) -> Response:
        """Lets in who opens the address that the terminal shows."""
        if self._door.has_password:
            return RedirectResponse(LOGIN, 303)
        if request.state.session:
            return RedirectResponse("/", 303)
        if cookie := self._door.enter(request.query_params.get("key", "")):
            return self._let_in(cookie)
        return self._page(request, "closed.html", status=403)

    async def login_form(self, request: Request) -> Response:
        """Asks for the password."""
        if not self._door.has_password:
            raise HTTPException(404)
        return self._page(request, "login.html", wrong=False)

    async def login(self, request: Request) -> Response:
        """Lets in who knows the password."""
        if not self._door.has_password:
            raise HTTPException(404)
        form = await request.form(max_files=0, max_fields=5)
        async with self._one_attempt:
            if cookie := self._door.enter(_text(form, "password")):
                return self._let_in(cookie)
            await asyncio.sleep(_AFTER_A_WRONG_PASSWORD)
        return self._page(request, "login.html", wrong=True, status=403)

    def _let_in(self, cookie: str) -> Response:
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie_name, cookie, httponly=True, samesite="strict", path="/")
        return response

    # One mail

    def home(self, request: Request) -> Response:
        """Takes a mail."""
        opened = [(name, said(reading.feedback)[0], reading.feedback) for name, reading in self._mails if not reading.origin]
        return self._page(request, "home.html", opened=opened)

    async def open_mail(self, request: Request) -> Response:
        """Reads the mail that was pasted or sent as a file."""
        async with _closing(await read_form(request)) as form:
            upload, text = form.get("file"), _text(form, "text")
            if isinstance(upload, UploadFile) and upload.size:
                content, name = await upload.read(), _shown_name(upload, "the file")
            else:
                content, name = text.encode("utf-8", errors="replace"), "what was pasted"
        name = await run_in_threadpool(lambda: self._mails.put(open_reading(mail_from(content, name), model_in_use())))
        return RedirectResponse(f"/mails/{name}", 303)

    def mail(self, request: Request) -> Response:
        """What a mail says, what to do, the reply, and the person's own label."""
        reading = self._reading(request)
        news, reading.news = reading.news, ""
        return self._page(request, "mail.html", name=request.path_params["name"], news=news, **mail_page(reading))

    async def draft(self, request: Request) -> Response:
        """Drafts the reply anew."""
        async with _closing(await read_form(request)) as form:
            wish = Wish(**{field: _text(form, field) for field in ("kind", "tone", "name", "to_name")})
        return await self._after(request, "reply", lambda reading: reading.redraft(wish))

    async def check(self, request: Request) -> Response:
        """Looks through the reply."""
        async with _closing(await read_form(request)) as form:
            reply = _text(form, "reply")
        return await self._after(request, "reply", lambda reading: reading.check(reply))

    async def eml(self, request: Request) -> Response:
        """The reply as a file that the mail program opens."""
        async with _closing(await read_form(request)) as form:
            reply = _text(form, "reply")
        reading = self._reading(request)
        await run_in_threadpool(reading.check, reply)
        return _file(unsent(reading.unsent, reading.feedback.email), "reply.eml", "message/rfc822")

    async def label(self, request: Request) -> Response:
        """Keeps what the person says of the mail, or takes it back."""
        async with _closing(await read_form(request)) as form:
            label, secondary = _text(form, "label"), [item for item in form.getlist("secondary") if isinstance(item, str)]
            marked = [int(n) for n in form.getlist("sentence") if isinstance(n, str) and n.isascii() and n.isdigit() and len(n) < 9]
        if not label:
            return await self._after(request, "news", lambda reading: reading.take_back(model_in_use()))
        return await self._after(request, "news", lambda reading: reading.keep(label, secondary, marked, model_in_use()))

    async def close_mail(self, request: Request) -> Response:
        """Forgets a mail."""
        await (await read_form(request)).close()
        reading = self._reading(request)
        self._mails.take(request.path_params["name"])
        return RedirectResponse(reading.origin or "/", 303)

    def _reading(self, request: Request) -> Reading:
        return _found(self._mails.get(request.path_params["name"]), "This mail is not open any more. Open it again.")

    async def _after(self, request: Request, place: str, change: Callable[[Reading], None]) -> Response:
        """Changes what is open, and shows it there."""
        await run_in_threadpool(change, self._reading(request))
        return RedirectResponse(f"/mails/{request.path_params['name']}#{place}", 303)

    # A mailbox

    def exports(self, request: Request) -> Response:
        """Takes a mailbox."""
        return self._page(request, "exports.html", opened=list(self._exports))

    async def open_export(self, request: Request) -> Response:
        """Begins to read the mailbox that was sent."""
        async with _closing(await read_form(request)) as form:
            upload, own_address = form.get("file"), _text(form, "me").strip()
            if not isinstance(upload, UploadFile) or not upload.size:
                raise InputError("No file was sent. Choose the export of your mailbox first.")
            export = await run_in_threadpool(received, upload.file, _shown_name(upload, "the mailbox"))
        try:
            export.job = self._jobs.start(LABELLING, lambda job: label_export(export, own_address, model_in_use(), job))
        except FeedbackError:
            export.close()
            raise
        return RedirectResponse(f"{EXPORTS}/{self._exports.put(export)}", 303)

    def export(self, request: Request) -> Response:
        """How far the reading of a mailbox is, then what came of it."""
        export, name = self._export(request), request.path_params["name"]
        job = export.job.progress() if export.job else None
        if not job or job.running or job.result is None:
            return self._page(request, "progress.html", name=name, export=export, job=job)
        page = request.query_params.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
        corrected = {n: reading.feedback for n, key in export.readings.items() if (reading := self._mails.get(key))}
        return self._page(request, "export.html", name=name, export=export, corrected=corrected, **export_page(job.result, number))

    def export_row(self, request: Request) -> Response:
        """Opens the mail of a row."""
        export, number = self._export(request), request.path_params["number"]
        labelled = _found(export.labelled, "This mailbox is not read yet.")
        if number >= len(labelled.rejections) or not (email := labelled.mails[number]):
            raise HTTPException(404, "There is no such mail in it.")
        if not self._mails.get(export.readings.get(number, "")):
            origin = f"{EXPORTS}/{request.path_params['name']}"
            export.readings[number] = self._mails.put(open_reading(email, model_in_use(), labelled.rejections[number], origin))
        return RedirectResponse(f"/mails/{export.readings[number]}", 303)

    def export_file(self, request: Request) -> Response:
        """All rows as a file."""
        export, ending = self._export(request), f".{request.path_params['ending']}"
        if ending not in FORMATS or export.labelled is None:
            raise HTTPException(404)
        return _file(file_of(export, ending), f"labelled{ending}", FORMATS[ending])

    async def close_export(self, request: Request) -> Response:
        """Stops the reading of a mailbox, and forgets it with all of its mails."""
        await (await read_form(request)).close()
        for key in self._export(request).readings.values():
            self._mails.take(key)
        self._exports.take(request.path_params["name"])
        return RedirectResponse(EXPORTS, 303)

    def _export(self, request: Request) -> Export:
        return _found(self._exports.get(request.path_params["name"]), "This mailbox is not open any more. Send it again.")

    # Versions of the model

    def versions(self, request: Request) -> Response:
        """The versions, and how far a retraining is."""
        job = latest.progress() if (latest := self._jobs.latest(RETRAINING)) else None
        return self._page(request, "versions.html", job=job, own=len(own_examples()), **versions_page())

    async def use(self, request: Request) -> Response:
        """Takes a version into use."""
        async with _closing(await read_form(request)) as form:
            version = _text(form, "version")
        await run_in_threadpool(use, version)
        return RedirectResponse("/versions", 303)

    async def retrain(self, request: Request) -> Response:
        """Begins to train on what the person said."""
        await (await read_form(request)).close()
        self._jobs.start(RETRAINING, lambda job: retrain([], say=job.say))
        return RedirectResponse("/versions", 303)

    async def stop_retraining(self, request: Request) -> Response:
        """Stops the training."""
        await (await read_form(request)).close()
        if job := self._jobs.latest(RETRAINING):
            job.stop()
        return RedirectResponse("/versions", 303)

    # Pages and errors

    def _page(self, request: Request, template: str, status: int = 200, **shown: Any) -> Response:
        session = request.state.session
        about = {"csrf": session.csrf if session else "", "nonce": request.state.nonce, "path": request.url.path}
        return HTMLResponse(self._templates.get_template(template).render(**about, **shown), status)

    async def _http_error(self, request: Request, error: HTTPException) -> Response:
        said = {404: "There is no such page.", 405: "There is no such page."}
        standard = error.detail in ("Not Found", "Method Not Allowed")
        return self._error(request, said.get(error.status_code, error.detail) if standard else error.detail, error.status_code)

    async def _our_error(self, request: Request, error: FeedbackError) -> Response:
        return self._error(request, str(error), 400)

    async def _other_error(self, request: Request, error: Exception) -> Response:
        tell(error)
        return self._error(request, "Something went wrong in the program. The terminal says where, without a word of your mail.", 500)

    def _error(self, request: Request, message: str, status: int) -> Response:
        response = self._page(request, "error.html", message=message, status=status)
        if status == 413:
            response.headers["Connection"] = "close"
        return response


@asynccontextmanager
async def _closing(form: FormData) -> AsyncIterator[FormData]:
    """A form whose files are gone at the end."""
    try:
        yield form
    finally:
        await form.close()


def _text(form: FormData, name: str) -> str:
    """A field with the line ends that Python has; browsers send those of mail."""
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _shown_name(upload: UploadFile, otherwise: str) -> str:
    """What a file is called in what the person reads. It names no file of ours."""
    name = PurePosixPath((upload.filename or "").replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[-_LONGEST_NAME:] or otherwise


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f"attachment; filename={quote(name)}"})


def _found(thing: T | None, otherwise: str) -> T:
    if thing is None:
        raise HTTPException(404, otherwise)
    return thing
