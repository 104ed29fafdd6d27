"""A model of own data, made by the command that the README names, at default effort."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from wiretag.tagger import Tagger

Rows = list[tuple[str, list[str]]]


def trained(train: Rows, test: Rows) -> Tagger:
    """The tagger of `wiretag train --data TRAIN --test TEST`; without a test part the tool would hold items out of `train`."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.jsonl" for name in ("train", "test")}
        for path, rows in zip(paths.values(), (train, test), strict=True):
            lines = (json.dumps({"text": text, "labels": labels}) + "\n" for text, labels in rows)
            path.write_text("".join(lines), encoding="utf-8")
        model = Path(folder) / "model.safetensors"
        wiretag = Path(sys.executable).with_name("wiretag")
        command: list[str | Path] = [wiretag, "train", "--data", paths["train"], "--test", paths["test"], "-o", model, "--quiet"]
        subprocess.run(command, check=True)
        return Tagger.load(model)
