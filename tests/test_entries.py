import re

import pytest

from feedback_nlp.advice import advise_case
from feedback_nlp.case import VALUES
from feedback_nlp.entries import SOURCES, TABLES, own_path, read_entries
from feedback_nlp.errors import InputError
from feedback_nlp.resources import read_table

STEP = '[step.mine]\nby = "Today"\nwhat = "rest"\nwhy = "It is allowed"\n'
MINE = "Today: rest. It is allowed."


def write(text):
    own_path().parent.mkdir(parents=True, exist_ok=True)
    own_path().write_text(text, encoding="utf-8")


def test_what_ships_can_be_used():
    entries = read_entries()
    assert list(entries) == list(TABLES)
    assert all(entries.values())
    assert sum(map(len, entries.values())) > 200


def test_every_entry_names_its_source():
    for table, entries in read_entries().items():
        for name, entry in entries.items():
            assert set(entry.rests_on) <= set(SOURCES), f"{table}.{name}"
            assert entry.rests_on, f"{table}.{name}"


def shipped(table):
    content = read_table("advice")
    for part in table.split("."):
        content = content[part]
    return content


@pytest.mark.parametrize("table", TABLES)
def test_nothing_that_ships_leaves_its_source_to_the_default(table):
    assert [name for name, fields in shipped(table).items() if not fields.get("rests_on")] == []


@pytest.mark.parametrize("table", ["step", "silence"])
def test_a_step_says_what_by_when_and_why(table):
    for fields in shipped(table).values():
        assert all(fields[name].strip() == fields[name] and not fields[name].endswith(".") for name in ("by", "what", "why"))
        assert fields["by"][0].isupper()
        assert fields["what"][0].islower()
        assert fields["why"][0].isupper()


@pytest.mark.parametrize("table", ["says", "may_mean", "unknown"])
def test_parts_of_a_sentence_are_such(table):
    assert [
        f["text"] for f in shipped(table).values() if f["text"].endswith(".") or not (f["text"][0].islower() or f["text"][0] == "{")
    ] == []


@pytest.mark.parametrize("table", ["question"])
def test_questions_are_such(table):
    assert [f["text"] for f in shipped(table).values() if not re.search(r"\?(?: An example would help me\.)?$", f["text"])] == []


def test_nothing_claims_what_nobody_knows():
    texts = " ".join(entry.text for entries in read_entries().values() for entry in entries.values())
    assert re.findall(r"(?i)most common|most often the|for sure|six months for|one of two reasons|%|per ?cent", texts) == []


# A person's own


def test_without_a_file_there_is_what_ships():
    assert not own_path().exists()
    assert "mine" not in read_entries()["step"]


def test_an_entry_of_their_own():
    write(STEP + 'when = { stage = ["interview"], sender = ["noreply"] }\nrank = 1\n')
    assert MINE in advise_case("skills_gap", "interview", "noreply").next_steps
    assert MINE not in advise_case("skills_gap", "interview", "manager").next_steps
    assert MINE not in advise_case("skills_gap", "final", "noreply").next_steps
    assert read_entries()["step"]["mine"].rests_on == ("own",)
    assert list(read_entries()["step"])[-1] == "mine"


def test_other_words_for_what_ships():
    before = read_entries()["step"]["thank_other"]
    write('[step.thank_other]\nwhat = "thank {person} in song"\n')
    entry = read_entries()["step"]["thank_other"]
    assert entry.text == "Within 24 hours, but not in the first two: thank {person} in song. Few do, and managers change."
    assert (entry.when, entry.rests_on, entry.rank) == (before.when, before.rests_on, before.rank)
    assert list(read_entries()["step"]).index("thank_other") < len(read_entries()["step"]) - 1


def test_an_entry_can_be_taken_away():
    assert "scatter" in read_entries()["avoid"]
    write("[avoid.scatter]\noff = true\n")
    assert "scatter" not in read_entries()["avoid"]
    assert "Applying everywhere to make up for it." not in advise_case("skills_gap").avoid


@pytest.mark.parametrize("table", TABLES)
def test_all_of_a_table_can_be_taken_away(table):
    write("".join(f"[{table}.{name}]\noff = true\n" for name in read_entries()[table]))
    advice = advise_case("skills_gap", "interview", "manager")
    assert read_entries()[table] == {}
    assert "{" not in " ".join((*advice.next_steps, *advice.questions, *advice.says))


def test_a_changed_file_counts_at_once():
    write(STEP)
    assert "mine" in read_entries()["step"]
    write(STEP.replace("mine", "other_one"))
    assert {"mine", "other_one"} & set(read_entries()["step"]) == {"other_one"}
    own_path().unlink()
    assert {"mine", "other_one"} & set(read_entries()["step"]) == set()


def test_braces_can_be_written():
    write('[meaning.skills_gap]\ntext = "A {{brace}}."\n')
    assert advise_case("skills_gap").meaning == "A {brace}."


FACTS = ", ".join(VALUES)
FAULTS = {
    "an unknown table": ("[steps.mine]\n", f", [steps]: there is no such table. The tables are {', '.join(TABLES)}."),
    "a table no table": ("step = 3\n", ", [step]: step is no entry. Write [step.NAME], and the fields below it."),
    "an entry no table": ('[step]\nmine = "rest"\n', ", [step]: mine is no entry. Write [step.NAME], and the fields below it."),
    "an unknown field": (
        STEP + 'because = "so"\n',
        ", [step.mine]: because is no field of it. The fields are by, what, why, rests_on, when, unless, rank, contact, feedback, off.",
    ),
    "a field of another table": (
        '[question.mine]\ntext = "Why?"\nby = "Today"\n',
        ", [question.mine]: by is no field of it. The fields are text, rests_on, when, unless, rank, contact, feedback, off.",
    ),
    "a missing field": ('[step.mine]\nby = "Today"\nwhat = "rest"\n', ", [step.mine]: why must be a text of one line, in quotation marks."),
    "an empty text": ('[question.mine]\ntext = " "\n', ", [question.mine]: text must be a text of one line, in quotation marks."),
    "a text of two lines": ('[question.mine]\ntext = "a\\nb"\n', ", [question.mine]: text must be a text of one line, in quotation marks."),
    "a text no text": ("[question.mine]\ntext = 7\n", ", [question.mine]: text must be a text of one line, in quotation marks."),
    "unknown braces": (
        '[question.mine]\ntext = "{skill}?"\n',
        ", [question.mine]: text holds {skill}, which stands for nothing."
        " There is {missing}, {again}, {until}, {deadline}, {person}, {reached}, {trait}.",
    ),
    "braces that look inside": (
        '[question.mine]\ntext = "{missing.__class__}?"\n',
        ", [question.mine]: text holds {missing.__class__}, which stands for nothing."
        " There is {missing}, {again}, {until}, {deadline}, {person}, {reached}, {trait}.",
    ),
    "braces with a form": (
        '[question.mine]\ntext = "{missing!r:>9}?"\n',
        ", [question.mine]: text holds {missing!r:>9}, which stands for nothing."
        " There is {missing}, {again}, {until}, {deadline}, {person}, {reached}, {trait}.",
    ),
    "half a brace": ('[question.mine]\ntext = "{missing?"\n', ", [question.mine]: text has a brace without its other half. Take it out."),
    "an unknown source": (
        STEP + 'rests_on = ["005"]\n',
        ", [step.mine]: rests_on must be a list of what it rests on: 000, 001, 002, 003, 004, own.",
    ),
    "a source no list": (
        STEP + 'rests_on = "own"\n',
        ", [step.mine]: rests_on must be a list of what it rests on: 000, 001, 002, 003, 004, own.",
    ),
    "no source": (STEP + "rests_on = []\n", ", [step.mine]: rests_on must be a list of what it rests on: 000, 001, 002, 003, 004, own."),
    "an unknown rank": (STEP + "rank = 4\n", ", [step.mine]: rank is 4. Give 1 (stays), 2 or 3 (is left out first)."),
    "a rank no number": (STEP + "rank = true\n", ", [step.mine]: rank is True. Give 1 (stays), 2 or 3 (is left out first)."),
    "a flag no truth value": (STEP + 'contact = "yes"\n', ", [step.mine]: contact is 'yes'. Give true or false."),
    "conditions no table": (
        STEP + 'when = "interview"\n',
        ', [step.mine]: when must be conditions, as in when = { stage = ["interview", "final"] }.',
    ),
    "an unknown fact": (
        STEP + 'when = { weather = ["fine"] }\n',
        f", [step.mine]: when speaks of weather, of which nothing is known. It can be {FACTS}.",
    ),
    "an unknown value": (
        STEP + 'unless = { sender = ["robot"] }\n',
        ", [step.mine]: unless has sender = ['robot']. Give a list of noreply, recruiter, manager, agency, team, unknown.",
    ),
    "a value no list": (
        STEP + 'when = { sender = "agency" }\n',
        ", [step.mine]: when has sender = 'agency'. Give a list of noreply, recruiter, manager, agency, team, unknown.",
    ),
    "no values": (
        STEP + "when = { sender = [] }\n",
        ", [step.mine]: when has sender = []. Give a list of noreply, recruiter, manager, agency, team, unknown.",
    ),
    "an unknown channel": (
        '[channel.mine]\ntext = "x"\nchannel = "pigeon"\n',
        ", [channel.mine]: channel is 'pigeon'. Give one of mail, phone, recruiter, technical interviewer, none.",
    ),
    "no channel": ('[channel.mine]\ntext = "x"\n', ", [channel.mine]: channel must be a text of one line, in quotation marks."),
    "a fault in what ships": (
        "[step.thank_other]\nrank = 0\n",
        ", [step.thank_other]: rank is 0. Give 1 (stays), 2 or 3 (is left out first).",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_in_their_own_is_said(text, message):
    write(text)
    with pytest.raises(InputError) as error:
        advise_case("skills_gap")
    assert str(error.value) == f"{own_path()}{message}"


def test_a_file_that_is_no_toml():
    write("[step.mine\n")
    with pytest.raises(InputError) as error:
        read_entries()
    assert re.fullmatch(re.escape(f"{own_path()} is no TOML: ") + r".+\. Mend that line, or move the file away\.", str(error.value))


def test_a_file_that_is_no_text():
    own_path().parent.mkdir(parents=True)
    own_path().write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"is no TOML: .*utf-8.*\. Mend that line, or move the file away\.$"):
        read_entries()


def test_a_folder_in_the_place_of_the_file():
    own_path().mkdir(parents=True)
    with pytest.raises(InputError, match=r"advice\.toml can't be read \(.+\)\. Let it be read, or move it away\.$"):
        read_entries()
