/** The model file, checked before anything is built from it; `wiretag/model.py` describes its tensors. */
import { ModelError } from "./errors.js";
import { BITS, VIEWS } from "./features.js";
import { damaged, parsed } from "./safetensors.js";
import { unpackAscending } from "./varint.js";
import { lookup } from "./vectors.js";

const { isFinite, isInteger } = Number;
const FORMAT = 1;
// How the name of a type begins, and the tensors that are of it.
const TENSORS = { Uint8: "columns idf", Uint: "counts labels", Int8: "weights", Float: "scales intercepts slopes shifts thresholds" };

/** A model from the bytes of its file; `name` is used in messages. */
export function loads(data, name = "model") {
  const { buffer = data, byteOffset, byteLength } = data; // an ArrayBuffer has no `buffer`
  const [metadata, tensors] = parsed(new Uint8Array(buffer, byteOffset, byteLength), name);
  const told = (key) => JSON.parse(check(metadata[key], key));
  let version;
  try {
    version = told("format");
  } catch {
    // It names none, or nothing that can be read.
  }
  if (!isInteger(version)) {
    throw new ModelError(`${name} is a safetensors file, but no wiretag model (it names no format version).`);
  }
  if (version < 1 || version > FORMAT) {
    throw new ModelError(
      `${name} has model format ${version}; this wiretag reads formats 1 to ${FORMAT}. Upgrade wiretag, or retrain.`,
    );
  }
  try {
    return built(told, tensors);
  } catch (error) {
    throw damaged(name, `damaged: ${error.message}`);
  }
}

/** What is checked; refuses the model because of a part of it if that does not hold. */
function check(holds, part) {
  if (!holds) throw RangeError(`'${part}' is missing or does not fit`);
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
  const { counts, idf, labels: rows, weights, scales } = tensors;
  const columns = unpackAscending(tensors.columns);
  const size = columns.length;
  // Where each feature's weights begin.
  const offsets = new Uint32Array(size + 1);
  counts.forEach((count, n) => (offsets[n + 1] = offsets[n] + count));
  check(!(columns[size - 1] >= VIEWS.length << BITS) && idf.length === size, "columns");
  check(counts.length === size && offsets[size] === rows.length, "counts");
  const nRows = ids.length + facets.filter((facet) => !facet.exclusive).length;
  check(weights.length === rows.length && scales.length === nRows && rows.every((row) => row < nRows), "weights");
  const config = told("features");
  for (const lengths of [config.chars ?? [1, 1], config.ideographs, config.syllables, config.hangul]) {
    const [low, high] = lengths;
    check(lengths.length === 2 && lengths.every(isInteger) && 1 <= low && low <= high && high <= 16, "features");
  }
  const weighting = told("weighting");
  const views = VIEWS.filter((view, n) => !n || config[view]);
  check(Object.keys(weighting).length === views.length, "weighting");
  for (const view of views) for (const key of ["weight", "k", "b", "average_length"]) check(isFinite(weighting[view][key]), key);
  const names = told("names");
  const wire = told("wire");
  for (const table of [names, wire]) check(table instanceof Object && !Array.isArray(table), "names");
  return { ...tensors, facets, ids, offsets, names, wire, config, weighting, featureOf: lookup(columns) };
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
