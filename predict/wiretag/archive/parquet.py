"""Archives in Parquet. The only module of the predictor that needs pyarrow.

Parquet can only be read once its end is written, so the partial file is another: a stream of Arrow for each chunk, its length
before it. At the end they are put together in row groups.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
from pyarrow import parquet

from wiretag.archive.rows import (
    ERROR,
    LANGUAGE,
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
from wiretag.reading import printable
from wiretag.tagger import Tagger

_CHUNK_ROWS: Final = 1 << 10
# What is held of a column while it is read.
_BUFFER_BYTES: Final = 1 << 20
# A row group is full at either; readers of Parquet like large ones.
_GROUP_ROWS: Final = 1 << 16
_GROUP_BYTES: Final = 64 << 20
_LENGTH: Final = struct.Struct("<Q")
_TAGS: Final = pa.list_(pa.struct([("label", pa.string()), ("name", pa.string()), ("probability", pa.float64())]))


@dataclass(frozen=True)
class Parquet:
    """Rows of named columns; a place is a row group, the batches done of it, and the rows before.

    Attributes
    ----------
    text : name of the text's column.
    facets : in the order of their columns.
    schema : of the output.
    """

    text: str
    facets: tuple[str, ...]
    schema: pa.Schema

    @classmethod
    def opened(cls, file: BinaryIO, text: str, facets: tuple[Facet, ...]) -> Parquet:
        """Read the schema.

        Raises
        ------
        InputError
            It is no Parquet file.
        UsageError
            It has no such column of text.
        """
        with _sentences():
            schema = parquet.ParquetFile(file).schema_arrow
        at = schema.get_field_index(text)
        if at < 0:
            known = printable(", ".join(schema.names))
            raise UsageError(f"It has no column '{printable(text)}' (it has: {known}); name it with --text.")
        kind = schema.field(at).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
            raise UsageError(f"The column '{printable(text)}' holds no text, but {kind}; name another with --text.")
        own = facet_names(facets)
        carried = schema.remove(at)
        names = carried_names(carried.names, added_names(own))
        fields = [field.with_name(name) for field, name in zip(carried, names, strict=True)]
        fields += [pa.field(LANGUAGE, pa.string()), *(pa.field(facet, _TAGS) for facet in own), pa.field(ERROR, pa.string())]
        return cls(text, own, pa.schema(fields))

    def head(self) -> bytes:
        return b""

    def chunks(self, file: BinaryIO, place: Place) -> Iterator[Chunk]:
        start, skipped, done = place or (0, 0, 0)
        with _sentences():
            source = parquet.ParquetFile(file, buffer_size=_BUFFER_BYTES, pre_buffer=False)
            for group in range(start, source.num_row_groups):
                for number, batch in enumerate(source.iter_batches(_CHUNK_ROWS, row_groups=[group])):
                    if group == start and number < skipped:
                        continue
                    first, done = done + 1, done + batch.num_rows
                    yield Chunk(batch, first, (group, number + 1, done))

    def tagged(self, chunk: Chunk, tagger: Tagger) -> tuple[bytes, Counts]:
        texts: list[str | Failure] = []
        for number, value in enumerate(chunk.rows.column(self.text), start=chunk.first):
            try:
                texts.append(text_of(_value(value)))
            except InputError as error:
                texts.append(failure("row", number, error))
        results = list(tags_of(texts, tagger))
        failed = sum(isinstance(result, Failure) for result in results)
        contents = [None if isinstance(result, Failure) else result.to_dict() for result in results]
        reasons = [result.reason if isinstance(result, Failure) else None for result in results]
        own: list[Any] = [pa.array([content and content[LANGUAGE] for content in contents], pa.string())]
        own += [pa.array([content and content[facet] for content in contents], _TAGS) for facet in self.facets]
        carried = chunk.rows.drop_columns([self.text]).columns
        batch = pa.record_batch([*carried, *own, pa.array(reasons, pa.string())], schema=self.schema)
        stream = pa.BufferOutputStream()
        with pa.ipc.new_stream(stream, self.schema) as writer:
            writer.write_batch(batch)
        data = stream.getvalue().to_pybytes()
        return _LENGTH.pack(len(data)) + data, Counts(len(results) - failed, failed)

    def finish(self, rows: Path, finished: Path) -> None:
        with rows.open("rb") as streams, parquet.ParquetWriter(finished, self.schema) as writer:
            held: list[pa.RecordBatch] = []
            for batch in _batches(streams):
                held.append(batch)
                if sum(len(own) for own in held) >= _GROUP_ROWS or sum(own.nbytes for own in held) >= _GROUP_BYTES:
                    _write_group(writer, held, self.schema)
                    held = []
            if held:
                _write_group(writer, held, self.schema)


def _batches(streams: BinaryIO) -> Iterator[pa.RecordBatch]:
    while length := streams.read(_LENGTH.size):
        with pa.ipc.open_stream(streams.read(_LENGTH.unpack(length)[0])) as reader:
            yield from reader


def _write_group(writer: parquet.ParquetWriter, batches: list[pa.RecordBatch], schema: pa.Schema) -> None:
    table = pa.Table.from_batches(batches, schema)
    writer.write_table(table, row_group_size=max(len(table), 1))


def _value(value: pa.Scalar) -> object:
    try:
        return value.as_py()
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8 text") from None


@contextmanager
def _sentences() -> Iterator[None]:
    """What Arrow says of a file that it cannot read, as a sentence."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = printable(str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise InputError(f"It is no sound Parquet file: {reason.rstrip('.')}.") from None
