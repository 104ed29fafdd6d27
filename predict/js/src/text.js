/** What Python's `str` does and JavaScript's does not do, or does otherwise. Characters are code points. */

/** The characters of `str.isspace` and of Python's `\s`, for use inside a pattern's brackets. */
export const SPACES = "\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";

/** All from the first to the last character that is no space; it looks at each character of a long run but once. */
export const CORE = new RegExp(`[^${SPACES}](.*[^${SPACES}])?`, "s");
const RUNS_OF_SPACES = new RegExp(`[${SPACES}]+`, "g");

/** `str.strip` */
export const strip = (text) => CORE.exec(text)?.[0] ?? "";

/** Number of code points. */
export const length = (text) => [...text].length;

/**
 * What two spellings of a word have in common: NFKC, case folded, single spaces. Upper case maps what folds together to one
 * spelling, all but the dotless i, which would meet the dotted one. (Cherokee, which `str.casefold` folds to its capitals,
 * comes out small here: keys are only compared with one another.)
 */
export function spellingKey(text) {
  const folded = text.normalize("NFKC").replace(/[^ı]+/g, (part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ"));
  return strip(folded).replace(RUNS_OF_SPACES, " ");
}
