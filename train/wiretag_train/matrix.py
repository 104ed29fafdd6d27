"""Texts to the sparse training matrix: document frequencies first, vectors second, blocks in parallel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse

from wiretag import acceleration
from wiretag.features import N_BUCKETS, VIEWS, FeatureConfig, Uint32, blocks, count_block
from wiretag.vectors import Vectoriser, Vectors, Vocabulary

_NO_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Frequencies:
    """What a collection's texts say of its features.

    Attributes
    ----------
    document_frequency : texts that contain each column (expected ones, in a reference), shape [len(VIEWS) * N_BUCKETS].
    average_length : mean n-grams a text, by view.
    n_texts : size of the collection.
    """

    document_frequency: NDArray[np.int64] | NDArray[np.float32]
    average_length: dict[str, float]
    n_texts: int

    @classmethod
    def none(cls, config: FeatureConfig) -> Frequencies:
        """Those of an empty collection."""
        return cls(np.zeros(len(VIEWS) * N_BUCKETS, np.int64), dict.fromkeys(config.views, 0.0), 0)

    def __add__(self, other: Frequencies) -> Frequencies:
        """Those of both collections together."""
        n_texts = self.n_texts + other.n_texts
        lengths = {
            view: (own * self.n_texts + other.average_length[view] * other.n_texts) / max(n_texts, 1)
            for view, own in self.average_length.items()
        }
        return Frequencies(self.document_frequency + other.document_frequency, lengths, n_texts)


def frequencies(texts: Sequence[str], config: FeatureConfig, jobs: int = 1) -> Frequencies:
    """Document frequencies and mean lengths of a collection."""
    document_frequency = np.zeros(len(VIEWS) * N_BUCKETS, np.int64)
    total = np.zeros(len(VIEWS), np.int64)
    for columns, texts_with, lengths in _parallel(jobs)(delayed(_block_frequencies)(block, config) for block in blocks(texts)):
        document_frequency[columns] += texts_with
        total += lengths
    n_texts = len(texts)
    average = {view: float(total[VIEWS.index(view)] / max(n_texts, 1)) for view in config.views}
    return Frequencies(document_frequency, average, n_texts)


def frequent_columns(collections: Sequence[tuple[Frequencies, Mapping[str, int]]]) -> NDArray[np.intp]:
    """Columns that, in any of the collections, occur in as many texts as their view (view -> texts) demands."""
    frequent = np.zeros(len(VIEWS) * N_BUCKETS, bool)
    for counted, least in collections:
        bar = np.repeat([least.get(view, 1) for view in VIEWS], N_BUCKETS)
        frequent |= counted.document_frequency >= bar
    return np.flatnonzero(frequent)


def vocabulary(columns: NDArray[np.intp], reference: Sequence[Frequencies]) -> Vocabulary:
    """Columns with smooth inverse document frequencies from the reference collections, one a language.

    A column that several languages share takes the lowest of their values: over a mixed corpus the "and" of a small
    language would look rare, and so important. One that no language knows counts as the rarest.
    """
    idf = np.full(len(columns), np.log(1 + max((counted.n_texts for counted in reference), default=0)) + 1)
    for counted in reference:
        df = counted.document_frequency[columns]
        smooth = np.log((1 + counted.n_texts) / (1 + df)) + 1
        np.minimum(idf, smooth, out=idf, where=df > 0)
    return Vocabulary(columns.astype(np.uint32), idf.astype(np.float32))


def matrix(vectoriser: Vectoriser, texts: Sequence[str], jobs: int = 1) -> sparse.csr_matrix:
    """Vectors of all texts, shape [n_texts, n_features], float32."""
    n_features = len(vectoriser.vocabulary)
    parts = list(_parallel(jobs)(delayed(_rows)(vectoriser, block) for block in blocks(texts)))
    if not texts:
        return sparse.csr_matrix((0, n_features), dtype=np.float32)
    # Put together once: a matrix of each block's own would be checked, and its entries looked through.
    sizes = np.concatenate([[0], *(np.diff(part.offsets) for part in parts)])
    features, values = (np.concatenate([getattr(part, name) for part in parts]) for name in ("features", "values"))
    return to_csr(Vectors(np.cumsum(sizes), features, values), n_features)


def named_columns(vectoriser: Vectoriser, name: str) -> NDArray[np.intp]:
    """Features of the words that a label's name or id is made of; numbers name nothing."""
    return np.unique(vectoriser.block([_NO_LETTERS.sub(" ", name)]).features).astype(np.intp)


def to_csr(vectors: Vectors, n_features: int) -> sparse.csr_matrix:
    """The same as scipy's CSR matrix."""
    return sparse.csr_matrix((vectors.values, vectors.features, vectors.offsets), (vectors.n_texts, n_features))


def _block_frequencies(texts: Sequence[str], config: FeatureConfig) -> tuple[Uint32, NDArray[np.int64], NDArray[np.int64]]:
    acceleration.load()
    counts = count_block(texts, config)
    columns, texts_with = np.unique(counts.columns, return_counts=True)
    return columns, texts_with, counts.lengths.sum(axis=0)


def _rows(vectoriser: Vectoriser, texts: Sequence[str]) -> Vectors:
    acceleration.load()
    return vectoriser.block(texts)


def _parallel(jobs: int) -> Parallel:
    # NumPy lets go of the interpreter's lock in its array work, so threads share the tables.
    return Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
