"""SVMs of some labels of a facet, fitted together: `svm` with the features enlarged that are known to matter for a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wiretag_train.svm import Factors, Solution, Texts, solve
from wiretag_train.targets import UNKNOWN

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
# Labels that are fitted together, at least and at most: fewer fetch too little at a time from memory, more need too much of it.
# First settings, not searched for.
_NARROWEST, _WIDEST = 8, 32
# Added to each feature's sums before their ratio is taken; of 0.03, 0.1 and 1 the best out of fold on R90, R8 and BBC.
_SMOOTHING = 0.1
# How much features of a label's own name are enlarged, see `fit_heads`, and from how many items on by less than half of that.
# Of 1, 3, 5, 8 and 12 the best out of fold on R90. The same for all labels cost 20 Newsgroups, with hundreds of items a label,
# 0.0013 of accuracy.
_NAMED, _FEW = 3.0, 100


@dataclass(frozen=True, slots=True)
class Block:
    """Labels that are fitted together.

    Attributes
    ----------
    values : shape [n_items, L], see `Targets`.
    named : for each label the features of its own name.
    naive_bayes : whether each label scales the features by its naive-Bayes log-count ratios, see `_ratios`.
    """

    values: NDArray[np.int8]
    named: Sequence[NDArray[np.intp]]
    naive_bayes: bool


def blocks_of(values: NDArray[np.int8], named: Sequence[NDArray[np.intp]], naive_bayes: bool, jobs: int) -> list[Block]:
    """All labels in some blocks, in order; what comes out does not depend on how many there are.

    Parameters
    ----------
    values, named, naive_bayes : see `Block`, of all labels.
    """
    n_labels = values.shape[1]
    n_blocks = max(1, -(-n_labels // _WIDEST), min(jobs, n_labels // _NARROWEST))
    return [
        Block(np.ascontiguousarray(values[:, labels]), [named[n] for n in labels], naive_bayes)
        for labels in np.array_split(np.arange(n_labels), n_blocks)
    ]


def fit_block(X: sparse.csr_matrix, texts: Texts, block: Block, weight: Float64, start: Solution | None, cost: float) -> Solution:
    """The labels' heads; items of weight 0 train nothing."""
    signs = np.where(block.values == UNKNOWN, 0, 2 * block.values - 1).astype(np.int8)
    trained = weight > 0
    positives, negatives = ((signs[trained] == sign).sum(axis=0) for sign in (1, -1))
    constant = (positives == 0) | (negatives == 0)
    signs[:, constant] = 0
    features = np.arange(X.shape[1]) if block.naive_bayes else np.unique(np.concatenate([np.empty(0, np.intp), *block.named]))
    values = _ratios(X, signs, weight) if block.naive_bayes else np.ones((len(features), len(constant)), np.float32)
    for n, columns in enumerate(block.named):
        values[np.searchsorted(features, columns), n] *= 1 + (_NAMED - 1) * _FEW / (_FEW + positives[n])
    factors = Factors(features, values) if len(features) else None
    fitted = solve(texts, signs, weight, cost, factors=factors, start=start)
    always = np.where(positives > 0, 1.0, -1.0)
    return replace(fitted, intercepts=np.where(constant, always, fitted.intercepts).astype(np.float32))


def _ratios(X: sparse.csr_matrix, signs: NDArray[np.int8], weight: Float64) -> Float32:
    """How strongly each feature speaks for or against a label by itself, shape [F, L]: factors that keep the mean norm of X.

    Wang and Manning, "Baselines and Bigrams" (2012), NB-SVM: the log ratio of a feature's share among the positive items
    to its share among the others. Regularisation then holds down the features that tell nothing. The sign is of no
    consequence to an SVM.
    """
    own, others = ((X.T @ (weight[:, None] * (signs == sign))) + _SMOOTHING for sign in (1, -1))
    ratios = np.abs(np.log((own / own.sum(axis=0)) / (others / others.sum(axis=0))))
    norms = np.sqrt(X.multiply(X) @ ratios**2)
    trained = (signs != 0) & (weight[:, None] > 0)
    mean = (norms * trained).sum(axis=0) / np.maximum(trained.sum(axis=0), 1)
    factors: Float64 = np.divide(ratios, mean, out=np.ones_like(ratios), where=mean > 0)
    return factors.astype(np.float32)
