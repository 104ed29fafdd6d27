"""Naive Bayes beside SVMs: what it adds, and when it is left out."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.naive_bayes import ComplementNB
from small import small_items

from wiretag_train.heads import Member, fit_heads
from wiretag_train.naive_bayes import Added, NaiveBayes, label_weights
from wiretag_train.own_data import train_own
from wiretag_train.recipe import EFFORTS
from wiretag_train.targets import Targets

RANDOM = np.random.default_rng(3)
X = sparse.csr_matrix(RANDOM.poisson(0.3, (60, 40)).astype(np.float32))
LABELS = RANDOM.integers(0, 4, 60)
HOLDS = np.eye(4, dtype=bool)[LABELS]
WEIGHT = RANDOM.uniform(0.5, 2, 60)
ALL = np.arange(40)


def test_weights_are_those_of_scikit_learn_but_for_what_labels_have_in_common() -> None:
    theirs = ComplementNB(alpha=0.05).fit(X, LABELS, WEIGHT).feature_log_prob_
    ours = label_weights(X, HOLDS, WEIGHT, ALL)
    np.testing.assert_allclose(ours, theirs - theirs.mean(axis=0), atol=1e-4)


def test_features_that_it_does_not_look_at_have_no_weight() -> None:
    weights = label_weights(X, HOLDS, WEIGHT, ALL[:10])
    assert weights[:, :10].any()
    assert not weights[:, 10:].any()


def told_apart(told: np.ndarray, n: int = 300) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Items of two labels, a feature each of which the items in `told` hold their label's; labels; folds."""
    labels = np.arange(n) % 2
    features = np.where(told, labels, 2)
    return sparse.csr_matrix((np.ones(n, np.float32), (np.arange(n), features)), (n, 3)), labels, np.arange(n) // 2 % 3


def added(told: sparse.csr_matrix, labels: np.ndarray, folds: np.ndarray, scores: np.ndarray, *shares: float) -> Added | None:
    """What is added to the scores of items that all weigh and judge the same."""
    holds, n = np.eye(2, dtype=bool)[labels], len(labels)
    return NaiveBayes(np.arange(told.shape[1]), shares).added(told, holds, folds, np.ones(n), scores, np.ones(len(scores), bool))


def test_it_is_added_where_it_is_right_more_often_by_more_than_chance() -> None:
    matrix, labels, folds = told_apart(np.ones(300, bool))
    guesses = np.random.default_rng(1).normal(size=(300, 2))
    found = added(matrix, labels, folds, guesses, 0.5, 4.0)
    assert found is not None
    assert found.share == 4.0
    assert ((guesses + found.scores).argmax(axis=1) == labels).mean() > 0.95
    assert found.weights[0, 0] > 0 > found.weights[0, 1]


@pytest.mark.parametrize(("wrong", "helps"), [([0], False), ([0, 2, 4], True)], ids=["one item", "three items"])
def test_one_item_more_may_be_chance(wrong: list[int], helps: bool) -> None:
    told = np.zeros(300, bool)
    told[[0, 2, 4]] = True  # one in each fold
    matrix, labels, folds = told_apart(told)
    scores = np.eye(2)[labels]
    scores[wrong] = scores[wrong, ::-1] * 0.01
    assert (added(matrix, labels, folds, scores, 1.0) is not None) == helps


def test_no_item_judges_what_it_has_taught() -> None:
    own_word_each = sparse.identity(300, np.float32, "csr")
    labels, folds = np.arange(300) % 2, np.arange(300) // 2 % 3
    guesses = np.random.default_rng(1).normal(size=(300, 2))
    assert added(own_word_each, labels, folds, guesses, 1.0, 100.0) is None


def test_items_that_always_train_judge_nothing() -> None:
    matrix, labels, folds = told_apart(np.arange(300) < 200)  # those from 200 on have no word that tells
    folds = np.where(np.arange(300) < 100, -1, folds)
    guesses = np.random.default_rng(1).normal(size=(200, 2))
    found = added(matrix, labels, folds, guesses, 4.0)
    assert found is not None
    assert found.scores.shape == (200, 2)
    right = (guesses + found.scores).argmax(axis=1) == labels[100:]
    assert right[:100].mean() > 0.95
    assert right[100:].mean() < 0.7


def test_heads_hold_what_is_added_to_their_scores() -> None:
    matrix, labels, folds = told_apart(np.ones(300, bool))
    noise = sparse.csr_matrix(np.random.default_rng(2).normal(size=(300, 2)).astype(np.float32))
    X = sparse.hstack([matrix, noise], "csr")
    targets = Targets("class", ("a", "b"), np.eye(2, dtype=np.int8)[labels], exclusive=True)
    blind = Member(np.array([3, 4]), 1.0)  # the SVMs see nothing but noise
    plain, helped = (
        fit_heads(X, targets, folds, np.ones(300), (1.0,), 1, members=[blind], naive_bayes=naive_bayes)
        for naive_bayes in (None, NaiveBayes(np.arange(3), (1.0,)))
    )
    assert plain.naive_bayes_share == 0.0
    assert helped.naive_bayes_share == 1.0
    assert not plain.weights[:, :3].any()
    assert helped.weights[0, 0] > 0 > helped.weights[0, 1]
    np.testing.assert_array_equal(helped.weights[:, 3:], plain.weights[:, 3:])
    # Calibration has seen the sum out of fold, and trusts it more.
    assert helped.slopes[0] > 2 * plain.slopes[0]


def test_a_models_record_says_how_much_was_added(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(_: NaiveBayes, X: sparse.csr_matrix, holds: np.ndarray, *others: np.ndarray) -> Added:
        return Added(0.5, 0.1, np.zeros((holds.shape[1], X.shape[1]), np.float32), np.zeros(others[2].shape))

    monkeypatch.setattr(NaiveBayes, "added", always)
    trained = train_own(small_items(), small_items(12), "topic", EFFORTS["quick"], 1, quiet=True)
    assert trained.model.about["training"]["naive_bayes_share"] == 0.5
