"""A model's weights as its file has them: half a byte or a byte each, and where a feature has many, a bit a label says which.

A weight is one of the N levels of its row, 16 or 256. Rows are those of the L labels, then C common ones, of what the labels of a
facet share: every feature has a weight in each of them. Of the labels' own weights most are pruned, so a feature lists its
labels, or has a mask of them if they are no fewer than the bytes of one. Z is the number of the labels' own weights.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Uint8 = NDArray[np.uint8]
# Levels that a byte holds two of.
FEW: Final = 16


@dataclass(frozen=True)
class Weights:
    """The weights of F features in R = L + C rows.

    Attributes
    ----------
    counts : shape [F], how many labels each feature has weights for.
    labels : which, in ascending order, feature by feature, where listing them takes less than a mask.
    masks : which, a bit a label, lowest first, of the other features.
    levels : shape [Z], number of each weight's level, ascending by label; of sixteen two a byte, the lower half first.
    common : shape [C, F], flat, the same of the common rows' weights, each row in bytes of its own.
    values : shape [R, N], flat, of the levels, in steps of the row's scale.
    n_rows : R.
    """

    counts: NDArray[np.uint16] | Uint8
    labels: NDArray[np.uint16] | Uint8
    masks: Uint8
    levels: Uint8
    common: Uint8
    values: NDArray[np.int16]
    n_rows: int

    def __len__(self) -> int:
        """How many weights there are."""
        return int(self.counts.sum(dtype=np.int64)) + self.n_common * len(self.counts)

    def __getstate__(self) -> dict[str, Any]:
        return {own.name: getattr(self, own.name) for own in fields(self)}  # what is made when needed does not travel

    @property
    def n_levels(self) -> int:
        return len(self.values) // max(self.n_rows, 1)

    @property
    def n_common(self) -> int:
        return len(self.common) // max(_bytes(len(self.counts), self.n_levels), 1)

    @property
    def _width(self) -> int:
        """Bytes of a mask."""
        return mask_width(self.n_rows - self.n_common)

    @property
    def _is_masked(self) -> NDArray[np.bool_]:
        masked: NDArray[np.bool_] = self.counts >= self._width
        return masked

    @cached_property
    def _starts(self) -> tuple[NDArray[np.integer[Any]], ...]:
        """Of each feature, where its weights, its listed labels and its mask begin, each of shape [F]."""
        masked = self._is_masked
        sizes = self.counts, np.where(masked, 0, self.counts), masked
        wide = np.uint32 if len(self.levels) < 1 << 31 else np.int64
        return tuple(np.cumsum(size, dtype=wide) - size.astype(wide) for size in sizes)

    def check(self, n_features: int, n_labels: int, n_common: int) -> None:
        """Whether they fit such a model, and each other.

        Raises
        ------
        ValueError
            They do not.
        """
        if len(self.counts) != n_features or len(self.levels) != _bytes(int(self.counts.sum(dtype=np.int64)), self.n_levels):
            raise ValueError("the weights do not fit the vocabulary")
        if (
            self.n_rows != n_labels + n_common
            or self.n_levels not in (FEW, 256)
            or len(self.values) != self.n_levels * self.n_rows
        ):
            raise ValueError("the levels do not fit the labels")
        if len(self.common) != n_common * _bytes(n_features, self.n_levels):
            raise ValueError("the weights do not fit the labels")
        width = mask_width(n_labels)
        masked = self.counts >= width
        listed, n_masks = int(self.counts[~masked].sum(dtype=np.int64)), np.count_nonzero(masked)
        if len(self.labels) != listed or (listed and self.labels.max() >= n_labels) or len(self.masks) != n_masks * width:
            raise ValueError("the weights do not fit the labels")
        masks = self.masks.reshape(-1, width)
        if (masks[:, -1] >> (n_labels - 8 * (width - 1))).any() or (_ones(masks).sum(1, np.uint16) != self.counts[masked]).any():
            raise ValueError("the weights do not fit the labels")

    def of(self, features: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.uint16], NDArray[np.int16]]:
        """All weights of some features: place of the feature among these, row, and value in steps of the row's scale.

        Those of the labels come first, feature by feature, then those of the common rows.
        """
        counts = self.counts.take(features).astype(np.int64)
        starts, first_label, mask = (starts.take(features).astype(np.int64) for starts in self._starts)
        masked = self._is_masked.take(features)
        place = np.repeat(np.arange(len(features)), counts)
        within = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows, by_mask = np.empty(len(place), np.uint16), masked.take(place)
        listed = place[~by_mask]
        rows[~by_mask] = self.labels.take(first_label.take(listed) + within[~by_mask])
        bits = np.unpackbits(self.masks.reshape(-1, self._width)[mask[masked]], axis=1, bitorder="little")
        rows[by_mask] = np.nonzero(bits)[1]
        levels = self._numbers(self.levels, starts.take(place) + within)
        n_common = self.n_common
        if n_common:
            first = self.n_rows - n_common
            common = self.common.reshape(n_common, -1)
            place = np.concatenate([place, *[np.arange(len(features))] * n_common])
            rows = np.concatenate([rows, np.repeat(np.arange(first, first + n_common), len(features)).astype(np.uint16)])
            levels = np.concatenate([levels, *(self._numbers(own, features) for own in common)])
        return place, rows, self.values.take(rows.astype(np.int64) * self.n_levels + levels)

    def spread(self, features: NDArray[np.integer[Any]]) -> NDArray[np.int16]:
        """All weights of some features, in ascending order, shape [n_features, R], in steps of the rows' scales.

        What `of` gives, with weights of 0 between; of features with masks, which most of many are, in a third of the time.
        """
        rows = np.zeros((len(features), self.n_rows), np.int16)
        is_masked = self._is_masked.take(features)
        others = np.flatnonzero(~is_masked)
        place, row, values = self.of(features[others])
        rows[others[place], row] = values
        masked, n_labels = features[is_masked], self.n_rows - self.n_common
        masks = self.masks.reshape(-1, self._width)[self._starts[2].take(masked)]
        has = np.unpackbits(masks, axis=1, count=n_labels, bitorder="little").view(np.bool_)
        are_chosen = np.zeros(len(self.counts), np.bool_)
        are_chosen[masked] = True
        levels = np.zeros(has.shape, np.uint16 if len(self.values) <= 1 << 16 else np.uint32)
        levels[has] = self._all_levels[np.repeat(are_chosen, self.counts)]
        levels += np.arange(n_labels, dtype=levels.dtype) * levels.dtype.type(self.n_levels)
        rows[is_masked, :n_labels] = self.values.take(levels) * has
        for n in range(self.n_common):
            own = self.values[(n_labels + n) * self.n_levels :][: self.n_levels]
            rows[is_masked, n_labels + n] = own.take(self._numbers(self.common.reshape(self.n_common, -1)[n], masked))
        return rows

    @property
    def _all_levels(self) -> Uint8:
        """Level of every weight of a label, shape [Z]."""
        if self.n_levels > FEW:
            return self.levels
        both = np.stack([self.levels & np.uint8(15), self.levels >> np.uint8(4)], axis=1).ravel()
        return both[: int(self.counts.sum(dtype=np.int64))]

    def _numbers(self, packed: Uint8, at: NDArray[np.integer[Any]]) -> Uint8:
        if self.n_levels > FEW:
            return packed.take(at)
        half: Uint8 = packed.take(at >> 1) >> ((at & 1) << 2).astype(np.uint8) & np.uint8(15)
        return half

    @classmethod
    def pack(
        cls,
        counts: NDArray[np.integer[Any]],
        labels: NDArray[np.integer[Any]],
        levels: Uint8,
        common: Uint8,
        values: NDArray[np.int16],
    ) -> Weights:
        """From lists of all labels and levels, feature by feature, shape [Z]; `common` has shape [C, F], `values` [R, N]."""
        n_labels = len(values) - len(common)
        narrow = np.uint8 if len(values) < 1 << 8 else np.uint16
        width = mask_width(n_labels)
        masked = counts >= width
        by_mask = np.repeat(masked, counts)
        bits = np.zeros((np.count_nonzero(masked), 8 * width), np.uint8)
        bits[np.repeat(np.cumsum(masked) - 1, counts)[by_mask], labels[by_mask]] = 1
        return cls(
            counts.astype(narrow),  # type: ignore[arg-type]
            labels[~by_mask].astype(narrow),  # type: ignore[arg-type]
            np.packbits(bits, axis=1, bitorder="little").ravel(),
            _packed(levels, values.shape[1]),
            np.concatenate([np.empty(0, np.uint8), *(_packed(row, values.shape[1]) for row in common)]),
            values.ravel(),
            len(values),
        )


def mask_width(n_labels: int) -> int:
    """Bytes of a mask of so many labels."""
    return max(_parts(n_labels, 8), 1)


def _parts(n: int, size: int = 2) -> int:
    """How many parts of a size hold n."""
    return -(-n // size)


def _ones(numbers: Uint8) -> Uint8:
    """How many bits of each are set: `numpy.bitwise_count`, which NumPy before 2 does not have."""
    ones: Uint8 = np.right_shift(numbers, 1)
    ones &= np.uint8(0x55)
    np.subtract(numbers, ones, out=ones)
    more = ones >> 2 & np.uint8(0x33)
    ones &= np.uint8(0x33)
    ones += more
    ones += ones >> 4
    ones &= np.uint8(0x0F)
    return ones


def _bytes(n: int, n_levels: int) -> int:
    """What so many numbers of levels take."""
    return n if n_levels > FEW else _parts(n)


def _packed(numbers: Uint8, n_levels: int) -> Uint8:
    if n_levels > FEW:
        return numbers
    even = np.append(numbers, np.zeros(len(numbers) % 2, np.uint8)).reshape(-1, 2)
    return (even[:, 0] | even[:, 1] << 4).astype(np.uint8)
