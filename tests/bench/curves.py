"""Score against the number of training items, wiretag and peers: `make bench-curves`, or `make bench-curves ONLY=r90`.

Each share of the training part holds the smaller ones; the test part and the labels that count are always the whole ones.
In one row wiretag has the rest of the training part, too, without its labels. `PEERS=wiretag` measures only rows that begin so.
Writes CURVES.md and curves.svg beside this file; figures are kept in curves.json as they are made.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from compare import PEERS, chosen, measured, said
from plots import panels, save_plot

from corpora import CORPORA, Corpus
from wiretag.files import written_beside

HERE = Path(__file__).parent
ROWS, RESULTS, PLOT = HERE / "curves.json", HERE / "CURVES.md", HERE / "curves.svg"
_CORPORA = ["bbc", "r90", "20ng"]
_SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
_REST = "wiretag, the rest without labels"
_NAMES = ("wiretag", _REST, "scikit-learn", "scikit-learn, tuned", "fastText, bigrams", "LibMultiLabel, one-vs-rest")


def main() -> None:
    rows = json.loads(ROWS.read_text(encoding="utf-8")) if ROWS.exists() else {}
    wanted = [row for row in _NAMES if row.startswith(os.environ.get("PEERS", ""))]
    if not wanted:
        sys.exit(f"No row begins with {os.environ['PEERS']}; there are {', '.join(_NAMES)}.")
    for name in chosen(_CORPORA):
        corpus, before = CORPORA[name](), rows.get(name, {}).get("peers", {})
        kept = {row: [] if row in wanted else before.get(row, []) for row in _NAMES}
        rows[name] = {"about": corpus.about, "items": [], "peers": kept}
        for share in _SHARES:
            part, rest = _share(corpus, share)
            rows[name]["items"].append(len(part.train))
            for row in (row for row in wanted if rest or row != _REST):
                peer = next(peer for peer in PEERS if peer.name == ("wiretag" if row == _REST else row))
                found = measured(part, peer, rest if row == _REST else ())
                rows[name]["peers"][row].append(found)
                print(f"{name}, {len(part.train)} items: {row}: {said(found)}", flush=True)
                with written_beside(ROWS) as beside:
                    beside.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    text = _report(rows)
    with written_beside(RESULTS) as beside:
        beside.write_text(text, encoding="utf-8")
    _plot(rows)


def _share(corpus: Corpus, share: float) -> tuple[Corpus, list[str]]:
    """The corpus with a part of its training items, drawn by a hash of their places, and the texts of the others."""
    drawn = sorted(range(len(corpus.train)), key=lambda n: hashlib.sha256(str(n).encode()).digest())
    n_kept = round(share * len(corpus.train))
    kept, others = sorted(drawn[:n_kept]), sorted(drawn[n_kept:])
    return replace(corpus, train=[corpus.train[n] for n in kept]), [corpus.train[n][0] for n in others]


def _score(found: dict[str, Any]) -> float | None:
    value = found.get("accuracy", found.get("micro_f1"))
    return None if value is None else float(value)


def _report(rows: dict[str, Any]) -> str:
    parts = [
        "# Score against the number of training items: `make bench-curves`",
        "Accuracy where each item has one label, micro-F1 / macro-F1 over all labels of the whole training part elsewhere. One "
        "subset and one run a figure: fastText and LibMultiLabel come out a little differently each time. The row "
        f'"{_REST}" learns from the texts of the other training items, too, but not from their labels; no peer can.',
    ]
    parts += [_section(name, rows[name]) for name in _CORPORA if name in rows]
    missing = [name for name in _CORPORA if name not in rows]
    if missing:
        parts.append(f"Not measured: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def _section(name: str, own: dict[str, Any]) -> str:
    items = own["items"]
    lines = [
        f"## {name}: {own['about']}",
        "",
        f"`make bench-curves ONLY={name}`",
        "",
        "| | " + " | ".join(f"{share:.0%}: {n:,} items" for share, n in zip(_SHARES, items, strict=False)) + " |",
        "|---|" + "---:|" * len(items),
    ]
    for peer in _NAMES:
        figures = own["peers"][peer]
        missing = "" if peer == _REST else "not measured"  # of the whole part there is no rest
        cells = [_cell(found) for found in figures] + [missing] * (len(items) - len(figures))
        lines.append(f"| {peer} | " + " | ".join(cells) + " |")
    reasons = [
        f"{peer}, {n:,} items: {found['failed']}"
        for peer in _NAMES
        for n, found in zip(items, own["peers"][peer], strict=False)
        if "failed" in found
    ]
    for metric in ("accuracy", "micro_f1", "macro_f1"):
        leads = [lead for n in range(len(items)) if (lead := _lead(own, n, metric))]
        lines += ["", f"Highest {metric.replace('_f1', '-F1')}: {'; '.join(leads)}."] if leads else []
    return "\n".join([*lines, *(["", "Failed: " + "; ".join(reasons)] if reasons else [])])


def _cell(found: dict[str, Any]) -> str:
    if "failed" in found:
        return "failed"
    return f"{found['accuracy']:.4f}" if "accuracy" in found else f"{found['micro_f1']:.4f} / {found['macro_f1']:.4f}"


def _lead(own: dict[str, Any], place: int, metric: str) -> str:
    """Who is ahead at one number of items and by how much; "" where fewer than two were measured."""
    found = {peer: own["peers"][peer][place] for peer in _NAMES if peer != _REST and len(own["peers"][peer]) > place}
    scores = {peer: figures[metric] for peer, figures in found.items() if metric in figures}
    if len(scores) < 2:
        return ""
    first, second = sorted(scores, key=lambda peer: -scores[peer])[:2]
    behind = second if first == "wiretag" else "wiretag"
    distance = f", {scores[first] - scores[behind]:.4f} ahead of {behind}" if behind in scores else ""
    return f"{own['items'][place]:,} items, {first}{distance}"


def _plot(rows: dict[str, Any]) -> None:
    names = [name for name in _CORPORA if name in rows]
    figure, axes = panels(1, len(names), 5, 4)
    for axis, name in zip(axes[0], names, strict=True):
        for peer in _NAMES:
            points = [(n, _score(found)) for n, found in zip(rows[name]["items"], rows[name]["peers"][peer], strict=False)]
            seen = [(n, score) for n, score in points if score is not None]
            axis.plot(
                [n for n, _ in seen], [score for _, score in seen], marker="o", lw=2.5 if peer == "wiretag" else 1, label=peer
            )
        axis.set(title=name, xscale="log", xlabel="training items", ylabel="accuracy or micro-F1")
    axes[0][0].legend(fontsize=8)
    save_plot(figure, PLOT)


if __name__ == "__main__":
    main()
