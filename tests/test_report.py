import click
import pytest

from feedback_nlp.comparison import compare
from feedback_nlp.evaluation import evaluate
from feedback_nlp.metrics import figures
from feedback_nlp.patterns import patterns
from feedback_nlp.records import Example, Prediction
from feedback_nlp.report import FIGURES, Table, comparison_table, evaluation_tables, pattern_tables
from feedback_nlp.terminal import render_tables
from tests.labelled import other, row

S, C, A, N = "skills_gap", "cultural_fit", "another_candidate", "not_rejection"
TRUTH = [
    *[Example(str(i), "a short one", S, register="ats") for i in range(20)],
    Example("20", "word " * 40, C, register="chat"),
    Example("21", "word " * 40, N, register="chat"),
    Example("22", "word " * 120, N),
]


def said(*answers):
    return [Prediction(label, confidence, {label: confidence} if label else {}) for label, confidence in answers]


SAID = said(*[(S, 0.95)] * 15, *[(A, 0.65)] * 5, (C, 0.85), (N, 0.75), (None, 0.0))
OTHER = said(*[(S, 0.95)] * 14, *[(A, 0.65)] * 6, (C, 0.85), (N, 0.75), (None, 0.0))

EVALUATION = """\
Labelled mails: 23, rejections among them: 21
  figure                                               value   95 % interval
  reason macro-F1 (five reasons, over the rejections)  0.929  0.774 to 0.975
  reason right (over the rejections)                   0.762  0.549 to 0.894
  rejection F1 (is it one at all?)                     1.000  1.000 to 1.000
  label right (over all mails)                         0.739  0.535 to 0.875
  false alarms (said to be a rejection, is none)           0
  missed rejections                                        0
  label right among the surest 80 %                    0.944
  calibration error (0 is best)                        0.191
  evidence quotes the telling words                        -
  evidence stands in the mail word for word                -
  secondary reasons F1                                     -
  answers that contradict themselves                      22

By label
  label              mails  precision  recall    F1
  skills_gap            20       1.00    0.75  0.86
  cultural_fit           1       1.00    1.00  1.00
  another_candidate      0       0.00       -  0.00
  hiring_freeze          0          -       -     -
  vague_subjective       0          -       -     -
  not_rejection          2       1.00    0.50  0.67
  Over all mails: unlike in the reason macro-F1, false alarms count against a
  reason's precision.

Confusion
  the mail is, down; the answer, across   A  B  C  D  E  F  none
  A skills_gap                           15  0  5  0  0  0     0
  B cultural_fit                          0  1  0  0  0  0     0
  C another_candidate                     0  0  0  0  0  0     0
  D hiring_freeze                         0  0  0  0  0  0     0
  E vague_subjective                      0  0  0  0  0  0     0
  F not_rejection                         0  0  0  0  0  1     1
  none: not judged, since the mail is empty or in another language.

Calibration
  confidence  mails  mean confidence  right
  0.0 to 0.1      1             0.00   0.00
  0.1 to 0.2      0                -      -
  0.2 to 0.3      0                -      -
  0.3 to 0.4      0                -      -
  0.4 to 0.5      0                -      -
  0.5 to 0.6      0                -      -
  0.6 to 0.7      5             0.65   0.00
  0.7 to 0.8      1             0.75   1.00
  0.8 to 0.9      1             0.85   1.00
  0.9 to 1.0     15             0.95   1.00
  Where the model is calibrated, the last two are alike.

Risk and coverage
  the surest  right  confidence at least
  100 %        0.74                 0.00
  90 %         0.77                 0.65
  80 %         0.77                 0.65
  70 %         1.00                 0.75
  60 %         1.00                 0.95
  50 %         1.00                 0.95
  40 %         1.00                 0.95
  30 %         1.00                 0.95
  20 %         1.00                 0.95
  10 %         1.00                 0.95
  Area under the share wrong over the coverage: 0.061 (0 is best).

By register
        mails  no's       label right   reason macro-F1      rejection F1
  ats      20    20  0.75 (0.53-0.89)  0.86 (0.75-0.95)  1.00 (1.00-1.00)
  chat      2     1  1.00 (0.34-1.00)              1.00              1.00
  no's: the rejections among them. In brackets the 95 % interval (none for an
  F1 of fewer than 20 rejections).

By length in words
             mails  no's       label right   reason macro-F1      rejection F1
  under 40      20    20  0.75 (0.53-0.89)  0.86 (0.75-0.95)  1.00 (1.00-1.00)
  40 to 119      2     1  1.00 (0.34-1.00)              1.00              1.00
  120+           1     0  0.00 (0.00-0.79)                 -                 -
  no's: the rejections among them. In brackets the 95 % interval (none for an
  F1 of fewer than 20 rejections)."""


def screen(tables):
    return [click.unstyle(line) for line in render_tables(tables)]


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(TRUTH, SAID)


def test_evaluation_tables(evaluation):
    lines = screen(evaluation_tables(evaluation))
    assert "\n".join(lines) == EVALUATION
    assert max(map(len, lines)) <= 80


def test_every_figure_is_shown():
    assert set(figures(TRUTH, SAID)) - set(FIGURES) == {"n", "reason_macro_f1_95", "recall"}


def test_without_registers_there_is_no_table_of_them():
    titles = [table.title for table in evaluation_tables(evaluate([Example("1", "a", S)], said((S, 0.9))))]
    assert titles == [
        "Labelled mails: 1, rejections among them: 1",
        "By label",
        "Confusion",
        "Calibration",
        "Risk and coverage",
        "By length in words",
    ]


def test_long_names_of_registers_are_cut():
    table = list(evaluation_tables(evaluate([Example("1", "a", S, register="a/register of this name")], said((S, 0.9)))))[-2]
    assert table.rows[0][0] == "a/register of t…"


COMPARISON = """\
shipped against /home/me/models/82d4bb13b0a6-and-more
                   shipped  82d4bb13b0a6-an…  difference (95 % interval)
  reason macro-F1    0.929             0.912   +0.017 (+0.000 to +0.082)
  rejection F1       1.000             1.000   +0.000 (+0.000 to +0.000)
  mails right        0.739             0.696   +0.043 (+0.000 to +0.130)
  Mails: 23; both are right on 16, only shipped on 1, only
  /home/me/models/82d4bb13b0a6-and-more on 0, neither on 6. Answered
  differently: 1. McNemar's exact test: p = 1.
  No difference beyond noise: too few mails are answered differently to tell."""


def test_comparison_table():
    found = comparison_table(compare(TRUTH, SAID, OTHER, ("shipped", "/home/me/models/82d4bb13b0a6-and-more")))
    lines = screen([found])
    assert "\n".join(lines) == COMPARISON
    assert max(map(len, lines)) <= 80


def test_a_small_p_is_not_written_out():
    truth = [Example(str(i), "a", S) for i in range(30)]
    note = comparison_table(compare(truth, said(*[(S, 0.9)] * 30), said(*[(A, 0.9)] * 30))).note
    assert "McNemar's exact test: p < 0.0001." in note


def test_render_tables():
    first = Table("One", ("name", "n"), (("a", "1"), ("long name", "100")))
    second = Table("Two", ("", "n"), (("b", "-"),), "word " * 20 + "\nnext")
    assert list(render_tables([first, second])) == [
        click.style("One", bold=True),
        "  name         n",
        "  a            1",
        "  long name  100",
        "",
        click.style("Two", bold=True),
        "     n",
        "  b  -",
        "  " + " ".join(["word"] * 15),
        "  " + " ".join(["word"] * 5),
        "  next",
    ]


def test_nothing_steers_the_terminal():
    bad = "a\x1b[2J\u202eb"
    lines = screen([Table(bad, ("", bad), ((bad + "\n\r\n", bad),), bad)])
    assert lines == ["a[2Jb", "         a[2Jb", "  a[2Jb  a[2Jb", "  a[2Jb"]


PATTERNS = """\
Reasons
                                           answers  share (95 %)
  something the role asks for was missing   1 of 2
  values, personality or way of working     0 of 2
  somebody else was chosen                  0 of 2
  the role went away or was paused          0 of 2
  no usable reason given                    1 of 2
  Unsure, and so counted in no reason: 1 (several labels are possible, or its
  confidence is under 60 %).
  Named beside the reason that counts: another 1.

By the step that you had reached
             all  skills  fit  another  freeze  none  unsure
  interview    2       1    0        0       0     0       1
  unknown      1       0    0        0       0     1       0
  skills, fit, another, freeze, none: the reasons, in the order above.

By kind of role
         all  skills  fit  another  freeze  none  unsure
  other    3       1    0        0       0     1       1
  other: kinds that occur less often, and mails that name no role.

Over time
           all  skills  fit  another  freeze  none  unsure
  2026-03    2       1    0        0       0     0       1
  Without a date: 1.

How far your applications came
  to this step or further  applications  share (95 %)
  screen                         2 of 2
  test                           2 of 2
  interview                      2 of 2
  final                          0 of 2
  offer                          0 of 2
  Where nobody has turned you down yet, what you were invited to counts.
  Applications of which no step is known: 1.
  The file holds rejections alone, so other applications are missing.

Days from application to answer
  step       answers  median  shortest  longest
  interview        2    12.5         5       20

Turned you down more than once
  company                                   times
  Oven and Daughters of the High Street, …      2"""
NO = {"date": "2026-03-04", "company": "Oven and Daughters of the High Street, Leith"}
NOES = [
    row(S, "a", "interview", secondary=[A], days_since_application=5, **NO),
    row(S, "b", "interview", confidence=0.5, secondary=[A], days_since_application=20, **NO),
    row(stage=""),
]


def test_pattern_tables():
    lines = screen(pattern_tables(patterns(NOES)).values())
    assert "\n".join(lines) == PATTERNS
    assert max(map(len, lines)) <= 80


def test_tables_of_patterns_without_notes_that_do_not_apply():
    tables = {
        t.title: t
        for t in pattern_tables(patterns([*[row(stage="test", role="Baker", date="2026-03-04")] * 20, other("a", "screen")])).values()
    }
    assert {title: table.note for title, table in tables.items()} == {
        "Reasons": "",
        "By the step that you had reached": "skills, fit, another, freeze, none: the reasons, in the order above.",
        "By kind of role": "",
        "Over time": "",
        "How far your applications came": "Where nobody has turned you down yet, what you were invited to counts.",
    }
    assert tables["Reasons"].rows[-1] == ("no usable reason given", "20 of 20", "100 % (84 to 100)")
    assert tables["How far your applications came"].rows[1] == ("test", "20 of 21", "95 % (77 to 99)")
