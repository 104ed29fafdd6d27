"""Labelled texts made here, few and easy, and what commands need to be tested."""

import signal
from dataclasses import replace

import numpy as np

from wiretag.model import Model
from wiretag_data.item import Item

WORDS = {
    "sport": ["match", "goal", "coach", "striker", "league", "final", "penalty", "stadium"],
    "money": ["bank", "rates", "shares", "profit", "bonds", "inflation", "dividend", "lender"],
    "health": ["virus", "patients", "hospital", "vaccine", "doctors", "infection", "clinic", "nurses"],
}


def small_items(n: int = 60) -> list[Item]:
    """Items of one label each, the words of the label in an order that differs from item to item."""
    items = []
    for number in range(n):
        label = list(WORDS)[number % len(WORDS)]
        words = [WORDS[label][(number * step + step) % 8] for step in (1, 2, 3, 5, 7)]
        items.append(
            Item(
                str(number),
                f"{' '.join(words[:2])}\nThe {' and '.join(words)} number {number}",
                "en",
                "data",
                {"topic": (label,)},
            )
        )
    return items


def with_nothing_in_common(model: Model) -> Model:
    """A model with the row that a facet of several labels has, and nothing in it."""
    weights = model.weights
    assert weights.n_levels == 256  # a byte each
    scales = np.append(model.scales, np.float32(1))
    values = np.append(weights.values, np.zeros(256, np.int16))
    common = np.zeros(len(weights.counts), np.uint8)
    return replace(model, scales=scales, weights=replace(weights, common=common, values=values, n_rows=len(scales)))


def heeds_ctrl_c() -> None:
    """For a process about to start: shells start jobs in the background, and so all that these start, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
