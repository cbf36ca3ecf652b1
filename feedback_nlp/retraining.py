"""Retraining on the corpus and the person's own rows: learnt, judged against the shipped model, kept as a new version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from feedback_nlp.adaptation import Adapted, adapt
from feedback_nlp.collection import Taken, own_examples
from feedback_nlp.comparison import Comparison, compare
from feedback_nlp.corrections import Additions, add
from feedback_nlp.errors import InputError
from feedback_nlp.evaluation import evaluate
from feedback_nlp.examples import digest, read_corpus
from feedback_nlp.judging import Suspect, Verdict, compare_own, judge, self_confidence, surprise_saved, suspects_of
from feedback_nlp.metrics import figures
from feedback_nlp.model import Model
from feedback_nlp.prior import Prior
from feedback_nlp.records import Example, Prediction
from feedback_nlp.resources import home
from feedback_nlp.stages import Prepared, Stages, count_known, prior_of
from feedback_nlp.store import SHIPPED, current, load_prior, load_version, manifest_of, only_one, save, save_prior, use, versions
from feedback_nlp.training import Progress, Recipe, digest_of, out_of_fold, prepare_all, prior_digest


@dataclass(frozen=True)
class Retraining:
    """What came of a retraining: row counts, the figures of the shipped and the new model on the test split, both compared
    there and on the person's own rows, and whether the new one is used. `in_test` rows were not learnt, since they are mails of
    the test split.
    """

    added: int
    known: int
    changed: int
    skipped: tuple[str, ...]
    in_test: int
    old_name: str
    new_name: str
    shipped: Mapping[str, Any]
    new: Mapping[str, Any]
    split: Comparison
    own: Comparison
    promoted: bool
    used: bool
    why: str
    suspects: tuple[Suspect, ...]

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"split": self.split.as_dict(), "own": self.own.as_dict(), "suspects": [s.as_dict() for s in self.suspects]}


def retrain(files: Iterable[Path], text_column: str | None = None, force: bool = False, say: Progress = lambda _: None) -> Retraining:
    """Adds the files' labelled rows to the person's own, learns from them all, judges, saves a version.

    The new version is taken into use where it gains and loses nothing (`judging.judge`), or by force. What stands in the
    test split is not learnt. Raises InputError where there is nothing new to learn, ModelError where another run makes a version.
    """
    files = list(files)
    additions = add(files, text_column, command="retrain") if files else Additions(Taken())
    own = own_examples()
    if not own:
        raise InputError("There is nothing to learn from yet. Give a file with a text and a `label` column: feedback-nlp retrain rows.csv")
    with only_one():
        return _retrained(own, additions, force, say)


def _retrained(rows: Sequence[Example], additions: Additions, force: bool, say: Progress) -> Retraining:
    corpus, loose = read_corpus()
    test = [e for e in corpus if e.split == "test"]
    shipped, old_name, recipe = load_version(SHIPPED), current(), Recipe()
    own = _learnable(rows, test, shipped)
    name = digest_of([*corpus, *own], loose, recipe)
    if name in versions():
        raise InputError(_nothing_new(name))
    manifest = {"digest": name, "data_digest": digest_of([*corpus, *own], loose), "own": len(own)}
    basis = basis_of(shipped, corpus, loose, recipe, say)
    adapted = adapt(basis.model, basis.prior, basis.mails, own, recipe, manifest, say)
    say("comparing on mails that neither model has read")
    said, others = (list(m.classify(e.text for e in test)) for m in (adapted.model, shipped))
    verdict = verdict_on(adapted, shipped, compare(test, said, others, (name, SHIPPED)))
    evaluation = evaluate(test, said)
    made = {
        "figures": evaluation.figures,
        "parent": old_name,
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "labels_of_own": {digest(e.text): e.primary for e in own},
        "promoted": verdict.promoted,
        "forced": force and not verdict.promoted,
        "why": verdict.why,
    }
    save(replace(adapted.model, manifest={**adapted.model.manifest, **made}), home() / "models" / name, evaluation)
    used = verdict.promoted or force
    if used:
        use(name)
    taken = additions.taken
    return Retraining(
        added=taken.added,
        known=taken.known,
        changed=taken.changed,
        skipped=additions.left_out,
        in_test=len(rows) - len(own),
        old_name=old_name,
        new_name=name,
        shipped=figures(test, others),
        new=evaluation.figures,
        split=verdict.split,
        own=verdict.own,
        promoted=verdict.promoted,
        used=used,
        why=verdict.why,
        suspects=verdict.suspects,
    )


def _learnable(rows: Sequence[Example], test: Sequence[Example], model: Model) -> list[Example]:
    """The rows that are no mails of the test split, since what is judged on these must not have read them."""
    judged_on = {digest(e.text) for e in test}
    own = [e for e in rows if digest(e.text) not in judged_on]
    if not own:
        raise InputError(f"All {len(rows)} rows of yours are mails of the test split, on which models are judged. Add other mails.")
    if not any(model.preprocessor(e.text) for e in own):
        raise InputError("None of your rows holds a word to learn from. Add mails with their words: feedback-nlp add rows.csv")
    return own


def _nothing_new(name: str) -> str:
    manifest = manifest_of(versions()[name])
    judged = "" if manifest.get("promoted", True) else f" It was not promoted: {manifest.get('why')}."
    wanted = "It is in use." if name == current() else f"Take it into use: feedback-nlp models use {name}"
    return f"Nothing new to learn: version {name} was made from the same rows.{judged} {wanted}"


@dataclass(frozen=True)
class Basis:
    """What a retraining goes on from: the shipped model, its prior, and the mails of the corpus that the prior belongs to."""

    model: Model
    prior: Prior
    mails: Sequence[Prepared]


def basis_of(shipped: Model, corpus: Sequence[Example], loose: Sequence[Example], recipe: Recipe, say: Progress = lambda _: None) -> Basis:
    """Reads the corpus, and counts it where no prior fits it; that one is kept in the person's folder."""
    say("reading the corpus")
    mails = prepare_all(corpus, shipped.preprocessor, recipe)
    of_corpus = {**shipped.manifest, "data_digest": digest_of(corpus, loose)}
    prior = load_prior(prior_digest(of_corpus))
    if prior is None:
        say("what the corpus says was not kept with the shipped model; it is counted now, once, which takes some minutes")
        prior = _prior(shipped, [*mails, *prepare_all(loose, shipped.preprocessor, recipe)], recipe, prior_digest(of_corpus), say)
        save_prior(prior)
    return Basis(shipped, prior, mails)


def _prior(shipped: Model, documents: Sequence[Prepared], recipe: Recipe, digest: str, say: Progress) -> Prior:
    counts = count_known(documents, shipped.vocabularies)
    return prior_of(out_of_fold(counts, recipe, say), Stages.of(shipped).weighings, counts, digest)


def verdict_on(adapted: Adapted, shipped: Model, split: Comparison) -> Verdict:
    """The verdict on what was learnt, from its comparison with the shipped model on the test split."""
    answers: list[Prediction] = list(shipped.classify(e.text for e in adapted.own))
    own = compare_own(adapted.own, adapted.of_own, answers, (split.model, split.other))
    confidence = self_confidence([e.primary for e in adapted.mails], adapted.of_mails)
    suspects = suspects_of(adapted.own, adapted.of_own, answers, confidence)
    return judge(split, own, suspects, surprise_saved(adapted.own, adapted.of_own, answers))
