"""How far probabilities and silence can be trusted: `make bench-trust` writes TRUST.md and reliability.svg beside this file."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import abstention
import calibration
import unknown
from calibration import Decisions
from own_model import trained

from corpora import CORPORA, Corpus
from wiretag.files import written_beside
from wiretag.origin import find_model
from wiretag.tagger import Tagger
from wiretag_data import corpus as corpus_files
from wiretag_data.item import Item
from wiretag_train.cli import CORPUS

HERE: Final = Path(__file__).parent
RESULTS, PLOT = HERE / "TRUST.md", HERE / "reliability.svg"
# One whose items have several labels, and one whose items have one each.
_OWN: Final = ("r90", "20ng")


def main() -> None:
    if corpus_files.read_record(CORPUS) is None:
        raise SystemExit("No corpus on disk: there are no test items of the default model. `make train` builds it.")
    path = Path(find_model(None))
    tagger = Tagger.load(path)
    parts, record = corpus_files.load(CORPUS)
    corpora = {name: CORPORA[name]() for name in (*_OWN, "bbc")}
    own = [decisions for name in _OWN for decisions in _of_own_model(corpora[name])]
    default = calibration.of_default(tagger, parts["test"], corpus_files.coverage(record))
    text = "\n\n".join((_head(path), _calibration(own, default), _untaught(corpora), _unknown(tagger, parts["test"])))
    with written_beside(RESULTS) as beside:
        beside.write_text(text + "\n", encoding="utf-8")
    calibration.plot([*own, *default], PLOT)
    print(text)


def _of_own_model(corpus: Corpus) -> list[Decisions]:
    return calibration.of_corpus(trained(corpus.train, corpus.test), corpus)


def _head(path: Path) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("wiretag", "numpy", "scikit-learn"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return f"""# How far probabilities and silence can be trusted

Made by `make bench-trust`; Python {platform.python_version()}, {libraries}; the default model is the file whose SHA-256 begins
with {digest}. Corpora are those of `make bench`; models of own data are trained by `wiretag train --data TRAIN --test TEST`."""


def _calibration(own: Sequence[Decisions], default: Sequence[Decisions]) -> str:
    return f"""## Do probabilities come true?

Expected calibration error over 15 equally wide bins: how far, on average, a probability is from the share of decisions that
come true. A decision is an item and a label that its source covers; in a facet of which one label holds (20 Newsgroups,
language), the most probable label of an item. Most labels of most items are near 0 and rightly so, which flatters the error
over all decisions: it stands beside the error of those with a probability of 0.1 or more. "By chance" is the error that
exactly right probabilities would show with as many decisions, since few of them never come out even.

Models of own data, tested on the corpora's test parts (`make bench-trust`):

{calibration.errors(own)}

The default model, tested on held-out wire items and on real English items annotated by the project (`make bench-trust`):

{calibration.errors(default)}

![Reliability](reliability.svg)

In each bin: mean probability, share that came true, number of decisions (`make bench-trust`).

{calibration.reliability(own)}

{calibration.reliability(default)}"""


def _untaught(corpora: dict[str, Corpus]) -> str:
    return f"""## Silence about labels that were never taught

R90 without some of its labels: all training items that have one of them are taken out, the model is trained on the rest
(`wiretag train --data`), and test items that have none but hidden labels are tagged. Whatever they get is false. Where all
training items have a label, a model learns that one always holds; so a second model is trained on the same items without
another sixth of the labels, of which some items then have none (`make bench-trust`).

{abstention.hidden_labels(corpora["r90"])}

BBC News, each section left out in turn. Here every item has one label, so the model always answers; the figures are the highest
probability of each test item, at the quantiles and as shares (`make bench-trust`).

{abstention.left_out_sections(corpora["bbc"])}"""


def _unknown(tagger: Tagger, items: Sequence[Item]) -> str:
    news, nothing = (unknown.answers(tagger, kind) for kind in (unknown.NEWS, unknown.NOTHING))
    sets = {
        "news in unknown languages": news,
        "texts about nothing": nothing,
        "beginnings of held-out wire items": unknown.ordinary(tagger, items),
    }
    return f"""## Silence of the default model

Paragraphs written for this test (`unknown.jsonl`): news in languages that the model was not taught, or of which it was taught
no more than that their words are `und`; and texts about nothing in its own languages. Beside them, beginnings of held-out wire
items, as long as the paragraphs (`make bench-trust`).

{unknown.rates(sets)}

News in unknown languages, number of paragraphs, and for each one the language given with its probability (`make bench-trust`):

{unknown.by_language(tagger, news)}

Texts about nothing (`make bench-trust`):

{unknown.by_kind(nothing)}

Every topic that is wrong, and the words that add most to its score (`make bench-trust`):

{unknown.wrong_topics(tagger, [*news, *nothing])}"""


if __name__ == "__main__":
    main()
