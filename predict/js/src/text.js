/** What Python's `str` does and JavaScript's does not do, or does otherwise. Characters are code points. */

/** The characters of `str.isspace` and of `\s`, for use inside a pattern's brackets. */
export const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACE = new RegExp(`[${SPACES}]`);
const RUNS_OF_SPACES = new RegExp(`[${SPACES}]+`, "g");
const LINE_ENDS = /\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]/;
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
const ASCII = /^[\0-\x7f]*$/;

export const isAscii = (text) => ASCII.test(text);

/** `str.strip`; a pattern for the end would try every space of a long run anew. */
export function strip(text) {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text[start])) start++;
  while (start < end && SPACE.test(text[end - 1])) end--;
  return text.slice(start, end);
}

/** `str.splitlines`, but for an empty line at the end, of which nobody here has need. */
export const lines = (text) => text.split(LINE_ENDS);

/** Number of code points. */
export function length(text) {
  return text.length - (text.match(PAIRS)?.length ?? 0);
}

/** What two spellings of a word have in common: NFKC, case folded, single spaces. */
export function spellingKey(text) {
  return strip(isAscii(text) ? text.toLowerCase() : folded(text.normalize("NFKC"))).replace(RUNS_OF_SPACES, " ");
}

/**
 * `str.casefold`: upper case maps what folds together to one spelling, all but the dotless i, which would meet the dotted one.
 * (Cherokee, which folds to its capitals, comes out small here: keys are only compared with one another.)
 */
function folded(text) {
  return text.replace(/[^ı]+/g, (part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ"));
}
