import { Tagger as Anywhere } from "./index.js";

export * from "./index.js";

export class Tagger extends Anywhere {
  static load(data: ArrayBuffer | ArrayBufferView, name?: string): Tagger;
  /** A tagger from a model file; rejects with `ModelError` if it is not a sound one. */
  static fromFile(path: string): Promise<Tagger>;
}
