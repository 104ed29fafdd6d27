"""wiretag's features and heads as scikit-learn estimators, to fit on one's own or to wrap a trained model.

>>> from sklearn.pipeline import make_pipeline
>>> pipeline = make_pipeline(WiretagVectorizer(), WiretagClassifier())
>>> texts = ["goal and penalty", "bank and bonds", "coach and goal", "bonds and rates"] * 5
>>> pipeline.fit(texts, ["sport", "money"] * 10).predict(["a penalty for the coach"])
array(['sport'], dtype='<U5')
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, check_is_fitted, column_or_1d, validate_data

from wiretag.features import BITS, VIEWS, FeatureConfig, Pairs
from wiretag.files import written_beside
from wiretag.model import Model, bent
from wiretag.tagger import Tagger
from wiretag_train.fit import TrainingSet, make_vectoriser
from wiretag_train.heads import fit_heads, folds_of
from wiretag_train.matrix import matrix
from wiretag_train.recipe import Recipe
from wiretag_train.targets import Targets


class WiretagVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to wiretag's weighted vectors, as a scipy CSR matrix of float32.

    Parameters
    ----------
    pairs : count word pairs; "syllables": those of Vietnamese texts alone.
    chars : shortest and longest character n-gram inside words, or None.
    title : count the first line's words a second time, as features of their own.
    min_df : texts that a feature must occur in.
    k, b : BM25 saturation and length normalisation.
    n_jobs : threads.
    """

    tagger_: Tagger | None

    def __init__(
        self,
        *,
        pairs: Pairs = False,
        chars: tuple[int, int] | None = None,
        title: bool = True,
        min_df: int = 2,
        k: float = 5.0,
        b: float = 0.75,
        n_jobs: int = 1,
    ) -> None:
        self.pairs = pairs
        self.chars = chars
        self.title = title
        self.min_df = min_df
        self.k = k
        self.b = b
        self.n_jobs = n_jobs

    @classmethod
    def from_model(cls, model: Model) -> Self:
        """The vectors of a trained model, for raw items: footers and the like are taken off as the model does."""
        config = model.vectoriser.config
        how = model.vectoriser.weighting["words"]
        self = cls(pairs=config.pairs, chars=config.chars, title=config.title, k=how.k, b=how.b)
        self.vectoriser_ = model.vectoriser
        self.tagger_ = Tagger(model)
        return self

    def fit(self, X: Iterable[str], y: Any = None) -> Self:  # noqa: ARG002
        """Learn vocabulary, document frequencies and mean lengths."""
        texts = _texts(X)
        config = FeatureConfig(pairs=self.pairs, chars=self.chars, title=self.title)
        recipe = Recipe(config, k=self.k, b=self.b, min_df=dict.fromkeys(VIEWS, self.min_df))
        self.vectoriser_ = make_vectoriser(TrainingSet.plain(texts, []), recipe, self.n_jobs)
        self.tagger_ = None
        return self

    def transform(self, X: Iterable[str]) -> sparse.csr_matrix:
        """Vectors, shape [n_texts, n_features]."""
        check_is_fitted(self)
        texts = _texts(X)
        if self.tagger_ is not None:
            texts = [self.tagger_.parse(raw).text for raw in texts]
        return matrix(self.vectoriser_, texts, self.n_jobs)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the columns: view and bucket, since n-grams are hashed."""
        check_is_fitted(self)
        columns = self.vectoriser_.vocabulary.columns.tolist()
        return np.array([f"{VIEWS[column >> BITS]}-{column & (1 << BITS) - 1}" for column in columns], object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


class WiretagClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """wiretag's heads over any features: linear SVMs with C, thresholds and calibration chosen out of fold.

    With one label an item (`y` of shape [n]) the heads answer together, by softmax; with several (`y` an indicator matrix
    of shape [n, L]) each for itself, at a threshold of its own.

    Parameters
    ----------
    costs : values of C to choose from.
    seed : of the folds.
    n_jobs : processes.
    """

    model_: Model | None

    def __init__(self, *, costs: Sequence[float] = (0.5, 1.0, 2.0, 4.0), seed: int = 0, n_jobs: int = 1) -> None:
        self.costs = costs
        self.seed = seed
        self.n_jobs = n_jobs

    @classmethod
    def from_model(cls, model: Model) -> Self:
        """The heads of all facets of a trained model; labels are "facet/label", and a text may have several."""
        self = cls()
        self.model_ = model
        self.multilabel_ = True
        self.classes_ = np.array([f"{facet.name}/{label}" for facet in model.facets for label in facet.labels])
        self.n_features_in_ = len(model.vectoriser.vocabulary)
        return self

    def fit(self, X: Any, y: Any) -> Self:
        """Fit one head a label.

        Parameters
        ----------
        X : shape [n, F], dense or sparse.
        y : shape [n] of labels, or [n, L] of 0 and 1.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64, multi_output=True)
        check_classification_targets(y)
        self.model_ = None
        self.multilabel_ = type_of_target(y) == "multilabel-indicator"
        if self.multilabel_:
            values = y.toarray() if sparse.issparse(y) else np.asarray(y)
            self.classes_ = np.arange(values.shape[1])
        else:
            self.classes_, which = np.unique(column_or_1d(y, warn=True), return_inverse=True)
            if len(self.classes_) < 2:
                raise ValueError(f"WiretagClassifier needs two classes or more; there is 1 class: {self.classes_[0]!r}.")
            values = np.eye(len(self.classes_), dtype=np.int8)[which]
        targets = Targets("label", tuple(map(str, self.classes_)), values.astype(np.int8), not self.multilabel_)
        rows = sparse.csr_matrix(X, dtype=np.float32)
        folds = folds_of([str(n) for n in range(rows.shape[0])], [targets], self.seed)
        heads = fit_heads(rows, targets, folds, np.ones(rows.shape[0]), tuple(self.costs), self.n_jobs)
        self.coef_, self.intercept_ = heads.weights.astype(np.float64), heads.intercepts
        self.slopes_, self.shifts_, self.bend_ = heads.slopes, heads.shifts, heads.bend
        self.thresholds_, self.floor_ = heads.thresholds, heads.floor
        return self

    def decision_function(self, X: Any) -> NDArray[np.floating[Any]]:
        """Calibrated scores (logits), shape [n, L]; of two classes the second's lead over the first, shape [n]."""
        logits = self._logits(X)
        if not self.multilabel_ and logits.shape[1] == 2:
            lead: NDArray[np.floating[Any]] = logits[:, 1] - logits[:, 0]
            return lead
        return logits

    def predict_proba(self, X: Any) -> NDArray[np.floating[Any]]:
        """Probabilities, shape [n, L]; those of a model are the safetensors model's."""
        check_is_fitted(self)
        logits = self._logits(X)
        if self.model_ is not None:
            return Tagger(self.model_).probabilities_of(logits)
        if self.multilabel_:
            independent: NDArray[np.floating[Any]] = expit(logits)
            return independent
        shares: NDArray[np.floating[Any]] = softmax(logits, axis=1)
        return shares

    def predict(self, X: Any) -> NDArray[Any]:
        """Labels, shape [n], or which labels are given, shape [n, L] of 0 and 1."""
        check_is_fitted(self)
        if self.model_ is not None:
            given: NDArray[Any] = self.model_.given(self.predict_proba(X).astype(np.float32)).astype(np.int64)
            return given
        if self.multilabel_:
            probability = self.predict_proba(X)
            several = probability >= self.thresholds_
            alone = np.flatnonzero(~several.any(axis=1) & (probability.max(axis=1) >= self.floor_))
            several[alone, probability[alone].argmax(axis=1)] = True
            return several.astype(np.int64)
        best: NDArray[Any] = self.classes_[self._logits(X).argmax(axis=1)]
        return best

    def _logits(self, X: Any) -> NDArray[np.floating[Any]]:
        check_is_fitted(self)
        if self.model_ is not None:
            X = check_array(X, accept_sparse="csr", dtype=np.float32)
            return linear_scores(self.model_, sparse.csr_matrix(X)) * self.model_.slopes + self.model_.shifts
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        logits: NDArray[np.floating[Any]] = (X @ self.coef_.T + self.intercept_) * self.slopes_ + self.shifts_
        return bent(logits, self.bend_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_label = True
        return tags


def linear_scores(model: Model, X: sparse.csr_matrix) -> NDArray[np.float32]:
    """Scores of a model's heads, shape [n_texts, n_labels], for vectors of its vectoriser, shape [n_texts, n_features]."""
    n_features = len(model.vectoriser.vocabulary)
    features, rows, values = model.weights.of(np.arange(n_features))
    weights = sparse.csr_matrix((values.astype(np.float32), (features, rows)), (n_features, len(model.scales)))
    return model.with_common((X @ weights).toarray() * model.scales)


def save_pipeline(model: Model, path: Path) -> None:
    """Write the model as a fitted pipeline, beside `path` first."""
    pipeline = Pipeline([("features", WiretagVectorizer.from_model(model)), ("heads", WiretagClassifier.from_model(model))])
    with written_beside(path) as beside:
        joblib.dump(pipeline, beside, compress=3)


def _texts(X: Iterable[str]) -> list[str]:
    if isinstance(X, str):
        raise ValueError("X is one string; give a list of texts.")
    if getattr(X, "ndim", 1) != 1:
        raise ValueError("X has rows and columns; give one column of texts.")
    texts = list(X)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"X[{number}] is {type(text).__name__}; every item must be a text.")
    return texts
