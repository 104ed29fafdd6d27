/** The page: an item in, its tags and what decided them out. All that comes from outside goes to the page as plain text. */
import { decode, NAME_ENCODING } from "../src/decoding.js";
import { WiretagError } from "../src/errors.js";
import { Tagger } from "../src/tagger.js";
import { showResult, speak } from "./result.js";
import { hideWhy, showWhy } from "./why.js";

const TYPING_PAUSE_MS = 150;
// What is tagged between two key strokes without a wait; no item is longer.
const MOST_CHARACTERS = 200_000;
const UNAUTHORISED = 401;

const element = (id) => document.getElementById(id);
let tagger = null;
let asked = null;
let timer;

/** Fetch the model from beside the page, with a token if one was typed. */
async function fetchModel(token) {
  notice("Loading the model …");
  try {
    const response = await fetch("model.safetensors", token === undefined ? {} : { headers: { Authorization: bearer(token) } });
    if (response.status === UNAUTHORISED) return askForToken(token);
    if (!response.ok) throw new Error(String(response.status));
    useModel(await response.arrayBuffer(), "The model");
  } catch (error) {
    element("model-picker").hidden = false;
    const sentence = token === undefined ? "No model stands beside this page. Choose one to begin." : "The model cannot be fetched. Try again, or choose one.";
    notice(error instanceof WiretagError ? error.message : sentence);
  }
}

/** A header takes one character a byte; the server reads them as UTF-8. */
function bearer(token) {
  return `Bearer ${String.fromCharCode(...new TextEncoder().encode(token))}`;
}

/** Show where a token is typed; `wrong` is one that the server did not take. */
function askForToken(wrong) {
  if (tagger) return notice(""); // a model was chosen meanwhile
  element("token-form").hidden = element("model-picker").hidden = false;
  const isWrong = wrong !== undefined;
  element("token").setAttribute("aria-invalid", String(isWrong));
  notice(isWrong ? "That is not the server's token. Try again, or choose a model." : "The server's model needs a token. Type it, or choose a model.");
}

function useModel(bytes, name) {
  tagger = Tagger.load(bytes, name);
  element("model-picker").hidden = element("token-form").hidden = true;
  element("token").value = "";
  notice("");
  update();
}

/** Tag what stands in the text field. */
function update() {
  clearTimeout(timer);
  if (!tagger) return;
  const text = element("text").value;
  const isLong = text.length > MOST_CHARACTERS;
  notice(isLong ? `Only the first ${MOST_CHARACTERS.toLocaleString("en")} characters are read.` : "");
  const read = text.slice(0, MOST_CHARACTERS);
  const tags = read.trim() ? tagger.tag(read) : null;
  element("empty").hidden = tags !== null;
  const given = tags !== null && asked !== null && tags.facets.get(asked.facet)?.find((tag) => tag.label === asked.label);
  if (!given) asked = null;
  showResult(element("result"), tags, tagger, asked, ask);
  if (asked) showWhy(tagger, read, asked.facet, given, tags.language);
  else hideWhy();
  speak(element("spoken"), tags);
}

/** Explain a label, or stop explaining it. */
function ask(facet, label) {
  asked = asked?.facet === facet && asked.label === label ? null : { facet, label };
  update();
  element("result").querySelector(`[data-place="${CSS.escape(`${facet}/${label}`)}"]`)?.focus();
}

/** Put a text into the field, no more of it than is seen to be too much: a line of megabytes would hold the browser. */
function put(text) {
  element("text").value = text.slice(0, MOST_CHARACTERS + 1);
  update();
}

async function take(file) {
  try {
    if (!file) return;
    const bytes = await file.arrayBuffer();
    if (file.name.endsWith(".safetensors")) useModel(bytes, file.name);
    else {
      put(decode(new Uint8Array(bytes), file.name));
    }
  } catch (error) {
    notice(error instanceof WiretagError ? error.message.replace(NAME_ENCODING, "save it as UTF-8") : `${file.name} cannot be read.`);
  }
}

function notice(sentence) {
  element("notice").textContent = sentence;
}

element("text").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(update, TYPING_PAUSE_MS);
});
element("clear").addEventListener("click", () => {
  element("text").value = "";
  update();
  element("text").focus();
});
for (const id of ["text-file", "model-file"]) {
  element(id).addEventListener("change", async (event) => {
    await take(event.target.files[0]);
    event.target.value = ""; // the same file can be chosen again
  });
}
element("token-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  element("token-button").disabled = true; // one try at a time
  await fetchModel(element("token").value);
  element("token-button").disabled = false;
  if (tagger) element("text").focus();
  else element("token").select();
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  const [file] = event.dataTransfer.files;
  if (!file && event.target === element("text")) return; // the field takes text by itself
  event.preventDefault();
  if (file) return take(file);
  put(event.dataTransfer.getData("text/plain"));
});
fetchModel();
