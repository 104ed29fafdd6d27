#!/usr/bin/env node
/** The `wiretag` command: what Python's `predict` does. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { decode, printable } from "./decoding.js";
import { InputError, ModelError, UsageError, WiretagError, reasonOf } from "./errors.js";
import { Source, dumps, numbersKept, rounded } from "./json.js";
import { Tagger } from "./node.js";
import { readText } from "./reading.js";

const [EXIT_SOME_FAILED, EXIT_NOTHING_DONE] = [1, 2];
const OPTIONS = {
  json: { type: "boolean" },
  jsonl: { type: "string" },
  all: { type: "boolean" },
  model: { type: "string" },
  threshold: { type: "string" },
  names: { type: "string", default: "item" },
  encoding: { type: "string" },
  quiet: { type: "boolean", short: "q" },
  help: { type: "boolean", short: "h" },
};
const HELP = `Usage: wiretag [OPTIONS] FILE...

  Tag news items with sectors and topics.

  FILE...            Items to tag; - reads standard input.

  --json             Print one JSON object a line and file.
  --jsonl IN         Tag lines of {"id": ..., "text": ...}; - reads standard input.
  --all              Give every label with its probability.
  --model FILE       The model to use.
  --threshold FLOAT  Give all labels at least this probable, not the model's choice.
  --names LANG       Language of the labels' names; 'item' takes the item's own.
  --encoding TEXT    Encoding of the files, if not UTF-8 or UTF-16.
  -q, --quiet        Say nothing on standard error.
  -h, --help         Show this message and exit.
`;

async function main() {
  let given;
  try {
    given = parsedArguments();
  } catch (error) {
    process.stderr.write(`wiretag: ${error.message.split(". ")[0].replace(/\.?$/, ".")} See wiretag --help.\n`);
    return EXIT_NOTHING_DONE;
  }
  const { values, positionals } = given;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const complain = (sentence) => values.quiet || process.stderr.write(`wiretag: ${sentence}\n`);
  try {
    if (positionals.length > 0 === (values.jsonl !== undefined)) {
      throw new UsageError("Name the files to tag, or give lines with --jsonl (see wiretag --help).");
    }
    const run = { tagger: await Tagger.fromFile(findModel(values.model)), complain, ...values };
    const failed = values.jsonl === undefined ? await tagFiles(run, positionals) : await tagLines(run, values.jsonl);
    return failed ? EXIT_SOME_FAILED : 0;
  } catch (error) {
    if (!(error instanceof WiretagError)) throw error;
    complain(error.message);
    return error instanceof ModelError || error instanceof UsageError ? EXIT_NOTHING_DONE : EXIT_SOME_FAILED;
  }
}

function parsedArguments() {
  const given = parseArgs({ options: OPTIONS, allowPositionals: true });
  const { all, threshold } = given.values;
  const number = all ? 0 : threshold === undefined ? undefined : Number(threshold || NaN);
  if (number !== undefined && !(number >= 0 && number <= 1)) throw new UsageError("--threshold takes a number from 0 to 1.");
  given.values.threshold = number;
  return given;
}

/** The model to use: the one named, `$WIRETAG_MODEL`, or `./models/`. */
function findModel(named) {
  return named ?? (process.env.WIRETAG_MODEL || join("models", "wiretag.safetensors"));
}

/** Tag each file; gives whether any failed. */
async function tagFiles({ tagger, complain, ...options }, paths) {
  let failed = false;
  for (const path of paths) {
    let text;
    try {
      text = await readText(path, options.encoding);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      complain(error.message);
      failed = true;
      continue;
    }
    const tags = tagger.tag(text, options);
    print(options.json ? dumps(new Map([["file", path], ...fields(tags), ["declared", tags.declared]])) : forPeople(path, tags, tagger));
  }
  return failed;
}

/** Tag each line's text, in order; gives whether any failed. */
async function tagLines({ tagger, complain, ...options }, path) {
  let failed = false;
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (!line.toString("latin1").trim()) continue;
    try {
      const record = recordOf(decode(line, "It", options.encoding));
      print(dumps(new Map([["id", record.id ?? null], ...fields(tagger.tag(record.text, options))])));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      complain(`Line ${number} of ${printable(path)} was passed over: ${error.message.replace(/\.$/, "")}.`);
      failed = true;
    }
  }
  return failed;
}

function recordOf(line) {
  let record;
  try {
    record = numbersKept(line);
  } catch (error) {
    throw new InputError(error instanceof RangeError ? "it is nested too deeply" : `it is not valid JSON (${error.message})`);
  }
  if (typeof record?.text !== "string" || record instanceof Source) throw new InputError('it is no JSON object with a string "text"');
  return record;
}

/** Lines of a file or of standard input, as bytes. */
async function* linesOf(path) {
  let rest = Buffer.alloc(0);
  try {
    for await (const part of path === "-" ? process.stdin : createReadStream(path)) {
      let begin = 0;
      for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10, begin)) {
        yield Buffer.concat([rest, part.subarray(begin, end)]);
        rest = Buffer.alloc(0);
        begin = end + 1;
      }
      rest = Buffer.concat([rest, part.subarray(begin)]);
    }
  } catch (error) {
    if (error instanceof WiretagError || !error.syscall) throw error;
    throw new UsageError(`${printable(path)} ${error.code === "ENOENT" ? "does not exist" : `cannot be read: ${reasonOf(error)}`}.`);
  }
  if (rest.length) yield rest;
}

/** Language and facets, as JSON has them. */
function fields({ language, facets }) {
  const listed = ([facet, tags]) => [facet, tags.map(({ label, name, probability }) => ({ label, name, probability: rounded(probability) }))];
  return [["language", language], ...[...facets].map(listed)];
}

/** A few lines for a terminal. */
function forPeople(path, { language, facets, declared }, tagger) {
  const lines = [path === "-" ? "standard input" : printable(path), `  ${"language".padEnd(10)}${language}`];
  for (const [facet, tags] of facets) {
    const listing = tags.map(({ name, probability }) => `${printable(name)} ${percent(probability)}`).join(", ") || "none";
    lines.push(`  ${printable(facet).padEnd(10)}${listing}`);
  }
  for (const [facet, labels] of declared) {
    const listing = labels.map((label) => printable(tagger.name(facet, label, language))).join(", ");
    lines.push(`  ${"declared".padEnd(10)}${printable(facet)}: ${listing}`);
  }
  return lines.join("\n");
}

/** Whole percent; halves go to the even neighbour. */
function percent(probability) {
  const hundredfold = probability * 100;
  return `${hundredfold % 1 === 0.5 ? 2 * Math.round(hundredfold / 2) : Math.round(hundredfold)}%`;
}

const print = (line) => process.stdout.write(`${line}\n`);

process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT_SOME_FAILED); // whoever read the output has seen enough
});
process.exitCode = await main();
