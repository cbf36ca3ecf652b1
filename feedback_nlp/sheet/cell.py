"""What a cell can hold of a value, and how that is taken back when it is read.

The rules are told in docs/output.md.
"""

from __future__ import annotations

import json
import re
from typing import Any

_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of a letter; UTF-8 can't hold one alone
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f]")
_PICTURES = 0x2400  # Unicode's pictures of the control characters, in their order

# Signs by which a spreadsheet tells a formula, full-width and small ones too, behind white space or what is not seen at all.
_UNSEEN = r"\s\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫−"
_FORMULA = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[{_SIGNS}]")

_ILLEGAL = r"\x01-\x08\x0b-\x1f\ufffe\uffff"  # in XML, and the carriage return, which it makes a line feed
_ESCAPABLE = re.compile(f"[{_ILLEGAL}]|_(?=x[0-9A-Fa-f]{{4}}[_{_ILLEGAL}])")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def text_of(value: Any) -> str:
    """A value as text: lists and objects as JSON, None as nothing."""
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="backslashreplace").decode("utf-8")
    return "" if value is None else str(value)


def well_formed(text: str) -> str:
    """The text with U+FFFD for each lone surrogate."""
    return _SURROGATES.sub("\ufffd", text)


def printable(text: str) -> str:
    """The same, with a picture (U+2400 on) for each control character but tab and line breaks."""
    return _CONTROLS.sub(lambda match: chr(_PICTURES + ord(match[0])), well_formed(text))


def looks_like_formula(text: str) -> bool:
    """Whether some spreadsheet might run a text as a formula."""
    return _FORMULA.match(text) is not None


def guarded(text: str) -> str:
    """The text with a leading apostrophe where it would be a formula, there or without the apostrophes that it has."""
    return f"'{text}" if looks_like_formula(text.lstrip("'")) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and looks_like_formula(text.lstrip("'")) else text


def escaped(text: str) -> str:
    """The text as a workbook has it: `_xHHHH_` for what XML can't hold, and for the underscore of what looks like that.

    NUL and lone surrogates are shown instead: what saves the workbook anew would make damaged letters or a binary file of them.
    """
    return _ESCAPABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", well_formed(text).replace("\0", chr(_PICTURES)))


def unescaped(text: str) -> str:
    """The text that `escaped` was given, as far as it could be kept."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
