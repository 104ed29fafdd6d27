"""Chunks tagged by several processes, given back in order, with few of them held at a time."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import parent_process
from threading import Thread
from typing import Final

from wiretag import model as model_file
from wiretag.archive.rows import Chunk, Counts, Kind, Place
from wiretag.errors import InputError
from wiretag.tagger import Tagger

# Chunks that wait for each process, so that none of them waits for the reader.
_WAITING: Final = 2

Done = tuple[bytes, Counts, Place]


def tagged_in_order(chunks: Iterable[Chunk], kind: Kind, model: bytes, jobs: int) -> Iterator[Done]:
    """Each chunk's bytes and counts, and the place after it.

    Raises
    ------
    InputError
        A process has died.
    """
    if jobs == 1:
        tagger = Tagger(model_file.loads(model))
        yield from ((*kind.tagged(chunk, tagger), chunk.after) for chunk in chunks)
        return
    waiting: deque[tuple[Future[tuple[bytes, Counts]], Place]] = deque()
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(kind, model)) as pool:
        try:
            for chunk in chunks:
                waiting.append((pool.submit(_tagged, chunk), chunk.after))
                if len(waiting) > _WAITING * jobs:
                    yield _result(*waiting.popleft())
            while waiting:
                yield _result(*waiting.popleft())
        except BrokenProcessPool:
            raise InputError(
                "A process that tagged has died, perhaps for want of memory. Run the same command again to continue, "
                "with fewer --jobs if it dies again."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _result(future: Future[tuple[bytes, Counts]], after: Place) -> Done:
    return (*future.result(), after)


class _Process:
    """What a process of the pool works with."""

    kind: Kind
    tagger: Tagger


def _start(kind: Kind, model: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that reads and writes
    Thread(target=_end_with_parent, daemon=True).start()
    _Process.kind, _Process.tagger = kind, Tagger(model_file.loads(model))


def _end_with_parent() -> None:
    """A parent that is killed cannot end its pool, which would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _tagged(chunk: Chunk) -> tuple[bytes, Counts]:
    return _Process.kind.tagged(chunk, _Process.tagger)
