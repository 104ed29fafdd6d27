"""The featuriser and the sums of weights by loops that Numba compiles: the same results as NumPy's, several times as fast.

`wiretag.features`, `wiretag.vectors` and `Tagger.scores` say what is computed and are the reference: tests hold this to them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wiretag import codepoints, features, loops
from wiretag.codepoints import DIGIT, HANGUL, IDEOGRAPH, SEPARATOR, SPACED, SYLLABLE
from wiretag.features import BITS, SYLLABLES, VIEWS, Counts, FeatureConfig
from wiretag.loops import Grams, Known, Room
from wiretag.model import Model
from wiretag.sums import add
from wiretag.vectors import Vectoriser, Vectors

_N_CLASSES: Final = max(SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, HANGUL) + 1
# Room for n-grams that each thread keeps; more is made for a longer text alone. New memory costs more than filling it.
_KEPT: Final = 1 << 20
_own: Final = threading.local()
# Without a vocabulary, columns stand for themselves.
_COLUMNS: Final = Known(np.empty((0, 2), np.uint64), np.empty(0, np.float32), np.zeros((len(VIEWS), 4)))
_NO_CODES: Final = np.frombuffer(b"", np.uint8)
_NO_SYMBOLS: Final = np.empty(0, np.uint32)


def count_block(texts: Sequence[str], config: FeatureConfig) -> Counts:
    """`features.count_block`."""
    room, n, offsets, lengths = _counted(texts, config, _COLUMNS)
    return Counts(offsets, room.entries[:n].copy(), room.counts[:n].copy(), lengths)


def vectors(vectoriser: Vectoriser, texts: Sequence[str]) -> Vectors:
    """`Vectoriser.block`."""
    known = vectoriser.vocabulary
    room, n, offsets, _ = _counted(texts, vectoriser.config, Known(known.ranks, known.idf, vectoriser.how))
    return Vectors(offsets[:: len(VIEWS)], room.entries[:n].view(np.int32).copy(), room.values[:n].copy())


def sums(model: Model, vectors: Vectors) -> NDArray[np.float64]:
    """Sums of value times weight, in steps of the rows' scales, shape [n_texts, R]."""
    found = np.zeros((vectors.n_texts, len(model.scales)))
    add(np.ascontiguousarray(vectors.offsets), vectors.features, vectors.values, *model.packed, found)
    return found


def try_out() -> None:
    """Compile all of it, or fetch what an earlier process has compiled.

    Raises
    ------
    OSError
        It cannot be kept, or not be run.
    """
    for texts in ["a word", "another"], ["\uff41"]:  # which is normalised to ASCII
        count_block(texts, FeatureConfig())
    none = np.empty(0, np.int32)
    add(np.zeros(1, np.int64), none, none.view(np.float32), none, np.empty((0, 1), np.int16), none, np.zeros((0, 1)))


def _counted(texts: Sequence[str], config: FeatureConfig, known: Known) -> tuple[Room, int, NDArray[np.int64], NDArray[np.int64]]:
    """This thread's memory and how many entries are there, to be copied; and what `Counts` calls offsets and lengths."""
    codes, starts = features.codes_of(texts)
    if codes.dtype == np.uint8:  # nothing to normalise, nothing to leave out
        ascii_codes, symbols, n = codes, _NO_SYMBOLS, len(codes)
        titles = features.title_ends(texts, starts) if config.title else starts
    else:
        symbols, starts, titles = features.symbols_of(texts, codes, starts, config.title, loops.look_up)
        ascii_codes, n = _NO_CODES, len(symbols)
    bounds = np.empty(len(texts) + 1, np.int64)
    bounds[:-1], bounds[-1] = starts, n
    bounds -= 1
    longest = int((bounds[1:] - bounds[:-1]).max(initial=0))
    grams, at_most = _grams(config)
    powers, inverse = features.powers_of_base(longest + 2)
    room = _room(at_most * (n + 1), longest + 2)
    lengths = np.zeros((len(texts), len(VIEWS)), np.int64)
    offsets = np.zeros(len(texts) * len(VIEWS) + 1, np.int64)
    table = codepoints.symbols(0)
    n = loops.count(ascii_codes, table, symbols, powers, inverse, bounds, titles, grams, known, room, offsets, lengths)
    return room, n, offsets, lengths


@cache
def _grams(config: FeatureConfig) -> tuple[Grams, int]:
    """Which n-grams are counted, and how many of them a symbol may begin."""
    in_runs = {SPACED: config.chars or (1, 0), DIGIT: config.chars or (1, 0), **dict(config.runs)}
    most = 3 + 2 * max(high - low + 1 for low, high in in_runs.values())
    lengths = np.full((_N_CLASSES, 2), (1, 0), np.int64)
    views = np.full((_N_CLASSES, 1 + max(high for _, high in in_runs.values())), VIEWS.index("chars"), np.uint8)
    for kind, (low, high) in in_runs.items():
        lengths[kind] = low, high
    for kind, (low, high) in config.runs:
        views[kind, low : high + 1] = [VIEWS.index(config.view_of((low, high), n)) for n in range(low, high + 1)]
    lengths[[SPACED, DIGIT], 0] = np.maximum(lengths[[SPACED, DIGIT], 0], 3)
    bits = BITS + VIEWS.index(config.views[-1]).bit_length()
    return Grams(bool(config.pairs), config.title, config.pairs == SYLLABLES, "chars" in config.views, bits, lengths, views), most


def _room(n_grams: int, n_symbols: int) -> Room:
    """This thread's memory for a block of so many n-grams, and texts of so many symbols."""
    kept: Room | None = getattr(_own, "room", None)
    if kept is not None and n_grams <= len(kept.keys) and n_symbols <= len(kept.kinds):
        return kept
    size, length = max(n_grams, _KEPT), max(n_symbols, _KEPT)
    keys, others, entries, counts = np.empty((4, size), np.uint32)
    values, views = np.empty(size, np.float32), np.empty(size, np.uint8)
    kinds, parts, strangers, fits = np.empty((4, length), np.uint8)
    prefix, edges, digits = np.empty(length, np.uint32), np.empty(length, np.int32), np.empty(1 << 11, np.uint32)
    room = Room(keys, others, entries, counts, values, views, kinds, parts, strangers, fits, prefix, edges, digits)
    if size == length == _KEPT:
        _own.room = room
    return room
