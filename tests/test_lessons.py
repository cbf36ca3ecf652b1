import pytest

from feedback_nlp.entries import SOURCES
from feedback_nlp.findings import findings_of
from feedback_nlp.history import message_of
from feedback_nlp.labels import CONCRETE_REASONS
from feedback_nlp.lessons import lessons_of, limits, named_in
from feedback_nlp.resources import read_table
from tests.labelled import row
from tests.test_findings import messages


def entries(value):
    """All entries in a table: what has a text or a source."""
    if isinstance(value, dict):
        if "rests_on" in value or "text" in value:
            yield value
        else:
            for inner in value.values():
                yield from entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from entries(inner)


S, C, A, F, V = "skills_gap", "cultural_fit", "another_candidate", "hiring_freeze", "vague_subjective"
TABLE = read_table("lessons")
LESSONS = TABLE["lesson"]


# The table


def test_table_has_every_part_and_nothing_unknown():
    assert set(TABLE) == {"finding", "lesson", "limits"}
    assert set(LESSONS) == {*CONCRETE_REASONS, "in_a_row", "test", "application", "no_reply", "no_reason", "nothing"}
    assert set(TABLE["finding"]) - {"interview_reason", "application_reason"} <= set(LESSONS)
    assert all(set(words) == {"most", "counted"} for words in TABLE["finding"].values())
    assert all(words["most"].startswith("most ") and not words["most"].endswith(".") for words in TABLE["finding"].values())
    assert all({"steps"} <= set(entry) <= {"steps", "checklist", "because", "quotes"} for entry in LESSONS.values())
    assert {name: entry["quotes"] for name, entry in LESSONS.items() if "quotes" in entry} == {S: True, C: True}


def test_what_no_finding_says_has_words_of_its_own():
    assert {name for name, entry in LESSONS.items() if "because" in entry} == {"in_a_row", F, "nothing"}


def test_every_entry_says_something_and_names_its_source():
    found = list(entries(TABLE))
    assert len(found) > 35
    assert [
        e for e in found if set(e) != {"text", "rests_on"} or e["rests_on"] not in SOURCES or not e["text"].strip().endswith((".", "?"))
    ] == []


@pytest.mark.parametrize("name", LESSONS)
def test_steps_are_few_and_short(name):
    assert 3 <= len(LESSONS[name]["steps"]) <= 5
    assert all(len(e["text"]) <= 160 and e["text"][0].isupper() for e in entries(LESSONS[name]))


def test_no_step_is_there_twice():
    texts = [e["text"] for e in entries(TABLE)]
    assert len(set(texts)) == len(texts)


def test_limits():
    assert len(limits()) == 5
    assert limits()[-1] == "None of this says what you are worth, or what the next employer will answer."


# Which lessons follow


def lessons(*given, in_a_row=0):
    rejections = messages(*given)
    return {lesson.name: lesson for lesson in lessons_of(rejections, findings_of(rejections), in_a_row)}


@pytest.mark.parametrize(
    ("given", "in_a_row", "names"),
    [
        pytest.param([(V, "application")], 0, ["nothing"], id="one no"),
        pytest.param([(S, "interview")] * 3, 0, ["nothing"], id="three with the same reason"),
        pytest.param([(S, "interview")] * 4, 0, [S], id="four with the same reason"),
        pytest.param([(C, "final")] * 4, 0, [C], id="fit"),
        pytest.param([(A, "interview")] * 4, 0, [A], id="another"),
        pytest.param([(F, "interview")] * 4, 0, [F], id="freeze after an interview"),
        pytest.param([(S, "application")] * 9, 0, [S, "application"], id="the same reason without a talk"),
        pytest.param([(V, "application", "noreply")] * 9, 0, ["application", "no_reply", "no_reason"], id="no-reply"),
        pytest.param([(V, "test")] * 9, 0, ["test", "no_reason"], id="tests"),
        pytest.param([(F, "application"), (V, "application")], 0, ["nothing"], id="one freeze"),
        pytest.param([(F, "application"), (F, "screen")], 0, [F], id="two freezes"),
        pytest.param([(V, "interview")], 1, ["nothing"], id="one after a meeting"),
        pytest.param([(V, "interview")] * 2, 2, ["in_a_row"], id="two after a meeting"),
        pytest.param([(S, "interview")] * 4, 4, ["in_a_row", S], id="both"),
    ],
)
def test_which(given, in_a_row, names):
    assert list(lessons(*given, in_a_row=in_a_row)) == names


def test_because():
    found = lessons(*[(S, "interview")] * 5, *[(F, "application")] * 2, *[(V, "application")] * 20, in_a_row=3)
    assert {name: lesson.because for name, lesson in found.items()} == {
        "in_a_row": "The last 3 who met you turned you down, one after the other (roles that went away left out).",
        S: 'Most of those who met you and gave a reason name the same one, "something the role asks for was missing": 5 of 5.',
        "application": "Most of your applications ended at the first step: 22 of 27 (81 %, 95 % interval 63 to 92 %).",
        F: "Roles that went away or were paused, of the answers with a reason: 2 of 7.",
        "no_reason": "Most answers give no usable reason: 20 of 27 (74 %, 95 % interval 55 to 87 %).",
    }
    assert lessons((V, "application"))["nothing"].because == "No pattern here is clear enough to act on."


def test_who_met_the_person_weighs_more():
    found = lessons(*[(S, "interview")] * 9, *[(S, "application")] * 9)
    assert found[S].because.startswith("Most of those who met you")


def test_steps_are_the_table():
    lesson = lessons((V, "interview"), in_a_row=2)["in_a_row"]
    assert lesson.steps == tuple(e["text"] for e in LESSONS["in_a_row"]["steps"])
    assert lesson.checklist == tuple(e["text"] for e in LESSONS["in_a_row"]["checklist"])
    assert (lesson.quotes, lesson.named) == ((), {})


def quoted(label, *evidence, **fields):
    return message_of(row(label, stage="interview", evidence=list(evidence), **fields))


def test_quotes_are_the_newest_of_that_reason():
    rejections = [
        quoted(S, "You lack SAP."),
        quoted(A, "We chose Ida, who knows SAP."),
        quoted(S, "No SAP.", "None."),
        quoted(S),
        quoted(S, "We need Excel and SAP."),
        quoted(S, "Unsure SAP.", confidence=0.5),
        quoted(S, "Excel."),
        quoted(S, "You have not used Excel."),
    ]
    lesson = next(lesson for lesson in lessons_of(rejections, findings_of(rejections), 0) if lesson.name == S)
    assert lesson.quotes == ("You have not used Excel.", "Excel.", "We need Excel and SAP.")
    assert lesson.named == {"SAP": 3, "Excel": 2}


@pytest.mark.parametrize(
    ("one", "two", "named"),
    [
        pytest.param("You lack SAP.", "SAP is a must.", {"SAP": 2}, id="capitals, at the start too"),
        pytest.param("Excel is a must.", "You lack Excel.", {}, id="a word at the start may have its capital from there"),
        pytest.param("We need Power BI.", "You lack Power BI, sadly.", {"Power BI": 2}, id="two words"),
        pytest.param("We need Power BI.", "You lack Power, BI.", {}, id="two names"),
        pytest.param("We use C++ daily.", "C++ was thin.", {"C++": 2}, id="signs"),
        pytest.param("It asks for B2 German.", "Your German, now B2, is short.", {}, id="together and apart"),
        pytest.param("The post needs Python3.", "We need python3.", {"Python3": 2}, id="as it is written first in the alphabet"),
        pytest.param("We need 5 years.", "We need 5 years.", {}, id="numbers"),
        pytest.param("On Tuesday I saw your CV.", "Since Tuesday I know your CV.", {}, id="days and the like"),
        pytest.param("Not here. Sadly no.", "No. Sadly not.", {}, id="after a full stop"),
        pytest.param("Here at Oven we use Maximo.", "At Oven Maximo is used.", {"Maximo": 2}, id="the company"),
        pytest.param("A Baker uses Maximo.", "The Baker uses Maximo.", {"Maximo": 2}, id="the role"),
        pytest.param("SAP, SAP and SAP.", "Nothing.", {}, id="one mail counts once"),
        pytest.param("Your Go is strong, but you lack SAP.", "We liked your Go, yet SAP is a must.", {"SAP": 2}, id="what is praised"),
        pytest.param("Although you used Go, SAP is thin.", "While your Go is good, we need SAP.", {"SAP": 2}, id="what is conceded"),
        pytest.param("You know Go, but not SAP.", "You know neither Go nor SAP.", {"SAP": 2}, id="known, and not known"),
        pytest.param("", "", {}, id="no words"),
    ],
)
def test_named(one, two, named):
    assert named_in([quoted(S, text, company="Oven", role="Baker") for text in (one, two)]) == named


def test_most_named():
    text = "We ask for " + ", ".join(f"Thing{letter}" for letter in "ABCDEFGHIJ")
    assert list(named_in([quoted(S, text)] * 2)) == [f"Thing{letter}" for letter in "ABCDEF"]


def test_long_evidence_is_read_in_time():
    assert named_in([quoted(S, "A" * 100_000), quoted(S, "Aa " * 100_000)]) == {}
