import pytest

from feedback_nlp.examples import digest
from feedback_nlp.feedback import give_feedback
from feedback_nlp.labels import ANOTHER_CANDIDATE, CULTURAL_FIT, HIRING_FREEZE, LABELS, NOT_REJECTION, SKILLS_GAP, VAGUE_SUBJECTIVE
from feedback_nlp.records import Email, Example, Prediction
from feedback_nlp.verdict import verdict_of

CHOSEN = "In the end we gave the post of baker to somebody who has run a large oven before."
MISSING = "You would need a food hygiene certificate, which you do not have yet."
THANKS = "Thank you for coming to see us."
TEXT = f"Dear Robin,\n\n{THANKS} {CHOSEN}\n{MISSING}\n\nBest,\nIda\n"
GERMAN = "Sehr geehrte Frau Holm,\n\nleider haben wir uns für eine andere Bewerberin entschieden.\n\nMit freundlichen Grüßen\nIda\n"


def example(primary, text=TEXT, **fields):
    return Example(f"own-{digest(text)}", text, primary, **fields)


def span(sentence, label, text=TEXT):
    return (text.index(sentence), text.index(sentence) + len(sentence), label)


@pytest.mark.parametrize(
    ("said", "evidence"),
    [
        pytest.param(example(SKILLS_GAP), [MISSING], id="nothing marked"),
        pytest.param(example(ANOTHER_CANDIDATE), [CHOSEN], id="nothing marked, another label"),
        pytest.param(example(SKILLS_GAP, evidence=(THANKS,)), [THANKS], id="a sentence marked"),
        pytest.param(example(SKILLS_GAP, evidence=(MISSING, THANKS)), [THANKS, MISSING], id="two marked, in the mail's order"),
        pytest.param(example(SKILLS_GAP, evidence=(CHOSEN, CHOSEN[7:20])), [CHOSEN], id="one within another"),
        pytest.param(example(SKILLS_GAP, f"{TEXT}not here", evidence=("not here",)), [MISSING], id="marked in other words"),
        pytest.param(example(SKILLS_GAP, sentences=(span(THANKS, SKILLS_GAP),)), [THANKS], id="a span marked"),
        pytest.param(example(VAGUE_SUBJECTIVE, sentences=(span(THANKS, "vague_decision"),)), [THANKS], id="a span of the bare no"),
        pytest.param(example(ANOTHER_CANDIDATE, sentences=(span(THANKS, SKILLS_GAP),)), [CHOSEN], id="a span of something else"),
        pytest.param(example(NOT_REJECTION), [], id="no rejection"),
    ],
)
def test_the_label_is_certain_and_the_evidence_verbatim(said, evidence, model):
    found = verdict_of(said, TEXT, model)
    assert (found.label, found.confidence, found.possible) == (said.primary, 1.0, (said.primary,))
    assert found.scores == {label: float(label == said.primary) for label in LABELS}
    assert [quote.text for quote in found.evidence] == evidence
    assert all(TEXT[quote.start : quote.end] == quote.text for quote in found.evidence)


@pytest.mark.parametrize(
    ("said", "evidence"),
    [
        pytest.param(example(ANOTHER_CANDIDATE, secondary=(SKILLS_GAP,)), {SKILLS_GAP: MISSING}, id="nothing marked"),
        pytest.param(
            example(ANOTHER_CANDIDATE, secondary=(CULTURAL_FIT,), evidence=(MISSING,), sentences=(span(THANKS, CULTURAL_FIT),)),
            {CULTURAL_FIT: THANKS},
            id="a span marked",
        ),
    ],
)
def test_secondary_reasons_have_their_own_evidence(said, evidence, model):
    found = verdict_of(said, TEXT, model)
    assert found.secondary == said.secondary
    assert {reason: quote.text for reason, quote in found.secondary_evidence.items()} == evidence


def test_a_mail_that_the_model_can_not_judge(model):
    found = verdict_of(example(ANOTHER_CANDIDATE, GERMAN, secondary=(SKILLS_GAP,)), GERMAN, model)
    assert (found.label, found.secondary, found.evidence, found.secondary_evidence) == (ANOTHER_CANDIDATE, (SKILLS_GAP,), (), {})


def test_the_evidence_for_the_model_s_own_label_is_its_evidence(model):
    for text in (TEXT, f"{THANKS} {MISSING}", GERMAN):
        said = next(model.classify([text]))
        assert model.evidence_for(text, [said.label] if said.label else LABELS).get(said.label, ()) == said.evidence


def test_feedback_gives_the_person_s_label_and_the_advice_that_follows(model):
    mails = [Email("1", TEXT), Email("2", "Lunch on Friday?"), Email("3", f" {TEXT.upper()}")]
    human = {digest(TEXT): example(HIRING_FREEZE, evidence=(THANKS,))}
    plain, other, shouted = give_feedback(mails, model, human)
    (said,) = model.classify([TEXT])
    assert isinstance(plain.overruled, Prediction)
    assert (plain.prediction.label, plain.prediction.evidence[0].text, plain.overruled) == (HIRING_FREEZE, THANKS, said)
    assert said.label != HIRING_FREEZE
    (without,) = give_feedback(mails[:1], model)
    assert (without.prediction, without.overruled) == (said, None)
    assert plain.advice.meaning != without.advice.meaning
    assert (other.prediction.label, other.overruled) == (NOT_REJECTION, None)
    assert shouted.prediction.label == HIRING_FREEZE
