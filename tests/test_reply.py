import re
import time
from pathlib import Path

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.drafts import draft
from feedback_nlp.errors import InputError
from feedback_nlp.feedback import give_feedback
from feedback_nlp.labels import REASONS, TONES
from feedback_nlp.model import MOST_CHARACTERS
from feedback_nlp.records import UNSURE_BELOW, Email, Evidence, Prediction, Remark
from feedback_nlp.reply import KINDS, check_reply, reply_table, unread

TABLE = reply_table()
WORDS = TABLE["words"]
SOURCES = {"000", "001", "002", "003", "004", "own"}
CASES = tomli.loads((Path(__file__).parent / "replies.toml").read_text(encoding="utf-8"))
REPLIES = CASES["reply"]
REJECTIONS = {name: Email(name, text) for name, text in CASES["rejections"].items()}
THANKS = "Dear Ida,\n\nThank you for your mail.\n\n"
END = "\n\nKind regards,\nPat\n"
REASON = "The role needs SAP."


def kinds(text, *args):
    return [remark.kind for remark in check_reply(text, *args)]


def reply(sentence):
    return f"{THANKS}{sentence}{END}"


def prediction(label="skills_gap", probability=0.9, quote=REASON):
    return Prediction(label, probability, {label: probability}, evidence=(Evidence(quote, 0, len(quote), 0.9),))


# Whole replies.


@pytest.fixture(scope="module")
def predictions(model):
    return dict(zip(REJECTIONS, model.classify(email.text for email in REJECTIONS.values()), strict=True))


def test_the_table_of_replies():
    assert len({case["id"] for case in REPLIES}) == len(REPLIES) >= 160
    first = [case for case in REPLIES if int(case["id"][1:]) <= 60]
    assert (len(first), sum(case.get("held_out", False) for case in first)) == (120, 60)
    assert {kind for case in REPLIES for kind, _ in case["faults"]} == set(KINDS)
    assert [(case["id"], words) for case in REPLIES for _, words in case["faults"] if words not in case["text"]] == []
    assert [words for case in REPLIES for words in case.get("missed", []) if words not in [w for _, w in case["faults"]]] == []


@pytest.mark.parametrize("case", REPLIES, ids=lambda case: case["id"])
def test_replies(case, predictions):
    to = case.get("to")
    remarks = check_reply(case["text"], REJECTIONS.get(to), predictions.get(to))
    found = [(kind, words) for kind, words in case["faults"] if words not in case.get("missed", [])]
    assert {remark.kind for remark in remarks} == {kind for kind, _ in found}
    for kind, words in found:
        assert any(words in case["text"][r.start : r.end] for r in remarks if r.kind == kind)
    for kind, words in case["faults"]:
        assert words not in case.get("missed", []) or not any(words in case["text"][r.start : r.end] for r in remarks if r.kind == kind)


@pytest.mark.parametrize("tone", TONES)
def test_the_drafts_of_the_program_are_clean(tone, model):
    for feedback in give_feedback(REJECTIONS.values(), model):
        assert check_reply(draft(feedback, tone=tone, name="Pat Moss").body, feedback.email, feedback.prediction) == []


# Sentences of replies.


@pytest.mark.parametrize("sentence", [*CASES["sentences"]["good"], *CASES["sentences"]["missed"]])
def test_sentences_without_a_remark(sentence):
    assert check_reply(reply(sentence)) == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [(kind, s) for kind, sentences in CASES["sentences"].items() if kind not in ("good", "law", "missed") for s in sentences],
)
def test_sentences_with_a_remark(kind, sentence):
    text = reply(sentence)
    found = [text[remark.start : remark.end] for remark in check_reply(text) if remark.kind == kind]
    assert found
    assert all(quote in sentence for quote in found)


@pytest.mark.parametrize("sentence", CASES["sentences"]["law"])
def test_rights_are_left_to_the_person(sentence):
    (remark,) = check_reply(reply(sentence))
    assert remark == Remark("blame", len(THANKS), len(THANKS) + len(sentence), TABLE["fault"][0]["why"])
    assert "an employment-rights adviser, a union, an equality body" in remark.why
    assert "this is no legal advice" in remark.why


def test_nothing_else_is_said_of_a_sentence_about_rights():
    assert kinds(reply("I disagree with your decision, you idiots.")) == ["arguing", "blame"]
    (remark,) = check_reply(reply("I disagree with your decision, you idiots, as it was because of my age."))
    assert remark.why == TABLE["fault"][0]["why"]


@pytest.mark.parametrize("sentence", ["I want to end my life.", "There is no reason to go on.", "I don't want to live any more."])
def test_a_life_comes_first(sentence):
    (remark,) = check_reply(reply(sentence))
    assert (remark.kind, remark.why) == ("private", TABLE["fault"][1]["why"])
    assert "116 123 in the UK and Ireland, 988 in the USA and Canada" in remark.why


def test_a_remark():
    text = "Dear Ida,\n\nthank you for your mail. Frankly, I disagree with\nyour decision. All the best,\n\nPat"
    assert check_reply(text) == [
        Remark(
            "arguing",
            *re.search(r"Frankly.*?decision\.", text, re.DOTALL).span(),
            "They have decided, and an argument hardly ever changes that; how you took it is what they will remember.",
            "I understand your decision.",
        )
    ]


def test_remarks_come_in_the_order_of_the_text_and_once_for_each_kind_and_sentence():
    text = "Please reconsider. You idiots, you clowns, please reconsider! I disagree."
    assert [(r.kind, text[r.start : r.end]) for r in check_reply(text)] == [
        ("pleading", "Please reconsider."),
        ("thanks", "Please reconsider."),
        ("pleading", "You idiots, you clowns, please reconsider!"),
        ("blame", "You idiots, you clowns, please reconsider!"),
        ("arguing", "I disagree."),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "I am not asking you to reconsider.",
        "I won't ask you to change your mind.",
        "I don't want to say that it was unfair.",
        "I don't think that you made a mistake.",
    ],
)
def test_what_is_taken_back_is_not_said(sentence):
    assert check_reply(reply(sentence)) == []


@pytest.mark.parametrize(
    "sentence",
    ["I am not asking for much, but please reconsider.", "I don't want to complain, but it was unfair."],
)
def test_what_is_taken_back_in_another_clause_is_said(sentence):
    assert len(check_reply(reply(sentence))) == 1


# The whole mail, and how it is written.


@pytest.mark.parametrize(
    "thanks",
    [
        "Thank you.",
        "many thanks for your mail",
        "I appreciate your mail.",
        "I'm very grateful to you.",
        "It was good of you to write.",
        "Your time is much appreciated.",
        "All right.\n\nCheers,\nPat",
        "Thx!",
    ],
)
def test_thanks(thanks):
    assert kinds(f"Hi Ida,\n\n{thanks}") == []


@pytest.mark.parametrize("thanks", ["", "I would appreciate an answer.", "I'd be grateful for a line.", "No luck then."])
def test_no_thanks(thanks):
    text = f"Hi Ida,\n\nSo it is a no. {thanks}"
    (remark,) = check_reply(text)
    assert (remark.kind, text[remark.start : remark.end]) == ("thanks", "Hi Ida,")
    assert remark.kinder == "Thank you for letting me know, and for your time."


def test_thanks_for_nothing_are_none():
    assert kinds("Thanks for nothing.") == ["blame", "thanks"]


def test_length():
    most = TABLE["mail"]["length"]["most_words"]
    text = " ".join(["Thank you.", *["We spoke about the old mill."] * 40])[: 10 + 29 * 29] + " Bye."
    words = len(text.split())
    assert words <= most
    assert kinds(text) == []
    text = f"> It is a no.\n\n{text}{' It was a fine day.' * 10}\n\n> You were not bad."
    (remark,) = check_reply(text)
    assert (remark.kind, text[remark.start : remark.end]) == ("length", text[15:-21])
    assert f"({words + 50} words)" in remark.why


@pytest.mark.parametrize(
    ("questions", "over"),
    [
        (["Was it me?", "Was it the day?", "What now?"], None),
        (["Was it me?", "Was it the day?", "What now?", '(And "when?")'], '(And "when?")'),
        (["Was it me?", "Well.", "Was it the day?", "What now?", "And when?", "And how?"], "And when?"),
    ],
)
def test_questions(questions, over):
    text = reply(" ".join(questions))
    assert [(r.kind, text[r.start : r.end]) for r in check_reply(text)] == ([("questions", over)] if over else [])


@pytest.mark.parametrize(
    ("sentence", "wording"),
    [
        ("WHY DID YOU NOT CALL", "capitals"),
        ("I did NOT get a call.", None),
        ("RE: REQUEST FOR FEEDBACK ON THE POST OF CLERK AND TYPIST", None),
        ("I have worked with AWS, GCP and SQL.", None),
        ("Any news??", "marks"),
        ("Really?!", "marks"),
        ("It was lovely!!!!", "marks"),
        ("It was lovely!!!", None),
    ],
)
def test_how_it_is_written(sentence, wording):
    assert [(r.kind, r.why) for r in check_reply(reply(sentence))] == ([("demand", TABLE["mail"][wording]["why"])] if wording else [])


# Whose words.

BAD = "You are idiots and I disagree with your decision!!!!"


@pytest.mark.parametrize(
    "text",
    [
        f"Thank you, Ida.\n\n> {BAD}",
        f"Thank you, Ida.\n\nOn Tue, 3 Mar 2026 at 10:02, Ida <ida@mill.example> wrote:\n> {BAD}\n",
        f"Thank you, Ida.\n\n-----Original Message-----\nFrom: Ida\nSent: Tuesday\nTo: Pat\nSubject: No\n\n{BAD}\n",
        f"Thank you, Ida.\n\n-- \n{BAD}\n",
        f"Subject: {BAD}\n\nThank you, Ida.\n",
    ],
)
def test_only_the_persons_own_words_are_checked(text):
    assert check_reply(text) == []


def test_between_quotes():
    text = f"> It is a no.\n\nThank you.\n\n> We wish you well.\n\n{BAD}"
    assert {text[r.start : r.end] for r in check_reply(text)} == {BAD}


@pytest.mark.parametrize("text", ["", " \n", "Subject: Re: Your application", ":-)"])
def test_no_words(text):
    with pytest.raises(InputError, match=r"^There are no words of your own here\. Write the reply first, then check it\.$"):
        check_reply(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vielen Dank für Ihre Nachricht, ich bin natürlich enttäuscht und wünsche Ihnen alles Gute.", "German"),
        ("Je vous remercie de votre réponse, même si je suis déçue, et vous souhaite une bonne continuation.", "French"),
    ],
)
def test_another_language(text, language):
    with pytest.raises(InputError, match=rf"^This reply seems to be in {language}\. feedback-nlp reads English only: check it by eye\.$"):
        check_reply(text)


@pytest.mark.parametrize(
    "text", ["lol ok", "Understood, thanks!", "Merci!", "Tidy work today, lads, good stuff, ring Kev tomorrow morning, cheers"]
)
def test_short_or_terse_english_is_read(text):
    assert isinstance(check_reply(text), list)


@pytest.mark.parametrize(("spare", "found"), [(len(BAD), True), (0, False)], ids=["within", "beyond"])
def test_of_a_long_reply_the_start_is_read(spare, found):
    text = f"{THANKS}{'ok' * MOST_CHARACTERS}"[: MOST_CHARACTERS - spare - 2] + f"\n\n{BAD}"
    assert (len(text) > MOST_CHARACTERS) is not found
    assert {text[r.start : r.end] for r in check_reply(text)} == ({BAD} if found else set())
    assert check_reply(f"{text[:MOST_CHARACTERS]}\n{BAD}") == check_reply(text[:MOST_CHARACTERS])


def test_what_is_said_of_long_texts():
    longest, longer = "x" * MOST_CHARACTERS, "x" * (MOST_CHARACTERS + 1)
    of_the_reply = "Only the first 100,000 characters of the reply were read."
    of_the_rejection = "Only the first 100,000 characters of the rejection were read."
    assert list(unread(longest)) == list(unread(longest, Email("1", longest))) == []
    assert list(unread(longer)) == [of_the_reply]
    assert list(unread("x", Email("1", longer))) == [of_the_rejection]
    assert list(unread(longer, Email("1", longer))) == [of_the_reply, of_the_rejection]


# What is answered already.

WHY = "Could you tell me why I was not chosen?"


@pytest.mark.parametrize(
    ("mail", "predicted", "said"),
    [
        pytest.param(REASON, prediction(), f'They give the reason: "{REASON}"', id="the reason"),
        pytest.param(REASON, prediction("another_candidate"), f'They give the reason: "{REASON}"', id="somebody else"),
        pytest.param(REASON, prediction("cultural_fit"), f'They give the reason: "{REASON}"', id="the match"),
        pytest.param(REASON, prediction("hiring_freeze"), f'They give the reason, and it was not about you: "{REASON}"', id="the role"),
        pytest.param(REASON, prediction(probability=UNSURE_BELOW - 0.01), None, id="unsure"),
        pytest.param(REASON, None, None, id="not judged"),
        pytest.param("It is a no.", prediction("vague_subjective"), None, id="no reason"),
        pytest.param(
            "We are unable to provide individual feedback.",
            prediction("vague_subjective"),
            "They say that they give no feedback, so this will most likely go without an answer.",
            id="refused",
        ),
    ],
)
def test_asking_for_the_reason(mail, predicted, said):
    remarks = check_reply(reply(WHY), Email("1", mail), predicted)
    assert [(r.kind, r.why, bool(r.kinder)) for r in remarks] == ([("answered", said, True)] if said else [])


def test_of_a_long_rejection_the_start_is_read():
    refusal, sentence = "We are unable to provide individual feedback.", "I would be glad of some feedback."
    assert kinds(reply(sentence), Email("1", f"{refusal}\n{'x' * MOST_CHARACTERS}")) == ["answered"]
    assert kinds(reply(sentence), Email("1", f"{'x' * MOST_CHARACTERS}\n{refusal}")) == []


def test_a_long_reason_is_shortened():
    (remark,) = check_reply(reply(WHY), Email("1", "x"), prediction(quote="so\n it is " * 99))
    assert remark.why.endswith(' so it ..."')
    assert len(remark.why) < 240


@pytest.mark.parametrize(
    ("to", "sentence", "answered"),
    [
        ("skills", "Has a decision been made on my application?", True),
        ("skills", "Which requirement weighed most in the decision?", False),
        ("skills", "I understand the reason, thank you.", False),
        ("chosen", "Is the position still available?", True),
        ("vague", "Is the position still available?", False),
        ("refused", "I would be glad of some feedback.", True),
        ("refused", "I know that you can't give feedback.", False),
        ("vague", "I would be glad of some feedback.", False),
        ("again", "May I apply again?", True),
        ("vague", "May I apply again?", False),
        ("freeze", "Would you keep my CV on file?", True),
        ("skills", "Would you keep my CV on file?", False),
    ],
)
def test_what_is_answered(to, sentence, answered, predictions):
    assert kinds(reply(sentence), REJECTIONS[to], predictions[to]) == ["answered"] * answered
    assert kinds(reply(sentence)) == []


@pytest.mark.parametrize(
    ("mail", "pleading"),
    [
        ("If you have it and you forgot to put it please tell us before the Friday.", False),
        ("If you do hold one, send us a copy by Friday.", False),
        ("Please let us know if you have the certificate after all.", False),
        ("With the certificate we would gladly look again.", False),
        ("Should you pass the test, we'll reconsider.", False),
        ("If you have questions, please call us.", True),
        ("If you would like feedback, please write to me.", True),
        ("We will not reconsider.", True),
        ("We can't look again at closed applications.", True),
        ("We need the certificate.", True),
    ],
)
def test_what_the_mail_asks_for_is_no_pleading(mail, pleading):
    plea = reply("Could you consider my application again before you close on Monday?")
    assert kinds(plea, Email("1", f"Dear Pat,\n\nYou do not have the certificate. {mail}\n\nIda")) == ["pleading"] * pleading
    assert kinds(plea) == ["pleading"]


# Any text.


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_remarks_lie_in_the_text(text):
    text = f"Thank you for the day, it was good. {text}"
    for remark in check_reply(text):
        assert 0 <= remark.start < remark.end <= len(text)
        assert text[remark.start : remark.end].strip() == text[remark.start : remark.end]
        assert remark.kind in KINDS


@given(st.sampled_from([case["text"] for case in REPLIES]), st.sampled_from([case["text"] for case in REPLIES]))
def test_what_is_quoted_below_changes_nothing(text, other):
    quoted = "\n".join(f"> {line}" for line in other.splitlines())
    assert check_reply(f"{text}\n\n{quoted}\n") == check_reply(text)


@pytest.mark.parametrize(
    "unit", ["please ", "you ", "a", "? ", "! ", "(", "> ", "my my wife ", "you have , but ", "YOU WHY ", "\n", "i\n", "so sorry. "]
)
def test_time_is_linear(unit):
    started = time.perf_counter()
    kinds(f"Thank you for the day and all. {unit * (100_000 // len(unit))}", REJECTIONS["freeze"], prediction())
    assert time.perf_counter() - started < 8


# The schema of reply.toml.

PHRASES = [
    *(pytest.param(n, p, id=f"{entry['kind']} {n}: {p}") for n, entry in enumerate(TABLE["fault"]) for p in entry["phrases"]),
]
OTHER_PHRASES = [
    *TABLE["mail"]["thanks"]["phrases"],
    *(p for asked in TABLE["asks"].values() for p in asked),
    *(p for entry in TABLE["answered"] for p in entry.get("says", [])),
    *(p for entry in TABLE["fault"] for p in (*entry.get("unless", []), *entry.get("asked", []))),
]
LISTS = ("denials", "clause_ends", "undoing", "not_asking", "english", "shouted")
"""What the code asks for by name; the other lists are parts of phrases."""


def elements(phrase):
    """The elements of a phrase, each with its mark ("", "[", "!" or ".") and its forms, lists named in it taken in."""
    for element in re.findall(r"!?\([^()]*\)|\[[^\[\]]*\]|[^ ]+", phrase):
        forms = element.strip("!()[]").split("|")
        yield element[0] if element[0] in "[!." else "", [f for form in forms for f in (WORDS[form[1:-1]] if form[0] == "{" else [form])]


def example(phrase):
    """The shortest words that a phrase should match."""
    return " ".join(forms[0] for mark, forms in elements(phrase) if not mark)


def test_the_parts_of_the_table():
    assert set(TABLE) == {"words", "fault", "mail", "asks", "answered"}
    assert set(TABLE["mail"]) == {"thanks", "length", "questions", "capitals", "marks"}
    assert {entry["kind"] for entry in TABLE["fault"]} | {"answered", *TABLE["mail"]} - {"capitals", "marks"} == set(KINDS)
    optional = {"alone", "unless", "asked", "kinder"}
    assert [entry for entry in TABLE["fault"] if set(entry) - optional != {"kind", "why", "rests_on", "phrases"}] == []
    for entry in TABLE["answered"]:
        assert set(entry) - {"asks", "why", "kinder", "rests_on"} in ({"labels"}, {"refused"}, {"says"})
        assert set(entry.get("labels", ())) <= set(REASONS)
    assert {entry["asks"] for entry in TABLE["answered"]} == set(TABLE["asks"])
    assert [type(TABLE["mail"][name][most]) for name, most in (("length", "most_words"), ("questions", "most"))] == [int, int]


ENTRIES = [*TABLE["fault"], *TABLE["mail"].values(), *TABLE["answered"]]


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["why"][:40] for entry in ENTRIES])
def test_every_wording_is_a_sentence_to_the_person_and_names_its_source(entry):
    assert re.fullmatch(r"[A-Z][^.!?\n]*(?:\.|: \"\{evidence\}\")", entry["why"].replace("findahelpline.com", ""))
    assert len(entry["why"]) <= 220
    assert entry["rests_on"] in SOURCES
    assert "kinder" not in entry or re.fullmatch(r"[A-Z][^!\n]*[.?]", entry["kinder"])


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if "kinder" in entry], ids=lambda entry: entry["kinder"])
def test_kinder_words_are_clean(entry):
    assert check_reply(reply(entry["kinder"]), REJECTIONS["freeze"], prediction("hiring_freeze")) == []


@pytest.mark.parametrize("phrase", [*(param.values[1] for param in PHRASES), *OTHER_PHRASES, *(f for name in LISTS for f in WORDS[name])])
def test_phrases_are_well_formed(phrase):
    assert re.fullmatch(r"((!?\([^()\[\]]+\)|\[[^()\[\]]+\]|!?[^()\[\]|! ]+)( |$))+", phrase)
    for mark, forms in elements(phrase):
        if mark == ".":
            assert forms in (["."], [".."])
        else:
            assert {w for form in forms for w in form.split(" ") if not re.fullmatch(r"[\w'&]+|,", w) or w != w.lower()} == set()
    assert any(not mark for mark, _ in elements(phrase))


def test_phrases_are_there_once():
    texts = [phrase for entry in TABLE["fault"] for phrase in entry["phrases"]]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_every_list_is_used_and_every_name_is_a_list():
    texts = [*(param.values[1] for param in PHRASES), *OTHER_PHRASES]
    named = {name for text in texts for name in re.findall(r"\{(.*?)\}", text)}
    assert named | set(LISTS) == set(WORDS)
    assert {name: [form for form in forms if forms.count(form) > 1] for name, forms in WORDS.items() if len(set(forms)) < len(forms)} == {}


@pytest.mark.parametrize(("number", "phrase"), PHRASES)
def test_every_phrase_is_reached(number, phrase):
    entry = TABLE["fault"][number]
    remarks = check_reply(reply(f"Well, {example(phrase)}."))
    assert entry["kind"] in [r.kind for r in remarks] or any(r.why in [e["why"] for e in TABLE["fault"] if e.get("alone")] for r in remarks)
