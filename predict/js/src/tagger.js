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
    const facets = new Map();
    for (const facet of this.#model.facets) {
      const own = facet.part(probabilities);
      const isOwnChoice = threshold === undefined || facet.name === LANGUAGE_FACET;
      const given = isOwnChoice ? givenOf(facet, own, this.#model.thresholds) : own.map((value) => value >= single(threshold));
      const tags = facet.labels.map((label, n) => ({ label, name: label, probability: own[n] }));
      facets.set(facet.name, tags.filter((_, n) => given[n]).sort((a, b) => b.probability - a.probability));
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
    return [names[language], names.en].find((own) => own?.[0])?.[0] ?? label;
  }

  /** Calls `visit(row, weight, feature)` with what each feature of the story adds to rows, in steps of the row's scale. */
  #eachWeight(story, visit) {
    const { rows, offsets, weights } = this.#model;
    const [features, values] = vector(story, this.#model);
    for (let n = 0; n < features.length; n++) {
      const feature = features[n];
      for (let at = offsets[feature]; at < offsets[feature + 1]; at++) {
        visit(rows[at], values[n] * weights[at], feature);
      }
    }
  }

  #probabilities(story) {
    const { facets, ids, scales, intercepts, slopes, shifts } = this.#model;
    const sums = new Float64Array(scales.length);
    this.#eachWeight(story, (row, weight) => (sums[row] += weight));
    const scores = sums.map((sum, row) => sum * scales[row]);
    const result = new Float32Array(ids.length);
    for (const { part, first, common, exclusive, low, high, shift } of facets) {
      const own = part(result);
      own.forEach((_, n) => {
        const score = single(scores[first + n] + intercepts[first + n] + (scores[common] ?? 0));
        own[n] = single(score * slopes[first + n]) + shifts[first + n];
      });
      if (exclusive) {
        // Softmax.
        const highest = Math.max(...own);
        const sum = own.reduce((sum, logit, n) => sum + (own[n] = Math.exp(logit - highest)), 0);
        own.forEach((power, n) => (own[n] = power / sum));
      } else own.forEach((logit, n) => (own[n] = 1 / (1 + Math.exp(-Math.max(logit * (logit < 0 ? low : high) + shift, -60)))));
    }
    return result;
  }
}

/** Which labels of a facet are given at these probabilities, by the model's own choice. */
function givenOf({ part, exclusive, rules, floor }, probabilities, thresholds) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const limits = part(thresholds);
  const given = probabilities.map((value, n) => (exclusive ? n === best : value >= limits[n]));
  if (!given.includes(1) && probabilities[best] >= single(floor)) given[best] = 1;
  for (const [label, others] of exclusive ? [] : rules) {
    if (!given[label] || others.some((other) => given[other])) continue;
    given[others.reduce((best, other) => (probabilities[other] > probabilities[best] ? other : best))] = 1;
  }
  return given;
}
