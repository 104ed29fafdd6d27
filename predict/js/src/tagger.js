/** `Tagger`: a loaded model that tags texts. */
import { UsageError } from "./errors.js";
import { spansOf } from "./explain.js";
import { loads } from "./model.js";
import { vector } from "./vectors.js";
import { gather, parse } from "./wire.js";

const LANGUAGE_FACET = "language";
const UNKNOWN_LANGUAGE = "und";
const single = Math.fround;
// What a stored root stands for, in steps of its row's scale; the place is the root's byte.
const WEIGHTS = Float64Array.from({ length: 256 }, (_, byte) => ((byte << 24) >> 24) * Math.abs((byte << 24) >> 24));

export class Tagger {
  #model;
  #rules;

  constructor(model) {
    this.#model = model;
  }

  /** A tagger from the bytes of a model file; `name` is used in messages. */
  static load(data, name) {
    return new this(loads(data, name));
  }

  /** Each facet's name, labels, and whether exactly one of them holds. */
  get facets() {
    return this.#model.facets.map(({ name, labels, exclusive }) => ({ name, labels: [...labels], exclusive }));
  }

  /** Ids of all labels of all facets, in the order of `probabilities`. */
  get labels() {
    return [...this.#model.labels];
  }

  /** The story without what is said of its sender, and the footer's labels. */
  parse(raw) {
    const { wire, names } = this.#model;
    if (!Object.keys(wire).length) return { text: raw, declared: new Map() };
    this.#rules ??= gather(wire, names);
    return parse(raw, this.#rules);
  }

  /** Tags of one raw item. */
  tag(text, { threshold, names = "item" } = {}) {
    const { text: story, declared } = this.parse(text);
    const probability = this.#probabilities(story);
    const given = this.#given(probability);
    const chosen = new Map();
    for (const { name, labels, first } of this.#model.facets) {
      const isGiven = threshold === undefined || name === LANGUAGE_FACET ? (n) => given[n] : (n) => probability[n] >= single(threshold);
      const tags = labels.map((label, n) => ({ label, name: label, probability: probability[first + n] }));
      chosen.set(name, tags.filter((_, n) => isGiven(first + n)).sort((a, b) => b.probability - a.probability));
    }
    const language = chosen.get(LANGUAGE_FACET)?.[0]?.label ?? UNKNOWN_LANGUAGE;
    chosen.delete(LANGUAGE_FACET);
    for (const [facet, tags] of chosen) {
      for (const tag of tags) tag.name = this.name(facet, tag.label, names === "item" ? language : names);
    }
    return { language, facets: chosen, declared };
  }

  /** Tags of each raw item, in order. */
  *tagMany(texts, options) {
    for (const text of texts) yield this.tag(text, options);
  }

  /** Probability of every label for a raw item, in the order of `labels`. */
  probabilities(text) {
    return this.#probabilities(this.parse(text).text);
  }

  /** What each word of the story adds to a label's score, in the first facet that has the label or in the one named. */
  explain(text, label, name) {
    const model = this.#model;
    const facet = model.facets.find((facet) => facet.labels.includes(label) && facet.name === (name ?? facet.name));
    if (!facet) throw new UsageError(`The model has no label '${label}' (it has: ${model.labels.join(", ")}).`);
    const counted = new Set([facet.first + facet.labels.indexOf(label), facet.common]);
    const story = this.parse(text).text;
    const { features, values } = vector(story, model.vectoriser);
    const parts = new Map();
    features.forEach((feature, n) => {
      let part = 0;
      for (let place = model.offsets[feature]; place < model.offsets[feature + 1]; place++) {
        const row = model.rows[place];
        if (counted.has(row)) part += WEIGHTS[model.weights[place] & 0xff] * model.scales[row];
      }
      if (part) parts.set(feature, part * values[n]);
    });
    return spansOf(story, model.vectoriser, parts);
  }

  /** Name of a label in a language, else in English, else its id. */
  name(facet, label, language = "en") {
    const names = this.#model.names[facet]?.[label] ?? {};
    const found = [names[language], names.en].find((own) => Array.isArray(own) && own.length);
    return found ? found[0] : label;
  }

  #probabilities(story) {
    const { facets, labels, rows, offsets, weights, scales, intercepts, slopes, shifts, vectoriser } = this.#model;
    const sums = new Float64Array(scales.length);
    const { features, values } = vector(story, vectoriser);
    features.forEach((feature, n) => {
      const value = values[n];
      for (let at = offsets[feature]; at < offsets[feature + 1]; at++) sums[rows[at]] += value * WEIGHTS[weights[at] & 0xff];
    });
    const logits = new Float32Array(labels.length);
    for (const { first, labels, common } of facets) {
      for (let n = first; n < first + labels.length; n++) {
        const shared = common < 0 ? 0 : sums[common] * scales[common];
        const score = single(sums[n] * scales[n] + intercepts[n] + shared);
        logits[n] = single(score * slopes[n]) + shifts[n];
      }
    }
    for (const { first, labels, exclusive, bend: [low, high, shift] } of facets) {
      const part = logits.subarray(first, first + labels.length);
      if (exclusive) softmax(part);
      else part.forEach((logit, n) => (part[n] = 1 / (1 + Math.exp(-Math.min(Math.max(logit * (logit < 0 ? low : high) + shift, -60), 60)))));
    }
    return logits;
  }

  /** Which labels are given at these probabilities. */
  #given(probability) {
    const given = probability.map((value, n) => Number(value >= this.#model.thresholds[n]));
    for (const { first, labels, exclusive, rules, floor } of this.#model.facets) {
      if (!labels.length) continue;
      const part = probability.subarray(first, first + labels.length);
      const own = given.subarray(first, first + labels.length);
      const best = mostProbable(part, part.keys());
      if (exclusive) {
        own.fill(0);
        own[best] = 1;
        continue;
      }
      if (!own.includes(1) && part[best] >= single(floor)) own[best] = 1;
      for (const [label, others] of rules) {
        if (own[label] && !others.some((other) => own[other])) own[mostProbable(part, others)] = 1;
      }
    }
    return given;
  }
}

function mostProbable(probability, places) {
  return [...places].reduce((best, place) => (probability[place] > probability[best] ? place : best));
}

/** In place. */
function softmax(logits) {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  logits.forEach((logit, n) => (logits[n] = Math.exp(logit - highest)));
  const sum = logits.reduce((a, b) => a + b, 0);
  logits.forEach((power, n) => (logits[n] = power / sum));
}
