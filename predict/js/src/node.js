/** wiretag for Node: the same, and a `Tagger` that loads files. */
import { readFile } from "node:fs/promises";
import { ModelError } from "./errors.js";
import { Tagger as Anywhere } from "./tagger.js";

export { InputError, ModelError, UsageError, WiretagError } from "./errors.js";

export class Tagger extends Anywhere {
  /** A tagger from a model file; rejects with `ModelError` if it is not a sound one. */
  static async fromFile(path) {
    let bytes;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw new ModelError(
        error.code === "ENOENT"
          ? `There is no model at ${path}. Train one with \`make train\`, or name one with --model.`
          : `The model ${path} cannot be read: ${reasonOf(error)}.`,
      );
    }
    return this.load(bytes, String(path));
  }
}

/** What the system says, without Node's code, call and path around it. */
export const reasonOf = (error) => error.message.replace(/^[A-Z]+: |,? [a-z]+( '.*')?$/gs, "");
