import itertools
import re
from dataclasses import replace
from functools import cache

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.advice import advise, advise_case, advise_on_silence, writer_of
from feedback_nlp.answering import is_by_team, refuses_feedback, says_no_reply
from feedback_nlp.case import CHANNELS, GAPS, TEAM, VALUES
from feedback_nlp.entries import TABLES, read_entries
from feedback_nlp.labels import LABELS, NOT_REJECTION, REASONS, SENDER_TYPES, STEPS
from feedback_nlp.records import Email, Evidence, Parties, Prediction, Said, Signals, Step
from feedback_nlp.resources import read_table
from feedback_nlp.terminal import render_advice

PERSONAL = Email("1", "Dear Sam,\n\nIt is a no, sorry.\n\nBest,\nIda")
BY_TEAM = Email("1", "Dear Sam,\n\nIt is a no.\n\nKind regards,\nThe Mill Recruitment Team")
FORM = Email("1", "Dear Sam,\n\nIt is a no.\n\nThis is an automated message.")
OFFERED = Signals(feedback=Said("offered", "", "Happy to tell you more."))
CALL = Signals(feedback=Said("offered", "", "Give me a call."))
ON_THURSDAY = Signals(feedback=Said("offered", "", "I can give you feedback on the phone on Thursday at 3pm."))
REFUSED = Signals(feedback=Said("refused"))
UNTIL = Signals(freeze=Said("until", "until October"))
INVITED = Signals(reply=Said("invited"))


def prediction(label, quote="It is a no"):
    return Prediction(label, 1.0, {label: 1.0}, evidence=(Evidence(quote, 0, len(quote), 0.9),))


def gap(*gaps):
    """Signals with gaps, each a kind, or a kind and what the mail calls it."""
    return Signals(gaps=tuple(Said(*((one,) if isinstance(one, str) else one)) for one in gaps))


def chosen(who):
    return Signals(chosen=Said(who))


def door(value, words=""):
    return Signals(door=Said(value, words))


# What the articles say, in the field of the advice where it comes, with a case that reaches it. The sources are those that the
# entry names.
FACTS = {
    "thank within 24 hours but not in the first two": (
        ["004", "001"],
        "next_steps",
        "Within 24 hours, but not in the first two: thank the recruiter for the interview, and ask to hear of later openings."
        " Few do, and managers change.",
        ("another_candidate", "interview", "recruiter"),
    ),
    "ask for feedback after about a day": (
        ["003"],
        "next_steps",
        "After about a day: ask the manager which behaviour they meant, with one example. An example helps you; a verdict does not.",
        ("cultural_fit", "interview", "manager"),
    ),
    "accept the decision, never argue": (
        ["000", "001", "002", "003"],
        "avoid",
        "Arguing. Accepting the decision keeps the talk open.",
        ("another_candidate", "interview", "recruiter"),
    ),
    "by phone ask first whether it is a good time": (
        ["000", "003"],
        "channel_reason",
        "you know each other by now and more is said than written; ask first whether it is a good time",
        ("another_candidate", "final", "manager"),
    ),
    "take up a call that is offered, and ask first": (
        ["003"],
        "next_steps",
        "After about a day: ring the recruiter, and ask first whether it is a good time. They have offered, so you are no bother.",
        ("another_candidate", "interview", "recruiter", CALL),
    ),
    "take up feedback that is offered": (
        ["003"],
        "next_steps",
        "After about a day: take up their offer and send the recruiter two of the questions below."
        " They have offered, so you are no bother.",
        ("another_candidate", "interview", "recruiter", OFFERED),
    ),
    "a mail gives them time to think": (
        ["000", "003"],
        "channel_reason",
        "it gives them time to think",
        ("hiring_freeze", "interview", ""),
    ),
    "a safe opener first": (
        ["003"],
        "questions",
        "What is one thing that I did well in the interview?",
        ("vague_subjective", "interview", "manager"),
    ),
    "the technical interviewer's view": (
        ["000", "003"],
        "next_steps",
        "After about a day: ask the recruiter for the technical interviewer's view of the gap. It says more than a recruiter can.",
        ("skills_gap", "interview", "recruiter"),
    ),
    "the technical interviewer's view, as a question": (
        ["000"],
        "questions",
        "Could the technical interviewer share what they saw as my main gap?",
        ("skills_gap", "interview", "recruiter"),
    ),
    "the technical interviewer as the channel": (["000"], "channel", "technical interviewer", ("skills_gap", "interview", "recruiter")),
    "which requirement weighed most": (
        ["own"],
        "questions",
        "Which requirement weighed most in the decision?",
        ("skills_gap", "interview", "recruiter"),
    ),
    "what would have been enough": (
        ["003"],
        "questions",
        'What would have been enough on "SAP"?',
        ("skills_gap", "application", "recruiter", gap(("skill", "SAP"))),
    ),
    "a plan for what was missing, by its name": (
        ["003", "004"],
        "next_steps",
        'This week: make a plan for "SAP" and "Excel": what to learn, and one piece of work that shows it. A named gap is easier to close.',
        ("skills_gap", "interview", "recruiter", gap(("skill", "SAP"), ("skill", "Excel"))),
    ),
    "narrow the search": (
        ["000", "004"],
        "next_steps",
        "Until you hold a signed offer: keep preparing, and apply where you meet nearly all that is asked. Nothing is settled before that.",
        ("skills_gap", "application", "manager"),
    ),
    "choose few roles": (
        ["004"],
        "next_steps",
        "From the next application on: put your time into a few roles that fit closely. It costs you less, and each gets more of you.",
        ("hiring_freeze", "application", "noreply"),
    ),
    "a test that shows the level of a language": (
        ["001"],
        "next_steps",
        'This week: look up the level of "German" that such adverts ask for, and a test that shows yours.'
        " A certificate settles the question before the talk.",
        ("skills_gap", "application", "recruiter", gap(("language", "German"))),
    ),
    "no exception to a level": (
        ["001"],
        "avoid",
        "Asking them to make an exception to a level that they have named.",
        ("skills_gap", "application", "recruiter", gap("language")),
    ),
    "was this a place for you at all": (
        ["001", "000"],
        "next_steps",
        "One evening this week: write down what was right for you about the place, and what was not."
        " It may not have been a place for you at all.",
        ("cultural_fit", "interview", "manager"),
    ),
    "the place was none for you either": (
        ["000", "001"],
        "may_mean",
        "the place was not one for you either",
        ("cultural_fit", "interview", "manager"),
    ),
    "which behaviour was meant": (
        ["003"],
        "questions",
        "Which behaviour was meant? An example would help me.",
        ("cultural_fit", "screen", "recruiter"),
    ),
    "how to come across": (
        ["003"],
        "questions",
        "How might I come across more clearly in future interviews?",
        ("cultural_fit", "final", ""),
    ),
    "don't change who you are": (
        ["000"],
        "avoid",
        "Changing who you are for the next interview.",
        ("cultural_fit", "interview", "manager"),
    ),
    "look for places where your way is wanted": (
        ["000"],
        "next_steps",
        "In the next application: don't play somebody else; look for places where your way is wanted."
        " A part that you play has to be played every day.",
        ("cultural_fit", "application", "recruiter"),
    ),
    "better answers to the questions that went badly": (
        ["001", "004"],
        "next_steps",
        "While you remember it: write down the questions of the interview that went badly, and a better answer to each."
        " You will be asked them again.",
        ("vague_subjective", "interview", "noreply"),
    ),
    "the task once more": (
        ["001"],
        "next_steps",
        "While you remember it: go through the task again, and keep the better solution. Such tasks come again, and you can show it.",
        ("another_candidate", "test", "recruiter"),
    ),
    "act on feedback, then say thanks for it": (
        ["002", "003", "004"],
        "next_steps",
        "When feedback comes: change one thing by it, and write back to say thanks. The change is yours to keep.",
        ("cultural_fit", "interview", "manager", OFFERED),
    ),
    "act on an answer, then say thanks for it": (
        ["002", "003", "004"],
        "next_steps",
        "When an answer comes: change one thing by it, and write back to say thanks. The change is yours to keep.",
        ("another_candidate", "interview", "manager"),
    ),
    "one's own agency recruiter as a source": (
        ["002"],
        "next_steps",
        "In the same talk: ask what the employer said, word for word. They may have heard more.",
        ("vague_subjective", "application", "agency"),
    ),
    "the agency as the channel": (
        ["002"],
        "channel_reason",
        "the agency speaks with the employer and may know more than the mail says",
        ("vague_subjective", "application", "agency"),
    ),
    "an acquaintance in the field": (
        ["001"],
        "next_steps",
        "This week: show what you sent to somebody in the field, or to a friend of a friend. They know the work, and are no rivals now.",
        ("vague_subjective", "application", "noreply"),
    ),
    "another candidate is often a cover": (
        ["000"],
        "may_mean",
        "there were other reasons behind it (a recruiter writes that this is often so, and gives no figure)",
        ("another_candidate", "interview", "manager"),
    ),
    "more qualified in what": (
        ["003"],
        "next_steps",
        "After about a day: accept the decision, and ask the manager in what the other person was ahead: which work, which years."
        " It can show you what to learn.",
        ("another_candidate", "interview", "manager", chosen("more experienced")),
    ),
    "what tipped it, where the mail does not say": (
        ["003"],
        "next_steps",
        "After about a day: accept the decision, and ask the manager what tipped it. It can show you what to learn.",
        ("another_candidate", "interview", "manager"),
    ),
    "which experience the other had": (
        ["003"],
        "questions",
        "Which experience did the other person have that I lack?",
        ("another_candidate", "interview", "manager", chosen("more experienced")),
    ),
    "what would have made me the stronger candidate": (
        ["003"],
        "questions",
        "What would have made me the stronger candidate?",
        ("another_candidate", "interview", "manager"),
    ),
    "stay in touch": (
        ["001"],
        "questions",
        "May I get in touch when a similar role opens?",
        ("another_candidate", "interview", "recruiter"),
    ),
    "managers change": (
        ["001"],
        "next_steps",
        "In six months: look whether they hire again, and write to the recruiter. Managers change.",
        ("another_candidate", "interview", "recruiter", REFUSED),
    ),
    "people from inside come first": (
        ["004"],
        "next_steps",
        "After about a day: ask the recruiter when they next look outside, and for what."
        " People from inside often come first, whatever you do.",
        ("another_candidate", "interview", "recruiter", chosen("internal")),
    ),
    "somebody cheaper": (
        ["004"],
        "may_mean",
        "the budget decided, whatever you did in the talks",
        ("another_candidate", "interview", "recruiter", chosen("cheaper")),
    ),
    "a freeze is not about you": (["004"], "meaning", "That decision was not about you.", ("hiring_freeze", "interview", "recruiter")),
    "when and where a similar need exists": (
        ["own"],
        "next_steps",
        "After about a day: ask the recruiter when the need may return, and whether another team has a similar one."
        " They may know before it is advertised.",
        ("hiring_freeze", "interview", "recruiter"),
    ),
    "other teams": (
        ["own"],
        "next_steps",
        "This week: look whether another team or site of theirs is hiring. A freeze need not hold for everybody.",
        ("hiring_freeze", "application", "noreply"),
    ),
    "a reminder in three months": (
        ["own"],
        "next_steps",
        "Today: note a date in three months, to ask whether the role is back and the interview still counts."
        " It is off your mind until then.",
        ("hiring_freeze", "interview", "recruiter"),
    ),
    "a reminder for the time that the mail names": (
        ["own"],
        "next_steps",
        'Today: note the time that they name ("until October"), to ask then whether the role is back and the last round still counts.'
        " It is off your mind until then.",
        ("hiring_freeze", "final", "recruiter", UNTIL),
    ),
    "no waiting for it": (
        ["000"],
        "avoid",
        "Waiting for this role, or holding back other applications for it.",
        ("hiring_freeze", "interview", ""),
    ),
    "a vague no is the hardest; one polite, specific request": (
        ["000", "002", "003"],
        "next_steps",
        "After about a day: ask the recruiter once, politely, for feedback on one specific point."
        " It is the hardest kind of no to learn from.",
        ("vague_subjective", "interview", "recruiter"),
    ),
    "then move on": (
        ["000", "002", "003"],
        "next_steps",
        "Within a week: use an answer and say thanks for it, or, if none comes, let it go. A vague no rarely becomes clearer.",
        ("vague_subjective", "interview", "recruiter"),
    ),
    "interview, letter, qualifications": (
        ["002"],
        "questions",
        "Was it my application, the interview, my qualifications, or something else?",
        ("vague_subjective", "interview", "recruiter"),
    ),
    "in my favour": (
        ["003"],
        "questions",
        "What could have helped to decide it in my favour?",
        ("vague_subjective", "interview", "recruiter"),
    ),
    "taste, or out of your control": (
        ["000", "003"],
        "may_mean",
        "a matter of taste, which people seldom write down; or something outside your control",
        ("vague_subjective", "interview", "recruiter"),
    ),
    "a form mail gets no answer": (
        ["own"],
        "next_steps",
        "Today: leave this mail unanswered. Nobody reads that address, and you owe it nothing.",
        ("vague_subjective", "application", "noreply"),
    ),
    "no channel to a form mail": (["own"], "channel", "none", ("vague_subjective", "application", "noreply")),
    "a later role": (
        ["own"],
        "next_steps",
        "Within a day or two: tell the recruiter whether you want the role that they name. It is the one open door in this mail.",
        ("vague_subjective", "interview", "recruiter", door("later role")),
    ),
    "apply again at the time named": (
        ["own"],
        "next_steps",
        'Today: note in your calendar to apply again "in six months", and say then what has changed. The mail says that you may.',
        ("another_candidate", "interview", "recruiter", door("apply again", "in six months")),
    ),
    "apply again on a condition": (
        ["own"],
        "next_steps",
        "As soon as their condition is met: apply again, and say so in the first line. The mail says that you may.",
        ("skills_gap", "application", "recruiter", door("apply again")),
    ),
    "kept on file": (
        ["own"],
        "next_steps",
        "In three months: send them two lines with what is new, for the details that they keep. A file is easily forgotten.",
        ("vague_subjective", "interview", "manager", door("kept on file")),
    ),
    "a deadline": (
        ["own"],
        "next_steps",
        'Before the deadline ("by Friday 12 June"): do what they ask, or take what they offer, if you want to. '
        "Afterwards it may be too late.",
        ("skills_gap", "interview", "manager", Signals(deadline=Said("deadline", "by Friday 12 June"))),
    ),
    "no request where feedback is refused": (
        ["own"],
        "avoid",
        "Asking for reasons all the same. They have said that they give none.",
        ("skills_gap", "interview", "recruiter", REFUSED),
    ),
    "an answer that is asked for": (
        ["own"],
        "next_steps",
        "Today: read again what they ask for or offer, and answer the recruiter if it is something for you."
        " They say that an answer is welcome.",
        ("skills_gap", "interview", "recruiter", INVITED),
    ),
    "keep preparing until an offer is signed": (
        ["000"],
        "next_steps",
        "Until you hold a signed offer: keep preparing for the other interviews. Nothing is settled before that.",
        ("another_candidate", "interview", "recruiter"),
    ),
    "a protected trait": (
        ["000", "own"],
        "caution",
        "One sentence reads as if age had played a part. It may be a careless word. If it troubles you, keep the mail; an equality"
        " body, a union or an employment lawyer can say more. This is no legal advice.",
        ("cultural_fit", "interview", "manager", Signals(traits=(Said("age"),))),
    ),
}
FIELDS = {
    "next_steps": "step",
    "questions": "question",
    "avoid": "avoid",
    "may_mean": "may_mean",
    "unknown": "unknown",
    "says": "says",
    "channel_reason": "channel",
    "meaning": "meaning",
    "caution": "caution",
}


@cache
def pattern(text):
    """What an entry's text looks like when its braces are filled."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)))


def given_as(advice, field):
    value = getattr(advice, field)
    return (value,) if isinstance(value, str) else value


@pytest.mark.parametrize(("sources", "field", "text", "case"), FACTS.values(), ids=FACTS)
def test_what_the_sources_say_is_reached(sources, field, text, case):
    advice = advise_case(*case)
    assert text in given_as(advice, field)
    if field == "channel":
        field, text = "channel_reason", advice.channel_reason
    assert [list(entry.rests_on) for entry in read_entries()[FIELDS[field]].values() if pattern(entry.text).fullmatch(text)] == [sources]


def test_every_source_is_used():
    assert {source for sources, *_ in FACTS.values() for source in sources} == {"000", "001", "002", "003", "004", "own"}


# Every kind of gap has steps and questions of its own.
KINDS = {
    "skill": ("make a plan for the skill that they name", "What would have been enough on the skill that they name?"),
    "experience": ("look for the nearest thing to the experience", "What would count as the experience that they name"),
    "overqualified": ("say in the first lines why you want work of this level", "Is a role at a more senior level coming up?"),
    "qualification": ("takes in time and money", "Would I be considered while I am working towards the licence or qualification?"),
    "language": ("look up the level of the language", "How do you test the language"),
    "test": ("do one more task of that kind", "Which part of the test or technical interview decided it?"),
    "place": ("from when you could move", "Would my application count again if I could be there on the days needed?"),
    "permit": ('filter by "sponsorship"', "Is this rule fixed for all roles there, or only for this one?"),
    "availability": ("state at the top which dates and hours", "Is there a later start, or another pattern of hours, that would work?"),
    "pay": ("settle your lowest figure", "What is the range, and is there room in other parts of the package?"),
    "paperwork": ("put the usual papers in one folder", "Which paper or check was it"),
}


def test_every_kind_of_gap_is_there():
    assert set(KINDS) == set(GAPS)


@pytest.mark.parametrize(("kind", "step", "question"), [(kind, *texts) for kind, texts in KINDS.items()])
@pytest.mark.parametrize("stage", ["application", "interview"])
def test_a_kind_of_gap_has_its_own(kind, step, question, stage):
    found = {one: advise_case("skills_gap", stage, "recruiter", gap(one)) for one in GAPS}
    assert [one for one in GAPS if step in " ".join(found[one].next_steps)] == [kind]
    assert [one for one in GAPS if question in " ".join(found[one].questions)] == [kind]


def test_the_gap_is_named_in_the_mails_words():
    advice = advise_case("skills_gap", "application", "recruiter", gap(("experience", "two years with children under three"), "place"))
    assert advice.gap == '"two years with children under three"'
    assert advice.says == ('something was missing: "two years with children under three"', "the place of work stood in the way")
    assert 'look for the nearest thing to "two years with children under three" that you have done' in advice.next_steps[2]


@pytest.mark.parametrize("label", [label for label in LABELS if label != "skills_gap"])
def test_a_gap_is_the_headline_of_skills_gap_only(label):
    assert advise_case(label, signals=gap("permit")).gap == ""


def test_without_a_gap_none_is_named():
    assert advise_case("skills_gap").gap == ""


@pytest.mark.parametrize("stage", ["", *STEPS])
@pytest.mark.parametrize("label", REASONS)
@pytest.mark.parametrize("kind", ["pay", "skill"])
def test_where_an_answer_is_asked_for_nobody_is_told_to_wait(label, stage, kind):
    advice = advise_case(label, stage, "agency", replace(gap(kind), reply=Said("invited")))
    told = " ".join([*advice.next_steps, *advice.avoid])
    assert not re.search("not in the first two|until tomorrow|for less in the same mail|for the range of the role", told)
    called = advise_case(label, stage, "manager", replace(gap(kind), reply=Said("invited", "", "Do ring me.")))
    assert (called.channel, "ring the manager" in " ".join(called.next_steps)) == ("phone", stage != "offer")


@pytest.mark.parametrize("label", REASONS)
def test_a_call_on_a_day_that_they_name_is_kept(label):
    told = " ".join(advise_case(label, "interview", "manager", ON_THURSDAY).next_steps)
    assert "At the time that they name: speak with the manager; if you can't, write today and offer another time." in told
    assert "ring the manager" not in told


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("signals", [Signals(), REFUSED, gap("test")], ids=["nothing", "refused", "test"])
@pytest.mark.parametrize("stage", ["", "application"])
def test_what_is_said_of_an_unknown_stage_holds_of_any(reason, signals, stage):
    advice = advise_case(reason, stage, "recruiter", signals)
    texts = " ".join([*advice.next_steps, advice.channel_reason, *advice.questions])
    assert not re.search("not met anybody|all that they had to go by", texts) or stage == "application"
    assert "beside the advert" not in texts or signals != gap("test")


# Cases differ where they should.

CASES = {case: advise_case(*case) for case in itertools.product(REASONS, STEPS, SENDER_TYPES)}
# An offer that is taken back asks for the same steps, whatever the agency calls the reason.
EQUAL = {("another_candidate", "offer", "agency"), ("vague_subjective", "offer", "agency")}


@pytest.mark.parametrize("field", ["next_steps", "questions"])
def test_cases_differ(field):
    equal = [
        {one, other}
        for one, other in itertools.combinations(CASES, 2)
        if sum(a != b for a, b in zip(one, other, strict=True)) == 1 and getattr(CASES[one], field) == getattr(CASES[other], field)
    ]
    assert equal == ([EQUAL] if field == "next_steps" else [])


@pytest.mark.parametrize(("case", "channel"), [
    (("skills_gap", "application", "noreply"), "none"),
    (("skills_gap", "test", "noreply"), "none"),
    (("skills_gap", "screen", "noreply"), "mail"),
    (("skills_gap", "application", "recruiter"), "mail"),
    (("skills_gap", "final", "recruiter"), "technical interviewer"),
    (("skills_gap", "final", "recruiter", gap("permit")), "phone"),
    (("skills_gap", "final", "manager"), "phone"),
    (("hiring_freeze", "final", "recruiter"), "phone"),
    (("cultural_fit", "interview", "manager"), "mail"),
    (("cultural_fit", "interview", "agency"), "recruiter"),
    (("cultural_fit", "application", "noreply", OFFERED), "mail"),
    (("cultural_fit", "application", "noreply", CALL), "phone"),
    (("cultural_fit", "application", "recruiter", REFUSED), "none"),
    (("cultural_fit", "application", "agency", REFUSED), "recruiter"),
    (("cultural_fit", "interview", "recruiter", REFUSED), "mail"),
    (("hiring_freeze", "application", "recruiter", REFUSED), "mail"),
    (("skills_gap", "interview", "recruiter", Signals(reply=Said("no-reply"))), "mail"),
    (("skills_gap", "application", "recruiter", Signals(reply=Said("no-reply"))), "none"),
    (("skills_gap", "application", "agency", Signals(reply=Said("no-reply"))), "recruiter"),
    (("skills_gap", "application", TEAM), "mail"),
    (("skills_gap", "interview", TEAM), "mail"),
    (("cultural_fit", "application", TEAM, REFUSED), "none"),
    (("cultural_fit", "interview", TEAM, CALL), "phone"),
])  # fmt: skip
def test_channel(case, channel):
    assert advise_case(*case).channel == channel


def test_every_channel_has_a_case():
    assert {advice.channel for advice in CASES.values()} == set(CHANNELS)


@pytest.mark.parametrize(("case", "most"), [
    (("another_candidate", "application", "noreply"), 2),
    (("another_candidate", "interview", "noreply"), 2),
    (("another_candidate", "interview", TEAM), 2),
    (("another_candidate", "application", "recruiter"), 3),
    (("another_candidate", "", "recruiter"), 3),
    (("another_candidate", "screen", "manager"), 3),
    (("another_candidate", "test", "manager"), 3),
    (("cultural_fit", "interview", "manager"), 5),
    (("cultural_fit", "final", "recruiter"), 5),
    (("another_candidate", "application", "recruiter", REFUSED), 0),
])  # fmt: skip
def test_how_many_questions(case, most):
    assert len(advise_case(*case).questions) == most


def test_interview_questions_are_reviewed_only_where_there_was_an_interview():
    reviewed = {case[1] for case, advice in CASES.items() if "questions of" in " ".join(advice.next_steps)}
    assert reviewed == {"interview", "final"}


# Every entry can be reached.

SIGNALS = [
    Signals(),
    *map(gap, GAPS),
    *map(chosen, VALUES["chosen"][:-1]),
    *(door(value, words) for value in VALUES["door"][:-1] for words in ("", "in six months")),
    UNTIL,
    Signals(freeze=Said("until")),
    OFFERED,
    CALL,
    ON_THURSDAY,
    REFUSED,
    *(Signals(deadline=Said("deadline", words)) for words in ("", "by Friday")),
    *(Signals(traits=(Said(trait),)) for trait in VALUES["traits"][:-1]),
    INVITED,
    Signals(reply=Said("no-reply"), door=Said("kept on file")),
    Signals(reply=Said("no-reply"), door=Said("later role")),
]


@cache
def everything():
    return [
        advise_case(reason, stage, sender, signals)
        for reason in (*REASONS, NOT_REJECTION)
        for stage in ("", *STEPS)
        for sender in ("", *SENDER_TYPES, TEAM)
        for signals in SIGNALS
    ]


@pytest.mark.parametrize("field", FIELDS)
def test_every_entry_is_reached(field):
    texts = {text for advice in everything() for text in given_as(advice, field)}
    assert [name for name, entry in read_entries()[FIELDS[field]].items() if not any(map(pattern(entry.text).fullmatch, texts))] == []


def test_every_table_is_read():
    words = {"person", "reached", "missing", "trait"}
    assert set(TABLES) == {*FIELDS.values(), *words, "silence"}
    said = " ".join(text for advice in everything() for field in FIELDS for text in given_as(advice, field))
    assert [entry.text for table in words for entry in read_entries()[table].values() if entry.text not in said] == ["too much experience"]
    assert advise_case("skills_gap", signals=gap("overqualified")).gap == "too much experience"


# What holds of all advice

WORDS = st.sampled_from(["", "SAP", "two years with children under three", "w" * 90, "{person}", "a\nb"]) | st.text(max_size=50)


def said(values):
    return st.builds(Said, st.sampled_from(["", *values]), WORDS, st.sampled_from(["", "Call me."]))


SAID = st.builds(
    Signals,
    feedback=said(VALUES["feedback"][:-1]),
    reply=said(VALUES["reply"][:-1]),
    door=said(VALUES["door"][:-1]),
    gaps=st.lists(said(GAPS), max_size=4).map(tuple),
    chosen=said(VALUES["chosen"][:-1]),
    freeze=said(VALUES["freeze"][:-1]),
    deadline=said(["deadline"]),
    traits=st.lists(said(VALUES["traits"][:-1]), max_size=2).map(tuple),
)
ASKING, CONTACTING = (
    [pattern("{by}: {what}. {why}.".format(**fields)) for fields in read_table("advice")["step"].values() if fields.get(flag)]
    + [pattern(fields["text"]) for fields in read_table("advice")["question"].values() if fields.get(flag)]
    for flag in ("feedback", "contact")
)


@settings(max_examples=300)
@given(st.sampled_from(REASONS), st.sampled_from(["", *STEPS]), st.sampled_from(["", *SENDER_TYPES, TEAM]), SAID)
def test_what_holds_of_all_advice(label, stage, sender, signals):
    advice = advise_case(label, stage, sender, signals)
    texts = (*advice.next_steps, *advice.questions)
    assert 3 <= len(advice.next_steps) <= 5
    assert len(advice.questions) <= (5 if stage in ("interview", "final", "offer") else 3)
    assert len(advice.questions) <= 2 or advice.answerable
    assert len(set(texts)) == len(texts)
    assert len(advice.avoid) <= 3
    assert advice.meaning
    assert 1 <= len(advice.says) <= 4
    assert 1 <= len(advice.unknown) <= 2
    assert len(advice.may_mean) <= 2
    assert bool(advice.caution) == any(trait.value for trait in signals.traits)
    assert not (advice.caution and advice.may_mean)
    assert "signed offer" in advice.next_steps[-1]
    assert advice.channel in CHANNELS
    if signals.feedback.value == "refused":
        assert [text for text in texts if any(asking.fullmatch(text) for asking in ASKING)] == []
    if advice.channel == "none":
        assert [text for text in advice.next_steps if any(contacting.fullmatch(text) for contacting in CONTACTING)] == []
    assert not any("\n" in text for text in texts)


@settings(max_examples=300)
@given(st.sampled_from(REASONS), st.sampled_from(["", *STEPS]), st.sampled_from(["", *SENDER_TYPES]), SAID)
def test_the_advice_fits_a_screen(label, stage, sender, signals):
    _, *lines = map(click.unstyle, render_advice(label, advise_case(label, stage, sender, signals)))
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80


def test_the_steps_and_questions_of_a_case_all_fit_a_screen():
    for (label, *_), advice in CASES.items():
        shown = " ".join(" ".join(map(click.unstyle, render_advice(label, advice))).split())
        assert all(text in shown for text in (*advice.next_steps, *advice.questions, *advice.avoid, advice.channel_reason))


# With a mail


@pytest.mark.parametrize("email", [PERSONAL, FORM], ids=["personal", "form mail"])
def test_not_a_rejection_gets_no_advice(email):
    advice = advise(prediction(NOT_REJECTION), email)
    assert advice.meaning == "This does not read as a rejection of an application."
    assert (advice.next_steps, advice.questions, advice.says, advice.channel, advice.avoid) == ((), (), (), "", ())


def test_a_mail_without_a_label_gets_its_note():
    advice = advise(Prediction(None, 0.0, {}, note="There are no words."), PERSONAL)
    assert (advice.meaning, advice.next_steps, advice.questions) == ("There are no words.", (), ())


INTERVIEWED = Step("interview", True)


@pytest.mark.parametrize(
    ("email", "parties", "step", "signals", "case"),
    [
        pytest.param(PERSONAL, Parties(), Step(), Signals(), ("", ""), id="nothing known"),
        pytest.param(PERSONAL, Parties(sender_type="manager"), INTERVIEWED, Signals(), ("interview", "manager"), id="known"),
        pytest.param(PERSONAL, Parties(), Step("interview", False), Signals(), ("application", ""), id="called off"),
        pytest.param(FORM, Parties(), Step(), Signals(), ("", "noreply"), id="form mail"),
        pytest.param(FORM, Parties(sender_type="recruiter"), Step(), Signals(), ("", "noreply"), id="form mail, signed"),
        pytest.param(FORM, Parties(sender_type="agency"), Step(), Signals(), ("", "agency"), id="form mail of an agency"),
        pytest.param(FORM, Parties(), Step(), Signals(reply=Said("invited")), ("", ""), id="form mail that asks for an answer"),
        pytest.param(FORM, Parties(sender_type="noreply"), Step(), Signals(reply=Said("invited")), ("", ""), id="asks though unread"),
        pytest.param(PERSONAL, Parties(sender_type="noreply"), Step(), Signals(), ("", "noreply"), id="a sender that is not read"),
        pytest.param(BY_TEAM, Parties(), Step(), Signals(), ("", TEAM), id="signed by a team"),
        pytest.param(BY_TEAM, Parties(sender_type="recruiter"), INTERVIEWED, Signals(), ("interview", TEAM), id="a team, met"),
        pytest.param(BY_TEAM, Parties(sender_type="noreply"), Step(), Signals(), ("", "noreply"), id="a team whose mailbox is not read"),
        pytest.param(BY_TEAM, Parties(sender_type="agency"), Step(), Signals(), ("", "agency"), id="a team of an agency"),
        pytest.param(PERSONAL, Parties(), INTERVIEWED, gap(("skill", "SAP")), ("interview", ""), id="a gap"),
    ],
)
def test_the_case_of_a_mail(email, parties, step, signals, case):
    assert advise(prediction("skills_gap"), email, parties, step, signals) == advise_case("skills_gap", *case, signals)


def test_a_form_mail_is_not_answerable():
    assert advise(prediction("skills_gap"), PERSONAL).answerable
    assert not advise(prediction("skills_gap"), FORM).answerable
    assert not advise(prediction("skills_gap"), BY_TEAM).answerable


def test_a_team_may_be_asked():
    advice = advise(prediction("vague_subjective"), BY_TEAM, step=Step("application", True))
    assert advice.channel_reason == "a team wrote; an answer may not come, but asking once costs little"
    assert "ask the team that wrote once, politely, for feedback on one specific point" in advice.next_steps[0]
    texts = " ".join([*advice.next_steps, *advice.avoid, advice.channel_reason])
    assert "unanswered" not in texts
    assert "Nobody reads" not in texts
    met = advise(prediction("vague_subjective"), BY_TEAM, step=INTERVIEWED)
    assert met.channel_reason == "the person you spoke with answers sooner than the team that wrote"
    assert "ask the person you spoke with once" in " ".join(met.next_steps)


# Without one


def test_where_nobody_answered():
    assert advise_on_silence("application") == (
        "Today: write once, in two or three lines: the role, the day you applied, and whether there is news. Then let it rest.",
        "Meanwhile: go on with other applications. Many employers never answer, and that says nothing about you.",
    )
    assert advise_on_silence("interview") == (
        "Today: write to the person you spoke with: thanks, the role and the day, and by when they decide."
        " A mail gives them time to think.",
        "If no answer comes within a week: ring once, and ask first whether it is a good time."
        " On the phone people often say more than they write.",
        "Meanwhile: keep preparing for other interviews. Nothing is settled before you hold a signed offer.",
    )


# The mail's sender and end, whether a team signs it, whether answers are not read, whether feedback is refused.
MAILS = [
    ("ida@mill.example", "Best,\nIda", False, False, False),
    ("ida@mill.example", "Kind regards,\nIda Mill\nHead of Baking", False, False, False),
    ("ida@mill.example", "Cheers, Ida", False, False, False),
    ("ida@mill.example", "Yours sincerely,\nDr. I. Mill", False, False, False),
    ("ida@mill.example", "If you have questions, just reply to this mail.\n\nIda Mill", False, False, False),
    ("ida@mill.example", "Happy to give you feedback over the phone.\n\nBest,\nIda", False, False, False),
    ("ida@mill.example", "We would like to offer feedback if you want it.\n\nBest,\nIda", False, False, False),
    ("ida@mill.example", "Please do not hesitate to reply with questions.\n\nBest,\nIda", False, False, False),
    ("", "Sorry again!\nIda", False, False, False),
    ("no-reply@mill.example", "Best,\nIda", False, True, False),
    ("Mill <noreply@mill.example>", "Kind regards,\nMill", False, True, False),
    ("do-not-reply@mill.example", "Kind regards,\nMill", False, True, False),
    ("do_not_reply@mill.example", "Kind regards,\nMill", False, True, False),
    ("notifications@mill.example", "Kind regards,\nMill", False, True, False),
    ("jobs@mill.example", "Please do not reply to this email.", False, True, False),
    ("jobs@mill.example", "This mailbox is not monitored.", False, True, False),
    ("jobs@mill.example", "This is an automated message.", False, True, False),
    ("jobs@mill.example", "Replies to this message are not read.\nSent from an unmonitored address.", False, True, False),
    ("jobs@mill.example", "Kind regards,\nThe Mill Recruitment Team", True, False, False),
    ("jobs@mill.example", "Best wishes,\nTalent Acquisition", True, False, False),
    ("jobs@mill.example", "Thanks,\nMill HR", True, False, False),
    ("ida@mill.example", "We are unable to provide individual feedback.\n\nBest,\nIda", False, False, True),
    ("ida@mill.example", "Sadly we cannot give\nfeedback to every applicant.\n\nBest,\nIda", False, False, True),
    ("ida@mill.example", "Sadly we can't give feedback.\n\nBest,\nIda", False, False, True),
    ("ida@mill.example", "We do not offer feedback at this stage.\n\nBest,\nIda", False, False, True),
    ("ida@mill.example", "Please note that feedback won’t be given.\n\nBest,\nIda", False, False, True),
    ("jobs@mill.example", "No individual feedback can be given.\n\nKind regards,\nThe Hiring Team", True, False, True),
    ("no-reply@mill.example", "We cannot share detailed feedback with candidates.", False, True, True),
]


@pytest.mark.parametrize(
    ("end", "by_team"),
    [
        ("Regards,\nMill Ltd", True),
        ("Regards,\nMILL LTD.", True),
        ("Regards,\nmill ltd", True),
        ("Regards,\nIda Mill\nMill Ltd", False),
        ("Regards,\nOrkney Ltd", False),
        ("Thank you for your interest in Mill Ltd", False),
        ("Mill Ltd", True),
        ("", False),
    ],
)
def test_a_mail_that_the_company_signs(end, by_team):
    email = Email("1", f"Dear Sam,\n\nThank you for your time. We have chosen somebody else.\n\n{end}\n")
    assert is_by_team(email, "Mill Ltd") is is_by_team(email, "Mill Ltd.") is by_team
    assert is_by_team(email) is False
    assert writer_of(email, Parties("Mill Ltd", "", "recruiter"), Signals()) == (TEAM if by_team else "recruiter")


@pytest.mark.parametrize(("sender", "end", "by_team", "no_reply", "refused"), MAILS, ids=range(len(MAILS)))
def test_signals(sender, end, by_team, no_reply, refused):
    email = Email("1", f"Dear Sam,\n\nThank you for your time. We have chosen somebody else.\n\n{end}\n", sender=sender)
    assert (is_by_team(email), says_no_reply(sender, email.text), refuses_feedback(email)) == (by_team, no_reply, refused)
