// Answers a file of JSON lines {"text"} for tests/bench/javascript.py: how long tagging takes, labels, columns (all n-grams of the
// story, sorted) and probabilities.
import { readFileSync, writeFileSync } from "node:fs";
import { columnsOf } from "../../predict/js/src/features.js";
import { Tagger } from "../../predict/js/src/node.js";

const [model, input, output, config] = process.argv.slice(2);
const tagger = await Tagger.fromFile(model);
const texts = readFileSync(input, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line).text);
const rounds = Array.from({ length: 3 }, () => {
  const start = performance.now();
  for (const _ of tagger.tagMany(texts));
  return (performance.now() - start) / 1000;
});
const columns = texts.map((text) => columnsOf(tagger.parse(text).text, JSON.parse(config)).slice());
const probabilities = texts.map((text) => tagger.probabilities(text));
const joined = (arrays, Type) => {
  const whole = new Type(arrays.reduce((sum, array) => sum + array.length, 0));
  arrays.reduce((at, array) => (whole.set(array, at), at + array.length), 0);
  return whole;
};
writeFileSync(`${output}.lengths`, Uint32Array.from(columns, (own) => own.length));
writeFileSync(`${output}.columns`, joined(columns, Uint32Array));
writeFileSync(`${output}.probabilities`, joined(probabilities, Float32Array));
const given = texts.map((text) => {
  const { language, facets, declared } = tagger.tag(text);
  return [language, Object.fromEntries([...facets].map(([facet, tags]) => [facet, tags.map((tag) => tag.label)])), Object.fromEntries(declared)];
});
writeFileSync(`${output}.json`, JSON.stringify({ seconds: Math.min(...rounds), given }));
