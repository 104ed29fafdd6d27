"""wiretag as its README says: `wiretag train --data ... -o ...`, then `predict --jsonl ...`; at each effort.

`transductive` gives it the test part's texts, not their labels, with `--unlabelled`, as graph models are trained.
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


def _trained(train: Rows, effort: str, transductive: bool = False) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    kept = tempfile.TemporaryDirectory()  # as long as `predict`, which needs the model
    folder = Path(kept.name)
    data, model = folder / "train.jsonl", folder / "model.safetensors"
    data.write_text("".join(json.dumps(row) + "\n" for row in train), encoding="utf-8")
    # The tool measures on some items; the real test part never reaches it.
    some = folder / "some.jsonl"
    some.write_text(json.dumps(train[0]) + "\n", encoding="utf-8")
    command = [_BIN / "wiretag", "train", "--data", data, "--test", some, "-o", model, "--effort", effort, "--quiet"]
    if transductive:
        texts = folder / "texts.jsonl"
        with Path(sys.argv[3]).open(encoding="utf-8") as test, texts.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": json.loads(line)["text"]}) + "\n" for line in test)
        command += ["--unlabelled", texts]
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
    methods = {effort: partial(_trained, effort=effort) for effort in ("quick", "default", "best")}
    main({**methods, "transductive": partial(_trained, effort="default", transductive=True)}, ("wiretag",))
