"""Training: texts and targets to fitted heads, and to a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wiretag.features import BITS, VIEWS
from wiretag.vectors import Vectoriser, ViewWeighting
from wiretag_train.heads import ALWAYS, Heads, Member, fit_heads, folds_of, head_steps
from wiretag_train.matrix import Frequencies, frequencies, frequent_columns, matrix, named_columns, vocabulary
from wiretag_train.naive_bayes import NaiveBayes
from wiretag_train.recipe import Recipe
from wiretag_train.targets import Targets

# Judging items, about, whose scores tell `export` what pruning takes, and what is kept makes up for.
_SAMPLE = 2000
# From so many judging items on, a third of them tells values of C apart well enough. A first setting, not searched for.
_PLENTY = 30_000


@dataclass(frozen=True)
class TrainingSet:
    """What a model is fitted on, n items.

    Attributes
    ----------
    texts : length n.
    languages : length n; document frequencies are kept apart by language.
    facets : targets with n rows each.
    groups : length n; items of one group judge together.
    judges : shape [n], whether the item takes part in choosing C, thresholds and calibration.
    weight : shape [n], weight of the item in the loss.
    entries : shape [n], whether the text is a lexicon entry and not running text.
    reference : document frequencies to use instead of the texts' own, by language.
    """

    texts: Sequence[str]
    languages: Sequence[str]
    facets: Sequence[Targets]
    groups: Sequence[str]
    judges: NDArray[np.bool_]
    weight: NDArray[np.float64]
    entries: NDArray[np.bool_]
    reference: Sequence[Frequencies] | None = None

    @classmethod
    def plain(cls, texts: Sequence[str], facets: Sequence[Targets], unlabelled: Sequence[str] = ()) -> TrainingSet:
        """Items of one language that all count the same, and texts of which nothing is known, which judge nothing."""
        judges = np.arange(len(texts) + len(unlabelled)) < len(texts)
        n, texts = len(judges), [*texts, *unlabelled]
        facets = [targets.and_unknown(len(unlabelled)) for targets in facets]
        return cls(texts, ["und"] * n, facets, [str(i) for i in range(n)], judges, np.ones(n), np.zeros(n, bool))


@dataclass(frozen=True)
class Fitted:
    """A vectoriser, the heads of every facet over its features, and the texts of some of the judging items."""

    vectoriser: Vectoriser
    heads: tuple[Heads, ...]
    sample: Sequence[str]


@dataclass(frozen=True)
class Vectors:
    """A training set without its texts, n items over F features.

    Attributes
    ----------
    X : shape [n, F].
    folds : shape [n], see `wiretag_train.heads.fit_heads`.
    weight : shape [n].
    sample : the texts of some of the judging items.
    search_folds : how many of the folds choose C.
    """

    vectoriser: Vectoriser
    X: sparse.csr_matrix
    facets: Sequence[Targets]
    folds: NDArray[np.int64]
    weight: NDArray[np.float64]
    sample: Sequence[str]
    search_folds: int


def fit(training: TrainingSet, recipe: Recipe, jobs: int, tick: Callable[[str], None] = lambda _: None) -> Fitted:
    """Fit everything on the training set; `tick` is told each step that is done."""
    return fit_vectors(vectors_of(training, recipe, jobs, tick), recipe, jobs, tick)


def vectors_of(training: TrainingSet, recipe: Recipe, jobs: int, tick: Callable[[str], None] = lambda _: None) -> Vectors:
    """The first step of `fit`: after it the texts can go, which are most of what a large training set takes."""
    vectoriser = make_vectoriser(training, recipe, jobs)
    X = matrix(vectoriser, training.texts, jobs)
    tick(f"{X.shape[0]:,} items, {X.shape[1]:,} features")
    folds = np.full(len(training.texts), ALWAYS)
    judging = np.flatnonzero(training.judges)
    folds[judging] = folds_of(
        [training.groups[int(n)] for n in judging], [targets.rows(judging) for targets in training.facets], recipe.seed
    )
    sample = [training.texts[int(n)] for n in judging[:: max(len(judging) // _SAMPLE, 1)]]
    return Vectors(vectoriser, X, training.facets, folds, training.weight, sample, _search_folds(training, recipe))


def fit_vectors(vectors: Vectors, recipe: Recipe, jobs: int, tick: Callable[[str], None] = lambda _: None) -> Fitted:
    """The other steps of `fit`."""
    members, naive_bayes = members_of(vectors.vectoriser, recipe), naive_bayes_of(vectors.vectoriser, recipe)

    def heads_of(targets: Targets) -> Heads:
        return fit_heads(
            vectors.X,
            targets,
            vectors.folds,
            vectors.weight,
            recipe.costs,
            jobs,
            lambda: tick(f"facet {targets.facet}"),
            members=members,
            named=[named_columns(vectors.vectoriser, name) for name in targets.names],
            pooled=recipe.pooled,
            search_folds=vectors.search_folds,
            naive_bayes=naive_bayes,
        )

    return Fitted(vectors.vectoriser, tuple(heads_of(targets) for targets in vectors.facets), vectors.sample)


def make_vectoriser(training: TrainingSet, recipe: Recipe, jobs: int) -> Vectoriser:
    """Vocabulary, frequencies and mean lengths of the training texts, for all its languages."""
    config = recipe.features
    collections: dict[tuple[str, bool], list[str]] = {}
    for language, entry, text in zip(training.languages, training.entries, training.texts, strict=True):
        collections.setdefault((language, bool(entry)), []).append(text)
    counted = ((key, frequencies(texts, config, jobs)) for key, texts in sorted(collections.items()))
    running, listed, own = Frequencies.none(config), Frequencies.none(config), []
    for (_, entry), found in counted:
        if entry:
            listed = listed + found
        else:
            running = running + found
            if training.reference is None:
                own.append(found)
    columns = frequent_columns([(running, recipe.min_df), (listed, recipe.min_entries)])
    weighting = {
        view: ViewWeighting(recipe.view_weights[view], recipe.k, recipe.b, running.average_length.get(view, 1.0))
        for view in config.views
    }
    return Vectoriser(config, weighting, vocabulary(columns, training.reference or own))


def members_of(vectoriser: Vectoriser, recipe: Recipe) -> list[Member]:
    """The recipe's members over the features of this vectoriser."""
    squares = {view: how.weight**2 for view, how in vectoriser.weighting.items()}
    return [
        Member(
            _features_of(vectoriser, member.views),
            (sum(squares.values()) / sum(squares[view] for view in member.views)) ** 0.5,
            member.naive_bayes,
        )
        for member in recipe.members
    ]


def naive_bayes_of(vectoriser: Vectoriser, recipe: Recipe) -> NaiveBayes | None:
    """What the recipe adds to the members, over the words of this vectoriser."""
    whole_words = _features_of(vectoriser, [view for view in VIEWS if view != "chars"])
    return NaiveBayes(whole_words, recipe.naive_bayes_shares) if recipe.naive_bayes_shares and len(whole_words) else None


def _features_of(vectoriser: Vectoriser, views: Sequence[str]) -> NDArray[np.intp]:
    return np.flatnonzero(np.isin(vectoriser.vocabulary.columns >> np.uint32(BITS), [VIEWS.index(view) for view in views]))


def _search_folds(training: TrainingSet, recipe: Recipe) -> int:
    return recipe.search_folds if training.judges.sum() < _PLENTY else 1


def fit_steps(training: TrainingSet, recipe: Recipe) -> int:
    """How often `fit` calls `tick`."""
    n_members, search_folds = max(len(recipe.members), 1), _search_folds(training, recipe)
    return 1 + sum(head_steps(targets, len(recipe.costs), search_folds, n_members) for targets in training.facets)
