/**
 * Raw wire items: the story apart from what is said of the sender, and the labels that the footer declares. All words come
 * as data, with the model; `wiretag/wire.py` says what the shapes mean.
 */
import { SPACES, length, spellingKey, strip } from "./text.js";

const S = `[${SPACES}]`;
/** One pattern of several, the first that fits being taken; `\s` is Python's. */
const either = (...patterns) => new RegExp(patterns.map(({ source }) => source.replaceAll("\\s", S)).join("|"), "u");

// "(Agency) – ", "(Agency) CITY – " (of which the city stays: it may be a company), "(CITY=Agency) ",
// "BERLIN, 12 May (Agency) - ", "【Agency】", "CITY, May 12, 2026 /Wire/ -- "; dashes are U+2010 to U+2015 and U+2212.
const DATELINE = either(
  /^\([^()\n]{2,60}\)\s*[-‐-―−=:：]+\s*/,
  /^\([^()\n]{2,60}\)\s+(?=[^()\n]{2,40}\s[-‐-―−]\s)/,
  /^\([^()=\n]{1,30}=[^()\n]{2,40}\)\s*/,
  /^(?=[^(\n]*[,\p{Nd}]|[^a-z(\n]+\()[^\n()]{2,60}\([^()\n]{2,60}\)\s*[-‐-―−=]+\s*/u,
  /^[【\[（][^】\]）\n]{2,40}[】\]）]\s*[-‐-―−=:：]*\s*/,
  /^[^\n/]{0,80}\/[^/\n]{2,40}\/\s*[-‐-―−]+\s*/,
);
const SENDER = either(/[(【\[（/]\s*([^()【】\[\]（）/\n]{2,60}?)\s*[)】\]）/]/);
const LABEL_SEPARATOR = either(/(\s*[,;|·•،؛、，；]\s*|\s+\/\s+)/);
const LINE_END = /[\n-\r\x1c-\x1e\x85\u2028\u2029]/;
const OUTER_DOTS = /^[ .。]+|[ .。]+$/g;
const SENTENCE_END = /[.!?。！？؟…]$/;
const MAX_FOOTER = 400;
const MAX_HEADING = 80;
const MAX_INVITATION = 250;
const MAX_PARTS = 4;

/** Rules from the model's words by language and its names of labels. */
export function gather(wire, names) {
  const tables = Object.values(wire);
  const all = (key) => [...new Set(tables.flatMap((table) => table[key] ?? []).map(spellingKey))];
  const footers = new Set(tables.flatMap(Object.keys).filter((key) => key.endsWith("_footer")));
  return {
    /** Facet, words before the colon, and a function that gives names and aliases of labels, as keys -> the label's id. */
    footers: [...footers].sort().map((key) => {
      const facet = key.slice(0, -"_footer".length);
      let known;
      const namesOf = ([label, byLanguage]) => [label, ...Object.values(byLanguage).flat()].map((name) => [spellingKey(name), label]);
      return [facet, all(key), () => (known ??= new Map(Object.entries(names[facet] ?? {}).flatMap(namesOf)))];
    }),
    disclaimers: all("disclaimer"),
    headings: openings(all("about"), `${S}*:?$`),
    contacts: openings(all("contact").map((head) => head.replace(/[: ]+$/, "")), `${S}*(?::|$)`),
    invitations: openings(all("follow"), ""),
  };
}

/** Tells whether one of the phrases (`{}` standing for a name) opens a line, with the ending behind it. */
function openings(phrases, ending) {
  const known = phrases.filter(Boolean).map((phrase) => {
    const escaped = phrase.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&").replaceAll("\\{\\}", ".{1,60}");
    let pattern;
    const [start] = phrase.split("{}");
    return (line) => line.startsWith(start) && (pattern ??= new RegExp(`^${escaped}${ending}`, "u")).test(line);
  });
  return (line) => known.some((opens) => opens(line));
}

/** The story's text, a paragraph a line, and the labels that its own footer names: facet -> ids. */
export function parse(raw, rules) {
  const lines = raw.split(LINE_END).map(strip).filter(Boolean);
  const isLate = (number) => number * 2 >= lines.length;
  const declared = new Map();
  let end = lines.length;
  lines.forEach((line, number) => {
    const footer = number && footerOf(line, rules, isLate(number));
    if (!footer) return;
    const [facet, labels] = footer;
    declared.set(facet, [...new Set([...(declared.get(facet) ?? []), ...labels])]);
    end = Math.min(end, number);
  });
  let sender;
  const story = [];
  for (const [number, line] of lines.slice(0, end).entries()) {
    const key = spellingKey(line);
    // The paragraph about the sender, or the contact data.
    const isHeading = () => !SENTENCE_END.test(line) && rules.headings(key) && length(line) <= MAX_HEADING;
    if (number > 1 && (rules.contacts(key) || isHeading())) break;
    const dropped = () =>
      (isLate(number) && (sender ??= senderOf(lines)) && key.startsWith(sender)) ||
      (rules.invitations(key) && length(line) <= MAX_INVITATION) ||
      rules.disclaimers.some((phrase) => key.includes(phrase));
    if (!number || !dropped()) story.push(number < 2 ? line.slice(dateline(line).length) : line);
  }
  for (const [facet, labels] of declared) if (!labels.length) declared.delete(facet);
  return { text: story.filter(Boolean).join("\n"), declared };
}

/** Facet and labels if the line is a footer; an early line must name a label that is known. */
function footerOf(line, { footers }, isLate) {
  const colon = line.search(/[:：]/);
  if (colon < 0) return undefined;
  const key = spellingKey(line.slice(0, colon));
  for (const [facet, keys, labelsOf] of footers) {
    if (!keys.includes(key) || length(line) > MAX_FOOTER) continue;
    const labels = splitLabels(line.slice(colon + 1), labelsOf());
    if (isLate || labels.length) return [facet, labels];
  }
  return undefined;
}

/** Label ids of a listing; a name may itself hold separators ("Fashion, Luxury & Beauty", "항공우주·방산"). */
function splitLabels(listing, names) {
  const pieces = listing.replaceAll("：", ":").replace(OUTER_DOTS, "").split(LABEL_SEPARATOR); // with a separator in every other place
  const labels = [];
  for (let at = 0; at < pieces.length; ) {
    let end = Math.min(at + 2 * MAX_PARTS - 1, pieces.length);
    const label = () => names.get(spellingKey(pieces.slice(at, end).join("")));
    while (end > at + 1 && label() === undefined) end -= 2;
    if (label() !== undefined) labels.push(label());
    at = end + 1;
  }
  return labels;
}

/** Name of the distributor in the dateline, as a key; empty if there is none. */
function senderOf(lines) {
  const names = lines.slice(0, 2).map((line) => SENDER.exec(dateline(line))?.[1]);
  return spellingKey(names.find(Boolean) ?? "");
}

/** The tag that opens the line, empty if there is none. */
const dateline = (line) => DATELINE.exec(line)?.[0] ?? "";
