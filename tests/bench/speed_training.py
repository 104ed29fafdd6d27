"""Training against scikit-learn, and on a million items: rows of `make bench-speed` that take long and must be named.

``speed_training.py SIDE RESULT SHARE`` trains one side on the default corpus in a process of its own; the side ``pruning``
is ours, whose file is compared with one of all weights.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import growth
import numpy as np
from joblib.externals.loky import get_reusable_executor
from measuring import HERE, ROOT, Measured, code_fingerprint, watched
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from wiretag.model import to_bytes
from wiretag.tagger import Tagger
from wiretag_data import corpus
from wiretag_data.item import Item
from wiretag_data.sources.wire import HELD_OUT
from wiretag_data.taxonomy import FACETS, load_taxonomy
from wiretag_train import default
from wiretag_train.cli import CORPUS
from wiretag_train.default_set import DEFAULT_RECIPE, training_set
from wiretag_train.export import to_model
from wiretag_train.fit import TrainingSet, fit
from wiretag_train.targets import UNKNOWN, Coverage, Targets

_JOBS = os.cpu_count() or 1
_MILLION = 1_000_000
_ALL_LEVELS: Final = 256


def default_model(share: float = 1.0) -> Measured:
    """The default corpus, ours and theirs one after the other, once."""
    default.corpus(ROOT / CORPUS, print)
    found = {}
    for side in ("ours", "theirs"):
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "result.json"
            cost = watched([sys.executable, HERE / "speed_training.py", side, result, str(share)])
            found[side] = {**json.loads(result.read_text(encoding="utf-8")), "peak_mb": cost.peak_mb}
    ours, theirs = found["ours"], found["theirs"]
    details = (
        f"CPU seconds of all processes, one run each, on the {ours['items']:,} texts and {ours['labels']} labels of "
        f"`default_set.training_set`. Ours: `fit` with the default recipe and `to_model`, so features, "
        "thresholds, calibration and pruning. Theirs: `TfidfVectorizer(ngram_range=(1, 2)).fit_transform` of the same texts "
        f"({theirs['features']:,} features), then `OneVsRestClassifier(LinearSVC(), n_jobs={_JOBS})` for each set of labels that "
        f"the same items cover ({theirs['groups']} sets), on these items only; no weights, one C, no thresholds, no calibration. "
        f"On the clock {ours['wall']:,.0f} and {theirs['wall']:,.0f} s with {_JOBS} processes, "
        f"{ours['wall'] / theirs['wall']:.2f} times; peak memory of all processes together "
        f"{ours['peak_mb']:,.0f} and {theirs['peak_mb']:,.0f} MB."
    )
    return Measured(ours["cpu"], theirs["cpu"], "CPU s", ours["cpu"] / theirs["cpu"], None, details)


def pruning() -> Measured:
    """What the shipped file's size costs: macro-F1 beside that of all weights, of the facet that loses most."""
    default.corpus(ROOT / CORPUS, print)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        watched([sys.executable, HERE / "speed_training.py", "pruning", result, "1.0"])
        found = json.loads(result.read_text(encoding="utf-8"))
    lost = {facet: found["all"][facet] - found["shipped"][facet] for facet in FACETS}
    most = max(lost, key=lambda facet: lost[facet])
    each = "; ".join(f"{facet}s {found['shipped'][facet]:.4f} and {found['all'][facet]:.4f}" for facet in FACETS)
    details = (
        "Macro-F1 on the held-out items of all languages, of one training as `make train` does it, exported as the recipe says "
        f"and with all {found['weights']:,} weights in {_ALL_LEVELS} levels a row, {found['bytes'] / 1e6:.1f} MB: {each}. What "
        "counts is the larger loss."
    )
    return Measured(found["shipped"][most], found["all"][most], f"macro-F1, {most}s", lost[most], None, details)


def million_memory() -> Measured:
    """Peak memory of training on a million items; this is what takes a quarter of an hour or more."""
    for count in (_MILLION // 10, _MILLION):  # both by the same code, for the exponent
        if not any(point["x"] == count and point["program"] == code_fingerprint() for point in growth.points("items")):
            growth.of_items(count)
    growth.draw()
    (point,) = (point for point in growth.points("items") if point["x"] == _MILLION)
    gigabytes = point["train"]["peak_mb"] * 2**20 / 1e9
    details = (
        f"`wiretag train --data` with `--effort {growth.EFFORT}` on a million synthetic items of 1.1 GB: "
        f"{point['train']['wall']:,.0f} s on the clock, {point['train']['cpu']:,.0f} CPU s; peak memory of all processes "
        "together, shared pages once."
    )
    return Measured(gigabytes, 0.0, "GB", gigabytes, None, details)


def million_time() -> Measured:
    """How training time grows from 10^5 to 10^6 items."""
    found = growth.slope("items", "train", "cpu")
    if growth.points("items")[-1]["x"] != _MILLION or found is None:
        raise RuntimeError("Neither is there without ONLY=growth,million.")
    ours, before = (point["train"]["cpu"] for point in reversed(growth.points("items")[-2:]))
    return Measured(ours, before, "CPU s", found, None, "Exponent of CPU seconds between 10^5 and 10^6 items: 1 is linear.")


def _trained(side: str, share: float) -> dict[str, Any]:
    """Train one side and say what it took, reading the corpus left out."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    parts, record = corpus.load(ROOT / CORPUS)
    items = parts["train"] + parts["validation"]
    chosen = np.random.default_rng(0).random(len(items)) < share
    training = training_set([item for item, own in zip(items, chosen, strict=True) if own], corpus.coverage(record), 0)
    sizes = {"items": len(training.texts), "labels": sum(len(targets.labels) for targets in training.facets)}
    began, spent = time.monotonic(), _cpu_seconds()
    about = {"ours": _ours, "theirs": _theirs, "pruning": partial(_pruning, parts["test"], corpus.coverage(record))}[side](
        training
    )
    get_reusable_executor().shutdown(wait=True)  # so that the workers' seconds are counted
    return {**sizes, **about, "wall": time.monotonic() - began, "cpu": _cpu_seconds() - spent}


def _ours(training: TrainingSet) -> dict[str, float]:
    fitted = fit(training, DEFAULT_RECIPE, _JOBS)
    to_model(fitted, DEFAULT_RECIPE.max_bytes, DEFAULT_RECIPE.n_levels)
    return {"features": len(fitted.vectoriser.vocabulary)}


def _pruning(test: list[Item], coverage: Coverage, training: TrainingSet) -> dict[str, Any]:
    """Macro-F1 of held-out items by facet, of the file as it is shipped and of one with all weights."""
    fitted = fit(training, DEFAULT_RECIPE, _JOBS)
    beside = {
        facet: {label: own.beside for label, own in labels.items() if own.beside} for facet, labels in load_taxonomy().items()
    }
    found: dict[str, Any] = {}
    sides = {"shipped": (DEFAULT_RECIPE.max_bytes, DEFAULT_RECIPE.n_levels), "all": (sys.maxsize, _ALL_LEVELS)}
    for side, (max_bytes, n_levels) in sides.items():
        model = to_model(fitted, max_bytes, n_levels, beside=beside)
        figures = default.measured(Tagger(model), [item for item in test if item.source == HELD_OUT], coverage)[HELD_OUT]
        found[side] = {facet: figures[facet]["macro_f1"] for facet in FACETS}
        found["weights"], found["bytes"] = len(model.weights), len(to_bytes(model))
    return found


def _theirs(training: TrainingSet) -> dict[str, float]:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    X = vectorizer.fit_transform(training.texts)
    groups = [group for targets in training.facets for group in _same_coverage(targets)]
    for rows, truth in groups:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # labels that none or all of the items have
            OneVsRestClassifier(LinearSVC(), n_jobs=_JOBS).fit(X[rows], truth)
    return {"features": len(vectorizer.vocabulary_), "groups": len(groups)}


def _same_coverage(targets: Targets) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int8]]]:
    """Items that cover the same labels, and whether each has each: shapes [n], [n, L]."""
    covered, place = np.unique(targets.values != UNKNOWN, axis=1, return_inverse=True)
    for group in range(covered.shape[1]):
        rows, columns = np.flatnonzero(covered[:, group]), np.flatnonzero(place.ravel() == group)
        yield rows, targets.values[np.ix_(rows, columns)]


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(_trained(sys.argv[1], float(sys.argv[3]))), encoding="utf-8")
