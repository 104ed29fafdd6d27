"""NewsML-G2 news items, alone or in a message, https://iptc.org/standards/newsml-g2/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wiretag.formats import nitf, pages
from wiretag.formats.document import Story, spaced, story
from wiretag.formats.markup import child, first, lines_of, local, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read(root: Element) -> list[Story]:
    """The story of each ``newsItem``."""
    return [_story(item) for item in root.iter() if local(item) == "newsItem"]


def _story(item: Element) -> Story:
    meta, content = child(item, "contentMeta"), child(item, "contentSet")
    headline = text_of(first(meta, "headline")) if meta is not None else ""
    lines: list[str] = []
    inline = child(content, "inlineXML", "inlineData") if content is not None else None
    if inline is not None and local(inline) == "inlineData":
        text, about = "".join(inline.itertext()), child(item, "itemMeta")
        headline = headline or (text_of(child(about, "title")) if about is not None else "")
        lines = pages.fragment(text) if "html" in inline.get("contenttype", "") else [spaced(line) for line in text.splitlines()]
    elif inline is not None and (inner := child(inline, "nitf")) is not None:
        found = nitf.read(inner)[0].text.split("\n")
        headline, lines = headline or found[0], found
    elif inline is not None:
        body = first(inline, "body")
        lines = lines_of(body if body is not None else inline)
    return story(headline, [line for line in lines if line], item.get("guid"))
