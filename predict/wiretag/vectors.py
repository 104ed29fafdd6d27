"""Counts to weighted, normalised vectors over a fixed vocabulary: BM25 term weights, one L2 norm a view.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), for saturation (k) and
length normalisation (b); the inverse document frequency is scikit-learn's smooth one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wiretag import acceleration
from wiretag.features import N_BUCKETS, VIEWS, FeatureConfig, Uint32, count_by_arrays

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ViewWeighting:
    """How the counts of one view are weighted.

    Attributes
    ----------
    weight : this view's share of a text's vector: its L2 norm before the vector as a whole is put to norm 1.
    k : BM25 saturation; 0 gives binary counts.
    b : BM25 length normalisation, 0 (none) to 1 (full).
    average_length : mean n-grams of the view in a training text.
    """

    weight: float
    k: float
    b: float
    average_length: float


@dataclass(frozen=True)
class Vocabulary:
    """The features that a model knows.

    Attributes
    ----------
    columns : shape [n_features], ascending: number of the view in `VIEWS` << BITS | bucket.
    idf : shape [n_features], inverse document frequency of each.
    """

    columns: Uint32
    idf: Float32

    def __len__(self) -> int:
        return len(self.columns)

    def __getstate__(self) -> dict[str, Any]:
        return {"columns": self.columns, "idf": self.idf}  # the table is made again where it is needed

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """Feature number of each possible column; -1 is unknown."""
        table = np.full(len(VIEWS) * N_BUCKETS, -1, np.int32)
        table[self.columns] = np.arange(len(self.columns))
        return table

    @cached_property
    def ranks(self) -> NDArray[np.uint64]:
        """Of each 64 columns, which are known, a bit each, and how many of those before are, shape [n_columns / 64, 2]."""
        known = np.zeros(len(VIEWS) * N_BUCKETS, np.uint8)
        known[self.columns] = 1
        ranks = np.empty((len(known) // 64, 2), np.uint64)
        ranks[:, 0] = np.packbits(known, bitorder="little").view("<u8")
        ranks[:, 1] = np.searchsorted(self.columns, np.arange(len(ranks)) * 64)
        return ranks

    def tabulate(self) -> None:
        """Make the table that many lookups are worth."""
        _ = self._table

    def features_of(self, columns: Uint32) -> NDArray[np.int32]:
        """Feature number of each column, -1 where the model does not know it."""
        if len(columns) * 64 > len(self.columns) or "_table" in self.__dict__:
            return self._table.take(columns)
        # a single text: looking up beats building the table
        at = np.minimum(np.searchsorted(self.columns, columns), max(len(self.columns) - 1, 0))
        return np.where(self.columns[at] == columns, at, -1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Weighted texts, a CSR matrix.

    Attributes
    ----------
    offsets : shape [n_texts + 1], where the entries of each text begin.
    features : shape [n_entries], ascending in each text.
    values : shape [n_entries].
    """

    offsets: NDArray[np.int64]
    features: NDArray[np.int32]
    values: Float32

    @property
    def n_texts(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True)
class Vectoriser:
    """Texts to vectors, the same in training and in prediction."""

    config: FeatureConfig
    weighting: Mapping[str, ViewWeighting]
    vocabulary: Vocabulary

    def block(self, texts: Sequence[str]) -> Vectors:
        """Vectors of up to `BLOCK_TEXTS` texts."""
        if (compiled := acceleration.for_block(texts)) is not None:
            found: Vectors = compiled.vectors(self, texts)
            return found
        return self.by_arrays(texts)

    def by_arrays(self, texts: Sequence[str]) -> Vectors:
        """`block` with NumPy alone."""
        counts = count_by_arrays(texts, self.config)
        features = self.vocabulary.features_of(counts.columns)
        known = np.flatnonzero(features >= 0)
        features = features.take(known)
        # From here on an array of shape [n_texts, n_views] has one value for each segment of entries.
        offsets = np.searchsorted(known, counts.offsets)
        sizes = np.diff(offsets)
        tf = counts.counts.take(known).astype(np.float32)
        values = tf / (tf + np.repeat(self._stretch(counts.lengths), sizes))
        values *= self.vocabulary.idf.take(features)
        values *= np.repeat(self._scale(values, offsets, len(texts)), sizes)
        return Vectors(offsets[:: len(VIEWS)], features, values)

    @cached_property
    def how(self) -> NDArray[np.float64]:
        """Weight, k, b and average length of each view, shape [len(VIEWS), 4]; those that are not in use weigh nothing."""
        used = [self.weighting.get(view, _UNUSED) for view in VIEWS]
        return np.array([(own.weight, own.k, own.b, max(own.average_length, 1e-9)) for own in used], np.float64)

    def _stretch(self, lengths: NDArray[np.int64]) -> Float32:
        """What BM25 adds to each count below the line, flat, in texts of so many n-grams, shape [n_texts, len(VIEWS)]."""
        _, k, b, mean = self.how.T
        stretch: Float32 = (k * (1 - b + b * lengths / mean)).astype(np.float32).ravel()
        return stretch

    def _scale(self, values: Float32, offsets: NDArray[np.int64], n_texts: int) -> Float32:
        """What brings each view to its share and each text to norm 1, flat; constants such as BM25's k + 1 cancel out here.

        A text in which a view is empty has the same norm as one in which it is not.
        """
        filled = np.flatnonzero(offsets[1:] > offsets[:-1])
        weights = np.tile(self.how[:, 0], n_texts)[filled]
        squares = np.add.reduceat(np.square(values, dtype=np.float64), offsets[filled]) if len(filled) else np.empty(0)
        norms = np.bincount(filled // len(VIEWS), weights**2, n_texts)[filled // len(VIEWS)]
        products = squares * norms  # 0 where a model file has no idf or no weight for what the text holds
        scale = np.zeros(n_texts * len(VIEWS), np.float32)
        scale[filled] = np.divide(weights, np.sqrt(products), out=np.zeros_like(products), where=products > 0)
        return scale


_UNUSED: Final = ViewWeighting(0.0, 0.0, 0.0, 1.0)
