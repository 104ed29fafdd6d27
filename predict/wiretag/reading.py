"""Files and standard input to text."""

from __future__ import annotations

import codecs
import re
import sys
from typing import Final

from wiretag.errors import InputError

# A news item of this size is a mistake: an archive, a dump, the wrong file.
MAX_BYTES: Final = 10 << 20

# What the person at the keyboard can do; a server says something else.
NAME_ENCODING: Final = "name its encoding with --encoding"
# Spaces, byte order marks, and the zeros of UTF-16.
_BLANK: Final = b" \t\r\n\xef\xbb\xbf\xff\xfe\0"
# What Python calls the encodings that documents are written in.
_WRITTEN: Final = re.compile(r"ascii$|big5|cp\d|euc_|gb|hz$|iso2022|iso8859|johab$|koi8|mac|shift_jis|tis-620$|utf-(?:8|16|32)")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(name: str, encoding: str | None = None) -> str:
    """Text of a file, or of standard input if `name` is "-".

    Raises
    ------
    InputError
        The file is missing, a directory, unreadable, empty, too large, binary, or not in the encoding.
    """
    return text_of(read_bytes(name), shown_name(name), encoding)


def text_of(data: bytes, shown: str, encoding: str | None = None) -> str:
    """`decode`, of something that is not empty."""
    text = decode(data, shown, encoding)
    if not text.strip():
        raise InputError(f"{shown} is empty.")
    return text


def read_bytes(name: str) -> bytes:
    """A file, or standard input if `name` is "-".

    Raises
    ------
    InputError
        The file is missing, a directory, unreadable, or too large.
    """
    shown = shown_name(name)
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(name, "rb") as file:
                data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{shown} does not exist.") from None
    except IsADirectoryError:
        raise InputError(f"{shown} is a directory; name the files in it.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{shown} cannot be read: {reason}.") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"{shown} is over {MAX_BYTES >> 20} MB, which no single item is; give many items as lines with --jsonl.")
    return data


def shown_name(name: str) -> str:
    """What messages call a file."""
    return "standard input" if name == "-" else printable(name)


def may_be_marked_up(data: bytes) -> bool:
    """Whether a document may be in a format of its own, not plain text: it begins as XML, HTML or JSON do, in any encoding."""
    return data[:256].lstrip(_BLANK)[:1] in (b"<", b"{")


def decode(data: bytes, shown: str, encoding: str | None = None) -> str:
    """Bytes to text: UTF-8, UTF-16 with a byte order mark, or what `encoding` names; `shown` is for messages."""
    chosen = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(chosen)
    except LookupError:
        raise InputError(f"There is no encoding '{printable(chosen)}'; try utf-8, cp1252 or gb18030.") from None
    except UnicodeError:
        if b"\0" in data[:4096]:
            raise InputError(f"{shown} is a binary file, not text.") from None
        raise InputError(f"{shown} is not {chosen.upper()} text; {NAME_ENCODING}.") from None
    if "\0" in text[:4096]:
        raise InputError(f"{shown} is a binary file, not text.")
    return text


def declared(encoding: str | None) -> str | None:
    """An encoding that a document says it has; None for those of Python's in which none is written: some take quadratic time."""
    try:
        known = codecs.lookup(encoding or "").name
    except LookupError:
        return encoding  # `decode` says that there is none of this name
    return encoding if _WRITTEN.match(known) else None


def printable(text: str) -> str:
    """Text without control characters, safe to show on a terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
