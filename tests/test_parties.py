import itertools
import re
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_preprocess import HOSTILE, LINEAR, growth

from feedback_nlp import company, employer, letter, parties, role, sender
from feedback_nlp.labels import SENDER_TYPES
from feedback_nlp.parties import company_key, parties_of, role_key
from feedback_nlp.preprocess import fold
from feedback_nlp.records import Email, Parties

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIELDS = ("company", "role", "sender_type")
MAILS = tomllib.loads(Path(__file__).with_name("parties.toml").read_text(encoding="utf-8"))["mail"]
# What these say is not found: it must stay empty, and nothing else may be said in its stead.
MISSED = {
    "owner-shop": {"sender_type"},
    "cto": {"company", "role", "sender_type"},
    "chef": {"company", "sender_type"},
    "parish": {"sender_type"},
    "agency-named-with": {"sender_type"},
    "text-applying-sentence": {"company"},
    "subject-thanks-from": {"company", "sender_type"},
    "warehouse-sms": {"company", "role", "sender_type"},
}


def email_of(body, sender="", subject="", **kind):
    return Email("1", f"Subject: {subject}\n\n{body}" if subject else body, subject=subject, sender=sender, **kind)


def test_the_table():
    ids = [mail["id"] for mail in MAILS]
    assert len(set(ids)) == len(ids) >= 80
    assert set(MISSED) <= set(ids)
    assert all(set(mail) <= {"id", "sender", "subject", "body", *FIELDS} for mail in MAILS)
    assert all(mail.get("sender_type", "") in ("", *SENDER_TYPES) for mail in MAILS)
    assert [mail["id"] for mail in MAILS if any(not mail.get(name) for name in MISSED.get(mail["id"], ()))] == []
    assert sum(not any(mail.get(name) for name in FIELDS) for mail in MAILS) >= 25


@pytest.mark.parametrize("mail", MAILS, ids=[mail["id"] for mail in MAILS])
def test_parties_of(mail):
    missed = MISSED.get(mail["id"], ())
    expected = Parties(*("" if name in missed else mail.get(name, "") for name in FIELDS))
    assert parties_of(email_of(mail["body"], mail.get("sender", ""), mail.get("subject", ""))) == expected


def test_a_subject_may_stand_in_the_text_alone():
    text = "Subject: Your application to Foxmere Analytics\n\nDear Ann,\n\nwe regret that you were not selected for interview."
    assert parties_of(Email("1", text)).company == "Foxmere Analytics"


BODY = "Dear team,\n\nI am applying for the Data Analyst role. My CV is attached.\n\nSam Reed\nFoxmere Analytics"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param({"sent": True}, Parties("", "Data Analyst", ""), id="to nobody"),
        pytest.param({"sent": True, "recipients": ("ann@quillmark.example",)}, Parties("", "Data Analyst", ""), id="to a person"),
        pytest.param(
            {"sent": True, "recipients": ("a@b.example", "Jobs <jobs@quillmark.example>")},
            Parties("Quillmark", "Data Analyst", ""),
            id="to those who hire",
        ),
        pytest.param(
            {"sent": True, "recipients": ("quillmark@myworkday.com",)},
            Parties("Quillmark", "Data Analyst", ""),
            id="to an applicant system",
        ),
        pytest.param({"recipients": ("jobs@quillmark.example",)}, Parties("", "Data Analyst", ""), id="received"),
    ],
)
def test_the_applicants_own_mail_is_about_whom_it_went_to(kind, expected):
    assert parties_of(email_of(BODY, "Sam Reed <sam@samreed.example>", **kind)) == expected


def test_only_the_newest_words_count():
    old = "On Tue, 3 Mar 2026 at 10:02, Ann <ann@x.example> wrote:\n> Thank you for applying to Quillmark Press for the Editor position."
    assert parties_of(email_of(f"Thanks, got it!\n\n{old}")) == Parties()
    text = f"Sorry, we chose another candidate after the interview.\n\nMia\nRecruiter, Foxmere Labs\n\n{old}"
    assert parties_of(email_of(text)) == Parties("Foxmere Labs", "", "recruiter")


WORDS = st.sampled_from(
    "your application to for at with the position of role as our Quillmark Press Ltd Senior Editor job interview Kind regards, Maria "
    "Recruiter Talent HR Team The (R-4711) (m/f/d) client we regret, on behalf . : - | & Staffing my team selected <a@b.c>\n".split(" ")
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join))
SENDERS = st.one_of(
    st.text(max_size=60), st.sampled_from(["Maria at Foxmere <maria@foxmere.example>", "no-reply@ashbyhq.com", "Foxmere Jobs <x@y>"])
)


def letters(text):
    return re.sub(r"[\W_]", "", fold(text)).casefold()


@given(TEXTS, SENDERS, TEXTS, st.booleans())
def test_nothing_is_invented(text, sender, subject, sent):
    email = email_of(text, sender, subject, sent=sent)
    found = parties_of(email)
    assert found.sender_type in ("", *SENDER_TYPES)
    assert not (sent and found.sender_type)
    assert letters(found.company) in letters(f"{sender} {subject} {text}")
    assert letters(found.role) in letters(f"{subject} {text}")
    assert len(found.role.split()) <= role.MOST_WORDS
    assert bool(found.company) == bool(company_key(found.company))
    assert parties_of(email) == found


MORE = ("apply to I ", "the A ", "role of ", "as a ", "at A & ", "Role: ", "(R-1", "-1-1", "a@b.c ", "x, ")


@pytest.mark.parametrize("unit", [*HOSTILE.values(), *MORE])
def test_reading_takes_linear_time(unit):
    start = "Your application: "
    for place in ("text", "subject", "sender"):
        kind = {"text": "Your job application"}
        assert (
            growth(
                lambda words, p=place, k=kind: parties_of(Email("1", **(k | {p: words}))), lambda n: start + unit * (n // len(unit)) + " b"
            )
            < LINEAR
        )


PATTERNS = {
    f"{module.__name__.split('.')[-1]}.{name}": value
    for module in (company, employer, letter, parties, role, sender)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_patterns_take_linear_time(pattern):
    for start, unit in itertools.product(("", "A", "the ", "Role: ", "application "), [*HOSTILE.values(), *MORE]):
        assert growth(lambda text: pattern.sub("", text), lambda n: start + unit * (n // len(unit)) + " b") < LINEAR, (start, unit)  # noqa: B023


def test_a_mail_without_end_is_read_at_its_start():
    text = "Thank you for applying to Foxmere Labs for the Editor role. We regret it is a no.\n" + "Words without end. " * 20_000
    start = time.process_time()
    assert parties_of(Email("1", text)) == Parties("Foxmere Labs", "Editor", "")
    assert time.process_time() - start < 0.5


def test_keys_are_those_of_their_homes():
    assert (company_key, role_key) == (company.company_key, role.role_key)
