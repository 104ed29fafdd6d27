/**
 * Texts to hashed n-grams; `wiretag/features.py` says the method in full. One n-gram at a time, and where it stands,
 * so that counting and explaining go the same way. All arithmetic is modulo 2^32.
 */
import { CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, IGNORABLE, SEPARATOR, SPACED, SYLLABLE, UNASSIGNED, symbol } from "./codepoints.js";
import { CORE, strip } from "./text.js";

export const BITS = 20;
/** Views of features, by number; a configuration has a key for each that may be left out. */
export const VIEWS = ["words", "pairs", "chars", "title"];
const WORDS = 0;
const PAIRS = 1;
const CHARS = 2;
const TITLE = 3;

const { imul } = Math;
const BASE = 0x9e3779b1;
const PAIR = 0x85ebca6b; // also a multiplier of murmur3
const WORD_SALT = 0x1b873593;
const PAIR_SALT = 0xcc9e2d51;
const CHAR_SALT = 0x2545f491;
const LETTERS = (1 << SPACED) | (1 << DIGIT);

/** A text with a blank for each code point that the table's Unicode version does not know. */
export const blanked = (text) => text.replace(UNASSIGNED, " ");

/** NFKC of a blanked text. */
export const normalise = (text) => blanked(text).normalize("NFKC");

/** Sorted columns (``view << BITS | bucket``) of all n-grams of a text, repeated ones each time. */
export function columnsOf(text, config) {
  const columns = [];
  eachGram(normalise(text), config, (column) => columns.push(column));
  return new Uint32Array(columns).sort();
}

/**
 * Calls `visit(column, first, last)` with each n-gram of a normalised text, repeated ones each time; first and last are the
 * places of its first and last letter in the text.
 */
export function eachGram(text, config, visit) {
  // Symbols with a separator before and behind, the ignorable ones left out, and the code unit at which each stands.
  const symbols = new Uint32Array(text.length + 2).fill(symbol(0x20));
  const places = new Uint32Array(text.length + 2);
  let size = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at);
    const value = symbol(code);
    if (value >>> CLASS_SHIFT !== IGNORABLE) {
      places[size] = at;
      symbols[size++] = value;
    }
    if (code > 0xffff) at++;
  }
  const kinds = symbols.subarray(0, size + 1).map((value) => value >>> CLASS_SHIFT);
  // The title is the first line that is not blank, if something follows it, else sixty characters, if something follows these.
  const core = strip(text);
  const [line] = core.split("\n");
  const title = line === core ? [...core].slice(0, 60).join("") : line;
  const titleEnd = title === core ? 0 : text.search(CORE) + title.length;

  const add = (view, hash, first, last) => visit((view << BITS) | bucketOf(hash), places[first], places[last - 1]);
  const unit = (view, first, last) => {
    const hash = hashOf(symbols, first, last);
    add(view, hash ^ WORD_SALT, first, last);
    if (config.title && view === WORDS && places[first] < titleEnd) add(TITLE, hash ^ WORD_SALT, first, last);
    return hash;
  };
  // Pairs of syllables are those of Vietnamese texts: of symbols but separators one in 32 or more is such a letter.
  const paired = config.pairs > 0 || (config.pairs && text.split(/[Ạ-ỹ]/).length * 32 - 32 >= kinds.filter(Boolean).length);
  let before, beforeAt;
  eachRun(kinds, LETTERS | (1 << HANGUL), (first, last) => {
    const own = unit(WORDS, first, last);
    if (paired && beforeAt) add(PAIRS, (imul(before, PAIR) + own) ^ PAIR_SALT, beforeAt, last);
    before = own;
    beforeAt = first;
  });
  for (const [kind, [shortest, longest]] of [[IDEOGRAPH, config.ideographs], [SYLLABLE, config.syllables], [HANGUL, config.hangul]]) {
    eachRun(kinds, 1 << kind, (first, last) => {
      for (let n = shortest; n <= longest; n++) {
        // The shortest stand with words, the longest of three with pairs; with words, too, where their view is not in use.
        let view = n === shortest ? WORDS : n === longest && n - shortest > 1 ? PAIRS : CHARS;
        if (!config[VIEWS[view]]) view = WORDS;
        for (let at = first; at + n <= last; at++) unit(view, at, at + n);
      }
    });
  }
  if (!config.chars) return;
  // N-grams inside words with one separator at each end, the whole word excepted.
  const [shortest, longest] = config.chars;
  eachRun(kinds, LETTERS, (first, last) => {
    const start = first - (kinds[first - 1] === SEPARATOR);
    const end = last + (kinds[last] === SEPARATOR);
    for (let n = Math.max(shortest, 3); n <= longest; n++) {
      for (let at = start; at + n <= end; at++) {
        const from = Math.max(at, first);
        const to = Math.min(at + n, last);
        if (to - from > n - 2) add(CHARS, hashOf(symbols, at, at + n) ^ CHAR_SALT, from, to);
      }
    }
  });
}

/** Calls `found(first, last)` with each longest run of places of the wanted classes (bits); both ends of `kinds` are separators. */
function eachRun(kinds, wanted, found) {
  for (let last = 1; last < kinds.length; last++) {
    const first = last;
    while ((wanted >> kinds[last]) & 1) last++;
    if (last > first) found(first, last);
  }
}

/** The sum of symbol i times B**i. */
function hashOf(symbols, first, last) {
  let value = 0;
  while (last > first) value = (imul(value, BASE) + symbols[--last]) | 0;
  return value;
}

/** Bucket of a hash: the top bits of murmur3's 32-bit finaliser. */
function bucketOf(value) {
  value = imul(value ^ (value >>> 16), PAIR);
  value = imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> (32 - BITS);
}
