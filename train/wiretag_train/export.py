"""Fitted heads to the model that is shipped: what a facet's labels have in common, and the most telling rest, in few levels.

The median of a feature's weights over a facet's labels is kept in a row of its own, and departures from it are pruned (see
`pruning`). In an exclusive facet the common part changes nothing and is not kept. Features of which no label keeps any weight
are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from wiretag.model import Facet, Model, in_steps
from wiretag.vectors import Vectoriser, Vocabulary
from wiretag_train.fit import Fitted
from wiretag_train.levels import packed
from wiretag_train.matrix import matrix
from wiretag_train.pruning import made_up, worth_keeping
from wiretag_train.sklearn import linear_scores

# Of fewer labels the median is no common part.
_MIN_LABELS = 3
# Which language or class a text is of shows in many features at once: such facets can do with fewer, larger weights.
_EXCLUSIVE_SHARE = 0.2


def to_model(
    fitted: Fitted,
    max_bytes: int,
    n_levels: int,
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
    max_bytes : about how many bytes of the file features and weights may take.
    n_levels : levels of each row's weights, 16 or 256.
    beside : facet -> label -> labels of which one always stands beside it.
    names, wire, iptc, about : see `wiretag.model.Model`.
    """
    heads, vocabulary = fitted.heads, fitted.vectoriser.vocabulary
    own, common = [], []
    for head in heads:
        median = np.median(head.weights, axis=0) if len(head.targets.labels) >= _MIN_LABELS else np.zeros(len(vocabulary))
        own.append(head.weights - median)
        if not head.targets.exclusive:
            common.append(median[None])
    whole, shared = (np.concatenate([np.empty((0, len(vocabulary))), *parts], dtype=np.float32) for parts in (own, common))
    facet_of = np.repeat(np.arange(len(heads)), [len(part) for part in own])
    exclusive = np.array([head.targets.exclusive for head in heads])
    effect = _effect(vocabulary.idf)
    shares = np.where(exclusive, np.float32(_EXCLUSIVE_SHARE), np.float32(1))[facet_of, None]
    keep = worth_keeping(whole, effect * shares, len(common), max_bytes, n_levels)
    used = keep.any(axis=0)
    kept = np.where(keep, whole, np.float32(0))
    X = matrix(fitted.vectoriser, fitted.sample)
    if fitted.sample:
        whole[keep] = 0
        # Features that are dropped take their part of the common rows with them.
        dropped = np.flatnonzero(~used)
        for row, facet in zip(shared, np.flatnonzero(~exclusive), strict=True):
            whole[np.ix_(facet_of == facet, dropped)] += row[dropped]
        kept = made_up(X, kept, whole)
    weights, scales = packed(kept[:, used], shared[:, used], effect[used], n_levels)
    vocabulary = Vocabulary(vocabulary.columns[used], in_steps(vocabulary.idf[used]))
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
        weights=weights,
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
    return replace(model, intercepts=model.intercepts + _lost(model, fitted, X))


def _lost(model: Model, fitted: Fitted, X: sparse.csr_matrix) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What pruning takes from the scores of a facet on average, over the sample of training texts; shape [L].

    One number a facet: the loss grows with a text's length, so a number a label would bend the ranking of short texts.
    """
    if not fitted.sample:
        return np.zeros(len(model.intercepts), np.float32)
    kept = linear_scores(model, matrix(model.vectoriser, fitted.sample))
    whole = scores_of(fitted, X)
    lost = np.zeros(len(model.intercepts), np.float32)
    for _, columns in model.columns():
        lost[columns] = (whole - kept)[:, columns].mean()
    return lost


def scores_of(fitted: Fitted, X: sparse.csr_matrix) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Scores of the heads as they were fitted, of all facets side by side, shape [n_texts, L], for vectors of its vectoriser."""
    scores = [X @ head.weights.T + head.intercepts for head in fitted.heads]
    return np.concatenate(scores, axis=1).astype(np.float32)


def _effect(idf: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What a weight of 1 adds to scores of running text, as a root mean square, but for a factor; shape [F].

    ``exp(-idf)`` is proportional to the document frequency, see `wiretag_train.matrix.vocabulary`.
    """
    return (idf * np.exp(-idf / 2)).astype(np.float32)


def _joined(parts: list[Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)
