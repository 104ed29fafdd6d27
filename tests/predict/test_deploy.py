"""The files by which `wiretag serve` is run on a server."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "predict" / "deploy"


def started_by(name: str) -> list[str]:
    """Arguments of the command in a deploy file."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    if name == "Dockerfile":
        found = re.search(r"^CMD (\[.*\])$", text, re.MULTILINE)
        return list(json.loads(found[1])) if found else []
    found = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
    return shlex.split(found[1]) if found else []


@pytest.mark.parametrize("name", ["Dockerfile", "wiretag.service"])
def test_the_command_is_one_that_wiretag_understands(name: str) -> None:
    command, *arguments = started_by(name)
    assert Path(command).name == "wiretag"
    code = "from wiretag_train.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *arguments, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_neither_runs_as_root() -> None:
    assert re.search(r"^USER [1-9]", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert "\nDynamicUser=yes\n" in (DEPLOY / "wiretag.service").read_text(encoding="utf-8")


def test_the_image_gets_the_wheel_and_its_pins_and_nothing_else() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert lines == ["*", "!.constraints.txt", "!dist/wiretag-*.whl"]
