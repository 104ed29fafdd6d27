"""What a trained model scores on items that it has not seen, as data, as a table and as a model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wiretag.tagger import Tagger
from wiretag_train.evaluate import accuracy, calibration_error, f1_scores
from wiretag_train.targets import UNKNOWN, Targets

_SHOWN = 5
Metrics = dict[str, Any]


def measure(tagger: Tagger, texts: Sequence[str], facets: Sequence[Targets]) -> dict[str, Metrics]:
    """Facet -> its figures on labelled texts; only covered labels count, and facets that no item covers are left out."""
    probability = tagger.probabilities(texts).astype(np.float64)
    given = tagger.model.given(probability.astype(np.float32))
    result = {}
    by_name = {targets.facet: targets for targets in facets}
    for facet, columns in tagger.model.columns():
        if facet.name in by_name and (by_name[facet.name].values != UNKNOWN).any():
            result[facet.name] = _facet(probability[:, columns], given[:, columns], by_name[facet.name])
    return result


def _facet(probability: NDArray[np.float64], given: NDArray[np.bool_], targets: Targets) -> Metrics:
    truth, judged = targets.values == 1, targets.values != UNKNOWN
    if targets.exclusive:
        rows = judged.all(axis=1)
        best, gold = probability[rows].argmax(axis=1), truth[rows].argmax(axis=1)
        sure = probability[rows].max(axis=1)
        given = np.zeros(truth.shape, bool)
        given[np.flatnonzero(rows), best] = True
        error = calibration_error(sure, best == gold)
        extra: Metrics = {"accuracy": accuracy(best, gold)}
    else:
        error = calibration_error(probability[judged], truth[judged])
        extra = {}
    found = f1_scores(given, truth, judged)
    support = (truth & judged).sum(axis=0)
    # Labels that the source does not cover have no F1; nor have classes that this test set has no item of.
    counted = support > 0 if targets.exclusive else judged.any(axis=0)
    return {
        "items": int(judged.any(axis=1).sum()),
        "micro_f1": found.micro,
        "macro_f1": float(found.by_label[counted].mean()) if counted.any() else 0.0,
        **extra,
        "calibration_error": error,
        "labels": {
            label: {"f1": float(found.by_label[n]), "items": int(support[n])}
            for n, label in enumerate(targets.labels)
            if judged[:, n].any()
        },
    }


def rounded(value: Any) -> Any:
    """The same figures with four decimals, as they are stored and shown."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def table(sets: Mapping[str, Mapping[str, Metrics]]) -> str:
    """Figures of each test set and facet, for a terminal or a Markdown file."""
    lines = [
        "| test set | facet | items | micro-F1 | macro-F1 | accuracy | calibration error |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for name, facets in sets.items():
        for facet, own in facets.items():
            exact = f"{own['accuracy']:.3f}" if "accuracy" in own else ""
            lines.append(
                f"| {name} | {facet} | {own['items']} | {own['micro_f1']:.4f} | {own['macro_f1']:.4f} | {exact} "
                f"| {own['calibration_error']:.3f} |"
            )
    return "\n".join(lines)


def extremes(metrics: Metrics) -> str:
    """The best and the worst labels that have test items."""
    seen = {label: own for label, own in metrics["labels"].items() if own["items"]}
    order = sorted(seen, key=lambda label: -seen[label]["f1"])

    def listed(labels: list[str]) -> str:
        return ", ".join(f"{label} {seen[label]['f1']:.2f}" for label in labels)

    if len(order) <= 2 * _SHOWN:
        return listed(order)
    return f"best {listed(order[:_SHOWN])}; worst {listed(order[-_SHOWN:])}"
