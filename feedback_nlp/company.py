"""Names of companies: read where they stand in a text, trimmed of what is no part of them, and compared."""

from __future__ import annotations

import re
import unicodedata

from feedback_nlp.letter import listed
from feedback_nlp.role import ends_in_role

AGENCY_FOR_SURE = 2

_WINDOW = 120
_MOST_WORDS = 8

_CAPITAL = re.compile(r"(?:[A-Z0-9À-Þ]|[a-z]{1,2}[A-Z]|[a-z0-9-]{2,30}\.(?:com|io|ai|co|app|org|net|tech|dev)\b)")
_CONNECTORS = frozenset("of and & + de du la le les des da do di della van von der den und et y".split())
_ARTICLES = frozenset("the le les la".split())
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:St|Mt|Co|Inc|Ltd|Corp|Bros|Pvt|Pty|Pte|Ste))\.$")
_JOINED = re.compile(r"([.!?])(?=[A-Z][a-z]+\b)")
_ENDS = re.compile(r"[.,;:!?)\"|]$")
_EDGE = " ,.;:!?\"'()[]*|-"
_DOTTED_FORM = re.compile(r"(?:[A-Za-z]\.){2,5}$|\b(?:Inc|Co|Corp|Bros)\.$")
_SITE = re.compile(
    r"(?:store|plant|site|branch|office|campus|depot|yard|station|location|facility|warehouse|area|region|shop|road|street|level|"
    r"building|terminal|program|programme|project|role|position|vacancy|job|post|opening|scheme|internship|opportunity|visa|team|address|"
    r"shed|contract|practice)s?\b",
    re.IGNORECASE,
)
_HIRING = (
    r"(?:careers?|recruit(?:ing|ment|ers?)|recrutement|talent(?: acquisition)?|hiring|hr|human resources|people|jobs|resourcing|personnel|"
    r"onboarding|candidate (?:experience|care))"
)
_HIRING_TAIL = re.compile(
    rf"(?:[\s,]{{1,3}}|^)(?:(?:early|graduate|campus|university|global|group|corporate|your|the|future)\s)?{_HIRING}"
    r"(?:\s(?:(?:&|and)\s\w+|acquisition|team|crew|department|dept\.?|services?|operations|ops|office|unit|centre|center|group|partners?|"
    r"desk|hub|inbox|portal)){0,3}$|\s(?:team|crew)$|\s(?:graduate )?(?:scheme|programme|program|internship|apprenticeship|traineeship)$",
    re.IGNORECASE,
)
_HIRING_START = re.compile(
    r"^(?:(?:the|your)\s)?(?:hr|careers?|jobs|recruitment|recruiting|recrutement|team)\s(?:(?:team|department)\s)?(?:at |- )?", re.I
)
_DEPARTMENT = re.compile(
    r"(?:department|dept|school of|faculty|office of|division|unit|section|team|grade|band|level|phase|director)\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b|h\b|st\b|nd\b|rd\b|th\b|\s|$)|\d{1,2}[:.]\d\d|[a-z]{0,4}[ -]?\d{3}", re.IGNORECASE
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b"
)
_DATE = re.compile(  # "Fri 4 Sep 2026", "Sep 8, 2026", "Every week"; but "Sun Bakery", "Every Mind"
    rf"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b[.,]?\s(?:\d|{_MONTH})|{_MONTH}\.?\s\d|"
    r"(?:daily|weekly|fortnightly|monthly|every(?:\s(?:\d{1,2}|(?:week)?day|morning|evening|week|fortnight|month|quarter|year|"
    rf"(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_MONTH})s?)?)$",
    re.IGNORECASE,
)
_PARTS = frozenset("committee department desk directorate division secretariat section unit".split())


def name_at(source: str, start: int) -> str:
    """The name of a company that begins at `start`; "" where none does."""
    words = _JOINED.sub(r"\1 ", source[start : start + _WINDOW].partition("\n")[0]).split()[: _MOST_WORDS + 1]
    if words and words[0] in _ARTICLES:
        del words[0]
    kept: list[str] = []
    for word, following in zip(words, [*words, ""][1:], strict=True):
        bare = word.strip(_EDGE)
        starts = bare.lower() in listed("company", "no_names") and (kept or bare != "The")
        if starts or not (_CAPITAL.match(bare) or bare in _CONNECTORS) or word[0] in "([":
            if _SITE.match(bare):
                return ""  # "at the Mill Lane branch"
            if kept and following and not starts:
                kept[-1] = kept[-1].removesuffix("'s")  # "Quillmark's editorial team", but "at Tillman's has been"
            break
        kept.append(word)
        if _ENDS.search(word) and (not _ABBREVIATED.search(word) or _ends_in_form(kept, following)):
            if word[-1] == "," and _is_form(following):
                kept.append(following)
            break
    return company_name(" ".join(kept))


def _ends_in_form(words: list[str], following: str) -> bool:
    """Whether the full stop of a legal form ends the sentence too ("Fogg Ltd. Good luck", but "Fogg Co. Ltd", "Fogg & Co. Tea")."""
    return len(words) > 1 and words[-2] != "&" and _is_form(words[-1]) and following[:1].isupper() and not _is_form(following)


def _is_form(word: str) -> bool:
    return word.strip(_EDGE).lower().replace(".", "") in listed("company", "legal_forms")


def company_name(words: str) -> str:
    """The words as the name of a company, without what is no part of one ("Careers", "Talent Acquisition"); "" where they are none."""
    name = _bare(_HIRING_START.sub("", _HIRING_TAIL.sub("", _bare(words))))
    tokens = [token.strip(_EDGE) for token in name.split()]
    if not 1 <= len(tokens) <= _MOST_WORDS or not all(_CAPITAL.match(token) or token in _CONNECTORS for token in tokens if token):
        return ""
    is_part = ends_in_role(name) or _DEPARTMENT.match(name) or tokens[-1].lower() in _PARTS
    starts = tokens[0].lower() in listed("company", "no_names") - _ARTICLES
    if (
        is_part
        or starts
        or _NUMBER.match(name)
        or _DATE.match(name)
        or name.lower() in listed("company", "places")
        or _is_general(tokens)
        or sum(map(str.isalpha, name)) < 2
    ):
        return ""
    return name


def _is_general(tokens: list[str]) -> bool:
    """Whether all words are such as any company might use of a part of itself."""
    names = (listed("company", name) for name in ("not_companies", "organisations", "legal_forms"))
    general = _CONNECTORS.union(*names, listed("sender", "departments"), listed("role", "fields"))
    return all(token.isdigit() or token.lower().removesuffix("'s") in general for token in tokens)


def _bare(words: str) -> str:
    """Words without marks around them and connectors at their ends."""
    tokens = words.lstrip(_EDGE).split()
    while tokens and (tokens[-1].strip(_EDGE) in _CONNECTORS or not tokens[-1].strip(_EDGE)):
        tokens.pop()
    while tokens and tokens[0] in _CONNECTORS:
        tokens.pop(0)
    name = re.sub(r"\s\([^()]*\)$", "", " ".join(tokens))
    return name if _DOTTED_FORM.search(name) else name.rstrip(_EDGE.replace(")", "") if "(" in name else _EDGE)


def is_organisation(name: str) -> bool:
    """Whether a word of the name, or its legal form, says that it is no person."""
    words = [word.strip(_EDGE).lower().replace(".", "") for word in name.split()]
    known = listed("company", "organisations").union("&")
    return not (known.isdisjoint(words) and listed("company", "legal_forms").isdisjoint(words[-1:]))


def agency_likeness(name: str) -> int:
    """How sure it is that a name is an agency's: 2 (`AGENCY_FOR_SURE`) of "Millstream Staffing", 1 of "Corrib Recruitment"."""
    words = re.findall(r"[a-z&'-]+", name.lower())
    formed = bool(words) and words[-1] in listed("company", "legal_forms")
    while words and words[-1] in listed("company", "legal_forms"):
        words.pop()
    if len(words) < 2 or words[0] in listed("sender", "departments") or words[0] in listed("company", "not_companies"):
        return 0
    plain = " ".join(words)
    if _ends(plain, "agency_names") or not listed("sender", "agency_words").isdisjoint(words[1:]):
        return AGENCY_FOR_SURE
    return (AGENCY_FOR_SURE if formed else 1) if _ends(plain, "agency_hints") else 0


def is_agency_label(label: str) -> bool:
    """Whether the name of a domain is an agency's."""
    plain = label.replace("-", " ")
    return any(_ends(plain, endings, "") for endings in ("agency_names", "agency_hints", "agency_words"))


def _ends(words: str, endings: str, before: str = " ") -> bool:
    return any(words.endswith(before + ending) for ending in listed("sender", endings))


def company_key(name: str) -> str:
    """What two spellings of one company have in common: no case, accents, punctuation, spaces, legal form, "the", "Careers"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)|'", "", plain.replace("&", " and "))
    plain = " ".join(re.findall(r"[^\W_]+", plain))
    words = (_HIRING_TAIL.sub("", plain) or plain).split()
    while len(words) > 1 and (words[-1] in listed("company", "legal_forms") or words[-1] == "and"):
        words.pop()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return "".join(words)
