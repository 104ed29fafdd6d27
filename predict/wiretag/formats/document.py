"""What a document holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One item of a document.

    Attributes
    ----------
    text : the headline, then a paragraph a line.
    id : what the document calls the item; None if it has no name for it.
    """

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The stories of a document.

    Attributes
    ----------
    several : whether such a document may hold several, as a feed does that happens to hold one.
    """

    stories: list[Story]
    several: bool = False


def story(headline: str, lines: list[str], name: str | None = None) -> Story:
    """The item of a headline and paragraphs; a first paragraph that repeats the headline is left out."""
    headline = spaced(headline)
    if lines and lines[0] == headline:
        lines = lines[1:]
    return Story("\n".join(line for line in (headline, *lines) if line), name or None)


def spaced(text: str) -> str:
    """The text in one line, with single spaces."""
    return " ".join(text.split())
