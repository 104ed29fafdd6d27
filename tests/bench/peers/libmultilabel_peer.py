"""LibMultiLabel's linear methods over TF-IDF of words and pairs of words; C is tuned by cross-validation of the plain one."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import partial

import libmultilabel.linear as linear
import numpy as np
from common import Rows, main
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import MultiLabelBinarizer

_COSTS = (0.5, 1.0, 2.0, 4.0)
_FOLDS = 3


def _fitted(train: Rows, method: str, pairs: bool) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    labels = [row["labels"] for row in train]
    exclusive = all(len(own) == 1 for own in labels)
    binarizer = MultiLabelBinarizer().fit(labels)
    tfidf = TfidfVectorizer(ngram_range=(1, 2 if pairs else 1), min_df=2 if pairs else 1)
    x, y = tfidf.fit_transform([row["text"] for row in train]), sparse.csr_matrix(binarizer.transform(labels)).astype("d")

    def decided(values: np.ndarray) -> np.ndarray:
        return np.eye(values.shape[1], dtype=bool)[values.argmax(axis=1)] if exclusive else values > 0

    def quality(cost: float) -> float:
        fold = np.random.default_rng(0).integers(0, _FOLDS, x.shape[0])
        hits = tags = 0
        for n in range(_FOLDS):
            model = linear.train_1vsrest(y[fold != n], x[fold != n], False, f"-s 1 -c {cost}", verbose=False)
            given = decided(linear.predict_values(model, x[fold == n]))
            hits += y[fold == n].multiply(given).sum()
            tags += given.sum()
        return 2 * hits / (tags + y.sum())

    cost = max(_COSTS, key=quality)
    model = getattr(linear, f"train_{method}")(y, x, False, f"-s 1 -c {cost}", verbose=False)

    def predict(items: list[str]) -> list[list[str]]:
        given = decided(linear.predict_values(model, tfidf.transform(items)))
        return [list(own) for own in binarizer.inverse_transform(given.astype(int))]

    return predict, len(pickle.dumps((tfidf, model)))


if __name__ == "__main__":
    methods = {
        f"{method}{'-pairs' if pairs else ''}": partial(_fitted, method=method, pairs=pairs)
        for method in ("1vsrest", "thresholding", "cost_sensitive")
        for pairs in (False, True)
    }
    main(methods, ("libmultilabel", "liblinear-multicore", "scikit-learn"))
