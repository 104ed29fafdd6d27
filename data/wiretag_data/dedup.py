"""Near-duplicates: MinHash over word and character n-grams, banding, then a check of the real overlap.

Broder, "On the resemblance and containment of documents" (1997).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from wiretag.features import N_BUCKETS, FeatureConfig, blocks, count_block

_SHINGLES = FeatureConfig(pairs=True, ideographs=(4, 4), syllables=(8, 8), title=False)
_BANDS, _ROWS = 12, 2
_SAME = 0.6
Shingles = NDArray[np.uint32]


def near_duplicates(texts: Sequence[str], same: float = _SAME) -> list[int]:
    """For each text, the number of the first text of its group (its own, if it stands alone).

    Two texts are of one group if the Jaccard index of their shingles is at least `same`, or if a chain of such
    pairs joins them. Candidates are found by banding: a pair at 0.6 is missed once in 200 times, at 0.8 never.
    """
    shingles = [row for block in blocks(texts) for row in _shingles(block)]
    leader = list(range(len(texts)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for band in _band_keys(shingles).T:
        for left, right in _alike(band):
            a, b = find(left), find(right)
            if a != b and len(shingles[left]) and _jaccard(shingles[left], shingles[right]) >= same:
                leader[max(a, b)] = min(a, b)
    return [find(number) for number in range(len(texts))]


def _alike(band: NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """Neighbours, in the order of their keys, with equal ones."""
    order = np.argsort(band, kind="stable")
    equal = np.flatnonzero(band[order[1:]] == band[order[:-1]])
    yield from zip(order[equal].tolist(), order[equal + 1].tolist(), strict=True)


def _shingles(block: Sequence[str]) -> list[Shingles]:
    counts = count_block(block, _SHINGLES)
    return np.split(counts.columns, counts.text_offsets[1:-1])


def _band_keys(shingles: Sequence[Shingles]) -> NDArray[np.uint64]:
    """One key for each text and band, shape [n_texts, _BANDS]: equal keys make a candidate pair."""
    random = np.random.default_rng(0)
    factors = random.integers(1, 1 << 62, _BANDS * _ROWS, np.uint64) | np.uint64(1)
    keys = np.zeros((len(shingles), _BANDS), np.uint64)
    for number, row in enumerate(shingles):
        if len(row):
            hashed = (row.astype(np.uint64)[:, None] + np.uint64(N_BUCKETS)) * factors[None, :] >> np.uint64(16)
            smallest = hashed.min(axis=0).reshape(_BANDS, _ROWS)
            keys[number] = smallest[:, 0] * np.uint64(0x9E3779B97F4A7C15) + smallest[:, 1]
    return keys


def _jaccard(a: Shingles, b: Shingles) -> float:
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / (len(a) + len(b) - common)
