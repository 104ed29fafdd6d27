"""Weights to 16 or 256 levels a row: those of the least mean square error.

Lloyd, "Least Squares Quantization in PCM" (1957, 1982); Max (1960).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiretag.weights import Weights

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
# Lloyd's method works on sums over bins, so many each side of 0, of even ratios.
_BINS, _ROUNDS = 2000, 200
_LARGEST: Final = np.iinfo(np.int16).max


def packed(kept: Float32, shared: Float32, effect: Float32, n_levels: int) -> tuple[Weights, Float32]:
    """The labels' weights, shape [L, F] with zeros where there is none, and those of common rows, shape [C, F], in levels; and
    the scale of each row's, shape [L + C].

    The square of a weight's error counts by `effect`, what a weight of 1 adds to scores, shape [F].
    """
    places = [np.flatnonzero(row) for row in kept]
    found = [quantised(row[own], np.square(effect[own]), n_levels) for row, own in zip(kept, places, strict=True)]
    common = [quantised(row, np.square(effect), n_levels) for row in shared]
    rows = np.repeat(np.arange(len(kept)), [len(own) for own in places])
    features = np.concatenate([np.empty(0, np.intp), *places])
    numbers = np.concatenate([np.empty(0, np.uint8), *(row.numbers for row in found)])
    order = np.argsort(features, kind="stable")  # by feature, and for each by label
    weights = Weights.pack(
        np.bincount(features, minlength=kept.shape[1]),
        rows[order],
        numbers[order],
        np.array([row.numbers for row in common], np.uint8).reshape(shared.shape),
        np.array([row.values for row in (*found, *common)], np.int16).reshape(-1, n_levels),
    )
    return weights, np.array([row.scale for row in (*found, *common)], np.float32)


class Quantised(NamedTuple):
    """Number of each weight's level, shape [n]; the levels in steps of the scale, shape [N]; the scale."""

    numbers: NDArray[np.uint8]
    values: NDArray[np.int16]
    scale: float


def quantised(weights: Float32, matter: Float32, n_levels: int) -> Quantised:
    """Weights of one row, shape [n], in levels; `matter` says how much the square of each one's error counts, shape [n]."""
    scale = float(np.abs(weights).max(initial=0)) / _LARGEST or 1.0
    steps = weights.astype(np.float64) / scale
    values = np.rint(_levels(steps, matter, n_levels))
    return Quantised(np.searchsorted((values[1:] + values[:-1]) / 2, steps).astype(np.uint8), values.astype(np.int16), scale)


def _levels(steps: Float64, matter: Float32, n_levels: int) -> Float64:
    """Levels, ascending, for numbers of up to `_LARGEST`."""
    sizes = np.log(np.maximum(np.abs(steps), 1)) * ((_BINS - 1) / np.log(_LARGEST))
    bins = _BINS + np.where(steps < 0, -1 - sizes.astype(np.int64), sizes.astype(np.int64))
    mass, sums = (np.bincount(bins, own, 2 * _BINS) for own in (matter, matter * steps))
    mass, sums = mass[mass > 0], sums[mass > 0]
    centres: Float64 = sums / mass
    if len(centres) <= n_levels:
        return np.pad(centres, (0, n_levels - len(centres)), mode="edge") if len(centres) else np.zeros(n_levels)
    # At first as many in each bin as is best for many levels, the cube root of the density (Panter and Dite 1951).
    room = np.cumsum(np.cbrt(mass * np.square(centres)))
    levels: Float64 = np.interp((np.arange(n_levels) + 0.5) / n_levels * room[-1], room, centres)
    for _ in range(_ROUNDS):
        nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, centres)
        total = np.bincount(nearest, mass, n_levels)
        before, levels = levels, np.divide(np.bincount(nearest, sums, n_levels), total, out=levels.copy(), where=total > 0)
        if np.array_equal(before, levels):
            break
    return levels
