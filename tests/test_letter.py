import pytest

from feedback_nlp.letter import Address, address_of, letter_of, listed
from feedback_nlp.records import Email
from feedback_nlp.resources import read_table

TABLE = read_table("parties")
LISTS = [(section, name) for section, lists in TABLE.items() for name in lists]


def test_the_table_has_its_sections():
    assert {section: set(lists) for section, lists in TABLE.items()} == {
        "domains": {"free_mail", "applicant_systems", "job_boards", "second_level", "service_labels", "hiring_mailboxes"},
        "company": {"legal_forms", "no_names", "organisations", "not_companies", "places"},
        "role": {"nouns", "fields", "doubtful"},
        "sender": {"recruiter_titles", "no_managers", "agency_names", "agency_words", "agency_hints", "departments"},
        "gate": {"application", "position", "hiring", "decision", "other_matter"},
    }


@pytest.mark.parametrize(("section", "name"), LISTS, ids=[f"{section}.{name}" for section, name in LISTS])
def test_lists_hold_words_in_lower_case_in_order_and_once(section, name):
    content = TABLE[section][name]
    words = content.split() if isinstance(content, str) else content
    assert all(isinstance(word, str) and word == word.lower().strip() for word in words)
    assert words == sorted(set(words))
    assert listed(section, name) == set(words)
    assert words


def test_lists_do_not_contradict_each_other():
    assert listed("domains", "hiring_mailboxes") <= listed("domains", "service_labels")
    assert not listed("domains", "applicant_systems") & listed("domains", "job_boards")
    assert not listed("role", "doubtful") & listed("role", "nouns") - {"lead", "principal"}
    assert not set().union(*(listed("gate", kind) for kind in TABLE["gate"] if kind != "other_matter")) & listed("gate", "other_matter")


@pytest.mark.parametrize(
    ("sender", "expected", "labels"),
    [
        pytest.param("", Address(), (), id="none"),
        pytest.param("ida@mill.example", Address("", "ida", "mill.example"), ("mill",), id="bare"),
        pytest.param("Ida Mill <Ida@Mill.Example>", Address("Ida Mill", "ida", "mill.example"), ("mill",), id="name"),
        pytest.param('"Mill, Inc." <a@b.mill.co.uk>', Address("Mill, Inc.", "a", "b.mill.co.uk"), ("b", "mill"), id="quoted"),
        pytest.param("Mill & Co, Jobs <a@mill.com>", Address("Mill & Co, Jobs", "a", "mill.com"), ("mill",), id="comma"),
        pytest.param("Ida Mill", Address("Ida Mill"), (), id="name alone"),
        pytest.param("Ida <broken", Address("Ida"), (), id="broken"),
        pytest.param("a@localhost", Address("", "a", "localhost"), (), id="no ending"),
    ],
)
def test_address_of(sender, expected, labels):
    assert address_of(sender) == expected
    assert address_of(sender).labels == labels


@pytest.mark.parametrize(
    ("sender", "kinds"),
    [
        ("ida@gmail.com", {"free"}),
        ("mill@myworkday.com", {"applicant_system"}),
        ("no-reply@us.greenhouse-mail.io", {"applicant_system", "service"}),
        ("jobs-noreply@linkedin.com", {"job_board", "service", "hiring"}),
        ("careers+4711@mill.example", {"service", "hiring"}),
        ("info@mill.example", {"service"}),
        ("ida@mill.example", set()),
        ("", set()),
    ],
)
def test_kinds_of_address(sender, kinds):
    address = address_of(sender)
    names = ("free", "applicant_system", "job_board", "service", "hiring")
    assert {name for name in names if getattr(address, f"is_{name}")} == kinds


LONG = "We have read your application for the post with care, and we find"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        pytest.param(f"{LONG}\nIda Mill good.", [f"{LONG} Ida Mill good."], id="wrapped"),
        pytest.param("Thank you for the\ninterview.", ["Thank you for the interview."], id="lower case goes on"),
        pytest.param("Dear Ann,\nThank you.", ["Dear Ann,", "Thank you."], id="greeting"),
        pytest.param(f"{LONG}\n\nIda", [LONG, "Ida"], id="paragraphs"),
        pytest.param(f"{LONG}\nRole: Baker", [LONG, "Role: Baker"], id="field"),
        pytest.param(f"{LONG}\nKind regards", [LONG, "Kind regards"], id="closing"),
        pytest.param("", [], id="empty"),
    ],
)
def test_wrapped_lines_are_joined(text, units):
    assert letter_of(Email("1", text)).text.split("\n") == (units or [""])


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        pytest.param("It is a no.\n\nKind regards,\nIda\nHead of Baking", ("Ida", "Head of Baking"), id="closing"),
        pytest.param("It is a no.\n\nIda\nMill Ltd.", ("Ida", "Mill Ltd."), id="short lines"),
        pytest.param("It is a no. Cheers, Deb", ("Cheers, Deb",), id="last words"),
        pytest.param("It is a no.", (), id="none"),
        pytest.param("Jobs for you:\n\n1. Baker\n- Cook\nRole: Host\nMill", ("Mill",), id="lists"),
        pytest.param("It is a no.\n\nBest,\nIda\n\n> Best,\n> Sam", ("Ida",), id="quoted"),
        pytest.param("", (), id="empty"),
    ],
)
def test_signature(text, signature):
    assert letter_of(Email("1", text)).signature == signature


def test_the_subject_is_taken_from_the_header_or_the_text():
    assert letter_of(Email("1", "Subject: Baker – no\n\nSorry.")).subject == "Baker - no"
    assert letter_of(Email("1", "Subject: Baker\n\nSorry.")).text == "Sorry."
    assert letter_of(Email("1", "Sorry.", subject="Cook")).subject == "Cook"
