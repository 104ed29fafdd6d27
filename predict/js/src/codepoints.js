/** Class and folded form of code points; the table is Unicode's of the Python package, whatever the engine's version. */
import { RUNS } from "./unicode.js";

export const SEPARATOR = 0;
export const SPACED = 1;
export const IDEOGRAPH = 2;
export const SYLLABLE = 3;
export const DIGIT = 4;
export const IGNORABLE = 5;
export const HANGUL = 6;
export const CLASS_SHIFT = 24;
// In the packed table: code points that its Unicode version does not know.
const UNKNOWN = 7;
const FOLDED = 0xffffff;
const BASE = 92;
const CONTEXT = 2 ** 18;
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

/** Fills `symbols` from the table; tests/make_codepoints_js.py says how it is packed. */
function unpacked() {
  let unknown = "";
  let at = 0;
  let range = 1;
  let value = 0;
  let before = 0;
  let kind = 0;
  const counts = []; // by context: how often its bits were 0 and 1, and one more
  const bit = (context) => {
    for (; range < 2 ** 24; range *= BASE) value = value * BASE + RUNS.charCodeAt(at++) - 35;
    const own = (counts[context] ??= [1, 1]);
    const split = Math.floor((range * own[0]) / (own[0] + own[1]));
    const isOne = value >= split;
    range = isOne ? range - split : split;
    if (isOne) value -= split;
    own[+isOne]++;
    return isOne;
  };
  const bits = (context, size) => {
    let number = 1;
    while (size--) number = number * 2 + bit(context + number);
    return number;
  };
  for (let code = 0; code < symbols.length; ) {
    [before, kind] = [kind, bits((before * 8 + kind) * CONTEXT, 3) - 8];
    let context = (64 + kind * 16 + (code & 15)) * 32 * CONTEXT;
    let size = 0;
    for (; bit(context); context += CONTEXT) size++;
    const end = code + bits(context, size);
    symbols.fill(kind << CLASS_SHIFT, code, end);
    if (kind === UNKNOWN) unknown += String.fromCodePoint(code, 0x2d, end - 1); // "first-last"
    // Digits stand in tens, 0 to 9.
    if (kind === DIGIT) for (let n = code; n < end; n++) symbols[n] |= 0x30 + ((n - code) % 10);
    code = end;
  }
  return new RegExp(`[${unknown}]`, "gu");
}
