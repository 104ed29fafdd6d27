"""What all speed benchmarks share: measuring two sides in turns, measuring commands, and keeping what was measured.

Two sides take turns (ours, theirs, ours, theirs ...), so that what else the machine does meets both. Single-threaded work
is measured in CPU seconds of the process, which other processes disturb less than the clock; of each side the fastest
round counts. A command's CPU seconds and peak memory are those that the system counted (`launch.py`); of a tree of
processes they are read from ``/proc`` while it runs, memory as the sum of proportional shares, so that pages that several
processes map count once.

Every result goes into ``speed.json`` as soon as it is there, with the fingerprint of the code that it was measured with.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wiretag
from wiretag.files import written_beside

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
if not Path(wiretag.__file__).resolve().is_relative_to(ROOT):
    sys.exit(f"{wiretag.__file__} would be measured, not the code in {ROOT}: install that, or name it in PYTHONPATH.")
RESULTS = HERE / "speed.json"
BIN = Path(sys.executable).parent
# Numerical libraries keep to one thread wherever one thread is compared with another.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
_CODE = ("predict", "data", "train")
_SAMPLE_SECONDS = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")
# So many rounds of both sides, if not said otherwise.
ROUNDS = 5
Work = Callable[[], object]
Figure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command used: CPU seconds, seconds on the clock, peak memory in MB (2**20 bytes)."""

    cpu: float
    wall: float
    peak_mb: float


@dataclass(frozen=True)
class Measured:
    """A row of the table.

    Attributes
    ----------
    ours, theirs : best rounds, as the table prints them; 0 where there is nothing to compare with.
    unit : what they are in.
    ratio : what the goal is about.
    spread : lowest and highest ratio of single rounds.
    details : how it was measured, and figures beside it, for people.
    """

    ours: float
    theirs: float
    unit: str
    ratio: float
    spread: tuple[float, float] | None = None
    details: str = ""


@dataclass
class Rounds:
    """Figures of both sides, a round each."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def faster(self, unit: str = "s", scale: float = 1.0, details: str = "") -> Measured:
        """How many times faster we are: theirs / ours, of the fastest rounds; `scale` turns seconds into `unit`."""
        ours, theirs = min(self.ours), min(self.theirs)
        return Measured(ours * scale, theirs * scale, unit, theirs / ours, self._spread(lambda a, b: b / a), details)

    def rate(self, amount: float, unit: str, details: str = "") -> Measured:
        """`faster`, told in amounts a second."""
        ours, theirs = min(self.ours), min(self.theirs)
        return Measured(amount / ours, amount / theirs, unit, theirs / ours, self._spread(lambda a, b: b / a), details)

    def as_many_times(self, unit: str = "s", scale: float = 1.0, details: str = "") -> Measured:
        """How many times of theirs we need: ours / theirs, of the fastest rounds."""
        ours, theirs = min(self.ours), min(self.theirs)
        return Measured(ours * scale, theirs * scale, unit, ours / theirs, self._spread(lambda a, b: a / b), details)

    def _spread(self, ratio: Callable[[float, float], float]) -> tuple[float, float]:
        ratios = [ratio(a, b) for a, b in zip(self.ours, self.theirs, strict=True)]
        return min(ratios), max(ratios)


def in_turns(ours: Figure, theirs: Figure, rounds: int = ROUNDS) -> Rounds:
    """Figures of both sides by turns, after one round of each that does not count."""
    found = Rounds()
    for number in range(rounds + 1):
        for figure, figures in ((ours, found.ours), (theirs, found.theirs)):
            value = figure()
            if number:
                figures.append(value)
    return found


def cpu_seconds(work: Work, clock: Callable[[], float] = time.process_time) -> Figure:
    """Measures work in this process; with `time.perf_counter` on the clock."""

    def measure() -> float:
        gc.collect()
        began = clock()
        work()
        return clock() - began

    return measure


def launched(
    command: Sequence[str | Path],
    output: Path = Path(os.devnull),
    environment: Mapping[str, str] | None = None,
    watch: Callable[[int], AbstractContextManager[object]] = lambda _: nullcontext(),
) -> Cost:
    """Run a command in the project's folder and give its cost; `watch` is given its launcher's number meanwhile.

    Raises `RuntimeError` if the command fails.
    """
    with tempfile.TemporaryDirectory() as own, tempfile.TemporaryFile() as errors:
        result = Path(own) / "cost.json"
        words = [sys.executable, "-I", "-S", HERE / "launch.py", result, output, *command]
        process = subprocess.Popen(
            list(map(str, words)), cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=errors
        )
        with watch(process.pid):
            process.wait()
        found = json.loads(result.read_text(encoding="ascii")) if result.exists() else {"code": process.returncode}
        if found.pop("code") or process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(map(str, command))}: {errors.read().decode(errors='replace').strip()[-1000:]}")
    return Cost(**found)


def watched(command: Sequence[str | Path]) -> Cost:
    """`launched` for a command that starts others: CPU seconds and peak memory of the whole tree, read as it runs."""
    trees: list[_Tree] = []

    @contextmanager
    def watch(pid: int) -> Iterator[None]:
        tree, done = _Tree(pid), threading.Event()
        trees.append(tree)

        def sample() -> None:
            pause = _SAMPLE_SECONDS
            while not done.wait(pause):
                looked = time.monotonic()
                tree.look()  # takes long where much memory is mapped
                pause = max(_SAMPLE_SECONDS, 10 * (time.monotonic() - looked))

        watcher = threading.Thread(target=sample, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    alone = launched(command, watch=watch)
    (tree,) = trees
    # The system's own count knows of peaks between two looks, but of the first process alone.
    return Cost(max(alone.cpu, sum(tree.cpu.values())), alone.wall, max(alone.peak_mb, tree.peak_mb))


class _Tree:
    """A process and all that descend from it."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.cpu: dict[int, float] = {}
        self.peak_mb = 0.0

    def look(self) -> None:
        """Note the CPU seconds of each process, and the memory of all if it is more than ever before."""
        parents, cpu = {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                # After the command's name, which stands in parentheses and may hold anything.
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(fields[1])
            cpu[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
        own = [pid for pid in parents if self._descends(pid, parents)]
        for pid in own:
            self.cpu[pid] = max(self.cpu.get(pid, 0.0), cpu[pid])
        self.peak_mb = max(self.peak_mb, sum(map(_share_mb, own)))

    def _descends(self, pid: int, parents: Mapping[int, int]) -> bool:
        while pid in parents and pid != self.root:
            pid = parents[pid]
        return pid == self.root


def _share_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def stored() -> dict[str, Any]:
    """What was measured so far: section -> key -> figures."""
    return dict(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {}


def store(section: str, key: str, figures: Mapping[str, Any] | Measured) -> None:
    """Keep figures in `RESULTS`, with what they were measured with."""
    everything = stored()
    content = asdict(figures) if isinstance(figures, Measured) else dict(figures)
    made_with = {"program": code_fingerprint(), "machine": machine(), "load": round(os.getloadavg()[0], 1)}
    everything.setdefault(section, {})[key] = {**_rounded(content), **made_with}
    with written_beside(RESULTS) as beside:
        beside.write_text(json.dumps(everything, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    """Four significant digits are more than any of this is good for."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {key: _rounded(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(own) for own in value]
    return value


@cache
def code_fingerprint() -> str:
    """Of all that is measured: the project's code."""
    digest = hashlib.sha256()
    for path in sorted(path for name in _CODE for path in (ROOT / name).rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def machine() -> str:
    """What the figures are of."""
    names = ("wiretag", "numpy", "scipy", "scikit-learn")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {libraries}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
