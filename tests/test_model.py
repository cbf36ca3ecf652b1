from collections import Counter
from dataclasses import replace
from string import ascii_lowercase

import numpy as np
import pytest

from feedback_nlp.columns import Found
from feedback_nlp.examples import read_corpus
from feedback_nlp.features import document_features
from feedback_nlp.labels import (
    ANOTHER_CANDIDATE,
    BOILERPLATE,
    LABELS,
    NOT_REJECTION,
    REASONS,
    SENTENCE_LABELS,
    SKILLS_GAP,
)
from feedback_nlp.model import MOST_CHARACTERS, Block, Linear, _quote, softmax
from feedback_nlp.preprocess import OPENING
from feedback_nlp.records import Evidence, Sentence

CHOSEN = "we chose somebody with a licence."
TEXT = "Hi Ana, we chose somebody with a licence. Good luck."
SENTENCES = [Sentence(0, 7, ("hi",)), Sentence(8, 41, ("chose",)), Sentence(42, 52, ("luck",))]


def probabilities(*rows):
    """Of each sentence the chances of a missing skill and of boilerplate; the rest is another candidate's."""
    found = np.zeros((len(rows), len(SENTENCE_LABELS)))
    for row, (skill, boilerplate) in zip(found, rows, strict=True):
        row[SENTENCE_LABELS.index(SKILLS_GAP)], row[SENTENCE_LABELS.index(BOILERPLATE)] = skill, boilerplate
        row[SENTENCE_LABELS.index(ANOTHER_CANDIDATE)] = 1 - skill - boilerplate
    return found


@pytest.mark.parametrize(
    ("rows", "quotes"),
    [
        pytest.param([(0.02, 0.97), (0.01, 0.01), (0.0, 0.99)], [CHOSEN], id="no greeting, where none says it"),
        pytest.param([(0.3, 0.6), (0.01, 0.01), (0.0, 0.99)], ["Hi Ana,"], id="a likely one, though it is likelier boilerplate"),
        pytest.param([(0.02, 0.97), (0.01, 0.98), (0.0, 0.99)], ["Hi Ana,"], id="nothing but boilerplate"),
        pytest.param([(0.6, 0.3), (0.9, 0.0), (0.0, 0.99)], ["Hi Ana,", CHOSEN], id="two, in the mail's order"),
    ],
)
def test_where_a_reason_is_said(rows, quotes):
    assert [quote.text for quote in _quote(TEXT, SENTENCES, probabilities(*rows), SKILLS_GAP)] == quotes


def test_a_secondary_reason_is_not_quoted_from_a_greeting(model):
    text = "Hi Ana, we gave it to a lad with more experience on the saws. Cheers, Pete"
    (said,) = model.classify([text])
    assert said.secondary == (SKILLS_GAP,)
    assert said.secondary_evidence[SKILLS_GAP].text == "we gave it to a lad with more experience on the saws."


# one block

BLOCK = Block({"pear": 1, "apple": 2, "fig": 0}, np.array([1.0, 2.0, 4.0]), np.array([[1.0, 0.0], [0.0, 3.0], [-1.0, 2.0]]))
TWICE = 1 + np.log(2)


def score(values):
    """By the definition: tf-idf, and its sum with the coefficients over the square root of its length."""
    values = np.array(values)
    return values @ BLOCK.coefficients / np.sqrt(np.linalg.norm(values))


def test_what_is_kept_of_a_block():
    arrays = BLOCK.arrays()
    assert list(arrays) == ["words", "idf", "coefficients"]
    assert arrays["words"].tobytes() == b"apple\nfig\npear\n"
    assert arrays["idf"].tolist() == [4, 1, 2]
    assert arrays["coefficients"].tolist() == [[-1, 2], [1, 0], [0, 3]]
    assert [arrays[name].dtype for name in ("idf", "coefficients")] == [np.float32, np.float16]


def test_a_block_adds_to_the_scores_of_the_rows_that_have_its_features():
    scores = np.array([[10.0, 20], [30, 40], [50, 60]])
    BLOCK.add_scores(scores, Found(np.array([2, 0, 2, 2]), np.array([1, 2, 0, 1])))
    np.testing.assert_allclose(scores - [[10, 20], [30, 40], [50, 60]], [score([0, 0, 4]), [0, 0], score([1, 2 * TWICE, 0])])


def test_a_block_adds_to_a_row_below_the_first():
    scores = np.zeros((3, 2))
    BLOCK.add_scores(scores, Found(np.array([1]), np.array([1])))
    np.testing.assert_allclose(scores, [[0, 0], score([0, 2, 0]), [0, 0]])


def test_a_block_adds_nothing_where_none_of_its_features_is():
    scores = np.array([[10.0, 20]])
    BLOCK.add_scores(scores, Found(np.array([], dtype=int), np.array([], dtype=int)))
    assert scores.tolist() == [[10, 20]]


@pytest.mark.parametrize(
    ("features", "values", "parts"),
    [
        pytest.param(["pear"], [0, 2, 0], [[0, 2, 0]], id="one"),
        pytest.param(
            ["pear", "plum", "apple", "pear"],
            [0, 2 * TWICE, 4],
            [[0, TWICE, 0], [0, 0, 0], [0, 0, 4], [0, TWICE, 0]],
            id="one that is there twice has a half each, and an unknown one nothing",
        ),
        pytest.param(["fig", "apple"], [1, 0, 4], [[1, 0, 0], [0, 0, 4]], id="two"),
        pytest.param(["plum"], [0, 0, 0], [[0, 0, 0]], id="none is known"),
        pytest.param([], [0, 0, 0], np.empty((0, 3)), id="none"),
    ],
)
def test_shares_of_a_score(features, values, parts):
    shares = BLOCK.shares(features)
    np.testing.assert_allclose(shares, np.array(parts) @ BLOCK.coefficients / np.sqrt(np.linalg.norm(values) or 1))
    if any(values):
        np.testing.assert_allclose(shares.sum(axis=0), score(values))


def test_a_linear_map_standardises_first():
    linear = Linear(np.array([1.0, 2]), np.array([2.0, 4]), np.array([[1.0, 3], [10, 5]]), np.array([0.5, -0.5]))
    assert linear(np.array([3.0, 10])).tolist() == [21.5, 12.5]
    assert linear(np.array([[3.0, 10], [1, 2]])).tolist() == [[21.5, 12.5], [0.5, -0.5]]


@pytest.mark.parametrize(
    ("scores", "probabilities"),
    [
        pytest.param([[0, 0], [np.log(3), 0]], [[0.5, 0.5], [0.75, 0.25]], id="rows"),
        pytest.param([[1000, 1000 + np.log(3)], [-1000, -1000]], [[0.25, 0.75], [0.5, 0.5]], id="far from zero"),
        pytest.param(np.empty((0, 2)), np.empty((0, 2)), id="no rows"),
    ],
)
def test_softmax(scores, probabilities):
    np.testing.assert_allclose(softmax(np.array(scores, dtype=float)), np.array(probabilities), rtol=1e-12)


# many mails

NO = "Unfortunately we chose another candidate for this role, who has more experience with our tools."
YES = "We would like to invite you to an interview on Tuesday. Please tell us when you have time."
GERMAN = "Leider haben wir uns für eine andere Person entschieden, die besser zu uns passt."


def test_the_columns_of_a_model(model):
    assert model.classes_.tolist() == list(LABELS)
    for name, words in model.vocabularies.items():
        assert [model.blocks[name].vocabulary[word] for word in words[:50]] == list(range(50))
        assert len(words) == len(model.blocks[name].vocabulary)


def test_probabilities_of_texts(model):
    rows = model.predict_proba([NO, GERMAN, YES])
    assert rows.shape == (3, len(LABELS))
    assert rows[1].tolist() == [float(label == NOT_REJECTION) for label in LABELS]
    for row, prediction in zip(rows, model.classify([NO, GERMAN, YES]), strict=True):
        assert prediction.label is None or dict(zip(LABELS, row.tolist(), strict=True)) == prediction.scores
    assert rows.sum(axis=1).tolist() == pytest.approx([1, 1, 1])
    assert model.predict([NO, GERMAN, YES]).tolist() == [ANOTHER_CANDIDATE, NOT_REJECTION, NOT_REJECTION]
    assert model.predict_proba([]).shape == (0, len(LABELS))
    assert model.predict([]).tolist() == []


def test_mails_are_read_as_they_come_and_answered_in_order(model):
    taken = []
    texts = [text for _ in range(100) for text in (NO, GERMAN, YES)]
    readings = model.read(taken.append(text) or text for text in texts)
    first = next(readings)
    assert (first.prediction.label, len(taken)) == (ANOTHER_CANDIDATE, 256)
    said = [first, *readings]
    assert [r.prediction.label for r in said] == [ANOTHER_CANDIDATE, None, NOT_REJECTION] * 100
    assert [len(r.sentences) for r in said] == [1, 0, 2] * 100
    assert [r.probabilities.shape for r in said] == [(n, len(SENTENCE_LABELS)) for n in (1, 0, 2)] * 100
    assert said[1].prediction.note == "This mail seems to be in German; feedback-nlp reads English only, so it gives no label."


@pytest.mark.parametrize(("further", "note"), [(0, ""), (1, "Only the first 100,000 characters were read.")])
def test_what_stands_after_the_last_character_is_not_read(model, further, note):
    text = f"{NO}\n".ljust(MOST_CHARACTERS + further - len(YES)) + YES
    (reading,) = model.read([text])
    assert reading.prediction.note == note
    last = reading.sentences[-1]
    assert text[last.start : last.end] == "Please tell us when you have time."[: 34 - further]


def test_what_makes_up_a_prediction(model):
    (reading,) = model.read([NO])
    said = reading.prediction
    ((p, mentions, mail),) = model.first_stages([model.sentences_of(NO)])
    np.testing.assert_allclose(p[1:], reading.probabilities)  # the first is the opening that all mails have
    scores = softmax(model.document(document_features(p, mentions, mail))[None, :])[0]
    assert list(said.scores) == list(LABELS)
    np.testing.assert_allclose(list(said.scores.values()), scores)
    assert (said.label, said.confidence) == (LABELS[scores.argmax()], scores.max())
    assert said.evidence == tuple(_quote(NO, reading.sentences, p[1:], said.label))


@pytest.mark.parametrize("subject", ["Your application", "Re: Baker", "Thank you for applying", "hi"])
def test_a_subject_that_says_nothing_is_not_judged(subject, model):
    text = f"Dear Ann,\n\nThank you for coming. {NO}\n\nBo\n"
    head = f"Subject: {subject}\n\n"
    (plain,), (headed,) = model.read([text]), model.read([head + text])
    assert headed.prediction.scores == pytest.approx(plain.prediction.scores)
    assert [s.start - len(head) for s in headed.sentences] == [s.start for s in plain.sentences]
    assert [(head + text)[quote.start : quote.end] for quote in headed.prediction.evidence] == [
        quote.text for quote in plain.prediction.evidence
    ]


@pytest.mark.parametrize("subject", ["We have chosen another candidate", "Your application was not successful"])
def test_a_subject_that_says_it_is_judged(subject, model):
    (reading,) = model.read([f"Subject: {subject}\n\nDear Ann,\n\nThank you for applying.\n\nBo\n"])
    assert reading.sentences[0].start == 0
    assert [quote.text for quote in reading.prediction.evidence] == [f"Subject: {subject}"]


@pytest.mark.parametrize("subject", ["Position filled", "Offer of employment", "Invitation to interview"])
def test_a_subject_of_other_words_is_judged(subject, model):
    assert model.sentences_of(f"Subject: {subject}\n\nDear Ann,\n\nThank you for applying.\n\nBo\n")[0].start == 0


@pytest.mark.parametrize("rest", [GERMAN, "12345 67\n", ""])
def test_a_subject_of_routine_words_makes_nothing_readable(rest, model):
    for subject in ("Thank you for your application to our company", "Your application"):
        (with_subject,), (without,) = model.classify([f"Subject: {subject}\n\n{rest}"]), model.classify([rest])
        assert without.label is None
        assert with_subject.label == (None if rest else "not_rejection"), "a subject alone is all that there is to judge"


@pytest.mark.parametrize("text", ["Subject: Your application", "Subject: Your application\n", "Subject: Your application\n\n\n"])
def test_a_subject_alone_is_judged(text, model):
    assert [text[s.start : s.end] for s in model.sentences_of(text)] == ["", "Subject: Your application"]


GREETINGS = ("", "Hi Alex,", "Hello there", "Good morning Priya!", "Dear Ms Okonkwo,", "Dear Applicant:")


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param("Thank you for coming. We have chosen another candidate.\n\nKind regards\nJo Bell", id="rejection"),
        pytest.param("Your Python was too weak for the role.", id="one sentence"),
        pytest.param("Your order has been sent.\n\nThe shop", id="something else"),
    ],
)
def test_a_greeting_changes_nothing(rest, model):
    readings = list(model.read([f"{greeting}\n\n{rest}" for greeting in GREETINGS]))
    first = readings[0].prediction
    for greeting, reading in zip(GREETINGS, readings, strict=True):
        text = f"{greeting}\n\n{rest}"
        assert reading.prediction.scores == pytest.approx(first.scores)
        assert [quote.text for quote in reading.prediction.evidence] == [quote.text for quote in first.evidence]
        assert all(text[s.start : s.end] for s in reading.sentences)
        assert len(reading.sentences) == len(reading.probabilities)


def test_a_mail_is_judged_as_if_it_began_as_most_of_the_corpus_do(model):
    """With the commonest word of greeting, and what most often follows it where no title does."""
    mails = [e for e in read_corpus()[0] if e.split == "train"][::8]
    firsts = Counter(model.preprocessor(e.text[:200])[0].tokens for e in mails)
    words = Counter()
    for tokens, n in firsts.items():
        words[tokens[0]] += n if tokens[0] in {"hi", "hello", "dear", "hey", "good"} else 0
    (word, _), *_ = words.most_common(1)
    assert next(tokens for tokens, _ in firsts.most_common() if tokens[0] == word and "<title>" not in tokens) == OPENING


def test_the_quotes_for_any_label_stand_in_the_mail(model):
    text = "The role was put on hold."
    for label in LABELS:
        assert [quote.text for quote in model.evidence_for(text, [label])[label]] == [text]


def test_first_stages_of_nothing(model):
    assert model.first_stages([]) == []


def always(linear, scores):
    """A map that gives these scores, whatever it is given."""
    return replace(linear, coefficients=np.zeros_like(linear.coefficients), intercept=scores)


def judged(model, scores, chances=(0, 0, 0, 0), possible=1.0, thresholds=(0.5, 0.5, 0.5, 0.5)):
    """The prediction of a mail of two sentences whose labels' scores and chances of a mention are these."""
    constant = replace(
        model,
        document=always(model.document, np.log(scores)),
        secondary=always(model.secondary, np.array(chances, dtype=float)),
        possible_threshold=possible,
        secondary_thresholds=np.array(thresholds),
    )
    (prediction,) = constant.classify([f"{NO} Your Python is too weak."])
    return prediction


SKILLS, CULTURE, ANOTHER, FREEZE, VAGUE, OTHER = LABELS


@pytest.mark.parametrize(
    ("scores", "possible", "labels"),
    [
        pytest.param([0.2, 0.1, 0.15, 0.05, 0.4, 0.1], 0.3, [VAGUE], id="the label"),
        pytest.param([0.2, 0.1, 0.15, 0.05, 0.4, 0.1], 0.12, [VAGUE, SKILLS, ANOTHER], id="the likeliest first"),
        pytest.param([0.2, 0.1, 0.15, 0.05, 0.4, 0.1], 0.9, [VAGUE], id="the label, however unlikely"),
    ],
)
def test_possible_labels(model, scores, possible, labels):
    said = judged(model, scores, possible=possible)
    assert (said.label, list(said.possible)) == (labels[0], labels)
    same = judged(model, scores, possible=said.scores[labels[-1]])
    assert list(same.possible) == labels, "the threshold itself is enough"


@pytest.mark.parametrize(
    ("likeliest", "chances", "thresholds", "secondary"),
    [
        pytest.param(ANOTHER, [9, -9, 9, -9], [0.5] * 4, [SKILLS], id="the label itself is none"),
        pytest.param(ANOTHER, [9, 9, 9, 9], [0.5] * 4, [SKILLS, CULTURE, FREEZE], id="all"),
        pytest.param(VAGUE, [0, -0.01, -9, 9], [0.5] * 4, [SKILLS, FREEZE], id="the threshold itself is enough"),
        pytest.param(VAGUE, [1, 1, 1, 1], [0.74, 0.73, 0.5, 0.9], [CULTURE, ANOTHER], id="each has its own threshold"),
        pytest.param(OTHER, [9, 9, 9, 9], [0.5] * 4, [], id="none in a mail that turns nobody down"),
    ],
)
def test_secondary_reasons(model, likeliest, chances, thresholds, secondary):
    said = judged(model, [0.9 if label == likeliest else 0.02 for label in LABELS], chances, thresholds=thresholds)
    assert (said.label, list(said.secondary), list(said.secondary_evidence)) == (likeliest, secondary, secondary)
    assert bool(said.evidence) == (likeliest != OTHER)
    assert all(isinstance(quote, Evidence) for quote in said.secondary_evidence.values())


@pytest.mark.parametrize(
    ("sentence", "secondary"),
    [
        ("We have offered the position to another applicant.", []),
        ("The role has now been filled.", []),
        ("Another candidate was selected.", []),
        ("We have decided to go with someone else.", []),
        ("We are moving forward with other candidates.", []),
        ("An internal colleague has been appointed.", []),
        ("The panel has chosen two other finalists.", []),
        ("The job went to a former colleague who came back.", []),
        ("Somebody else accepted our offer yesterday.", []),
        ("We have decided to proceed with candidates who are a better fit.", []),
        ("We have decided to go ahead with a candidate who has more experience with SAP.", [SKILLS]),
        ("We are moving forward with candidates whose experience more closely matches our requirements.", [SKILLS]),
        ("The position was offered to an applicant with stronger qualifications.", [SKILLS]),
        ("We chose somebody who has run a kitchen of this size before.", [SKILLS]),
        ("Other applicants' skills were a closer match to the job description.", [SKILLS]),
        ("We picked a person who already knows our booking system.", [SKILLS]),
        ("The post has gone to a nurse with five years in intensive care.", [SKILLS]),
        ("We have selected candidates with more relevant background.", [SKILLS]),
        ("Someone with a deeper knowledge of tax law accepted the offer.", [SKILLS]),
        ("We have appointed a candidate who already holds the licence.", [SKILLS]),
        ("We chose somebody whose way of working is closer to ours.", [CULTURE]),
        ("The other finalist was a better match with our values and culture.", [CULTURE]),
        ("We went with a person who fits the spirit of our team.", [CULTURE]),
    ],
)
def test_a_choice_names_what_it_compares_or_nothing(sentence, secondary, model):
    text = f"Dear Ann,\n\nThank you for the time you took to speak to us. {sentence}\n\nWe wish you all the best.\n\nBo\n"
    (said,) = model.classify([text])
    assert (said.label, list(said.secondary)) == (ANOTHER, secondary)
    assert [quote.text for quote in said.secondary_evidence.values()] == [sentence] * len(secondary)


def test_what_secondary_reasons_are_told_by(model):
    """The features of the mail, and which reason the label is."""
    features = document_features(*model.first_stages([model.sentences_of(NO)])[0])
    one = np.zeros(len(REASONS))
    one[REASONS.index(ANOTHER)] = 1
    chances = 1 / (1 + np.exp(-model.secondary(np.concatenate([features, one]))))
    for thresholds, secondary in ((chances, [SKILLS, CULTURE, FREEZE]), (chances + 1e-9, [])):
        (said,) = replace(model, secondary_thresholds=thresholds).classify([NO])
        assert list(said.secondary) == secondary


def test_the_quotes_for_any_label(model):
    text = f"Hello Ada,\n\n{NO} Your Python is too weak."
    found = model.evidence_for(text, [SKILLS, OTHER])
    assert {label: quotes[0].text for label, quotes in found.items()} == {SKILLS: "Your Python is too weak.", OTHER: found[OTHER][0].text}
    (reading,) = model.read([text])
    assert found[SKILLS] == tuple(_quote(text, reading.sentences, reading.probabilities, SKILLS))
    assert model.evidence_for(GERMAN, [SKILLS]) == {}
    assert model.evidence_for(" " * (MOST_CHARACTERS - 5) + NO, [SKILLS]) == model.evidence_for("", [SKILLS]) == {}


def test_no_more_than_three_quotes():
    sentences = [Sentence(i, i + 1, ("a",)) for i in range(5)]
    quotes = _quote("abcde", sentences, probabilities((0.5, 0), (0.7, 0), (0.9, 0), (0.8, 0), (0.7, 0)), SKILLS_GAP)
    assert quotes == [Evidence("b", 1, 2, 0.7), Evidence("c", 2, 3, 0.9), Evidence("d", 3, 4, 0.8)]


@pytest.mark.parametrize(
    ("chances", "text"),
    [
        pytest.param([0.5, 0.6, 0.49], "ab", id="a half is enough for a further one"),
        pytest.param([0.3, 0.3, 0.2], "a", id="the first of equals"),
        pytest.param([0.6, 0.7] * 13, "bdf", id="the first of many equals"),
        pytest.param([0.2, 0.3, 0.4], "c", id="one at least"),
    ],
)
def test_which_sentences_are_quoted(chances, text):
    sentences = [Sentence(i, i + 1, ("a",)) for i in range(len(chances))]
    assert (
        "".join(quote.text for quote in _quote(ascii_lowercase, sentences, probabilities(*((c, 0) for c in chances)), SKILLS_GAP)) == text
    )


@pytest.mark.parametrize(("chance", "text"), [(0.1, "a"), (0.099, "b")])
def test_from_one_in_ten_on_a_greeting_is_quoted_too(chance, text):
    rows = probabilities((chance, 0.9 - chance / 2), (0.01, 0.1))
    assert [quote.text for quote in _quote("ab", [Sentence(0, 1, ("a",)), Sentence(1, 2, ("b",))], rows, SKILLS_GAP)] == [text]
