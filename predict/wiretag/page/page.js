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
return { WiretagError, InputError, ModelError, UsageError };
})();
const src_decoding = (() => {
/** Bytes to text, and text to what may be shown. */
const { InputError } = src_errors;

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
    throw new InputError(`${shown} is not ${chosen.toUpperCase()} text; name its encoding with --encoding.`);
  }
  if (text.slice(0, 4096).includes("\0")) throw new InputError(`${shown} is a binary file, not text.`);
  return text;
}

/** Text without control characters, safe to show on a terminal. */
const printable = (text) => text.replace(/(?! )[\p{C}\p{Z}]/gu, "\ufffd");
return { decode, printable };
})();
const src_unicode = (() => {
// Made by tests/make_codepoints_js.py, which says how it is packed.
const RUNS = "v7oSt@Kt@v/$+(S$;$Ct(#th#~#Jh;s,s;DS$#$sS|8#,2<#$B+$#4*$*sl*y<#~#/$#~#1|*uD2$Ku\\+23*v$#$#,#,#$btHB<+s*sKs(Ctp(lsxo;,(z`#$X+l#Lo4+$s;*#w42zpsBout;$2$+v(2sC*tP2#*s$Jt0#L*+RxP#}<+o#sd*\\2,2s|*T*$:<2d2,2<b$B,*D2o,k$#$24*LB,2s|*T*,*,*,2$*DB,24:$Z<*$ZoL#r4*d*4*s|*T*,*D2l*4*42$sJ<2o+ZT*4*\\2,2s|*T*,*D2d2,24Z4B,*D2o#$Kr,*L:4*<:,*$*,:,:4:s,BD:4*<2$R$sBos#Js4*4*t(*sL2d*4*<Z,*42$2<2oZc<#\\*4*t(*l*D2d*4*<Z,R,*<2o*,s:s4*4*vP*4*D#B<SD2okL*4*s\\:t0*d*$2T:$BL*$*\\Ro2,#s2w.B#sF#o+uB.*&*F*t2*&*t*2F*&*N2o2>tv$t',Kos#$#$#$;l*u4Bsl#s\\*u4*[$K*s3uBw^oKw^o>+uD*$J$2ul#<~#99xH*<2T*$*<2u\\*<2tx*<2T*$*<2sD*w$*<2wt24tW:sLkRyT2L2#~#Xp+sT#t@+:xX3s$Zs|js|+jsls2s4*4*,s2yF3&;.2oRkRs#4#$oRylZulJx0rth*s,Bs,B#:+otb2Fs*uvBtBRo#:u#tP2+wV*tZ2&oRoRS&K2thvFxh:osSds#*v8ow,b;vx:Co:4ou4+dZul24[b4#uLJ~#QD2L2uD2L2\\*$*$*$*th2v`*T#$34*T3<2L*3s4324*T+*s+0y3(;*s#$2s#$sC*s4:twsJtxsJ+$;$+l#$3DK$#$#$#<#s$+<CD;$sSu\\3B~#\\Wt>s#sz~$dO2to*{3~#6pKdJSuD*$J$2vxZ$#sBt0jT*T*T*T*T*T*T*T*tpv/$v'u*t?*yks2~#5StFs+BC5t7eL#E+E3*yU2-+5#yu#=Jul*z=*sKtpu3s2sMtg*~#L_~)81w[~7y]:vojv(+~#:@3sLo,srvP#l#|(Kbt'd+{$+w\\J,*$*Dt6vh;$:kRvX;bx0b+oRt03$#4ou4+u4s*#t]:wds3*$oB+sNoF*vpjs<2o2;t*3xJt66+sL+DrL2L2LjT*T*ul#s<+B|h#,2oR~-VMs2t-BvEB~*}S~#Bi2{=uJTs2DJs,#s4*D*$*,*,*{LsSsR~#BPs[w\\2vhZ#tvs,;sPkRsLu+*sc*;BD*}l2(*sCoSt@Kt@s#yl:L2L2L24:S*SrC2s,*t@*sd*,*sD2s<u*|hJ3Bu{:cv`t?*s3:#v6u{$}JtX:v@sJ$tGBtp;jt`JulJt`*#u4B\\#Duj~#0`2oRu4Bu4BuTbvXs*#s$*sD*T*,*s$*sD*T*,wz~#=|js|r\\t6L*ud*dx.L2$*ut*,:$2t(*ct(cthbcv>sd*,JCs|K:#t@J#wbvxB+,sK2v'<*,J\\*4*tX24B$cZcZtX3tX3tv\\#t`Bs+jvh:Ss|2[sdJ[s\\Z;s2Sy*xHvvvPs:vPZKuTbo~#<Vtg*ud*,#2,xvtXk$btxct&s|;uJstSsrt(jx8SBskoLjw<S$r#2t8ZoRv`*o;<bu4+$jx(;<#,o$#$3*sks*s\\*u<K$wjT*$*<*sD*l#Rw4JoR<*\\2,2s|*T*,*D*l2,242$R$JT2T:D~#/*xXCo+*#<tfx0#$bo~#1Jvh2dt'Lu*wd3$s*oRs3sjw$#RovntH2sDBoKT~#3*w4#znw\\ocs2\\2$2\\*,*t`*,2d3jox6\\2v(2\\#,tNwT[$bxP3$Cs:xH~#9rd*u|*dCrosc:+t`2s|*s<xNT*,*ut:$*,*dboRL*,*u<*,*LZo~#=zt(+~#2v$sJvGs:#~#s,z~{d*Cs*~#3|~%P6zP+s:~$$(*c~&n6~#U\\~+1b~#THZth*oB+xx*oRt`2D#rvpc<+ro*S*stJsd~#^nw\\tGzvxXBw$ZsTwb,#,s*,sB~(lPb~$2Xujd~+Kz<*T*,*~#<9v&5sZ=b~#ED~%3b{DJs4:dZl2#,C~'Kbv(2t(j|/wB~#8?ruK2w;D3L[\\+Tt_<wCszwk4#~#0Fsks2y[jt7}ryL*x8*,2$2,2<*s,*$*T*wd*<2\\*T*tP*<*D*$:T*~#@P2t8#t8#th#t8#th#t8#th#t8#th#t8#\\2vK~#OKvp;vH[$s;$SsJD*sD~$&~th~#6VT*sT2T*,*D~#5Ru|:s<2oB$#~#>nthsZv8oJ#~$3RT*<*,*sD*~#4(2cTubx`BoB+~#g:w{xfwC~#3r<*tH*,*$2$*l*<*$*$R$B$*$*$*4*,*$2$*$*$*$*$*,*$2<*T*<*<*$*l*sTJ4*D*sTv^+~#:NusBzgs2sC2sC*sC*u;r~#2'v~tWs:usBcZ+sBK~#0F~#xOJsK:s3:|/s2ykZs+B#sJs+BvwbkRuSbt_2+xv~#@Os2s;2C:C:SjtW:s#JKrkR[bSj~#/c*vouBo~#|V~KEetv~&x)Z~#692~(K}sB~*(i~%xn~#R)~$Iz~'`I~~~~~~~~~~~~~~~~~~~~~~~~~~~~~Cd6#tfzG}:~#7l~`N^~`yS2~`yS2";
return { RUNS };
})();
const src_codepoints = (() => {
/** Class and folded form of code points; the table is Unicode's of the Python package, whatever the engine's version. */
const { RUNS } = src_unicode;

const [SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL, UNASSIGNED] = [0, 1, 2, 3, 4, 5, 6, 7];
const CLASS_SHIFT = 24;
const SPACE = 0x20;
const N_CODES = 0x110000;
// Letter forms that the same word is written with: Arabic alef, yeh, teh marbuta, kaf; Russian yo.
const FOLDS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ی: "ي", ة: "ه", ک: "ك", ё: "е", Ё: "е" };

/** First code point and class of each run. */
const [starts, classes] = unpacked();
/** Symbols that were asked for before; 0 is not yet known. */
const known = new Uint32Array(N_CODES);

/** ``class << 24 | folded``; separators fold to a space, as do unassigned code points, whose class says that they are. */
function symbol(code) {
  return known[code] || (known[code] = made(code));
}

function made(code) {
  let low = 0;
  for (let high = starts.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= code) low = middle;
    else high = middle;
  }
  const kind = classes[low];
  return ((kind << CLASS_SHIFT) | folded(code, kind, starts[low])) >>> 0;
}

function folded(code, kind, start) {
  if (kind === SEPARATOR || kind === UNASSIGNED) return SPACE;
  if (kind === IGNORABLE) return code;
  if (kind === DIGIT) return 0x30 + ((code - start) % 10); // digits stand in tens, 0 to 9
  const char = String.fromCodePoint(code);
  const lower = FOLDS[char] ?? char.toLowerCase();
  return [...lower].length === 1 ? lower.codePointAt(0) : code;
}

function unpacked() {
  const [starts, classes] = [[], []];
  let at = 0;
  let code = 0;
  const digit = () => RUNS.charCodeAt(at++) - 35;
  while (at < RUNS.length) {
    let number = digit();
    if (number === 91) number = (digit() * 92 + digit()) * 92 + digit();
    else if (number >= 80) number = 80 + (number - 80) * 92 + digit();
    starts.push(code);
    classes.push(number & 7);
    code += (number >>> 3) + 1;
  }
  return [starts, classes];
}
return { SEPARATOR, SPACED, IDEOGRAPH, SYLLABLE, DIGIT, IGNORABLE, HANGUL, UNASSIGNED, CLASS_SHIFT, symbol };
})();
const src_text = (() => {
/** What Python's `str` does and JavaScript's does not do, or does otherwise. Characters are code points. */

/** The characters of `str.isspace` and of `\s`, for use inside a pattern's brackets. */
const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACE = new RegExp(`[${SPACES}]`);
const RUNS_OF_SPACES = new RegExp(`[${SPACES}]+`, "g");
const LINE_ENDS = /\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]/;
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
const ASCII = /^[\0-\x7f]*$/;

const isAscii = (text) => ASCII.test(text);

/** `str.strip`; a pattern for the end would try every space of a long run anew. */
function strip(text) {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text[start])) start++;
  while (start < end && SPACE.test(text[end - 1])) end--;
  return text.slice(start, end);
}

/** `str.splitlines`, but for an empty line at the end, of which nobody here has need. */
const lines = (text) => text.split(LINE_ENDS);

/** Number of code points. */
function length(text) {
  return text.length - (text.match(PAIRS)?.length ?? 0);
}

/** What two spellings of a word have in common: NFKC, case folded, single spaces. */
function spellingKey(text) {
  return strip(isAscii(text) ? text.toLowerCase() : folded(text.normalize("NFKC"))).replace(RUNS_OF_SPACES, " ");
}

/**
 * `str.casefold`: upper case maps what folds together to one spelling, all but the dotless i, which would meet the dotted one.
 * (Cherokee, which folds to its capitals, comes out small here: keys are only compared with one another.)
 */
function folded(text) {
  return text.replace(/[^ı]+/g, (part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ"));
}
return { SPACES, isAscii, strip, lines, length, spellingKey };
})();
const src_features = (() => {
/**
 * Texts to hashed n-grams; `wiretag/features.py` says the method in full. One n-gram at a time, and where it stands,
 * so that counting and explaining go the same way. All arithmetic is modulo 2^32.
 */
const { CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, IGNORABLE, SEPARATOR, SPACED, SYLLABLE, UNASSIGNED, symbol } = src_codepoints;
const { SPACES, isAscii } = src_text;

const BITS = 20;
const VIEWS = ["words", "pairs", "chars", "title"];
const [WORDS, PAIRS, CHARS, TITLE] = [0, 1, 2, 3];

const BASE = 0x9e3779b1;
const PAIR = 0x85ebca6b;
const WORD_SALT = 0x1b873593;
const PAIR_SALT = 0xcc9e2d51;
const CHAR_SALT = 0x2545f491;

const BLANK_OPENING = new RegExp(`^[${SPACES}]*`);
const NOT_BLANK = new RegExp(`[^${SPACES}]`);

/** Numbers of the views that a feature configuration uses, in their fixed order. */
function viewsOf(config) {
  return [WORDS, PAIRS, CHARS, TITLE].filter((view) => view === WORDS || config[VIEWS[view]]);
}

/** View of the n-grams of one length in a run: the shortest stand with words, the longest of three with pairs. */
function viewOf(config, [shortest, longest], n) {
  if (n > shortest) {
    if (n === longest && longest - shortest > 1) return config.pairs ? PAIRS : WORDS;
    if (config.chars) return CHARS;
  }
  return WORDS;
}

/** A text with blanks for code points that the table's Unicode version does not know, as many code points as before. */
function blanked(text) {
  for (const char of text) {
    if (isUnassigned(char)) return Array.from(text, (char) => (isUnassigned(char) ? " " : char)).join("");
  }
  return text;
}

const isUnassigned = (char) => symbol(char.codePointAt(0)) >>> CLASS_SHIFT === UNASSIGNED;

/** NFKC of a blanked text. */
function normalise(text) {
  return isAscii(text) ? text : blanked(text).normalize("NFKC");
}

/** Code units up to the end of the first line that is not blank; 0 if nothing follows it. */
function titleLength(text) {
  const end = text.indexOf("\n", BLANK_OPENING.exec(text)[0].length);
  return end >= 0 && NOT_BLANK.test(text.slice(end)) ? end : 0;
}

/**
 * Symbols of a normalised text with a separator before and behind, the ignorable ones left out.
 * `places` holds the code unit at which each of them stands.
 */
function symbolsOf(text) {
  const symbols = new Uint32Array(text.length + 2);
  const places = new Uint32Array(text.length + 2);
  let n = 0;
  symbols[n++] = symbol(0x20);
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at);
    const value = symbol(code);
    if (value >>> CLASS_SHIFT !== IGNORABLE) {
      places[n] = at;
      symbols[n++] = value;
    }
    if (code > 0xffff) at++;
  }
  places[n] = text.length;
  symbols[n++] = symbol(0x20);
  return { symbols: symbols.subarray(0, n), places: places.subarray(0, n) };
}

/**
 * Calls `visit(view, bucket, first, last)` with each n-gram of a text, repeated ones each time; first and last are places in
 * the symbols, of letters only.
 */
function eachGram({ symbols, places }, titleEnd, config, visit) {
  const kinds = Uint8Array.from(symbols, (value) => value >>> CLASS_SHIFT);
  const unit = (view, first, last) => {
    const bucket = mixed(hash(symbols, first, last) ^ WORD_SALT);
    visit(view, bucket, first, last);
    if (config.title && view === WORDS && places[first] < titleEnd) visit(TITLE, bucket, first, last);
  };
  let [before, beforeAt] = [0, 0];
  eachRun(kinds, (kind) => kind === SPACED || kind === DIGIT || kind === HANGUL, (first, last) => {
    unit(WORDS, first, last);
    if (!config.pairs) return;
    const own = hash(symbols, first, last);
    if (beforeAt) visit(PAIRS, mixed((Math.imul(before, PAIR) + own) ^ PAIR_SALT), beforeAt, last);
    [before, beforeAt] = [own, first];
  });
  for (const [kind, lengths] of [[IDEOGRAPH, config.ideographs], [SYLLABLE, config.syllables], [HANGUL, config.hangul]]) {
    eachRun(kinds, (own) => own === kind, (first, last) => {
      for (let n = lengths[0]; n <= lengths[1]; n++) {
        const view = viewOf(config, lengths, n);
        for (let at = first; at + n <= last; at++) unit(view, at, at + n);
      }
    });
  }
  if (config.chars) eachChars(symbols, kinds, config.chars, visit);
}

/** N-grams inside words with one separator at each end, the whole word excepted. */
function eachChars(symbols, kinds, [shortest, longest], visit) {
  eachRun(kinds, (kind) => kind === SPACED || kind === DIGIT, (first, last) => {
    const start = first - (kinds[first - 1] === SEPARATOR);
    const end = last + (kinds[last] === SEPARATOR);
    for (let n = Math.max(shortest, 3); n <= longest; n++) {
      for (let at = start; at + n <= end; at++) {
        const [from, to] = [Math.max(at, first), Math.min(at + n, last)];
        if (to - from > n - 2) visit(CHARS, mixed(hash(symbols, at, at + n) ^ CHAR_SALT), from, to);
      }
    }
  });
}

/** Calls `found(first, last)` with each longest run of places whose class is inside; both ends of `kinds` are separators. */
function eachRun(kinds, inside, found) {
  for (let last = 1; last < kinds.length; last++) {
    const first = last;
    while (inside(kinds[last])) last++;
    if (last > first) found(first, last);
  }
}

/** The sum of symbol i times B**i. */
function hash(symbols, first, last) {
  let value = 0;
  for (let at = last - 1; at >= first; at--) value = (Math.imul(value, BASE) + symbols[at]) | 0;
  return value;
}

/** Bucket of a hash: the top bits of murmur3's 32-bit finaliser. */
function mixed(value) {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> (32 - BITS);
}

/** Sorted columns (``view << BITS | bucket``) of all n-grams of a text, repeated ones each time. */
function columnsOf(text, config) {
  const normal = normalise(text);
  const spots = symbolsOf(normal);
  let columns = new Uint32Array(spots.symbols.length * 8);
  let n = 0;
  eachGram(spots, titleLength(normal), config, (view, bucket) => {
    if (n === columns.length) {
      const larger = new Uint32Array(n * 2);
      larger.set(columns);
      columns = larger;
    }
    columns[n++] = (view << BITS) | bucket;
  });
  return columns.subarray(0, n).sort();
}
return { BITS, VIEWS, viewsOf, blanked, normalise, titleLength, symbolsOf, eachGram, columnsOf };
})();
const src_explain = (() => {
/** What words add to a label's score: n-grams' parts spread over the places where they stand. */
const { BITS, blanked, eachGram, normalise, symbolsOf, titleLength } = src_features;

// A word, or one character of a script without spaces.
const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u9fff\\uf900-\\ufaff";
const WORDS = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}_])+`, "gu");
// What may compose with the character before it: a mark, or a vowel or final of Hangul.
const JOINS = /^[\p{M}\u1160-\u11ff]/u;

/**
 * Spans of a story with the sum over their characters of `parts` (feature -> what it adds), each part being spread evenly
 * over the places of its n-gram and their characters.
 */
function spansOf(story, { config, featureOf }, parts) {
  const chars = Array.from(story);
  const normal = normalise(story);
  const origins = originsOf(chars, normal);
  const spots = symbolsOf(normal);
  const places = new Map();
  eachGram(spots, titleLength(normal), config, (view, bucket, first, last) => {
    const feature = featureOf((view << BITS) | bucket);
    if (!parts.has(feature)) return;
    if (!places.has(feature)) places.set(feature, []);
    places.get(feature).push([origins[spots.places[first]][0], origins[spots.places[last - 1]][1]]);
  });
  const added = new Float64Array(chars.length);
  for (const [feature, spans] of places) {
    const each = parts.get(feature) / spans.length;
    for (const [start, end] of spans) for (let at = start; at < end; at++) added[at] += each / (end - start);
  }
  return wordsOf(chars).flatMap(({ first, last, start, text }) => {
    const own = added.subarray(first, last);
    return own.some(Boolean) ? [{ start, end: start + text.length, text, weight: own.reduce((a, b) => a + b, 0) }] : [];
  });
}

/** Words of a text: first and past-the-last character, and where they start in code units. */
function wordsOf(chars) {
  const known = chars.map((char) => (blanked(char) === char ? char : " ".repeat(char.length))).join("");
  let [at, unit] = [0, 0];
  return Array.from(known.matchAll(WORDS), ({ 0: text, index }) => {
    for (; unit < index; at++) unit += chars[at].length;
    const first = at;
    for (; unit < index + text.length; at++) unit += chars[at].length;
    return { first, last: at, start: index, text };
  });
}

/** First and past-the-last character that each code unit of the normal form comes from. */
function originsOf(chars, normal) {
  const starts = chars.flatMap((char, n) => (n === 0 || !JOINS.test(blanked(char)) ? [n] : []));
  const parts = starts.map((start, n) => {
    const end = starts[n + 1] ?? chars.length;
    return { start, end, text: normalise(chars.slice(start, end).join("")) };
  });
  if (parts.map((part) => part.text).join("") === normal) {
    return parts.flatMap(({ start, end, text }) => Array.from({ length: text.length }, () => [start, end]));
  }
  // Rare compositions across parts: places are then approximate.
  return Array.from(normal).flatMap((char, n) => {
    const at = Math.min(n, chars.length - 1);
    return Array.from(char, () => [at, at + 1]).concat(char.length > 1 ? [[at, at + 1]] : []);
  });
}
return { spansOf };
})();
const src_safetensors = (() => {
/** A safetensors file to its metadata and tensors, which are copies: whoever gave the bytes may change them. */
const { ModelError } = src_errors;

// safetensors reserves more, but a header past this is no model of ours.
const MAX_HEADER = 32 << 20;
const TYPES = { U8: Uint8Array, I8: Int8Array, U16: Uint16Array, F32: Float32Array };
const AGAIN = "Train it again, or fetch it again.";

const foreign = (name) => new ModelError(`${name} is not a wiretag model (no readable safetensors header).`);
const damaged = (name, how) => new ModelError(`${name} is ${how} ${AGAIN}`);

/** Metadata (texts that hold JSON) and tensors of a file; throws `ModelError` if they do not fill it exactly. */
function parsed(bytes, name) {
  if (bytes.length < 8) throw foreign(name);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER, bytes.length - 8)) {
    throw bytes[8] === 0x7b && length <= MAX_HEADER ? damaged(name, "cut short: its header is incomplete.") : foreign(name);
  }
  let entries;
  try {
    entries = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    entries.__metadata__ ??= {};
  } catch {
    throw foreign(name);
  }
  const { __metadata__: metadata, ...tensors } = entries;
  try {
    return { metadata, tensors: tensorsOf(tensors, bytes.subarray(8 + length)) };
  } catch {
    throw damaged(name, "damaged or cut short.");
  }
}

/** The tensors must cover the buffer one after another, each as long as its shape says. */
function tensorsOf(entries, buffer) {
  const tensors = {};
  let at = 0;
  const sorted = Object.entries(entries).sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of sorted) {
    const Type = TYPES[dtype];
    const part = buffer.slice(begin, end);
    const length = part.length / Type.BYTES_PER_ELEMENT;
    if (begin !== at || end !== at + part.length || shape.length !== 1 || shape[0] !== length) throw RangeError();
    tensors[name] = new Type(part.buffer);
    at = end;
  }
  if (at !== buffer.length) throw RangeError();
  return tensors;
}
return { foreign, damaged, parsed };
})();
const src_varint = (() => {
/** The numbers of `wiretag/varint.py`'s packing: gaps less one, in LEB128; throws for bytes that are none of its. */
function unpackAscending(packed) {
  const numbers = new Uint32Array(packed.length);
  let [n, last, gap, factor] = [0, -1, 0, 1];
  for (const byte of packed) {
    gap += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) {
      last += gap + 1;
      numbers[n++] = last;
      gap = 0;
      factor = 1;
    }
    if (factor > 2 ** 28 || last >= 2 ** 32) throw new RangeError("a list of numbers is broken");
  }
  if (factor > 1) throw new RangeError("a list of numbers is broken");
  return numbers.subarray(0, n);
}
return { unpackAscending };
})();
const src_vectors = (() => {
/** Counts to weighted, normalised vectors, in the same single and double precision as `wiretag/vectors.py`. */
const { BITS, VIEWS, columnsOf, viewsOf } = src_features;

const single = Math.fround;
// Columns are looked up among those that share their higher bits.
const LOW_BITS = 6;

/** Gives a function from a column to the number of its feature, -1 where the model does not know it. */
function lookup(columns) {
  const begins = new Uint32Array(((VIEWS.length << BITS) >>> LOW_BITS) + 1);
  for (const column of columns) begins[(column >>> LOW_BITS) + 1]++;
  for (let n = 1; n < begins.length; n++) begins[n] += begins[n - 1];
  return (column) => {
    const group = column >>> LOW_BITS;
    for (let at = begins[group]; at < begins[group + 1]; at++) if (columns[at] === column) return at;
    return -1;
  };
}

/** Features of a text and their values: two arrays of one length. */
function vector(text, { config, weighting, featureOf, idf }) {
  const columns = columnsOf(text, config);
  const [features, values] = [[], []];
  let squaredNorm = 0;
  let at = 0;
  for (const view of viewsOf(config)) {
    const { weight, k, b, average_length } = weighting[VIEWS[view]];
    const begin = at;
    while (at < columns.length && columns[at] >>> BITS === view) at++;
    const length = at - begin;
    const stretch = single(k * (1 - b + (b * length) / Math.max(average_length, 1e-9)));
    const first = features.length;
    let squares = 0;
    for (let from = begin, to = begin; from < at; from = to) {
      while (to < at && columns[to] === columns[from]) to++;
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
  }
  const norm = single(Math.sqrt(squaredNorm));
  return { features, values: values.map((value) => single(value / norm)) };
}
return { lookup, vector };
})();
const src_model = (() => {
/** The model file, checked before anything is built from it; `wiretag/model.py` describes its tensors. */
const { ModelError } = src_errors;
const { BITS, VIEWS, viewsOf } = src_features;
const { damaged, foreign, parsed } = src_safetensors;
const { unpackAscending } = src_varint;
const { lookup } = src_vectors;

const FORMAT = 1;
// How the names of the tensors' types begin.
const TYPES = {
  columns: "Uint8", idf: "Uint8", counts: "Uint", labels: "Uint", weights: "Int8",
  scales: "Float", intercepts: "Float", slopes: "Float", shifts: "Float", thresholds: "Float",
};

/** A model from the bytes of its file; `name` is used in messages. */
function loads(data, name = "model") {
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const { metadata, tensors } = parsed(bytes, name);
  const said = (key) => JSON.parse(metadata[key] ?? missing(key));
  let version;
  try {
    version = metadata.format && said("format");
  } catch {
    throw foreign(name);
  }
  if (!Number.isInteger(version)) {
    throw new ModelError(`${name} is a safetensors file, but no wiretag model (it names no format version).`);
  }
  if (version < 1 || version > FORMAT) {
    throw new ModelError(
      `${name} has model format ${version}; this wiretag reads formats 1 to ${FORMAT}. Upgrade wiretag, or retrain.`,
    );
  }
  try {
    return built(said, tensors);
  } catch (error) {
    throw damaged(name, `damaged: ${error.message}.`);
  }
}

function check(holds, reason) {
  if (!holds) throw RangeError(reason);
}

const missing = (name) => check(false, `'${name}' is missing`);
const checkFit = (holds, what, to) => check(holds, `the ${what} do not fit the ${to}`);

function built(said, tensors) {
  const facets = facetsOf(said("facets"));
  const labels = facets.flatMap((facet) => facet.labels);
  for (const name in TYPES) {
    const tensor = tensors[name] ?? missing(name);
    check(tensor.constructor.name.startsWith(TYPES[name]), `the tensor '${name}' has the wrong type`);
    if (TYPES[name] !== "Float") continue;
    check(tensor.every(Number.isFinite), "a number is not finite");
    checkFit(name === "scales" || tensor.length === labels.length, "numbers", "labels");
  }
  const { counts, idf, labels: rows, weights, scales } = tensors;
  const columns = unpackAscending(tensors.columns);
  const offsets = offsetsOf(counts);
  const isKnown = !(columns.at(-1) >= VIEWS.length << BITS) && idf.length === columns.length;
  checkFit(isKnown && counts.length === columns.length && offsets.at(-1) === rows.length, "weights", "vocabulary");
  const nRows = labels.length + facets.filter((facet) => !facet.exclusive).length;
  checkFit(weights.length === rows.length && scales.length === nRows && rows.every((row) => row < nRows), "weights", "labels");
  const config = said("features");
  for (const lengths of [config.chars ?? [1, 1], config.ideographs, config.syllables, config.hangul]) {
    const [low, high] = lengths;
    const areWhole = lengths.length === 2 && lengths.every(Number.isInteger);
    check(areWhole && 1 <= low && low <= high && high <= 16, "the n-gram lengths are out of range");
  }
  const weighting = said("weighting");
  const views = viewsOf(config).map((view) => weighting[VIEWS[view]]);
  const areNumbers = views.every((how) => [how.weight, how.k, how.b, how.average_length].every(Number.isFinite));
  checkFit(areNumbers && Object.keys(weighting).length === views.length, "weights", "views");
  const [names, wire] = [said("names"), said("wire")];
  check([names, wire].every((table) => table && typeof table === "object" && !Array.isArray(table)), "the names are not a table");
  return { ...tensors, facets, labels, rows, offsets, names, wire, vectoriser: { config, weighting, featureOf: lookup(columns), idf } };
}

/** The facets, each with the place of its first label and of its common row on the axes of labels and rows. */
function facetsOf(told) {
  let first = 0;
  let common = told.flatMap((facet) => facet.labels).length;
  return told.map(({ name, labels, exclusive, beside, floor, bend = [1, 1, 0] }) => {
    check([floor, ...bend].every(Number.isFinite) && bend.length === 3 && bend[0] > 0 && bend[1] > 0, "a number is not finite");
    const place = (label) => {
      check(labels.includes(label), "a rule names an unknown label");
      return labels.indexOf(label);
    };
    const rules = Object.entries(beside).map(([label, others]) => [place(label), others.map(place)]);
    const facet = { name: String(name), labels: labels.map(String), exclusive, floor, bend, rules, first, common: exclusive ? -1 : common++ };
    first += labels.length;
    return facet;
  });
}

/** Where each feature's weights begin. */
function offsetsOf(counts) {
  const offsets = new Uint32Array(counts.length + 1);
  counts.forEach((count, n) => (offsets[n + 1] = offsets[n] + count));
  return offsets;
}
return { loads };
})();
const src_wire = (() => {
/**
 * Raw wire items: the story apart from what is said of the sender, and the labels that the footer declares. All words come
 * as data, with the model; `wiretag/wire.py` says what the shapes mean.
 */
const { SPACES, length, lines: linesOf, spellingKey, strip } = src_text;

const S = `[${SPACES}]`;
const DATELINES = [
  `^\\([^()\\n]{2,60}\\)${S}*[-\\u2010-\\u2015\\u2212=:：]+${S}*`,
  `^\\([^()\\n]{2,60}\\)${S}+(?=[^()\\n]{2,40}${S}[-\\u2010-\\u2015\\u2212]${S})`,
  `^\\([^()=\\n]{1,30}=[^()\\n]{2,40}\\)${S}*`,
  `^(?=[^(\\n]*[,\\p{Nd}]|[^a-z(\\n]+\\()[^\\n()]{2,60}\\([^()\\n]{2,60}\\)${S}*[-\\u2010-\\u2015\\u2212=]+${S}*`,
  `^[【\\[（][^】\\]）\\n]{2,40}[】\\]）]${S}*[-\\u2010-\\u2015\\u2212=:：]*${S}*`,
  `^[^\\n/]{0,80}/[^/\\n]{2,40}/${S}*[-\\u2010-\\u2015\\u2212]+${S}*`,
].map((pattern) => new RegExp(pattern, "u"));
const SENDER = new RegExp(`[(【\\[（/]${S}*([^()【】\\[\\]（）/\\n]{2,60}?)${S}*[)】\\]）/]`, "u");
const LABEL_SEPARATOR = new RegExp(`${S}*[,;|·•،؛、，；]${S}*|${S}+/${S}+`, "gu");
const OUTER_DOTS = /^[ .。]+|[ .。]+$/g;
const BRACKET = /[(【[（/]/;
const SENTENCE_END = /[.!?。！？؟…]$/;
const MAX_DATELINE = 160;
const MAX_FOOTER = 400;
const MAX_HEADING = 80;
const MAX_INVITATION = 250;
const MAX_PARTS = 4;

/** Rules from the model's words by language and its names of labels. */
function gather(wire, names) {
  const tables = Object.values(wire);
  const all = (key) => [...new Set(tables.flatMap((table) => table[key] ?? []).map(spellingKey))];
  const footers = tables.flatMap((table) => Object.keys(table).filter((key) => key.endsWith("_footer")));
  const labels = new Map();
  return {
    footers: [...new Set(footers)].sort().map((key) => [key.slice(0, -"_footer".length), new Set(all(key))]),
    disclaimers: all("disclaimer"),
    headings: openings(all("about"), `${S}*:?$`),
    contacts: openings(all("contact").map((head) => head.replace(/[: ]+$/, "")), `${S}*(?::|$)`),
    invitations: openings(all("follow"), ""),
    /** Name or alias of a label of the facet, as a key -> the label's id. */
    labelsOf(facet) {
      if (!labels.has(facet)) {
        const own = Object.entries(names[facet] ?? {});
        const pairs = own.flatMap(([label, byLanguage]) => [label, ...Object.values(byLanguage).flat()].map((name) => [spellingKey(name), label]));
        labels.set(facet, new Map(pairs));
      }
      return labels.get(facet);
    },
  };
}

/** Tells whether one of the phrases (`{}` standing for a name) opens a line, with the ending behind it. */
function openings(phrases, ending) {
  const known = phrases.filter(Boolean).map((phrase) => {
    const parts = phrase.split("{}");
    const pattern = parts.map((part) => part.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&")).join(".{1,60}");
    let made;
    return { start: parts[0], end: parts.at(-1), pattern: () => (made ??= new RegExp(`^${pattern}${ending}`, "u")) };
  });
  return (line) => known.some(({ start, end, pattern }) => line.startsWith(start) && line.includes(end) && pattern().test(line));
}

/** The story's text, a paragraph a line, and the labels that its own footer names: facet -> ids. */
function parse(raw, rules) {
  const lines = linesOf(raw).map(strip).filter(Boolean);
  const declared = new Map();
  let end = lines.length;
  lines.forEach((line, number) => {
    const footer = number > 0 && footerOf(line, rules, number * 2 >= lines.length);
    if (!footer) return;
    const [facet, labels] = footer;
    declared.set(facet, [...(declared.get(facet) ?? []), ...labels]);
    end = Math.min(end, number);
  });
  const sender = senderOf(lines);
  const keys = lines.slice(0, end).map(spellingKey);
  const story = [];
  for (const [number, key] of keys.entries()) {
    const line = lines[number];
    if (number >= 2 && endsStory(key, line, rules)) break;
    const ofSender = sender && number * 2 >= lines.length && key.startsWith(sender);
    const invites = () => length(line) <= MAX_INVITATION && rules.invitations(key);
    const disclaimed = () => rules.disclaimers.some((phrase) => key.includes(phrase));
    if (number && (ofSender || invites() || disclaimed())) continue;
    story.push(number < 2 ? line.slice(dateline(line).length) : line);
  }
  const facets = [...declared].filter(([, labels]) => labels.length).map(([facet, labels]) => [facet, [...new Set(labels)]]);
  return { text: story.filter(Boolean).join("\n"), declared: new Map(facets) };
}

/** Facet and labels if the line is a footer; an early line must name a label that is known. */
function footerOf(line, rules, late) {
  const colon = line.search(/[:：]/);
  if (colon < 0 || length(line) > MAX_FOOTER) return null;
  const key = spellingKey(line.slice(0, colon));
  for (const [facet, keys] of rules.footers) {
    if (!keys.has(key)) continue;
    const labels = splitLabels(line.slice(colon + 1).replaceAll("：", ":"), rules.labelsOf(facet));
    if (late || labels.length) return [facet, labels];
  }
  return null;
}

/** Label ids of a listing; a name may itself hold separators ("Fashion, Luxury & Beauty", "항공우주·방산"). */
function splitLabels(text, names) {
  const listing = text.replace(OUTER_DOTS, "");
  const found = [...listing.matchAll(LABEL_SEPARATOR)].map((match) => [match.index, match.index + match[0].length]);
  const bounds = [[0, 0], ...found, [listing.length, listing.length]];
  const labels = [];
  for (let at = 0; at < bounds.length - 1; ) {
    let width = Math.min(MAX_PARTS, bounds.length - 1 - at);
    const label = () => names.get(spellingKey(listing.slice(bounds[at][1], bounds[at + width][0])));
    while (width > 1 && label() === undefined) width--;
    if (label() !== undefined) labels.push(label());
    at += width;
  }
  return labels;
}

/** Whether the line opens the paragraph about the sender or the contact data. */
function endsStory(key, line, rules) {
  return rules.contacts(key) || (length(line) <= MAX_HEADING && !SENTENCE_END.test(line) && rules.headings(key));
}

/** Name of the distributor in the dateline, as a key; empty if there is none. */
function senderOf(lines) {
  for (const line of lines.slice(0, 2)) {
    const name = SENDER.exec(dateline(line));
    if (name) return spellingKey(name[1]);
  }
  return "";
}

/** The tag that opens the line, empty if there is none; all of them hold some kind of bracket, for which it is quick to look. */
function dateline(line) {
  if (!BRACKET.test(Array.from(line.slice(0, 2 * MAX_DATELINE)).slice(0, MAX_DATELINE).join(""))) return "";
  for (const pattern of DATELINES) {
    const match = pattern.exec(line);
    if (match) return match[0];
  }
  return "";
}
return { gather, parse };
})();
const src_tagger = (() => {
/** `Tagger`: a loaded model that tags texts. */
const { UsageError } = src_errors;
const { spansOf } = src_explain;
const { loads } = src_model;
const { vector } = src_vectors;
const { gather, parse } = src_wire;

const LANGUAGE_FACET = "language";
const UNKNOWN_LANGUAGE = "und";
const single = Math.fround;
// What a stored root stands for, in steps of its row's scale; the place is the root's byte.
const WEIGHTS = Float64Array.from({ length: 256 }, (_, byte) => ((byte << 24) >> 24) * Math.abs((byte << 24) >> 24));

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
    return [...this.#model.labels];
  }

  /** The story without what is said of its sender, and the footer's labels. */
  parse(raw) {
    const { wire, names } = this.#model;
    if (!Object.keys(wire).length) return { text: raw, declared: new Map() };
    this.#rules ??= gather(wire, names);
    return parse(raw, this.#rules);
  }

  /** Tags of one raw item. */
  tag(text, { threshold, names = "item" } = {}) {
    const { text: story, declared } = this.parse(text);
    const probability = this.#probabilities(story);
    const given = this.#given(probability);
    const chosen = new Map();
    for (const { name, labels, first } of this.#model.facets) {
      const isGiven = threshold === undefined || name === LANGUAGE_FACET ? (n) => given[n] : (n) => probability[n] >= single(threshold);
      const tags = labels.map((label, n) => ({ label, name: label, probability: probability[first + n] }));
      chosen.set(name, tags.filter((_, n) => isGiven(first + n)).sort((a, b) => b.probability - a.probability));
    }
    const language = chosen.get(LANGUAGE_FACET)?.[0]?.label ?? UNKNOWN_LANGUAGE;
    chosen.delete(LANGUAGE_FACET);
    for (const [facet, tags] of chosen) {
      for (const tag of tags) tag.name = this.name(facet, tag.label, names === "item" ? language : names);
    }
    return { language, facets: chosen, declared };
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
    const model = this.#model;
    const facet = model.facets.find((facet) => facet.labels.includes(label) && facet.name === (name ?? facet.name));
    if (!facet) throw new UsageError(`The model has no label '${label}' (it has: ${model.labels.join(", ")}).`);
    const counted = new Set([facet.first + facet.labels.indexOf(label), facet.common]);
    const story = this.parse(text).text;
    const { features, values } = vector(story, model.vectoriser);
    const parts = new Map();
    features.forEach((feature, n) => {
      let part = 0;
      for (let place = model.offsets[feature]; place < model.offsets[feature + 1]; place++) {
        const row = model.rows[place];
        if (counted.has(row)) part += WEIGHTS[model.weights[place] & 0xff] * model.scales[row];
      }
      if (part) parts.set(feature, part * values[n]);
    });
    return spansOf(story, model.vectoriser, parts);
  }

  /** Name of a label in a language, else in English, else its id. */
  name(facet, label, language = "en") {
    const names = this.#model.names[facet]?.[label] ?? {};
    const found = [names[language], names.en].find((own) => Array.isArray(own) && own.length);
    return found ? found[0] : label;
  }

  #probabilities(story) {
    const { facets, labels, rows, offsets, weights, scales, intercepts, slopes, shifts, vectoriser } = this.#model;
    const sums = new Float64Array(scales.length);
    const { features, values } = vector(story, vectoriser);
    features.forEach((feature, n) => {
      const value = values[n];
      for (let at = offsets[feature]; at < offsets[feature + 1]; at++) sums[rows[at]] += value * WEIGHTS[weights[at] & 0xff];
    });
    const logits = new Float32Array(labels.length);
    for (const { first, labels, common } of facets) {
      for (let n = first; n < first + labels.length; n++) {
        const shared = common < 0 ? 0 : sums[common] * scales[common];
        const score = single(sums[n] * scales[n] + intercepts[n] + shared);
        logits[n] = single(score * slopes[n]) + shifts[n];
      }
    }
    for (const { first, labels, exclusive, bend: [low, high, shift] } of facets) {
      const part = logits.subarray(first, first + labels.length);
      if (exclusive) softmax(part);
      else part.forEach((logit, n) => (part[n] = 1 / (1 + Math.exp(-Math.min(Math.max(logit * (logit < 0 ? low : high) + shift, -60), 60)))));
    }
    return logits;
  }

  /** Which labels are given at these probabilities. */
  #given(probability) {
    const given = probability.map((value, n) => Number(value >= this.#model.thresholds[n]));
    for (const { first, labels, exclusive, rules, floor } of this.#model.facets) {
      if (!labels.length) continue;
      const part = probability.subarray(first, first + labels.length);
      const own = given.subarray(first, first + labels.length);
      const best = mostProbable(part, part.keys());
      if (exclusive) {
        own.fill(0);
        own[best] = 1;
        continue;
      }
      if (!own.includes(1) && part[best] >= single(floor)) own[best] = 1;
      for (const [label, others] of rules) {
        if (own[label] && !others.some((other) => own[other])) own[mostProbable(part, others)] = 1;
      }
    }
    return given;
  }
}

function mostProbable(probability, places) {
  return [...places].reduce((best, place) => (probability[place] > probability[best] ? place : best));
}

/** In place. */
function softmax(logits) {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  logits.forEach((logit, n) => (logits[n] = Math.exp(logit - highest)));
  const sum = logits.reduce((a, b) => a + b, 0);
  logits.forEach((power, n) => (logits[n] = power / sum));
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
  element("why-words").textContent = sentence(telling);
  element("story").lang = language;
  element("story").replaceChildren(...marked(story, telling, strongest));
}

/** Which words speak for it most, for those who cannot see marks; neighbours that nothing parts are one word. */
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
  return strongest.length ? `Decided above all by: ${strongest.join(", ")}.` : "No word of it speaks for this label.";
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
const { decode } = src_decoding;
const { WiretagError } = src_errors;
const { Tagger } = src_tagger;
const { showResult, speak } = page_result;
const { hideWhy, showWhy } = page_why;

const TYPING_PAUSE_MS = 150;
// What is tagged between two key strokes without a wait; no item is longer.
const MOST_CHARACTERS = 200_000;

const element = (id) => document.getElementById(id);
let tagger = null;
let asked = null;
let timer;

async function fetchModel() {
  notice("Loading the model …");
  try {
    const response = await fetch("model.safetensors");
    if (!response.ok) throw new Error(String(response.status));
    useModel(await response.arrayBuffer(), "The model");
  } catch (error) {
    element("model-picker").hidden = false;
    notice(error instanceof WiretagError ? error.message : "No model stands beside this page. Choose one to begin.");
  }
}

function useModel(bytes, name) {
  tagger = Tagger.load(bytes, name);
  element("model-picker").hidden = true;
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

async function take(file) {
  try {
    if (!file) return;
    const bytes = await file.arrayBuffer();
    if (file.name.endsWith(".safetensors")) useModel(bytes, file.name);
    else {
      element("text").value = decode(new Uint8Array(bytes), file.name);
      update();
    }
  } catch (error) {
    notice(error instanceof WiretagError ? error.message : `${file.name} cannot be read.`);
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
  element("text").value = event.dataTransfer.getData("text/plain");
  update();
});
fetchModel();
return {  };
})();
})();
