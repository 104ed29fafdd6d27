"""Write predict/js/src/unicode.js from predict/wiretag/codepoints.json: classes of all code points in 1.7 kB of text.

JavaScript's own `toLowerCase` gives the folded forms (a test compares all of them), so only runs of one class are stored,
code points that the table's Unicode version does not know being a class of their own. Texts are brought to NFKC before they
are looked up, and what has another normal form has so in all later versions: such code points stand in whatever run is at
hand, but for the unknown ones.

A run is its class (three bits, the highest first) and its length (n ones and a zero, then the n bits behind the highest one).
Each bit is coded with the odds that it had before in its context, by a range coder, whose output is digits to the base of
`BASE`: the text is one long number, and each bit narrows the range in which that lies.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

UNKNOWN = 7
BASE = 92
FIRST_DIGIT = ord("#")  # the digits up to "~" stand in a string as they are, all but the backslash
LEAST_RANGE = 2**24
CONTEXT = 2**18  # more than any bits above
PREDICT = Path(__file__).parents[1] / "predict"
# Bits that stand for a class; digits are counted from the start of their run.
ANY = 0b1101111


def runs(table: dict[str, list[int]]) -> Iterator[tuple[int, int]]:
    """Length and class of each run, in the order of the code points."""
    bounds = [*table["class_starts"], 0x110000]
    classes = bytearray()
    for kind, first, end in zip(table["classes"], bounds, bounds[1:], strict=False):
        classes += bytes([int(kind)]) * (end - first)
    flat = table["unassigned_ranges"]
    for first, last in zip(flat[::2], flat[1::2], strict=True):
        classes[first : last + 1] = bytes([UNKNOWN]) * (last + 1 - first)
    start, fitting = 0, 0xFF
    for code, kind in enumerate(classes):
        free = kind != UNKNOWN and not 0xD800 <= code < 0xE000 and unicodedata.normalize("NFKC", chr(code)) != chr(code)
        own = ANY if free else 1 << kind
        if not fitting & own:
            yield code - start, (fitting & -fitting).bit_length() - 1
            start, fitting = code, own
        fitting &= own
    yield len(classes) - start, (fitting & -fitting).bit_length() - 1


class Coder:
    """Writes bits as digits; `unpacked` in predict/js/src/codepoints.js reads them."""

    def __init__(self) -> None:
        self._low, self._range, self._digits = 0, 1, 0
        self._counts: defaultdict[int, list[int]] = defaultdict(lambda: [1, 1])

    def bit(self, context: int, bit: int) -> None:
        while self._range < LEAST_RANGE:
            self._low, self._range, self._digits = self._low * BASE, self._range * BASE, self._digits + 1
        counts = self._counts[context]
        split = self._range * counts[0] // sum(counts)
        self._low, self._range = (self._low + split, self._range - split) if bit else (self._low, split)
        counts[bit] += 1

    def bits(self, context: int, number: int, size: int) -> None:
        """The lowest bits of a number, each in the context of those above."""
        above = 1
        for place in reversed(range(size)):
            self.bit(context + above, number >> place & 1)
            above = above * 2 + (number >> place & 1)

    def text(self) -> str:
        return "".join(chr(FIRST_DIGIT + self._low // BASE**place % BASE) for place in reversed(range(self._digits)))


def packed(table: dict[str, list[int]]) -> str:
    coder = Coder()
    code = kind = before = 0
    for length, own in runs(table):
        coder.bits((before * 8 + kind) * CONTEXT, own, 3)
        before, kind = kind, own
        place = (64 + kind * 16 + (code & 15)) * 32  # many runs begin and end with a multiple of 16
        size = length.bit_length() - 1
        for n in range(size + 1):
            coder.bit((place + n) * CONTEXT, int(n < size))
        coder.bits((place + size) * CONTEXT, length, size)
        code += length
    return coder.text()


def main() -> None:
    text = packed(json.loads((PREDICT / "wiretag" / "codepoints.json").read_text()))
    (PREDICT / "js" / "src" / "unicode.js").write_text(
        f"// Made by tests/make_codepoints_js.py, which says how it is packed.\nexport const RUNS = {json.dumps(text)};\n"
    )


if __name__ == "__main__":
    main()
