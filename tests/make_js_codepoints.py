"""Write predict/js/src/codepoint_runs.js: the classes of codepoints.json, packed. Run it after make_codepoints.py.

Runs of code points of one class, as variable-length integers (see `wiretag.varint`) of ``length << 3 | class`` in base 64;
class 7 are those that the table's Unicode version does not know.
"""

import base64
import json
from itertools import groupby
from pathlib import Path

PREDICT = Path(__file__).parents[1] / "predict"
UNASSIGNED = 7


def packed(number: int) -> bytes:
    """A number in bytes of seven bits, the lowest first."""
    return bytes([number & 0x7F | 0x80]) + packed(number >> 7) if number > 0x7F else bytes([number])


def main() -> None:
    table = json.loads((PREDICT / "wiretag" / "codepoints.json").read_text())
    classes = bytearray(0x110000)
    bounds = [*table["class_starts"], len(classes)]
    for start, end, kind in zip(bounds, bounds[1:], table["classes"], strict=False):
        classes[start:end] = bytes([int(kind)]) * (end - start)
    unassigned = table["unassigned_ranges"]
    for first, last in zip(unassigned[::2], unassigned[1::2], strict=True):
        classes[first : last + 1] = bytes([UNASSIGNED]) * (last + 1 - first)
    runs = b"".join(packed(len(list(run)) << 3 | kind) for kind, run in groupby(classes))
    target = PREDICT / "js" / "src" / "codepoint_runs.js"
    target.write_text(
        f"// Made by tests/make_js_codepoints.py. Unicode {table['unicode']}.\n"
        f'export const RUNS =\n  "{base64.b64encode(runs).decode()}";\n'
    )


if __name__ == "__main__":
    main()
