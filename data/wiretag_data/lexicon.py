"""Lexicons: for each language, the words that its news uses for each label, the labels' names, and how its wires write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wiretag_data.taxonomy import FACETS, corpora_folder, read_toml

_SEPARATORS = re.compile(r"[,\n،，、]")


@dataclass(frozen=True)
class Lexicon:
    """One language's knowledge.

    Attributes
    ----------
    language : tag, the file's name without its ending.
    name : the language's own name.
    wire : footer words, disclaimer phrases and headings, see `wiretag.wire.WireRules`.
    names : facet -> label -> name and aliases.
    entries : facet -> label -> words and phrases.
    background : words that say nothing about any label.
    """

    language: str
    name: str
    wire: Mapping[str, list[str]]
    names: Mapping[str, Mapping[str, list[str]]]
    entries: Mapping[str, Mapping[str, tuple[str, ...]]]
    background: tuple[str, ...]


def load_lexicons(folder: Path | None = None) -> dict[str, Lexicon]:
    """Language -> lexicon, for every ``lexicon/*.toml``."""
    return {path.stem: load_lexicon(path) for path in sorted(((folder or corpora_folder()) / "lexicon").glob("*.toml"))}


def load_lexicon(path: Path) -> Lexicon:
    """Read one lexicon; raises `DataError` if it is no valid TOML."""
    table = read_toml(path)
    return Lexicon(
        language=path.stem,
        name=str(table.get("name", path.stem)),
        wire=table.get("wire", {}),
        names=table.get("names", {}),
        entries={facet: {label: split_entries(text) for label, text in table.get(facet, {}).items()} for facet in FACETS},
        background=split_entries(table.get("background", {}).get("general", "")),
    )


def split_entries(text: str) -> tuple[str, ...]:
    """Distinct entries of a listing, in order."""
    return tuple(dict.fromkeys(entry for part in _SEPARATORS.split(text) if (entry := part.strip())))
