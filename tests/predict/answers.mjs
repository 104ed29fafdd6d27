// What the JavaScript runtime says of each text: lines of JSON in, lines of JSON out. node answers.mjs MODEL [LABEL to explain]

import { createInterface } from "node:readline";
import { Tagger } from "../../predict/js/node.js";
import { countsOf } from "../../predict/js/src/features.js";

const [path, label] = process.argv.slice(2);
const tagger = Tagger.fromFile(path);
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  const answer = {
    features: Object.fromEntries(countsOf(text, tagger.model.features)),
    story: tagger.parse(text).text,
    probabilities: Array.from(tagger.probabilities(text)),
    tags: tagger.tag(text),
  };
  if (label) answer.explained = tagger.explain(text, label);
  // Half of a surrogate pair is escaped: UTF-8 cannot hold it.
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
