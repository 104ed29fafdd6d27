/** wiretag for Node: the same, and a `Tagger` that loads files. */
import { readFile } from "node:fs/promises";
import { ModelError, reasonOf } from "./errors.js";
import { Tagger as Anywhere } from "./tagger.js";

export { InputError, ModelError, UsageError, WiretagError } from "./errors.js";

export class Tagger extends Anywhere {
  /** A tagger from a model file; rejects with `ModelError` if it is not a sound one. */
  static async fromFile(path) {
    const bytes = await readFile(path).catch((error) => {
      throw new ModelError(
        error.code === "ENOENT"
          ? `There is no model at ${path}. Train one with \`make train\`, or name one with --model.`
          : `The model ${path} cannot be read: ${reasonOf(error)}.`,
      );
    });
    return this.load(bytes, path);
  }
}
