"""Whether compiled code does the counting and adding, or NumPy.

NumPy is the reference and all that an installation needs. Where Numba is installed (extra ``fast``, part of ``train``),
`wiretag.compiled` gives the same n-grams and scores several times as fast, but takes about as long to load as NumPy needs for
millions of characters, so it is loaded only by who has that much to do. The first use on a machine compiles for some seconds
more, and keeps what it compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Final

# NumPy has by then spent on texts what loading takes.
_ENOUGH: Final = 4_000_000


@dataclass(slots=True)
class State:
    """What of this is known in the process."""

    module: ModuleType | None = None
    is_missing: bool = False
    characters: int = 0


_state = State()


def load() -> ModuleType | None:
    """The compiled code, or None where it is not to be had."""
    if _state.module is None and not _state.is_missing:
        try:
            from wiretag import compiled

            compiled.try_out()
        except (ImportError, RuntimeError, OSError, AttributeError):
            # No Numba, no folder or no room to keep what it compiles, no memory that may be written and then run, or what an
            # earlier version kept names what this one does not have.
            _state.is_missing = True
        else:
            _state.module = compiled
    return _state.module


def loaded() -> ModuleType | None:
    """The compiled code, if somebody has loaded it."""
    return _state.module


def expect(n_characters: int) -> None:
    """Load it if so many characters are about to come that this pays."""
    if n_characters >= _ENOUGH:
        load()


def for_block(texts: Sequence[str]) -> ModuleType | None:
    """The compiled code if it is loaded, or if the texts of all blocks so far are enough to load it now.

    Texts that come alone do not count: whoever waits for one would wait for Numba, too.
    """
    if _state.module is None and len(texts) > 1:
        _state.characters += sum(map(len, texts))
        expect(_state.characters)
    return _state.module
