import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.particulars import (
    answered_subject,
    day_of,
    missing_words,
    name_of,
    plain_address,
    position_words,
    time_words,
    words_of,
)
from feedback_nlp.records import Said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SQL", "SQL"),
        ("C++", "C++"),
        ("C# and .NET", "C# and .NET"),
        (".NET", ".NET"),
        ('"laminated dough".', "laminated dough"),
        ("  Alder\n Works  ", "Alder Works"),
        ("Yahoo!", "Yahoo"),
        ("Engineer (Backend)", "Engineer (Backend)"),
        ("Günther & Söhne", "Günther & Söhne"),
        ("Zoë’s", "Zoë's"),
        ("one two three four five six", "one two three four five six"),
        ("one two three four five six seven", ""),
        ("a" * 61, ""),
        ("Engineer (Backend", ""),
        ("Engineer ( Backend)", ""),
        ("[Name]", ""),
        ("{role}", ""),
        ("<b>Alder</b>", ""),
        ("Alder! Works", ""),
        ("Alder? Works", ""),
        ("A..B", ""),
        ("A , B", ""),
        ("the the", ""),
        ("the", ""),
        ("2026", ""),
        ("Unknown", ""),
        ("at unknown", ""),
        ("N/A", ""),
        ("Company Name", ""),
        ("\x1b[31mAlder", ""),
        ("Ald\u202eer", "Alder"),
        ("Alder 🎉", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_words_of(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("role", "company", "found"),
    [
        ("Barista", "Alder", ("Barista", "", "Alder")),
        ("Barista position", "", ("Barista", "", "")),
        ("The Barista role", "Alder", ("Barista", "", "Alder")),
        ("role", "Alder", ("", "", "Alder")),
        ("Position", "unknown", ("", "", "")),
        ("Summer Internship", "Alder", ("", "Summer Internship", "Alder")),
        ("Client Services Manager", "Company Shop", ("Client Services Manager", "", "Company Shop")),
        ("Head of Talent and People", "Alder Tree and Works", ("Head of Talent and People", "", "")),
        ("{role}", "[Company]", ("", "", "")),
    ],
)
def test_position_words(role, company, found):
    assert position_words(role, company) == dict(zip(("role", "scheme", "company"), found, strict=True))


@pytest.mark.parametrize(
    ("kind", "words", "missing"),
    [
        ("skill", "SQL", "SQL"),
        ("skill", "a maintenance system such as Maximo", "a maintenance system such as Maximo"),
        ("skill", "a maintenance and planning system such as Maximo", ""),
        ("skill", "your SQL", ""),
        ("skill", "not SQL", ""),
        ("skill", "in SQL", ""),
        ("experience", "five years in project finance", "five years in project finance"),
        ("experience", "5+ years of Java", "5+ years of Java"),
        ("experience", "supervisory experience", "supervisory experience"),
        ("experience", "charity sector", ""),
        ("experience", "taught", ""),
        ("qualification", "forklift ticket", "the forklift ticket"),
        ("qualification", "a forklift ticket", "a forklift ticket"),
        ("test", "take-home", "the take-home"),
        ("test", "", ""),
        ("paperwork", "after the closing date", ""),
    ],
)
def test_missing_words(kind, words, missing):
    assert missing_words(Said(kind, words)) == missing


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("in six months", "in six months"),
        ("next spring", "next spring"),
        ("After twelve months.", "After twelve months"),
        ("until the third quarter", ""),
        ("at least Q2", ""),
        ("six months", ""),
        ("once you have it", ""),
        ("in the first week of May", ""),
        ("", ""),
    ],
)
def test_time_words(words, time):
    assert time_words(Said("apply again", words)) == time


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("Tue, 03 Mar 2026 10:02:00 +0000", "3 March"),
        ("2025-12-31T23:59:00-05:00", "31 December"),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_day_of(date, day):
    assert day_of(date) == day


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Sam Holm", "Sam Holm"),
        ("  Sam\nHolm ", "Sam Holm"),
        ("Zoë O’Neill-Brand", "Zoë O’Neill-Brand"),
        ("प्रिया शर्मा", "प्रिया शर्मा"),
        ("Dr. Ida Mill", "Dr. Ida Mill"),
        ("Maria del Carmen Lopez Garcia", "Maria del Carmen Lopez"),
        ("[Name]", "Name"),
        ("{name}", "name"),
        ("Sam\r\nBcc: x@y.example", "Sam Bcc x y.example"),
        ("Sam!!! 🎉", "Sam"),
        ("...", ""),
        ("- ' .", ""),
        ("", ""),
    ],
)
def test_name_of(name, found):
    assert name_of(name, 4) == found


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Your application", "Re: Your application"),
        ("RE: Fwd: re: Your application", "Re: Your application"),
        ("Thanks for applying!", "Re: Thanks for applying"),
        ("[EXTERNAL] Your application", "Re: Your application"),
        ("Your application\r\nBcc: all@x.example", "Re: Your application Bcc: all@x.example"),
        ("Zoë – your “résumé” 🎉", "Re: Zoë – your “résumé”"),
        ("Your \u202eapplication\x1b", "Re: Your application"),
        ("Your application for {{job_title}}", ""),
        ("Your application for <role>", ""),
        ("[Quillmark]", ""),
        ("Re:", ""),
        ("!", ""),
        ("", ""),
        ("a" * 400, "Re: " + "a" * 150),
    ],
)
def test_answered_subject(subject, answer):
    assert answered_subject(subject) == answer


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("ida@alder.example", "ida@alder.example"),
        ("ida.o'neill+jobs@alder.co.uk", "ida.o'neill+jobs@alder.co.uk"),
        ("ida@alder", ""),
        ("ida@alder.example, bob@x.example", ""),
        ("ida@alder.example\r\nBcc: bob@x.example", ""),
        ("ida@alder.example\n", ""),
        ("idä@alder.example", ""),
        ("@", ""),
        ("", ""),
    ],
)
def test_plain_address(address, found):
    assert plain_address(address) == found


@given(st.text(max_size=200))
def test_any_text_comes_through_plain_or_not_at_all(text):
    for found in (words_of(text), name_of(text, 4), answered_subject(text), missing_words(Said("skill", text)), time_words(Said("", text))):
        assert found == " ".join(found.split())
        assert all(unicodedata.category(c)[0] != "C" for c in found)
        assert not set(found) & set("{}[]<>!")
