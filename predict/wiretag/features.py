"""Texts to hashed n-gram counts, block by block, with array operations only.

The method, in full, so that it can be written again in another language (all arithmetic is modulo 2^32):

1. A text is put into NFKC; each code point becomes a *symbol*, ``class << 24 | folded`` (`codepoints.symbols`);
   ignorable ones vanish.
2. A *word* is a longest run of letters of spaced scripts, Hangul and digits. Scripts without spaces have runs of
   *ideographs* (Han, kana) and of *syllables* (Thai, Lao, Khmer, Myanmar).
3. The hash of symbols s_0 ... s_{n-1} is ``sum(s_i * B**i)``. A pair of words hashes to ``first * PAIR + second``.
4. ``mix`` (murmur3's 32-bit finaliser) of ``hash ^ salt`` (a salt for each kind of n-gram) gives 32 well mixed bits;
   the top `BITS` of them are the bucket. A *column* is the number of a view in `VIEWS` ``<< BITS | bucket``.

Kinds of n-gram, and the *view* (a group of features that is weighted and normalised on its own) that they stand in:

* ``words``: words; in runs of ideographs, syllables and Hangul the n-grams of the shortest length;
* ``pairs``: two neighbouring words of one text, or only of a Vietnamese one: of whose symbols but separators one in 32 or more is
  a letter of U+1EA0 to U+1EF9, which few other languages have; in such runs the n-grams of the longest length;
* ``chars``: n-grams of `chars` lengths in a word with one space at each end (``" trade "``), the whole word excepted,
  Hangul passed over; in such runs the n-grams of the lengths between;
* ``title``: what ``words`` gives for the first line, if more text follows; of a text of one line, for what begins within
  its first sixty characters, if it is longer: such texts begin with their headline or what they are about.

A view that is not in use leaves its n-grams of runs to ``words``. Lengths are kept apart because the many short n-grams
would drown the few telling long ones: tags of Japanese, Chinese, Thai and Korean items gained 0.09 to 0.14 micro-F1 out of fold.

Prefix hashes make step 3 cheap: with ``P = cumsum(s_i * B**i)``, the hash of span [a, b) is ``(P[b] - P[a]) * B**-a``,
and an odd B has an inverse modulo 2^32. Text, view and bucket share one 32-bit key, so that one sort counts everything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from wiretag import acceleration, codepoints
from wiretag.codepoints import CLASS_SHIFT, DIGIT, HANGUL, IDEOGRAPH, IGNORABLE, SPACED, SYLLABLE, UNSTEADY

Uint32 = NDArray[np.uint32]
Codes = NDArray[np.uint8] | Uint32
Pairs = bool | Literal["syllables"]
LookUp = Callable[[Codes, Uint32], tuple[Uint32, int]]

BITS: Final = 20
N_BUCKETS: Final = 1 << BITS
BASE: Final = 0x9E3779B1
PAIR: Final = 0x85EBCA6B
VIEWS: Final = ("words", "pairs", "chars", "title")

# Enough symbols to amortise the array calls, few enough for the arrays to stay in the cache.
BLOCK_SYMBOLS: Final = 1 << 16
# The number of a text stands above its column in a sort key of 32 bits.
_COLUMN_BITS: Final = BITS + 2
BLOCK_TEXTS: Final = 1 << (32 - _COLUMN_BITS)

WORD_SALT: Final = 0x1B873593
PAIR_SALT: Final = 0xCC9E2D51
CHAR_SALT: Final = 0x2545F491

SYLLABLES: Final = "syllables"
CODE_POINT: Final = np.uint32((1 << CLASS_SHIFT) - 1)
# Letters with Vietnamese marks, and how many symbols of a text, separators not counted, there may be to each of them.
VIETNAMESE, LAST_VIETNAMESE = np.uint32(0x1EA0), np.uint32(0x1EF9 - 0x1EA0)
MOST_PER_VIETNAMESE: Final = 32

# Full-width punctuation, the ideographic space, the ellipsis, Thai sara am.
_COMMON_DECOMPOSITIONS: Final = tuple(
    (char, unicodedata.normalize("NFKD", char)) for char in "，：；（）！？％～．＋－／＆\u3000…\u0e33"
)

# The first line that is not blank, if something follows it; else sixty characters, if something follows these.
_TITLE: Final = re.compile(r"\s*+(?:\S[^\n]*+(?=\n\s*+\S)|\S[^\n]{59}(?=[^\n]*\S))")


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """Which n-grams are counted.

    Attributes
    ----------
    pairs : count word pairs; "syllables": those of Vietnamese texts alone, whose words are syllables.
    chars : shortest and longest character n-gram inside words, or None.
    ideographs : shortest and longest n-gram of Han characters and kana.
    syllables : shortest and longest n-gram of letters of Thai, Lao, Khmer and Myanmar.
    hangul : shortest and longest n-gram of Korean syllables inside words.
    title : count the title's words a second time, as features of their own.
    """

    pairs: Pairs = False
    chars: tuple[int, int] | None = None
    ideographs: tuple[int, int] = (1, 3)
    syllables: tuple[int, int] = (3, 6)
    hangul: tuple[int, int] = (1, 2)
    title: bool = True

    @property
    def views(self) -> tuple[str, ...]:
        """Names of the views in use, in their fixed order."""
        used = {"words": True, "pairs": bool(self.pairs), "chars": self.chars is not None, "title": self.title}
        return tuple(view for view in VIEWS if used[view])

    def view_of(self, lengths: tuple[int, int], n: int) -> str:
        """View of the n-grams of one length in a run: the shortest stand with words, the longest of three with pairs."""
        shortest, longest = lengths
        if n == shortest:
            return "words"
        view = "pairs" if n == longest and longest - shortest > 1 else "chars"
        return view if view in self.views else "words"

    @property
    def runs(self) -> tuple[tuple[int, tuple[int, int]], ...]:
        """Classes whose runs are cut into n-grams, and the lengths of these."""
        return (IDEOGRAPH, self.ideographs), (SYLLABLE, self.syllables), (HANGUL, self.hangul)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts in a block of texts, a CSR matrix with sorted, distinct columns in each row.

    Attributes
    ----------
    offsets : shape [n_texts * len(VIEWS) + 1], where the entries of each view of each text begin.
    columns : shape [n_entries], number of the view in `VIEWS` << BITS | bucket.
    counts : shape [n_entries].
    lengths : shape [n_texts, len(VIEWS)], n-grams of each view in each text, repeated ones included.
    """

    offsets: NDArray[np.int64]
    columns: Uint32
    counts: Uint32
    lengths: NDArray[np.int64]

    @property
    def text_offsets(self) -> NDArray[np.int64]:
        """Where the entries of each text begin, shape [n_texts + 1]."""
        return self.offsets[:: len(VIEWS)]


def blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Cut a stream of texts into lists that `count_block` takes, in order."""
    block: list[str] = []
    size = 0
    for text in texts:
        if block and (size + len(text) > BLOCK_SYMBOLS or len(block) == BLOCK_TEXTS):
            yield block
            block, size = [], 0
        block.append(text)
        size += len(text) + 1
    if block:
        yield block


def count_block(texts: Sequence[str], config: FeatureConfig) -> Counts:
    """Counts of the views of `config` in up to `BLOCK_TEXTS` texts."""
    if (compiled := acceleration.for_block(texts)) is not None:
        counted: Counts = compiled.count_block(texts, config)
        return counted
    return count_by_arrays(texts, config)


def count_by_arrays(texts: Sequence[str], config: FeatureConfig) -> Counts:
    """`count_block` with NumPy alone."""
    if len(texts) > BLOCK_TEXTS:
        raise ValueError(f"A block holds at most {BLOCK_TEXTS} texts; this one has {len(texts)}.")
    symbols, starts, titles = symbols_of(texts, *codes_of(texts), config.title)
    classes = (symbols >> np.uint32(CLASS_SHIFT)).astype(np.uint8)
    prefix, inverse = _prefix_hashes(symbols)
    letters = (classes == SPACED) | (classes == DIGIT)
    edges = _edges(letters | (classes == HANGUL))
    first, at_edges = edges[::2], prefix.take(edges)
    words = (at_edges[1::2] - at_edges[::2]) * inverse.take(first)
    row_of = _rows(starts, len(symbols))
    rows = row_of.take(first)
    units = [(first, _keys(words ^ np.uint32(WORD_SALT), rows, "words"))]
    keys: list[Uint32] = []
    for kind, lengths in config.runs:
        for n, at, spans in _grams_in_runs(classes == kind, lengths, prefix, inverse):
            view = config.view_of(lengths, n)
            own = _keys(spans ^ np.uint32(WORD_SALT), row_of.take(at), view)
            if view == "words":
                units.append((at, own))
            else:
                keys.append(own)
    if config.pairs:
        together = np.flatnonzero(rows[1:] == rows[:-1])
        if config.pairs == SYLLABLES:
            together = together[_are_vietnamese(symbols, starts)[rows[together] >> np.uint32(_COLUMN_BITS)]]
        pairs = words[:-1] * np.uint32(PAIR) + words[1:]
        keys.append(_keys(pairs.take(together) ^ np.uint32(PAIR_SALT), rows.take(together), "pairs"))
    if config.chars is not None:
        keys += _chars_in_words(letters, classes, config.chars, prefix, inverse, row_of)
    if config.title:
        title = np.uint32(VIEWS.index("title") << BITS)
        keys += [own[at < titles[own >> np.uint32(_COLUMN_BITS)]] | title for at, own in units]
    return _counts(np.concatenate([own for _, own in units] + keys), len(texts))


def _are_vietnamese(symbols: Uint32, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which texts are, by the share of letters with Vietnamese marks, shape [n_texts]."""
    marked, letters = (symbols & CODE_POINT) - VIETNAMESE <= LAST_VIETNAMESE, symbols > CODE_POINT
    found, size = (np.add.reduceat(own, starts, dtype=np.int64) for own in (marked, letters))
    vietnamese: NDArray[np.bool_] = found * MOST_PER_VIETNAMESE >= size
    return vietnamese


def normalise(text: str) -> str:
    """NFKC with blanks for code points that the table's Unicode version does not know."""
    return text if text.isascii() else nfkc(codepoints.unassigned().sub(" ", text))


def nfkc(text: str) -> str:
    """NFKC; what makes ordinary Chinese, Japanese and Thai text differ from it is replaced first.

    NFKC begins with putting the decomposition of each character in its place (Unicode Standard Annex 15), so this changes
    nothing but the time: text that is in NFKC already is seen to be so in a fiftieth of what rewriting it takes.
    """
    if text.isascii():
        return text
    for char, decomposition in _COMMON_DECOMPOSITIONS:
        text = text.replace(char, decomposition)
    return unicodedata.normalize("NFKC", text)


def codes_of(texts: Sequence[str]) -> tuple[Codes, NDArray[np.int64]]:
    """Code points of all texts with a line's end before, between and behind, bytes if all are ASCII; where each text starts."""
    joined = "\n".join(["", *texts, ""])
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.cumsum(lengths + 1) - lengths
    if joined.isascii():
        return np.frombuffer(joined.encode("ascii"), np.uint8), starts
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32), starts


def symbols_of(
    texts: Sequence[str], codes: Codes, starts: NDArray[np.int64], with_titles: bool, look_up: LookUp | None = None
) -> tuple[Uint32, NDArray[np.int64], NDArray[np.int64]]:
    """Symbols of what `codes_of` gives, normalised and folded; where each text starts, where its title ends."""
    look_up = look_up or _look_up
    symbols, found = look_up(codes, codepoints.symbols_with_marks(_highest(codes)))
    if found & UNSTEADY:
        changing = np.flatnonzero(symbols >= UNSTEADY)
        unassigned = codepoints.is_unassigned(_highest(codes))[codes.take(changing)].any()
        numbers = np.unique(np.searchsorted(starts, changing, "right") - 1).tolist()
        normalised = [(normalise if unassigned else nfkc)(texts[number]) for number in numbers]
        codes, _ = codes_of(normalised)
        others, also_found = look_up(codes, codepoints.symbols(_highest(codes)))
        texts, symbols, starts = _replaced(texts, symbols, starts, dict(zip(numbers, normalised, strict=True)), others)
        found |= also_found
    titles = title_ends(texts, starts) if with_titles else starts
    if found >> IGNORABLE & 1:
        ignored = np.flatnonzero((symbols >> np.uint32(CLASS_SHIFT)) == IGNORABLE)
        symbols = np.delete(symbols, ignored)
        starts, titles = (places - np.searchsorted(ignored, places) for places in (starts, titles))
    return symbols, starts, titles


def _highest(codes: Codes) -> int:
    return int(codes.max()) if codes.dtype == np.uint32 else 0x7F


def _look_up(codes: Codes, table: Uint32) -> tuple[Uint32, int]:
    """The symbol of each code point, and what is among them: `UNSTEADY`, and a bit for each class that may occur."""
    # No code point lies outside the table; "clip" spares the check.
    symbols = table.take(codes, mode="clip")
    return symbols, int(symbols.max() & UNSTEADY) | (1 << IGNORABLE if codes.dtype == np.uint32 else 0)


def _replaced(
    texts: Sequence[str], symbols: Uint32, starts: NDArray[np.int64], changed: Mapping[int, str], others: Uint32
) -> tuple[list[str], Uint32, NDArray[np.int64]]:
    """Texts, symbols and starts with some texts, by number, changed into others, whose symbols are `others`.

    They are few, most of them in Thai: looking up all the symbols of a block again would take several times as long.
    """
    result, pieces, grown = list(texts), [], np.zeros(len(texts), np.int64)
    end, own = 0, 1
    for number, text in changed.items():
        start = int(starts[number])
        pieces += [symbols[end:start], others[own : own + len(text)]]
        end, own = start + len(texts[number]), own + len(text) + 1
        grown[number] = len(text) - len(texts[number])
        result[number] = text
    return result, np.concatenate([*pieces, symbols[end:]]), starts + np.cumsum(grown) - grown


def title_ends(texts: Sequence[str], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the title of each text ends."""
    return starts + np.fromiter(map(title_length, texts), np.int64, len(texts))


def title_length(text: str) -> int:
    """Characters up to the title's end: of the first line that is not blank, or of the beginning of the only one; 0 if none."""
    title = _TITLE.match(text)
    return title.end() if title else 0


def powers_of_base(largest: int) -> tuple[Uint32, Uint32]:
    """B**i and B**-i modulo 2^32 for i up to at least `largest`."""
    return _powers(max(13, largest.bit_length()))


@cache
def _powers(exponent: int) -> tuple[Uint32, Uint32]:
    size = 1 << exponent
    inverse = pow(BASE, -1, 1 << 32)
    both = []
    for base in (BASE, inverse):
        factors = np.full(size, base, np.uint32)
        factors[0] = 1
        both.append(np.cumprod(factors, dtype=np.uint32))
    return both[0], both[1]


def _prefix_hashes(symbols: Uint32) -> tuple[Uint32, Uint32]:
    """``P`` (one longer than `symbols`) and the inverse powers that go with it."""
    powers, inverse = powers_of_base(len(symbols))
    prefix = np.empty(len(symbols) + 1, np.uint32)
    prefix[0] = 0
    np.cumsum(symbols * powers[: len(symbols)], dtype=np.uint32, out=prefix[1:])
    return prefix, inverse


def _edges(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First and past-the-last positions of the runs of True, by turns; the ends of `inside` are False."""
    return np.flatnonzero(inside[1:] != inside[:-1]) + 1


def _rows(starts: NDArray[np.int64], n_symbols: int) -> Uint32:
    """Number of the text in which each position lies, already shifted to its place in a sort key.

    The separator before a text counts as its own.
    """
    bounds = np.append(starts - 1, n_symbols)
    return np.repeat(np.arange(len(starts), dtype=np.uint32) << np.uint32(_COLUMN_BITS), np.diff(bounds))


def _keys(hashes: Uint32, rows: Uint32, view: str) -> Uint32:
    """Sort keys of n-grams from their salted hashes, in place."""
    keys = _mix(hashes)
    keys >>= np.uint32(32 - BITS)
    keys |= rows
    if VIEWS.index(view):
        keys |= np.uint32(VIEWS.index(view) << BITS)
    return keys


def _grams_in_runs(
    inside: NDArray[np.bool_], lengths: tuple[int, int], prefix: Uint32, inverse: Uint32
) -> Iterator[tuple[int, NDArray[np.int64], Uint32]]:
    """Each length n, and the sorted positions and hashes of the n-grams within the runs of True."""
    if not inside.any():
        return
    edges = _edges(inside)
    sizes = edges[1::2] - edges[::2]
    first = np.flatnonzero(inside)
    left = np.repeat(edges[1::2], sizes) - first
    for n in range(lengths[0], lengths[1] + 1):
        fits = np.flatnonzero(left >= n)
        first, left = first.take(fits), left.take(fits)
        yield n, first, (prefix.take(first + n) - prefix.take(first)) * inverse.take(first)


def _chars_in_words(
    inside: NDArray[np.bool_],
    classes: NDArray[np.uint8],
    lengths: tuple[int, int],
    prefix: Uint32,
    inverse: Uint32,
    rows: Uint32,
) -> Iterator[Uint32]:
    """Sort keys of the character n-grams, an array for every length; `rows` are those of all positions.

    A span counts if all but its ends lie in one word, its ends are in the word or a separator, and not both are separators.
    Most spans of running text count: hashing all of them in a row is faster than picking first.
    """
    if not inside.any():
        return
    edge = (classes != IDEOGRAPH) & (classes != SYLLABLE) & (classes != HANGUL)
    core = inside[1:-1]
    for n in range(3, lengths[1] + 1):
        if n > 3:
            core = core[:-1] & inside[n - 2 : -1]
        if n >= lengths[0]:
            head, tail = slice(0, len(core)), slice(n - 1, n - 1 + len(core))
            spans = prefix[n : n + len(core)] - prefix[head]
            spans *= inverse[head]
            spans ^= np.uint32(CHAR_SALT)
            chosen = np.flatnonzero(core & edge[head] & edge[tail] & (inside[head] | inside[tail]))
            yield _keys(spans, rows[head], "chars").take(chosen)


def _mix(hashes: Uint32) -> Uint32:
    """murmur3's 32-bit finaliser, in place."""
    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes


def _counts(keys: Uint32, n_texts: int) -> Counts:
    """Count equal keys by sorting them."""
    keys.sort()
    new = np.empty(len(keys), np.bool_)
    new[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    at = np.flatnonzero(new)
    counts = np.diff(at, append=len(keys)).astype(np.uint32)
    first_of_view = np.arange(n_texts * len(VIEWS), dtype=np.uint32) << np.uint32(BITS)
    bounds = np.append(np.searchsorted(keys, first_of_view), len(keys))
    columns = keys.take(at)
    columns &= np.uint32((1 << _COLUMN_BITS) - 1)
    return Counts(np.searchsorted(at, bounds), columns, counts, np.diff(bounds).reshape(n_texts, len(VIEWS)))
