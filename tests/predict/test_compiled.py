"""Compiled loops beside NumPy's arrays. What counts as an n-gram is tested in `test_features`, for both."""

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiretag import acceleration, compiled, frames
from wiretag.features import VIEWS, Counts, FeatureConfig, blocks, count_block, count_by_arrays, normalise
from wiretag.model import MOST_PACKED_ROWS, Facet
from wiretag.tagger import Tagger
from wiretag.vectors import Vectors
from wiretag.weights import Weights
from wiretag_data.sources import wire

SHORT = FeatureConfig(pairs=True, chars=(3, 3), ideographs=(1, 1), syllables=(2, 2), hangul=(1, 1))
LONG = FeatureConfig(pairs=True, chars=(2, 16), ideographs=(1, 16), syllables=(3, 16), hangul=(2, 16))
FUNCTIONS = compiled.functions()


@pytest.fixture(scope="module")
def items() -> list[str]:
    """The project's own, some in every language."""
    source = next(source for source in wire.SOURCES if source.name == "wire")
    return [item.text for item in source.items()][::7]


def equal(one: Counts, other: Counts) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("offsets", "columns", "counts", "lengths"))


@pytest.mark.parametrize("config", [FeatureConfig(), SHORT, LONG], ids=["words", "short", "long"])
def test_real_items_have_the_same_counts(items: list[str], config: FeatureConfig) -> None:
    for block in blocks(items):
        assert equal(compiled.count_block(block, config), count_by_arrays(block, config))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text("ab 1.東京ไทย한국\n", max_size=50), min_size=1, max_size=4), config=st.sampled_from([SHORT, LONG]))
def test_any_texts_have_the_same_counts(texts: list[str], config: FeatureConfig) -> None:
    assert equal(compiled.count_block(texts, config), count_by_arrays(texts, config))


@pytest.mark.parametrize("n_words", [1, 2, 199, 201, 999, 1001, 3000])
def test_texts_of_any_length_are_sorted(n_words: int) -> None:
    words = [f"w{n * n % 701}" for n in range(n_words)]
    texts, config = [" ".join(words), " ".join(reversed(words))], FeatureConfig(pairs=True)
    assert equal(compiled.count_block(texts, config), count_by_arrays(texts, config))


@pytest.mark.parametrize("word", ["대한민국 ", "one two three words "])
def test_a_text_that_is_larger_than_the_memory_kept_for_it_has_them_too(word: str) -> None:
    text = word * 60_000 + "end"
    assert equal(compiled.count_block([text, "x"], LONG), count_by_arrays([text, "x"], LONG))


@pytest.mark.parametrize("text", ["", "a", "two words", "é", "東京 é", "\u00ad", "ａ", "a" * 8190, "a" * 8191, "é" * 8191])
def test_there_is_memory_for_all_that_is_written(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_KEPT", 1)
    monkeypatch.setattr(compiled, "_own", threading.local())

    called_with: list[dict[str, int]] = []

    def count(frame: Sequence[int]) -> int:
        called_with.append(dict(zip(frames.FRAMES["count"], frame, strict=True)))
        return 0

    monkeypatch.setattr(compiled, "functions", lambda: replace(FUNCTIONS, count=count))
    compiled.count_block([text, "x"], LONG)
    symbols = len(normalise(text).replace("\u00ad", "")) + 2  # with a separator before and behind
    (frame,) = called_with
    assert frame["n_grams"] >= symbols * (LONG.chars or (0, 0))[1]
    assert frame["n_symbols_of_text"] >= symbols + 1  # beginning with the hash of nothing
    assert frame["n_powers"] >= symbols
    assert frame["n_codes"] + frame["n_symbols"] >= symbols + 2


def test_items_have_the_same_vectors_and_scores(items: list[str], tagger: Tagger) -> None:
    vectoriser = tagger.model.vectoriser
    for block in blocks(items):
        ours, theirs = compiled.vectors(vectoriser, block), vectoriser.by_arrays(block)
        assert np.array_equal(ours.offsets, theirs.offsets)
        assert np.array_equal(ours.features, theirs.features)
        np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-6)
        scores = tagger.model.with_common(compiled.sums(tagger.model, ours) * tagger.model.scales)
        np.testing.assert_allclose(scores, tagger.scores(theirs), rtol=1e-5, atol=1e-6)


def test_a_model_whose_parts_do_not_fit_is_an_error(tagger: Tagger) -> None:
    model = replace(tagger.model, scales=tagger.model.scales[:2])
    assert acceleration.load()
    with pytest.raises(ValueError, match="broadcast"):
        Tagger(model).scores(model.vectoriser.by_arrays(["goal"] * 200))


def test_models_of_more_rows_than_a_cell_can_name_are_left_to_arrays(tagger: Tagger) -> None:
    n, n_features = MOST_PACKED_ROWS + 5, len(tagger.model.vectoriser.vocabulary)
    own = np.zeros(n, np.float32)
    model = replace(
        tagger.model,
        facets=(Facet("topic", tuple(map(str, range(n))), exclusive=True),),
        weights=Weights.pack(
            np.eye(1, n_features, dtype=np.int64)[0],
            np.array([n - 1]),
            np.zeros(1, np.uint8),
            np.zeros((0, n_features), np.uint8),
            np.full((n, 16), 100, np.int16),
        ),
        scales=own + 1,
        **dict.fromkeys(("intercepts", "slopes", "shifts", "thresholds"), own),
    )
    assert acceleration.load()
    found = Tagger(model).scores(Vectors(np.array([0, 1]), np.array([0], np.int32), np.array([0.5], np.float32)))
    assert found.argmax() == n - 1


def test_threads_do_not_share_their_memory(items: list[str]) -> None:
    expected = [count_by_arrays([text], SHORT) for text in items]
    wrong: list[int] = []

    def count(_: int) -> None:
        wrong.extend(n for n, text in enumerate(items) if not equal(compiled.count_block([text], SHORT), expected[n]))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))  # raises what one of them has raised
    assert not wrong


def test_it_is_loaded_once_that_pays_and_never_for_single_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretag.acceleration._ENOUGH", 1000)
    long, half = "word " * 300, "word " * 100
    count_block([long], SHORT)
    count_block([half, "x"], SHORT)
    assert acceleration.loaded() is None
    count_block([half, "x"], SHORT)
    assert acceleration.loaded() is compiled


def test_without_numba_arrays_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wiretag.compiled", None)
    monkeypatch.delattr("wiretag.compiled")
    monkeypatch.setattr("wiretag.acceleration._ENOUGH", 1)
    assert count_block(["a word", "one"], SHORT).lengths[0, VIEWS.index("words")] == 2
    assert acceleration.loaded() is None


@pytest.mark.parametrize("error", [OSError("No space left on device"), AttributeError("no attribute 'create_pass_builder'")])
def test_where_nothing_can_be_compiled_arrays_go_on(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("wiretag.acceleration._ENOUGH", 1)
    monkeypatch.setattr(compiled, "functions", fail)
    assert count_block(["a word", "one"], SHORT).lengths[0, VIEWS.index("words")] == 2
    assert acceleration.loaded() is None


def test_too_little_to_compile_for_is_left_to_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretag.acceleration._ENOUGH", 1)
    monkeypatch.setattr("wiretag.acceleration._ENOUGH_TO_COMPILE", 1000)
    looked: list[None] = []
    monkeypatch.setattr("wiretag.machine_code.kept", lambda: looked.append(None))
    for _ in range(3):
        count_block(["a word", "one"], SHORT)
    assert acceleration.loaded() is None
    assert len(looked) == 1
    count_block(["word " * 200, "x"], SHORT)
    assert acceleration.loaded() is compiled


def test_a_file_of_known_size_does_not_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretag.acceleration._ENOUGH", 1000)
    acceleration.expect(900)
    count_block(["word " * 100, "x"], SHORT)
    assert acceleration.loaded() is None
    acceleration.expect(1000)
    assert acceleration.loaded() is compiled


def test_tags_are_the_same(items: list[str], tagger: Tagger) -> None:
    before = [tags.to_dict() for tags in tagger.tag_many(items)]
    assert acceleration.load()
    assert [tags.to_dict() for tags in tagger.tag_many(items)] == before
    assert [tagger.tag(text).to_dict() for text in items[:5]] == before[:5]
