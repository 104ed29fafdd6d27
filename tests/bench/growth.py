"""Time and memory of training and tagging against items, labels and features: growth.svg, a part of `make bench-speed`.

* items: 10^3 to 10^5 synthetic items with forty topics (`material.synthetic`); `ONLY=million` adds 10^6.
* labels: 10 to 10^3 on the same 2,000 items. Reuters has no thousand topics, so a label is a word: items that have it.
* features: the featuriser hashes into 2^20 buckets a view and cannot be told otherwise, so features are those that training
  keeps: words, pairs and character n-grams that occur in so many of 10,000 items. Ten topics, one C.

Training is `wiretag train --data` (with `--effort quick`, but for the features), tagging is `predict --jsonl` of the items
that were trained on: CPU seconds and the peak memory of all their processes together.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from math import log
from pathlib import Path
from typing import Any, Final

from material import FOLDER, lines_of, topics, write_synthetic
from measuring import BIN, HERE, launched, store, stored, watched
from plots import panels, save_plot

from wiretag.features import VIEWS, FeatureConfig
from wiretag.model import load, save
from wiretag_data.readers import read_items
from wiretag_train.export import to_model
from wiretag_train.fit import TrainingSet, fit
from wiretag_train.recipe import EFFORTS
from wiretag_train.targets import plain_targets

PLOT = HERE / "growth.svg"
EFFORT = "quick"
_ITEMS = (1_000, 10_000, 100_000)
_LABELS = (10, 30, 100, 300, 1000)
_MIN_DF = (1, 2, 5, 20, 100, 500)
_LABELLED_ITEMS, _FEATURE_ITEMS, _FEATURE_LABELS = 2_000, 10_000, 10
# The most frequent words are in every item.
_COMMON_WORDS = 100
AXES: Final[Mapping[str, str]] = {"items": "items", "labels": "labels", "features": "features kept"}


def measure() -> None:
    """Measure every point but the million, and draw."""
    for points, figure in ((_ITEMS, of_items), (_LABELS, of_labels), (_MIN_DF, of_features)):
        for point in points:
            figure(point)
    draw()


def of_items(count: int) -> None:
    """A point of the first plot."""
    data = write_synthetic(count)
    _point("items", count, data, lambda model: [BIN / "wiretag", "train", "--data", data, *_how(model)])


def of_labels(count: int) -> None:
    """A point of the second plot."""
    data = _by_words(count)
    _point("labels", count, data, lambda model: [BIN / "wiretag", "train", "--data", data, *_how(model)])


def of_features(min_df: int) -> None:
    """A point of the third plot."""
    data = write_synthetic(_FEATURE_ITEMS)
    _point("features", min_df, data, lambda model: [sys.executable, Path(__file__), data, model, str(min_df)])


def _how(model: Path) -> list[str | Path]:
    return ["-o", model, "--effort", EFFORT, "--quiet"]


def _point(axis: str, number: int, data: Path, train: Callable[[Path], Sequence[str | Path]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.safetensors"
        training = watched(train(model))
        tagging = launched([BIN / "predict", "--jsonl", data, "--model", model, "--quiet"])
        size = model.stat().st_size
        about = load(model).about.get("kept")
    figures = {"x": about or number, "train": asdict(training), "tag": asdict(tagging), "model_mb": size / 1e6}
    store("growth", f"{axis} {number}", figures)
    print(f"{axis} {number:,}: {_said(figures)}", flush=True)


def _said(figures: Mapping[str, Any]) -> str:
    costs = (f"{name} {figures[name]['cpu']:.1f} CPU s, {figures[name]['peak_mb']:,.0f} MB" for name in ("train", "tag"))
    return ", ".join(costs)


def _by_words(count: int) -> Path:
    """Items labelled with the words that they hold, the `count` most frequent but for the `_COMMON_WORDS`."""
    path = FOLDER / f"words-{count}.jsonl"
    texts = [row["text"] for row in lines_of(write_synthetic(_LABELLED_ITEMS))]
    words = [set(re.findall(r"[a-z]{3,}", text.lower())) for text in texts]
    counts = Counter(word for own in words for word in own)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    chosen = set(ranked[_COMMON_WORDS : _COMMON_WORDS + count])
    with path.open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"text": text, "labels": sorted(own & chosen)}) + "\n" for text, own in zip(texts, words, strict=True)
        )
    return path


def _train_with(data: Path, model: Path, min_df: int) -> None:
    """Train one model of all views with the features that occur in `min_df` items; the number of those goes into the model."""
    chosen = set(topics()[:_FEATURE_LABELS])
    items = [
        replace(item, labels={"labels": tuple(label for label in item.labels["labels"] if label in chosen)})
        for item in read_items(data, "text", "labels")
    ]
    recipe = replace(
        EFFORTS["quick"],
        features=FeatureConfig(pairs=True, chars=(3, 5)),
        view_weights=dict.fromkeys(VIEWS, 1.0),
        min_df=dict.fromkeys(VIEWS, min_df),
        costs=(1.0,),
    )
    training = TrainingSet.plain([item.text for item in items], [plain_targets(items, "labels")])
    fitted = fit(training, recipe, 1)
    save(to_model(fitted, recipe.max_bytes, recipe.n_levels, about={"kept": len(fitted.vectoriser.vocabulary)}), model)


def points(axis: str) -> list[dict[str, Any]]:
    """What was measured of an axis, in ascending order."""
    growth = stored().get("growth", {})
    return sorted((figures for key, figures in growth.items() if key.split()[0] == axis), key=lambda figures: figures["x"])


def slope(axis: str, of: str, what: str) -> float | None:
    """Exponent of the growth between the last two points: 1 is linear."""
    last = points(axis)[-2:]
    if len(last) < 2:
        return None
    return log(last[1][of][what] / last[0][of][what]) / log(last[1]["x"] / last[0]["x"])


def report() -> str:
    """Tables of all points, for SPEED.md."""
    parts = [
        "## Growth",
        "![time and memory against items, labels and features](growth.svg)",
        *(__doc__ or "").strip().split("\n\n")[1:],
    ]
    for axis, name in AXES.items():
        lines = [
            f"| {name} | training, CPU s | training, MB | tagging, CPU s | tagging, MB | model, MB |",
            "|---:|---:|---:|---:|---:|---:|",
            *(
                f"| {own['x']:,} | {own['train']['cpu']:,.1f} | {own['train']['peak_mb']:,.0f} | {own['tag']['cpu']:,.1f} "
                f"| {own['tag']['peak_mb']:,.0f} | {own['model_mb']:.1f} |"
                for own in points(axis)
            ),
        ]
        exponents = (
            f"{said} {found:.2f}"
            for said, of, what in (
                ("training time", "train", "cpu"),
                ("training memory", "train", "peak_mb"),
                ("tagging time", "tag", "cpu"),
                ("tagging memory", "tag", "peak_mb"),
            )
            if (found := slope(axis, of, what)) is not None
        )
        parts.append("\n".join(lines))
        parts.append(f"Exponents of the last step (1 is linear): {', '.join(exponents)}.")
    return "\n\n".join(parts).strip()


def draw() -> None:
    """A column an axis, time above memory, all axes logarithmic."""
    figure, axes = panels(2, len(AXES), 4, 3.5, sharex="col")
    for column, (axis, name) in enumerate(AXES.items()):
        own = points(axis)
        for row, (what, unit) in enumerate((("cpu", "CPU seconds"), ("peak_mb", "peak memory, MB"))):
            panel = axes[row][column]
            for of, mark, label in (("train", "o", "training"), ("tag", "s", "tagging")):
                panel.plot([point["x"] for point in own], [point[of][what] for point in own], marker=mark, label=label)
            panel.set(xscale="log", yscale="log", xlabel=name if row else "", ylabel=unit)
            panel.grid(alpha=0.3)
    axes[0][0].legend()
    save_plot(figure, PLOT)


if __name__ == "__main__":
    _train_with(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
