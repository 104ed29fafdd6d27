/** A safetensors file to its metadata and tensors, which are copies: whoever gave the bytes may change them. */
import { ModelError } from "./errors.js";

// safetensors reserves more, but a header past this is no model of ours.
const MAX_HEADER = 32 << 20;
const TYPES = { U8: Uint8Array, I16: Int16Array, U16: Uint16Array, F32: Float32Array };

export const damaged = (name, how) => new ModelError(`${name} is ${how}. Train it again, or fetch it again.`);

/** Metadata (texts that hold JSON) and tensors of a file; throws `ModelError` if they do not fill it exactly. */
export function parsed(bytes, name) {
  let length;
  let entries;
  let metadata;
  try {
    // Typed arrays have the file's order of bytes wherever there are browsers.
    length = Number(new BigUint64Array(bytes.slice(0, 8).buffer)[0]);
    if (length > MAX_HEADER) throw 0;
    ({ __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length))));
  } catch {
    const isCut = bytes[8] === 0x7b && length > bytes.length - 8 && length <= MAX_HEADER;
    if (isCut) throw damaged(name, "cut short");
    throw new ModelError(`${name} is not a wiretag model (no readable safetensors header).`);
  }
  try {
    return [metadata, tensorsOf(entries, bytes.subarray(8 + length))];
  } catch {
    throw damaged(name, "damaged or cut short");
  }
}

/** The tensors must cover the buffer one after another, each as long as its shape says. */
function tensorsOf(entries, buffer) {
  const tensors = {};
  let at = 0;
  const middle = ([, { data_offsets: [begin, end] }]) => begin + end; // twice that
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(entries).sort((a, b) => middle(a) - middle(b))) {
    const part = buffer.slice(begin, end);
    tensors[name] = new TYPES[dtype](part.buffer);
    if (begin !== at || end !== at + part.length || shape.length !== 1 || shape[0] !== tensors[name].length) throw 0;
    at = end;
  }
  if (at !== buffer.length) throw 0;
  return tensors;
}
