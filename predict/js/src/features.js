// Texts to hashed n-gram counts: the method of predict/wiretag/features.py, one text at a time.

import { CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, IGNORABLE, SEPARATOR, SPACED, SYLLABLE, normalise, symbolOf } from "./codepoints.js";
import { isSpace } from "./space.js";

export const BITS = 20;
export const VIEWS = ["words", "pairs", "chars", "title"];
const BASE = 0x9e3779b1, INVERSE = 0x0e8b2f51, PAIR = 0x85ebca6b;
const WORD_SALT = 0x1b873593, PAIR_SALT = 0xcc9e2d51, CHAR_SALT = 0x2545f491;
const SPACE = 0x20; // the symbol of every separator
const RUNS = [[IDEOGRAPH, "ideographs"], [SYLLABLE, "syllables"], [HANGUL, "hangul"]];
const isLetter = (kind) => kind === SPACED || kind === DIGIT;
const isWord = (kind) => isLetter(kind) || kind === HANGUL;

/** Views that a configuration (the model's `features`) has in use, in their fixed order. */
export function viewsOf(config) {
  const used = { words: true, pairs: config.pairs, chars: config.chars !== null, title: config.title };
  return VIEWS.filter((view) => used[view]);
}

/** Symbols of a text with a separator at each end, where in the normal form each stands, and where there its title ends. */
export function symbolsOf(text, config) {
  const codes = Array.from(normalise(text), (char) => char.codePointAt(0));
  const symbols = new Uint32Array(codes.length + 2).fill(SPACE);
  const places = new Uint32Array(codes.length + 2);
  let n = 1;
  for (let at = 0; at < codes.length; at++) {
    const symbol = symbolOf(codes[at]);
    if (symbol >>> CLASS_SHIFT === IGNORABLE) continue;
    symbols[n] = symbol;
    places[n++] = at;
  }
  symbols[n++] = SPACE;
  return { symbols: symbols.subarray(0, n), places: places.subarray(0, n), titleEnd: config.title ? titleLength(codes) : 0 };
}

/** Code points up to the end of the first line that is not blank; 0 if nothing follows it. */
function titleLength(codes) {
  const full = (from) => {
    while (from < codes.length && isSpace(codes[from])) from++;
    return from;
  };
  const end = codes.indexOf(0x0a, full(0));
  return end >= 0 && full(0) < codes.length && full(end) < codes.length ? end : 0;
}

/** Calls `found(view, bucket, first, last)` with each n-gram, in the symbols [first, last). */
export function eachGram({ symbols, places, titleEnd }, config, found) {
  const kinds = Uint8Array.from(symbols, (symbol) => symbol >>> CLASS_SHIFT);
  const hash = hasher(symbols);
  const unit = (view, first, last, value) => {
    const bucket = bucketOf(value ^ WORD_SALT);
    found(view, bucket, first, last);
    if (view === "words" && places[first] < titleEnd) found("title", bucket, first, last);
  };
  let before = null;
  for (const [first, last] of runs(kinds, isWord)) {
    const value = hash(first, last);
    unit("words", first, last, value);
    if (config.pairs && before) found("pairs", bucketOf((Math.imul(before[1], PAIR) + value) ^ PAIR_SALT), before[0], last);
    before = [first, value];
  }
  for (const [kind, name] of RUNS) {
    const [shortest, longest] = config[name];
    for (const [first, last] of runs(kinds, (own) => own === kind)) {
      for (let n = shortest; n <= longest; n++) {
        const view = viewOf(config, shortest, longest, n);
        for (let at = first; at + n <= last; at++) unit(view, at, at + n, hash(at, at + n));
      }
    }
  }
  if (config.chars) chars(kinds, hash, config.chars, found);
}

/** Characters in a word with a space at each end where a separator is, the whole word excepted. */
function chars(kinds, hash, [shortest, longest], found) {
  for (const [first, last] of runs(kinds, isLetter)) {
    const from = kinds[first - 1] === SEPARATOR ? first - 1 : first;
    const to = kinds[last] === SEPARATOR ? last + 1 : last;
    for (let n = Math.max(shortest, 3); n <= longest; n++) {
      for (let at = from; at + n <= to; at++) {
        const a = Math.max(at, first), b = Math.min(at + n, last);
        if (b - a > n - 2) found("chars", bucketOf(hash(at, at + n) ^ CHAR_SALT), a, b);
      }
    }
  }
}

function viewOf(config, shortest, longest, n) {
  const view = n === shortest ? "words" : n === longest && longest - shortest > 1 ? "pairs" : "chars";
  return view === "words" || config[view] ? view : "words";
}

function* runs(kinds, inside) {
  let first = -1;
  for (let n = 0; n <= kinds.length; n++) {
    const within = n < kinds.length && inside(kinds[n]);
    if (within && first < 0) first = n;
    else if (!within && first >= 0) {
      yield [first, n];
      first = -1;
    }
  }
}

/** A function that gives the hash of the symbols [first, last): sum of s_i * B**i, by prefix sums. */
function hasher(symbols) {
  const prefix = new Int32Array(symbols.length + 1);
  const inverse = new Int32Array(symbols.length + 1);
  inverse[0] = 1;
  for (let n = 0, power = 1; n < symbols.length; n++) {
    prefix[n + 1] = prefix[n] + Math.imul(symbols[n], power);
    power = Math.imul(power, BASE);
    inverse[n + 1] = Math.imul(inverse[n], INVERSE);
  }
  return (first, last) => Math.imul(prefix[last] - prefix[first], inverse[first]);
}

/** The top bits of murmur3's 32-bit finaliser. */
function bucketOf(value) {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> (32 - BITS);
}

/** View -> ascending buckets, their counts, and the number of n-grams. */
export function countsOf(text, config) {
  const views = viewsOf(config);
  const found = Object.fromEntries(views.map((view) => [view, []]));
  eachGram(symbolsOf(text, config), config, (view, bucket) => found[view].push(bucket));
  return new Map(views.map((view) => [view, counted(found[view])]));
}

function counted(list) {
  const all = Uint32Array.from(list).sort();
  const buckets = [], counts = [];
  for (const bucket of all) {
    if (buckets.at(-1) === bucket) counts[counts.length - 1]++;
    else {
      buckets.push(bucket);
      counts.push(1);
    }
  }
  return { buckets, counts, length: all.length };
}
