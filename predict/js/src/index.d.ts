/** One label given to a text. */
export interface Tag {
  label: string;
  name: string;
  /** 0 to 1, in single precision. */
  probability: number;
}

/** What the model says of one text, and what its footer declares (which the model never sees). */
export interface Tags {
  /** Id, "und" if unsure or if the model knows no languages. */
  language: string;
  /** Facet -> its tags, the most probable first. */
  facets: Map<string, Tag[]>;
  /** Facet -> label ids. */
  declared: Map<string, string[]>;
}

/** A word of a story, or a character of a script without spaces, and what it adds to a label's score. */
export interface Span {
  /** Place in `tagger.parse(text).text`, in UTF-16 code units: `text === story.slice(start, end)`. */
  start: number;
  end: number;
  text: string;
  weight: number;
}

export interface Facet {
  name: string;
  labels: string[];
  /** Exactly one label holds. */
  exclusive: boolean;
}

export interface Options {
  /** Give every label with at least this probability, instead of the model's own choice. */
  threshold?: number;
  /** Language of the labels' names; "item", the default, takes each item's own. */
  names?: string;
}

/** Tags texts with a model. */
export class Tagger {
  /**
   * Checks the bytes of a model file and reads them; nothing of them is kept.
   * @param name used in messages
   * @throws {ModelError} the bytes are no sound model
   */
  static load(data: ArrayBuffer | ArrayBufferView, name?: string): Tagger;
  get facets(): Facet[];
  /** Ids of all labels of all facets, in the order of `probabilities`. */
  get labels(): string[];
  /** Tags of one raw item; footers, disclaimers and the like are taken off first. */
  tag(text: string, options?: Options): Tags;
  /** Tags of each raw item, in order. */
  tagMany(texts: Iterable<string>, options?: Options): Generator<Tags>;
  /** Probability of every label for a raw item. */
  probabilities(text: string): Float32Array;
  /**
   * What each word of the story adds to a label's score, in the order of the text. Two facets may have labels of one id:
   * without a facet's name the first of them is explained.
   * @throws {UsageError} the model has no such label
   */
  explain(text: string, label: string, facet?: string): Span[];
  /** The story without what is said of its sender, and the footer's labels. */
  parse(raw: string): { text: string; declared: Map<string, string[]> };
  /** Name of a label in a language (English by default), else in English, else its id. */
  name(facet: string, label: string, language?: string): string;
}

/** Base of all errors whose message is meant for the user. */
export class WiretagError extends Error {}
/** An item cannot be read or has no text. */
export class InputError extends WiretagError {}
/** A model file is missing, damaged, foreign, or of an unknown format. */
export class ModelError extends WiretagError {}
/** Options that do not fit together. */
export class UsageError extends WiretagError {}
