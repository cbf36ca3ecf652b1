import click
import pytest

from feedback_nlp.labels import LABELS
from feedback_nlp.records import Advice, Email, Evidence, Feedback, Prediction
from feedback_nlp.terminal import harmless, render, render_advice

TEXT = "Hi Bo,\n\nThanks. You lack Rust. Ida got it.\n\nIda"
ADVICE = Advice("What it means.", ("Do this.", "Then that."), ("Ask this?",))


def evidence(quote, text=TEXT):
    start = text.index(quote)
    return Evidence(quote, start, start + len(quote), 0.9)


def prediction(label, confidence=0.9, quotes=(), second=None, **fields):
    rest = 1 - confidence
    others = [name for name in LABELS if name != label]
    scores = {name: rest if name == (second or others[0]) else 0.0 for name in others} | {label: confidence}
    return Prediction(label, confidence, scores, evidence=tuple(evidence(q) for q in quotes), **fields)


def plain(prediction, advice=ADVICE, text=TEXT):
    return [click.unstyle(line) for line in render(Feedback(Email("1", text), prediction, advice))]


STEPS = ["", "What to do next", "  1. Do this.", "  2. Then that."]
QUESTIONS = ["", "Questions you could ask", "  1. Ask this?"]
IN_PLACE = ["", "The mail says it here:", "  | Hi Bo,", "  | ", "  | Thanks. >>You lack Rust.<< Ida got it.", "  | ", "  | Ida"]
GAP_HEAD = "Something the role asks for was missing  (skills_gap, 90% sure)"

SCREENS = {
    "sure": (prediction("skills_gap", quotes=["You lack Rust."]), ADVICE, [GAP_HEAD, *IN_PLACE, "", "What it means.", *STEPS, *QUESTIONS]),
    "unsure": (
        prediction("skills_gap", 0.55, ["You lack Rust."], second="cultural_fit"),
        ADVICE,
        [
            "Unsure: something the role asks for was missing (skills_gap, 55%),",
            "     or values, personality or way of working (cultural_fit, 45%).",
            "Please judge by the sentence yourself.",
            *IN_PLACE,
            "",
            "What it means.",
            *STEPS,
            *QUESTIONS,
        ],
    ),
    "another is possible": (
        prediction("skills_gap", 0.7, ["You lack Rust."], "vague_subjective", possible=("skills_gap", "vague_subjective")),
        ADVICE,
        [
            "Something the role asks for was missing  (skills_gap, 70% sure)",
            "Less likely: no usable reason given (vague_subjective, 30%)",
            *IN_PLACE,
            "",
            "What it means.",
            *STEPS,
            *QUESTIONS,
        ],
    ),
    "vague": (
        prediction("vague_subjective", 0.6, ["Thanks."]),
        ADVICE,
        [
            "No usable reason given  (vague_subjective, 60% sure)",
            *IN_PLACE[:4],
            "  | >>Thanks.<< You lack Rust. Ida got it.",
            *IN_PLACE[5:],
            "",
            "What it means.",
            *STEPS,
            *QUESTIONS,
        ],
    ),
    "not-rejection": (
        prediction("not_rejection", 1.0),
        Advice("All is well."),
        ["Not a rejection  (not_rejection, 100% sure)", "", "All is well."],
    ),
    "unsure-not-rejection": (
        prediction("not_rejection", 0.5, second="another_candidate"),
        Advice("All is well."),
        [
            "Unsure: not a rejection (not_rejection, 50%),",
            "     or somebody else was chosen (another_candidate, 50%).",
            "Please read it once more yourself.",
            "",
            "All is well.",
        ],
    ),
    "gap": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        Advice("What it means.", ("Do this.", "Then that."), ("Ask this?",), gap="work permit"),
        ["A requirement was not met: work permit  (skills_gap, 90% sure)", *IN_PLACE, "", "What it means.", *STEPS, *QUESTIONS],
    ),
    "unanswerable": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        Advice("What it means.", ("Do this.", "Then that."), ("Ask this?",), answerable=False),
        [GAP_HEAD, *IN_PLACE, "", "What it means.", *STEPS, "", "If you reach a person there", "  1. Ask this?"],
    ),
    "no-questions": (
        prediction("skills_gap", quotes=["You lack Rust."]),
        Advice("What it means.", ("Do this.", "Then that.")),
        [GAP_HEAD, *IN_PLACE, "", "What it means.", *STEPS],
    ),
    "note": (
        prediction("skills_gap", quotes=["You lack Rust."], note="Only the first 5 characters were read."),
        ADVICE,
        [GAP_HEAD, *IN_PLACE, "", "What it means.", "Only the first 5 characters were read.", *STEPS, *QUESTIONS],
    ),
    "not-judged": (Prediction(None, 0.0, {}, note="No words here."), Advice("No words here."), ["No words here."]),
    "two-quotes": (
        prediction("skills_gap", quotes=["Thanks.", "Ida got it."]),
        Advice("What it means."),
        [GAP_HEAD, *IN_PLACE[:4], "  | >>Thanks.<< You lack Rust. >>Ida got it.<<", *IN_PLACE[5:], "", "What it means."],
    ),
    "secondary": (
        prediction(
            "skills_gap",
            quotes=["You lack Rust."],
            secondary=("another_candidate",),
            secondary_evidence={"another_candidate": evidence("Ida got it.")},
        ),
        Advice("What it means."),
        [GAP_HEAD, *IN_PLACE, "", "Also there: somebody else was chosen (another_candidate)", "  | Ida got it.", "", "What it means."],
    ),
}


@pytest.mark.parametrize(("said", "advice", "lines"), SCREENS.values(), ids=SCREENS)
def test_render(said, advice, lines):
    assert plain(said, advice) == lines


@pytest.mark.parametrize(("confidence", "unsure"), [(0.59, True), (0.6, False)])
def test_unsure_below(confidence, unsure):
    assert plain(prediction("hiring_freeze", confidence))[0].startswith("Unsure: ") == unsure


def test_styles():
    lines = list(render(Feedback(Email("1", TEXT), prediction("skills_gap", quotes=["You lack Rust."]), ADVICE)))
    assert lines[0] == f"{click.style('Something the role asks for was missing', bold=True)}  (skills_gap, 90% sure)"
    assert lines[5] == f"  | Thanks. >>{click.style('You lack Rust.', fg='yellow', bold=True)}<< Ida got it."
    assert click.style("What to do next", bold=True) in lines


def test_evidence_over_two_lines():
    text = "We chose\nIda.\n"
    said = Prediction("another_candidate", 0.9, {}, evidence=(evidence("We chose\nIda.", text),))
    assert plain(said, Advice("Meaning."), text)[3:5] == ["  | >>We chose", "  | Ida.<<"]


def test_a_long_mail_is_cut_around_the_evidence():
    text = "".join(f"Line {i}.\n" for i in range(40)).replace("Line 20.", "We chose Ida.")
    said = Prediction("another_candidate", 0.9, {}, evidence=(evidence("We chose Ida.", text),))
    shown = [f"  | Line {i}." if i != 20 else "  | >>We chose Ida.<<" for i in range(15, 26)]
    assert plain(said, Advice("Meaning."), text)[3:-2] == ["  | ...", *shown, "  | ..."]


def test_lines_are_wrapped():
    text = "We chose Ida " * 30
    said = Prediction("another_candidate", 0.9, {}, evidence=(Evidence(text.strip(), 0, len(text.strip()), 0.9),))
    lines = plain(said, Advice("word " * 60, ("step " * 60,), ("ask " * 60,)), text)
    assert len(lines) > 20
    assert max(map(len, lines)) <= 78 + len(">><<")
    assert [line for line in lines if line.startswith("     step")] != []


HOSTILE = "Bad\x1b[2J\x07\u202enews\x9b31m\r\nhere\x00:\tWe chose Ida\u200b.\x08"


@pytest.mark.parametrize("where", ["text", "note", "advice"])
def test_nothing_steers_the_terminal(where):
    if where == "text":
        said = Prediction("another_candidate", 0.9, {}, ("skills_gap",), (quote := evidence(HOSTILE[20:], HOSTILE),), {"skills_gap": quote})
    else:
        said = prediction("another_candidate", note=HOSTILE if where == "note" else "")
    advice = Advice(HOSTILE if where == "advice" else "Meaning.", (HOSTILE,) if where == "advice" else ())
    screen = "\n".join(plain(said, advice, HOSTILE if where == "text" else TEXT))
    assert "We chose Ida" in screen
    assert [c for c in screen if c != "\n" and not c.isprintable()] == []


def test_harmless():
    assert harmless(HOSTILE) == "Bad[2Jnews31m\nhere:    We chose Ida."
    assert harmless("Größe ✓ 日本 é\nnext") == "Größe ✓ 日本 é\nnext"


def test_render_advice():
    assert [click.unstyle(line) for line in render_advice("hiring_freeze", ADVICE)] == [
        "The role went away or was paused  (hiring_freeze)",
        "What it means.",
        *STEPS,
        *QUESTIONS,
    ]
