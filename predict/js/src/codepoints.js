/** Class and folded form of code points; the table is Unicode's of the Python package, whatever the engine's version. */
import { RUNS } from "./unicode.js";

export const [SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL] = [0, 1, 2, 3, 4, 5, 6];
export const CLASS_SHIFT = 24;
const SPACE = 0x20;
// In the packed table: code points that its Unicode version does not know.
const UNKNOWN = 7;
const FOLDED = 0xffffff;
// Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
const FOLDS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ی: "ي", ة: "ه", ک: "ك", ё: "е" };

/** ``class << 24 | folded`` of each code point; the class alone of those that were not asked for before. */
const symbols = new Uint32Array(0x110000);

/** Matches code points that the table does not know. */
export const UNASSIGNED = unpacked();

/** ``class << 24 | folded`` of a code point that is known and its own normal form; separators fold to a space. */
export function symbol(code) {
  const value = symbols[code];
  if (value & FOLDED) return value;
  const char = String.fromCodePoint(code);
  const lower = char.toLowerCase();
  const folded = value >> CLASS_SHIFT === SEPARATOR ? " " : [...lower].length > 1 ? char : (FOLDS[lower] ?? lower);
  return (symbols[code] |= folded.codePointAt(0));
}

/** Fills `symbols`; tests/make_codepoints_js.py says how the table is packed. */
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
    symbols.fill(kind << CLASS_SHIFT, code, end);
    if (kind === UNKNOWN) unknown += String.fromCodePoint(code, 0x2d, end - 1); // "first-last"
    if (kind === DIGIT) for (let n = code; n < end; n++) symbols[n] |= 0x30 + ((n - code) % 10); // digits stand in tens, 0 to 9
    code = end;
  }
  return new RegExp(`[${unknown}]`, "gu");
}
