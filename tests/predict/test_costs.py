"""What work costs, in counts that are the same on every machine; seconds are measured by `make bench-speed`."""

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from wiretag.features import FeatureConfig, count_by_arrays
from wiretag.model import save
from wiretag_data.item import Item
from wiretag_data.sources import wire
from wiretag_train.own_data import train_own
from wiretag_train.recipe import Recipe

AS_DEFAULT = FeatureConfig(pairs="syllables", chars=(5, 5), hangul=(1, 3), title=False)


@pytest.fixture(scope="module")
def items() -> list[Item]:
    """The project's own."""
    return list(next(source for source in wire.SOURCES if source.name == "wire").items())


@pytest.fixture(scope="module")
def texts(items: list[Item]) -> list[str]:
    """Some in every language."""
    return [item.text for item in items[::20]]


def calls(work: Callable[[], object]) -> int:
    """Functions that are called meanwhile, Python's and C's."""
    count = 0

    def called(_frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_words_cost_no_python(texts: list[str]) -> None:
    for n in (1, 20):
        count_by_arrays([texts[0] * n], AS_DEFAULT)  # fills the tables for this size
    once, twenty_times = (calls(lambda n=n: count_by_arrays([texts[0] * n], AS_DEFAULT)) for n in (1, 20))
    assert once == twenty_times < 500


def test_a_text_costs_some_calls_beside_those_of_its_block(texts: list[str]) -> None:
    count_by_arrays(texts, AS_DEFAULT)
    assert calls(lambda: count_by_arrays(texts, AS_DEFAULT)) < 500 + 30 * len(texts)


def test_features_need_some_dozen_bytes_a_character_of_their_block(texts: list[str]) -> None:
    count_by_arrays(texts, AS_DEFAULT)
    tracemalloc.start()
    count_by_arrays(texts, AS_DEFAULT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 70 * sum(map(len, texts))


def test_a_weight_takes_two_bytes_of_the_file(items: list[Item], tmp_path: Path) -> None:
    english = [item for item in items if item.language == "en"]
    model = train_own(english, english[:9], "topic", Recipe(costs=(1.0,)), 1, quiet=True).model
    save(model, tmp_path / "model.safetensors")
    assert len(model.weights) > 10_000
    assert (tmp_path / "model.safetensors").stat().st_size < 2 * len(model.weights)
