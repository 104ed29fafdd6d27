"""Archives of comma-separated values, with a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from wiretag.archive.lines import Lines
from wiretag.archive.rows import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ERROR,
    LANGUAGE,
    PROBABILITY,
    Chunk,
    Counts,
    Failure,
    Place,
    added_names,
    carried_names,
    facet_names,
    failure,
    tags_of,
    text_of,
)
from wiretag.errors import InputError, UsageError
from wiretag.model import Facet
from wiretag.reading import MAX_BYTES, printable
from wiretag.tagger import Tagger, Tags

SEPARATOR: Final = "|"
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Bad:
    """A row that is none, and what could be read of it."""

    fields: list[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Csv:
    """Rows under a header; a place is an offset and the rows before it.

    Attributes
    ----------
    header : names of the input's columns.
    text : number of the text's column.
    facets : in the order of their columns.
    """

    header: tuple[str, ...]
    text: int
    facets: tuple[str, ...]

    @classmethod
    def opened(cls, file: BinaryIO, text: str, facets: tuple[Facet, ...]) -> Csv:
        """Read the header.

        Raises
        ------
        InputError
            There is none.
        UsageError
            It has no such column, or the model has labels that a list in CSV cannot hold.
        """
        first = next(_Rows(file, 0).read(), None)
        if first is None or isinstance(first, _Bad):
            raise InputError(f"It is no CSV file with a header{': ' + first.reason if first else ''}.")
        if text not in first:
            names = printable(", ".join(first))
            raise UsageError(f"It has no column '{printable(text)}' (it has: {names}); name it with --text.")
        for facet in facets:
            for label in facet.labels:
                if SEPARATOR in label:
                    raise UsageError(f"The label '{printable(label)}' holds the {SEPARATOR} of lists in CSV; use JSON lines.")
        return cls(tuple(first), first.index(text), facet_names(facets))

    def head(self) -> bytes:
        names = carried_names(self._without_text(list(self.header)), added_names(self.facets))
        own = [name for facet in self.facets for name in (facet, facet + PROBABILITY)]
        return _written([[*names, LANGUAGE, *own, ERROR]])

    def chunks(self, file: BinaryIO, place: Place) -> Iterator[Chunk]:
        rows = _Rows(file, place[0] if place else 0)
        offset, done = place or (0, 0)
        reading = rows.read()
        if not place:
            next(reading)
        held: list[list[str] | _Bad] = []
        for row in reading:
            held.append(row)
            if rows.offset - offset >= CHUNK_BYTES or len(held) >= CHUNK_ROWS:
                yield Chunk(held, done + 1, (rows.offset, done + len(held)))
                offset, done, held = rows.offset, done + len(held), []
        if held:
            yield Chunk(held, done + 1, (rows.offset, done + len(held)))

    def tagged(self, chunk: Chunk, tagger: Tagger) -> tuple[bytes, Counts]:
        carried: list[list[str]] = []
        texts: list[str | Failure] = []
        width = len(self.header)
        for number, row in enumerate(chunk.rows, start=chunk.first):
            fields = row.fields if isinstance(row, _Bad) else row
            try:
                if isinstance(row, _Bad):
                    raise InputError(row.reason)
                if len(row) != width:
                    raise InputError(f"it has {len(row)} fields, the header has {width}")
                texts.append(text_of(row[self.text]))
            except InputError as error:
                texts.append(failure("row", number, error))
            carried.append(self._without_text([*fields, *[""] * width][:width]))
        results = list(tags_of(texts, tagger))
        failed = sum(isinstance(result, Failure) for result in results)
        rows = [[*own, *self._columns(result)] for own, result in zip(carried, results, strict=True)]
        return _written(rows), Counts(len(results) - failed, failed)

    def finish(self, rows: Path, finished: Path) -> None:
        rows.replace(finished)

    def _without_text(self, fields: list[str]) -> list[str]:
        return fields[: self.text] + fields[self.text + 1 :]

    def _columns(self, result: Tags | Failure) -> list[str]:
        if isinstance(result, Failure):
            return ["", *["", ""] * len(self.facets), result.reason]
        columns = [result.language]
        for facet in self.facets:
            tags = [tag.to_dict() for tag in result[facet]]
            columns += [SEPARATOR.join(str(tag[key]) for tag in tags) for key in ("label", "probability")]
        return [*columns, ""]


class _Rows:
    """Rows of a file from an offset on; `offset` is behind the one read last."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._lines = Lines(file, offset)
        self._broken = ""

    @property
    def offset(self) -> int:
        return self._lines.offset

    def read(self) -> Iterator[list[str] | _Bad]:
        # The limit is one of the process; nothing else here reads CSV.
        csv.field_size_limit(MAX_BYTES)
        reader = csv.reader(self._decoded(), strict=True)
        while True:
            self._broken = ""
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield _Bad([], f"it is not valid CSV ({error})")
                continue
            if self._broken:
                yield _Bad(row, self._broken)
            elif row:
                yield row

    def _decoded(self) -> Iterator[str]:
        for line in self._lines:
            if self._lines.offset == len(line):
                line = line.removeprefix(_MARK)
            if len(line) > MAX_BYTES:
                self._broken = f"it is over {MAX_BYTES >> 20} MB, which no single item is"
                yield "\n"
                continue
            try:
                yield line.decode()
            except UnicodeDecodeError:
                self._broken = "it is not UTF-8 text"
                yield line.decode(errors="replace")


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
