"""scikit-learn as its documentation does it, and with a grid search over the usual knobs."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable

from common import Rows, main
from joblib.externals.loky import get_reusable_executor
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.svm import LinearSVC

_GRID = {
    "tfidf__ngram_range": [(1, 1), (1, 2)],
    "tfidf__sublinear_tf": [True],
    "tfidf__min_df": [1, 2],
    "svm__estimator__C": [0.3, 1.0, 3.0],
}


def _plain(train: Rows) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    return _fitted(train, search=False)


def _tuned(train: Rows) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    return _fitted(train, search=True)


def _fitted(train: Rows, search: bool) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    warnings.simplefilter("ignore", ConvergenceWarning)
    texts, labels = [row["text"] for row in train], [row["labels"] for row in train]
    exclusive = all(len(own) == 1 for own in labels)
    binarizer = MultiLabelBinarizer().fit(labels)
    truth = [own[0] for own in labels] if exclusive else binarizer.transform(labels)
    model = Pipeline([("tfidf", TfidfVectorizer()), ("svm", OneVsRestClassifier(LinearSVC()))])
    if search:
        scoring = "accuracy" if exclusive else "f1_micro"
        model = GridSearchCV(model, _GRID, scoring=scoring, cv=3, n_jobs=2).fit(texts, truth).best_estimator_
        get_reusable_executor().shutdown()  # so that the workers' seconds are counted
    else:
        model.fit(texts, truth)

    def predict(items: list[str]) -> list[list[str]]:
        given = model.predict(items)
        return [[str(label)] for label in given] if exclusive else [list(own) for own in binarizer.inverse_transform(given)]

    return predict, len(pickle.dumps(model))


if __name__ == "__main__":
    main({"plain": _plain, "tuned": _tuned}, ("scikit-learn",))
