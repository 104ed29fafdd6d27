"""What every peer's program shares: ``program.py METHOD TRAIN TEST RESULT``, all files of JSON.

TRAIN and TEST hold ``{"text", "labels"}`` lines, labels being null of texts to be learned from without any; RESULT gets the
predicted labels of each test line, seconds, peak memory, and the size of what must be kept to predict. Standard library alone:
each peer has an environment of its own.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
# Trained and given: texts to labels, and the bytes of the model.
Trainer = Callable[[Rows], tuple[Callable[[list[str]], list[list[str]]], int]]


def main(methods: dict[str, Trainer], packages: tuple[str, ...]) -> None:
    method, train_path, test_path, result_path = sys.argv[1:]
    train, test = (
        [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()] for path in (train_path, test_path)
    )
    began, spent = time.monotonic(), _cpu_seconds()
    predict, size = methods[method](train)
    trained, spent = time.monotonic(), _cpu_seconds() - spent
    predicted = predict([row["text"] for row in test])
    done = time.monotonic()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    result = {
        "predicted": predicted,
        "train_seconds": trained - began,
        "train_cpu_seconds": spent,
        "predict_seconds": done - trained,
        "model_bytes": size,
        "peak_mb": peak / 1024,
        "versions": {name: version(name) for name in packages},
    }
    Path(result_path).write_text(json.dumps(result), encoding="utf-8")


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended: what other work on the machine does not change."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
