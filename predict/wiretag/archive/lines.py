"""Lines of a file that may be larger than memory, and so may each of its lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wiretag.reading import MAX_BYTES


class Lines:
    """Lines from an offset on; of one that is longer than `MAX_BYTES` only the beginning, one byte longer than that."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        file.seek(offset)
        self._file = file
        self.offset = offset

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = part = self._file.readline(MAX_BYTES + 1)
        if not line:
            raise StopIteration
        self.offset += len(line)
        while len(part) > MAX_BYTES and not part.endswith(b"\n"):
            part = self._file.readline(MAX_BYTES + 1)
            self.offset += len(part)
        return line
