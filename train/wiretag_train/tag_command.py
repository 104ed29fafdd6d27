"""``wiretag tag``: what typer makes of the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from wiretag.archive.rows import Counts
from wiretag.archive.tagging import tag_archive
from wiretag.cli import EXIT_NOTHING_DONE, EXIT_SOME_FAILED
from wiretag.cluster import connected
from wiretag.errors import ModelError
from wiretag.model import load
from wiretag.origin import find_model
from wiretag.reading import printable
from wiretag_train.progress import Tick, progress

_PERCENT = 100


def tag(
    source: Annotated[str, typer.Argument(metavar="IN", help="The archive: .jsonl, .csv (both also .gz) or .parquet.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="The file to write, of the same kind.")],
    text: Annotated[str, typer.Option(metavar="NAME", help="Column of the text.")] = "text",
    model: Annotated[str | None, typer.Option(metavar="FILE", help="The model to use.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use.")] = os.cpu_count() or 1,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Work on this Dask cluster; local makes one.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")] = False,
) -> None:
    """Tag an archive of many items, row by row, in order.

    Every column but the text is kept; added are `language`, each facet of the model (`sector`, `topic`) and `error`. JSON lines
    and Parquet hold a list of {label, name, probability} for each facet, as predict prints them; CSV holds the ids of the labels
    with | between them, and their probabilities likewise in `sector_probability`, `topic_probability`. A column of the input
    that has one of these names is kept as `input_` and its name.

    A row without text, or that cannot be read, has the reason in `error`, and no tags; the others are tagged. JSON lines have
    `error` only then.

    A run that was stopped goes on where it was when the same command is given again; until it is complete, its work lies in a
    folder beside OUT, .OUT.part, which may be deleted to start anew.

    With --dask, IN is a folder of archives, or a glob in quotes, and OUT a folder, where each has its output under its own
    name; both may be URLs that fsspec knows (s3://, gs://). All workers have to reach both, and to have wiretag installed. Each
    file is one piece of work, so many of some hundred megabytes spread best. OUT/_wiretag notes what is done, for the same
    command to go on after a stop. With --dask local, --jobs is the number of workers.

    Exit codes: 0 all tagged, 1 some rows failed or the input is damaged, 2 wrong usage or no model.
    """
    chosen = _model(find_model(model))
    problems = 0
    with progress(_PERCENT, quiet) as tick:
        if dask is None:
            counts = tag_archive(Path(source), Path(target), chosen, text, jobs, _Percent(tick))
        else:
            with connected(dask, jobs) as client:
                from wiretag.archive.folders import tag_folder

                counts, problems = tag_folder(source, target, chosen, text, client, _Percent(tick), _teller(quiet))
    if not quiet:
        failed = f", {counts.failed:,} failed (`error` says why)" if counts.failed else ""
        print(f"{counts.tagged:,} items tagged{failed}: {printable(target)}")
    if counts.failed or problems:
        raise typer.Exit(EXIT_SOME_FAILED)


def _teller(quiet: bool) -> Callable[[str], None]:
    return lambda sentence: None if quiet else typer.echo(f"wiretag: {sentence}", err=True)


class _Percent:
    """Turns the share of an archive that is done into steps of a progress bar."""

    def __init__(self, tick: Tick) -> None:
        self._tick, self._shown = tick, 0

    def __call__(self, share: float, counts: Counts) -> None:
        percent = int(share * _PERCENT)
        for _ in range(percent - self._shown):
            self._tick(f"{counts.tagged:,} items tagged, {counts.failed:,} failed")
        self._shown = max(self._shown, percent)


def _model(path: str) -> bytes:
    """The bytes of a model that is sound."""
    try:
        load(path)
        return Path(path).read_bytes()
    except ModelError as error:
        typer.echo(f"wiretag: {error}", err=True)
        raise typer.Exit(EXIT_NOTHING_DONE) from None
