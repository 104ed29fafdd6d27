"""NITF, https://iptc.org/standards/nitf/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wiretag.formats.document import Story, story
from wiretag.formats.markup import first, lines_of, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read(root: Element) -> list[Story]:
    """The story of an ``nitf`` element."""
    docid = first(root, "doc-id")
    content = first(root, "body.content")
    return [
        story(
            text_of(first(root, "hl1", "headline", "title")),
            [*([text_of(second)] if (second := first(root, "hl2")) is not None else []), *(_body(content))],
            docid.get("id-string") if docid is not None else None,
        )
    ]


def _body(content: Element | None) -> list[str]:
    return lines_of(content) if content is not None else []
