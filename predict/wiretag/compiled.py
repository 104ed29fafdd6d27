"""The featuriser and the sums of weights by compiled loops: the same results as NumPy's, several times as fast.

`wiretag.features`, `wiretag.vectors` and `Tagger.scores` say what is computed and are the reference: tests hold this to them.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from wiretag import codepoints, features, frames, machine_code
from wiretag.codepoints import DIGIT, N_CLASSES, SPACED
from wiretag.features import BITS, SYLLABLES, VIEWS, Codes, Counts, FeatureConfig, Uint32
from wiretag.model import Model
from wiretag.vectors import Float32, Vectoriser, Vectors

# Room for n-grams that each thread keeps; more is made for a longer text alone. New memory costs more than filling it.
_KEPT: Final = 1 << 20
_own: Final = threading.local()
_loaded: Final[list[machine_code.Functions]] = []
_only_one: Final = threading.Lock()
_Owner = TypeVar("_Owner")
_Frame = TypeVar("_Frame")
_Arrays = tuple[NDArray[Any], ...]


def functions() -> machine_code.Functions:
    """The loops, compiled unless an earlier process did that; errors as `machine_code.made` raises them."""
    if not _loaded:
        with _only_one:
            if not _loaded:
                _loaded.append(machine_code.linked(machine_code.kept() or machine_code.made()))
    return _loaded[0]


def is_ready(*, may_compile: bool) -> bool:
    """Load the loops, unless they are yet to be compiled and may not; gives whether they are loaded."""
    if not may_compile and machine_code.kept() is None:
        return False
    functions()
    return True


@dataclass(frozen=True, slots=True)
class _Held(Generic[_Frame]):
    """A frame and the arrays whose addresses stand in it.

    Whoever calls a function holds it: where a program ends while another thread still counts, modules lose what is theirs.
    """

    frame: _Frame
    arrays: _Arrays


def count_block(texts: Sequence[str], config: FeatureConfig) -> Counts:
    """`features.count_block`."""
    room, n, offsets, lengths = _counted(texts, config, _COLUMNS)
    return Counts(offsets, room.entries[:n].copy(), room.counts[:n].copy(), lengths)


def vectors(vectoriser: Vectoriser, texts: Sequence[str]) -> Vectors:
    """`Vectoriser.block`."""
    room, n, offsets, _ = _counted(texts, vectoriser.config, _VECTORISERS.of(vectoriser))
    return Vectors(offsets[:: len(VIEWS)], room.entries[:n].view(np.int32).copy(), room.values[:n].copy())


def sums(model: Model, vectors: Vectors) -> NDArray[np.float64]:
    """Sums of value times weight, in steps of the rows' scales, shape [n_texts, R]."""
    weights = _MODELS.of(model)
    found = np.zeros((vectors.n_texts, weights.frame.n_rows))
    offsets = np.ascontiguousarray(vectors.offsets, np.int64)
    entries, values = np.ascontiguousarray(vectors.features, np.int32), np.ascontiguousarray(vectors.values, np.float32)
    in_vectors = frames.Vectors(
        _address(entries), _address(values), len(entries), _address(offsets), _address(found), vectors.n_texts
    )
    functions().add((*in_vectors, *weights.frame))
    return found


def _address(array: NDArray[Any]) -> int:
    """Of the first element of a contiguous array."""
    if array.size and array.flags.writeable:
        return ctypes.addressof(ctypes.c_char.from_buffer(array.data))  # in a third of the time
    address: int = array.__array_interface__["data"][0]
    return address


class _ByOwner(Generic[_Owner, _Frame]):
    """Frames of arrays that owners keep, as long as these live: taking the addresses anew takes as long as a short text."""

    def __init__(self, held_of: Callable[[_Owner], _Held[_Frame]]) -> None:
        self._held_of = held_of
        self._held: dict[int, _Held[_Frame]] = {}

    def of(self, owner: _Owner) -> _Held[_Frame]:
        """That of an owner."""
        held = self._held.get(id(owner))
        if held is None:
            held = self._held[id(owner)] = self._held_of(owner)
            finalize(owner, self._held.pop, id(owner), None).atexit = False
        return held


def _known_of(vectoriser: Vectoriser) -> _Held[frames.Known]:
    known = vectoriser.vocabulary
    return _known(known.ranks, np.ascontiguousarray(known.idf, np.float32), vectoriser.how)


def _known(ranks: NDArray[np.uint64], idf: Float32, how: NDArray[np.float64]) -> _Held[frames.Known]:
    return _Held(frames.Known(_address(ranks), len(ranks), _address(idf), len(idf), _address(how)), (ranks, idf, how))


def _weights_of(model: Model) -> _Held[frames.Weights]:
    place, rows, cells = model.packed
    frame = frames.Weights(_address(place), len(place), _address(cells), len(cells), _address(rows), *rows.shape)
    return _Held(frame, (place, rows, cells))


_VECTORISERS: Final = _ByOwner(_known_of)
_MODELS: Final = _ByOwner(_weights_of)
# Without a vocabulary, columns stand for themselves.
_COLUMNS: Final = _known(np.empty((0, 2), np.uint64), np.empty(0, np.float32), np.zeros((len(VIEWS), 4)))


@dataclass(frozen=True, slots=True)
class _Grams(_Held[frames.Grams]):
    """Which n-grams are counted, and how many of them a symbol may begin."""

    at_most: int


@dataclass(frozen=True, slots=True)
class _Room(_Held[frames.Room]):
    """A thread's memory, and what is read out of it."""

    entries: Uint32
    counts: Uint32
    values: Float32


def _counted(
    texts: Sequence[str], config: FeatureConfig, known: _Held[frames.Known]
) -> tuple[_Room, int, NDArray[np.int64], NDArray[np.int64]]:
    """This thread's memory and how many entries are there, to be copied; and what `Counts` calls offsets and lengths."""
    codes, starts = features.codes_of(texts)
    if codes.dtype == np.uint8:  # nothing to normalise, nothing to leave out
        in_codes, n = (_address(codes), len(codes), 0, 0), len(codes)
        titles = features.title_ends(texts, starts) if config.title else starts
    else:
        symbols, starts, titles = features.symbols_of(texts, codes, starts, config.title, _look_up)
        in_codes, n = (0, 0, _address(symbols), len(symbols)), len(symbols)
    n_texts, n_lengths = len(texts), len(texts) * len(VIEWS)
    # In one piece: an array's memory and address take a part of what a short text does.
    places = np.zeros(2 * (n_texts + n_lengths + 1), np.int64)
    bounds, offsets = places[: n_texts + 1], places[2 * n_texts + 1 : 2 * n_texts + 2 + n_lengths]
    lengths = places[2 * n_texts + 2 + n_lengths :].reshape(n_texts, len(VIEWS))
    bounds[:-1], bounds[-1] = starts, n
    bounds -= 1
    places[n_texts + 1 : 2 * n_texts + 1] = titles
    longest = int((bounds[1:] - bounds[:-1]).max(initial=0))
    grams = _grams(config)
    room = _room(grams.at_most * (n + 1), longest + 2)
    tables = _tables((longest + 2).bit_length())
    in_texts = (*in_codes, _address(places), n_texts)
    n = functions().count((*in_texts, *tables.frame, *grams.frame, *known.frame, *room.frame))
    return room, n, offsets, lengths


def _look_up(codes: Codes, table: Uint32) -> tuple[Uint32, int]:
    """`features._look_up`."""
    symbols = np.empty(len(codes), np.uint32)
    frame = frames.Codes(_address(codes), codes.itemsize, _address(symbols), len(codes), _address(table), len(table))
    return symbols, functions().look_up(frame)


@cache
def _tables(n_bits: int) -> _Held[frames.Tables]:
    """For places of so many bits."""
    table, (powers, inverse) = codepoints.symbols(0), features.powers_of_base((1 << n_bits) - 1)
    frame = frames.Tables(_address(table), len(table), _address(powers), _address(inverse), len(powers))
    return _Held(frame, (table, powers, inverse))


@cache
def _grams(config: FeatureConfig) -> _Grams:
    in_runs = {SPACED: config.chars or (1, 0), DIGIT: config.chars or (1, 0), **dict(config.runs)}
    most = 3 + 2 * max(high - low + 1 for low, high in in_runs.values())
    longest = max(high for _, high in in_runs.values())
    lengths = np.full((N_CLASSES, 2), (1, 0), np.int64)
    views = np.full((N_CLASSES, 1 + longest), VIEWS.index("chars"), np.uint8)
    for kind, (low, high) in in_runs.items():
        lengths[kind] = low, high
    for kind, (low, high) in config.runs:
        views[kind, low : high + 1] = [VIEWS.index(config.view_of((low, high), n)) for n in range(low, high + 1)]
    lengths[[SPACED, DIGIT], 0] = np.maximum(lengths[[SPACED, DIGIT], 0], 3)
    frame = frames.Grams(
        pairs=bool(config.pairs),
        title=bool(config.title),
        syllables=config.pairs == SYLLABLES,
        chars="chars" in config.views,
        bits=BITS + VIEWS.index(config.views[-1]).bit_length(),
        gram_lengths=_address(lengths),
        gram_views=_address(views),
        longest=longest,
    )
    return _Grams(frame, (lengths, views), most)


def _room(n_grams: int, n_symbols: int) -> _Room:
    """This thread's memory for a block of so many n-grams, and texts of so many symbols."""
    kept: _Room | None = getattr(_own, "room", None)
    if kept is not None and n_grams <= kept.frame.n_grams and n_symbols <= kept.frame.n_symbols_of_text:
        return kept
    size, length = max(n_grams, _KEPT), max(n_symbols, _KEPT)
    keys, others, entries, counts = np.empty((4, size), np.uint32)
    values, views = np.empty(size, np.float32), np.empty(size, np.uint8)
    kinds, parts, strangers, fits = np.empty((4, length), np.uint8)
    prefix, edges = np.empty(length, np.uint32), np.empty(length, np.int32)
    digits, letters, squares = np.empty(1 << 11, np.uint32), np.empty(1 << 7, np.uint8), np.empty(len(VIEWS))
    frame = frames.Room(
        keys=_address(keys),
        others=_address(others),
        entries=_address(entries),
        counts=_address(counts),
        values=_address(values),
        views=_address(views),
        n_grams=size,
        kinds=_address(kinds),
        parts=_address(parts),
        strangers=_address(strangers),
        fits=_address(fits),
        prefix=_address(prefix),
        edges=_address(edges),
        n_symbols_of_text=length,
        digits=_address(digits),
        letters=_address(letters),
        squares=_address(squares),
    )
    arrays = keys, others, views, kinds, parts, strangers, fits, prefix, edges, digits, letters, squares
    room = _Room(frame, arrays, entries, counts, values)
    if size == length == _KEPT:
        _own.room = room
    return room
