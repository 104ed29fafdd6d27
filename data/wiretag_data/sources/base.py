"""What every source says of itself, and tables from its labels to ours."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from wiretag_data.fetch import Package
from wiretag_data.item import Item


@dataclass(frozen=True)
class Source:
    """A collection of labelled items.

    Attributes
    ----------
    name : as in the items' `source`.
    version : changes when the items do; part of the corpus's fingerprint.
    licence : a note for people who want to use the items elsewhere.
    coverage : facet -> the labels that the source annotates. Only on these do its items count as positive or negative.
    items : yields the items; raises `fetch.SourceUnavailable` if they cannot be had.
    package : the registry's file that holds the items; None for the project's own files and for hubs.
    """

    name: str
    version: str
    licence: str
    coverage: Mapping[str, tuple[str, ...]]
    items: Callable[[], Iterator[Item]]
    package: Package | None = None

    @property
    def checksum(self) -> str:
        """SHA-256 of the package; "" without one."""
        return self.package.sha256 if self.package else ""


Mapping_ = dict[str, dict[str, tuple[str, ...]]]


@cache
def mapping(name: str) -> Mapping_:
    """Table ``mappings.toml`` of a source: its label -> facet -> our labels."""
    tables: dict[str, Any] = tomllib.loads(files("wiretag_data.sources").joinpath("mappings.toml").read_text("utf-8"))
    return {theirs: {facet: tuple(labels) for facet, labels in ours.items()} for theirs, ours in tables[name].items()}


def coverage_of(table: Mapping_) -> dict[str, tuple[str, ...]]:
    """All our labels that a mapping reaches, by facet."""
    reached: dict[str, dict[str, None]] = {}
    for ours in table.values():
        for facet, labels in ours.items():
            reached.setdefault(facet, {}).update(dict.fromkeys(labels))
    return {facet: tuple(labels) for facet, labels in reached.items()}


def mapped(theirs: list[str], table: Mapping_) -> dict[str, tuple[str, ...]]:
    """Our labels for a list of theirs; labels that mean nothing to us are passed over."""
    found: dict[str, dict[str, None]] = {}
    for label in theirs:
        for facet, ours in table.get(label, {}).items():
            found.setdefault(facet, {}).update(dict.fromkeys(ours))
    return {facet: tuple(labels) for facet, labels in found.items()}
