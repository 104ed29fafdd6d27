/**
 * Raw wire items: the story apart from what is said of the sender, and the labels that the footer declares. All words come
 * as data, with the model; `wiretag/wire.py` says what the shapes mean.
 */
import { SPACES, length, lines as linesOf, spellingKey, strip } from "./text.js";

const S = `[${SPACES}]`;
const DATELINES = [
  `^\\([^()\\n]{2,60}\\)${S}*[-\\u2010-\\u2015\\u2212=:：]+${S}*`,
  `^\\([^()\\n]{2,60}\\)${S}+(?=[^()\\n]{2,40}${S}[-\\u2010-\\u2015\\u2212]${S})`,
  `^\\([^()=\\n]{1,30}=[^()\\n]{2,40}\\)${S}*`,
  `^(?=[^(\\n]*[,\\p{Nd}]|[^a-z(\\n]+\\()[^\\n()]{2,60}\\([^()\\n]{2,60}\\)${S}*[-\\u2010-\\u2015\\u2212=]+${S}*`,
  `^[【\\[（][^】\\]）\\n]{2,40}[】\\]）]${S}*[-\\u2010-\\u2015\\u2212=:：]*${S}*`,
  `^[^\\n/]{0,80}/[^/\\n]{2,40}/${S}*[-\\u2010-\\u2015\\u2212]+${S}*`,
].map((pattern) => new RegExp(pattern, "u"));
const SENDER = new RegExp(`[(【\\[（/]${S}*([^()【】\\[\\]（）/\\n]{2,60}?)${S}*[)】\\]）/]`, "u");
const LABEL_SEPARATOR = new RegExp(`${S}*[,;|·•،؛、，；]${S}*|${S}+/${S}+`, "gu");
const OUTER_DOTS = /^[ .。]+|[ .。]+$/g;
const BRACKET = /[(【[（/]/;
const SENTENCE_END = /[.!?。！？؟…]$/;
const MAX_DATELINE = 160;
const MAX_FOOTER = 400;
const MAX_HEADING = 80;
const MAX_INVITATION = 250;
const MAX_PARTS = 4;

/** Rules from the model's words by language and its names of labels. */
export function gather(wire, names) {
  const tables = Object.values(wire);
  const all = (key) => [...new Set(tables.flatMap((table) => table[key] ?? []).map(spellingKey))];
  const footers = tables.flatMap((table) => Object.keys(table).filter((key) => key.endsWith("_footer")));
  const labels = new Map();
  return {
    footers: [...new Set(footers)].sort().map((key) => [key.slice(0, -"_footer".length), new Set(all(key))]),
    disclaimers: all("disclaimer"),
    headings: openings(all("about"), `${S}*:?$`),
    contacts: openings(all("contact").map((head) => head.replace(/[: ]+$/, "")), `${S}*(?::|$)`),
    invitations: openings(all("follow"), ""),
    /** Name or alias of a label of the facet, as a key -> the label's id. */
    labelsOf(facet) {
      if (!labels.has(facet)) {
        const own = Object.entries(names[facet] ?? {});
        const pairs = own.flatMap(([label, byLanguage]) => [label, ...Object.values(byLanguage).flat()].map((name) => [spellingKey(name), label]));
        labels.set(facet, new Map(pairs));
      }
      return labels.get(facet);
    },
  };
}

/** Tells whether one of the phrases (`{}` standing for a name) opens a line, with the ending behind it. */
function openings(phrases, ending) {
  const known = phrases.filter(Boolean).map((phrase) => {
    const parts = phrase.split("{}");
    const pattern = parts.map((part) => part.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&")).join(".{1,60}");
    let made;
    return { start: parts[0], end: parts.at(-1), pattern: () => (made ??= new RegExp(`^${pattern}${ending}`, "u")) };
  });
  return (line) => known.some(({ start, end, pattern }) => line.startsWith(start) && line.includes(end) && pattern().test(line));
}

/** The story's text, a paragraph a line, and the labels that its own footer names: facet -> ids. */
export function parse(raw, rules) {
  const lines = linesOf(raw).map(strip).filter(Boolean);
  const declared = new Map();
  let end = lines.length;
  lines.forEach((line, number) => {
    const footer = number > 0 && footerOf(line, rules, number * 2 >= lines.length);
    if (!footer) return;
    const [facet, labels] = footer;
    declared.set(facet, [...(declared.get(facet) ?? []), ...labels]);
    end = Math.min(end, number);
  });
  const sender = senderOf(lines);
  const keys = lines.slice(0, end).map(spellingKey);
  const story = [];
  for (const [number, key] of keys.entries()) {
    const line = lines[number];
    if (number >= 2 && endsStory(key, line, rules)) break;
    const ofSender = sender && number * 2 >= lines.length && key.startsWith(sender);
    const invites = () => length(line) <= MAX_INVITATION && rules.invitations(key);
    const disclaimed = () => rules.disclaimers.some((phrase) => key.includes(phrase));
    if (number && (ofSender || invites() || disclaimed())) continue;
    story.push(number < 2 ? line.slice(dateline(line).length) : line);
  }
  const facets = [...declared].filter(([, labels]) => labels.length).map(([facet, labels]) => [facet, [...new Set(labels)]]);
  return { text: story.filter(Boolean).join("\n"), declared: new Map(facets) };
}

/** Facet and labels if the line is a footer; an early line must name a label that is known. */
function footerOf(line, rules, late) {
  const colon = line.search(/[:：]/);
  if (colon < 0 || length(line) > MAX_FOOTER) return null;
  const key = spellingKey(line.slice(0, colon));
  for (const [facet, keys] of rules.footers) {
    if (!keys.has(key)) continue;
    const labels = splitLabels(line.slice(colon + 1).replaceAll("：", ":"), rules.labelsOf(facet));
    if (late || labels.length) return [facet, labels];
  }
  return null;
}

/** Label ids of a listing; a name may itself hold separators ("Fashion, Luxury & Beauty", "항공우주·방산"). */
function splitLabels(text, names) {
  const listing = text.replace(OUTER_DOTS, "");
  const found = [...listing.matchAll(LABEL_SEPARATOR)].map((match) => [match.index, match.index + match[0].length]);
  const bounds = [[0, 0], ...found, [listing.length, listing.length]];
  const labels = [];
  for (let at = 0; at < bounds.length - 1; ) {
    let width = Math.min(MAX_PARTS, bounds.length - 1 - at);
    const label = () => names.get(spellingKey(listing.slice(bounds[at][1], bounds[at + width][0])));
    while (width > 1 && label() === undefined) width--;
    if (label() !== undefined) labels.push(label());
    at += width;
  }
  return labels;
}

/** Whether the line opens the paragraph about the sender or the contact data. */
function endsStory(key, line, rules) {
  return rules.contacts(key) || (length(line) <= MAX_HEADING && !SENTENCE_END.test(line) && rules.headings(key));
}

/** Name of the distributor in the dateline, as a key; empty if there is none. */
function senderOf(lines) {
  for (const line of lines.slice(0, 2)) {
    const name = SENDER.exec(dateline(line));
    if (name) return spellingKey(name[1]);
  }
  return "";
}

/** The tag that opens the line, empty if there is none; all of them hold some kind of bracket, for which it is quick to look. */
function dateline(line) {
  if (!BRACKET.test(Array.from(line.slice(0, 2 * MAX_DATELINE)).slice(0, MAX_DATELINE).join(""))) return "";
  for (const pattern of DATELINES) {
    const match = pattern.exec(line);
    if (match) return match[0];
  }
  return "";
}
