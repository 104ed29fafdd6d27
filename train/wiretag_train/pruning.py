"""Which weights the model file keeps, and how these make up for the others.

Every label says a little against most features, and many littles make much: dropped, they lifted the scores of long
texts by a sixth of the margin. So what a facet's labels have in common is kept apart (see `export`), and only departures
from it are pruned.

A departure counts by its mean square in scores, about ``weight^2 * idf^2 * document frequency``, since frequent features
with small weights decide long texts. What is kept is worth its bytes: a feature takes some, a weight half of one or one, and the
label of a weight one, or none where the feature has a mask of its labels (see `wiretag.weights`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wiretag.weights import FEW, mask_width

Float32 = NDArray[np.float32]
# Of the features, every so many are enough to see how many bytes a price saves.
_LOOKED_AT: Final = 64
_ROUNDS: Final = 20
# The penalty on changing a weight, in texts that hold nothing else, and how often all weights are moved. Of 1, 3 and 10 the one
# that changed least on real news beside what it gained on held-out items; eight moves left 2 % less to make up for than three.
_PENALTY, _MOVES = np.float32(10), 3
_TINY: Final = np.finfo(np.float32).tiny


def worth_keeping(rows: Float32, effect: Float32, n_common: int, max_bytes: int, n_levels: int) -> NDArray[np.bool_]:
    """Which weights to keep, shape [L, F], in about so many bytes of a file.

    The same price a byte for all, rate-distortion optimisation: Everett (1963), Shoham and Gersho (1988).

    Parameters
    ----------
    rows : shape [L, F].
    effect : what a weight of 1 adds to scores, as a root mean square, shape [L, F].
    n_common : common rows, of which each feature that is kept has a weight.
    """
    squares = rows * effect
    np.square(squares, out=squares)
    sample = np.ascontiguousarray(squares[:, ::_LOOKED_AT]) if squares.shape[1] > 100 * _LOOKED_AT else squares
    share = sample.shape[1] / max(squares.shape[1], 1)
    low, high = 0.0, float(sample.max(initial=0))
    if _kept(sample, n_common, 0.0, n_levels)[1] <= share * max_bytes:
        return squares > 0
    for _ in range(_ROUNDS):
        price = (low * high) ** 0.5 if low else high / 1000
        if _kept(sample, n_common, price, n_levels)[1] > share * max_bytes:
            low = price
        else:
            high = price
    return _kept(squares, n_common, high, n_levels)[0]


def _kept(squares: Float32, n_common: int, price: float, n_levels: int) -> tuple[NDArray[np.bool_], float]:
    """What is worth keeping at this price a byte, and how many bytes it takes."""
    itemsize = 1 if len(squares) + n_common < 1 << 8 else 2
    width = mask_width(len(squares))
    of_level = 0.5 if n_levels == FEW else 1
    of_feature = 2 + itemsize + n_common * of_level  # column, idf, count
    gained, sizes, keeps = [np.zeros(squares.shape[1], np.float32)], [np.zeros(squares.shape[1])], []
    for of_weight, of_mask in ((of_level + itemsize, 0), (of_level, width)):
        keep = squares > of_weight * price
        count = np.count_nonzero(keep, axis=0)
        size = of_feature + of_mask + of_weight * count
        keeps.append(keep)
        sizes.append(size)
        gained.append(np.where(keep, squares, 0).sum(axis=0) - np.float32(price) * size)
        if not of_mask:  # then there is a mask
            gained[-1][count >= width] = -np.inf
    best = np.argmax(gained, axis=0)
    keep = np.where(best == 1, keeps[0], keeps[1]) & (best > 0)
    return keep, float(np.choose(best, sizes).sum())


def made_up(X: sparse.csr_matrix, kept: Float32, dropped: Float32) -> Float32:
    """The kept weights, moved a little so that texts score as with the dropped ones, too; both shape [L, F], else 0.

    As in Optimal Brain Surgeon (Hassibi and Stork 1993), what is left takes over what it can: least squares of the difference
    in scores of the texts X, shape [n, F], but for a constant, with a penalty on the moves; some steps of conjugate gradients.
    """
    columns = np.flatnonzero(np.bincount(X.indices, minlength=X.shape[1]))
    X = X[:, columns]
    mask = np.ascontiguousarray(kept[:, columns].T != 0)
    residual = X @ np.ascontiguousarray(dropped[:, columns].T)
    residual -= residual.mean(axis=0)
    transposed = X.T.tocsr()
    moved = np.zeros(mask.shape, np.float32)
    gradient = transposed @ residual
    gradient *= mask
    direction, size = gradient.copy(), _products(gradient, gradient)
    for move in range(_MOVES):
        change = X @ direction
        change -= change.mean(axis=0)
        curved = transposed @ change
        curved *= mask
        curved += _PENALTY * direction
        step = size / np.maximum(_products(direction, curved), _TINY)
        moved += step * direction
        if move < _MOVES - 1:
            gradient -= step * curved
            size, before = _products(gradient, gradient), size
            direction *= size / np.maximum(before, _TINY)
            direction += gradient
    result = kept.copy()
    result[:, columns] += moved.T
    return result


def _products(one: Float32, other: Float32) -> Float32:
    """Of each column with the same one of the other, shape [L]."""
    products: Float32 = np.einsum("fl,fl->l", one, other)
    return products
