"""The model card: what a model was made from, what it scores, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wiretag.files import written_beside
from wiretag.model import Model
from wiretag_train import report

_TEXT = """# Model card: wiretag's default model

Tags news items and press releases with sectors, topics and the language.
{n_features:,} features, {n_weights:,} weights, {n_languages} languages: {languages}.

## Made from

{sources}

Seed {seed}; {costs}. Corpus fingerprint `{corpus}`.

## Scores

Items that the model has never seen. "wire-heldout" are wire items written apart from the others for this project;
"annotated" are real English items (Reuters-21578, BBC News) with our labels; the others count only the labels that
their source annotates.

{table}

## Not for

Decisions about people; texts other than news and releases; languages that are not named above. Most of the training
text was written for the project by a language model under its founders' direction, see the datasheet in `data/corpora`:
the model knows the words of the news as of its writing, and nothing of later names.

Licence: {licence}
"""


def write(model: Model, record: Mapping[str, Any], path: Path) -> None:
    """Write the card as Markdown."""
    training = model.about["training"]
    languages = next((f.labels for f in model.facets if f.name == "language"), ())
    sources = "\n".join(
        f"- {s['name']} {s['version']}: "
        + (f"left out ({s['skipped']})" if "skipped" in s else f"{s['items']:,} items; {s['licence']}")
        for s in record["sources"]
    )
    text = _TEXT.format(
        n_features=len(model.vectoriser.vocabulary),
        n_weights=len(model.weights),
        n_languages=len([language for language in languages if language != "und"]),
        languages=", ".join(languages),
        sources=sources,
        seed=training["seed"],
        costs=", ".join(f"C {cost} for {facet}" for facet, cost in training["costs"].items()),
        corpus=training["corpus"][:16],
        table=report.table(model.about["metrics"]),
        licence=model.about["licence"],
    )
    with written_beside(path) as beside:
        beside.write_text(text, encoding="utf-8")


def with_section(path: Path, title: str, text: str) -> None:
    """Put a section at the end of a card, in place of one of the same title."""
    head = f"\n## {title}\n"
    card = path.read_text(encoding="utf-8").partition(head)[0].rstrip("\n")
    with written_beside(path) as beside:
        beside.write_text(f"{card}\n{head}\n{text}\n", encoding="utf-8")
