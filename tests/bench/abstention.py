"""Does a model keep silent about what it does not know? Labels and sections that it was never taught."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from own_model import Rows, trained
from tables import table

from corpora import Corpus
from wiretag.tagger import Tagger

# The two largest labels are most of R90; every sixth of the others is hidden.
_LARGEST, _STEP = 2, 6
_THRESHOLDS: Final = (0.5, 0.9)
_N_WORDS, _N_CONFUSED = 5, 12


def hidden_labels(corpus: Corpus) -> str:
    """R90 without some of its labels: what items of these alone are taken for."""
    count = Counter(label for _, labels in corpus.train for label in labels)
    ranked = sorted(count, key=lambda label: (-count[label], label))
    hidden, dropped = set(ranked[_LARGEST::_STEP]), set(ranked[_LARGEST + _STEP // 2 :: _STEP])
    train = [row for row in corpus.train if hidden.isdisjoint(row[1])]
    bare = [(text, [label for label in labels if label not in dropped]) for text, labels in train]
    ordinary = [row for row in corpus.test if (hidden | dropped).isdisjoint(row[1])]
    strange = [row for row in corpus.test if hidden.issuperset(row[1])]
    tagger, taught = trained(train, ordinary), trained(bare, ordinary)
    silent = f"{sum(not labels for _, labels in bare):,} training items have no label"
    rows = [
        _tagged(f"{name}; {how}", own, tested)
        for how, own in (("all training items have a label", tagger), (silent, taught))
        for name, tested in (("hidden labels only", strange), ("no hidden label", ordinary))
    ]
    head = ("test items", "n", "with a tag", *(f"with a probability of {at} or more" for at in _THRESHOLDS))
    names = ", ".join(f"{label} ({count[label]})" for label in ranked if label in hidden)
    about = f"Hidden, with their training items: {names}; {len(corpus.train) - len(train):,} of {len(corpus.train):,} items go."
    return f"{about}\n\n{table(head, rows)}\n\n{_confused(tagger, strange)}"


def _tagged(name: str, tagger: Tagger, rows: Rows) -> tuple[object, ...]:
    probability = tagger.probabilities([text for text, _ in rows])
    shares = [float((probability >= at).any(axis=1).mean()) for at in _THRESHOLDS]
    return name, len(rows), float(tagger.model.given(probability).any(axis=1).mean()), *shares


def _confused(tagger: Tagger, strange: Rows) -> str:
    """Which label is given for which hidden one, and the words that speak for it most."""
    (facet,) = tagger.facets
    texts: dict[tuple[str, str], list[str]] = {}
    for (text, labels), tags in zip(strange, tagger.tag_many(text for text, _ in strange), strict=True):
        for given in tags.labels(facet.name):
            for label in labels:
                texts.setdefault((label, given), []).append(text)
    of_label = Counter(label for _, labels in strange for label in labels)
    order = sorted(texts, key=lambda pair: (-len(texts[pair]), pair))[:_N_CONFUSED]
    rows = [
        (label, of_label[label], given, len(texts[label, given]), because(tagger, texts[label, given], given))
        for label, given in order
    ]
    return table(("hidden label", "items", "given", "times", "because of"), rows)


def because(tagger: Tagger, texts: Sequence[str], label: str) -> str:
    """The words that add most to a label's score, all texts together."""
    added: dict[str, float] = defaultdict(float)
    for text in texts:
        for span in tagger.explain(text, label):
            added[span.text.lower()] += span.weight
    most = sorted((word for word in added if added[word] > 0), key=lambda word: (-added[word], word))[:_N_WORDS]
    return ", ".join(most) or "no word: the label's share alone"


def left_out_sections(corpus: Corpus) -> str:
    """An exclusive model always answers: how sure it is of items of a section that it was never taught."""
    rows: list[tuple[object, ...]] = []
    both: dict[str, list[float]] = {"left out": [], "taught": []}
    for section in corpus.labels:
        taught = [row for row in corpus.test if row[1] != [section]]
        tagger = trained([row for row in corpus.train if row[1] != [section]], taught)
        for kind, tested in (("left out", [row for row in corpus.test if row[1] == [section]]), ("taught", taught)):
            own = tagger.probabilities([text for text, _ in tested])
            highest = own.max(axis=1).tolist()
            both[kind] += highest
            answers = Counter(tagger.model.label_ids[n] for n in own.argmax(axis=1)).most_common()
            said = ", ".join(f"{label} {n}" for label, n in answers)
            rows.append((section, kind, *_spread(highest), said))
    rows += [("all", kind, *_spread(values), "") for kind, values in both.items()]
    return table(("section", "items", "n", "10%", "median", "90%", *(f"{at} or more" for at in _THRESHOLDS), "answers"), rows)


def _spread(highest: Sequence[float]) -> tuple[object, ...]:
    """Count, deciles and shares of the highest probabilities."""
    values = np.array(highest)
    shares = [float((values >= at).mean()) for at in _THRESHOLDS]
    return len(values), *(float(value) for value in np.quantile(values, (0.1, 0.5, 0.9))), *shares
