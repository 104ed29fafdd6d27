"""How far a long piece of work is: a bar on a terminal, plain lines elsewhere, nothing if quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_SECONDS_BETWEEN_LINES = 10.0


class Tick(Protocol):
    def __call__(self, what: str) -> None: ...


@contextmanager
def progress(steps: int, quiet: bool = False) -> Iterator[Tick]:
    """Gives a function to call after each of `steps` steps with what is being done."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading", total=steps)
            yield lambda what: bar.update(task, advance=1, description=what)
    else:
        yield _Lines(steps)


class _Lines:
    """A line at the first step, at the last, and now and then between."""

    def __init__(self, steps: int) -> None:
        self.steps, self.done, self.said = steps, 0, -_SECONDS_BETWEEN_LINES

    def __call__(self, what: str) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.said >= _SECONDS_BETWEEN_LINES or self.done == self.steps:
            self.said = now
            print(f"[{self.done}/{self.steps}] {what}", file=sys.stderr, flush=True)
