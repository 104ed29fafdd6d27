"""Tables of Unicode code points: class and folded form, read from ``codepoints.json``.

Nearly all text stays in the first 2^16 code points. Tables for these are made in a fifteenth of the time and memory, so
one of all 2^20 is made only once a text asks for it.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_CLASSES = 7
SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL = range(N_CLASSES)
CLASS_SHIFT = 24
UNSTEADY = np.uint32(1 << 31)
SPACE = 0x20
_BASIC, _ALL = 0x10000, 0x110000


@cache
def _data() -> dict[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "codepoints.json"), encoding="ascii") as file:
        return dict(json.load(file))


def symbols(highest: int = _ALL - 1) -> NDArray[np.uint32]:
    """Folded code point and class of every code point up to at least `highest`, ``class << 24 | folded``.

    Lower case, ASCII digits and Arabic letter forms are folded one to one; every separator folds to a space,
    so that the neighbour of a word looks the same whatever the punctuation.
    """
    return _symbols(_BASIC if highest < _BASIC else _ALL)


@cache
def _symbols(size: int) -> NDArray[np.uint32]:
    data = _data()
    starts = np.array([*data["class_starts"], _ALL]).clip(max=size)
    classes = np.frombuffer(data["classes"].encode(), np.uint8) - ord("0")
    of_code = np.repeat(classes, np.diff(starts))
    origin, target = np.array([data["fold_from"], data["fold_to"]], np.uint32)
    table = np.arange(size, dtype=np.uint32)
    table[origin[origin < size]] = target[origin < size]
    table[of_code == SEPARATOR] = SPACE
    table |= of_code.astype(np.uint32) << np.uint32(CLASS_SHIFT)
    return table


def is_steady(highest: int = _ALL - 1) -> NDArray[np.bool_]:
    """Whether a text of such characters alone need not be normalised, of every code point up to at least `highest`.

    It may differ from its NFKC in separators, such as full-width commas, which all look the same.
    """
    return _is_steady(_BASIC if highest < _BASIC else _ALL)


@cache
def _is_steady(size: int) -> NDArray[np.bool_]:
    return ~_in_ranges("unsteady_ranges", size)


def symbols_with_marks(highest: int = _ALL - 1) -> NDArray[np.uint32]:
    """`symbols`, those of characters that are not steady with `UNSTEADY` added, so that one look tells both."""
    return _symbols_with_marks(_BASIC if highest < _BASIC else _ALL)


@cache
def _symbols_with_marks(size: int) -> NDArray[np.uint32]:
    return np.where(_is_steady(size), _symbols(size), _symbols(size) | UNSTEADY)


def is_unassigned(highest: int = _ALL - 1) -> NDArray[np.bool_]:
    """Whether the table's Unicode version lacks a code point, up to at least `highest`: a quick look before `unassigned`."""
    return _is_unassigned(_BASIC if highest < _BASIC else _ALL)


@cache
def _is_unassigned(size: int) -> NDArray[np.bool_]:
    return _in_ranges("unassigned_ranges", size)


def _in_ranges(name: str, size: int) -> NDArray[np.bool_]:
    flat = np.array(_data()[name])
    flat[1::2] += 1
    bounds = np.concatenate(([0], flat, [_ALL])).clip(max=size)
    return np.repeat(np.arange(len(bounds) - 1) % 2 == 1, np.diff(bounds))


@cache
def unassigned() -> re.Pattern[str]:
    """Matches code points that the table's Unicode version does not know.

    They are blanked before NFKC, which newer engines would apply to them and older ones would not.
    """
    flat = _data()["unassigned_ranges"]
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return re.compile("[" + "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in pairs) + "]")
