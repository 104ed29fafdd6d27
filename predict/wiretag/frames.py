"""What compiled code is called with: addresses of arrays, how long they are, and numbers, a signed 64-bit integer each.

`wiretag.compiled` fills frames in, `wiretag.kernels` makes arrays of what stands there again. What begins with ``n_`` is
the length of the arrays named since the last such name.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Texts(NamedTuple):
    """What `loops.count` reads; at `places`, its bounds and titles, and room for its offsets and lengths, follow each other."""

    codes: int
    n_codes: int
    symbols: int
    n_symbols: int
    places: int
    n_texts: int


class Tables(NamedTuple):
    """The symbols of ASCII characters, and of each place the power of the base and its inverse."""

    table: int
    n_table: int
    powers: int
    inverse: int
    n_powers: int


class Grams(NamedTuple):
    """`loops.Grams`."""

    pairs: int
    title: int
    syllables: int
    chars: int
    bits: int
    gram_lengths: int
    gram_views: int
    longest: int


class Known(NamedTuple):
    """`loops.Known`."""

    ranks: int
    n_ranks: int
    idf: int
    n_known: int
    how: int


class Room(NamedTuple):
    """`loops.Room`."""

    keys: int
    others: int
    entries: int
    counts: int
    values: int
    views: int
    n_grams: int
    kinds: int
    parts: int
    strangers: int
    fits: int
    prefix: int
    edges: int
    n_symbols_of_text: int
    digits: int
    letters: int
    squares: int


class Codes(NamedTuple):
    """What `loops.look_up` takes; each code has so many bytes."""

    codes: int
    width: int
    symbols: int
    n_codes: int
    table: int
    n_table: int


class Vectors(NamedTuple):
    """What `sums.add` reads and fills."""

    features: int
    values: int
    n_entries: int
    offsets: int
    sums: int
    n_texts: int


class Weights(NamedTuple):
    """`Model.packed`."""

    place: int
    n_features: int
    cells: int
    n_cells: int
    rows: int
    n_dense: int
    n_rows: int


# Name of a function -> what stands in its frame, in this order.
FRAMES: Final = {
    "look_up": Codes._fields,
    "count": (*Texts._fields, *Tables._fields, *Grams._fields, *Known._fields, *Room._fields),
    "add": (*Vectors._fields, *Weights._fields),
}
