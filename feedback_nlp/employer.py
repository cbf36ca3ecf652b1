"""Which employer a mail is about, as it lets a reader know it. Precision before recall: where in doubt, none.

What the text says comes before who signed it, and that before the address, which knows no capitals or spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from feedback_nlp.answering import says_no_reply
from feedback_nlp.company import AGENCY_FOR_SURE, agency_likeness, company_key, company_name, is_organisation, name_at
from feedback_nlp.letter import Address, Letter, listed
from feedback_nlp.role import ends_in_role
from feedback_nlp.signature import is_person, is_team

_WINDOW = 140
_SHORTEST_LABEL = 4
_BETWEEN = " .&'-"
_MOST_BETWEEN = 3
_SQUEEZED = str.maketrans("", "", _BETWEEN)
_ARTICLE = re.compile(r"(?:The|Le|La|Les|El)\s\Z", re.I)
_LONGEST_ARTICLE = 4
_WITHIN = re.compile(r"[\w@.-]")
_GOES_ON = re.compile(r"[\w@]")

_FIELD = re.compile(
    r"^[^\w\n]{0,5}(?:hiring )?"
    r"(?:company|employer|organi[sz]ation|agency|institution)(?: name)?[ \t]?(?::|\.{3,60})[ \t]{0,9}(?=\S)",
    re.I | re.M,
)
_APPLIED = re.compile(
    r"\b(?:appl(?:ication|ied|ying|y)|candidature|candidacy|(?:selected|shortlisted) for|"
    r"(?:selection|recruitment|hiring|application) process)\b",
    re.I,
)
_POSITION = re.compile(
    r"\b(?:position|role|vacancy|opening|opportunit(?:y|ies)|internship|apprenticeship|traineeship|careers?|posting|interest)s?\b(?! play)",
    re.I,
)
_JOB = re.compile(r"\b(?:job|post|work|working|shift|gig|us)s?\b", re.I)
_CLAUSE_END = re.compile(
    r"[!?;:\n]|\.(?=\s)(?<!\bSt\.)(?<!\bSr\.)(?<!\bJr\.)|\s(?:has|have|had|was|is|are|were|will|went|gone|because|but|which|that|it's)\s"
)
_TO = re.compile(r"\s(?:to|at|with|@)\s(?:join\s|work\s(?:at|for|with)\s)?(?=\S)", re.I)
_AT = re.compile(r"\s(?:at|with|@)\s(?=\S)", re.I)
_CUE = re.compile(
    r"\b(?:interest(?:ed)? in (?:(?:joining|working (?:for|at|with))|(?:employment|a career|careers|opportunities) (?:at|with)|"
    r"becoming (?:a )?part of)|welcome to|(?:here|all of us|team|everyone|folks|colleagues|recruiter|recruiting|group|"
    r"hiring|candidates|life|interview(?:s|ed|ing)?|manager|engineer) (?:at|@)|working for|joining|"
    r"(?:presented?|represent you|(?:application|items) (?:was|were) (?:sent|submitted)) to(?: the board of)?|viewed by|"
    r"your update from|(?:application|it|this|which) (?:[^.!?\n]{0,80}\s)?(?:was|has been) (?:sent|submitted|forwarded) to|message from|"
    r"sent by \S{1,30}(?:\s\S{1,30}){0,2} on behalf of)\s(?=\S)",
    re.I,
)
_BEHALF = re.compile(r"(?:^|[.!?]\s|,\s)\W{0,2}on behalf of\s(?:(?:everyone|everybody|all|the team)\s(?:at|of)\s)?(?=\S)", re.I | re.M)
_INTEREST = re.compile(r"\b(?:interest(?:ed)? in|considering|choosing)\s(?=\S)", re.I)
_WITH = re.compile(
    r"\b(?:(?:interview(?:s|ed|ing)?|process|employment|placement|offer|start|day) (?:with|from)|greetings from)\s(?=\S)", re.I
)
_ACTS = re.compile(
    r"(?:^|(?<=[.!?]\s))(?:The )?((?:(?:[A-Z0-9][\w&'.-]{0,30}|&|of|and)\s){1,6})"
    r"(?:offered you|has asked (?:us|you)|regrets|thanks you|appreciates|is an equal|has sent you)\b",
    re.M,
)
_TEAM = re.compile(
    r"\b(?:[Tt]he|[Yy]our)\s((?:(?!the\s)\S{1,30}\s){1,5}?"
    r"(?i:recruiting|recruitment|talent(?:\sacquisition)?|hiring|people|careers?|hr|human\sresources)\s(?:(?:&|and)\s\w+\s)?"
    r"(?i:team|department|crew))\b"
)
_OWN_TEAM = re.compile(r"\b[Tt]he ((?:[A-Z0-9]\S{0,30} ){1,4})[Tt]eam$")
_PAIR = re.compile(r"\w{1,30} and \w{1,30}$")
_SUBJECT_PARTS = re.compile(r"\s[-|/]+\s|:\s|[\[\]]|,\s|\sapplication\b", re.I)
_APPLICATION = re.compile(r"\bappl(?:ication|ying|ied)\b|\binterview|\bcandida", re.I)
_LINE_PARTS = re.compile(r"\s?[|/•·]\s|,\s|\s-+\s|\s(?:at|@)\s")
_CONTACT = re.compile(r"\d{3}|@|\bwww\.|https?:|^\+")
_SENT_BY = r"\b(?:via|through|powered by|sent by)\s"
_IS_SENT_BY = re.compile(_SENT_BY, re.I)
_BEFORE_CAPITAL = re.compile(r"\s[A-Z&]")
_LETTER = re.compile(r"\w")
_OF_BEFORE = re.compile(r"(?:(?!The\s)[A-Z][\w'&-]{1,20}[ \t]){1,3}of[ \t](?:the[ \t])?\Z")  # "University of", before "York"
_LONGEST_BEFORE = 60
_WORD = re.compile(r"[\w'&-]+")
_VIA = re.compile(r"\s\(?(?:via|through)\s.*$", re.I)
_PERSON_OF = re.compile(r"^[^|@]{1,40}?(?:\s(?:at|from|@)|\s?[|])\s(?P<name>[^|]{2,60})$", re.I)
_PERSON_AND = re.compile(r"^[^(,]{1,40}?(?:\s?\(|,\s|\s-\s)(?P<name>[^)]{2,60})\)?$")


def employer_of(letter: Letter, *, by_outsider: bool = False) -> str:
    """The employer's name as the mail has it; "" where it does not say.

    `by_outsider`: an agency wrote, or the applicant, so that only what the text says counts, and not their own name.
    """
    if not by_outsider:
        return next(_all(letter), "")
    own = company_key(" ".join((letter.address.name, *letter.signature, letter.address.domain)))
    return next((name for name in (*_stated(letter), *_hinted(letter)) if company_key(name) not in own), "")


def _all(letter: Letter) -> Iterator[str]:
    vendor = _vendor(letter)
    for source in (_stated, _spelled, _signed, _displayed, _hinted, _addressed_by):
        names = (_without_possessive(name, letter) for name in source(letter))
        yield from (_whole(name, letter) for name in names if not (vendor and company_key(name).startswith(vendor)))


def _addressed_by(letter: Letter) -> Iterator[str]:
    yield from _known(name_of_address(letter.address))


def _vendor(letter: Letter) -> str:
    """The name of the service through which others write, where the mail says so of the sender's domain ("X via HireLane")."""
    label = next((part for part in _label(letter.address).split("-") if part), "")
    source = f"{letter.address.name}\n{letter.text}"
    # Few mails say anything of the kind: a pattern is compiled for these alone.
    said = label and _IS_SENT_BY.search(source) and re.search(_SENT_BY + re.escape(label), source, re.I)
    return label if said else ""


def _without_possessive(name: str, letter: Letter) -> str:
    """The name without "'s", where the mail or its sender has it so: "PwC's" and "PwC", but no "Sainsbury"."""
    bare = name.removesuffix("'s")
    if bare in ("", name):
        return name
    source = f"{letter.address.name}\n{letter.subject}\n{letter.text}"
    told = _label(letter.address) == company_key(bare) or bare.split()[-1] in _WORD.findall(source)
    return bare if told else name


def _whole(name: str, letter: Letter) -> str:
    """The name as it stands in full elsewhere in the mail ("Glenrock Medical Center" for "Glenrock")."""
    starts = _before_capitals(name, letter.text)
    longer = (longer for start in starts if (longer := name_at(letter.text, start)).startswith(name) and is_organisation(longer))
    return max(longer, key=len, default=name)


def _before_capitals(name: str, text: str) -> Iterator[int]:
    """Where a name begins that a word with a capital follows."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        found = _BEFORE_CAPITAL.match(text, end) and not (start and _LETTER.match(text, start - 1))
        if found:
            yield start
        start = text.find(name, end if found else start + 1)


def _stated(letter: Letter) -> Iterator[str]:
    """The names that the text or the subject gives in so many words."""
    for source in (letter.text, letter.subject):
        for pattern in (_FIELD, _BEHALF):
            yield from _names_after(pattern, source)
        for heads, preposition in ((_APPLIED, _TO), (_POSITION, _AT)):
            yield from _names_in_clauses(heads, preposition, source)
        for pattern in (_CUE, _INTEREST):
            yield from _names_after(pattern, source)
        for pattern in (_TEAM, _ACTS):
            for match in pattern.finditer(source):
                yield from _known(company_name(match[1]))


def _names_in_clauses(heads: re.Pattern[str], preposition: re.Pattern[str], source: str) -> Iterator[str]:
    """The names after a preposition that follows one of the heads in its clause."""
    for head in heads.finditer(source):
        clause = source[head.end() : head.end() + _WINDOW]
        end = _CLAUSE_END.search(clause)
        for match in preposition.finditer(clause, 0, end.start() if end else len(clause)):
            name = name_at(clause, match.end())
            told = heads is _APPLIED or " " in name or is_organisation(name)  # "a position with Java"
            listed_after = "," in clause[: match.start()]  # "your application, the call with Ann"
            if "with" not in match[0] or (told and not listed_after and not _PAIR.match(name)):
                yield from _known(name)


def _names_after(pattern: re.Pattern[str], source: str) -> Iterator[str]:
    for match in pattern.finditer(source):
        yield from _known(name_at(source, match.end()))


def _known(name: str) -> Iterator[str]:
    if name and agency_likeness(name) < AGENCY_FOR_SURE:
        yield name


def _hinted(letter: Letter) -> Iterator[str]:
    """Names where a person's might stand as well: those that say that they are no person's, or that the subject repeats."""
    for source in (letter.text, letter.subject):
        for name in (*_names_after(_WITH, source), *_names_in_clauses(_JOB, _AT, source)):
            if is_organisation(name) or (source is letter.text and name in letter.subject):
                yield name
    yield from _in_subject(letter)


def _in_subject(letter: Letter) -> Iterator[str]:
    """Names that are a part of the subject, where the rest of it is about an application or names a role."""
    parts = [part.strip() for part in _SUBJECT_PARTS.split(letter.subject)]
    about = _APPLICATION.search(letter.subject) is not None
    for part in parts if len(parts) > 1 else ():
        for name in _known(company_name(part)):
            told = about or any(ends_in_role(other) for other in parts if other is not part)
            if told and (is_organisation(name) or name.startswith("The ") or name in letter.text):
                yield name


def _spelled(letter: Letter) -> Iterator[str]:
    """The name of the sender's domain as the mail spells it."""
    label = _label(letter.address).translate(_SQUEEZED)
    if len(label) < _SHORTEST_LABEL:
        return
    for source in (letter.text, letter.subject, letter.address.name):
        for start, end in _spellings(label, source):
            if source[start].isupper():
                before = _OF_BEFORE.search(source, max(0, start - _LONGEST_BEFORE), start)
                longer = name_at(source, before.start()) if before else ""
                whole = longer if is_organisation(longer) else name_at(source, start)
                yield whole if is_organisation(whole) or whole in letter.signature else source[start:end]


def _spellings(label: str, source: str) -> Iterator[tuple[int, int]]:
    """Where the letters of a label stand as a name, an article before it included, with a few of `_BETWEEN` between two of them.

    To look for them so is quicker than to compile a pattern for each sender of a mailbox.
    """
    if label not in source.lower().translate(_SQUEEZED):
        return
    places = [i for i, letter in enumerate(source) if letter not in _BETWEEN]
    squeezed = "".join(source[i].lower()[:1] for i in places)  # of a letter whose lower case are two, the first
    at = squeezed.find(label)
    while at >= 0:
        found = places[at : at + len(label)]
        start, end = found[0], found[-1] + 1
        article = _ARTICLE.search(source, max(0, start - _LONGEST_ARTICLE), start)
        starts = (article.start(), start) if article else (start,)
        begin = next((i for i in starts if not _WITHIN.match(source[i - 1 : i])), None)
        if begin is not None and not _GOES_ON.match(source, end) and all(b - a <= _MOST_BETWEEN + 1 for a, b in pairwise(found)):
            yield begin, end
        at = squeezed.find(label, at + len(label))


def _signed(letter: Letter) -> Iterator[str]:
    """Companies in the lines that sign: told by a word of theirs, or by the title or team before them."""
    before, by_person = "", bool(letter.signature) and is_person(_LINE_PARTS.split(letter.signature[0])[0])
    for line in letter.signature:
        found: list[str] = []
        for part in (part.strip() for part in _LINE_PARTS.split(line)):
            name = "" if _CONTACT.search(part) else company_name(part)
            team = _OWN_TEAM.search(part)
            if team and team[1] in letter.subject:
                found.extend(_known(company_name(team[1])))
            below = part == line.strip() and " " in name and not {"of", "and"} & set(name.split()) and _is_office(before)
            if name and (is_organisation(name) or below or (_is_trimmed(part, name, letter) and not (by_person and agency_likeness(part)))):
                found.append(name)
            before = part
        yield from sorted(found, key=_is_joined)  # "Strategy & Performance, Wexcombe Borough Council"


def _is_joined(name: str) -> bool:
    """Whether nothing but an "&" says that it is an organisation, as a department has it too."""
    return not is_organisation(name.replace("&", "and"))


def _is_office(part: str) -> bool:
    return ends_in_role(part) or is_team(part)


def _is_trimmed(part: str, name: str, letter: Letter) -> bool:
    """Whether the line names those who hire at a company ("Quillmark Press Talent"), where "Kim HR" would be a person."""
    told = " " in name or len(re.findall(rf"\b{re.escape(name)}\b", f"{letter.subject}\n{letter.text}")) > 1
    return is_team(part) and name != part and part.removeprefix("The ").startswith(name) and told


def _displayed(letter: Letter) -> Iterator[str]:
    """A company in the display name."""
    address = letter.address
    display = _VIA.sub("", address.name)
    if address.is_job_board or not display or company_key(display) in listed("domains", "applicant_systems"):
        return
    for pattern, sure in ((_PERSON_OF, True), (_PERSON_AND, False)):
        if match := pattern.match(display):
            yield from (name for name in _known(company_name(match["name"])) if sure or is_organisation(name))
    display = display.partition("|")[0].strip()
    name = company_name(display)
    told = name != address.name or is_organisation(name)
    if told or (_is_of_machine(address) and not _is_writer(display, letter)):
        yield from _known(name)


def _is_of_machine(address: Address) -> bool:
    return not address.is_free and (address.is_applicant_system or says_no_reply(f"{address.local}@", ""))


def _is_writer(display: str, letter: Letter) -> bool:
    """Whether the display name is a person's: the signature or the address has it as well."""
    first = display.split()[0]
    signs = any(line.startswith(first) for line in letter.signature)
    return signs or first.lower() in re.split(r"[^a-z]", letter.address.local)


def name_of_address(address: Address) -> str:
    """The readable form of what names a company in an address ("Black Heron"); "" where nothing does."""
    words = [word for word in _label(address).split("-") if word]
    return " ".join(word.upper() if _is_initials(word) else word.capitalize() for word in words)


def _is_initials(word: str) -> bool:
    return len(word) <= 3 or (len(word) <= 5 and not set(word) & set("aeiouy"))


def _label(address: Address) -> str:
    """The part of the address that names a company, in lower case; "" where none does."""
    if address.is_free or address.is_job_board or not address.labels:
        return ""
    if address.is_applicant_system:
        system = next(i for i, label in enumerate(address.labels) if label in listed("domains", "applicant_systems"))
        local = address.local.partition("+")[0]
        candidates = [*reversed(address.labels[:system]), "" if "." in local else local]
    else:
        candidates = [address.labels[-1]]
    for candidate in candidates:
        label = "-".join(part for part in candidate.split("-") if part not in listed("domains", "service_labels"))
        if len(label) > 2:
            return label
    return ""
