"""A whole mailbox: read and judged message by message, then tied together, then written.

What was read lies in a journal on disk (journal.py), so that a run can be killed and goes on, a later one judges only
what is new, and memory stays flat.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice, tee
from pathlib import Path
from typing import Any

from feedback_nlp.advice import advise_case, writer_of
from feedback_nlp.applications import tie_applications
from feedback_nlp.case import stage_met
from feedback_nlp.course import BARE_ROW, write_courses
from feedback_nlp.dates import time_of
from feedback_nlp.drift import is_unusual
from feedback_nlp.errors import InputError
from feedback_nlp.examples import digest, row_of
from feedback_nlp.feedback import accounts_of
from feedback_nlp.inbox import read_inbox
from feedback_nlp.journal import DUPLICATE, UNREADABLE, Journal
from feedback_nlp.labels import LABELS, NOT_REJECTION, REASONS, STEPS
from feedback_nlp.letter import address_of
from feedback_nlp.model import Model
from feedback_nlp.parties import company_key, role_key
from feedback_nlp.records import HUMAN, MODEL, Account, Advice, Email, Example, Skipped, Step
from feedback_nlp.rows import (
    FIELDS,
    OWN,
    UNKNOWN,
    Row,
    advice_fields,
    answer_of,
    checksum,
    combined,
    message_of,
    own_advice,
    signals_in,
    with_own_advice,
)
from feedback_nlp.tagging import Tagger
from feedback_nlp.threads import mark_own, number_conversations
from feedback_nlp.workers import spread

_BATCH = 256
_REPLY = re.compile(r"^(?:\s*(?:re|aw|sv|antw|antwort|rép|ref|odp|vs|fwd?|wg|tr|rv|i)\s*(?:\[\d{1,3}\]\s*)?:)+", re.IGNORECASE)
_OWN_ROW: Row = {
    "label": NOT_REJECTION,
    "confidence": 1.0,
    "secondary": [],
    "evidence": [],
    "possible": [NOT_REJECTION],
    "scores": {label: float(label == NOT_REJECTION) for label in LABELS},
    "next_steps": [],
    "questions": [],
    "signals": [],
    "own_labels": [],
    "sender_type": OWN,
    "note": "You wrote this.",
    "label_source": MODEL,
    "model_label": NOT_REJECTION,
}


def read_paths(
    paths: Iterable[Path], text_column: str | None, passed: Callable[[int], None], names: Mapping[Path, str] = {}
) -> Iterator[Email | Skipped]:
    """The messages of all paths; a path that can't be read, or not to its end, comes as `Skipped`.

    `names` has what a file is called where that is not its path.
    Raises InputError where there is nothing in any of them but such.
    """
    found, first = False, None
    for path in paths:
        name = names.get(path, "")
        try:
            for item in read_inbox(path, text_column, passed, name):
                found = True
                yield item
        except InputError as error:
            first = first or error
            called = name or str(path)
            yield Skipped(called, str(error).removeprefix(called).lstrip(" :,"))
    if first and not found:
        raise first


def judge(
    items: Iterable[Email | Skipped],
    model: Model,
    journal: Journal,
    human: Mapping[str, Example] | None = None,
    tagger: Tagger | None = None,
    jobs: int = 1,
) -> Iterator[int]:
    """Reads messages into the journal and judges those that it does not know; yields how many were read, batch by batch.

    `human` holds what the person said of mails, `tagger` tells labels of their own, as for `accounts_of`; so many `jobs` judge at
    once. Raises FeedbackError where one of several is killed.
    """
    under_way: set[str] = set()
    version = version_of(model) + (tagger.version if tagger else "")
    plans, ahead = tee(_plans(items, version, journal, human, under_way))
    answer = partial(answers_of, model=model, human=human, tagger=tagger)
    with closing(spread(answer, (list(plan.unknown.values()) for plan in ahead), jobs)) as answers:
        for plan, answered in zip(plans, answers, strict=True):
            with journal.batch():
                _carry_out(plan, answered, journal)
            under_way -= {message.identity for message in plan.new} | set(plan.again)
            yield plan.read


@dataclass(frozen=True)
class _New:
    """A message that did not come before, or that another model or program judged then, or the person since then."""

    identity: str
    key: str
    email: Email


@dataclass
class _Plan:
    """What is to be done about the messages of a batch: those to skip, with the kind; those to see again; those to judge, and of
    them the mails whose answers are not known, by key; those of which a copy lies in the sent mail.
    """

    read: int = 0
    attachments: int = 0
    skipped: list[tuple[Skipped, str]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    new: list[_New] = field(default_factory=list)
    unknown: dict[str, Email] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)


def _plans(
    items: Iterable[Email | Skipped], version: str, journal: Journal, human: Mapping[str, Example] | None, under_way: set[str]
) -> Iterator[_Plan]:
    """The plan of each batch, by what the journal holds and what earlier plans, `under_way`, are about."""
    stream = iter(items)
    while batch := list(islice(stream, _BATCH)):
        plan = _Plan(sum(item.count if isinstance(item, Skipped) else 1 for item in batch))
        for item in batch:
            if isinstance(item, Skipped):
                plan.skipped.append((item, UNREADABLE))
            else:
                plan.attachments += item.attachments
                _place(item, _key(item, version, human), plan, journal, under_way)
        yield plan


def _place(email: Email, key: str, plan: _Plan, journal: Journal, under_way: set[str]) -> None:
    identity = identity_of(email)
    if email.sent:
        plan.sent.append(identity)
    run, answered = (journal.run, key) if identity in under_way else journal.last_read(identity) or (None, "")
    if run == journal.run:
        plan.skipped.append((Skipped(f"{email.source}, message {email.position}", "a duplicate of a message above"), DUPLICATE))
        return
    under_way.add(identity)
    if answered == key:
        plan.again.append(identity)
        return
    plan.new.append(_New(identity, key, email))
    if journal.known(key) is None:
        plan.unknown[key] = email


def _carry_out(plan: _Plan, answers: Sequence[Row], journal: Journal) -> None:
    journal.attachments += plan.attachments
    for skipped, kind in plan.skipped:
        journal.skip(skipped, kind)
    for identity in plan.again:
        journal.see_again(identity)
    answered = dict(zip(plan.unknown, answers, strict=True))
    for key, answer in answered.items():
        journal.keep(key, answer)
    for message in plan.new:
        _add(journal, message, answered.get(message.key) or journal.known(message.key) or {})
    journal.mark_sent(plan.sent)


def identity_of(email: Email) -> str:
    """What is equal for copies of one message: id, sender and time, else also subject and words.

    A table row that names neither an id nor a sender with a date is no copy of anything.
    """
    who, when = sender_address(email), time_of(email.date)
    if email.message_id:
        return f"{email.message_id} {who} {when.timestamp() if when else ''}"
    if email.row is not None and not (who and email.date):
        return f"{BARE_ROW}{email.row} of {email.source}"
    return _digest(who, email.date, " ".join(email.subject.split()), " ".join(email.text.split()))


def sender_address(email: Email) -> str:
    """The address that a message came from, as messages are told apart by it."""
    address = address_of(email.sender)
    return f"{address.local}@{address.domain}" if address.local else email.sender.strip().lower()


def answers_of(
    emails: Sequence[Email], model: Model, human: Mapping[str, Example] | None = None, tagger: Tagger | None = None
) -> list[Row]:
    """What each mail says by itself, as the journal keeps it."""
    return [_answer(account, model) for account in accounts_of(emails, model, human, tagger)]


def _answer(account: Account, model: Model) -> Row:
    """What the mail says; what to do depends on the course of the application too, and comes when the row is written."""
    rejects = account.prediction.label in REASONS
    writer = writer_of(account.email, account.parties, account.signals) if rejects else ""
    unusual = rejects and is_unusual(model, account.sentences)
    case = {"done": account.step.done, "writer": writer, "unusual": unusual}
    return answer_of(account) | case | {"own_advice": own_advice(account.own_labels)}


def _key(email: Email, version: str, human: Mapping[str, Example] | None) -> str:
    """Changes whenever the answer might."""
    example = human.get(digest(email.text)) if human else None
    said = [json.dumps(row_of(example))] if example else []
    return _digest(version, email.text, email.sender, email.subject, *said)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def _add(journal: Journal, message: _New, answer: Mapping[str, Any]) -> None:
    email = message.email
    when = time_of(email.date)
    subject = " ".join(email.subject.split())
    company, role = (answer[name] if answer[name] != UNKNOWN else "" for name in ("company", "role"))
    values = {
        "n": journal.forget(message.identity),
        "identity": message.identity,
        "key": message.key,
        "head": json.dumps(message_of(email)),
        "time": when.timestamp() if when else None,
        "sender": sender_address(email),
        "recipient": email.recipients[0] if email.recipients else "",
        "subject": _REPLY.sub("", subject).strip().lower(),
        "reply": int(_REPLY.match(subject) is not None),
        "answers": len(email.references),
        "sent": int(email.sent),
        "rejection": int(answer["label"] in REASONS),
        "step": answer["stage"],
        "done": int(answer["done"]),
        "company": company_key(company),
        "role": role_key(role),
        "company_name": company,
        "role_name": role,
    }
    ids = [*([email.message_id] if email.message_id else []), *email.references]
    journal.add(values, ids, email.recipients, email.extra)


def tie(journal: Journal, own_addresses: Collection[str] = ()) -> None:
    """Marks the person's own mail, ties messages to conversations and applications, and follows the course of each."""
    connection = journal.connection
    with journal.batch():
        mark_own(connection, own_addresses)
        number_conversations(connection)
        tie_applications(connection)
        write_courses(connection)


def rows(journal: Journal) -> Iterator[Row]:
    """The row of each message, in the order in which they were read."""
    query = """
        SELECT head, content, own, thread, stage, days_since_application, days_since_contact, company_name, role_name
        FROM message JOIN answer USING (key) ORDER BY n
    """
    for head, content, own, thread, stage, since_application, since_contact, company, role in journal.connection.execute(query):
        tied = {
            "company": company or UNKNOWN,
            "role": role or UNKNOWN,
            "stage": stage,
            "thread": thread,
            "days_since_application": since_application,
            "days_since_contact": since_contact,
        }
        yield _row(json.loads(content), json.loads(head), bool(own), tied)


def lone_rows(
    emails: Iterable[Email], model: Model, human: Mapping[str, Example] | None = None, tagger: Tagger | None = None
) -> Iterator[Row]:
    """The row of each mail as if nothing else were in the mailbox, in order; `thread` is empty.

    `human` and `tagger` are as for `judge`.
    """
    for account in accounts_of(emails, model, human, tagger):
        answer, email = _answer(account, model), account.email
        rejects = answer["label"] in REASONS and not email.sent
        stage = answer["stage"] or (STEPS[0] if rejects else "")
        alone = {"stage": stage, "thread": "", "days_since_application": None, "days_since_contact": None}
        yield _row(answer, message_of(email), email.sent, {"company": answer["company"], "role": answer["role"], **alone})


def _row(answer: Row, message: Row, own: bool, tied: Row) -> Row:
    """The row of a message: what it says by itself, what to do, and what the other messages tell."""
    case = {name: answer.pop(name) for name in ("done", "writer")}
    answer.pop("unusual", None)  # only drift.py asks for it
    advice = _advice(answer, tied["stage"] or answer["stage"], **case) if answer["label"] in REASONS else Advice("")
    answer |= with_own_advice(advice_fields(advice), answer.pop("own_advice"))
    said = answer | (_own_row(answer) if own else {}) | tied
    said["checksum"] = checksum(*(said.get(name, MODEL) for name in ("label", "secondary", "evidence", "label_source")))
    return combined(said, message)


def _own_row(answer: Row) -> Row:
    """What a message says that the person wrote: what they say of it, else that it turns nobody down."""
    return {"sender_type": OWN} if answer.get("label_source") == HUMAN else _OWN_ROW


def _advice(answer: Row, stage: str, done: bool, writer: str) -> Advice:
    """What to do about a mail of an application that had come so far. What only other messages tell of took place."""
    reached = stage_met(Step(stage, done or stage != answer["stage"]))
    return advise_case(answer["label"], reached, writer, signals_in(answer["signals"]))


def columns(journal: Journal) -> list[str]:
    """The columns of all rows."""
    return [*FIELDS, *(name for name in journal.fields() if name not in FIELDS)]


def version_of(model: Model) -> str:
    """Changes whenever an answer might: the model's data and recipe, and the program."""
    return _digest(json.dumps(model.manifest, sort_keys=True, default=str), _program())


@cache
def _program() -> str:
    files = sorted(path for suffix in ("*.py", "*.toml") for path in Path(__file__).parent.rglob(suffix))
    return _digest(*(path.read_text(encoding="utf-8", errors="replace") for path in files))
