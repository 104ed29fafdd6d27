"""The model file: one safetensors file, checked before anything is built from it.

Tensors (F features, L labels of all facets together, R rows of weights):

=================  ========  =====================================================================================
columns            uint8     F ascending numbers, packed by `wiretag.varint`: number of the view << 20 | bucket
idf                uint8 F   inverse document frequency, in sixteenths
counts, labels,    uint8     which labels each feature has weights for, and the weights' levels, see `wiretag.weights`; the
masks, levels,               first two are uint16 where there are more than 255 rows. R = L rows of the labels, then one
common                       row of each facet that is not exclusive: the part that the weights of its labels have in
                             common, added to the score of every one of them
values             int16     of the levels of each row
scales             float32 R of these values
intercepts         float32 L
slopes, shifts     float32 L calibration: logit = slope * score + shift; probability = its softmax in a facet where
                             exactly one label holds, and elsewhere the sigmoid of the logit after the facet's ``bend``
thresholds         float32 L a label is given if its probability is at least this
=================  ========  =====================================================================================

The header's metadata holds JSON strings: ``format``, ``features``, ``weighting``, ``facets``, ``names``, ``wire``,
``metrics``, ``training``, ``licence``, and ``iptc`` where labels have codes of the IPTC's Media Topics.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from wiretag.errors import ModelError
from wiretag.features import BITS, SYLLABLES, VIEWS, FeatureConfig, Pairs
from wiretag.varint import pack_ascending, unpack_ascending
from wiretag.vectors import Vectoriser, ViewWeighting, Vocabulary
from wiretag.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path  # takes as long to import as a tenth of NumPy

FORMAT: Final = 2
# Features with weights for an eighth of the rows or more are spread out when many texts are tagged.
_DENSE_SHARE: Final = 8
# A cell of `Model.packed` has 15 bits for the row.
MOST_PACKED_ROWS: Final = 1 << 15
# safetensors reserves more, but a header past this is no model of ours.
_MAX_HEADER: Final = 32 << 20
_IDF_STEPS: Final = np.float32(16)
# What safetensors calls the types that a model has.
_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "U8": np.dtype("<u1"),
    "U16": np.dtype("<u2"),
    "I16": np.dtype("<i2"),
    "F32": np.dtype("<f4"),
}


@dataclass(frozen=True, slots=True)
class Facet:
    """A set of labels that answers one question.

    Attributes
    ----------
    name : such as "topic".
    labels : ids, in the order of the model's label axis.
    exclusive : exactly one label holds (softmax); otherwise each stands for itself.
    beside : label -> labels of which one always stands beside it, by the taxonomy's definition.
    floor : where no label reaches its threshold, the most probable is given if it is at least this probable.
    bend : slope of logits below 0, slope of those above, and shift, before a facet that is not exclusive takes the sigmoid.
    """

    name: str
    labels: tuple[str, ...]
    exclusive: bool = False
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    floor: float = 1.0
    bend: tuple[float, float, float] = (1.0, 1.0, 0.0)


def bent(logits: NDArray[Any], bend: tuple[float, float, float]) -> NDArray[Any]:
    """Logits as a facet's `bend` has them, of the same type."""
    low, high, shift = bend
    result: NDArray[Any] = np.where(logits < 0, logits * low, logits * high) + shift
    return result.astype(logits.dtype)


@dataclass(frozen=True)
class Model:
    """All that a model file says.

    Attributes
    ----------
    vectoriser : texts to vectors over the model's F features.
    facets : their labels, one after another, are the label axis of length L.
    weights : of all features, in steps of the rows' scales.
    scales, intercepts, slopes, shifts, thresholds : see the module's table.
    names : facet -> label -> language -> name and aliases.
    wire : language -> its distributors' words, see `wiretag.wire`.
    iptc : facet -> label -> its codes in the IPTC's Media Topics, such as "20000344".
    about : metrics, training record, licence: shown, never used.
    """

    vectoriser: Vectoriser
    facets: tuple[Facet, ...]
    weights: Weights
    scales: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    slopes: NDArray[np.float32]
    shifts: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    names: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = field(default_factory=dict)
    wire: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    iptc: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return {own.name: getattr(self, own.name) for own in fields(self)}  # what is made when needed does not travel

    @cached_property
    def dense(self) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
        """Features with weights for many rows, spread out: place of each feature (-1: sparse), shape [F]; and for each place
        the weights in every row, in steps of its scale, shape [D, R].

        A fifth of the default model's features hold nearly all weights that a text touches; reading whole rows of them
        is several times as fast as adding weight by weight.
        """
        n_rows, counts = len(self.scales), self.weights.counts
        often = np.flatnonzero(counts >= max(n_rows // _DENSE_SHARE - self.weights.n_common, 1))
        place = np.full(len(counts), -1, np.int32)
        place[often] = np.arange(len(often))
        return place, self.weights.spread(often)

    @cached_property
    def packed(self) -> tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int32]]:
        """All weights once more, laid out for one look at each feature that occurs: place of each feature, shape [F]; the rows
        of `dense`; and the weights of the other features, a cell each.

        A place below the number of rows is that of a row, one from there on that of the feature's first cell, counted from
        there, and -1 is none. A cell is ``last << 31 | row << 16 | weight``, the latter in 16 bits; `last` marks the
        feature's last one. There may be `MOST_PACKED_ROWS` rows.
        """
        place, rows = self.dense
        rare = np.flatnonzero((place < 0) & (self.weights.counts + self.weights.n_common > 0))
        at, row, values = self.weights.of(rare)
        order = np.argsort(at, kind="stable")
        ends = np.searchsorted(at.take(order), np.arange(len(rare)), "right")
        cells = (row.astype(np.uint32) << np.uint32(16) | values.view(np.uint16)).take(order)
        cells[ends - 1] |= np.uint32(1 << 31)
        place = place.copy()
        place[rare] = len(rows) + np.append(0, ends[:-1])[: len(rare)]
        return place, rows, cells.view(np.int32)

    @property
    def is_dense(self) -> bool:
        """Whether `dense` is there already: it would take longer to make than a single text to tag."""
        return "dense" in self.__dict__

    @property
    def label_ids(self) -> list[str]:
        """Ids of all labels of all facets, length L."""
        return [label for facet in self.facets for label in facet.labels]

    def columns(self) -> Iterator[tuple[Facet, slice]]:
        """Each facet with its place on the label axis."""
        start = 0
        for facet in self.facets:
            yield facet, slice(start, start + len(facet.labels))
            start += len(facet.labels)

    def given(self, probability: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which labels are given at these probabilities, both of shape [n_texts, L]."""
        given: NDArray[np.bool_] = probability >= self.thresholds
        for facet, columns in self.columns():
            part, own = probability[:, columns], given[:, columns]
            if not len(facet.labels):
                continue
            best, rows = part.argmax(axis=1), np.arange(len(part))
            if facet.exclusive:
                own[:] = False
                own[rows, best] = True
                continue
            alone = ~own.any(axis=1) & (part[rows, best] >= facet.floor)
            own[rows[alone], best[alone]] = True
            for label, others in facet.beside.items():
                places = np.array([facet.labels.index(other) for other in others])
                lacking = np.flatnonzero(own[:, facet.labels.index(label)] & ~own[:, places].any(axis=1))
                own[lacking, places[part[lacking][:, places].argmax(axis=1)]] = True
        return given

    def rows_of(self, label: int) -> list[int]:
        """Rows whose weights add up to those of a label: its own, and what its facet has in common."""
        rows, common = [label], len(self.label_ids)
        for facet, columns in self.columns():
            if columns.start <= label < columns.stop and not facet.exclusive:
                rows.append(common)
            common += not facet.exclusive
        return rows

    def with_common(self, sums: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Linear scores, shape [n_texts, L], from the sums of all rows, shape [n_texts, R]."""
        common = len(self.label_ids)
        scores = sums[:, :common] + self.intercepts
        for facet, columns in self.columns():
            if not facet.exclusive:
                scores[:, columns] += sums[:, common, None]
                common += 1
        return scores.astype(np.float32)


def save(model: Model, path: Path) -> None:
    """Write the model beside `path` and then put it in its place."""
    from wiretag.files import written_beside

    data = to_bytes(model)
    with written_beside(path) as beside:
        beside.write_bytes(data)


def to_bytes(model: Model) -> bytes:
    """The model file as `save` writes it and `loads` reads it."""
    from safetensors.numpy import save as to_safetensors

    vectoriser = model.vectoriser
    tensors = {
        "columns": pack_ascending(vectoriser.vocabulary.columns),
        "idf": _steps(vectoriser.vocabulary.idf),
        **{name: getattr(model.weights, name) for name in _WEIGHTS},
        **{name: getattr(model, name) for name in _VECTORS},
    }
    metadata = {
        "format": FORMAT,
        "features": asdict(vectoriser.config),
        "weighting": {view: asdict(how) for view, how in vectoriser.weighting.items()},
        "facets": [asdict(facet) for facet in model.facets],
        "names": model.names,
        "wire": model.wire,
        **({"iptc": model.iptc} if model.iptc else {}),
        **model.about,
    }
    texts = {key: json.dumps(value, ensure_ascii=False, sort_keys=True) for key, value in metadata.items()}
    data = to_safetensors({name: np.ascontiguousarray(array) for name, array in tensors.items()}, texts)
    return _sorted_metadata(data)


_WEIGHTS: Final = {
    "counts": (np.uint16, np.uint8), "labels": (np.uint16, np.uint8), "masks": (np.uint8,), "levels": (np.uint8,),
    "common": (np.uint8,), "values": (np.int16,),
}  # fmt: skip
_VECTORS: Final = ("scales", "intercepts", "slopes", "shifts", "thresholds")
_TENSORS: Final = {"columns": (np.uint8,), "idf": (np.uint8,), **_WEIGHTS, **dict.fromkeys(_VECTORS, (np.float32,))}


def in_steps(idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inverse document frequencies as a model file holds them: in sixteenths, at most 15.9."""
    return _steps(idf).astype(np.float32) / _IDF_STEPS


def _steps(idf: NDArray[np.float32]) -> NDArray[np.uint8]:
    steps: NDArray[np.uint8] = np.minimum(np.rint(idf * _IDF_STEPS), 255).astype(np.uint8)
    return steps


def _sorted_metadata(data: bytes) -> bytes:
    """The same file with its header's keys in order: safetensors writes them as a hash map has them."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    text = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def load(path: str | Path) -> Model:
    """Check a model file and map it into memory: only what an item needs of it is ever read.

    A file that is written over while a model is in use would change the model: put a new file in its place, as `save` does
    (on Windows, once nobody uses the old one). The tensors are read-only.

    Raises
    ------
    ModelError
        The file is missing, not a wiretag model, damaged, or of a format that this version does not read.
    """
    try:
        data = _mapped(path)
    except FileNotFoundError:
        raise ModelError(f"There is no model at {path}. Train one with `make train`, or name one with --model.") from None
    except OSError as error:
        raise ModelError(f"The model {path} cannot be read: {error.strerror}.") from None
    return loads(data, str(path))


def _mapped(path: str | Path) -> bytes | mmap.mmap:
    with open(path, "rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # a pipe, an empty file, a file system that maps nothing
            return file.read()


def loads(data: bytes | mmap.mmap, name: str = "model") -> Model:
    """`load` from bytes; `name` is used in messages."""
    metadata, tensors = _parse(data, name)
    version = metadata.get("format", "none")
    if version != FORMAT:
        named = f"{name} is no wiretag model of format {FORMAT} (it names {version})"
        raise ModelError(f"{named}. Upgrade wiretag if it is newer, or train it again.")
    try:
        return _build(metadata, tensors)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ModelError(f"{name} is damaged: {_sentence(error)} Train it again, or fetch it again.") from None


def _parse(data: bytes | mmap.mmap, name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    foreign = ModelError(f"{name} is not a wiretag model (no readable safetensors header).")
    if len(data) < 8:
        raise foreign
    (length,) = struct.unpack("<Q", data[:8])
    if length > min(_MAX_HEADER, len(data) - 8):
        if data[8:9] == b"{" and length <= _MAX_HEADER:
            raise ModelError(f"{name} is cut short: its header is incomplete. Train it again, or fetch it again.")
        raise foreign
    try:
        header = json.loads(data[8 : 8 + length])
        metadata = {key: json.loads(value) for key, value in header.get("__metadata__", {}).items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise foreign from None
    try:
        return metadata, _tensors(header, np.frombuffer(data, np.uint8, offset=8 + length))
    except (AttributeError, KeyError, ValueError, TypeError):
        raise ModelError(f"{name} is damaged or cut short. Train it again, or fetch it again.") from None


def _tensors(header: Mapping[str, Any], buffer: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """The tensors as views of the buffer, which must cover it one after another, each as long as its shape says.

    https://github.com/huggingface/safetensors#format; the library itself would copy every tensor.
    """
    entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    tensors, at = {}, 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        (length,) = entry["shape"]
        dtype = _TYPES[entry["dtype"]]
        begin, end = entry["data_offsets"]
        if not (type(length) is type(begin) is type(end) is int and begin == at <= end == begin + length * dtype.itemsize):
            raise ValueError("a tensor is not where it should be")
        tensors[name] = buffer[begin:end].view(dtype)
        at = end
    if at != len(buffer):
        raise ValueError("the tensors do not fill the file")
    return tensors


def _build(metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Model:
    facets = tuple(
        Facet(str(f["name"]), tuple(map(str, f["labels"])), bool(f["exclusive"]), _beside(f), float(f["floor"]), _bend(f))
        for f in metadata["facets"]
    )
    n_labels = sum(len(facet.labels) for facet in facets)
    for name, dtypes in _TENSORS.items():
        if tensors[name].dtype not in dtypes or tensors[name].ndim != 1:
            raise ValueError(f"the tensor '{name}' has the wrong type")
    columns = unpack_ascending(tensors["columns"])
    if len(tensors["idf"]) != len(columns):
        raise ValueError("the vocabulary has the wrong shape")
    if len(columns) and columns[-1] >= len(VIEWS) << BITS:
        raise ValueError("the vocabulary names a view that does not exist")
    n_common = sum(not facet.exclusive for facet in facets)
    weights = Weights(**{name: tensors[name] for name in _WEIGHTS}, n_rows=n_labels + n_common)
    weights.check(len(columns), n_labels, n_common)
    vectors = {name: tensors[name] for name in _VECTORS}
    if any(len(vector) != n_labels + (n_common if name == "scales" else 0) for name, vector in vectors.items()):
        raise ValueError("the calibration does not fit the labels")
    if not all(np.isfinite(vector).all() for vector in vectors.values()):
        raise ValueError("a number is not finite")
    features = metadata["features"]
    config = FeatureConfig(
        pairs=_pairs(features["pairs"]),
        chars=_lengths(features["chars"]) if features["chars"] is not None else None,
        ideographs=_lengths(features["ideographs"]),
        syllables=_lengths(features["syllables"]),
        hangul=_lengths(features["hangul"]),
        title=bool(features["title"]),
    )
    weighting = {
        view: ViewWeighting(*(float(how[key]) for key in ("weight", "k", "b", "average_length")))
        for view, how in metadata["weighting"].items()
    }
    if set(weighting) != set(config.views):
        raise ValueError("the weighting does not fit the views")
    vocabulary = Vocabulary(columns, np.divide(tensors["idf"], _IDF_STEPS, dtype=np.float32))
    known = ("format", "features", "weighting", "facets", "names", "wire", "iptc")
    about = {key: value for key, value in metadata.items() if key not in known}
    iptc = {
        facet: {label: tuple(map(str, codes)) for label, codes in labels.items()}
        for facet, labels in metadata.get("iptc", {}).items()
    }
    names, wire = metadata["names"], metadata["wire"]
    if not isinstance(names, dict) or not isinstance(wire, dict):
        raise ValueError("the names are not a table")
    vectoriser = Vectoriser(config, weighting, vocabulary)
    return Model(vectoriser, facets, weights, names=names, wire=wire, iptc=iptc, about=about, **vectors)


def _beside(facet: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    rules = {str(label): tuple(map(str, others)) for label, others in facet["beside"].items()}
    if not {label for key, others in rules.items() for label in (key, *others)} <= set(facet["labels"]):
        raise ValueError("a rule names an unknown label")
    if not all(rules.values()):
        raise ValueError("a rule names no label to stand beside another")
    return rules


def _bend(facet: Mapping[str, Any]) -> tuple[float, float, float]:
    low, high, shift = map(float, facet.get("bend", (1.0, 1.0, 0.0)))  # files of before have none
    if not (np.isfinite([low, high, shift]).all() and low > 0 and high > 0):
        raise ValueError("the bend of a facet is out of range")
    return low, high, shift


def _pairs(value: Any) -> Pairs:
    if not isinstance(value, bool) and value != SYLLABLES:
        raise ValueError("the pairs are not known")
    pairs: Pairs = value
    return pairs


def _lengths(pair: Any) -> tuple[int, int]:
    low, high = (int(n) for n in pair)
    if not 1 <= low <= high <= 16:
        raise ValueError("the n-gram lengths are out of range")
    return low, high


def _sentence(error: Exception) -> str:
    return f"'{error.args[0]}' is missing." if isinstance(error, KeyError) else f"{error}."
