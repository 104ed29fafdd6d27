"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Gives a file to write beside `path`; it takes its place if nothing went wrong, and vanishes if something did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")  # threads and containers share numbers
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
