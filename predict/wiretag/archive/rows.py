"""What all kinds of archives have in common: chunks of rows, the columns that tagging adds, rows that cannot be tagged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from wiretag.errors import InputError
from wiretag.model import Facet
from wiretag.reading import MAX_BYTES
from wiretag.tagger import LANGUAGE_FACET, Tagger, Tags

# Enough items for the hand-over to another process to cost little, few enough for several chunks a process to be held.
CHUNK_BYTES: Final = 1 << 20
CHUNK_ROWS: Final = 1 << 12

LANGUAGE: Final = "language"
ERROR: Final = "error"
# Before the name of a column of the input that is called like one of ours.
INPUT: Final = "input_"
PROBABILITY: Final = "_probability"

# Where the next chunk begins, in the terms of each kind; () is the start.
Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are tagged together.

    Attributes
    ----------
    rows : as their kind has them.
    first : number of the first, from 1.
    after : where the next chunk begins.
    """

    rows: Any
    first: int
    after: Place


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were tagged, and how many could not be."""

    tagged: int = 0
    failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tagged + other.tagged, self.failed + other.failed)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a row cannot be tagged."""

    reason: str


class Kind(Protocol):
    """One kind of archive, opened: what is known of it before its rows are read. Goes to other processes."""

    def head(self) -> bytes:
        """What stands before the first chunk."""

    def chunks(self, file: BinaryIO, place: Place) -> Iterator[Chunk]:
        """The chunks of the input from a place on."""

    def tagged(self, chunk: Chunk, tagger: Tagger) -> tuple[bytes, Counts]:
        """A chunk as it stands in the partial file."""

    def finish(self, rows: Path, finished: Path) -> None:
        """Make the output of a partial file that is complete; `rows` may vanish."""


def facet_names(facets: Sequence[Facet]) -> tuple[str, ...]:
    """Facets that get a column of their own, the language apart."""
    return tuple(facet.name for facet in facets if facet.name != LANGUAGE_FACET)


def added_names(facets: Sequence[str]) -> frozenset[str]:
    """Columns that tagging adds, in any kind of file."""
    return frozenset({LANGUAGE, ERROR, *facets, *(facet + PROBABILITY for facet in facets)})


def carried_names(names: Sequence[str], added: Collection[str]) -> list[str]:
    """Names of the input's columns in the output: their own, or behind `INPUT` where tagging adds one of that name."""
    result = []
    for name in names:
        given = name
        while given in added or (given != name and given in names):
            given = INPUT + given
        result.append(given)
    return result


def text_of(value: object) -> str:
    """The text in a row's text column; raises `InputError` if it is none or not an item's."""
    if not isinstance(value, str):
        raise InputError("it has no text")
    if len(value) > MAX_BYTES:
        raise InputError(f"its text is over {MAX_BYTES >> 20} MB, which no single item is")
    if not value.strip():
        raise InputError("its text is empty")
    return value


def failure(what: str, number: int, error: InputError) -> Failure:
    """Why row (or line) `number` was not tagged, as it stands in the output."""
    return Failure(f"{what} {number}: {str(error).rstrip('.')}")


def tags_of(texts: Sequence[str | Failure], tagger: Tagger) -> Iterator[Tags | Failure]:
    """Tags of each text, in order; failures pass through."""
    tags = tagger.tag_many(text for text in texts if isinstance(text, str))
    return (text if isinstance(text, Failure) else next(tags) for text in texts)
