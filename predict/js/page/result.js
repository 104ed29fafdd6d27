/** The tags of an item, as buttons that explain them. */
import { made } from "./made.js";

const HEADINGS = { sector: "Sectors", topic: "Topics" };

const heading = (facet) => HEADINGS[facet] ?? facet;
const percent = (probability) => `${Math.round(probability * 100)} %`;

/** A language's English name. */
function nameOf(language) {
  try {
    return language === "und" ? "unknown" : new Intl.DisplayNames(["en"], { type: "language" }).of(language);
  } catch {
    return language;
  }
}

/** Fill a part of the page with tags; `asked` is the label that is explained, `ask(facet, label)` explains one. */
export function showResult(target, tags, tagger, asked, ask) {
  target.replaceChildren();
  if (!tags) return;
  target.append(made("p", { id: "language", text: `Language: ${nameOf(tags.language)}` }));
  for (const [facet, own] of tags.facets) {
    target.append(made("h3", { text: heading(facet), dir: "auto" }));
    if (!own.length) {
      target.append(made("p", { text: "none" }));
      continue;
    }
    const list = made("ul", { lang: tags.language });
    for (const tag of own) list.append(made("li", {}, button(facet, tag, asked, ask)));
    target.append(list);
  }
  for (const [facet, labels] of tags.declared) {
    const names = labels.map((label) => tagger.name(facet, label, tags.language)).join(", ");
    target.append(made("h3", { text: `${heading(facet)} that the item itself names` }), made("p", { text: names, dir: "auto", lang: tags.language }));
  }
}

function button(facet, { label, name, probability }, asked, ask) {
  const pressed = asked !== null && asked.facet === facet && asked.label === label;
  const own = made(
    "button",
    { type: "button", dir: "auto", "aria-pressed": String(pressed), "data-place": `${facet}/${label}`, title: "Show the words that decided" },
    made("span", { text: name }),
    made("span", { text: percent(probability) }),
  );
  own.style.setProperty("--probability", probability);
  own.addEventListener("click", () => ask(facet, label));
  return own;
}

/** Say the tags in a sentence to those who listen; nothing if it is what was said last. */
export function speak(target, tags) {
  const listed = (own) => own.map(({ name, probability }) => `${name} ${percent(probability)}`).join(", ") || "none";
  const parts = tags ? [...tags.facets].map(([facet, own]) => `${heading(facet)}: ${listed(own)}.`) : [];
  const sentence = tags ? `${nameOf(tags.language)}. ${parts.join(" ")}` : "";
  if (target.textContent !== sentence) target.textContent = sentence;
}
