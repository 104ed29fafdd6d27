"""People's own labelled data: JSON lines, CSV, Parquet, or a folder of text files for each label."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wiretag.errors import DataError, InputError
from wiretag.reading import decode, read_text
from wiretag_data.item import Item, Labels

_LABEL_SEPARATOR = "|"


def read_items(path: Path, text_column: str, label_column: str) -> list[Item]:
    """Items of a file or folder; their labels form the facet `label_column`.

    JSON lines and Parquet hold a list or a string in the label column, CSV a string, with ``|`` between labels.
    In a folder, each subfolder is a label and each file in it an item.

    Raises
    ------
    DataError
        Nothing there, an unknown kind of file, or a row that cannot be used (named by its number).
    """
    if path.is_dir():
        items = [Item(f"{n}", text, "und", "data", {label_column: (label,)}) for n, (text, label) in enumerate(_folder(path))]
    else:
        reader = _READERS.get(path.suffix.lower())
        if not path.exists():
            raise DataError(f"{path} does not exist.")
        if reader is None:
            known = ", ".join(_READERS)
            raise DataError(f"{path} is of an unknown kind; give {known}, or a folder with a subfolder for each label.")
        shared: dict[tuple[str, ...], Labels] = {}  # of a million items few have labels of their own
        try:
            items = [_item(path, n, row, text_column, label_column, shared) for n, row in reader(path)]
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    if not items:
        raise DataError(f"{path} holds no items.")
    return items


def _item(
    path: Path, number: int, row: dict[str, Any], text_column: str, label_column: str, shared: dict[tuple[str, ...], Labels]
) -> Item:
    where = f"Row {number} of {path}"
    for column, option in ((text_column, "--text"), (label_column, "--labels")):
        if column not in row:
            raise DataError(f"{where} has no column '{column}' (it has: {', '.join(map(str, row))}); name it with {option}.")
    text, labels = row[text_column], row[label_column]
    if not isinstance(text, str):
        raise DataError(f"{where}: '{text_column}' is not text.")
    if labels is None or labels == "":
        labels = []
    elif isinstance(labels, str):
        labels = labels.split(_LABEL_SEPARATOR) if path.suffix.lower() == ".csv" else [labels]
    elif isinstance(labels, (int, bool)):
        labels = [str(labels)]
    if not isinstance(labels, list) or not all(isinstance(label, (str, int)) for label in labels):
        raise DataError(f"{where}: '{label_column}' is neither a label nor a list of labels.")
    names = tuple(dict.fromkeys(str(label).strip() for label in labels))
    return Item(str(row.get("id", number)), text, "und", "data", shared.setdefault(names, {label_column: names}))


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
    for folder in sorted(p for p in path.iterdir() if p.is_dir()):
        for file in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
            try:
                yield read_text(str(file)), folder.name
            except InputError as error:
                raise DataError(str(error)) from None


_READERS: dict[str, Callable[[Path], Iterator[tuple[int, dict[str, Any]]]]] = {
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".parquet": _parquet,
}
