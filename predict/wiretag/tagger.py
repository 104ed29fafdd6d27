"""`Tagger`: a loaded model that tags texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wiretag import acceleration
from wiretag import model as model_file
from wiretag.errors import UsageError
from wiretag.features import blocks
from wiretag.model import MOST_PACKED_ROWS, Facet, Model, bent
from wiretag.origin import Origin, find_model, reloaded
from wiretag.vectors import Float32, Vectors
from wiretag.wire import WireItem, WireRules, parse

if TYPE_CHECKING:
    from pathlib import Path

# A word, or one character of a script without spaces.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff"
_WORDS = rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+"
# From so many texts that come alone on, spreading out the model's rows pays: a tenth of a second for a third of each one's time.
_MANY_SINGLES = 200
LANGUAGE_FACET = "language"
UNKNOWN_LANGUAGE = "und"


_Chosen = dict[str, list[list[tuple[str, float]]]]
_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, init=False)
class Tag:
    """One label given to a text."""

    label: str
    name: str
    probability: float

    def __init__(self, label: str, name: str, probability: float) -> None:
        _set_label(self, label)
        _set_name(self, name)
        _set_probability(self, probability)

    def to_dict(self) -> dict[str, Any]:
        return {"label": self.label, "name": self.name, "probability": round(self.probability, 4)}


# Frozen all the same; what a dataclass writes finds these anew each time, which is two fifths of what it takes to be made.
_set_label, _set_name, _set_probability = (vars(Tag)[name].__set__ for name in ("label", "name", "probability"))


@dataclass(frozen=True, slots=True, init=False)
class Tags:
    """What the model says of one text, and what its footer declares (which the model never sees).

    Attributes
    ----------
    language : id, "und" if unsure or if the model knows no languages.
    facets : facet -> its tags, the most probable first.
    declared : facet -> label ids.

    Examples
    --------
    >>> tags = Tags("en", {"topic": (Tag("sport", "Sport", 0.98765),)}, {"topic": ("sport",)})
    >>> tags.labels("topic")
    ['sport']
    >>> tags.to_dict()["topic"]
    [{'label': 'sport', 'name': 'Sport', 'probability': 0.9877}]
    """

    language: str
    facets: Mapping[str, tuple[Tag, ...]]
    declared: Mapping[str, tuple[str, ...]]

    def __init__(self, language: str, facets: Mapping[str, tuple[Tag, ...]], declared: Mapping[str, tuple[str, ...]]) -> None:
        _set_language(self, language)
        _set_facets(self, MappingProxyType(dict(facets)))
        _set_declared(self, MappingProxyType(dict(declared)) if declared else _NOTHING)

    def __hash__(self) -> int:
        return hash((self.language, frozenset(self.facets.items()), frozenset(self.declared.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.language, dict(self.facets), dict(self.declared))  # a view does not pickle

    def __getitem__(self, facet: str) -> tuple[Tag, ...]:
        return self.facets[facet]

    def labels(self, facet: str) -> list[str]:
        """Ids of a facet's tags."""
        return [tag.label for tag in self.facets[facet]]

    def to_dict(self) -> dict[str, Any]:
        """The object of `predict --json`, without the file."""
        return {
            "language": self.language,
            **{facet: [tag.to_dict() for tag in tags] for facet, tags in self.facets.items()},
            "declared": {facet: list(labels) for facet, labels in self.declared.items()},
        }


_set_language, _set_facets, _set_declared = (vars(Tags)[name].__set__ for name in ("language", "facets", "declared"))


@dataclass(frozen=True)
class Span:
    """A part of a text and what it adds to a label's score; ``text[start:end]``."""

    start: int
    end: int
    text: str
    weight: float


class Tagger:
    """Tags texts with a model. Its answers never change after loading, so threads may share it.

    It may be sent to other processes: by the path of its model file, which is read once there and must be the same, if
    that is where it was loaded; otherwise as a whole.

    Examples
    --------
    >>> tagger = Tagger.load("models/wiretag.safetensors")
    >>> tagger.tag("The striker scored a late goal in the league final").labels("topic")
    ['sport']
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.origin: Origin | None = None
        self._singles = 0

    @classmethod
    def load(cls, path: str | Path | None = None) -> Tagger:
        """Read a model file, by default the one that `predict` takes, such as that of an installed package.

        Raises
        ------
        ModelError
            It is not there, or not a sound one.
        """
        path = find_model(None) if path is None else path
        origin = Origin.of(path)  # looked at first: a file that is put there meanwhile counts as another one
        tagger = cls(model_file.load(path))
        tagger.origin = origin
        return tagger

    @classmethod
    def loads(cls, data: bytes) -> Tagger:
        """`load` from the bytes of a model file.

        Examples
        --------
        >>> from pathlib import Path
        >>> tagger = Tagger.loads(Path("models/wiretag.safetensors").read_bytes())
        >>> [facet.name for facet in tagger.facets if "sport" in facet.labels]
        ['topic']
        """
        return cls(model_file.loads(data))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.origin is not None and (digest := self.origin.digest()):
            return reloaded, (type(self), self.origin.path, digest)
        return type(self), (self.model,)

    @property
    def facets(self) -> tuple[Facet, ...]:
        return self.model.facets

    @cached_property
    def rules(self) -> WireRules:
        names = {
            facet: {label: [name for names in by_language.values() for name in names] for label, by_language in labels.items()}
            for facet, labels in self.model.names.items()
        }
        return WireRules.gather(self.model.wire.values(), names)

    def parse(self, raw: str) -> WireItem:
        """The story without what is said of its sender, and the footer's labels."""
        return parse(raw, self.rules) if self.model.wire else WireItem(raw)

    def tag(self, text: str, *, threshold: float | None = None, names: str = "item") -> Tags:
        """Tags of one raw item; see `tag_many`."""
        return next(self.tag_many([text], threshold=threshold, names=names))

    def tag_many(self, texts: Iterable[str], *, threshold: float | None = None, names: str = "item") -> Iterator[Tags]:
        """Tags of each raw item, in order, in bounded memory.

        Parameters
        ----------
        texts : raw items; footers, disclaimers and the like are taken off first.
        threshold : give every label with at least this probability, instead of the model's own thresholds.
        names : language of the labels' names; "item" takes each item's own.

        Examples
        --------
        >>> tagger = Tagger.load("models/wiretag.safetensors")
        >>> texts = ["The coach praised the striker after the final", "Doctors and nurses of the clinic treat patients"]
        >>> [tags.labels("topic") for tags in tagger.tag_many(texts)]
        [['sport'], ['health']]
        """
        for block in blocks(_strings(texts)):
            items = [self.parse(raw) for raw in block] if self.model.wire else None
            chosen = self._chosen(self._probabilities([item.text for item in items] if items else block), threshold)
            yield from self._tags(len(block), chosen, [item.declared for item in items] if items else None, names)

    def probabilities(self, texts: Sequence[str]) -> Float32:
        """Probability of every label for raw items, shape [n_texts, n_labels], in the order of `model.label_ids`.

        Examples
        --------
        >>> tagger = Tagger.load("models/wiretag.safetensors")
        >>> rows = tagger.probabilities(["The striker scored a goal", "Patients leave the hospital"])
        >>> rows.shape == (2, len(tagger.model.label_ids))
        True
        """
        parts = [self._probabilities([self.parse(raw).text for raw in block]) for block in blocks(_strings(texts))]
        return np.concatenate(parts) if parts else np.empty((0, len(self.model.label_ids)), np.float32)

    def _probabilities(self, stories: Sequence[str]) -> Float32:
        """Of the stories of a block, which are no longer than the raw items."""
        return self.calibrated(self.scores(self.model.vectoriser.block(stories)))

    def scores(self, vectors: Vectors) -> Float32:
        """Linear scores, shape [n_texts, n_labels]: only the weights of the features that occur are touched.

        Sums are exact enough in double precision for a text to score the same alone, where spreading out the model's
        dense rows does not pay at first, and among others.
        """
        if len(self.model.scales) <= MOST_PACKED_ROWS and (compiled := acceleration.loaded()) is not None:
            return self.model.with_common(compiled.sums(self.model, vectors) * self.model.scales)
        self._singles += vectors.n_texts == 1
        if vectors.n_texts == 1 and self._singles < _MANY_SINGLES and not self.model.is_dense:
            return self.model.with_common(self._sparse_sums(vectors) * self.model.scales)
        self.model.vectoriser.vocabulary.tabulate()  # whoever reads whole rows looks up many features
        place, rows = self.model.dense
        at = place.take(vectors.features)
        rare, often = np.flatnonzero(at < 0), np.flatnonzero(at >= 0)
        offsets = np.searchsorted(rare, vectors.offsets)
        sums = self._sparse_sums(Vectors(offsets, vectors.features.take(rare), vectors.values.take(rare)))
        at, values = at.take(often), vectors.values.take(often).astype(np.float64)
        bounds = np.searchsorted(often, vectors.offsets).tolist()
        for text, (first, last) in enumerate(pairwise(bounds)):
            sums[text] += values[first:last] @ rows.take(at[first:last], axis=0).astype(np.float64)
        return self.model.with_common(sums * self.model.scales)

    def _sparse_sums(self, vectors: Vectors) -> NDArray[np.float64]:
        """Sums of value times weight, in steps of the rows' scales, shape [n_texts, R]."""
        n_rows = len(self.model.scales)
        at, rows, values = self.model.weights.of(vectors.features)
        products = values * vectors.values.astype(np.float64).take(at)
        first = np.repeat(np.arange(vectors.n_texts) * n_rows, np.diff(vectors.offsets))
        cells = first.take(at) + rows
        sums: NDArray[np.float64]
        sums = np.bincount(cells, products, vectors.n_texts * n_rows).astype(np.float64, copy=False)
        return sums.reshape(vectors.n_texts, n_rows)

    def calibrated(self, scores: Float32) -> Float32:
        """Scores to probabilities, both of shape [n_texts, n_labels]."""
        return self.probabilities_of(scores * self.model.slopes + self.model.shifts)

    def probabilities_of(self, logits: Float32) -> Float32:
        """Softmax, or logistic function after the bend, of each facet's logits, both of shape [n_texts, n_labels]."""
        result = np.empty_like(logits)
        for facet, columns in self.model.columns():
            part = logits[:, columns]
            if facet.exclusive:
                power = np.exp(part - part.max(axis=1, keepdims=True))
                result[:, columns] = power / power.sum(axis=1, keepdims=True)
            else:
                result[:, columns] = 1 / (1 + np.exp(-np.clip(bent(part, facet.bend), -60, 60)))
        return result

    def _chosen(self, probability: Float32, threshold: float | None) -> _Chosen:
        """Facet -> labels that each text is given, with their probabilities, the most probable first."""
        given = self.model.given(probability)
        chosen = {}
        for facet, columns in self.model.columns():
            own = probability[:, columns]
            keeps = given[:, columns] if threshold is None or facet.name == LANGUAGE_FACET else own >= threshold
            tags: list[list[tuple[str, float]]] = [[] for _ in own]
            rows, labels = np.nonzero(keeps)
            values = own[rows, labels]
            order = np.lexsort((labels, -values, rows))
            for row, label, value in zip(rows[order].tolist(), labels[order].tolist(), values[order].tolist(), strict=True):
                tags[row].append((facet.labels[label], value))
            chosen[facet.name] = tags
        return chosen

    def _tags(
        self, n: int, chosen: _Chosen, declared: Sequence[Mapping[str, tuple[str, ...]]] | None, names: str
    ) -> Iterator[Tags]:
        """Those of n texts that are chosen for: what is the same for all is looked up once."""
        languages = chosen.get(LANGUAGE_FACET)
        others = [(facet, tags) for facet, tags in chosen.items() if facet != LANGUAGE_FACET]
        for place in range(n):
            found = languages[place] if languages else None
            language = found[0][0] if found else UNKNOWN_LANGUAGE
            wanted = language if names == "item" else names
            named = self._names_in(wanted)
            facets = {facet: tuple([Tag(label, named[facet, label], p) for label, p in tags[place]]) for facet, tags in others}
            yield Tags(language, facets, declared[place] if declared else _NOTHING)

    @cached_property
    def _named(self) -> dict[str, dict[tuple[str, str], str]]:
        """What `_names_in` has made, by language."""
        return {}

    @cached_property
    def _languages_of_names(self) -> frozenset[str]:
        by_label = [names for labels in self.model.names.values() for names in labels.values()]
        return frozenset(language for names in by_label for language in names)

    def _names_in(self, language: str) -> dict[tuple[str, str], str]:
        """Facet and label -> name in a language, or in English if nothing has names in that."""
        if language not in self._languages_of_names:
            language = "en"
        if language not in self._named:
            self._named[language] = {
                (facet.name, label): self.name(facet.name, label, language) for facet in self.facets for label in facet.labels
            }
        return self._named[language]

    def explain(self, text: str, label: str, facet: str | None = None) -> list[Span]:
        """What each word of the story adds to a label's score, in the order of the text.

        Where several facets have a label of that id, `facet` says which is meant; without it the first is.

        The score is a sum over n-grams; each one's part is spread evenly over its places and characters, and a span
        (a word, or a character of a script without spaces) has the sum over its own. `start` and `end` count in
        ``tagger.parse(text).text``.

        Raises
        ------
        UsageError
            The model, or the facet, has no such label.

        Examples
        --------
        >>> tagger = Tagger.load("models/wiretag.safetensors")
        >>> spans = tagger.explain("It was the goal of a lifetime", "sport")
        >>> max(spans, key=lambda span: span.weight).text
        'goal'
        """
        column = self._column(label, facet)
        story = self.parse(text).text
        from wiretag.occurrences import occurrences

        model = self.model
        vectors = model.vectoriser.block([story])
        entry, rows, values = model.weights.of(vectors.features)
        parts = np.where(np.isin(rows, model.rows_of(column)), values * model.scales[rows].astype(np.float64), 0.0)
        parts = np.bincount(entry, parts, len(vectors.features)) * vectors.values
        part_of = {int(number): float(part) for number, part in zip(vectors.features, parts, strict=True) if part}
        places: dict[int, list[tuple[int, int]]] = {}
        for found in occurrences(story, model.vectoriser.config):
            number = int(model.vectoriser.vocabulary.features_of(np.array([found.column], np.uint32))[0])
            if number in part_of:
                places.setdefault(number, []).append((found.start, found.end))
        added = np.zeros(len(story))
        for number, spans in places.items():
            each = part_of[number] / len(spans)
            for start, end in spans:
                added[start:end] += each / (end - start)
        words = (match.span() for match in re.finditer(_WORDS, story))
        return [Span(a, b, story[a:b], float(added[a:b].sum())) for a, b in words if added[a:b].any()]

    def _column(self, label: str, facet: str | None) -> int:
        """Place of a label on the label axis, in the facet that is named or else in the first that has it."""
        for own, columns in self.model.columns():
            if label in own.labels and facet in (None, own.name):
                start: int = columns.start
                return start + own.labels.index(label)
        known = ", ".join(label for own in self.facets if facet in (None, own.name) for label in own.labels)
        where = f"no label '{label}'" if facet is None else f"no label '{label}' in a facet '{facet}'"
        raise UsageError(f"The model has {where} (it has: {known or ', '.join(own.name for own in self.facets)}).")

    def name(self, facet: str, label: str, language: str = "en") -> str:
        """Name of a label in a language, else in English, else its id."""
        names = self.model.names.get(facet, {}).get(label, {})
        found = names.get(language) or names.get("en") or [label]
        return found[0]


def _strings(texts: Iterable[str]) -> Iterator[str]:
    """The items, if they are some: what else was given would be told of by whatever trips over it first."""
    if isinstance(texts, str):
        raise TypeError("This is one string: give a list of items, or use `tag` for one.")
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"An item is a string, and this one is {type(text).__name__}; decode bytes first.")
        yield text
