"""Where compiled loops are kept, and that nothing but them is run."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import carray

from wiretag import acceleration, kernels, machine_code
from wiretag.intrinsics import at

CODE = b"machine code"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two of them, still to be made."""
    found = [tmp_path / "beside", tmp_path / "cache" / "wiretag"]
    monkeypatch.setattr(machine_code, "_folders", lambda: found)
    monkeypatch.setattr(kernels, "object_code", lambda: CODE)
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
    acceleration.load()
    subprocess.run([sys.executable, "-c", TAGGED, model_path], check=True)


def make_an_array(frames):  # type: ignore[no-untyped-def]
    f = carray(frames, 1)[0]
    carray(at(f.sums), f.n_entries, np.float64)[:] = np.zeros(f.n_texts)
    return 0


def test_loops_that_may_fail_are_not_made() -> None:
    make_an_array.__name__ = "add"
    with pytest.raises(RuntimeError, match="NRT_"):
        kernels.object_code([make_an_array])


ENDED = """
import threading
import time
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
    acceleration.load()
    subprocess.run([sys.executable, "-c", ENDED], check=True)
