"""What other programs rely on when they carry a tagger: threads, processes, asyncio, values that nobody changes."""

import asyncio
import copy
import doctest
import os
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import wiretag
import wiretag.tagger
from wiretag import model as model_file
from wiretag.errors import ModelError
from wiretag.tagger import Tag, Tagger, Tags

TEXTS = ["goal and coach", "the bank – its profit\nShares rose.", "", "virus 😀", "vaccine for patients in the clinic"] * 4


@pytest.fixture
def copied(model_path: Path, tmp_path: Path) -> Path:
    """The small model in a file that a test may change."""
    return Path(shutil.copy(model_path, tmp_path / "copied.safetensors"))


@pytest.fixture(scope="session")
def expected(tagger: Tagger) -> list[Tags]:
    return [tagger.tag(text) for text in TEXTS]


def other_model(tagger: Tagger) -> model_file.Model:
    """One that is sure of nothing."""
    return replace(tagger.model, slopes=np.zeros_like(tagger.model.slopes))


def test_threads_share_a_tagger_from_its_first_text_on(model_path: Path, expected: list[Tags]) -> None:
    fresh, n_threads = Tagger.load(model_path), 8
    together = threading.Barrier(n_threads)

    def work(_: int) -> list[Tags]:
        together.wait(60)
        return [*map(fresh.tag, TEXTS), *fresh.tag_many(TEXTS)]

    with ThreadPoolExecutor(n_threads) as pool:
        assert all(tags == expected * 2 for tags in pool.map(work, range(n_threads)))


@pytest.mark.parametrize("method", ["spawn", "forkserver" if sys.platform != "win32" else "spawn"])
@pytest.mark.parametrize("whole", [False, True])
def test_a_process_pool_maps_over_a_method_of_the_tagger(
    model_path: Path, expected: list[Tags], method: str, whole: bool
) -> None:
    tagger = Tagger.loads(model_path.read_bytes()) if whole else Tagger.load(model_path)
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
        assert list(pool.map(tagger.tag, TEXTS, chunksize=7)) == expected


def test_asyncio_goes_on_while_a_thread_tags(tagger: Tagger, expected: list[Tags]) -> None:
    async def serve() -> list[Tags]:
        asked, answered = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def texts() -> Iterator[str]:
            loop.call_soon_threadsafe(asked.set)
            assert answered.wait(60), "the event loop stood still"
            yield from TEXTS

        tagging = asyncio.create_task(asyncio.to_thread(lambda: list(tagger.tag_many(texts()))))
        await asked.wait()
        answered.set()
        return await tagging

    assert asyncio.run(serve()) == expected


def test_many_requests_at_once_get_each_their_own_answer(tagger: Tagger, expected: list[Tags]) -> None:
    async def serve() -> list[Tags]:
        return await asyncio.gather(*(asyncio.to_thread(tagger.tag, text) for text in TEXTS))

    assert asyncio.run(serve()) == expected


def test_a_loaded_tagger_travels_as_a_path_and_is_read_once(model_path: Path, expected: list[Tags]) -> None:
    sent = pickle.dumps(Tagger.load(model_path))
    assert len(sent) < 1000
    assert pickle.loads(sent) is pickle.loads(sent)  # noqa: S301 - pickled in the line above
    assert [pickle.loads(sent).tag(text) for text in TEXTS] == expected  # noqa: S301


def test_a_path_that_is_relative_to_a_folder_arrives_in_another(
    copied: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copied.parent)
    sent = pickle.dumps(Tagger.load(copied.name))
    program = "import pickle, sys; print(pickle.load(sys.stdin.buffer).tag('goal').labels('topic'))"
    done = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, cwd=model_path.parent, check=True)
    assert done.stdout.split() == [b"['sport']"]


def test_a_tagger_whose_file_was_replaced_or_removed_travels_whole(copied: Path, tagger: Tagger, expected: list[Tags]) -> None:
    loaded, kept = Tagger.load(copied), Tagger.load(copied)
    pickle.dumps(kept)
    model_file.save(other_model(tagger), copied)
    for ours in (loaded, kept):
        assert [pickle.loads(pickle.dumps(ours)).tag(text) for text in TEXTS] == expected  # noqa: S301
    copied.unlink()
    assert [pickle.loads(pickle.dumps(loaded)).tag(text) for text in TEXTS] == expected  # noqa: S301


def test_another_model_at_the_path_is_refused_where_the_tagger_arrives(copied: Path, tagger: Tagger) -> None:
    sent = pickle.dumps(Tagger.load(copied))
    model_file.save(other_model(tagger), copied)
    with pytest.raises(ModelError, match=r"is not the one .* Tagger\.loads"):
        pickle.loads(sent)  # noqa: S301
    copied.unlink()
    with pytest.raises(ModelError, match="There is no model at"):
        pickle.loads(sent)  # noqa: S301


def test_a_tagger_made_from_a_model_travels_with_it(tagger: Tagger) -> None:
    unsure = Tagger(other_model(tagger))
    arrived = pickle.loads(pickle.dumps(unsure))  # noqa: S301
    assert np.array_equal(arrived.probabilities(TEXTS), unsure.probabilities(TEXTS))
    assert not np.array_equal(arrived.probabilities(TEXTS), tagger.probabilities(TEXTS))


def test_what_a_tagger_makes_for_itself_does_not_travel(model_path: Path) -> None:
    tagger = Tagger.loads(model_path.read_bytes())
    before = len(pickle.dumps(tagger))
    list(tagger.tag_many(TEXTS))
    assert len(pickle.dumps(tagger)) < before + 1000


def test_a_tagger_keeps_what_a_model_file_would_round(tagger: Tagger) -> None:
    vectoriser = tagger.model.vectoriser
    vocabulary = replace(vectoriser.vocabulary, idf=vectoriser.vocabulary.idf + np.float32(0.01))
    exact = Tagger(replace(tagger.model, vectoriser=replace(vectoriser, vocabulary=vocabulary)))
    arrived = pickle.loads(pickle.dumps(exact))  # noqa: S301
    assert np.array_equal(arrived.model.vectoriser.vocabulary.idf, vocabulary.idf)


def test_bytes_give_the_tagger_of_the_file(model_path: Path, expected: list[Tags]) -> None:
    assert list(Tagger.loads(model_path.read_bytes()).tag_many(TEXTS)) == expected
    with pytest.raises(ModelError, match="not a wiretag model"):
        Tagger.loads(b"{}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_tagger_read_from_a_pipe_travels_whole(model_path: Path, tmp_path: Path, expected: list[Tags]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(model_path.read_bytes(),))
    writer.start()
    tagger = Tagger.load(pipe)
    writer.join()
    assert [pickle.loads(pickle.dumps(tagger)).tag(text) for text in TEXTS] == expected  # noqa: S301


def test_tags_are_values_that_nobody_can_change() -> None:
    facets, declared = {"topic": (Tag("sport", "Sport", 0.9),)}, {"topic": ("sport",)}
    tags = Tags("en", facets, declared)
    facets["topic"] = declared["topic"] = ()
    assert tags.labels("topic") == ["sport"]
    assert tags.declared["topic"] == ("sport",)
    with pytest.raises(TypeError):
        tags.facets["topic"] = ()  # type: ignore[index]
    with pytest.raises(TypeError):
        tags.declared["topic"] = ()  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        tags.language = "de"  # type: ignore[misc]


def test_equal_tags_are_one_in_a_set_and_survive_copies(expected: list[Tags]) -> None:
    copies = [*expected, *pickle.loads(pickle.dumps(expected)), *copy.deepcopy(expected)]  # noqa: S301
    assert set(copies) == set(expected)
    assert len(set(copies)) == len({str(tags.to_dict()) for tags in expected})


def test_a_dict_of_tags_is_the_callers_own(tagger: Tagger) -> None:
    tags = tagger.tag("goal of the coach")
    before = tags.to_dict()
    changed = tags.to_dict()
    changed["topic"].clear()
    changed["declared"]["topic"] = ["money"]
    assert tags.to_dict() == before


def test_type_checkers_find_that_the_package_is_typed() -> None:
    assert Path(wiretag.__file__).with_name("py.typed").is_file()


@pytest.mark.parametrize("module", [wiretag, wiretag.tagger])
def test_examples_in_docstrings_are_true(
    module: ModuleType, model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    shutil.copy(model_path, tmp_path / "models/wiretag.safetensors")
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(module)
    assert done.attempted > 2
    assert done.failed == 0


def test_without_a_path_the_model_is_the_one_that_predict_takes(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRETAG_MODEL", str(model_path))
    assert Tagger.load().tag("goal coach league").labels("topic") == ["sport"]
