"""Changes to a mail that leave what it says as it was, and how often its label stays as well.

    python tests/metamorphic.py              the table
    python tests/metamorphic.py --moved      also the mails whose label moved

The mails are those of `data/test.jsonl`, in voices that wrote nothing in training. A mail that a change leaves as it was
(no curly quote in it, no heading) does not count for it.
"""

import html
import re
import sys
import textwrap
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from hashlib import sha256
from typing import NamedTuple

import feedback_nlp
from feedback_nlp.body import own_lines
from feedback_nlp.examples import read_corpus
from feedback_nlp.inbox.message import read_message, with_subject
from feedback_nlp.labels import BOILERPLATE, NOT_REJECTION
from feedback_nlp.metrics import share_interval
from feedback_nlp.parties import parties_of
from feedback_nlp.records import Email, Example
from feedback_nlp.signature import is_person

GREETING = re.compile(r"(?m)^(?:dear|hi|hello|hey|hiya|good (?:morning|afternoon|evening))\b[^\n.!?]{0,40}[,:!]?[ \t]*$", re.IGNORECASE)
NAMED = re.compile(r"^(?:dear|hi|hello|hey|hiya|good \w+)\s+(?:(?:mr|mrs|ms|miss|mx|dr|prof)\b\.?\s+)?([^,:!\n]+)", re.IGNORECASE)
NOBODY = frozenset(
    "all team there applicant candidate colleague colleagues sir madam everyone everybody both folks mr mrs ms miss mx dr prof regards "
    "best thanks cheers wishes sincerely yours kind hiring manager recruitment human resources careers talent people hr the and or".split()
)
NAMES = tuple(
    "Oluwaseun Adebayo|Nguyễn Thị Hoa|Zoë Šimková|Wei Zhang|Fatima al-Sayed|Siobhán O'Dwyer|Raghavendra Iyer|José María Ibáñez|"
    "Kwabena Mensah|Łukasz Wójcik|Yuki Tanabe|Marie-Claire Dubois|Tamar Ben-Ami|Keanu Kahale|Björk Jónsdóttir|Aigerim Nurlanova".split("|")
)
WORD_NAMES = tuple(
    "Will Rose|Grace Fields|Mark Young|Hope Price|Grant Best|Faith Short|Drew Strong|Chase Rich|May Close|Joy Good".split("|")
)
COMPANIES = tuple("Quillmere|Tarnhow & Sons|Ostrava Robotics s.r.o.|Bexcombe plc|Ndlovu Logistics|Kestrel Yard|Hōkō Systems".split("|"))
WORD_COMPANIES = tuple("Better Match Ltd|Freeze Frame|Skillpath|Culture Works|Budget Cars|Next Step|Second Choice Foods".split("|"))


def pick(choices, key):
    """One of the choices, the same one for a key at every time."""
    return choices[int(sha256(key.encode()).hexdigest(), 16) % len(choices)]


# The greeting, and who is named.


def greeting(words, e):
    """Other words in the place of the mail's own greeting, where it has one."""
    found = GREETING.search(e.text)
    if not found or e.text[: found.start()].strip():
        return e.text
    return f"{words}{e.text[found.end() :]}" if words else e.text[found.end() :].lstrip("\n")


def greeted(words, e):
    """A greeting before a mail that has none."""
    return e.text if e.text.startswith("Subject:") or GREETING.search(e.text) else f"{words}\n\n{e.text}"


SUBJECTS = ("Your application", "Re: Baker", "Update from Quillmere", "Following up", "Thank you for applying", "Maren")


def headed(subject, e):
    """A subject that says nothing above a mail that has none, as every message of a mailbox has one."""
    return e.text if e.text.startswith("Subject:") else with_subject(subject, e.text)


def people(text):
    """The names in the greeting and among the last lines of one's own, word by word."""
    found = GREETING.search(text)
    named = NAMED.match(found.group()) if found else None
    own = [text[a:b].strip() for a, b in own_lines(text) if text[a:b].strip()]
    lines = [named.group(1)] if named else []
    lines += [line for line in own[1:][-4:] if is_person(line)]
    words = [word for line in lines for word in re.findall(r"[^\W\d_][\w'’-]+", line)]
    return [word for word in dict.fromkeys(words) if word[0].isupper() and word.lower() not in NOBODY]


def renamed(names, e, form=str):
    """Each person of the mail has another name, wherever it stands."""
    text = e.text
    for i, word in enumerate(people(text)):
        text = re.sub(rf"\b{re.escape(word)}\b", form(pick(names, f"{e.id}{i}").split(" ", 1)[i % 2]), text)
    return text


def uncapitalised(e):
    text = e.text
    for word in people(text):
        text = re.sub(rf"\b{re.escape(word)}\b", word.lower(), text)
    return text


def moved_company(names, e):
    company = parties_of(Email(e.id, e.text)).company
    return e.text.replace(company, pick(names, e.id)) if company else e.text


# Lines and white space.

WHOLE_WORDS = {"break_long_words": False, "break_on_hyphens": False}


def wrapped(width, e, end="\n"):
    """Every line wrapped but quoted ones, which programs leave as they are."""
    lines = ([line] if line.startswith(">") else textwrap.wrap(line, width, **WHOLE_WORDS) or [""] for line in e.text.split("\n"))
    return end.join(part for line in lines for part in line)


def unwrapped(e):
    """The lines of a paragraph in one, where all but the last are as long as a program wraps them."""
    blocks = []
    for block in re.split(r"\n{2,}", e.text):
        lines = block.split("\n")
        is_wrapped = all(55 <= len(line) <= 80 and not line.rstrip().endswith((".", ":", "!", "?")) for line in lines[:-1])
        blocks.append(" ".join(lines) if is_wrapped else block)
    return "\n\n".join(blocks)


def end_of_lines(spaces, e):
    return "\n".join(line + spaces for line in e.text.split("\n"))


def indented(e):
    return "\n".join(f"    {line}" if line else line for line in e.text.split("\n"))


def every_nth_space(n, e):
    """Every n-th space is a non-breaking one."""
    parts = e.text.split(" ")
    return parts[0] + "".join(("\xa0" if i % n == 0 else " ") + part for i, part in enumerate(parts[1:], 1))


# Letters and marks.

HEADING = re.compile(r"(?m)(?:\A|\n\n)(Subject:[^\n]+|(?!dear\b|hi\b|hello\b|hey\b)[A-Z][^\n.!?,]{3,70}(?<![,:;]))(?=\n\n)", re.IGNORECASE)


def headings(form, e):
    """The subject and the lines that stand alone, in another case."""
    return HEADING.sub(lambda m: m.group().replace(m.group(1), cased(form, m.group(1))), e.text)


def cased(form, heading):
    label, colon, words = heading.rpartition("Subject: ")
    return label + colon + form(words)


def curly(e):
    text = re.sub(r'(^|[\s(\[])"', "\\1“", e.text.replace("“", '"').replace("”", '"')).replace('"', "”")
    text = re.sub(r"(^|[\s(\[])'", "\\1‘", text).replace("'", "’")
    return re.sub(r"(?<=\w) - (?=\w)| -- ", " – ", text)


def straight(e):
    return e.text.translate(dict.fromkeys(map(ord, "‘’"), "'") | dict.fromkeys(map(ord, "“”"), '"') | dict.fromkeys(map(ord, "–—"), "-"))


def swapped(word):
    return word[:2] + word[3] + word[2] + word[4:]


def dropped(word):
    return word[:2] + word[3:]


def doubled(word):
    return word[:3] + word[2:]


def typo(mistake, e):
    """One word of a sentence that the corpus marks as boilerplate, misspelt."""
    words = [
        (start + word.start(), start + word.end())
        for start, end, label in e.sentences
        if label == BOILERPLATE
        for word in re.finditer(r"\b[a-z]{5,}\b", e.text[start:end])
    ]
    if not words:
        return e.text
    start, end = pick(words, e.id)
    return e.text[:start] + mistake(e.text[start:end]) + e.text[end:]


# What mail programs and offices put below.


def signed(words, e):
    """A signature below a mail whose last words are a sentence."""
    own = [e.text[a:b].strip() for a, b in own_lines(e.text) if e.text[a:b].strip()]
    return below(words, e) if own[-1].endswith((".", "!", "?")) else e.text


SIGNATURE = (
    "Maren Holt\nTalent Acquisition Partner | Quillmere\nT +44 20 7946 0143 | M +44 7700 900143\n"
    "maren.holt@quillmere.example\nwww.quillmere.example"
)
DISCLAIMERS = {
    "confidential": "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended "
    "recipient, you must not use, disclose or copy it. Please notify the sender and delete it. Quillmere accepts no liability for any "
    "damage caused by any virus transmitted by this e-mail.",
    "register": "Quillmere Limited. Registered in England and Wales No. 01234567. Registered office: 1 Mill Lane, Bexcombe BX1 2AB. "
    "The information contained in this communication is intended only for the use of the recipient named above. Unauthorised use is "
    "strictly prohibited.",
    "unsubscribe": "You are receiving this email because you applied for a position at Quillmere. Unsubscribe | Privacy policy | "
    "Terms of use\n© 2026 Quillmere. All rights reserved.",
    "paper": "Please consider the environment before printing this email.",
    "equal": "Quillmere is an equal opportunity employer. We do not discriminate on the basis of race, religion, colour, national "
    "origin, sex, age, marital status, veteran status or disability.",
    "privacy": "We process your personal data in line with our privacy notice, which you can read at www.quillmere.example/privacy.",
}
WISHES = (
    "I wish you all the best.",
    "Have a lovely weekend!",
    "Thank you again for your time.",
    "We wish you every success for the future.",
    "Take care, and all good wishes to you and yours.",
)


def below(words, e, gap="\n\n"):
    return f"{e.text.rstrip()}{gap}{words}"


def before_the_end(words, e):
    """A sentence at the end of the last paragraph of sentences."""
    ends = [end for start, end, _ in e.sentences if e.text[end - 1] in ".!?" and end - start > 30]
    return f"{e.text[: ends[-1]]} {words}{e.text[ends[-1] :]}" if ends else e.text


# What an older message says, below the new one.

REJECTION = (
    "Dear Maren,\n\nThank you for applying for the post of Archivist. We have decided to go on with another candidate, who has more "
    "experience of cataloguing.\n\nKind regards,\nTom Ash"
)
INVITATION = (
    "Dear Maren,\n\nWe enjoyed reading your application for the post of Archivist and would like to invite you to an interview on "
    "Thursday at ten. Please let us know whether that suits you.\n\nKind regards,\nTom Ash"
)
WHEN = "On Tue, 3 Mar 2026 at 10:02, Tom Ash <tom.ash@quillmere.example> wrote:"


def marked(old):
    return f"{WHEN}\n" + "\n".join(f"> {line}".rstrip() for line in old.split("\n"))


def unmarked(old):
    return f"{WHEN}\n\n{old}"


def outlook(old):
    return (
        "________________________________\nFrom: Tom Ash <tom.ash@quillmere.example>\nSent: Tuesday, March 3, 2026 10:02 AM\n"
        f"To: Maren Holt <maren@home.example>\nSubject: Your application\n\n{old}"
    )


def original(old):
    return f"-----Original Message-----\nFrom: Tom Ash\nSent: 03 March 2026 10:02\nTo: Maren Holt\nSubject: Your application\n\n{old}"


def history(form, e):
    """An invitation quoted below a rejection, a rejection below all else."""
    return below(form(REJECTION if e.primary == NOT_REJECTION else INVITATION), e)


# HTML, read as `label` reads it.


def paragraphs(text):
    blocks = (html.escape(block).replace("\n", "<br>\n") for block in re.split(r"\n{2,}", text))
    return "<html><body>" + "".join(f"<p>{block}</p>\n" for block in blocks) + "</body></html>"


def divisions(text):
    lines = (f"<div>{html.escape(line) or '<br>'}</div>" for line in text.split("\n"))
    return '<div dir="ltr" style="font-family:Arial;font-size:11pt">' + "".join(lines) + "</div>"


def tables(text):
    rows = (f'<tr><td style="padding:8px">{html.escape(block).replace(chr(10), "<br>")}</td></tr>' for block in re.split(r"\n{2,}", text))
    head = "<head><style>td {color: #333}</style><title>Mail</title></head>"
    return f'<html>{head}<body><table width="600"><tbody>{"".join(rows)}</tbody></table></body></html>'


def wrapped_source(text):
    """Paragraphs whose HTML source is wrapped, as many programs write it."""
    return "\n".join(textwrap.fill(line, 76, **WHOLE_WORDS) for line in paragraphs(text).split("\n"))


def through_html(form, e):
    subject, body = "", e.text
    if e.text.startswith("Subject:"):
        first, _, body = e.text.partition("\n")
        subject, body = first.removeprefix("Subject:").strip(), body.lstrip("\n")
    message = EmailMessage()
    message.set_content(form(body), subtype="html")
    return with_subject(subject, read_message(message.as_bytes(), "").text)


CHANGES: dict[str, Callable[[Example], str]] = {
    "greeting: Hi Alex": partial(greeting, "Hi Alex,"),
    "greeting: Dear Ms Okonkwo": partial(greeting, "Dear Ms Okonkwo,"),
    "greeting: Good morning": partial(greeting, "Good morning Priya!"),
    "greeting: Dear Applicant": partial(greeting, "Dear Applicant,"),
    "greeting: Hello there": partial(greeting, "Hello there"),
    "greeting: none": partial(greeting, ""),
    "greeting added: Hi Alex": partial(greeted, "Hi Alex,"),
    "greeting added: Hello there": partial(greeted, "Hello there"),
    **{f"subject added: {words}": partial(headed, words) for words in SUBJECTS},
    "names of many languages": partial(renamed, NAMES),
    "names that are words": partial(renamed, WORD_NAMES),
    "names in small letters": uncapitalised,
    "names in capitals": partial(renamed, NAMES, form=str.upper),
    "company: another": partial(moved_company, COMPANIES),
    "company: words in its name": partial(moved_company, WORD_COMPANIES),
    "wrapped at 60": partial(wrapped, 60),
    "wrapped at 72": partial(wrapped, 72),
    "wrapped at 72, flowed": partial(wrapped, 72, end=" \n"),
    "unwrapped": unwrapped,
    "headings in capitals": partial(headings, str.upper),
    "headings in small letters": partial(headings, str.lower),
    "headings in title case": partial(headings, str.title),
    "signature below a mark": partial(below, f"-- \n{SIGNATURE}"),
    "signature below regards": partial(signed, f"Kind regards,\n\n{SIGNATURE}"),
    "signature of a name": partial(signed, "Maren"),
    **{f"disclaimer: {name}": partial(below, words) for name, words in DISCLAIMERS.items()},
    "history with marks": partial(history, marked),
    "history without marks": partial(history, unmarked),
    "history as Outlook": partial(history, outlook),
    "history, original message": partial(history, original),
    "HTML paragraphs": partial(through_html, paragraphs),
    "HTML divisions": partial(through_html, divisions),
    "HTML table": partial(through_html, tables),
    "HTML, wrapped source": partial(through_html, wrapped_source),
    "curly quotes, dashes": curly,
    "straight quotes, dashes": straight,
    "typo: letters swapped": partial(typo, swapped),
    "typo: letter dropped": partial(typo, dropped),
    "typo: letter doubled": partial(typo, doubled),
    "white space at line ends": partial(end_of_lines, "  "),
    "white space at the start": indented,
    "CRLF": lambda e: e.text.replace("\n", "\r\n"),
    "non-breaking spaces": partial(every_nth_space, 1),
    "some non-breaking spaces": partial(every_nth_space, 7),
    "blank lines doubled": lambda e: e.text.replace("\n\n", "\n\n\n"),
    "sent from my iPhone": partial(below, "Sent from my iPhone"),
    "sent from Outlook": partial(below, "Get Outlook for Android"),
    **{f"wish: {wish}": partial(before_the_end, wish) for wish in WISHES},
}


class Moved(NamedTuple):
    """A mail whose label moved: the labels before and after, and the lead of the label before over the next one."""

    id: str
    text: str
    before: str
    after: str
    lead: float


def mails():
    return [e for e in read_corpus()[0] if e.split == "test"]


def lead(prediction):
    first, second = sorted(prediction.scores.values(), reverse=True)[:2]
    return first - second


def measure(model, examples, changes=CHANGES) -> dict[str, tuple[int, list[Moved]]]:
    """For each change how many mails it changes, and those among them whose label moved."""
    texts = {name: [change(e) for e in examples] for name, change in changes.items()}
    distinct = list(dict.fromkeys([*(e.text for e in examples), *(text for changed in texts.values() for text in changed)]))
    said = dict(zip(distinct, model.classify(distinct), strict=True))
    found = {}
    for name, changed in texts.items():
        both = [(e, text) for e, text in zip(examples, changed, strict=True) if text != e.text]
        moved = [
            Moved(e.id, text, said[e.text].label, said[text].label, lead(said[e.text]))
            for e, text in both
            if said[text].label != said[e.text].label
        ]
        found[name] = len(both), moved
    return found


def table(found, with_moved=False):
    yield f"{'change':50} {'mails':>6} {'moved':>6} {'stays':>7}  95 % interval"
    for name, (n, moved) in found.items():
        low, high = share_interval(n - len(moved), n)
        yield f"{name:50} {n:6} {len(moved):6} {1 - len(moved) / n:7.1%}  {low:.1%} to {high:.1%}"
        if with_moved:
            yield from (f"    {m.id} (lead {m.lead:.2f}): {m.before} -> {m.after}" for m in moved)


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(measure(feedback_nlp.load(), mails()), "--moved" in sys.argv)) + "\n")
