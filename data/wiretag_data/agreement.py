"""How far two people who label the same items agree: the ceiling of what a model can show on such labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from wiretag_data.annotations import entries
from wiretag_data.taxonomy import FACETS

LabelSet = frozenset[str]


def masi_distance(a: LabelSet, b: LabelSet) -> float:
    """0 for equal sets, 1 for disjoint ones; a subset is nearer than a mere overlap.

    Passonneau, "Measuring Agreement on Set-valued Items (MASI)" (2006).
    """
    if a == b:
        return 0.0
    common = len(a & b)
    nearness = 2 / 3 if common in (len(a), len(b)) else 1 / 3
    return 1 - nearness * common / len(a | b)


def krippendorff_alpha(pairs: Sequence[tuple[LabelSet, LabelSet]]) -> float:
    """Krippendorff's alpha of two annotators over set-valued labels with MASI distances; 1 is full agreement, 0 chance.

    Krippendorff, "Content Analysis" (2004), chapter 11. Raises `ValueError` without pairs.
    """
    if not pairs:
        raise ValueError("There are no items that two people annotated.")
    observed = sum(masi_distance(a, b) for a, b in pairs) / len(pairs)
    every = [own for pair in pairs for own in pair]
    distances = [masi_distance(a, b) for a, b in combinations(every, 2)]
    expected = sum(distances) / len(distances)
    return 1 - observed / expected if expected else 1.0


def micro_f1(pairs: Sequence[tuple[LabelSet, LabelSet]]) -> float:
    """F1 of one annotator's labels against the other's, over all items."""
    labels = sum(len(a) + len(b) for a, b in pairs)
    return 2 * sum(len(a & b) for a, b in pairs) / labels if labels else 0.0


def annotated_twice() -> dict[str, list[tuple[LabelSet, LabelSet]]]:
    """Facet -> the two label sets of each item that was annotated twice."""
    twice = [entry for entry in entries().values() if "second" in entry]
    return {facet: [(frozenset(entry[facet]), frozenset(entry["second"][facet])) for entry in twice] for facet in FACETS}
