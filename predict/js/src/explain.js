// Where each n-gram stands, and so what each word adds to a score: predict/wiretag/occurrences.py and Tagger.explain.

import { normalise } from "./codepoints.js";
import { BITS, VIEWS, eachGram, symbolsOf } from "./features.js";
import { placeOf, vectorOf } from "./vectors.js";

const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u9fff\\uf900-\\ufaff";
// A word, or one character of a script without spaces.
const WORDS = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}_])+`, "gu");
// May compose with the character before it: a mark, or a vowel or final of Hangul.
const JOINS = /^[\p{M}\u1160-\u11ff]/u;

/** What each word of a story adds to the sum over some rows of the model's weights. */
export function explained(story, model, rows) {
  const parts = new Map();
  const { features, values } = vectorOf(story, model);
  features.forEach((feature, n) => {
    let part = 0;
    for (let at = model.offsets[feature]; at < model.offsets[feature + 1]; at++) {
      const root = model.weights[at];
      if (rows.has(model.labels[at])) part += root * Math.abs(root) * model.scales[model.labels[at]];
    }
    if (part) parts.set(feature, { value: part * values[n], places: [] });
  });
  const origins = originsOf(story);
  const symbols = symbolsOf(story, model.features);
  eachGram(symbols, model.features, (view, bucket, first, last) => {
    const part = parts.get(placeOf(model.columns, VIEWS.indexOf(view) * 2 ** BITS + bucket));
    part?.places.push([origins[symbols.places[first]][0], origins[symbols.places[last - 1]][1]]);
  });
  const added = new Float64Array(story.length);
  for (const { value, places } of parts.values()) {
    for (const [start, end] of places) {
      for (let n = start; n < end; n++) added[n] += value / places.length / (end - start);
    }
  }
  const spans = [];
  for (const { 0: text, index: start } of story.matchAll(WORDS)) {
    const own = added.subarray(start, start + text.length);
    if (own.some(Boolean)) spans.push({ start, end: start + text.length, text, weight: own.reduce((a, b) => a + b) });
  }
  return spans;
}

/** For each code point of the normal form the part [start, end) of the story that it comes from. */
function originsOf(story) {
  const origins = [];
  let whole = "", start = 0, part = "";
  const close = () => {
    const normal = normalise(part);
    for (const _ of normal) origins.push([start, start + part.length]);
    whole += normal;
    start += part.length;
  };
  for (const char of story) {
    if (part && !JOINS.test(char)) {
      close();
      part = "";
    }
    part += char;
  }
  if (part) close();
  const normal = normalise(story);
  if (whole === normal) return origins;
  // Rare compositions across parts: places are then approximate.
  const last = Math.max(story.length - 1, 0);
  return Array.from(normal, (_, n) => [Math.min(n, last), Math.min(n, last) + 1]);
}
