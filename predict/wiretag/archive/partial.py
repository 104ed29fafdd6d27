"""The partial file: what is written of an output that is not complete, and how far it goes.

It lies in a folder beside the output, with a note of the place in the input that is reached. The note is renamed into place
after the rows are on the disk, so it never speaks of rows that are not there; rows behind what it speaks of are cut off.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

from wiretag.archive.rows import Counts, Place
from wiretag.errors import UsageError
from wiretag.reading import printable

_SECONDS_BETWEEN_NOTES: Final = 1.0
_ROWS, _NOTE, _LOCK, _FINISHED = "rows", "note.json", "lock", "finished"


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far a run is: the place of the next chunk, the bytes written and the rows done before it."""

    place: Place
    size: int
    counts: Counts


class Partial:
    """An output in the making; `begun` gives one."""

    def __init__(self, folder: Path, mark: Mapping[str, str], rows: BinaryIO, reached: _Reached) -> None:
        self._folder, self._mark, self._rows = folder, mark, rows
        self._reached = reached
        self._noted = float("-inf")

    @property
    def place(self) -> Place:
        """Where the next chunk begins, () at the start."""
        return self._reached.place

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written yet."""
        return not self._reached.size

    @property
    def counts(self) -> Counts:
        """Rows done so far, by earlier runs too."""
        return self._reached.counts

    def begin(self, head: bytes) -> None:
        """Write what stands before all rows; worth no note."""
        self._rows.write(head)
        self._reached = _Reached((), len(head), Counts())

    def add(self, data: bytes, counts: Counts, after: Place) -> None:
        """Write what comes next; `after` is the place behind it."""
        self._rows.write(data)
        self._reached = _Reached(after, self._reached.size + len(data), self.counts + counts)
        if time.monotonic() - self._noted >= _SECONDS_BETWEEN_NOTES:
            self._note()

    def finish(self, target: Path, make: Callable[[Path, Path], None]) -> None:
        """Put the complete output in its place; `make` makes it of the rows."""
        self._note()
        make(self._folder / _ROWS, self._folder / _FINISHED)
        (self._folder / _FINISHED).replace(target)
        shutil.rmtree(self._folder)

    def _note(self) -> None:
        self._rows.flush()
        os.fsync(self._rows.fileno())
        beside = self._folder / f"{_NOTE}.new"
        beside.write_text(json.dumps({"mark": self._mark, **asdict(self._reached)}), encoding="utf-8")
        beside.replace(self._folder / _NOTE)
        self._noted = time.monotonic()


@contextmanager
def begun(target: Path, mark: Mapping[str, str]) -> Iterator[Partial]:
    """The partial file of `target`, begun now or by an earlier run of the same `mark`: what makes a run the same.

    Raises
    ------
    UsageError
        Another run works on it, or an earlier one of another mark has.
    """
    folder = folder_of(target)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"Another run is writing {printable(str(target))}; wait for it, or stop it.") from None
        reached = _reached(folder, mark)
        with (folder / _ROWS).open("ab") as rows:
            rows.truncate(reached.size)
            yield Partial(folder, mark, rows, reached)


def folder_of(target: Path) -> Path:
    """Where the partial file of an output lies."""
    return target.with_name(f".{target.name}.part")


def _reached(folder: Path, mark: Mapping[str, str]) -> _Reached:
    """How far the earlier run came; the start if there was none, or if its rows are not there."""
    start = _Reached((), 0, Counts())
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
        earlier = _Reached(tuple(note["place"]), note["size"], Counts(**note["counts"]))
        changed = [what for what, value in mark.items() if note["mark"].get(what) != value]
        written = (folder / _ROWS).stat().st_size
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return start
    if changed:
        raise UsageError(
            f"An earlier run that stopped had another {' and another '.join(changed)}, so this one cannot continue it. "
            f"Run it as before, or delete the folder {printable(str(folder))} to start anew."
        )
    return earlier if written >= earlier.size else start
