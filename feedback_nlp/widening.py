"""Columns for words that the shipped model does not have, from a person's own mails.

A feature comes in where enough different senders used it, as in the corpus: what one hand alone wrote is in no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.features import BLOCKS, MAIL_BLOCK
from feedback_nlp.language import english_sentences
from feedback_nlp.model import Block, Model
from feedback_nlp.prior import Prior
from feedback_nlp.stages import Prepared, senders_of_features


def widened(base: Model, prior: Prior, own: Sequence[Prepared], least_senders: int) -> tuple[Model, Prior]:
    """The model, and its prior, with a column for every feature of the person's mails that it lacks and that at least
    `least_senders` of their senders used.

    No such column says anything yet, and the corpus has nothing to say there. Its idf is that of the rarest of its block, which
    stand in a few rows of the corpus, as it does in a few of the person's.
    """
    new = new_features(base, own, least_senders)
    blocks = {name: _with_columns(block, new[name]) for name, block in base.blocks.items()}
    sizes = [len(base.blocks[name].idf) for name in BLOCKS]
    parts = np.split(prior.sentence_energies, np.cumsum(sizes)[:-1])
    of_sentences = np.concatenate([_with_zeros(part, len(new[name])) for name, part in zip(BLOCKS, parts, strict=True)])
    of_mails = _with_zeros(prior.mail_energies, len(new[MAIL_BLOCK]))
    return replace(base, blocks=blocks), replace(prior, sentence_energies=of_sentences, mail_energies=of_mails)


def new_features(base: Model, own: Sequence[Prepared], least_senders: int) -> Mapping[str, list[str]]:
    """Of each block the features that the model lacks and that enough senders used, in order.

    Only sentences count that the model takes for English: it would else judge mails in a language that it does not read.
    """
    words = base.blocks["words"].vocabulary
    read = [replace(d, sentences=tuple(english_sentences(d.sentences, words) or ())) for d in own]
    found = {}
    for name, block in base.blocks.items():
        senders = senders_of_features(name, read) if len(block.idf) else {}
        found[name] = sorted(f for f, who in senders.items() if len(who) >= least_senders and f not in block.vocabulary)
    return found


def _with_columns(block: Block, features: Sequence[str]) -> Block:
    if not features:
        return block
    n = len(block.idf)
    vocabulary = {**block.vocabulary, **{feature: n + i for i, feature in enumerate(features)}}
    idf = np.concatenate([block.idf, np.full(len(features), np.max(block.idf))])
    return Block(vocabulary, idf, np.vstack([block.coefficients, np.zeros((len(features), block.coefficients.shape[1]))]))


def _with_zeros(energies: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    return np.concatenate([energies, np.zeros(n, dtype=np.float32)])
