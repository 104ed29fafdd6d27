"""Plots of the benchmarks' reports: SVG, the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def panels(rows: int, columns: int, width: float, height: float, **how: Any) -> tuple[Any, Any]:
    """A figure of so many panels, each `width` by `height` inches, and its axes as an array of shape [rows, columns]."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "wiretag"
    from matplotlib import pyplot

    return pyplot.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False, **how)


def save_plot(figure: Any, path: Path) -> None:
    """Write it, without the date."""
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
