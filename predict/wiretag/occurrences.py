"""The featuriser once more, one n-gram at a time in plain Python: slow, obvious, and it knows where each n-gram stands.

`wiretag.features` must give the same buckets (a property test holds it to that); explanations use the places.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from wiretag import codepoints, features
from wiretag.codepoints import CLASS_SHIFT, DIGIT, HANGUL, IGNORABLE, SPACED
from wiretag.features import FeatureConfig

_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One n-gram at one place: ``text[start:end]`` of the original text."""

    view: str
    bucket: int
    start: int
    end: int

    @property
    def column(self) -> int:
        return features.VIEWS.index(self.view) << features.BITS | self.bucket


@dataclass(frozen=True, slots=True)
class _Symbol:
    value: int
    kind: int
    at: int
    start: int
    end: int


def occurrences(text: str, config: FeatureConfig) -> Iterator[Occurrence]:
    """Every n-gram of a text, repeated ones each time."""
    symbols = list(_symbols(text))
    title_end = features.title_length(features.normalise(text))
    words = list(_runs(symbols, (SPACED, DIGIT, HANGUL)))
    units = [("words", first, last) for first, last in words]
    for kind, lengths in config.runs:
        for first, last in _runs(symbols, (kind,)):
            for n in range(lengths[0], lengths[1] + 1):
                units += [(config.view_of(lengths, n), at, at + n) for at in range(first, last - n + 1)]
    for view, first, last in units:
        bucket = _bucket(_hash(symbols[first:last]) ^ features.WORD_SALT)
        start, end = symbols[first].start, symbols[last - 1].end
        yield Occurrence(view, bucket, start, end)
        if config.title and view == "words" and symbols[first].at < title_end:
            yield Occurrence("title", bucket, start, end)
    if config.pairs and (config.pairs != features.SYLLABLES or _is_vietnamese(symbols)):
        for (a, b), (c, d) in zip(words, words[1:], strict=False):
            both = (_hash(symbols[a:b]) * features.PAIR + _hash(symbols[c:d])) & _MASK
            yield Occurrence("pairs", _bucket(both ^ features.PAIR_SALT), symbols[a].start, symbols[d - 1].end)
    if config.chars is not None:
        yield from _chars(symbols, config.chars)


def _is_vietnamese(symbols: list[_Symbol]) -> bool:
    codes = [symbol.value & features.CODE_POINT for symbol in symbols if symbol.kind != codepoints.SEPARATOR]
    found = sum(features.VIETNAMESE <= code <= features.VIETNAMESE + features.LAST_VIETNAMESE for code in codes)
    return bool(found * features.MOST_PER_VIETNAMESE >= len(codes))


def _chars(symbols: list[_Symbol], lengths: tuple[int, int]) -> Iterator[Occurrence]:
    space = _Symbol(int(codepoints.symbols()[codepoints.SPACE]), codepoints.SEPARATOR, 0, 0, 0)
    for first, last in _runs(symbols, (SPACED, DIGIT)):
        before = symbols[first - 1] if first else space
        after = symbols[last] if last < len(symbols) else space
        left = [space] if before.kind == codepoints.SEPARATOR else []
        right = [space] if after.kind == codepoints.SEPARATOR else []
        word = [*left, *symbols[first:last], *right]
        for n in range(max(lengths[0], 3), lengths[1] + 1):
            for at in range(len(word) - n + 1):
                gram = word[at : at + n]
                inner = [symbol for symbol in gram if symbol is not space]
                if len(inner) > n - 2:
                    bucket = _bucket(_hash(gram) ^ features.CHAR_SALT)
                    yield Occurrence("chars", bucket, inner[0].start, inner[-1].end)


def _symbols(text: str) -> Iterator[_Symbol]:
    table = codepoints.symbols()
    for at, (char, start, end) in enumerate(_normalised(text)):
        symbol = int(table[ord(char)])
        kind = symbol >> CLASS_SHIFT
        if kind != IGNORABLE:
            yield _Symbol(symbol, kind, at, start, end)


def _normalised(text: str) -> Iterator[tuple[str, int, int]]:
    """Characters of the normal form, and the part of the original that each comes from."""
    starts = [n for n, char in enumerate(text) if n == 0 or not _joins(char)] + [len(text)]
    parts = [(features.normalise(text[a:b]), a, b) for a, b in zip(starts, starts[1:], strict=False)]
    whole = features.normalise(text)
    if "".join(part for part, _, _ in parts) == whole:
        yield from ((char, a, b) for part, a, b in parts for char in part)
    else:  # rare compositions across parts: places are then approximate
        last = len(text) - 1
        yield from ((char, min(n, last), min(n, last) + 1) for n, char in enumerate(whole))


def _joins(char: str) -> bool:
    """Whether a character may compose with the one before it: a mark, or a vowel or final of Hangul."""
    return unicodedata.combining(char) != 0 or unicodedata.category(char)[0] == "M" or 0x1160 <= ord(char) <= 0x11FF


def _runs(symbols: list[_Symbol], kinds: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    first = None
    for number, symbol in enumerate(symbols):
        inside = symbol.kind in kinds
        if inside and first is None:
            first = number
        elif not inside and first is not None:
            yield first, number
            first = None
    if first is not None:
        yield first, len(symbols)


def _hash(symbols: list[_Symbol]) -> int:
    return sum(symbol.value * pow(features.BASE, n, 1 << 32) for n, symbol in enumerate(symbols)) & _MASK


def _bucket(value: int) -> int:
    value ^= value >> 16
    value = value * 0x85EBCA6B & _MASK
    value ^= value >> 13
    value = value * 0xC2B2AE35 & _MASK
    value ^= value >> 16
    return value >> (32 - features.BITS)
