// Counts to weighted, normalised vectors: predict/wiretag/vectors.py, with its single precision.

import { BITS, VIEWS, countsOf } from "./features.js";

const f = Math.fround;

/** The features of a text that the model knows, in Python's order, and their values. */
export function vectorOf(text, model) {
  const features = [], values = [];
  let squaredNorm = 0;
  for (const [view, counts] of countsOf(text, model.features)) {
    const how = model.weighting[view];
    const known = counts.buckets.map((bucket) => placeOf(model.columns, VIEWS.indexOf(view) * 2 ** BITS + bucket));
    const stretch = f(how.k * (1 - how.b + (how.b * counts.length) / Math.max(how.average_length, 1e-9)));
    const own = [];
    let squares = 0;
    known.forEach((feature, n) => {
      if (feature < 0) return;
      const count = counts.counts[n];
      const value = f(f(f(count * f(how.k + 1)) / f(count + stretch)) * (model.idf[feature] / 16));
      features.push(feature);
      own.push(value);
      squares += f(value * value);
    });
    if (!own.length) continue;
    squaredNorm += how.weight ** 2;
    const scale = f(how.weight / Math.sqrt(squares));
    for (const value of own) values.push(f(value * scale));
  }
  const norm = f(Math.sqrt(squaredNorm));
  return { features, values: values.map((value) => f(value / norm)) };
}

/** Place of a number in an ascending list, or -1. */
export function placeOf(list, wanted) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return list[low] === wanted ? low : -1;
}
