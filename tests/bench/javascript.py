"""The JavaScript runtime beside Python, with the default model, on all the real text there is: `make bench-javascript`.

Writes JAVASCRIPT.md. Every line of the development sets and every wire item: texts whose features differ, texts whose
tags differ, the largest difference between two probabilities, and characters a second of both, one text at a time.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import numpy as np
from devsets import FILES, rows
from measuring import machine
from tables import table

from wiretag.features import count_block
from wiretag.files import written_beside
from wiretag.tagger import Tagger
from wiretag_data.sources import wire

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "predict" / "js"
REPORT = Path(__file__).with_name("JAVASCRIPT.md")
MODEL = ROOT / "models" / "wiretag.safetensors"
_BATCH = 500
_TIMED = """
import { readFileSync } from "node:fs";
import { Tagger } from "./node.js";
const tagger = Tagger.fromFile(process.argv[1]);
const texts = JSON.parse(readFileSync(0, "utf8"));
tagger.tagMany(texts);
const began = performance.now();
tagger.tagMany(texts);
console.log((performance.now() - began) / 1000);
"""


def main() -> None:
    tagger = Tagger.load(MODEL)
    sets = {
        "development sets": [str(row["text"]) for name in FILES for row in rows(name)],
        "wire items": [item.text for source in wire.SOURCES for item in source.items()],
    }
    text = "\n\n".join(
        (
            "# The JavaScript runtime beside Python",
            f"Made by `make bench-javascript` with the default model, on {machine()}. Texts whose features or tags "
            "differ, and the largest difference of two probabilities. Speed is that of `tag`, one item at a time, on a "
            "twentieth of the texts.",
            _table(tagger, sets),
        )
    )
    with written_beside(REPORT) as beside:
        beside.write_text(text + "\n", encoding="utf-8")


def _table(tagger: Tagger, sets: dict[str, list[str]]) -> str:
    head = ("texts", "number", "features differ", "tags differ", "largest difference", "characters/s", "Python's", "times")
    return table(
        head, ((name, len(texts), *_compared(texts, tagger), *_speeds(texts[::20], tagger)) for name, texts in sets.items())
    )


def _compared(texts: list[str], tagger: Tagger) -> tuple[int, int, str]:
    """Texts with other features, texts with other tags, and the largest difference of two probabilities."""
    features = tags = 0
    largest = 0.0
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        lines = "".join(json.dumps(text) + "\n" for text in batch)
        command = ["node", ROOT / "tests" / "predict" / "answers.mjs", MODEL]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
        for text, line in zip(batch, done.stdout.splitlines(), strict=True):
            answer = json.loads(line)
            own = count_block([text], tagger.model.vectoriser.config)
            features += any(answer["features"][view]["buckets"] != counts.buckets.tolist() for view, counts in own.items())
            largest = max(largest, float(np.abs(tagger.probabilities([text])[0] - answer["probabilities"]).max()))
            found = tagger.tag(text)
            tags += any([tag["label"] for tag in answer["tags"][facet]] != found.labels(facet) for facet in found.facets)
    return features, tags, f"{largest:.1e}"


def _speeds(texts: list[str], tagger: Tagger) -> tuple[str, str, float]:
    """Characters a second in JavaScript and in Python, and their ratio."""
    characters = sum(map(len, texts))
    command = ["node", "--input-type=module", "-e", _TIMED, MODEL]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=RUNTIME)
    for _ in range(2):
        began = time.perf_counter()
        for text in texts:
            tagger.tag(text)
        seconds = time.perf_counter() - began
    other = float(done.stdout)
    return f"{characters / other:,.0f}", f"{characters / seconds:,.0f}", seconds / other


if __name__ == "__main__":
    main()
