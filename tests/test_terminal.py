from dataclasses import replace

import click
import pytest

from feedback_nlp.advice import advise_case
from feedback_nlp.case import CHANNELS
from feedback_nlp.explanation import Explanation, SentenceExplanation, WordWeight
from feedback_nlp.labels import LABELS, SENTENCE_LABELS
from feedback_nlp.patterns import patterns
from feedback_nlp.records import Advice, Email, Evidence, Feedback, Prediction, Remark, Said, Signals
from feedback_nlp.report import Table
from feedback_nlp.terminal import harmless, headline, render, render_advice, render_explanation, render_patterns, render_remarks
from tests.labelled import other, row

TEXT = "Hi Bo,\n\nThanks. You lack Rust. Ida got it.\n\nIda"
ADVICE = Advice("What it means.", ("Do this.", "Then that."), ("Ask this?",))


def evidence(quote, text=TEXT):
    start = text.index(quote)
    return Evidence(quote, start, start + len(quote), 0.9)


def prediction(label, confidence=0.9, quotes=(), second=None, **fields):
    rest = 1 - confidence
    others = [name for name in LABELS if name != label]
    scores = {name: rest if name == (second or others[0]) else 0.0 for name in others} | {label: confidence}
    return Prediction(label, confidence, scores, evidence=tuple(evidence(q) for q in quotes), **fields)


def plain(prediction, advice=ADVICE, text=TEXT):
    return [click.unstyle(line) for line in render(Feedback(Email("1", text), prediction, advice=advice))]


STEPS = ["", "What to do next", "  1. Do this.", "  2. Then that."]
QUESTIONS = ["", "Questions you could ask", "  1. Ask this?"]
IN_PLACE = ["", "The mail says it here:", "  | Hi Bo,", "  | ", "  | Thanks. >>You lack Rust.<< Ida got it.", "  | ", "  | Ida"]
GAP_HEAD = "Something the role asks for was missing  (skills_gap, 90% sure)"

CASE = replace(
    ADVICE,
    says=("Rust was missing", "you may apply again"),
    may_mean=("somebody else met the point", "it was one day"),
    unknown=("how close you were", "who decided"),
    channel="technical interviewer",
    channel_reason="they saw it",
    avoid=("Arguing.", "Applying everywhere."),
)
FACTS = [
    "",
    "The mail says: Rust was missing; you may apply again.",
    "It may mean (a guess): somebody else met the point; or it was one day.",
    "Nobody can know from it: how close you were; who decided.",
    "How to reach them: ask for the technical interviewer, since they saw it.",
]
AVOID = ["", "What to avoid", "  1. Arguing.", "  2. Applying everywhere."]

SCREENS = {
    "sure": (prediction("skills_gap", quotes=["You lack Rust."]), ADVICE, [GAP_HEAD, *IN_PLACE, "", "What it means.", *STEPS, *QUESTIONS]),
    "unsure": (
        prediction("skills_gap", 0.55, ["You lack Rust."], second="cultural_fit"),
        ADVICE,
        [
            "Unsure: something the role asks for was missing (skills_gap, 55%),",
            "     or values, personality or way of working (cultural_fit, 45%).",
            "Please judge by the sentence yourself.",
            *IN_PLACE,
            "",
            "What it means.",
            *STEPS,
            *QUESTIONS,
        ],
    ),
    "another is possible": (
        prediction("skills_gap", 0.7, ["You lack Rust."], "vague_subjective", possible=("skills_gap", "vague_subjective")),
        ADVICE,
        [
            "Something the role asks for was missing  (skills_gap, 70% sure)",
            "Less likely: no usable reason given (vague_subjective, 30%)",
            *IN_PLACE,
            "",
            "What it means.",
            *STEPS,
            *QUESTIONS,
        ],
    ),
    "vague": (
        prediction("vague_subjective", 0.6, ["Thanks."]),
        ADVICE,
        [
            "No usable reason given  (vague_subjective, 60% sure)",
            *IN_PLACE[:4],
            "  | >>Thanks.<< You lack Rust. Ida got it.",
            *IN_PLACE[5:],
            "",
            "What it means.",
            *STEPS,
            *QUESTIONS,
        ],
    ),
    "not-rejection": (
        prediction("not_rejection", 1.0),
        Advice("All is well."),
        ["Not a rejection  (not_rejection, over 99% sure)", "", "All is well."],
    ),
    "unsure-not-rejection": (
        prediction("not_rejection", 0.5, second="another_candidate"),
        Advice("All is well."),
        [
            "Unsure: not a rejection (not_rejection, 50%),",
            "     or somebody else was chosen (another_candidate, 50%).",
            "Please read it once more yourself.",
            "",
            "All is well.",
        ],
    ),
    "gap": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        Advice("What it means.", ("Do this.", "Then that."), ("Ask this?",), gap="work permit"),
        ["A requirement was not met: work permit  (skills_gap, 90% sure)", *IN_PLACE, "", "What it means.", *STEPS, *QUESTIONS],
    ),
    "unanswerable": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        Advice("What it means.", ("Do this.", "Then that."), ("Ask this?",), answerable=False),
        [GAP_HEAD, *IN_PLACE, "", "What it means.", *STEPS, "", "If you reach a person there", "  1. Ask this?"],
    ),
    "no-questions": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        Advice("What it means.", ("Do this.", "Then that.")),
        [GAP_HEAD, *IN_PLACE, "", "What it means.", *STEPS],
    ),
    "note": (
        prediction("skills_gap", quotes=["You lack Rust."], note="Only the first 5 characters were read."),
        ADVICE,
        [GAP_HEAD, *IN_PLACE, "", "What it means.", "Only the first 5 characters were read.", *STEPS, *QUESTIONS],
    ),
    "case": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        CASE,
        [GAP_HEAD, *IN_PLACE, "", "What it means.", *FACTS, *STEPS, *QUESTIONS, *AVOID],
    ),
    "caution": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        replace(CASE, may_mean=(), caution="This is no legal advice."),
        [GAP_HEAD, *IN_PLACE, "", "What it means.", *FACTS[:2], *FACTS[3:], "", "This is no legal advice.", *STEPS, *QUESTIONS, *AVOID],
    ),
    "not-judged": (Prediction(None, 0.0, {}, note="No words here."), Advice("No words here."), ["No words here."]),
    "two-quotes": (
        prediction("skills_gap", quotes=["Thanks.", "Ida got it."]),
        Advice("What it means."),
        [GAP_HEAD, *IN_PLACE[:4], "  | >>Thanks.<< You lack Rust. >>Ida got it.<<", *IN_PLACE[5:], "", "What it means."],
    ),
    "secondary": (
        prediction(
            "skills_gap",
            quotes=["You lack Rust."],
            secondary=("another_candidate",),
            secondary_evidence={"another_candidate": evidence("Ida got it.")},
        ),
        Advice("What it means."),
        [GAP_HEAD, *IN_PLACE, "", "Also there: somebody else was chosen (another_candidate)", "  | Ida got it.", "", "What it means."],
    ),
}


@pytest.mark.parametrize(("said", "advice", "lines"), SCREENS.values(), ids=SCREENS)
def test_render(said, advice, lines):
    assert plain(said, advice) == lines


@pytest.mark.parametrize(("confidence", "unsure"), [(0.59, True), (0.6, False)])
def test_unsure_below(confidence, unsure):
    assert plain(prediction("hiring_freeze", confidence))[0].startswith("Unsure: ") == unsure


@pytest.mark.parametrize(
    ("gaps", "label", "head"),
    [
        ([("overqualified", "twenty years")], "skills_gap", "You have more experience than was asked for  (skills_gap, 90% sure)"),
        ([("overqualified", ""), ("skill", "SAP")], "skills_gap", "You have more experience than was asked for  (skills_gap, 90% sure)"),
        ([("skill", "SAP"), ("overqualified", "")], "skills_gap", 'A requirement was not met: "SAP"  (skills_gap, 90% sure)'),
        (
            [("availability", "six months' notice")],
            "skills_gap",
            'A condition stood in the way: "six months\' notice"  (skills_gap, 90% sure)',
        ),
        ([("test", "case study")], "skills_gap", 'A test fell short: "case study"  (skills_gap, 90% sure)'),
        ([("overqualified", "")], "another_candidate", "Somebody else was chosen  (another_candidate, 90% sure)"),
    ],
)
def test_what_was_missing_is_named_by_its_kind(gaps, label, head):
    signals = Signals(gaps=tuple(Said(*gap) for gap in gaps))
    feedback = Feedback(Email("1", TEXT), prediction(label), signals=signals, advice=advise_case(label, signals=signals))
    assert click.unstyle(next(iter(headline(feedback)))) == head
    own = click.unstyle(next(iter(headline(replace(feedback, overruled=prediction("cultural_fit"))))))
    assert own == head.replace("90% sure", "your own label")


def test_styles():
    lines = list(render(Feedback(Email("1", TEXT), prediction("skills_gap", quotes=["You lack Rust."]), advice=ADVICE)))
    assert lines[0] == f"{click.style('Something the role asks for was missing', bold=True)}  (skills_gap, 90% sure)"
    assert lines[5] == f"  | Thanks. >>{click.style('You lack Rust.', fg='yellow', bold=True)}<< Ida got it."
    assert click.style("What to do next", bold=True) in lines


def test_evidence_over_two_lines():
    text = "We chose\nIda.\n"
    said = Prediction("another_candidate", 0.9, {}, evidence=(evidence("We chose\nIda.", text),))
    assert plain(said, Advice("Meaning."), text)[3:5] == ["  | >>We chose", "  | Ida.<<"]


def test_a_long_mail_is_cut_around_the_evidence():
    text = "".join(f"Line {i}.\n" for i in range(40)).replace("Line 20.", "We chose Ida.")
    said = Prediction("another_candidate", 0.9, {}, evidence=(evidence("We chose Ida.", text),))
    shown = [f"  | Line {i}." if i != 20 else "  | >>We chose Ida.<<" for i in range(15, 26)]
    assert plain(said, Advice("Meaning."), text)[3:-2] == ["  | ...", *shown, "  | ..."]


def test_lines_are_wrapped():
    text = "We chose Ida " * 30
    said = Prediction("another_candidate", 0.9, {}, evidence=(Evidence(text.strip(), 0, len(text.strip()), 0.9),))
    lines = plain(said, Advice("word " * 60, ("step " * 60,), ("ask " * 60,)), text)
    assert len(lines) > 20
    assert max(map(len, lines)) <= 78 + len(">><<")
    assert [line for line in lines if line.startswith("     step")] != []


HOSTILE = "Bad\x1b[2J\x07\u202enews\x9b31m\r\nhere\x00:\tWe chose Ida\u200b.\x08"


@pytest.mark.parametrize("where", ["text", "note", "advice"])
def test_nothing_steers_the_terminal(where):
    if where == "text":
        said = Prediction("another_candidate", 0.9, {}, ("skills_gap",), (quote := evidence(HOSTILE[20:], HOSTILE),), {"skills_gap": quote})
    else:
        said = prediction("another_candidate", note=HOSTILE if where == "note" else "")
    advice = Advice(HOSTILE, *[(HOSTILE,)] * 2, True, "", *[(HOSTILE,)] * 3, "mail", HOSTILE, (HOSTILE,), HOSTILE)
    advice = advice if where == "advice" else Advice("Meaning.")
    screen = "\n".join(plain(said, advice, HOSTILE if where == "text" else TEXT))
    assert "We chose Ida" in screen
    assert [c for c in screen if c != "\n" and not c.isprintable()] == []


def test_harmless():
    assert harmless(HOSTILE) == "Bad[2Jnews31m\nhere:    We chose Ida."
    assert harmless("Größe ✓ 日本 é\nnext") == "Größe ✓ 日本 é\nnext"
    assert harmless("half \ud83d a letter, a whole 😀") == "half  a letter, a whole 😀"


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("mail", "by mail"),
        ("phone", "by phone"),
        ("recruiter", "through your recruiter"),
        ("technical interviewer", "ask for the technical interviewer"),
        ("none", "not at all"),
    ],
)
def test_channels(channel, words):
    lines = plain(prediction("skills_gap"), replace(CASE, channel=channel))
    assert f"How to reach them: {words}, since they saw it." in lines


def test_every_channel_has_words():
    for channel in CHANNELS:
        assert any("How to reach them" in line for line in plain(prediction("skills_gap"), replace(CASE, channel=channel)))


def test_names_stand_out():
    lines = list(render(Feedback(Email("1", TEXT), prediction("skills_gap", quotes=["You lack Rust."]), advice=CASE)))
    assert f"{click.style('The mail says:', bold=True)} Rust was missing; you may apply again." in lines
    assert click.style("What to avoid", bold=True) in lines


def test_what_is_more_than_a_screen_loses_its_last_questions():
    advice = replace(CASE, questions=tuple(f"Question {i}?" for i in range(40)))
    lines = [click.unstyle(line) for line in render_advice("hiring_freeze", advice)]
    assert len(lines) == 1 + 1 + 36
    assert lines[-len(AVOID) - 1 :] == ["  21. Question 20?", *AVOID]
    endless = replace(CASE, next_steps=tuple(f"Step {i}." for i in range(50)))
    assert "Questions you could ask" not in [click.unstyle(line) for line in render_advice("hiring_freeze", endless)]


def test_render_advice():
    assert [click.unstyle(line) for line in render_advice("hiring_freeze", ADVICE)] == [
        "The role went away or was paused  (hiring_freeze)",
        "What it means.",
        *STEPS,
        *QUESTIONS,
    ]


# Explanations


def sentence(text, label, words=(), probability=0.9, second="boilerplate", start=0, carries=0.0, masked=None, **parts):
    weights = tuple(WordWeight(word, 0, 0, weight, (masked or {}).get(word, "")) for word, weight in words)
    scores = dict.fromkeys(SENTENCE_LABELS, 0.0) | {second: 1 - probability, label: probability}
    around = dict.fromkeys(("before", "after", "place", "mail", "base"), 0.0) | parts
    return SentenceExplanation(text, start, start + len(text), label, probability, scores, weights, **around, carries=carries)


GAP = sentence(
    "You lack Rust, Bo, and you can't learn it.",
    "skills_gap",
    [
        ("You", 0.2),
        ("lack", 1.6),
        ("Rust,", 0.9),
        ("Bo,", -0.3),
        ("and", 0.05),
        ("you", 0.4),
        ("can't", 9.0),
        ("learn", -1.1),
        ("it.", -0.2),
    ],
    0.97,
    masked={"Rust,": "a name", "Bo,": "a name"},
    start=20,
    carries=2.2,
    before=-0.6,
    after=0.4,
    place=0.5,
    mail=1.1,
)
NO = sentence("It is a no.", "vague_decision", [("no.", 1.0), ("-", 3.0)], 0.55, "another_candidate", 10, carries=-0.7)
THANKS = sentence("Thanks.", "boilerplate", [("Thanks.", 2.0)], start=0, carries=0.1)
PARTS = {"strongest": 2.0, "together": 0.5, "place": -0.3, "mail": -1.2}
WHY = Explanation("skills_gap", 0.8, "cultural_fit", 0.003, PARTS, 0.3, (THANKS, NO, GAP))


def explained(explanation):
    return [click.unstyle(line) for line in render_explanation(explanation)]


def test_render_explanation():
    assert explained(WHY) == [
        "",
        "Why this answer",
        "  Most likely:          something the role asks for was missing (80%)",
        "  Second most likely:   values, personality or way of working (under 1%)",
        "  Sentence by sentence: speaks for the first ++++",
        "  Read as a whole:      speaks for the second ++",
        "  Sentences for it:     2 ++++",
        "  Sentences against it: 1 -",
        "",
        "How the sentences were read",
        "  + speaks for the meaning given, - against it; the more signs, the stronger.",
        "  Names, numbers and dates are hidden before reading; in brackets is what was",
        "  seen instead.",
        "",
        '  1. "It is a no."',
        "     a no without a reason (55%), or somebody else was chosen (45%)",
        "     for:       no ++",
        "",
        '  2. "You lack Rust, Bo, and you can\'t learn it."',
        "     something the role asks for was missing (97%)",
        "     for:       can't +++++   lack +++   Rust (a name) ++   You +",
        "     against:   learn --   Bo (a name) -   it -",
        "     around it: the sentence before -   its place and length +",
        "                the whole mail ++",
        "",
        "  Sentences left out here, since they matter less: 1 (--json shows all).",
    ]


def test_explanation_of_a_sentence_alone():
    lines = explained(replace(WHY, probability=0.999, parts=PARTS | {"mail": 0.2}, sentences=(replace(NO, carries=0.0),)))
    assert lines[2] == "  Most likely:          something the role asks for was missing (over 99%)"
    assert lines[5:9] == ["  Read as a whole:      hardly tells the two apart", "", "How the sentences were read", lines[8]]
    assert lines[9:] == [
        "",
        '  1. "It is a no."',
        "     a no without a reason (55%), or somebody else was chosen (45%)",
        "     for:       no ++",
    ]


def test_no_sentence_decides():
    lines = explained(replace(WHY, sentences=(replace(NO, carries=0.2), replace(GAP, carries=-0.1))))
    assert lines[6:8] == ["  No single sentence decides it.", ""]


def test_boilerplate_is_shown_where_it_weighs():
    heavy = explained(replace(WHY, sentences=(replace(THANKS, carries=1.0), GAP)))
    assert '  1. "Thanks."' in heavy
    assert "     polite or routine words (90%)" in heavy


def test_most_sentences_of_an_explanation():
    sentences = tuple(replace(NO, text=f"No {i}.", start=i, carries=i / 10) for i in range(20))
    lines = explained(replace(WHY, sentences=sentences))
    assert [line for line in lines if line.startswith("  ") and '"' in line] == [f'  {i}. "No {i + 13}."' for i in range(1, 7)]
    assert lines[-1] == "  Sentences left out here, since they matter less: 14 (--json shows all)."


@pytest.mark.parametrize("words", ["word " * 90, "x" * 300])
def test_explanations_are_wrapped(words):
    weights = [(word + str(i), 3.0) for i, word in enumerate(words.split())]
    lines = explained(replace(WHY, sentences=(sentence(words, "skills_gap", weights, carries=1.0),)))
    assert max(map(len, lines)) <= 78
    assert len(lines) < 25


def test_nothing_in_an_explanation_steers_the_terminal():
    hostile = sentence(HOSTILE, "skills_gap", [(HOSTILE, 1.0), ("\x1b\u202e", 2.0), ("a\xa0b\nc", 1.0)])
    screen = "\n".join(explained(replace(WHY, sentences=(hostile,))))
    assert "     for:       Bad[2Jnews31m here: We chos... ++   a b c ++" in screen
    assert [c for c in screen if c != "\n" and not c.isprintable()] == []


def test_explanation_styles():
    lines = list(render_explanation(WHY))
    assert lines[1] == click.style("Why this answer", bold=True)
    assert click.style("     something the role asks for was missing (97%)", bold=True) in lines


REPLY = "Please\nreconsider. You lied! Please reconsider again."
PLEADING = "They can't.", "I understand."


def remarked(*remarks, text=REPLY):
    return [click.unstyle(line) for line in render_remarks(text, remarks)]


@pytest.mark.parametrize(
    ("remarks", "lines"),
    [
        pytest.param([], ["Nothing in it would hurt you."], id="clean"),
        pytest.param(
            [Remark("blame", 19, 28, "It stays.")],
            ["  | You lied!", "It stays.", "", "One thing to look at again before you send it; what you change is up to you."],
            id="one",
        ),
        pytest.param(
            [Remark("pleading", 0, 18, *PLEADING), Remark("blame", 19, 28, "It stays."), Remark("pleading", 29, 53, *PLEADING)],
            [
                *("  | Please reconsider.", "  | Please reconsider again.", "They can't.", "Kinder: I understand.", ""),
                *("  | You lied!", "It stays.", ""),
                "3 things to look at again before you send it; what you change is up to you.",
            ],
            id="alike ones together",
        ),
    ],
)
def test_render_remarks(remarks, lines):
    assert remarked(*remarks) == lines


def test_a_long_sentence_is_shortened_and_remarks_are_wrapped():
    text = "word " * 400
    lines = remarked(Remark("length", 0, len(text), "why " * 50, "kind " * 50), text=text)
    assert max(map(len, lines)) <= 78
    assert " ".join(line.removeprefix("  | ") for line in lines[:3]) == "word " * 39 + "..."


def test_nothing_in_a_remark_steers_the_terminal():
    screen = "\n".join(remarked(Remark("blame", 0, len(HOSTILE), HOSTILE, HOSTILE), text=HOSTILE))
    assert screen.count("We chose Ida") == 3
    assert [c for c in screen if c != "\n" and not c.isprintable()] == []


def test_the_line_that_sums_up_is_bold():
    assert list(render_remarks(REPLY, [])) == [click.style("Nothing in it would hurt you.", bold=True)]


NO_SAP = row("skills_gap", stage="interview", date="2026-03-04", evidence=["You lack SAP \x1b[31m\u202eand Excel."])
SCREEN = """\
What your rejections say together
Applications: 6. Turned down: 4; an offer: 1; no decision: 1.
Of those turned down 4 were told why, 0 were not; unsure: 0.
Turned down by a mailbox that nobody reads, before anybody had met you: 0 of
4.

The tables
  a  b
  c  d

What can be told from this
  - Most of those who met you and gave a reason name the same one, "something
    the role asks for was missing": 4 of 4.

Looked for, and not found
  - Too few to tell whether most of the applications that got past the first
    step ended at a test (needs 5 such applications, has 4).
  - Too few to tell whether most of your applications ended at the first step
    (needs 5 answers, has 4).
  - Too few to tell whether most of those who gave a reason without having met
    you name the same one (needs 4 such answers, has 0).
  - Too few to tell whether most answers came from an address that nobody
    reads, before anybody had met you (needs 5 answers, has 4).
  - Too few to tell whether most answers give no usable reason (needs 5
    answers, has 4).
  Exact tests against chance at 5 %, corrected for how many were made: 1.

What may not be concluded
  - The reasons are those that the mails give. What was thought, no mail
    shows; that somebody else was chosen may stand in for another reason.
  - Those who never answered are not among the answers.
  - Two lines of a table that differ are no finding: with so few answers they
    differ by chance.
  - A reason that you hear often may be one that everybody hears often; only
    your own mails were counted.
  - None of this says what you are worth, or what the next employer will
    answer.

What to do

The last 4 who met you turned you down, one after the other (roles that went
away left out).
  1. It is natural that this hurts. Take an evening off before you look at it.
  2. Before the next interview, go through the last ones with the list below:
     after two or three refusals that helps more than another try.
  3. Do it with somebody who sees you from outside: a careers adviser, a
     former colleague, somebody who hires.
  4. Then practise one interview aloud with them, on the questions that went
     badly.
  To go through:
  [ ] What were you asked, what did you answer, and what would you answer now?
  [ ] Held against the requirements one by one, what do you bring and what is
      missing?
  [ ] Did you want this work, this place and these people?
  [ ] Are these the right field and the right level for what you can show now?
  [ ] Which of the reasons that they gave can you change, and which can you
      not?

Most of those who met you and gave a reason name the same one, "something the
role asks for was missing": 4 of 4.
  Named more than once: Excel (4), SAP (4)
  | You lack SAP [31mand Excel.
  | You lack SAP [31mand Excel.
  | You lack SAP [31mand Excel.
  1. Put what they say side by side: is it one thing that is missing, or
     several?
  2. Choose the one that is named most and can be learnt, and one way to show
     it next time: a course, a piece of work, a line in the CV.
  3. What can't be changed soon (a permit, a place, years of experience):
     leave out adverts that ask for it.
  4. Ask one of those who judged your skills what would have been enough."""


def test_render_patterns():
    found = patterns([*[NO_SAP] * 4, other("a", "screen"), other("b", "offer")])
    lines = [click.unstyle(line) for line in render_patterns(found, [Table("The tables", ("a", "b"), (("c", "d"),))])]
    assert "\n".join(lines) == SCREEN


def test_patterns_of_too_few():
    lines = [click.unstyle(line) for line in render_patterns(patterns([row()]), [])]
    at = lines.index("What can be told from this")
    assert lines[at : at + 4] == ["What can be told from this", "  - Nothing so far is clear of chance.", "", "Looked for, and not found"]
    assert not any(line.startswith("  Exact tests") for line in lines)
    assert "No pattern here is clear enough to act on." in lines


@pytest.mark.parametrize(("rows", "number"), [([], 0), ([other("a", "interview")], 1)], ids=["no rows", "no rejection"])
def test_patterns_without_a_rejection(rows, number):
    assert [click.unstyle(line) for line in render_patterns(patterns(rows), [])] == [
        "What your rejections say together",
        f"Applications: {number}. Turned down: 0; an offer: 0; no decision: {number}.",
        "There is no rejection among them, so there is nothing to count.",
    ]
