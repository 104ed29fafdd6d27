/** What words add to a label's score: n-grams' parts spread over the places where they stand. */
import { UNASSIGNED } from "./codepoints.js";
import { blanked, eachGram, normalise } from "./features.js";

// A word, or one character of a script without spaces.
const UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]";
const WORDS = new RegExp(`${UNSPACED}|((?!${UNSPACED})[\\p{L}\\p{N}_])+`, "gu");
// What may compose with the character before it: a mark, or a vowel or final of Hangul.
const JOINS = /^[\p{M}\u1160-\u11ff]/u;

/**
 * Spans of a story with the sum over their characters of `parts` (feature -> what it adds), each part being spread evenly
 * over the places of its n-gram and their characters.
 */
export function spansOf(story, { config, featureOf }, parts) {
  const chars = [...story];
  const normal = normalise(story);
  const origins = originsOf(chars, normal);
  const places = new Map([...parts.keys()].map((feature) => [feature, []]));
  eachGram(normal, config, (column, first, last) => places.get(featureOf(column))?.push([origins[first][0], origins[last][1]]));
  const added = new Float64Array(chars.length);
  for (const [feature, spans] of places) {
    const each = parts.get(feature) / spans.length;
    for (const [start, end] of spans) for (let at = start; at < end; at++) added[at] += each / (end - start);
  }
  const charAt = chars.flatMap((char, n) => Array(char.length).fill(n)); // number of the character of each code unit
  const known = story.replace(UNASSIGNED, (char) => "  ".slice(-char.length));
  return [...known.matchAll(WORDS)].flatMap(({ 0: text, index: start }) => {
    const end = start + text.length;
    const own = added.subarray(charAt[start], charAt[end]);
    return own.some(Boolean) ? { start, end, text, weight: own.reduce((a, b) => a + b) } : [];
  });
}

/** First and past-the-last character that each code unit of the normal form comes from. */
function originsOf(chars, normal) {
  const starts = [...chars.keys()].filter((n) => !n || !JOINS.test(blanked(chars[n])));
  let text = "";
  const origins = starts.flatMap((start, n) => {
    const end = starts[n + 1] ?? chars.length;
    const part = normalise(chars.slice(start, end).join(""));
    text += part;
    return Array(part.length).fill([start, end]);
  });
  if (text === normal) return origins;
  // Rare compositions across parts: places are then approximate.
  return [...normal].flatMap((char, n) => {
    const at = Math.min(n, chars.length - 1);
    return Array(char.length).fill([at, at + 1]);
  });
}
