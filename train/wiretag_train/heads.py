"""Linear heads: one linear SVM a label (`svm`), fitted only on the items whose source covers the label.

Scores of items that did not train a head ("out of fold") come from folds that keep groups together; regularisation,
thresholds and calibration are chosen on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from wiretag.model import bent
from wiretag_train.blocks import Block, blocks_of, fit_block
from wiretag_train.evaluate import accuracy, f1_scores
from wiretag_train.naive_bayes import NaiveBayes
from wiretag_train.svm import Solution, Texts
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
    naive_bayes_share, naive_bayes_factor : see `wiretag_train.naive_bayes.Added`.
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
    naive_bayes_share: float = 0.0
    naive_bayes_factor: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """One of the models whose scores are averaged.

    Attributes
    ----------
    features : those that it sees.
    scale : factor that brings the norm of a text in these features to 1.
    naive_bayes : see `wiretag_train.blocks.Block`.
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
    naive_bayes: NaiveBayes | None = None,
) -> Heads:
    """Fit all heads of a facet: of each member at the C that scores best out of fold, and the mean of the members.

    Members see features of their own, so the mean of their scores is again one linear score of all features.

    Parameters
    ----------
    X : shape [n_items, F], float32.
    folds : in [0, N_FOLDS), or ALWAYS for items that train every fold and judge none.
    sample_weight : shape [n_items].
    costs : the values of C to choose from; with one, nothing is searched.
    tick : called after each label at each C, and after each label's last fit.
    members : models to average; without any, one of all features.
    named : for each label the features of its own name, which regularisation holds down less: two items about rye teach
        that "rye" speaks for it and the other words do not.
    pooled : decide for all labels of the facet together, see `_pooled_decisions`.
    search_folds : how many of the folds choose C.
    naive_bayes : what is added where exactly one label holds, if it helps.
    """
    all_targets = targets
    covered = (targets.values != UNKNOWN).any(axis=1)
    if not covered.all():
        X, targets, folds, sample_weight = X[covered], targets.rows(covered), folds[covered], sample_weight[covered]
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
    share = factor = 0.0
    if naive_bayes is not None and targets.exclusive and len(judged):
        judges = np.logical_and.reduce(_judged(judged, judging), axis=1)
        added = naive_bayes.added(X, targets.values == 1, folds, sample_weight, judged, judges)
        if added is not None:
            judged, share, factor = judged + added.scores, added.share, added.factor
            weights += added.weights
    unset = np.zeros(n_labels)
    heads = Heads(all_targets, weights, intercepts, unset, unset, unset, tuple(chosen), 1.0, _STRAIGHT, share, factor)
    return decided(heads, judged, judging, pooled)


def decided(heads: Heads, scores: Float64, judging: Targets, pooled: bool = False) -> Heads:
    """Heads with the calibration and the thresholds that scores of the judging items, shape [n_judging, L], give.

    The scores are from out of fold; `pooled` as for `fit_heads`.
    """
    decide = _pooled_decisions if pooled and not judging.exclusive else _decisions
    slopes, shifts, thresholds, floor, bend = decide(scores, judging)
    return replace(heads, slopes=slopes, shifts=shifts, thresholds=thresholds, floor=floor, bend=bend)


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
    blocks = blocks_of(targets.values, named, naive_bayes, effective_n_jobs(search.jobs))
    starts: list[Solution | None] = [None] * len(blocks)
    texts = Texts.of(X)
    # NumPy's and our own machine code let go of the interpreter's lock, so threads share the items.
    with Parallel(n_jobs=search.jobs, prefer="threads", return_as="generator") as pool:

        def over_blocks(task: Callable[..., Any], *args: Any) -> list[Any]:
            tasks = (
                delayed(task)(X, texts, block, search.sample_weight, start, *args)
                for block, start in zip(blocks, starts, strict=True)
            )
            results = []
            for block, result in zip(blocks, pool(tasks), strict=True):
                for _ in block.named:
                    search.tick()
                results.append(result)
            return results

        def out_of_fold(cost: float, chosen: Sequence[int]) -> Float64:
            """Scores of the judging items in the chosen folds, shape [n_items, L]."""
            scores = []
            for n, (own, last) in enumerate(over_blocks(_out_of_fold, search.folds, chosen, cost)):
                scores.append(own)
                starts[n] = last
            return np.concatenate(scores, axis=1)

        judging_folds = search.folds[search.folds != ALWAYS]
        searched = np.isin(judging_folds, range(search.search_folds))
        judging = search.judging.rows(searched)
        best, found, highest, nearest = search.costs[0], np.empty(0), -np.inf, starts
        for cost in sorted(search.costs):
            scores = out_of_fold(cost, range(search.search_folds))
            quality = _quality(scores, judging)
            if quality > highest:  # of equals the smallest C
                best, found, highest, nearest = cost, scores, quality, list(starts)
        starts = nearest
        judged = np.full((len(judging_folds), n_labels), np.nan)
        judged[searched] = found
        rest = _other_folds(targets, search.search_folds)
        if rest:
            judged[np.isin(judging_folds, rest)] = out_of_fold(best, rest)
        fitted = over_blocks(fit_block, best)
    weights = np.concatenate([texts.in_order(own).T for own in fitted])
    return judged, weights, np.concatenate([own.intercepts for own in fitted]).astype(np.float64), best


def head_steps(targets: Targets, n_costs: int, search_folds: int = N_FOLDS, n_members: int = 1) -> int:
    """How often `fit_heads` calls `tick`."""
    return n_members * len(targets.labels) * (n_costs + 1 + bool(_other_folds(targets, search_folds)))


def _other_folds(targets: Targets, search_folds: int) -> range:
    """Folds that judge although they did not choose C: none for an exclusive facet, which learns one slope from them."""
    return range(0) if targets.exclusive else range(search_folds, N_FOLDS)


def _out_of_fold(
    X: sparse.csr_matrix,
    texts: Texts,
    block: Block,
    weight: Float64,
    start: Solution | None,
    folds: NDArray[np.int64],
    chosen: Sequence[int],
    cost: float,
) -> tuple[Float64, Solution | None]:
    """Scores of the items in the chosen folds, from heads that have not seen them, and the last of these heads.

    A fit starts from the last one, less what the items that now judge had added to it.
    """
    scores = np.empty((X.shape[0], len(block.named)))
    for fold in chosen:
        judged = folds == fold
        start = fit_block(X, texts, block, np.where(judged, 0.0, weight), start, cost)
        scores[judged] = X[judged] @ texts.in_order(start) + start.intercepts
    return scores[np.isin(folds, chosen)], start


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
