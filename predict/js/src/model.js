/** The model file, checked before anything is built from it; `wiretag/model.py` describes its tensors. */
import { BITS, VIEWS } from "./features.js";
import { damaged, parsed } from "./safetensors.js";
import { unpackAscending } from "./varint.js";
import { lookup } from "./vectors.js";

const { isFinite, isInteger } = Number;
// How the name of a type begins, and the tensors that are of it.
const TENSORS = { Uint8: "columns idf masks levels common", Uint: "counts labels", Int16: "values", Float: "scales intercepts slopes shifts thresholds" };

/** A model from the bytes of its file; `name` is used in messages. */
export function loads(data, name = "model") {
  const { buffer = data, byteOffset, byteLength } = data; // an ArrayBuffer has no `buffer`
  const [metadata, tensors] = parsed(new Uint8Array(buffer, byteOffset, byteLength), name);
  const told = (key) => JSON.parse(check(metadata[key], key));
  if (metadata.format !== "2") throw damaged(name, `no wiretag model of format 2 (it names ${metadata.format ?? "none"})`);
  try {
    return built(told, tensors);
  } catch (error) {
    throw damaged(name, `damaged: ${error.message}`);
  }
}

/** What is checked; refuses the model because of a part of it if that does not hold. */
function check(holds, part) {
  if (!holds) throw RangeError(`'${part}' is missing or wrong`);
  return holds;
}

function built(told, tensors) {
  const facets = facetsOf(told("facets"));
  const ids = facets.flatMap((facet) => facet.labels);
  for (const type in TENSORS) {
    for (const name of TENSORS[type].split(" ")) {
      const tensor = tensors[name];
      check(tensor?.constructor.name.startsWith(type), name);
      if (type === "Float") check(tensor.every(isFinite) && (name === "scales" || tensor.length === ids.length), name);
    }
  }
  const { idf, scales } = tensors;
  const columns = unpackAscending(tensors.columns);
  const size = columns.length;
  const nRows = ids.length + facets.filter((facet) => !facet.exclusive).length;
  check(!(columns[size - 1] >= VIEWS.length << BITS) && idf.length === size && scales.length === nRows, "columns");
  const config = told("features");
  for (const lengths of [config.chars ?? [1, 1], config.ideographs, config.syllables, config.hangul]) {
    const [low, high] = lengths;
    check(lengths.length === 2 && lengths.every(isInteger) && 1 <= low && low <= high && high <= 16, "features");
  }
  const weighting = told("weighting");
  const views = VIEWS.filter((view, n) => !n || config[view]);
  check(Object.keys(weighting).length === views.length, "weighting");
  for (const view of views) for (const key of "weight k b average_length".split(" ")) check(isFinite(weighting[view][key]), key);
  const names = told("names");
  const wire = told("wire");
  for (const table of [names, wire]) check(table?.constructor === Object, "names");
  return { ...tensors, ...weightsOf(tensors, size, ids.length), facets, ids, names, wire, config, weighting, featureOf: lookup(columns) };
}

/** All weights of one feature after another, each with its row, and where those of each feature begin; see `wiretag/weights.py`. */
function weightsOf({ counts, labels, masks, levels, common, values, scales }, size, nLabels) {
  const nCommon = scales.length - nLabels;
  const width = (nLabels + 7) >> 3;
  const nLevels = values.length / scales.length;
  const isWide = nLevels === 256;
  const bytes = (n) => (isWide ? n : (n + 1) >> 1);
  const step = size + (size & !isWide); // each row has bytes of its own
  const bits = [...Array(8 * width).keys()];
  const offsets = [0];
  const rows = new Uint16Array(2 * (levels.length + common.length)); // as many as there are, or twice that
  const weights = new Int16Array(rows.length);
  let n = 0;
  let listed = 0;
  let masked = 0;
  let used = 0;
  const add = (row, numbers, at) => {
    rows[n] = row;
    weights[n++] = values[nLevels * row + (isWide ? numbers[at] : (numbers[at >> 1] >> (4 * (at & 1))) & 15)];
  };
  counts.forEach((count, feature) => {
    const isListed = count < width;
    const mask = isListed || masks.subarray(masked, (masked += width));
    const own = isListed ? labels.subarray(listed, (listed += count)) : bits.filter((bit) => (mask[bit >> 3] >> (bit & 7)) & 1);
    check(own.length === count && own.every((row) => row < nLabels), "labels");
    own.forEach((row) => add(row, levels, used++));
    for (let row = 0; row < nCommon; row++) add(nLabels + row, common, step * row + feature);
    offsets.push(n);
  });
  const parts = [counts, labels, masks, levels, common];
  check((isWide || nLevels === 16) && parts.every(({ length }, n) => length === [size, listed, masked, bytes(used), nCommon * bytes(size)][n]), "levels");
  return { offsets, rows, weights };
}

/** The facets, each with the place of its first label and of its common row on the axes of labels and rows. */
function facetsOf(told) {
  let first = 0;
  let common = told.flatMap((facet) => facet.labels).length;
  return told.map(({ name, labels, exclusive, beside, floor, bend: [low, high, shift] = [1, 1, 0] }) => {
    const place = (label) => check(labels.indexOf(label) + 1, label) - 1; // a label that is not there is refused
    const rules = Object.entries(beside).map(([label, others]) => [place(label), check(others.length, "beside") && others.map(place)]);
    check(low > 0 && high > 0 && [floor, low, high, shift].every(isFinite), "floor");
    const begin = first;
    first += labels.length;
    return {
      name: String(name), labels: labels.map(String), exclusive, floor, low, high, shift, rules, first: begin, common: exclusive ? -1 : common++,
      part: (array) => array.subarray(begin, begin + labels.length),
    };
  });
}
