"""The featuriser and the sums of weights as loops that Numba compiles: the same results as NumPy's, several times as fast.

`wiretag.features`, `wiretag.vectors` and `Tagger.scores` say what is computed and are the reference: tests hold this to them.
Where NumPy takes some thirty passes over the arrays of a block and sorts all its keys, here each text is finished before the
next, within the cache: one pass collects the hashes of its n-grams, one mixes them, a radix sort brings equal columns together,
and one pass counts them. Which of them a vocabulary has, and the number of each one's feature, is the column's rank among the
known ones, found by counting bits in a table of a megabyte: Jacobson, "Space-efficient Static Trees and Graphs" (1989).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wiretag import codepoints, features
from wiretag.codepoints import CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, SEPARATOR, SPACED, SYLLABLE
from wiretag.features import BITS, SYLLABLES, VIEWS, Counts, FeatureConfig, Uint32
from wiretag.intrinsics import fetch, ones
from wiretag.model import Model
from wiretag.vectors import Float32, Vectoriser, Vectors

Uint64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_N_VIEWS: Final = len(VIEWS)
_N_CLASSES: Final = max(SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, HANGUL) + 1
_WORDS, _PAIRS, _CHARS, _TITLE = (VIEWS.index(view) for view in ("words", "pairs", "chars", "title"))
# From so many n-grams of a text on, two digits of eleven bits sort faster than three of eight.
_FEW: Final = 400
# Up to so many words and pairs are sorted by one digit with moves behind it; 1,200 and 4,000 were as fast.
_MANY: Final = 2000
# How many features ahead weights are asked for, and how many of them a cache line holds.
_AHEAD: Final = 12
_LINE: Final = 32
# Room for n-grams that each thread keeps; more is made for a longer text alone. New memory costs more than filling it.
_KEPT: Final = 1 << 20

# Numba widens all that is not told to stay 32 bits.
_u8, _u32, _u64 = np.uint8, np.uint32, np.uint64
_ONE: Final = _u64(1)
_ONE_BIT, _UNSTEADY = _u32(1), _u32(codepoints.UNSTEADY)
_PAIR: Final = _u32(features.PAIR)
_CODE_POINT, _VIETNAMESE, _LAST_VIETNAMESE = features.CODE_POINT, features.VIETNAMESE, features.LAST_VIETNAMESE
_MOST_PER_VIETNAMESE: Final = features.MOST_PER_VIETNAMESE
_WORD_SALT, _PAIR_SALT, _CHAR_SALT = _u32(features.WORD_SALT), _u32(features.PAIR_SALT), _u32(features.CHAR_SALT)
# A bit for each class.
_LETTERS: Final = 1 << SPACED | 1 << DIGIT
_IN_WORDS: Final = _LETTERS | 1 << HANGUL


class _Grams(NamedTuple):
    """A `FeatureConfig` for loops.

    Attributes
    ----------
    pairs, title : as there.
    syllables : pairs are those of Vietnamese texts.
    lengths : shape [n_classes, 2], shortest and longest n-gram in runs of the class.
    views : shape [n_classes, longest n + 1], the view of each length.
    """

    pairs: bool
    title: bool
    syllables: bool
    lengths: Int64
    views: NDArray[np.uint8]


class _Room(NamedTuple):
    """Memory that a thread uses for one text after another, and for the entries of a block.

    Attributes
    ----------
    keys, others : hashes of the n-grams, then their columns.
    views : the view of each n-gram.
    kinds, prefix : the class of each symbol, and the hash of all before it.
    edges : where runs begin and end.
    parts, strangers, fits : see `_chars`.
    digits : how often each value of a digit occurs, then where the next one goes.
    columns, counts, values : of the entries; columns of known features become their numbers.
    """

    keys: Uint32
    others: Uint32
    views: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    prefix: Uint32
    edges: NDArray[np.int32]
    parts: NDArray[np.uint8]
    strangers: NDArray[np.uint8]
    fits: NDArray[np.uint8]
    digits: Uint32
    columns: Uint32
    counts: Uint32
    values: Float32


def count_block(texts: Sequence[str], config: FeatureConfig) -> Counts:
    """`features.count_block`."""
    offsets, columns, counts, _, lengths = _counted(texts, config, _NO_RANKS, _NO_IDF, np.zeros((_N_VIEWS, 4)))
    return Counts(offsets, columns.copy(), counts.copy(), lengths)


def vectors(vectoriser: Vectoriser, texts: Sequence[str]) -> Vectors:
    """`Vectoriser.block`."""
    known = vectoriser.vocabulary
    offsets, columns, _, values, _ = _counted(texts, vectoriser.config, known.ranks, known.idf, vectoriser.how)
    return Vectors(offsets[::_N_VIEWS], columns.view(np.int32).copy(), values.copy())


def sums(model: Model, vectors: Vectors) -> Float64:
    """Sums of value times weight, in steps of the rows' scales, shape [n_texts, R]."""
    found = np.zeros((vectors.n_texts, len(model.scales)))
    _add(np.ascontiguousarray(vectors.offsets), vectors.features, vectors.values, *model.packed, found)
    return found


def try_out() -> None:
    """Compile all of it, or fetch what an earlier process has compiled.

    Raises
    ------
    OSError
        It cannot be kept, or not be run.
    """
    for texts in ["a word", "another"], ["\u00e9"]:
        count_block(texts, FeatureConfig())
    none = np.empty(0, np.int32)
    _add(np.zeros(1, np.int64), none, none.view(np.float32), none, np.empty((0, 1), np.int16), none, np.zeros((0, 1)))


def _counted(
    texts: Sequence[str], config: FeatureConfig, ranks: Uint64, idf: Float32, how: Float64
) -> tuple[Int64, Uint32, Uint32, Float32, Int64]:
    """`Counts` of the columns, or of the features that have ranks, and these features' values, before the lengths.

    Entries lie in this thread's memory, and are to be copied from there.
    """
    symbols, starts, titles = features.symbols_of(texts, config.title, _look_up)
    bounds = np.append(starts - 1, len(symbols) - 1)
    grams, at_most = _grams(config)
    lengths = np.zeros((len(texts), _N_VIEWS), np.int64)
    offsets = np.zeros(len(texts) * _N_VIEWS + 1, np.int64)
    longest = int(np.diff(bounds).max(initial=0)) + 2
    powers, inverse = features.powers_of_base(longest)
    room = _room(at_most * (len(symbols) + 1), longest)
    n = _count(symbols, powers, inverse, bounds, titles, grams, ranks, idf, how, room, offsets, lengths)
    return offsets, room.columns[:n], room.counts[:n], room.values[:n], lengths


@cache
def _grams(config: FeatureConfig) -> tuple[_Grams, int]:
    """Which n-grams are counted, and how many of them a symbol may begin."""
    in_runs = {SPACED: config.chars or (1, 0), DIGIT: config.chars or (1, 0), **dict(config.runs)}
    lengths = np.full((_N_CLASSES, 2), (1, 0), np.int64)
    views = np.full((_N_CLASSES, 1 + max(high for _, high in in_runs.values())), _CHARS, np.uint8)
    for kind, (low, high) in in_runs.items():
        lengths[kind] = low, high
    for kind, (low, high) in config.runs:
        views[kind, low : high + 1] = [VIEWS.index(config.view_of((low, high), n)) for n in range(low, high + 1)]
    lengths[[SPACED, DIGIT], 0] = np.maximum(lengths[[SPACED, DIGIT], 0], 3)
    return _Grams(bool(config.pairs), config.title, config.pairs == SYLLABLES, lengths, views), 3 + 2 * max(
        high - low + 1 for low, high in in_runs.values()
    )


_NO_RANKS: Final = np.empty((0, 2), np.uint64)
_NO_IDF: Final = np.empty(0, np.float32)
_own: Final = threading.local()


def _room(n_grams: int, n_symbols: int) -> _Room:
    """This thread's memory for a block of so many n-grams, and texts of so many symbols."""
    kept: _Room | None = getattr(_own, "room", None)
    if kept is None or len(kept.keys) < n_grams or len(kept.kinds) < n_symbols:
        size, length = max(n_grams, _KEPT), max(n_symbols, _KEPT)
        keys, others, columns, counts = (np.empty(size, np.uint32) for _ in range(4))
        views, values = np.empty(size, np.uint8), np.empty(size, np.float32)
        kinds, prefix = np.empty(length, np.uint8), np.empty(length, np.uint32)
        edges, (parts, strangers, fits) = np.empty(length, np.int32), (np.empty(length, np.uint8) for _ in range(3))
        room = _Room(
            keys,
            others,
            views,
            kinds,
            prefix,
            edges,
            parts,
            strangers,
            fits,
            np.empty(1 << 11, np.uint32),
            columns,
            counts,
            values,
        )
        if size > _KEPT or length > _KEPT:
            return room
        _own.room = kept = room
    return kept


# Sums keep their order and products are rounded, so that results are those of NumPy.
_compile: Final = njit(nogil=True, cache=True, error_model="numpy")


@_compile
def _look_up(codes, table):  # type: ignore[no-untyped-def]
    """`features._look_up`."""
    symbols, found = np.empty(len(codes), np.uint32), _u32(0)
    for i in range(len(codes)):
        symbol = table[codes[i]]
        symbols[i] = symbol
        found |= _u32(symbol & _UNSTEADY) | _u32(_ONE_BIT << _u32((symbol >> _u32(CLASS_SHIFT)) & _u32(7)))
    return symbols, found


@_compile
def _count(  # type: ignore[no-untyped-def]
    symbols, powers, inverse, bounds, titles, grams, ranks, idf, weighting, room, offsets, lengths
):
    """Entries of each text, one after another; gives how many there are, and fills `offsets` and `lengths`.

    From here on places count from the separator before the text.
    """
    keys, views, edges, columns, counts = room.keys, room.views, room.edges, room.columns, room.counts
    filled = 0
    flat = ranks.reshape(-1)
    for text in range(len(bounds) - 1):
        size, title_end, own = bounds[text + 1] - bounds[text], titles[text] - bounds[text], lengths[text]
        kinds, prefix = room.kinds[: size + 1], room.prefix[: size + 2]
        present = _read(symbols[bounds[text] : bounds[text + 1] + 1], powers, kinds, prefix)
        n_edges = _find_runs(kinds, _IN_WORDS, edges)
        pairs = grams.pairs and (not grams.syllables or _is_vietnamese(symbols[bounds[text] + 1 : bounds[text + 1]]))
        n = _words(prefix, inverse, edges, n_edges, title_end, pairs, grams.title, keys, views, own)
        for kind in (IDEOGRAPH, SYLLABLE, HANGUL):
            if present >> kind & 1:
                n_edges = _find_runs(kinds, 1 << kind, edges)
                how = grams.lengths[kind], grams.views[kind], grams.title
                n = _runs(prefix, inverse, edges, n_edges, title_end, *how, keys, views, n, own)
        shortest, longest = grams.lengths[SPACED]
        if shortest <= longest:
            parts, strangers = room.parts[: size + 1], room.strangers[: size + 1]
            _find_parts(kinds, parts, strangers)
            n = _chars(prefix, inverse, parts, strangers, room.fits, shortest, longest, keys, views, n, own)
        _sort(keys, room.others, views, room.digits, n)
        ends = offsets[text * _N_VIEWS : (text + 1) * _N_VIEWS + 1]
        _tally(keys, n, flat, columns, counts, ends)
        if len(ranks):
            _rank(ranks, idf, columns, counts, ends)
            _weigh(ends, columns, counts, own, idf, weighting, room.values)
        filled = ends[_N_VIEWS]
    return filled


@_compile
def _read(symbols, powers, kinds, prefix):  # type: ignore[no-untyped-def]
    """Fill in the class of each symbol and the hash of all before it; gives a bit for each class that occurs."""
    present, sum_so_far = _u32(0), _u32(0)
    for i in range(len(symbols)):  # apart from the sums, which wait for each other, several at a time
        kind = symbols[i] >> _u32(CLASS_SHIFT)
        kinds[i] = kind
        present |= _u32(_ONE_BIT << kind)
    prefix[0] = sum_so_far
    for i in range(len(symbols)):
        sum_so_far = _u32(sum_so_far + _u32(symbols[i] * powers[i]))
        prefix[i + 1] = sum_so_far
    return present


@_compile
def _find_runs(kinds, classes, edges):  # type: ignore[no-untyped-def]
    """Where runs of the classes, a bit each, begin and end, by turns; gives how many edges there are."""
    n, inside = 0, 0
    for i in range(len(kinds)):
        edges[n] = i
        now = classes >> kinds[i] & 1
        n += now != inside
        inside = now
    return n


@_compile
def _is_vietnamese(symbols):  # type: ignore[no-untyped-def]
    """`features._are_vietnamese` of one text."""
    found, size = _u32(0), _u32(0)
    for i in range(len(symbols)):
        found += _u32(_u32((symbols[i] & _CODE_POINT) - _VIETNAMESE) <= _LAST_VIETNAMESE)
        size += _u32(symbols[i] > _CODE_POINT)
    return np.int64(found) * _MOST_PER_VIETNAMESE >= np.int64(size)


@_compile
def _words(prefix, inverse, edges, n_edges, title_end, pairs, title, keys, views, lengths):  # type: ignore[no-untyped-def]
    """Put words, those of the title again, and pairs of words into `keys`; gives how many."""
    n_words, n_title = n_edges // 2, 0
    for k in range(n_words):
        first, last = edges[2 * k], edges[2 * k + 1]
        keys[k] = _u32(_u32(prefix[last] - prefix[first]) * inverse[first]) ^ _WORD_SALT
        n_title += first < title_end
    views[:n_words] = _WORDS
    lengths[_WORDS] += n_words
    n = n_words
    if title:
        for k in range(n_title):
            keys[n + k] = keys[k]
        views[n : n + n_title] = _TITLE
        lengths[_TITLE] += n_title
        n += n_title
    if pairs and n_words > 1:
        for k in range(n_words - 1):
            before, word = keys[k] ^ _WORD_SALT, keys[k + 1] ^ _WORD_SALT
            keys[n + k] = _u32(_u32(before * _PAIR) + word) ^ _PAIR_SALT
        views[n : n + n_words - 1] = _PAIRS
        lengths[_PAIRS] += n_words - 1
        n += n_words - 1
    return n


@_compile
def _runs(  # type: ignore[no-untyped-def]
    prefix, inverse, edges, n_edges, title_end, shortest_longest, view_of, title, keys, views, n, lengths
):
    """Put n-grams of runs into `keys`, from n on; gives how many are there then."""
    for k in range(0, n_edges, 2):
        first, last = edges[k], edges[k + 1]
        for length in range(shortest_longest[0], min(shortest_longest[1], last - first) + 1):
            view = view_of[length]
            begun = n
            for i in range(first, last - length + 1):
                keys[n] = _u32(_u32(prefix[i + length] - prefix[i]) * inverse[i]) ^ _WORD_SALT
                views[n] = view
                n += 1
            lengths[view] += n - begun
            if title and view == _WORDS and first < title_end:
                again = min(n - begun, title_end - first)
                for i in range(begun, begun + again):
                    keys[n] = keys[i]
                    views[n] = _TITLE
                    n += 1
                lengths[_TITLE] += again
    return n


@_compile
def _find_parts(kinds, parts, others):  # type: ignore[no-untyped-def]
    """What each symbol may be in a character n-gram, 1 a letter, 2 a space at one end; and how many before it are no letters,
    modulo 256."""
    for i in range(len(kinds)):
        kind = kinds[i]
        parts[i] = _u8(kind == _u8(SPACED)) | _u8(kind == _u8(DIGIT)) | _u8(_u8(kind == _u8(SEPARATOR)) << _u8(1))
    n = _u8(0)
    for i in range(len(kinds)):
        others[i] = n
        n = _u8(n + _u8(_u8(parts[i] & _u8(1)) ^ _u8(1)))


@_compile
def _chars(prefix, inverse, parts, others, fits, shortest, longest, keys, views, n, lengths):  # type: ignore[no-untyped-def]
    """Put character n-grams inside words into `keys`, from n on; gives how many are there then.

    All between the ends are letters, and so is at least one end. Looking at every place at once, hashing whatever stands there
    and keeping what fits is faster than a loop for each word.
    """
    begun = n
    for length in range(shortest, longest + 1):
        size = len(parts) - length + 1
        last, end, inner, before = prefix[length:], parts[length - 1 :], others[length - 1 :], others[1:]
        for i in range(size):
            ends = _u8(_u8(parts[i] * end[i]) - _u8(1))
            fits[i] = _u8(ends < _u8(2)) & _u8(inner[i] == before[i])
        for i in range(size):
            keys[_u64(n)] = _u32(_u32(last[i] - prefix[i]) * inverse[i]) ^ _CHAR_SALT
            n += fits[i]
    views[begun:n] = _CHARS
    lengths[_CHARS] += n - begun
    return n


@_compile
def _sort(keys, others, views, digits, n):  # type: ignore[no-untyped-def]
    """Mix the n hashes into columns and put these into ascending order, by their last digit first.

    Few columns are sooner sorted by three digits than the many values that two may have are looked through; words and pairs,
    which spread over many values, by their first ten bits or eleven, and then by moving each before those that should follow it.
    """
    for i in range(n):
        h = keys[i]
        h = _u32(h ^ (h >> _u32(16)))
        h = _u32(h * _u32(0x85EBCA6B))
        h = _u32(h ^ (h >> _u32(13)))
        h = _u32(h * _u32(0xC2B2AE35))
        h = _u32(h ^ (h >> _u32(16)))
        keys[i] = _u32(h >> _u32(32 - BITS)) | _u32(_u32(views[i]) << _u32(BITS))
    if n < _MANY and views[n - 1] != _CHARS:
        bits = _u32(10 if n < _FEW else 11)
        _by_digit(keys, others, digits, n, _u32(_u32(BITS + 2) - bits), bits)
        for i in range(n):
            key = others[i]
            at = i
            while at > 0 and keys[at - 1] > key:
                keys[at] = keys[at - 1]
                at -= 1
            keys[at] = key
    elif n < _FEW:
        _by_digit(keys, others, digits, n, _u32(0), _u32(8))
        _by_digit(others, keys, digits, n, _u32(8), _u32(8))
        _by_digit(keys, others, digits, n, _u32(16), _u32(8))
        keys[:n] = others[:n]
    else:
        _by_digit(keys, others, digits, n, _u32(0), _u32(11))
        _by_digit(others, keys, digits, n, _u32(11), _u32(11))


@_compile
def _by_digit(source, target, digits, n, shift, bits):  # type: ignore[no-untyped-def]
    """Put n columns in the order of a digit of theirs, equal ones as they were."""
    n_values, mask = 1 << bits, _u32((1 << bits) - 1)
    digits[:n_values] = 0
    for i in range(n):
        digits[(source[i] >> shift) & mask] += _u32(1)
    place = _u32(0)
    for value in range(n_values):
        digits[value], place = place, _u32(place + digits[value])
    for i in range(n):
        value = (source[i] >> shift) & mask
        target[digits[value]] = source[i]
        digits[value] += _u32(1)


@_compile
def _tally(keys, n, ranks, columns, counts, ends):  # type: ignore[no-untyped-def]
    """Entries of n sorted columns, from ``ends[0]`` on; fills the rest of `ends`, where those of each view end.

    Ranks, if there are some, are laid out flat, and those that `_rank` will look at are asked for.
    """
    begun = filled = ends[0]
    run = 0
    for i in range(n):
        if len(ranks):
            fetch(ranks, np.int64(keys[i] >> _u32(6)) * 2)
        columns[filled] = keys[i]
        counts[filled] = _u32(i + 1 - run)
        ends_here = i + 1 == n or keys[i + 1] != keys[i]
        run = i + 1 if ends_here else run
        filled += ends_here
    for view in range(_N_VIEWS):
        ends[view + 1] = begun + np.searchsorted(columns[begun:filled], _u32((view + 1) << BITS))


@_compile
def _rank(ranks, idf, columns, counts, ends):  # type: ignore[no-untyped-def]
    """Keep the entries whose columns are known, by their ranks, and ask for what `_weigh` needs of them."""
    begun = known = ends[0]
    for view in range(_N_VIEWS):
        for i in range(begun, ends[view + 1]):
            column = columns[i]
            word, bit = column >> _u32(6), _ONE << _u64(column & _u32(63))
            rank = ranks[word, 1] + ones(ranks[word, 0] & (bit - _ONE))
            columns[known] = _u32(rank)
            counts[known] = counts[i]
            is_known = (ranks[word, 0] & bit) != _u64(0)
            fetch(idf, np.int64(rank))
            known += is_known
        begun, ends[view + 1] = ends[view + 1], known


@_compile
def _weigh(ends, slots, counts, lengths, idf, how, values):  # type: ignore[no-untyped-def]
    """Fill the values of a text's entries, as `Vectoriser.by_arrays` does."""
    squares, norm = np.empty(_N_VIEWS), 0.0
    for view in range(_N_VIEWS):
        share, k, b, mean = how[view]
        below, square = np.float32(k * (1 - b + b * lengths[view] / mean)), 0.0
        for i in range(ends[view], ends[view + 1]):
            count = np.float32(counts[i])
            value = count / (count + below) * idf[slots[i]]
            values[i] = value
            square += np.float64(value) * np.float64(value)
        squares[view] = square
        if ends[view + 1] > ends[view]:
            norm += share * share
    for view in range(_N_VIEWS):
        product = squares[view] * norm
        scale = np.float32(how[view, 0] / np.sqrt(product)) if product > 0 else np.float32(0)
        for i in range(ends[view], ends[view + 1]):
            values[i] *= scale


@_compile
def _add(offsets, features, values, place, rows, cells, sums):  # type: ignore[no-untyped-def]  # noqa: C901
    """Add up value times weight; the others are laid out as in `Model.packed`.

    Where a feature's weights are is looked up some features ahead and its cache lines are asked for: they come from main memory,
    in any order, and waiting for one after the other would take three times as long.
    """
    n_rows, n_dense, n_features = rows.shape[1], len(rows), len(features)
    flat, own = rows.reshape(-1), np.empty(n_rows)
    for text in range(len(offsets) - 1):
        own[:] = 0
        for i in range(offsets[text], offsets[text + 1]):
            if i + 2 * _AHEAD < n_features:
                fetch(place, features[i + 2 * _AHEAD])
            if i + _AHEAD < n_features:
                at = np.int64(place[features[i + _AHEAD]])
                if at >= n_dense:
                    fetch(cells, at - n_dense)
                elif at >= 0:
                    for line in range(at * n_rows, (at + 1) * n_rows, _LINE):
                        fetch(flat, line)
            at, value = np.int64(place[features[i]]), np.float64(values[i])
            if at >= n_dense:
                at -= n_dense
                more = True
                while more:
                    cell = cells[at]
                    own[cell >> 16 & 0x7FFF] += value * np.int16(cell & 0xFFFF)
                    more = cell >= 0
                    at += 1
            elif at >= 0:
                row = rows[_u64(at)]
                for n in range(n_rows):
                    own[n] += value * row[n]
        sums[text] = own
