/** Files and standard input to text. */
import { open } from "node:fs/promises";
import { decode, printable } from "./decoding.js";
import { InputError, reasonOf } from "./errors.js";
import { strip } from "./text.js";

// A news item of this size is a mistake: an archive, a dump, the wrong file.
const MAX_BYTES = 10 << 20;

/** Text of a file, or of standard input if `name` is "-"; rejects with `InputError` where there is none. */
export async function readText(name, encoding) {
  const shown = name === "-" ? "standard input" : printable(name);
  let data;
  try {
    data = await firstBytes(name, MAX_BYTES + 1);
  } catch (error) {
    if (error.code === "ENOENT") throw new InputError(`${shown} does not exist.`);
    if (error.code === "EISDIR") throw new InputError(`${shown} is a directory; name the files in it.`);
    throw new InputError(`${shown} cannot be read: ${reasonOf(error)}.`);
  }
  if (data.length > MAX_BYTES) {
    throw new InputError(`${shown} is over ${MAX_BYTES >> 20} MB, which no single item is; give many items as lines with --jsonl.`);
  }
  const text = decode(data, shown, encoding);
  if (!strip(text)) throw new InputError(`${shown} is empty.`);
  return text;
}

async function firstBytes(name, most) {
  const file = name === "-" ? null : await open(name);
  try {
    const parts = [];
    let size = 0;
    for await (const part of file ? file.createReadStream() : process.stdin) {
      parts.push(part);
      size += part.length;
      if (size >= most) break;
    }
    return Buffer.concat(parts).subarray(0, most);
  } finally {
    await file?.close();
  }
}
