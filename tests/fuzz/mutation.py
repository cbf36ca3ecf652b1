"""Bytes of a mail, a mailbox or a table made into others: damaged, repeated, spliced, nested, encoded anew."""

import base64
import json
import quopri

LARGEST = 2**20
"""No input is larger, in bytes."""
_LIKELY = 3000
"""Nor are most: what is small is done sooner, and goes wrong in the same ways."""
_TOKENS = (
    # lines and separators
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\t", b" ", b"\x0b", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1b[31m", b"\x1b]0;x\x07"),
    # halves of characters, marks of byte order, what turns text around or is not seen
    *(b"\xed\xa0\xbd", b"\xed\xb8\x80", b"\xff", b"\xc0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1b$B", b"\xe2\x80\xae"),
    *(
        b"\xe2\x80\x8b",
        b"\xc2\xad",
        b"\xcc\x81" * 9,
        b"\xef\xb7\xba",
        "İ".encode(),
        "ǅ".encode(),
        "ﬃ".encode(),
        "😀".encode(),
        "的".encode(),
    ),
    # headers
    *(b"From: a@b.example\n", b"From: =?utf-8?q?=?= <", b"Subject: ", b"Subject: =?utf-8?b?/w==?=\n", b"=?x?y?z?=", b"=?utf-8?q?=0A=0D?="),
    *(b"Date: Tue, 3 Mar 2026 10:02:00 +9999\n", b"Date: Thu, 32 Foo 99999 25:61:61\n", b"Date: 2026-03-04T10:02:00+00:00\n"),
    *(
        b"Message-ID: <a@b>\n",
        b"References: <a@b> <c@d>\n",
        b"In-Reply-To: <\n",
        b'To: undisclosed:;, "a" <@b>,,\n',
        b"X-Gmail-Labels: Sent\n",
    ),
    *(b"Content-Type: text/html\n", b"Content-Type: text/plain; format=flowed; charset=utf-7\n", b"Content-Type: message/rfc822\n\n"),
    *(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\n", b"Content-Type: multipart/mixed; boundary=\n\n", b"--b\n", b"--b--\n"),
    *(b"Content-Type: text/plain; charset*=x''%FF; name*0*=a; name*1=b\n", b"Content-Disposition: attachment; filename=x\n"),
    *(b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"Content-Transfer-Encoding: x-uuencode\n"),
    *(
        b"Content-Length: 99999999999\n",
        b"Content-Length: 10\n",
        b"\nFrom - Tue Mar  3 10:02:00 2026\n",
        b"\nFrom \n",
        b"\n>From x\n",
        b"123\n",
    ),
    # bodies
    *(
        b"\n> quoted\n",
        b"On Tue, A B wrote:\n",
        b"-----Original Message-----\n",
        b"From: a\nSent: b\nTo: c\nSubject: d\n",
        b"-- \n",
        b"_____\n",
    ),
    *(
        b"Dear ",
        b"Kind regards,\nIda",
        b"Unfortunately we have chosen another candidate. ",
        b"You lack SAP. ",
        b"The role is on hold until May. ",
    ),
    *(
        b"We cannot give feedback. ",
        b"Please apply again in six months. ",
        b"Mr. ",
        b"e.g. ",
        b"...",
        b"?!",
        b"1) ",
        b"\xe2\x80\xa2 ",
        b"[Name]",
        b"{{name}}",
    ),
    *(b"https://a.example/", b"a@b.example", b"Why? ", b"PLEASE ", b"Sehr geehrte Frau Holm, leider haben wir uns anders entschieden. "),
    # pages
    *(
        b"<p>",
        b"</p>",
        b"<div style='display:none'>",
        b"<blockquote type=cite>",
        b"<table><tr><td>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"<script>",
    ),
    *(
        b"<li>",
        b"<br>",
        b"&nbsp;",
        b"&#0;",
        b"&#xD800;",
        b"&#x110000;",
        b"<a href=",
        b"<svg><style>",
        b"<template><p>",
        b"<b",
        b"<div id=divRplyFwdMsg>",
    ),
    # tables
    *(
        b"text,label\n",
        b"id;subject;body\n",
        b'"',
        b'""',
        b",",
        b";",
        b"sep=;\n",
        b"=1+1",
        b"'=",
        b"_x000A_",
        b'{"text": "',
        b'"}\n',
        b"\\ud83d",
        b"\\u0000",
    ),
    *(
        b"[" * 9,
        b"{" * 9,
        b"1e999",
        b"NaN",
        b"null",
        b"true",
        b'{"text": 1}\n',
        b'{"body": [{}]}\n',
        b"message_id,from,date,subject,body\n",
    ),
)
_CHARSETS = ("utf-8", "utf-16", "utf-7", "iso-8859-15", "cp1252", "koi8-r", "gb18030", "shift_jis", "iso2022_jp", "cp037", "hz")
_STRANGE = ("punycode", "idna", "unicode_escape", "utf-7", "undefined", "zlib", "klingon", "utf_8_sig", "\0", "cp65001")


def mutated(data, other, random):
    """The data after one to six mutations, some of them with pieces of `other`."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 6))):
        data = random.choice(_MUTATIONS)(data, other, random)
    return data[: random.choices((_LIKELY, 10 * _LIKELY, LARGEST), (980, 19, 1))[0]]


def _range(data, random, most=200):
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.randint(0, random.choice((2, 20, most))))


def _flip(data, other, random):
    if not data:
        return b"\0"
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 4, 40))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(data, other, random):
    start, end = _range(data, random, 5000)
    return data[:start] + data[end:]


def _break_off(data, other, random):
    return data[: random.randint(0, len(data))]


def _splice(data, other, random):
    start, end = _range(other, random, 2000)
    at = random.randint(0, len(data))
    return data[:at] + other[start:end] + data[at:]


def _join(data, other, random):
    return data + random.choice((b"", b"\n", b"\n\nFrom - Tue Mar  3 10:02:00 2026\n")) + other


def _repeat(data, other, random):
    start, end = _range(data, random)
    times = random.choice((2, 3, 50, 1000)) if random.random() < 0.99 else LARGEST // max(1, end - start)
    return data[:start] + data[start:end] * times + data[end:]


def _insert(data, other, random):
    at = random.randint(0, len(data))
    return data[:at] + random.choice(_TOKENS) * random.choice((1, 1, 1, 2, 30)) + data[at:]


def _replace(data, other, random):
    start, end = _range(data, random, 40)
    return data[:start] + random.choice(_TOKENS) + data[end:]


def _lines(data, other, random):
    lines = data.split(b"\n")
    random.shuffle(lines) if random.random() < 0.2 else lines.insert(random.randrange(len(lines)), random.choice(lines))
    return b"\n".join(lines)


def _headed(data, other, random):
    return random.choice(_TOKENS) + data


def _in_parts(data, other, random):
    """As a part of a message, to a depth."""
    depth = random.choice((1, 2, 5, 60))
    kinds = random.choice((("mixed",), ("alternative", "related"), ("digest",), ("mixed", "digest", "signed")))
    opened = b"".join(b'Content-Type: multipart/%s; boundary="%d"\n\n--%d\n' % (kinds[n % len(kinds)].encode(), n, n) for n in range(depth))
    return b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\n" + opened + data


def _as_page(data, other, random):
    depth = random.choice((1, 5, 200))
    tag = random.choice((b"div", b"table", b"blockquote", b"li", b"b", b"td", b"x"))
    body = b"<%s>" % tag * depth + data + random.choice((b"", b"</%s>" % tag * depth))
    return b"From: a@b.example\nSubject: x\nContent-Type: text/html\n\n" + body


def _encoded(data, other, random):
    """The body in another transfer encoding, or another charset, that the headers tell or tell wrongly."""
    head, _, body = data.partition(b"\n\n")
    name = random.choice(_CHARSETS)
    if random.random() < 0.5:
        body = body.decode("utf-8", "replace").encode(name, "replace")
    coding, encode = random.choice(((b"base64", base64.encodebytes), (b"quoted-printable", quopri.encodestring), (b"8bit", bytes)))
    kind = random.choice((b"plain", b"html"))
    said = b"Content-Transfer-Encoding: %s\nContent-Type: text/%s; charset=%s\n" % (coding, kind, name.encode())
    return said + head + b"\n\n" + encode(body)


def _said_strangely(data, other, random):
    """The body in a charset that no mail is in, by its header."""
    return b"Subject: x\nContent-Type: text/plain; charset=%s\n" % random.choice(_STRANGE).encode() + data


def _as_rows(data, other, random):
    text = data.decode("utf-8", "surrogateescape")
    name = random.choice(("text", "body", "message", "content", "Body"))
    rows = [{name: text[:5000], "subject": text[:50], "id": text[:9], random.choice(("from", "date", "label", "to", "row")): text[-90:]}]
    return "".join(json.dumps(row) + "\n" for row in rows * random.choice((1, 2))).encode()


def _counted(data, other, random):
    return b"%d\n" % random.choice((len(data), 0, 5, 10**9)) + data + b"<?xml version='1.0'?><plist></plist>"


_MUTATIONS = (
    *(_flip, _cut, _break_off, _splice, _splice, _join, _repeat, _insert, _insert, _insert, _replace, _replace, _lines, _headed),
    *(_in_parts, _as_page, _encoded, _said_strangely, _as_rows, _counted),
)
