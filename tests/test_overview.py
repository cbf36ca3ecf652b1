import pytest

from feedback_nlp.journal import DUPLICATE, UNREADABLE
from feedback_nlp.overview import MOST_REJECTIONS, Counting, Overview, overview, render_overview, render_rejections
from feedback_nlp.records import Skipped
from tests.journals import journal_of


def row(label, date="2026-03-04T09:12:00+00:00", confidence=0.9, possible=("x",), **fields):
    given = {"label": label, "date": date, "confidence": confidence, "possible": list(possible), "sender_type": "unknown"}
    return given | {"company": "Oven", "role": "Baker"} | fields


ROWS = [
    row("vague_subjective"),
    row("skills_gap", date="2026-05-04", confidence=0.999, possible=("x", "y")),
    row("not_rejection", sender_type="own"),
    row(None),
]


def counted(rows=ROWS):
    counting = Counting()
    assert list(counting(rows)) == rows
    return counting


def test_counting():
    counting = counted()
    assert (dict(counting.labels), counting.own, counting.unsure) == (
        {"vague_subjective": 1, "skills_gap": 1, "not_rejection": 1, "not judged": 1},
        1,
        1,
    )
    assert [r["label"] for r in counting.newest] == ["skills_gap", "vague_subjective"]


def test_only_the_newest_rejections_are_kept():
    rows = [row("skills_gap", date=f"2026-{n:04}") for n in range(100)]
    assert [r["date"] for r in counted(rows).newest] == [f"2026-{n:04}" for n in reversed(range(100 - MOST_REJECTIONS, 100))]


def test_the_counts_add_up(tmp_path):
    with journal_of(tmp_path, {}, {}, {}, {}) as journal:
        with journal.batch():
            journal.skip(Skipped("in.mbox, message 3", "a duplicate of a message above"), DUPLICATE)
            journal.skip(Skipped("in.pst/Calendar", "5 calendar entries", 5), UNREADABLE)
            journal.skip(Skipped("in.csv, row 2", "look at its quotes", 0), UNREADABLE)
        found = overview(journal, 10, counted())
        assert (found.read, found.labelled, found.duplicates, found.skipped, found.kept) == (10, 4, 1, 5, 0)
        assert [item.where for item in found.left_out] == ["in.pst/Calendar", "in.csv, row 2"]
        with pytest.raises(RuntimeError, match=r"^11 messages read, but 4 labelled, 1 duplicates and 5 skipped$"):
            overview(journal, 11, counted())


SHOWN = Overview(
    12_345,
    12_340,
    3,
    2,
    7,
    1,
    1,
    4,
    {"vague_subjective": 1, "skills_gap": 11, "not_rejection": 12_327, "not judged": 1},
    (Skipped("in.mbox, message 9", "has headers\x1b[31m without end"), Skipped("b.pdf", "is a binary file")),
)


def test_render_overview():
    assert list(render_overview(SHOWN)) == [
        "Read 12,345: 12,340 labelled, 3 duplicates, 2 skipped.",
        "Kept 7 rows of earlier runs.",
        "       11  something the role asks for was missing (skills_gap)",
        "        1  no usable reason given (vague_subjective)",
        "   12,327  not a rejection (not_rejection)",
        "        1  empty or in another language; see the note in the row (not judged)",
        "1 of those that are no rejection you wrote yourself.",
        "1 is unsure: two or more labels are possible (column `possible`).",
        "4 attachments were not read.",
        "Skipped, or to look at:",
        "  in.mbox, message 9: has headers[31m without end",
        "  b.pdf: is a binary file",
    ]


def test_one_of_a_kind_and_none():
    one = Overview(2, 1, 1, 0, 1, 0, 2, 1, {}, ())
    assert list(render_overview(one)) == [
        "Read 2: 1 labelled, 1 duplicate, 0 skipped.",
        "Kept 1 row of earlier runs.",
        "2 are unsure: two or more labels are possible (column `possible`).",
        "1 attachment was not read.",
    ]
    nothing = Overview(1, 0, 0, 1, 0, 0, 0, 0, {}, (Skipped("a.png", "is a binary file"),))
    assert list(render_overview(nothing)) == [
        "Read 1: 0 labelled, 0 duplicates, 1 skipped.",
        "No mail was found.",
        "Skipped, or to look at:",
        "  a.png: is a binary file",
    ]


def test_a_long_list_of_skips_is_cut():
    many = Overview(30, 0, 0, 30, 0, 0, 0, 0, {}, tuple(Skipped(str(n), "x") for n in range(30)))
    *_, last, rest = render_overview(many)
    assert (last, rest) == ("  19: x", "  ... and 10 more (--skipped FILE lists them all)")


def test_render_rejections():
    newest = [
        row("skills_gap", confidence=0.999, company="A company with a very long name", role="\x1b[31mBaker\n"),
        row("vague_subjective", confidence=0.5, company="unknown", role="unknown", subject=" ", sender=None),
        row(
            "vague_subjective",
            company="unknown",
            role="unknown",
            subject="Your application: an answer,\nlate as it may be",
            sender="a@b.example",
        ),
        row("vague_subjective", company="unknown", role="unknown", subject="", sender="Ida <ida@b.example>"),
        row("vague_subjective", company="unknown", role="Baker", subject="Your application"),
    ]
    assert list(render_rejections(newest, SHOWN)) == [
        "date        company               role                  reason              sure",
        "2026-03-04  A company with a ve…  [31mBaker             skills gap          >99%",
        "2026-03-04  unknown               unknown               none given          50%",
        "2026-03-04  Your application: an answer, late as it m…  none given          90%",
        "2026-03-04  Ida <ida@b.example>                         none given          90%",
        "2026-03-04  unknown               Baker                 none given          90%",
        "... and 7 older ones in the file",
    ]
    assert list(render_rejections([], SHOWN)) == []
