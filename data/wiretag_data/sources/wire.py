"""The project's own wire items: those that train, and those written apart to be held out."""

from __future__ import annotations

from collections.abc import Iterator

from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons
from wiretag_data.sources.base import Source
from wiretag_data.taxonomy import corpora_folder, load_taxonomy
from wiretag_data.wire_items import wire_files, wire_rules

LICENCE = "CC BY 4.0, written for wiretag."
HELD_OUT = "wire-heldout"


def _items(folder: str, source: str, part: str) -> Iterator[Item]:
    rules = wire_rules(load_lexicons())
    for file in wire_files(corpora_folder() / folder):
        item = file.parsed(rules)
        yield Item(
            id=f"{source}/{file.language}/{file.path.stem}",
            text=item.text,
            language=file.language,
            source=source,
            labels={"sector": item.declared.get("sector", ()), "topic": file.topics},
            date=file.header.get("date", ""),
            part=part,
        )


_COVERAGE = {facet: tuple(labels) for facet, labels in load_taxonomy().items()}

SOURCES = (
    Source("wire", "files", LICENCE, _COVERAGE, lambda: _items("wire", "wire", "train")),
    Source(HELD_OUT, "files", LICENCE, _COVERAGE, lambda: _items("heldout", HELD_OUT, "test")),
)
