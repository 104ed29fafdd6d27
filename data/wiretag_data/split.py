"""Train, validation and test parts: whole groups, dated sources by time, no text in two parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from wiretag_data.dedup import near_duplicates
from wiretag_data.item import Item

PARTS = ("train", "validation", "test")
_VALIDATION, _TEST = 0.1, 0.1
# Where members of a group are put in different parts by their sources, the strictest holds.
_STRICTEST = ("test", "validation", "train")


def grouped(items: Sequence[Item]) -> list[Item]:
    """Items with `group` set: near-duplicates and items that already share a group stand together."""
    leaders = near_duplicates([item.text for item in items])
    by_name: dict[str, int] = {}
    joined = list(range(len(items)))

    def find(number: int) -> int:
        while joined[number] != number:
            number = joined[number]
        return number

    for number, item in enumerate(items):
        others = [leaders[number]] + ([by_name.setdefault(item.group, number)] if item.group else [])
        for other in others:
            a, b = find(number), find(other)
            joined[max(a, b)] = min(a, b)
    return [replace(item, group=items[find(number)].id) for number, item in enumerate(items)]


def split(items: Sequence[Item], seed: int = 0) -> dict[str, list[Item]]:
    """Part -> its items.

    A group goes where a source puts any of its members (the test part first); a group of a dated source by its
    first day, the last tenth of the source's items being the validation part; the others by a hash of the group's
    name and the seed.
    """
    members: dict[str, list[Item]] = {}
    for item in items:
        members.setdefault(item.group or item.id, []).append(item)
    borders = _validation_borders(items)
    parts: dict[str, list[Item]] = {part: [] for part in PARTS}
    for group, together in members.items():
        parts[_part_of(group, together, borders, seed)].extend(together)
    return parts


def _part_of(group: str, together: list[Item], borders: dict[str, str], seed: int) -> str:
    fixed = {item.part for item in together if item.part}
    if fixed:
        return next(part for part in _STRICTEST if part in fixed)
    first = min(together, key=lambda item: item.date)
    if first.date and first.source in borders:
        return "validation" if first.date >= borders[first.source] else "train"
    draw = int.from_bytes(hashlib.sha256(f"{seed}/{group}".encode()).digest()[:6]) / 256**6
    return "test" if draw < _TEST else "validation" if draw < _TEST + _VALIDATION else "train"


def _validation_borders(items: Sequence[Item]) -> dict[str, str]:
    """For sources that date their items and name their test part: the day on which validation begins."""
    dates: dict[str, list[str]] = {}
    for item in items:
        if item.date and not item.part:
            dates.setdefault(item.source, []).append(item.date)
    return {source: sorted(days)[int(len(days) * (1 - _VALIDATION))] for source, days in dates.items()}
