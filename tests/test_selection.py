from dataclasses import replace

import pytest

from feedback_nlp import selection
from feedback_nlp.examples import digest
from feedback_nlp.records import Email, Skipped
from feedback_nlp.selection import Candidate, candidates_in, most_telling, uncertainty
from tests.reviews import prediction

ME = "robin@home.example"
CHOSEN = "Dear Robin,\n\nWe have chosen another candidate for the post.\n"


def mail(text, **fields):
    return Email("1", text, **fields)


def texts(candidates):
    return [candidate.email.text for candidate in candidates]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        pytest.param({"skills_gap": 1.0}, 0.0, id="sure"),
        pytest.param({"skills_gap": 0.5, "cultural_fit": 0.5}, 1.0, id="two alike"),
        pytest.param({"skills_gap": 0.6, "not_rejection": 0.4}, 0.8, id="a rejection or not"),
        pytest.param({"skills_gap": 0.2, "cultural_fit": 0.3, "not_rejection": 0.5}, 1.0, id="a rejection of some kind or not"),
        pytest.param({"skills_gap": 0.55, "cultural_fit": 0.25, "vague_subjective": 0.2}, 0.7, id="three"),
    ],
)
def test_uncertainty(scores, expected):
    assert uncertainty(prediction(max(scores, key=scores.get), **scores)) == pytest.approx(expected)


def test_what_is_left_out_is_counted(model):
    items = [
        mail(CHOSEN),
        mail(CHOSEN.upper()),
        mail("We need SAP, and you do not know it.\n"),
        mail("I would like to ask for feedback on my application.\n", sent=True, sender=f"Robin <{ME}>"),
        mail("I am sorry to hear that, and I wish you all the best.\n", sender=ME),
        mail("Leider haben wir uns für eine andere Bewerberin entschieden und wünschen Ihnen alles Gute.\n"),
        mail(""),
        Skipped("in.pst/Calendar", "5 calendar entries", 5),
        mail("The role was put on hold, so we stop here."),
    ]
    found = candidates_in(items, model, {digest("we need sap, and you do not know it.")})
    assert sorted(texts(found.found)) == ["Dear Robin,\n\nWe have chosen another candidate for the post.\n", items[-1].text]
    counts = (found.read, found.own, found.labelled, found.copies, found.unjudged, found.skipped)
    assert counts == (8, 2, 1, 1, 2, 5)


@pytest.mark.parametrize(
    ("others", "given", "own"),
    [
        pytest.param(5, (), 1, id="the address to which the mail went"),
        pytest.param(4, (), 0, id="too few to tell"),
        pytest.param(0, ("ROBIN@home.example",), 1, id="given"),
    ],
)
def test_own_mail_in_a_mailbox_without_sent_folder(others, given, own, model):
    received = [mail(f"Thank you for your application number {n}.", sender="hr@oven.example", recipients=(ME,)) for n in range(others)]
    found = candidates_in([mail("Thank you for the interview.", sender=ME), *received], model, own_addresses=given)
    assert (found.own, len(found.found)) == (own, others + 1 - own)


def test_the_most_uncertain_ones_are_kept(model, monkeypatch):
    mails = [mail(f"{CHOSEN}Best wishes, {n} times.") for n in range(6)] + [mail("Sorry, but we stop here with you, or so it seems.")]
    every = candidates_in(mails, model).found
    monkeypatch.setattr(selection, "_KEPT", 3)
    assert candidates_in(mails, model).found == every[:3]
    assert [c.value for c in every] == sorted((c.value for c in every), reverse=True)


def candidate(text, value):
    return Candidate(mail(text), prediction(), value)


TEMPLATE = "Thank you for your application for the post of {}. We have chosen another candidate, whose experience is greater."


def test_copies_of_a_template_come_last(model):
    alike = [candidate(TEMPLATE.format(name), 0.9) for name in ("baker", "cook", "waiter")]
    other = candidate("You do not have the licence that a driver needs.", 0.6)
    chosen = most_telling([*alike, other], model, 2)
    assert chosen == [alike[0], other]
    assert most_telling([*alike, other], model, 9)[:2] == chosen
    assert len(most_telling([*alike, other], model, 9)) == 4


def test_the_most_uncertain_one_comes_first(model):
    some = [candidate("We have chosen another person.", 0.2), candidate("You do not know the language.", 0.8)]
    assert most_telling(some, model, 1) == [some[1]]
    assert most_telling([], model, 5) == []


def test_of_equally_sure_ones_those_in_unusual_words_come_first(model):
    plain = "We have chosen another candidate for the post, and we thank you for your interest in it and for your time with us."
    odd = plain + " " + " ".join(f"zworb{letter} glimf{letter}" for letter in "abcdefgh")
    values = {c.email.text: c.value - uncertainty(c.prediction) for c in candidates_in([mail(plain), mail(odd)], model).found}
    assert values[plain] == 0
    assert values[odd] == pytest.approx(0.1)


def test_the_same_order_every_time(model):
    mails = [mail(TEMPLATE.format(name) + extra) for name in ("baker", "cook") for extra in ("", " Goodbye.", " It was close.")]
    first, second = (most_telling(candidates_in(mails, model).found, model, 4) for _ in range(2))
    assert first == second
    assert replace(first[0]) == first[0]
