"""Do probabilities come true? Calibration error and reliability, of a model of own data and of the default model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from plots import panels, save_plot
from tables import table

from corpora import Corpus
from wiretag.tagger import Tagger
from wiretag_data.annotations import SOURCE as ANNOTATED
from wiretag_data.item import Item
from wiretag_data.sources.wire import HELD_OUT
from wiretag_train.default_set import facet_targets, language_targets, languages_of
from wiretag_train.evaluate import calibration_error
from wiretag_train.targets import UNKNOWN, Coverage, Targets, plain_targets

_BINS: Final = 15
# Of 90 labels an item has one or two: nearly all decisions are near 0 and right, and hide what the others are like.
_IN_DOUBT: Final = 0.1
_DRAWS: Final = 100


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a model says of one facet of a test set, and what is true.

    Attributes
    ----------
    name : of test set and facet.
    exclusive : whether these are the most probable label of each item, or all (item, label) pairs that are covered.
    probability, truth : shape [n].
    """

    name: str
    exclusive: bool
    probability: NDArray[np.float64]
    truth: NDArray[np.bool_]

    def in_doubt(self) -> Decisions:
        """Those that are not near 0."""
        kept = self.probability >= _IN_DOUBT
        return Decisions(self.name, self.exclusive, self.probability[kept], self.truth[kept])


def of_corpus(tagger: Tagger, corpus: Corpus) -> list[Decisions]:
    """A model of own data on the corpus's test part."""
    (facet,) = tagger.facets
    items = [Item(str(n), text, "und", "data", {facet.name: tuple(labels)}) for n, (text, labels) in enumerate(corpus.test)]
    targets = plain_targets(items, facet.name, facet.labels, exclusive=facet.exclusive)
    return list(_decisions(corpus.name, tagger, items, [targets]))


def of_default(tagger: Tagger, items: Sequence[Item], coverage: Coverage) -> list[Decisions]:
    """The default model on the test items of the two sources that have all its labels."""
    found = []
    for source in (HELD_OUT, ANNOTATED):
        own = [item for item in items if item.source == source]
        facets = [*facet_targets(own, coverage), language_targets(own, languages_of(tagger.facets))]
        found += list(_decisions(source, tagger, own, facets))
    return found


def _decisions(name: str, tagger: Tagger, items: Sequence[Item], facets: Sequence[Targets]) -> Iterator[Decisions]:
    probability = tagger.probabilities([item.text for item in items]).astype(np.float64)
    columns = {facet.name: places for facet, places in tagger.model.columns()}
    for targets in facets:
        own, truth, judged = probability[:, columns[targets.facet]], targets.values == 1, targets.values != UNKNOWN
        title = f"{name}, {targets.facet}"
        if targets.exclusive:
            rows = np.flatnonzero(judged.all(axis=1))
            best = own[rows].argmax(axis=1)
            yield Decisions(title, True, own[rows, best], truth[rows, best])
        else:
            yield Decisions(title, False, own[judged], truth[judged])


def errors(sets: Sequence[Decisions]) -> str:
    """Calibration error of each set, whole and without what is near 0, beside what chance alone would give."""
    rows: list[tuple[object, ...]] = []
    for whole in sets:
        parts = [("best label of each item", whole)] if whole.exclusive else [("all", whole)]
        if not whole.exclusive:
            parts.append((f"at least {_IN_DOUBT}", whole.in_doubt()))
        for kind, own in parts:
            error = calibration_error(own.probability, own.truth, _BINS)
            said, came = float(own.probability.mean()), float(own.truth.mean())
            rows.append((own.name, kind, f"{len(own.truth):,}", error, _by_chance(own.probability), said, came))
    return table(("test set, facet", "decisions", "n", "calibration error", "by chance", "mean probability", "share true"), rows)


def _by_chance(probability: NDArray[np.float64]) -> float:
    """The mean error of probabilities that are exactly right: with few decisions a bin, it is far from 0."""
    random = np.random.default_rng(0)
    draws = (random.random(len(probability)) < probability for _ in range(_DRAWS))
    return float(np.mean([calibration_error(probability, truth, _BINS) for truth in draws]))


def reliability(sets: Sequence[Decisions]) -> str:
    """In each bin of probability: its mean, the share that is true, and how many decisions."""
    rows: list[tuple[object, ...]] = []
    points = [{bin_: (said, came, n) for bin_, said, came, n in _points(own)} for own in sets]
    for bin_ in range(_BINS):
        cells = [f"{own[bin_][0]:.2f}, {own[bin_][1]:.2f}, {own[bin_][2]:,}" if bin_ in own else "" for own in points]
        rows.append((f"{bin_ / _BINS:.2f}–{(bin_ + 1) / _BINS:.2f}", *cells))
    return table(("probability", *(own.name for own in sets)), rows)


def _points(own: Decisions) -> Iterator[tuple[int, float, float, int]]:
    """Bin, mean probability, share true, and count, of every bin that is not empty."""
    bin_of = np.minimum((own.probability * _BINS).astype(int), _BINS - 1)
    for bin_ in np.unique(bin_of):
        rows = bin_of == bin_
        yield int(bin_), float(own.probability[rows].mean()), float(own.truth[rows].mean()), int(rows.sum())


def plot(sets: Sequence[Decisions], path: Path) -> None:
    """Share true against mean probability, a panel a set; the areas of the points grow with the logarithm of their counts."""
    columns = -(-len(sets) // 2)
    figure, axes = panels(2, columns, 3, 3.2, sharex=True, sharey=True)
    for axis in axes.flat[len(sets) :]:
        axis.set_axis_off()
    for axis, own in zip(axes.flat, sets, strict=False):
        _, said, came, counts = zip(*_points(own), strict=True)
        axis.plot((0, 1), (0, 1), color="0.7", linewidth=1)
        axis.plot(said, came, color="C0", linewidth=1)
        axis.scatter(said, came, s=[8 * np.log2(n + 1) for n in counts], color="C0")
        axis.set_title(own.name, fontsize=10)
    figure.supxlabel("probability")
    figure.supylabel("share true")
    save_plot(figure, path)
