/** `Tagger`: a loaded model that tags texts. */
import { UsageError } from "./errors.js";
import { spansOf } from "./explain.js";
import { loads } from "./model.js";
import { single, vector } from "./vectors.js";
import { gather, parse } from "./wire.js";

const LANGUAGE_FACET = "language";

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
    return [...this.#model.ids];
  }

  /** The story without what is said of its sender, and the footer's labels. */
  parse(raw) {
    const { wire, names } = this.#model;
    if (!Object.keys(wire).length) return { text: raw, declared: new Map() };
    return parse(raw, (this.#rules ??= gather(wire, names)));
  }

  /** Tags of one raw item. */
  tag(text, { threshold, names = "item" } = {}) {
    const { text: story, declared } = this.parse(text);
    const probabilities = this.#probabilities(story);
    const given = this.#given(probabilities);
    const facets = new Map();
    for (const { name, labels, first } of this.#model.facets) {
      const isGiven = (_, n) => (threshold === undefined || name === LANGUAGE_FACET ? given[first + n] : probabilities[first + n] >= single(threshold));
      const tags = labels.map((label, n) => ({ label, name: label, probability: probabilities[first + n] }));
      facets.set(name, tags.filter(isGiven).sort((a, b) => b.probability - a.probability));
    }
    const language = facets.get(LANGUAGE_FACET)?.[0]?.label ?? "und";
    facets.delete(LANGUAGE_FACET);
    for (const [facet, tags] of facets) {
      for (const tag of tags) tag.name = this.name(facet, tag.label, names === "item" ? language : names);
    }
    return { language, facets, declared };
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
    const { facets, ids, scales } = this.#model;
    const facet = facets.find((facet) => facet.labels.includes(label) && facet.name === (name ?? facet.name));
    if (!facet) throw new UsageError(`The model has no label '${label}' (it has: ${ids.join(", ")}).`);
    const counted = [facet.first + facet.labels.indexOf(label), facet.common];
    const story = this.parse(text).text;
    const parts = new Map();
    this.#eachWeight(story, (row, weight, feature) => {
      if (counted.includes(row)) parts.set(feature, (parts.get(feature) ?? 0) + weight * scales[row]);
    });
    return spansOf(story, this.#model, parts);
  }

  /** Name of a label in a language, else in English, else its id. */
  name(facet, label, language = "en") {
    const names = this.#model.names[facet]?.[label] ?? {};
    return [names[language], names.en].find((own) => Array.isArray(own) && own.length)?.[0] ?? label;
  }

  /** Calls `visit(row, weight, feature)` with what each feature of the story adds to rows, in steps of the row's scale. */
  #eachWeight(story, visit) {
    const { labels, offsets, weights } = this.#model;
    const { features, values } = vector(story, this.#model);
    features.forEach((feature, n) => {
      for (let at = offsets[feature]; at < offsets[feature + 1]; at++) {
        visit(labels[at], values[n] * (weights[at] * Math.abs(weights[at])), feature); // the file holds roots
      }
    });
  }

  #probabilities(story) {
    const { facets, ids, scales, intercepts, slopes, shifts } = this.#model;
    const sums = new Float64Array(scales.length);
    this.#eachWeight(story, (row, weight) => (sums[row] += weight));
    const result = new Float32Array(ids.length);
    for (const { first, labels, common, exclusive } of facets) {
      const own = result.subarray(first, first + labels.length);
      own.forEach((_, n) => {
        const at = first + n;
        const shared = sums[common] * scales[common] || 0;
        own[n] = single(single(sums[at] * scales[at] + intercepts[at] + shared) * slopes[at]) + shifts[at];
      });
      if (exclusive) {
        // Softmax.
        const highest = own.reduce((a, b) => Math.max(a, b), -Infinity);
        own.forEach((logit, n) => (own[n] = Math.exp(logit - highest)));
        const sum = own.reduce((a, b) => a + b, 0);
        own.forEach((power, n) => (own[n] = power / sum));
      } else own.forEach((logit, n) => (own[n] = 1 / (1 + Math.exp(-Math.min(Math.max(logit, -60), 60)))));
    }
    return result;
  }

  /** Which labels are given at these probabilities. */
  #given(probabilities) {
    const { facets, thresholds } = this.#model;
    const given = probabilities.map((value, n) => value >= thresholds[n]);
    for (const { first, labels, exclusive, rules, floor } of facets) {
      if (!labels.length) continue;
      const part = probabilities.subarray(first, first + labels.length);
      const own = given.subarray(first, first + labels.length);
      const mostProbable = (places) => [...places].reduce((best, place) => (part[place] > part[best] ? place : best));
      const best = mostProbable(part.keys());
      if (exclusive) own.fill(0);
      if (exclusive || (!own.includes(1) && part[best] >= single(floor))) own[best] = 1;
      if (exclusive) continue;
      for (const [label, others] of rules) {
        if (own[label] && !others.some((other) => own[other])) own[mostProbable(others)] = 1;
      }
    }
    return given;
  }
}
