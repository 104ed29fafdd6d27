"""The ``predict`` command."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from wiretag.errors import InputError, ModelError, UsageError, WiretagError
from wiretag.reading import decode, printable, read_text
from wiretag.tagger import Tagger, Tags

EXIT_SOME_FAILED, EXIT_NOTHING_DONE = 1, 2

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(context_settings={"help_option_names": ["-h", "--help"]})
def predict(
    paths: Annotated[list[str] | None, typer.Argument(metavar="FILE...", help="Items to tag; - reads standard input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line and file.")] = False,
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
    complain = _silent if quiet else _complain
    try:
        if bool(paths) == (jsonl is not None):
            raise UsageError("Name the files to tag, or give lines with --jsonl (see predict --help).")
        run = _Run(Tagger.load(find_model(model)), 0.0 if everything else threshold, names, encoding, complain)
        failed = _tag_lines(run, jsonl) if jsonl is not None else _tag_files(run, paths or [], as_json)
    except (ModelError, UsageError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_NOTHING_DONE) from None
    except WiretagError as error:
        complain(str(error))
        raise typer.Exit(EXIT_SOME_FAILED) from None
    if failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def find_model(named: str | None) -> Path:
    """The model to use: the one named, ``$WIRETAG_MODEL``, ``./models/``, or the one inside the package."""
    if named is not None:
        return Path(named)
    if os.environ.get("WIRETAG_MODEL"):
        return Path(os.environ["WIRETAG_MODEL"])
    here = Path("models") / "wiretag.safetensors"
    packaged = Path(str(files("wiretag"))) / "default.safetensors"
    if here.exists() or not packaged.exists():
        return here
    return packaged


@dataclass(frozen=True, slots=True)
class _Run:
    """What both ways of tagging need."""

    tagger: Tagger
    threshold: float | None
    names: str
    encoding: str | None
    complain: Callable[[str], None]


def _tag_files(run: _Run, paths: list[str], as_json: bool) -> bool:
    """Tag each file; gives whether any failed."""
    failed = False
    for path in paths:
        try:
            text = read_text(path, run.encoding)
        except InputError as error:
            run.complain(str(error))
            failed = True
            continue
        tags = run.tagger.tag(text, threshold=run.threshold, names=run.names)
        if as_json:
            print(json.dumps({"file": path, **tags.to_dict()}, ensure_ascii=False))
        else:
            print(_for_people(path, tags, run.tagger))
    return failed


def _tag_lines(run: _Run, path: str) -> bool:
    """Tag each line's text, in order; gives whether any failed."""
    failed = False
    waiting: deque[object] = deque()

    def texts() -> Iterator[str]:
        nonlocal failed
        for number, line in enumerate(_lines(path), start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(decode(line, "It", run.encoding))
                if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                    raise ValueError('it is no JSON object with a string "text"')
            except (ValueError, InputError, RecursionError) as error:
                run.complain(f"Line {number} of {printable(path)} was passed over: {_reason(error)}.")
                failed = True
                continue
            waiting.append(record.get("id"))
            yield record["text"]

    for tags in run.tagger.tag_many(texts(), threshold=run.threshold, names=run.names):
        content = tags.to_dict()
        del content["declared"]
        print(json.dumps({"id": waiting.popleft(), **content}, ensure_ascii=False))
    return failed


def _lines(path: str) -> Iterator[bytes]:
    """Lines of a file or of standard input."""
    if path == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as file:
            yield from file
    except FileNotFoundError:
        raise UsageError(f"{printable(path)} does not exist.") from None
    except OSError as error:
        raise UsageError(f"{printable(path)} cannot be read: {error.strerror}.") from None


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not valid JSON ({error.msg} at column {error.colno})"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).rstrip(".")


def _for_people(path: str, tags: Tags, tagger: Tagger) -> str:
    """A few lines for a terminal."""
    lines = [printable(path) if path != "-" else "standard input", f"  {'language':<10}{tags.language}"]
    for facet, given in tags.facets.items():
        listing = ", ".join(f"{printable(tag.name)} {tag.probability:.0%}" for tag in given) or "none"
        lines.append(f"  {printable(facet):<10}{listing}")
    for facet, labels in tags.declared.items():
        listing = ", ".join(printable(tagger.name(facet, label, tags.language)) for label in labels)
        lines.append(f"  {'declared':<10}{printable(facet)}: {listing}")
    return "\n".join(lines)


def _complain(sentence: str) -> None:
    """Say something to the person at the keyboard."""
    print(f"predict: {sentence}", file=sys.stderr)


def _silent(sentence: str) -> None:
    pass


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app()


if __name__ == "__main__":
    main()
