"""Our own labels for items of other sources: ids and labels only, in ``annotations.jsonl``; the texts stay where they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from wiretag.errors import DataError
from wiretag_data.item import Item
from wiretag_data.taxonomy import FACETS, corpora_folder, load_taxonomy

SOURCE = "annotated"


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Item id -> its line: sector, topic, part ("train" or "test")."""
    path = corpora_folder() / "annotations.jsonl"
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            found[str(entry["id"])] = entry
        except (ValueError, KeyError, TypeError):
            raise DataError(f"Line {number} of {path} is no JSON object with an id.") from None
    return found


def applied(items: Sequence[Item]) -> list[Item]:
    """The items, those that are annotated with our labels and as items of the source "annotated"."""
    ours = entries()
    return [_applied(item, ours[item.id]) if item.id in ours else item for item in items]


def _applied(item: Item, entry: dict[str, Any]) -> Item:
    labels = {facet: tuple(entry[facet]) for facet in FACETS}
    return replace(item, source=SOURCE, labels=labels, part=entry["part"], date="")


def record() -> dict[str, Any]:
    """What the corpus record says of the annotations."""
    return {
        "name": SOURCE,
        "version": "files",
        "sha256": "",
        "licence": "CC BY 4.0 for the labels; the texts are their sources'.",
        "coverage": {facet: list(labels) for facet, labels in load_taxonomy().items()},
        "items": len(entries()),
    }
