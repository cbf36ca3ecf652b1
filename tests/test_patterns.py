import json
import random
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.history import COLUMNS, applications_of, message_of, read_history
from feedback_nlp.labels import CONCRETE_REASONS, LABELS, REASONS, SENDER_TYPES, STEPS
from feedback_nlp.metrics import Share
from feedback_nlp.patterns import Tally, Wait, patterns, refusals_in_a_row
from feedback_nlp.report import pattern_tables
from feedback_nlp.terminal import render_patterns
from tests.labelled import other, row

S, C, A, F, V = "skills_gap", "cultural_fit", "another_candidate", "hiring_freeze", "vague_subjective"
SAMPLE = Path(__file__).parent.parent / "data" / "samples" / "labelled.csv"

# Twelve applications, counted by hand.
OVEN = {"company": "Oven Ltd", "role": "Senior Baker"}
TABLE = [
    other("a", "application", date="2026-01-02"),
    row(S, "a", "interview", date="2026-01-20", days_since_application=18, sender_type="manager", secondary=[A], **OVEN),
    row(V, "b", date="2026-01-31T23:59:00-08:00", days_since_application=2, sender_type="noreply", company="OVEN", role="Baker, nights"),
    row(V, "c", date="2026-02-01", days_since_application=4, sender_type="noreply", company="Mill", role="Miller"),
    row(F, "d", "screen", date="2026-02-11", days_since_application=9, company="oven", role="Bakers"),
    row(S, "e", confidence=0.5, date="2026-02-12", sender_type="noreply", role="Miller", secondary=[A]),
    row(A, "f", "interview", possible=[A, S], date="2026-02-20", days_since_application=30, role="Chef"),
    row(V, "g", "interview", date="2026-02-20", days_since_application=10, role="Baker"),
    row(C, "g", "test", date="2026-02-27", days_since_application=17, role="Baker"),
    row(V, stage="", role="Something"),
    other("h", "application", sender_type="own"),
    other("i", "application"),
    other("i", "screen"),
    other("j", "offer", date="2026-03-01"),
    other("k", ""),
    row(None, "l", ""),
]


@pytest.fixture(scope="module")
def found():
    return patterns(TABLE)


def tally(total, unsure=0, **reasons):
    return Tally(total, dict.fromkeys(REASONS, 0) | reasons, unsure)


def test_counts(found):
    assert (found.messages, found.rejections) == (16, 9)
    assert (found.applications, found.offers, found.open, found.concrete) == (11, 1, 2, 3)
    assert found.turned_down == tally(8, unsure=2, skills_gap=1, cultural_fit=1, hiring_freeze=1, vague_subjective=3)
    assert found.unmet == Share(3, 8, None)
    assert found.secondary == {S: 0, C: 0, A: 1, F: 0}


def test_by_stage(found):
    assert found.by_stage == {
        "application": tally(3, unsure=1, vague_subjective=2),
        "screen": tally(1, hiring_freeze=1),
        "interview": tally(3, unsure=1, skills_gap=1, cultural_fit=1),
        "unknown": tally(1, vague_subjective=1),
    }
    assert list(found.by_stage) == ["application", "screen", "interview", "unknown"]


def test_by_role(found):
    assert list(found.by_role.items()) == [
        ("baker", tally(4, skills_gap=1, cultural_fit=1, hiring_freeze=1, vague_subjective=1)),
        ("other", tally(4, unsure=2, vague_subjective=2)),
    ]


def test_a_kind_of_role_is_shown_from_three_on():
    rows = [row(role=role) for role in ["Nurse"] * 3 + ["Clerk"] * 3 + ["Baker"] * 2 + ["Engineer"] * 4]
    assert {kind: t.total for kind, t in patterns(rows).by_role.items()} == {"engineer": 4, "clerk": 3, "nurse": 3, "other": 2}
    assert list(patterns(rows).by_role) == ["engineer", "clerk", "nurse", "other"]


def test_by_time(found):
    assert list(found.by_time.items()) == [
        ("2026-01", tally(2, skills_gap=1, vague_subjective=1)),
        ("2026-02", tally(5, unsure=2, cultural_fit=1, hiring_freeze=1, vague_subjective=1)),
    ]
    assert found.undated == 1


def test_how_far_and_how_long(found):
    # Known of ten: screen d, i; interview a, f, g; offer j.
    assert {step: came.counts for step, came in found.reached.items()} == {
        "screen": "6 of 10",
        "test": "4 of 10",
        "interview": "4 of 10",
        "final": "1 of 10",
        "offer": "1 of 10",
    }
    assert found.days == {"application": Wait(2, 3.0, 2, 4), "screen": Wait(1, 9.0, 9, 9), "interview": Wait(3, 18.0, 17, 30)}


def test_companies(found):
    assert found.companies == {"OVEN": 3}


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Mill", "Mill", "Oven", "Oven Inc.", "Oven", "unknown", "unknown"], {"Oven": 3, "Mill": 2}),
        (["???", "???"], {}),
        (["Zoo", "Zoo", "Ark", "Ark"], {"Ark": 2, "Zoo": 2}),
    ],
)
def test_names_of_companies(names, shown):
    assert list(patterns([row(company=name) for name in names]).companies.items()) == list(shown.items())


@pytest.mark.parametrize(
    ("dates", "periods"),
    [
        pytest.param(["2025-01-31", "2026-06-01"], ["2025-01", "2026-06"], id="18 months"),
        pytest.param(["2025-01-31", "2026-07-01"], ["2025 Q1", "2026 Q3"], id="19 months"),
        pytest.param(["2024-03-31", "2024-04-01", "2025-12-31"], ["2024 Q1", "2024 Q2", "2025 Q4"], id="quarters"),
        pytest.param(["", "soon"], [], id="no dates"),
    ],
)
def test_periods(dates, periods):
    assert list(patterns([row(date=date) for date in dates]).by_time) == periods


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([("2026-01-01", S, "interview"), ("2026-01-02", V, "final"), ("2026-01-03", A, "offer")], 3, id="three"),
        pytest.param([("2026-01-01", S, "interview"), ("2026-01-02", S, "test"), ("2026-01-03", S, "application")], 1, id="not met"),
        pytest.param([("2026-01-01", S, "interview"), ("2026-01-02", F, "interview")], 1, id="a role that went away"),
        pytest.param([("2026-01-01", S, "interview"), ("2026-01-02", "not_rejection", "offer")], 0, id="an offer after"),
        pytest.param([("2026-01-03", S, "interview"), ("2026-01-02", "not_rejection", "offer")], 1, id="an offer before"),
        pytest.param([("", S, "interview"), ("2026-01-02", S, "interview")], 1, id="without a date"),
        pytest.param([("2026-01-01", S, "interview"), ("2026-01-02", "not_rejection", "interview")], 1, id="one is open"),
    ],
)
def test_in_a_row(rows, number):
    given = [message_of(row(label, str(n), stage, date=date)) for n, (date, label, stage) in enumerate(rows)]
    assert refusals_in_a_row(applications_of(given)) == number


def test_a_share_has_an_interval_from_twenty_on():
    assert patterns([row()] * 19).unmet.interval is None
    assert patterns([row(sender_type="noreply")] * 20).unmet.interval == pytest.approx((0.839, 1.0), abs=0.001)


def test_nothing():
    found = patterns([])
    assert (found.applications, found.turned_down, found.lessons) == (0, tally(0), ())
    assert (found.by_stage, found.by_role, found.by_time, found.reached, found.days, found.companies) == ({}, {}, {}, {}, {}, {})


# The sample


def test_the_sample():
    found = patterns(read_history([SAMPLE]))
    assert (found.messages, found.rejections, found.applications, found.offers, found.open) == (88, 32, 40, 1, 7)
    assert found.turned_down == tally(
        32, unsure=3, skills_gap=12, cultural_fit=1, another_candidate=2, hiring_freeze=3, vague_subjective=11
    )
    assert {step: t.total for step, t in found.by_stage.items()} == {"application": 19, "screen": 3, "test": 2, "interview": 6, "final": 2}
    assert {kind: t.total for kind, t in found.by_role.items()} == {"planner": 24, "coordinator": 7, "other": 1}
    assert list(found.companies) == ["Larkfield Hydraulics", "Pellingham Foods", "Quillbrook Dairy"]
    assert [f.name for f in found.findings if f.holds] == ["interview_reason"]
    assert [lesson.name for lesson in found.lessons] == ["in_a_row", S, F]
    assert found.in_a_row == 8


def test_as_dict():
    found = patterns(read_history([SAMPLE]))
    given = json.loads(json.dumps(found.as_dict()))
    assert set(given) == {
        *("messages", "rejections", "applications", "offers", "open", "concrete", "turned_down", "by_stage", "by_role", "by_time"),
        *("undated", "unmet", "reached", "days", "companies", "secondary", "in_a_row", "findings", "lessons", "limits"),
    }
    assert given["turned_down"]["total"] == 32
    assert given["reached"]["offer"]["interval"] == pytest.approx([0.0044, 0.1288], abs=0.0001)
    finding = given["findings"][0]
    assert set(finding) == {"name", "share", "needed", "reason", "p_value", "adjusted", "holds", "says"}
    assert (finding["name"], finding["holds"], finding["says"]) == ("interview_reason", True, found.findings[0].says)
    assert given["lessons"][1]["named"] == {"SAP": 5, "Maximo": 4}


def test_every_field_is_described():
    page = (SAMPLE.parent.parent.parent / "docs" / "patterns.md").read_text(encoding="utf-8")
    fields = patterns(TABLE).as_dict()
    parts = [fields, fields["turned_down"], fields["unmet"], *fields["days"].values(), *fields["findings"], *fields["lessons"]]
    assert {name for part in parts for name in part if f"`{name}`" not in page} == set()


# Whatever the rows hold

ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=3),
    st.just("[" * 9999),
)
LIKELY = {
    "label": st.sampled_from([*LABELS, None]),
    "confidence": st.floats(0, 1),
    "possible": st.lists(st.sampled_from(LABELS), max_size=2),
    "secondary": st.lists(st.sampled_from(CONCRETE_REASONS), max_size=2),
    "evidence": st.lists(st.sampled_from(["You lack SAP.", "\x1b[31m\u202eNo \ud83d!", "x" * 300]), max_size=2),
    "stage": st.sampled_from([*STEPS, ""]),
    "thread": st.sampled_from(["", *"abcdef"]),
    "company": st.sampled_from(["Oven", "Oven Ltd", "\x1b[2JMill\u202e \ud83d", "unknown"]),
    "role": st.sampled_from(["Baker", "Senior Baker", "Head of Ovens", "", "unknown"]),
    "sender_type": st.sampled_from([*SENDER_TYPES, "own", "unknown"]),
    "date": st.sampled_from(["2024-01-01", "2026-03-04T09:12:00+02:00", "Wed, 4 Mar 2026 08:00:00 -0500", "soon", ""]),
    "days_since_application": st.one_of(st.none(), st.integers(0, 99).map(str)),
}
ROWS = st.lists(
    st.one_of(
        st.fixed_dictionaries(LIKELY),
        st.dictionaries(st.sampled_from(COLUMNS), ANYTHING),
        st.fixed_dictionaries({name: st.one_of(LIKELY[name], ANYTHING) for name in COLUMNS}),
    ),
    max_size=30,
)


def total(tallies):
    return sum(t.total for t in tallies.values())


@given(ROWS)
def test_counts_add_up(rows):
    found = patterns(rows)
    down = found.turned_down
    assert found.messages == len(rows)
    assert down.total <= found.rejections <= found.messages
    assert found.applications == down.total + found.offers + found.open
    assert min(found.offers, found.open) >= 0
    assert down.total == total(found.by_stage) == total(found.by_role) == total(found.by_time) + found.undated
    for t in (down, *found.by_stage.values(), *found.by_role.values(), *found.by_time.values()):
        assert t.total == sum(t.reasons.values()) + t.unsure
    came = [share.hits for share in found.reached.values()]
    assert came == sorted(came, reverse=True)
    assert all(wait.shortest <= wait.median <= wait.longest for wait in found.days.values())
    assert sum(found.companies.values()) <= down.total
    assert bool(found.lessons) is bool(down.total)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, chance):
    shuffled = random.Random(chance.random()).sample(rows, len(rows))
    assert patterns(rows).as_dict() == patterns(shuffled).as_dict()


@given(ROWS)
def test_everything_is_shown_in_lines_that_steer_nothing(rows):
    found = patterns(rows)
    lines = [click.unstyle(line) for line in render_patterns(found, pattern_tables(found).values())]
    assert max(map(len, lines)) <= 80
    assert [c for line in lines for c in line if not c.isprintable()] == []
    assert json.loads(json.dumps(found.as_dict()))["messages"] == len(rows)
