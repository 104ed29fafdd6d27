"""Tagging whole archives: `make bench-archive` measures `wiretag tag` and writes ARCHIVE.md.

Archives of 20,000 and 100,000 items (`material.synthetic`: sentences of Reuters-21578 in new order), with the model of `make
bench-speed` that is trained with default effort. Commands take turns; the fastest of the rounds counts, and the most memory.
``ROUNDS=1`` for a quick look.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from material import FOLDER, our_model, synthetic
from measuring import BIN, HERE, Cost, machine, watched
from pyarrow import parquet
from tables import table

from wiretag.files import written_beside

REPORT = HERE / "ARCHIVE.md"
SIZES: Final = (20_000, 100_000)
MANY: Final = 100_000_000
_ROUNDS = int(os.environ.get("ROUNDS", "3"))
# Files of an archive on a cluster.
_PARTS: Final = 20
_CORES: Final = 8
_MACHINES: Final = (1, 4, 16)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to tag an archive: a name, how many processes tag, the kind of files, how many of them, and the command's options."""

    name: str
    workers: int
    kind: str
    parts: int
    options: tuple[str, ...]


WAYS: Final = (
    Way("1 process", 1, ".jsonl", 1, ("--jobs", "1")),
    Way("2 processes", 2, ".jsonl", 1, ("--jobs", "2")),
    Way("1 process, Parquet", 1, ".parquet", 1, ("--jobs", "1")),
    Way("Dask, 1 worker", 1, ".jsonl", _PARTS, ("--dask", "local", "--jobs", "1")),
    Way("Dask, 2 workers", 2, ".jsonl", _PARTS, ("--dask", "local", "--jobs", "2")),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a way costs, a figure for each of `SIZES`.

    Attributes
    ----------
    wall, cpu : seconds on the clock, and of all its processes.
    peak_mb : memory of all its processes together, in MB.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    peak_mb: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Items a second, the start of the command included."""
        return SIZES[1] / self.wall[1]

    @property
    def item_cpu(self) -> float:
        """CPU seconds an item."""
        return self.cpu[1] / SIZES[1]


def archive(size: int, way: Way) -> Path:
    """The input of a way: a file, or a folder of several."""
    path = FOLDER / (f"archive-{size}{way.kind}" if way.parts == 1 else f"archive-{size}")
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows = [{"id": number, "text": text} for number, (text, _) in enumerate(synthetic(size))]
    if way.kind == ".parquet":
        with written_beside(path) as beside:
            parquet.write_table(pa.Table.from_pylist(rows), beside, row_group_size=size // 4)
    elif way.parts == 1:
        _write(rows, path)
    else:
        each = size // way.parts
        for part in range(way.parts):
            _write(rows[part * each : (part + 1) * each], path / f"{part:02}{way.kind}")
    return path


def _write(rows: Sequence[dict[str, object]], path: Path) -> None:
    with written_beside(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def measure(way: Way, size: int, model: Path) -> Cost:
    """One run, from the start of the command to its end."""
    source = archive(size, way)
    target = source.with_name(f"tagged-{source.name}")
    _remove(target)
    cost = watched([BIN / "wiretag", "tag", source, target, "--model", model, "--quiet", *way.options])
    if _size(target) == 0:
        raise RuntimeError(f"{way.name} wrote nothing.")
    return cost


def _remove(path: Path) -> None:
    if path.is_dir():
        for file in path.iterdir():
            _remove(file)
        path.rmdir()
    path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())


def measured(model: Path, say: Callable[[str], None]) -> dict[str, Found]:
    """All ways at all sizes, in turns."""
    costs: dict[tuple[str, int], list[Cost]] = {}
    for number in range(_ROUNDS):
        for size in SIZES:
            for way in WAYS:
                cost = measure(way, size, model)
                costs.setdefault((way.name, size), []).append(cost)
                spent = f"{cost.wall:.1f} s, {cost.cpu:.1f} CPU s, {cost.peak_mb:.0f} MB"
                say(f"round {number + 1}, {way.name}, {size:,} items: {spent}")
    return {
        way.name: Found(
            tuple(min(cost.wall for cost in costs[way.name, size]) for size in SIZES),
            tuple(min(cost.cpu for cost in costs[way.name, size]) for size in SIZES),
            tuple(max(cost.peak_mb for cost in costs[way.name, size]) for size in SIZES),
        )
        for way in WAYS
    }


def report(found: dict[str, Found], model: Path, load: float) -> str:
    """ARCHIVE.md."""
    first = found[WAYS[0].name]
    rows = [
        (
            way.name,
            *(f"{seconds:.1f}" for seconds in own.wall),
            f"{own.rate:,.0f}",
            f"{own.rate / first.rate:.2f}",
            f"{own.item_cpu * 1e6:.0f}",
            f"{way.workers * first.item_cpu / own.item_cpu:.2f}",
            *(f"{peak:.0f}" for peak in own.peak_mb),
        )
        for way, own in ((way, found[way.name]) for way in WAYS)
    ]
    small, large = (f"{size:,} items" for size in SIZES)
    head = (
        "",
        f"{small}, s",
        f"{large}, s",
        "items/s",
        "times",
        "CPU µs an item",
        "times, by CPU",
        f"{small}, MB",
        f"{large}, MB",
    )
    spent = found["Dask, 2 workers"].item_cpu
    hours = MANY * spent / 3600
    source = archive(SIZES[1], WAYS[0])
    read, written = (_size(path) / SIZES[1] * MANY / 1e9 for path in (source, source.with_name(f"tagged-{source.name}")))
    machines = [(count, _CORES * count, f"{hours / (_CORES * count):.2f}") for count in _MACHINES]
    carried = read / (hours / (_CORES * _MACHINES[-1])) / 3600 * 8
    megabytes, item = model.stat().st_size / 1e6, source.stat().st_size / SIZES[1]
    return f"""# Tagging archives

Made by `make bench-archive` on {machine()}; rounds: {_ROUNDS}, of which the fastest counts.
The load of the machine at the end was {load:.1f}: where that is above the processes measured, others were at work beside them.
Model: {megabytes:.1f} MB, forty topics, default effort. Items of {item:.0f} bytes. Memory is the sum over a command's processes.

{table(head, rows)}

"items/s" and "CPU" are of {large}, the start of the command included. "times" compares items a second with one process; it
cannot reach the number of processes while others work on the machine. "times, by CPU" is what it would be if nobody did: the CPU
seconds, shared by the processes that tag. Neighbours make those longer too, by a tenth or two from run to run.

## 100 million items

They are {read:.0f} GB of JSON lines here, and {written:.0f} GB of tags. At {spent * 1e6:.0f} µs of CPU an item (Dask, 2 workers)
they take **{hours:.0f} core-hours**; times the price of a core-hour, that is the cost. On machines of {_CORES} cores:

{table(("machines", "cores", "hours, all cores busy"), machines)}

Reckoned from the table, not run. Left out: the network, which at {_MACHINES[-1]} machines has to carry {carried:.2f} Gbit/s in
all; longer items, which take as much more; and another model than this.
"""


def main() -> None:
    model = our_model("default")
    found = measured(model, lambda sentence: print(sentence, file=sys.stderr, flush=True))
    text = report(found, model, os.getloadavg()[0])
    with written_beside(REPORT) as beside:
        beside.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
