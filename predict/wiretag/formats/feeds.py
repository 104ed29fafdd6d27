"""RSS 0.9 to 2.0 and Atom: a story an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wiretag.formats import pages
from wiretag.formats.document import Story, spaced, story
from wiretag.formats.markup import child, lines_of, local, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# The fuller one first; one that holds no text, such as Atom's content elsewhere, is none.
_BODIES: Final = ("encoded", "content", "description", "summary")
_MEDIA: Final = "{http://search.yahoo.com/mrss/}"


def read(root: Element) -> list[Story]:
    """The story of each ``item`` (RSS) or ``entry`` (Atom), in the order of the feed."""
    return [_entry(own) for own in root.iter() if local(own) in ("item", "entry")]


def _entry(entry: Element) -> Story:
    for own in [own for own in entry if isinstance(own.tag, str) and own.tag.startswith(_MEDIA)]:
        entry.remove(own)  # titles, contents and descriptions of pictures
    bodies = (own for name in _BODIES for own in entry if local(own) == name)
    body = next((lines for own in bodies if (lines := _lines(own))), [])
    name = text_of(child(entry, "guid", "id")) or _link(entry)
    return story(" ".join(_lines(child(entry, "title"))), body, name)


def _lines(element: Element | None) -> list[str]:
    """Text of an element: XHTML below it, or HTML or plain text as a string."""
    if element is None:
        return []
    if len(element):
        return lines_of(element)
    text = element.text or ""
    if element.get("type") == "text" or not pages.is_markup(text):
        return [line for line in map(spaced, text.splitlines()) if line]
    return pages.fragment(text)


def _link(entry: Element) -> str:
    link = child(entry, "link")
    return (link.get("href") or text_of(link)) if link is not None else ""
