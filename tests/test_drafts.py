import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.cli import main
from feedback_nlp.drafts import draft, kind_of
from feedback_nlp.errors import InputError, NoDraftError
from feedback_nlp.labels import DRAFT_KINDS, LABELS, NOT_REJECTION, REASONS, SENDER_TYPES, STEPS, TONES
from feedback_nlp.records import Advice, Draft, Email, Feedback, Parties, Prediction, Said, Signals, Step
from feedback_nlp.wording import draft_table, fields

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PIECES, WORDS = draft_table()["pieces"], draft_table()["words"]
VALUES = {"role", "scheme", "company", "missing", "again", "back", "day", "addressee", "name"}
GAPS = "skill experience overqualified qualification language test place permit availability pay paperwork".split()
CONDITIONS = {
    "kind": DRAFT_KINDS,
    "tone": TONES,
    "label": ("", *REASONS),
    "stage": ("", *STEPS),
    "sender": ("", "recruiter", "manager", "agency"),
    "form": ("yes", "no"),
    "named": ("yes", "no"),
    "own": ("yes", "no"),
    "hint": ("yes", "no"),
    "call": ("yes", "timed", "no"),
    "feedback": ("", "offered", "refused"),
    "door": ("", "later role", "apply again", "kept on file", "courtesy"),
    "gap": ("", *GAPS),
    "chosen": ("", "internal", "more experienced", "cheaper", "somebody"),
    "freeze": ("", "until", "open"),
}
TEXT = "Dear Sam,\n\nIt is a no, I am afraid.\n\nKind regards,\nIda Mill\n"
EMAIL = Email("1", TEXT, subject="Your application", sender="Ida Mill <ida@alder.example>", date="Tue, 03 Mar 2026 10:02:00 +0000")
PLANNER = Parties("Alder Works", "Planner", "recruiter")
MET, APPLIED, NOTHING = Step("interview", True), Step("application", True), Step()


def feedback(label="vague_subjective", step=MET, parties=PLANNER, *, answerable=True, gap="", confidence=0.95, **headers):
    """An answer to a mail of Ida's; `headers` are what differs in the mail."""
    prediction = Prediction(label, confidence if label else 0.0, {label: confidence} if label else {})
    return Feedback(replace(EMAIL, **headers), prediction, parties, step, advice=Advice("", answerable=answerable, gap=gap))


# drafts.toml


def test_every_piece_has_entries_of_conditions_and_a_text():
    assert set(draft_table()) == {"pieces", "words"}
    assert len(PIECES) > 30
    for name, entries in PIECES.items():
        assert isinstance(entries, list), name
        assert entries, name
        for entry in entries:
            assert isinstance(entry["say"], str), name
            for condition, value in entry.items():
                if condition != "say":
                    wanted = [value] if isinstance(value, str) else value
                    assert set(wanted) <= set(CONDITIONS[condition]), (name, entry)
                    assert wanted, (name, entry)


def test_what_stands_in_braces_is_a_piece_or_a_value():
    used = {field for entries in PIECES.values() for entry in entries for field in fields(entry["say"])}
    assert used <= set(PIECES) | VALUES
    assert used >= VALUES
    assert set(PIECES) - used == {"mail", "subject"}


def test_no_piece_holds_itself():
    def reach(name, above):
        assert name not in above, (name, above)
        for entry in PIECES.get(name, ()):
            for field in fields(entry["say"]):
                reach(field, (*above, name))

    for name in PIECES:
        reach(name, ())


def test_there_is_a_mail_for_every_kind_and_tone():
    for kind in DRAFT_KINDS:
        for tone in TONES:
            assert any(entry.get("kind") == kind and entry.get("tone", tone) == tone for entry in PIECES["mail"]), (kind, tone)


def test_the_wording_is_plain():
    texts = [entry["say"] for entries in PIECES.values() for entry in entries]
    for text in texts:
        assert text.isascii()
        assert not re.search(r"!|\[|  |\bhope this finds\b|\bunfortunate|\bplease reconsider\b|\bI will\b|\bpromise", text), text
        assert fields(text) == re.findall(r"\{(\w+)\}", text)


def test_no_entry_stands_behind_one_that_always_fits():
    for name, entries in PIECES.items():
        for before, entry in pairwise(entries):
            assert set(before) != {"say"} or fields(before["say"]), (name, entry)


def test_words():
    assert all(words and all(word == word.lower().strip() for word in words) for words in WORDS.values())
    assert set(WORDS["with_article"]) < set(GAPS)


# Which kind

REFUSING = "Dear Sam,\n\nIt is a no. We cannot give individual feedback.\n\nKind regards,\nIda Mill\n"
GIVING = "Dear Sam,\n\nYou asked for feedback: you interviewed well, but the team works in another way.\n\nKind regards,\nIda Mill\n"
OPEN = Said("later role", "", "")
KINDS = [
    pytest.param(feedback("skills_gap"), Signals(), "feedback", id="gap"),
    pytest.param(feedback("cultural_fit"), Signals(), "feedback", id="fit"),
    pytest.param(feedback("vague_subjective"), Signals(), "feedback", id="vague"),
    pytest.param(feedback("vague_subjective"), Signals(door=OPEN), "feedback", id="vague, door open"),
    pytest.param(feedback("another_candidate"), Signals(), "feedback", id="another"),
    pytest.param(feedback("another_candidate"), Signals(door=Said("courtesy")), "feedback", id="another, courtesy"),
    pytest.param(feedback("another_candidate"), Signals(door=OPEN), "stay-in-touch", id="another, later role"),
    pytest.param(feedback("another_candidate"), Signals(door=Said("kept on file")), "stay-in-touch", id="another, on file"),
    pytest.param(feedback("another_candidate"), Signals(door=OPEN, feedback=Said("offered")), "feedback", id="another, offered"),
    pytest.param(feedback("hiring_freeze"), Signals(), "freeze", id="freeze"),
    pytest.param(feedback("hiring_freeze", confidence=0.5), Signals(), "feedback", id="perhaps a freeze"),
    pytest.param(feedback("hiring_freeze"), Signals(feedback=Said("refused")), "freeze", id="freeze, refused"),
    pytest.param(feedback("skills_gap"), Signals(feedback=Said("refused")), "stay-in-touch", id="gap, refused by signal"),
    pytest.param(feedback("skills_gap", text=REFUSING), Signals(), "stay-in-touch", id="gap, refused in the text"),
    pytest.param(feedback("skills_gap", text=REFUSING), Signals(feedback=Said("offered")), "feedback", id="the signal counts"),
    pytest.param(feedback("cultural_fit", text=GIVING), Signals(), "thanks", id="feedback given"),
    pytest.param(feedback("vague_subjective", text=GIVING), Signals(), "feedback", id="feedback that says nothing"),
    pytest.param(feedback(NOT_REJECTION, APPLIED), Signals(), "follow-up", id="receipt"),
    pytest.param(feedback(NOT_REJECTION, MET), Signals(), "follow-up", id="after an interview"),
]


@pytest.mark.parametrize(("given_feedback", "signals", "kind"), KINDS)
def test_kind_that_fits(given_feedback, signals, kind):
    assert kind_of(given_feedback, signals) == kind


@pytest.mark.parametrize("kind", DRAFT_KINDS)
def test_a_named_kind_is_the_one(kind):
    assert kind_of(feedback("hiring_freeze"), kind=kind) == kind
    assert kind_of(feedback(None), kind=kind) == kind
    assert kind_of(feedback(NOT_REJECTION, NOTHING), kind=kind) == kind


def test_feedback_that_is_refused_is_not_asked_for_even_where_named():
    assert kind_of(feedback("skills_gap", text=REFUSING), kind="feedback") == "stay-in-touch"
    assert "?" not in draft(feedback("skills_gap", text=REFUSING), kind="feedback").body


NOT_READ = (
    "Answers to this mail are not read, so a reply would be time lost. If somebody there spoke with you, write to that person "
    "(--to-name NAME); if not, let it rest."
)
ALL_THE_SAME = "For a draft all the same, name one: --kind feedback or thanks or follow-up or stay-in-touch or freeze."
NO_DRAFTS = [
    pytest.param(feedback(sender="Alder <no-reply@alder.example>"), Signals(), NOT_READ, id="no-reply address"),
    pytest.param(feedback(text=f"{TEXT}\nThis mailbox is not monitored."), Signals(), NOT_READ, id="the text says so"),
    pytest.param(feedback(), Signals(reply=Said("no-reply")), NOT_READ, id="signal"),
    pytest.param(feedback(parties=Parties("Alder", "Planner", "noreply")), Signals(), NOT_READ, id="kind of sender"),
    pytest.param(
        feedback(NOT_REJECTION, NOTHING),
        Signals(),
        f"This mail does not read as one about your application, so there is nothing to answer. {ALL_THE_SAME}",
        id="newsletter",
    ),
    pytest.param(
        feedback(NOT_REJECTION, Step("offer", True)),
        Signals(),
        f"This mail is about an offer, which is best answered in your own words. {ALL_THE_SAME}",
        id="offer",
    ),
    pytest.param(
        feedback(NOT_REJECTION, Step("interview", False)),
        Signals(),
        "This mail is about something that is still to come, which is best answered in your own words. If you hear nothing after it: "
        "--kind follow-up.",
        id="invitation",
    ),
    pytest.param(feedback(None), Signals(), ALL_THE_SAME, id="not judged"),
]


@pytest.mark.parametrize(("given_feedback", "signals", "message"), NO_DRAFTS)
def test_no_draft(given_feedback, signals, message):
    with pytest.raises(NoDraftError) as error:
        draft(given_feedback, signals)
    assert str(error.value) == message
    assert isinstance(error.value, InputError)
    assert "\n" not in message


@pytest.mark.parametrize(
    ("label", "confidence", "possible", "drafted"),
    [
        ("skills_gap", 0.5, ("skills_gap", NOT_REJECTION), False),
        (NOT_REJECTION, 0.59, (NOT_REJECTION, "another_candidate"), False),
        ("skills_gap", 0.6, ("skills_gap", NOT_REJECTION), True),
        ("skills_gap", 0.5, ("skills_gap", "cultural_fit"), True),
        (NOT_REJECTION, 0.5, (NOT_REJECTION,), True),
    ],
)
def test_no_draft_where_it_may_be_no_rejection(label, confidence, possible, drafted):
    said = feedback(label, confidence=confidence)
    unsure = replace(said, prediction=replace(said.prediction, possible=possible))
    assert draft(unsure, kind="thanks").body
    if drafted:
        assert draft(unsure).body
    else:
        with pytest.raises(NoDraftError) as error:
            draft(unsure)
        assert str(error.value) == f"It is not sure whether this mail turns you down. Read it once more. {ALL_THE_SAME}"


def test_the_signals_are_those_of_the_feedback_where_no_others_are_given():
    found = replace(feedback("another_candidate"), signals=Signals(door=OPEN))
    assert kind_of(found) == "stay-in-touch"
    assert draft(found) == draft(found, found.signals) != draft(found, Signals())


def test_what_was_not_judged_says_why():
    unjudged = replace(feedback(), prediction=Prediction(None, 0.0, {}, note="There are no words here to read."))
    with pytest.raises(NoDraftError, match=f"^There are no words here to read. {ALL_THE_SAME}$"):
        draft(unjudged)


@pytest.mark.parametrize(
    ("signals", "parties", "sender"),
    [
        pytest.param(Signals(), PLANNER, "no-reply@alder.example", id="address"),
        pytest.param(Signals(reply=Said("no-reply")), PLANNER, EMAIL.sender, id="signal"),
        pytest.param(Signals(), Parties("Alder Works", "Planner", "noreply"), EMAIL.sender, id="kind of sender"),
    ],
)
def test_a_person_can_be_written_to_where_answers_are_not_read(signals, parties, sender):
    found = draft(feedback(parties=parties, sender=sender), signals, to_name="Ines")
    assert (found.to, found.subject) == ("", "My application for the Planner role at Alder Works")
    assert found.body.startswith("Hello Ines,\n\nThank you for the time you took to interview me")


def test_a_name_without_a_letter_is_nobody_to_write_to():
    with pytest.raises(NoDraftError):
        draft(feedback(sender="no-reply@alder.example"), to_name="?! -")


def test_an_invitation_to_answer_counts_more_than_the_kind_of_sender():
    invited = Signals(reply=Said("invited"))
    assert draft(feedback(parties=Parties("", "", "noreply"), answerable=False), invited).body.count("?") == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "plea"}, "There is no kind 'plea' of a draft. Choose one of feedback, thanks, follow-up, stay-in-touch, freeze."),
        ({"tone": "loud"}, "There is no tone 'loud' of a draft. Choose one of warm, formal, short."),
        ({"tone": ""}, "There is no tone '' of a draft. Choose one of warm, formal, short."),
    ],
)
def test_unknown_kind_or_tone(options, message):
    with pytest.raises(InputError) as error:
        draft(feedback(), **options)
    assert str(error.value) == message


# The words


def signals(gap="", words="", **said):
    """Signals by their values, a pair of value and words where there are words."""
    gaps = (Said(gap, words),) if gap else ()
    return Signals(gaps=gaps, **{name: Said(*([value] if isinstance(value, str) else value)) for name, value in said.items()})


CALL = Said("offered", quote="If you would like feedback, please ring me on 020 7946 0111; I do not give it in writing.")
ON_THURSDAY = Said("offered", quote="I can give you feedback on the phone on Thursday at 3pm.")
BARE = {"sender": "", "subject": "", "text": "It is a no.", "date": ""}
NOBODY = Parties()
CASES = {
    "a skill, after an interview": (feedback("skills_gap"), signals("skill", "SQL"), {"name": "Sam Holm"}),
    "the way of working, formal": (feedback("cultural_fit"), Signals(), {"tone": "formal", "name": "Sam Holm"}),
    "a form mail, nothing known": (feedback("vague_subjective", NOTHING, NOBODY, answerable=False, **BARE), Signals(), {}),
    "a colleague was chosen, the door is open": (
        feedback("another_candidate"),
        signals(chosen="internal", door="later role"),
        {"name": "Sam"},
    ),
    "closer background, feedback offered": (
        feedback("another_candidate", Step("final", True)),
        signals(chosen="more experienced", feedback="offered"),
        {"name": "Sam"},
    ),
    "feedback is offered in a call": (feedback("another_candidate"), replace(Signals(), feedback=CALL), {"name": "Sam"}),
    "feedback is offered in a call on a day": (feedback("another_candidate"), Signals(feedback=ON_THURSDAY), {"name": "Sam"}),
    "feedback is offered in a call on a day, short": (feedback("skills_gap"), Signals(feedback=ON_THURSDAY), {"tone": "short"}),
    "feedback is offered in a call on a day, formal": (feedback("skills_gap"), Signals(feedback=ON_THURSDAY), {"tone": "formal"}),
    "feedback is offered in a call, short": (
        feedback("skills_gap"),
        replace(signals("skill", "SQL"), feedback=CALL),
        {"tone": "short", "name": "Sam"},
    ),
    "feedback is offered in a call, formal": (feedback("skills_gap"), Signals(feedback=CALL), {"tone": "formal"}),
    "no feedback is given": (feedback("another_candidate", APPLIED, text=REFUSING), Signals(), {"name": "Sam"}),
    "a freeze until April": (feedback("hiring_freeze"), signals(freeze=("until", "in April")), {"name": "Sam"}),
    "a freeze, an agency, no feedback": (
        feedback("hiring_freeze", APPLIED, Parties("Alder Works", "Planner", "agency")),
        signals(freeze="open", feedback="refused"),
        {"tone": "formal"},
    ),
    "thanks for feedback on a test": (feedback("skills_gap", Step("test", True)), signals("test", "take-home"), {"kind": "thanks"}),
    "after a receipt": (feedback(NOT_REJECTION, APPLIED), Signals(), {"name": "Sam"}),
    "after an interview by an agency, short": (
        feedback(NOT_REJECTION, MET, Parties("Alder Works", "Barista", "agency")),
        Signals(),
        {"tone": "short", "name": "Sam"},
    ),
    "a licence, a traineeship, apply again": (
        feedback("skills_gap", APPLIED, Parties("Crewe Rail", "Signalling Traineeship", "recruiter")),
        signals("qualification", "a forklift ticket", door=("apply again", "in six months")),
        {"name": "Sam"},
    ),
    "pay, after a call, short": (feedback("skills_gap", Step("screen", True), gap="pay"), Signals(), {"tone": "short", "name": "Sam"}),
    "a hint at something protected": (
        feedback("another_candidate"),
        replace(signals(chosen="more experienced"), traits=(Said("age", "a younger team"),)),
        {"name": "Sam"},
    ),
}
TEXTS = tomllib.loads((Path(__file__).parent / "drafts.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_text(name):
    given_feedback, given_signals, options = CASES[name]
    found = draft(given_feedback, given_signals, **options)
    assert f"To: {found.to}\nSubject: {found.subject}\n\n{found.body}\n" == TEXTS[name]
    assert draft(given_feedback, given_signals, **options) == found


def test_every_text_is_of_a_case():
    assert list(TEXTS) == list(CASES)


def body(label, given_signals=Signals(), step=MET, **options):
    return draft(feedback(label, step, **options.pop("mail", {})), given_signals, **options).body


# What the mail says -> what the draft says of it
SAYS = [
    ("skills_gap", signals("skill", "statistics"), "I understand that you needed somebody stronger in statistics."),
    ("skills_gap", signals("skill", ""), "I understand that a skill the role asks for was missing."),
    ("skills_gap", signals("skill", "you never used SAP"), "I understand that a skill the role asks for was missing."),
    ("skills_gap", signals("experience", "two years with children"), "I understand that the role asks for two years with children."),
    ("skills_gap", signals("experience", "green"), "I understand that you needed more or closer experience."),
    ("skills_gap", signals("overqualified", "too senior"), "I understand that you needed somebody at another level."),
    ("skills_gap", signals("qualification", "NMC register"), "I understand that the role asks for the NMC register."),
    ("skills_gap", signals("qualification"), "I understand that it came down to a qualification."),
    ("skills_gap", signals("language", "Dutch"), "I understand that the role asks for Dutch."),
    ("skills_gap", signals("language"), "I understand that it came down to the language."),
    ("skills_gap", signals("test", "take-home"), "I understand that it came down to the take-home."),
    ("skills_gap", signals("test"), "I understand that it came down to the test."),
    ("skills_gap", signals("place", "two hours each way"), "I understand that it came down to the place of work."),
    ("skills_gap", signals("permit", "visa"), "I understand that it came down to the visa."),
    ("skills_gap", signals("permit"), "I understand that it came down to the right to work."),
    ("skills_gap", signals("availability", "Sundays"), "I understand that it came down to dates and hours."),
    ("skills_gap", signals("pay", "nine thousand above"), "I understand that it came down to pay."),
    ("skills_gap", signals("paperwork", "after the closing date"), "I understand that it came down to a document or a check."),
    ("skills_gap", signals("paperwork", "references"), "I understand that it came down to the references."),
    ("skills_gap", Signals(), "I understand that something the role asks for was missing."),
    ("cultural_fit", Signals(), "I understand that there were doubts about how well we would work together."),
    ("another_candidate", Signals(), "I understand that you chose to go ahead with somebody else."),
    ("another_candidate", signals(chosen="somebody"), "I understand that you chose somebody else."),
    ("another_candidate", signals(chosen="internal"), "I understand that you chose somebody from within."),
    ("another_candidate", signals(chosen="cheaper"), "I understand that you chose somebody else, and that cost played a part."),
    ("hiring_freeze", Signals(), "I understand that the role will not be filled for now."),
]


@pytest.mark.parametrize(("label", "given_signals", "sentence"), SAYS)
def test_what_the_mail_says_is_named(label, given_signals, sentence):
    assert sentence in body(label, given_signals)


@pytest.mark.parametrize(("label", "given_signals", "sentence"), SAYS)
def test_nothing_is_named_that_is_not_sure(label, given_signals, sentence):
    assert "I understand" not in body(label, given_signals, mail={"confidence": 0.5})


@pytest.mark.parametrize(("label", "given_signals", "sentence"), SAYS)
def test_nothing_is_said_of_the_reason_where_something_protected_may_have_played_a_part(label, given_signals, sentence):
    hinted = body(label, replace(given_signals, traits=(Said("age"),)), kind="feedback")
    assert "I understand that" not in hinted
    assert "respect" not in hinted


@pytest.mark.parametrize("gap", [gap for gap in GAPS if gap not in ("skill", "experience")])
def test_a_gap_that_the_advice_found_is_named(gap):
    assert "something the role asks for" not in body("skills_gap", mail={"gap": gap})


def test_the_signal_counts_more_than_the_gap_that_the_advice_found():
    assert "came down to the visa." in body("skills_gap", signals("permit", "visa"), mail={"gap": "pay"})


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("kind", DRAFT_KINDS)
@pytest.mark.parametrize("label", [*REASONS, NOT_REJECTION])
@pytest.mark.parametrize("step", [NOTHING, *(Step(name, done) for name in STEPS for done in (True, False))])
def test_an_interview_is_spoken_of_only_where_there_was_one(step, label, kind, tone):
    met = step.done and step.name in ("interview", "final")
    assert met or "interview" not in body(label, step=step, kind=kind, tone=tone)
    called, tested = (step == Step(name, True) for name in ("screen", "test"))
    assert called or "call" not in re.findall(r"\w+", body(label, step=step, kind=kind, tone=tone))
    assert tested or "test" not in re.findall(r"\w+", body(label, step=step, kind=kind, tone=tone))


@pytest.mark.parametrize("step", [MET, Step("final", True)])
@pytest.mark.parametrize("kind", ["feedback", "thanks", "follow-up", "stay-in-touch", "freeze"])
def test_an_interview_is_thanked_for(kind, step):
    assert re.search(r"^(Thank you|I am writing)[^.]*(interview|last round)", body("cultural_fit", step=step, kind=kind), re.MULTILINE)


@pytest.mark.parametrize(
    ("label", "step", "answerable", "number"),
    [
        *((label, MET, True, 3) for label in REASONS),
        *((label, APPLIED, True, 2) for label in REASONS),
        *((label, Step("screen", True), True, 2) for label in REASONS),
        *((label, MET, False, 2) for label in REASONS),
        *((label, NOTHING, False, 2) for label in REASONS),
    ],
)
@pytest.mark.parametrize("tone", ["warm", "formal"])
def test_number_and_order_of_questions(label, step, answerable, number, tone):
    lines = body(label, step=step, kind="feedback", tone=tone, mail={"answerable": answerable}).splitlines()
    questions = [line for line in lines if "?" in line]
    assert len(questions) == number
    assert all(re.fullmatch(r"- [A-Z][^?]+\?", question) for question in questions)
    assert re.search(r"well\?$|well in the (?:test|call)\?$", questions[0])
    assert len(set(questions)) == number


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize(
    ("offered", "thanked"),
    [
        ({}, False),
        ({"feedback": Said("refused", quote="We give no feedback.")}, False),
        ({"feedback": Said("offered", quote="I am happy to give you feedback by email; please do not call.")}, False),
        ({"feedback": CALL}, True),
    ],
)
def test_nobody_is_thanked_for_a_call_that_was_not_offered(offered, thanked, tone):
    ringing = Said("invited", quote="Please call me back about your travel expenses.") if "feedback" not in offered else Said()
    assert ("call" in body("skills_gap", Signals(reply=ringing, **offered), tone=tone)) is thanked


@pytest.mark.parametrize("kind", ["thanks", "follow-up", "stay-in-touch"])
@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("label", [*REASONS, NOT_REJECTION])
def test_mails_that_ask_nothing(kind, tone, label):
    assert "?" not in body(label, kind=kind, tone=tone)


@pytest.mark.parametrize(
    ("door", "sentence"),
    [
        (("apply again", "after twelve months"), "Thank you for inviting me to apply again after twelve months; that is good to know."),
        (("apply again", "once you have the licence"), "Thank you for inviting me to apply again; that is good to know."),
        ("kept on file", "I am glad for you to keep my details on file, and to hear from you if something suitable comes up."),
        ("courtesy", "If something similar comes up, I would be glad to hear of it."),
    ],
)
def test_the_door(door, sentence):
    assert sentence in body("another_candidate", signals(door=door), kind="stay-in-touch")


@pytest.mark.parametrize(
    ("freeze", "question"),
    [
        (("until", "in April"), "- May I write to you again in April?"),
        (("until", "until the third quarter"), "- May I write to you again around the time you mention?"),
        ("until", "- May I write to you again around the time you mention?"),
        ("open", "- Do you expect the role to come back, and if so, when would be a good time to ask again?"),
    ],
)
def test_a_freeze_is_asked_about(freeze, question):
    assert question in body("hiring_freeze", signals(freeze=freeze)).splitlines()
    assert "- Is there a similar need in another team or at another site?" in body("hiring_freeze", signals(freeze=freeze)).splitlines()


@pytest.mark.parametrize(
    ("parties", "sentence"),
    [
        (Parties("Alder", "Barista", ""), "for the Barista role at Alder, and"),
        (Parties("", "Barista position", ""), "for the Barista role, and"),
        (Parties("Alder", "The role", ""), "for the role at Alder, and"),
        (Parties("Alder", "Nursing Apprenticeship", ""), "for the Nursing Apprenticeship at Alder, and"),
        (Parties("unknown", "N/A", ""), "for the role, and"),
        (Parties("[Company Name]", "{{job_title}}", ""), "for the role, and"),
        (
            Parties("Northern Vale Teaching Hospitals Trust", "Senior Clinical Data Manager", ""),
            "for the Senior Clinical Data Manager role, and",
        ),
    ],
)
def test_the_role_and_the_company(parties, sentence):
    assert f"Thank you for considering my application {sentence} for letting me know" in body(
        "cultural_fit", step=APPLIED, mail={"parties": parties}
    )


@pytest.mark.parametrize(
    ("tone", "text", "options", "greeting"),
    [
        ("warm", TEXT, {}, "Hello Ida,"),
        ("formal", TEXT, {}, "Dear Ida,"),
        ("short", TEXT, {}, "Hello Ida,"),
        ("warm", "It is a no.", {}, "Hello,"),
        ("formal", "It is a no.", {}, "Dear hiring team,"),
        ("formal", "It is a no.", {"to_name": "Ms Field"}, "Dear Ms Field,"),
        ("warm", TEXT, {"to_name": "Ines"}, "Hello Ines,"),
        ("warm", TEXT.replace("Ida Mill", "[Name]"), {}, "Hello,"),
    ],
)
def test_greeting(tone, text, options, greeting):
    assert body("cultural_fit", tone=tone, mail={"text": text}, **options).partition("\n")[0] == greeting


@pytest.mark.parametrize(
    ("options", "end"),
    [
        ({}, "\n\nKind regards"),
        ({"name": "Sam Holm"}, "\n\nKind regards,\nSam Holm"),
        ({"tone": "formal", "name": "Sam"}, "\n\nYours sincerely,\nSam"),
        ({"tone": "formal", "name": "Sam", "mail": {"text": "It is a no."}}, "\n\nKind regards,\nSam"),
        ({"tone": "short", "name": "Sam"}, "\n\nBest wishes,\nSam"),
        ({"name": "[!?]"}, "\n\nKind regards"),
    ],
)
def test_farewell(options, end):
    assert body("cultural_fit", **options).endswith(end)


def test_ones_own_application_goes_to_the_same_person_again():
    own = feedback(
        NOT_REJECTION,
        APPLIED,
        text="Dear Ms Mill,\n\nI am applying for the Planner role. My CV is attached.\n\nKind regards,\nSam Holm\n",
        sender="Sam Holm <sam@home.example>",
        recipients=("ida@alder.example", "jobs@alder.example"),
    )
    found = draft(own, name="Sam")
    assert found.to == "ida@alder.example"
    assert found.body.startswith("Hello,\n\nI applied for the Planner role at Alder Works on 3 March.")
    assert draft(replace(own, email=replace(own.email, sent=True)), name="Sam") == found
    assert draft(replace(own, email=replace(own.email, recipients=(), sent=True)), name="Sam") == replace(found, to="")


# Any mail

WORD = st.sampled_from(
    ["Alder", "SQL", "the", "{role}", "{0}", "%s", "$name", "[Name]", "<b>", "a\nb", "!", "?", "\x1b[31m", "\u202e", "…", "Zoë", "role"]
)
HOSTILE = st.one_of(
    st.text(max_size=80), st.lists(WORD, max_size=12).map(" ".join), st.sampled_from(["", "Planner", "unknown", "five years of Java"])
)
NAME = HOSTILE.map(lambda name: re.sub("role|the", "Kim", name))
ONE_OF = {name: st.sampled_from(values) for name, values in CONDITIONS.items()}


NO_WORDS = st.just("")


def said(values, words=NO_WORDS):
    return st.builds(Said, st.sampled_from(values), words, HOSTILE)


SIGNALS = st.builds(
    Signals,
    feedback=said(("", "offered", "refused")),
    reply=said(("", "invited")),
    door=said(CONDITIONS["door"], HOSTILE),
    gaps=st.lists(said(GAPS, HOSTILE), max_size=2).map(tuple),
    chosen=said(CONDITIONS["chosen"]),
    freeze=said(CONDITIONS["freeze"], HOSTILE),
    deadline=said(("", "deadline"), HOSTILE),
    traits=st.lists(said(("age", "health")), max_size=1).map(tuple),
)
FEEDBACK = st.builds(
    Feedback,
    st.builds(
        Email,
        st.just("1"),
        st.one_of(st.just(TEXT), HOSTILE.map(lambda end: f"It is a no.\n\nKind regards,\n{end}\n"), HOSTILE),
        subject=HOSTILE,
        sender=st.one_of(st.just(EMAIL.sender), HOSTILE),
        date=st.one_of(st.just(EMAIL.date), HOSTILE),
        message_id=HOSTILE,
        references=st.lists(HOSTILE, max_size=3).map(tuple),
        recipients=st.lists(HOSTILE, max_size=2).map(tuple),
        sent=st.booleans(),
    ),
    st.builds(Prediction, st.sampled_from(LABELS), st.sampled_from([0.3, 0.95]), st.just({})),
    st.builds(Parties, HOSTILE, HOSTILE, st.sampled_from(["", *SENDER_TYPES])),
    st.builds(Step, st.sampled_from(["", *STEPS]), st.booleans()),
    advice=st.builds(Advice, st.just(""), answerable=st.booleans(), gap=st.sampled_from(["", *GAPS])),
)
LENGTHS = {"short": (10, 49), "warm": (60, 130), "formal": (60, 130)}


@settings(max_examples=800, deadline=None)
@given(FEEDBACK, SIGNALS, st.sampled_from(["", *DRAFT_KINDS]), ONE_OF["tone"], NAME, NAME)
def test_any_draft(given_feedback, given_signals, kind, tone, name, to_name):
    try:
        found = draft(given_feedback, given_signals, kind=kind, tone=tone, name=name, to_name=to_name)
    except NoDraftError:
        return
    greeting, *paragraphs = found.body.split("\n\n")
    assert re.fullmatch(r"(Hello|Dear hiring team|(Hello|Dear) [^\n,]+),", greeting)
    assert re.search(r"(Kind regards|Best wishes|Yours sincerely)(,\n[^\n]+)?$", paragraphs[-1])
    assert all(paragraphs)
    assert not re.search(
        r"[\[\]{}<>$%_!\\]|  |\n\n\n| \n|\n |\.\.|,,| [.,?](?!\w)|\brole role\b|\bat unknown\b|\bthe the\b|\bthe role at unknown\b",
        found.body,
    )
    assert all(c == "\n" or c.isprintable() for c in found.body)
    least, most = LENGTHS[tone]
    assert least <= sum(any(map(str.isalnum, word)) for word in found.body.split())
    assert len(found.body.split()) <= most
    questions = found.body.count("?")
    assert questions <= (3 if given_feedback.step.done and given_feedback.step.name in ("interview", "final") else 2)
    if given_signals.feedback.value == "refused":
        assert questions == 0
        assert "feedback" not in found.body or kind == "thanks" or "asked for feedback" in given_feedback.email.text
    assert found.subject
    assert found.subject == " ".join(found.subject.split())
    assert re.fullmatch(r"|[^\s@<>,;]+@[a-z0-9.-]+", found.to)
    assert isinstance(found, Draft)


MERGED = ["{role}", "{name}", "{greeting}", "{role[0]}", "{0}", "{", "}", "%(role)s", "${role}"]


@pytest.mark.parametrize("words", MERGED)
def test_what_a_mail_says_is_never_a_template(words):
    hostile = feedback("skills_gap", MET, Parties(words, words, ""), subject=words, text=f"It is a no.\n\nBest,\n{words}\n")
    plain = feedback("skills_gap", MET, Parties(), subject="", text="It is a no.\n\nBest,\n")
    found = draft(hostile, signals("skill", words, door=("apply again", words)), name=words, to_name="")
    expected = draft(plain, signals("skill", "", door="apply again"), name=re.sub(r"\W", " ", words.replace("_", " ")))
    assert found.body == expected.body


# The command

MAIL = "Dear Sam,\n\nThank you for applying to the mill.\nSadly we have chosen another candidate for the role.\n\nBest,\nIda\n"
HEADERS = "From: Ida Mill <ida@mill.example>\nTo: sam@home.example\nSubject: Your application\nMessage-ID: <1@mill.example>\n\n"
BODY = (
    "Hello Ida,\n\nThank you for considering my application for the role at Mill, and for letting me know your decision. "
    "I understand that you chose somebody else. I respect the decision.\n\n"
    "If you have a few minutes, your view would help me with my next applications:\n"
    "- What is one thing in my application that worked well?\n- What would have made me a stronger candidate?\n\n"
    "A line or two is plenty, and no answer is fine too. I wish you and the team well.\n\nKind regards,\nSam"
)


def invoke(*args, stdin=HEADERS + MAIL):
    result = CliRunner().invoke(main, ["draft", *map(str, args)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_command():
    assert invoke("--name", "Sam") == (0, f"Subject: Re: Your application\n\n{BODY}\n", "")


def test_command_reads_a_file(tmp_path):
    (tmp_path / "mail.eml").write_text(HEADERS + MAIL, encoding="utf-8")
    assert invoke(tmp_path / "mail.eml", "--name", "Sam") == invoke("--name", "Sam")


def test_command_json():
    code, out, err = invoke("--name", "Sam", "--json")
    drafted = {"kind": "feedback", "tone": "warm", "to": "ida@mill.example", "subject": "Re: Your application", "body": BODY}
    assert (code, json.loads(out), err) == (0, drafted, "")


def test_command_writes_an_eml(tmp_path):
    path = tmp_path / "answer.eml"
    said_so = f"Written to {path}: open it in your mail program, read it, and send it yourself.\n"
    assert invoke("--name", "Sam", "-o", path) == (0, "", said_so)
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert (message["To"], message["Subject"], message["In-Reply-To"], message["X-Unsent"]) == (
        "ida@mill.example",
        "Re: Your application",
        "<1@mill.example>",
        "1",
    )
    assert message.get_content().replace("\r\n", "\n") == BODY + "\n"
    assert invoke("--name", "Sam", "-q", "-o", path) == (0, "", "")


def test_command_tone_and_kind():
    code, out, err = invoke("--tone", "short", "--kind", "stay-in-touch", "--to-name", "Ines")
    assert (code, err) == (0, "")
    assert out == (
        "Subject: Re: Your application\n\nHello Ines,\n\nThank you for letting me know about the role at Mill. "
        "If something similar comes up, I would be glad to hear of it.\n\nBest wishes\n"
    )


@pytest.mark.parametrize(
    ("args", "stdin", "code", "message"),
    [
        ([], HEADERS.replace("ida@", "no-reply@") + MAIL, 1, f"Error: {NOT_READ}\n"),
        (
            ["-o", "x.txt"],
            HEADERS + MAIL,
            1,
            "Error: x.txt: a draft is written as .eml. Name a file that ends so, or leave -o out for plain text.\n",
        ),
        ([], " \n", 1, "Error: what was pasted holds no text. Paste the mail, or name a file: feedback-nlp draft mail.txt\n"),
    ],
)
def test_command_refuses(args, stdin, code, message):
    assert invoke(*args, stdin=stdin) == (code, "", message)


@pytest.mark.parametrize(("option", "value"), [("--kind", "plea"), ("--tone", "loud")])
def test_command_knows_its_kinds_and_tones(option, value):
    code, out, err = invoke(option, value)
    assert (code, out) == (2, "")
    assert f"Invalid value for '{option}': '{value}' is not one of" in err


def test_command_says_that_it_asks_for_no_feedback_where_none_is_given():
    refusing = HEADERS + MAIL.replace("Best,", "We are unable to give individual feedback.\n\nBest,")
    code, out, err = invoke("--kind", "feedback", stdin=refusing)
    assert (code, err) == (0, "They say that they give no feedback, so the draft asks for none.\n")
    assert "?" not in out
    assert "feedback" not in out
    assert invoke("--kind", "feedback", "-q", stdin=refusing) == (0, out, "")
    assert invoke(stdin=refusing) == (0, out, "")


@pytest.mark.skipif(sys.platform != "linux", reason="the clipboard's program is found by its name on Linux only")
def test_command_copies_the_body(tmp_path):
    program = tmp_path / "xclip"
    program.write_text(f'#!/bin/sh\nPATH={os.environ["PATH"]}\ncat > "{tmp_path}/copied"\n', encoding="utf-8")
    program.chmod(0o700)
    command = [sys.executable, "-m", "feedback_nlp", "draft", "--name", "Sam", "--clipboard"]
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":0"}
    done = subprocess.run(command, input=HEADERS + MAIL, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"Subject: Re: Your application\n\n{BODY}\n", "The body is on the clipboard.\n")
    assert (tmp_path / "copied").read_text(encoding="utf-8") == BODY
