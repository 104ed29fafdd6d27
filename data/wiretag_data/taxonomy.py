"""The project's sectors and topics, and where its own files stand."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiretag.errors import DataError

FACETS = ("sector", "topic")
EDITORIAL = ("top-story", "daily-news", "daily-finance")


@dataclass(frozen=True, slots=True)
class Label:
    """One sector or topic.

    Attributes
    ----------
    id : stable, kebab-case.
    name : English name.
    definition : what belongs to it.
    iptc : IPTC Media Topics codes that mean the same or contain it.
    beside : labels of which one always stands beside it.
    """

    id: str
    name: str
    definition: str
    iptc: tuple[str, ...]
    beside: tuple[str, ...] = ()


Taxonomy = dict[str, dict[str, Label]]


def corpora_folder() -> Path:
    """``data/corpora`` of the checkout that this package runs from.

    Raises
    ------
    DataError
        The package was installed without the project's own items.
    """
    folder = Path(__file__).parents[1] / "corpora"
    if not (folder / "taxonomy.toml").exists():
        raise DataError("The project's own items are not part of the installed package; run this in a clone of wiretag.")
    return folder


def load_taxonomy(folder: Path | None = None) -> Taxonomy:
    """Facet -> label id -> label, in the file's order."""
    tables = read_toml((folder or corpora_folder()) / "taxonomy.toml")
    return {
        facet: {
            key: Label(
                key, entry["name"], entry.get("definition", ""), tuple(entry.get("iptc", ())), tuple(entry.get("beside", ()))
            )
            for key, entry in tables[facet].items()
        }
        for facet in FACETS
    }


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file, with a sentence instead of a traceback where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path} does not exist.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not valid TOML: {error}.") from None
