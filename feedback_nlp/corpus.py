"""Checks of the shipped corpus: what a machine can see of its make-up, repetition, duplicates, and doubtful labels."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import cohen_kappa_score

from feedback_nlp.labels import BOILERPLATE, LABELS, NOT_REJECTION
from feedback_nlp.metrics import COMPARED, figures
from feedback_nlp.preprocess import Preprocessor
from feedback_nlp.records import Example
from feedback_nlp.resources import shipped
from feedback_nlp.training import (
    Progress,
    Recipe,
    corpus_lexicon,
    count_all,
    document_probabilities,
    document_rows,
    group_of,
    lexicon_of,
    out_of_fold,
    sender_of,
    train,
)

NEAR_DUPLICATE = 0.7
MANY_MAILS = 10
SUSPICIOUS = 0.9
_COUNTED = ("primary", "split", "register", "stage", "country", "sender", "difficulty", "industry")
_BLOCK = 400
_RARE = 60
_NAME = re.compile(r"(?<![.!?:•\-–—\n\"'“‘(] )(?<![.!?:\n\"'“‘(])(?<!^)\b[A-ZÀ-Ý][\w'’-]+", re.MULTILINE)


@dataclass
class CorpusReport:
    """What `check_corpus` found. `faults` must be empty; the rest is for a person to read."""

    mails: int = 0
    sentences: int = 0
    loose_sentences: int = 0
    voices: int = 0
    pairs: int = 0
    with_secondary: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    ats_share_of_rejections: float = 0.0
    near_duplicate_share: float = 0.0
    repetition: float = 0.0
    read_twice: int = 0
    agreement: float = 0.0
    kappa: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def check_corpus(mails: Sequence[Example], loose: Sequence[Example], against: Sequence[str] = ()) -> CorpusReport:
    """Counts and checks; `against` holds texts that nothing in the corpus may come close to."""
    rejections = [e for e in mails if e.primary != NOT_REJECTION]
    report = CorpusReport(
        mails=len(mails),
        sentences=sum(len(e.sentences) for e in mails),
        loose_sentences=len(loose),
        voices=len({e.voice for e in mails}),
        pairs=len({e.pair_id for e in mails if e.pair_id}),
        with_secondary=sum(bool(e.secondary) for e in rejections),
        counts={name: dict(Counter(str(getattr(e, name)) for e in mails).most_common()) for name in _COUNTED},
        ats_share_of_rejections=round(sum(e.register == "ats" for e in rejections) / max(1, len(rejections)), 3),
        repetition=round(repeated_share(mails), 4),
    )
    report.read_twice, report.agreement, report.kappa = second_reading(mails)
    report.faults.extend(_id_faults(mails, loose))
    report.faults.extend(_split_faults(mails))
    report.faults.extend(_name_faults(mails))
    rows = [*mails, *loose]
    masked = masked_texts([e.text for e in rows] + list(against), rows)
    own, others = masked[: len(rows)], masked[len(rows) :]
    equal = Counter(own)
    report.faults.extend(f"equal after masking, {n} times: {text[:60]!r}" for text, n in equal.items() if n > 1 and len(text) > 20)
    near = [(i, j, s) for i, j, s in near_duplicates(own[: len(mails)]) if not (mails[i].pair_id and mails[i].pair_id == mails[j].pair_id)]
    report.near_duplicate_share = round(len({k for i, j, _ in near for k in (i, j)}) / max(1, len(mails)), 4)
    report.faults.extend(
        f"near-duplicates with different labels: {mails[i].id} {mails[i].primary}, {mails[j].id} {mails[j].primary} ({s:.2f})"
        for i, j, s in near
        if mails[i].primary != mails[j].primary
    )
    report.faults.extend(
        f"{rows[i].id} is too close to text {j} of the other set ({s:.2f})" for i, j, s in near_duplicates(own, others) if others
    )
    return report


def second_reading(mails: Sequence[Example]) -> tuple[int, float, dict[str, float]]:
    """How many mails were read by a second, blind annotator (data/second_reading.jsonl), the share of equal primary
    labels, and Cohen's kappa over all labels and for each (Cohen 1960).
    """
    path = shipped("data") / "second_reading.jsonl"
    labels = {e.id: e.primary for e in mails}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] if path.exists() else []
    pairs = [(labels[row["id"]], row["primary"]) for row in rows if row["id"] in labels]
    if not pairs:
        return 0, 0.0, {}
    first, second = zip(*pairs, strict=True)
    kappa = {"all": cohen_kappa_score(first, second)}
    kappa |= {label: cohen_kappa_score([a == label for a in first], [b == label for b in second]) for label in LABELS}
    agreement = sum(a == b for a, b in pairs) / len(pairs)
    return len(pairs), round(agreement, 4), {label: round(float(k), 3) for label, k in kappa.items()}


def _id_faults(mails: Sequence[Example], loose: Sequence[Example]) -> Iterator[str]:
    ids = Counter(e.id for e in (*mails, *loose))
    yield from (f"id {name} stands {n} times" for name, n in ids.items() if n > 1)
    for e in mails:
        if not e.sentences:
            yield f"{e.id} has no sentence labels"


def _split_faults(mails: Sequence[Example]) -> Iterator[str]:
    sides: dict[str, set[str]] = {}
    for e in mails:
        sides.setdefault(e.voice, set()).add(e.split)
    yield from (f"voice {voice} stands on both sides of the split" for voice, both in sides.items() if len(both) > 1)
    together: dict[str, list[Example]] = {}
    for e in mails:
        if e.pair_id:
            together.setdefault(e.pair_id, []).append(e)
    for name, rows in together.items():
        if len(rows) < 2 or len({(e.voice, e.split) for e in rows}) > 1:
            yield f"pair {name} has {len(rows)} rows, or rows of different voices"
        if len({e.primary for e in rows}) < 2:
            yield f"pair {name} has one label only"


def names_of(text: str) -> set[str]:
    """Capitalised words inside sentences: names of people, places and companies, and some that only look so."""
    return {match.group().rstrip("'’-").removesuffix("'s").removesuffix("’s") for match in _NAME.finditer(text)}


def _name_faults(mails: Sequence[Example]) -> Iterator[str]:
    """Names that are not in the reviewed list of invented ones (data/names.txt)."""
    path = shipped("data") / "names.txt"
    if not path.exists():
        return
    known = set(path.read_text(encoding="utf-8").split("\n"))
    for e in mails:
        new = sorted(names_of(e.text) - known)
        if new:
            yield f"{e.id} has names that are not in data/names.txt: {', '.join(new[:5])}; if they are invented, add them there"


def masked_texts(texts: Sequence[str], corpus: Sequence[Example]) -> list[str]:
    """The normal form of each text, names and numbers masked, as one string."""
    prepare = Preprocessor(lexicon_of(((sender_of(e), e.text) for e in corpus), 3))
    return [" ".join(token for sentence in prepare(text) for token in sentence.tokens) for text in texts]


def near_duplicates(texts: Sequence[str], others: Sequence[str] | None = None) -> list[tuple[int, int, float]]:
    """Pairs (i, j, similarity) whose Jaccard similarity of character 5-grams is at least `NEAR_DUPLICATE`.

    Within `texts` (i < j), or of `texts` with `others`. Only pairs that share a rare 5-gram are compared.
    """
    if not len(texts) or (others is not None and not len(others)):
        return []
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True, dtype=np.float32)
    grams = vectorizer.fit_transform([*texts, *(others or [])])
    frequency = np.asarray(grams.sum(axis=0)).ravel()
    rare = csr_matrix(grams[:, frequency <= _RARE])
    sizes, few = np.asarray(grams.sum(axis=1)).ravel(), np.diff(rare.indptr)
    n, offset = len(texts), len(texts) if others is not None else 0
    found: list[tuple[int, int, float]] = []
    for start in range(0, n, _BLOCK):
        shared = (rare[start : min(n, start + _BLOCK)] @ rare[offset:].T).tocoo()
        i, j, count = shared.row + start, shared.col + offset, shared.data
        # With the rare ones alone the pair can't be similar enough unless a good part of them is shared.
        close = (i < j) & (count >= 5) & (count > 0.2 * np.minimum(few[i], few[j]))
        i, j = i[close], j[close]
        both = np.asarray(grams[i].multiply(grams[j]).sum(axis=1)).ravel()
        similarity = both / (sizes[i] + sizes[j] - both)
        near = similarity >= NEAR_DUPLICATE
        found += zip(i[near].tolist(), (j[near] - offset).tolist(), similarity[near].tolist(), strict=True)
    return found


def repeated_share(mails: Sequence[Example]) -> float:
    """The share of word 5-grams, boilerplate sentences aside, that occur in more than `MANY_MAILS` mails."""
    per_mail = []
    for e in mails:
        words = [re.findall(r"[a-z']+", e.text[a:b].lower()) for a, b, label in e.sentences if label != BOILERPLATE]
        per_mail.append({tuple(w[i : i + 5]) for w in words for i in range(len(w) - 4)})
    count = Counter(gram for grams in per_mail for gram in grams)
    total = sum(map(len, per_mail))
    return sum(n for n in count.values() if n > MANY_MAILS) / max(1, total)


def suspects(mails: Sequence[Example], loose: Sequence[Example], say: Progress = lambda _: None) -> list[tuple[Example, str, float]]:
    """Training rows whose out-of-fold prediction contradicts their label with a probability of `SUSPICIOUS` and more."""
    recipe = Recipe()
    counts = count_all(mails, loose, corpus_lexicon(mails, loose, recipe), recipe, say)
    outputs = out_of_fold(counts, recipe, say)
    documents = counts.documents[: len(outputs)]
    result = []
    for document, row in zip(documents, document_probabilities(documents, document_rows(documents, outputs, recipe), recipe), strict=True):
        guess = LABELS[int(row.argmax())]
        if guess != document.example.primary and row.max() >= SUSPICIOUS:
            result.append((document.example, guess, float(row.max())))
    return sorted(result, key=lambda item: -item[2])


def read_texts(path: Path) -> list[str]:
    """The texts of a JSON lines file, to keep the corpus away from."""
    from feedback_nlp.inbox import read_rows
    from feedback_nlp.records import Email

    return [row.text for row in read_rows(path) if isinstance(row, Email)]


def share_of(mails: Sequence[Example], loose: Sequence[Example], share: float) -> tuple[list[Example], list[Example]]:
    """The training mails of a share of the voices (every n-th one, the starter's rows likewise), and that share of the loose sentences."""
    voices = sorted({group_of(e) for e in mails if e.split == "train"})
    kept = {voice for i, voice in enumerate(voices) if int((i + 1) * share) > int(i * share)}
    part = [e for e in mails if e.split == "train" and group_of(e) in kept]
    return part, [e for i, e in enumerate(loose) if int((i + 1) * share) > int(i * share)]


def learning_curve(
    mails: Sequence[Example], loose: Sequence[Example], shares: Sequence[float], say: Progress = lambda _: None
) -> list[dict[str, float]]:
    """Figures on the test split of models trained on shares of the corpus."""
    test = [e for e in mails if e.split == "test"]
    rows = []
    for share in shares:
        part, few = share_of(mails, loose, share)
        say(f"{share:.3f} of the voices: {len(part)} mails")
        model = train(part, few)
        found = figures(test, list(model.classify(e.text for e in test)))
        rows.append({"share": share, "mails": len(part)} | {name: found[name] for name in COMPARED})
    return rows
