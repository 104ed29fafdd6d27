"""The ``wiretag`` command."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wiretag.errors import DataError, UsageError, WiretagError
from wiretag.origin import find_model
from wiretag.reading import printable, read_text
from wiretag.tagger import Tagger
from wiretag_train import serve_command, tag_command
from wiretag_train.cluster import spread

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)
corpus_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Build and inspect the default corpus.")
app.add_typer(corpus_app, name="corpus")
app.command()(tag_command.tag)
app.command()(serve_command.serve)

CORPUS = Path("data") / "build" / "corpus"
MODEL = Path("models") / "wiretag.safetensors"
_N_JOBS = os.cpu_count() or 1
_INTERRUPTED = 130


class Effort(StrEnum):
    """Names of `wiretag_train.recipe.EFFORTS`; importing those would load scikit-learn."""

    QUICK = "quick"
    DEFAULT = "default"
    BEST = "best"


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")]
Add = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Add a hub data set to the corpus: agnews, gnad10.")]
CorpusFolder = Annotated[Path, typer.Option("--corpus", help="Folder of the corpus.")]


@corpus_app.command("build")
def corpus_build(folder: CorpusFolder = CORPUS, add: Add = None, quiet: Quiet = False) -> None:
    """Build the default corpus, if it is not there as it would be built."""
    from wiretag_train import default

    default.corpus(folder, _teller(quiet), add or ())


@corpus_app.command("inspect")
def corpus_inspect(
    folder: CorpusFolder = CORPUS,
    show: Annotated[int, typer.Option(help="Print so many items of each source.")] = 0,
) -> None:
    """Print what is in the corpus: sources, parts, labels."""
    from wiretag_data import corpus

    if not (folder / corpus.RECORD).exists():
        raise DataError(f"There is no corpus in {folder}. Build it with `wiretag corpus build`.")
    parts, record = corpus.load(folder)
    for source in record["sources"]:
        state = f"left out: {source['skipped']}" if "skipped" in source else f"{source['items']:,} items"
        print(f"{source['name']:<20}{state}")
    print(", ".join(f"{part}: {count:,}" for part, count in record["parts"].items()))
    for label, languages in sorted(record["counts"].items()):
        total = sum(sum(own.values()) for own in languages.values())
        print(f"  {label:<36}{total:>8,} in {len(languages)} languages")
    shown: dict[str, int] = {}
    for item in (item for part in parts.values() for item in part):
        shown[item.source] = shown.get(item.source, 0) + 1
        if shown[item.source] <= show:
            print(json.dumps({"id": item.id, "labels": dict(item.labels), "text": item.text[:200]}, ensure_ascii=False))


@app.command()
def train(
    data: Annotated[
        Path | None, typer.Option(help="Your items: .jsonl, .csv, .parquet, or a folder of folders named by label.")
    ] = None,
    labels: Annotated[str, typer.Option(help="Column of the labels.")] = "labels",
    text: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    test: Annotated[Path | None, typer.Option(help="Items to measure on; without it a tenth is held out.")] = None,
    unlabelled: Annotated[
        Path | None,
        typer.Option(help="Texts without labels to learn from, too: a file like that of --data, or a folder of texts."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The model file to write.")] = MODEL,
    folder: CorpusFolder = CORPUS,
    add: Add = None,
    seed: Annotated[int, typer.Option(help="Seed of folds and splits.")] = 0,
    effort: Annotated[
        Effort | None, typer.Option(help="Time for score, with --data: quick, default or best.", show_default="default")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use.")] = _N_JOBS,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Work on this Dask cluster; local makes one.")] = None,
    quiet: Quiet = False,
) -> None:
    """Train a model: the default one, or with --data one of your own."""
    began = time.monotonic()
    if data is None:
        for option, value in (("--test", test), ("--unlabelled", unlabelled), ("--effort", effort)):
            if value is not None:
                raise UsageError(f"{option} goes with --data.")
        from wiretag_train import default

        with spread(dask, jobs):
            default.train(folder, output, seed, jobs, quiet, _teller(quiet), add or ())
    else:
        if add:
            raise UsageError("--add adds to the default corpus; it does not go with --data.")
        with spread(dask, jobs):
            _train_own(data, labels, text, test, unlabelled, output, seed, effort or Effort.DEFAULT, jobs, quiet)
    if not quiet:
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{time.monotonic() - began:.0f} s, peak memory of the largest process {peak / 1024:.0f} MB")


def _train_own(
    data: Path,
    labels: str,
    text: str,
    test: Path | None,
    unlabelled: Path | None,
    output: Path,
    seed: int,
    effort: Effort,
    jobs: int,
    quiet: bool,
) -> None:
    from wiretag import model as model_file
    from wiretag_data.readers import read_items, read_texts
    from wiretag_train import own_data, report
    from wiretag_train.recipe import EFFORTS

    training = read_items(data, text, labels)
    more = read_texts(unlabelled, text) if unlabelled else None
    recipe = replace(EFFORTS[effort], seed=seed)
    training, testing = (training, read_items(test, text, labels)) if test else own_data.hold_out(training, seed)
    trained = own_data.train_own(training, testing, labels, recipe, jobs, quiet, more)
    model_file.save(trained.model, output)
    if not quiet:
        also = f", and on {trained.n_sure:,} of {trained.n_unlabelled:,} texts without labels" if unlabelled else ""
        print(f"Trained on {trained.n_train:,} items{also}; tested on {trained.n_test:,}.")
        print(report.table({"test": trained.metrics}))
        for facet, metrics in trained.metrics.items():
            print(f"{facet}: {report.extremes(metrics)}")
        print(f"{output}: {output.stat().st_size / 1e6:.1f} MB. Next: predict FILE --model {output}")


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(help="Labelled items, as for train.")],
    labels: Annotated[str, typer.Option(help="Column of the labels; also the facet to score.")] = "labels",
    text: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    model: Annotated[str | None, typer.Option(help="The model to score.")] = None,
) -> None:
    """Score a model on labelled items."""
    from wiretag_data.readers import read_items
    from wiretag_train import report
    from wiretag_train.targets import plain_targets

    tagger = Tagger.load(find_model(model))
    facet = next((facet for facet in tagger.facets if facet.name == labels), None)
    if facet is None:
        names = ", ".join(facet.name for facet in tagger.facets)
        raise UsageError(f"The model has no facet '{labels}' (it has: {names}); name its column with --labels.")
    items = read_items(data, text, labels)
    targets = plain_targets(items, labels, facet.labels, exclusive=facet.exclusive)
    metrics = report.measure(tagger, [item.text for item in items], [targets])
    print(report.table({data.name: metrics}))
    print(report.extremes(metrics[labels]))


@app.command()
def explain(
    file: Annotated[str, typer.Argument(help="The item; - reads standard input.")],
    label: Annotated[str, typer.Option(help="The label to explain.")],
    facet: Annotated[str | None, typer.Option(help="Its facet, where several have a label of that name.")] = None,
    model: Annotated[str | None, typer.Option(help="The model to use.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many words to show.")] = 20,
) -> None:
    """Show the words that speak for and against a label."""
    tagger = Tagger.load(find_model(model))
    spans = tagger.explain(read_text(file), label, facet)
    total: dict[str, float] = {}
    for span in spans:
        total[span.text] = total.get(span.text, 0.0) + span.weight
    for word in sorted(total, key=lambda word: -abs(total[word]))[:top]:
        print(f"{total[word]:+.3f}  {printable(word)}")


@app.command()
def check() -> None:
    """Hold the project's lexicons and wire items to the writers' guide."""
    from wiretag_data.check import problems

    count = 0
    for problem in problems():
        count += 1
        print(printable(problem))
    print(f"{count} problems" if count else "No problems.")
    if count:
        raise typer.Exit(1)


def _teller(quiet: bool) -> Callable[[str], None]:
    def tell(sentence: str) -> None:
        if not quiet:
            print(sentence, file=sys.stderr)

    return tell


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except UsageError as error:
        sys.exit(_said(error, 2))
    except WiretagError as error:
        sys.exit(_said(error, 1))
    except ImportError as error:
        if error.name and error.name.split(".")[0] not in ("wiretag", "wiretag_data", "wiretag_train"):
            sys.exit(_said(f"This needs {error.name}; install wiretag with its extra: pip install 'wiretag[train]'.", 2))
        raise
    except OSError as error:
        what = f" ({error.filename})" if error.filename else ""
        sys.exit(_said(f"The work stopped: {error.strerror or error}{what}. Nothing that was there before is lost.", 1))
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:  # typer's answer to Ctrl-C, which says nothing
            _said("Stopped. Nothing that was there before is lost.", _INTERRUPTED)
        raise


def _said(what: object, code: int) -> int:
    print(f"wiretag: {what}", file=sys.stderr)
    return code
