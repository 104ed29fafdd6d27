// Class and folded form of every code point, as predict/wiretag/codepoints.py has them.

import { RUNS } from "./codepoint_runs.js";
import { unpacked } from "./varint.js";

export const SEPARATOR = 0, SPACED = 1, IDEOGRAPH = 2, SYLLABLE = 3, DIGIT = 4, IGNORABLE = 5, HANGUL = 6;
export const CLASS_SHIFT = 24;
const UNASSIGNED = 7;
const SPACE = 0x20;

// Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
const FOLDS = { "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ё": "е" };

/** Class of every code point, and where the run of its class begins: digits of a script stand in tens. */
const { classes, digitStarts } = (() => {
  const classes = new Uint8Array(0x110000);
  const digitStarts = new Map();
  let at = 0;
  for (const run of unpacked(Uint8Array.from(atob(RUNS), (char) => char.charCodeAt(0)))) {
    const kind = run & 7, end = at + (run >>> 3);
    classes.fill(kind, at, end);
    if (kind === DIGIT) for (let code = at; code < end; code++) digitStarts.set(code, at);
    at = end;
  }
  return { classes, digitStarts };
})();

// Symbols are computed once for each code point that occurs.
const symbols = new Uint32Array(0x110000);

/** `class << 24 | folded`; every separator folds to a space. */
export function symbolOf(code) {
  return symbols[code] || (symbols[code] = computed(code));
}

function computed(code) {
  const kind = classes[code] === UNASSIGNED ? SEPARATOR : classes[code];
  return ((kind << CLASS_SHIFT) | (kind === SEPARATOR ? SPACE : folded(code, kind))) >>> 0;
}

function folded(code, kind) {
  if (kind === DIGIT) return 0x30 + ((code - digitStarts.get(code)) % 10);
  if (kind === IGNORABLE) return code;
  const char = String.fromCodePoint(code);
  const lower = char.toLowerCase();
  const one = lower.length === (lower.codePointAt(0) > 0xffff ? 2 : 1) ? lower : char;
  return (FOLDS[one] ?? one).codePointAt(0);
}

/** NFKC, with blanks for code points that the table's Unicode version does not know. */
export function normalise(text) {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  let known = "";
  for (const char of text) known += classes[char.codePointAt(0)] === UNASSIGNED ? " " : char;
  return known.normalize("NFKC");
}
