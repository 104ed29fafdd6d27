"""Ascending numbers in about a byte each: gaps, as variable-length integers (LEB128, as in DWARF and WebAssembly).

Each number is stored as its distance to the one before, less one; the first as itself. A distance takes one byte for
every seven of its bits, the lowest first; all bytes of a distance but its last have the high bit set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MAX_BYTES = 5  # what 32 bits can need
_NO_OVERFLOW = 1 << 25  # so many distances of one byte end below 2^32


def pack_ascending(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Strictly ascending numbers to bytes."""
    gaps = np.diff(numbers, prepend=np.int64(-1)).astype(np.int64) - 1
    sizes = np.searchsorted(1 << 7 * np.arange(1, _MAX_BYTES), gaps, "right") + 1
    starts = np.cumsum(sizes) - sizes
    packed = np.zeros(int(sizes.sum()), np.uint8)
    for n in range(_MAX_BYTES):
        long = sizes > n
        packed[starts[long] + n] = (gaps[long] >> 7 * n & 0x7F) | np.where(sizes[long] > n + 1, 0x80, 0)
    return packed


def unpack_ascending(packed: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The numbers of `pack_ascending`; raises `ValueError` for bytes that are none of its."""
    if len(packed) < _NO_OVERFLOW and packed.max(initial=0) < 0x80:  # in a large vocabulary every gap is one byte
        numbers = packed.astype(np.uint32)
        numbers += np.uint32(1)
        np.cumsum(numbers, out=numbers)
        numbers -= np.uint32(1)
        return numbers
    wide = np.cumsum(_gaps(packed) + 1) - 1
    if wide[-1] > np.iinfo(np.uint32).max:
        raise ValueError("a list of numbers is broken")
    return wide.astype(np.uint32)


def _gaps(packed: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Most take one byte; the others, of a first and more bytes, are put right one byte of all of them at a time."""
    more = np.flatnonzero(packed >= 0x80)  # after these another one follows
    firsts = more[np.diff(more, prepend=-2) > 1]
    lasts = more[np.diff(more, append=np.iinfo(np.int64).max) > 1] + 1
    sizes = lasts - firsts + 1
    if lasts[-1] == len(packed) or sizes.max() > _MAX_BYTES:
        raise ValueError("a list of numbers is broken")
    long = np.zeros(len(firsts), np.int64)
    for n in range(int(sizes.max())):
        has = sizes > n
        long[has] |= (packed[firsts[has] + n] & np.uint8(0x7F)).astype(np.int64) << 7 * n
    gaps = np.delete(packed, more).astype(np.int64)
    gaps[lasts - np.searchsorted(more, lasts)] = long
    return gaps
