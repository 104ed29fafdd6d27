"""Fitted heads to the model that is shipped: what a facet's labels have in common, and the most telling rest, in 8 bits.

Every label says a little against most features, and many littles make much: dropped, they lifted the scores of long
texts by a sixth of the margin. So the median of a feature's weights over a facet's labels is kept in a row of its own,
and only departures from it are pruned. In an exclusive facet the common part changes nothing and is not kept.

A departure counts by the root of its mean square in scores, about ``|weight| * idf * sqrt(document frequency)``, since
frequent features with small weights decide long texts. Features of which no label keeps any are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from wiretag.model import Facet, Model, in_steps
from wiretag.vectors import Vectoriser, Vocabulary
from wiretag_train.fit import Fitted
from wiretag_train.matrix import matrix
from wiretag_train.sklearn import linear_scores

_STEPS = 127
# Of fewer labels the median is no common part.
_MIN_LABELS = 3
# Which language or class a text is of shows in many features at once: such facets can do with fewer, larger weights.
_EXCLUSIVE_SHARE = 0.3


def to_model(
    fitted: Fitted,
    max_weights: int,
    *,
    beside: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    names: Mapping[str, Any] | None = None,
    wire: Mapping[str, Any] | None = None,
    iptc: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Model:
    """Prune, quantise and put together.

    Parameters
    ----------
    max_weights : how many weights are kept beside the common parts.
    beside : facet -> label -> labels of which one always stands beside it.
    names, wire, iptc, about : see `wiretag.model.Model`.
    """
    heads = fitted.heads
    own, common = [], []
    for head in heads:
        median = np.median(head.weights, axis=0) if len(head.targets.labels) >= _MIN_LABELS else np.zeros(head.weights.shape[1])
        own.append(head.weights - median)
        if not head.targets.exclusive:
            common.append(median)
    rows = np.concatenate([*own, *(median[None] for median in common)]).astype(np.float32)
    vocabulary = fitted.vectoriser.vocabulary
    departures = rows[: sum(len(part) for part in own)]
    shares = [
        np.full(len(part), _EXCLUSIVE_SHARE if head.targets.exclusive else 1) for part, head in zip(own, heads, strict=True)
    ]
    _keep_largest(departures, _effect(vocabulary.idf) * _joined(shares)[:, None], max_weights)
    used = departures.any(axis=0)
    vocabulary = Vocabulary(vocabulary.columns[used], in_steps(vocabulary.idf[used]))
    weights = sparse.csr_matrix(rows[:, used].T)
    scales = np.array([_scale(weights, row) for row in range(weights.shape[1])], np.float32)
    # Squares of 8-bit steps: the many small weights keep a relative precision that even steps would lose.
    steps = np.sqrt(np.abs(weights.data) / scales[weights.indices])
    weights.data = np.sign(weights.data) * np.minimum(np.rint(steps), _STEPS)
    weights.eliminate_zeros()
    weights.sort_indices()
    narrow = np.uint8 if len(rows) < 1 << 8 else np.uint16
    model = Model(
        vectoriser=Vectoriser(fitted.vectoriser.config, fitted.vectoriser.weighting, vocabulary),
        facets=tuple(
            Facet(
                head.targets.facet,
                head.targets.labels,
                head.targets.exclusive,
                (beside or {}).get(head.targets.facet, {}),
                head.floor,
                head.bend,
            )
            for head in heads
        ),
        counts=np.diff(weights.indptr).astype(narrow),
        labels=weights.indices.astype(narrow),
        weights=weights.data.astype(np.int8),
        scales=scales,
        intercepts=_joined([head.intercepts for head in heads]),
        slopes=_joined([head.slopes for head in heads]),
        shifts=_joined([head.shifts for head in heads]),
        thresholds=_joined([head.thresholds for head in heads]),
        names=names or {},
        wire=wire or {},
        iptc=iptc or {},
        about=about or {},
    )
    return replace(model, intercepts=model.intercepts + _lost(model, fitted))


def _lost(model: Model, fitted: Fitted) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What pruning takes from the scores of a facet on average, over the sample of training texts; shape [L].

    One number a facet: the loss grows with a text's length, so a number a label would bend the ranking of short texts.
    """
    if not fitted.sample:
        return np.zeros(len(model.intercepts), np.float32)
    kept = linear_scores(model, matrix(model.vectoriser, fitted.sample))
    whole = scores_of(fitted, fitted.sample)
    lost = np.zeros(len(model.intercepts), np.float32)
    for _, columns in model.columns():
        lost[columns] = (whole - kept)[:, columns].mean()
    return lost


def scores_of(fitted: Fitted, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Scores of the heads as they were fitted, of all facets side by side, shape [n_texts, L]."""
    X = matrix(fitted.vectoriser, texts)
    scores = [X @ head.weights.T + head.intercepts for head in fitted.heads]
    return np.concatenate(scores, axis=1).astype(np.float32)


def _effect(idf: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What a weight of 1 adds to scores of running text, as a root mean square, but for a factor; shape [F].

    ``exp(-idf)`` is proportional to the document frequency, see `wiretag_train.matrix.vocabulary`.
    """
    return (idf * np.exp(-idf / 2)).astype(np.float32)


def _keep_largest(rows: np.ndarray[Any, Any], effect: np.ndarray[Any, Any], most: int) -> None:
    """Of the weights, shape [R, F], put all to 0 but the `most` with the largest effect, in place."""
    sizes = np.abs(rows) * effect
    if np.count_nonzero(sizes) > most:
        rows[sizes < np.partition(sizes, -most, axis=None)[-most]] = 0


def _scale(weights: sparse.csr_matrix, label: int) -> float:
    own = np.abs(weights.data[weights.indices == label])
    return float(own.max()) / _STEPS**2 if len(own) and own.max() > 0 else 1.0


def _joined(parts: list[Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)
