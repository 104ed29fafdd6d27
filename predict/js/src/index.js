/** wiretag for browsers and every other place that runs JavaScript; `node.js` adds reading files. */
export { InputError, ModelError, UsageError, WiretagError } from "./errors.js";
export { Tagger } from "./tagger.js";
