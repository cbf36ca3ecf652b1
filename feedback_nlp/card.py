"""The model card, written with every saved model (after Mitchell et al. 2019, "Model Cards for Model Reporting")."""

from __future__ import annotations

from feedback_nlp.evaluation import Evaluation
from feedback_nlp.model import Model
from feedback_nlp.plots import calibration_svg, drawable
from feedback_nlp.report import CALIBRATION, Table, evaluation_tables

PICTURE = "calibration.svg"
_CARD = """\
# Model card: {digest}

Labels a mail with the reason that it gives for turning a candidate down, or says that it is no rejection or gives no
usable reason. For the person who got the mail. Not for deciding about people, and not a judgement of what a recruiter
thought: it reads what the text says.

## Data

Trained on {mails} mails, {own} of them a person's own (data digest {data_digest}). The corpus is authored text in
many voices, not real mail, and English only; its data card is data/README.md in the program's repository.

## Recipe

A sentence stage (tf-idf of word and character n-grams, of the neighbouring sentences and of the mail around, logistic
regression for the label and for each reason that is mentioned beside another), a mail stage (tf-idf of the whole mail's
word n-grams, logistic regression), and a document stage (logistic regression on what the two say out of fold). The labels that
are possible beside the likeliest one come from split conformal prediction (Sadinle, Lei and Wasserman 2019). Names,
companies, links, addresses and numbers are masked before a vocabulary is learned; a feature must have been used by
several senders.

{recipe}

The digest in the title names data, recipe and format together: the same of these give the same model.

## Figures

{figures}

## Limits

- English only. Of a mail in another language it says nothing.
- Mails unlike the corpus are read less well: compare the registers and lengths above. The confidence says how sure an
  answer is; where it is low, the program says so.
- The intervals say what the draw of the mails does to a figure. They treat mails of one voice as independent, and the
  test split holds few voices: a new sender may be read worse, or better, than they tell.
- The test mails are authored as the training mails are, by other voices. Real mail will differ from both.
- Secondary reasons are found far less surely than the main one.

## Licence

MIT, as the program and the corpus.
"""


def card_files(model: Model, evaluation: Evaluation | None = None) -> dict[str, str]:
    """The card, README.md, and the picture of the calibration where matplotlib is there to draw it."""
    if evaluation is None or not drawable():
        return {"README.md": model_card(model, evaluation)}
    picture = calibration_svg(str(model.manifest.get("digest", "?")), evaluation)
    return {"README.md": model_card(model, evaluation, PICTURE), PICTURE: picture}


def model_card(model: Model, evaluation: Evaluation | None = None, picture: str = "") -> str:
    """The card in Markdown, from the model's manifest and its evaluation on the test split."""
    manifest = model.manifest
    return _CARD.format(
        **{name: manifest.get(name, "?") for name in ("digest", "data_digest", "mails")},
        own=manifest.get("own", 0),
        recipe="\n".join(f"- {name}: {value}" for name, value in manifest.get("recipe", {}).items()),
        figures=_figures(evaluation, picture),
    )


def _figures(evaluation: Evaluation | None, picture: str) -> str:
    if evaluation is None:
        return "Not measured on labelled mails when it was saved. `feedback-nlp evaluate` does so."
    parts = [
        "On the committed test split: mails in voices that wrote nothing in training "
        f"(data digest {evaluation.data_digest}).\ndocs/evaluation.md in the program's repository explains each figure."
    ]
    for table in evaluation_tables(evaluation):
        parts.append(_markdown(table))
        if picture and table.title == CALIBRATION:
            parts.append(f"![Share right over confidence, and how many mails there are]({picture})")
    return "\n\n".join(parts)


def _markdown(table: Table) -> str:
    lines = [table.columns, ("---", *("---:" for _ in table.columns[1:])), *table.rows]
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"### {table.title}\n\n{rows}" + (f"\n\n{table.note}" if table.note else "")
