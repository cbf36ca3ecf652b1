"""The lines that sign a mail: where they start, and whether a person or a team stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TEAM = re.compile(
    r"^\W*(?:the |your )?[\w&.,' -]{0,50}\b"
    r"(?:recruiting|recruitment|talent(?: acquisition)?|hiring|people|hr|human resources|careers?|staffing)"
    r"(?: ?(?:&|and) ?\w+)?(?: team| department| services?| operations?| office| group)?[\w&.,' -]{0,30}\W*$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^\W*(?:dr\.? |prof\.? |mr\.? |ms\.? |mrs\.? )?[A-Z][\w'’-]*\w(?: [A-Z]\.?)?(?: [A-Z][\w'’-]*\w){0,2}\W*$")
_CLOSING = re.compile(
    r"^\W*(?:(?:kind(?:est)?|best|warm(?:est)?|many) )?"
    r"(?:regards|wishes|thanks|sincerely|cheers|yours|respectfully|cordially)\b[^.]{0,30}$",
    re.IGNORECASE,
)


def after_closing(lines: Sequence[str]) -> list[str] | None:
    """The lines below the last closing ("Kind regards,"); None where there is no closing."""
    closings = [i for i, line in enumerate(lines) if is_closing(line)]
    return list(lines[closings[-1] + 1 :]) if closings else None


def is_closing(line: str) -> bool:
    """Whether a line closes a mail ("Kind regards,")."""
    return bool(_CLOSING.match(line))


def is_person(line: str) -> bool:
    """Whether a line of a signature is somebody's name."""
    return bool(_PERSON.match(line)) and not _TEAM.match(line)


def is_team(line: str) -> bool:
    """Whether a line of a signature is a team or department that hires."""
    return len(line) < 90 and bool(_TEAM.match(line))
