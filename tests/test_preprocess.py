import itertools
import re
import time

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp import body, preprocess, sentences, signals, signature
from feedback_nlp.answering import is_by_team, refuses_feedback, says_no_reply, shuts_door
from feedback_nlp.body import own_lines
from feedback_nlp.preprocess import OPENING, Preprocessor, fold, in_mail, opened
from feedback_nlp.records import Email, Sentence
from feedback_nlp.sentences import split_sentences

LEXICON = frozenset(
    "thanks thank python sql unfortunately tools chose somebody sorry team like need see write mail role roles skills please told met "
    "budget luck man best today wrote said answer think right".split()
)


@pytest.fixture(scope="module")
def prepare():
    return Preprocessor(LEXICON)


def codes(text):
    return " ".join(f"{ord(c):x}" for c in text)


def case(name, text, expected):
    return pytest.param(text, expected, id=name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("curly-apostrophe", "don’t ‘do’ it′s `", "don't 'do' it's '"),
        case("curly-quotes", "“a” „b‟ «c»", '"a" "b" "c"'),
        case("dashes", "a—b–c‐d‑e−f", "a-b-c-d-e-f"),
        case("no-break-spaces", "a\u00a0b\u202fc\u2007d\u2003e", "a b c d e"),
        case("line-separators", "a\u2028b\x85c\x0bd", "a b c d"),
        case("zero-width", "re\u200bject\ufeffed\u2060 \u200enow\u200f", "rejected now"),
        case("soft-hyphen", "unfor\u00adtunately", "unfortunately"),
        case("full-width", "Ｎｏ！１２", "No!12"),
        case("ligature", "ﬁne oﬃce", "fine office"),
        case("ellipsis", "well…", "well..."),
        case("combining", "cafe\u0301", "caf\u00e9"),
        case("new-line-stays", "a\nb\tc", "a\nb\tc"),
        case("half-a-character", "no\ud83d luck", "no\ufffd luck"),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_fold_twice_is_fold(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("name", "Thanks Ada", "thanks <name>"),
        case("full-name", "we met Ada van Bell", "we met <name> van <name>"),
        case("names-in-a-row-are-one", "we met Ada Bell Lee today", "we met <name> today"),
        case("names-with-comma", "we met Ada, Tom and Lee", "we met <name> , <name> and <name>"),
        case("possessive", "Ada's team", "<name> 's team"),
        case("hyphenated", "Ada Bell-Lee wrote", "<name> - <name> wrote"),
        case("foreign-letters", "Żaneta Müller wrote", "<name> wrote"),
        case("company", "Bell Dynamics and GLOBEX need you", "<name> and <name> need you"),
        case("lexicon-is-no-name", "We need Python and SQL Skills", "we need python and sql skills"),
        case("capitals", "WE ARE SORRY", "we are sorry"),
        case("url", "see https://bell.example/jobs?id=7 now", "see <url> now"),
        case("url-bare", "see www.bell.example or bell.com/jobs", "see <url> or <url>"),
        case("email", "write to tom.lee+jobs@mail.bell.example now", "write to <email> now"),
        case("email-in-brackets", "mail <tom@bell.com>", "mail <email>"),
        case("numbers", "300 for 2 roles, 20% 1,000.50", "<num> for <num> roles , <num> <num>"),
        case("number-with-letters", "the 3rd B2B v1.2", "the <num> <num> <num>"),
        case("money", "$50k and £9", "$ <num> and £ <num>"),
        case("date", "on Monday, 4 March 2026", "on <date> , <num> <date> <num>"),
        case("date-numeric", "on 2026-03-04 or 04/03/2026", "on <num> - <num> - <num> or <num>"),
        case("date-lower-case", "on friday in january", "on <date> in <date>"),
        case("words-that-may-be-dates", "you may see. We sat", "you may see . we sat"),
        case("words-that-may-be-dates-too", "we march on, mar it, mon-wed, sat, sun", "we march on , mar it , mon - wed , sat , sun"),
        case("month-may", "in May", "in <date>"),
        case("placeholder-square", "thanks [Name] and [Company Name]", "thanks <name> and <name>"),
        case("placeholder-braces", "thanks {{first_name}} and {{ candidate.name }} and {role}", "thanks <name> and <name> and <name>"),
        case("placeholder-angle", "thanks <Candidate Name>", "thanks <name>"),
        case("square-note", "see [1]", "see <num>"),
        case("marks-kept", "No, no! (see?) a/b & c; d: e", "no , no ! ( see ? ) a / b & c ; d : e"),
        case("marks-dropped", "* no # _ | 🎉", "no"),
        case("pronouns", "He told her; she told him", "they told their ; they told their"),
        case("possessive-pronouns", "his role, hers, himself herself", "their role , their , themselves themselves"),
        case("they-stays", "they told us themselves", "they told us themselves"),
        case("titles", "see Mr. Bell, Ms Lee, Dr Ray or sir", "see <title> <name> , <title> <name> , <title> <name> or <title>"),
        case("gendered-nouns", "the best man, woman, guy", "the best person , person , person"),
        case("gendered-nouns-of-several", "ladies, gentlemen, the men and women", "people , people , the people and people"),
        case("kin", "my wife, her brothers, a father, Mum", "my spouse , their siblings , a parent , parent"),
        case("nations", "German, POLISH and yoruba speakers polish it", "<nation> , <nation> and <nation> speakers polish it"),
        case("contractions", "we can't, it's, you're", "we ca n't , it 's , you 're"),
        case("long-chunk", f"see {'x' * 61} now", "see <num> now"),
        case("long-word-is-a-word", f"see {'x' * 60} now", f"see {'x' * 60} now"),
        case("no-spaces-between-words", "see 日本 now", "see 日 本 now"),
        case("empty", "", ""),
        case("white-space", " \n\t\u00a0", ""),
    ],
)
def test_tokens(prepare, text, expected):
    assert " ".join(prepare.tokens(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("capital", "Dear Ada,", "dear <name> ,"),
        case("lower-case", "hi ada,", "hi <name> ,"),
        case("two-names-lower-case", "hey ada bell!", "hey <name> !"),
        case("two-people", "hello ada and tom,", "hello <name> and <name> ,"),
        case("good-morning", "good morning ada", "good morning <name>"),
        case("name-that-is-a-word", "hi mark", "hi <name>"),
        case("title", "Dear Mr. Bell,", "dear <title> <name> ,"),
        case("nobody", "hi there, hello all", "hi there , hello all"),
        case("role", "Dear Hiring Manager,", "dear hiring manager ,"),
        case(
            "long-line-is-no-greeting",
            "hi ada we chose somebody with the skills that we need",
            "hi ada we chose somebody with the skills that we need",
        ),
        case("short-line-with-a-decision", "hi ada it is a no from us", "hi <name> it is a no from us"),
    ],
)
def test_greeting_names(prepare, text, expected):
    assert " ".join(prepare.tokens(text)) == expected


def test_common_words_are_no_names_whatever_the_lexicon():
    assert Preprocessor().tokens("Because Hiring Morning Python") == ("because", "hiring", "morning", "<name>")


def test_noise_without_end_is_cut(prepare):
    assert prepare.tokens("see " * 50_000) == ("see",) * 4001
    assert prepare.tokens("x" * 10_000) == ("<num>",)


def test_sentences_of_a_mail(prepare):
    text = "Hi Ada,\n\nWe chose somebody else.\n\n> Why?\n-- \nTom"
    assert prepare(text) == [
        Sentence(0, 7, ("hi", "<name>", ",")),
        Sentence(9, 32, ("we", "chose", "somebody", "else", ".")),
    ]


PHRASE = "We don't think it's right: we chose somebody else, e.g. a man."


@pytest.mark.parametrize("space", ["\n", "\r\n", "\u00a0", "\u202f", "  ", "\t", "\u2028", " \u200b", "\n\n"], ids=codes)
@pytest.mark.parametrize("apostrophe", ["'", "’", "`", "′"])
def test_wraps_and_typography_do_not_matter(prepare, space, apostrophe):
    assert prepare.tokens(PHRASE.replace(" ", space).replace("'", apostrophe)) == prepare.tokens(PHRASE)


@pytest.mark.parametrize("gap", range(PHRASE.count(" ")))
def test_one_wrap_does_not_matter(prepare, gap):
    words = PHRASE.split(" ")
    text = " ".join(words[: gap + 1]) + "\n" + " ".join(words[gap + 1 :])
    assert prepare.tokens(text) == prepare.tokens(PHRASE)


NLP = spacy.blank("en")
PLAIN = Preprocessor()
WORDS = st.sampled_from(
    "we you don't can't it's they're you'll i'm cannot gonna e.g. i.e. etc. well-known and/or (really) \"quoted\" 'quoted' no, yes; why? "
    "so... u.s. a.m. don't, it's. can't! team's teams' 'tis o'clock end-to-end co-op re-apply -- - , . ! ? : & "
    "wouldn't've c'mon let's".split()
)


@given(st.lists(WORDS, min_size=1, max_size=12).map(" ".join))
def test_chunks_give_the_tokens_of_the_whole_sentence(sentence):
    assert list(PLAIN.tokens(sentence)) == [form for token in NLP(sentence) if (form := PLAIN._form(token.text))]


@given(st.text(max_size=200))
def test_tokens_of_any_text(text):
    tokens = PLAIN.tokens(text)
    assert all(tokens)
    assert not any(c.isspace() for token in tokens for c in token)
    assert ("<name>", "<name>") not in set(itertools.pairwise(tokens))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        case("plain", "We chose\n her,  though.", ["We=we", "chose=chose", "her,=their ,", "though.=though ."]),
        case("contraction", "don’t", ["don’t=do n't"]),
        case("names-in-a-row-are-one", "Ada 🎉 Bell's team", ["Ada 🎉 Bell's=<name> 's", "team=team"]),
        case("name-in-a-greeting", "hi ada bell, hello", ["hi=hi", "ada bell,=<name> ,", "hello=hello"]),
        case("placeholder", "thanks[Company Name]x to", ["thanks=thanks", "[Company Name]=<name>", "x=x", "to=to"]),
        case("address", "<tom@bell.com> or bell.com", ["<tom@bell.com>=<email>", "or=or", "bell.com=<url>"]),
        case("no-tokens", "* no 🎉", ["no=no"]),
        case("composed", "cafe\u0301 o\u00b4 ﬁne", ["cafe\u0301=caf\u00e9", "o\u00b4=o", "ﬁne=fine"]),
        case("empty", "", []),
    ],
)
def test_words(prepare, text, words):
    assert [f"{text[w.start : w.end]}={' '.join(w.tokens)}" for w in prepare.words(text)] == words


@given(
    st.lists(
        st.text(max_size=8)
        | WORDS
        | st.sampled_from(["Ada", "[Name]", "{x y}", "hi", "Hello", "a@b.com", "www.b.com", "\u0301", "日本", "3rd"])
    ).map(" ".join)
    | st.text(max_size=80)
)
def test_words_hold_all_tokens(text):
    words = PLAIN.words(text)
    assert tuple(token for word in words for token in word.tokens) == PLAIN.tokens(text)
    assert all(a.start < a.end <= b.start for a, b in itertools.pairwise(words))


def test_words_of_noise_without_end_are_cut(prepare):
    words = prepare.words("see " * 5_000 + "Ada " * 50)
    assert (len(words), words[-1].end) == (4001, 4001 * 4 - 1)


@given(st.text(st.characters(max_codepoint=127), max_size=80))
def test_plain_letters_are_folded_as_others_are(text):
    assert fold(text) == fold(f"{text}é").removesuffix("é")


@given(st.from_regex(preprocess._URL))
def test_no_link_is_overlooked(text):
    assert preprocess._MAY_HOLD_A_URL.search(text)


def test_an_ordinary_sentence_takes_hardly_longer_than_its_words(prepare):
    sentence = "We have decided not to move forward with your application at this time, and we wish you well. " * 20
    least = seconds(lambda text: [word.lower() for word in text.split()], sentence, runs=500)
    assert seconds(prepare.tokens, sentence, runs=100) < 12 * least


def test_names_in_a_row_are_one_word_to_the_last_token_that_is_read(prepare):
    text = "see " * 3_999 + "Ada Bell"
    assert (len(prepare.tokens(text)), prepare.words(text)[-1].end) == (4000, len(text))


# Time grows in line with the text, whatever the text: body, sentences, preprocess and signals.

HOSTILE = {
    "letters": "a",
    "spaces": " ",
    "dashes": "-",
    "dots": ".",
    "dots-and-spaces": ". ",
    "apostrophes": "'",
    "quotes": '"',
    "square": "[",
    "square-words": "[a ",
    "brace": "{",
    "brace-words": "{{a ",
    "angle": "<name ",
    "at": "a@",
    "dotted": "a.",
    "dashed": "a-",
    "schemes": "http://",
    "on": "On ",
    "on-lines": "On a\n",
    "greetings": "hi ",
    "quoted-lines": ">\n",
    "rules": "-----\n\n",
    "headers": "From: a\n",
    "new-lines": "\n",
    "carriage-returns": "a.;.a\r",
    "not": "not provide any ",
    "no-reply": "do not reply ",
    "footers": "This email is ",
}
STARTS = ("", "hi", "On ", "x\n", ".", "A", "From:", "1.", "[", "{{", "a@", "Original Message", "hr", "regards", "unsubscribe", "not ")


def seconds(function, text, runs):
    times = []
    for _ in range(runs):
        start = time.process_time()
        function(text)
        times.append(time.process_time() - start)
    return min(times)


def growth(function, make):
    """How many times longer four times the text takes: about 4 in line with the text, 16 with its square."""
    long = seconds(function, make(3200), runs=1)
    if long < 0.005:  # five million steps, the least that the square comes to, take longer
        return 0
    short = seconds(function, make(800), runs=3)
    return min(long, seconds(function, make(3200), runs=5)) / short


BODY = "Thank you for your interest.\n\nWe chose somebody else."
AS_ALL_BEGIN = [OPENING, ("thank", "you", "for", "your", "interest", "."), ("we", "chose", "somebody", "else", ".")]


@pytest.mark.parametrize(
    "greeting",
    [
        "",
        "Hi Ann,",
        "hi marcus,",
        "Hello!",
        "Hello there",
        "Hey April-Rose Müller!",
        "Dear Ms O'Dwyer,",
        "Dear Sir/Madam:",
        "Dear Applicant,",
        "Dear [Candidate Name],",
        "Good morning Priya -",
        "Good afternoon Ann!",
        "Dear Nguyễn Thị Hoa,\nDear Ann,",
    ],
)
def test_all_mails_begin_alike(greeting, prepare):
    sentences = opened(prepare(f"{greeting}\n\n{BODY}"))
    assert [s.tokens for s in sentences] == AS_ALL_BEGIN
    assert in_mail(sentences) == [1, 2]
    assert sentences[0].start == sentences[0].end == sentences[1].start
    assert opened(sentences) == sentences


@pytest.mark.parametrize(
    ("first", "kept"),
    [
        ("Hi Ann, Thanks for that.", "thanks for that ."),
        ("Hello Ann and thanks for the roles", "hello <name> and thanks for the roles"),
        ("Good luck!", "good luck !"),
        ("Ann,", "<name> ,"),
    ],
)
def test_what_says_more_than_a_greeting_stays(first, kept, prepare):
    lent, said, *_ = opened(prepare(f"{first}\n\n{BODY}"))
    assert (lent.tokens, said.tokens) == (OPENING, tuple(kept.split()))


def test_where_greetings_are_looked_for(prepare):
    """Below a heading, but not among paragraphs; and what stands in the subject is no greeting."""
    heading = prepare(f"Baker, Leeds\n\nHi Ann,\n\n{BODY}")
    assert [s.tokens for s in opened(heading)] == [OPENING, heading[0].tokens, *[s.tokens for s in heading[2:]]]
    below = prepare(f"{BODY}\n\n{BODY}\n\nHi Ann,\n\n{BODY}")
    assert opened(below)[1:] == below
    subject = prepare(f"Subject: Hi Ann\n\nHi Ann,\n\n{BODY}")
    assert [s.tokens for s in opened(subject, 1)] == [subject[0].tokens, OPENING, *[s.tokens for s in subject[2:]]]


@pytest.mark.parametrize(
    "greeting",
    ["Dear colleagues,", "Hi all", "Hello team!", "Dear Hiring Manager,", "To whom it may concern:"],
)
def test_whom_a_mail_greets_says_something_where_it_is_no_person(greeting, prepare):
    read = prepare(f"{greeting}\n\n{BODY}")
    assert opened(read) == read


@pytest.mark.parametrize("text", ["Hi Ann,", "Hi Ann,\n\nDear all,", "Hello"])
def test_nothing_but_greetings(text, prepare):
    assert opened(prepare(text)) == prepare(text)


LINEAR = 9

READERS = {
    "own_lines": own_lines,
    "split_sentences": split_sentences,
    "tokens": PLAIN.tokens,
    "fold": fold,
    "is_by_team": lambda text: is_by_team(Email("", text, sender=text)),
    "says_no_reply": lambda text: says_no_reply(text, text),
    "refuses_feedback": lambda text: refuses_feedback(Email("", text)),
    "shuts_door": lambda text: [shuts_door(text, value) for value in ("apply again", "kept on file")],
}


@pytest.mark.parametrize(
    ("reader", "start", "unit"),
    [pytest.param(READERS[r], "" if h == "new-lines" else "A", HOSTILE[h], id=f"{r}-{h}") for r in READERS for h in HOSTILE],
)
def test_reading_takes_linear_time(reader, start, unit):
    assert growth(reader, lambda n: start + unit * (n // len(unit)) + " b") < LINEAR


SEARCHED = {"_PLACEHOLDER", "_URL", "_EMAIL", "_BREAK", "_ENDS_SENTENCE", "_NO_REPLY_ADDRESS", "_NO_REPLY_TEXT", "_NO_FEEDBACK"}
PATTERNS = {
    f"{module.__name__.split('.')[-1]}.{name}": (name, value)
    for module in (body, sentences, preprocess, signals, signature)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern) and name != "_LAST_WORD"  # looks at twenty characters only
}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [pytest.param(*PATTERNS[p], id=p) for p in PATTERNS],
)
def test_patterns_take_linear_time(name, pattern):
    use = (lambda text: pattern.sub("", text)) if name in SEARCHED else pattern.match
    for start, unit in itertools.product(STARTS, HOSTILE.values()):
        assert growth(use, lambda n: start + unit * (n // len(unit)) + " b") < LINEAR, (start, unit)  # noqa: B023
