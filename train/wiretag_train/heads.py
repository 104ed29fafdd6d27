"""Linear heads: one L2-regularised linear SVM a label, fitted only on the items whose source covers the label.

Fan et al., "LIBLINEAR" (2008), through scikit-learn. Scores of items that did not train a head ("out of fold") come
from folds that keep groups together; regularisation, thresholds and calibration are chosen on them.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from wiretag.model import bent
from wiretag_train.evaluate import accuracy, f1_scores
from wiretag_train.targets import UNKNOWN, Targets
from wiretag_train.thresholds import (
    bagged_threshold,
    bend_of,
    best_floor,
    best_threshold,
    lowest_good_threshold,
    pooled_calibration,
    shrunk_threshold,
    sigmoid_calibration,
    softmax_calibration,
)

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Bend = tuple[float, float, float]
_STRAIGHT: Final[Bend] = (1.0, 1.0, 0.0)
ALWAYS = -1
N_FOLDS = 3
# Looser than liblinear's default of 0.1 for this solver: on R90 0.0002 micro- and 0.001 macro-F1 less, 7 passes for 9.
TOL = 0.3
# Values times labels of which other processes take a share; starting them costs seconds. A first setting, not searched for.
_WORTH_PROCESSES = 10_000_000
# liblinear copies all items, so many bytes a value; of the machine's memory the copies of all processes may take an eighth.
_COPIED_BYTES, _COPIES_SHARE = 16, 8
# Added to each feature's sums before their ratio is taken; of 0.03, 0.1 and 1 the best out of fold on R90, R8 and BBC.
_SMOOTHING = 0.1
# How much features of a label's own name are enlarged, see `fit_heads`, and from how many items on by less than half of that.
# Of 1, 3, 5, 8 and 12 the best out of fold on R90. The same for all labels cost 20 Newsgroups, with hundreds of items a label,
# 0.0013 of accuracy.
_NAMED, _FEW = 3.0, 100


@dataclass(frozen=True, slots=True)
class Heads:
    """The fitted heads of one facet of L labels over F features.

    Attributes
    ----------
    targets : facet, labels, exclusive; the values are what was fitted.
    weights : shape [L, F].
    intercepts, slopes, shifts : shape [L], see `wiretag.model`.
    thresholds : shape [L], on probabilities.
    costs : the chosen C of each member's SVMs.
    floor : probability from which the best label is given where none reaches its threshold.
    bend : see `wiretag.model.Facet`.
    """

    targets: Targets
    weights: Float32
    intercepts: Float64
    slopes: Float64
    shifts: Float64
    thresholds: Float64
    costs: tuple[float, ...]
    floor: float = 1.0
    bend: Bend = _STRAIGHT


@dataclass(frozen=True, slots=True)
class Member:
    """One of the models whose scores are averaged.

    Attributes
    ----------
    features : those that it sees.
    scale : factor that brings the norm of a text in these features to 1.
    naive_bayes : whether each label scales the features by its naive-Bayes log-count ratios, see `_ratios`.
    """

    features: NDArray[np.intp]
    scale: float
    naive_bayes: bool = False


def folds_of(groups: Sequence[str], facets: Sequence[Targets], seed: int) -> NDArray[np.int64]:
    """Fold of each item, in [0, N_FOLDS): groups stay whole, and each label's items spread over the folds.

    Groups are dealt out in the order of their rarest label, within it by a hash of their name and the seed.
    """
    holds = np.concatenate([targets.values == 1 for targets in facets], axis=1)
    rarity = holds.sum(axis=0) + np.arange(holds.shape[1]) / (holds.shape[1] + 1)
    rarest = np.where(holds, rarity, np.inf).min(axis=1, initial=np.inf)
    of_group: dict[str, tuple[float, bytes]] = {}
    for group, rare in zip(groups, rarest, strict=True):
        draw = hashlib.sha256(f"{seed}/{group}".encode()).digest()
        of_group[group] = min(of_group.get(group, (np.inf, draw)), (float(rare), draw))
    dealt = {group: n % N_FOLDS for n, group in enumerate(sorted(of_group, key=lambda name: of_group[name]))}
    return np.array([dealt[group] for group in groups], np.int64)


def fit_heads(
    X: sparse.csr_matrix,
    targets: Targets,
    folds: NDArray[np.int64],
    sample_weight: Float64,
    costs: Sequence[float],
    jobs: int,
    tick: Callable[[], None] = lambda: None,
    *,
    members: Sequence[Member] = (),
    named: Sequence[NDArray[np.intp]] = (),
    pooled: bool = False,
    search_folds: int = N_FOLDS,
) -> Heads:
    """Fit all heads of a facet: of each member at the C that scores best out of fold, and the mean of the members.

    Members see features of their own, so the mean of their scores is again one linear score of all features.

    Parameters
    ----------
    X : shape [n_items, F].
    folds : in [0, N_FOLDS), or ALWAYS for items that train every fold and judge none.
    sample_weight : shape [n_items].
    costs : the values of C to choose from; with one, nothing is searched.
    tick : called after each label at each C, and after each label's last fit.
    members : models to average; without any, one of all features.
    named : for each label the features of its own name, which regularisation holds down less: two items about rye teach
        that "rye" speaks for it and the other words do not.
    pooled : decide for all labels of the facet together, see `_pooled_decisions`.
    search_folds : how many of the folds choose C.
    """
    judging = targets.rows(folds != ALWAYS)
    n_labels = len(targets.labels)
    named = named or [np.empty(0, np.intp)] * n_labels
    search = _Search(targets, judging, folds, sample_weight, costs, search_folds, jobs, tick)
    chosen: list[float] = []
    if not members:
        judged, weights, intercepts, cost = _fit_member(X, named, False, search)
        chosen.append(cost)
    else:
        judged, intercepts = np.zeros((len(judging.values), n_labels)), np.zeros(n_labels)
        weights = np.zeros((n_labels, X.shape[1]), np.float32)
        for member in members:
            seen = X[:, member.features] * member.scale
            places = [np.flatnonzero(np.isin(member.features, columns)) for columns in named]
            scores, own, offsets, cost = _fit_member(seen, places, member.naive_bayes, search)
            judged += scores / len(members)
            intercepts += offsets / len(members)
            weights[:, member.features] += own * np.float32(member.scale / len(members))
            chosen.append(cost)
    decide = _pooled_decisions if pooled and not targets.exclusive else _decisions
    slopes, shifts, thresholds, floor, bend = decide(judged, judging)
    return Heads(targets, weights, intercepts, slopes, shifts, thresholds, tuple(chosen), floor, bend)


@dataclass(frozen=True, slots=True)
class _Search:
    """What the members of a facet are fitted with, see `fit_heads`."""

    targets: Targets
    judging: Targets
    folds: NDArray[np.int64]
    sample_weight: Float64
    costs: Sequence[float]
    search_folds: int
    jobs: int
    tick: Callable[[], None]


def _fit_member(
    X: sparse.csr_matrix, named: Sequence[NDArray[np.intp]], naive_bayes: bool, search: _Search
) -> tuple[Float64, Float32, Float64, float]:
    """Scores of the judging items from out of fold, weights, intercepts, and the chosen C."""
    targets, n_labels = search.targets, len(search.targets.labels)
    with Parallel(n_jobs=_processes(X.nnz, n_labels, search.jobs), return_as="generator", mmap_mode="r") as pool:

        def over_labels(task: Callable[..., Any], *args: Any) -> list[Any]:
            columns = ((np.ascontiguousarray(targets.values[:, n]), search.sample_weight, named[n]) for n in range(n_labels))
            results = []
            for result in pool(delayed(task)(X, *column, naive_bayes, *args) for column in columns):
                search.tick()
                results.append(result)
            return results

        def out_of_fold(cost: float, chosen: Sequence[int]) -> Float64:
            """Scores of the judging items in the chosen folds, shape [n_items, L]."""
            if not n_labels:
                return np.empty((int(np.isin(judging_folds, chosen).sum()), 0))
            return np.stack(over_labels(_out_of_fold, search.folds, chosen, cost), axis=1)

        judging_folds = search.folds[search.folds != ALWAYS]
        searched = np.isin(judging_folds, range(search.search_folds))
        judging = search.judging.rows(searched)
        best, found, highest = search.costs[0], np.empty(0), -np.inf
        for cost in sorted(search.costs):
            scores = out_of_fold(cost, range(search.search_folds))
            quality = _quality(scores, judging)
            if quality > highest:  # of equals the smallest C
                best, found, highest = cost, scores, quality
        judged = np.full((len(judging_folds), n_labels), np.nan)
        judged[searched] = found
        rest = _other_folds(targets, search.search_folds)
        if rest:
            judged[np.isin(judging_folds, rest)] = out_of_fold(best, rest)
        fitted = over_labels(_fit_one, best)
    weights = np.stack([coef for coef, _ in fitted]) if n_labels else np.empty((0, X.shape[1]), np.float32)
    return judged, weights, np.array([intercept for _, intercept in fitted]), best


def _processes(n_values: int, n_labels: int, jobs: int) -> int:
    """How many processes to share the labels among."""
    if n_values * n_labels < _WORTH_PROCESSES:
        return 1
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", ()):  # Windows does not say
        return jobs
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(jobs, memory // _COPIES_SHARE // (n_values * _COPIED_BYTES)))


def head_steps(targets: Targets, n_costs: int, search_folds: int = N_FOLDS, n_members: int = 1) -> int:
    """How often `fit_heads` calls `tick`."""
    return n_members * len(targets.labels) * (n_costs + 1 + bool(_other_folds(targets, search_folds)))


def _other_folds(targets: Targets, search_folds: int) -> range:
    """Folds that judge although they did not choose C: none for an exclusive facet, which learns one slope from them."""
    return range(0) if targets.exclusive else range(search_folds, N_FOLDS)


def _out_of_fold(
    X: sparse.csr_matrix,
    truth: NDArray[np.int8],
    weight: Float64,
    named: NDArray[np.intp],
    naive_bayes: bool,
    folds: NDArray[np.int64],
    chosen: Sequence[int],
    cost: float,
) -> Float64:
    """Scores of one label's items in the chosen folds, from heads that have not seen them."""
    scores = np.empty(X.shape[0])
    for fold in chosen:
        judged = folds == fold
        coef, intercept = _fit_one(X, truth, np.where(judged, 0.0, weight), named, naive_bayes, cost)
        scores[judged] = X[judged] @ coef + intercept
    return scores[np.isin(folds, chosen)]


def _fit_one(
    X: sparse.csr_matrix,
    truth: NDArray[np.int8],
    weight: Float64,
    named: NDArray[np.intp],
    naive_bayes: bool,
    cost: float,
) -> tuple[Float32, float]:
    """Weights and intercept of one label's head; items of weight 0 train nothing, which spares a copy of the others."""
    known = truth != UNKNOWN
    trained = known & (weight > 0)
    positives = int((truth[trained] == 1).sum())
    if positives in (0, int(trained.sum())):
        return np.zeros(X.shape[1], np.float32), 1.0 if positives else -1.0
    if not known.all():
        X, truth, weight = X[known], truth[known], weight[known]
    positive = truth == 1
    factors = _ratios(X, positive, weight) if naive_bayes else np.ones(X.shape[1])
    factors[named] *= 1 + (_NAMED - 1) * _FEW / (_FEW + positives)
    head = LinearSVC(C=cost, tol=TOL, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        head.fit(X if (factors == 1).all() else _scaled(X, factors), positive, sample_weight=weight)
    return (head.coef_[0] * factors).astype(np.float32), float(head.intercept_[0])


def _ratios(X: sparse.csr_matrix, positive: NDArray[np.bool_], weight: Float64) -> Float64:
    """How strongly each feature speaks for or against a label by itself, shape [F]: factors that keep the mean norm of X.

    Wang and Manning, "Baselines and Bigrams" (2012), NB-SVM: the log ratio of a feature's share among the positive items
    to its share among the others. Regularisation then holds down the features that tell nothing. The sign is of no
    consequence to an SVM.
    """
    own, others = ((X.T @ (weight * rows)) + _SMOOTHING for rows in (positive, ~positive))
    ratios = np.abs(np.log((own / own.sum()) / (others / others.sum())))
    squares = X.multiply(X) @ ratios**2
    mean: float = np.sqrt(squares[weight > 0]).mean()
    result: Float64 = ratios / mean if mean > 0 else np.ones_like(ratios)
    return result


def _scaled(X: sparse.csr_matrix, factors: Float64) -> sparse.csr_matrix:
    """Each column times its factor."""
    data = factors.take(X.indices)
    data *= X.data
    return sparse.csr_matrix((data, X.indices, X.indptr), X.shape)


def _judged(scores: Float64, targets: Targets) -> NDArray[np.bool_]:
    """Items and labels that may judge: covered, deciding, and with a score from out of fold; shape [n_items, L]."""
    judged: NDArray[np.bool_] = (targets.values != UNKNOWN) & ~np.isnan(scores)
    return judged if targets.decides is None else judged & targets.decides[:, None]


def _quality(scores: Float64, targets: Targets) -> float:
    """What C is chosen by: accuracy, or the mean of micro- and macro-F1 at the thresholds that these scores give."""
    judged = _judged(scores, targets)
    if targets.exclusive:
        rows = judged.all(axis=1)
        return accuracy(scores[rows].argmax(axis=1), targets.values[rows].argmax(axis=1))
    given = np.zeros(scores.shape, bool)
    common = best_threshold(scores[judged], targets.values[judged] == 1)
    for n in range(scores.shape[1]):
        rows = judged[:, n]
        own, truth = scores[rows, n], targets.values[rows, n] == 1
        given[rows, n] = own >= shrunk_threshold(best_threshold(own, truth), common, int(truth.sum()))
    found = f1_scores(given, targets.values == 1, judged)
    return (found.micro + found.macro) / 2


def _decisions(scores: Float64, targets: Targets) -> tuple[Float64, Float64, Float64, float, Bend]:
    """Slopes, shifts and thresholds (on probabilities) of all labels, and the facet's floor and bend."""
    n_labels = len(targets.labels)
    judged = _judged(scores, targets)
    if targets.exclusive:
        rows = judged.all(axis=1)
        slope, shifts = softmax_calibration(scores[rows], targets.values[rows].argmax(axis=1))
        return np.full(n_labels, slope), shifts, np.zeros(n_labels), 1.0, _STRAIGHT
    slopes, shifts, thresholds = np.ones(n_labels), np.zeros(n_labels), np.full(n_labels, 0.5)
    common = best_threshold(scores[judged], targets.values[judged] == 1)
    for n in range(n_labels):
        rows = judged[:, n]
        own, truth = scores[rows, n], targets.values[rows, n] == 1
        slopes[n], shifts[n] = sigmoid_calibration(own, truth)
        thresholds[n] = shrunk_threshold(bagged_threshold(own, truth), common, int(truth.sum()))
    holds = judged & (targets.values == 1)
    bend = bend_of((scores * slopes + shifts)[judged], holds[judged])
    thresholds = expit(bent(thresholds * slopes + shifts, bend))
    return slopes, shifts, thresholds, best_floor(_probabilities(scores, slopes, shifts, bend, judged), holds, thresholds), bend


def _pooled_decisions(scores: Float64, targets: Targets) -> tuple[Float64, Float64, Float64, float, Bend]:
    """Slopes, shifts, one threshold for all labels of a facet, floor and bend: what a few dozen positives a label can bear.

    Out of fold on the project's items one probability for all labels gave a micro-F1 of topics 0.005 above thresholds
    of their own.
    """
    n_labels = len(targets.labels)
    judged, truth = _judged(scores, targets), targets.values == 1
    if not (judged & truth).any():
        return _decisions(scores, targets)
    slope, shifts = pooled_calibration(scores, truth, judged)
    bend = bend_of((scores * slope + shifts)[judged], truth[judged])
    probability = _probabilities(scores, slope, shifts, bend, judged)
    thresholds = np.full(n_labels, lowest_good_threshold(probability[judged], truth[judged]))
    return np.full(n_labels, slope), shifts, thresholds, best_floor(probability, truth & judged, thresholds), bend


def _probabilities(scores: Float64, slopes: Float64 | float, shifts: Float64, bend: Bend, judged: NDArray[np.bool_]) -> Float64:
    """Of what may judge; 0 elsewhere."""
    return np.where(judged, expit(bent(slopes * scores + shifts, bend)), 0.0)
