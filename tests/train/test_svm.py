"""The SVMs of many labels against scikit-learn's of one, and against what their method promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from wiretag_train import svm
from wiretag_train.svm import Factors, Texts, solve

TOLERANCE = 0.003


def problem(n: int = 200, n_features: int = 50, n_labels: int = 5, seed: int = 0) -> tuple[sparse.csr_matrix, NDArray[np.int8]]:
    """Texts and labels that some features speak for and chance blurs."""
    draw = np.random.default_rng(seed)
    X = sparse.random(n, n_features, 0.2, "csr", np.float32, random_state=seed)
    scores = X @ draw.normal(size=(n_features, n_labels)) + draw.normal(size=(n, n_labels)) / 2
    return X, np.where(scores > np.quantile(scores, 0.7, axis=0), 1, -1).astype(np.int8)


def liblinear(X: sparse.csr_matrix, signs: NDArray[np.int8], weight: NDArray[np.float64], cost: float) -> NDArray[np.float64]:
    """Weights and, last, the intercept of one label."""
    head = LinearSVC(C=cost, tol=1e-6, random_state=0, max_iter=100_000).fit(X.astype(float), signs, sample_weight=weight)
    return np.append(head.coef_[0], head.intercept_)


def solved(X: sparse.csr_matrix, *given: Any, **how: Any) -> svm.Solution:
    """`solve` with weights and dual variables in the order of X."""
    texts = Texts.of(X)
    found = solve(texts, *given, **how)
    dual = np.empty_like(found.dual)
    dual[texts.order] = found.dual
    return svm.Solution(texts.in_order(found), found.intercepts, dual, found.cost)


def both(solution: svm.Solution, label: int) -> NDArray[np.float32]:
    return np.append(solution.weights[:, label], solution.intercepts[label])


@pytest.fixture
def exact_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passes until hardly anything is gained, to tell what the method finds from where it may stop."""
    monkeypatch.setattr(svm, "_GAIN", 1e-9)
    monkeypatch.setattr(svm, "_MOST_PASSES", 5000)


@pytest.mark.usefixtures("exact_passes")
@pytest.mark.parametrize("cost", [0.1, 1.0, 10.0])
def test_each_label_gets_what_liblinear_finds_for_it_alone(cost: float) -> None:
    X, signs = problem()
    weight = np.random.default_rng(1).uniform(0.2, 5, len(signs))
    found = solved(X, signs, weight, cost)
    for label in range(signs.shape[1]):
        exact = liblinear(X, signs[:, label], weight, cost)
        assert np.linalg.norm(both(found, label) - exact) < TOLERANCE * np.linalg.norm(exact)


@pytest.mark.usefixtures("exact_passes")
def test_enlarged_features_are_those_of_texts_in_which_they_are_larger() -> None:
    X, signs = problem()
    weight, factors = (
        np.ones(len(signs)),
        np.random.default_rng(2).uniform(0.2, 4, (X.shape[1], signs.shape[1])).astype(np.float32),
    )
    found = solved(X, signs, weight, 1.0, factors=Factors(np.arange(X.shape[1]), factors))
    for label in range(signs.shape[1]):
        own = np.append(factors[:, label], 1)
        exact = liblinear(X.multiply(factors[:, label]).tocsr(), signs[:, label], weight, 1.0) * own
        assert np.linalg.norm(both(found, label) - exact) < TOLERANCE * np.linalg.norm(exact)


def test_a_label_does_not_depend_on_those_beside_it() -> None:
    X, signs = problem()
    signs[::3, 1] = 0
    together = solved(X, signs, np.ones(len(signs)), 1.0)
    for label in range(signs.shape[1]):
        alone = solved(X, signs[:, [label]], np.ones(len(signs)), 1.0)
        assert (alone.weights[:, 0] == together.weights[:, label]).all()
        assert (alone.dual[:, 0] == together.dual[:, label]).all()


@pytest.mark.usefixtures("exact_passes")
def test_texts_that_take_no_part_are_as_good_as_not_there() -> None:
    X, signs = problem(n_labels=1)
    known = np.arange(len(signs)) % 4 != 0
    with_them = solved(X, np.where(known[:, None], signs, 0).astype(np.int8), np.ones(len(signs)), 1.0)
    exact = liblinear(X[known], signs[known, 0], np.ones(int(known.sum())), 1.0)
    assert np.linalg.norm(both(with_them, 0) - exact) < TOLERANCE * np.linalg.norm(exact)
    assert not with_them.dual[~known].any()


def test_a_start_saves_passes_and_not_exactness(monkeypatch: pytest.MonkeyPatch) -> None:
    X, signs = problem(n=2000, n_features=400)
    texts, passes = Texts.of(X), []
    monkeypatch.setattr(svm, "_pass", lambda *given, real=svm._pass: passes.append(1) or real(*given))
    first = solve(texts, signs, np.ones(len(signs)), 0.5)
    cold = len(passes)
    fewer = np.where(np.arange(len(signs)) % 10 == 0, 0.0, 1.0)
    again = solve(texts, signs, fewer, 0.5, start=first)
    assert len(passes) - cold < cold
    assert not again.dual[fewer[texts.order] == 0].any()
    monkeypatch.setattr(svm, "_GAIN", 1e-9)
    exact = solve(texts, signs, fewer, 0.5, start=again)
    for label in range(signs.shape[1]):
        wanted = liblinear(X[fewer > 0], signs[fewer > 0, label], np.ones(int(fewer.sum())), 0.5)
        found = np.append(texts.in_order(exact)[:, label], exact.intercepts[label])
        assert np.linalg.norm(found - wanted) < TOLERANCE * np.linalg.norm(wanted)


def test_a_start_may_be_of_other_factors_and_another_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_GAIN", 1e-9)
    X, signs = problem()
    texts, weight = Texts.of(X), np.ones(len(signs))
    some, others = np.random.default_rng(3).uniform(0.5, 2, (2, X.shape[1], signs.shape[1])).astype(np.float32)
    start = solve(texts, signs, weight, 0.3, factors=Factors(np.arange(20), some[:20]))
    now = Factors(np.arange(10, X.shape[1]), others[10:])
    warm, cold = (solve(texts, signs, weight, 1.0, factors=now, start=first) for first in (start, None))
    assert warm.weights == pytest.approx(cold.weights, abs=1e-2)


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 60), st.integers(1, 20), st.integers(1, 4), st.floats(0.01, 30), st.integers(0, 1000))
def test_the_duality_gap_closes(n: int, n_features: int, n_labels: int, cost: float, seed: int) -> None:
    """Weights are the sum of the dual variables' texts, and the primal's value is near the dual's, which is never above it."""
    X, signs = problem(n, n_features, n_labels, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svm, "_GAIN", 1e-9)
        patch.setattr(svm, "_MOST_PASSES", 5000)
        found = solved(X, signs, np.ones(n), cost)
    assert (found.dual >= 0).all()
    assert found.weights == pytest.approx(X.T @ (found.dual * signs), abs=1e-3 * (1 + cost))
    squares = (found.weights.astype(float) ** 2).sum(axis=0) + found.intercepts.astype(float) ** 2
    loss = np.maximum(1 - signs * (X @ found.weights + found.intercepts), 0).astype(float) ** 2
    primal = squares / 2 + cost * loss.sum(axis=0)
    dual = found.dual.sum(axis=0) - squares / 2 - (found.dual.astype(float) ** 2).sum(axis=0) / (4 * cost)
    assert (primal >= dual - 1e-3 * primal).all()
    assert (primal - dual <= 0.05 * primal + 1e-3).all()
