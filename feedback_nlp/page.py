"""What a review shows: a state as lines of styled text for a screen of a given size.

Mail text is hostile: whatever is in it, a line is never wider than the screen, and nothing in it acts on the terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from feedback_nlp.dates import shown
from feedback_nlp.labels import MEANINGS
from feedback_nlp.model import MOST_CHARACTERS
from feedback_nlp.records import SUBJECT
from feedback_nlp.review import KEYS, Mode, Question, State
from feedback_nlp.terminal import harmless, percent

Fragment = tuple[str, str]
"""A style, as prompt_toolkit has it, and a text."""
Line = list[Fragment]

BOLD, FAINT, CHOSEN, MARKED, CURSOR = "bold", "fg:ansibrightblack", "reverse", "bg:ansiyellow fg:ansiblack", "underline"
_GUTTER = 4
_WIDEST = 76
"""Longer lines are hard to read."""
_WIDEST_GAP = 8
_MOST_MARKS = 2
"""So many accents on one letter are shown."""
_NAMES = {
    "s": ("skills gap", "skills"),
    "c": ("culture fit", "culture"),
    "a": ("another candidate", "another"),
    "h": ("hiring freeze", "hiring"),
    "v": ("vague", "vague"),
    "n": ("no rejection", "no"),
}
"""The label of each key by a name that begins with it, and the same for a narrow screen."""
_ROOMY = 80
_HEAD, _FOOT = 3, 5
_LONGEST_HEADER = 1_000
_PIECES = re.compile(r"[^\s]+|[^\S\n]+|\n")
_HELP = (
    ("Enter", "save the answer (the guess, if you changed nothing), go on"),
    ("+", "further reasons: then s, c, a or h; + again when done"),
    ("Up, Down", "go to another sentence"),
    ("Space", "mark it as the one that says so, or take its mark away"),
    ("Page Up, Page Down", "read on"),
    ("Tab or .", "skip this mail"),
    ("u", "undo: what you changed on this mail, else the answer before"),
    ("q or Ctrl-C", "quit; what you saved stays"),
)


@dataclass(frozen=True)
class Piece:
    """Text that stands in one line, and the number of the sentence that it is of."""

    text: str
    sentence: int | None


def page(state: State, columns: int, rows: int, top: int = 0) -> list[Line]:
    """The lines of the screen, exactly `rows`; the mail is shown from its line `top`."""
    if state.mode is Mode.HELP:
        lines = list(_help())
    elif state.question is None:
        lines = list(_end(state))
    else:
        lines = list(_question(state, state.question, columns, rows, top))
    return [_fitted(line, columns) for line in (lines + [[] for _ in range(rows)])[:rows]]


def height_of_mail(rows: int) -> int:
    """How many lines of the mail a screen of so many rows shows."""
    return max(1, rows - _HEAD - _FOOT)


def top_for(state: State, columns: int, rows: int, top: int = 0) -> int:
    """The line to show the mail from so that the sentence at the cursor is seen; `top` itself where it is."""
    if state.question is None:
        return 0
    lines, height = mail_lines(state.question, columns), height_of_mail(rows)
    telling = [i for i, line in enumerate(lines) if any(piece.sentence == state.cursor for piece in line)]
    if telling and not top <= telling[0] <= telling[-1] < top + height:
        spare = max(0, height - (telling[-1] - telling[0] + 1)) // 2
        top = 0 if telling[-1] < height else telling[0] - spare
    return last_top(lines, height, top)


def last_top(lines: Sequence[object], height: int, top: int) -> int:
    """The nearest line to `top` from which the mail fills the screen."""
    return max(0, min(top, len(lines) - height))


def mail_lines(question: Question, columns: int) -> list[list[Piece]]:
    """The lines of a mail for a screen of so many columns, without the subject that stands above them."""
    return _parted(question, columns)[1]


@lru_cache(maxsize=8)
def _parted(question: Question, columns: int) -> tuple[list[Piece], list[list[Piece]]]:
    """The line of the subject where the text begins with one, and the lines of the rest."""
    lines = _laid_out(question, columns)
    if lines[0] and lines[0][0].text == SUBJECT and not any(lines[1:2]):
        return lines[0], lines[2:] or [[]]
    return [], lines


def _laid_out(question: Question, columns: int) -> list[list[Piece]]:
    width = max(8, min(_WIDEST, columns - _GUTTER))
    lines: list[list[Piece]] = [[]]
    used = 0
    for piece in _pieces(question):
        if piece.text == "\n":
            if all(piece.text.isspace() for piece in lines[-1]):
                lines[-1] = []
            if any(map(len, lines[-2:])):  # one empty line says what many do
                lines.append([])
            used = 0
            continue
        for text in _cut(piece.text, width):
            size = _width(text)
            if used + size > width:
                lines.append([])
                used = 0
                if text.isspace():
                    continue
            lines[-1].append(Piece(text, piece.sentence))
            used += size
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def visible(text: str) -> str:
    """Text as cells of a screen can hold it: no controls, marks of direction or private characters, few accents on a letter."""
    plain = harmless(text)
    return plain if plain.isascii() else "".join(_few_accents(plain.translate(_CELLS)))


_UNCERTAIN_WIDTH = frozenset(
    {0x115F, 0x1160, 0x3164, 0xFFA0} | set(range(0xFE00, 0xFE10)) | set(range(0xE0100, 0xE01F0)) | set(range(0x1F3FB, 0x1F400))
)
"""Empty letters, and the variants and skin tones of emoji: terminals differ in how many cells they give them."""


class _Cells(dict[int, "str | None"]):
    """What is shown for a character; None where nothing is. Filled on demand, for `str.translate`."""

    def __missing__(self, code: int) -> str | None:
        category = unicodedata.category(chr(code))
        cell: str | None = chr(code)
        if category in ("Zl", "Zp"):
            cell = "\n"
        elif category == "Zs":
            cell = " "
        elif category[0] == "C" or code in _UNCERTAIN_WIDTH:
            cell = None
        self[code] = cell
        return cell


_CELLS = _Cells({ord("\n"): "\n"})


def _few_accents(text: str) -> Iterator[str]:
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            yield character


def _pieces(question: Question) -> Iterator[Piece]:
    """The words of a mail, what stands between them, and its line ends; each with its sentence."""
    text = question.email.text[:MOST_CHARACTERS]
    edges: list[tuple[int, int | None]] = [(0, None)]
    for i, (start, end) in enumerate(question.sentences):
        edges += [(start, i), (end, None)]
    for (start, sentence), (end, _) in pairwise([*edges, (len(text), None)]):
        for match in _PIECES.finditer(visible(text[start:end])):
            piece = match.group()
            yield Piece(piece[:_WIDEST_GAP] if piece.isspace() else piece, sentence)


def _cut(text: str, width: int) -> Iterator[str]:
    """A word in parts that are at most so wide."""
    if _width(text) <= width:
        yield text
        return
    part, used = "", 0
    for character in text:
        size = _width(character)
        if used + size > width:
            yield part
            part, used = "", 0
        part, used = part + character, used + size
    yield part


def _width(text: str) -> int:
    """How many cells a text takes."""
    if text.isascii():
        return len(text)
    from prompt_toolkit.utils import get_cwidth

    return sum(map(get_cwidth, text))


def _question(state: State, question: Question, columns: int, rows: int, top: int) -> Iterator[Line]:
    """The mail with its head above, and the answer that is being given below."""
    lines, height = mail_lines(question, columns), height_of_mail(rows)
    top = last_top(lines, height, top)
    seen = lines[top : top + height]
    yield from _head(state, question, columns)
    yield from (_mail_line(state, line) for line in seen)
    yield from ([] for _ in range(height - len(seen)))
    yield _rule(columns, f"lines {top + 1} to {top + len(seen)} of {len(lines)}: Page Down, Page Up" if len(lines) > height else "")
    yield [("", " Guess:  "), ("", _guess(question))]
    yield [("", " Answer: "), *_answer(state)]
    yield _choices(state, columns)
    yield _keys(state, columns)


def _head(state: State, question: Question, columns: int) -> Iterator[Line]:
    email = question.email
    count = f" {len(state.passed) + 1} of {len(state.questions)}"
    yield [(BOLD, count), ("", f"   {_one_line(shown(email.date))[:10]}   {_one_line(email.sender) or '(no sender)'}")]
    subject, _ = _parted(question, columns)
    yield _mail_line(state, subject) if subject else [(BOLD, f"    Subject: {_one_line(email.subject)}")]
    yield _rule(columns)


def _one_line(text: str) -> str:
    return " ".join(visible(text[:_LONGEST_HEADER]).split())


def _rule(columns: int, text: str = "") -> Line:
    words = f" {text} " if text else ""
    return [(FAINT, "─" * max(0, columns - len(words) - 2) + words + "──")]


def _mail_line(state: State, line: Sequence[Piece]) -> Line:
    """A line of the mail, with > before it where the cursor is and * where a marked sentence is."""
    sentences = {piece.sentence for piece in line}
    here = ">" if state.cursor in sentences else " "
    says = "*" if sentences & state.draft.marked else " "
    return [(BOLD, f" {here}{says} "), *((_style(state, piece), piece.text) for piece in line)]


def _style(state: State, piece: Piece) -> str:
    marked = MARKED if piece.sentence in state.draft.marked else ""
    return f"{marked} {CURSOR}".strip() if piece.sentence == state.cursor else marked


def _guess(question: Question) -> str:
    scores, label = question.prediction.scores, question.prediction.label or ""
    second = max((name for name in scores if name != label), key=lambda name: scores[name])
    guess = f"{_short(label)}, {percent(scores[label])} sure"
    return guess + (f"; or {_short(second)}, {percent(scores[second])}" if scores[second] >= 0.05 else "")


def _short(label: str) -> str:
    return next(_NAMES[key][0] for key, name in KEYS.items() if name == label)


def _answer(state: State) -> Line:
    if state.note:
        return [(BOLD, state.note)]
    draft = state.draft
    also = "".join(f"; also {_short(reason)}" for reason in draft.secondary)
    return [(BOLD, MEANINGS[draft.label]), ("", also)]


def _choices(state: State, columns: int) -> Line:
    """The labels, the chosen one in brackets, further reasons with a plus."""
    draft = state.draft
    line: Line = []
    for key, label in KEYS.items():
        name = _NAMES[key][columns < _ROOMY]
        if label == draft.label:
            line.append((CHOSEN, f"[{name}]"))
        elif label in draft.secondary:
            line.append((BOLD, f"+{name} "))
        else:
            line += [("", " "), (CURSOR, name[0]), ("", f"{name[1:]} ")]
    return line


def _keys(state: State, columns: int) -> Line:
    if state.mode is Mode.ALSO:
        return [(BOLD, " Also: s c a h"), ("", "   + done   Enter save   u undo   ? help")]
    if columns < _ROOMY:
        return [("", " Enter save  + also  Space mark  Tab skip  u undo  ? help  q quit")]
    return [("", " Enter save   + also   ↑ ↓ Space mark   Tab skip   u undo   ? help   q quit")]


def _help() -> Iterator[Line]:
    yield [(BOLD, " What does the mail say? One key for each answer:")]
    for key, label in KEYS.items():
        yield [(BOLD, f"   {key}  "), ("", f"{_NAMES[key][0]:18} {MEANINGS[label]}")]
    yield []
    for keys, what in _HELP:
        yield [(BOLD, f" {keys:19}"), ("", what)]
    yield []
    yield [("", " Judge by the words of the mail alone, not by what might lie behind them.")]
    yield [("", " What you mark is yellow, with a * before it; > is where you are.")]
    yield []
    yield [(BOLD, " Any key leads back.")]


def _end(state: State) -> Iterator[Line]:
    yield []
    yield [(BOLD, " That was the last one.")]
    yield [("", f" {len(state.given)} labelled, {state.skipped} skipped. All of it is saved.")]
    yield [("", f" {state.note}")]
    yield [("", " u takes the last answer back, q ends.")]


def _fitted(line: Iterable[Fragment], columns: int) -> Line:
    """The line without what would stand outside the screen."""
    result: Line = []
    left = columns
    for style, text in line:
        if _width(text) > left:
            text = next(_cut(text, left)) if left else ""
        result.append((style, text))
        left -= _width(text)
    return result
