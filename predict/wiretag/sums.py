"""Sums of value times weight as a loop that Numba compiles, in `Tagger.scores`' order, so that results are the same."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from wiretag.intrinsics import fetch

# How many features ahead weights are asked for, and how many of them a cache line holds.
_AHEAD: Final = 12
_LINE: Final = 32
_compile: Final = njit(error_model="numpy")


@_compile
def add(offsets, features, values, place, rows, cells, sums):  # type: ignore[no-untyped-def]  # noqa: C901
    """Add up value times weight; the others are laid out as in `Model.packed`.

    Where a feature's weights are is looked up some features ahead and its cache lines are asked for: they come from main memory,
    in any order, and waiting for one after the other would take three times as long.
    """
    n_dense, n_rows, n_features = rows.shape[0], rows.shape[1], len(features)
    for text in range(len(offsets) - 1):
        own = sums[text]
        for i in range(offsets[text], offsets[text + 1]):
            if i + 2 * _AHEAD < n_features:
                fetch(place, features[i + 2 * _AHEAD])
            if i + _AHEAD < n_features:
                at = np.int64(place[features[i + _AHEAD]])
                if at >= n_dense:
                    fetch(cells, at - n_dense)
                elif at >= 0:
                    for line in range(0, n_rows, _LINE):
                        fetch(rows[at], line)
            at, value = np.int64(place[features[i]]), np.float64(values[i])
            if at >= n_dense:
                at -= n_dense
                more = True
                while more:
                    cell = cells[at]
                    own[cell >> 16 & 0x7FFF] += value * np.int16(cell & 0xFFFF)
                    more = cell >= 0
                    at += 1
            elif at >= 0:
                row = rows[at]
                for n in range(n_rows):
                    own[n] += value * row[n]
