"""Where a tagger's model is found, and where it came from, so that another process can load it there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from stat import S_ISREG
from typing import TYPE_CHECKING

from wiretag.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from wiretag.tagger import Tagger


def find_model(named: str | None) -> str:
    """The model to use: the one named, ``$WIRETAG_MODEL``, ``./models/``, or the one inside the package."""
    if named is not None:
        return named
    if os.environ.get("WIRETAG_MODEL"):
        return os.environ["WIRETAG_MODEL"]
    here = os.path.join("models", "wiretag.safetensors")
    packaged = os.path.join(os.path.dirname(__file__), "default.safetensors")
    if os.path.exists(here) or not os.path.exists(packaged):
        return here
    return packaged


@dataclass(slots=True)
class Origin:
    """A model file as it was when it was looked at."""

    path: str
    _state: tuple[int, ...] | None
    _digest: str | None = field(default=None, init=False)

    @classmethod
    def of(cls, path: str | Path) -> Origin:
        try:
            absolute = os.path.abspath(path)
        except OSError:  # the working folder is gone
            return cls(str(path), None)
        return cls(absolute, _state(absolute))

    def digest(self) -> str | None:
        """SHA-256 of the file, None if it is no longer the one that it was."""
        if self._state is None or self._state != _state(self.path):
            return None
        if self._digest is None:
            found = _sha256(self.path)
            self._digest = found if self._state == _state(self.path) else None
        return self._digest


# A pool sends its function, and with it the tagger, with every task: the second task finds the first one's.
@lru_cache(maxsize=2)
def reloaded(kind: type[Tagger], path: str, digest: str) -> Tagger:
    """The tagger of a file that must still be the one with this SHA-256.

    Raises
    ------
    ModelError
        The file is not there, or is another one.
    """
    tagger = kind.load(path)
    if tagger.origin is None or tagger.origin.digest() != digest:
        raise ModelError(
            f"The model {path} is not the one that this tagger was made with. Give every machine the same file, "
            "or make the tagger with Tagger.loads, which takes the whole model along."
        )
    return tagger


def _state(path: str) -> tuple[int, ...] | None:
    """What changes when another file is put in a file's place; None of what cannot be read twice, such as a pipe."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):  # `Tagger.load` says what is wrong
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if S_ISREG(found.st_mode) else None


def _sha256(path: str) -> str:
    from hashlib import file_digest

    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
