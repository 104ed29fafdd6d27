"""`wiretag train --dask`."""

import json
import os
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'wiretag[dask]'")

from distributed import Client, LocalCluster
from joblib import Parallel, delayed
from small import small_items

from wiretag_train.cli import app
from wiretag_train.cluster import spread


def train(data: Path, model: Path, *options: str) -> bytes:
    app(["train", "--data", str(data), "--labels", "topic", "-o", str(model), "--quiet", *options], standalone_mode=False)
    return model.read_bytes()


def test_a_cluster_trains_the_same_model_bit_for_bit(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("".join(json.dumps({"text": item.text, "topic": item.labels["topic"]}) + "\n" for item in small_items(90)))
    alone = train(data, tmp_path / "alone.safetensors", "--jobs", "1")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        together = train(data, tmp_path / "together.safetensors", "--dask", cluster.scheduler_address)
        ran = client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.transition_counter)
    assert ran > 0
    assert together == alone


def test_work_leaves_this_process_only_within_a_cluster() -> None:
    def pids() -> set[int]:
        return set(Parallel(n_jobs=1)(delayed(os.getpid)() for _ in range(3)))

    with spread("local", 2):
        elsewhere = pids()
    with spread(None, 1):
        here = pids()
    assert here == {os.getpid()}
    assert here.isdisjoint(elsewhere)
