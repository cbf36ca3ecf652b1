from collections.abc import Mapping

import pytest

from feedback_nlp.advice import advice_table, advise, gap_of, general_advice
from feedback_nlp.labels import LABELS, NOT_REJECTION, REASONS
from feedback_nlp.records import Email, Evidence, Prediction
from feedback_nlp.signals import can_be_answered, refuses_feedback

SOURCES = {"000", "001", "002", "003", "004", "own"}
TABLE = advice_table()
GAPS = TABLE["gap"]
PERSONAL = Email("1", "Dear Sam,\n\nIt is a no, sorry.\n\nBest,\nIda")
FORM = Email("1", "Dear Sam,\n\nIt is a no.\n\nThis is an automated message.")
REFUSING = Email("1", "Dear Sam,\n\nIt is a no. We are unable to provide individual feedback.\n\nBest,\nIda")


def prediction(label, quote="It is a no"):
    return Prediction(label, 1.0, {label: 1.0}, evidence=(Evidence(quote, 0, len(quote), 0.9),))


def entries(value):
    if isinstance(value, Mapping):
        if "rests_on" in value or "text" in value:
            yield value
        else:
            for inner in value.values():
                yield from entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from entries(inner)


def test_table_has_every_label_and_nothing_unknown():
    assert set(TABLE) == {*LABELS, "form_mail", "gap", "silence"}
    assert all(set(TABLE[label]) == {"meaning", "steps", "questions"} for label in LABELS)
    assert all(set(gap) - {"condition"} == {"kind", "words", "step", "question"} for gap in GAPS)


def test_every_entry_says_something_and_names_its_source():
    found = list(entries(TABLE))
    assert len(found) > 40
    assert [
        e for e in found if set(e) - {"contact", "skill"} != {"text", "rests_on"} or not e["text"].strip() or e["rests_on"] not in SOURCES
    ] == []
    assert [e for e in (*found, *GAPS) for flag in ("contact", "skill", "condition") if not isinstance(e.get(flag, False), bool)] == []


@pytest.mark.parametrize("label", LABELS)
def test_meaning_is_one_line_of_words(label):
    assert TABLE[label]["meaning"].strip().endswith(".")
    assert "\n" not in TABLE[label]["meaning"]


@pytest.mark.parametrize("label", REASONS)
def test_counts_in_the_table(label):
    assert 3 <= len(TABLE[label]["steps"]) <= 5
    assert 3 <= len(TABLE[label]["questions"]) <= 5


@pytest.mark.parametrize("label", REASONS)
@pytest.mark.parametrize(
    ("email", "questions"),
    [
        pytest.param(PERSONAL, (3, 5), id="personal"),
        pytest.param(FORM, (1, 2), id="form mail"),
        pytest.param(REFUSING, (0, 2), id="no feedback"),
    ],
)
@pytest.mark.parametrize("quote", ["It is a no", *(gap["words"][0] for gap in GAPS)])
def test_counts_of_advice(label, email, questions, quote):
    advice = advise(prediction(label, quote), email)
    assert 3 <= len(advice.next_steps) <= 5
    assert questions[0] <= len(advice.questions) <= questions[1]
    assert len(set(advice.next_steps)) == len(advice.next_steps)
    assert len(set(advice.questions)) == len(advice.questions)
    assert advice.answerable is (email is not FORM)


@pytest.mark.parametrize("email", [PERSONAL, FORM, REFUSING], ids=["personal", "form mail", "no feedback"])
def test_not_a_rejection_gets_no_advice(email):
    advice = advise(prediction(NOT_REJECTION), email)
    assert (advice.meaning, advice.next_steps, advice.questions, advice.gap) == (TABLE[NOT_REJECTION]["meaning"], (), (), "")


def test_a_mail_without_a_label_gets_its_note():
    advice = advise(Prediction(None, 0.0, {}, note="There are no words."), PERSONAL)
    assert (advice.meaning, advice.next_steps, advice.questions) == ("There are no words.", (), ())


@pytest.mark.parametrize("label", LABELS)
def test_general_advice_is_the_table(label):
    advice = general_advice(label)
    assert advice.meaning == TABLE[label]["meaning"]
    assert advice.next_steps == tuple(step["text"] for step in TABLE[label]["steps"])
    assert advice.questions == tuple(question["text"] for question in TABLE[label]["questions"])


@pytest.mark.parametrize("gap", GAPS, ids=[gap["kind"] for gap in GAPS])
def test_every_kind_of_gap_is_reached(gap):
    assert [(word, gap_of([f"Sorry: {word.upper()}."])["kind"]) for word in gap["words"]] == [(word, gap["kind"]) for word in gap["words"]]
    advice = advise(prediction("skills_gap", gap["words"][0]), PERSONAL)
    assert advice.gap == gap["kind"]
    assert gap["step"]["text"] in advice.next_steps
    assert gap["question"]["text"] in advice.questions


@pytest.mark.parametrize("label", [label for label in REASONS if label != "skills_gap"])
def test_a_gap_is_named_for_skills_gap_only(label):
    assert advise(prediction(label, "We can't sponsor a visa"), PERSONAL).gap == ""


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("We are not able to sponsor a visa for this post.", "work permit"),
        ("You need the right to work in Ireland.", "work permit"),
        ("The crew needs somebody who can relocate to Leith.", "place"),
        ("Your salary expectation lies above what we can pay.", "pay"),
        ("Your notice period is too long for us.", "availability"),
        ("The desk needs a fluent speaker of Danish.", "language"),
        ("Your references did not arrive in time.", "paperwork"),
        ("We feel that you are overqualified for the till.", "too much experience"),
        ("You do not hold a forklift licence.", "licence"),
        ("Your take-home fell short of the bar.", "test"),
        ("You have not led a team before.", None),
        ("We wanted deeper knowledge of Rust.", None),
        ("The contest was close.", None),
    ],
)
def test_gap_of(quote, kind):
    gap = gap_of([quote])
    assert (gap is None) if kind is None else (gap is not None and kind in gap["kind"])


def test_a_form_mail_keeps_the_step_on_a_failed_test():
    gap = next(gap for gap in GAPS if "take-home" in gap["words"])
    assert gap["step"]["text"] in advise(prediction("skills_gap", "your take-home"), FORM).next_steps


@pytest.mark.parametrize("label", REASONS)
@pytest.mark.parametrize("email", [FORM, REFUSING], ids=["form mail", "no feedback"])
def test_nobody_is_sent_to_ask_where_asking_is_no_use(label, email):
    contact = {step["text"] for step in TABLE[label]["steps"] if step.get("contact")}
    assert contact
    assert contact & set(advise(prediction(label), PERSONAL).next_steps) == contact
    assert contact & set(advise(prediction(label), email).next_steps) == set()


# The mail's sender and end, whether a person may read an answer, whether feedback is refused.
SIGNALS = [
    ("ida@mill.example", "Best,\nIda", True, False),
    ("ida@mill.example", "Kind regards,\nIda Mill\nHead of Baking", True, False),
    ("ida@mill.example", "Cheers, Ida", True, False),
    ("ida@mill.example", "Yours sincerely,\nDr. I. Mill", True, False),
    ("ida@mill.example", "If you have questions, just reply to this mail.\n\nIda Mill", True, False),
    ("ida@mill.example", "Happy to give you feedback over the phone.\n\nBest,\nIda", True, False),
    ("ida@mill.example", "We would like to offer feedback if you want it.\n\nBest,\nIda", True, False),
    ("ida@mill.example", "Please do not hesitate to reply with questions.\n\nBest,\nIda", True, False),
    ("", "Sorry again!\nIda", True, False),
    ("no-reply@mill.example", "Best,\nIda", False, False),
    ("Mill <noreply@mill.example>", "Kind regards,\nMill", False, False),
    ("do-not-reply@mill.example", "Kind regards,\nMill", False, False),
    ("do_not_reply@mill.example", "Kind regards,\nMill", False, False),
    ("notifications@mill.example", "Kind regards,\nMill", False, False),
    ("jobs@mill.example", "Please do not reply to this email.", False, False),
    ("jobs@mill.example", "This mailbox is not monitored.", False, False),
    ("jobs@mill.example", "This is an automated message.", False, False),
    ("jobs@mill.example", "Replies to this message are not read.\nSent from an unmonitored address.", False, False),
    ("jobs@mill.example", "Kind regards,\nThe Mill Recruitment Team", False, False),
    ("jobs@mill.example", "Best wishes,\nTalent Acquisition", False, False),
    ("jobs@mill.example", "Thanks,\nMill HR", False, False),
    ("ida@mill.example", "We are unable to provide individual feedback.\n\nBest,\nIda", True, True),
    ("ida@mill.example", "Sadly we cannot give\nfeedback to every applicant.\n\nBest,\nIda", True, True),
    ("ida@mill.example", "Sadly we can't give feedback.\n\nBest,\nIda", True, True),
    ("ida@mill.example", "We do not offer feedback at this stage.\n\nBest,\nIda", True, True),
    ("ida@mill.example", "Please note that feedback won’t be given.\n\nBest,\nIda", True, True),
    ("jobs@mill.example", "No individual feedback can be given.\n\nKind regards,\nThe Hiring Team", False, True),
    ("no-reply@mill.example", "We cannot share detailed feedback with candidates.", False, True),
]


@pytest.mark.parametrize(("sender", "end", "answerable", "refused"), SIGNALS, ids=range(len(SIGNALS)))
def test_signals(sender, end, answerable, refused):
    email = Email("1", f"Dear Sam,\n\nThank you for your time. We have chosen somebody else.\n\n{end}\n", sender=sender)
    assert (can_be_answered(email), refuses_feedback(email)) == (answerable, refused)
