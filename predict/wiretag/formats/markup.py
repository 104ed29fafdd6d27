"""XML without its dangers: entities of the document's own and anything from elsewhere are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder

from wiretag.errors import InputError
from wiretag.formats.document import spaced
from wiretag.reading import declared, decode

_DECLARED: Final = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DEEPEST: Final = 200
# Elements that begin and end a line, in NITF and in XHTML.
_LINES: Final = frozenset(
    [
        *("address", "block", "blockquote", "body", "body.content", "body.head", "bq", "br", "caption", "dd", "div", "dl", "dt"),
        *("fn", "h1", "h2", "h3", "h4", "h5", "h6", "hedline", "hl1", "hl2", "hr", "li", "media-caption", "ol", "p", "pre"),
        *("section", "table", "td", "th", "tr", "ul"),
    ]
)
_NOT_READ: Final = frozenset(["byline", "dateline", "media", "note", "script", "style", "tagline"])


def parsed(data: bytes, shown: str, encoding: str | None = None) -> Element:
    """The root element.

    Raises
    ------
    InputError
        It is no sound XML, or uses what is refused.
    """
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import DefusedXMLParser, ParseError
    except ImportError:
        raise InputError(f"{shown} is XML; to read that: pip install 'wiretag[formats]'.") from None
    named = _DECLARED.match(data[:200])
    text = decode(data, shown, encoding or (declared(named.group(1).decode()) if named else None))
    # Read as text, so that encodings count that the parser does not know; NITF names its DTD, which is not fetched.
    parser = DefusedXMLParser(target=_Shallow(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text.lstrip("\ufeff \t\r\n"))
        root: Element = parser.close()
    except ParseError as error:
        raise InputError(f"{shown} is not well-formed XML ({error}).") from None
    except _Deep:
        raise InputError(f"{shown} is nested over {_DEEPEST} elements deep, which no news item is.") from None
    except DefusedXmlException:
        raise InputError(f"{shown} declares entities, which are not read because they can be used to attack.") from None
    return root


class _Deep(Exception):
    """Elements within elements, beyond what is allowed."""


class _Shallow(TreeBuilder):
    """Builds a tree of bounded depth, so that whatever walks it is done in bounded time."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Deep
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def local(element: Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def first(element: Element, *names: str) -> Element | None:
    """The first element anywhere below with the first of the names that occurs."""
    for name in names:
        found = next((below for below in element.iter() if below is not element and local(below) == name), None)
        if found is not None:
            return found
    return None


def child(element: Element, *names: str) -> Element | None:
    """The first child with the first of the names that occurs."""
    for name in names:
        found = next((own for own in element if local(own) == name), None)
        if found is not None:
            return found
    return None


def text_of(element: Element | None) -> str:
    """All text of an element in one line."""
    return spaced("".join(element.itertext())) if element is not None else ""


def lines_of(root: Element) -> list[str]:
    """Text of an element, a paragraph a line."""
    lines: list[str] = []
    now: list[str] = []
    for element, begins in _walk(root):
        name = local(element)
        if name in _LINES:
            lines.append(spaced("".join(now)))
            now = []
        if not begins:
            now.append(element.tail or "" if element is not root else "")
        elif name not in _NOT_READ:
            now.append(element.text or "")
    return [line for line in (*lines, spaced("".join(now))) if line]


def _walk(root: Element) -> Iterator[tuple[Element, bool]]:
    """Each element when it begins and when it ends, without what is below those that are not read."""
    waiting = [(root, True)]
    while waiting:
        element, begins = waiting.pop()
        yield element, begins
        if begins:
            waiting.append((element, False))
            if local(element) not in _NOT_READ:
                waiting.extend((below, True) for below in reversed(element))
