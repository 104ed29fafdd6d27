"""``wiretag train --data``: a model from anybody's labelled texts."""

from __future__ import annotations

import ctypes
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version

from wiretag.errors import DataError
from wiretag.model import Model
from wiretag.tagger import Tagger
from wiretag_data.item import Item
from wiretag_data.split import grouped, split
from wiretag_train.export import to_model
from wiretag_train.fit import TrainingSet, fit, fit_steps, fit_vectors, vectors_of
from wiretag_train.progress import progress
from wiretag_train.recipe import Recipe
from wiretag_train.report import Metrics, measure, rounded
from wiretag_train.self_training import self_trained, self_training_steps
from wiretag_train.targets import plain_targets

_MIN_ITEMS = 10


@dataclass(frozen=True)
class Trained:
    """A model and its figures on the test items; of the unlabelled texts, how many it learned from."""

    model: Model
    metrics: dict[str, Metrics]
    n_train: int
    n_test: int
    n_unlabelled: int
    n_sure: int


def hold_out(items: list[Item], seed: int) -> tuple[list[Item], list[Item]]:
    """A tenth of the items, near-duplicates together, for testing."""
    parts = split(grouped(items), seed)
    _give_back_memory()
    return parts["train"] + parts["validation"], parts["test"]


def train_own(
    items: list[Item], test: list[Item], facet: str, recipe: Recipe, jobs: int, quiet: bool, unlabelled: list[str] | None = None
) -> Trained:
    """Train on `items`, measure on `test`; labels are those that occur in the training items.

    With unlabelled texts a first model says what it is sure of in them, and a second one learns from that, too
    (see `wiretag_train.self_training`). Those that are among the items are left out: of a text to be tested on not even the words
    are to be known, and a text with labels teaches more with them.

    The lists of items and of unlabelled texts are empty afterwards: a million texts are not held while heads are fitted.

    Raises
    ------
    DataError
        Too few items, or no labels.
    """
    targets = plain_targets(items, facet)
    if len(items) < _MIN_ITEMS:
        raise DataError(f"There are only {len(items)} items to train on; at least {_MIN_ITEMS} are needed.")
    if not targets.labels:
        raise DataError(f"No item has a label in '{facet}'.")
    seen = {item.text for item in (*items, *test)} if unlabelled else set()
    more = [text for text in unlabelled or () if text not in seen]
    n_train, n_more, digest = len(items), len(more), _digest(items, more)
    labelled = [item.text for item in items]
    training = TrainingSet.plain(labelled, [targets], more)
    if not more:
        labelled.clear()
    for texts in (items, unlabelled or [], more, seen):
        texts.clear()
    with progress(fit_steps(training, recipe), quiet) as tick:
        vectors = vectors_of(training, recipe, jobs, tick)
        del training
        _give_back_memory()
        fitted = fit_vectors(vectors, recipe, jobs, tick)
    n_sure = 0
    if n_more:
        with progress(self_training_steps(recipe), quiet) as tick:
            heads, n_sure = self_trained(vectors, recipe, fitted.heads[0], jobs, partial(tick, "texts without labels"))
        fitted = replace(fitted, heads=(heads,))
    if n_more and not n_sure:  # the words of what teaches nothing would stand beside those of few items for nothing
        plain = TrainingSet.plain(labelled, [targets])
        with progress(fit_steps(plain, recipe), quiet) as tick:
            fitted = fit(plain, recipe, jobs, tick)
    model = to_model(fitted, recipe.max_bytes, recipe.n_levels)
    of_test = plain_targets(test, facet, targets.labels, exclusive=targets.exclusive)
    metrics = rounded(measure(Tagger(model), [item.text for item in test], [of_test])) if test else {}
    about = {
        "metrics": {"test": metrics},
        "training": {
            "items": n_train,
            "unlabelled": {"texts": n_more, "sure": n_sure},
            "corpus_sha256": digest,
            "seed": recipe.seed,
            "costs": list(fitted.heads[0].costs),
            "naive_bayes_share": fitted.heads[0].naive_bayes_share,
            "libraries": {name: version(name) for name in ("wiretag", "numpy", "scipy", "scikit-learn", "numba")},
        },
        "licence": "",
    }
    return Trained(replace(model, about=about), metrics, n_train, len(test), n_more, n_sure)


def _give_back_memory() -> None:
    """Give what was freed back to the system; glibc keeps it where anything above it on the heap is in use."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _digest(items: list[Item], unlabelled: Sequence[str]) -> str:
    """What tells one training set from another."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(f"{item.id}\0{item.text}\0{sorted(item.labels.items())}\0".encode("utf-8", "surrogatepass"))
    for text in unlabelled:
        digest.update(f"{text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
