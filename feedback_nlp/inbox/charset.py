"""Bytes to text when what the sender says about the charset is missing or wrong."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# The WHATWG encoding standard reads these labels as windows-1252, since that is what their senders meant.
_AS_CP1252 = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "ansi_x3.4-1968", "iso8859-1"}

# A byte is a letter in these: hardly a text with other letters than ASCII is valid UTF-8 too, unless that is what it is.
_ONE_BYTE = ("windows-125", "cp125", "iso-8859", "iso8859", "latin", "koi8")

# What Python decodes by these names is no charset that a mail is in; the first takes quadratic time.
_NO_CHARSETS = {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"}


def decode(data: bytes, declared: str | None = None) -> str:
    """Text from bytes: byte-order mark, UTF-8 where it fits, the declared charset, windows-1252 at last. Never fails."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, errors="replace")
    if b"\x1b$" in data:
        return data.decode("iso2022_jp", errors="replace")
    name = (declared or "").strip().strip("\"'").lower()
    for candidate in ["utf-8", name] if name in _AS_CP1252 or not name or name.startswith(_ONE_BYTE) else [name, "utf-8"]:
        try:
            if candidate not in _AS_CP1252 and codecs.lookup(candidate).name not in _NO_CHARSETS:
                return data.decode(candidate)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("cp1252", errors="replace")
