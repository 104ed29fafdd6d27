"""HTML pages: the headline and the story, without menus and the like.

Parsed by selectolax: Python's own `html.parser` takes time quadratic in the length of unfinished tags, 17 seconds for 40 kB.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from wiretag.errors import InputError
from wiretag.formats.document import Story, spaced, story
from wiretag.reading import declared, decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_HEAD: Final = 2048
# As browsers do: pages that say Latin-1 mean Windows' set, https://encoding.spec.whatwg.org/#names-and-labels.
_LATIN: Final = frozenset(("iso-8859-1", "latin1", "us-ascii", "ascii"))
_ELEMENT: Final = re.compile("<[A-Za-z]")
# Nesting costs time quadratic in its depth: a page of so many elements takes a fifth of a second, a part of a feed a fiftieth.
_MOST_OF_A_PAGE, _MOST_OF_A_PART = 10_000, 3_000
# A page of more than these is a list of teasers.
_ARTICLES: Final = 20
_NOT_STORY: Final = [
    *("aside", "button", "dialog", "figure", "footer", "form", "header", "iframe", "nav", "noscript", "script", "select"),
    *("style", "svg", "template", "video", "audio"),
]
_LINES: Final = (
    "address,article,blockquote,br,caption,dd,div,dl,dt,h1,h2,h3,h4,h5,h6,hr,li,main,ol,p,pre,section,table,td,th,tr,ul"
)
_END_OF_LINE: Final = "\x1e"


def is_markup(text: str) -> bool:
    """Whether a string holds tags or entities."""
    return "&" in text or _ELEMENT.search(text) is not None


def read(data: bytes, shown: str, encoding: str | None = None) -> list[Story]:
    """The page's one story.

    Raises
    ------
    InputError
        It is not in its encoding, or is no page that people read.
    """
    charset = _CHARSET.search(data[:_HEAD])
    named = declared(charset.group(1).decode().lower()) if charset and not encoding else encoding
    tree = _tree(decode(data, shown, "cp1252" if named in _LATIN else named), shown, _MOST_OF_A_PAGE)
    articles = tree.css("article") or tree.css("main, [role=main]")
    body = max(articles[:_ARTICLES], key=lambda own: len(own.text()), default=tree.body)
    headline = _headline(tree, body)
    return [story(headline, _lines(body) if body is not None else [])]


def fragment(text: str) -> list[str]:
    """A piece of HTML, a paragraph a line; of an endless one the beginning, for others stand beside it in a feed."""
    beyond = next(islice(_ELEMENT.finditer(text), _MOST_OF_A_PART, None), None)
    body = _tree(text[: beyond.start()] if beyond else text, "A part of it", _MOST_OF_A_PART).body
    return _lines(body) if body is not None else []


def _tree(text: str, shown: str, most: int) -> LexborHTMLParser:
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError:
        raise InputError(f"{shown} is HTML; to read that: pip install 'wiretag[formats]'.") from None
    if sum(1 for _ in _ELEMENT.finditer(text)) > most:
        raise InputError(f"{shown} has over {most:,} HTML elements, which no news item has.")
    return LexborHTMLParser(text.encode("utf-8", "replace"))


def _headline(tree: LexborHTMLParser, body: LexborNode | None) -> str:
    """Of the story, else of the page, else what is shown where the page is shared, else its title."""
    for found in (body.css_first("h1") if body is not None else None, tree.css_first("h1")):
        if found is not None and found.text().strip():
            return found.text(separator=" ")
    shared = tree.css_first('meta[property="og:title"]')
    if shared is not None and shared.attributes.get("content"):
        return shared.attributes["content"] or ""
    title = tree.css_first("title")
    return title.text() if title is not None else ""


def _lines(body: LexborNode) -> list[str]:
    body.strip_tags(_NOT_STORY)
    for own in body.css(_LINES):
        own.insert_before(_END_OF_LINE)
        own.insert_after(_END_OF_LINE)
    return [line for line in map(spaced, body.text().split(_END_OF_LINE)) if line]
