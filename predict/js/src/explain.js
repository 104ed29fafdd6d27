/** What words add to a label's score: n-grams' parts spread over the places where they stand. */
import { BITS, blanked, eachGram, normalise, symbolsOf, titleLength } from "./features.js";

// A word, or one character of a script without spaces.
const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u9fff\\uf900-\\ufaff";
const WORDS = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}_])+`, "gu");
// What may compose with the character before it: a mark, or a vowel or final of Hangul.
const JOINS = /^[\p{M}\u1160-\u11ff]/u;

/**
 * Spans of a story with the sum over their characters of `parts` (feature -> what it adds), each part being spread evenly
 * over the places of its n-gram and their characters.
 */
export function spansOf(story, { config, featureOf }, parts) {
  const chars = Array.from(story);
  const normal = normalise(story);
  const origins = originsOf(chars, normal);
  const spots = symbolsOf(normal);
  const places = new Map();
  eachGram(spots, titleLength(normal), config, (view, bucket, first, last) => {
    const feature = featureOf((view << BITS) | bucket);
    if (!parts.has(feature)) return;
    if (!places.has(feature)) places.set(feature, []);
    places.get(feature).push([origins[spots.places[first]][0], origins[spots.places[last - 1]][1]]);
  });
  const added = new Float64Array(chars.length);
  for (const [feature, spans] of places) {
    const each = parts.get(feature) / spans.length;
    for (const [start, end] of spans) for (let at = start; at < end; at++) added[at] += each / (end - start);
  }
  return wordsOf(chars).flatMap(({ first, last, start, text }) => {
    const own = added.subarray(first, last);
    return own.some(Boolean) ? [{ start, end: start + text.length, text, weight: own.reduce((a, b) => a + b, 0) }] : [];
  });
}

/** Words of a text: first and past-the-last character, and where they start in code units. */
function wordsOf(chars) {
  const known = chars.map((char) => (blanked(char) === char ? char : " ".repeat(char.length))).join("");
  let [at, unit] = [0, 0];
  return Array.from(known.matchAll(WORDS), ({ 0: text, index }) => {
    for (; unit < index; at++) unit += chars[at].length;
    const first = at;
    for (; unit < index + text.length; at++) unit += chars[at].length;
    return { first, last: at, start: index, text };
  });
}

/** First and past-the-last character that each code unit of the normal form comes from. */
function originsOf(chars, normal) {
  const starts = chars.flatMap((char, n) => (n === 0 || !JOINS.test(blanked(char)) ? [n] : []));
  const parts = starts.map((start, n) => {
    const end = starts[n + 1] ?? chars.length;
    return { start, end, text: normalise(chars.slice(start, end).join("")) };
  });
  if (parts.map((part) => part.text).join("") === normal) {
    return parts.flatMap(({ start, end, text }) => Array.from({ length: text.length }, () => [start, end]));
  }
  // Rare compositions across parts: places are then approximate.
  return Array.from(normal).flatMap((char, n) => {
    const at = Math.min(n, chars.length - 1);
    return Array.from(char, () => [at, at + 1]).concat(char.length > 1 ? [[at, at + 1]] : []);
  });
}
