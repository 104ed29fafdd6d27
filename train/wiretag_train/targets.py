"""Items to what is fitted: texts, and for each facet a matrix of what is known about each label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wiretag_data.item import Item

UNKNOWN: Final = -1
Coverage = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Targets:
    """One facet's truth.

    Attributes
    ----------
    facet : its name.
    labels : ids, in column order.
    values : shape [n_items, n_labels], int8: 1 holds, 0 does not, -1 is not covered by the item's source.
    exclusive : every item has exactly one label.
    names : what each label is called in texts, or nothing for any.
    decides : shape [n_items], whether the item, if it judges at all, takes part in this facet's decisions; all if None.
    """

    facet: str
    labels: tuple[str, ...]
    values: NDArray[np.int8]
    exclusive: bool = False
    names: tuple[str, ...] = ()
    decides: NDArray[np.bool_] | None = None

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Targets:
        """The same for some of the items."""
        return replace(self, values=self.values[chosen], decides=None if self.decides is None else self.decides[chosen])

    def and_unknown(self, n: int) -> Targets:
        """The same with n more items of which nothing is known, and which decide nothing."""
        if not n:
            return self
        unknown = np.full((n, len(self.labels)), UNKNOWN, np.int8)
        decides = None if self.decides is None else np.concatenate([self.decides, np.zeros(n, bool)])
        return replace(self, values=np.concatenate([self.values, unknown]), decides=decides)


def covered_targets(items: Sequence[Item], facet: str, labels: Sequence[str], coverage: Coverage) -> Targets:
    """Targets within each source's coverage: coverage is source -> facet -> labels."""
    column = {label: number for number, label in enumerate(labels)}
    masks = {
        source: np.isin(labels, list(facets.get(facet, ()))) if labels else np.zeros(0, bool)
        for source, facets in coverage.items()
    }
    values = np.full((len(items), len(labels)), UNKNOWN, np.int8)
    for row, item in enumerate(items):
        values[row, masks[item.source]] = 0
        for label in item.labels.get(facet, ()):
            if label in column:
                values[row, column[label]] = 1
    return Targets(facet, tuple(labels), values)


def plain_targets(
    items: Sequence[Item], facet: str, labels: Sequence[str] | None = None, exclusive: bool | None = None
) -> Targets:
    """Targets of people's own data, where every label is annotated on every item.

    Labels are those that occur, in alphabetical order, if none are given; a facet in which each item has exactly
    one of at least two labels is exclusive, if `exclusive` does not say.
    """
    given = [item.labels.get(facet, ()) for item in items]
    known = tuple(labels) if labels is not None else tuple(sorted({label for own in given for label in own}))
    column = {label: number for number, label in enumerate(known)}
    values = np.zeros((len(items), len(known)), np.int8)
    for row, own in enumerate(given):
        for label in own:
            if label in column:
                values[row, column[label]] = 1
    if exclusive is None:
        exclusive = len(known) > 1 and all(len(set(own)) == 1 for own in given)
    return Targets(facet, known, values, exclusive, names=known)
