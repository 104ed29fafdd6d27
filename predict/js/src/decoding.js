/** Bytes to text, and text to what may be shown. */
import { InputError } from "./errors.js";

/** What a command line says of a file in another encoding. */
export const NAME_ENCODING = "name its encoding with --encoding";
const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** Bytes to text: UTF-8, UTF-16 with a byte order mark, or what `encoding` names; `shown` is for messages. */
export function decode(data, shown, encoding) {
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, n) => data[n] === byte));
  const chosen = encoding ?? mark?.[0] ?? "utf-8";
  let decoder;
  try {
    decoder = new TextDecoder(chosen, { fatal: true, ignoreBOM: encoding !== undefined });
  } catch {
    throw new InputError(`There is no encoding '${printable(chosen)}'; try utf-8, cp1252 or gb18030.`);
  }
  let text;
  try {
    text = decoder.decode(data);
  } catch {
    if (data.subarray(0, 4096).includes(0)) throw new InputError(`${shown} is a binary file, not text.`);
    throw new InputError(`${shown} is not ${chosen.toUpperCase()} text; ${NAME_ENCODING}.`);
  }
  if (text.slice(0, 4096).includes("\0")) throw new InputError(`${shown} is a binary file, not text.`);
  return text;
}

/** Text without control characters, safe to show on a terminal. */
export const printable = (text) => text.replace(/(?! )[\p{C}\p{Z}]/gu, "\ufffd");
