import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.case import VALUES, facts_of, fits, kinds_of, names_day_of_call, offers_call, quoted, stage_met, words_of
from feedback_nlp.labels import SENDER_TYPES, STEPS
from feedback_nlp.records import Said, Signals, Step


def said(*words):
    return [Said("skill", one) for one in words]


@pytest.mark.parametrize(
    ("step", "stage"),
    [
        (Step(), ""),
        (Step("application", True), "application"),
        (Step("interview", True), "interview"),
        (Step("screen", False), "application"),
        (Step("test", False), "application"),
        (Step("interview", False), "application"),
        (Step("final", False), "interview"),
        (Step("offer", False), "offer"),
        (Step("offer", True), "offer"),
    ],
)
def test_stage_met(step, stage):
    assert stage_met(step) == stage


def test_facts_of_a_mail_that_says_nothing():
    facts = facts_of("skills_gap", "", "", Signals())
    assert set(facts) == set(VALUES)
    assert facts["reason"] == {"skills_gap"}
    assert {name for name in facts if facts[name] == {"unknown"}} == set(facts) - {"reason", "channel"}
    assert facts["channel"] == set()


def test_facts_of_a_mail_that_says_much():
    signals = Signals(
        feedback=Said("offered", "", "Just give me a ring."),
        reply=Said("invited"),
        door=Said("apply again", "in spring"),
        gaps=(Said("skill", "SAP"), Said("place"), Said("skill", "Excel")),
        chosen=Said("cheaper"),
        freeze=Said("until", "until May"),
        deadline=Said("deadline", "by Friday"),
        traits=(Said("age"), Said("sex")),
    )
    assert facts_of("skills_gap", "final", "manager", signals) == {
        "reason": {"skills_gap"},
        "stage": {"final"},
        "sender": {"manager"},
        "feedback": {"offered"},
        "call": {"offered"},
        "reply": {"invited"},
        "door": {"apply again"},
        "gap": {"skill", "place"},
        "chosen": {"cheaper"},
        "freeze": {"until"},
        "deadline": {"deadline"},
        "traits": {"age", "sex"},
        "named": {"again", "until", "deadline"},
        "channel": set(),
    }
    assert kinds_of(signals) == ["skill", "place"]
    assert words_of(signals) == {"again": '"in spring"', "until": '"until May"', "deadline": '"by Friday"'}


@pytest.mark.parametrize(
    ("signals", "words"),
    [
        (Signals(door=Said("apply again", "In six months")), {"again": '"In six months"'}),
        (Signals(door=Said("apply again", "once you have the licence")), {"again": '"once you have the licence"'}),
        (Signals(door=Said("apply again", "at the end of June")), {"again": '"at the end of June"'}),
        (Signals(door=Said("apply again", "If either changes")), {}),
        (Signals(door=Said("apply again", "at least a year")), {}),
        (Signals(door=Said("apply again", "inside")), {}),
        (Signals(door=Said("later role", "in May")), {}),
        (Signals(freeze=Said("until", "at least Q2")), {"until": '"Q2"'}),
        (Signals(freeze=Said("until", "until at least September")), {"until": '"until at least September"'}),
        (Signals(deadline=Said("deadline", " ")), {}),
    ],
)
def test_words_of(signals, words):
    assert words_of(signals) == words


@pytest.mark.parametrize(
    ("sender_type", "sender"),
    [("recruiter", "noreply"), ("manager", "noreply"), ("", "noreply"), ("agency", "agency"), ("noreply", "noreply")],
)
def test_who_reads_no_answers(sender_type, sender):
    assert facts_of("skills_gap", "", sender_type, Signals(reply=Said("no-reply")))["sender"] == {sender}


@pytest.mark.parametrize(
    ("feedback", "call"),
    [
        (Said("offered", "", "Call me if you would like to know more."), "offered"),
        (Said("offered", "by phone", ""), "offered"),
        (Said("offered", "", "Happy to TELEPHONE."), "offered"),
        (Said("offered", "", "I can explain more in a phone call with you."), "offered"),
        (Said("offered", "", "I would be glad to give you feedback over the phone."), "offered"),
        (Said("offered", "", "I am happy to talk on the phone about what was missing."), "offered"),
        (Said("offered", "", "Do not hesitate to call."), "offered"),
        (Said("offered", "", "Telephone feedback is available from the ward manager."), "offered"),
        (Said("offered", "", "The chair will telephone with feedback."), "offered"),
        (Said("offered", "", "She can give you fifteen minutes on the phone."), "offered"),
        (Said("offered", "", "For feedback, my phone number is 01632 960 441."), "offered"),
        (Said("offered", "", "For feedback, telephone 01632 960 441."), "offered"),
        (Said("offered", "", "If you would like feedback, please phone the office."), "offered"),
        (Said("offered", "", "During the recall we called nobody."), "unknown"),
        (Said("offered", "", "I am happy to give you feedback by email; please do not call."), "unknown"),
        (Said("offered", "", "Please don't telephone me; I am happy to write to you."), "unknown"),
        (Said("offered", "", "As we said on the phone, I am happy to give you written feedback by email."), "unknown"),
        (Said("offered", "", "Following our phone interview, I would be happy to give you feedback in writing."), "unknown"),
        (Said("offered", "", "After our phone call I can send you written feedback."), "unknown"),
        (Said("offered", "", "Thank you for your call; I can send you written feedback."), "unknown"),
        (Said("refused", "", "Please do not call."), "unknown"),
        (Said(), "unknown"),
    ],
)
def test_an_offered_call(feedback, call):
    assert facts_of("skills_gap", "", "", Signals(feedback=feedback))["call"] == {call}


@pytest.mark.parametrize(
    ("quote", "timed"),
    [
        ("I can give you feedback on the phone on Thursday at 3pm.", True),
        ("Shall I call you tomorrow and tell you what the panel said?", True),
        ("Feel free to call me on Friday for feedback.", True),
        ("I can give you feedback on the phone.", False),
        ("Telephone feedback is given on Monday to Friday.", False),
        ("Please phone the office on Monday or Tuesday.", False),
        ("Following the panel on Thursday I would be glad to give you feedback over the phone.", False),
        ("Give me a call any day after 4.", False),
        ("Call me if you would like to know more. I am away on Friday.", False),
        ("The report is here on Thursday.", False),
    ],
)
def test_the_day_of_a_call(quote, timed):
    signals = Signals(feedback=Said("offered", "", quote))
    assert ("timed" in facts_of("skills_gap", "", "", signals)["call"]) is timed
    assert names_day_of_call(signals) is timed


def test_the_day_of_a_call_that_is_asked_for():
    signals = Signals(reply=Said("invited", "", "Give me a ring this Friday, and I'll tell you more."))
    assert facts_of("skills_gap", "", "", signals)["call"] == {"offered", "timed"}
    assert offers_call(signals)
    assert names_day_of_call(signals)


@pytest.mark.parametrize(
    ("reply", "call"),
    [
        (Said("invited", "", "Do ring me if you would like to talk it through: any day after 4."), "offered"),
        (Said("invited", "", "Please call us on 01632 960 441."), "offered"),
        (Said("invited", "", "Just give me a ring."), "offered"),
        (Said("invited", "", "Write to me after our phone call, if you like."), "unknown"),
        (Said("invited", "", "Email me, but please do not call me."), "unknown"),
        (Said("invited", "", "Just hit reply."), "unknown"),
        (Said("no-reply", "", "Please do not reply, call us on 01632 960 441."), "unknown"),
    ],
)
def test_a_call_that_is_asked_for(reply, call):
    assert facts_of("skills_gap", "", "", Signals(reply=reply))["call"] == {call}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([], ""),
        ([""], ""),
        (["SAP"], '"SAP"'),
        (["", "SAP"], '"SAP"'),
        (["SAP", "Excel"], '"SAP" and "Excel"'),
        (["SAP", "Excel", "Rust"], '"SAP", "Excel" and "Rust"'),
        (["two\n  years"], '"two years"'),
        (["x" * 40], f'"{"x" * 40}"'),
        (["x" * 41], f'"{"x" * 37}..."'),
        (["working knowledge of an ASIC design flow and more"], '"working knowledge of an ASIC design..."'),
        (["two years with children, under three years"], '"two years with children, under three..."'),
        (["y" * 37 + " x" * 3], f'"{"y" * 37}..."'),
        (["x" * 40, "SAP"], f'"{"x" * 40}" and "SAP"'),
        (["x" * 40, "SAP", "Excel"], f'"{"x" * 40}", "SAP" and more'),
        (["x" * 40, "y" * 40], f'"{"x" * 40}" and more'),
    ],
)
def test_quoted(words, shown):
    assert quoted(said(*words)) == shown


@given(st.lists(st.text(), max_size=9))
def test_quoted_words_fit_a_line(words):
    shown = quoted(said(*words))
    assert len(shown) <= 60
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("when", "unless", "fit"),
    [
        ({}, {}, True),
        ({"stage": ["interview"]}, {}, True),
        ({"stage": ["test", "interview"]}, {}, True),
        ({"stage": ["test"]}, {}, False),
        ({"stage": ["interview"], "sender": ["manager"]}, {}, False),
        ({"gap": ["place", "pay"]}, {}, True),
        ({}, {"stage": ["interview"]}, False),
        ({}, {"stage": ["test"], "sender": ["manager"]}, True),
        ({}, {"stage": ["interview"], "sender": ["manager"]}, False),
        ({"stage": ["interview"]}, {"stage": ["interview"]}, False),
        ({"stage": ["interview"]}, {"sender": ["manager"]}, True),
    ],
)
def test_fits(when, unless, fit):
    facts = {"stage": frozenset(["interview"]), "sender": frozenset(["agency"]), "gap": frozenset(["place", "skill"])}
    assert fits(facts, when, unless) is fit


@pytest.mark.parametrize("signal", ["feedback", "reply", "door", "gap", "chosen", "freeze", "deadline", "traits"])
def test_values_are_those_of_the_page(signal):
    page = (Path(__file__).parent.parent / "docs" / "signals.md").read_text(encoding="utf-8")
    rows = re.search(rf"(?m)^\| `{signal}s?` \|(?:.*\n\| \|)*.*", page).group()
    assert tuple(re.findall(r"`([^`]+)`", " ".join(row.split("|")[2] for row in rows.splitlines()))) == VALUES[signal][:-1]
    assert VALUES[signal][-1] == "unknown"


def test_stages_and_senders_are_those_of_a_row():
    assert VALUES["stage"] == (*STEPS, "unknown")
    assert VALUES["sender"] == (*SENDER_TYPES, "team", "unknown")
