"""fastText: supervised, word bigrams; one-vs-all for several labels; by hand, and autotuned on a tenth of the items."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import fasttext
from common import Rows, main

_AUTOTUNE_SECONDS = 60
_THRESHOLD = 0.5


def _line(text: str) -> str:
    return " ".join(text.lower().split())


def _fitted(train: Rows, autotune: bool) -> tuple[Callable[[list[str]], list[list[str]]], int]:
    labels = sorted({label for row in train for label in row["labels"]})
    number = {label: n for n, label in enumerate(labels)}
    exclusive = all(len(row["labels"]) == 1 for row in train)
    lines = [" ".join([*(f"__label__{number[label]}" for label in row["labels"]), _line(row["text"])]) for row in train]
    loss = "softmax" if exclusive else "ova"
    with tempfile.TemporaryDirectory() as folder:
        parts = {"all": lines, "most": [line for n, line in enumerate(lines) if n % 10], "tenth": lines[::10]}
        path = {name: str(Path(folder) / name) for name in parts}
        for name, own in parts.items():
            Path(path[name]).write_text("\n".join(own) + "\n", encoding="utf-8")
        if autotune:
            model = fasttext.train_supervised(
                path["most"],
                autotuneValidationFile=path["tenth"],
                autotuneDuration=_AUTOTUNE_SECONDS,
                loss=loss,
                thread=2,
                verbose=0,
            )
        else:
            model = fasttext.train_supervised(path["all"], lr=0.5, epoch=25, wordNgrams=2, loss=loss, thread=2, verbose=0)
        saved = Path(folder) / "model.bin"
        model.save_model(str(saved))
        size = saved.stat().st_size

    def predict(items: list[str]) -> list[list[str]]:
        result = []
        for item in items:
            found = model.f.predict(_line(item) + "\n", 1 if exclusive else -1, 0.0 if exclusive else _THRESHOLD, "strict")
            result.append([labels[int(label.removeprefix("__label__"))] for _, label in found])
        return result

    return predict, size


if __name__ == "__main__":
    main({"bigrams": partial(_fitted, autotune=False), "autotuned": partial(_fitted, autotune=True)}, ("fasttext-wheel",))
