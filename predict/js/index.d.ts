/** One label given to a text. */
export interface Tag {
  label: string;
  /** In the item's language, or in the one asked for. */
  name: string;
  /** With four figures behind the point, unless asked for otherwise. */
  probability: number;
}

/** What the model says of one text, and what its footer declares. Every facet of the model but the language is a key. */
export interface Tags {
  /** "und" if unsure, or if the model knows no languages. */
  language: string;
  /** Facet -> label ids. */
  declared: Record<string, string[]>;
  [facet: string]: Tag[] | string | Record<string, string[]>;
}

/** A part of a story and what it adds to a label's score; places count UTF-16 units, as JavaScript's strings do. */
export interface Span {
  start: number;
  end: number;
  text: string;
  weight: number;
}

export interface Options {
  /** Give every label with at least this probability, instead of the model's own thresholds. */
  threshold?: number | null;
  /** Language of the labels' names; "item" takes each item's own. */
  names?: string;
  /** Probabilities as they are. */
  exact?: boolean;
}

/** A model file that is missing, foreign, damaged or too new; the message is a sentence for people. */
export class ModelError extends Error {}

/** A loaded model that tags texts. Nothing in it changes, so it may be shared. */
export class Tagger {
  /** A tagger from the bytes of a model file; throws `ModelError` if they are not a sound one. */
  static load(data: ArrayBuffer | ArrayBufferView): Tagger;
  /** A tagger from a model file; in Node only. */
  static fromFile(path: string): Tagger;
  /** Ids of all labels of all facets. */
  readonly labels: string[];
  /** Tags of one raw item: the object of `predict --json`. */
  tag(text: string, options?: Options): Tags;
  /** Tags of each raw item, in order. */
  tagMany(texts: Iterable<string>, options?: Options): Tags[];
  /** Probability of every label, in the order of `labels`. */
  probabilities(text: string): Float32Array;
  /** What each word of `parse(text).text` adds to a label's score, in the order of the text. */
  explain(text: string, label: string): Span[];
  /** The story without what is said of its sender, and the labels that its footer names. */
  parse(text: string): { text: string; declared: Record<string, string[]> };
  /** Name of a label in a language, else in English, else its id. */
  name(facet: string, label: string, language?: string): string;
}
