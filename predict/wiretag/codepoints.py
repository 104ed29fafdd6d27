"""Tables of Unicode code points: class and folded form, read from ``codepoints.json``."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL = range(7)
CLASS_SHIFT = 24
SPACE = 0x20


@cache
def _data() -> dict[str, Any]:
    text = files("wiretag").joinpath("codepoints.json").read_text(encoding="ascii")
    return dict(json.loads(text))


@cache
def symbols() -> NDArray[np.uint32]:
    """Folded code point and class of every code point, ``class << 24 | folded``, shape [0x110000].

    Lower case, ASCII digits and Arabic letter forms are folded one to one; every separator folds to a space,
    so that the neighbour of a word looks the same whatever the punctuation.
    """
    data = _data()
    starts = np.array([*data["class_starts"], 0x110000])
    classes = np.frombuffer(data["classes"].encode(), np.uint8) - ord("0")
    of_code = np.repeat(classes, np.diff(starts))
    folded = np.arange(0x110000, dtype=np.uint32)
    folded[data["fold_from"]] = data["fold_to"]
    folded[of_code == SEPARATOR] = SPACE
    return folded | of_code.astype(np.uint32) << np.uint32(CLASS_SHIFT)


@cache
def is_unassigned() -> NDArray[np.bool_]:
    """Whether the table's Unicode version lacks a code point, shape [0x110000]: a quick look before `unassigned` is asked."""
    flat = np.array(_data()["unassigned_ranges"])
    steps = np.zeros(0x110001, np.int8)
    steps[flat[::2]] += 1
    steps[flat[1::2] + 1] -= 1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(bool)


@cache
def unassigned() -> re.Pattern[str]:
    """Matches code points that the table's Unicode version does not know.

    They are blanked before NFKC, which newer engines would apply to them and older ones would not.
    """
    flat = _data()["unassigned_ranges"]
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return re.compile("[" + "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in pairs) + "]")
