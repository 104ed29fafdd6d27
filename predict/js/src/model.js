// The model file: checked, as predict/wiretag/model.py does, before anything is built from it.

import { BITS, VIEWS, viewsOf } from "./features.js";
import { unpackAscending } from "./varint.js";

const FORMAT = 1;
const MAX_HEADER = 32 * 2 ** 20;
const TYPES = { U8: Uint8Array, I8: Int8Array, U16: Uint16Array, F32: Float32Array };
const VECTORS = {
  counts: ["U16", "U8"], labels: ["U16", "U8"], weights: ["I8"], scales: ["F32"],
  intercepts: ["F32"], slopes: ["F32"], shifts: ["F32"], thresholds: ["F32"],
};

/** A model file that is foreign, damaged or too new; the message is for people. */
export class ModelError extends Error {
  name = "ModelError";
}

/** A model from the bytes of its file. */
export function loads(data) {
  // A Buffer of Node's is an Uint8Array whose slice is no copy.
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const foreign = new ModelError("This is not a wiretag model (no readable safetensors header).");
  if (bytes.length < 8) throw foreign;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER, bytes.length - 8)) throw foreign;
  let header, metadata;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    metadata = Object.fromEntries(Object.entries(header.__metadata__ ?? {}).map(([key, value]) => [key, JSON.parse(value)]));
  } catch {
    throw foreign;
  }
  const version = metadata.format;
  if (!Number.isInteger(version)) throw new ModelError("This is a safetensors file, but no wiretag model (it names no format version).");
  if (version < 1 || version > FORMAT) {
    throw new ModelError(`The model has format ${version}; this wiretag reads formats 1 to ${FORMAT}. Upgrade wiretag, or retrain.`);
  }
  try {
    return built(metadata, tensorsOf(header, bytes.subarray(8 + length)));
  } catch (error) {
    throw new ModelError(`The model is damaged: ${error.message}. Train it again, or fetch it again.`);
  }
}

/** The tensors, which must cover the buffer one after another, each as long as its shape says. */
function tensorsOf(header, buffer) {
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  entries.sort((a, b) => a[1].data_offsets[0] - b[1].data_offsets[0] || a[1].data_offsets[1] - b[1].data_offsets[1]);
  const tensors = {};
  let at = 0;
  for (const [name, { dtype, shape: [length], data_offsets: [begin, end] }] of entries) {
    const size = TYPES[dtype].BYTES_PER_ELEMENT;
    check(begin === at && end === begin + length * size && end <= buffer.length, "a tensor is not where it should be");
    tensors[name] = { dtype, array: new TYPES[dtype](buffer.slice(begin, end).buffer) };
    at = end;
  }
  check(at === buffer.length, "the tensors do not fill the file");
  return tensors;
}

function built(metadata, tensors) {
  const model = { features: metadata.features, weighting: metadata.weighting, facets: [], about: {} };
  for (const name of ["metrics", "training", "licence"]) model.about[name] = metadata[name];
  model.names = metadata.names ?? {};
  model.wire = metadata.wire ?? {};
  for (const name of ["columns", "idf"]) check(tensors[name].dtype === "U8", `the tensor '${name}' has the wrong type`);
  for (const [name, types] of Object.entries(VECTORS)) {
    check(types.includes(tensors[name].dtype), `the tensor '${name}' has the wrong type`);
    model[name] = tensors[name].array;
  }
  model.columns = unpackAscending(tensors.columns.array);
  model.idf = tensors.idf.array;
  let first = 0;
  for (const { name, labels, exclusive, beside, floor } of metadata.facets) {
    model.facets.push({ name, labels, exclusive, beside: beside ?? {}, floor, first, last: first + labels.length });
    first += labels.length;
  }
  model.labelIds = model.facets.flatMap((facet) => facet.labels);
  const nFeatures = model.columns.length;
  const nRows = first + model.facets.filter((facet) => !facet.exclusive).length;
  check(model.idf.length === nFeatures && model.counts.length === nFeatures, "the vocabulary has the wrong shape");
  model.offsets = new Uint32Array(nFeatures + 1);
  for (let n = 0; n < nFeatures; n++) model.offsets[n + 1] = model.offsets[n] + model.counts[n];
  check(!nFeatures || model.columns[nFeatures - 1] < VIEWS.length * 2 ** BITS, "the vocabulary names a view that does not exist");
  check(model.offsets[nFeatures] === model.labels.length, "the weights do not fit the vocabulary");
  check(model.weights.length === model.labels.length && model.labels.every((row) => row < nRows), "the weights do not fit the labels");
  check(model.scales.length === nRows, "the calibration does not fit the labels");
  for (const name of ["intercepts", "slopes", "shifts", "thresholds"]) {
    check(model[name].length === first, "the calibration does not fit the labels");
    check(model[name].every(Number.isFinite), "a number is not finite");
  }
  check(model.scales.every(Number.isFinite), "a number is not finite");
  for (const name of ["chars", "ideographs", "syllables", "hangul"]) {
    const lengths = model.features[name];
    const fits = name === "chars" && lengths === null || 1 <= lengths[0] && lengths[0] <= lengths[1] && lengths[1] <= 16;
    check(fits, "the n-gram lengths are out of range");
  }
  check(viewsOf(model.features).join() === VIEWS.filter((view) => view in model.weighting).join(), "the weighting does not fit the views");
  return model;
}

function check(holds, problem) {
  if (!holds) throw new Error(problem);
}
