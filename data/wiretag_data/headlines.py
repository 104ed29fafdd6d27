"""Our own headlines, leads and single sentences: ``headlines/<language>.tsv``, a line each, its topics and a tab before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wiretag.errors import DataError
from wiretag_data.utf8 import utf8_text

HEADLINES = "headlines"


@dataclass(frozen=True, slots=True)
class Headline:
    """One text and all topics that a reader who follows them would want it for.

    Attributes
    ----------
    language : name of its file.
    number : its line in the file, from 1 on.
    """

    language: str
    number: int
    topics: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        """Such as "headlines/de/3", the third line of ``headlines/de.tsv``."""
        return f"{HEADLINES}/{self.language}/{self.number}"


def headlines(folder: Path) -> Iterator[Headline]:
    """All lines of a folder's files, in order; raises `DataError` for a line that is not topics, a tab and a text."""
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(utf8_text(path).splitlines(), start=1):
            topics, _, text = line.partition("\t")
            if not (topics.strip() and text.strip()) or "\t" in text:
                raise DataError(f"{path}, line {number}: topics, one tab and a text are wanted.")
            yield Headline(path.stem, number, tuple(topic.strip() for topic in topics.split(",")), text.strip())
