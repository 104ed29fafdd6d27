"""``wiretag tag``: one archive in, one out."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from wiretag import __version__
from wiretag import model as model_file
from wiretag.archive.partial import begun
from wiretag.archive.rows import Chunk, Counts, Kind, Place
from wiretag.archive.workers import tagged_in_order
from wiretag.errors import InputError, UsageError
from wiretag.model import Facet
from wiretag.reading import printable
from wiretag.tagger import Tagger

KINDS: Final = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet")
_PACKED: Final = ".gz"
# Of the input's beginning and end, to tell whether it is the one that an earlier run began with.
_SEEN: Final = 1 << 20

# Told after each chunk: the share of the input that is read, 0 to 1, and the rows done.
Tell = Callable[[float, Counts], None]


@dataclass(frozen=True, slots=True)
class _Packed:
    """A kind of archive, its output compressed by gzip, chunk by chunk so that it can be continued."""

    kind: Kind

    def head(self) -> bytes:
        return _pack(self.kind.head())

    def chunks(self, file: BinaryIO, place: Place) -> Iterator[Chunk]:
        return self.kind.chunks(file, place)

    def tagged(self, chunk: Chunk, tagger: Tagger) -> tuple[bytes, Counts]:
        data, counts = self.kind.tagged(chunk, tagger)
        return _pack(data), counts

    def finish(self, rows: Path, finished: Path) -> None:
        self.kind.finish(rows, finished)


def tag_archive(source: Path, target: Path, model: bytes, text: str, jobs: int, tell: Tell) -> Counts:
    """Tag every row of `source` into `target`, continuing an earlier run; gives how many were tagged in all.

    Parameters
    ----------
    model : the bytes of a model file.
    text : column of the text.
    jobs : processes.

    Raises
    ------
    InputError
        The input is damaged, or a process has died.
    UsageError
        Files, columns and an earlier run that do not fit together.
    """
    facets = model_file.loads(model).facets
    with _opened(source) as (file, raw):
        kind = kind_of(source.name, target.name, file, text, facets)
        if target.exists() and os.path.samefile(source, target):
            raise UsageError("The output would take the place of the input; name another.")
        if target.is_dir():
            raise UsageError(f"{printable(str(target))} is a folder; name a file to write.")
        mark = mark_of(_fingerprint(source), hashlib.sha256(model).hexdigest(), text)
        size = max(source.stat().st_size, 1)
        with begun(target, mark) as partial:
            if partial.is_empty:
                partial.begin(kind.head())
            share = 0.0
            for data, counts, after in tagged_in_order(kind.chunks(file, partial.place), kind, model, jobs):
                partial.add(data, counts, after)
                share = max(share, raw.tell() / size)
                tell(share, partial.counts)
            partial.finish(target, kind.finish)
            return partial.counts


def mark_of(source: str, model: str, text: str) -> dict[str, str]:
    """What has to be the same for a run to continue an earlier one, from the fingerprints of the input and the model."""
    return {"input": source, "model": model, "--text": text, "version of wiretag": __version__}


def kind_of(source: str, target: str, file: BinaryIO, text: str, facets: tuple[Facet, ...]) -> Kind:
    """What kind of archive two files are, by their names; `file` is the input, opened (and unpacked)."""
    ending = _ending(source)
    if ending.removesuffix(_PACKED) != _ending(target).removesuffix(_PACKED):
        raise UsageError(f"The output is of the input's kind: end its name in {ending}.")
    try:
        kind = _opener(ending)(file, text, facets)
    except (InputError, UsageError) as error:
        sentence = str(error)
        raise type(error)(f"{printable(source)} cannot be tagged. {sentence}") from None
    return _Packed(kind) if target.endswith(_PACKED) else kind


def _opener(ending: str) -> Callable[[BinaryIO, str, tuple[Facet, ...]], Kind]:
    if ending.startswith(".jsonl"):
        from wiretag.archive.jsonl import JsonLines

        return JsonLines.opened
    if ending.startswith(".csv"):
        from wiretag.archive.csv_rows import Csv

        return Csv.opened
    try:
        from wiretag.archive.parquet import Parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'wiretag[archive]'.") from None
    return Parquet.opened


def _ending(name: str) -> str:
    for ending in KINDS:
        if name.lower().endswith(ending):
            return ending
    raise UsageError(f"{printable(name)} is of an unknown kind; give {', '.join(KINDS)}.")


@contextmanager
def _opened(source: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The input, unpacked, and the file as it is."""
    shown = printable(str(source))
    if source.is_dir():
        raise UsageError(f"{shown} is a folder; name a file, or tag all in it with --dask local.")
    try:
        raw = source.open("rb")
    except FileNotFoundError:
        raise UsageError(f"{shown} does not exist.") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.") from None
    with raw, unpacked(raw, source.name) as file:
        yield file, raw


@contextmanager
def unpacked(raw: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """An opened archive without its compression; raises `InputError` when what is read of it is damaged."""
    if not name.lower().endswith(_PACKED):
        yield raw
        return
    try:
        with gzip.GzipFile(fileobj=raw) as file:
            yield cast("BinaryIO", file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{printable(name)} is no sound gzip file: {str(error).rstrip('.')}.") from None


def _fingerprint(source: Path) -> str:
    """Size, time of change, beginning and end of a file: enough to see that it has changed, in a moment."""
    state = source.stat()
    digest = hashlib.sha256(f"{state.st_size} {state.st_mtime_ns} ".encode())
    with source.open("rb") as file:
        digest.update(file.read(_SEEN))
        file.seek(max(state.st_size - _SEEN, 0))
        digest.update(file.read(_SEEN))
    return digest.hexdigest()


def _pack(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0) if data else b""
