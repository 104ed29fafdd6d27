"""Whether JavaScript answers as Python does on all texts at hand, and how fast: `python tests/bench/javascript.py [MODEL]`.

Reads the development sets and every item of data/corpora with the default model; needs node 20 or newer.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from devsets import FOLDER
from numpy.typing import NDArray
from tables import table

from wiretag.features import FeatureConfig, blocks, count_block
from wiretag.origin import find_model
from wiretag.tagger import Tagger

HERE = Path(__file__).parent
CORPORA = HERE.parents[1] / "data" / "corpora"
ROUNDS = 3


def texts_at_hand() -> dict[str, list[str]]:
    """Name of a set -> its texts."""
    sets = {}
    for path in sorted(FOLDER.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            sets[path.name.partition(".")[0]] = [json.loads(line)["text"] for line in lines]
    sets["data/corpora"] = [path.read_text(encoding="utf-8") for path in sorted(CORPORA.glob("*/*/*.txt"))]
    return sets


def columns(stories: Sequence[str], config: FeatureConfig) -> list[NDArray[np.uint32]]:
    """Columns of all n-grams of each story, sorted, repeated ones each time."""
    result = []
    for block in blocks(stories):
        counts = count_block(block, config)
        result += np.split(np.repeat(counts.columns, counts.counts), np.cumsum(counts.lengths.sum(axis=1))[:-1])
    return result


def differing(ours: NDArray[np.uint32], theirs: NDArray[np.uint32]) -> int:
    """How many n-grams only one of the two has."""
    if np.array_equal(ours, theirs):
        return 0
    values, places = np.unique(np.concatenate([ours, theirs]), return_inverse=True)
    signs = np.repeat([1, -1], [len(ours), len(theirs)])
    return int(np.abs(np.bincount(places, signs, len(values))).sum())


def compared(model: str, tagger: Tagger, texts: list[str], folder: Path) -> tuple[object, ...]:
    """Items, n-grams, differing n-grams and items, largest difference of probability, characters a second of both."""
    source, target = folder / "in.jsonl", folder / "out"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    config = tagger.model.vectoriser.config
    command = ["node", str(HERE / "javascript.mjs"), model, str(source), str(target), json.dumps(asdict(config))]
    subprocess.run(command, check=True)
    answer: dict[str, Any] = json.loads(Path(f"{target}.json").read_text())
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        given = list(tagger.tag_many(texts))
        seconds.append(time.perf_counter() - start)
    lengths = np.fromfile(f"{target}.lengths", np.uint32)
    theirs = np.split(np.fromfile(f"{target}.columns", np.uint32), np.cumsum(lengths)[:-1])
    ours = columns([tagger.parse(text).text for text in texts], config)
    probabilities = tagger.probabilities(texts)
    difference = np.abs(probabilities - np.fromfile(f"{target}.probabilities", np.float32).reshape(probabilities.shape)).max()
    expected = [
        [
            tags.language,
            {facet: tags.labels(facet) for facet in tags.facets},
            {key: list(own) for key, own in tags.declared.items()},
        ]
        for tags in given
    ]
    characters = sum(map(len, texts))
    return (
        f"{len(texts):,}",
        f"{sum(map(len, ours)):,}",
        sum(differing(a, b) for a, b in zip(ours, theirs, strict=True)),
        sum(a != b for a, b in zip(expected, answer["given"], strict=True)),
        f"{difference:.1e}",
        f"{characters / answer['seconds'] / 1e6:.2f}",
        f"{characters / min(seconds) / 1e6:.2f}",
    )


def main() -> None:
    model = sys.argv[1] if len(sys.argv) > 1 else find_model(None)
    tagger = Tagger.load(model)
    head = ("texts", "items", "n-grams", "differing", "items tagged otherwise", "largest difference", "JS, M chars/s", "Python")
    with tempfile.TemporaryDirectory() as folder:
        rows = [(name, *compared(model, tagger, texts, Path(folder))) for name, texts in texts_at_hand().items()]
    print(table(head, rows))


if __name__ == "__main__":
    main()
