import pytest

from feedback_nlp.records import Advice, Email, Evidence, Feedback, Parties, Prediction, Remark, Said, Signals, Step
from feedback_nlp.rows import remark_row, row_of, signals_in
from feedback_nlp.sheet.columns import KINDS, fits, is_own

SCORES = {
    "skills_gap": 0.1,
    "cultural_fit": 0.1,
    "another_candidate": 0.6,
    "hiring_freeze": 0.1,
    "vague_subjective": 0.05,
    "not_rejection": 0.05,
}
JUDGED = Prediction(
    "another_candidate",
    0.6,
    SCORES,
    ("cultural_fit",),
    (Evidence("We chose “Ann”.", 0, 15, 0.9),),
    possible=("another_candidate", "cultural_fit"),
)
UNJUDGED = Prediction(None, 0.0, {}, note="There are no words here to read.")
ADVICE = Advice("Somebody else was chosen.", ("Thank them.", "Go on."), ("May I ask why?",))
CONTRACT = {
    "label": "another_candidate",
    "confidence": 0.6,
    "scores": SCORES,
    "possible": ["another_candidate", "cultural_fit"],
    "secondary": ["cultural_fit"],
    "evidence": ["We chose “Ann”."],
    "next_steps": ["Thank them.", "Go on."],
    "questions": ["May I ask why?"],
    "signals": [],
    "own_labels": [],
    "company": "Oven",
    "role": "unknown",
    "sender_type": "recruiter",
    "stage": "interview",
    "label_source": "model",
    "model_label": "another_candidate",
}
OWN_CONTRACT = CONTRACT | {"label_source": "human", "model_label": None}
UNJUDGED_CONTRACT = {
    "label": None,
    "confidence": 0.0,
    "scores": {},
    "possible": [],
    "secondary": [],
    "evidence": [],
    "next_steps": [],
    "questions": [],
    "signals": [],
    "own_labels": [],
    "note": "There are no words here to read.",
    "company": "unknown",
    "role": "unknown",
    "sender_type": "unknown",
    "stage": "",
    "label_source": "model",
    "model_label": None,
}
MESSAGE = Email("1@x", "We chose “Ann”.", "No", "a@b.example", "today", "1@x", "in.mbox")
HEADERS = {"message_id": "1@x", "date": "today", "sender": "a@b.example", "subject": "No", "source": "in.mbox", "position": 1}
NO_HEADERS = {"message_id": "", "date": "", "sender": "", "subject": "", "source": "", "position": 1}
KNOWN = Parties("Oven", "", "recruiter"), Step("interview", True)
TABLE_ROW = Email("7", "We chose “Ann”.", row=3, extra={"id": "7", "text": "We chose “Ann”.", "n": 5, "label": "old", "note": "mine"})


@pytest.mark.parametrize(
    ("feedback", "row"),
    [
        pytest.param(Feedback(MESSAGE, JUDGED, *KNOWN, advice=ADVICE), {"id": "1@x", **CONTRACT, **HEADERS}, id="message"),
        pytest.param(
            Feedback(TABLE_ROW, JUDGED, *KNOWN, advice=ADVICE),
            {"id": "7", **CONTRACT, **NO_HEADERS, "row": 3, "text": "We chose “Ann”.", "n": 5, "note": "mine"},
            id="row",
        ),
        pytest.param(
            Feedback(MESSAGE, JUDGED, *KNOWN, overruled=UNJUDGED, advice=ADVICE),
            {"id": "1@x", **OWN_CONTRACT, **HEADERS},
            id="the person's label",
        ),
        pytest.param(
            Feedback(MESSAGE, UNJUDGED, advice=Advice("")), {"id": "1@x", **UNJUDGED_CONTRACT, **HEADERS}, id="message not judged"
        ),
        pytest.param(
            Feedback(TABLE_ROW, UNJUDGED, advice=Advice("")),
            {"id": "7", **UNJUDGED_CONTRACT, **NO_HEADERS, "row": 3, "text": "We chose “Ann”.", "n": 5},
            id="row not judged",
        ),
    ],
)
def test_contract(feedback, row):
    assert row_of(feedback) == row


SAID = Signals(
    door=Said("apply again", "in May", "Try us in May."),
    gaps=(Said("skill", "SAP", "You lack SAP."), Said("language", "", "And German.")),
    deadline=Said("deadline", "by Friday", "Sign by Friday."),
)


def test_signals():
    fields = row_of(Feedback(MESSAGE, JUDGED, *KNOWN, SAID, advice=ADVICE))["signals"]
    assert fields == [
        {"signal": "door", "value": "apply again", "words": "in May", "quote": "Try us in May."},
        {"signal": "gaps", "value": "skill", "words": "SAP", "quote": "You lack SAP."},
        {"signal": "gaps", "value": "language", "words": "", "quote": "And German."},
        {"signal": "deadline", "value": "deadline", "words": "by Friday", "quote": "Sign by Friday."},
    ]
    assert signals_in(fields) == SAID
    assert signals_in([]) == Signals()


@pytest.mark.parametrize("email", [MESSAGE, TABLE_ROW], ids=["message", "row"])
@pytest.mark.parametrize("prediction", [JUDGED, UNJUDGED], ids=["judged", "not judged"])
def test_files_of_rows_know_the_columns(email, prediction):
    row = row_of(Feedback(email, prediction, advice=ADVICE))
    assert is_own(row)
    assert set(row) - set(KINDS) <= {"text", "n"}
    assert all(fits(row[name], kind) for name, kind in KINDS.items() if row.get(name) is not None)


def test_remark_row():
    assert remark_row(Remark("blame", 8, 17, "It stays.", "I was sad."), "Thanks.\nYou lied!\n") == {
        "kind": "blame",
        "sentence": "You lied!",
        "start": 8,
        "end": 17,
        "why": "It stays.",
        "kinder": "I was sad.",
    }
