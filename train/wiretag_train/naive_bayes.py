"""Complement naive Bayes beside the SVMs of a facet in which exactly one label holds.

Rennie et al., "Tackling the Poor Assumptions of Naive Bayes Text Classifiers" (2003): a label's weight of a feature is the less,
the more of the feature the items of all other labels hold. It judges each feature by itself and knows no margin: alone it is
behind the SVMs, but errs elsewhere, and what it has learned holds longer where later items differ from those trained on. It is
linear, too, so its scores are added to the SVMs' in the same weights; how much of them, items from out of fold choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
# Added to each feature's sums; 0.02 and 0.2 are some thousandths better or worse on the later posts of 20 Newsgroups.
_SMOOTHING: Final = np.float32(0.05)


@dataclass(frozen=True, slots=True)
class Added:
    """What is added to the scores of L labels.

    Attributes
    ----------
    share : of the SVMs' spread that the added scores have.
    factor : of the weights that `label_weights` gives, for this share.
    weights : shape [L, F].
    scores : shape [n_judging, L], of items from out of fold.
    """

    share: float
    factor: float
    weights: Float32
    scores: Float64


@dataclass(frozen=True, slots=True)
class NaiveBayes:
    """Which features it looks at, and the shares to choose from, in ascending order."""

    features: NDArray[np.intp]
    shares: Sequence[float]

    def added(
        self,
        X: sparse.csr_matrix,
        holds: NDArray[np.bool_],
        folds: NDArray[np.int64],
        weight: Float64,
        scores: Float64,
        judges: NDArray[np.bool_],
    ) -> Added | None:
        """Fit, and choose the share by the accuracy out of fold; None if nothing is better.

        Parameters
        ----------
        X : shape [n_items, F].
        holds : shape [n_items, L].
        folds : shape [n_items]; items in negative ones train every fold and judge none.
        weight : shape [n_items].
        scores : shape [n_judging, L], of the SVMs, from out of fold.
        judges : shape [n_judging], which of them choose.
        """
        judging = folds >= 0
        own = np.zeros(scores.shape)
        for fold in np.unique(folds[judging][judges]):
            weights = label_weights(X, holds, np.where(folds == fold, 0.0, weight), self.features)
            own[folds[judging] == fold] = X[folds == fold] @ weights.T
        scale = _spread(scores[judges]) / (_spread(own[judges]) or np.inf)
        truth = holds[judging].argmax(axis=1)
        best, right = 0.0, (scores.argmax(axis=1) == truth)[judges]
        for share in self.shares:
            other = ((scores + share * scale * own).argmax(axis=1) == truth)[judges]
            # Beyond what chance gives and takes: a standard error of the difference, McNemar (1947).
            if (gained := np.sum(other & ~right)) - (lost := np.sum(right & ~other)) > np.sqrt(gained + lost):
                best, right = share, other
        if not best:
            return None
        factor = np.float32(best * scale)
        return Added(best, float(factor), factor * label_weights(X, holds, weight, self.features), factor * own)


def _spread(scores: Float64) -> float:
    return float(np.std(scores - scores.mean(axis=1, keepdims=True))) if len(scores) else 0.0


def label_weights(X: sparse.csr_matrix, holds: NDArray[np.bool_], weight: Float64, features: NDArray[np.intp]) -> Float32:
    """Weights of naive Bayes, shape [L, F], less what a feature's have in common; 0 for other features than the given ones."""
    others: Float32 = (X.T @ (holds * weight[:, None]).astype(np.float32))[features]
    np.subtract(others.sum(axis=1, keepdims=True), others, out=others)
    others += _SMOOTHING
    total = np.log(others.sum(axis=0))
    logs = np.log(others, out=others)
    np.subtract(total, logs, out=logs)
    logs -= logs.mean(axis=1, keepdims=True)
    weights = np.zeros((holds.shape[1], X.shape[1]), np.float32)
    weights[:, features] = logs.T
    return weights
