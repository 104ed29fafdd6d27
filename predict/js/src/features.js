/**
 * Texts to hashed n-grams; `wiretag/features.py` says the method in full. One n-gram at a time, and where it stands,
 * so that counting and explaining go the same way. All arithmetic is modulo 2^32.
 */
import { CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, IGNORABLE, SEPARATOR, SPACED, SYLLABLE, UNASSIGNED, symbol } from "./codepoints.js";
import { SPACES, isAscii } from "./text.js";

export const BITS = 20;
export const VIEWS = ["words", "pairs", "chars", "title"];
const [WORDS, PAIRS, CHARS, TITLE] = [0, 1, 2, 3];

const BASE = 0x9e3779b1;
const PAIR = 0x85ebca6b;
const WORD_SALT = 0x1b873593;
const PAIR_SALT = 0xcc9e2d51;
const CHAR_SALT = 0x2545f491;

const BLANK_OPENING = new RegExp(`^[${SPACES}]*`);
const NOT_BLANK = new RegExp(`[^${SPACES}]`);

/** Numbers of the views that a feature configuration uses, in their fixed order. */
export function viewsOf(config) {
  return [WORDS, PAIRS, CHARS, TITLE].filter((view) => view === WORDS || config[VIEWS[view]]);
}

/** View of the n-grams of one length in a run: the shortest stand with words, the longest of three with pairs. */
function viewOf(config, [shortest, longest], n) {
  if (n > shortest) {
    if (n === longest && longest - shortest > 1) return config.pairs ? PAIRS : WORDS;
    if (config.chars) return CHARS;
  }
  return WORDS;
}

/** A text with blanks for code points that the table's Unicode version does not know, as many code points as before. */
export function blanked(text) {
  for (const char of text) {
    if (isUnassigned(char)) return Array.from(text, (char) => (isUnassigned(char) ? " " : char)).join("");
  }
  return text;
}

const isUnassigned = (char) => symbol(char.codePointAt(0)) >>> CLASS_SHIFT === UNASSIGNED;

/** NFKC of a blanked text. */
export function normalise(text) {
  return isAscii(text) ? text : blanked(text).normalize("NFKC");
}

/** Code units up to the end of the first line that is not blank; 0 if nothing follows it. */
export function titleLength(text) {
  const end = text.indexOf("\n", BLANK_OPENING.exec(text)[0].length);
  return end >= 0 && NOT_BLANK.test(text.slice(end)) ? end : 0;
}

/**
 * Symbols of a normalised text with a separator before and behind, the ignorable ones left out.
 * `places` holds the code unit at which each of them stands.
 */
export function symbolsOf(text) {
  const symbols = new Uint32Array(text.length + 2);
  const places = new Uint32Array(text.length + 2);
  let n = 0;
  symbols[n++] = symbol(0x20);
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at);
    const value = symbol(code);
    if (value >>> CLASS_SHIFT !== IGNORABLE) {
      places[n] = at;
      symbols[n++] = value;
    }
    if (code > 0xffff) at++;
  }
  places[n] = text.length;
  symbols[n++] = symbol(0x20);
  return { symbols: symbols.subarray(0, n), places: places.subarray(0, n) };
}

/**
 * Calls `visit(view, bucket, first, last)` with each n-gram of a text, repeated ones each time; first and last are places in
 * the symbols, of letters only.
 */
export function eachGram({ symbols, places }, titleEnd, config, visit) {
  const kinds = Uint8Array.from(symbols, (value) => value >>> CLASS_SHIFT);
  const unit = (view, first, last) => {
    const bucket = mixed(hash(symbols, first, last) ^ WORD_SALT);
    visit(view, bucket, first, last);
    if (config.title && view === WORDS && places[first] < titleEnd) visit(TITLE, bucket, first, last);
  };
  let [before, beforeAt] = [0, 0];
  eachRun(kinds, (kind) => kind === SPACED || kind === DIGIT || kind === HANGUL, (first, last) => {
    unit(WORDS, first, last);
    if (!config.pairs) return;
    const own = hash(symbols, first, last);
    if (beforeAt) visit(PAIRS, mixed((Math.imul(before, PAIR) + own) ^ PAIR_SALT), beforeAt, last);
    [before, beforeAt] = [own, first];
  });
  for (const [kind, lengths] of [[IDEOGRAPH, config.ideographs], [SYLLABLE, config.syllables], [HANGUL, config.hangul]]) {
    eachRun(kinds, (own) => own === kind, (first, last) => {
      for (let n = lengths[0]; n <= lengths[1]; n++) {
        const view = viewOf(config, lengths, n);
        for (let at = first; at + n <= last; at++) unit(view, at, at + n);
      }
    });
  }
  if (config.chars) eachChars(symbols, kinds, config.chars, visit);
}

/** N-grams inside words with one separator at each end, the whole word excepted. */
function eachChars(symbols, kinds, [shortest, longest], visit) {
  eachRun(kinds, (kind) => kind === SPACED || kind === DIGIT, (first, last) => {
    const start = first - (kinds[first - 1] === SEPARATOR);
    const end = last + (kinds[last] === SEPARATOR);
    for (let n = Math.max(shortest, 3); n <= longest; n++) {
      for (let at = start; at + n <= end; at++) {
        const [from, to] = [Math.max(at, first), Math.min(at + n, last)];
        if (to - from > n - 2) visit(CHARS, mixed(hash(symbols, at, at + n) ^ CHAR_SALT), from, to);
      }
    }
  });
}

/** Calls `found(first, last)` with each longest run of places whose class is inside; both ends of `kinds` are separators. */
function eachRun(kinds, inside, found) {
  for (let last = 1; last < kinds.length; last++) {
    const first = last;
    while (inside(kinds[last])) last++;
    if (last > first) found(first, last);
  }
}

/** The sum of symbol i times B**i. */
function hash(symbols, first, last) {
  let value = 0;
  for (let at = last - 1; at >= first; at--) value = (Math.imul(value, BASE) + symbols[at]) | 0;
  return value;
}

/** Bucket of a hash: the top bits of murmur3's 32-bit finaliser. */
function mixed(value) {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> (32 - BITS);
}

/** Sorted columns (``view << BITS | bucket``) of all n-grams of a text, repeated ones each time. */
export function columnsOf(text, config) {
  const normal = normalise(text);
  const spots = symbolsOf(normal);
  let columns = new Uint32Array(spots.symbols.length * 8);
  let n = 0;
  eachGram(spots, titleLength(normal), config, (view, bucket) => {
    if (n === columns.length) {
      const larger = new Uint32Array(n * 2);
      larger.set(columns);
      columns = larger;
    }
    columns[n++] = (view << BITS) | bucket;
  });
  return columns.subarray(0, n).sort();
}
