"""How fast and how small wiretag is, as ratios to others on this machine, in this run: `make bench-speed`.

``ONLY=features,predict`` measures some rows (by key or by group), ``ONLY=growth`` the plots; ``training`` and ``million``
take long and are measured only if they are named, ``ONLY=training SHARE=0.02`` tries the first on a part and keeps nothing.
What is not measured anew stays as it was in speed.json; SPEED.md is made from that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import growth
import speed_rows as rows
import speed_training as training
from material import N_ITEMS, N_LABELS
from measuring import HERE, ROUNDS, Measured, code_fingerprint, store, stored
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from wiretag.files import written_beside

REPORT = HERE / "SPEED.md"
_NAMED_ONLY: Final = ("training", "million")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Attributes
    ----------
    key, group : what ``ONLY`` names it by.
    what, against : the two sides.
    goal : what the ratio is to reach; None for a figure beside a goal.
    measure : measures it.
    at_most : the goal is a limit from above.
    shown : format of ratio and goal.
    """

    key: str
    group: str
    what: str
    against: str
    goal: float | None
    measure: Callable[[], Measured]
    at_most: bool = False
    shown: str = "{:.1f} times"

    def reached(self, ratio: float) -> bool:
        """Whether a ratio is what the goal wants."""
        return self.goal is None or (ratio <= self.goal if self.at_most else ratio >= self.goal)


_TFIDF = "`TfidfVectorizer(ngram_range=(1, 2)).transform`"
_PIPELINE = "scikit-learn's pipeline"
_TAGGING = f"tagging {N_ITEMS:,} news items, one thread, {N_LABELS} labels"
_CORPORA = {"newsgroups": "20 Newsgroups", "reuters": "Reuters-21578"}
_MEGABYTES, _PLAIN = "{:.1f} MB", "{:.2f}"
_ROWS: Final = (
    *(
        Row(
            f"words-{key}",
            "features",
            f"features, words and pairs, one thread, {name}",
            _TFIDF,
            25,
            partial(rows.word_features, key),
        )
        for key, name in _CORPORA.items()
    ),
    *(
        Row(f"counts-{key}", "features", f"of these the counts alone, {name}", _TFIDF, None, partial(rows.counted_words, key))
        for key, name in _CORPORA.items()
    ),
    Row("mixed", "features", "features of the default model, all languages", "`HashingVectorizer`s", 20, rows.mixed_features),
    *(
        Row(f"tagging-{effort}", "tagging", f"{_TAGGING}, {effort} effort", _PIPELINE, 15, partial(rows.tagging, effort))
        for effort in ("default", "quick")
    ),
    *(
        Row(
            f"fasttext-{'pairs' if pairs else 'words'}-{effort}",
            "fasttext",
            f"{_TAGGING}, {effort} effort, from file to file",
            f"`fasttext predict`, {'pairs of words' if pairs else 'words alone'}",
            1 if pairs else None,
            partial(rows.against_fasttext, effort, pairs),
        )
        for pairs in (True, False)
        for effort in ("default", "quick")
    ),
    Row(
        "processes",
        "parallel",
        f"{_TAGGING.replace('one thread', 'two processes')}, default effort",
        "one process",
        1.7,
        partial(rows.two_processes, "default"),
    ),
    Row(
        "threads",
        "parallel",
        f"{_TAGGING.replace('one thread', 'two threads')}, default effort",
        "one thread",
        1.7,
        partial(rows.two_threads, "default"),
    ),
    *(
        Row(f"item-{effort}", "item", f"one item, warm, {effort} effort", _PIPELINE, 5, partial(rows.one_item, effort))
        for effort in ("default", "quick")
    ),
    Row(
        "item-shipped", "item", "one item, warm, the default model", f"{_PIPELINE} of 40 labels", 5, partial(rows.one_item, None)
    ),
    Row("item-ms", "item", "one item, warm, the default model", "", 1, partial(rows.one_item_alone, None), True, "{:.2f} ms"),
    Row(
        "predict",
        "start",
        "`predict FILE`, start to exit",
        '`python -c "import numpy"`',
        2.0,
        rows.starting,
        True,
        "{:.2f} times",
    ),
    Row("import", "start", "`import wiretag`", "`python -c pass`", 1.5, rows.importing, True, "{:.2f} times"),
    Row("memory", "start", "memory of `predict FILE`", "after `import numpy`", 60, rows.memory, True, "+{:.1f} MB"),
    Row("size", "start", "default model file", "", 6, rows.model_size, True, _MEGABYTES),
    Row("pruning", "training", "what its size costs in macro-F1", "all weights", 0.005, training.pruning, True, "{:.4f}"),
    Row(
        "training",
        "training",
        "training the default model",
        "`TfidfVectorizer` and `OneVsRestClassifier(LinearSVC)`",
        1 / 3,
        training.default_model,
        True,
        "{:.2f} times",
    ),
    Row("million-memory", "million", "training on a million items, memory", "", 6, training.million_memory, True, "{:.1f} GB"),
    Row("million-time", "million", "the same, exponent of time in items", "", 1.1, training.million_time, True, _PLAIN),
)


def main() -> None:
    wanted = {name for name in os.environ.get("ONLY", "").replace(",", " ").split() if name}
    names = {"growth", *(row.key for row in _ROWS), *(row.group for row in _ROWS)}
    if wanted - names:
        sys.exit(f"There is no {', '.join(sorted(wanted - names))}; there are {', '.join(sorted(names))}.")
    if "SHARE" in os.environ:
        print(_said(next(row for row in _ROWS if row.key == "training"), training.default_model(float(os.environ["SHARE"]))))
        return
    failed = False
    with threadpool_limits(1):
        for row in _ROWS:
            if {row.key, row.group} & wanted or not (wanted or row.group in _NAMED_ONLY):
                try:
                    found = row.measure()
                except (RuntimeError, OSError) as error:
                    print(f"{row.key}: failed: {error}", file=sys.stderr, flush=True)
                    failed = True
                    continue
                store("rows", row.key, found)
                print(_said(row, found), flush=True)
                _write()
    if "growth" in wanted or not wanted:
        growth.measure()
    _write()
    sys.exit(failed)


def _said(row: Row, found: Measured) -> str:
    goal = "" if row.goal is None else f", goal {row.shown.format(row.goal)}: {'yes' if row.reached(found.ratio) else 'no'}"
    return f"{row.key}: {row.shown.format(found.ratio)}{goal} ({_side(found.ours)} and {_side(found.theirs)} {found.unit})"


def _side(value: float) -> str:
    return "" if not value else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _write() -> None:
    with written_beside(REPORT) as beside:
        beside.write_text(_report(stored()), encoding="utf-8")


def _report(everything: dict[str, Any]) -> str:
    measured = everything.get("rows", {})
    own = [row for row in _ROWS if row.key in measured]
    lines = ["| | against | ours | theirs | | ratio | goal | reached |", "|---|---|---:|---:|---|---:|---:|---|"]
    for row in own:
        found = measured[row.key]
        goal = "" if row.goal is None else f"{'≤' if row.at_most else '≥'} {row.shown.format(row.goal)}"
        reached = "" if row.goal is None else "yes" if row.reached(found["ratio"]) else "no"
        lines.append(
            f"| {row.what} | {row.against} | {_side(found['ours'])} | {_side(found['theirs'])} | {found['unit']} "
            f"| {row.shown.format(found['ratio'])} | {goal} | {reached} |"
        )
    notes = ["## How each row was measured"]
    for row in own:
        found = measured[row.key]
        spread = found.get("spread")
        rounds = f" Ratios of single rounds: {spread[0]:.2f} to {spread[1]:.2f}." if spread else ""
        code = "" if found["program"] == code_fingerprint() else f", by the code {found['program']}"
        notes.append(f"**{row.key}** (load {found['load']}{code}): {found['details']}{rounds}")
    on: dict[str, list[str]] = {}
    for section in ("rows", "growth"):
        for key, figures in sorted(everything.get(section, {}).items()):
            on.setdefault(figures["machine"], []).append(key if section == "rows" else f"growth of {key}")
    machines = "; ".join(name + (f" ({', '.join(keys)})" if len(on) > 1 else "") for name, keys in sorted(on.items()))
    programs = {figures["program"] for section in ("rows", "growth") for figures in everything.get(section, {}).values()}
    mixed = (
        f" Figures are of {len(programs)} states of the code; those of another than the present one are marked."
        if len(programs) > 1
        else ""
    )
    head = (
        "# Speed, memory and size, beside others\n\n"
        f"Made by `make bench-speed` on {machines}. Both sides take turns, at least {ROUNDS} "
        "rounds after one that does not count, and of each the fastest round stands here: CPU seconds of one thread, unless a "
        "row says otherwise, since they depend less on what else the machine does. The load beside each row is the system's, at "
        f"its end. A ratio is how many times faster we are, or, where the goal is a limit, how many times theirs we need.{mixed}"
    )
    return "\n\n".join([head, "\n".join(lines), *notes, *([growth.report()] if everything.get("growth") else [])]) + "\n"


if __name__ == "__main__":
    main()
