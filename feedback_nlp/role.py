"""Which role a mail is about, as it names it. Precision before recall: what is no role for sure is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from feedback_nlp.letter import Letter, listed

MOST_WORDS = 8

_MOST_LOWER_WORDS = 5
_WINDOW = 120
_HEAD = r"(?:position|role|post|job|vacancy|opening|opportunity|posting)"
_CODE = r"(?=[\w/-]{0,20}\d{2})[A-Z]{0,5}[-_/]?\d[\w/-]{2,20}|(?=[\w-]{0,20}\d{3})\d{2,4}(?:-[A-Z0-9]{2,6}){1,3}"
_TAG = re.compile(
    r"\((?:[mwfdxhi](?:\s?[/|*,]\s?[mwfdxhi]){1,3}|all genders?|(?:req|ref|id|job|vacancy|requisition|posting)\b[^)]{0,40}|"
    rf"(?:{_CODE})|[A-Z]{{0,4}}#[^)]{{0,30}})\)",
    re.IGNORECASE,
)
_NUMBERED = r"req(?:uisition)?|ref(?:erence)?|job id|id|job|vacancy|no|number"
_CODE_BEFORE = re.compile(rf"^(?:(?:{_NUMBERED})\b[.:#]{{0,5}}\s{{0,5}})?(?:#\s?)?(?:{_CODE})[\s:,-]{{1,5}}(?=\S)", re.IGNORECASE)
_CODE_AFTER = re.compile(
    rf"[\s,(-]{{1,5}}(?:(?:{_NUMBERED})\b[.:#\s]{{0,5}})?(?:[A-Z]{{0,2}}#\s?)?(?:{_CODE})\W{{0,5}}$|"
    r"[\s,(-]{1,5}(?:req(?:uisition)?|ref(?:erence)?|job id|#)[.:#\s]{1,5}\S{1,20}\W{0,5}$",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"""[!?;:"\n]|\.(?=\s|$)(?<!\bSr\.)(?<!\bJr\.)(?<!\bAsst\.)(?<!\bMgr\.)|\s[/|]\s|"""
    r"\s(?i:at|with|has|have|had|is|was|are|were|been|be|will|would|which|that|because|but|as|on|from|by|we|you|your|this|my|it|"
    rf"{_HEAD}s?|went|within|based|here|after|before|since|due|through|via|reporting|starting|application|who|if|when|where|whose|so|"
    r"not|thank|thanks|please|unfortunately|under|among|requires?|dated?|following|status|working|today|now|again|until|closed|also|"
    r"than|interview|about|regarding|out|up|goes|gone|did|does|could|can|cannot|should|may|might|shall|the|these|our|their|his|her|"
    r"there|then|"
    r"and (?:i|we|you|your|our|the|for|to|are|is|have|has|will|would|regret|can|was|were|as|thank|in|on|at|with|wish|appreciate)|"
    r"to (?:you|the|be|us|me|our|your|find|join|work|start)|for (?:the|our|your|which|you|us|this|a|an|that|now|over|more)|"
    r"in (?:the|our|your|this|a|an|its|my|order|which|time)|of (?:our|your|this|these|its|my|course))\b|"
    r"\sI(?='|\s(?:am|was|had|have|would|will|wish|regret|write|can|could|do|did|think|want|know|hope|refer|thank|just|really)\b)"
)
_CAPITAL = re.compile(r"[\"'(\[]?(?:[A-Z0-9À-Þ]|[a-z]{1,2}[A-Z])")
_IN_A_FIELD = frozenset("chair degree doctoral fellow lecturer lectureship phd postdoc professor reader researcher teacher tutor".split())
_CONNECTORS = frozenset("of and & for in to the - de on with / +".split())
_PARTS = re.compile(r"\s[-|/:]+\s|:\s")
_OTHER_THINGS = frozenset("visa visas permit licence license loan card".split())
_BECOMING = re.compile(r"^(?:becoming|being|to be(?:come)?|be(?:come)?)\s(?:an?\s|our\s)?", re.IGNORECASE)
_NOT_IN_LOWER = frozenset("a an and are be been for has have is it no not so that the to was we which who with you".split())
_GRADES = frozenset("I II III IV V 1 2 3 4".split())
_NOT_ONE = frozenset("another any each every few hiring many no not other several similar some that these this those two three".split())
_NOT_ONE_IN_LOWER = frozenset("different future new second third".split())
"""Words that make another role of it ("the second design role"), but with a capital belong to a name ("Second Engineer")."""
_COMMA = re.compile(r",\s+")
_HEAD_PARTS = re.compile(r"\s(?:[-|/:]+|of|for|in|at|to|with)\s|[,:(/]")

_FIELD = re.compile(
    r"^[^\w\n]{0,5}(?:job title|role|position|post|vacancy|job|title|requisition|applied for|position applied for|vacancy title)"
    r"(?: title| name)?[ \t]?(?::|\.{3,60})[ \t]{0,9}(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_OF = re.compile(rf"\b{_HEAD}\s(?:title )?(?:(?P<of>of)|as|for)\s(?:an? |the |our )?(?=\S)", re.IGNORECASE)
_NAMED = re.compile(rf"\b(?i:for|about|on) (?i:the |our )?(?i:{_HEAD})\s(?=[A-ZÀ-Þ])")
_ONE = r"(?!(?:the|our|your|an?|for|this|that)\s)[^\s.!?;:]{1,30}\.?"
_BEFORE = re.compile(
    rf"\b(?:the|our|your|an?|for|this|of)\s((?:{_ONE}[ \t]){{0,7}}?{_ONE})\s{_HEAD}\b(?!-|\s(?-i:[A-Z][a-z]))",
    re.IGNORECASE,
)
_APPLIED = re.compile(
    r"\b(?:appl(?:ication|ied|ying|y)|candidature|candidacy|interview(?:ed|ing|s)?|considered|selected|shortlist(?:ed|ing)|"
    r"interest|hiring|recruiting|vacancy)\b"
    rf"[^.!?;:\n]{{0,70}}?\s(?:for|in)\s(?:(?:an?|the|our)\s)?(?:{_HEAD}\s(?:of|as|for)\s)?(?:(?:an?|the|our)\s)?(?=\S)",
    re.IGNORECASE,
)
_AS = re.compile(
    r"\b(?:appl(?:ication|ied|ying|y)|candidate|applicant|candidature|join(?:ing)?|hired|appointed|employed|somebody else|someone else|"
    r"candidacy|employment|offer you employment|start|placement)\b(?:(?!experience|background|time|career)(?:[^.!?;:\n]|\.(?=\w))){0,60}?"
    r"\sas\s(?:(?:an?|the|our)\s)?(?=\S)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:(?:re|fwd?|aw|wg)\s?:\s*)*(?:\[[^\]]{1,60}\]\s*)?"
    r"(?:(?:(?:your|job|thank you for your|we received your|update on your|status of your)\s)?application(?:\sstatus|\sreceived|\supdate)?"
    r"|interview|invitation to interview|regarding(?:\syour application)?|requisition\s\w+)?\W*",
    re.IGNORECASE,
)


def role_of(letter: Letter) -> str:
    """The role, as it stands in the mail, without numbers of requisitions; "" where the mail names none for sure."""
    return next(_roles(letter), "")


def _roles(letter: Letter) -> Iterator[str]:
    for source in (letter.text, letter.subject):
        yield from _roles_after((_FIELD, _OF, _NAMED), source)
        for match in _BEFORE.finditer(source):
            yield from _named(match[1], headed=True)
        yield from _roles_after((_APPLIED, _AS), source)
    lines = letter.text.split("\n") if letter.address.is_job_board else []
    for part in (*_PARTS.split(_SUBJECT.sub("", letter.subject, count=1), 3), *lines):
        yield from _named(_phrase(part, 0))


def _roles_after(patterns: Iterable[re.Pattern[str]], source: str) -> Iterator[str]:
    for match in (match for pattern in patterns for match in pattern.finditer(source)):
        yield from _named(_phrase(source, match.end()), sure=match.lastgroup == "of")


def _phrase(source: str, start: int) -> str:
    """The words from `start` to where a phrase must end."""
    window = _CODE_BEFORE.sub("", _TAG.sub("\n", source[start : start + _WINDOW]).lstrip())
    stop = _STOP.search(f" {window}")
    return _COMMA.split(window[: max(0, stop.start() - 1)] if stop else window)[0]


def _named(words: str, *, sure: bool = False, headed: bool = False) -> Iterator[str]:
    """The phrase as a role, if it is one.

    `sure`: the mail says that it is, so no known noun need stand in it. `headed`: "role" or the like follows.
    """
    tokens = _BECOMING.sub("", clean_role(words)).split()
    while tokens and tokens[0].lower() in _CONNECTORS:
        del tokens[0]
    if not tokens or _is_doubtful(tokens) or not _OTHER_THINGS.isdisjoint(tokens):
        return
    if _CAPITAL.match(tokens[0]):
        tokens = _capitals(tokens)
        told = len(tokens) <= MOST_WORDS and (sure or holds_noun(tokens) or (headed and _is_field(tokens))) and not _is_doubtful(tokens)
    else:
        told = _is_plain(tokens) and (holds_noun(tokens[-1:]) or (headed and _is_field(tokens)))
    if told:
        yield " ".join(tokens).removesuffix("'s").strip(" ,-")


def _capitals(tokens: list[str]) -> list[str]:
    """The words up to the first in lower case, unless all of them make up a role ("Senior software engineer")."""
    end = next((i for i, token in enumerate(tokens) if not _CAPITAL.match(token) and token.lower() not in _CONNECTORS), len(tokens))
    if end < len(tokens) and _is_plain(tokens) and holds_noun(tokens[-1:]):
        return tokens
    while end and tokens[end - 1].lower() in _CONNECTORS:
        end -= 1
    in_a_field = any(noun in _IN_A_FIELD for noun in _words(" ".join(tokens[:end])))
    return tokens[: tokens.index("in")] if "in" in tokens[:end] and not in_a_field else tokens[:end]


def _is_plain(tokens: list[str]) -> bool:
    """Whether the words are few, and none of them is one that no role holds in lower case."""
    return len(tokens) <= _MOST_LOWER_WORDS and _NOT_IN_LOWER.isdisjoint(tokens)


def _words(token: str) -> list[str]:
    return [part.removesuffix("'s") for part in re.split(r"[\s/()+,&]", token.lower().strip("\"'.,")) if part]


def _is_doubtful(tokens: list[str]) -> bool:
    if tokens[0].lower() in _NOT_ONE or tokens[0] in _NOT_ONE_IN_LOWER:
        return True
    return all(word in listed("role", "doubtful") for token in tokens for word in _words(token))


def holds_noun(tokens: list[str]) -> bool:
    """Whether a word that makes a role stands among the words; a possessive does not, but at the end."""
    nouns = listed("role", "nouns")
    named = (word for i, token in enumerate(tokens) if i == len(tokens) - 1 or not token.endswith("'s") for word in _words(token))
    return any(word in nouns or word.removesuffix("s") in nouns for word in named)


def _is_field(tokens: list[str]) -> bool:
    """Whether the words end in what people do somewhere ("Customer Success")."""
    return len(tokens) > 1 and not listed("role", "fields").isdisjoint(_words(tokens[-1]))


def ends_in_role(words: str) -> bool:
    """Whether the words name a role or a title ("Head of Talent", "Backend Engineer II")."""
    tokens = [token for token in words.split() if token not in _GRADES]
    return bool(tokens) and (any(w in listed("role", "nouns") for w in _words(tokens[-1])) or (" of " in words and holds_noun(tokens[:1])))


def clean_role(role: str) -> str:
    """A role without the numbers of requisitions and without "(m/f/d)", and without what follows these."""
    role = next((" ".join(part.split()) for part in _TAG.split(role) if part.strip()), "")
    role = _CODE_AFTER.sub("", _CODE_BEFORE.sub("", role))
    if role.count("(") != role.count(")"):
        role = role.partition("(")[0]
    return role.strip(" ,;:-*\"'")


def role_key(role: str) -> str:
    """What two spellings of one role have in common: no case, accents, punctuation, numbers of requisitions, no "position"."""
    plain = unicodedata.normalize("NFKD", clean_role(_TAG.sub(" ", role))).casefold().replace("&", " and ")
    words = re.findall(r"[^\W_]+(?:[+#]+)?", "".join(c for c in plain if not unicodedata.combining(c)))
    spelled = {"sr": "senior", "jr": "junior"}
    return " ".join(spelled.get(word, word) for word in words if word not in ("position", "role", "post", "job", "vacancy", "the"))


def kind_of_role(role: str) -> str:
    """The noun that says what kind of work a role is ("Senior Engineer II, Payments": "engineer"); "" where none does."""
    parts = _HEAD_PARTS.split(clean_role(role[:_WINDOW]))
    for names in (listed("role", "nouns"), listed("role", "fields")):
        for part in parts:
            for word in reversed(_words(part)):
                noun = word if word in names else word.removesuffix("s")
                if noun in names:
                    return noun
    return ""
