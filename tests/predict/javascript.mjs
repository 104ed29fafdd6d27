// Answers of the JavaScript runtime to a job on standard input, for comparison with Python's.
import { readFileSync } from "node:fs";
import { columnsOf } from "../../predict/js/src/features.js";
import { Tagger } from "../../predict/js/src/node.js";
import { spellingKey } from "../../predict/js/src/text.js";

const { model, texts, configs, explain } = JSON.parse(readFileSync(0, "utf8"));
const tagger = await Tagger.fromFile(model);
const answers = texts.map((text) => {
  const { text: story } = tagger.parse(text);
  const { language, facets, declared } = tagger.tag(text);
  return {
    key: spellingKey(text),
    story,
    language,
    facets: Object.fromEntries(facets),
    declared: Object.fromEntries(declared),
    columns: configs.map((config) => [...columnsOf(story, config)]),
    probabilities: [...tagger.probabilities(text)],
    explained: explain && tagger.explain(text, explain).map(({ start, end, weight }) => [start, end, weight]),
  };
});
process.stdout.write(JSON.stringify(answers));
