"""Which format a document is in, by what stands in it, and its stories."""

from __future__ import annotations

import json
import re
from typing import Final

from wiretag.errors import InputError
from wiretag.formats import feeds, markup, newsml, ninjs, nitf, pages
from wiretag.formats.document import Document, Story
from wiretag.reading import decode, printable

_XML_ROOTS: Final = {
    **dict.fromkeys(("rss", "RDF", "feed", "entry"), feeds.read),
    **dict.fromkeys(("newsItem", "newsMessage"), newsml.read),
    "nitf": nitf.read,
}
_SEVERAL: Final = frozenset(("rss", "RDF", "feed", "newsMessage"))
_OPENING: Final = r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?"
_XML: Final = re.compile(rf"{_OPENING}<(?:!doctype\s+)?(?:\w+:)?(?:{'|'.join(_XML_ROOTS)})[\s>/]", re.DOTALL | re.IGNORECASE)
# What a page or a piece of one may begin with; an item about "<script>" is a text.
_TAGS: Final = (
    "html head body article main section div p h1 h2 h3 h4 h5 h6 meta title header nav aside figure img a b i em strong span "
    "br ul ol table blockquote"
).replace(" ", "|")
_HTML: Final = re.compile(rf"{_OPENING}<(?:!doctype\s+html|{_TAGS})[\s>/]", re.DOTALL | re.IGNORECASE)
_LOOKED_AT: Final = 4096


def read(data: bytes, shown: str, encoding: str | None = None) -> Document:
    """What a document holds; text without marks of a format is one story as it is.

    Raises
    ------
    InputError
        It cannot be read, or holds no text.
    """
    head = data[:_LOOKED_AT].replace(b"\0", b"").decode("latin-1").lstrip("\xef\xbb\xbf\xff\xfe")
    if _HTML.match(head):
        found = Document(pages.read(data, shown, encoding))
    elif _XML.match(head) or head.lstrip().lower().startswith(("<?xml", "<!doctype")):
        found = _of_xml(data, shown, encoding)
    else:
        found = _of_text(decode(data, shown, encoding))
    if not any(own.text.strip() for own in found.stories):
        raise InputError(f"{shown} holds no text.")
    return found


def _of_xml(data: bytes, shown: str, encoding: str | None) -> Document:
    root = markup.parsed(data, shown, encoding)
    name = markup.local(root)
    if name not in _XML_ROOTS:
        known = "RSS, Atom, NITF and NewsML-G2"
        raise InputError(f"{shown} is XML of a kind that is not read ({printable(name[:40])}); those that are: {known}.")
    return Document(_XML_ROOTS[name](root), name in _SEVERAL)


def _of_text(text: str) -> Document:
    try:
        found = json.loads(text) if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        found = None
    objects = [own for own in (found if isinstance(found, list) else [found]) if isinstance(own, dict) and ninjs.is_ninjs(own)]
    if objects and (objects == [found] or objects == found):
        return Document([story for own in objects for story in ninjs.read(own)], isinstance(found, list))
    return Document([Story(text)])
