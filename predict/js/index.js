export { ModelError, Tagger } from "./src/tagger.js";
