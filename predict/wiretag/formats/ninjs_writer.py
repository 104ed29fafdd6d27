"""Tags as ninjs 3.0, of which https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json says what is allowed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from wiretag.formats.document import spaced

if TYPE_CHECKING:
    from wiretag.model import Model
    from wiretag.tagger import Tags

# The schema by the name that it has for itself.
_STANDARD: Final = {"name": "ninjs", "version": "3.0", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#"}
_MEDIA_TOPICS: Final = "http://cv.iptc.org/newscodes/mediatopic/"
# RFC 3986, but for addresses in brackets.
_CHAR: Final = r"(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_PATH: Final = rf"(?:{_CHAR}|[:@/])*"
_QUERY: Final = rf"(?:{_CHAR}|[:@/?])*"
_AUTHORITY: Final = rf"(?:(?:{_CHAR}|:)*@)?{_CHAR}*(?::\d*)?(?=[/?#]|\Z)"
_URI: Final = re.compile(rf"[A-Za-z][A-Za-z\d+.-]*:(?://{_AUTHORITY}|(?!//)){_PATH}(?:\?{_QUERY})?(?:#{_QUERY})?", re.ASCII)


def written(name: str | None, text: str, tags: Tags, model: Model) -> dict[str, Any]:
    """The ninjs object of an item.

    Parameters
    ----------
    name : becomes the item's uri; one that is none gets one made of it, and an item without a name one made of its text, so
        that the same text has the same.
    """
    lines = [line for line in map(spaced, text.splitlines()) if line]
    return {
        "uri": _uri(name, text),
        "standard": _STANDARD,
        "type": "text",
        "language": tags.language,
        "headlines": [{"role": "main", "value": lines[0] if lines else ""}],
        "bodies": [{"role": "main", "contentType": "text/plain", "value": "\n".join(lines[1:])}],
        "subjects": _subjects(tags, model),
    }


def _uri(name: str | None, text: str) -> str:
    if name is not None:
        # Other letters than ASCII's are for IRIs; they have a URI each.
        own = "".join(char if char.isascii() else quote(char, errors="replace") for char in name)
        if _URI.fullmatch(own):
            return own
    # A lone surrogate of JSON has no UTF-8.
    material = (name if name is not None else text).encode("utf-8", "replace")
    return uuid.uuid5(uuid.NAMESPACE_URL, material.decode()).urn


def _subjects(tags: Tags, model: Model) -> list[dict[str, Any]]:
    """A subject a code, the most probable label's where several labels have it; labels without a code by their own id."""
    subjects: dict[str, dict[str, Any]] = {}
    for literal, code, label_name, probability in sorted(_found(tags, model), key=lambda found: -found[3]):
        uri = {"uri": _MEDIA_TOPICS + code} if code else {}
        own = {"name": label_name, "rel": "about", **uri, "literal": literal}
        subjects.setdefault(literal, {**own, "creator": "wiretag", "confidence": round(probability * 100)})
    return list(subjects.values())


def _found(tags: Tags, model: Model) -> Iterator[tuple[str, str, str, float]]:
    """Literal, Media Topic ("" for none), name and probability of each label."""
    for facet, given in tags.facets.items():
        for tag in given:
            codes = model.iptc.get(facet, {}).get(tag.label, ())
            for code in codes:
                yield f"medtop:{code}", code, tag.name, tag.probability
            if not codes:
                yield f"{facet}:{tag.label}", "", tag.name, tag.probability
