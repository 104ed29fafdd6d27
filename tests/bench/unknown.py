"""Is the default model silent on what it cannot read, and on texts about nothing? Our own paragraphs, `unknown.jsonl`.

Each line has the language and what the text is about: of news in a language that the model was not taught, the topics that
would be right; a topic that is right all the same, by a name or a loanword, is no harm.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from abstention import because
from tables import table

from wiretag.tagger import LANGUAGE_FACET, UNKNOWN_LANGUAGE, Tagger, Tags
from wiretag_data.item import Item
from wiretag_data.sources.wire import HELD_OUT
from wiretag_train.default_set import languages_of
from wiretag_train.wordlists import other_languages

TEXTS: Final = Path(__file__).with_name("unknown.jsonl")
NEWS, NOTHING = "unknown language", "nothing"
# Characters: the median of the paragraphs in unknown languages.
_BEGINNING = 210
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """A text, what is known of it, what the model says, and how probable it finds its language."""

    language: str
    about: str
    topics: tuple[str, ...]
    text: str
    tags: Tags
    sure: float

    @property
    def wrong(self) -> list[str]:
        """Topics given that the text is not about."""
        return [topic for topic in self.tags.labels("topic") if topic not in self.topics]


def answers(tagger: Tagger, kind: str) -> list[Answer]:
    """What the model says of the texts of a kind."""
    rows = [row for row in map(json.loads, TEXTS.read_text(encoding="utf-8").splitlines()) if row["kind"] == kind]
    known = [(row["language"], row["about"], tuple(row["topics"]), row["text"]) for row in rows]
    return list(_answers(tagger, known))


def ordinary(tagger: Tagger, items: Sequence[Item]) -> list[Answer]:
    """The same of the beginnings of the held-out wire items, about as long as our paragraphs."""
    own = [item for item in items if item.source == HELD_OUT]
    return list(_answers(tagger, [(i.language, "wire", tuple(i.labels["topic"]), i.text[:_BEGINNING]) for i in own]))


def _answers(tagger: Tagger, known: Sequence[tuple[str, str, tuple[str, ...], str]]) -> Iterator[Answer]:
    texts = [text for *_, text in known]
    columns = next(places for facet, places in tagger.model.columns() if facet.name == LANGUAGE_FACET)
    sure = tagger.probabilities(texts)[:, columns].max(axis=1)
    for row, tags, highest in zip(known, tagger.tag_many(texts), sure, strict=True):
        yield Answer(*row, tags, float(highest))


def rates(sets: dict[str, list[Answer]]) -> str:
    """Shares with any topic, a wrong or a likely one, any sector, and the language `und`."""
    rows: list[tuple[object, ...]] = []
    for name, own in sets.items():
        said = Counter(answer.tags.language for answer in own)
        rows.append(
            (
                name,
                len(own),
                _share([bool(answer.tags.labels("topic")) for answer in own]),
                _share([bool(answer.wrong) for answer in own]),
                _share([any(tag.probability >= _LIKELY for tag in answer.tags["topic"]) for answer in own]),
                _share([bool(answer.tags.labels("sector")) for answer in own]),
                said[UNKNOWN_LANGUAGE] / len(own),
                float(np.median([answer.sure for answer in own])),
            )
        )
    likely = f"a topic with a probability of {_LIKELY} or more"
    head = (
        "texts",
        "n",
        "any topic",
        "a wrong topic",
        likely,
        "any sector",
        "language `und`",
        "median probability of the language",
    )
    return table(head, rows)


def by_language(tagger: Tagger, news: Sequence[Answer]) -> str:
    """The unknown languages apart: which are trained on as `und`, and what the model takes them for."""
    listed = other_languages(languages_of(tagger.facets))
    rows: list[tuple[object, ...]] = []
    for language in dict.fromkeys(answer.language for answer in news):
        own = [answer for answer in news if answer.language == language]
        said = ", ".join(f"{answer.tags.language} {answer.sure:.2f}" for answer in own)
        topics = sum(bool(answer.tags.labels("topic")) for answer in own)
        wrong, sectors = sum(bool(answer.wrong) for answer in own), sum(bool(answer.tags.labels("sector")) for answer in own)
        rows.append((language, "yes" if language in listed else "no", len(own), topics, wrong, sectors, said))
    return table(("language", "words taught as `und`", "n", "any topic", "a wrong topic", "any sector", "said to be"), rows)


def by_kind(nothing: Sequence[Answer]) -> str:
    """The texts about nothing apart: how many of each kind get a topic, and which."""
    rows: list[tuple[object, ...]] = []
    for about in dict.fromkeys(answer.about for answer in nothing):
        own = [answer for answer in nothing if answer.about == about]
        topics = Counter(topic for answer in own for topic in answer.tags.labels("topic"))
        sectors = Counter(sector for answer in own for sector in answer.tags.labels("sector"))
        n = sum(bool(answer.tags.labels("topic")) for answer in own)
        rows.append((about, len(own), n, _counted(topics), _counted(sectors)))
    return table(("texts", "n", "any topic", "topics", "sectors"), rows)


def wrong_topics(tagger: Tagger, found: Sequence[Answer]) -> str:
    """Every wrong topic, and the words that speak for it most."""
    explaining = _apart(tagger)
    rows: list[tuple[object, ...]] = []
    for answer in found:
        probable = {tag.label: tag.probability for tag in answer.tags["topic"]}
        for topic in answer.wrong:
            words = because(explaining, [answer.text], f"topic/{topic}")
            rows.append((answer.language, answer.about, topic, probable[topic], words))
    return table(("language", "text", "wrong topic", "probability", "because of"), rows)


def _apart(tagger: Tagger) -> Tagger:
    """The same model with labels named by their facet: some are a sector and a topic, and `explain` takes the first it finds."""
    facets = [
        replace(facet, labels=tuple(f"{facet.name}/{label}" for label in facet.labels), beside={}) for facet in tagger.facets
    ]
    return Tagger(replace(tagger.model, facets=tuple(facets)))


def _share(values: Sequence[bool]) -> float:
    return float(np.mean(values))


def _counted(labels: Counter[str]) -> str:
    return ", ".join(f"{label} {n}" for label, n in labels.most_common())
