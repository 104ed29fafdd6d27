/** The story with the words marked that decided about a label. */
import { made } from "./made.js";

const MOST_WORDS = 6;
// Words that add less than this share of the strongest one are left plain.
const LEAST_SHARE = 0.08;

const element = (id) => document.getElementById(id);

export function hideWhy() {
  element("why").hidden = true;
}

/** Explain a tag of the facet; `text` is the item as it was tagged. */
export function showWhy(tagger, text, facet, { label, name }, language) {
  const story = tagger.parse(text).text;
  const spans = tagger.explain(text, label, facet);
  const strongest = Math.max(...spans.map((span) => Math.abs(span.weight)), 0);
  const telling = spans.filter((span) => Math.abs(span.weight) >= LEAST_SHARE * strongest);
  element("why").hidden = false;
  element("why-label").textContent = name;
  element("why-label").lang = language;
  element("why-words").replaceChildren(...sentence(telling));
  element("story").lang = language;
  element("story").replaceChildren(...marked(story, telling, strongest));
}

/**
 * Which words speak for it most, for those who cannot see marks; neighbours that nothing parts are one word. Each stands in an
 * element of its own direction, so that commas between Arabic words stay where they belong.
 */
function sentence(spans) {
  const words = [];
  for (const { start, end, text, weight } of spans.filter((span) => span.weight > 0)) {
    const last = words.at(-1);
    if (last?.end === start) Object.assign(last, { end, text: last.text + text, weight: last.weight + weight });
    else words.push({ end, text, weight });
  }
  const sums = new Map();
  for (const { text, weight } of words) sums.set(text, (sums.get(text) ?? 0) + weight);
  const strongest = [...sums].sort(([, a], [, b]) => b - a).slice(0, MOST_WORDS).map(([word]) => word);
  if (!strongest.length) return ["No word of it speaks for this label."];
  const parts = strongest.flatMap((word, n) => [n ? ", " : "Decided above all by: ", made("bdi", { text: word })]);
  return [...parts, "."];
}

/** Pieces of the story, plain and marked. */
function marked(story, spans, strongest) {
  const pieces = [];
  let at = 0;
  for (const { start, end, text, weight } of spans) {
    pieces.push(story.slice(at, start));
    const own = weight > 0 ? made("mark", { text, class: "for" }) : made("span", { text, class: "against" });
    if (weight > 0) own.style.setProperty("--strength", (0.15 + (0.75 * weight) / strongest).toFixed(2));
    pieces.push(own);
    at = end;
  }
  pieces.push(story.slice(at));
  return pieces;
}
