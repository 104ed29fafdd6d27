// What Python takes for white space and for ends of lines; JavaScript's \s differs in a few code points.

export const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AROUND = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "gu");
const BETWEEN = new RegExp(`[${SPACES}]+`, "u");
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/u;
const SPACE = new RegExp(`[${SPACES}]`, "u");

export const strip = (text) => text.replace(AROUND, "");
export const words = (text) => text.split(BETWEEN).filter(Boolean);
export const lines = (text) => text.split(LINE_ENDS);
export const isSpace = (code) => SPACE.test(String.fromCodePoint(code));
/** Number of code points. */
export const lengthOf = (text) => {
  let length = 0;
  for (const _ of text) length++;
  return length;
};
