"""The default corpus as a training set: which texts count how much, and which judge."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from wiretag.features import FeatureConfig
from wiretag.model import Facet
from wiretag.tagger import LANGUAGE_FACET, UNKNOWN_LANGUAGE
from wiretag_data.annotations import SOURCE as ANNOTATED
from wiretag_data.headlines import HEADLINES
from wiretag_data.item import Item
from wiretag_data.taxonomy import FACETS, load_taxonomy
from wiretag_data.unlabelled import FOREIGN, NOTHING
from wiretag_train.fit import TrainingSet
from wiretag_train.recipe import Recipe
from wiretag_train.targets import UNKNOWN, Coverage, Targets, covered_targets
from wiretag_train.wordlists import other_languages, reference_frequencies, sentences

# N-grams, weight of items, C, pooling and what is read of fetched corpora come from trials, see CONTRIBUTING.md. The shares of
# the views, frequencies that a feature must reach and number of drawn sentences are first settings that nobody measured;
# with names and record the file takes less than 6 MB.
DEFAULT_RECIPE: Final = Recipe(
    features=FeatureConfig(pairs="syllables", chars=(5, 5), hangul=(1, 3), title=False),
    view_weights={"words": 0.8, "pairs": 0.8, "chars": 1.0},
    k=5.0,
    b=0.5,
    min_df={"words": 3, "pairs": 5, "chars": 5},
    costs=(0.3,),
    pooled=True,
    search_folds=1,
    max_bytes=5_650_000,
    n_levels=16,
)
# Weight of an item in the loss, by source; of the project's own texts and annotations but for entries of lexicons.
_WEIGHTS: Final[Mapping[str, float]] = {"wire": 5.0, ANNOTATED: 5.0, NOTHING: 2.0, FOREIGN: 5.0, HEADLINES: 1.5}
# Read whole, with all topics or rightly with none: what the product reads. They alone judge thresholds and calibration.
_JUDGES: Final = ("wire", ANNOTATED, NOTHING, FOREIGN)
# Fetched corpora are one language and one genre each: a part of their items, the beginning of each, and less weight say
# what they have to say; more would be paid for in time and by the other languages.
_FETCHED_ITEMS, _FETCHED_CHARACTERS, _FETCHED_WEIGHT = 1500, 600, 0.3
_SENTENCES, _FOREIGN_SENTENCES = 3000, 300
_SENTENCE_SOURCE, _FOREIGN_SOURCE = "wordfreq", "wordfreq-other"
_NO_LANGUAGE: Final = (
    "12 345 678",
    "2026-11-23 10:45",
    "€ 100",
    "+49 30 1234567",
    "😀",
    "🚀🚀🚀",
    "…",
    "100 % 3.5 7,2",
    "A1 B2 C3",
)


def training_set(items: Sequence[Item], coverage: Coverage, seed: int) -> TrainingSet:
    """Corpus items, and sentences of drawn words that teach the languages apart."""
    languages = sorted({item.language for item in items} - {UNKNOWN_LANGUAGE})
    listed: dict[str, list[str]] = {language: [] for language in languages}
    for item in items:
        if item.source.startswith("lexicon-"):
            listed[item.language].append(item.text)
    drawn = [
        *_drawn(listed, _SENTENCES, _SENTENCE_SOURCE, seed),
        *_drawn(dict.fromkeys(other_languages(languages), ()), _FOREIGN_SENTENCES, _FOREIGN_SOURCE, seed, UNKNOWN_LANGUAGE),
        *(Item(f"none/{n}", text, UNKNOWN_LANGUAGE, _FOREIGN_SOURCE) for n, text in enumerate(_NO_LANGUAGE)),
    ]
    everything = [*_read(items), *drawn]
    all_labels = {facet: list(labels) for facet, labels in load_taxonomy().items()}
    facets = facet_targets(everything, {**coverage, _SENTENCE_SOURCE: {}, _FOREIGN_SOURCE: all_labels})
    of_language = language_targets(everything, [*languages, UNKNOWN_LANGUAGE])
    # Thousands of items of one language and of one genre teach nothing more of it.
    of_language.values[[_fetched(item) for item in everything]] = UNKNOWN
    deciding = np.array([_decides(item) for item in everything])
    running = {
        language: [item.text for item in items if item.language == language and item.source == "wire"] for language in languages
    }
    return TrainingSet(
        texts=[item.text for item in everything],
        languages=[item.language for item in everything],
        facets=[*(replace(own, decides=deciding) for own in facets), of_language],
        groups=[item.group or item.id for item in everything],
        judges=np.array([item.source in _JUDGES for item in everything]),
        weight=np.array([_FETCHED_WEIGHT if _fetched(item) else _WEIGHTS.get(item.source, 1.0) for item in everything]),
        entries=np.array([item.source.startswith("lexicon-") for item in everything]),
        reference=[reference_frequencies(language, running[language], DEFAULT_RECIPE.features) for language in languages],
    )


def _decides(item: Item) -> bool:
    """Whether the item takes part in thresholds of topics: every second text about nothing does, by a hash of its id.

    The more of them, the fewer topics texts about nothing get, and the more topics real items lose, see CONTRIBUTING.md.
    """
    return item.source != NOTHING or hashlib.sha256(item.id.encode()).digest()[0] % 2 == 0


def _fetched(item: Item) -> bool:
    """Whether the item comes from a corpus of others, with labels of theirs."""
    return item.source not in _WEIGHTS and not item.source.startswith(("lexicon-", "wordfreq"))


def _read(items: Sequence[Item]) -> list[Item]:
    """The items to train on: of each fetched corpus some, drawn by a hash of their ids, and of these the beginning."""
    by_draw = sorted((item for item in items if _fetched(item)), key=lambda item: hashlib.sha256(item.id.encode()).digest())
    seen: Counter[str] = Counter()
    kept = set()
    for item in by_draw:
        seen[item.source] += 1
        if seen[item.source] <= _FETCHED_ITEMS:
            kept.add(item.id)
    return [
        replace(item, text=item.text[:_FETCHED_CHARACTERS]) if _fetched(item) else item
        for item in items
        if not _fetched(item) or item.id in kept
    ]


def facet_targets(items: Sequence[Item], coverage: Coverage) -> list[Targets]:
    """Sector and topic targets over the whole taxonomy."""
    return [covered_targets(items, facet, list(load_taxonomy()[facet]), coverage) for facet in FACETS]


def languages_of(facets: Sequence[Facet]) -> tuple[str, ...]:
    """Labels of a model's language facet."""
    return next((facet.labels for facet in facets if facet.name == LANGUAGE_FACET), ())


def _drawn(words: Mapping[str, Sequence[str]], count: int, source: str, seed: int, tag: str | None = None) -> list[Item]:
    """Sentences of each language; `words` has what to draw from in a language that has no list of frequencies."""
    return [
        Item(f"{source}/{language}/{n}", text, tag or language, source)
        for language, own in words.items()
        for n, text in enumerate(sentences(language, count, seed, own))
    ]


def language_targets(items: Sequence[Item], labels: Sequence[str]) -> Targets:
    """The language of each item, exclusive."""
    spoken = np.array([item.language for item in items], dtype=str)
    values = np.equal.outer(spoken, np.array(labels, dtype=str)).astype(np.int8)
    return Targets(LANGUAGE_FACET, tuple(labels), values, exclusive=True)
