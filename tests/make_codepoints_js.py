"""Write predict/js/src/unicode.js from predict/wiretag/codepoints.json: classes of all code points in 2.5 kB of text.

JavaScript's own `toLowerCase` and decimal digits give the folded forms (a test compares all of them), so only runs of one
class are stored, code points that the table's Unicode version does not know being a class of their own. A run is the number
``(length - 1) * 8 + class``. Below `ONE` it is a character; below `TWO` one of the characters that follow these, and a digit
to the base of `BASE`; else the last character and three such digits, the highest first.
"""

import json
from pathlib import Path

UNASSIGNED = 7
FIRST_CHARACTER = ord("#")
BASE = ord("~") - FIRST_CHARACTER + 1
ONE = 80
TWO = ONE + (BASE - 1 - ONE) * BASE
LONGEST = BASE**3 // 8
PREDICT = Path(__file__).parents[1] / "predict"


def runs(table: dict[str, list[int]]) -> list[tuple[int, int]]:
    """Length and class of each run, in the order of the code points."""
    bounds = [*table["class_starts"], 0x110000]
    classes = bytearray()
    for kind, first, end in zip(table["classes"], bounds, bounds[1:], strict=False):
        classes += bytes([int(kind)]) * (end - first)
    flat = table["unassigned_ranges"]
    for first, last in zip(flat[::2], flat[1::2], strict=True):
        classes[first : last + 1] = bytes([UNASSIGNED]) * (last + 1 - first)
    starts = [code for code in range(len(classes)) if code == 0 or classes[code] != classes[code - 1]]
    return [
        (min(LONGEST, end - at), classes[first])
        for first, end in zip(starts, [*starts[1:], len(classes)], strict=True)
        for at in range(first, end, LONGEST)
    ]


def packed(number: int) -> str:
    """A number in one, two or four characters."""
    if number < ONE:
        digits = [number]
    elif number < TWO:
        digits = [ONE + (number - ONE) // BASE, (number - ONE) % BASE]
    else:
        digits = [BASE - 1, number // BASE**2, number // BASE % BASE, number % BASE]
    return "".join(chr(FIRST_CHARACTER + digit) for digit in digits)


def main() -> None:
    table = json.loads((PREDICT / "wiretag" / "codepoints.json").read_text())
    text = "".join(packed((length - 1) * 8 + kind) for length, kind in runs(table))
    (PREDICT / "js" / "src" / "unicode.js").write_text(
        f"// Made by tests/make_codepoints_js.py, which says how it is packed.\nexport const RUNS = {json.dumps(text)};\n"
    )


if __name__ == "__main__":
    main()
