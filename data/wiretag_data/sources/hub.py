"""Data sets of a hub, through `datasets.load_dataset`, as sources of the same form. They need the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wiretag_data.fetch import SourceUnavailable
from wiretag_data.item import Item
from wiretag_data.sources.base import Source, coverage_of, mapped, mapping


def hub_source(
    name: str, language: str, licence: str, *, path: str, revision: str, files: dict[str, str] | None = None
) -> Source:
    """A source of a hub data set with a ``text`` column and a class label column ``label``.

    Parameters
    ----------
    name : of the source and of its table in ``mappings.toml``.
    language : of all its items.
    licence : a note.
    path : data set on the hub, or a local loader such as "json" with `files`.
    revision : what is loaded, for the corpus record.
    files : split -> local file, for loaders of local files.
    """
    table = mapping(name)

    def items() -> Iterator[Item]:
        for part, rows in _load(name, path, revision, files).items():
            names = getattr(rows.features["label"], "names", None)
            for number, row in enumerate(rows):
                label = names[row["label"]] if names else str(row["label"])
                labels = mapped([label], table)
                yield Item(f"{name}/{part}/{number}", row["text"], language, name, labels, part=_part(part))

    return Source(name, revision, licence, coverage_of(table), items)


def _load(name: str, path: str, revision: str, files: dict[str, str] | None) -> Any:
    import datasets

    try:
        if files is not None:
            return datasets.load_dataset(path, data_files=files)
        return datasets.load_dataset(path, revision=revision)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceUnavailable(f"{name} cannot be loaded: {first[:200]}") from None


def _part(name: str) -> str:
    return name if name in ("train", "validation", "test") else ""


AG_NEWS = hub_source("agnews", "en", "Academic use only; see the data set's card.", path="fancyzhx/ag_news", revision="main")
GNAD10 = hub_source(
    "gnad10", "de", "CC BY-NC-SA 4.0; see the data set's card.", path="community-datasets/gnad10", revision="main"
)
