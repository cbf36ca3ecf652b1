"""Sentences that are right for mail: wrapped lines joined, bullets, headings, greetings and signature lines apart."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from feedback_nlp.body import MOST_REMEMBERED, Span, even_spaces, is_added, own_lines

_BULLET = re.compile(r"^[ \t]*(?:[•·▪◦‣●○■–—*+-]|\(?\d{1,2}[.)]|\(?[a-z]\))[ \t]+\S")
_GREETING = re.compile(
    r"[ \t]*(?:dear|hi|hii+|hello|hey+|heya|hiya|g'day|greetings|good (?:morning|afternoon|evening|day))\b[^.!?\n]{0,50}[,:!]?[ \t]*$",
    re.IGNORECASE,
)
_GREETING_PREFIX = re.compile(
    r"[ \t]*(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b[ \t]*[^,.!?:;\n]{0,40}[,:!][ \t]+(?=[A-Z])",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"[ \t]*(?:(?:kind(?:est)?|best|warm(?:est)?|many thanks and|with) )?(?:regards|wishes)\b(?! to\b)|"
    r"[ \t]*(?:(?:yours )?(?:sincerely|faithfully|truly)|cheers|best|thanks|thank you|rgds|br)[ \t]*(?:[,.!][ \t]*)?$",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"')\]»”’*_]*[ \t]*$")
_FIELD = re.compile(r"[ \t]*[A-Z][\w /-]{1,30}:(?:[ \t]|$)")
_ABBREVIATIONS = frozenset(
    "mr mrs ms mx dr prof st sr jr rev hon capt lt col sgt ref req rs dept approx est inc ltd co corp llc plc pvt "
    "pte bros vs etc e.g i.e eg ie cf al u.s u.k a.m p.m ph.d b.sc m.sc b.tech m.tech d.c fig vol ext tel bldg "
    "ave blvd jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri".split()
)
# Abbreviations that often end a sentence too: they break where a capital follows that starts one.
_MAY_END = frozenset("etc inc ltd co corp llc plc a.m p.m u.s u.k d.c jr sr".split())
_BREAK = re.compile(r"(?<=[.!?…])[\"')\]»”’*_]*[\s\u200b]+|(?<![ \t])[ \t]+(?=[•▪●■])")
# Sentences that law or a mail program puts below any mail, whatever it says. Each has to be the whole sentence's matter:
# one that may go on to a decision ("as an equal opportunity employer, we ...") is not among them.
_MAIL = r"(?:e-?mails?|messages?|communications?|transmissions?)"
_COPYRIGHT = re.compile(r"(?:copyright )?(?:©|\(c\)) ?(?:copyright )?\d{4}\b[^\n]{0,80}$", re.IGNORECASE)
_IMPRINT = re.compile(
    r"(?:(?:important |legal |confidentiality )?(?:note|notice|warning|caution|disclaimer|important|confidentiality)[:-] ?|"
    r"please note(?: that)? )?(?:"
    r"(?:p |please )?(?:consider|think of) the environment before\b|all rights reserved\b|"
    rf"(?:the|any) (?:information|contents?) (?:contained |transmitted )?(?:in|of) this {_MAIL}\b|"
    rf"this {_MAIL}(?:,? (?:and|including) (?:any |its |all )?(?:attachments?|files)[^.]{{0,40}})? (?:is|are|may be|contains|may contain)\b"
    r"[^.]{0,60}\b(?:confidential|privileged|intended(?! to))\b|"
    r"(?:any )?unauthori[sz]ed (?:use|copying|disclosure|distribution|review|access)\b|"
    r"any (?:form of )?(?:review|use|copying|disclosure|dissemination|distribution|reproduction|retransmission)[, ]"
    r"[^.]{0,120}\bprohibited\b|"
    r"if you (?:are not|aren't|are not one of) the (?:intended|named) (?:recipients?|addressees?)\b|"
    rf"if (?:you (?:have )?|you've )?received (?:it |this (?:{_MAIL} )?)?(?:in error|by mistake)\b|"
    rf"please (?:immediately )?(?:notify|inform|contact|tell|advise) the sender\b[^.]{{0,60}}\b(?:received|delete|destroy)\b|"
    r"(?:any |the |all )?(?:views|opinions)\b[^.]{0,80}\b(?:those of (?:the|its|their|an) (?:author|sender|writer|individual|originator)|"
    r"not necessarily (?:those|represent|reflect)|are my own)\b|"
    r"(?:although|while|whilst) [^.,;]{1,80} (?:precautions?|steps|care|measures)\b[^.,;]{0,60}\b(?:virus|malware)|"
    r"computer viruses can\b|"
    rf"(?:internet |e-?mail )?{_MAIL} (?:can(?:not|'t)|are not|is not) (?:be )?(?:guaranteed|necessarily secure|secure)\b|"
    r"(?:[\w&',()/-]{1,30} ){1,8}(?:can(?:not|'t) |do(?:es)? not |will not |(?=accepts? no|assumes? no))"
    r"(?:(?:accept|assume)s? (?:any |no )?(?:responsibility|liability)|be held (?:responsible|liable))\b"
    r"[^.]{0,60}\b(?:virus|malware|transmi|attachment|this e-?mail|this message)|"
    r"(?:(?:the recipients?|recipients|you) (?:should|must|are advised to)[^.,;]{0,40}|it is your responsibility to) (?:check|scan)\b"
    r"(?=[^.]{0,80}\b(?:attach|e-?mail|message))[^.]{0,60}\bvirus|"
    rf"this (?:incoming |outgoing )?{_MAIL} (?:has been|was) (?:scanned|checked|swept)\b|"
    rf"this {_MAIL} (?:originated|came|comes|was sent|was received) from (?:outside|an external)\b|"
    r"do not click(?: on)?(?: any)? (?:links|attachments)\b|"
    rf"(?:[\w&'-]{{1,30}} ){{0,4}}{_MAIL} (?:[\w&'/-]{{1,30}} ){{0,8}}may be (?:(?:recorded|retained) (?:and|or) )?monitored\b|"
    rf"(?:[\w&'-]{{1,30}} ){{1,4}}(?:may|reserves? the right to) monitor\b[^.]{{0,40}}\b{_MAIL}\b|"
    r"(?:(?!you\b)[\w&',()-]{1,30} ){0,8}registered (?:in (?:england|scotland|wales|northern ireland|ireland)|office)\b|"
    r"(?:registered )?(?:company|vat|charity) (?:registration )?(?:no\b|num|reg)(?:\.?$|[^\d\n]{0,20}\d)|"
    r"(?:[\w&',-]{1,30} ){0,6}(?:is|are) (?:proud to be )?an? (?:\w{1,20} )?equal[ -]opportunit(?:y|ies) employer\b"
    r"(?!.*\b(?:but|however|unfortunately)\b)|"
    r"we do not discriminate\b(?!.*\b(?:but|however|unfortunately)\b)|"
    r"(?:for (?:more |further )?(?:information|details) (?:on|about|of)|to (?:find out|learn|know)(?: more about)?|find out) how "
    r"(?:[\w&'-]{1,30} ){1,4}(?:process|handle|use|collect|protect)(?:e?s)? your (?:personal )?(?:data|details|information)\b|"
    r"(?:we|\w{1,30}) process(?:es)? your (?:personal )?(?:data|details|information)\b|"
    r"(?:this|the) (?:calendar )?(?:event|meeting|invitation|appointment) (?:has been|was) (?:cancell?ed|updated|changed|rescheduled)"
    r"(?: and removed from your calendar)?(?:,? with (?:a|this|the following) note)?[.:!]?$)",
    re.IGNORECASE,
)
_LONGEST_IMPRINT = 500
"""So much of a sentence tells whether it is one."""
_LETTER = re.compile(r"[^\W_]")
_LAST_WORD = re.compile(r"[\w.&'’]+$")

_WRAP_AT = 45
"""A line shorter than this many characters was hardly wrapped by a mail program: its end is an end of a unit."""


def split_sentences(text: str) -> list[Span]:
    """Character ranges of the sentences among the sender's own words, without white space around them, and without those
    that law or a mail program puts below any mail, unless there are no others.
    """
    return list(_sentences(even_spaces(text)))


@lru_cache(MOST_REMEMBERED)
def _sentences(text: str) -> tuple[Span, ...]:
    spans = [span for a, b in _blocks(text) for span in _split_block(text, a, b)]
    return tuple((a, b) for a, b in spans if not _is_imprint(text[a:b])) or tuple(spans)


def _is_imprint(sentence: str) -> bool:
    """Whether law or a mail program has put it there; however its lines were wrapped."""
    start = sentence[:_LONGEST_IMPRINT]
    return is_added(start) or _COPYRIGHT.match(start) is not None or _IMPRINT.match(" ".join(start.split())) is not None


def _blocks(text: str) -> list[Span]:
    """Runs of lines that belong together: a wrapped paragraph is one, a heading, bullet or signature line is its own."""
    blocks: list[Span] = []
    open_block: Span | None = None
    previous_end, last = -1, ""
    for a, b in own_lines(text):
        line = text[a:b]
        if not line.strip(" \t\u200b"):
            open_block, previous_end = None, b
            continue
        if open_block is not None and a - previous_end <= 2 and _continues(last, line):
            blocks[-1] = open_block = (blocks[-1][0], b)
        else:
            open_block = (a, b)
            blocks.append(open_block)
        previous_end, last = b, line
    return blocks


def _continues(line: str, following: str) -> bool:
    """Whether `following` goes on with the sentence or paragraph of `line`, which was wrapped."""
    if _BULLET.match(following) or _GREETING.fullmatch(line) or _CLOSING.match(line) or _CLOSING.match(following):
        return False
    starts_lower = following.lstrip()[:1].islower()
    if _ENDS_SENTENCE.search(line):
        is_long = len(line.strip()) >= _WRAP_AT
        return starts_lower and line.rstrip()[-1:] in (".,;:" if is_long else ".,;")
    return starts_lower or (len(line.strip()) >= _WRAP_AT and not _FIELD.match(following))


def _split_block(text: str, start: int, end: int) -> list[Span]:
    cuts = {start, end}
    greeting = _GREETING_PREFIX.match(text, start, end)
    if greeting:
        cuts.add(greeting.end())
    for match in _BREAK.finditer(text, start, end):
        if _is_break(text, start, match):
            cuts.add(match.end())
    return [_strip(text, a, b) for a, b in pairwise(sorted(cuts)) if _LETTER.search(text, a, b)]


def _is_break(text: str, start: int, match: re.Match[str]) -> bool:
    if match.end() >= len(text):
        return False
    mark, following = text[match.start() - 1], text[match.end()]
    if text[match.start() - 1 : match.end()].strip() == "" or mark in "!?":
        return True
    if mark == "…" or text[max(0, match.start() - 3) : match.start()] == "...":
        return not following.islower()
    word = _LAST_WORD.search(text, max(start, match.start() - 20), match.start() - 1)
    last = word.group().lower().strip("'’") if word else ""
    if last in ("no", "nos"):  # "No. 5" is a number, "the answer is no. You ..." an end
        return not following.isdigit()
    if last in _ABBREVIATIONS:
        return last in _MAY_END and following.isupper()
    # An initial ("J. R. Smith") or the number of a list item at the start ("1. Your ...").
    if len(last) == 1 and last.isalpha() and last != "i" and text[match.start() - 2].isupper():
        return False
    if last.isdigit() and len(last) < 3 and word is not None:
        before = text[start : word.start()].rstrip()
        return bool(before) and before[-1] not in ".!?:;…"
    return True


def _strip(text: str, a: int, b: int) -> Span:
    part = text[a:b]
    return a + len(part) - len(part.lstrip()), b - (len(part) - len(part.rstrip()))
