"""ninjs, IPTC's news in JSON, 1.x to 3.x: https://iptc.org/standards/ninjs/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from wiretag.formats import pages
from wiretag.formats.document import Story, spaced, story


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a news item: it has headlines or bodies under one of the names of the versions."""
    return any(key in ("headlines", "bodies", "headline") or key.startswith(("body_", "headline_")) for key in record)


def read(record: Mapping[str, Any]) -> list[Story]:
    """The story of an object."""
    name = record.get("uri")
    # A lone surrogate of JSON has no UTF-8, in which the name is answered.
    named = name.encode("utf-8", "replace").decode() if isinstance(name, str) else None
    headlines = [text for _, text in _texts(record, "headlines", "headline")]
    written = list(_texts(record, "bodies", "body")) or list(_texts(record, "descriptions", "description"))
    bodies = sorted(written, key=lambda found: _is_html(found[0]))
    lines: list[str] = []
    if bodies:
        kind, text = bodies[0]
        lines = pages.fragment(text) if _is_html(kind) else [line for line in map(spaced, text.splitlines()) if line]
    return [story(headlines[0] if headlines else "", lines, named)]


def _texts(record: Mapping[str, Any], many: str, one: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each headline or body that is not blank, the main ones first."""
    objects = record.get(many)
    found = [own for own in objects if isinstance(own, dict)] if isinstance(objects, list) else []
    for own in sorted(found, key=lambda own: own.get("role") != "main"):
        if _is_text(own.get("value")):
            yield str(own.get("contentType") or own.get("contenttype") or ""), own["value"]
    for key, value in sorted(record.items()):
        if _is_text(value) and (key == one or key.startswith(f"{one}_")):
            yield key, value


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _is_html(kind: str) -> bool:
    return "html" in kind or "xml" in kind
