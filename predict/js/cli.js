#!/usr/bin/env node
// The command: what predict does for files. Exit codes: 0 all tagged, 1 some input failed, 2 wrong usage or no model.

import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ModelError, Tagger } from "./node.js";
import { rounded } from "./src/tagger.js";

const USAGE = "usage: wiretag FILE... [--model FILE] [--json]   (- is standard input)";
const MAX_BYTES = 10 * 2 ** 20;
const complain = (sentence) => process.stderr.write(`wiretag: ${sentence}\n`);

/** Text without control characters, safe to show on a terminal. */
const printable = (text) => text.replace(/(?! )[\p{C}\p{Z}]/gu, "\ufffd");

/** JSON as Python writes it. */
function json(value) {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (value && typeof value === "object") {
    return `{${Object.entries(value).map(([key, own]) => `${json(key)}: ${json(own)}`).join(", ")}}`;
  }
  return Number.isInteger(value) ? `${value}.0` : JSON.stringify(value);
}

function forPeople(path, tags, tagger) {
  const { language, declared, ...facets } = tags;
  const lines = [path === "-" ? "standard input" : printable(path), `  ${"language".padEnd(10)}${language}`];
  const percent = (tag) => `${printable(tag.name)} ${(rounded(tag.probability, 100) * 100).toFixed()}%`;
  for (const [facet, given] of Object.entries(facets)) {
    lines.push(`  ${printable(facet).padEnd(10)}${given.map(percent).join(", ") || "none"}`);
  }
  for (const [facet, labels] of Object.entries(declared)) {
    const names = labels.map((label) => printable(tagger.name(facet, label, language)));
    lines.push(`  ${"declared".padEnd(10)}${printable(facet)}: ${names.join(", ")}`);
  }
  return lines.join("\n");
}

/** Text of a file, or of standard input for "-"; throws an error with a sentence for people. */
function readText(path) {
  const shown = path === "-" ? "standard input" : printable(path);
  let data;
  try {
    data = path === "-" ? readAll(0) : readFile(path);
  } catch (error) {
    const known = { ENOENT: "does not exist.", EISDIR: "is a directory; name the files in it." };
    throw new Error(`${shown} ${known[error.code] ?? `cannot be read: ${error.code}.`}`);
  }
  if (data.length > MAX_BYTES) throw new Error(`${shown} is over 10 MB, which no single item is.`);
  let text;
  try {
    const marks = { fffe: "utf-16le", feff: "utf-16be" };
    text = new TextDecoder(marks[data.subarray(0, 2).toString("hex")] ?? "utf-8", { fatal: true }).decode(data);
  } catch {
    throw new Error(`${shown} is not UTF-8 text.`);
  }
  if (text.slice(0, 4096).includes("\0")) throw new Error(`${shown} is a binary file, not text.`);
  if (!text.trim()) throw new Error(`${shown} is empty.`);
  return text;
}

function readFile(path) {
  const file = openSync(path);
  try {
    return readAll(file);
  } finally {
    closeSync(file);
  }
}

/** Up to one byte more than an item may have. */
function readAll(file) {
  const parts = [];
  for (let total = 0; total <= MAX_BYTES;) {
    const part = Buffer.alloc(1 << 16);
    const length = readSync(file, part, 0, part.length, null);
    if (!length) break;
    parts.push(part.subarray(0, length));
    total += length;
  }
  return Buffer.concat(parts);
}

function findModel(named) {
  return named ?? process.env.WIRETAG_MODEL ?? join("models", "wiretag.safetensors");
}

function main() {
  let given;
  try {
    given = parseArgs({ allowPositionals: true, options: { model: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } });
  } catch (error) {
    complain(error.message.split("\n")[0].replace(/\.? To specify.*$/, "."));
    return 2;
  }
  const { values, positionals } = given;
  if (values.help || !positionals.length) {
    (values.help ? process.stdout : process.stderr).write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  let tagger;
  try {
    tagger = Tagger.fromFile(findModel(values.model));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    complain(error.message);
    return 2;
  }
  let failed = 0;
  for (const path of positionals) {
    let text;
    try {
      text = readText(path);
    } catch (error) {
      complain(error.message);
      failed = 1;
      continue;
    }
    const tags = tagger.tag(text, { exact: !values.json });
    process.stdout.write(`${values.json ? json({ file: path, ...tags }) : forPeople(path, tags, tagger)}\n`);
  }
  return failed;
}

process.exitCode = main();
