"""Real labelled news in other people's classes, and how a tagger with our topics is scored on it.

A class's score is the highest probability of the topics that stand for it; the prediction is the best class among the
file's own. Items of a class without a topic of ours are left out and counted. The files stand beside the project and
are never trained on.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

FOLDER = Path(__file__).parents[3] / "shared" / "devsets"
FILES = ("masakhanews-en-fr", "thucnews-zh", "sib200-16")

_TECHNOLOGY = ("technology", "artificial-intelligence", "telecoms", "semiconductors")
_BUSINESS = (
    "business", "economy", "markets", "monetary-policy", "earnings", "mergers", "banking", "insurance", "trade", "minerals",
    "energy", "real-estate",
)  # fmt: skip
CLASSES: dict[str, tuple[str, ...]] = {
    "science/technology": ("science", "space", *_TECHNOLOGY),
    "technology": (*_TECHNOLOGY, "crypto"),
    "travel": ("travel",),
    "education": ("education",),
    "politics": ("politics", "elections", "diplomacy", "conflict"),
    "sports": ("sport",),
    "health": ("health",),
    "entertainment": ("entertainment", "culture"),
    "business": _BUSINESS,
}
# THUCNews' sections in the words of the table above.
_THUC = {"finance": "business", "realty": "business", "stocks": "business", "science": "technology"}


@dataclass(frozen=True, slots=True)
class DevSet:
    """One language of a file: `texts`, the `gold` class of each, and how many items were left out."""

    name: str
    language: str
    texts: list[str]
    gold: list[str]
    left_out: int


@dataclass(frozen=True, slots=True)
class Score:
    """Macro-F1 over the classes that occur, accuracy, and the predicted class of each text."""

    macro_f1: float
    accuracy: float
    predicted: list[str]


def rows(name: str) -> list[dict[str, object]]:
    """Lines of a file: id, language, text, labels."""
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def dev_sets() -> Iterator[DevSet]:
    """Every language of every file that is there."""
    for name in FILES:
        by_language: dict[str, DevSet] = {}
        for row in rows(name) if (FOLDER / f"{name}.jsonl.gz").exists() else ():
            language, (label,) = str(row["language"]), row["labels"]  # type: ignore[misc]
            label = _THUC.get(label, label) if name.startswith("thucnews") else label
            part = by_language.setdefault(language, DevSet(name, language, [], [], 0))
            if label in CLASSES:
                part.texts.append(str(row["text"]))
                part.gold.append(label)
            else:
                by_language[language] = DevSet(name, language, part.texts, part.gold, part.left_out + 1)
        yield from by_language.values()


def score(dev: DevSet, probability: NDArray[np.float32], topics: list[str]) -> Score:
    """Score probabilities of `topics`, shape [n_texts, n_topics]."""
    classes = sorted(set(dev.gold))
    columns = [[topics.index(topic) for topic in CLASSES[name]] for name in classes]
    of_class = np.stack([probability[:, own].max(axis=1) for own in columns], axis=1)
    predicted = [classes[n] for n in of_class.argmax(axis=1)]
    return Score(float(f1_score(dev.gold, predicted, average="macro")), float(accuracy_score(dev.gold, predicted)), predicted)
