/** Class and folded form of code points; the table is Unicode's of the Python package, whatever the engine's version. */
import { RUNS } from "./unicode.js";

export const [SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL, UNASSIGNED] = [0, 1, 2, 3, 4, 5, 6, 7];
export const CLASS_SHIFT = 24;
const SPACE = 0x20;
const N_CODES = 0x110000;
// Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
const FOLDS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ی: "ي", ة: "ه", ک: "ك", ё: "е", Ё: "е" };

/** First code point and class of each run. */
const [starts, classes] = unpacked();
/** Symbols that were asked for before; 0 is not yet known. */
const known = new Uint32Array(N_CODES);

/** ``class << 24 | folded``; separators fold to a space, as do unassigned code points, whose class says that they are. */
export function symbol(code) {
  return known[code] || (known[code] = made(code));
}

function made(code) {
  let low = 0;
  for (let high = starts.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= code) low = middle;
    else high = middle;
  }
  const kind = classes[low];
  return ((kind << CLASS_SHIFT) | folded(code, kind, starts[low])) >>> 0;
}

function folded(code, kind, start) {
  if (kind === SEPARATOR || kind === UNASSIGNED) return SPACE;
  if (kind === IGNORABLE) return code;
  if (kind === DIGIT) return 0x30 + ((code - start) % 10); // digits stand in tens, 0 to 9
  const char = String.fromCodePoint(code);
  const lower = FOLDS[char] ?? char.toLowerCase();
  return [...lower].length === 1 ? lower.codePointAt(0) : code;
}

function unpacked() {
  const [starts, classes] = [[], []];
  let at = 0;
  let code = 0;
  const digit = () => RUNS.charCodeAt(at++) - 35;
  while (at < RUNS.length) {
    let number = digit();
    if (number === 91) number = (digit() * 92 + digit()) * 92 + digit();
    else if (number >= 80) number = 80 + (number - 80) * 92 + digit();
    starts.push(code);
    classes.push(number & 7);
    code += (number >>> 3) + 1;
  }
  return [starts, classes];
}
