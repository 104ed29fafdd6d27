"""The default model: all languages of the project's lexicons, trained on the default corpus."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from wiretag import model as model_file
from wiretag.errors import DataError, ModelError, UsageError
from wiretag.model import Model
from wiretag.tagger import Tagger
from wiretag_data import corpus as corpus_files
from wiretag_data.annotations import SOURCE as ANNOTATED
from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons
from wiretag_data.sources import DEFAULT, EXTRA
from wiretag_data.sources.wire import HELD_OUT
from wiretag_data.taxonomy import FACETS, load_taxonomy
from wiretag_data.unlabelled import FOREIGN, NOTHING
from wiretag_train import card, report
from wiretag_train.default_set import DEFAULT_RECIPE, facet_targets, language_targets, languages_of, training_set
from wiretag_train.export import to_model
from wiretag_train.fit import Fitted, fit, fit_steps
from wiretag_train.progress import progress
from wiretag_train.sklearn import save_pipeline

_LICENCE: Final = "Apache-2.0; trained on the project's own texts (CC BY 4.0) and on fetched corpora, see the model card."
Say = Callable[[str], None]


def corpus(folder: Path, say: Say, add: Sequence[str] = ()) -> dict[str, Any]:
    """Build the default corpus, with the extra sources named by `add`, if it is not there as it would be built.

    Gives its record. Raises `UsageError` for a source that does not exist.
    """
    for name in add:
        if name not in EXTRA:
            raise UsageError(f"There is no source '{name}' to add (there are: {', '.join(EXTRA)}).")
    sources = (*DEFAULT, *(EXTRA[name] for name in dict.fromkeys(add)))
    if corpus_files.is_current(folder, sources):
        say(f"The corpus in {folder} is up to date.")
        record = corpus_files.read_record(folder)
        if record is not None:
            return record
    say(f"Building the corpus in {folder} ...")
    return corpus_files.build(sources, folder, say=say)


def train(folder: Path, output: Path, seed: int, jobs: int, quiet: bool, say: Say, add: Sequence[str] = ()) -> None:
    """Build the corpus, train, measure, and write the model, its scikit-learn pipeline and its card."""
    record = corpus(folder, say, add)
    pipeline = output.with_name("model.joblib")
    mark = _fingerprint(record, seed)
    if pipeline.exists() and _made_with(output) == mark:
        say(f"{output} is up to date: nothing that it depends on has changed. Next: predict FILE")
        return
    parts, _ = corpus_files.load(folder)
    training = training_set(parts["train"] + parts["validation"], corpus_files.coverage(record), seed)
    with progress(fit_steps(training, DEFAULT_RECIPE), quiet) as tick:
        fitted = fit(training, DEFAULT_RECIPE, jobs, tick)
    model = _model(fitted)
    sets = measured(Tagger(model), parts["test"], corpus_files.coverage(record))
    about = {
        "metrics": sets,
        "training": {
            "fingerprint": mark,
            "corpus": record["fingerprint"],
            "parts": record["parts"],
            "skipped": {s["name"]: s["skipped"] for s in record["sources"] if "skipped" in s},
            "seed": seed,
            "recipe": asdict(DEFAULT_RECIPE),
            "costs": {head.targets.facet: head.costs[0] for head in fitted.heads},
            "libraries": {name: version(name) for name in ("wiretag", "numpy", "scipy", "scikit-learn", "numba", "wordfreq")},
        },
        "licence": _LICENCE,
    }
    model = replace(model, about=about)
    save_pipeline(model, pipeline)
    card.write(model, record, output.with_suffix(".md"))
    model_file.save(model, output)
    if not quiet:
        print(report.table(sets))
        for name in (HELD_OUT, ANNOTATED):
            for facet, metrics in sets.get(name, {}).items():
                print(f"{name}, {facet}: {report.extremes(metrics)}")
        sizes = ", ".join(f"{path} {path.stat().st_size / 1e6:.1f} MB" for path in (output, pipeline))
        print(f"{sizes}. Next: predict FILE")


def measured(tagger: Tagger, items: list[Item], coverage: dict[str, Any]) -> dict[str, dict[str, report.Metrics]]:
    """Figures on the test part: each source apart, and the held-out wire items in each language apart, without single labels'."""
    sets: dict[str, list[Item]] = {}
    for item in items:
        sets.setdefault(item.source, []).append(item)
        if item.source == HELD_OUT:
            sets.setdefault(f"{HELD_OUT} {item.language}", []).append(item)
    sources = {item.source for item in items}
    languages = languages_of(tagger.facets)
    figures = {}
    for name, own in sorted(sets.items()):
        # Of texts without labels no F1 can be told; whether the model is silent on them is measured in tests/bench/TRUST.md.
        labelled = [] if own[0].source in (NOTHING, FOREIGN) else facet_targets(own, coverage)
        facets = [*labelled, language_targets(own, languages)]
        figures[name] = report.rounded(report.measure(tagger, [item.text for item in own], facets))
        if name not in sources:  # of a label, a part of one language has an item or two
            for metrics in figures[name].values():
                del metrics["labels"]
    return figures


def _model(fitted: Fitted) -> Model:
    lexicons = load_lexicons()
    if not lexicons:
        raise DataError("There is no lexicon in data/corpora/lexicon.")
    taxonomy = load_taxonomy()
    names = {
        facet: {
            label: {language: own.names[facet][label] for language, own in lexicons.items() if label in own.names.get(facet, {})}
            for label in taxonomy[facet]
        }
        for facet in FACETS
    }
    wire = {language: dict(own.wire) for language, own in lexicons.items()}
    return to_model(
        fitted,
        DEFAULT_RECIPE.max_bytes,
        DEFAULT_RECIPE.n_levels,
        beside={facet: {key: own.beside for key, own in labels.items() if own.beside} for facet, labels in taxonomy.items()},
        names=names,
        wire=wire,
        iptc={facet: {key: own.iptc for key, own in labels.items() if own.iptc} for facet, labels in taxonomy.items()},
    )


def _fingerprint(record: dict[str, Any], seed: int) -> str:
    """What the model depends on: the corpus as it was built, the recipe, and the code that trains and predicts."""
    skipped = sorted(source["name"] for source in record["sources"] if "skipped" in source)
    digest = hashlib.sha256(json.dumps([record["fingerprint"], skipped, seed]).encode())
    here = Path(__file__).parent
    code = [
        *here.glob("*.py"),
        *Path(model_file.__file__).parent.glob("*.py"),
        *Path(model_file.__file__).parent.glob("*.json"),
    ]
    for path in sorted(code, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _made_with(output: Path) -> str | None:
    """The fingerprint in a model file; None without a sound model."""
    if not os.path.exists(output):
        return None
    try:
        about = model_file.load(output).about
    except ModelError:
        return None
    mark = about.get("training", {}).get("fingerprint")
    return mark if isinstance(mark, str) else None
