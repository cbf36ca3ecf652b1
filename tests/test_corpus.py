from dataclasses import replace
from pathlib import Path

import pytest
from cogapp import Cog

from feedback_nlp import corpus
from feedback_nlp.corpus import (
    NEAR_DUPLICATE,
    check_corpus,
    masked_texts,
    names_of,
    near_duplicates,
    read_texts,
    repeated_share,
    second_reading,
)
from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import LABELS, NOT_REJECTION, REASONS
from feedback_nlp.records import Example

ROOT = Path(__file__).parent.parent

# near_duplicates

LONG = "the ferry was late again and nobody on the pier could say when the next boat would leave for the island"
TEXTS = [
    LONG,
    "we have chosen somebody else for the post of night baker at our shop in the old harbour",
    LONG.replace("again", "twice"),
    "the lighthouse keeper counts eleven ships a day and writes all their names into a thick green book",
    LONG.replace("ferry", "tram").replace("boat", "coach").replace("pier", "platform").replace("island", "museum").replace("late", "slow"),
]


def jaccard(a, b):
    grams = [{text[i : i + 5] for i in range(len(text) - 4)} for text in (a, b)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def test_near_duplicates_are_found():
    assert jaccard(TEXTS[0], TEXTS[4]) > 0.3
    assert near_duplicates(TEXTS) == [(0, 2, pytest.approx(jaccard(TEXTS[0], TEXTS[2])))]


@pytest.mark.parametrize(("shift", "found"), [pytest.param(-0.01, True, id="at-most"), pytest.param(0.01, False, id="above")])
def test_the_threshold(shift, found, monkeypatch):
    assert NEAR_DUPLICATE == 0.7
    monkeypatch.setattr(corpus, "NEAR_DUPLICATE", jaccard(TEXTS[0], TEXTS[4]) + shift)
    assert [(i, j) for i, j, _ in near_duplicates([TEXTS[0], TEXTS[4]])] == [(0, 1)] * found


def test_near_duplicates_of_others():
    others = [TEXTS[3], LONG.replace("say", "tell"), LONG]
    found = near_duplicates([TEXTS[1], LONG, LONG], others)
    assert sorted((i, j) for i, j, _ in found) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert {(i, j): s for i, j, s in found}[(1, 2)] == 1


@pytest.mark.parametrize(("texts", "others"), [([], None), ([], [LONG]), ([LONG], []), ([LONG], None)])
def test_nothing_to_compare(texts, others):
    assert near_duplicates(texts, others) == []


def test_near_duplicates_across_blocks():
    texts = [f"{i * 7919:09} {i * 104729:011} {i * 1299709:013} {i * 15485863:015}" for i in range(500)]
    assert (3, 501) in [(i, j) for i, j, _ in near_duplicates([*texts, LONG, texts[3]])]


# check_corpus


def mail(name, text, label="another_candidate", **fields):
    return Example(
        name, text, label, **{"sentences": ((0, len(text), label if label in REASONS[:4] else "boilerplate"),), "voice": name, **fields}
    )


@pytest.fixture
def sound(monkeypatch, tmp_path):
    monkeypatch.setattr(corpus, "shipped", lambda name: tmp_path)
    (tmp_path / "names.txt").write_text("Ilse\nOrkney", encoding="utf-8")
    return [
        mail("a", "sadly Ilse was told that we took a welder from the yard next door instead"),
        mail("b", "come in on thursday at nine and bring the drawings that you spoke about", NOT_REJECTION, split="test"),
        mail("c", "your bridge design is lovely, yet our board preferred an engineer from Orkney", pair_id="p", voice="v"),
        mail("d", "the panel would love to hear more about tunnels over a cup of tea", NOT_REJECTION, pair_id="p", voice="v"),
    ]


def test_a_sound_corpus_has_no_faults(sound):
    report = check_corpus(sound, [mail("loose", "the money for this chair is gone", "hiring_freeze")], ["nothing like it at all, this one"])
    assert report.faults == []
    counts = (report.mails, report.sentences, report.loose_sentences, report.voices, report.pairs, report.near_duplicate_share)
    assert counts == (4, 4, 1, 3, 1, 0)
    assert report.counts["primary"] == {"another_candidate": 2, "not_rejection": 2}
    assert report.as_dict()["counts"]["split"] == {"train": 3, "test": 1}


A = "sadly Ilse was told that we took a welder from the yard next door instead"
FAULTS = {
    "same-id": ([mail("a", "quite another text about the rigging of an old schooner")], ["id a stands 2 times"]),
    "no-sentences": ([mail("e", "a mail whose sentences nobody labelled so far", sentences=())], ["e has no sentence labels"]),
    "voice-on-both-sides": (
        [mail("e", "the choir sings on sunday so the office stays shut until monday noon", voice="b")],
        ["voice b stands on both sides of the split"],
    ),
    "lonely-pair": (
        [mail("e", "the choir sings on sunday so the office stays shut until monday noon", pair_id="q")],
        ["pair q has 1 rows, or rows of different voices", "pair q has one label only"],
    ),
    "pair-of-two-voices": (
        [mail("e", "the choir sings on sunday so the office stays shut", pair_id="p")],
        ["pair p has 3 rows, or rows of different voices"],
    ),
    "unknown-name": (
        [mail("e", "we told Zebedee that a plumber with more years behind him gets it")],
        ["e has names that are not in data/names.txt: Zebedee; if they are invented, add them there"],
    ),
    "equal-after-masking": ([mail("e", A.replace("Ilse", "Orkney"))], ["equal after masking, 2 times: 'sadly <name> was told that"]),
    "other-label": (
        [mail("e", A.replace("door", "gate"), "skills_gap")],
        ["near-duplicates with different labels: a another_candidate, e skills_gap (0."],
    ),
}


@pytest.mark.parametrize(("more", "faults"), FAULTS.values(), ids=FAULTS)
def test_faults(more, faults, sound):
    found = check_corpus([*sound, *more], []).faults
    assert len(found) == len(faults)
    assert all(got.startswith(fault) for got, fault in zip(found, faults, strict=True))


def test_an_equal_loose_sentence_is_a_fault(sound):
    assert [f[:31] for f in check_corpus(sound, [mail("loose", A)]).faults] == ["equal after masking, 2 times: '"]


def test_near_duplicates_with_one_label_are_counted_only(sound):
    report = check_corpus([*sound, mail("e", A.replace("door", "gate"))], [])
    assert (report.faults, report.near_duplicate_share) == ([], 0.4)


def test_a_text_of_the_other_set_is_a_fault(sound):
    assert check_corpus(sound, [], ["something else entirely about the sea", A]).faults == [
        "a is too close to text 1 of the other set (1.00)"
    ]


def test_a_loose_sentence_of_the_other_set_is_a_fault(sound):
    text = "the money for this chair is gone and nobody will sit in it before spring"
    assert len(check_corpus(sound, [mail("loose", text, "hiring_freeze")], [text]).faults) == 1


# the parts


def test_names_of():
    text = "Dear Ilse, we met Bram's aunt in Sankt Joost. Our Zofia-Maria called O’Dowd.\nYours\nKlaas"
    assert names_of(text) == {"Ilse", "Bram", "Sankt", "Joost", "Zofia-Maria", "O’Dowd"}


def test_masked_texts():
    words = [mail(str(i), "on we met about the call") for i in range(3)]
    assert masked_texts(["We met Ilse on 3 May.", "we MET Ada on 12 June."], words) == ["we met <name> on <num> <date> ."] * 2


def test_repeated_share():
    many = [mail(str(i), "one two three four five") for i in range(11)]
    assert repeated_share(many) == 1
    assert repeated_share(many[:10]) == 0
    assert repeated_share([replace(e, sentences=((0, len(e.text), "boilerplate"),)) for e in many]) == 0
    assert repeated_share([*many, mail("x", "six seven eight nine ten")]) == pytest.approx(11 / 12)


def test_read_texts(tmp_path):
    (tmp_path / "other.jsonl").write_text('{"text": "One."}\nnot json\n{"text": "Two."}\n', encoding="utf-8")
    assert read_texts(tmp_path / "other.jsonl") == ["One.", "Two."]


# the shipped corpus


@pytest.fixture(scope="module")
def shipped_report():
    return check_corpus(*read_corpus())


def test_the_shipped_corpus_has_no_faults(shipped_report):
    assert shipped_report.faults == []


def test_the_figures_of_its_page_are_current(shipped_report, monkeypatch, capsys):
    monkeypatch.setattr(corpus, "check_corpus", lambda *_: shipped_report)  # which takes a minute
    assert Cog().main(["cog", "--check", str(ROOT / "data" / "README.md")]) == 0, capsys.readouterr().out


def test_the_size_of_the_shipped_corpus(shipped_report):
    assert shipped_report.sentences + shipped_report.loose_sentences >= 10_000
    assert shipped_report.mails >= 3_000
    labels = shipped_report.counts["primary"]
    assert {reason: labels[reason] for reason in REASONS if labels[reason] < 350} == {}
    assert labels[NOT_REJECTION] >= 1_000
    assert shipped_report.counts["split"]["test"] >= 600
    assert shipped_report.pairs >= 400
    assert shipped_report.voices >= 60


def test_second_reading_of_the_shipped_corpus():
    mails = read_corpus()[0]
    read, agreement, kappa = second_reading(mails)
    assert set(kappa) == {"all", *LABELS}
    assert read >= 0.15 * len(mails)
    assert agreement > 0.95
    assert all(k >= 0.95 for k in kappa.values())
