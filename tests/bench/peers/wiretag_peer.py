"""wiretag as its README says: `wiretag train --data ... -o ...`, then `predict --jsonl ...`; at each effort.

Rows of TRAIN whose labels are null go to `--unlabelled`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from common import Rows, main

_BIN = Path(sys.executable).parent


def _trained(train: Rows, effort: str) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    kept = tempfile.TemporaryDirectory()  # as long as `predict`, which needs the model
    folder = Path(kept.name)
    model = folder / "model.safetensors"

    def written(name: str, rows: Rows) -> Path:
        path = folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    labelled = [row for row in train if row["labels"] is not None]
    unlabelled = [{"text": row["text"]} for row in train if row["labels"] is None]
    # The tool measures on some items; the real test part's labels never reach it.
    data, some = written("train", labelled), written("some", labelled[:1])
    command = [_BIN / "wiretag", "train", "--data", data, "--test", some, "-o", model, "--effort", effort, "--quiet"]
    if unlabelled:
        command += ["--unlabelled", written("unlabelled", unlabelled)]
    subprocess.run(command, check=True)

    def predict(items: list[str], _: object = kept) -> list[list[str]]:
        lines = "".join(json.dumps({"id": n, "text": text or " "}) + "\n" for n, text in enumerate(items))
        done = subprocess.run(
            [_BIN / "predict", "--jsonl", "-", "--model", model, "--quiet"], input=lines, capture_output=True, text=True
        )
        answers = {int(row["id"]): row for row in map(json.loads, done.stdout.splitlines()) if "error" not in row}
        return [[tag["label"] for tag in answers[n]["labels"]] if n in answers else [] for n in range(len(items))]

    return predict, model.stat().st_size


if __name__ == "__main__":
    main({effort: partial(_trained, effort=effort) for effort in ("quick", "default", "best")}, ("wiretag",))
