"""Pruning and levels on numbers that one can see through; on trained models in `test_training`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from wiretag_train.levels import packed, quantised
from wiretag_train.pruning import made_up, worth_keeping

NUMBERS = st.floats(-1e3, 1e3, width=32)


@settings(max_examples=100, deadline=None)
@given(weights=st.lists(NUMBERS, max_size=16, unique=True))
def test_as_many_weights_as_levels_keep_their_values(weights: list[float]) -> None:
    row = np.array(weights, np.float32)
    found = quantised(row, np.ones(len(row), np.float32), 16)
    # Two that are nearly equal may share a level: steps are those of 16 bits, bins of half a per cent.
    assert found.values[found.numbers] * found.scale == pytest.approx(
        row, rel=0.01, abs=float(np.abs(row).max(initial=0)) / 30_000
    )


def test_levels_of_normal_weights_err_as_little_as_can_be() -> None:
    row = np.random.default_rng(1).normal(size=100_000).astype(np.float32)
    found = quantised(row, np.ones(len(row), np.float32), 16)
    # Max (1960), table I: sixteen levels.
    assert np.square(found.values[found.numbers] * found.scale - row).mean() == pytest.approx(0.0095, rel=0.03)


def test_levels_go_where_errors_matter() -> None:
    row = np.random.default_rng(1).normal(size=10_000).astype(np.float32)
    errors = []
    for matter in (np.ones(len(row), np.float32), (row > 1).astype(np.float32)):
        found = quantised(row, matter, 16)
        errors.append(np.square(found.values[found.numbers] * found.scale - row)[row > 1].mean())
    assert errors[1] < errors[0] / 4


def test_a_row_of_zeros_stays_one() -> None:
    weights, scales = packed(np.zeros((2, 3), np.float32), np.zeros((1, 3), np.float32), np.ones(3, np.float32), 16)
    _, rows, values = weights.of(np.arange(3))
    assert (rows.tolist(), values.tolist(), len(scales)) == ([2, 2, 2], [0, 0, 0], 3)


def test_a_byte_goes_where_it_saves_most() -> None:
    rows = np.array([[3.0, 0.1, 0.0, 1.0], [2.0, 0.0, 0.1, 0.9], [0.0, 0.1, 0.1, 0.8]], np.float32)
    # All features but the first and the last are dropped first; then of these the one that tells less.
    for max_bytes, kept in ((1000, 9), (11, 5), (5, 2)):
        assert worth_keeping(rows, np.ones_like(rows), 0, max_bytes, 16).sum() == kept


def test_what_matters_in_texts_is_kept() -> None:
    rows = np.array([[1.0, 2.0]], np.float32)
    assert worth_keeping(rows, np.array([[9.0, 1.0]], np.float32), 0, 5, 16).tolist() == [[True, False]]


def test_kept_weights_take_over_what_always_stands_beside_them() -> None:
    rng = np.random.default_rng(2)
    first = rng.integers(0, 2, 400).astype(np.float32)
    other = rng.integers(0, 2, 400).astype(np.float32)
    X = sparse.csr_matrix(np.stack([first, first, other], axis=1) / np.float32(2))
    kept, dropped = np.array([[1.0, 0, 1.0]], np.float32), np.array([[0, 0.5, 0]], np.float32)
    weights = made_up(X, kept, dropped)
    assert weights[0] == pytest.approx([1.5, 0, 1], abs=0.15)  # less than all of it: a penalty holds it back
    assert made_up(X, kept, np.zeros_like(dropped)) == pytest.approx(kept)
