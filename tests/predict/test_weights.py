"""Weights packed into half bytes, lists and masks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiretag.weights import Weights


def table_of(weights: Weights, features: np.ndarray) -> np.ndarray:
    """Spread out, shape [n, R]."""
    place, rows, values = weights.of(features)
    table = np.zeros((len(features), weights.n_rows), np.int64)
    np.add.at(table, (place, rows), values)
    return table


def packed(table: np.ndarray, common: np.ndarray, n_labels: int, n_levels: int = 16) -> Weights:
    """Labels' numbers of levels, -1 for none, shape [F, L]; those of common rows, shape [C, F]."""
    values = np.arange((n_labels + len(common)) * n_levels).astype(np.int16).reshape(-1, n_levels)
    features, labels = np.nonzero(table >= 0)
    counts = np.bincount(features, minlength=len(table))
    return Weights.pack(counts, labels, table[features, labels].astype(np.uint8), common.astype(np.uint8), values)


@settings(max_examples=150, deadline=None)
@given(
    n_features=st.integers(1, 9),
    n_labels=st.integers(1, 300),
    n_common=st.integers(0, 2),
    n_levels=st.sampled_from([16, 256]),
    seed=st.integers(0, 999),
)
def test_what_is_packed_comes_out(n_features: int, n_labels: int, n_common: int, n_levels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    held = rng.random((n_features, n_labels)) < rng.random((n_features, 1))
    table = np.where(held, rng.integers(0, n_levels, held.shape), -1)
    common = rng.integers(0, n_levels, (n_common, n_features))
    weights = packed(table, common, n_labels, n_levels)
    weights.check(n_features, n_labels, n_common)
    values = weights.values.reshape(-1, n_levels)
    own = np.where(held, values[np.arange(n_labels), table], 0)
    shared = values[n_labels + np.arange(n_common)[:, None], common]
    expected = np.concatenate([own, shared.T], axis=1)
    features = rng.integers(0, n_features, 5)
    assert (table_of(weights, features) == expected[features]).all()
    assert (weights.spread(np.unique(features)) == expected[np.unique(features)]).all()
    assert len(weights) == (table >= 0).sum() + n_common * n_features


def test_many_labels_take_a_bit_each_and_few_are_listed() -> None:
    table = np.full((2, 80), -1)
    table[0, ::2] = 5
    table[1, 7] = 3
    weights = packed(table, np.empty((0, 2), int), 80)
    assert (len(weights.masks), weights.labels.tolist(), len(weights.levels)) == (10, [7], 21)


@pytest.mark.parametrize(
    "change",
    [
        {"counts": np.array([2, 2], np.uint8)},
        {"labels": np.array([20], np.uint8)},
        {"labels": np.array([3, 4], np.uint8)},
        {"masks": np.array([0b1111, 0, 0], np.uint8)},
        {"masks": np.array([0, 0, 0b11111000], np.uint8)},
        {"masks": np.array([0b11111], np.uint8)},
        {"levels": np.zeros(4, np.uint8)},
        {"common": np.zeros(2, np.uint8)},
        {"values": np.zeros(16, np.int16)},
        {"values": np.zeros(16, np.int16), "n_rows": 0},
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, np.ndarray]) -> None:
    table = np.full((2, 18), -1)
    table[0, :5] = 1
    table[1, 3] = 2
    weights = packed(table, np.zeros((1, 2), int), 18)
    weights.check(2, 18, 1)
    with pytest.raises(ValueError, match="do not fit"):
        replace(weights, **change).check(2, 18, 1)
