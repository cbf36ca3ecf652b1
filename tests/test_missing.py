from feedback_nlp.dossier.answer import answer_of
from feedback_nlp.dossier.missing import KINDS, MOST_QUOTES, MOST_THINGS, Missing, missing_of
from tests.labelled import row


def gap(words, value="skill", quote="q"):
    return {"signal": "gaps", "value": value, "words": words, "quote": quote}


def missing(*rows):
    """Of rows, the newest first."""
    return missing_of([answer_of(n, one) for n, one in enumerate(rows, 1)])


def things(found):
    return [(thing.name, thing.n, [sentence for _, sentence in thing.quotes]) for thing in found.things]


def test_words_for_gaps_are_counted_by_application():
    found = missing(
        row("skills_gap", "a", signals=[gap("Excel", quote="Your Excel is weak.")]),
        row("skills_gap", "a", signals=[gap("excel", quote="Excel again.")]),
        row("another_candidate", "b", signals=[gap("excel", quote="No excel."), gap("B1\nGerman", "language", "B1 at least.")]),
        row("skills_gap", "c"),
        row("another_candidate", "d"),
        row("skills_gap", "e", confidence=0.5),
    )
    assert things(found) == [("Excel", 2, ["Your Excel is weak.", "No excel."]), ("B1 German", 1, ["B1 at least."])]
    assert (found.total, found.unnamed, found.further) == (3, 1, 0)
    assert found.kinds == {"a skill or tool": 2, "a language": 1}


def test_names_in_the_evidence_are_found_where_no_gap_is_named():
    found = missing(
        row("skills_gap", "a", evidence=["You do not know SAP yet."]),
        row("skills_gap", "b", evidence=["The panel asked for SAP."]),
        row("skills_gap", "c", evidence=["We need more."]),
        row("skills_gap", "d", signals=[gap("two years with SAP", "experience", "We ask for two years with SAP.")]),
    )
    assert things(found) == [("SAP", 3, ["You do not know SAP yet.", "The panel asked for SAP.", "We ask for two years with SAP."])]
    assert (found.total, found.unnamed) == (4, 1)
    assert [sentence for _, sentence in found.others] == ["We need more."]


def test_what_is_praised_is_not_missing():
    found = missing(
        row("skills_gap", "a", evidence=["Your Python is strong, but you have not worked with SAP."]),
        row("skills_gap", "b", evidence=["although we liked your Python, your SAP is not enough."]),
        row("skills_gap", "c", signals=[gap("SAP", quote="Your Python impressed us, yet we need SAP.")]),
        row("skills_gap", "d", evidence=["Your Python is not what we need, nor your Kafka."]),
    )
    assert [(thing.name, thing.n) for thing in found.things] == [("SAP", 3)]
    assert (found.total, found.unnamed) == (4, 1)


def test_the_newest_comes_first_of_those_named_as_often():
    found = missing(
        row("skills_gap", "a", date="2026-02-01", signals=[gap("zither")]), row("skills_gap", "b", date="2026-01-01", signals=[gap("alto")])
    )
    assert [thing.name for thing in found.things] == ["zither", "alto"]


def test_not_everything_is_shown():
    many = [row("skills_gap", f"t{i}", signals=[gap(f"thing number {'x' * i}")]) for i in range(MOST_THINGS + 3)]
    assert missing(*many).further == 3
    alike = [row("skills_gap", f"t{i}", signals=[gap("welding", quote=f"q{i}")]) for i in range(MOST_QUOTES + 2)]
    assert things(missing(*alike)) == [("welding", MOST_QUOTES + 2, [f"q{i}" for i in range(MOST_QUOTES)])]


def test_nothing_missing():
    assert missing(row("another_candidate")) == Missing(0, {}, (), 0, 0, ())


def test_a_kind_without_words_is_counted_and_an_unknown_one_is_not():
    found = missing(row("skills_gap", signals=[gap("", "permit", ""), gap("", "weather", "")]))
    assert found == Missing(1, {KINDS["permit"]: 1}, (), 0, 1, ())
