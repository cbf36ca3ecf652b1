"""Text -> sentences of tokens in normal form. Training and use share this one path.

Normal form: Unicode folded, lower case, and masked: names, companies, places, addresses, links, numbers and dates are
replaced by `<name>`, `<nation>`, `<email>`, `<url>`, `<num>`, `<date>` before any vocabulary is learned, pronouns, titles and
kin by a neutral form. A capitalised word is taken for a name unless its lower-case form is in the `lexicon`, the common words of
the corpus.

spaCy's tokenizer works chunk by chunk here (a chunk is what stands between white space), each distinct chunk once:
fed whole mails it is twenty times slower, since a newline or a contraction switches its cache off for the rest of a
text (spaCy issue #13950). The tokens are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from feedback_nlp.body import Span
from feedback_nlp.records import Sentence, Word
from feedback_nlp.sentences import split_sentences

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer

# Characters that NFKC leaves alone but that people and mail programs use for plain ones.
_FOLD = str.maketrans(
    dict.fromkeys("‘’‚‛′`´ʼ", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\xa0\u2007\u202f\u2028\u2029\x85\x0b\x0c", " ")
    | dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0xAD], None)
)
_FOLD_ASCII = "".join(map(chr, range(128))).translate(_FOLD)  # to look for each letter in a dict that hasn't got it takes ten times as long
_TITLES = "mr mrs ms mx miss dr prof sir madam mr. mrs. ms. dr. prof. ma'am"
_PERSONS = "man woman guy gal lady gentleman bloke chap lad lass girl boy fella fellow"
_PEOPLE = "men women guys gals ladies gentlemen blokes chaps lads lasses girls boys fellas fellows"
_KIN = {
    "parent": "mother father mum mom dad",
    "parents": "mothers fathers mums moms dads",
    "grandparent": "grandmother grandfather grandma grandpa granny grandad granddad",
    "spouse": "wife husband",
    "child": "son daughter",
    "children": "sons daughters",
    "sibling": "sister brother",
    "siblings": "sisters brothers",
    "widow": "widower",
    "widows": "widowers",
}
# Nations and their languages: "Your German is not fluent yet" has to weigh as much as "Your Yoruba". "Polish your CV" is
# seldom written, "polish" often.
_NATIONS = frozenset(
    "Afghan African Albanian Algerian American Arabic Argentinian Asian Australian Austrian Bangladeshi Basque Belgian Bengali Bosnian "
    "Brazilian British Bulgarian Cantonese Catalan Chilean Chinese Colombian Croatian Cuban Czech Danish Dutch Egyptian English Estonian "
    "Ethiopian European Farsi Filipino Finnish Flemish French Gaelic Georgian German Ghanaian Greek Gujarati Hebrew Hindi Hungarian "
    "Icelandic Indian Indonesian Iranian Iraqi Irish Israeli Italian Jamaican Japanese Kenyan Korean Kurdish Latvian Lebanese Lithuanian "
    "Malay Malaysian Mandarin Mexican Moroccan Nepali Nigerian Norwegian Pakistani Persian Peruvian Polish Portuguese Punjabi Romanian "
    "Russian Scottish Serbian Singaporean Slovak Slovenian Somali Spanish Sudanese Swahili Swedish Swiss Syrian Tagalog Tamil Telugu Thai "
    "Tunisian Turkish Ukrainian Urdu Vietnamese Welsh Yoruba Zulu".split()
)
_NEUTRAL = (
    dict.fromkeys(("he", "she"), "they")
    | dict.fromkeys(("him", "her", "his", "hers", "them"), "their")
    | dict.fromkeys(("himself", "herself"), "themselves")
    | dict.fromkeys(_TITLES.split(), "<title>")
    | dict.fromkeys(_PERSONS.split(), "person")
    | dict.fromkeys(_PEOPLE.split(), "people")
    | {word: neutral for neutral, words in _KIN.items() for word in words.split()}
)
_MONTHS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec"
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
_DATES = frozenset(f"{_MONTHS} {_DAYS}".split())
_PLACEHOLDER = re.compile(r"\[[A-Za-z_ ]{2,30}\]|\{\{?[\w .]{2,40}\}?\}|<(?:name|company|role|candidate)[\w ]{0,20}>", re.IGNORECASE)
_URL = re.compile(
    r"(?:https?://|www\.)\S+|"
    r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?:com|org|net|io|example|co\.uk|gov|edu|jobs)(?:/\S*)?\b",
    re.IGNORECASE,
)
_MAY_HOLD_A_URL = re.compile(r"[.:]\S")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,99}@[\w-]+(?:\.[\w-]+)+")
_GREETED = re.compile(r"^\s*(?:dear|hi|hello|hey|hiya|g'day|good (?:morning|afternoon|evening))\s+", re.IGNORECASE)
_MARKS = frozenset([*".,!?:;-()&$£€/", '"', "..."])
_NO_SPACES = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # scripts without spaces between words
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")  # halves of emoji, cut apart by some program: no tokenizer takes them
_LONG_CHUNK = 60
_MOST_TOKENS = 4000  # a longer "sentence" is pure noise: the rest says nothing more
_VISIBLE = re.compile(r"\S+")


def fold(text: str) -> str:
    """Compatibility forms, curly quotes, dashes, non-breaking and zero-width characters replaced by plain ones."""
    if text.isascii():
        return text.translate(_FOLD_ASCII)
    return unicodedata.normalize("NFKC", _HALF_CHARACTERS.sub("\ufffd", text)).translate(_FOLD)


class Preprocessor:
    """Turns texts into sentences of normal-form tokens.

    `lexicon`: the lower-case words that are no names. A capitalised word outside it becomes `<name>`.
    """

    def __init__(self, lexicon: Collection[str] = ()) -> None:
        from spacy.lang.en.stop_words import STOP_WORDS

        self.lexicon = frozenset(lexicon) | STOP_WORDS | _GREETING_WORDS
        self._chunks: dict[str, tuple[str, ...]] = {}

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The English tokenizer of spaCy, loaded on first use.

        It is built on a bare vocabulary: only the text of tokens is read here, and the lexical attributes that
        `spacy.blank("en")` works out for each new word take longer than cutting it off (a test holds both equal).
        """
        from spacy.lang.en import English
        from spacy.tokenizer import Tokenizer
        from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
        from spacy.vocab import Vocab

        rules = English.Defaults
        return Tokenizer(
            Vocab(),
            rules=rules.tokenizer_exceptions,
            prefix_search=compile_prefix_regex(rules.prefixes or ()).search,
            suffix_search=compile_suffix_regex(rules.suffixes or ()).search,
            infix_finditer=compile_infix_regex(rules.infixes or ()).finditer,
            token_match=rules.token_match,
            url_match=rules.url_match,
        )

    def __call__(self, text: str) -> list[Sentence]:
        """The sentences of the sender's own words in `text`, in order."""
        return [Sentence(a, b, self.tokens(text[a:b])) for a, b in split_sentences(text)]

    def tokens(self, sentence: str) -> tuple[str, ...]:
        """The normal-form tokens of one sentence."""
        plain = _plain(sentence)
        greeting = _GREETED.match(plain)
        tokens: list[str] = []
        for chunk in plain.split():
            for token in self._chunk(chunk):
                if token != "<name>" or tokens[-1:] != ["<name>"]:
                    tokens.append(token)
            if len(tokens) > _MOST_TOKENS:
                break
        if greeting and len(tokens) <= 8:
            return tuple(_mask_greeting(tokens, self.lexicon))
        return tuple(tokens)

    def words(self, sentence: str) -> list[Word]:
        """The words of one sentence as they stand in it, with their shares of `tokens`, in order.

        Names in a row are one word, since they are one token. What no token is made of (an emoji) is no word.
        """
        tokens, words, at = self.tokens(sentence), list[Word](), 0
        for start, end in _visible(sentence):
            if at == len(tokens) > _MOST_TOKENS:
                break
            first, joined = at, False
            for form in (form for chunk in _plain(sentence[start:end]).split() for form in self._chunk(chunk)):
                # A form that is not the next token was a name, and went into the token of the name before it.
                if at < len(tokens) and tokens[at] in (form, "<name>"):
                    at += 1
                else:
                    joined = joined or at == first
            if joined:
                before = words.pop()
                words.append(Word(before.start, end, before.tokens + tokens[first:at]))
            elif at > first:
                words.append(Word(start, end, tokens[first:at]))
        return words

    def _chunk(self, chunk: str) -> tuple[str, ...]:
        known = self._chunks.get(chunk)
        if known is None:
            if len(self._chunks) > 200_000:
                self._chunks.clear()
            known = self._chunks[chunk] = self._normalise(chunk)
        return known

    def _normalise(self, chunk: str) -> tuple[str, ...]:
        if len(chunk) > _LONG_CHUNK:  # base64, a tracking link without a scheme: no words
            return ("<num>",)
        return tuple(form for token in self.tokenizer(chunk) if (form := self._form(token.text)))

    def _form(self, token: str) -> str:
        lower = token.lower()
        if lower == "http://example.com":
            return "<url>"
        if token == "Xxemail":
            return "<email>"
        if any(c.isdigit() for c in token):
            return "<num>"
        if lower in _NEUTRAL:
            return _NEUTRAL[lower]
        if token.title() in _NATIONS and token != "polish":
            return "<nation>"
        if lower in _DATES and (token[0].isupper() or lower not in ("may", "march", "mar", "sat", "sun", "mon", "wed")):
            return "<date>"
        if not any(c.isalpha() for c in token):
            return token if token in _MARKS else ""
        if token[0].isupper() and lower not in self.lexicon:
            return "<name>"
        return lower


def opened(sentences: Sequence[Sentence], subjects: int = 0) -> list[Sentence]:
    """The sentences of a mail as if it greeted its reader as most do, however it greets them, or if it does not.

    `subjects` says how many of them stand in its subject. The opening stands nowhere in the mail: it is as long as nothing.
    Whoever greets several people, or a hiring manager, says something with that: such a mail stays as it is, and so does
    what is nothing but greetings.
    """
    greetings = {i for i, s in enumerate(sentences) if subjects <= i < subjects + _LAST_GREETING and _is_greeting(s.tokens)}
    said = [sentence for i, sentence in enumerate(sentences) if i not in greetings]
    if len(said) == subjects or any(not _IN_GREETING.issuperset(sentences[i].tokens) for i in greetings):
        return list(sentences)
    at = said[subjects].start
    return [*said[:subjects], Sentence(at, at, OPENING), *said[subjects:]]


def in_mail(sentences: Sequence[Sentence]) -> list[int]:
    """The places of those that stand in the mail, which an opening that `opened` lent to it does not."""
    return [i for i, sentence in enumerate(sentences) if sentence.end > sentence.start]


def _is_greeting(tokens: Sequence[str]) -> bool:
    """Whether it greets somebody, and says nothing else."""
    if not tokens or tokens[0] not in _GREETS or (tokens[0] == "good" and not _DAYTIMES.intersection(tokens)):
        return False
    return len(tokens) <= _LONGEST_GREETING and (tokens[-1] in ",:" or _GREETING_WORDS.union(_IN_GREETING).issuperset(tokens))


def _plain(text: str) -> str:
    """Folded text, with addresses and links replaced by words that stand for them, and placeholders by one that is taken for a name."""
    plain = fold(_PLACEHOLDER.sub(" Xxname ", text))
    if "@" in plain:
        plain = _EMAIL.sub(" Xxemail ", plain)
    if _MAY_HOLD_A_URL.search(plain):
        plain = _URL.sub(" http://example.com ", plain)
    return plain if plain.isascii() else _NO_SPACES.sub(lambda match: f" {match.group()} ", plain)


def _visible(sentence: str) -> Iterator[Span]:
    """Character ranges of what stands between white space; a placeholder is one, whatever stands in and around it."""
    at = 0
    for placeholder in _PLACEHOLDER.finditer(sentence):
        yield from (word.span() for word in _VISIBLE.finditer(sentence, at, placeholder.start()))
        yield placeholder.span()
        at = placeholder.end()
    yield from (word.span() for word in _VISIBLE.finditer(sentence, at))


def _mask_greeting(tokens: list[str], lexicon: Collection[str]) -> list[str]:
    """A greeting names somebody, in lower case too ("hi marcus,"): only its own words and marks are kept."""
    kept: list[str] = []
    for token in tokens:
        named = "<name>" in kept
        form = token if token in _GREETING_WORDS or not token[0].isalpha() or (named and token in lexicon) else "<name>"
        if form != "<name>" or kept[-1:] != ["<name>"]:
            kept.append(form)
    return kept


_GREETING_WORDS = frozenset(
    "dear hi hello hey hiya g'day good morning afternoon evening there all team everyone candidate applicant "
    "colleague colleagues and again folks hiring manager recruiter to whom it may concern".split()
)
OPENING = ("dear", "<name>", ",")
"""How most mails of the corpus greet."""
_LAST_GREETING = 3
"""No sentence after that many is looked at for a greeting: a heading may stand above it, no paragraph."""
_LONGEST_GREETING = 8
_GREETS = frozenset("dear hi hii hello hey heya hiya g'day greetings good to".split())
_DAYTIMES = frozenset("morning afternoon evening day".split())
_IN_GREETING = (_GREETS - {"to"} | _DAYTIMES) | frozenset(
    "there again and applicant candidate <name> <title> <nation> <date> <num> of the from at , . : ! - / ( )".split()
)
"""What stands in a greeting of one person, whoever that is."""
