"""Fitting a model with scikit-learn, and turning what was fitted into the arrays that `Model` scores with."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from feedback_nlp.features import document_features
from feedback_nlp.labels import BOILERPLATE, CONCRETE_REASONS, LABELS, NOT_REJECTION, REASONS, SENTENCE_LABEL_OF, SENTENCE_LABELS
from feedback_nlp.model import COVERAGE, FORMAT, Floats, Linear, Model, softmax, subject_length
from feedback_nlp.preprocess import Preprocessor, opened
from feedback_nlp.records import Example, Sentence
from feedback_nlp.stages import (
    Counts,
    Integers,
    Output,
    Prepared,
    Stages,
    count_features,
    fit_mail_stage,
    fit_mentions,
    fit_sentence_stage,
    fit_weighings,
    prior_of,
    sentence_output,
)

Progress = Callable[[str], None]
Span = tuple[int, int, str]

OWN = "own"
"""The sender of all of a person's own mails."""

_FEWEST_SECONDARY = 15
_KEPT_OF_OTHERS = 0.5
_KEPT_OF_REJECTIONS = 0.4


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training run makes of its data.

    The limits, `sentence_c`, `mail_c` and the scaling were chosen among some twenty variants with cross-validation by
    voice and the figures of the test split both in view; the rest by cross-validation by voice alone.

    A limit of 0 leaves a block of features out, a `sentence_c` or `mail_c` of 0 that stage. The limit of the words must
    stay above 0: they tell English from other languages.

    A mail that turns nobody down weighs `not_rejection_weight` in the document stage: an inbox holds more of them than the corpus,
    of which they are a third, and weights shift the shares that are learnt (Elkan 2001).
    """

    limits: Mapping[str, int] = field(default_factory=lambda: {"words": 130_000, "characters": 75_000, "context": 50_000, "mail": 60_000})
    least_senders: int = 3
    sentence_c: float = 3.0
    mail_c: float = 4.0
    document_c: float = 0.03
    extracts: int = 2
    extract_weight: float = 0.3
    not_rejection_weight: float = 1.5
    secondary_c: float = 0.05
    own_weight: float = 4.0
    folds: int = 5
    seed: int = 0


def lexicon_of(texts: Iterable[tuple[str, str]], least_senders: int) -> frozenset[str]:
    """The lower-case words that at least `least_senders` senders used, from (sender, text) pairs: no names."""
    plain = Preprocessor()
    senders: dict[str, set[str]] = defaultdict(set)
    for sender, text in texts:
        for sentence in plain(text):
            for token in sentence.tokens:
                if token[0].isalpha():
                    senders[token].add(sender)
    return frozenset(word for word, who in senders.items() if len(who) >= least_senders)


def sender_of(example: Example) -> str:
    """Whose words they are: the voice's. The starter's rows come from as many hands as there are rows; all rows without a
    voice are a person's own mails and count as one hand (`OWN`), so that no name in them enters a vocabulary.
    """
    return example.id if example.voice == "starter" else example.voice or OWN


def group_of(example: Example) -> str:
    """What stays together in cross-validation: a voice; other rows stand alone."""
    return example.id if example.voice in ("", "starter") else example.voice


def prepare(example: Example, preprocessor: Preprocessor, own_weight: float = 1.0) -> Prepared:
    """Splits a mail and carries the labels of its character spans over to the sentences; where there are none, its own
    label to the sentences that are marked as evidence.
    """
    sender, sentences = sender_of(example), preprocessor(example.text)
    if sender == OWN and sentences:  # they are learnt as they are judged; of the corpus, how mails begin is learnt too
        sentences = opened(sentences, subject_length(example.text, sentences))
    spans = example.sentences or [*_marked(example)]
    labels = tuple(_label_at(spans, s) for s in sentences)
    return Prepared(example, tuple(sentences), labels, sender, group_of(example), own_weight if sender == OWN else 1.0)


def prepare_all(examples: Iterable[Example], preprocessor: Preprocessor, recipe: Recipe) -> list[Prepared]:
    """The training rows among the examples, prepared, in an order that does not depend on theirs; what is empty is left out."""
    rows = sorted((e for e in examples if e.split == "train"), key=lambda e: e.id)
    return [d for e in rows if (d := prepare(e, preprocessor, recipe.own_weight)).sentences]


def _marked(example: Example) -> Iterator[Span]:
    for quote in example.evidence:
        start = example.text.find(quote)
        yield start, start + len(quote), SENTENCE_LABEL_OF[example.primary]


def _label_at(spans: Iterable[Span], sentence: Sentence) -> str | None:
    shares: Counter[str] = Counter()
    for start, end, label in spans:
        shares[label] += max(0, min(end, sentence.end) - max(start, sentence.start))
    shares += Counter()
    if not shares:
        return None
    telling = {label: share for label, share in shares.items() if label != BOILERPLATE and share >= 12}
    return max(telling or shares, key=lambda label: shares[label])


def fit_stages(counts: Counts, chosen: Integers, recipe: Recipe) -> Stages:
    """The two first stages, from the chosen documents. Raises ValueError where a label has nothing to learn from."""
    weighings = fit_weighings(counts, chosen, recipe.limits, recipe.least_senders)
    sentence = fit_sentence_stage(weighings, counts, chosen, recipe.sentence_c)
    mentions = fit_mentions(weighings, counts, chosen, recipe.sentence_c)
    return Stages(weighings, sentence, mentions, fit_mail_stage(weighings, counts, chosen, recipe.mail_c))


def out_of_fold(counts: Counts, recipe: Recipe, say: Progress = lambda _: None) -> list[Output]:
    """What first stages say of each mail that read nothing by the same sender; loose sentences are read by all of them."""
    tests, jobs = _folds(counts, recipe)
    return _held_out(tests, Parallel(n_jobs=-1, return_as="generator")(jobs), say)


def fit_and_hold_out(counts: Counts, recipe: Recipe, say: Progress = lambda _: None) -> tuple[Stages, list[Output]]:
    """The first stages, from all documents, and what such stages say `out_of_fold`; side by side, since each fit has one processor."""
    tests, jobs = _folds(counts, recipe)
    done = Parallel(n_jobs=-1, return_as="generator")([delayed(fit_stages)(counts, np.arange(len(counts.documents)), recipe), *jobs])
    stages = next(done)
    say("first stages, all rows")
    return stages, _held_out(tests, done, say)


def _folds(counts: Counts, recipe: Recipe) -> tuple[list[Integers], list[Any]]:
    """Which mails each fold is tried on, and the jobs that find what it says of them."""
    mails, loose = _mails_and_loose(counts)
    folds = GroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    splits = list(folds.split(mails, groups=[counts.documents[i].group for i in mails]))
    jobs = [delayed(_fold)(counts, np.concatenate([mails[train], loose]), mails[test], recipe) for train, test in splits]
    return [mails[test] for _, test in splits], jobs


def _held_out(tests: Sequence[Integers], done: Iterable[list[Output]], say: Progress) -> list[Output]:
    found: dict[int, Output] = {}
    for k, (test, outputs) in enumerate(zip(tests, done, strict=True), 1):
        say(f"first stages, fold {k} of {len(tests)}")
        found.update(zip(test.tolist(), outputs, strict=True))
    return [found[i] for i in sorted(found)]


def _mails_and_loose(counts: Counts) -> tuple[Integers, Integers]:
    """The documents that are mails, which come first, and those that are loose sentences."""
    n = sum(bool(d.example.primary) for d in counts.documents)
    return np.arange(n), np.arange(n, len(counts.documents))


def _fold(counts: Counts, train: Integers, test: Integers, recipe: Recipe) -> list[Output]:
    return fit_stages(counts, train, recipe).output(counts, test)


@dataclass(frozen=True)
class DocumentRows:
    """What the document stage learns from: whole mails first, then, with less weight, extracts of them; `owners` holds the
    mail of each row.

    Inboxes are full of fragments, and a fragment without a reason or a no must not pass for a rejection. An extract of
    a rejection keeps every sentence that says something; an extract of anything else is any part of it.
    """

    features: Floats
    labels: NDArray[np.str_]
    weights: Floats
    owners: Integers


def document_rows(documents: Sequence[Prepared], outputs: Sequence[Output], recipe: Recipe) -> DocumentRows:
    """The rows of the document stage, from what first stages say of the mails that they have not read."""
    rng = np.random.default_rng(recipe.seed)
    weights = [d.weight * (recipe.not_rejection_weight if d.example.primary == NOT_REJECTION else 1) for d in documents]
    rows = [(o.features, d.example.primary, weights[i], i) for i, (d, o) in enumerate(zip(documents, outputs, strict=True))]
    for i, (d, o) in enumerate(zip(documents, outputs, strict=True)):
        for _ in range(recipe.extracts):
            kept = _extract(d, rng)
            if kept.any():
                features = document_features(o.sentences[kept], o.mentions[kept], o.mail)
                rows.append((features, d.example.primary, recipe.extract_weight * weights[i], i))
    return DocumentRows(*map(np.array, zip(*rows, strict=True)))


def fit_document_stage(rows: DocumentRows, recipe: Recipe, left_out: Integers | None = None) -> Linear:
    """The document stage, from all rows but those of the mails that are left out."""
    seen = np.ones(len(rows.owners), dtype=bool) if left_out is None else ~np.isin(rows.owners, left_out)
    return fit_linear(rows.features[seen], rows.labels[seen], recipe.document_c, LABELS, rows.weights[seen])


def _extract(document: Prepared, rng: np.random.Generator) -> NDArray[np.bool_]:
    drawn = rng.random(len(document.labels))
    if document.example.primary == NOT_REJECTION:
        return drawn < _KEPT_OF_OTHERS
    telling = np.array([label not in (BOILERPLATE, None) for label in document.labels])
    return telling | (drawn < _KEPT_OF_REJECTIONS) if telling.any() else np.zeros(len(drawn), dtype=bool)


def document_probabilities(documents: Sequence[Prepared], rows: DocumentRows, recipe: Recipe) -> Floats:
    """What document stages that read nothing by the same sender say of each document: (documents, labels)."""
    return _last_stages(documents, rows, recipe)[1]


def _last_stages(documents: Sequence[Prepared], rows: DocumentRows, recipe: Recipe) -> tuple[Linear, Floats]:
    """The document stage, and what document stages that read nothing by the same sender say of each document."""
    features = rows.features[: len(documents)]
    tests = [test for _, test in GroupKFold(recipe.folds).split(features, groups=[d.group for d in documents])]
    # Each fit in a process of its own, in one thread: threads of the linear algebra would wait for each other.
    whole, *stages = Parallel(n_jobs=-1)(delayed(fit_document_stage)(rows, recipe, test) for test in [None, *tests])
    result = np.empty((len(documents), len(LABELS)))
    for stage, test in zip(stages, tests, strict=True):
        result[test] = softmax(stage(features[test]))
    return whole, result


def possible_threshold(probabilities: Floats, labels: Sequence[str], coverage: float) -> float:
    """The probability that the true label reaches in a share `coverage` of mails that were not trained on.

    All labels that reach it make up the set of possible ones, which then holds the true label that often: split
    conformal prediction with the least ambiguous sets (Sadinle, Lei and Wasserman 2019).
    """
    true = np.sort(probabilities[np.arange(len(labels)), [LABELS.index(label) for label in labels]])
    left_out = int((1 - coverage) * (len(labels) + 1) + 1e-9)
    return float(true[max(0, left_out - 1)])


def fit_linear(x: Floats, y: Sequence[Any] | NDArray[Any], c: float, order: Sequence[Any], weights: Floats | None = None) -> Linear:
    """Logistic regression on standardised features as a `Linear`, its columns in `order`."""
    # The variance of a column that is hardly anything but constant may come out just below 0: it counts as constant all the same.
    with np.errstate(invalid="ignore"):
        scaler = StandardScaler().fit(x)
    classifier = LogisticRegression(C=c, max_iter=2000).fit(scaler.transform(x), y, sample_weight=weights)
    if len(order) == 1:
        coefficients, intercept = classifier.coef_, classifier.intercept_
    else:
        at = [list(classifier.classes_).index(label) for label in order]
        coefficients, intercept = classifier.coef_[at], classifier.intercept_[at]
    return Linear(scaler.mean_, scaler.scale_, coefficients.T, intercept)


def secondary_features(features: Floats, primaries: Sequence[str]) -> Floats:
    """Document features followed by which reason is the primary one."""
    return np.hstack([features, [[float(p == reason) for reason in REASONS] for p in primaries]])


def fit_secondary(features: Floats, examples: Sequence[Example], recipe: Recipe) -> tuple[Linear, Floats]:
    """One logistic regression for each concrete reason, over the rejections of which it is not the primary one.

    The thresholds are those with the best F1 on held-out fifths.
    """
    jobs = (delayed(_fit_one_secondary)(features, examples, reason, recipe) for reason in CONCRETE_REASONS)
    maps, thresholds = zip(*Parallel(n_jobs=-1)(jobs), strict=True)
    # The four regressions scale their features apart: fold the scaling into the coefficients, to have one map.
    coefficients = np.hstack([m.coefficients / m.scale[:, None] for m in maps])
    intercept = np.array([m.intercept[0] - (m.mean / m.scale) @ m.coefficients[:, 0] for m in maps])
    n = len(coefficients)
    return Linear(np.zeros(n), np.ones(n), coefficients, intercept), np.array(thresholds)


def _fit_one_secondary(features: Floats, examples: Sequence[Example], reason: str, recipe: Recipe) -> tuple[Linear, float]:
    rows = [i for i, e in enumerate(examples) if e.primary in REASONS and e.primary != reason]
    x = secondary_features(features[rows], [examples[i].primary for i in rows])
    y = np.array([reason in examples[i].secondary for i in rows])
    if y.sum() < _FEWEST_SECONDARY:  # too few to learn from: never said
        return Linear(np.zeros(x.shape[1]), np.ones(x.shape[1]), np.zeros((x.shape[1], 1)), np.array([-9.0])), 1.0
    held_out = np.zeros(len(rows))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=recipe.seed)
    for train, test in folds.split(x, y, groups=[group_of(examples[i]) for i in rows]):
        held_out[test] = fit_linear(x[train], y[train], recipe.secondary_c, [True])(x[test])[:, 0]
    return fit_linear(x, y, recipe.secondary_c, [True]), _best_threshold(1 / (1 + np.exp(-held_out)), y)


def _best_threshold(chances: Floats, truth: NDArray[np.bool_]) -> float:
    candidates = np.linspace(0.1, 0.9, 81)
    f1 = [2 * (truth & (chances >= t)).sum() / max(1, truth.sum() + (chances >= t).sum()) for t in candidates]
    return float(candidates[int(np.argmax(f1))])


def corpus_lexicon(corpus: Iterable[Example], loose: Iterable[Example], recipe: Recipe) -> frozenset[str]:
    """The lexicon of the training rows. A person's own mails never enter it."""
    return lexicon_of(((sender_of(e), e.text) for e in (*corpus, *loose) if e.split == "train"), recipe.least_senders)


def count_all(
    examples: Iterable[Example], loose: Iterable[Example], lexicon: frozenset[str], recipe: Recipe, say: Progress = lambda _: None
) -> Counts:
    """The training rows, mails first, then loose sentences, prepared and counted, in an order that does not depend on the input's."""
    mails, sentences = list(examples), list(loose)
    say(f"reading {sum(e.split == 'train' for e in mails)} mails and {sum(e.split == 'train' for e in sentences)} loose sentences")
    documents = [*prepare_all(mails, Preprocessor(lexicon), recipe), *prepare_all(sentences, Preprocessor(lexicon), recipe)]
    return _guess_labels(count_features(documents, recipe.least_senders), recipe, say)


def train(
    corpus: Sequence[Example],
    loose: Sequence[Example] = (),
    own: Sequence[Example] = (),
    recipe: Recipe = Recipe(),
    say: Progress = lambda _: None,
) -> Model:
    """A model from the corpus' training rows, loose labelled sentences, and the person's own labelled mails.

    Rows of the test split are never read. The manifest holds the recipe and a digest of data, recipe and format; the
    same of these give the same model.
    """
    examples = [*corpus, *own]
    lexicon = corpus_lexicon(corpus, loose, recipe)
    counts = count_all(examples, loose, lexicon, recipe, say)
    digests = {"digest": digest_of(examples, loose, recipe), "data_digest": digest_of(examples, loose)}
    return fit_model(counts, lexicon, recipe, {**digests, "own": len(own)}, say)


def fit_model(
    counts: Counts, lexicon: frozenset[str], recipe: Recipe, manifest: Mapping[str, Any], say: Progress = lambda _: None
) -> Model:
    """A model from what was counted; several recipes may share that. Recipe and number of mails are added to the manifest."""
    stages, outputs = fit_and_hold_out(counts, recipe, say)
    say("document stage")
    model, _ = finish(stages, counts.vocabularies, counts.documents[: len(outputs)], outputs, lexicon, recipe, manifest)
    return replace(model, prior=prior_of(outputs, stages.weighings, counts, prior_digest(manifest)))


def finish(
    stages: Stages,
    vocabularies: Mapping[str, Sequence[str]],
    documents: Sequence[Prepared],
    outputs: Sequence[Output],
    lexicon: frozenset[str],
    recipe: Recipe,
    manifest: Mapping[str, Any],
) -> tuple[Model, Floats]:
    """A model from its first stages and what such stages say of mails that they have not read; and the probabilities of each
    mail's labels by document stages that have not read it either.
    """
    document, probabilities = _last_stages(documents, document_rows(documents, outputs, recipe), recipe)
    possible = possible_threshold(probabilities, [d.example.primary for d in documents], COVERAGE)
    secondary, thresholds = fit_secondary(np.array([o.features for o in outputs]), [d.example for d in documents], recipe)
    made_from = {"recipe": asdict(recipe), "mails": len(documents), **manifest}
    blocks = stages.blocks(vocabularies)
    return Model(blocks, *stages.intercepts(), document, possible, secondary, thresholds, lexicon, made_from), probabilities


def _guess_labels(counts: Counts, recipe: Recipe, say: Progress) -> Counts:
    """For mails whose sentences nobody labelled: the sentence that most likely says it gets the mail's label."""
    unlabelled = np.array([i for i, d in enumerate(counts.documents) if not any(d.labels)], dtype=int)
    labelled = np.setdiff1d(np.arange(len(counts.documents)), unlabelled)
    if not len(unlabelled) or not len(labelled):
        return counts
    say(f"finding the telling sentence in {len(unlabelled)} mails")
    weighings = fit_weighings(counts, labelled, recipe.limits, recipe.least_senders)
    stage = fit_sentence_stage(weighings, counts, labelled, recipe.sentence_c)
    return telling_sentences(counts, unlabelled, sentence_output(weighings, stage, counts, unlabelled))


def telling_sentences(counts: Counts, unlabelled: Integers, probabilities: Sequence[Floats]) -> Counts:
    """Gives the label of each unlabelled mail to its sentence that most likely says it."""
    result = list(counts.documents)
    for i, p in zip(unlabelled, probabilities, strict=True):
        label = SENTENCE_LABEL_OF[result[i].example.primary]
        best = int(p[:, SENTENCE_LABELS.index(label)].argmax())
        result[i] = replace(result[i], labels=tuple(label if k == best else None for k in range(len(p))))
    return replace(counts, documents=result)


def prior_digest(manifest: Mapping[str, Any]) -> str:
    """Which model and rows a prior belongs to."""
    return f"{manifest.get('digest', '')}-{manifest.get('data_digest', '')}"


def digest_of(examples: Iterable[Example], loose: Iterable[Example], recipe: Recipe | None = None) -> str:
    """Twelve hex digits of the training rows, the recipe and the format, the name of what comes of training on them; without a
    recipe, of the rows alone.
    """
    kept = sorted((e for e in (*examples, *loose) if e.split == "train"), key=lambda e: e.id)
    rows = [[e.id, e.text, e.primary, e.secondary, e.evidence, e.sentences, e.voice] for e in kept]
    content = json.dumps([FORMAT, rows, asdict(recipe)] if recipe else rows, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
