import pytest
import spacy
from spacy import displacy

from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS
from feedback_nlp.sentences import split_sentences

DECISION = "We have decided to give the job to another candidate."
MAIL = f"Dear Ilse,\n\nThank you for coming to see us. {DECISION}\n\nKind regards,\nBram\n"
GERMAN = (
    "Sehr geehrte Frau Holm,\n\nvielen Dank für Ihre Bewerbung. Leider haben wir uns für eine andere Bewerberin entschieden.\n\n"
    "Mit freundlichen Grüßen\nIda Mühle\n"
)


@pytest.fixture(scope="module")
def nlp(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDBACK_NLP_HOME", str(tmp_path_factory.mktemp("home")))
        nlp = spacy.blank("en")
        nlp.add_pipe("feedback_reason")
        return nlp


def test_cats_are_the_models_scores(nlp, model):
    (prediction,) = model.classify([MAIL])
    doc = nlp(MAIL)
    assert doc.cats == prediction.scores
    assert list(doc.cats) == list(LABELS)
    assert max(doc.cats, key=doc.cats.get) == "another_candidate"


def test_spans_are_the_evidence(nlp):
    doc = nlp(MAIL)
    assert [(span.text, span.label_) for span in doc.spans["feedback"]] == [(DECISION, "another_candidate")]


@pytest.mark.parametrize(
    "change", [str, lambda t: t.replace(" ", "\xa0"), lambda t: t.replace(" to", "\r\nto")], ids=["plain", "nbsp", "crlf"]
)
def test_spans_keep_the_offsets_of_the_evidence(change, nlp, model):
    text = change(MAIL)
    (prediction,) = model.classify([text])
    doc = nlp(text)
    assert prediction.evidence
    assert [(s.start_char, s.end_char) for s in doc.spans["feedback"]] == [(e.start, e.end) for e in prediction.evidence]


def starts(doc):
    return [sentence.start_char for sentence in doc.sents]


MAILS = {
    "mail": MAIL,
    "crlf": MAIL.replace("\n", "\r\n"),
    "nbsp": MAIL.replace(" ", "\xa0"),
    "leading-space": "\n\n  " + MAIL,
    "quoted-below": f"{MAIL}\nOn Mon, 2 Feb 2026, Bram wrote:\n> Are you free? We would like to talk.\n> Bram\n",
    "bullets": "Hello,\n\nPlease bring:\n- your passport\n- two references\n\nSee you then.\n",
    "german": GERMAN,
    "one-word": "No",
}


@pytest.mark.parametrize("text", MAILS.values(), ids=MAILS)
def test_sentence_starts(text, nlp):
    assert starts(nlp(text)) == sorted({0, *(start for start, _ in split_sentences(text))})


def test_sentence_starts_of_the_corpus():
    nlp = spacy.blank("en")
    nlp.add_pipe("feedback_sentences")
    texts = [e.text for e in read_corpus()[0][::20]]
    assert len(texts) >= 200
    wrong = [doc.text for doc in nlp.pipe(texts) if starts(doc) != sorted({0, *(start for start, _ in split_sentences(doc.text))})]
    assert wrong == []


def test_displacy(nlp):
    html = displacy.render(nlp(MAIL), style="span", options={"spans_key": "feedback"}, jupyter=False)
    assert html.count("another_candidate") == 1
    assert "Ilse" in html


@pytest.mark.parametrize("text", [GERMAN, "", "12345 !!!"], ids=["german", "empty", "no-words"])
def test_a_mail_that_cannot_be_judged_gets_no_cats(text, nlp):
    doc = nlp(text)
    assert doc.cats == {}
    assert list(doc.spans["feedback"]) == []


def test_a_mail_that_is_no_rejection_has_no_spans(nlp):
    doc = nlp("Hi Ilse,\n\nWe would like to invite you to an interview on Friday at ten.\n\nBram\n")
    assert max(doc.cats, key=doc.cats.get) == "not_rejection"
    assert list(doc.spans["feedback"]) == []


def test_the_pipe_can_name_a_model(nlp, small_model, tmp_path):
    from feedback_nlp.store import save

    named = spacy.blank("en")
    named.add_pipe("feedback_reason", config={"model": str(save(small_model, tmp_path / "mine"))})
    (prediction,) = small_model.classify([MAIL])
    assert named(MAIL).cats == prediction.scores != nlp(MAIL).cats
