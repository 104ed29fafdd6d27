// A loaded model that tags texts: predict/wiretag/tagger.py.

import { explained } from "./explain.js";
import { ModelError, loads } from "./model.js";
import { vectorOf } from "./vectors.js";
import { parse, rulesOf } from "./wire.js";

export { ModelError };
const LANGUAGE = "language";
const UNKNOWN = "und";
const f = Math.fround;

export class Tagger {
  #rules;

  constructor(model) {
    this.model = model;
  }

  /** A tagger from the bytes of a model file; throws `ModelError` if they are not a sound one. */
  static load(data) {
    return new Tagger(loads(data));
  }

  get labels() {
    return this.model.labelIds;
  }

  /** The story without what is said of its sender, and the footer's labels. */
  parse(raw) {
    if (!Object.keys(this.model.wire).length) return { text: raw, declared: {} };
    return parse(raw, (this.#rules ??= rulesOf(this.model)));
  }

  /** Tags of one raw item, as `predict --json` prints them. */
  tag(raw, { threshold = null, names = "item", exact = false } = {}) {
    const item = this.parse(raw);
    const probability = this.#probabilities(item.text);
    const given = this.#given(probability, threshold);
    const chosen = this.model.facets.map((facet) => [facet, ranked(facet, given, probability)]);
    const found = chosen.find(([facet]) => facet.name === LANGUAGE)?.[1][0];
    const language = found ? found.label : UNKNOWN;
    const wanted = names === "item" ? language : names;
    const result = { language };
    for (const [facet, tags] of chosen) {
      if (facet.name === LANGUAGE) continue;
      result[facet.name] = tags.map(({ label, probability }) => ({
        label, name: this.name(facet.name, label, wanted), probability: exact ? probability : rounded(probability, 1e4),
      }));
    }
    return { ...result, declared: item.declared };
  }

  /** Tags of each raw item, in order. */
  tagMany(texts, options) {
    return Array.from(texts, (text) => this.tag(text, options));
  }

  /** Probability of every label for a raw item, in the order of `labels`. */
  probabilities(raw) {
    return this.#probabilities(this.parse(raw).text);
  }

  /** What each word of the story (`parse(raw).text`) adds to a label's score; places count as JavaScript's strings do. */
  explain(raw, label) {
    const column = this.model.labelIds.indexOf(label);
    if (column < 0) throw new RangeError(`The model has no label '${label}' (it has: ${this.labels.join(", ")}).`);
    return explained(this.parse(raw).text, this.model, this.#rowsOf(column));
  }

  /** Name of a label in a language, else in English, else its id. */
  name(facet, label, language = "en") {
    const names = this.model.names[facet]?.[label] ?? {};
    return [names[language], names.en].find((own) => own?.length)?.[0] ?? label;
  }

  #rowsOf(column) {
    let common = this.labels.length;
    const rows = new Set([column]);
    for (const facet of this.model.facets) {
      if (facet.exclusive) continue;
      if (facet.first <= column && column < facet.last) rows.add(common);
      common++;
    }
    return rows;
  }

  #probabilities(story) {
    const { model } = this;
    const sums = new Float64Array(model.scales.length);
    const { features, values } = vectorOf(story, model);
    features.forEach((feature, n) => {
      for (let at = model.offsets[feature]; at < model.offsets[feature + 1]; at++) {
        const root = model.weights[at];
        sums[model.labels[at]] += values[n] * (root * Math.abs(root));
      }
    });
    let common = this.labels.length;
    const result = new Float32Array(common);
    for (const facet of model.facets) {
      const shared = facet.exclusive ? 0 : sums[common] * model.scales[common++];
      const logits = new Float32Array(facet.last - facet.first);
      for (let n = facet.first; n < facet.last; n++) {
        const score = f(sums[n] * model.scales[n] + model.intercepts[n] + shared);
        logits[n - facet.first] = f(f(score * model.slopes[n]) + model.shifts[n]);
      }
      result.set(facet.exclusive ? softmax(logits) : logits.map(sigmoid), facet.first);
    }
    return result;
  }

  #given(probability, threshold) {
    const given = Array.from(probability, (own, n) => own >= this.model.thresholds[n]);
    for (const facet of this.model.facets) {
      const { first, last, labels } = facet;
      if (first === last) continue;
      let best = first;
      for (let n = first; n < last; n++) if (probability[n] > probability[best]) best = n;
      if (facet.exclusive) given.fill(false, first, last);
      const alone = !given.slice(first, last).includes(true);
      if (facet.exclusive || (alone && probability[best] >= facet.floor)) given[best] = true;
      for (const [label, others] of facet.exclusive ? [] : Object.entries(facet.beside)) {
        const places = others.map((other) => first + labels.indexOf(other));
        if (!given[first + labels.indexOf(label)] || places.some((place) => given[place])) continue;
        given[places.reduce((most, place) => (probability[place] > probability[most] ? place : most))] = true;
      }
      if (threshold === null || facet.name === LANGUAGE) continue;
      for (let n = first; n < last; n++) given[n] = probability[n] >= f(threshold);
    }
    return given;
  }
}

/** The labels of a facet that are given, the most probable first. */
function ranked(facet, given, probability) {
  const tags = [];
  for (let n = facet.first; n < facet.last; n++) {
    if (given[n]) tags.push({ label: facet.labels[n - facet.first], probability: probability[n] });
  }
  return tags.sort((a, b) => b.probability - a.probability);
}

const sigmoid = (logit) => f(1 / f(1 + f(Math.exp(-Math.min(Math.max(logit, -60), 60)))));

function softmax(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const power = logits.map((logit) => Math.exp(f(logit - most)));
  const sum = power.reduce((a, b) => f(a + b));
  return power.map((own) => f(own / sum));
}

/** A float32 probability in steps, exact halves to the even one, as Python rounds. */
export function rounded(value, steps) {
  const exact = value * steps;
  const down = Math.floor(exact);
  const up = exact - down > 0.5 || (exact - down === 0.5 && down % 2);
  return (down + (up ? 1 : 0)) / steps;
}
