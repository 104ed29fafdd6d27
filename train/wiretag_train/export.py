"""Fitted heads to the model that is shipped: the most telling weights, in 8 bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from wiretag.model import Facet, Model
from wiretag.vectors import Vectoriser, Vocabulary
from wiretag_train.fit import Fitted

_STEPS = 127


def to_model(
    fitted: Fitted,
    max_weights: int,
    *,
    beside: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    names: Mapping[str, Any] | None = None,
    wire: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Model:
    """Prune, quantise and put together.

    Parameters
    ----------
    max_weights : how many weights are kept, those with the largest effect ``|weight| * idf``.
    beside : facet -> label -> labels of which one always stands beside it.
    names, wire, about : see `wiretag.model.Model`.
    """
    heads = fitted.heads
    weights = sparse.csr_matrix(np.concatenate([head.weights for head in heads]).T)
    vocabulary = fitted.vectoriser.vocabulary
    _keep_largest(weights, vocabulary.idf, max_weights)
    scales = np.array([_scale(weights, label) for label in range(weights.shape[1])], np.float32)
    # Squares of 8-bit steps: the many small weights keep a relative precision that even steps would lose.
    steps = np.sqrt(np.abs(weights.data) / scales[weights.indices])
    weights.data = np.sign(weights.data) * np.minimum(np.rint(steps), _STEPS)
    weights.eliminate_zeros()
    weights.sort_indices()
    # Features without weights stay: they belong to the texts' norms.
    return Model(
        vectoriser=Vectoriser(
            fitted.vectoriser.config,
            fitted.vectoriser.weighting,
            Vocabulary(vocabulary.columns, vocabulary.idf.astype(np.float16).astype(np.float32)),
        ),
        facets=tuple(
            Facet(
                head.targets.facet,
                head.targets.labels,
                head.targets.exclusive,
                (beside or {}).get(head.targets.facet, {}),
            )
            for head in heads
        ),
        offsets=weights.indptr.astype(np.uint32),
        labels=weights.indices.astype(np.uint16),
        weights=weights.data.astype(np.int8),
        scales=scales,
        intercepts=_joined([head.intercepts for head in heads]),
        slopes=_joined([head.slopes for head in heads]),
        shifts=_joined([head.shifts for head in heads]),
        thresholds=_joined([head.thresholds for head in heads]),
        names=names or {},
        wire=wire or {},
        about=about or {},
    )


def _keep_largest(weights: sparse.csr_matrix, idf: np.ndarray[Any, Any], max_weights: int) -> None:
    """Drop all but the weights with the largest effect, in place."""
    if weights.nnz > max_weights:
        effect = np.abs(weights.data) * np.repeat(idf, np.diff(weights.indptr))
        bar = np.partition(effect, -max_weights)[-max_weights]
        weights.data[effect < bar] = 0
        weights.eliminate_zeros()


def _scale(weights: sparse.csr_matrix, label: int) -> float:
    own = np.abs(weights.data[weights.indices == label])
    return float(own.max()) / _STEPS**2 if len(own) and own.max() > 0 else 1.0


def _joined(parts: list[Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)
