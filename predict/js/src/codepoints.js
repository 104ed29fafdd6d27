/** Class and folded form of code points; the table is Unicode's of the Python package, whatever the engine's version. */
import { RUNS } from "./unicode.js";

export const [SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL] = [0, 1, 2, 3, 4, 5, 6];
export const CLASS_SHIFT = 24;
const SPACE = 0x20;
// In the packed table: code points that its Unicode version does not know.
const UNKNOWN = 7;
const FOLDED = 0xffffff;
// Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
const FOLDS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ی: "ي", ة: "ه", ک: "ك", ё: "е", Ё: "е" };

/** ``class << 24 | folded`` of each code point; of a letter that was not asked for before, the class alone. */
const symbols = new Uint32Array(0x110000);

/** Matches code points that the table does not know. */
export const UNASSIGNED = unpacked();

/** ``class << 24 | folded`` of a code point that is assigned and has no other normal form; separators fold to a space. */
export function symbol(code) {
  const known = symbols[code];
  if (known & FOLDED) return known;
  const char = String.fromCodePoint(code);
  const lower = FOLDS[char] ?? char.toLowerCase();
  return (symbols[code] |= ([...lower].length > 1 ? char : lower).codePointAt(0));
}

/** Fills `symbols`. */
function unpacked() {
  let unknown = "";
  let [at, code] = [0, 0];
  const digit = () => RUNS.charCodeAt(at++) - 35;
  while (at < RUNS.length) {
    let number = digit();
    if (number > 90) number = (digit() * 92 + digit()) * 92 + digit();
    else if (number >= 80) number = 80 + (number - 80) * 92 + digit();
    const kind = number & 7;
    const end = code + (number >> 3) + 1;
    if (kind === UNKNOWN) unknown += String.fromCodePoint(code, 0x2d, end - 1); // "first-last"
    for (let n = 0; code < end; n++) {
      // Digits stand in tens, 0 to 9.
      symbols[code++] = (kind << CLASS_SHIFT) | (kind === DIGIT ? 0x30 + (n % 10) : kind % UNKNOWN ? 0 : SPACE);
    }
  }
  return new RegExp(`[${unknown}]`, "gu");
}
