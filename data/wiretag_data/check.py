"""What `make check` holds the project's own files to; see data/corpora/WRITERS.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wiretag import codepoints
from wiretag.errors import DataError
from wiretag.wire import spelling_key
from wiretag_data import annotations as annotated
from wiretag_data.dedup import near_duplicates
from wiretag_data.headlines import HEADLINES, Headline, headlines
from wiretag_data.lexicon import Lexicon, load_lexicons
from wiretag_data.taxonomy import EDITORIAL, FACETS, Taxonomy, corpora_folder, load_taxonomy
from wiretag_data.unlabelled import FOREIGN, NOTHING, Unlabelled, unlabelled
from wiretag_data.wire_items import WireFile, read_wire_file, wire_rules

MIN_TOPIC_ENTRIES, MIN_SECTOR_ENTRIES, MIN_BACKGROUND = 100, 40, 150
MIN_WORDS, MIN_CHARACTERS = 60, 150
MIN_ITEMS, MIN_PER_LABEL = 60, 2
# Texts about nothing: how many a language, and characters of each.
MIN_NOTHING, MIN_LENGTH, MAX_LENGTH = 20, 20, 400
# Headlines: how many a language, and of each topic.
MIN_HEADLINES, MIN_HEADLINES_PER_TOPIC = 400, 12
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
_MIN_SENTENCE = 40
_MIN_TOPICS, _MAX_TOPICS, _MAX_SECTORS = 2, 4, 3


def problems(folder: Path | None = None) -> Iterator[str]:
    """One sentence for everything in ``data/corpora`` that is not as the writers' guide says."""
    folder = folder or corpora_folder()
    taxonomy, lexicons = load_taxonomy(folder), load_lexicons(folder)
    for lexicon in lexicons.values():
        yield from _lexicon(lexicon, taxonomy)
    yield from _ambiguous_names(lexicons)
    rules = wire_rules(lexicons)
    stories: dict[str, str] = {}
    for part in ("wire", "heldout"):
        counts: dict[str, Counter[str]] = {}
        for path in sorted((folder / part).glob("*/*.txt")):
            name = f"{part}/{path.parent.name}/{path.name}"
            try:
                file = read_wire_file(path)
            except DataError as error:
                yield str(error)
                continue
            if file.language not in lexicons:
                yield f"{name}: there is no lexicon for '{file.language}'."
            item = file.parsed(rules)
            stories[name] = item.text
            sectors = item.declared.get("sector", ())
            yield from (f"{name}: {problem}" for problem in _item(file, item.text, sectors, taxonomy))
            # Topic footers of real distributors hold free keywords too; a sector line holds sectors.
            yield from (f"{name}: no sector is called '{label}'." for label in item.unknown.get("sector", ()))
            counts.setdefault(file.language, Counter()).update([f"sector/{s}" for s in sectors])
            counts[file.language].update([f"topic/{t}" for t in file.topics])
            counts[file.language]["items"] += 1
        if part == "wire":
            yield from _balance(counts, lexicons, taxonomy)
    texts = [*unlabelled(folder / NOTHING), *unlabelled(folder / FOREIGN)]
    yield from _unlabelled(texts, lexicons)
    lines = list(headlines(folder / HEADLINES))
    yield from _headlines(lines, lexicons, taxonomy)
    yield from _repetition({**stories, **{text.name: text.raw for text in texts}, **{line.name: line.text for line in lines}})
    yield from _annotations(taxonomy)


def _lexicon(lexicon: Lexicon, taxonomy: Taxonomy) -> Iterator[str]:
    for facet, least in (("topic", MIN_TOPIC_ENTRIES), ("sector", MIN_SECTOR_ENTRIES)):
        entries, names = lexicon.entries[facet], lexicon.names.get(facet, {})
        yield from (
            f"lexicon/{lexicon.language}: unknown {facet} '{label}'." for label in {*entries, *names} - taxonomy[facet].keys()
        )
        for label in taxonomy[facet]:
            if not names.get(label):
                yield f"lexicon/{lexicon.language}: the {facet} '{label}' has no name."
            distinct = len({entry.casefold() for entry in entries.get(label, ())})
            if label not in EDITORIAL and distinct < least:
                yield f"lexicon/{lexicon.language}: the {facet} '{label}' has {distinct} entries, {least} are wanted."
    if len(lexicon.background) < MIN_BACKGROUND:
        yield f"lexicon/{lexicon.language}: {len(lexicon.background)} background words, {MIN_BACKGROUND} are wanted."


def _ambiguous_names(lexicons: dict[str, Lexicon]) -> Iterator[str]:
    """Footers are read by the names of all languages together, so a name must mean one label in all of them."""
    for facet in FACETS:
        meant: dict[str, dict[str, str]] = {}
        for language, lexicon in lexicons.items():
            for label, names in lexicon.names.get(facet, {}).items():
                for name in names:
                    meant.setdefault(spelling_key(name), {}).setdefault(label, language)
        for name, labels in meant.items():
            if len(labels) > 1:
                listing = ", ".join(f"{label} (lexicon/{language})" for label, language in labels.items())
                yield f"The {facet} name '{name}' stands for several labels: {listing}."


def _item(file: WireFile, text: str, sectors: tuple[str, ...], taxonomy: Taxonomy) -> Iterator[str]:
    yield from (f"unknown topic '{topic}'." for topic in file.topics if topic not in taxonomy["topic"])
    if not _MIN_TOPICS <= len(file.topics) <= _MAX_TOPICS:
        yield f"{len(file.topics)} topics; {_MIN_TOPICS} to {_MAX_TOPICS} are wanted."
    if not sectors:
        yield "no footer names a sector."
    elif len(sectors) > _MAX_SECTORS:
        yield f"{len(sectors)} sectors; one to {_MAX_SECTORS} are wanted."
    for sector in sectors:
        beside = taxonomy["sector"][sector].beside
        if beside and not set(beside) & set(sectors):
            yield f"{sector} stands beside {' or '.join(beside)}."
    if not re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", file.header.get("date", "")):
        yield "the header has no date such as 2026-04-17."
    kinds = codepoints.symbols()[np.array([ord(char) for char in text], np.int64)] >> np.uint32(codepoints.CLASS_SHIFT)
    spaced = 2 * np.isin(kinds, (codepoints.IDEOGRAPH, codepoints.SYLLABLE)).sum() < len(text)
    if spaced and len(text.split()) < MIN_WORDS:
        yield f"{len(text.split())} words; at least {MIN_WORDS} are wanted."
    if not spaced and len(text) < MIN_CHARACTERS:
        yield f"{len(text)} characters; at least {MIN_CHARACTERS} are wanted."


def _balance(counts: dict[str, Counter[str]], lexicons: dict[str, Lexicon], taxonomy: Taxonomy) -> Iterator[str]:
    for language in lexicons:
        found = counts.get(language, Counter())
        if found["items"] < MIN_ITEMS:
            yield f"wire/{language}: {found['items']} items; {MIN_ITEMS} are wanted."
        rare = [f"{f}/{label}" for f in FACETS for label in taxonomy[f] if found[f"{f}/{label}"] < MIN_PER_LABEL]
        if rare:
            yield f"wire/{language}: fewer than {MIN_PER_LABEL} items for {', '.join(rare)}."


def _unlabelled(texts: list[Unlabelled], lexicons: dict[str, Lexicon]) -> Iterator[str]:
    for text in texts:
        if not MIN_LENGTH <= len(text.raw) <= MAX_LENGTH:
            yield f"{text.name}: {len(text.raw)} characters; {MIN_LENGTH} to {MAX_LENGTH} are wanted."
    counts = Counter(text.language for text in texts if text.folder == NOTHING)
    yield from (f"{NOTHING}/{language}: there is no lexicon for '{language}'." for language in counts.keys() - lexicons.keys())
    for language in lexicons:
        if counts[language] < MIN_NOTHING:
            yield f"{NOTHING}/{language}: {counts[language]} texts; {MIN_NOTHING} are wanted."
    known = {text.language for text in texts if text.folder == FOREIGN} & lexicons.keys()
    yield from (f"{FOREIGN}/{language}: the language has a lexicon." for language in sorted(known))


def _headlines(lines: list[Headline], lexicons: dict[str, Lexicon], taxonomy: Taxonomy) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for line in lines:
        yield from (f"{line.name}: unknown topic '{topic}'." for topic in line.topics if topic not in taxonomy["topic"])
        if len(line.topics) > _MAX_TOPICS:
            yield f"{line.name}: {len(line.topics)} topics; one to {_MAX_TOPICS} are wanted."
        if len(line.text) > MAX_LENGTH:
            yield f"{line.name}: {len(line.text)} characters; no more than {MAX_LENGTH} are wanted."
        counts.setdefault(line.language, Counter()).update(["lines", *line.topics])
    yield from (f"{HEADLINES}/{language}: there is no lexicon for '{language}'." for language in counts.keys() - lexicons.keys())
    for language in lexicons:
        found = counts.get(language, Counter())
        if found["lines"] < MIN_HEADLINES:
            yield f"{HEADLINES}/{language}: {found['lines']} lines; {MIN_HEADLINES} are wanted."
        rare = [topic for topic in taxonomy["topic"] if found[topic] < MIN_HEADLINES_PER_TOPIC]
        if rare:
            yield f"{HEADLINES}/{language}: fewer than {MIN_HEADLINES_PER_TOPIC} lines for {', '.join(rare)}."


def _repetition(stories: dict[str, str]) -> Iterator[str]:
    names = list(stories)
    for name, leader in zip(names, near_duplicates(list(stories.values())), strict=True):
        if names[leader] != name:
            yield f"{name}: nearly the same as {names[leader]}."
    seen: dict[str, str] = {}
    for name, text in stories.items():
        for sentence in {part.strip() for part in _SENTENCES.split(text)}:
            if len(sentence) >= _MIN_SENTENCE and seen.setdefault(sentence, name) != name:
                yield f"{name}: the sentence '{sentence[:60]}…' stands in {seen[sentence]} too."


def _annotations(taxonomy: Taxonomy) -> Iterator[str]:
    for id_, entry in annotated.entries().items():
        for facet in FACETS:
            for label in entry.get(facet, [None]):
                if label not in taxonomy[facet]:
                    yield f"annotations.jsonl: {id_} has the unknown {facet} '{label}'."
        if entry.get("part") not in ("train", "test"):
            yield f"annotations.jsonl: {id_} has no part."
