/** The model file, checked before anything is built from it; `wiretag/model.py` describes its tensors. */
import { ModelError } from "./errors.js";
import { BITS, VIEWS, viewsOf } from "./features.js";
import { damaged, foreign, parsed } from "./safetensors.js";
import { unpackAscending } from "./varint.js";
import { lookup } from "./vectors.js";

const FORMAT = 1;
// How the names of the tensors' types begin.
const TYPES = {
  columns: "Uint8", idf: "Uint8", counts: "Uint", labels: "Uint", weights: "Int8",
  scales: "Float", intercepts: "Float", slopes: "Float", shifts: "Float", thresholds: "Float",
};

/** A model from the bytes of its file; `name` is used in messages. */
export function loads(data, name = "model") {
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const { metadata, tensors } = parsed(bytes, name);
  const said = (key) => JSON.parse(metadata[key] ?? missing(key));
  let version;
  try {
    version = metadata.format && said("format");
  } catch {
    throw foreign(name);
  }
  if (!Number.isInteger(version)) {
    throw new ModelError(`${name} is a safetensors file, but no wiretag model (it names no format version).`);
  }
  if (version < 1 || version > FORMAT) {
    throw new ModelError(
      `${name} has model format ${version}; this wiretag reads formats 1 to ${FORMAT}. Upgrade wiretag, or retrain.`,
    );
  }
  try {
    return built(said, tensors);
  } catch (error) {
    throw damaged(name, `damaged: ${error.message}.`);
  }
}

function check(holds, reason) {
  if (!holds) throw RangeError(reason);
}

const missing = (name) => check(false, `'${name}' is missing`);
const checkFit = (holds, what, to) => check(holds, `the ${what} do not fit the ${to}`);

function built(said, tensors) {
  const facets = facetsOf(said("facets"));
  const labels = facets.flatMap((facet) => facet.labels);
  for (const name in TYPES) {
    const tensor = tensors[name] ?? missing(name);
    check(tensor.constructor.name.startsWith(TYPES[name]), `the tensor '${name}' has the wrong type`);
    if (TYPES[name] !== "Float") continue;
    check(tensor.every(Number.isFinite), "a number is not finite");
    checkFit(name === "scales" || tensor.length === labels.length, "numbers", "labels");
  }
  const { counts, idf, labels: rows, weights, scales } = tensors;
  const columns = unpackAscending(tensors.columns);
  const offsets = offsetsOf(counts);
  const isKnown = !(columns.at(-1) >= VIEWS.length << BITS) && idf.length === columns.length;
  checkFit(isKnown && counts.length === columns.length && offsets.at(-1) === rows.length, "weights", "vocabulary");
  const nRows = labels.length + facets.filter((facet) => !facet.exclusive).length;
  checkFit(weights.length === rows.length && scales.length === nRows && rows.every((row) => row < nRows), "weights", "labels");
  const config = said("features");
  for (const lengths of [config.chars ?? [1, 1], config.ideographs, config.syllables, config.hangul]) {
    const [low, high] = lengths;
    const areWhole = lengths.length === 2 && lengths.every(Number.isInteger);
    check(areWhole && 1 <= low && low <= high && high <= 16, "the n-gram lengths are out of range");
  }
  const weighting = said("weighting");
  const views = viewsOf(config).map((view) => weighting[VIEWS[view]]);
  const areNumbers = views.every((how) => [how.weight, how.k, how.b, how.average_length].every(Number.isFinite));
  checkFit(areNumbers && Object.keys(weighting).length === views.length, "weights", "views");
  const [names, wire] = [said("names"), said("wire")];
  check([names, wire].every((table) => table && typeof table === "object" && !Array.isArray(table)), "the names are not a table");
  return { ...tensors, facets, labels, rows, offsets, names, wire, vectoriser: { config, weighting, featureOf: lookup(columns), idf } };
}

/** The facets, each with the place of its first label and of its common row on the axes of labels and rows. */
function facetsOf(told) {
  let first = 0;
  let common = told.flatMap((facet) => facet.labels).length;
  return told.map(({ name, labels, exclusive, beside, floor, bend = [1, 1, 0] }) => {
    check([floor, ...bend].every(Number.isFinite) && bend.length === 3 && bend[0] > 0 && bend[1] > 0, "a number is not finite");
    const place = (label) => {
      check(labels.includes(label), "a rule names an unknown label");
      return labels.indexOf(label);
    };
    const rules = Object.entries(beside).map(([label, others]) => [place(label), others.map(place)]);
    const facet = { name: String(name), labels: labels.map(String), exclusive, floor, bend, rules, first, common: exclusive ? -1 : common++ };
    first += labels.length;
    return facet;
  });
}

/** Where each feature's weights begin. */
function offsetsOf(counts) {
  const offsets = new Uint32Array(counts.length + 1);
  counts.forEach((count, n) => (offsets[n + 1] = offsets[n] + count));
  return offsets;
}
