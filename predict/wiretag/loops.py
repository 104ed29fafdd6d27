"""Texts to counts or values of n-grams, as loops that Numba compiles.

Where NumPy takes some thirty passes over the arrays of a block and sorts all its keys, here each text is finished before the
next, within the cache: one pass collects the hashes of its n-grams, one mixes them into columns, one keeps those that a
vocabulary has, a radix sort brings equal ones together, and one pass counts them. The number of a column's feature is its rank
among the known ones, found by counting bits in a table of a megabyte: Jacobson, "Space-efficient Static Trees and Graphs" (1989).

Nothing here makes an array, assigns one to a slice of another or unpacks one: these may fail, and `wiretag.kernels` must not.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wiretag import codepoints, features
from wiretag.codepoints import CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, SEPARATOR, SPACED, SYLLABLE
from wiretag.features import BITS, VIEWS, Uint32
from wiretag.intrinsics import fetch, ones

Uint8 = NDArray[np.uint8]
Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]

_N_VIEWS: Final = len(VIEWS)
_WORDS, _PAIRS, _CHARS, _TITLE = (VIEWS.index(view) for view in ("words", "pairs", "chars", "title"))
# From so many n-grams of a text on, digits of eleven bits, two of them, sort faster than those of ten and three of eight.
_FEW: Final = 400
# Up to so many spread ones are sorted by one digit with moves behind it; 1,200 and 4,000 were as fast.
_MANY: Final = 2000
# How many n-grams ahead the table of ranks is asked for.
_AHEAD: Final = 16

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


class Grams(NamedTuple):
    """A `FeatureConfig` for loops.

    Attributes
    ----------
    pairs, title : as there.
    syllables : pairs are those of Vietnamese texts.
    chars : there may be n-grams in that view.
    bits : of the columns.
    lengths : shape [n_classes, 2], shortest and longest n-gram in runs of the class.
    views : shape [n_classes, longest n + 1], the view of each length.
    """

    pairs: bool
    title: bool
    syllables: bool
    chars: bool
    bits: int
    lengths: Int64
    views: Uint8


class Known(NamedTuple):
    """A `Vectoriser` for loops. Where there are no ranks, all columns are counted, and nothing is weighted.

    Attributes
    ----------
    ranks, idf : see `Vocabulary`.
    how : see `Vectoriser`.
    """

    ranks: NDArray[np.uint64]
    idf: Float32
    how: NDArray[np.float64]


class Room(NamedTuple):
    """Memory that a thread uses for one text after another, and for the entries of a block.

    Attributes
    ----------
    keys, others : hashes of the n-grams, then their columns.
    entries, counts, values : of the entries of a block: their columns, which become the numbers of known features.
    views : the view of each n-gram.
    kinds, prefix : the class of each symbol, and the hash of all before it.
    parts, strangers, fits : see `_find_parts` and `_chars`.
    edges : where runs begin and end.
    digits : how often each value of a digit occurs, then where the next one goes.
    letters : of each ASCII character, whether it may be in a word.
    squares : sums of squares of each view.
    """

    keys: Uint32
    others: Uint32
    entries: Uint32
    counts: Uint32
    values: Float32
    views: Uint8
    kinds: Uint8
    parts: Uint8
    strangers: Uint8
    fits: Uint8
    prefix: Uint32
    edges: NDArray[np.int32]
    digits: Uint32
    letters: Uint8
    squares: NDArray[np.float64]


# Sums keep their order and products are rounded, so that results are those of NumPy.
_compile: Final = njit(error_model="numpy")


@_compile
def look_up(codes, table, symbols):  # type: ignore[no-untyped-def]
    """`features._look_up`: fills in the symbols and gives what is among them."""
    found = _u32(0)
    for i in range(len(codes)):
        symbols[i] = table[codes[i]]
    for i in range(len(codes)):
        found |= _u32(symbols[i] & _UNSTEADY) | _u32(_ONE_BIT << _u32((symbols[i] >> _u32(CLASS_SHIFT)) & _u32(7)))
    return np.int64(found)


@_compile
def count(  # type: ignore[no-untyped-def]
    codes, table, symbols, powers, inverse, bounds, titles, grams, known, room, offsets, lengths
):
    """Entries of each text, one after another; gives how many there are, and fills `offsets` and `lengths`.

    Texts are ASCII `codes`, of which `table` has the symbols, or else `symbols`. From here on places count from the separator
    before the text.
    """
    keys, views, edges, ranks = room.keys, room.views, room.edges, known.ranks
    filled = 0
    shortest, longest = grams.lengths[SPACED, 0], grams.lengths[SPACED, 1]
    letters = room.letters
    _find_letters(table, letters)
    for text in range(len(bounds) - 1):
        first, last, own = bounds[text], bounds[text + 1], lengths[text]
        size, title_end = last - first, titles[text] - first
        kinds, prefix = room.kinds[: size + 1], room.prefix[: size + 2]
        present, pairs = _u32(0), grams.pairs
        if len(codes):
            n_edges = _read_ascii(codes[first : last + 1], table, letters, powers, prefix, edges)
            if shortest <= longest:
                _find_kinds(codes[first : last + 1], table, kinds)
            pairs = pairs and not grams.syllables
        else:
            present = _read(symbols[first : last + 1], powers, kinds, prefix)
            n_edges = _find_runs(kinds, _IN_WORDS, edges)
            pairs = pairs and (not grams.syllables or _is_vietnamese(symbols[first + 1 : last]))
        n = _words(prefix, inverse, edges, n_edges, title_end, pairs, grams.title, keys, views, own)
        for kind in (IDEOGRAPH, SYLLABLE, HANGUL):
            if present >> kind & 1:
                n_edges = _find_runs(kinds, 1 << kind, edges)
                how = grams.lengths[kind, 0], grams.lengths[kind, 1], grams.views[kind], grams.title
                n = _runs(prefix, inverse, edges, n_edges, title_end, *how, keys, views, n, own)
        if shortest <= longest:
            parts, strangers = room.parts[: size + 1], room.strangers[: size + 1]
            _find_parts(kinds, parts, strangers)
            n = _chars(prefix, inverse, parts, strangers, room.fits, shortest, longest, keys, views, n, own)
        _mix(keys, views, n)
        if len(ranks):
            n = _keep_known(keys, n, ranks)
        _sort(keys, room.others, room.digits, n, grams.bits, len(ranks) > 0 or not grams.chars)
        ends = offsets[text * _N_VIEWS : (text + 1) * _N_VIEWS + 1]
        _tally(keys, n, room.entries, room.counts, ends)
        if len(ranks):
            _rank(ranks, known.idf, room.entries[ends[0] : ends[_N_VIEWS]])
            _weigh(ends, room.entries, room.counts, own, known.idf, known.how, room.squares, room.values)
        filled = ends[_N_VIEWS]
    return filled


@_compile
def _find_letters(table, letters):  # type: ignore[no-untyped-def]
    """Fill in of each ASCII character whether it may be in a word."""
    for code in range(128):
        letters[code] = _LETTERS >> (table[code] >> _u32(CLASS_SHIFT)) & 1


@_compile
def _read_ascii(codes, table, letters, powers, prefix, edges):  # type: ignore[no-untyped-def]
    """Fill in the hash of all before each symbol and where words begin and end, by turns; gives how many edges there are."""
    n, inside, sum_so_far = _u64(0), _u8(0), _u32(0)
    prefix[0] = sum_so_far
    for i in range(len(codes)):
        sum_so_far = _u32(sum_so_far + _u32(table[codes[i]] * powers[i]))
        prefix[i + 1] = sum_so_far
    for i in range(len(codes)):
        now = letters[codes[i]]
        edges[n] = i
        n += _u64(_u8(now ^ inside))
        inside = now
    return np.int64(n)


@_compile
def _find_kinds(codes, table, kinds):  # type: ignore[no-untyped-def]
    """Fill in the class of each ASCII character."""
    for i in range(len(codes)):
        kinds[i] = table[codes[i]] >> _u32(CLASS_SHIFT)


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
    prefix, inverse, edges, n_edges, title_end, shortest, longest, view_of, title, keys, views, n, lengths
):
    """Put n-grams of runs into `keys`, from n on; gives how many are there then."""
    for k in range(n_edges // 2):
        first, last = edges[2 * k], edges[2 * k + 1]
        for length in range(shortest, min(longest, last - first) + 1):
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
def _find_parts(kinds, parts, strangers):  # type: ignore[no-untyped-def]
    """What each symbol may be in a character n-gram, 1 a letter, 2 a space at one end; and how many before it are no letters,
    modulo 256."""
    for i in range(len(kinds)):
        kind = kinds[i]
        parts[i] = _u8(kind == _u8(SPACED)) | _u8(kind == _u8(DIGIT)) | _u8(_u8(kind == _u8(SEPARATOR)) << _u8(1))
    n = _u8(0)
    for i in range(len(kinds)):
        strangers[i] = n
        n = _u8(n + _u8(_u8(parts[i] & _u8(1)) ^ _u8(1)))


@_compile
def _chars(prefix, inverse, parts, strangers, fits, shortest, longest, keys, views, n, lengths):  # type: ignore[no-untyped-def]
    """Put character n-grams inside words into `keys`, from n on; gives how many are there then.

    All between the ends are letters, and so is at least one end. Looking at every place at once, hashing whatever stands there
    and keeping what fits is faster than a loop for each word.
    """
    begun = n
    for length in range(shortest, longest + 1):
        size = len(parts) - length + 1
        last, end, inner, before = prefix[length:], parts[length - 1 :], strangers[length - 1 :], strangers[1:]
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
def _mix(keys, views, n):  # type: ignore[no-untyped-def]
    """Mix the first n hashes into columns."""
    for i in range(n):
        h = keys[i]
        h = _u32(h ^ (h >> _u32(16)))
        h = _u32(h * _u32(0x85EBCA6B))
        h = _u32(h ^ (h >> _u32(13)))
        h = _u32(h * _u32(0xC2B2AE35))
        h = _u32(h ^ (h >> _u32(16)))
        keys[i] = _u32(h >> _u32(32 - BITS)) | _u32(_u32(views[i]) << _u32(BITS))


@_compile
def _keep_known(keys, n, ranks):  # type: ignore[no-untyped-def]
    """Keep those of the first n columns that are known; gives how many there are."""
    known = _u64(0)
    for i in range(n):
        fetch(ranks[keys[min(i + _AHEAD, n - 1)] >> _u32(6)], 0)
        column = keys[i]
        keys[known] = column
        known += ranks[column >> _u32(6), 0] >> _u64(column & _u32(63)) & _ONE
    return np.int64(known)


@_compile
def _sort(keys, others, digits, n, bits, are_spread):  # type: ignore[no-untyped-def]
    """Put the first n keys of so many bits into ascending order.

    Where they are spread over their range, the first ten bits or eleven put nearly all in order, and each is then moved before
    those that should follow it. Otherwise the last digit comes first; few are sooner sorted by three digits than the many values
    of two are looked through.
    """
    if n < _MANY and are_spread:
        size = _u32(10 if n < _FEW else 11)
        _by_digit(keys, others, digits, n, _u32(_u32(bits) - size), size)
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
        for i in range(n):
            keys[i] = others[i]
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
def _tally(keys, n, columns, counts, ends):  # type: ignore[no-untyped-def]
    """Entries of n sorted columns, from ``ends[0]`` on; fills the rest of `ends`, where those of each view end."""
    begun = filled = ends[0]
    run = 0
    for i in range(n):
        columns[filled] = keys[i]
        counts[filled] = _u32(i + 1 - run)
        ends_here = i + 1 == n or keys[i + 1] != keys[i]
        run = i + 1 if ends_here else run
        filled += ends_here
    for view in range(_N_VIEWS):
        first, last = begun, filled
        while first < last:
            middle = (first + last) >> 1
            if columns[middle] >> _u32(BITS) <= _u32(view):
                first = middle + 1
            else:
                last = middle
        ends[view + 1] = first


@_compile
def _rank(ranks, idf, columns):  # type: ignore[no-untyped-def]
    """Known columns to the numbers of their features, in place; what `_weigh` needs of these is asked for."""
    for i in range(len(columns)):
        word, bit = columns[i] >> _u32(6), _ONE << _u64(columns[i] & _u32(63))
        rank = ranks[word, 1] + ones(ranks[word, 0] & (bit - _ONE))
        columns[i] = _u32(rank)
        fetch(idf, np.int64(rank))


@_compile
def _weigh(ends, slots, counts, lengths, idf, how, squares, values):  # type: ignore[no-untyped-def]
    """Fill the values of a text's entries, as `Vectoriser.by_arrays` does."""
    norm = 0.0
    for view in range(_N_VIEWS):
        share, k, b, mean = how[view, 0], how[view, 1], how[view, 2], how[view, 3]
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
