import pytest

import feedback_nlp
from feedback_nlp.labels import LABELS
from feedback_nlp.language import english_sentences, is_english, language_of, unjudged_note
from feedback_nlp.records import Sentence

GERMAN = (
    "Sehr geehrte Frau Bell,\n\nvielen Dank für Ihre Bewerbung und das gute Gespräch. Leider haben wir uns für eine andere Person "
    "entschieden, deren Erfahrung besser zu dieser Stelle passt. Wir wünschen Ihnen alles Gute.\n\nMit freundlichen Grüßen\nJonas Weber"
)
FRENCH = (
    "Bonjour Claire,\n\nNous vous remercions de votre candidature. Malheureusement, nous avons retenu un autre profil pour ce poste. "
    "Nous vous souhaitons une bonne continuation.\n\nCordialement,\nLuc Morel"
)
SPANISH = (
    "Hola Marta:\n\nGracias por tu interés en nuestra empresa. Lamentamos decirte que hemos elegido a otra persona para el puesto. "
    "Te deseamos mucha suerte.\n\nUn saludo,\nPablo"
)
JAPANESE = (
    "佐藤様\n\nこの度はご応募いただき誠にありがとうございました。慎重に検討した結果、"
    "今回は採用を見送らせていただくことになりました。\n\n人事部"
)
ENGLISH = (
    "Dear Ada,\n\nThank you for your time last week. Unfortunately we have decided to move forward with another candidate whose experience "
    "was closer to what we need for this role. We wish you all the best.\n\nTom Lee"
)
NAMES = (
    "Hi Zbigniew,\n\nOluwaseun, Siobhan and I met at Globex Krakow. We chose another candidate.\n\nKind regards,\nSiobhan Ó Briain\nGlobex"
)


@pytest.fixture(scope="module")
def model():
    return feedback_nlp.load("shipped")


def judge(model, text):
    (prediction,) = model.classify([text])
    return prediction


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(GERMAN, "German", id="german"),
        pytest.param(FRENCH, "French", id="french"),
        pytest.param(SPANISH, "Spanish", id="spanish"),
        pytest.param(JAPANESE, "Japanese", id="japanese"),
    ],
)
def test_mails_in_other_languages_are_not_judged(model, text, language):
    prediction = judge(model, text)
    assert prediction.label is None
    assert prediction.confidence == 0
    assert prediction.scores == {}
    assert prediction.evidence == ()
    assert prediction.note == f"This mail seems to be in {language}; feedback-nlp reads English only, so it gives no label."


@pytest.mark.parametrize("text", [ENGLISH, NAMES], ids=["plain", "names-heavy"])
def test_english_mails_are_judged(model, text):
    prediction = judge(model, text)
    assert set(prediction.scores) == set(LABELS)
    assert prediction.label in LABELS
    assert prediction.note == ""


@pytest.mark.parametrize(
    "text", [f"{ENGLISH}\n\n{GERMAN}", f"{GERMAN}\n\n{ENGLISH}", f"{FRENCH}\n\nEnglish:\n\n{ENGLISH}"], ids=["en-de", "de-en", "fr-en"]
)
def test_mails_in_two_languages_are_judged_by_their_english_part(model, text):
    prediction = judge(model, text)
    assert prediction.label == "another_candidate"
    assert all(quote.text in ENGLISH for quote in prediction.evidence)
    assert prediction.evidence


def test_a_little_english_does_not_carry_a_foreign_mail(model):
    assert judge(model, f"{GERMAN}\n\nBest regards, the team").label is None
    assert judge(model, f"Dear Ada,\n\n{GERMAN}\n\nThis is an automated message.").label is None


@pytest.mark.parametrize(
    ("text", "note"),
    [
        pytest.param("", "There are no words here to read.", id="empty"),
        pytest.param("?! ... 🎉", "There are no words here to read.", id="marks"),
        pytest.param("12345 67", "There are no words here to read.", id="numbers"),
    ],
)
def test_mails_without_words_are_not_judged(model, text, note):
    prediction = judge(model, text)
    assert (prediction.label, prediction.note) == (None, note)


KNOWN = frozenset("we chose another person for this role today".split())


def sentence(words):
    return Sentence(0, len(words), tuple(words.split()))


US, THEM = sentence("we chose another person for this role"), sentence("wir haben jemand anderen für diese rolle")
SHORT = sentence("mit grüßen")


@pytest.mark.parametrize(
    ("sentences", "english"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([sentence("")], None, id="no-tokens"),
        pytest.param([US, US], [US, US], id="english"),
        pytest.param([US, SHORT], [US, SHORT], id="short-ones-stay"),
        pytest.param([SHORT], [SHORT], id="short-only"),
        pytest.param([THEM], None, id="foreign"),
        pytest.param([THEM, SHORT, SHORT], None, id="short-ones-carry-nothing"),
        pytest.param([US, THEM], [US], id="half-english"),
        pytest.param([US, THEM, THEM], None, id="a-third-english"),
        pytest.param([US, US, US, *[THEM] * 9], [US, US, US], id="twenty-english-words"),
        pytest.param([sentence("<name> , <num> <name> we chose xu bo li")], None, id="masks-do-not-count"),
        pytest.param([sentence("we chose <name> <name> <num> and xu")], [sentence("we chose <name> <name> <num> and xu")], id="half-known"),
    ],
)
def test_english_sentences(sentences, english):
    assert english_sentences(sentences, KNOWN) == english


@pytest.mark.parametrize(
    ("text", "sentences", "note"),
    [
        pytest.param("123 …", [], "There are no words here to read.", id="no-letters"),
        pytest.param("-- \nTom", [], "There are no words of the sender's own here to read.", id="no-own-words"),
        pytest.param(
            GERMAN, [THEM], "This mail seems to be in German; feedback-nlp reads English only, so it gives no label.", id="german"
        ),
    ],
)
def test_unjudged_note(text, sentences, note):
    assert unjudged_note(text, sentences) == note


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(GERMAN, "German", id="german"),
        pytest.param(FRENCH, "French", id="french"),
        pytest.param(SPANISH, "Spanish", id="spanish"),
        pytest.param(JAPANESE, "Japanese", id="japanese"),
        pytest.param("Dziękujemy za zgłoszenie. Niestety wybraliśmy inną osobę na to stanowisko.", "Polish", id="polish"),
        pytest.param(ENGLISH, "a language other than English", id="english-has-no-name"),
    ],
)
def test_language_of(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(("text", "english"), [(ENGLISH, True), (GERMAN, False), (FRENCH, False), (JAPANESE, False)])
def test_is_english(text, english):
    assert is_english(text) is english
