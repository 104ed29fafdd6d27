"""The default model in every language: `make bench-languages` prints it; LANGUAGES.md and the model card keep it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import py3langid
from devsets import FOLDER, DevSet, dev_sets, score
from tables import table

from wiretag.files import written_beside
from wiretag.origin import find_model
from wiretag.tagger import LANGUAGE_FACET, Tagger
from wiretag_data import corpus as corpus_files
from wiretag_data.agreement import annotated_twice, krippendorff_alpha, micro_f1
from wiretag_data.annotations import SOURCE as ANNOTATED
from wiretag_data.sources.wire import HELD_OUT
from wiretag_data.taxonomy import FACETS
from wiretag_train import report
from wiretag_train.card import with_section
from wiretag_train.cli import CORPUS
from wiretag_train.default import measured

RESULTS = Path(__file__).with_name("LANGUAGES.md")
# py3langid knows one Chinese; our two are told apart by us alone.
_THEIRS = {"zh-Hans": "zh", "zh-Hant": "zh"}


def main() -> None:
    path = Path(find_model(None))
    tagger = Tagger.load(path)
    sets = [dev for dev in dev_sets() if dev.texts]
    text = "\n\n".join(part for part in (_real_news(tagger, sets), _own(tagger), _languages(tagger, sets)) if part)
    print(text)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("wiretag", "numpy", "py3langid"))
    made = f"Made by `make bench-languages`; Python {platform.python_version()}, {libraries}."
    head = f"# The default model in every language\n\n{made}\n\n"
    with written_beside(RESULTS) as beside:
        beside.write_text(head + text + "\n", encoding="utf-8")
    card = path.with_suffix(".md")
    if card.exists():
        with_section(card, "Real news in every language", text)


def _real_news(tagger: Tagger, sets: list[DevSet]) -> str:
    """Topics on other people's classes, see `devsets`."""
    if not sets:
        return f"No dev sets in {FOLDER.parent.name}/{FOLDER.name}: real news is not measured."
    topics, columns = _columns(tagger, "topic")
    rows, of_sentences = [], []
    for dev in sets:
        found = score(dev, tagger.probabilities(dev.texts)[:, columns], topics)
        rows.append((dev.name, dev.language, len(dev.texts), dev.left_out, found.macro_f1, found.accuracy))
        if dev.name.startswith("sib200"):
            of_sentences.append(found.macro_f1)
    if of_sentences:
        rows.append(("sib200-16", "mean", "", "", float(np.mean(of_sentences)), ""))
    return table(("set", "language", "items", "left out", "macro-F1", "accuracy"), rows)


def _own(tagger: Tagger) -> str:
    """Held-out wire items in each language, and annotated real items, of the corpus on disk."""
    if corpus_files.read_record(CORPUS) is None:
        return "No corpus on disk: held-out and annotated items are not measured. `make train` builds it."
    parts, record = corpus_files.load(CORPUS)
    items = [item for item in parts["test"] if item.source in (HELD_OUT, ANNOTATED)]
    figures = measured(tagger, items, corpus_files.coverage(record))
    by_language = {name: own for name, own in figures.items() if name.startswith(f"{HELD_OUT} ")}
    if by_language:
        figures[f"{HELD_OUT}, mean of languages"] = {
            facet: _mean([own[facet] for own in by_language.values()]) for facet in FACETS
        }
    agreement = "; ".join(
        f"{facet}: alpha {krippendorff_alpha(pairs):.3f}, micro-F1 {micro_f1(pairs):.3f} of {len(pairs)} items"
        for facet, pairs in annotated_twice().items()
    )
    return f"{report.table(figures)}\n\nAnnotators against each other (Krippendorff's alpha with MASI distances): {agreement}."


def _mean(figures: Sequence[report.Metrics]) -> report.Metrics:
    """Mean figures of several test sets, each counting the same; the items of all."""
    means = {name: float(np.mean([own[name] for own in figures])) for name in ("micro_f1", "macro_f1", "calibration_error")}
    return {"items": sum(own["items"] for own in figures), **means}


def _languages(tagger: Tagger, sets: Iterable[DevSet]) -> str:
    """Accuracy of the language facet beside py3langid's, which may answer only with the languages of the set."""
    dev = [dev for dev in sets if dev.name.startswith("sib200")]
    if not dev:
        return ""
    languages, columns = _columns(tagger, LANGUAGE_FACET)
    py3langid.set_languages(sorted({_THEIRS.get(one.language, one.language) for one in dev}))
    rows = []
    for one in dev:
        best = tagger.probabilities(one.texts)[:, columns].argmax(axis=1)
        ours = float(np.mean([languages[n] == one.language for n in best]))
        theirs = float(np.mean([py3langid.classify(text)[0] == _THEIRS.get(one.language, one.language) for text in one.texts]))
        rows.append((one.language, len(one.texts), ours, theirs))
    n = sum(int(row[1]) for row in rows)
    rows.append(("all", n, sum(r[1] * r[2] for r in rows) / n, sum(r[1] * r[3] for r in rows) / n))
    return table(("language", "sentences", "wiretag", "py3langid (Chinese as one)"), rows)


def _columns(tagger: Tagger, facet: str) -> tuple[list[str], slice]:
    """Labels of a facet, and their place on the label axis."""
    found = next((entry for entry in tagger.model.columns() if entry[0].name == facet), None)
    if found is None:
        raise SystemExit(f"The model has no facet '{facet}'.")
    return list(found[0].labels), found[1]


if __name__ == "__main__":
    main()
