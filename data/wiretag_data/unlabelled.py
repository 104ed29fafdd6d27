"""Our own texts that deserve no label: ``nothing/<language>.txt`` and ``foreign/<language>.txt``, with lines ``---`` between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wiretag_data.utf8 import utf8_text

# About nothing, in languages with a lexicon; and news in languages without.
NOTHING, FOREIGN = "nothing", "foreign"


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """One text.

    Attributes
    ----------
    folder : NOTHING or FOREIGN.
    language : name of its file.
    number : its place in the file, from 1 on.
    raw : the text as somebody might paste it.
    """

    folder: str
    language: str
    number: int
    raw: str

    @property
    def name(self) -> str:
        """Such as "nothing/de/3", the third text of ``nothing/de.txt``."""
        return f"{self.folder}/{self.language}/{self.number}"


def unlabelled(folder: Path) -> Iterator[Unlabelled]:
    """All texts of a folder's files, in order; raises `DataError` if one is not UTF-8."""
    for path in sorted(folder.glob("*.txt")):
        for number, raw in enumerate(utf8_text(path).strip("\n").split("\n---\n"), start=1):
            yield Unlabelled(folder.name, path.stem, number, raw)
