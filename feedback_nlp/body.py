"""Which words of a message are the sender's own newest ones: not quoted, not forwarded, not below a signature mark.

Only those are judged (a rejection quoted below an interview invitation is history). The answer is a list of character
ranges of the original text, so that whatever is quoted from it later is verbatim.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from feedback_nlp.records import subject_end

# "On Tue, 3 Mar 2026 at 10:02, A B <a@b.example> wrote:", in the languages whose mail programs people use most.
_DAYS = {
    "Norwegian": r"(?:man|tir|ons|tor|fre|lør|søn)\.?,? \d",
    "Polish": r"(?:pon|wt|śr|czw|pt|sob|niedz)\.?,? \d",
    "Finnish": r"(?:ma|ti|ke|to|pe|la|su) \d",
    "Portuguese": r"A (?:segunda|terça|quarta|quinta|sexta|sábado|domingo)",
}
_ATTRIBUTION = re.compile(
    r"^[ \t]*(?:"
    r"On\b.{4,200}\bwrote|Am\b.{4,200}\bschrieb.{0,80}|Le\b.{4,200}\ba écrit|El\b.{4,200}\bescribió|"
    r"Il\b.{4,200}\bha scritto|Op\b.{4,200}\bschreef.{0,80}|"
    rf"(?:Em\b|{_DAYS['Portuguese']}\b).{{4,200}}\bescreveu|"
    rf"(?:W dniu\b|Dnia\b|{_DAYS['Polish']}).{{4,200}}\b(?:pisze|napisał(?:\(a\)|a)?)|"
    rf"(?:Den\b|{_DAYS['Norwegian']}).{{4,200}}\bskrev.{{0,80}}|{_DAYS['Finnish']}.{{4,200}}\bkirjoitti"
    r")[ \t]?:[ \t]*$",
    re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(
    rf"^[ \t]*(?:(?:On|Am|Le|El|Il|Op|Em|W dniu|Dnia|Den)\b|{'|'.join(_DAYS.values())})",
    re.IGNORECASE,
)
_FORWARD_MARK = re.compile(
    r"^[ \t]*(?:-{2,}[ \t]*)?(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine|"
    r"Mensaje original|Messaggio originale|Oorspronkelijk bericht|Mensagem original|Ursprungligt meddelande|Oprindelig meddelelse|"
    r"Opprinnelig melding|Wiadomość oryginalna|Oryginalna wiadomość|Alkuperäinen viesti|Forwarded message|Weitergeleitete Nachricht|"
    r"Begin forwarded message|Message transféré|Mensagem encaminhada|Vidarebefordrat meddelande|Videresendt (?:besked|meddelelse|melding)|"
    r"Przekazana wiadomość|Välitetty viesti)(?:[ \t]*-{2,}|[ \t]*:)?[ \t]*$",
    re.IGNORECASE,
)
_FROM = r"From|Von|De|Da|Van|Från|Fra|Od|Lähettäjä"
_HEADER_LINE = re.compile(
    rf"^[ \t]*\*?(?:{_FROM}|Sent|Gesendet|Envoyé|Enviad[oa](?: em| el)?|Inviato|Verzonden|Skickat|Sendt|Wysłan[oe]|Lähetetty|"
    r"Date|Datum|Fecha|Data|Dato|Päivämäärä|To|An|À|Para|A|Aan|Till|Til|Do|Vastaanottaja|Cc|Kopia?|Kopio|DW|"
    r"Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Ämne|Emne|Temat|Aihe)\*?[ \t]?:\*?[ \t]+\S",
    re.IGNORECASE,
)
_HEADER_FROM = re.compile(rf"^[ \t]*\*?(?:{_FROM})\*?[ \t]?:", re.IGNORECASE)
_QUOTED = re.compile(r"^[ \t]*(?:>|&gt;|\|[ \t](?!.*\|[ \t]*$))")  # a line with a bar at its end too is a row of a table
_SIGNATURE_MARK = re.compile(r"^--[ \t]?$")
_DEVICE = re.compile(
    r"^[ \t]*(?:sent from (?:my|outlook|yahoo|proton|mail|gmail|samsung)|get outlook for)(?: [\w-]{1,20}){0,5}[.!]?[ \t]*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[ \t]*[_\-=*]{5,}[ \t]*$")
_FOOTER = re.compile(
    r"^[ \t*]*(?:confidentiality notice|disclaimer[ \t]*:|this (?:e-?mail|message)(?: and any (?:attachments?|files))?"
    r"(?: \([^)]{0,60}\))? (?:is|are|may be|contains|may contain)\b.{0,80}(?:confidential|privileged|intended)|"
    r"(?:to )?unsubscribe\b|you (?:are receiving|received|'re receiving) this (?:e-?mail|message) because)",
    re.IGNORECASE,
)

_MAY_CUT = re.compile(
    "|".join(pattern.pattern for pattern in (_ATTRIBUTION_START, _FORWARD_MARK, _RULE, _HEADER_FROM, _QUOTED, _SIGNATURE_MARK)),
    re.IGNORECASE,
)
"""What begins any line that may be left out; of the other lines, nearly all, nothing more is asked."""

_LONG = 45
"""A line of so many characters is no heading: something is said there."""

Span = tuple[int, int]

MOST_REMEMBERED = 512
"""How many texts are remembered as they were taken apart: twice as many as are judged in one go, since several ask for each."""


def even_spaces(text: str) -> str:
    """The text with a plain space for each non-breaking one: no character moves."""
    return text.replace("\xa0", " ").replace("\u2007", " ").replace("\u202f", " ")


def lines_of(text: str) -> list[Span]:
    """Character ranges of the lines of `text`, line ends left out."""
    spans, start = [], 0
    for match in re.finditer(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return spans


def is_added(line: str) -> bool:
    """Whether a mail program put the line there, and not the sender: a mark above what is forwarded, "Sent from my iPhone"."""
    return _FORWARD_MARK.match(line) is not None or _DEVICE.match(line) is not None


def own_lines(text: str) -> list[Span]:
    """Ranges of the lines that hold the sender's own newest words.

    Where cutting would leave nothing (a pasted forward, a mail that is all quotes), every line counts as own.
    """
    return list(_own_lines(even_spaces(text)))


@lru_cache(MOST_REMEMBERED)
def _own_lines(text: str) -> tuple[Span, ...]:
    lines = lines_of(text)
    own = _strip_footer(text, _strip_quotes(text, lines))
    return tuple(own if any(_tells(text, line) for line in own) else lines)


def _tells(text: str, line: Span) -> bool:
    """Whether there are words of the sender's in a line, the subject that the inbox puts first aside."""
    words = text[slice(*line)]
    return bool(words.strip()) and line[0] >= subject_end(text) and not is_added(words)


def _strip_quotes(text: str, lines: list[Span]) -> list[Span]:
    own: list[Span] = []
    has_words = False
    i = 0
    while i < len(lines):
        line = text[slice(*lines[i])]
        may_cut = _MAY_CUT.match(line) is not None
        attribution = _attribution_length(text, lines, i) if may_cut else 0
        if attribution:
            after = i + attribution
            while after < len(lines) and not text[slice(*lines[after])].strip():
                after += 1
            if after < len(lines) and not _QUOTED.match(text[slice(*lines[after])]) and has_words:
                break  # no marks before the quoted lines: all that follows is the old message
            i += attribution
        elif may_cut and has_words and (_SIGNATURE_MARK.match(line) or _FORWARD_MARK.match(line) or _header_block(text, lines, i)):
            break
        elif may_cut and _QUOTED.match(line):
            i += 1
        else:
            own.append(lines[i])
            has_words = has_words or _tells(text, own[-1])
            i += 1
    return own


def _attribution_length(text: str, lines: list[Span], i: int) -> int:
    """How many lines from line i on make up an "On ... wrote:" (mail programs wrap it), or 0."""
    if not _ATTRIBUTION_START.match(text[slice(*lines[i])]):
        return 0
    for length in (1, 2, 3):
        parts = [text[a:b].strip() for a, b in lines[i : i + length]]
        if not parts[-1] or any(_ATTRIBUTION.match(" ".join(parts[k:])) for k in range(1, length)):
            return 0  # a sentence that begins with "On", above an attribution
        joined = " ".join(parts)
        if len(joined) > 400:
            return 0
        if _ATTRIBUTION.match(joined):
            return length
    return 0


def _header_block(text: str, lines: list[Span], i: int) -> bool:
    """Whether a block of repeated headers (From:, Sent:, To:, Subject:) starts at line i, a rule before it or not."""
    if _RULE.match(text[slice(*lines[i])]):
        i += 1
        while i < len(lines) and not text[slice(*lines[i])].strip():
            i += 1
    if not (i < len(lines) and _HEADER_FROM.match(text[slice(*lines[i])])):
        return False  # nearly every line: nothing more is looked at
    block = (line for a, b in lines[i : i + 20] if not _QUOTED.match(line := text[a:b]))  # quotes are cut before anything is told by it
    return sum(bool(_HEADER_LINE.match(line)) for line in islice(block, 5)) >= 3


def _strip_footer(text: str, lines: list[Span]) -> list[Span]:
    """Leaves out legal and unsubscribe paragraphs at the end: from such a line to the next blank line."""
    kept: list[Span] = []
    in_footer = told = False
    for a, b in lines:
        line = text[a:b]
        if not line.strip():
            in_footer = False
        elif told and _FOOTER.match(line):
            in_footer = True
        if not in_footer:
            kept.append((a, b))
            told = told or line.rstrip().endswith((".", "!", "?")) or (len(line) >= _LONG and _tells(text, (a, b)))
    return kept
