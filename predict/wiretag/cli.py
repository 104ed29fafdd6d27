"""The ``predict`` command."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from wiretag import acceleration
from wiretag.errors import InputError, ModelError, UsageError, WiretagError
from wiretag.origin import find_model
from wiretag.reading import decode, may_be_marked_up, printable, read_bytes, shown_name, text_of
from wiretag.records import record_of
from wiretag.tagger import Tagger, Tags

EXIT_SOME_FAILED, EXIT_NOTHING_DONE, EXIT_INTERRUPTED = 1, 2, 130
_JSON = "--json"
# File, the item's id and text, and its tags, to what is printed of them.
Show = Callable[[str, str | None, str, Tags], str]


def predict(
    paths: Sequence[str],
    *,
    as_json: bool = False,
    ninjs: bool = False,
    jsonl: str | None = None,
    model: str | None = None,
    threshold: float | None = None,
    names: str = "item",
    encoding: str | None = None,
    quiet: bool = False,
) -> int:
    """Tag files, or lines with `jsonl`, onto standard output; gives the exit code. `wiretag.options` says what is what."""
    complain = _silent if quiet else _complain
    try:
        if bool(paths) == (jsonl is not None):
            raise UsageError("Name the files to tag, or give lines with --jsonl (see predict --help).")
        if ninjs and (as_json or jsonl is not None):
            raise UsageError("ninjs is written for files, in place of --json; it does not go with --json or --jsonl.")
        run = _Run(Tagger.load(find_model(model)), threshold, names, encoding, complain)
        show = _as_ninjs(run.tagger) if ninjs else _as_json if as_json else _for_people(run.tagger)
        failed = _tag_lines(run, jsonl) if jsonl is not None else _tag_files(run, paths, show)
    except (ModelError, UsageError) as error:
        complain(str(error))
        return EXIT_NOTHING_DONE
    except WiretagError as error:
        complain(str(error))
        return EXIT_SOME_FAILED
    return EXIT_SOME_FAILED if failed else 0


@dataclass(frozen=True, slots=True)
class _Run:
    """What both ways of tagging need."""

    tagger: Tagger
    threshold: float | None
    names: str
    encoding: str | None
    complain: Callable[[str], None]


def _tag_files(run: _Run, paths: Sequence[str], show: Show) -> bool:
    """Tag each item of each file; gives whether any failed."""
    failed = False
    for path in paths:
        try:
            stories = _stories(path, run.encoding)
        except InputError as error:
            run.complain(str(error))
            failed = True
            continue
        found = run.tagger.tag_many((text for _, text in stories), threshold=run.threshold, names=run.names)
        for (name, text), tags in zip(stories, found, strict=True):
            print(show(path, name, text, tags))
    return failed


def _stories(path: str, encoding: str | None) -> list[tuple[str | None, str]]:
    """Id and text of each item of a file; plain text, which has no id, is read without the parsers of the other formats."""
    data = read_bytes(path)
    if not may_be_marked_up(data):
        return [(None, text_of(data, shown_name(path), encoding))]
    from wiretag.formats.reader import read

    return [(story.id, story.text) for story in read(data, shown_name(path), encoding).stories]


def _as_json(path: str, name: str | None, _: str, tags: Tags) -> str:
    """One object a line."""
    named = {"id": name} if name is not None else {}
    return json.dumps({"file": path, **named, **tags.to_dict()}, ensure_ascii=False)


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
                record = record_of(decode(line, "it", run.encoding))
                if not isinstance(record.get("text"), str):
                    raise InputError('it has no string "text"')
            except InputError as error:
                run.complain(f"Line {number} of {printable(path)} was passed over: {str(error).rstrip('.')}.")
                failed = True
                continue
            waiting.append(record.get("id"))
            yield record["text"]

    encode, write = json.JSONEncoder(ensure_ascii=False).encode, sys.stdout.write
    for tags in run.tagger.tag_many(texts(), threshold=run.threshold, names=run.names):
        content = tags.to_dict()
        del content["declared"]
        write(encode({"id": waiting.popleft(), **content}) + "\n")
    return failed


def _lines(path: str) -> Iterator[bytes]:
    """Lines of a file or of standard input."""
    if path == "-":
        yield from sys.stdin.buffer
        return
    try:
        with open(path, "rb") as file:
            acceleration.expect(os.fstat(file.fileno()).st_size)
            yield from file
    except FileNotFoundError:
        raise UsageError(f"{printable(path)} does not exist.") from None
    except OSError as error:
        raise UsageError(f"{printable(path)} cannot be read: {error.strerror}.") from None


def _as_ninjs(tagger: Tagger) -> Show:
    from wiretag.formats.ninjs_writer import written

    return lambda _, name, text, tags: json.dumps(written(name, text, tags, tagger.model), ensure_ascii=False)


def _for_people(tagger: Tagger) -> Show:
    """A few lines for a terminal."""

    def shown(path: str, item: str | None, _: str, tags: Tags) -> str:
        lines = [shown_name(path) + (f": {printable(item)}" if item is not None else ""), f"  {'language':<10}{tags.language}"]
        for facet, given in tags.facets.items():
            listing = ", ".join(f"{printable(tag.name)} {tag.probability:.0%}" for tag in given) or "none"
            lines.append(f"  {printable(facet):<10}{listing}")
        for facet, labels in tags.declared.items():
            listing = ", ".join(printable(tagger.name(facet, label, tags.language)) for label in labels)
            lines.append(f"  {'declared':<10}{printable(facet)}: {listing}")
        return "\n".join(lines)

    return shown


def _complain(sentence: str) -> None:
    """Say something to the person at the keyboard."""
    print(f"predict: {sentence}", file=sys.stderr)


def _silent(sentence: str) -> None:
    pass


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    arguments = sys.argv[1:]
    if _only_files(arguments):
        sys.exit(_predict_files(arguments))
    from wiretag.options import app

    app()


def _only_files(arguments: Sequence[str]) -> bool:
    """Whether the command line holds names of files and at most --json, so that there is nothing to parse.

    Then typer is not loaded: importing it and pydantic and parsing one option takes 1.8 times as long as importing NumPy.
    On Windows typer is asked all the same, for it expands wildcards.
    """
    names = [argument for argument in arguments if argument != _JSON]
    return bool(names) and os.name != "nt" and all(name == "-" or name[:1] != "-" for name in names)


def _predict_files(arguments: Sequence[str]) -> int:
    """`predict` without typer; gives the exit code."""
    try:
        code = predict([name for name in arguments if name != _JSON], as_json=_JSON in arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SOME_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return code


if __name__ == "__main__":
    main()
