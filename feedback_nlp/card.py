"""The model card, written with every saved model (after Mitchell et al. 2019, "Model Cards for Model Reporting")."""

from __future__ import annotations

from feedback_nlp.labels import MEANINGS
from feedback_nlp.model import Model


def model_card(model: Model) -> str:
    """The card in Markdown, from the model's manifest."""
    manifest = model.manifest
    found = manifest.get("figures", {})
    rows = "\n".join(f"| {name} | {value} |" for name, value in found.items() if name != "recall")
    recall = "\n".join(f"| {label} | {MEANINGS[label]} | {share} |" for label, share in found.get("recall", {}).items())
    recipe = "\n".join(f"- {name}: {value}" for name, value in manifest.get("recipe", {}).items())
    return f"""# Model card: {manifest.get("digest", "?")}

Labels a mail with the reason that it gives for turning a candidate down, or says that it is no rejection or gives no
usable reason. For the person who got the mail. Not for deciding about people, and not a judgement of what a recruiter
thought: it reads what the text says.

Trained on {manifest.get("mails", "?")} mails, {manifest.get("own", 0)} of them a person's own. The corpus is authored text in many
voices (see data/README.md), English only.

## Figures on the committed test split (voices that wrote nothing in training)

| figure | value |
|---|---|
{rows}

| label | meaning | found |
|---|---|---|
{recall}

## How it works

A sentence stage (tf-idf of word and character n-grams and of the neighbouring sentences, logistic regression), a mail
stage (tf-idf of the whole mail's word n-grams, logistic regression), and a document stage (logistic regression on what
the two say out of fold). Names, companies, links, addresses
and numbers are masked before a vocabulary is learned; a feature must have been used by several senders.

{recipe}

## Limits

English only. Mails unlike the corpus are read less well; the confidence says how sure it is. Licence: MIT, as the program.
"""
