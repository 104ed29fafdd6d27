"""What is chosen before training: features, weighting, regularisation to search, size of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from wiretag.features import VIEWS, FeatureConfig
from wiretag_train.heads import N_FOLDS


@dataclass(frozen=True, slots=True)
class MemberRecipe:
    """One of the models whose scores are averaged: the views that it sees, and whether it weighs them as NB-SVM does."""

    views: tuple[str, ...]
    naive_bayes: bool = False


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Attributes
    ----------
    features : n-grams to count.
    view_weights : share of each view in a text's vector, see `wiretag.vectors.ViewWeighting`.
    k, b : BM25 saturation and length normalisation.
    min_df : view -> texts that a feature must occur in, lexicon entries not counted.
    min_entries : view -> lexicon entries that a feature must occur in; either is enough.
    members : models to fit and average. None: one model of all views.
    costs : values of C that cross-validation chooses from.
    naive_bayes_shares : see `wiretag_train.naive_bayes`; without any, naive Bayes is left out.
    pooled : calibrate and decide for all labels of a facet together, for few judging items a label.
    search_folds : folds that choose C; the others only judge.
    max_bytes : about what features and weights may take of the shipped file; the most telling ones are kept.
    n_levels : levels that each label's weights have in the file, 16 or 256.
    seed : of folds and splits.
    """

    features: FeatureConfig = field(default_factory=FeatureConfig)
    view_weights: Mapping[str, float] = field(default_factory=lambda: {"words": 1.0, "pairs": 0.7, "chars": 1.0, "title": 0.5})
    k: float = 5.0
    b: float = 0.75
    min_df: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(VIEWS, 2))
    min_entries: Mapping[str, int] = field(default_factory=lambda: {"words": 1, "pairs": 1, "chars": 2, "title": 1})
    members: tuple[MemberRecipe, ...] = ()
    costs: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    naive_bayes_shares: tuple[float, ...] = ()
    pooled: bool = False
    search_folds: int = N_FOLDS
    max_bytes: int = 3_000_000
    n_levels: int = 256
    seed: int = 0


# On 20 Newsgroups each of them is best for some effort and features; on Reuters none is any good.
_SHARES: Final = (1 / 3, 2 / 3, 1.0)
_AVERAGE: Final = Recipe(
    features=FeatureConfig(pairs=True, chars=(3, 5)),
    members=(
        MemberRecipe(("words", "title")),
        MemberRecipe(("chars",)),
        MemberRecipe(("words", "pairs", "title"), naive_bayes=True),
    ),
    costs=(1.0, 4.0),
    naive_bayes_shares=_SHARES,
)
# What `wiretag train --data` can spend: time for score. Out of fold on R52, R8, BBC and 20 Newsgroups, characters beside the
# words gained 0.001 to 0.002 of accuracy, pairs of words as a third model 0.001 to 0.004 more, and 0.004 of R90's micro-F1;
# pairs that naive Bayes does not scale gained on 20 Newsgroups alone.
EFFORTS: Final[Mapping[str, Recipe]] = {
    "quick": Recipe(naive_bayes_shares=_SHARES),
    "default": _AVERAGE,
    "best": replace(_AVERAGE, costs=(0.5, 1.0, 2.0, 4.0, 8.0)),
}
