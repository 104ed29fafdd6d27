"""Labelled corpora that people know, in their standard splits, for `make bench`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sklearn.datasets import fetch_20newsgroups

from wiretag_data.fetch import SourceUnavailable, cache_folder
from wiretag_data.sources import bbc, newsgroups, reuters, wire

# Of 2,225 stories about a fifth, drawn by a hash of their ids.
_BBC_TEST_SHARE = 0.2


@dataclass(frozen=True)
class Corpus:
    """Texts with their labels, in two parts; in an exclusive corpus every text has exactly one label."""

    name: str
    about: str
    train: list[tuple[str, list[str]]]
    test: list[tuple[str, list[str]]]
    exclusive: bool
    labels: list[str]  # of the training part

    @classmethod
    def of(cls, name: str, about: str, train: list[tuple[str, list[str]]], test: list[tuple[str, list[str]]]) -> Corpus:
        exclusive = all(len(labels) == 1 for _, labels in train)
        return cls(name, about, train, test, exclusive, sorted({label for _, labels in train for label in labels}))


def _r90() -> Corpus:
    split, texts = reuters.modapte(), reuters.documents()
    cats = set(split["cats"])

    def part(ids: Iterable[int]) -> list[tuple[str, list[str]]]:
        return [(texts[n]["text"], [topic for topic in texts[n]["topics"] if topic in cats]) for n in ids]

    return Corpus.of("r90", "Reuters-21578, ModApte split, 90 topics", part(split["train"]), part(split["test"]))


def _table(name: str, about: str, table: str) -> Corpus:
    train, test = (
        [(text, [label]) for label, text in newsgroups.table(f"{table}-{part}") if label] for part in ("train", "test")
    )
    return Corpus.of(name, about, train, test)


def _newsgroups_stripped() -> Corpus:
    """From the posts as they were sent, which only scikit-learn's own source has: needs the network once."""

    def part(subset: str) -> list[tuple[str, list[str]]]:
        found = fetch_20newsgroups(
            data_home=str(cache_folder()), subset=subset, remove=("headers", "footers", "quotes"), shuffle=False
        )
        return [(text, [found.target_names[n]]) for text, n in zip(found.data, found.target, strict=True)]

    try:
        train, test = part("train"), part("test")
    except OSError as error:
        raise SourceUnavailable(
            f"scikit-learn's copy of 20 Newsgroups cannot be fetched: {getattr(error, 'reason', error)}."
        ) from None
    return Corpus.of("20ng-stripped", "20 Newsgroups by date without headers, footers and quotes", train, test)


def _bbc() -> Corpus:
    parts: tuple[list[tuple[str, list[str]]], list[tuple[str, list[str]]]] = ([], [])
    for id_, section, text in bbc.sections():
        draw = int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4], "big") / 2**32
        parts[draw < _BBC_TEST_SHARE].append((text, [section]))
    taught = {text for text, _ in parts[False]}
    twice = sum(text in taught for text, _ in parts[True])  # the broadcaster's site has stories twice
    about = f"BBC News, a fifth drawn by a hash of the ids for testing; {twice} of its texts are in the training part too"
    return Corpus.of("bbc", about, *parts)


def _own() -> Corpus:
    def part(source: str) -> list[tuple[str, list[str]]]:
        chosen = next(own for own in wire.SOURCES if own.name == source)
        return [(item.text, list(item.labels["topic"])) for item in chosen.items()]

    return Corpus.of(
        "own", "the project's wire items in 17 languages, topics; tested on the held-out items", part("wire"), part(wire.HELD_OUT)
    )


CORPORA: dict[str, Callable[[], Corpus]] = {
    "r90": _r90,
    "20ng": lambda: _table("20ng", "20 Newsgroups by date with headers, lower case without punctuation", "20newsgroups"),
    "20ng-stripped": _newsgroups_stripped,
    "r52": lambda: _table("r52", "Reuters-21578, 52 single-label topics", "reuters-r52"),
    "r8": lambda: _table("r8", "Reuters-21578, 8 single-label topics", "reuters-r8"),
    "bbc": _bbc,
    "own": _own,
}
