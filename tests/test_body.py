import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp import body
from feedback_nlp.body import lines_of, own_lines

SAID = "We went with another person."
QUOTED = "> I apply.\n"
HEADER_LINES = ["From: Tom", "Date: Monday", "To: Ann", "Subject: Job"]
HEADERS = "\n".join(HEADER_LINES)


def own(text):
    return [text[a:b] for a, b in own_lines(text) if text[a:b].strip()]


def codes(text):
    return " ".join(f"{ord(c):x}" for c in text)


def case(name, text, *expected):
    return pytest.param(text, [*expected], id=name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("plain", "Hello Ann,\n\nno luck.", "Hello Ann,", "no luck."),
        case("below", f"{SAID}\n> Dear all\n> I apply.", SAID),
        case("nested", f"{SAID}\n>> Dear all\n> > I apply.\n>", SAID),
        case("indented", f"{SAID}\n  > I apply.", SAID),
        case("bar", f"{SAID}\n| I apply.", SAID),
        case("escaped", f"{SAID}\n&gt; I apply.", SAID),
        case("table-row", "| Role | Status |\n| Buyer | Not selected |\n", "| Role | Status |", "| Buyer | Not selected |"),
        case("between", f"> May I ask why?\n{SAID}\n> And when?\nLast week.", SAID, "Last week."),
        case("greater-than-inside", "We need > 3 years.", "We need > 3 years."),
    ],
)
def test_quoted_lines_are_left_out(text, expected):
    assert own(text) == expected


@pytest.mark.parametrize("space", ["\u00a0", "\u2007", "\u202f"], ids=codes)
@pytest.mark.parametrize(
    "below", ["-----Original Message-----\nI apply.", "-- \nTom", "> I apply.", "On 3 March Ada Bell wrote:\n> I apply."]
)
def test_non_breaking_spaces_are_spaces(below, space):
    assert own(f"{SAID}\n\n{below}".replace(" ", space)) == [SAID.replace(" ", space)]


ATTRIBUTIONS = {
    "english": "On Tue, 3 Mar 2026 at 10:02, Ada Bell <ada@bell.example> wrote:",
    "english-outlook-mac": "On 3/3/26, 10:02, Ada Bell wrote :",
    "german": "Am Di., 3. März 2026 um 10:02 Uhr schrieb Ada Bell <ada@bell.example>:",
    "french": "Le mar. 3 mars 2026 à 10:02, Ada Bell <ada@bell.example> a écrit :",
    "spanish": "El mar, 3 mar 2026 a las 10:02, Ada Bell (<ada@bell.example>) escribió:",
    "italian": "Il giorno mar 3 mar 2026 alle ore 10:02 Ada Bell <ada@bell.example> ha scritto:",
    "dutch": "Op di 3 mrt 2026 om 10:02 schreef Ada Bell <ada@bell.example>:",
    "portuguese": "Em ter., 3 de mar. de 2026 às 10:02, Ada Bell <ada@bell.example> escreveu:",
    "polish": "W dniu 3.03.2026 o 10:02, Ada Bell pisze:",
    "polish-gmail": "wt., 3 mar 2026 o 10:02 Ada Bell <ada@bell.example> napisał(a):",
    "polish-by-post": "Dnia 3 marca 2026 10:02 Ada Bell <ada@bell.example> napisała:",
    "norwegian": "tir. 3. mars 2026 kl. 10:02 skrev Ada Bell <ada@bell.example>:",
    "swedish": "Den tis 3 mars 2026 kl 10:02 skrev Ada Bell <ada@bell.example>:",
    "finnish": "ti 3. maalisk. 2026 klo 10.02 Ada Bell (ada@bell.example) kirjoitti:",
    "portuguese-of-portugal": "A terça, 3 de mar. de 2026, 10:02, Ada Bell <ada@bell.example> escreveu:",
    "danish": "Den tirs. 3. mar. 2026 kl. 10.02 skrev Ada Bell <ada@bell.example>:",
}


@pytest.mark.parametrize("wraps", [0, 1, 2])
@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_attribution_lines_are_left_out(attribution, wraps):
    words = attribution.split(" ")
    third = len(words) // 3
    breaks = [third, 2 * third][:wraps]
    wrapped = "".join(w + ("\n" if i in breaks else " ") for i, w in enumerate(words)).strip()
    assert wrapped.count("\n") == wraps
    assert own(f"{SAID}\n\n{wrapped}\n> I apply.\n\nAnn") == [SAID, "Ann"]
    assert own(f"{SAID}\n\n{wrapped}\n\nI apply, without marks.\n\nAda") == [SAID]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("bottom-posting", f"On 3 March Ada Bell wrote:\n> I apply.\n\n{SAID}", SAID),
        case("bottom-posting-no-marks", f"On 3 March Ada Bell wrote:\nI apply.\n\n{SAID}", "I apply.", SAID),
        case("between-quotes", f"Hi.\nOn 3 March Ada Bell wrote:\n> Why?\n{SAID}\n> When?\nToday.", "Hi.", SAID, "Today."),
        case("on-in-prose", "On the whole we liked it.\nOn Friday we chose.", "On the whole we liked it.", "On Friday we chose."),
        case("no-colon", "On Friday our panel wrote a note", "On Friday our panel wrote a note"),
        case("days-in-prose", "to 3 of you we wrote:\nsu 4 of 5\nmaybe", "to 3 of you we wrote:", "su 4 of 5", "maybe"),
        case("too-long", f"On {'x ' * 120}wrote:\nand so on", f"On {'x ' * 120}wrote:", "and so on"),
        case("far-too-long", f"{SAID}\nOn {'x ' * 200}\nBye", SAID, f"On {'x ' * 200}", "Bye"),
        case(
            "prose-on-before-attribution",
            f"Hi.\n\nOn this occasion it is a no.\n\n{ATTRIBUTIONS['english']}\n> I apply.",
            "Hi.",
            "On this occasion it is a no.",
        ),
        case(
            "prose-on-directly-before-attribution",
            f"Hi.\nOn reflection it is a no.\n{ATTRIBUTIONS['english']}\n> I apply.",
            "Hi.",
            "On reflection it is a no.",
        ),
        case("french-nbsp", f"{SAID}\n\nLe mar. 3 mars 2026 à 10:02, Ada Bell a écrit\u00a0:\n\nJe postule.", SAID),
    ],
)
def test_attribution_in_context(text, expected):
    assert own(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("rule", f"{SAID}\n{'_' * 32}\nFrom: Ada\nSent: Monday\nTo: Ann\nSubject: Job\n\nI apply.", SAID),
        case("rule-then-blank", f"{SAID}\n-----\n\nFrom: Ada\nSent: Monday\nTo: Ann\n\nI apply.", SAID),
        case("no-rule", f"{SAID}\n\nFrom: Ada\nSent: Monday\nTo: Ann\nSubject: Job\n\nI apply.", SAID),
        case("bold", f"{SAID}\n\n*From:* Ada\n*Sent:* Monday\n*To:* Ann\n*Subject:* Job\n\nI apply.", SAID),
        case("german", f"{SAID}\n\nVon: Ada\nGesendet: Montag\nAn: Ann\nBetreff: Stelle\n\nAlt.", SAID),
        case("french", f"{SAID}\n\nDe : Ada\nEnvoyé : lundi\nÀ : Ann\nObjet : Poste\n\nVieux.", SAID),
        case("dutch", f"{SAID}\n\nVan: Ada\nVerzonden: maandag\nAan: Ann\nOnderwerp: Baan\n\nOud.", SAID),
        case("swedish", f"{SAID}\n\nFrån: Ada\nSkickat: måndag\nTill: Ann\nÄmne: Jobb\n\nGammalt.", SAID),
        case("danish", f"{SAID}\n\nFra: Ada\nSendt: mandag\nTil: Ann\nEmne: Job\n\nGammelt.", SAID),
        case("norwegian", f"{SAID}\n\nFra: Ada\nDato: mandag\nTil: Ann\nEmne: Jobb\n\nGammelt.", SAID),
        case("polish", f"{SAID}\n\nOd: Ada\nWysłano: poniedziałek\nDo: Ann\nTemat: Praca\n\nStare.", SAID),
        case("finnish", f"{SAID}\n\nLähettäjä: Ada\nLähetetty: maanantai\nVastaanottaja: Ann\nAihe: Työ\n\nVanha.", SAID),
        case("portuguese", f"{SAID}\n\nDe: Ada\nEnviada em: segunda\nPara: Ann\nAssunto: Vaga\n\nVelho.", SAID),
        case("spanish", f"{SAID}\n\nDe: Ada\nEnviado el: lunes\nPara: Ann\nAsunto: Puesto\n\nViejo.", SAID),
        case(
            "dos-and-donts", f"{SAID}\nDo: learn SQL\nTo: us it matters\nSent: no", SAID, "Do: learn SQL", "To: us it matters", "Sent: no"
        ),
        case("one-header-is-prose", f"From: Monday on we close.\n{SAID}", "From: Monday on we close.", SAID),
        case("two-headers-are-prose", f"{SAID}\nFrom: now\nTo: June\nwe close", SAID, "From: now", "To: June", "we close"),
        case("three-of-five-lines", f"{SAID}\n\nFrom: Ada\nBell\nLtd\nSent: Monday\nTo: Ann\n\nI apply.", SAID),
        case(
            "the-third-in-the-sixth-line",
            f"{SAID}\n\nFrom: Ada\nBell\nLtd\nRome\nSent: Monday\nTo: Ann",
            *(SAID, "From: Ada", "Bell", "Ltd", "Rome", "Sent: Monday", "To: Ann"),
        ),
        case("quotes-between", f"{SAID}\n\nFrom: Ada\n{QUOTED * 17}Sent: Monday\nTo: Ann\n\nI apply.", SAID),
        case(
            "too-many-quotes-between",
            f"{SAID}\n\nFrom: Ada\n{QUOTED * 18}Sent: Monday\nTo: Ann",
            *(SAID, "From: Ada", "Sent: Monday", "To: Ann"),
        ),
        case("rule-alone", f"{SAID}\n-----\nRegards", SAID, "-----", "Regards"),
    ],
)
def test_repeated_headers_end_the_own_words(text, expected):
    assert own(text) == expected


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "-----Original Message-----",
        "Begin forwarded message:",
        "-----Ursprüngliche Nachricht-----",
        "-------- Weitergeleitete Nachricht --------",
        "---------- Message transféré ---------",
        "-----Mensaje original-----",
        "-----Mensagem original-----",
        "-----Ursprungligt meddelande-----",
        "---------- Przekazana wiadomość ---------",
        "---------- Videresendt melding ---------",
        "  Original Message",
    ],
)
def test_forward_marks_end_the_own_words(mark):
    assert own(f"{SAID}\n\n{mark}\nI apply.") == [SAID]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("mark", f"{SAID}\n-- \nAda Bell\nBell Ltd", SAID),
        case("mark-without-space", f"{SAID}\n--\nAda Bell", SAID),
        case("dash-in-text", f"{SAID}\n-- really\nAda", SAID, "-- really", "Ada"),
        case("mark-first", f"-- \n{SAID}", "-- ", SAID),
    ],
)
def test_signature_mark_ends_the_own_words(text, expected):
    assert own(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("confidentiality", f"{SAID}\n\nConfidentiality Notice\nDo not share.", SAID),
        case("disclaimer", f"{SAID}\n\nDISCLAIMER: views are my own.", SAID),
        case("intended", f"{SAID}\n\nThis email and any attachments are confidential and\nintended for Ann.", SAID),
        case("privileged", f"{SAID}\n\nThis message (and its files) may contain privileged matter.", SAID),
        case("unsubscribe", f"{SAID}\n\nTo unsubscribe click here.", SAID),
        case("receiving", f"{SAID}\n\nYou are receiving this email because you signed up.\nBell Ltd", SAID),
        case("starred", f"{SAID}\n\n* Unsubscribe | Settings", SAID),
        case("to-the-blank-line", f"{SAID}\n\nUnsubscribe\nBell Ltd\n\nThanks", SAID, "Thanks"),
        case("below-words-without-a-full-stop", f"{SAID[:-1]} for the post of baker\n\nUnsubscribe", f"{SAID[:-1]} for the post of baker"),
        case("below-an-exclamation", "No luck!\n\nUnsubscribe", "No luck!"),
        case("below-a-question", "Any luck?\n\nUnsubscribe", "Any luck?"),
        case("below-a-line-too-long-for-a-heading", f"{'x' * 45}\n\nUnsubscribe", "x" * 45),
        case("below-a-heading", f"{'x' * 44}\n\nUnsubscribe", "x" * 44, "Unsubscribe"),
        case("no-footer", "This email is about the role.", "This email is about the role."),
        case("alone", "Unsubscribe me, please.", "Unsubscribe me, please."),
        case(
            "reason-in-the-opening",
            f"Dear Ann,\n\nYou are receiving this email because you applied to us. {SAID}\n\nTom",
            "Dear Ann,",
            f"You are receiving this email because you applied to us. {SAID}",
            "Tom",
        ),
    ],
)
def test_footers_are_left_out(text, expected):
    assert own(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("all-quotes", "> I apply.\n> Ada", "> I apply.", "> Ada"),
        case("pasted-forward", f"From: Tom\nSent: Monday\nTo: Ann\n\n{SAID}", "From: Tom", "Sent: Monday", "To: Ann", SAID),
        case(
            "forward-with-subject",
            f"Subject: Fwd: Job\n\n---------- Forwarded message ---------\nFrom: Tom\n\n{SAID}",
            "Subject: Fwd: Job",
            "---------- Forwarded message ---------",
            "From: Tom",
            SAID,
        ),
        case(
            "forward-with-its-headers", f"Begin forwarded message:\n\n{HEADERS}\n\n{SAID}", "Begin forwarded message:", *HEADER_LINES, SAID
        ),
        case(
            "forward-from-a-telephone",
            f"Subject: Fwd: Job\n\nSent from my iPhone\n\nBegin forwarded message:\n\n{HEADERS}\n\n{SAID}\n\n-- \nTom",
            *("Subject: Fwd: Job", "Sent from my iPhone", "Begin forwarded message:", *HEADER_LINES, SAID),
        ),
        case("quotes-below-a-telephone-line", f"Sent from my iPhone\n> {SAID}", "Sent from my iPhone", f"> {SAID}"),
        case("all-quotes-with-subject", f"Subject: Job\n\n> {SAID}", "Subject: Job", f"> {SAID}"),
    ],
)
def test_where_cutting_leaves_nothing_all_is_own(text, expected):
    assert own(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\r\n"])
def test_text_without_words(text):
    assert own(text) == []
    assert own_lines(text) == lines_of(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"], ids=codes)
def test_line_ends(end):
    text = end.join([SAID, "", "> I apply.", "Bye", "-- ", "Tom"])
    assert own(text) == [SAID, "Bye"]
    assert lines_of(f"ab{end}c{end}") == [(0, 2), (2 + len(end), 3 + len(end)), (3 + 2 * len(end), 3 + 2 * len(end))]


BLOCKS = st.sampled_from(
    [
        SAID,
        "Thanks for your time.\nIt was close.",
        "",
        " ",
        "> I apply.\n>> Dear all",
        "On 3 March Ada Bell wrote:\n> I apply.",
        "On 3 March Ada Bell\n<ada@bell.example> wrote:",
        "_____\nFrom: Ada\nSent: Monday\nTo: Ann",
        "-----Original Message-----",
        "-- ",
        "Unsubscribe\nBell Ltd",
        "From: now",
        "-----",
    ]
)


@given(st.lists(BLOCKS, max_size=12), st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]))
def test_ranges_are_lines_in_order_and_cutting_twice_changes_nothing(blocks, end):
    text = end.join(blocks)
    spans = own_lines(text)
    lines = lines_of(text)
    assert spans == sorted(set(spans))
    assert set(spans) <= set(lines)
    kept = "\n".join(text[a:b] for a, b in spans)
    assert own(kept) == own(text)


@given(st.text(st.sampled_from("ab >-_|:.@\n\r\x0b\u2028\u00a0OnwroteFm"), max_size=80) | st.text(max_size=80))
def test_ranges_of_any_text(text):
    spans = own_lines(text)
    assert spans == sorted(set(spans))
    assert set(spans) <= set(lines_of(text))
    assert bool(own(text)) == bool(text.strip())
    assert "".join(text[a:b] for a, b in lines_of(text)) == re.sub("[\n\r\x0b\x0c\x85\u2028\u2029]", "", text)


@pytest.mark.parametrize("name", ["_ATTRIBUTION_START", "_FORWARD_MARK", "_RULE", "_HEADER_FROM", "_QUOTED", "_SIGNATURE_MARK"])
@given(data=st.data())
def test_no_line_that_may_be_left_out_is_passed_over(name, data):
    assert body._MAY_CUT.match(data.draw(st.from_regex(getattr(body, name))))
