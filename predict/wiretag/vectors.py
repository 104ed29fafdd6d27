"""Counts to weighted, normalised vectors over a fixed vocabulary: BM25 term weights, one L2 norm a view.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), for saturation (k) and
length normalisation (b); the inverse document frequency is scikit-learn's smooth one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wiretag.features import BITS, N_BUCKETS, VIEWS, Counts, FeatureConfig, Uint32, count_block

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
        """Feature number plus one for each possible column; 0 is unknown."""
        table = np.zeros(len(VIEWS) * N_BUCKETS, np.int32)
        table[self.columns] = np.arange(1, len(self.columns) + 1)
        return table

    def features_of(self, view: str, buckets: Uint32) -> NDArray[np.int32]:
        """Feature number of each bucket of a view, -1 where the model does not know it."""
        start = VIEWS.index(view) << BITS
        if len(buckets) * 64 > len(self.columns) or "_table" in self.__dict__:
            return self._table[start : start + N_BUCKETS][buckets] - 1
        wanted = buckets + np.uint32(start)  # a single text: looking up beats building the table
        at = np.minimum(np.searchsorted(self.columns, wanted), max(len(self.columns) - 1, 0))
        return np.where(self.columns[at] == wanted, at, -1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Weighted texts as coordinates: entry j adds ``values[j]`` at row ``rows[j]`` (a text), column ``features[j]``."""

    n_texts: int
    rows: NDArray[np.int64]
    features: NDArray[np.int32]
    values: Float32


@dataclass(frozen=True)
class Vectoriser:
    """Texts to vectors, the same in training and in prediction."""

    config: FeatureConfig
    weighting: Mapping[str, ViewWeighting]
    vocabulary: Vocabulary

    def block(self, texts: Sequence[str]) -> Vectors:
        """Vectors of up to `BLOCK_TEXTS` texts."""
        parts = []
        squared_norms = np.zeros(len(texts))
        for view, counts in count_block(texts, self.config).items():
            rows, features, values = self._weigh(view, counts, self.weighting[view])
            present = np.bincount(rows, minlength=len(texts)) > 0
            squared_norms[present] += self.weighting[view].weight ** 2
            parts.append((rows, features, values))
        rows, features, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        # A text in which a view is empty has the same norm as one in which it is not.
        values /= np.sqrt(squared_norms).astype(np.float32)[rows]
        return Vectors(len(texts), rows, features, values)

    def _weigh(self, view: str, counts: Counts, how: ViewWeighting) -> tuple[NDArray[np.int64], NDArray[np.int32], Float32]:
        features = self.vocabulary.features_of(view, counts.buckets)
        known = features >= 0
        rows = np.repeat(np.arange(len(counts.lengths)), np.diff(counts.offsets))[known]
        features, tf = features[known], counts.counts[known].astype(np.float32)
        stretch = how.k * (1 - how.b + how.b * counts.lengths / max(how.average_length, 1e-9))
        values = tf * np.float32(how.k + 1) / (tf + stretch.astype(np.float32)[rows])
        values *= self.vocabulary.idf[features]
        squares = np.bincount(rows, values * values, len(counts.lengths))
        scale = np.zeros(len(squares))
        np.divide(how.weight, np.sqrt(squares), out=scale, where=squares > 0)
        values *= scale.astype(np.float32)[rows]
        return rows, features, values
