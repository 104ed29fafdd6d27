/** A safetensors file to its metadata and tensors, which are copies: whoever gave the bytes may change them. */
import { ModelError } from "./errors.js";

// safetensors reserves more, but a header past this is no model of ours.
const MAX_HEADER = 32 << 20;
const TYPES = { U8: Uint8Array, I8: Int8Array, U16: Uint16Array, F32: Float32Array };
const AGAIN = "Train it again, or fetch it again.";

export const foreign = (name) => new ModelError(`${name} is not a wiretag model (no readable safetensors header).`);
export const damaged = (name, how) => new ModelError(`${name} is ${how} ${AGAIN}`);

/** Metadata (texts that hold JSON) and tensors of a file; throws `ModelError` if they do not fill it exactly. */
export function parsed(bytes, name) {
  if (bytes.length < 8) throw foreign(name);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER, bytes.length - 8)) {
    throw bytes[8] === 0x7b && length <= MAX_HEADER ? damaged(name, "cut short: its header is incomplete.") : foreign(name);
  }
  let entries;
  try {
    entries = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    entries.__metadata__ ??= {};
  } catch {
    throw foreign(name);
  }
  const { __metadata__: metadata, ...tensors } = entries;
  try {
    return { metadata, tensors: tensorsOf(tensors, bytes.subarray(8 + length)) };
  } catch {
    throw damaged(name, "damaged or cut short.");
  }
}

/** The tensors must cover the buffer one after another, each as long as its shape says. */
function tensorsOf(entries, buffer) {
  const tensors = {};
  let at = 0;
  const sorted = Object.entries(entries).sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of sorted) {
    const Type = TYPES[dtype];
    const part = buffer.slice(begin, end);
    const length = part.length / Type.BYTES_PER_ELEMENT;
    if (begin !== at || end !== at + part.length || shape.length !== 1 || shape[0] !== length) throw RangeError();
    tensors[name] = new Type(part.buffer);
    at = end;
  }
  if (at !== buffer.length) throw RangeError();
  return tensors;
}
