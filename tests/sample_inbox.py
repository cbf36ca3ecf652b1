"""The sample inbox: from `data/samples/inbox/messages.txt` to each form in which people have their mail, and the truth.

    python tests/sample_inbox.py             writes the forms anew
    python tests/sample_inbox.py --score     labels the mbox, and says how well

`messages.txt` holds each message as people would see it, with fields for what makes mail hard (a quote below, a lost
header, an old charset) and for the truth about it; docs/sample.md describes them.
"""

import csv
import email.header
import email.message
import email.policy
import email.utils
import html
import io
import json
import re
import shutil
import sys
import tempfile
import textwrap
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "samples" / "inbox"
LETTERS = {
    "S": "skills_gap",
    "C": "cultural_fit",
    "A": "another_candidate",
    "H": "hiring_freeze",
    "V": "vague_subjective",
    "N": "not_rejection",
}
COLUMNS = ("message_id", "date", "from", "to", "cc", "in_reply_to", "references", "folder", "subject", "body")
ZIP_DATE = (2026, 9, 30, 12, 0, 0)


@dataclass(frozen=True)
class Sample:
    """A message of the sample: its id, its fields, its own words."""

    id: str
    fields: dict
    body: str
    evidence: tuple = field(default=())

    @property
    def time(self):
        return datetime.strptime(self.fields["date"], "%Y-%m-%d %H:%M %z")

    @property
    def message_id(self):
        domain = self.fields["from"].rstrip(">").rsplit("@")[-1]
        return "" if self.fields.get("message-id") == "none" else f"{self.time:%Y%m%d%H%M}.{self.id}@{domain}"

    @property
    def words(self):
        """What a person sees of it."""
        return visible(self.body) if self.fields.get("form") == "html" else self.body


def visible(source):
    """The words of a piece of HTML, told by rough means, so that the truth does not rest on the reader under test."""
    source = re.sub(r"(?is)<(style|head|title)\b.*?</\1>|<div style=\"display:none.*?</div>", " ", source)
    return "\n".join(line.strip() for line in html.unescape(re.sub(r"<[^>]*>", "\n", source)).splitlines() if line.strip())


def read_samples():
    """All messages, oldest first."""
    samples = []
    for part in re.split(r"(?m)^=== ", (FOLDER / "messages.txt").read_text(encoding="utf-8"))[1:]:
        head, _, body = part.partition("\n---\n")
        name, *lines = head.split("\n")
        pairs = [tuple(piece.strip() for piece in line.split(":", 1)) for line in lines if ":" in line]
        evidence = tuple(value for key, value in pairs if key == "evidence")
        samples.append(Sample(name.strip(), dict(pairs), body.rstrip() + "\n", evidence))
    return sorted(samples, key=lambda sample: (sample.time, sample.id))


def message_of(sample, samples):
    """The message as it was sent."""
    fields = sample.fields
    message = email.message.Message()
    message["From"] = encoded(fields["from"])
    message["To"] = encoded(fields.get("to", ""))
    for name, header in (("cc", "Cc"), ("reply-address", "Reply-To")):
        if name in fields:
            message[header] = encoded(fields[name])
    message["Subject"] = encoded(fields["subject"])
    message["Date"] = email.utils.format_datetime(sample.time)
    if sample.message_id:
        message["Message-ID"] = f"<{sample.message_id}>"
    if references := references_of(sample, samples):
        message["In-Reply-To"] = f"<{references[-1]}>"
        message["References"] = " ".join(f"<{reference}>" for reference in references)
    message["MIME-Version"] = "1.0"
    message["X-Gmail-Labels"] = fields.get("label-in-gmail", "Inbox")
    add_content(message, sample, samples)
    return message


def encoded(value):
    """A header, in the encoding for what is not ASCII (RFC 2047); addresses stay readable."""
    parts = re.split(r"(\s*<[^<>]*>)", value)
    return "".join(part if part.isascii() else email.header.Header(part, "utf-8").encode(maxlinelen=0) for part in parts)


def references_of(sample, samples):
    if sample.fields.get("headers") == "none" or "reply-to" not in sample.fields:
        return []
    parent = samples[sample.fields["reply-to"]]
    return [*references_of(parent, samples), parent.message_id] if parent.message_id else []


def add_content(message, sample, samples):
    fields = sample.fields
    part = text_part(sample, samples)
    others = []
    if "attachment" in fields:
        others.append(attachment(fields["attachment"]))
    if fields.get("calendar") == "yes":
        others.append(calendar(sample))
    for name, value in () if others else part.items():
        message[name] = value
    if not others:
        message.set_payload(part.get_payload())
        return
    message["Content-Type"] = f'multipart/mixed; boundary="=={sample.id}=="'
    message.set_payload([part, *others])


def text_part(sample, samples):
    is_html = sample.fields.get("form") == "html"
    charset = sample.fields.get("charset", "utf-8")
    text = sample.body + below(sample, samples, is_html)
    flowed = sample.fields.get("form") == "flowed"
    if flowed:
        text = "\n".join(line if line.startswith(">") else flow(line) for line in text.split("\n"))
    part = email.message.Message()
    part.set_payload(text.encode(charset).decode("ascii", "surrogateescape"), None)
    part["Content-Type"] = f"text/{'html' if is_html else 'plain'}; charset={charset}" + "; format=flowed" * flowed
    if text.isascii() or charset == "iso-2022-jp":
        part["Content-Transfer-Encoding"] = "7bit"
        return part
    import base64
    import quopri

    raw = text.encode(charset)
    if sum(sample.id.encode()) % 3 == 0:
        part["Content-Transfer-Encoding"] = "base64"
        part.set_payload(base64.encodebytes(raw).decode())
    else:
        part["Content-Transfer-Encoding"] = "quoted-printable"
        part.set_payload(quopri.encodestring(raw).decode())
    return part


def flow(line):
    return " \n".join(textwrap.wrap(line, 68, break_long_words=False)) if line.strip() else line


def below(sample, samples, is_html):
    """What a mail program puts below the person's own words: the message that is answered or passed on."""
    if name := sample.fields.get("forwards"):
        return as_html(forwarded(samples[name]), "") if is_html else forwarded(samples[name])
    if name := sample.fields.get("quotes"):
        style = sample.fields.get("quote-style", "gmail")
        return as_html(quoted(samples[name], style), style) if is_html else quoted(samples[name], style)
    return ""


def forwarded(old):
    return (
        f"\n---------- Forwarded message ---------\nFrom: {old.fields['from']}\nDate: {old.time:%a, %d %b %Y at %H:%M}\n"
        f"Subject: {old.fields['subject']}\nTo: {old.fields.get('to', '')}\n\n{old.words}"
    )


def quoted(old, style):
    name, _, address = old.fields["from"].partition(" <")  # email.utils reads a broken address otherwise in each Python
    name, address = name.strip('"'), address.rstrip(">") or name
    marked = "".join(f"> {line}".rstrip() + "\n" for line in old.words.rstrip().split("\n"))
    if style == "outlook":
        return (
            f"\n________________________________\nFrom: {old.fields['from']}\nSent: {old.time:%d %B %Y %H:%M}\n"
            f"To: {old.fields.get('to', '')}\nSubject: {old.fields['subject']}\n\n{old.words}"
        )
    lines = {
        "gmail": f"On {old.time:%a, %d %b %Y at %H:%M}, {name} <{address}> wrote:",
        "apple": f"On {old.time:%d %b %Y}, at {old.time:%H:%M}, {name} <{address}> wrote:",
        "plain": f"On {old.time:%Y-%m-%d %H:%M}, {name} wrote:",
        "german": f"Am {old.time:%d.%m.%Y} um {old.time:%H:%M} schrieb {name} <{address}>:",
        "french": f"Le {old.time:%d/%m/%Y} à {old.time:%H:%M}, {name} a écrit :",
    }
    return f"\n{lines[style]}\n{marked}"


def as_html(text, style):
    if not text:
        return ""
    lines = html.escape(text).replace("\n", "<br>\n")
    return f'<hr><div class="{"gmail_quote" if style == "gmail" else "original"}">{lines}</div>'


def attachment(name):
    part = email.message.Message()
    part["Content-Type"] = f'application/pdf; name="{name}"'
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload("JVBERi0xLjQKJcOkw7zDtsOfCg==\n")
    return part


def calendar(sample):
    part = email.message.Message()
    part["Content-Type"] = "text/calendar; charset=utf-8; method=REQUEST"
    start = f"{sample.time:%Y%m%dT%H%M%SZ}"
    part.set_payload(
        f"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:{sample.id}\nDTSTART:{start}\nSUMMARY:Call\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    return part


def all_messages():
    """(sample, message as bytes), those that lie there twice also the second time, at the end."""
    ordered = read_samples()
    samples = {sample.id: sample for sample in ordered}
    policy = email.policy.compat32.clone(max_line_length=0)  # folding loses the space behind an encoded name
    once = [(sample, message_of(sample, samples).as_bytes(policy=policy)) for sample in ordered]
    return [*once, *((s, data) for s, data in once if s.fields.get("copies") == "2")]


def truth_of(sample):
    fields = sample.fields
    unknown = {"-": "unknown"}
    return {
        "key": sample.id,
        "message_id": sample.message_id,
        "date": sample.time.isoformat(),
        "subject": fields["subject"],
        "label": LETTERS[fields["label"]],
        "secondary": [LETTERS[letter.strip()] for letter in fields.get("also", "").split(",") if letter.strip()],
        "evidence": list(sample.evidence),
        "thread": fields["thread"],
        "stage": fields.get("stage", ""),
        "company": unknown.get(fields["company"], fields["company"]),
        "role": unknown.get(fields["role"], fields["role"]),
        "sender_type": {"own": "own", "other": "unknown"}.get(fields["sender"], fields["sender"]),
        "about_a_job": fields["company"] != "-",
        "awaits": fields.get("awaits", ""),
    }


def write_forms(folder):
    """The mbox, the Maildir, the folder of .eml files, the CSV and the zip (a Takeout), and truth.jsonl."""
    messages = all_messages()
    for name in ("maildir", "eml"):
        shutil.rmtree(folder / name, ignore_errors=True)
    mbox = b"".join(b"From - %s\n" % asctime(s) + re.sub(rb"(?m)^(>*From )", rb">\1", data) + b"\n" for s, data in messages)
    (folder / "inbox.mbox").write_bytes(mbox)
    with zipfile.ZipFile(folder / "takeout.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("Takeout/Mail/All mail Including Spam and Trash.mbox", ZIP_DATE), mbox, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("Takeout/archive_browser.html", ZIP_DATE), "<html><body>Your export</body></html>")
    (folder / "eml").mkdir()
    for place in ("cur", "new", "tmp"):
        (folder / "maildir" / place).mkdir(parents=True)
    (folder / "maildir" / "tmp" / ".gitkeep").touch()
    (folder / "maildir" / "cur" / ".gitkeep").touch()
    for number, (sample, data) in enumerate(messages, 1):
        (folder / "eml" / f"{number:03} {sample.id}.eml").write_bytes(data)
        (folder / "maildir" / "new" / f"{number:03}.{sample.id}.sample").write_bytes(data)
    write_csv(folder / "inbox.csv", messages)
    truth = "".join(json.dumps(truth_of(sample), ensure_ascii=False) + "\n" for sample in read_samples())
    (folder / "truth.jsonl").write_text(truth, encoding="utf-8")


def asctime(sample):
    return sample.time.strftime("%a %b %d %H:%M:%S %Y").encode()


def write_csv(path, messages):
    """The table that a mail program exports: bodies as the program shows them."""
    from feedback_nlp.inbox import read_bytes

    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    samples = {sample.id: sample for sample, _ in messages}
    for sample, data in messages:
        references = references_of(sample, samples)
        shown = read_bytes(data, "").text.removeprefix(f"Subject: {sample.fields['subject']}\n\n")
        writer.writerow(
            {
                "message_id": sample.message_id,
                "date": email.utils.format_datetime(sample.time),
                "from": sample.fields["from"],
                "to": sample.fields.get("to", ""),
                "cc": sample.fields.get("cc", ""),
                "in_reply_to": references[-1] if references else "",
                "references": " ".join(references),
                "folder": sample.fields.get("label-in-gmail", "Inbox"),
                "subject": sample.fields["subject"],
                "body": shown,
            }
        )
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")


def faults():
    """What is wrong with messages.txt: evidence that is not in the words, names of messages that are not there."""
    samples = {sample.id: sample for sample in read_samples()}
    for sample in samples.values():
        words = " ".join(sample.words.split())
        yield from (f"{sample.id}: evidence {quote!r} is not in it" for quote in sample.evidence if " ".join(quote.split()) not in words)
        for name in ("reply-to", "quotes", "forwards"):
            if sample.fields.get(name, next(iter(samples))) not in samples:
                yield f"{sample.id}: {name} {sample.fields[name]} is not there"
        if (sample.fields["label"] == "N") != (not sample.evidence):
            yield f"{sample.id}: evidence goes with a rejection"


def truths():
    """What is true of each message, oldest first."""
    return [json.loads(line) for line in (FOLDER / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def joined(rows):
    """Each truth with its row: by message id, else by subject and date."""
    by_key = {row["message_id"] or (row["subject"], row["date"]): row for row in rows}
    return [(truth, by_key[truth["message_id"] or (truth["subject"], truth["date"])]) for truth in truths()]


def figures(rows):
    """How well the rows of a run say what is true; threads are right where they hold the very messages that they should."""
    pairs = joined(rows)
    true, said = ([one["label"] != "not_rejection" for one in side] for side in zip(*pairs, strict=True))
    found = sum(a and b for a, b in zip(said, true, strict=True))
    rejections = [(truth, row) for truth, row in pairs if truth["label"] != "not_rejection"]
    members = {}
    for truth, row in pairs:
        members.setdefault(("said", row["thread"]), set()).add(truth["key"])
        members.setdefault(("true", truth["thread"]), set()).add(truth["key"])
    threads = [members["said", row["thread"]] == members["true", truth["thread"]] for truth, row in pairs]
    job_mail = [(truth, row) for truth, row in pairs if truth["about_a_job"] and truth["sender_type"] != "own"]
    return {
        "messages": len(pairs),
        "rejection_f1": round(2 * found / (sum(said) + sum(true)), 3),
        "false_alarms": sum(said) - found,
        "missed": sum(true) - found,
        "reason_accuracy": round(share(truth["label"] == row["label"] for truth, row in rejections), 3),
        "threads": round(share(threads), 3),
        "stages": round(share(truth["stage"] == row["stage"] for truth, row in rejections), 3),
        "own": round(share((truth["sender_type"] == "own") == (row["sender_type"] == "own") for truth, row in pairs), 3),
        **{name: round(share(same(truth[name], row[name]) for truth, row in job_mail), 3) for name in ("company", "role", "sender_type")},
    }


def share(right):
    right = list(right)
    return sum(right) / len(right)


def same(one, other):
    return " ".join(one.lower().split()) == " ".join(other.lower().split())


def score():
    """The figures of a run over the mbox with the model in use."""
    import feedback_nlp
    from feedback_nlp.labelling import Wanted, label_mailbox

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "labelled.jsonl"
        label_mailbox([FOLDER / "inbox.mbox"], Wanted(output), feedback_nlp.load(), lambda size, messages: None)
        return figures([json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()])


if __name__ == "__main__":
    found = list(faults())
    if found:
        sys.exit("\n".join(found))
    if "--score" in sys.argv:
        sys.stdout.write(json.dumps(score(), indent=1) + "\n")
    else:
        write_forms(FOLDER)
