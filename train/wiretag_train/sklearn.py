"""wiretag's features and heads as scikit-learn estimators, and a model as a pipeline of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import Pipeline

from wiretag.files import written_beside
from wiretag.model import Model
from wiretag.tagger import Tagger
from wiretag_train.matrix import matrix


class WiretagVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Raw items to the model's weighted vectors, as a scipy CSR matrix.

    Parameters
    ----------
    model : the model whose vocabulary and weighting are used; nothing is learned by `fit`.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def fit(self, X: Iterable[str], y: Any = None) -> Self:  # noqa: ARG002
        return self

    def transform(self, X: Iterable[str]) -> sparse.csr_matrix:
        """Vectors, shape [n_texts, n_features]."""
        tagger = Tagger(self.model)
        return matrix(self.model.vectoriser, [tagger.parse(raw).text for raw in X])

    def __sklearn_is_fitted__(self) -> bool:
        return True


class WiretagClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A model's heads: vectors to tags and probabilities of all its labels.

    Parameters
    ----------
    model : the model whose heads are used; nothing is learned by `fit`.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def fit(self, X: sparse.csr_matrix, y: Any = None) -> Self:  # noqa: ARG002
        return self

    @property
    def classes_(self) -> NDArray[np.str_]:
        """Ids of all labels, "facet/label"."""
        return np.array([f"{facet.name}/{label}" for facet in self.model.facets for label in facet.labels])

    def decision_function(self, X: sparse.csr_matrix) -> NDArray[np.float32]:
        """Linear scores, shape [n_texts, n_labels]."""
        model = self.model
        roots = model.weights.astype(np.float32)
        shape = (len(model.vectoriser.vocabulary), len(model.scales))
        weights = sparse.csr_matrix((roots * np.abs(roots), model.labels, model.offsets), shape)
        return model.with_common((X @ weights).toarray() * model.scales)

    def predict_proba(self, X: sparse.csr_matrix) -> NDArray[np.float32]:
        """Probabilities, shape [n_texts, n_labels], those of the safetensors model."""
        return Tagger(self.model).calibrated(self.decision_function(X))

    def predict(self, X: sparse.csr_matrix) -> NDArray[np.bool_]:
        """Whether each label is given, shape [n_texts, n_labels]."""
        return self.model.given(self.predict_proba(X))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def save_pipeline(model: Model, path: Path) -> None:
    """Write the model as a fitted pipeline, beside `path` first."""
    pipeline = Pipeline([("features", WiretagVectorizer(model)), ("heads", WiretagClassifier(model))])
    with written_beside(path) as beside:
        joblib.dump(pipeline, beside, compress=3)
