"""Linear support vector machines of many labels at once, over the same texts.

L2-regularised SVMs with squared hinge loss, by dual coordinate descent: Hsieh et al., "A Dual Coordinate Descent Method for
Large-scale Linear SVM" (2008), the method of LIBLINEAR and so of scikit-learn's `LinearSVC`, which reads all texts anew for
each label. Here one pass over the texts serves all labels: a feature's weights for them lie side by side, so they are
fetched from memory once and computed with together. Numba compiles the passes.

In each pass, text i with labels y (1 or -1) and dual variables a moves, for all labels at once,

    G = y * (w . x + b) - 1 + a / (2 * C * weight)        the gradient
    a' = max(a - G / (x . x + 1 + 1 / (2 * C * weight)), 0)
    w += (a' - a) * y * x,  b += (a' - a) * y

A label's result depends on no other label: the texts have one order for all, and each label stops by its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
# A label has converged when a pass adds less than this part to its dual objective. Whatever the corpus and C, its weights are
# then within about a hundredth of the optimum's: as near as LIBLINEAR at a tolerance of 0.3, or nearer. On R90, 0.1 instead of
# 0.3 had gained 0.0002 of micro- and 0.001 of macro-F1.
_GAIN: Final = 2e-4
_MOST_PASSES: Final = 200
# Dual variables are 2 C times what texts lack of the margin, which is the less, the larger C is. From 0.3 to 1 and back, starts
# that grow by this power of C's need 9 to 11 passes of the default model's facets, such that do not 11 to 16, none 13 to 17.
_GROWTH: Final = 0.75
# Neighbouring texts that a pass takes one after the other.
_RUN: Final = 4


@dataclass(frozen=True, slots=True)
class Texts:
    """What SVMs are fitted on, laid out for passes: texts in a drawn order, frequent features beside one another.

    A pass takes runs of a few neighbouring texts, the runs in another order each time, and the weights of frequent features
    stay in the cache: two thirds of the time of passes over single texts, and a twentieth more passes. Runs of 64 need thrice
    as many.

    Attributes
    ----------
    matrix : shape [n, F], float32.
    squares : shape [n], the square of each text's norm.
    order : shape [n], which text each row is.
    places : shape [F], at which column each feature is.
    """

    matrix: sparse.csr_matrix
    squares: Float32
    order: NDArray[np.intp]
    places: NDArray[np.int32]

    @classmethod
    def of(cls, X: sparse.csr_matrix) -> Texts:
        """Lay out texts of shape [n, F]."""
        order = np.random.default_rng(0).permutation(X.shape[0])
        places = np.empty(X.shape[1], np.int32)
        places[np.argsort(-np.bincount(X.indices, minlength=X.shape[1]), kind="stable")] = np.arange(X.shape[1], dtype=np.int32)
        rows = X[order]
        matrix = sparse.csr_matrix((rows.data.astype(np.float32, copy=False), places.take(rows.indices), rows.indptr), X.shape)
        return cls(matrix, np.asarray(matrix.multiply(matrix).sum(axis=1), np.float32).ravel(), order, places)

    def in_order(self, solution: Solution) -> Float32:
        """The solution's weights with features in the order that they came in, shape [F, L]."""
        weights: Float32 = solution.weights.take(self.places, axis=0)
        return weights


@dataclass(frozen=True, slots=True)
class Factors:
    """By which a label's own features are enlarged before fitting: regularisation holds down an enlarged feature less.

    Attributes
    ----------
    features : shape [k], those that are enlarged for any label.
    values : shape [k, L].
    """

    features: NDArray[np.intp]
    values: Float32


@dataclass(frozen=True, slots=True)
class Solution:
    """L fitted SVMs over n texts and F features.

    Attributes
    ----------
    weights : shape [F, L], features in the order of `Texts`.
    intercepts : shape [L].
    dual : shape [n, L], texts in the order of `Texts`: how much each holds a label's margin, 0 or more.
    cost : C.
    """

    weights: Float32
    intercepts: Float32
    dual: Float32
    cost: float


def solve(
    texts: Texts,
    signs: NDArray[np.int8],
    weight: Float64,
    cost: float,
    *,
    factors: Factors | None = None,
    start: Solution | None = None,
) -> Solution:
    """Fit the SVMs of L labels.

    Parameters
    ----------
    signs : shape [n, L]: 1 where a label holds, -1 where it does not, 0 where the text takes no part in it.
    weight : shape [n], of each text in the loss; texts of weight 0 take no part.
    cost : C, what the loss of all texts counts beside the weights' squares.
    factors : the weights that come back are those of the features as they are in the texts.
    start : another fit of the same labels to the same texts, from which fewer passes are needed.
    """
    signs, weight = signs[texts.order], weight[texts.order]
    (n, n_labels), n_features = signs.shape, texts.matrix.shape[1]
    taking_part = (weight > 0) & (signs != 0).any(axis=1)
    curvature = np.repeat(texts.squares[:, None] + np.float32(1), n_labels, axis=1)
    enlarged, row_of = np.empty((0, n_labels), np.float32), np.full(n_features, -1, np.int32)
    if factors is not None:
        by_place = np.argsort(texts.places[factors.features])
        columns = texts.places[factors.features[by_place]]
        enlarged, row_of[columns] = np.square(factors.values[by_place]), np.arange(len(columns), dtype=np.int32)
        own = texts.matrix[:, columns]
        curvature += own.multiply(own) @ (enlarged - 1)
    slack = np.divide(0.5, cost * weight, out=np.zeros(n), where=weight > 0).astype(np.float32)
    weights, intercepts, dual = (np.zeros((size, n_labels), np.float32) for size in (n_features, 1, n))
    matrix = texts.matrix.indptr, texts.matrix.indices, texts.matrix.data, signs
    fitted = weights, intercepts[0], dual
    if start is not None:
        grown = np.float32((cost / start.cost) ** _GROWTH)
        np.multiply(start.dual * grown, (signs != 0) & taking_part[:, None], out=dual)
        summed = dual
        if factors is None:  # what is there already, less what takes no part any more
            np.multiply(start.weights, grown, out=weights)
            # A label that was not fitted has no part in any dual variable, whatever its intercept was then set to.
            np.multiply(start.intercepts, grown, out=intercepts[0], where=start.dual.any(axis=0))
            summed = dual - start.dual * grown
        _add_up(np.flatnonzero(summed.any(axis=1)), *matrix, enlarged, row_of, weights, intercepts[0], summed)
    draw = np.random.default_rng(0)
    moving = np.ones(n_labels, np.bool_)
    for _ in range(_MOST_PASSES):
        # Of all texts, so that the order of a label's own does not depend on the others'.
        order = (draw.permutation(-(-n // _RUN))[:, None] * _RUN + np.arange(_RUN)).ravel()
        order = order[order < n]
        gained, objective = _pass(order[taking_part[order]], *matrix, slack, curvature, enlarged, row_of, moving, *fitted)
        moving &= gained > _GAIN * objective
        if not moving.any():
            break
    return Solution(*fitted, cost)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Machine code of a function, kept for the next process where there is a folder to keep it in."""
    # Sums keep their order, so that the same texts give the same bits; there are no missing numbers to look out for.
    how: dict[str, Any] = {"nogil": True, "fastmath": {"contract", "nnan", "nsz"}, "error_model": "numpy"}
    try:
        kept: Callable[..., Any] = njit(**how, cache=True)(function)
    except RuntimeError:
        kept = njit(**how)(function)
    return kept


def _pass_over(  # type: ignore[no-untyped-def]  # noqa: C901 - one loop, in the order of the formulas above
    order, indptr, indices, data, signs, slack, curvature, enlarged, row_of, moving, weights, intercepts, dual
):
    """One pass; what it adds to each label's dual objective, and this, both as seen text by text on the way."""
    n_labels = weights.shape[1]
    score = np.empty(n_labels, np.float32)
    gained, objective = np.zeros(n_labels, np.float64), np.zeros(n_labels, np.float64)
    all_enlarged = len(enlarged) == len(weights)
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    for i in order:
        first, last = indptr[i], indptr[i + 1]
        for n in range(n_labels):
            score[n] = intercepts[n]
        for k in range(first, last):
            feature, value = indices[k], data[k]
            for n in range(n_labels):
                score[n] += value * weights[feature, n]
        moved = False
        for n in range(n_labels):
            sign, own = np.float32(signs[i, n]), dual[i, n]
            gradient = sign * score[n] - one + slack[i] * own
            bend = curvature[i, n] + slack[i]
            new = max(own - gradient / bend, zero)
            step = new - own if sign != zero and moving[n] else zero
            dual[i, n] = own + step
            gained[n] -= step * (gradient + half * step * bend)
            objective[n] += own * (one - half * (gradient + one))
            score[n] = step * sign
            moved |= step != zero
        if moved:
            for n in range(n_labels):
                intercepts[n] += score[n]
            for k in range(first, last):
                feature, value = indices[k], data[k]
                if all_enlarged:  # then each in its own place, which spares looking up and guessing
                    for n in range(n_labels):
                        weights[feature, n] += value * score[n] * enlarged[feature, n]
                elif row_of[feature] < 0:
                    for n in range(n_labels):
                        weights[feature, n] += value * score[n]
                else:
                    for n in range(n_labels):
                        weights[feature, n] += value * score[n] * enlarged[row_of[feature], n]
    return gained, objective


def _sum_of(rows, indptr, indices, data, signs, enlarged, row_of, weights, intercepts, dual):  # type: ignore[no-untyped-def]
    """Weights and intercepts of given dual variables."""
    n_labels = weights.shape[1]
    for i in rows:
        for n in range(n_labels):
            intercepts[n] += dual[i, n] * np.float32(signs[i, n])
        for k in range(indptr[i], indptr[i + 1]):
            feature, value = indices[k], data[k]
            row = row_of[feature]
            for n in range(n_labels):
                own = value * dual[i, n] * np.float32(signs[i, n])
                weights[feature, n] += own if row < 0 else own * enlarged[row, n]


_pass, _add_up = _compiled(_pass_over), _compiled(_sum_of)
