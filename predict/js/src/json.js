/** JSON as Python's `json` writes it, and numbers that come out as they went in, however long. */

const STRINGS_AND_NUMBERS = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** A number as it was written. */
export class Source {
  constructor(text) {
    this.text = text;
  }
}

/** A probability, rounded to four places; halves go to the even neighbour. */
export function rounded(probability) {
  const halved = (probability * 32) % 2 === 1; // only odd multiples of 1/32 lie exactly between two neighbours
  const number = halved ? (2 * Math.round((probability * 1e4) / 2)) / 1e4 : Number(probability.toFixed(4));
  return new Source(Number.isInteger(number) ? number.toFixed(1) : String(number));
}

/** One line; maps are written as objects, in their order. */
export function dumps(value) {
  if (value instanceof Source) return value.text;
  if (Array.isArray(value)) return `[${value.map(dumps).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, own]) => `${JSON.stringify(key)}: ${dumps(own)}`).join(", ")}}`;
}

/** A line's object, its numbers as `Source`; throws `SyntaxError` if the line is not valid JSON. */
export function numbersKept(line) {
  JSON.parse(line);
  const numbers = [];
  const marked = line.replace(STRINGS_AND_NUMBERS, (token) => (token[0] === '"' ? token : `{"": ${numbers.push(token) - 1}}`));
  const isNumber = (value) => typeof value === "object" && typeof value?.[""] === "number";
  return JSON.parse(marked, (_, value) => (isNumber(value) ? new Source(numbers[value[""]]) : value));
}
