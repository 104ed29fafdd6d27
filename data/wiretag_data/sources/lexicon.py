"""Lexicon entries as tiny items: what a word alone says.

Entries of topics say nothing of sectors and the other way round; background entries are negative for both, except
for the editorial sectors, of which no word decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons
from wiretag_data.sources.base import Source
from wiretag_data.sources.wire import LICENCE
from wiretag_data.taxonomy import EDITORIAL, FACETS, load_taxonomy


def _entries(facet: str) -> Iterator[Item]:
    for language, lexicon in load_lexicons().items():
        labels_of: dict[str, list[str]] = {}
        for label, entries in lexicon.entries[facet].items():
            for entry in entries:
                labels_of.setdefault(entry, []).append(label)
        for number, (entry, labels) in enumerate(labels_of.items()):
            id_ = f"lexicon-{facet}/{language}/{number}"
            yield Item(id_, entry, language, f"lexicon-{facet}", {facet: tuple(labels)}, part="train")


def _background() -> Iterator[Item]:
    for language, lexicon in load_lexicons().items():
        for number, entry in enumerate(lexicon.background):
            yield Item(f"lexicon-background/{language}/{number}", entry, language, "lexicon-background", part="train")


_COVERAGE = {facet: tuple(label for label in labels if label not in EDITORIAL) for facet, labels in load_taxonomy().items()}

SOURCES = (
    *(
        Source(f"lexicon-{facet}", "files", LICENCE, {facet: _COVERAGE[facet]}, lambda facet=facet: _entries(facet))  # type: ignore[misc]
        for facet in FACETS
    ),
    Source("lexicon-background", "files", LICENCE, _COVERAGE, _background),
)
