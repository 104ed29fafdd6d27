"""Raw wire items: the story apart from what is said of the sender, and the labels that the footer declares.

All words come as data (`WireRules`, gathered from the lexicons of all languages and carried by the model file); the
code knows only shapes: a line ``key: labels`` ends the story, so does a short heading ``About X``; a paragraph with
a disclaimer phrase is dropped wherever it stands, as is a short line that invites to follow the sender; a dateline tag
opens the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wiretag.features import nfkc

# "(Agency) – ", "(Agency) CITY – " (of which the city stays: it may be a company), "(CITY=Agency) ",
# "BERLIN, 12 May (Agency) - ", "【Agency】", "CITY, May 12, 2026 /Wire/ -- "
_DATELINES = (
    re.compile(r"^\([^()\n]{2,60}\)\s*[-\u2010-\u2015\u2212=:：]+\s*"),
    re.compile(r"^\([^()\n]{2,60}\)\s+(?=[^()\n]{2,40}\s[-\u2010-\u2015\u2212]\s)"),
    re.compile(r"^\([^()=\n]{1,30}=[^()\n]{2,40}\)\s*"),
    re.compile(r"^(?=[^(\n]*[,\d]|[^a-z(\n]+\()[^\n()]{2,60}\([^()\n]{2,60}\)\s*[-\u2010-\u2015\u2212=]+\s*"),
    re.compile(r"^[【\[（][^】\]）\n]{2,40}[】\]）]\s*[-\u2010-\u2015\u2212=:：]*\s*"),
    re.compile(r"^[^\n/]{0,80}/[^/\n]{2,40}/\s*[-\u2010-\u2015\u2212]+\s*"),
)
_MAX_DATELINE = 160
_BRACKETS = frozenset("(【[（/")
_SENDER = re.compile(r"[(【\[（/]\s*([^()【】\[\]（）/\n]{2,60}?)\s*[)】\]）/]")
_LABEL_SEPARATOR = re.compile(r"\s*[,;|·•،؛、，；]\s*|\s+/\s+")
_SENTENCE_END = tuple(".!?。！？؟…")
# What may stand inside a line, other than single spaces, that `str.split` takes for white space.
_SPACES_OF_ASCII = ("  ", "\t", "\x1f")
# First characters of a line that few share with a phrase.
_N_FIRST = 3
_MAX_FOOTER = 400
_MAX_HEADING = 80
_MAX_INVITATION = 250
_MAX_PARTS = 4


@dataclass(frozen=True)
class WireRules:
    """How distributors write, in all languages together.

    Attributes
    ----------
    footers : facet -> the words before the colon of its footer line.
    names : facet -> label -> its names and aliases in any language.
    disclaimers : phrases that make a paragraph a disclaimer.
    about, contact : headings; ``{}`` stands for the name of the sender.
    follow : how a line begins that invites to a newsletter or to the sender's pages, ``{}`` as above.
    """

    footers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, Iterable[str]]] = field(default_factory=dict)
    disclaimers: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    contact: frozenset[str] = frozenset()
    follow: frozenset[str] = frozenset()

    @classmethod
    def gather(cls, languages: Iterable[Mapping[str, Any]], names: Mapping[str, Mapping[str, Iterable[str]]]) -> WireRules:
        """Rules from the ``[wire]`` tables of the lexicons, and facet -> label -> names in any language."""
        tables = list(languages)

        def all_of(key: str) -> frozenset[str]:
            return frozenset(spelling_key(word) for table in tables for word in table.get(key, ()))

        facets = [key.removesuffix("_footer") for table in tables for key in table if key.endswith("_footer")]
        return cls(
            footers={facet: all_of(f"{facet}_footer") for facet in sorted(set(facets))},
            names=names,
            disclaimers=all_of("disclaimer"),
            about=all_of("about"),
            contact=all_of("contact"),
            follow=all_of("follow"),
        )

    def labels_of(self, facet: str) -> Mapping[str, str]:
        """Name or alias of a label of the facet, as a key -> the label's id."""
        if facet not in self._labels:  # thousands of names, of which only items with a footer have need
            labels = self.names.get(facet, {})
            self._labels[facet] = {spelling_key(name): label for label, aliases in labels.items() for name in (label, *aliases)}
        return self._labels[facet]

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def headings(self) -> Openings:
        return Openings(self.about, r"\s*:?$")

    @cached_property
    def invitations(self) -> Openings:
        return Openings(self.follow)

    @cached_property
    def contacts(self) -> Openings:
        return Openings((head.rstrip(": ") for head in self.contact), r"\s*(?::|$)")

    @cached_property
    def first_of_openings(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The first `_N_FIRST` characters of all that may open a line; and of what is shorter, all of it."""
        first = frozenset().union(*(openings.first for openings in (self.headings, self.invitations, self.contacts)))
        return first, tuple(own for own in first if len(own) < _N_FIRST)

    @cached_property
    def _disclaimers_by_mark(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Disclaimers by a word in their midst, which stands between spaces wherever they do; others by their first character."""
        by_word: dict[str, list[str]] = {}
        by_character: dict[str, list[str]] = {}
        for phrase in self.disclaimers:
            words = phrase.split()[1:-1]
            if words:
                by_word.setdefault(max(words, key=len), []).append(phrase)
            elif phrase:
                by_character.setdefault(phrase[0], []).append(phrase)
        return by_word, by_character

    def disclaims(self, text: str) -> bool:
        """Whether a disclaimer stands in the text, a key or lines of keys.

        Few of the hundreds share a mark with the text: looking for all would take longer than everything else in `parse`.
        """
        by_word, by_character = self._disclaimers_by_mark
        marked = [by_word[mark] for mark in by_word.keys() & text.split()]
        marked += [phrases for mark, phrases in by_character.items() if mark in text]
        return any(phrase in text for phrases in marked for phrase in phrases)


class Openings:
    """Phrases that a line may begin with, ``{}`` in them standing for a name.

    Only those that share the line's first characters, or begin with a name, are looked at, and only of those that may
    well match is a pattern made: one pattern of all takes longer to make than a single item to tag.
    """

    def __init__(self, phrases: Iterable[str], ending: str = "") -> None:
        self._ending = ending
        self._patterns: dict[str, re.Pattern[str]] = {}
        parts = [(phrase, phrase.partition("{}")[0], phrase.rpartition("{}")[2]) for phrase in phrases if phrase]
        self._with_name_first = [part for part in parts if not part[1]]
        self._ends = [end for _, _, end in self._with_name_first]
        by_first: dict[str, list[tuple[str, str, str]]] = {}
        for part in parts:
            if part[1]:
                by_first.setdefault(part[1][:_N_FIRST], []).append(part)
        self._by_first: dict[str, tuple[tuple[str, ...], Sequence[tuple[str, str, str]]]]
        self._by_first = {first: (tuple(start for _, start, _ in own), own) for first, own in by_first.items()}
        self.first = by_first.keys()
        self._short = tuple(first for first in by_first if len(first) < _N_FIRST)

    def match(self, line: str, named: bool = True) -> bool:
        """Whether one of the phrases opens the line, with the ending behind it; `named` as `may_name` says of it."""
        starts, candidates = self._by_first.get(line[:_N_FIRST], ((), ()))
        if starts and line.startswith(starts) and self._among(candidates, line):
            return True
        if self._short and line.startswith(self._short):
            shorter = (self._by_first[first][1] for first in self._short if line.startswith(first))
            if any(self._among(own, line) for own in shorter):
                return True
        return named and self.may_name(line) and self._among(self._with_name_first, line)

    def may_name(self, text: str) -> bool:
        """Whether a phrase that begins with a name may stand in the text, a line or many."""
        return any(map(text.__contains__, self._ends))

    def _among(self, candidates: Iterable[tuple[str, str, str]], line: str) -> bool:
        return any(
            end in line and line.startswith(start) and self._pattern(phrase).match(line) for phrase, start, end in candidates
        )

    def _pattern(self, phrase: str) -> re.Pattern[str]:
        if phrase not in self._patterns:
            self._patterns[phrase] = re.compile(re.escape(phrase).replace(r"\{\}", ".{1,60}") + self._ending)
        return self._patterns[phrase]


@dataclass(frozen=True, slots=True)
class WireItem:
    """A raw item taken apart.

    Attributes
    ----------
    text : headline and body, a paragraph a line.
    declared : facet -> label ids that the item's own footer names.
    unknown : facet -> names in the footer that belong to no label.
    """

    text: str
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)


def parse(raw: str, rules: WireRules) -> WireItem:
    """Take a raw item apart; text without any of a wire's marks comes back as it is, but for blank lines."""
    lines = [line.strip() for line in raw.splitlines()]
    lines = [line for line in lines if line]
    declared: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    end = len(lines)
    for number, line in enumerate(lines[1:], start=1):
        facet = _footer_facet(line, rules, late=number * 2 >= len(lines))
        if facet is not None:
            known, strange = _split_labels(_after_colon(line), rules.labels_of(facet))
            declared.setdefault(facet, []).extend(known)
            unknown.setdefault(facet, []).extend(strange)
            end = min(end, number)
    sender = _sender(lines)
    keys = _keys_of(lines[:end])
    joined = "\n".join(keys)
    # What the whole text lacks, no line has.
    disclaimed, headed, invited = rules.disclaims(joined), rules.headings.may_name(joined), rules.invitations.may_name(joined)
    first, short = rules.first_of_openings
    story = []
    for number, (line, key) in enumerate(zip(lines, keys, strict=False)):
        opens = headed or invited or key[:_N_FIRST] in first or key.startswith(short)
        if opens and number >= 2 and _ends_story(key, line, rules, headed):
            break
        of_sender = sender and number * 2 >= len(lines) and key.startswith(sender)
        invites = opens and len(line) <= _MAX_INVITATION and rules.invitations.match(key, invited)
        if number and (of_sender or invites or (disclaimed and rules.disclaims(key))):
            continue
        story.append(_without_dateline(line) if number < 2 else line)
    text = "\n".join(line for line in story if line)
    return WireItem(
        text,
        {facet: tuple(dict.fromkeys(labels)) for facet, labels in declared.items() if labels},
        {facet: tuple(names) for facet, names in unknown.items() if names},
    )


def spelling_key(text: str) -> str:
    """What two spellings of a word have in common: NFKC, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _keys_of(lines: Sequence[str]) -> list[str]:
    """`spelling_key` of each line: nothing composes across the ends of lines, so all are folded at once."""
    keys = nfkc("\n".join(lines)).casefold()
    if keys.isascii() and not any(map(keys.__contains__, _SPACES_OF_ASCII)):
        return keys.split("\n") if lines else []
    return [" ".join(key.split()) for key in keys.split("\n")]


def _footer_facet(line: str, rules: WireRules, late: bool) -> str | None:
    """The facet whose footer the line is; an early line must name a label that is known."""
    if len(line) > _MAX_FOOTER or not (":" in line or "：" in line):
        return None
    head = line.replace("：", ":").partition(":")[0]
    key = spelling_key(head)
    for facet, keys in rules.footers.items():
        if key in keys and (late or _split_labels(_after_colon(line), rules.labels_of(facet))[0]):
            return facet
    return None


def _after_colon(line: str) -> str:
    return line.replace("：", ":").partition(":")[2]


def _split_labels(listing: str, names: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Label ids and unknown names; a name may itself hold separators ("Fashion, Luxury & Beauty", "항공우주·방산")."""
    listing = listing.strip(" .。")
    bounds = [(0, 0), *(match.span() for match in _LABEL_SEPARATOR.finditer(listing)), (len(listing), len(listing))]
    known, unknown = [], []
    at = 0
    while at < len(bounds) - 1:
        for width in range(min(_MAX_PARTS, len(bounds) - 1 - at), 0, -1):
            part = listing[bounds[at][1] : bounds[at + width][0]]
            if spelling_key(part) in names:
                known.append(names[spelling_key(part)])
                break
        else:
            width = 1
            unknown += [part] if part else []
        at += width
    return known, unknown


def _ends_story(key: str, line: str, rules: WireRules, named: bool) -> bool:
    """Whether the line opens the paragraph about the sender or the contact data."""
    if rules.contacts.match(key):
        return True
    return len(line) <= _MAX_HEADING and not line.endswith(_SENTENCE_END) and rules.headings.match(key, named)


def _sender(lines: list[str]) -> str:
    """Name of the distributor in the dateline, as a key; empty if there is none."""
    for line in lines[:2]:
        tag = _dateline(line)
        name = _SENDER.search(tag.group()) if tag else None
        if name:
            return spelling_key(name.group(1))
    return ""


def _without_dateline(line: str) -> str:
    tag = _dateline(line)
    return line[tag.end() :] if tag else line


def _dateline(line: str) -> re.Match[str] | None:
    """The tag that opens the line; all of them hold some kind of bracket, for which it is quick to look."""
    if _BRACKETS.isdisjoint(line[:_MAX_DATELINE]):
        return None
    return next((match for match in (pattern.match(line) for pattern in _DATELINES) if match), None)
