"""Write predict/wiretag/codepoints.json: what the featuriser knows of every Unicode code point.

The table is data, not computed at run time, so that every Python and every JavaScript engine sees the same
Unicode version. Run it with the oldest supported Python: `python tests/make_codepoints.py`.
"""

import json
import unicodedata
from pathlib import Path

SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL = range(7)

# Scripts written without spaces between words (Unicode Standard Annexes 14 and 24). One Han character or kana says much
# by itself; letters of Thai, Lao, Myanmar, Khmer and Tai make syllables, and say something in longer runs only.
IDEOGRAPH_RANGES = [
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303C),
    (0x3041, 0x3096), (0x3099, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x3134F),
]  # fmt: skip
SYLLABLE_RANGES = [
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF),
    (0xA9E0, 0xA9FF), (0xAA60, 0xAADF),
]  # fmt: skip
# Korean puts spaces between words, but a character is a syllable, and endings grow on words: n-grams inside words are short.
HANGUL_RANGES = [(0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xD7B0, 0xD7FB)]
# Removed before hashing: vowel and cantillation marks that writers leave out at will, the Arabic
# lengthening stroke, soft hyphens and joiners.
IGNORABLE_RANGES = [
    (0x00AD, 0x00AD), (0x0591, 0x05BD), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06DC), (0x200C, 0x200D), (0x2060, 0x2060), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
]  # fmt: skip
# Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
FOLDS = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ё": "е"}


def class_of(code: int) -> int:
    char = chr(code)
    if any(a <= code <= b for a, b in IGNORABLE_RANGES):
        return IGNORABLE
    category = unicodedata.category(char)
    if category == "Nd":
        return DIGIT
    if category[0] in "LM" or category == "Nl":
        for kind, blocks in ((IDEOGRAPH, IDEOGRAPH_RANGES), (SYLLABLE, SYLLABLE_RANGES), (HANGUL, HANGUL_RANGES)):
            if any(a <= code <= b for a, b in blocks):
                return kind
        return SPACED
    return SEPARATOR


def fold_of(code: int) -> int:
    char = chr(code)
    if unicodedata.category(char) == "Nd":
        return ord("0") + unicodedata.decimal(char)
    lower = char.lower()
    lower = lower if len(lower) == 1 else char
    return ord(FOLDS.get(lower, lower))


def is_steady(code: int, seconds: set[int]) -> bool:
    """Whether no text changes its words by NFKC for holding this character, whatever stands beside it (Unicode Standard
    Annex 15, Quick_Check: Yes). Separators may become others, such as a full-width comma or an ellipsis."""
    char = chr(code)
    if unicodedata.category(char) == "Cn" or unicodedata.combining(char) or code in seconds:
        return False
    normal = unicodedata.normalize("NFKC", char)
    separators = all(class_of(ord(own)) == SEPARATOR and not unicodedata.combining(own) for own in (char, *normal))
    return normal == char or separators


def composing_seconds() -> set[int]:
    """Characters that may compose with the one before them: second parts of decompositions, vowels and finals of Hangul."""
    parts = [unicodedata.decomposition(chr(code)).split() for code in range(0x110000)]
    seconds = {int(own[1], 16) for own in parts if len(own) == 2 and not own[0].startswith("<")}
    return seconds | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))


def main() -> None:
    seconds = composing_seconds()
    classes = [class_of(code) if not 0xD800 <= code <= 0xDFFF else SEPARATOR for code in range(0x110000)]
    starts = [code for code in range(0x110000) if code == 0 or classes[code] != classes[code - 1]]
    folds = [
        (code, fold_of(code)) for code in range(0x110000) if classes[code] not in (SEPARATOR, IGNORABLE) and fold_of(code) != code
    ]
    unassigned = [code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cn"]
    table = {
        "unicode": unicodedata.unidata_version,
        "class_starts": starts,
        "classes": "".join(str(classes[code]) for code in starts),
        "fold_from": [a for a, _ in folds],
        "fold_to": [b for _, b in folds],
        "unassigned_ranges": ranges(unassigned),
        "unsteady_ranges": ranges([code for code in range(0x110000) if not is_steady(code, seconds)]),
    }
    target = Path(__file__).parents[1] / "predict" / "wiretag" / "codepoints.json"
    target.write_text(json.dumps(table, separators=(",", ":")) + "\n")


def ranges(codes: list[int]) -> list[int]:
    """Flat list first, last, first, last, ... of the runs in a sorted list."""
    flat: list[int] = []
    for code in codes:
        if flat and code == flat[-1] + 1:
            flat[-1] = code
        else:
            flat += [code, code]
    return flat


if __name__ == "__main__":
    main()
