import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small import heeds_ctrl_c

WIRETAG = Path(sys.executable).with_name("wiretag")


@pytest.fixture
def many_labels(tmp_path: Path) -> Path:
    """Data whose training lasts long enough to be stopped."""
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps({"text": f"words {n}", "labels": str(n)}) + "\n" for n in range(3000)))
    return path


def test_ctrl_c_leaves_the_old_model_and_says_so(many_labels: Path, tmp_path: Path) -> None:
    model = tmp_path / "m" / "old.safetensors"
    model.parent.mkdir()
    model.write_bytes(b"old")
    command = [WIRETAG, "train", "--data", many_labels, "-o", model]
    work = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heeds_ctrl_c)
    assert work.stderr is not None
    assert "features" in work.stderr.readline()  # the first step is done, thousands are to come
    work.send_signal(signal.SIGINT)
    _, errors = work.communicate(timeout=60)
    assert work.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors
    assert (model.read_bytes(), os.listdir(model.parent)) == (b"old", ["old.safetensors"])


def test_a_full_disk_leaves_the_old_model_and_says_so(tmp_path: Path) -> None:
    data, model = tmp_path / "data.jsonl", tmp_path / "m" / "old.safetensors"
    data.write_text("".join(json.dumps({"text": f"word{n % 7} other{n}", "labels": str(n % 7)}) + "\n" for n in range(70)))
    model.parent.mkdir()
    model.write_bytes(b"old")

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [WIRETAG, "train", "--data", data, "-o", model, "--jobs", "1", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=no_room, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("wiretag: The work stopped")
    assert (model.read_bytes(), os.listdir(model.parent)) == (b"old", ["old.safetensors"])


def test_a_source_that_does_not_exist_cannot_be_added(tmp_path: Path) -> None:
    done = subprocess.run([WIRETAG, "train", "--add", "nope", "--corpus", tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "wiretag: There is no source 'nope' to add (there are: agnews, gnad10).\n")


def test_each_effort_trains_one_linear_model(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("".join(json.dumps({"text": f"word{n % 3} other{n}", "labels": str(n % 3)}) + "\n" for n in range(60)))
    for effort in ("quick", "default", "best"):
        model = tmp_path / f"{effort}.safetensors"
        command = [WIRETAG, "train", "--data", data, "-o", model, "--effort", effort, "--jobs", "1", "--quiet"]
        assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0
        predict = [WIRETAG.with_name("predict"), "-", "--json", "--model", model]
        done = subprocess.run(predict, input="word2 again", capture_output=True, text=True, check=False)
        assert [tag["label"] for tag in json.loads(done.stdout)["labels"]] == ["2"]


def test_effort_is_for_own_data() -> None:
    done = subprocess.run([WIRETAG, "train", "--effort", "best"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "wiretag: --effort goes with --data.\n")
