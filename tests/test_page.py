from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from feedback_nlp.page import BOLD, CURSOR, MARKED, height_of_mail, mail_lines, page, top_for, visible
from feedback_nlp.review import press, start
from tests.reviews import question

TEXT = "Dear Sam,\n\nWe chose Ann. You do not know Go yet, and the team\nneeds it.\n\n\n\nBest wishes\nIda"
QUESTION = question(TEXT, {"skills_gap": [2], "another_candidate": [1]}, skills_gap=0.61, another_candidate=0.35, not_rejection=0.04)


def shown(state, columns=80, rows=24, top=0):
    return ["".join(text for _, text in line).rstrip() for line in page(state, columns, rows, top)]


def typed(keys, questions=(QUESTION,)):
    state = start(questions)
    for key in keys.split():
        state, _ = press(state, key)
    return state


def test_a_mail_on_a_screen():
    assert shown(typed("")) == [
        " 1 of 1   2026-03-04   Ann Field <ann@oven.example>",
        "    Subject: Your application",
        "─" * 80,
        "    Dear Sam,",
        "",
        " >* We chose Ann. You do not know Go yet, and the team",
        " >* needs it.",
        "",
        "    Best wishes",
        "    Ida",
        *[""] * 9,
        "─" * 80,
        " Guess:  skills gap, 61% sure; or another candidate, 35%",
        " Answer: something the role asks for was missing",
        "[skills gap] culture fit  another candidate  hiring freeze  vague  no rejection",
        " Enter save   + also   ↑ ↓ Space mark   Tab skip   u undo   ? help   q quit",
    ]


@pytest.mark.parametrize(
    ("keys", "row", "line"),
    [
        pytest.param("up", 5, " >* We chose Ann. You do not know Go yet, and the team", id="the cursor goes up"),
        pytest.param("up", 6, "  * needs it.", id="and leaves the mark"),
        pytest.param("a", 6, "    needs it.", id="another label has another mark"),
        pytest.param("a", 21, " Answer: somebody else was chosen", id="the answer"),
        pytest.param("+ a c", 21, " Answer: something the role asks for was missing; also culture fit; also another", id="further reasons"),
        pytest.param("+ a", 22, "[skills gap] culture fit +another candidate  hiring freeze  vague  no rejection", id="marked with a plus"),
        pytest.param("+", 23, " Also: s c a h   + done   Enter save   u undo   ? help", id="the keys for further reasons"),
        pytest.param("u", 21, " Answer: There is nothing to undo.", id="a note"),
        pytest.param("?", 0, " What does the mail say? One key for each answer:", id="help"),
        pytest.param("enter", 1, " That was the last one.", id="the end"),
        pytest.param("enter", 2, " 1 labelled, 0 skipped. All of it is saved.", id="what came of it"),
    ],
)
def test_what_keys_show(keys, row, line):
    assert shown(typed(keys))[row].startswith(line)


def test_the_marked_sentence_stands_out():
    lines = page(typed(""), 80, 24)
    assert [style for style, text in lines[5] if text in ("chose", "know")] == ["", f"{MARKED} {CURSOR}"]
    assert lines[5][0] == (BOLD, " >* ")
    assert [style for style, text in page(typed("up"), 80, 24)[5] if text in ("chose", "know")] == [CURSOR, MARKED]


def test_the_help_fits_on_a_screen():
    lines = shown(typed("?"), 80, 24)
    assert lines == shown(typed("?"), 200, 24)  # nothing is cut off
    assert " Any key leads back." in lines


SUBJECT = "Subject: We chose Ann\n\nDear Sam,\n\nAll the best\nIda"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(SUBJECT, [" >* Subject: We chose Ann", "─", "    Dear Sam,"], id="of the text, and it says it"),
        pytest.param("Dear Sam,", ["    Subject: Your application", "─", " >* Dear Sam,"], id="of the header"),
        pytest.param("Subject: We chose", [" >* Subject: We chose", "─", ""], id="and nothing else"),
        pytest.param("Subject: " + "long " * 30, ["    Subject: Your application", "─", " >* Subject: long"], id="too long for a line"),
    ],
)
def test_the_subject_stands_above_the_mail(text, lines):
    found = shown(typed("", (question(text, {"skills_gap": [0]}),)))[1:4]
    assert all(map(str.startswith, found, lines)), found


def test_a_narrow_screen_has_short_names():
    assert shown(typed(""), 64)[-2:] == [
        "[skills] culture  another  hiring  vague  no",
        " Enter save  + also  Space mark  Tab skip  u undo  ? help  q quit"[:64],
    ]


LONG = question("".join(f"Sentence number {n} of this mail is here.\n\n" for n in range(50)), {"skills_gap": [40]})


def test_a_long_mail_begins_where_its_evidence_is():
    state = start((LONG,))
    top = top_for(state, 80, 24)
    lines = shown(state, 80, 24, top)
    assert [line for line in lines if line.startswith(" >")] == [" >* Sentence number 40 of this mail is here."]
    assert lines[19].endswith(f" lines {top + 1} to {top + 16} of 99: Page Down, Page Up ──")


@pytest.mark.parametrize(
    ("cursor", "before", "top"),
    [
        pytest.param(0, 0, 0, id="the start"),
        pytest.param(7, 0, 0, id="on the first page"),
        pytest.param(8, 0, 9, id="just below it: in the middle"),
        pytest.param(8, 10, 10, id="seen already"),
        pytest.param(3, 30, 0, id="back to the start"),
        pytest.param(49, 0, 83, id="the end"),
    ],
)
def test_the_cursor_stays_on_the_screen(cursor, before, top):
    assert top_for(replace(start((LONG,)), cursor=cursor), 80, 24, before) == top


def test_behind_the_last_mail_there_is_nothing_to_scroll():
    assert top_for(typed("enter"), 80, 24, 7) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x1b[2Jb\x07\x9b31m", "a[2Jb31m", id="controls"),
        pytest.param("\u202eabc\u202c\u2066d\u2069\u061c", "abcd", id="direction"),
        pytest.param("e\u0301\u0302\u0303\u0304", "é\u0302\u0303", id="accents"),
        pytest.param("a\u2028b\xa0c\u3000d", "a\nb c d", id="line ends and spaces"),
        pytest.param("👍🏽 ❤\ufe0f 👩\u200d👧", "👍 ❤ 👩👧", id="emoji"),
        pytest.param("\ue000\U000e0041x\xad\ud800", "x", id="private, tags, soft hyphens, halves"),
        pytest.param("日本 שלום", "日本 שלום", id="letters stay"),
        pytest.param("\u1160\u3164x", "x", id="empty letters"),
    ],
)
def test_visible(text, expected):
    assert visible(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x" * 100, ["x" * 76, "x" * 24], id="a long word"),
        pytest.param("日本語" * 20, ["日本語" * 12 + "日本", "語" + "日本語" * 7], id="wide letters"),
        pytest.param("a\n\n\n\n\nb", ["a", "", "b"], id="empty lines"),
        pytest.param("\n \n\na", ["a"], id="empty lines before"),
        pytest.param("a" + " " * 5_000 + "b", ["a        b"], id="a gap"),
        pytest.param("  - a", ["  - a"], id="an indent"),
        pytest.param("word " * 20, [("word " * 15).strip(), ("word " * 5).strip()], id="words"),
    ],
)
def test_lines(text, expected):
    assert ["".join(piece.text for piece in line).rstrip() for line in mail_lines(question(text), 80)] == expected


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\n\r\t\x1b\x00\x07\x9b\u202e\u200d\ufe0f\u0301日😀🏽 \xa0\ud800")), min_size=1, max_size=400
)


@given(HOSTILE, st.integers(1, 120), st.integers(1, 40), st.integers(0, 30))
def test_no_mail_breaks_the_screen(text, columns, rows, top):
    asked = question(text)
    hostile = replace(asked, email=replace(asked.email, subject=text, sender=text, date=text))
    lines = page(start((hostile,)), columns, rows, top)
    assert len(lines) == rows
    for line in lines:
        words = "".join(piece for _, piece in line)
        assert words.isprintable()
        assert sum(map(get_cwidth, words)) <= columns


def test_a_mail_of_100_000_characters_is_laid_out_once():
    asked = question("We chose Ann for the role.\n" * 3_700)
    assert mail_lines(asked, 80) is mail_lines(asked, 80)
    assert len(mail_lines(asked, 80)) == 3_700
    assert height_of_mail(24) == 16
    assert len(shown(start((asked,)), 80, 24, 3_000)) == 24
