"""From out-of-fold scores to decisions: a threshold for each label, and calibrated probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from wiretag.model import bent

Float64 = NDArray[np.float64]
# Weight of the penalty on a label's shift; of 0.1, 1, 10 and 100 the best on the development sets, by 0.001 to 0.01.
_PRIOR = 10.0
# F1 over thresholds is flat: out of fold, topics lost 0.0025 between 0.36 and 0.25, and 0.01 at 0.20.
_TOLERANCE = 0.005
_SAMPLES = 20
_SHRINKAGE = 2.0
# Below this logit hardly a label holds: such decisions would only cost time. Three numbers need no more than so many, about.
_SURE, _TELLING = -9.0, 2_000_000


def shrunk_threshold(own: float, common: float, positives: int) -> float:
    """A label's own best threshold, shrunk towards the one that is best for all labels of the facet together.

    Own thresholds (Yang 2001, "SCut") overfit where positives are few; with m of them, own and common are weighed as m and
    2. Shrunk towards 0 instead, with 1/2 for the 2, R90 trained on 1, 3, 10 and 30 % of its training items and judged on
    the others lost 0.010, 0.002, 0.003 and 0.001 of micro-F1, and 0.019, 0.012, 0.004 and 0.006 of macro-F1.
    """
    return (positives * own + _SHRINKAGE * common) / (positives + _SHRINKAGE)


def bagged_threshold(scores: Float64, truth: NDArray[np.bool_]) -> float:
    """Mean of `best_threshold` over bootstrap samples.

    One threshold fits the noise of the very scores that it is chosen on; the mean of many does less so (Breiman 1996,
    "Bagging predictors"). Of R90's labels out of fold, thresholds chosen on four fifths of the items and applied to the
    rest gave 0.906 micro-F1 so and 0.905 without.
    """
    draw = np.random.default_rng(0)
    samples = (draw.integers(0, len(scores), len(scores)) for _ in range(_SAMPLES if len(scores) else 0))
    found = [best_threshold(scores[rows], truth[rows]) for rows in samples]
    return float(np.mean(found)) if found else 0.0


def best_threshold(scores: Float64, truth: NDArray[np.bool_]) -> float:
    """The score at which F1 is highest, midway to the next lower one; 0 without positives."""
    positives = int(truth.sum())
    if not positives:
        return 0.0
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(scores) + 1) + positives)
    ordered = scores[order]
    f1[:-1][ordered[:-1] == ordered[1:]] = 0  # equal scores cannot be told apart
    best = int(f1.argmax())
    below = ordered[best + 1] if best + 1 < len(ordered) else ordered[best] - 1
    return float((ordered[best] + below) / 2)


def lowest_good_threshold(scores: Float64, truth: NDArray[np.bool_]) -> float:
    """The lowest score whose F1 is within `_TOLERANCE` of the best one.

    The optimum is flat, and texts of writers that the model has not learned from score lower than those that judge here:
    of thresholds that are as good, the lowest loses fewest of their labels.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(scores) + 1) + int(truth.sum()))
    return float(scores[order][np.flatnonzero(f1 >= f1.max() - _TOLERANCE)[-1]])


def best_floor(probability: Float64, truth: NDArray[np.bool_], thresholds: Float64) -> float:
    """From which probability on the best label of an item is worth giving, where no label reaches its threshold, by micro-F1.

    Arrays of shape [n_items, L], thresholds of shape [L]. At a micro-F1 of F, another tag raises it if it is right more
    often than F / 2 (Lipton et al., "Optimal Thresholding of Classifiers to Maximize F1", 2014). Of R90's items out of
    fold, decided by what the other four fifths had taught, 0.9057 micro- and 0.591 macro-F1 became 0.9084 and 0.611.
    """
    given = probability >= thresholds
    alone = np.flatnonzero(~given.any(axis=1))
    hits, tags, positives = int((given & truth).sum()), int(given.sum()), int(truth.sum())
    if not positives or not len(alone):
        return 1.0
    best = probability[alone].argmax(axis=1)
    order = np.argsort(-probability[alone, best], kind="stable")
    right = np.cumsum(truth[alone, best][order])
    f1 = 2 * (hits + right) / (tags + np.arange(1, len(alone) + 1) + positives)
    if f1.max() <= 2 * hits / (tags + positives):
        return 1.0
    return float(probability[alone, best][order][int(f1.argmax())])


def sigmoid_calibration(scores: Float64, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift of ``sigmoid(slope * score + shift)``, a score's probability.

    Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with his smoothed targets. The slope is kept
    positive, so that a higher score is never less probable.
    """
    positives = int(truth.sum())
    if not positives or positives == len(truth):
        rate = (positives + 1) / (len(truth) + 2)
        return 1.0, float(np.log(rate / (1 - rate)))
    high, low = (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2)
    target = np.where(truth, high, low)

    def loss(parameters: Float64) -> tuple[float, Float64]:
        slope = np.exp(parameters[0])
        logits = slope * scores + parameters[1]
        error = 1 / (1 + np.exp(-np.clip(logits, -500, 500))) - target
        value = np.logaddexp(0, logits) - target * logits
        return float(value.mean()), np.array([(error * scores).mean() * slope, error.mean()])

    fitted = minimize(loss, np.array([0.7, 0.0]), jac=True, method="L-BFGS-B", bounds=[(-4, 5), (-30, 30)])
    return float(np.exp(fitted.x[0])), float(fitted.x[1])


def bend_of(logits: Float64, truth: NDArray[np.bool_]) -> tuple[float, float, float]:
    """What is made of the logits of all labels together: a slope for those below 0, one for those above, and a shift.

    A linear SVM's scores are not logistic: those of what it is sure of crowd at the margin. `sigmoid_calibration` of each
    label said 0.10 where 0.19 came true and 0.90 where 0.85 did; two slopes and a shift for the facet as a whole took the
    calibration error of R90's decisions of 0.1 or more, out of fold at `--effort quick`, from 0.042 to 0.021. Standard
    normal priors on the slopes' logarithms and on the shift hold them where there is little to learn from.
    """
    telling = np.flatnonzero(logits > _SURE)
    telling = telling[:: max(len(telling) // _TELLING, 1)]
    known, target = logits[telling], truth[telling].astype(np.float64)

    def loss(parameters: Float64) -> tuple[float, Float64]:
        low, high = np.exp(parameters[:2])
        logit = bent(known, (low, high, parameters[2]))
        error = 1 / (1 + np.exp(-np.clip(logit, -500, 500))) - target
        value = (np.logaddexp(0, logit) - target * logit).sum() + (parameters**2).sum() / 2
        below = known < 0
        slopes = [(error * known)[below].sum() * low, (error * known)[~below].sum() * high]
        return float(value), np.array([*slopes, error.sum()]) + parameters

    fitted = minimize(loss, np.zeros(3), jac=True, method="L-BFGS-B", bounds=[(-3, 3), (-3, 3), (-5, 5)])
    low, high, shift = np.exp(fitted.x[0]), np.exp(fitted.x[1]), fitted.x[2]
    return float(low), float(high), float(shift)


def pooled_calibration(scores: Float64, truth: NDArray[np.bool_], judged: NDArray[np.bool_]) -> tuple[float, Float64]:
    """One slope for all labels and a shift for each, for ``sigmoid(slope * score + shift)``; arrays of shape [n, L].

    With a few dozen positives a label, slopes of their own (`sigmoid_calibration`) are mostly noise, and noise between
    labels is what ranks them: on the development sets of other people's news they cost 0.01 to 0.04 macro-F1. Shifts are
    drawn towards their mean by an L2 penalty of weight `_PRIOR`.
    """
    truth_ = truth.astype(np.float64)
    n_labels = scores.shape[1]
    known = np.where(judged, scores, 0.0)

    def loss(parameters: Float64) -> tuple[float, Float64]:
        slope, mean, own = np.exp(parameters[0]), parameters[1], parameters[2:]
        logits = slope * known + mean + own
        error = np.where(judged, 1 / (1 + np.exp(-np.clip(logits, -500, 500))) - truth_, 0.0)
        value = np.where(judged, np.logaddexp(0, logits) - truth_ * logits, 0.0).sum() + _PRIOR * (own**2).sum() / 2
        gradient = np.concatenate([[(error * known).sum() * slope, error.sum()], error.sum(axis=0) + _PRIOR * own])
        return float(value), gradient

    start = np.concatenate([[0.7, 0.0], np.zeros(n_labels)])
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-4, 5)] + [(-30, 30)] * (n_labels + 1))
    return float(np.exp(fitted.x[0])), fitted.x[1] + fitted.x[2:]


def softmax_calibration(scores: Float64, truth: NDArray[np.intp]) -> tuple[float, Float64]:
    """One slope and a shift for each label of ``softmax(slope * scores + shifts)``; scores of shape [n, L], truth [n].

    Guo et al., "On Calibration of Modern Neural Networks" (2017): between temperature and vector scaling. One-vs-rest
    scores of small classes are too low beside those of large ones: out of fold, shifts of their own gave R8 and R52 0.003
    of accuracy and took at most 0.001 from BBC and 20 Newsgroups. A standard normal prior holds them where items are few;
    if a label has no item here, its share is not known, and all shifts are 0.
    """
    n_labels = scores.shape[1]
    if not len(truth):
        return 1.0, np.zeros(n_labels)
    rows = np.arange(len(truth))
    most = 30.0 if np.bincount(truth, minlength=n_labels).all() else 0.0

    def loss(parameters: Float64) -> tuple[float, Float64]:
        slope, own = np.exp(parameters[0]), parameters[1:]
        log_probability = slope * scores + own
        log_probability -= logsumexp(log_probability, axis=1, keepdims=True)
        error = np.exp(log_probability)
        value = -log_probability[rows, truth].sum() + (own**2).sum() / 2
        error[rows, truth] -= 1
        gradient = np.concatenate([[(error * scores).sum() * slope], error.sum(axis=0) + own])
        return float(value), gradient

    start = np.zeros(n_labels + 1)
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-3, 5)] + [(-most, most)] * n_labels)
    return float(np.exp(fitted.x[0])), fitted.x[1:]
