"""Models of own data, made by the command that the README names."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from wiretag.tagger import Tagger

Rows = list[tuple[str, list[str]]]


def write_lines(rows: Sequence[tuple[str, list[str]]], path: Path) -> Path:
    """Rows as lines of JSON with an id, as `wiretag train --data` and `predict --jsonl` read them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": n, "text": text, "labels": labels}) + "\n" for n, (text, labels) in enumerate(rows))
    return path


def train(rows: Rows, test: Rows, model: Path, effort: str = "default") -> None:
    """`wiretag train --data ROWS --test TEST -o MODEL`; without a test part the tool would hold items out of `rows`."""
    with tempfile.TemporaryDirectory() as folder:
        data, other = (write_lines(part, Path(folder) / name) for part, name in ((rows, "train.jsonl"), (test, "test.jsonl")))
        wiretag = Path(sys.executable).with_name("wiretag")
        how: list[str | Path] = ["--data", data, "--test", other, "-o", model, "--effort", effort, "--quiet"]
        subprocess.run([wiretag, "train", *how], check=True)


def trained(rows: Rows, test: Rows) -> Tagger:
    """The tagger of such a model."""
    with tempfile.TemporaryDirectory() as folder:
        train(rows, test, Path(folder) / "model.safetensors")
        return Tagger.load(Path(folder) / "model.safetensors")
