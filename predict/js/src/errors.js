/** Everything that wiretag throws on purpose; messages are for the person at the keyboard. */
export class WiretagError extends Error {}

/** An item cannot be read or has no text. */
export class InputError extends WiretagError {}

/** A model file is missing, damaged, foreign, or of an unknown format. */
export class ModelError extends WiretagError {}

/** Options that do not fit together. */
export class UsageError extends WiretagError {}

/** What the system says, without Node's code, call and path around it. */
export const reasonOf = (error) => error.message.replace(/^[A-Z]+: |,? [a-z]+( '.*')?$/gs, "");
