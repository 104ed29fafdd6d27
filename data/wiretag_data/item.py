"""`Item`: one news story or release with its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Labels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled text.

    Attributes
    ----------
    id : unique within the corpus, "source/number".
    text : headline first line; no footer, disclaimer or other words of the sender.
    language : BCP 47 tag as the lexicons spell it ("de", "zh-Hans"); "und" if not known.
    date : ISO 8601 day, or "".
    source : name of the source, which says what its labels cover.
    labels : facet -> label ids.
    group : items of one group (rewrites, parts, near-duplicates) stay in one split; "" stands alone.
    part : the split that the source itself puts the item in, or "".
    """

    id: str
    text: str
    language: str
    source: str
    labels: Labels = field(default_factory=dict)
    date: str = ""
    group: str = ""
    part: str = ""
