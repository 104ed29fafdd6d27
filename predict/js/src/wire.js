// Raw wire items: the story apart from what is said of the sender, and the labels of the footer. As predict/wiretag/wire.py.

import { SPACES, lengthOf, lines as linesOf, strip, words } from "./space.js";

const S = `[${SPACES}]`;
const DASH = "\\-\\u2010-\\u2015\\u2212";
const DATELINES = [
  `^\\([^()\\n]{2,60}\\)${S}*[${DASH}=:：]+${S}*`,
  `^\\([^()\\n]{2,60}\\)${S}+(?=[^()\\n]{2,40}${S}[${DASH}]${S})`,
  `^\\([^()=\\n]{1,30}=[^()\\n]{2,40}\\)${S}*`,
  `^(?=[^(\\n]*(?:,|\\p{Nd})|[^a-z(\\n]+\\()[^\\n()]{2,60}\\([^()\\n]{2,60}\\)${S}*[${DASH}=]+${S}*`,
  `^[【\\[（][^】\\]）\\n]{2,40}[】\\]）]${S}*[${DASH}=:：]*${S}*`,
  `^[^\\n\\/]{0,80}\\/[^\\/\\n]{2,40}\\/${S}*[${DASH}]+${S}*`,
].map((source) => new RegExp(source, "u"));
const SENDER = new RegExp(`[(【\\[（\\/]${S}*([^()【】\\[\\]（）\\/\\n]{2,60}?)${S}*[)】\\]）\\/]`, "u");
const LABEL_SEPARATOR = new RegExp(`${S}*[,;|·•،؛、，；]${S}*|${S}+\\/${S}+`, "gu");
const SENTENCE_END = /[.!?。！？؟…]$/u;
const ENDS = /^[ .。]+|[ .。]+$/gu;
const MAX_FOOTER = 400, MAX_HEADING = 80, MAX_INVITATION = 250, MAX_PARTS = 4;

/** How distributors write, in all languages together, from the model's `wire` and `names`. */
export function rulesOf({ wire, names }) {
  const tables = Object.values(wire);
  const allOf = (key) => new Set(tables.flatMap((table) => table[key] ?? []).map(spellingKey));
  const facets = tables.flatMap(Object.keys).filter((key) => key.endsWith("_footer")).map((key) => key.slice(0, -7));
  const labels = new Map();
  return {
    footers: new Map([...new Set(facets)].sort().map((facet) => [facet, allOf(`${facet}_footer`)])),
    disclaimers: [...allOf("disclaimer")],
    headings: openings(allOf("about"), `${S}*:?$`),
    invitations: openings(allOf("follow"), ""),
    contacts: openings([...allOf("contact")].map((head) => head.replace(/[: ]+$/, "")), `${S}*(?::|$)`),
    labelsOf(facet) {
      if (!labels.has(facet)) {
        const byName = new Map();
        for (const [label, languages] of Object.entries(names[facet] ?? {})) {
          for (const name of [label, ...Object.values(languages).flat()]) byName.set(spellingKey(name), label);
        }
        labels.set(facet, byName);
      }
      return labels.get(facet);
    },
  };
}

/** Whether a line begins with one of the phrases, `{}` in them standing for a name, and the ending behind it. */
function openings(phrases, ending) {
  const parts = [...phrases].filter(Boolean).map((phrase) => {
    const cuts = phrase.split("{}");
    return { phrase, start: cuts[0], end: cuts.length > 1 ? cuts.at(-1) : "", pattern: null };
  });
  return (line) => parts.some((part) => {
    if (!line.startsWith(part.start) || !line.includes(part.end)) return false;
    part.pattern ??= new RegExp(`^${part.phrase.split("{}").map(escaped).join(".{1,60}")}${ending}`, "u");
    return part.pattern.test(line);
  });
}

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** Take a raw item apart: `{ text, declared }`. */
export function parse(raw, rules) {
  const lines = linesOf(raw).map(strip).filter(Boolean);
  const declared = new Map();
  let end = lines.length;
  lines.forEach((line, number) => {
    const facet = number ? footerFacet(line, rules, number * 2 >= lines.length) : null;
    if (facet === null) return;
    declared.set(facet, [...(declared.get(facet) ?? []), ...knownLabels(afterColon(line), rules.labelsOf(facet))]);
    end = Math.min(end, number);
  });
  const sender = senderOf(lines);
  const keys = lines.slice(0, end).map(spellingKey);
  const disclaims = (text) => rules.disclaimers.some((phrase) => text.includes(phrase));
  const disclaimed = disclaims(keys.join("\n"));
  const story = [];
  for (const [number, key] of keys.entries()) {
    const line = lines[number];
    if (number >= 2 && endsStory(key, line, rules)) break;
    const ofSender = sender && number * 2 >= lines.length && key.startsWith(sender);
    const invites = lengthOf(line) <= MAX_INVITATION && rules.invitations(key);
    if (number && (ofSender || invites || (disclaimed && disclaims(key)))) continue;
    story.push(number < 2 ? line.slice(datelineOf(line).length) : line);
  }
  return {
    text: story.filter(Boolean).join("\n"),
    declared: Object.fromEntries([...declared].filter(([, own]) => own.length).map(([facet, own]) => [facet, [...new Set(own)]])),
  };
}

/** What two spellings of a word have in common: NFKC, case folded, single spaces. */
export function spellingKey(text) {
  let folded = "";
  for (const char of text.normalize("NFKC")) folded += char <= "\x7f" ? char.toLowerCase() : casefolded(char);
  return words(folded).join(" ");
}

/** Full case folding of one code point: dotless i stays, Cherokee folds to upper case. */
function casefolded(char) {
  if (char === "\u0131") return char;
  const upper = char.toUpperCase();
  if (/[\u13a0-\u13fd\uab70-\uabbf]/.test(char)) return upper;
  return Array.from(upper, (own) => own.toLowerCase()).join("").replace("ß", "ss");
}

function footerFacet(line, rules, late) {
  if (lengthOf(line) > MAX_FOOTER) return null;
  const plain = line.replaceAll("：", ":");
  if (!plain.includes(":")) return null;
  const key = spellingKey(plain.slice(0, plain.indexOf(":")));
  for (const [facet, keys] of rules.footers) {
    if (keys.has(key) && (late || knownLabels(afterColon(line), rules.labelsOf(facet)).length)) return facet;
  }
  return null;
}

function afterColon(line) {
  const plain = line.replaceAll("：", ":");
  return plain.slice(plain.indexOf(":") + 1);
}

/** Ids of the labels in a listing; a name may itself hold separators. */
function knownLabels(listing, names) {
  listing = listing.replace(ENDS, "");
  const bounds = [[0, 0], ...Array.from(listing.matchAll(LABEL_SEPARATOR), (match) => [match.index, match.index + match[0].length])];
  bounds.push([listing.length, listing.length]);
  const known = [];
  for (let at = 0; at < bounds.length - 1;) {
    let width = Math.min(MAX_PARTS, bounds.length - 1 - at);
    for (; width > 0; width--) {
      const label = names.get(spellingKey(listing.slice(bounds[at][1], bounds[at + width][0])));
      if (label !== undefined) {
        known.push(label);
        break;
      }
    }
    at += Math.max(width, 1);
  }
  return known;
}

function endsStory(key, line, rules) {
  if (rules.contacts(key)) return true;
  return lengthOf(line) <= MAX_HEADING && !SENTENCE_END.test(line) && rules.headings(key);
}

/** Name of the distributor in the dateline, as a key. */
function senderOf(lines) {
  for (const line of lines.slice(0, 2)) {
    const name = SENDER.exec(datelineOf(line));
    if (name) return spellingKey(name[1]);
  }
  return "";
}

function datelineOf(line) {
  for (const pattern of DATELINES) {
    const match = pattern.exec(line);
    if (match) return match[0];
  }
  return "";
}
