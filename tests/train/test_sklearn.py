from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.utils.estimator_checks import parametrize_with_checks
from small import WORDS, small_items

from wiretag.tagger import Tagger
from wiretag_train.sklearn import WiretagClassifier, WiretagVectorizer, save_pipeline

TEXTS = [item.text for item in small_items(90)]
LABELS = [item.labels["topic"][0] for item in small_items(90)]


@parametrize_with_checks([WiretagVectorizer(), WiretagClassifier(costs=(1.0,))])
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_single_labels_in_a_pipeline() -> None:
    pipeline = make_pipeline(WiretagVectorizer(), WiretagClassifier()).fit(TEXTS, LABELS)
    assert pipeline.predict(["goal of the striker", "the bank and its bonds"]).tolist() == ["sport", "money"]
    assert pipeline.predict_proba(TEXTS).sum(axis=1) == pytest.approx(np.ones(90))
    assert list(pipeline.classes_) == sorted(WORDS)


def test_several_labels_in_a_pipeline() -> None:
    both = [f"{a}\n{b}" for a, b in zip(TEXTS, TEXTS[1:], strict=False)]
    truth = MultiLabelBinarizer().fit_transform([{a, b} for a, b in zip(LABELS, LABELS[1:], strict=False)])
    pipeline = make_pipeline(WiretagVectorizer(), WiretagClassifier()).fit(both, truth)
    assert (pipeline.predict(both) == truth).mean() > 0.95


def test_the_floor_gives_the_best_label_where_none_reaches_its_threshold() -> None:
    truth = MultiLabelBinarizer().fit_transform([{label} for label in LABELS])
    pipeline = make_pipeline(WiretagVectorizer(), WiretagClassifier()).fit(TEXTS, truth)
    heads = pipeline[-1]
    heads.thresholds_[:] = 1.1
    heads.floor_ = 0.0
    assert (pipeline.predict(TEXTS) == truth).mean() > 0.95
    heads.floor_ = 1.1
    assert not pipeline.predict(TEXTS).any()


def test_search_and_cross_validation() -> None:
    pipeline = make_pipeline(WiretagVectorizer(), WiretagClassifier(costs=(1.0,)))
    assert cross_val_score(pipeline, TEXTS, LABELS, cv=3).mean() > 0.9
    search = GridSearchCV(pipeline, {"wiretagvectorizer__chars": [None, (3, 4)]}, cv=3).fit(TEXTS, LABELS)
    assert search.best_score_ > 0.9


def test_a_saved_pipeline_gives_the_models_probabilities(tagger: Tagger, tmp_path: Path) -> None:
    save_pipeline(tagger.model, tmp_path / "model.joblib")
    pipeline = joblib.load(tmp_path / "model.joblib")
    texts = ["goal of the coach", "bank", "nothing known"]
    assert pipeline.predict_proba(texts) == pytest.approx(tagger.probabilities(texts), abs=1e-6)
    assert (pipeline.predict(texts) == tagger.model.given(tagger.probabilities(texts))).all()
    assert list(pipeline.classes_) == [f"topic/{label}" for label in sorted(WORDS)]


def test_names_of_features_are_views_and_buckets() -> None:
    vectorizer = WiretagVectorizer().fit(TEXTS)
    names = vectorizer.get_feature_names_out()
    assert len(names) == vectorizer.transform(TEXTS).shape[1]
    assert {name.split("-")[0] for name in names} == {"words", "title"}


def test_what_is_no_list_of_texts_is_refused() -> None:
    with pytest.raises(ValueError, match="one string"):
        WiretagVectorizer().fit("a text")
    with pytest.raises(ValueError, match=r"X\[1\] is int"):
        WiretagVectorizer().fit(["a", 1])
    with pytest.raises(ValueError, match="1 class"):
        WiretagClassifier().fit(sparse.eye(5).tocsr(), ["same"] * 5)


def test_a_table_of_texts_is_refused_with_a_sentence() -> None:
    table = pd.DataFrame({"text": ["a goal", "a bank"]})
    with pytest.raises(ValueError, match="give one column of texts"):
        WiretagVectorizer().fit(table)
    assert WiretagVectorizer(min_df=1).fit_transform(table["text"]).shape[0] == 2
