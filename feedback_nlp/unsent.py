"""A draft handed over to the person's own mail program: as an unsent mail in a file, or by the clipboard. Nothing is sent."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from feedback_nlp.errors import OutputError
from feedback_nlp.records import Draft, Email
from feedback_nlp.resources import write_bytes

_ID = re.compile(r"[!-;=?-~]{1,250}")
_MOST_REFERENCES = 10
# A message id must stay on one line, or it would be written in encoded words.
_POLICY = SMTP.clone(max_line_length=998)


def write_draft(draft: Draft, email: Email, path: Path) -> None:
    """Writes the draft as an answer to `email` into an .eml file that mail programs open as unsent. Raises OutputError."""
    if path.suffix.lower() != ".eml":
        raise OutputError(f"{path}: a draft is written as .eml. Name a file that ends so, or leave -o out for plain text.")
    write_bytes(path, unsent(draft, email))


def unsent(draft: Draft, email: Email) -> bytes:
    """The draft as a message; an answer to `email` where it goes to whoever wrote that, or to whom it was written."""
    message = EmailMessage(policy=_POLICY)
    message["X-Unsent"] = "1"
    if draft.to:
        message["To"] = draft.to
    message["Subject"] = draft.subject
    answered = _id(email.message_id)
    if answered and draft.to:
        message["In-Reply-To"] = answered
        earlier = [known for known in map(_id, email.references) if known and known != answered]
        message["References"] = " ".join([*earlier, answered][-_MOST_REFERENCES:])
    message.set_content(draft.body + "\n")
    return message.as_bytes()


def copy_draft(draft: Draft) -> None:
    """Puts the body of the draft on the clipboard. Raises OutputError where there is none, or the extra is missing."""
    try:
        import pyperclip
    except ImportError as error:
        raise OutputError("The clipboard needs an extra: pip install 'feedback-nlp[clipboard]'. Or take -o mail.eml.") from error
    try:
        pyperclip.copy(draft.body)
    except pyperclip.PyperclipException as error:
        raise OutputError("There is no clipboard here (on Linux, install xclip or wl-clipboard). Or take -o mail.eml.") from error


def _id(message_id: str) -> str:
    """A message id in its brackets; "" for what is none."""
    plain = message_id.strip("<> ")
    return f"<{plain}>" if _ID.fullmatch(plain) else ""
