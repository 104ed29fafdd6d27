"""Self-training: what a model is sure of in texts without labels trains the next one.

Scudder, "Probability of error of some adaptive pattern-recognition machines" (1965); Nigam et al., "Text Classification from
Labeled and Unlabeled Documents using EM" (2000), for what it gives texts. Few labels leave most words untaught, and later texts
bring new ones: beside words that are known, unlabelled texts teach them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, softmax

from wiretag.model import bent
from wiretag_train.fit import Vectors
from wiretag_train.heads import Heads
from wiretag_train.recipe import Recipe
from wiretag_train.targets import UNKNOWN, Targets

# Probability from which on a label, or its absence, is taken as given. On texts of the training parts whose labels were hidden
# (20 Newsgroups, R8 and BBC with 1, 3, 10 and 67 % of the labels, R90 with 80 %), 0.9 was as good, 0.6 mostly worse.
_SURE: Final = 0.8
# Share of the unlabelled items that must be known for any to count: less comes of few labels and bends towards the commonest.
# With 17 labelled items of BBC 0.5 % were sure, and cost 0.055 of accuracy; with 53 items 70 % were, and gained 0.051.
_ENOUGH: Final = 0.1
_ROWS: Final = 10_000


def self_trained(vectors: Vectors, recipe: Recipe, heads: Sequence[Heads]) -> tuple[Vectors, Recipe]:
    """What the next model is fitted on: labels that these heads are sure of, and the values of C that they chose."""
    facets = [taught(vectors.X, own) for own in heads]
    costs = tuple(sorted({cost for own in heads for cost in own.costs}))
    return replace(vectors, facets=facets), replace(recipe, costs=costs)


def taught(X: sparse.csr_matrix, heads: Heads) -> Targets:
    """The targets that the heads were fitted on, with what they are sure of in items of which nothing is known.

    Where exactly one label holds, an item is taken whole or not at all; elsewhere each label is for itself.

    Parameters
    ----------
    X : shape [n_items, F], the rows of the heads' targets.
    """
    targets = heads.targets
    values = targets.values.copy()
    unlabelled = np.flatnonzero((values == UNKNOWN).all(axis=1))
    for start in range(0, len(unlabelled), _ROWS):
        rows = unlabelled[start : start + _ROWS]
        probability = _probabilities(X[rows], heads)
        known = np.where(probability >= _SURE, 1, np.where(probability <= 1 - _SURE, 0, UNKNOWN))
        if targets.exclusive:
            known[(known != 1).all(axis=1)] = UNKNOWN
        values[rows] = known
    if (values[unlabelled] != UNKNOWN).any(axis=1).sum() < _ENOUGH * len(unlabelled):
        return targets
    return replace(targets, values=values)


def _probabilities(X: sparse.csr_matrix, heads: Heads) -> NDArray[np.float64]:
    """Shape [n_items, L]."""
    logits = (X @ heads.weights.T + heads.intercepts) * heads.slopes + heads.shifts
    found: NDArray[np.float64] = softmax(logits, axis=1) if heads.targets.exclusive else expit(bent(logits, heads.bend))
    return found
