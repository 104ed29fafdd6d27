"""The options of ``predict``: what typer makes of the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from wiretag.cli import predict

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Form(StrEnum):
    """Formats of newsrooms that are written."""

    NINJS = "ninjs"


@app.command("predict", context_settings={"help_option_names": ["-h", "--help"]})
def _predict(
    paths: Annotated[list[str] | None, typer.Argument(metavar="FILE...", help="Items to tag; - reads standard input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line and file.")] = False,
    form: Annotated[Form | None, typer.Option("--format", help="Print IPTC ninjs 3.0, one object a line and item.")] = None,
    jsonl: Annotated[
        str | None, typer.Option(metavar="IN", help='Tag lines of {"id": ..., "text": ...}; - reads standard input.')
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Give every label with its probability.")] = False,
    model: Annotated[str | None, typer.Option(metavar="FILE", help="The model to use.")] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Give all labels at least this probable, not the model's choice.")
    ] = None,
    names: Annotated[
        str, typer.Option(metavar="LANG", help="Language of the labels' names; 'item' takes the item's own.")
    ] = "item",
    encoding: Annotated[str | None, typer.Option(help="Encoding of the files, if not UTF-8 or UTF-16.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on standard error.")] = False,
) -> None:
    """Tag news items with sectors and topics."""
    raise typer.Exit(
        predict(
            paths or [],
            as_json=as_json,
            ninjs=form is Form.NINJS,
            jsonl=jsonl,
            model=model,
            threshold=0.0 if everything else threshold,
            names=names,
            encoding=encoding,
            quiet=quiet,
        )
    )
