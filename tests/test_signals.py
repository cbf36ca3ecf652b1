from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import feedback_nlp
from feedback_nlp.labels import SIGNAL_VALUES
from feedback_nlp.records import Email, Prediction, Said, Signals
from feedback_nlp.signals import MANY, signals_of


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDBACK_NLP_HOME", str(tmp_path_factory.mktemp("home")))
        return feedback_nlp.load()


def read(model, text, sender=""):
    (reading,) = model.read([text])
    (signals,) = signals_of([(Email("1", text, sender=sender), reading, reading.prediction)], model.preprocessor)
    return signals


def test_every_signal_has_values():
    assert [field.name for field in fields(Signals)] == list(SIGNAL_VALUES)
    assert [name for name in SIGNAL_VALUES if isinstance(getattr(Signals(), name), tuple)] == list(MANY)


NO = "Dear Ann,\n\nThank you for your time. Unfortunately we will not be taking your application further. {}\n\nKind regards,\nBo\n"
LACK = "Dear Ann,\n\nThank you for your time. {} So we can't take your application further.\n\nKind regards,\nBo\n"


@pytest.mark.parametrize(
    ("text", "sender", "name", "said"),
    [
        (NO, "No Reply <no-reply@mill.example>", "reply", Said("no-reply")),
        (NO.format("Please do not reply to this email."), "", "reply", Said("no-reply", "", "Please do not reply to this email.")),
        (NO.format("We will keep your CV on file."), "", "door", Said("kept on file", "", "We will keep your CV on file.")),
        (
            NO.format("Due to the volume of applications we are unable to provide individual feedback."),
            "",
            "feedback",
            Said("refused", "", "Due to the volume of applications we are unable to provide individual feedback."),
        ),
        (
            NO.format("You are welcome to apply again in six months."),
            "",
            "door",
            Said("apply again", "in six months", "You are welcome to apply again in six months."),
        ),
        (
            NO.format("Please return your badge by Friday 12 June."),
            "",
            "deadline",
            Said("deadline", "by Friday 12 June", "Please return your badge by Friday 12 June."),
        ),
        (
            LACK.format("The role needs fluent German, and yours is not there yet."),
            "",
            "gaps",
            (Said("language", "German", "The role needs fluent German, and yours is not there yet."),),
        ),
        (
            NO.format("Should you wish to receive feedback on your interview, please contact Janet Prowse."),
            "",
            "feedback",
            Said("offered", "", "Should you wish to receive feedback on your interview, please contact Janet Prowse."),
        ),
        (
            LACK.format("We are after someone a bit younger, as the lates are hard on the legs."),
            "",
            "traits",
            (Said("age", "", "We are after someone a bit younger, as the lates are hard on the legs."),),
        ),
        (
            LACK.format("You would need a work permit, and we can't sponsor a visa."),
            "",
            "gaps",
            None,
        ),
    ],
)
def test_signals(model, text, sender, name, said):
    found = getattr(read(model, text, sender), name)
    if said is None:
        assert [one.value for one in found] == ["permit"]
    else:
        assert found == said


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (NO.format("Your German is fine."), "gaps"),
        (NO.format("We had lunch on Friday."), "deadline"),
        (NO.format("I swam as badly at your age."), "traits"),
        (NO.format("The files are with the printer."), "door"),
    ],
)
def test_what_is_not_said(model, text, name):
    assert getattr(read(model, text), name) in ((), Said())


@pytest.mark.parametrize(("confidence", "kinds"), [(0.39, []), (0.59, []), (0.6, ["overqualified"]), (1.0, ["overqualified"])])
def test_a_kind_is_asked_for_where_the_label_is_sure_alone(model, confidence, kinds):
    text = "Dear Ann,\n\nThank you for the interview. Because of your epilepsy we do not think that the job would be safe for you.\n\nBo"
    (reading,) = model.read([text])
    said = Prediction("skills_gap", confidence, {})
    (signals,) = signals_of([(Email("1", text), reading, said)], model.preprocessor)
    assert [one.value for one in signals.gaps] == kinds


@pytest.mark.parametrize("text", ["", "Dear Ann, your interview is on Friday at ten. Reply by Thursday, please.", "Ihre Bewerbung ist da."])
def test_only_rejections_have_signals(model, text):
    assert read(model, text) == Signals()


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
def test_quotes_are_verbatim(model, noise):
    text = NO.format(f"{noise} We keep your CV. {noise}")
    for name in SIGNAL_VALUES:
        found = getattr(read(model, text), name)
        for one in found if isinstance(found, tuple) else (found,):
            assert one.value in ("", *SIGNAL_VALUES[name])
            assert one.quote in text
            assert one.words in one.quote
