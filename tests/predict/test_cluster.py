"""`wiretag tag --dask`: folders of archives on a cluster."""

import json
import logging
import os
import platform
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'wiretag[dask]'")

import fsspec
import numpy as np
from distributed import Client, LocalCluster

from wiretag.archive.folders import tag_folder
from wiretag.archive.rows import Counts
from wiretag.archive.tagging import tag_archive
from wiretag.cluster import connected, keep_freed_memory
from wiretag.errors import UsageError
from wiretag_train.cli import app

N_FILES = 6


@pytest.fixture
def threads() -> Iterator[Client]:
    """A cluster in this process, where `memory://` is the same for all."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def lines(first: int, n: int) -> str:
    rows = ({"id": first + k, "text": f"bank profit goal virus number {(first + k) % 97} of the final " * 9} for k in range(n))
    return "".join(json.dumps(row) + "\n" for row in rows)


def archives(folder: Path, n: int) -> Path:
    folder.mkdir()
    for number in range(N_FILES):
        (folder / f"part-{number}.jsonl").write_text(lines(number * n, n))
    return folder


def alone(source: Path, model: Path, tmp_path: Path) -> bytes:
    """The output of one archive without a cluster."""
    target = tmp_path / f"alone-{source.name}"
    tag_archive(source, target, model.read_bytes(), "text", 1, lambda *_: None)
    return target.read_bytes()


def outputs(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.is_file())


def test_a_worker_that_dies_loses_nothing(model_path: Path, tmp_path: Path) -> None:
    source, target = archives(tmp_path / "in", 4000), tmp_path / "out"
    killed: list[int] = []
    told: list[float] = []
    written: dict[Path, int] = {}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL) as cluster,
        Client(cluster) as client,
    ):

        def kill_one(share: float, counts: Counts) -> None:
            told.append(share)
            if len(told) == N_FILES // 2:
                notes = target.glob("_wiretag/*.json")
                written.update({path: path.stat().st_mtime_ns for path in (target / note.stem for note in notes)})
                busy = next(address for address, tasks in client.processing().items() if tasks)
                killed.append(next(worker.pid for worker in cluster.workers.values() if worker.worker_address == busy))
                os.kill(killed[0], signal.SIGKILL)

        counts, failed = tag_folder(str(source), str(target), model_path.read_bytes(), "text", client, kill_one, print)
    assert killed
    # What was told of as done is not done again, even if the worker that did it is the one that died.
    assert sum(path.stat().st_mtime_ns == at for path, at in written.items()) >= N_FILES // 2
    assert (counts, failed) == (Counts(N_FILES * 4000, 0), 0)
    assert outputs(target) == [f"part-{n}.jsonl" for n in range(N_FILES)]
    for file in source.iterdir():
        assert (target / file.name).read_bytes() == alone(file, model_path, tmp_path)
    assert not list(target.glob("_wiretag/*.part"))


def test_object_stores_hold_archives_and_outputs(model_path: Path, tmp_path: Path, threads: Client) -> None:
    fs = fsspec.filesystem("memory")
    fs.pipe({"/in/a.jsonl": lines(0, 10).encode(), "/in/b.jsonl": lines(10, 10).encode(), "/in/notes.txt": b"no archive"})
    try:
        result = tag_folder("memory://in/*", "memory://out", model_path.read_bytes(), "text", threads, lambda *_: None, print)
        assert result == (Counts(20, 0), 0)
        (tmp_path / "b.jsonl").write_text(lines(10, 10))
        assert fs.cat_file("/out/b.jsonl") == alone(tmp_path / "b.jsonl", model_path, tmp_path)
    finally:
        fs.rm("/", recursive=True)


def test_a_later_run_does_only_what_is_left(model_path: Path, tmp_path: Path, threads: Client) -> None:
    source, target = archives(tmp_path / "in", 5), tmp_path / "out"
    model = model_path.read_bytes()
    said: list[str] = []
    (source / "part-3.jsonl").rename(source / "part-3.parquet")
    run = (str(source), str(target), model, "text", threads, lambda *_: None, said.append)
    assert tag_folder(*run) == (Counts(25, 0), 1)
    assert "part-3.parquet was not tagged. part-3.parquet cannot be tagged. It is no sound Parquet file" in said[0]
    before = {name: (target / name).stat().st_ino for name in outputs(target)}
    (source / "part-3.parquet").rename(source / "part-3.jsonl")
    assert tag_folder(*run) == (Counts(30, 0), 0)
    assert {name: (target / name).stat().st_ino for name in before} == before
    (source / "part-1.jsonl").write_text(lines(0, 7))
    with pytest.raises(UsageError, match=r"another input for part-1\.jsonl.*delete the folder"):
        tag_folder(*run)


@pytest.mark.parametrize(
    ("inside", "sentence"), [("none", "no archives"), ("in/part-9*", "no archives"), ("in/../in", "take the place of the input")]
)
def test_folders_that_do_not_fit_get_a_sentence(
    model_path: Path, tmp_path: Path, threads: Client, inside: str, sentence: str
) -> None:
    archives(tmp_path / "in", 1)
    with pytest.raises(UsageError, match=sentence):
        tag_folder(str(tmp_path / inside), str(tmp_path / "in"), model_path.read_bytes(), "text", threads, lambda *_: None, print)


def test_workers_without_the_model_and_stores_out_of_reach_get_a_sentence(
    model_path: Path, tmp_path: Path, threads: Client
) -> None:
    source = str(archives(tmp_path / "in", 1))
    for sources, model, sentence in (
        (source, b"broken", "workers cannot load the model"),
        ("nostore://in", model_path.read_bytes(), "cannot be reached: Protocol not known"),
    ):
        with pytest.raises(UsageError, match=sentence):
            tag_folder(sources, str(tmp_path / "out"), model, "text", threads, lambda *_: None, print)


@pytest.mark.skipif(sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="a setting of glibc alone")
def test_workers_do_not_page_in_the_memory_of_each_block_anew() -> None:
    def page_faults() -> int:
        """Of many arrays, one after the other, in the thread that Dask gives to tasks, which cannot import this module."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(100):
            np.ones(1 << 17)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    with connected("local", 1) as client:
        by_itself = client.submit(page_faults, pure=False).result(timeout=60)
        client.run(keep_freed_memory)
        client.submit(page_faults, pure=False).result(timeout=60)
        kept = client.submit(page_faults, pure=False).result(timeout=60)
    assert kept < by_itself / 10


def test_no_scheduler_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretag.cluster._SECONDS_TO_ANSWER", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(UsageError, match="No Dask scheduler answers"), connected(address, 1):
            pass


def test_the_command_works_on_a_cluster_made_for_it(model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = archives(tmp_path / "in", 5), tmp_path / "out"
    command = ["tag", str(source), str(target), "--dask", "local", "--jobs", "1", "--model", str(model_path)]
    app(command, standalone_mode=False)
    assert "30 items tagged" in capsys.readouterr().out
    assert outputs(target) == [f"part-{n}.jsonl" for n in range(N_FILES)]
