"""Measures, as small pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class F1:
    """F1 of a facet: over all decisions (micro), the mean of the labels (macro), and each label's own, shape [L]."""

    micro: float
    macro: float
    by_label: NDArray[np.float64]


def f1_scores(given: Bools, truth: Bools, judged: Bools) -> F1:
    """F1 over the (item, label) pairs that are judged, all arrays of shape [n_items, L].

    A label without positives and without tags counts 0 in the macro mean, as in the published figures for R90.
    """
    hit = (given & truth & judged).sum(axis=0)
    wrong = (given & ~truth & judged).sum(axis=0)
    missed = (~given & truth & judged).sum(axis=0)
    by_label = _ratio(2 * hit, 2 * hit + wrong + missed)
    micro = _ratio(2 * hit.sum(), 2 * hit.sum() + wrong.sum() + missed.sum())
    return F1(float(micro), float(by_label.mean()) if len(by_label) else 0.0, by_label)


def accuracy(given: NDArray[np.intp], truth: NDArray[np.intp]) -> float:
    """Share of equal entries; 0 if there are none."""
    return float((given == truth).mean()) if len(truth) else 0.0


def calibration_error(probability: NDArray[np.float64], truth: Bools, bins: int = 15) -> float:
    """Expected calibration error over equally wide bins of probability.

    Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (2015).
    """
    if not len(truth):
        return 0.0
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, probability - truth, bins)
    return float(np.abs(gap).sum() / len(truth))


def _ratio(numerator: ArrayLike, denominator: ArrayLike) -> NDArray[np.float64]:
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    ratio: NDArray[np.float64] = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
    return ratio
