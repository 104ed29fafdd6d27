"""The project's own headlines, leads and single sentences, with all their topics; of sectors they say nothing."""

from __future__ import annotations

from collections.abc import Iterator

from wiretag_data.headlines import HEADLINES, headlines
from wiretag_data.item import Item
from wiretag_data.sources.base import Source
from wiretag_data.sources.wire import LICENCE
from wiretag_data.taxonomy import corpora_folder, load_taxonomy


def _items() -> Iterator[Item]:
    for line in headlines(corpora_folder() / HEADLINES):
        yield Item(line.name, line.text, line.language, HEADLINES, {"topic": line.topics}, part="train")


SOURCE = Source(HEADLINES, "files", LICENCE, {"topic": tuple(load_taxonomy()["topic"])}, _items)
