"""The project's own files, which are UTF-8."""

from __future__ import annotations

from pathlib import Path

from wiretag.errors import DataError


def utf8_text(path: Path) -> str:
    """A file's text, without a byte order mark; raises `DataError` if it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text.") from None
