// What Node has beside the browser: models from files.

import { readFileSync } from "node:fs";
import { ModelError, Tagger as Base } from "./src/tagger.js";

export { ModelError };

export class Tagger extends Base {
  /** A tagger from a model file; throws `ModelError` if there is none, or no sound one. */
  static fromFile(path) {
    let data;
    try {
      data = readFileSync(path);
    } catch (error) {
      if (error.code === "ENOENT") throw new ModelError(`There is no model at ${path}. Name one with --model.`);
      throw new ModelError(`The model ${path} cannot be read: ${error.code}.`);
    }
    return this.load(data);
  }

  static load(data) {
    return new Tagger(Base.load(data).model);
  }
}
