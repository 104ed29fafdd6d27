"""People's own labelled data: JSON lines, CSV, Parquet, or a folder of text files for each label."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from wiretag.errors import DataError, InputError
from wiretag.reading import decode, read_text
from wiretag_data.item import Item, Labels

_LABEL_SEPARATOR = "|"
T = TypeVar("T")


def read_items(path: Path, text_column: str, label_column: str) -> list[Item]:
    """Items of a file or folder; their labels form the facet `label_column`.

    JSON lines and Parquet hold a list or a string in the label column, CSV a string, with ``|`` between labels.
    In a folder, each subfolder is a label and each file in it an item.

    Raises
    ------
    DataError
        Nothing there, an unknown kind of file, or a row that cannot be used (named by its number).
    """
    shared: dict[tuple[str, ...], Labels] = {}  # of a million items few have labels of their own

    def item(number: int, row: dict[str, Any]) -> Item:
        where = f"Row {number} of {path}"
        given = _column(row, label_column, "--labels", where)
        text = _text(row, text_column, where)
        names = _labels(given, label_column, where, path.suffix.lower())
        return Item(str(row.get("id", number)), text, "und", "data", shared.setdefault(names, {label_column: names}))

    if path.is_dir():
        items = [Item(f"{n}", text, "und", "data", {label_column: (label,)}) for n, (text, label) in enumerate(_folder(path))]
    else:
        items = _read(path, item, "a folder with a subfolder for each label")
    if not items:
        raise DataError(f"{path} holds no items.")
    return items


def read_texts(path: Path, text_column: str) -> list[str]:
    """Texts without labels: of a file like those of `read_items`, or of all text files in a folder, however deep.

    Raises
    ------
    DataError
        As `read_items`.
    """

    def text(number: int, row: dict[str, Any]) -> str:
        return _text(row, text_column, f"Row {number} of {path}")

    texts = list(_texts_below(path)) if path.is_dir() else _read(path, text, "a folder of text files")
    if not texts:
        raise DataError(f"{path} holds no texts.")
    return texts


def _read(path: Path, use: Callable[[int, dict[str, Any]], T], folder: str) -> list[T]:
    """What `use` makes of each row of a file."""
    reader = _READERS.get(path.suffix.lower())
    if not path.exists():
        raise DataError(f"{path} does not exist.")
    if reader is None:
        raise DataError(f"{path} is of an unknown kind; give {', '.join(_READERS)}, or {folder}.")
    try:
        return [use(number, row) for number, row in reader(path)]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None


def _column(row: dict[str, Any], column: str, option: str, where: str) -> Any:
    if column not in row:
        raise DataError(f"{where} has no column '{column}' (it has: {', '.join(map(str, row))}); name it with {option}.")
    return row[column]


def _text(row: dict[str, Any], column: str, where: str) -> str:
    text = _column(row, column, "--text", where)
    if not isinstance(text, str):
        raise DataError(f"{where}: '{column}' is not text.")
    return text


def _labels(given: Any, column: str, where: str, suffix: str) -> tuple[str, ...]:
    if given is None or given == "":
        given = []
    elif isinstance(given, str):
        given = given.split(_LABEL_SEPARATOR) if suffix == ".csv" else [given]
    elif isinstance(given, (int, bool)):
        given = [str(given)]
    if not isinstance(given, list) or not all(isinstance(label, (str, int)) for label in given):
        raise DataError(f"{where}: '{column}' is neither a label nor a list of labels.")
    return tuple(dict.fromkeys(str(label).strip() for label in given))


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(decode(line, f"Line {number} of {path}"))
            except InputError as error:
                raise DataError(str(error)) from None
            except (ValueError, RecursionError):
                raise DataError(f"Line {number} of {path} is not valid JSON.") from None
            if not isinstance(row, dict):
                raise DataError(f"Line {number} of {path} is no JSON object.")
            yield number, row


def _csv(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(1 << 24)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.DictReader(file), start=1)
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text.") from None
    except csv.Error as error:
        raise DataError(f"{path} is not valid CSV: {error}.") from None


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    import pyarrow
    from pyarrow import parquet

    try:
        rows = (row for batch in parquet.ParquetFile(path).iter_batches() for row in batch.to_pylist())
        yield from enumerate(rows, start=1)
    except pyarrow.ArrowException as error:
        raise DataError(f"{path} is no Parquet file: {error}.") from None


def _folder(path: Path) -> Iterator[tuple[str, str]]:
    """Text and label of each file."""
    for folder in sorted(p for p in path.iterdir() if p.is_dir()):
        for file in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
            yield _text_of_file(file), folder.name


def _texts_below(path: Path) -> Iterator[str]:
    """Of each file that neither is hidden nor lies in a hidden folder nor is empty."""

    def fail(error: OSError) -> None:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}.")

    for folder, folders, names in os.walk(path, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in (Path(folder) / name for name in sorted(names) if not name.startswith(".")):
            if file.suffix.lower() in _READERS:
                raise DataError(f"{path} holds {file.name}, which is no text file; give the file itself, or a folder without it.")
            if file.stat().st_size:
                yield _text_of_file(file)


def _text_of_file(file: Path) -> str:
    try:
        return read_text(str(file))
    except InputError as error:
        raise DataError(str(error)) from None


_READERS: dict[str, Callable[[Path], Iterator[tuple[int, dict[str, Any]]]]] = {
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".parquet": _parquet,
}
