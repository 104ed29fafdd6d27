"""A small model, trained in seconds on texts made here, that the tests of all floors share."""

from pathlib import Path

import pytest

from wiretag import model as model_file
from wiretag.tagger import Tagger
from wiretag_data.item import Item
from wiretag_train.own_data import train_own
from wiretag_train.recipe import Recipe

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


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    trained = train_own(small_items(), small_items(12), "topic", Recipe(costs=(1.0,)), 1, lambda _: None)
    model_file.save(trained.model, path)
    return path


@pytest.fixture(scope="session")
def tagger(model_path: Path) -> Tagger:
    return Tagger.load(model_path)
