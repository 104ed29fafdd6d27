// The page: tags what is in the text field while one types, and marks the words that decided for a label. Text is never markup.

import { Tagger } from "./src/tagger.js";

const PAUSE = 200; // ms without typing
const MAX_BYTES = 10 * 2 ** 20;
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const at = (id) => document.getElementById(id);
const field = at("text");
let tagger = null, shown = null, asked = null, timer = 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function say(sentence, bad = false) {
  at("model").textContent = sentence;
  at("model").classList.toggle("bad", bad);
}

/** Take a model's bytes; without one, ask for its file. */
function use(data, name) {
  try {
    tagger = Tagger.load(data);
  } catch (error) {
    say(error.message, true);
    return;
  }
  say(`${name}, ${tagger.labels.length} labels, ${(data.byteLength / 1e6).toFixed(1)} MB.`);
  at("picker").hidden = true;
  show();
}

async function begin() {
  say("The model is being loaded …");
  try {
    const answer = await fetch("model.safetensors");
    if (!answer.ok) throw new Error(answer.statusText);
    use(await answer.arrayBuffer(), "Model");
  } catch {
    say("There is no model beside this page. Choose a model file (.safetensors).");
    at("picker").hidden = false;
  }
}

async function take(file) {
  if (!file) return;
  if (/\.safetensors$/.test(file.name)) use(await file.arrayBuffer(), file.name);
  else if (file.size > MAX_BYTES) say(`${file.name} is over 10 MB, which no single item is.`, true);
  else {
    field.value = await file.text();
    show();
  }
}

/** Tags of the text as it is. */
function show() {
  const text = field.value;
  shown = text;
  const facets = at("facets");
  explain(null);
  if (!tagger || !text.trim()) {
    facets.replaceChildren();
    at("summary").textContent = "";
    return;
  }
  const { language, declared, ...tags } = tagger.tag(text, { exact: true });
  facets.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
  facets.lang = language;
  facets.replaceChildren(
    ...Object.entries(tags).flatMap(([facet, given]) => [
      element("h3", { textContent: facet, lang: "en", dir: "ltr" }),
      given.length ? element("ul", {}, ...given.map(row)) : element("p", { className: "none", textContent: "none", lang: "en", dir: "ltr" }),
    ]),
    ...said("language", [language]),
    ...Object.entries(declared).flatMap(([facet, labels]) => said(`${facet}, by the footer`, labels.map((label) => tagger.name(facet, label, language)))),
  );
  at("summary").textContent = Object.entries(tags).map(([facet, given]) => `${facet}: ${given.map((tag) => tag.name).join(", ") || "none"}`).join(". ");
}

const said = (heading, values) => [
  element("h3", { textContent: heading, lang: "en", dir: "ltr" }),
  element("p", { className: "none", textContent: values.join(", "), dir: "auto" }),
];

/** A label with its probability, as a button that explains it. */
function row({ label, name, probability }) {
  const percent = `${Math.round(probability * 100)} %`;
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("width", `${probability * 100}%`);
  rect.setAttribute("height", "100%");
  bar.setAttribute("aria-hidden", "true");
  bar.append(rect);
  const button = element("button", { type: "button" }, bar, element("span", { className: "name", textContent: name }), element("span", { className: "share", textContent: percent }));
  button.dataset.label = label;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => explain(asked === label ? null : label, name));
  return element("li", {}, button);
}

/** The story with the words marked that speak for a label and against it; nothing without a label. */
function explain(label, name) {
  asked = label;
  for (const button of document.querySelectorAll("#facets button")) button.setAttribute("aria-pressed", String(button.dataset.label === label));
  for (const id of ["story-heading", "why", "story"]) at(id).hidden = label === null;
  if (label === null) return;
  const story = tagger.parse(field.value).text;
  const spans = tagger.explain(field.value, label);
  const most = Math.max(...spans.map((span) => Math.abs(span.weight)), 0);
  const parts = [];
  let end = 0;
  for (const span of spans) {
    const share = Math.abs(span.weight) / most;
    if (share < 0.25) continue;
    parts.push(story.slice(end, span.start));
    const mark = element("mark", { textContent: span.text, title: span.weight.toFixed(3) });
    mark.classList.toggle("against", span.weight < 0);
    mark.classList.toggle("much", share > 0.5);
    parts.push(mark);
    end = span.end;
  }
  parts.push(story.slice(end));
  at("story").replaceChildren(...parts);
  const best = spans.filter((span) => span.weight > 0).sort((a, b) => b.weight - a.weight);
  const words = [...new Set(best.map((span) => span.text))].slice(0, 5).join(", ");
  at("why").textContent = `${name}: most for it ${words || "nothing"}. Solid lines speak for the label, dotted ones against it.`;
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => field.value === shown || show(), PAUSE);
});
at("file").addEventListener("change", (event) => take(event.target.files[0]));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  field.classList.add("over");
});
document.addEventListener("dragleave", () => field.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  field.classList.remove("over");
  take(event.dataTransfer.files[0]);
});
begin();
