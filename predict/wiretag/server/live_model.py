"""The model that a server answers with, swapped for a new one while it answers."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from wiretag import acceleration
from wiretag import model as model_file
from wiretag.errors import ModelError
from wiretag.tagger import Tagger

_log = logging.getLogger("wiretag")
# Two, for a single text is tagged in another way; with a line that may be a footer.
_TRIAL: Final = ("A headline\nA story of some words.\nTopics: trade", "一")
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory.

    Attributes
    ----------
    data : the file's bytes.
    version : the beginning of their SHA-256.
    """

    tagger: Tagger
    data: bytes
    version: str


class LiveModel:
    """The model of a file. Requests take `current` once, so a swap disturbs none of them.

    The file is read and not mapped: a mapped one that somebody overwrites in place takes the process with it.
    """

    def __init__(self, path: Path) -> None:
        acceleration.load()  # who serves has enough to tag
        self._path, self._reloading = path, Lock()
        self._seen = self._stamp()
        self.current = self._load()

    def reload(self) -> bool:
        """Take the file as it is now; a file that is no sound model changes nothing. Gives whether it was taken."""
        with self._reloading:  # a signal and a look at the file may come together; the later file is to win
            self._seen = self._stamp()
            try:
                self.current = self._load()
            except ModelError as error:
                _log.error("The model was not changed. %s", error)
                return False
            _log.info("The model is now %s.", self.current.version)
            return True

    def changed(self) -> bool:
        """Whether the file is another than the one read last."""
        return self._stamp() not in (None, self._seen)

    def _load(self) -> Loaded:
        try:
            data = self._path.read_bytes()
        except OSError as error:
            model_file.load(self._path)  # which says what is wrong, if it still is
            raise ModelError(f"{self._path} could not be read: {error.strerror}.") from None
        return Loaded(self._tried(data), data, hashlib.sha256(data).hexdigest()[:12])

    def _tried(self, data: bytes) -> Tagger:
        """A tagger that has tagged: what a file's check cannot see would fail each request, and the first one waits for less."""
        try:
            tagger = Tagger(model_file.loads(data, str(self._path)))
            list(tagger.tag_many(_TRIAL))
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"{self._path} is no sound model: it cannot tag ({type(error).__name__}: {error}).") from error
        return tagger

    def _stamp(self) -> _Stamp | None:
        try:
            state = self._path.stat()
        except OSError:
            return None
        return state.st_ino, state.st_size, state.st_mtime_ns
