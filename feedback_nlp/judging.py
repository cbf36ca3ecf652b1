"""Whether a retrained model may be taken into use, and which of the person's rows are likely labelled wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from feedback_nlp.comparison import FEWEST, WORDS, Comparison, compare
from feedback_nlp.labels import LABELS
from feedback_nlp.model import Floats, softmax
from feedback_nlp.records import Example, Prediction

MARGIN = 0.01
"""Neither F1 may lose more than this on the test split against the shipped model, be it noise or not."""
_F1 = ("reason_macro_f1", "rejection_f1")
FEWEST_OWN = 10
"""Of fewer rows of one's own, held-out answers tell too little."""
MOST_SUSPECTS = 0.4
"""Where more of a person's rows than this contradict all other rows, and nothing is learnt from them, labels are likely wrong."""
_BEYOND_NOISE = 1.645
"""So many standard errors a gain lies above none in one draw of twenty."""
_TEMPERATURES = np.geomspace(0.25, 64, 97)


@dataclass(frozen=True)
class Suspect:
    """A row that is likely labelled wrongly: the label that everything else speaks for, and by how much more than for the given one."""

    example: Example
    likelier: str
    margin: float

    def as_dict(self) -> dict[str, Any]:
        """As a row of a sheet that can be corrected and given back."""
        return {"text": self.example.text, "label": self.example.primary, "likelier": self.likelier, "margin": round(self.margin, 3)}


@dataclass(frozen=True)
class Verdict:
    """Whether a model is promoted, and why; its comparisons with the shipped model on the test split and on the person's own
    rows, held out, and the rows that are likely labelled wrongly, the likeliest first.
    """

    promoted: bool
    why: str
    split: Comparison
    own: Comparison
    suspects: tuple[Suspect, ...]


def judge(split: Comparison, own: Comparison, suspects: Sequence[Suspect], saved: Floats) -> Verdict:
    """Promotes what gains on the person's rows or on the split, loses on neither, and rests on labels that can be true.

    `saved` is, for each of the person's rows, the surprise that learning from the others saves (`surprise_saved`).
    """
    loss = _loss(split)
    gained = own.only_model_right - own.only_other_right
    if loss:
        promoted, why = False, f"worse than the shipped model on the test split ({loss})"
    elif own.n >= FEWEST_OWN and len(suspects) > MOST_SUSPECTS * own.n and saved.mean() <= 0:
        promoted, why = False, f"{len(suspects)} of your {own.n} rows contradict all the others; their labels are likely wrong"
    elif gained < 0:
        promoted, why = False, f"it reads {-gained} fewer of your own mails rightly than the shipped model, when they are held out"
    elif own.n < FEWEST_OWN:
        promoted, why = True, f"no worse on the test split or on your rows; {own.n} rows of yours are too few to tell whether it is better"
    elif gained:
        promoted, why = True, f"it reads {gained} more of your own mails rightly, when they are held out, and is no worse on the test split"
    elif saved.mean() > _BEYOND_NOISE * saved.std(ddof=1) / np.sqrt(len(saved)):
        promoted, why = True, "it reads as many of your own mails rightly, when they are held out, and finds your labels likelier"
    elif split.standing()[0] and split.answered_differently >= FEWEST:
        promoted, why = True, "better than the shipped model on the test split, and as good on your own rows"
    else:
        promoted, why = False, "nothing gained, on the test split or on your own rows"
    return Verdict(promoted, why, split, own, tuple(suspects))


def _loss(split: Comparison) -> str:
    """What is lost on the split, beyond noise or beyond the margin; "" where nothing is."""
    behind = split.standing()[1] if split.answered_differently >= FEWEST else []
    for name, d in split.differences.items():
        if WORDS[name] in behind or (name in _F1 and d.difference < -MARGIN):
            return f"{WORDS[name]} {d.difference:+.3f}, 95 % interval {d.difference_95[0]:+.3f} to {d.difference_95[1]:+.3f}"
    return ""


def compare_own(own: Sequence[Example], held_out: Floats, shipped: Sequence[Prediction], names: tuple[str, str]) -> Comparison:
    """The new model beside the shipped one on a person's rows, by models that learnt from the other rows alone."""
    said = [Prediction(LABELS[int(p.argmax())], float(p.max()), dict(zip(LABELS, p.tolist(), strict=True))) for p in held_out]
    return compare(own, said, shipped, names)


def surprise_saved(own: Sequence[Example], held_out: Floats, shipped: Sequence[Prediction]) -> Floats:
    """For each row by how much less its label surprises (-log of its probability) models that learnt from the other rows than it
    surprises the shipped model, whose probabilities are first softened or sharpened as suits these labels best: (rows,).

    That is temperature scaling (Guo et al. 2017). Without it any model that grew less sure would seem to explain labels that
    were drawn at random.
    """
    scores = np.log(np.clip(_probabilities(shipped), 1e-9, 1))
    tempered = (_surprise(own, softmax(scores / temperature)) for temperature in _TEMPERATURES)
    saved: Floats = min(tempered, key=lambda surprise: float(surprise.mean())) - _surprise(own, held_out)
    return saved


def _probabilities(said: Sequence[Prediction]) -> Floats:
    """The probability of each label, (rows, labels); of a mail that can't be judged all alike."""
    return np.array([[p.scores.get(label, 1 / len(LABELS)) for label in LABELS] for p in said])


def _surprise(rows: Sequence[Example], probabilities: Floats) -> Floats:
    return -np.log(np.clip(_of_given(rows, probabilities), 1e-9, 1))


def _of_given(rows: Sequence[Example], probabilities: Floats) -> Floats:
    """The probability of each row's label, or of another that is as right."""
    return np.array([max(p[LABELS.index(label)] for label in (e.primary, *e.also_ok)) for e, p in zip(rows, probabilities, strict=True)])


def self_confidence(labels: Sequence[str], probabilities: Floats) -> dict[str, float]:
    """For each label the mean probability that mails which have it get for it."""
    given = probabilities[np.arange(len(labels)), [LABELS.index(label) for label in labels]]
    names = np.array(labels)
    return {label: float(given[names == label].mean()) if (names == label).any() else 1.0 for label in LABELS}


def suspects_of(
    own: Sequence[Example], held_out: Floats, shipped: Sequence[Prediction], confidence: Mapping[str, float]
) -> tuple[Suspect, ...]:
    """The rows whose label is less probable than such labels are on average, and less than another one: confident learning
    (Northcutt, Jiang and Chuang 2021), ranked by the margin.

    The probabilities are the means of those of the shipped model, which no label of the person's has touched, and of the
    held-out ones, which know what the person's other rows have in common.
    """
    views = (_probabilities(shipped) + held_out) / 2
    found = []
    for e, row, given in zip(own, views, _of_given(own, views), strict=True):
        margin = float(row.max() - given)
        if margin > 0 and given < confidence[e.primary]:
            found.append(Suspect(e, LABELS[int(row.argmax())], margin))
    return tuple(sorted(found, key=lambda s: -s.margin))
