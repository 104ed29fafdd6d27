"""The project's own texts that get no topic: what teaches the model to be silent, and which languages it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from wiretag.tagger import UNKNOWN_LANGUAGE
from wiretag.wire import parse
from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons
from wiretag_data.sources.base import Source
from wiretag_data.sources.wire import LICENCE
from wiretag_data.taxonomy import corpora_folder, load_taxonomy
from wiretag_data.unlabelled import FOREIGN, NOTHING, unlabelled
from wiretag_data.wire_items import wire_rules


def _items(folder: str) -> Iterator[Item]:
    rules = wire_rules(load_lexicons())
    for text in unlabelled(corpora_folder() / folder):
        language = UNKNOWN_LANGUAGE if folder == FOREIGN else text.language
        yield Item(text.name, parse(text.raw, rules).text, language, folder)


# Sectors too were tried as negatives: held-out items lost some of theirs, and texts about nothing kept theirs.
_COVERAGE = {"topic": tuple(load_taxonomy()["topic"])}

SOURCES = (
    Source(NOTHING, "files", LICENCE, _COVERAGE, lambda: _items(NOTHING)),
    Source(FOREIGN, "files", LICENCE, _COVERAGE, lambda: _items(FOREIGN)),
)
