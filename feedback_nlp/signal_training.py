"""Fitting the model of the signals with scikit-learn.

It learns from rejections of the training split in which every sentence was marked with what it says (data/signals/marks.jsonl)
and from loose sentences with signals (data/signals/sentences.jsonl).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from feedback_nlp.features import MAIL_BLOCK
from feedback_nlp.labels import SENTENCE_LABELS, SIGNAL_VALUES
from feedback_nlp.model import Block, Floats
from feedback_nlp.preprocess import Preprocessor
from feedback_nlp.records import Example
from feedback_nlp.signal_model import SIGNAL_BLOCKS, VALUES, SignalModel, chances_of, reason_features
from feedback_nlp.stages import Counts, Integers, Prepared, Weighing, count_features, fit_weighing
from feedback_nlp.training import Progress, prepare
