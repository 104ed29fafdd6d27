"""Whether compiled code does the counting and adding, or NumPy.

NumPy is the reference and all that an installation needs. Where Numba is installed (extra ``fast``, part of ``train``),
`wiretag.compiled` gives the same n-grams and scores several times as fast. The first use on a machine compiles for some ten
seconds and keeps what it compiled; from then on loading that takes about a tenth of a second. So it is loaded only by who
has enough to do for that to pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Final

# From so many characters on loading it takes less than it saves, and so many are worth compiling it for.
_ENOUGH: Final = 2_000_000
_ENOUGH_TO_COMPILE: Final = 4_000_000


@dataclass(slots=True)
class State:
    """What of this is known in the process."""

    module: ModuleType | None = None
    is_missing: bool = False
    is_uncompiled: bool = False
    characters: int = 0


_state = State()


def load(*, may_compile: bool = True) -> ModuleType | None:
    """The compiled code, or None where it is not to be had."""
    if _state.module is None and not _state.is_missing and (may_compile or not _state.is_uncompiled):
        try:
            from wiretag import compiled

            if compiled.is_ready(may_compile=may_compile):
                _state.module = compiled
            else:
                _state.is_uncompiled = True
        except (ImportError, RuntimeError, OSError, AttributeError, TypeError):
            # No Numba or LLVM, or another one than known here, no folder or no room to keep what is compiled, or no memory that
            # may be written and then run.
            _state.is_missing = True
    return _state.module


def loaded() -> ModuleType | None:
    """The compiled code, if somebody has loaded it."""
    return _state.module


def expect(n_characters: int) -> None:
    """Load it if so many characters are about to come that this pays."""
    if n_characters >= _ENOUGH:
        load(may_compile=n_characters >= _ENOUGH_TO_COMPILE)


def for_block(texts: Sequence[str]) -> ModuleType | None:
    """The compiled code if it is loaded, or if the texts of all blocks so far are enough to load it now.

    Texts that come alone do not count: whoever waits for one would wait for it, too.
    """
    if _state.module is None and len(texts) > 1:
        _state.characters += sum(map(len, texts))
        expect(_state.characters)
    return _state.module
