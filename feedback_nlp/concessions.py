"""What a sentence of a rejection grants beside what it says was missing: "Your Python is strong, but ..."."""

from __future__ import annotations

import re
from itertools import pairwise

_CUT = re.compile(
    r"(?=[;:]\s|(?:[,(]|(?<![,(;:]))\s"
    r"(?:but(?! also)|(?<!not )(?<!n.t )yet(?! to)|however|although|(?:even )?though|even if|despite|while|whilst|whereas)\b)",
    re.IGNORECASE,
)
_TURNS = re.compile(r"[\s,(;:]*(?:but|yet|however)\b", re.IGNORECASE)
_CONCEDES = re.compile(r"(?:[\s,(;:]*(?:although|(?:even )?though|even if|despite)|whil(?:e|st))\b[^,]*", re.IGNORECASE)
# "Your SQL is good, though not at the level that we need": the first part is what lacks.
_GOES_BACK = re.compile(
    r"[\s,(;:]*(?:but|yet|though|although) (?:(?:still|sadly|could|needs?|just|only|somewhat|rusty|was|is|it|they|below|less)\b|"
    r"(?:not|never) (?:yet |quite |nearly |really )?"
    r"(?:at|good|great|strong|enough|deep|fluent|sufficient(?:ly)?|to|as|up|on|for|so|what)\b)",
    re.IGNORECASE,
)
_LACKS = re.compile(
    r"\b(?:not(?! (?:only|just)\b)|no(?! (?:doubt|question)\b)|nor|neither|never|nothing|without(?! (?:doubt|question)\b)|lack\w*|"
    r"miss(?:es|ed|ing)?|needs?|needed|requir\w+|(?:pre)?requisite|must|should|would|essential|crucial|vital|mandatory|important|"
    r"(?:ask|call|look)(?:s|ed|ing)? for|seeks?|sought|seeking|wants?|wanted|prefer\w*|hop(?:e|ed|ing)|expect\w*|only|too|short|"
    r"weak\w*|thin|little|few|fewer|less|more|enough|insufficient\w*|limited|basics?|beginner\w*|junior|rather|instead|below|behind|"
    r"falls?|fell|gaps?|struggl\w+|slow\w*|fail\w*|difficult\w*|unsure|rusty|better|stronger|another|others?|somebody|someone|"
    r"successful|chosen?|yet to|unfamiliar|new to)\b|n['’]t\b",
    re.IGNORECASE,
)
_PRAISES = re.compile(
    r"\b(?:strong|solid|excellent|great(?! deal)|good|outstanding|superb|brilliant|fluent|(?<!as )well|impress\w*|liked|enjoyed|loved|"
    r"convinc\w+|pleased|delighted|admir\w+|appreciat\w+|you (?:\w{1,15}ly )?(?:know|knew|bring|brought))\b",
    re.IGNORECASE,
)


def without_concessions(sentence: str) -> str:
    """The sentence without the parts that praise or concede. A part that says that something lacks is never left out."""
    parts = [part for clause in _CUT.split(sentence) for part in _parted(clause) if part]
    return "".join(_told(part, following) for part, following in pairwise([*parts, ""]))


def _parted(clause: str) -> tuple[str, str]:
    """What a clause concedes, up to its comma, and the rest."""
    conceded = _CONCEDES.match(clause)
    end = conceded.end() if conceded else 0
    return clause[:end], clause[end:]


def _told(part: str, following: str) -> str:
    """What a part says of what was missing, given the part after it."""
    if _LACKS.search(part):
        return "".join(piece for piece in re.split(r"(?=,\s)", part) if _LACKS.search(piece) or not _PRAISES.search(piece))
    granted = _CONCEDES.match(part) or ((_TURNS.match(following) or _PRAISES.search(part)) and not _GOES_BACK.match(following))
    return "" if granted else part
