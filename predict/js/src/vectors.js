/** Counts to weighted, normalised vectors, in the same single and double precision as `wiretag/vectors.py`. */
import { BITS, VIEWS, columnsOf } from "./features.js";

export const single = Math.fround;
// Columns are looked up among those that share their higher bits.
const LOW_BITS = 6;

/** Gives a function from a column to the number of its feature, -1 where the model does not know it. */
export function lookup(columns) {
  const begins = new Uint32Array(((VIEWS.length << BITS) >>> LOW_BITS) + 1);
  for (const column of columns) begins[(column >>> LOW_BITS) + 1]++;
  begins.forEach((_, n) => (begins[n] += begins[n - 1] ?? 0));
  return (column) => {
    const group = column >>> LOW_BITS;
    for (let at = begins[group]; at < begins[group + 1]; at++) if (columns[at] === column) return at;
    return -1;
  };
}

/** Features of a text and their values: two arrays of one length. */
export function vector(text, { config, weighting, featureOf, idf }) {
  const columns = columnsOf(text, config);
  const features = [];
  const values = [];
  let squaredNorm = 0;
  let at = 0;
  VIEWS.forEach((name, view) => {
    if (!weighting[name]) return;
    const { weight, k, b, average_length } = weighting[name];
    const begin = at;
    while (at < columns.length && columns[at] >>> BITS === view) at++;
    const stretch = single(k * (1 - b + (b * (at - begin)) / Math.max(average_length, 1e-9)));
    const first = features.length;
    let squares = 0;
    for (let from = begin, to = begin; from < at; from = to) {
      while (columns[to] === columns[from]) to++;
      const feature = featureOf(columns[from]);
      if (feature < 0) continue;
      const count = to - from;
      const value = single(single(count / single(count + stretch)) * single(idf[feature] / 16));
      features.push(feature);
      values.push(value);
      squares += single(value * value);
    }
    if (features.length > first) squaredNorm += weight ** 2;
    const scale = squares > 0 ? single(weight / Math.sqrt(squares)) : 0;
    for (let n = first; n < values.length; n++) values[n] = single(values[n] * scale);
  });
  const norm = single(Math.sqrt(squaredNorm));
  return [features, values.map((value) => single(value / norm))];
}
