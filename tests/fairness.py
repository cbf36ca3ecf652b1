"""2,000 pairs of mails that differ only in who somebody is: in a name, a pronoun, a title, a country, a city, an age.

    python tests/fairness.py                 how many labels differ within a pair, by kind of difference
    python tests/fairness.py --moved         also the pairs
    python tests/fairness.py --corpus        languages and kin, swapped in all mails of the corpus that name them

The mails are those of `data/test.jsonl`. Names, pronouns and cities change where they stand; where a mail says nothing of
the kind, both mails of a pair get the same sentence, which gives no reason, with one word that differs.
"""

import re
import sys
from collections import Counter
from typing import NamedTuple

import feedback_nlp
from feedback_nlp.examples import read_corpus
from tests.metamorphic import GREETING, NAMED, before_the_end, mails, people, pick

NUMBERS = {
    "names": 400,
    "names in small letters": 300,
    "pronouns": 150,
    "titles": 250,
    "countries": 300,
    "nationalities": 200,
    "cities": 200,
    "ages": 200,
}
FIRST = tuple(
    "Emily Greg Oluwaseun Aisha Wei Nguyễn Raghavendra Fatima Siobhán José Łukasz Yuki Tamar Keanu Björk Aigerim Lakisha Jamal Mohammed "
    "Zainab Priya Ming Dmitri Hye-jin Thabo Rosalind Grace Will Mark Hope Joy Faith Rose Bill Dean Drew Grant Frank Max Penny Dawn Sunny "
    "Chase Art Nick Ray Patience Eve Bob Clay".split()
)
LAST = tuple(
    "Walsh Baker Adebayo Zhang al-Sayed O'Dwyer Iyer Ibáñez Mensah Wójcik Tanabe Dubois Ben-Ami Kahale Jónsdóttir Nurlanova Washington "
    "Yusuf Khan Patel Nguyen Ivanov Park Dlamini Young Rich Black White Brown Green Long Short Price Best Strong Cook Mason Bishop Tan "
    "Hill Stone Bird Fields Banks Love Wood Ng Oh Ma".split()
)
TITLES = ("Mr", "Mrs", "Ms", "Mx", "Miss", "Dr", "Mr.", "Ms.", "Mrs.", "Mx.")
HE = {"he": "she", "him": "her", "his": "her", "himself": "herself"}
SHE = {"she": "he", "her": "his", "hers": "his", "herself": "himself"}
THEY = {"he": "they", "him": "them", "his": "their", "himself": "themselves"}
THEY |= {"she": "they", "her": "their", "hers": "theirs", "herself": "themselves"}
PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do"}
COUNTRIES = tuple(
    "Nigeria|India|China|Turkey|Poland|Germany|the United States|the United Kingdom|England|Ireland|Brazil|Mexico|Ghana|Syria|Iran|Israel|"
    "Ukraine|Russia|Japan|Vietnam|Jordan|Chad|Mali|Cuba|Georgia|Romania|Pakistan|Somalia|New Zealand|Saudi Arabia|Côte d'Ivoire".split("|")
)
NATIONALITIES = tuple(
    "British American Irish Indian Nigerian Chinese German Polish Spanish English French Turkish Danish Finnish Swiss Russian Ukrainian "
    "Mexican Brazilian Iranian Israeli Syrian Somali Japanese Vietnamese Pakistani Welsh Scottish Roma Kurdish Māori".split()
)
CITIES = tuple(
    "Lagos Mumbai Shanghai Warsaw Berlin London Boston Toronto Sydney Nairobi Karachi Cork Bath Reading Nice Hull Mobile Split Derby Salem "
    "Lincoln Bergen Essen Kraków Łódź Malmö İzmir Montréal Detroit Tehran".split()
)
AGES = tuple(
    "a 45-year-old|a 22-year-old|a 63-year-old|a recent graduate|a young father|a young mother|a grandmother of three|a man of 58|"
    "a woman of 31|an older student|close to retirement|just out of school|nineteen|sixty-two|a pensioner|a school leaver".split("|")
)
FRAMES = {
    "countries": (
        "I hope your journey from {} was a good one.",
        "Our office in {} says hello.",
        "It was nice to hear about your years in {}.",
    ),
    "nationalities": (
        "I hope you like the {} music on our hotline.",
        "It was nice to talk with a {} person again.",
        "Our {} colleagues say hello.",
    ),
    "ages": (
        "You told us that you are {}, and we liked the way you told it.",
        "You wrote that you are {}.",
        "I see that you are {}, like my neighbour.",
    ),
}
PLACE = re.compile(
    r"(?<=\b(?:in|at) )[A-Z][a-z]{3,}\b(?!\.\w)|(?<=\bour )[A-Z][a-z]{3,}(?= (?:office|site|branch|cross-dock|depot|plant|store)\b)"
)


class Pair(NamedTuple):
    """Two mails made of one, and the words in which they differ."""

    kind: str
    id: str
    words: tuple[str, str]
    texts: tuple[str, str]


def two(choices, key):
    """Two different choices, the same ones for a key at every time."""
    first = pick(choices, key)
    return first, pick([choice for choice in choices if choice != first], f"{key} again")


def replaced(text, old, new):
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)


def named(e, key, small=False):
    """The mail with two sets of names for its people, the first of whom has a first name."""
    texts, words = [e.text, e.text], [[], []]
    for i, word in enumerate(people(e.text)):
        for side, name in enumerate(two(LAST if i % 2 else FIRST, f"{key}{i}")):
            name = name.lower() if small else name
            texts[side] = replaced(texts[side], word, name)
            words[side].append(name)
    return (" ".join(words[0]), " ".join(words[1])), tuple(texts)


def pronouns(e, key):
    """The mail, and the same with "she" for "he" or the other way round, or with "they"."""
    found = {word.lower() for word in re.findall(r"(?i)\b(?:he|him|his|himself|she|her|hers|herself)\b", e.text)}
    forms = HE if len(found & set(HE)) >= len(found & set(SHE)) else SHE
    forms = pick((forms, {word: THEY[word] for word in forms}), key)

    def other(match):
        word, verb = forms[match.group(1).lower()], match.group(2) or ""
        word = word.capitalize() if match.group(1)[0].isupper() else word
        return word + (re.sub(r"\w+", lambda m: PLURAL[m.group()], verb) if word.lower() == "they" else verb)

    pattern = rf"\b({'|'.join(forms)})\b( (?:{'|'.join(PLURAL)})\b)?"
    return (next(iter(forms)), next(iter(forms.values()))), (e.text, re.sub(pattern, other, e.text, flags=re.IGNORECASE))


def titled(e, key):
    """Two titles for the one who is greeted."""
    found = GREETING.search(e.text)
    name = NAMED.match(found.group()) if found else None
    words = two(TITLES, key)
    if not name or not name.group(1)[0].isupper():
        return words, (e.text, e.text)
    at = found.start() + name.start(1)
    before = re.sub(r"(?i)\b(?:mr|mrs|ms|miss|mx|dr|prof)\b\.?\s+$", "", e.text[:at])
    return words, tuple(f"{before}{title} {e.text[at:]}" for title in words)


def in_city(e, key):
    """Two cities for a place that the mail names."""
    found = PLACE.search(e.text)
    words = two(CITIES, key)
    return words, tuple(replaced(e.text, found.group(), word) for word in words) if found else (e.text, e.text)


def framed(kind, choices):
    def pair(e, key):
        words, frame = two(choices, key), pick(FRAMES[kind], key)
        return words, tuple(before_the_end(re.sub(r"\ba (?=[AEIO])", "an ", frame.format(word)), e) for word in words)

    return pair


KINDS = {
    "names": named,
    "names in small letters": lambda e, key: named(e, key, small=True),
    "pronouns": pronouns,
    "titles": titled,
    "countries": framed("countries", COUNTRIES),
    "nationalities": framed("nationalities", NATIONALITIES),
    "cities": in_city,
    "ages": framed("ages", AGES),
}


def pairs(examples):
    """The pairs, the same ones at every time: round after round over the mails until there are enough of a kind."""
    for kind, number in NUMBERS.items():
        found, seen, turn = 0, set(), 0
        while found < number:
            for e in examples:
                words, texts = KINDS[kind](e, f"{kind} {e.id} {turn}")
                if found < number and texts[0] != texts[1] and texts not in seen:
                    seen.add(texts)
                    found += 1
                    yield Pair(kind, e.id, words, texts)
            turn += 1
            assert turn < 20, f"only {found} pairs of {kind}"


def different(model, found):
    """The pairs with two labels, and these."""
    texts = list(dict.fromkeys(text for pair in found for text in pair.texts))
    said = dict(zip(texts, (p.label for p in model.classify(texts)), strict=True))
    return [(pair, tuple(said[text] for text in pair.texts)) for pair in found if len({said[text] for text in pair.texts}) > 1]


def report(found, moved, with_moved=False):
    numbers, differ = Counter(pair.kind for pair in found), Counter(pair.kind for pair, _ in moved)
    yield f"{'what differs':30} {'pairs':>6} {'two labels':>11}"
    for kind, number in numbers.items():
        yield f"{kind:30} {number:6} {differ[kind]:11}"
    yield f"{'all':30} {len(found):6} {len(moved):11}"
    if with_moved:
        yield from (f"{p.kind}: {p.id}: {p.words[0]} / {p.words[1]}: {a} / {b}" for p, (a, b) in moved)


LANGUAGES = re.compile(r"\b(?:English|German|French|Spanish|Italian|Dutch|Polish|Portuguese|Mandarin|Arabic|Danish|Welsh)\b")
OTHERS = ("English", "German", "French", "Polish", "Arabic")
KIN = dict(
    pair.split()
    for pair in "wife husband,mother father,mum dad,son daughter,brother sister,men women,ladies gentlemen,girls boys,"
    "grandmother grandfather,guys girls,widow widower".split(",")
)
KIN |= {second: first for first, second in KIN.items() if second not in KIN}
RELATED = re.compile(rf"\b(?:{'|'.join(KIN)})\b", re.IGNORECASE)


def languages(examples):
    """Each mail that names a language, with another in the place of the first that it names."""
    for e in examples:
        if found := LANGUAGES.search(e.text):
            for other in OTHERS:
                if other != found.group():
                    yield Pair("languages", e.id, (found.group(), other), (e.text, replaced(e.text, found.group(), other)))


def kin(examples):
    """Each mail that names kin or people of one sex, with the other sex."""
    for e in examples:
        if found := RELATED.search(e.text):
            text = RELATED.sub(lambda m: cased_as(m.group(), KIN[m.group().lower()]), e.text)
            yield Pair("kin", e.id, (found.group(), KIN[found.group().lower()]), (e.text, text))


def cased_as(model, word):
    return word.capitalize() if model[0].isupper() else word


if __name__ == "__main__":
    corpus = read_corpus()[0] if "--corpus" in sys.argv else []
    found = [*languages(corpus), *kin(corpus)] or list(pairs(mails()))
    sys.stdout.write("\n".join(report(found, different(feedback_nlp.load(), found), "--moved" in sys.argv)) + "\n")
