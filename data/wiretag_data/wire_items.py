"""The project's own wire items: ``wire/<language>/*.txt``, a short header above the raw item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wiretag.errors import DataError
from wiretag.wire import WireItem, WireRules, parse
from wiretag_data.lexicon import Lexicon
from wiretag_data.utf8 import utf8_text


@dataclass(frozen=True, slots=True)
class WireFile:
    """A file as it stands: header and raw item.

    Attributes
    ----------
    path : the file.
    language : name of its folder.
    header : keys and values above the ``---`` line.
    raw : the item as a distributor sends it.
    """

    path: Path
    language: str
    header: dict[str, str]
    raw: str

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(topic.strip() for topic in self.header.get("topics", "").split(",") if topic.strip())

    def parsed(self, rules: WireRules) -> WireItem:
        return parse(self.raw, rules)


def read_wire_file(path: Path) -> WireFile:
    """Read one file; raises `DataError` if it is not UTF-8 or has no header."""
    head, line, raw = utf8_text(path).partition("\n---\n")
    if not line:
        raise DataError(f"{path} has no '---' line between its header and the item.")
    header = {}
    for entry in head.splitlines():
        key, colon, value = entry.partition(":")
        if not colon:
            raise DataError(f"{path}: the header line '{entry}' is not of the form 'key: value'.")
        header[key.strip()] = value.strip()
    return WireFile(path, path.parent.name, header, raw)


def wire_files(folder: Path) -> Iterator[WireFile]:
    """All wire files below a folder of language folders, in order."""
    return (read_wire_file(path) for path in sorted(folder.glob("*/*.txt")))


def wire_rules(lexicons: dict[str, Lexicon]) -> WireRules:
    """The parser's rules, from all lexicons together."""
    return WireRules.gather((lexicon.wire for lexicon in lexicons.values()), all_names(lexicons))


def all_names(lexicons: dict[str, Lexicon]) -> dict[str, dict[str, list[str]]]:
    """Facet -> label -> names and aliases in every language."""
    names: dict[str, dict[str, list[str]]] = {}
    for lexicon in lexicons.values():
        for facet, labels in lexicon.names.items():
            for label, aliases in labels.items():
                names.setdefault(facet, {}).setdefault(label, []).extend(aliases)
    return names
