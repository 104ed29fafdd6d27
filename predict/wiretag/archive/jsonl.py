"""Archives of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from wiretag.archive.lines import Lines
from wiretag.archive.rows import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ERROR,
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
from wiretag.errors import InputError
from wiretag.model import Facet
from wiretag.reading import MAX_BYTES
from wiretag.records import record_of
from wiretag.tagger import Tagger, Tags


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Objects with a text; a place is an offset and the lines before it."""

    text: str
    added: frozenset[str]

    @classmethod
    def opened(cls, _: BinaryIO, text: str, facets: tuple[Facet, ...]) -> JsonLines:
        """Nothing of the file need be known: each line says what it holds."""
        return cls(text, added_names(facet_names(facets)))

    def head(self) -> bytes:
        return b""

    def chunks(self, file: BinaryIO, place: Place) -> Iterator[Chunk]:
        offset, done = place or (0, 0)
        lines = Lines(file, offset)
        rows: list[bytes] = []
        for line in lines:
            rows.append(line)
            if lines.offset - offset >= CHUNK_BYTES or len(rows) >= CHUNK_ROWS:
                yield Chunk(rows, done + 1, (lines.offset, done + len(rows)))
                offset, done, rows = lines.offset, done + len(rows), []
        if rows:
            yield Chunk(rows, done + 1, (lines.offset, done + len(rows)))

    def tagged(self, chunk: Chunk, tagger: Tagger) -> tuple[bytes, Counts]:
        numbers: list[int] = []
        records: list[dict[str, Any]] = []
        texts: list[str | Failure] = []
        for number, line in enumerate(chunk.rows, start=chunk.first):
            if not line.strip():
                continue
            record: dict[str, Any] = {}
            try:
                record = record_of(_decoded(line))
                texts.append(text_of(record.get(self.text)))
            except InputError as error:
                texts.append(failure("line", number, error))
            numbers.append(number)
            records.append(record)
        lines, failed = [], 0
        for number, record, result in zip(numbers, records, tags_of(texts, tagger), strict=True):
            try:
                lines.append(self._line(record, result))
                failed += isinstance(result, Failure)
            except RecursionError:  # what could just be read cannot always be written
                lines.append(self._line({}, failure("line", number, InputError("it is nested too deeply"))))
                failed += 1
        # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, becomes \udXXX, which is JSON again.
        return "".join(lines).encode("utf-8", "backslashreplace"), Counts(len(lines) - failed, failed)

    def _line(self, record: dict[str, Any], result: Tags | Failure) -> str:
        record = {"id": None} | record
        record.pop(self.text, None)
        carried = dict(zip(carried_names(list(record), self.added), record.values(), strict=True))
        if isinstance(result, Failure):
            added: dict[str, Any] = {ERROR: result.reason}
        else:
            added = result.to_dict()
            del added["declared"]
        return json.dumps({**carried, **added}, ensure_ascii=False) + "\n"

    def finish(self, rows: Path, finished: Path) -> None:
        rows.replace(finished)


def _decoded(line: bytes) -> str:
    if len(line) > MAX_BYTES:
        raise InputError(f"it is over {MAX_BYTES >> 20} MB, which no single item is")
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8 text") from None
