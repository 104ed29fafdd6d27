// Made by tests/make_page.py from predict/js; change it there.
"use strict";
(() => {
const src_errors = (() => {
/** Everything that wiretag throws on purpose; messages are for the person at the keyboard. */
class WiretagError extends Error {}

/** An item cannot be read or has no text. */
class InputError extends WiretagError {}

/** A model file is missing, damaged, foreign, or of an unknown format. */
class ModelError extends WiretagError {}

/** Options that do not fit together. */
class UsageError extends WiretagError {}

/** What the system says, without Node's code, call and path around it. */
const reasonOf = (error) => error.message.replace(/^[A-Z]+: |,? [a-z]+( '.*')?$/gs, "");
return { WiretagError, InputError, ModelError, UsageError, reasonOf };
})();
const src_decoding = (() => {
/** Bytes to text, and text to what may be shown. */
const { InputError } = src_errors;

/** What a command line says of a file in another encoding. */
const NAME_ENCODING = "name its encoding with --encoding";
const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** Bytes to text: UTF-8, UTF-16 with a byte order mark, or what `encoding` names; `shown` is for messages. */
function decode(data, shown, encoding) {
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, n) => data[n] === byte));
  const chosen = encoding ?? mark?.[0] ?? "utf-8";
  let decoder;
  try {
    decoder = new TextDecoder(chosen, { fatal: true, ignoreBOM: encoding !== undefined });
  } catch {
    throw new InputError(`There is no encoding '${printable(chosen)}'; try utf-8, cp1252 or gb18030.`);
  }
  let text;
  try {
    text = decoder.decode(data);
  } catch {
    if (data.subarray(0, 4096).includes(0)) throw new InputError(`${shown} is a binary file, not text.`);
    throw new InputError(`${shown} is not ${chosen.toUpperCase()} text; ${NAME_ENCODING}.`);
  }
  if (text.slice(0, 4096).includes("\0")) throw new InputError(`${shown} is a binary file, not text.`);
  return text;
}

/** Text without control characters, safe to show on a terminal. */
const printable = (text) => text.replace(/(?! )[\p{C}\p{Z}]/gu, "\ufffd");
return { NAME_ENCODING, decode, printable };
})();
const src_unicode = (() => {
// Made by tests/make_codepoints_js.py, which says how it is packed.
const RUNS = ".8Xv*vrgS~mh{1zRd4.j}%QYWS:)\\^iBp>Hw^i1QR&}8.a64tG<Wj#^FrWRe&'J|?x_$-qkONw&2`:Qck=BFit_Pos}PUKmJSf>~a+>clQx(YSpE][Q}2jNC$Sua-0+zSaun_01'/-,uMlyC=F?K~{cM#<AD%o4~N2i'v%8H(@_#b{e+?$CQV<me<Qa[me*IPv<HfRGY?<N*^:5@@Hg3EV6aXv^K_Yu>m4Sd#0V+/W=)V.gFu4+(x,(xj1CDb|-<'$&cMi7qA='z(%0zY}#lamifk#PgGee2sqRTFQ{wlaVpOp{ZF8-g5pkh`N`FzndVdID]rRF:a73sp4PB;O/XB,}pL4MF#5Jqt$6D?fmwTbM(yvv7bvDpw`+7CPSEHPuXHR>;)LvGX^W5:ci<Pf7{?UMDX'u&Fe46M(ytuU_Zd2tO|cm\\?t*3_=Lg7)-lUsngSji'uxIE>D\\UpM%CS4d-~}4:W<5?E.pN]8)5K4/,V>Z:UU>$H=RJ{Lpv#qK2Z,g-p'@aDFEXIJF0g<[{+ydyI\\yv@=Dqt:C.ji/][crI2>|kG[BT{7H$wusq?{>IgDZz2VgV:9G6RNwPE`H:,UmtTV]X75npwgt8sxFTAqu}3{1S\\c2Y$x<TUFE&si_'O(={U,cpbZFYXD<qv$(_|cLBJOX(h#ZL|m(bc>%nyeVutcp'i^m`od9(qDFm-dC-{<0X]y9b7G?++c]gkQbCuyJY,I6QWx/p_0wRu:EKb,I+`ID]@;G{]S)~^.+$`p?6PCfE:wq/pM$tZ@P\\}CWBuI<9;DiB6GkPoc$JdYPUN8x_X-.Bl}y8$fTM{ymd3H0}}IrS9:T`Fv=B%8o)2r%\\:>F:G3Y_'ENH@3Cq/(RuJBu<Z[3%Yp09TXo95d`2;c^t.uT5=<D09XDc]}(S&JrYs0MT]g?NH~t8(4'kNWmTI0E*Fwf8])H=T%bt~Q>?6Y~M)G#VGhN.FoJDf/yfd('9T:So>Nz^(75)jMkZc;,a,(jfdW]0_u&z|#_Jx+(89L/TqcjjF%V./ED9UEle%tY|PZL8Q`yvByTaV0qPL-_v:}d^J=joDbx:_6<&WgwUccpHr'C4R~n;*JPI9U8TjifsJiPKlO6/8t+rmyVk4d5|n{U{Z'0Xh/Gg/j1{F|Qv_iC\\2ibVt(bDN:fpXB1l(s<VzoPRL3B_T{K2E7,g_w:K95BebhzLj.5&GlqU,\\;#1&9m4fmytG.Xn>Q/qQb{DOy3>V=I}i@FA>9;w3s$VNfF)lueM_@V<><85l|&Rd.m50$bcT4{(%@D_JxwloUF{AsP'#~5'BS;Bw~@Y$+:4K51]V-8;hQvgW_'SI/F(PSmth<^}R&6[>FHaPH-0O#U^F6B[ot5yn0by>5bKFFnVp}2mz[Y%eKeTT8Kjp?^@?SLq('l#rweh@0Y<Rp5mrGW&p`wj?%qp8>KPmSwjkuI/,Vuq?o&uqOg1';J5YnrqU9mj.w_?Q(o<nyohP9#ODV`/}^[]8Z2Zq,K.s;_|=BUf6'$y$YrU*(%6Wb0'p@z-$}X:,.B%e'7GZ)eH6^j?LnT.8BKixnPc$ZTuowELg3GOpwy@~Ki$L-K7@$l`ET:&GpO%ak@=\\>y<SsA=*@x|y2c>zH,v>fQr8OTrqE]stMQMR{ArJ3P4.KpOkU},m89Ri0ViiSDo`p";
return { RUNS };
})();
const src_codepoints = (() => {
/** Class and folded form of code points; the table is Unicode's of the Python package, whatever the engine's version. */
const { RUNS } = src_unicode;

const SEPARATOR = 0;
const SPACED = 1;
const IDEOGRAPH = 2;
const SYLLABLE = 3;
const DIGIT = 4;
const IGNORABLE = 5;
const HANGUL = 6;
const CLASS_SHIFT = 24;
// In the packed table: code points that its Unicode version does not know.
const UNKNOWN = 7;
const FOLDED = 0xffffff;
const BASE = 92;
const CONTEXT = 2 ** 18;
// Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
const FOLDS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ی: "ي", ة: "ه", ک: "ك", ё: "е" };

/** ``class << 24 | folded`` of each code point; the class alone of those that were not asked for before. */
const symbols = new Uint32Array(0x110000);

/** Matches code points that the table does not know. */
const UNASSIGNED = unpacked();

/** ``class << 24 | folded`` of a code point that is known and its own normal form; separators fold to a space. */
function symbol(code) {
  const value = symbols[code];
  if (value & FOLDED) return value;
  const char = String.fromCodePoint(code);
  const lower = char.toLowerCase();
  const folded = value >> CLASS_SHIFT === SEPARATOR ? " " : [...lower].length > 1 ? char : (FOLDS[lower] ?? lower);
  return (symbols[code] |= folded.codePointAt(0));
}

/** Fills `symbols` from the table; tests/make_codepoints_js.py says how it is packed. */
function unpacked() {
  let unknown = "";
  let at = 0;
  let range = 1;
  let value = 0;
  let before = 0;
  let kind = 0;
  const counts = []; // by context: how often its bits were 0 and 1, and one more
  const bit = (context) => {
    for (; range < 2 ** 24; range *= BASE) value = value * BASE + RUNS.charCodeAt(at++) - 35;
    const own = (counts[context] ??= [1, 1]);
    const split = Math.floor((range * own[0]) / (own[0] + own[1]));
    const isOne = value >= split;
    range = isOne ? range - split : split;
    if (isOne) value -= split;
    own[+isOne]++;
    return isOne;
  };
  const bits = (context, size) => {
    let number = 1;
    while (size--) number = number * 2 + bit(context + number);
    return number;
  };
  for (let code = 0; code < symbols.length; ) {
    [before, kind] = [kind, bits((before * 8 + kind) * CONTEXT, 3) - 8];
    let context = (64 + kind * 16 + (code & 15)) * 32 * CONTEXT;
    let size = 0;
    for (; bit(context); context += CONTEXT) size++;
    const end = code + bits(context, size);
    symbols.fill(kind << CLASS_SHIFT, code, end);
    if (kind === UNKNOWN) unknown += String.fromCodePoint(code, 0x2d, end - 1); // "first-last"
    // Digits stand in tens, 0 to 9.
    if (kind === DIGIT) for (let n = code; n < end; n++) symbols[n] |= 0x30 + ((n - code) % 10);
    code = end;
  }
  return new RegExp(`[${unknown}]`, "gu");
}
return { SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL, CLASS_SHIFT, UNASSIGNED, symbol };
})();
const src_text = (() => {
/** What Python's `str` does and JavaScript's does not do, or does otherwise. Characters are code points. */

/** The characters of `str.isspace` and of Python's `\s`, for use inside a pattern's brackets. */
const SPACES = "\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";

/** All from the first to the last character that is no space; it looks at each character of a long run but once. */
const CORE = new RegExp(`[^${SPACES}](.*[^${SPACES}])?`, "s");
const RUNS_OF_SPACES = new RegExp(`[${SPACES}]+`, "g");

/** `str.strip` */
const strip = (text) => CORE.exec(text)?.[0] ?? "";

/** Number of code points. */
const length = (text) => [...text].length;

/**
 * What two spellings of a word have in common: NFKC, case folded, single spaces. Upper case maps what folds together to one
 * spelling, all but the dotless i, which would meet the dotted one. (Cherokee, which `str.casefold` folds to its capitals,
 * comes out small here: keys are only compared with one another.)
 */
function spellingKey(text) {
  const folded = text.normalize("NFKC").replace(/[^ı]+/g, (part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ"));
  return strip(folded).replace(RUNS_OF_SPACES, " ");
}
return { SPACES, CORE, strip, length, spellingKey };
})();
const src_features = (() => {
/**
 * Texts to hashed n-grams; `wiretag/features.py` says the method in full. One n-gram at a time, and where it stands,
 * so that counting and explaining go the same way. All arithmetic is modulo 2^32.
 */
const { CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, IGNORABLE, SEPARATOR, SPACED, SYLLABLE, UNASSIGNED, symbol } = src_codepoints;
const { CORE, strip } = src_text;

const BITS = 20;
/** Views of features, by number; a configuration has a key for each that may be left out. */
const VIEWS = ["words", "pairs", "chars", "title"];
const WORDS = 0;
const PAIRS = 1;
const CHARS = 2;
const TITLE = 3;

const { imul } = Math;
const BASE = 0x9e3779b1;
const PAIR = 0x85ebca6b; // also a multiplier of murmur3
const WORD_SALT = 0x1b873593;
const PAIR_SALT = 0xcc9e2d51;
const CHAR_SALT = 0x2545f491;
const LETTERS = (1 << SPACED) | (1 << DIGIT);

/** A text with a blank for each code point that the table's Unicode version does not know. */
const blanked = (text) => text.replace(UNASSIGNED, " ");

/** NFKC of a blanked text. */
const normalise = (text) => blanked(text).normalize("NFKC");

/** Sorted columns (``view << BITS | bucket``) of all n-grams of a text, repeated ones each time. */
function columnsOf(text, config) {
  const columns = [];
  eachGram(normalise(text), config, (column) => columns.push(column));
  return new Uint32Array(columns).sort();
}

/**
 * Calls `visit(column, first, last)` with each n-gram of a normalised text, repeated ones each time; first and last are the
 * places of its first and last letter in the text.
 */
function eachGram(text, config, visit) {
  // Symbols with a separator before and behind, the ignorable ones left out, and the code unit at which each stands.
  const symbols = new Uint32Array(text.length + 2).fill(symbol(0x20));
  const places = new Uint32Array(text.length + 2);
  let size = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at);
    const value = symbol(code);
    if (value >>> CLASS_SHIFT !== IGNORABLE) {
      places[size] = at;
      symbols[size++] = value;
    }
    if (code > 0xffff) at++;
  }
  const kinds = symbols.subarray(0, size + 1).map((value) => value >>> CLASS_SHIFT);
  // The title is the first line that is not blank, if something follows it, else sixty characters, if something follows these.
  const core = strip(text);
  const [line] = core.split("\n");
  const title = line === core ? [...core].slice(0, 60).join("") : line;
  const titleEnd = title === core ? 0 : text.search(CORE) + title.length;

  const add = (view, hash, first, last) => visit((view << BITS) | bucketOf(hash), places[first], places[last - 1]);
  const unit = (view, first, last) => {
    const hash = hashOf(symbols, first, last);
    add(view, hash ^ WORD_SALT, first, last);
    if (config.title && view === WORDS && places[first] < titleEnd) add(TITLE, hash ^ WORD_SALT, first, last);
    return hash;
  };
  // Pairs of syllables are those of Vietnamese texts: of symbols but separators one in 32 or more is such a letter.
  const paired = config.pairs > 0 || (config.pairs && text.split(/[Ạ-ỹ]/).length * 32 - 32 >= kinds.filter(Boolean).length);
  let before, beforeAt;
  eachRun(kinds, LETTERS | (1 << HANGUL), (first, last) => {
    const own = unit(WORDS, first, last);
    if (paired && beforeAt) add(PAIRS, (imul(before, PAIR) + own) ^ PAIR_SALT, beforeAt, last);
    before = own;
    beforeAt = first;
  });
  for (const [kind, [shortest, longest]] of [[IDEOGRAPH, config.ideographs], [SYLLABLE, config.syllables], [HANGUL, config.hangul]]) {
    eachRun(kinds, 1 << kind, (first, last) => {
      for (let n = shortest; n <= longest; n++) {
        // The shortest stand with words, the longest of three with pairs; with words, too, where their view is not in use.
        let view = n === shortest ? WORDS : n === longest && n - shortest > 1 ? PAIRS : CHARS;
        if (!config[VIEWS[view]]) view = WORDS;
        for (let at = first; at + n <= last; at++) unit(view, at, at + n);
      }
    });
  }
  if (!config.chars) return;
  // N-grams inside words with one separator at each end, the whole word excepted.
  const [shortest, longest] = config.chars;
  eachRun(kinds, LETTERS, (first, last) => {
    const start = first - (kinds[first - 1] === SEPARATOR);
    const end = last + (kinds[last] === SEPARATOR);
    for (let n = Math.max(shortest, 3); n <= longest; n++) {
      for (let at = start; at + n <= end; at++) {
        const from = Math.max(at, first);
        const to = Math.min(at + n, last);
        if (to - from > n - 2) add(CHARS, hashOf(symbols, at, at + n) ^ CHAR_SALT, from, to);
      }
    }
  });
}

/** Calls `found(first, last)` with each longest run of places of the wanted classes (bits); both ends of `kinds` are separators. */
function eachRun(kinds, wanted, found) {
  for (let last = 1; last < kinds.length; last++) {
    const first = last;
    while ((wanted >> kinds[last]) & 1) last++;
    if (last > first) found(first, last);
  }
}

/** The sum of symbol i times B**i. */
function hashOf(symbols, first, last) {
  let value = 0;
  while (last > first) value = (imul(value, BASE) + symbols[--last]) | 0;
  return value;
}

/** Bucket of a hash: the top bits of murmur3's 32-bit finaliser. */
function bucketOf(value) {
  value = imul(value ^ (value >>> 16), PAIR);
  value = imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> (32 - BITS);
}
return { BITS, VIEWS, blanked, normalise, columnsOf, eachGram };
})();
const src_explain = (() => {
/** What words add to a label's score: n-grams' parts spread over the places where they stand. */
const { UNASSIGNED } = src_codepoints;
const { blanked, eachGram, normalise } = src_features;

// A word, or one character of a script without spaces.
const UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]";
const WORDS = new RegExp(`${UNSPACED}|((?!${UNSPACED})[\\p{L}\\p{N}_])+`, "gu");
// What may compose with the character before it: a mark, or a vowel or final of Hangul.
const JOINS = /^[\p{M}\u1160-\u11ff]/u;

/**
 * Spans of a story with the sum over their characters of `parts` (feature -> what it adds), each part being spread evenly
 * over the places of its n-gram and their characters.
 */
function spansOf(story, { config, featureOf }, parts) {
  const chars = [...story];
  const normal = normalise(story);
  const origins = originsOf(chars, normal);
  const places = new Map([...parts.keys()].map((feature) => [feature, []]));
  eachGram(normal, config, (column, first, last) => places.get(featureOf(column))?.push([origins[first][0], origins[last][1]]));
  const added = new Float64Array(chars.length);
  for (const [feature, spans] of places) {
    const each = parts.get(feature) / spans.length;
    for (const [start, end] of spans) for (let at = start; at < end; at++) added[at] += each / (end - start);
  }
  const charAt = chars.flatMap((char, n) => Array(char.length).fill(n)); // number of the character of each code unit
  const known = story.replace(UNASSIGNED, (char) => "  ".slice(-char.length));
  return [...known.matchAll(WORDS)].flatMap(({ 0: text, index: start }) => {
    const end = start + text.length;
    const own = added.subarray(charAt[start], charAt[end]);
    return own.some(Boolean) ? { start, end, text, weight: own.reduce((a, b) => a + b) } : [];
  });
}

/** First and past-the-last character that each code unit of the normal form comes from. */
function originsOf(chars, normal) {
  const starts = [...chars.keys()].filter((n) => !n || !JOINS.test(blanked(chars[n])));
  let text = "";
  const origins = starts.flatMap((start, n) => {
    const end = starts[n + 1] ?? chars.length;
    const part = normalise(chars.slice(start, end).join(""));
    text += part;
    return Array(part.length).fill([start, end]);
  });
  if (text === normal) return origins;
  // Rare compositions across parts: places are then approximate.
  return [...normal].flatMap((char, n) => {
    const at = Math.min(n, chars.length - 1);
    return Array(char.length).fill([at, at + 1]);
  });
}
return { spansOf };
})();
const src_safetensors = (() => {
/** A safetensors file to its metadata and tensors, which are copies: whoever gave the bytes may change them. */
const { ModelError } = src_errors;

// safetensors reserves more, but a header past this is no model of ours.
const MAX_HEADER = 32 << 20;
const TYPES = { U8: Uint8Array, I16: Int16Array, U16: Uint16Array, F32: Float32Array };

const damaged = (name, how) => new ModelError(`${name} is ${how}. Train it again, or fetch it again.`);

/** Metadata (texts that hold JSON) and tensors of a file; throws `ModelError` if they do not fill it exactly. */
function parsed(bytes, name) {
  let length;
  let entries;
  let metadata;
  try {
    // Typed arrays have the file's order of bytes wherever there are browsers.
    length = Number(new BigUint64Array(bytes.slice(0, 8).buffer)[0]);
    if (length > MAX_HEADER) throw 0;
    ({ __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length))));
  } catch {
    const isCut = bytes[8] === 0x7b && length > bytes.length - 8 && length <= MAX_HEADER;
    if (isCut) throw damaged(name, "cut short");
    throw new ModelError(`${name} is not a wiretag model (no readable safetensors header).`);
  }
  try {
    return [metadata, tensorsOf(entries, bytes.subarray(8 + length))];
  } catch {
    throw damaged(name, "damaged or cut short");
  }
}

/** The tensors must cover the buffer one after another, each as long as its shape says. */
function tensorsOf(entries, buffer) {
  const tensors = {};
  let at = 0;
  const middle = ([, { data_offsets: [begin, end] }]) => begin + end; // twice that
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(entries).sort((a, b) => middle(a) - middle(b))) {
    const part = buffer.slice(begin, end);
    tensors[name] = new TYPES[dtype](part.buffer);
    if (begin !== at || end !== at + part.length || shape.length !== 1 || shape[0] !== tensors[name].length) throw 0;
    at = end;
  }
  if (at !== buffer.length) throw 0;
  return tensors;
}
return { damaged, parsed };
})();
const src_varint = (() => {
/** The numbers of `wiretag/varint.py`'s packing: gaps less one, in LEB128; throws for bytes that are none of its. */
function unpackAscending(packed) {
  const numbers = new Uint32Array(packed.length);
  let n = 0;
  let last = 0; // one more than the last number
  let factor = 1;
  for (const byte of packed) {
    last += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) {
      numbers[n++] = last++;
      factor = 1;
    }
    if (factor > 2 ** 28) break;
  }
  if (factor > 1 || last > 2 ** 32) throw RangeError("'columns' is broken");
  return numbers.subarray(0, n);
}
return { unpackAscending };
})();
const src_vectors = (() => {
/** Counts to weighted, normalised vectors, in the same single and double precision as `wiretag/vectors.py`. */
const { BITS, VIEWS, columnsOf } = src_features;

const single = Math.fround;
// Columns are looked up among those that share their higher bits.
const LOW_BITS = 6;

/** Gives a function from a column to the number of its feature, -1 where the model does not know it. */
function lookup(columns) {
  const begins = new Uint32Array(((VIEWS.length << BITS) >>> LOW_BITS) + 1);
  for (const column of columns) begins[(column >>> LOW_BITS) + 1]++;
  begins.forEach((_, n) => (begins[n] += begins[n - 1] ?? 0));
  return (column) => {
    const group = column >>> LOW_BITS;
    for (let at = begins[group]; at < begins[group + 1]; at++) if (columns[at] === column) return at;
    return -1;
  };
}

/** Features of a text and their values: two arrays of one length. */
function vector(text, { config, weighting, featureOf, idf }) {
  const columns = columnsOf(text, config);
  const features = [];
  const values = [];
  let squaredNorm = 0;
  let at = 0;
  VIEWS.forEach((name, view) => {
    if (!weighting[name]) return;
    const { weight, k, b, average_length } = weighting[name];
    const begin = at;
    while (at < columns.length && columns[at] >>> BITS === view) at++;
    const stretch = single(k * (1 - b + (b * (at - begin)) / Math.max(average_length, 1e-9)));
    const first = features.length;
    let squares = 0;
    for (let from = begin, to = begin; from < at; from = to) {
      while (columns[to] === columns[from]) to++;
      const feature = featureOf(columns[from]);
      if (feature < 0) continue;
      const count = to - from;
      const value = single(single(count / single(count + stretch)) * single(idf[feature] / 16));
      features.push(feature);
      values.push(value);
      squares += single(value * value);
    }
    if (features.length > first) squaredNorm += weight ** 2;
    const scale = squares > 0 ? single(weight / Math.sqrt(squares)) : 0;
    for (let n = first; n < values.length; n++) values[n] = single(values[n] * scale);
  });
  const norm = single(Math.sqrt(squaredNorm));
  return [features, values.map((value) => single(value / norm))];
}
return { single, lookup, vector };
})();
const src_model = (() => {
/** The model file, checked before anything is built from it; `wiretag/model.py` describes its tensors. */
const { BITS, VIEWS } = src_features;
const { damaged, parsed } = src_safetensors;
const { unpackAscending } = src_varint;
const { lookup } = src_vectors;

const { isFinite, isInteger } = Number;
// How the name of a type begins, and the tensors that are of it.
const TENSORS = { Uint8: "columns idf masks levels common", Uint: "counts labels", Int16: "values", Float: "scales intercepts slopes shifts thresholds" };

/** A model from the bytes of its file; `name` is used in messages. */
function loads(data, name = "model") {
  const { buffer = data, byteOffset, byteLength } = data; // an ArrayBuffer has no `buffer`
  const [metadata, tensors] = parsed(new Uint8Array(buffer, byteOffset, byteLength), name);
  const told = (key) => JSON.parse(check(metadata[key], key));
  if (metadata.format !== "2") throw damaged(name, `no wiretag model of format 2 (it names ${metadata.format ?? "none"})`);
  try {
    return built(told, tensors);
  } catch (error) {
    throw damaged(name, `damaged: ${error.message}`);
  }
}

/** What is checked; refuses the model because of a part of it if that does not hold. */
function check(holds, part) {
  if (!holds) throw RangeError(`'${part}' is missing or wrong`);
  return holds;
}

function built(told, tensors) {
  const facets = facetsOf(told("facets"));
  const ids = facets.flatMap((facet) => facet.labels);
  for (const type in TENSORS) {
    for (const name of TENSORS[type].split(" ")) {
      const tensor = tensors[name];
      check(tensor?.constructor.name.startsWith(type), name);
      if (type === "Float") check(tensor.every(isFinite) && (name === "scales" || tensor.length === ids.length), name);
    }
  }
  const { idf, scales } = tensors;
  const columns = unpackAscending(tensors.columns);
  const size = columns.length;
  const nRows = ids.length + facets.filter((facet) => !facet.exclusive).length;
  check(!(columns[size - 1] >= VIEWS.length << BITS) && idf.length === size && scales.length === nRows, "columns");
  const config = told("features");
  for (const lengths of [config.chars ?? [1, 1], config.ideographs, config.syllables, config.hangul]) {
    const [low, high] = lengths;
    check(lengths.length === 2 && lengths.every(isInteger) && 1 <= low && low <= high && high <= 16, "features");
  }
  const weighting = told("weighting");
  const views = VIEWS.filter((view, n) => !n || config[view]);
  check(Object.keys(weighting).length === views.length, "weighting");
  for (const view of views) for (const key of "weight k b average_length".split(" ")) check(isFinite(weighting[view][key]), key);
  const names = told("names");
  const wire = told("wire");
  for (const table of [names, wire]) check(table?.constructor === Object, "names");
  return { ...tensors, ...weightsOf(tensors, size, ids.length), facets, ids, names, wire, config, weighting, featureOf: lookup(columns) };
}

/** All weights of one feature after another, each with its row, and where those of each feature begin; see `wiretag/weights.py`. */
function weightsOf({ counts, labels, masks, levels, common, values, scales }, size, nLabels) {
  const nCommon = scales.length - nLabels;
  const width = (nLabels + 7) >> 3;
  const nLevels = values.length / scales.length;
  const isWide = nLevels === 256;
  const bytes = (n) => (isWide ? n : (n + 1) >> 1);
  const step = size + (size & !isWide); // each row has bytes of its own
  const bits = [...Array(8 * width).keys()];
  const offsets = [0];
  const rows = new Uint16Array(2 * (levels.length + common.length)); // as many as there are, or twice that
  const weights = new Int16Array(rows.length);
  let n = 0;
  let listed = 0;
  let masked = 0;
  let used = 0;
  const add = (row, numbers, at) => {
    rows[n] = row;
    weights[n++] = values[nLevels * row + (isWide ? numbers[at] : (numbers[at >> 1] >> (4 * (at & 1))) & 15)];
  };
  counts.forEach((count, feature) => {
    const isListed = count < width;
    const mask = isListed || masks.subarray(masked, (masked += width));
    const own = isListed ? labels.subarray(listed, (listed += count)) : bits.filter((bit) => (mask[bit >> 3] >> (bit & 7)) & 1);
    check(own.length === count && own.every((row) => row < nLabels), "labels");
    own.forEach((row) => add(row, levels, used++));
    for (let row = 0; row < nCommon; row++) add(nLabels + row, common, step * row + feature);
    offsets.push(n);
  });
  const parts = [counts, labels, masks, levels, common];
  check((isWide || nLevels === 16) && parts.every(({ length }, n) => length === [size, listed, masked, bytes(used), nCommon * bytes(size)][n]), "levels");
  return { offsets, rows, weights };
}

/** The facets, each with the place of its first label and of its common row on the axes of labels and rows. */
function facetsOf(told) {
  let first = 0;
  let common = told.flatMap((facet) => facet.labels).length;
  return told.map(({ name, labels, exclusive, beside, floor, bend: [low, high, shift] = [1, 1, 0] }) => {
    const place = (label) => check(labels.indexOf(label) + 1, label) - 1; // a label that is not there is refused
    const rules = Object.entries(beside).map(([label, others]) => [place(label), check(others.length, "beside") && others.map(place)]);
    check(low > 0 && high > 0 && [floor, low, high, shift].every(isFinite), "floor");
    const begin = first;
    first += labels.length;
    return {
      name: String(name), labels: labels.map(String), exclusive, floor, low, high, shift, rules, first: begin, common: exclusive ? -1 : common++,
      part: (array) => array.subarray(begin, begin + labels.length),
    };
  });
}
return { loads };
})();
const src_wire = (() => {
/**
 * Raw wire items: the story apart from what is said of the sender, and the labels that the footer declares. All words come
 * as data, with the model; `wiretag/wire.py` says what the shapes mean.
 */
const { SPACES, length, spellingKey, strip } = src_text;

const S = `[${SPACES}]`;
/** One pattern of several, the first that fits being taken; `\s` is Python's. */
const either = (...patterns) => new RegExp(patterns.map(({ source }) => source.replaceAll("\\s", S)).join("|"), "u");

// "(Agency) – ", "(Agency) CITY – " (of which the city stays: it may be a company), "(CITY=Agency) ",
// "BERLIN, 12 May (Agency) - ", "【Agency】", "CITY, May 12, 2026 /Wire/ -- "; dashes are U+2010 to U+2015 and U+2212.
const DATELINE = either(
  /^\([^()\n]{2,60}\)\s*[-‐-―−=:：]+\s*/,
  /^\([^()\n]{2,60}\)\s+(?=[^()\n]{2,40}\s[-‐-―−]\s)/,
  /^\([^()=\n]{1,30}=[^()\n]{2,40}\)\s*/,
  /^(?=[^(\n]*[,\p{Nd}]|[^a-z(\n]+\()[^\n()]{2,60}\([^()\n]{2,60}\)\s*[-‐-―−=]+\s*/u,
  /^[【\[（][^】\]）\n]{2,40}[】\]）]\s*[-‐-―−=:：]*\s*/,
  /^[^\n/]{0,80}\/[^/\n]{2,40}\/\s*[-‐-―−]+\s*/,
);
const SENDER = either(/[(【\[（/]\s*([^()【】\[\]（）/\n]{2,60}?)\s*[)】\]）/]/);
const LABEL_SEPARATOR = either(/(\s*[,;|·•،؛、，；]\s*|\s+\/\s+)/);
const LINE_END = /[\n-\r\x1c-\x1e\x85\u2028\u2029]/;
const OUTER_DOTS = /^[ .。]+|[ .。]+$/g;
const SENTENCE_END = /[.!?。！？؟…]$/;
const MAX_FOOTER = 400;
const MAX_HEADING = 80;
const MAX_INVITATION = 250;
const MAX_PARTS = 4;

/** Rules from the model's words by language and its names of labels. */
function gather(wire, names) {
  const tables = Object.values(wire);
  const all = (key) => [...new Set(tables.flatMap((table) => table[key] ?? []).map(spellingKey))];
  const footers = new Set(tables.flatMap(Object.keys).filter((key) => key.endsWith("_footer")));
  return {
    /** Facet, words before the colon, and a function that gives names and aliases of labels, as keys -> the label's id. */
    footers: [...footers].sort().map((key) => {
      const facet = key.slice(0, -"_footer".length);
      let known;
      const namesOf = ([label, byLanguage]) => [label, ...Object.values(byLanguage).flat()].map((name) => [spellingKey(name), label]);
      return [facet, all(key), () => (known ??= new Map(Object.entries(names[facet] ?? {}).flatMap(namesOf)))];
    }),
    disclaimers: all("disclaimer"),
    headings: openings(all("about"), `${S}*:?$`),
    contacts: openings(all("contact").map((head) => head.replace(/[: ]+$/, "")), `${S}*(?::|$)`),
    invitations: openings(all("follow"), ""),
  };
}

/** Tells whether one of the phrases (`{}` standing for a name) opens a line, with the ending behind it. */
function openings(phrases, ending) {
  const known = phrases.filter(Boolean).map((phrase) => {
    const escaped = phrase.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&").replaceAll("\\{\\}", ".{1,60}");
    let pattern;
    const [start] = phrase.split("{}");
    return (line) => line.startsWith(start) && (pattern ??= new RegExp(`^${escaped}${ending}`, "u")).test(line);
  });
  return (line) => known.some((opens) => opens(line));
}

/** The story's text, a paragraph a line, and the labels that its own footer names: facet -> ids. */
function parse(raw, rules) {
  const lines = raw.split(LINE_END).map(strip).filter(Boolean);
  const isLate = (number) => number * 2 >= lines.length;
  const declared = new Map();
  let end = lines.length;
  lines.forEach((line, number) => {
    const footer = number && footerOf(line, rules, isLate(number));
    if (!footer) return;
    const [facet, labels] = footer;
    declared.set(facet, [...new Set([...(declared.get(facet) ?? []), ...labels])]);
    end = Math.min(end, number);
  });
  let sender;
  const story = [];
  for (const [number, line] of lines.slice(0, end).entries()) {
    const key = spellingKey(line);
    // The paragraph about the sender, or the contact data.
    const isHeading = () => !SENTENCE_END.test(line) && rules.headings(key) && length(line) <= MAX_HEADING;
    if (number > 1 && (rules.contacts(key) || isHeading())) break;
    const dropped = () =>
      (isLate(number) && (sender ??= senderOf(lines)) && key.startsWith(sender)) ||
      (rules.invitations(key) && length(line) <= MAX_INVITATION) ||
      rules.disclaimers.some((phrase) => key.includes(phrase));
    if (!number || !dropped()) story.push(number < 2 ? line.slice(dateline(line).length) : line);
  }
  for (const [facet, labels] of declared) if (!labels.length) declared.delete(facet);
  return { text: story.filter(Boolean).join("\n"), declared };
}

/** Facet and labels if the line is a footer; an early line must name a label that is known. */
function footerOf(line, { footers }, isLate) {
  const colon = line.search(/[:：]/);
  if (colon < 0) return undefined;
  const key = spellingKey(line.slice(0, colon));
  for (const [facet, keys, labelsOf] of footers) {
    if (!keys.includes(key) || length(line) > MAX_FOOTER) continue;
    const labels = splitLabels(line.slice(colon + 1), labelsOf());
    if (isLate || labels.length) return [facet, labels];
  }
  return undefined;
}

/** Label ids of a listing; a name may itself hold separators ("Fashion, Luxury & Beauty", "항공우주·방산"). */
function splitLabels(listing, names) {
  const pieces = listing.replaceAll("：", ":").replace(OUTER_DOTS, "").split(LABEL_SEPARATOR); // with a separator in every other place
  const labels = [];
  for (let at = 0; at < pieces.length; ) {
    let end = Math.min(at + 2 * MAX_PARTS - 1, pieces.length);
    const label = () => names.get(spellingKey(pieces.slice(at, end).join("")));
    while (end > at + 1 && label() === undefined) end -= 2;
    if (label() !== undefined) labels.push(label());
    at = end + 1;
  }
  return labels;
}

/** Name of the distributor in the dateline, as a key; empty if there is none. */
function senderOf(lines) {
  const names = lines.slice(0, 2).map((line) => SENDER.exec(dateline(line))?.[1]);
  return spellingKey(names.find(Boolean) ?? "");
}

/** The tag that opens the line, empty if there is none. */
const dateline = (line) => DATELINE.exec(line)?.[0] ?? "";
return { gather, parse };
})();
const src_tagger = (() => {
/** `Tagger`: a loaded model that tags texts. */
const { UsageError } = src_errors;
const { spansOf } = src_explain;
const { loads } = src_model;
const { single, vector } = src_vectors;
const { gather, parse } = src_wire;

const LANGUAGE_FACET = "language";

class Tagger {
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
return { Tagger };
})();
const page_made = (() => {
/** An element with attributes, and `text` as its plain text. */
function made(name, { text = "", ...attributes }, ...children) {
  const own = document.createElement(name);
  own.textContent = text;
  for (const [key, value] of Object.entries(attributes)) own.setAttribute(key, value);
  own.append(...children);
  return own;
}
return { made };
})();
const page_result = (() => {
/** The tags of an item, as buttons that explain them. */
const { made } = page_made;

const HEADINGS = { sector: "Sectors", topic: "Topics" };

const heading = (facet) => HEADINGS[facet] ?? facet;
const percent = (probability) => `${Math.round(probability * 100)} %`;

/** A language's English name. */
function nameOf(language) {
  try {
    return language === "und" ? "unknown" : new Intl.DisplayNames(["en"], { type: "language" }).of(language);
  } catch {
    return language;
  }
}

/** Fill a part of the page with tags; `asked` is the label that is explained, `ask(facet, label)` explains one. */
function showResult(target, tags, tagger, asked, ask) {
  target.replaceChildren();
  if (!tags) return;
  target.append(made("p", { id: "language", text: `Language: ${nameOf(tags.language)}` }));
  for (const [facet, own] of tags.facets) {
    target.append(made("h3", { text: heading(facet), dir: "auto" }));
    if (!own.length) {
      target.append(made("p", { text: "none" }));
      continue;
    }
    const list = made("ul", { lang: tags.language });
    for (const tag of own) list.append(made("li", {}, button(facet, tag, asked, ask)));
    target.append(list);
  }
  for (const [facet, labels] of tags.declared) {
    const names = labels.map((label) => tagger.name(facet, label, tags.language)).join(", ");
    target.append(made("h3", { text: `${heading(facet)} that the item itself names` }), made("p", { text: names, dir: "auto", lang: tags.language }));
  }
}

function button(facet, { label, name, probability }, asked, ask) {
  const pressed = asked !== null && asked.facet === facet && asked.label === label;
  const own = made(
    "button",
    { type: "button", dir: "auto", "aria-pressed": String(pressed), "data-place": `${facet}/${label}`, title: "Show the words that decided" },
    made("span", { text: name }),
    made("span", { text: percent(probability) }),
  );
  own.style.setProperty("--probability", probability);
  own.addEventListener("click", () => ask(facet, label));
  return own;
}

/** Say the tags in a sentence to those who listen; nothing if it is what was said last. */
function speak(target, tags) {
  const listed = (own) => own.map(({ name, probability }) => `${name} ${percent(probability)}`).join(", ") || "none";
  const parts = tags ? [...tags.facets].map(([facet, own]) => `${heading(facet)}: ${listed(own)}.`) : [];
  const sentence = tags ? `${nameOf(tags.language)}. ${parts.join(" ")}` : "";
  if (target.textContent !== sentence) target.textContent = sentence;
}
return { showResult, speak };
})();
const page_why = (() => {
/** The story with the words marked that decided about a label. */
const { made } = page_made;

const MOST_WORDS = 6;
// Words that add less than this share of the strongest one are left plain.
const LEAST_SHARE = 0.08;

const element = (id) => document.getElementById(id);

function hideWhy() {
  element("why").hidden = true;
}

/** Explain a tag of the facet; `text` is the item as it was tagged. */
function showWhy(tagger, text, facet, { label, name }, language) {
  const story = tagger.parse(text).text;
  const spans = tagger.explain(text, label, facet);
  const strongest = Math.max(...spans.map((span) => Math.abs(span.weight)), 0);
  const telling = spans.filter((span) => Math.abs(span.weight) >= LEAST_SHARE * strongest);
  element("why").hidden = false;
  element("why-label").textContent = name;
  element("why-label").lang = language;
  element("why-words").replaceChildren(...sentence(telling));
  element("story").lang = language;
  element("story").replaceChildren(...marked(story, telling, strongest));
}

/**
 * Which words speak for it most, for those who cannot see marks; neighbours that nothing parts are one word. Each stands in an
 * element of its own direction, so that commas between Arabic words stay where they belong.
 */
function sentence(spans) {
  const words = [];
  for (const { start, end, text, weight } of spans.filter((span) => span.weight > 0)) {
    const last = words.at(-1);
    if (last?.end === start) Object.assign(last, { end, text: last.text + text, weight: last.weight + weight });
    else words.push({ end, text, weight });
  }
  const sums = new Map();
  for (const { text, weight } of words) sums.set(text, (sums.get(text) ?? 0) + weight);
  const strongest = [...sums].sort(([, a], [, b]) => b - a).slice(0, MOST_WORDS).map(([word]) => word);
  if (!strongest.length) return ["No word of it speaks for this label."];
  const parts = strongest.flatMap((word, n) => [n ? ", " : "Decided above all by: ", made("bdi", { text: word })]);
  return [...parts, "."];
}

/** Pieces of the story, plain and marked. */
function marked(story, spans, strongest) {
  const pieces = [];
  let at = 0;
  for (const { start, end, text, weight } of spans) {
    pieces.push(story.slice(at, start));
    const own = weight > 0 ? made("mark", { text, class: "for" }) : made("span", { text, class: "against" });
    if (weight > 0) own.style.setProperty("--strength", (0.15 + (0.75 * weight) / strongest).toFixed(2));
    pieces.push(own);
    at = end;
  }
  pieces.push(story.slice(at));
  return pieces;
}
return { hideWhy, showWhy };
})();
const page_page = (() => {
/** The page: an item in, its tags and what decided them out. All that comes from outside goes to the page as plain text. */
const { decode, NAME_ENCODING } = src_decoding;
const { WiretagError } = src_errors;
const { Tagger } = src_tagger;
const { showResult, speak } = page_result;
const { hideWhy, showWhy } = page_why;

const TYPING_PAUSE_MS = 150;
// What is tagged between two key strokes without a wait; no item is longer.
const MOST_CHARACTERS = 200_000;
const UNAUTHORISED = 401;

const element = (id) => document.getElementById(id);
let tagger = null;
let asked = null;
let timer;

/** Fetch the model from beside the page, with a token if one was typed. */
async function fetchModel(token) {
  notice("Loading the model …");
  try {
    const response = await fetch("model.safetensors", token === undefined ? {} : { headers: { Authorization: bearer(token) } });
    if (response.status === UNAUTHORISED) return askForToken(token);
    if (!response.ok) throw new Error(String(response.status));
    useModel(await response.arrayBuffer(), "The model");
  } catch (error) {
    element("model-picker").hidden = false;
    const sentence = token === undefined ? "No model stands beside this page. Choose one to begin." : "The model cannot be fetched. Try again, or choose one.";
    notice(error instanceof WiretagError ? error.message : sentence);
  }
}

/** A header takes one character a byte; the server reads them as UTF-8. */
function bearer(token) {
  return `Bearer ${String.fromCharCode(...new TextEncoder().encode(token))}`;
}

/** Show where a token is typed; `wrong` is one that the server did not take. */
function askForToken(wrong) {
  if (tagger) return notice(""); // a model was chosen meanwhile
  element("token-form").hidden = element("model-picker").hidden = false;
  const isWrong = wrong !== undefined;
  element("token").setAttribute("aria-invalid", String(isWrong));
  notice(isWrong ? "That is not the server's token. Try again, or choose a model." : "The server's model needs a token. Type it, or choose a model.");
}

function useModel(bytes, name) {
  tagger = Tagger.load(bytes, name);
  element("model-picker").hidden = element("token-form").hidden = true;
  element("token").value = "";
  notice("");
  update();
}

/** Tag what stands in the text field. */
function update() {
  clearTimeout(timer);
  if (!tagger) return;
  const text = element("text").value;
  const isLong = text.length > MOST_CHARACTERS;
  notice(isLong ? `Only the first ${MOST_CHARACTERS.toLocaleString("en")} characters are read.` : "");
  const read = text.slice(0, MOST_CHARACTERS);
  const tags = read.trim() ? tagger.tag(read) : null;
  element("empty").hidden = tags !== null;
  const given = tags !== null && asked !== null && tags.facets.get(asked.facet)?.find((tag) => tag.label === asked.label);
  if (!given) asked = null;
  showResult(element("result"), tags, tagger, asked, ask);
  if (asked) showWhy(tagger, read, asked.facet, given, tags.language);
  else hideWhy();
  speak(element("spoken"), tags);
}

/** Explain a label, or stop explaining it. */
function ask(facet, label) {
  asked = asked?.facet === facet && asked.label === label ? null : { facet, label };
  update();
  element("result").querySelector(`[data-place="${CSS.escape(`${facet}/${label}`)}"]`)?.focus();
}

/** Put a text into the field, no more of it than is seen to be too much: a line of megabytes would hold the browser. */
function put(text) {
  element("text").value = text.slice(0, MOST_CHARACTERS + 1);
  update();
}

async function take(file) {
  try {
    if (!file) return;
    const bytes = await file.arrayBuffer();
    if (file.name.endsWith(".safetensors")) useModel(bytes, file.name);
    else {
      put(decode(new Uint8Array(bytes), file.name));
    }
  } catch (error) {
    notice(error instanceof WiretagError ? error.message.replace(NAME_ENCODING, "save it as UTF-8") : `${file.name} cannot be read.`);
  }
}

function notice(sentence) {
  element("notice").textContent = sentence;
}

element("text").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(update, TYPING_PAUSE_MS);
});
element("clear").addEventListener("click", () => {
  element("text").value = "";
  update();
  element("text").focus();
});
for (const id of ["text-file", "model-file"]) {
  element(id).addEventListener("change", async (event) => {
    await take(event.target.files[0]);
    event.target.value = ""; // the same file can be chosen again
  });
}
element("token-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  element("token-button").disabled = true; // one try at a time
  await fetchModel(element("token").value);
  element("token-button").disabled = false;
  if (tagger) element("text").focus();
  else element("token").select();
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  const [file] = event.dataTransfer.files;
  if (!file && event.target === element("text")) return; // the field takes text by itself
  event.preventDefault();
  if (file) return take(file);
  put(event.dataTransfer.getData("text/plain"));
});
fetchModel();
return {  };
})();
})();
