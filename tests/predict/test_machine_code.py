"""Where compiled loops are kept, and that nothing but them is run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numba import carray
from numba.core.errors import TypingError

from wiretag import acceleration, compiled, kernels, machine_code
from wiretag.intrinsics import at

CODE = b"machine code"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two of them, still to be made, for a process that has not loaded anything."""
    found = [tmp_path / "beside", tmp_path / "cache" / "wiretag"]
    monkeypatch.setattr(machine_code, "_folders", lambda: found)
    monkeypatch.setattr(kernels, "object_code", lambda: CODE)
    monkeypatch.setattr(compiled, "_loaded", [])
    return found


def test_what_is_made_is_kept(folders: list[Path]) -> None:
    assert machine_code.kept() is None
    assert machine_code.made() == CODE
    assert machine_code.kept() == CODE
    assert [len(list(folder.glob("*"))) for folder in folders if folder.exists()] == [1]


def test_it_is_kept_in_the_second_folder_if_the_first_takes_nothing(folders: list[Path]) -> None:
    folders[0].write_text("no folder")
    machine_code.made()
    assert machine_code.kept() == CODE
    assert folders[1].is_dir()


def test_it_is_an_error_if_neither_takes_anything(folders: list[Path], tmp_path: Path) -> None:
    for taken in (folders[0], tmp_path / "cache"):
        taken.write_text("no folder")
    with pytest.raises(OSError):
        machine_code.made()


@pytest.mark.parametrize("damaged", [b"", b"short", None])
def test_what_is_damaged_is_not_run(folders: list[Path], damaged: bytes | None) -> None:
    machine_code.made()
    (file,) = folders[0].glob("*")
    file.write_bytes(file.read_bytes()[:-1] if damaged is None else damaged)
    assert machine_code.kept() is None


def test_nothing_is_compiled_that_cannot_be_kept(folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for taken in (folders[0], tmp_path / "cache"):
        taken.write_text("no folder")
    monkeypatch.setattr(kernels, "object_code", lambda: pytest.fail("It compiles."))
    assert acceleration.load() is None


@pytest.mark.usefixtures("folders")
def test_where_numba_does_not_compile_arrays_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bytes:
        raise TypingError("No implementation of a function found")

    monkeypatch.setattr(kernels, "object_code", fail)
    assert acceleration.load() is None


@pytest.mark.parametrize("cache", ["caches", ""])
def test_nothing_is_read_from_where_the_process_happens_to_run(cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as for somebody without a home
    (folder,) = machine_code._folders()
    assert folder.is_absolute()


def test_numba_set_up_otherwise_keeps_its_own(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    machine_code.made()
    monkeypatch.setenv("NUMBA_OPT", "0")
    assert machine_code.kept() is None


def test_all_sources_count() -> None:
    from_others = {"wiretag", "wiretag.acceleration"}  # of which nothing is compiled in
    script = "import sys, wiretag.kernels; print(*(name for name in sys.modules if name.split('.')[0] == 'wiretag'))"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert {f"wiretag.{name}" for name in machine_code._SOURCES} == set(loaded) - from_others


def test_what_was_made_of_other_sources_is_not_run(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    machine_code.made()
    monkeypatch.setattr(machine_code, "_SOURCES", ("loops", "sums"))
    assert machine_code.kept() is None
    machine_code.made()
    assert machine_code.kept() == CODE


TAGGED = """
import sys
from wiretag import acceleration, machine_code
from wiretag.tagger import Tagger

assert machine_code.kept()
tagger = Tagger.load(sys.argv[1])
acceleration.expect(acceleration._ENOUGH)
assert acceleration.loaded()
assert len(list(tagger.tag_many(["a word", "\u00e9"]))) == 2
assert "numba" not in sys.modules
"""


def test_what_is_kept_runs_without_numba(model_path: Path) -> None:
    assert acceleration.load()
    subprocess.run([sys.executable, "-c", TAGGED, model_path], check=True)


def make_an_array(frames):  # type: ignore[no-untyped-def]
    f = carray(frames, 1)[0]
    carray(at(f.sums), f.n_entries, np.float64)[:] = np.zeros(f.n_texts)
    return 0


def unpack(frames):  # type: ignore[no-untyped-def]
    f = carray(frames, 1)[0]
    first, second = carray(at(f.sums), f.n_entries, np.float64)
    return int(first + second)


def refuse(frames):  # type: ignore[no-untyped-def]
    if carray(frames, 1)[0].n_texts < 0:
        raise ValueError
    return 0


@pytest.mark.parametrize("function", [make_an_array, unpack, refuse])
def test_loops_that_may_fail_are_not_made(function: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function, "__name__", "add")
    with pytest.raises(RuntimeError, match="Compiled loops need"):
        kernels.object_code([function])


ENDED = """
import threading
from wiretag import acceleration, compiled
from wiretag.features import FeatureConfig

acceleration.load()
counted = threading.Event()

def count():
    while True:
        compiled.count_block(["one two three words " * 60_000, "x"], FeatureConfig(pairs=True, chars=(2, 16)))
        counted.set()

for _ in range(2):
    threading.Thread(target=count, daemon=True).start()
counted.wait()
"""


def test_a_program_may_end_while_its_threads_count() -> None:
    assert acceleration.load()
    subprocess.run([sys.executable, "-c", ENDED], check=True)
