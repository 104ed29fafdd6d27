"""``wiretag serve``: what typer makes of the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from wiretag.cli import EXIT_NOTHING_DONE
from wiretag.errors import WiretagError
from wiretag.origin import find_model

_TOKEN = "WIRETAG_TOKEN"  # noqa: S105 - the name of a variable


def serve(
    model: Annotated[str | None, typer.Option(metavar="FILE", help="The model to use.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    threads: Annotated[int, typer.Option(min=1, help="Threads that tag.")] = os.cpu_count() or 1,
    max_bytes: Annotated[int, typer.Option(min=1, help="Largest body.")] = 4 << 20,
    max_items: Annotated[int, typer.Option(min=1, help="Largest batch.")] = 1000,
    max_waiting: Annotated[int, typer.Option(min=1, help="Requests that may wait at a time.")] = 64,
    seconds: Annotated[float, typer.Option(min=0.1, help="For a body to arrive, and to be tagged.")] = 30.0,
) -> None:
    """Answer over HTTP: POST /v1/tag, GET /v1/model, /healthz, /metrics, /docs, and a page at /.

    If the variable WIRETAG_TOKEN is set, requests to /v1, /metrics and the model have to bear it (Authorization: Bearer TOKEN).
    SIGHUP, or a change of the model's file, swaps the model while requests are answered; a file that is no sound model
    changes nothing. Beyond a limit the answer is 408 (time), 413 (size), or 429 (too many at once).
    """
    try:
        from wiretag.server.live_model import LiveModel
        from wiretag.server.run import run
        from wiretag.server.settings import Settings
    except ImportError:
        typer.echo("wiretag: serve needs FastAPI and uvicorn: pip install 'wiretag[serve]'.", err=True)
        raise typer.Exit(EXIT_NOTHING_DONE) from None
    try:
        live = LiveModel(Path(find_model(model)))
    except WiretagError as error:
        typer.echo(f"wiretag: {error}", err=True)
        raise typer.Exit(EXIT_NOTHING_DONE) from None
    run(live, Settings(max_bytes, max_items, seconds, max_waiting, threads, os.environ.get(_TOKEN) or None), host, port)
